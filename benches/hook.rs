//! How long judging a push takes as a fabric grows: `cargo bench --bench hook [-- ROUNDS [SIZE...]]`.
//!
//! A bare, packed repository of so many valid objects, and a push that changes one of them, held in quarantine. The hook is run as
//! git runs it; beside it git's own share of such a push. Each round runs each command once, by turns. The fastest counts, with
//! the processor's time where the machine can tell; the ratio is to `git rev-parse`.

#[path = "fabric/mod.rs"]
mod fabric;
#[path = "../tests/support/mod.rs"]
mod support;

use std::fs;
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use support::{NOW, TempRepo};

/// How many objects the fabrics have.
const SIZES: [usize; 3] = [1_000, 10_000, 100_000];
/// How often each command is run unless told otherwise.
const ROUNDS: usize = 15;
/// How many servers a rack has: so many that the largest fabric still has an address for each switch.
const SERVERS: usize = 40;

fn main() -> io::Result<()> {
    let mut numbers = std::env::args().skip(1).filter_map(|text| text.parse::<usize>().ok());
    let rounds = numbers.next().unwrap_or(ROUNDS);
    let sizes: Vec<usize> = numbers.collect();
    let out = &mut io::stdout().lock();
    for size in if sizes.is_empty() { SIZES.to_vec() } else { sizes } {
        for (name, layout) in [("spread over kinds", Layout::Spread), ("in one folder", Layout::Flat)] {
            measure(out, &format!("{size} objects {name}"), &Push::new(size, layout), rounds)?;
        }
    }
    Ok(())
}

/// How a fabric's objects lie.
#[derive(Clone, Copy, PartialEq)]
enum Layout {
    /// As a fabric has them: servers, connections, VPCs and attachments, a folder each.
    Spread,
    /// Servers and nothing else, so that one tree holds them all.
    Flat,
}

/// A server's repository, and a push of one changed object that waits for its verdict.
struct Push {
    server: TempRepo,
    /// The objects of the push, as git holds them in quarantine.
    quarantine: PathBuf,
    old: String,
    new: String,
}

impl Push {
    fn new(size: usize, layout: Layout) -> Self {
        let server = TempRepo::bare();
        let files = files(size, layout);
        let mut stream = format!(
            "commit refs/heads/main\ncommitter Tester <tester@localhost> {NOW} +0000\ndata 4\ntest\n\
             M 100644 inline .hnp/manifest.yaml\ndata 15\nversion: '1.0'\n\nM 100644 inline raw/.gitkeep\ndata 0\n\n"
        );
        for (path, text) in &files {
            stream.push_str(&format!("M 100644 inline {path}\ndata {}\n{text}\n", text.len()));
        }
        server.git_with(&["fast-import", "--quiet"], stream.as_bytes());
        server.git(&["repack", "-a", "-d", "--quiet"]);
        let client = server.beside("client");
        let text = server.dir().to_str().unwrap_or_default().to_owned();
        server.git(&["clone", "--quiet", "--bare", "--no-hardlinks", &text, client.to_str().unwrap_or_default()]);
        // A VPC in the middle, on which much depends, or else a server.
        let middle = files[size / 2..].iter().find(|(path, _)| path.starts_with("managed/vpcs/"));
        let (path, text) = middle.unwrap_or(&files[size / 2]);
        let text = text.replace("Rack ", "The rack ").replace(".99\n", ".98\n");
        let stream = format!(
            "commit refs/heads/main\ncommitter Tester <tester@localhost> {NOW} +0000\ndata 4\ntest\nfrom refs/heads/main^0\n\
             M 100644 inline {path}\ndata {}\n{text}\n",
            text.len()
        );
        let mut import = support::git_command(&client);
        feed(import.args(["fast-import", "--quiet"]), stream.as_bytes());
        let id = |dir: &Path, name: &str| server.git_in(dir, &["rev-parse", name]);
        let (old, new) = (id(server.dir(), "main"), id(&client, "main"));
        let quarantine = server.beside("quarantine");
        let push = Self { server, quarantine, old, new };
        push.fill_quarantine(&client);
        push
    }

    /// Puts the objects that the push brings into a folder of their own, each by itself, as git does with few.
    fn fill_quarantine(&self, client: &Path) {
        let range = format!("{}\n^{}\n", self.new, self.old);
        let mut pack = support::git_command(client);
        let pack = feed(pack.args(["pack-objects", "--revs", "--thin", "--stdout", "--quiet"]), range.as_bytes());
        fs::create_dir_all(&self.quarantine).expect("a folder beside the repository can be made");
        let mut unpack = support::git_command(self.server.dir());
        feed(self.quarantined(&mut unpack).args(["unpack-objects", "-q"]), &pack);
    }

    /// The environment in which git runs a hook, and what it asks before.
    fn quarantined<'a>(&self, command: &'a mut Command) -> &'a mut Command {
        command.env("GIT_DIR", ".").env("GIT_QUARANTINE_PATH", &self.quarantine);
        command.env("GIT_OBJECT_DIRECTORY", &self.quarantine);
        command.env("GIT_ALTERNATE_OBJECT_DIRECTORIES", self.server.dir().join("objects"))
    }

    /// The hook at a level, and whether what is remembered of the fabric goes first.
    fn hook(&self, level: &str, is_cold: bool) -> Took {
        if is_cold {
            drop(fs::remove_dir_all(self.server.dir().join("hhgit")));
        }
        let mut command = support::hhgit_command(self.server.dir());
        self.quarantined(command.args(["hook", "pre-receive", "--time-budget", "none", "--level", level]));
        took(&mut command, format!("{} {} refs/heads/main\n", self.old, self.new).as_bytes())
    }

    fn git(&self, args: &[&str]) -> Took {
        let mut command = support::git_command(self.server.dir());
        took(self.quarantined(command.args(args)), b"")
    }

    /// What git asks of a push before it asks the hook: that all it needs is there.
    fn connected(&self) -> Took {
        let mut command = support::git_command(self.server.dir());
        let args = ["rev-list", "--objects", "--stdin", "--not", "--exclude-hidden=receive", "--all", "--quiet"];
        took(self.quarantined(command.args(args)), format!("{}\n", self.new).as_bytes())
    }
}

/// The files of a fabric, by path.
fn files(size: usize, layout: Layout) -> Vec<(String, String)> {
    let folder = |kind: &str| match kind {
        "switch" => "switches".to_owned(),
        kind => format!("{kind}s"),
    };
    let placed = |object: fabric::Object| {
        let (kind, name) = object.name.split_once('-')?;
        Some((format!("managed/{}/{name}", folder(kind)), object.text))
    };
    match layout {
        Layout::Spread => fabric::objects_by(size, SERVERS).into_iter().filter_map(placed).collect(),
        Layout::Flat => {
            // Every fourth object of a rack is a server.
            let servers = fabric::objects_by(size * 5, SERVERS).into_iter().filter(|o| o.name.starts_with("server-"));
            servers.filter_map(placed).take(size).collect()
        }
    }
}

/// What a command took.
#[derive(Clone, Copy)]
struct Took {
    wall: Duration,
    cpu: Duration,
    peak: u64,
}

/// Runs a command under the program that measures, if there is one.
fn took(command: &mut Command, input: &[u8]) -> Took {
    const TIME: &str = "/usr/bin/time";
    let mut timed = Command::new(TIME);
    let program: Vec<_> =
        std::iter::once(command.get_program()).chain(command.get_args()).map(ToOwned::to_owned).collect();
    let start = Instant::now();
    if !Path::new(TIME).exists() {
        feed(command, input);
        return Took { wall: start.elapsed(), cpu: Duration::ZERO, peak: 0 };
    }
    timed.args(["-q", "-f", "%U %S %M"]).args(program).env_clear().envs(std::env::vars_os());
    for (key, value) in command.get_envs() {
        match value {
            Some(value) => timed.env(key, value),
            None => timed.env_remove(key),
        };
    }
    if let Some(dir) = command.get_current_dir() {
        timed.current_dir(dir);
    }
    let mut child = timed
        .stdin(Stdio::piped())
        .stdout(Stdio::null())
        .stderr(Stdio::piped())
        .spawn()
        .expect("the measuring program is there");
    drop(child.stdin.take().map(|mut stdin| stdin.write_all(input)));
    let output = child.wait_with_output().expect("a child that was started can be waited for");
    let wall = start.elapsed();
    let said = String::from_utf8_lossy(&output.stderr).into_owned();
    assert!(output.status.success(), "{command:?}: {said}");
    let numbers: Vec<f64> =
        said.lines().last().unwrap_or_default().split(' ').filter_map(|word| word.parse().ok()).collect();
    let [user, system, peak] = numbers[..] else { panic!("three numbers, not {said:?}") };
    Took { wall, cpu: Duration::from_secs_f64(user + system), peak: peak as u64 }
}

/// Runs a command with this input, which must succeed; its output.
fn feed(command: &mut Command, input: &[u8]) -> Vec<u8> {
    let mut child = command.stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().expect("the program is there");
    drop(child.stdin.take().map(|mut stdin| stdin.write_all(input)));
    let output = child.wait_with_output().expect("a child that was started can be waited for");
    assert!(output.status.success(), "{command:?}");
    output.stdout
}

fn measure(out: &mut dyn Write, name: &str, push: &Push, rounds: usize) -> io::Result<()> {
    let diff = ["diff-tree", "-r", "--name-only", &push.old, &push.new];
    let runs: [(&str, &dyn Fn() -> Took); 7] = [
        ("git rev-parse", &|| push.git(&["rev-parse", "HEAD"])),
        ("git diff-tree", &|| push.git(&diff)),
        ("git rev-list, as it asks itself", &|| push.connected()),
        ("hook, schema, nothing remembered", &|| push.hook("schema", true)),
        ("hook, references, nothing remembered", &|| push.hook("references", true)),
        ("hook, references", &|| push.hook("references", false)),
        ("hook, schema", &|| push.hook("schema", false)),
    ];
    let mut times = vec![Vec::new(); runs.len()];
    for round in 0..=rounds {
        for (times, (_, run)) in times.iter_mut().zip(&runs) {
            let took = run();
            // The first round warms up.
            if round > 0 {
                times.push(took);
            }
        }
    }
    writeln!(out, "{name}, {rounds} rounds: fastest, median, fastest by the processor, peak, ratio to git rev-parse")?;
    let fastest = |times: &[Took]| times.iter().map(|took| took.wall).min().unwrap_or_default();
    let git = fastest(&times[0]);
    for (times, (name, _)) in times.iter_mut().zip(&runs) {
        times.sort_unstable_by_key(|took| took.wall);
        let (best, median) = (fastest(times), times[times.len() / 2].wall);
        let cpu = times.iter().map(|took| took.cpu).min().unwrap_or_default();
        let peak = times.iter().map(|took| took.peak).max().unwrap_or_default() >> 10;
        let ratio = best.as_secs_f64() / git.as_secs_f64();
        writeln!(
            out,
            "  {name:<38} {:>8.1} ms {:>8.1} ms {:>7.0} ms {peak:>5} MiB {ratio:>7.1}",
            ms(best),
            ms(median),
            ms(cpu)
        )?;
    }
    Ok(())
}

fn ms(time: Duration) -> f64 {
    time.as_secs_f64() * 1000.0
}
