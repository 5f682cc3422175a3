//! A pre-commit hook that is killed at any moment leaves the index whole, staged or sorted, and nothing that was staged is lost.
#![allow(clippy::unwrap_used, reason = "a test may unwrap")]
#![cfg(unix)]

mod support;

use std::os::unix::process::CommandExt;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use support::person::{commit, git, prepared};
use support::{TempRepo, hhgit_command, vpc};

const FILES: usize = 150;
const KILLS: u32 = 12;

/// A repository in which many files are staged.
fn staged() -> TempRepo {
    let repo = prepared();
    for number in 0..FILES {
        repo.put(&format!("f/raw/vpc-{number}.yaml"), &vpc(&format!("vpc-{number}"), "x"));
    }
    repo.git(&["add", "f"]);
    repo
}

/// Runs the hook as git would, in a process group of its own, and kills all of that after a time.
fn run_and_kill(repo: &TempRepo, after: Option<Duration>) -> Duration {
    let mut command = hhgit_command(repo.dir());
    command.args(["hook", "pre-commit"]).stdout(Stdio::null()).stderr(Stdio::null()).process_group(0);
    let start = Instant::now();
    let mut child = command.spawn().unwrap();
    if let Some(after) = after {
        while start.elapsed() < after && child.try_wait().unwrap().is_none() {
            std::thread::yield_now();
        }
        let group = format!("-{}", child.id());
        Command::new("kill").args(["-KILL", "--", &group]).stderr(Stdio::null()).status().unwrap();
    }
    child.wait().unwrap();
    start.elapsed()
}

#[test]
fn the_index_is_what_was_staged_or_its_sorted_form_and_a_second_try_ends_well() {
    let undisturbed = staged();
    let before = undisturbed.git(&["ls-files", "--stage"]);
    let whole = run_and_kill(&undisturbed, None);
    let after = undisturbed.git(&["ls-files", "--stage"]);
    assert_ne!(before, after);
    for kill in 1..=KILLS {
        let repo = staged();
        run_and_kill(&repo, Some(whole * kill / KILLS));
        // What git says to do about a lock that a killed git left.
        let _ = std::fs::remove_file(repo.git_dir().join("index.lock"));
        let index = repo.git(&["ls-files", "--stage"]);
        assert!(index == before || index == after, "the index is neither, after kill {kill}");
        repo.fsck();
        // The work tree as the index has it, as git status says how to get it.
        repo.git(&["restore", "f"]);
        repo.git(&["clean", "-d", "--force", "--quiet", "f"]);
        assert_eq!(git(&repo, &["diff", "--quiet"]).code, Some(0));
        let ended = commit(&repo, &[]);
        assert_eq!(ended.code, Some(0), "{ended:?}");
        assert_eq!(repo.git(&["ls-files", "--stage"]), after);
    }
}
