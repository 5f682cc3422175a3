//! Why there is nothing that an undo could take back.

use crate::exit::Exit;
use crate::ids::CommitId;
use crate::path::RepoPath;

/// Why an undo cannot be told. Nothing has changed.
#[derive(Debug, thiserror::Error)]
pub enum UndoError {
    /// The history holds no sync.
    #[error("no commit of {branch} is one that sync makes, so there is nothing to undo; git revert takes others back")]
    NoSync {
        /// The branch.
        branch: String,
    },
    /// The commit is not one that sync makes.
    #[error("{commit} is not a commit that sync makes; git revert {commit} takes it back")]
    NotASync {
        /// The commit.
        commit: CommitId,
    },
    /// The commit is a merge, or the first of all.
    #[error("{commit} has not one parent, so it is not a commit that sync makes; hhgit log tells those that are")]
    NotOneParent {
        /// The commit.
        commit: CommitId,
    },
    /// History ends before it can be told.
    #[error(
        "history is cut off at {commit}, so that what it did cannot be told; fetch the rest: git fetch --unshallow"
    )]
    Cut {
        /// Where it ends.
        commit: CommitId,
    },
    /// No sync was named, and managed/ was changed by hand since the newest.
    #[error(
        "{hand} changed managed/ by hand after the newest sync; if that sync is to be taken back, name it: hhgit undo {sync}"
    )]
    ByHand {
        /// The later commit.
        hand: CommitId,
        /// The newest sync.
        sync: CommitId,
    },
    /// The sync does not come out the same here, so what became of one object cannot be told.
    #[error(
        "{commit} does not come out the same by the rules that are here, so its objects cannot be told apart; take it back as a whole"
    )]
    NotAgain {
        /// The commit.
        commit: CommitId,
    },
    /// The object is in several fabric directories.
    #[error("{object} could be any of {}; name one by its file, or its fabric directory with --fabric", named(paths))]
    Several {
        /// The object, as written.
        object: String,
        /// Its files.
        paths: Vec<RepoPath>,
    },
    /// The commit is not in the branch's history.
    #[error("{commit} is not in the history of {branch}; git branch --contains {commit} tells where it is")]
    Elsewhere {
        /// The commit.
        commit: CommitId,
        /// The branch.
        branch: String,
    },
    /// Only some fabric directories were asked for, and the commit did not touch these.
    #[error("{commit} changed nothing in the fabric directories that --fabric names")]
    NotThere {
        /// The commit.
        commit: CommitId,
    },
    /// The object was not sorted by the commit.
    #[error("{commit} brought no object {object} into managed/{}", listed(known))]
    NoObject {
        /// The commit.
        commit: CommitId,
        /// The object, as written.
        object: String,
        /// What it brought.
        known: Vec<String>,
    },
}

impl UndoError {
    /// The exit code this ends with.
    pub fn exit(&self) -> Exit {
        if matches!(self, Self::Cut { .. }) { Exit::CouldNot } else { Exit::Usage }
    }
}

fn named(paths: &[RepoPath]) -> String {
    paths.iter().map(ToString::to_string).collect::<Vec<_>>().join(", ")
}

fn listed(known: &[String]) -> String {
    const SHOWN: usize = 20;
    if known.is_empty() {
        return "; it brought none that is told, take it back as a whole".to_owned();
    }
    let more = if known.len() > SHOWN { ", …" } else { "" };
    format!("; it brought {}{more}", known[..known.len().min(SHOWN)].join(", "))
}
