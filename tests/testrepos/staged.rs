//! The same case staged and not committed: the pre-commit hook makes of the index what a sync makes of the commit.

use std::path::{Path, PathBuf};

use crate::play::diff;
use crate::support::{TempRepo, git_command, hhgit_command, run};

/// A clone in which the case's last commit is staged, on top of the one before it.
pub(crate) fn clone(bare: &TempRepo) -> PathBuf {
    let dir = bare.beside("staged");
    bare.git(&["clone", "--quiet", ".", &dir.display().to_string()]);
    if git(&dir, &["rev-parse", "--verify", "--quiet", "HEAD~1"]).is_empty() {
        git(&dir, &["update-ref", "-d", "HEAD"]);
    } else {
        git(&dir, &["reset", "--quiet", "--soft", "HEAD~1"]);
    }
    dir
}

/// Runs the hook, and compares the index with what the sync made, and the work tree with the index.
pub(crate) fn agrees(bare: &TempRepo, dir: &Path) -> Result<(), String> {
    let ended = run(hhgit_command(dir).args(["hook", "pre-commit"]));
    let (synced, staged) = (bare.git(&["rev-parse", "main^{tree}"]), git(dir, &["write-tree"]));
    if synced != staged {
        let list = |tree: &str| git(dir, &["ls-tree", "-r", tree]);
        git(dir, &["fetch", "--quiet", "origin"]);
        let differs = diff(&list(&synced), &list(&staged));
        return Err(format!("what is staged is sorted otherwise than what is committed:\n{differs}{}", ended.stderr));
    }
    match git(dir, &["status", "--porcelain", "--untracked-files=all"]).lines().find(|line| !line[1..].starts_with(' '))
    {
        Some(line) => Err(format!("the work tree is not what is staged: {line}\n{}", ended.stderr)),
        None => Ok(()),
    }
}

fn git(dir: &Path, args: &[&str]) -> String {
    run(git_command(dir).args(args)).stdout.trim_end().to_owned()
}
