//! Why there is nothing that an undo could take back.

use crate::ids::CommitId;

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

fn listed(known: &[String]) -> String {
    const SHOWN: usize = 20;
    if known.is_empty() {
        return "; it brought none that is told, take it back as a whole".to_owned();
    }
    let more = if known.len() > SHOWN { ", …" } else { "" };
    format!("; it brought {}{more}", known[..known.len().min(SHOWN)].join(", "))
}
