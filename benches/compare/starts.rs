//! Small commands beside git's own start, on fabrics of 1,269 and of 10,000 objects.

use std::io::{self, Write};

use super::run::{Turn, by_turns, git, hhgit, middle, ratio, took, wall};
use super::support::{self, TempRepo};
use super::{Asked, fabric};

/// How many objects the two fabrics have.
pub(crate) const SIZES: [usize; 2] = [1_269, 10_000];
/// What is run: the program, and its arguments.
const COMMANDS: [(&str, &[&str]); 5] = [
    ("git", &["rev-parse", "HEAD"]),
    ("hhgit", &["kinds"]),
    ("hhgit", &["sync"]),
    ("hhgit", &["check", "--level", "schema"]),
    ("hhgit", &["check"]),
];

/// Prints the times.
pub(crate) fn times(out: &mut dyn Write, asked: &Asked) -> io::Result<()> {
    let rounds = asked.rounds(21);
    for size in SIZES {
        let repo = &synced(size);
        writeln!(out, "{size} objects, {rounds} rounds: median, ratio to git")?;
        let turn = |(program, args): (&'static str, &'static [&'static str])| -> Turn<'_> {
            let run = if program == "git" { git } else { hhgit };
            Box::new(move |_| took(&mut run(repo.dir(), args)))
        };
        let all = by_turns(rounds, COMMANDS.into_iter().map(turn).collect());
        for (took, (program, args)) in all.iter().zip(COMMANDS) {
            let (name, ratio) = (format!("{program} {}", args.join(" ")), ratio(took, &all[0], wall));
            writeln!(out, "  {name:<30} {:>8.1} ms {ratio:>7.1}", middle(took, wall) * 1e3)?;
        }
    }
    Ok(())
}

/// A bare repository whose raw/ holds so many objects, a file each.
pub(crate) fn pushed(size: usize, folder: &str) -> TempRepo {
    let repo = TempRepo::bare();
    let files: Vec<(String, String)> =
        fabric::objects(size).into_iter().map(|object| (format!("{folder}raw/{}", object.name), object.text)).collect();
    let files: Vec<(&str, &str)> = files.iter().map(|(path, text)| (path.as_str(), text.as_str())).collect();
    repo.commit("main", &files);
    repo
}

/// A bare repository whose fabric directory, its root, holds so many objects in managed/ and nothing to sort.
pub(crate) fn synced(size: usize) -> TempRepo {
    let repo = pushed(size, "");
    let first = support::run(&mut hhgit(repo.dir(), &["--fabric", ".", "sync"]));
    assert_eq!(first.code, Some(0), "{}{}", first.stdout, first.stderr);
    took(&mut hhgit(repo.dir(), &["check"]));
    repo
}
