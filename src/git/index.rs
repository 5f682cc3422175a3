//! A merge into the index and the work tree, as git's own strategies leave it: what could not be merged stays there in stages.

use std::collections::BTreeMap;

use super::give_back::{HalfChanged, give_back};
use super::merging::Stage;
use super::open::Repo;
use super::run::{Git, GitError, no_hooks};
use super::tree::NewTree;
use super::worktree::{Obstacle, look_beside_index};
use super::write::{Touch, WriteError, touches, write_objects};
use crate::ids::{CommitId, TreeId};
use crate::path::RepoPath;
use crate::plan::Plan;

/// Why index and work tree were left as they were.
#[derive(Debug, thiserror::Error)]
pub enum IndexError {
    /// The index holds what the last commit does not.
    #[error("something is staged that is not committed; commit or stash it first (git status shows it)")]
    Staged,
    /// The environment names an index of its own.
    #[error("GIT_INDEX_FILE is set; unset it, the merge goes into the work tree's own index")]
    Named,
    /// Something in the work tree would be lost.
    #[error(transparent)]
    Obstacle(#[from] Obstacle),
    /// The merged files could not be written.
    #[error(transparent)]
    Write(#[from] WriteError),
    /// Git could not be asked, or did not do it.
    #[error(transparent)]
    Git(#[from] GitError),
    /// Git did not do it, and what it had done to the work tree by then could not be put back.
    #[error("{error}; {half}")]
    HalfDone {
        /// What git said.
        error: GitError,
        /// What could not be put back.
        half: HalfChanged,
    },
}

/// Refuses where the index is not just the commit's tree.
pub fn look_at_index(repo: &Repo, head: CommitId) -> Result<(), IndexError> {
    if repo.environment.index_file.is_some() {
        return Err(IndexError::Named);
    }
    let git = Git::new(repo, "diff-index", &[]).args(["--quiet", "--cached", "--no-ext-diff"]);
    let answer = git.arg(head.to_string()).arg("--").ask()?;
    if answer.success { Ok(()) } else { Err(IndexError::Staged) }
}

/// Puts a merge into the index and the work tree, all or, where local changes would be lost, nothing. Each path in `stages`
/// is then one that git asks to be resolved, its file what the tree has there.
pub fn put_merge(
    repo: &Repo,
    head: TreeId,
    plan: &Plan,
    (tree, more): (&NewTree, &Plan),
    stages: &[Stage],
) -> Result<(), IndexError> {
    let staged = stages.iter().map(|stage| (stage.path.clone(), Touch::Changes));
    let mut all: BTreeMap<RepoPath, Touch> = staged.collect();
    all.extend(touches(plan.edits()));
    let all: Vec<_> = all.into_iter().collect();
    look_beside_index(repo, &all)?;
    let keep = write_objects(repo, plan, tree)?;
    // What stages name besides: objects that no tree of the merge holds.
    let none = NewTree { id: tree.id, objects: Vec::new() };
    let others = write_objects(repo, more, &none)?;
    let no_hooks = no_hooks();
    let config = [("core.hooksPath", no_hooks.as_os_str()), ("submodule.recurse", "false".as_ref())];
    let taken_back = |error: GitError| match give_back(repo, &head.to_string(), tree.id, &all) {
        Ok(()) => IndexError::Git(error),
        Err(half) => IndexError::HalfDone { error, half },
    };
    let git = Git::new(repo, "read-tree", &config).args(["-m", "-u"]);
    git.arg(head.to_string()).arg(tree.id.to_string()).run().map_err(taken_back)?;
    if !stages.is_empty() {
        let git = Git::new(repo, "update-index", &config).args(["-z", "--index-info"]);
        git.input(lines(repo, stages)).run().map_err(taken_back)?;
    }
    drop((keep, others));
    Ok(())
}

/// The stages as `git update-index --index-info` reads them: each path taken out first.
fn lines(repo: &Repo, stages: &[Stage]) -> Vec<u8> {
    let mut text = Vec::new();
    let nothing = repo.hash_kind().null();
    let mut last = None;
    for stage in stages {
        let path = stage.path.as_bytes();
        if last.replace(&stage.path) != Some(&stage.path) {
            text.extend_from_slice(format!("0 {nothing}\t").as_bytes());
            text.extend_from_slice(path);
            text.push(0);
        }
        let Stage { number, mode, id, .. } = stage;
        text.extend_from_slice(format!("{:o} {id} {number}\t", mode.value()).as_bytes());
        text.extend_from_slice(path);
        text.push(0);
    }
    text
}

/// What git calls a commit that it has a strategy merge, if it says.
pub fn called(commit: CommitId) -> Option<String> {
    std::env::var(format!("GITHEAD_{commit}")).ok().filter(|name| !name.is_empty())
}
