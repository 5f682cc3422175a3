//! Instructions of fixed cases, counted by valgrind, which other work on the machine does not change.

use std::io::{self, Write};
use std::path::Path;
use std::process::Command;

use super::corpus::Corpus;
use super::first::repository;
use super::run::{hhgit, said};
use super::starts::{SIZES, pushed, synced};
use super::{Asked, support};

/// Prints the counts.
pub(crate) fn count(out: &mut dyn Write, asked: &Asked) -> io::Result<()> {
    let corpus = Corpus::flat(2_000);
    let many = Corpus { files: 2_000, documents: 1, fabrics: 100, folders: false };
    let (first, mut fabrics) = (repository(asked, corpus), repository(asked, many));
    for level in ["identity", "schema"] {
        first.reset();
        counted(out, &format!("first sync of 2,000 documents, {level}"), first.dir(), &["sync", level])?;
        first.assert_sorted(level, corpus.objects());
    }
    fabrics.sync_and_keep("identity", many.objects());
    let idle = ["sync", "identity"];
    fabrics.forget();
    counted(out, "sync of 100 fabrics, nothing to do or remembered", fabrics.dir(), &idle)?;
    said(&mut hhgit(fabrics.dir(), &idle));
    counted(out, "sync of 100 fabrics, nothing to do", fabrics.dir(), &idle)?;
    let (small, new) = (synced(SIZES[0]), pushed(1_000, ""));
    counted(out, "sync of 1,269 objects, nothing to do", small.dir(), &["sync"])?;
    counted(out, "first sync of 1,000 documents of racks", new.dir(), &["--fabric", ".", "sync"])?;
    drop(std::fs::remove_dir_all(small.dir().join("hhgit")));
    counted(out, "check of 1,269 objects", small.dir(), &["check"])
}

/// Runs hhgit under valgrind.
fn counted(out: &mut dyn Write, name: &str, dir: &Path, args: &[&str]) -> io::Result<()> {
    let plain = hhgit(dir, args);
    let mut command = Command::new("valgrind");
    command.args(["--tool=callgrind", "--callgrind-out-file=/dev/null"]);
    command.arg(plain.get_program()).args(plain.get_args()).current_dir(dir);
    for (key, value) in plain.get_envs() {
        match value {
            Some(value) => command.env(key, value),
            None => command.env_remove(key),
        };
    }
    let ended = support::run(&mut command);
    assert_eq!(ended.code, Some(0), "{name}: {}", ended.stderr);
    let count = ended.stderr.lines().find_map(|line| line.split_once("Collected : "));
    let count: u64 = count.and_then(|(_, count)| count.trim().parse().ok()).ok_or(io::ErrorKind::InvalidData)?;
    writeln!(out, "| {name} | {:.1} |", count as f64 / 1e6)
}
