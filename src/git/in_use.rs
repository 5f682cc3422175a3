//! Where a branch is in use: checked out, or being rebased or bisected, as `git branch -f` judges; reads files alone.

use std::path::{Path, PathBuf};

use gix::bstr::ByteSlice;

use super::open::Repo;
use super::refs::{BranchName, RefError, Target};
use crate::files::read_start;

/// How much is read of what a rebase or a bisect notes.
const LONGEST: u64 = 64 << 20;

/// Who uses a branch.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum InUse {
    /// It is checked out in the current work tree.
    Here,
    /// It is in use in a way or place that hhgit keeps its hands off.
    Blocked {
        /// The work tree.
        place: PathBuf,
        /// What happens to the branch there.
        how: How,
    },
}

/// What happens to a branch in a work tree.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum How {
    /// It is checked out.
    CheckedOut,
    /// It is being rebased.
    Rebased,
    /// It will be moved at the end of a rebase (`--update-refs`).
    RebasedAlong,
    /// It is being bisected.
    Bisected,
}

impl std::fmt::Display for How {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self {
            How::CheckedOut => "checked out",
            How::Rebased => "being rebased",
            How::RebasedAlong => "part of a rebase with --update-refs",
            How::Bisected => "being bisected",
        })
    }
}

/// Finds who uses the branch, the current work tree first.
pub fn in_use(repo: &Repo, branch: &BranchName) -> Result<Option<InUse>, RefError> {
    let trees = work_trees(repo);
    for (git_dir, place) in &trees {
        if let Some(how) = operation(git_dir, branch) {
            return Ok(Some(InUse::Blocked { place: place.clone(), how }));
        }
    }
    let mut elsewhere = None;
    for (git_dir, place) in trees {
        if !leads_to(repo, &git_dir, branch)? {
            continue;
        }
        if same_dir(&git_dir, repo.git_dir()) && repo.work_tree().is_some() {
            return Ok(Some(InUse::Here));
        }
        elsewhere.get_or_insert(InUse::Blocked { place, how: How::CheckedOut });
    }
    Ok(elsewhere)
}

/// Whether the HEAD in this git directory leads to the branch. One that cannot be read leads nowhere but here.
fn leads_to(repo: &Repo, git_dir: &Path, branch: &BranchName) -> Result<bool, RefError> {
    match repo.head_target(git_dir) {
        Ok(Target::Ref(name, _)) => Ok(name == branch.as_str().as_bytes()),
        Ok(Target::Object(_)) => Ok(false),
        Err(error) if same_dir(git_dir, repo.git_dir()) => Err(error),
        Err(_) => Ok(false),
    }
}

/// Each work tree's git directory and root: the current one, the main one unless it is bare, and the linked ones.
fn work_trees(repo: &Repo) -> Vec<(PathBuf, PathBuf)> {
    let mut trees = Vec::new();
    if let Some(root) = repo.work_tree() {
        trees.push((repo.git_dir().to_owned(), root));
    }
    let common = repo.common_dir();
    let bare = repo.config_bool("core.bare");
    // A hook may run on the main repository with GIT_DIR alone and no sight of the work tree that belongs to it.
    let unseen_main = match same_dir(common, repo.git_dir()) {
        true => repo.work_tree().is_none() && bare == Some(false),
        false => bare != Some(true),
    };
    if unseen_main {
        let common = common.canonicalize().unwrap_or_else(|_| common.to_owned());
        let place = common.parent().unwrap_or(&common).to_owned();
        trees.push((common, place));
    }
    let mut linked: Vec<PathBuf> = match std::fs::read_dir(common.join("worktrees")) {
        Ok(entries) => entries.filter_map(Result::ok).map(|entry| entry.path()).collect(),
        Err(_) => Vec::new(),
    };
    linked.sort();
    for git_dir in linked.into_iter().filter(|dir| !same_dir(dir, repo.git_dir())) {
        let Ok(text) = read_start(&git_dir.join("gitdir"), LONGEST) else { continue };
        let Ok(path) = gix::path::from_byte_slice(text.trim_end()) else { continue };
        let dot_git = git_dir.join(path);
        let place = dot_git.parent().map_or_else(|| dot_git.clone(), Path::to_owned);
        trees.push((git_dir, place));
    }
    trees
}

/// What a rebase or bisect in this work tree does to the branch.
fn operation(git_dir: &Path, branch: &BranchName) -> Option<How> {
    let line = |path: &str| read_start(&git_dir.join(path), LONGEST).ok().map(|bytes| bytes.trim_end().to_vec());
    let is_branch = |name: Option<Vec<u8>>| name.is_some_and(|name| name == branch.as_str().as_bytes());
    let rebasing = git_dir.join("rebase-apply/rebasing").exists();
    if is_branch(line("rebase-merge/head-name")) || (rebasing && is_branch(line("rebase-apply/head-name"))) {
        return Some(How::Rebased);
    }
    let along = line("rebase-merge/update-refs").unwrap_or_default();
    if along.split(|b| *b == b'\n').any(|name| name == branch.as_str().as_bytes()) {
        return Some(How::RebasedAlong);
    }
    let bisected = line("BISECT_START").filter(|_| git_dir.join("BISECT_LOG").exists())?;
    let full = BranchName::parse(&bisected.to_str_lossy()).ok()?;
    (full == *branch).then_some(How::Bisected)
}

fn same_dir(a: &Path, b: &Path) -> bool {
    a == b || matches!((a.canonicalize(), b.canonicalize()), (Ok(a), Ok(b)) if a == b)
}
