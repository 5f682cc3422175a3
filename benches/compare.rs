//! How long whole processes take, beside git's own start: `cargo bench --bench compare [-- ROUNDS]`.
//!
//! Every round runs each command once, one after the other, so that all see the machine in the same moods. The repositories
//! are bare and the system has their files in memory. The median is what counts; the ratio is to `git rev-parse HEAD`.
//!
//! `cargo bench --bench compare -- instructions` counts, with valgrind, the instructions of three fixed cases instead,
//! which other work on the machine does not change.

#[path = "fabric/mod.rs"]
mod fabric;
#[path = "../tests/support/mod.rs"]
mod support;

use std::io::{self, Write};
use std::process::Command;
use std::time::{Duration, Instant};

use support::TempRepo;

/// How many objects the two fabrics have.
const SIZES: [usize; 2] = [1_269, 10_000];
/// How often each command is run unless told otherwise.
const ROUNDS: usize = 21;
/// What is run: the program, and its arguments.
const COMMANDS: [(&str, &[&str]); 5] = [
    ("git", &["rev-parse", "HEAD"]),
    ("hhgit", &["kinds"]),
    ("hhgit", &["sync"]),
    ("hhgit", &["check", "--level", "schema"]),
    ("hhgit", &["check"]),
];

fn main() -> io::Result<()> {
    let mut out = io::stdout().lock();
    if std::env::args().any(|text| text == "instructions") {
        return instructions(&mut out);
    }
    let rounds = std::env::args().skip(1).find_map(|text| text.parse().ok()).unwrap_or(ROUNDS);
    times(&mut out, rounds)
}

fn times(out: &mut dyn Write, rounds: usize) -> io::Result<()> {
    for size in SIZES {
        let repo = synced(size);
        writeln!(out, "{size} objects, {rounds} rounds: median, fastest, ratio to git")?;
        let mut times = vec![Vec::new(); COMMANDS.len()];
        for round in 0..=rounds {
            for (times, (program, args)) in times.iter_mut().zip(COMMANDS) {
                let took = run(&repo, program, args);
                // The first round warms up.
                if round > 0 {
                    times.push(took);
                }
            }
        }
        let git = median(&mut times[0]);
        for (times, (program, args)) in times.iter_mut().zip(COMMANDS) {
            let (name, median) = (format!("{program} {}", args.join(" ")), median(times));
            let ratio = median.as_secs_f64() / git.as_secs_f64();
            writeln!(out, "  {name:<30} {:>8.1} ms {:>8.1} ms {ratio:>7.1}", ms(median), ms(times[0]))?;
        }
    }
    Ok(())
}

fn ms(time: Duration) -> f64 {
    time.as_secs_f64() * 1000.0
}

/// The middle one; the times are sorted then.
fn median(times: &mut [Duration]) -> Duration {
    times.sort_unstable();
    times[times.len() / 2]
}

fn instructions(out: &mut dyn Write) -> io::Result<()> {
    let (small, new) = (synced(SIZES[0]), pushed(1_000));
    let cases: [(&str, &TempRepo, &[&str]); 3] = [
        ("sync of 1,269 objects, nothing to do", &small, &["sync"]),
        ("first sync of 1,000 documents", &new, &["--fabric", ".", "sync"]),
        ("check of 1,269 objects", &small, &["check"]),
    ];
    for (name, repo, args) in cases {
        let mut command =
            support::hhgit_under(repo.dir(), "valgrind", &["--tool=callgrind", "--callgrind-out-file=/dev/null"]);
        let ended = support::run(command.args(args));
        let count = ended.stderr.lines().find_map(|line| line.split_once("Collected : "));
        let count: u64 = count.and_then(|(_, count)| count.trim().parse().ok()).ok_or(io::ErrorKind::InvalidData)?;
        writeln!(out, "  {name:<40} {:>7.1} million instructions", count as f64 / 1e6)?;
    }
    Ok(())
}

/// A bare repository whose raw/ holds so many objects, a file each.
fn pushed(size: usize) -> TempRepo {
    let repo = TempRepo::bare();
    let files: Vec<(String, String)> =
        fabric::objects(size).into_iter().map(|object| (format!("raw/{}", object.name), object.text)).collect();
    let files: Vec<(&str, &str)> = files.iter().map(|(path, text)| (path.as_str(), text.as_str())).collect();
    repo.commit("main", &files);
    repo
}

/// A bare repository whose fabric directory, its root, holds so many objects in managed/ and nothing to sort.
fn synced(size: usize) -> TempRepo {
    let repo = pushed(size);
    let first = support::hhgit(repo.dir(), &["--fabric", ".", "sync"]);
    assert_eq!(first.code, Some(0), "{}{}", first.stdout, first.stderr);
    assert_eq!(support::hhgit(repo.dir(), &["check"]).code, Some(0), "all objects are valid");
    repo
}

fn run(repo: &TempRepo, program: &str, args: &[&str]) -> Duration {
    let mut command: Command = match program {
        "git" => support::git_command(repo.dir()),
        _ => support::hhgit_command(repo.dir()),
    };
    let start = Instant::now();
    let ended = support::run(command.args(args));
    let took = start.elapsed();
    assert_eq!(ended.code, Some(0), "{program} {args:?}: {}", ended.stderr);
    took
}
