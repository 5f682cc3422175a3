//! Why a plan could not be made: hhgit could not look. What it saw and refused is a verdict, never an error.

use crate::fabric::layout::LayoutError;
use crate::ids::{Collision, CommitId};
use crate::path::{PathError, RepoPath};
use crate::snapshot::ReadError;

/// Why a plan could not be made.
#[derive(Debug, thiserror::Error)]
pub enum PlanError {
    /// The fabric directories could not be told or read.
    #[error(transparent)]
    Layout(#[from] LayoutError),
    /// An object could not be read.
    #[error("while reading {path}")]
    Read {
        /// What was being read.
        path: RepoPath,
        /// What went wrong.
        #[source]
        source: ReadError,
    },
    /// An object of the history could not be read.
    #[error("while reading the history for commits that took a sync back")]
    History(#[source] ReadError),
    /// The history ends before the commit that brought a raw file.
    #[error(
        "the history ends at {boundary} before the commit that brought {path} (a shallow clone), so it cannot be told whether a sync of it \
         was taken back; fetch the rest with: git fetch --unshallow"
    )]
    Shallow {
        /// The commit where the history ends.
        boundary: CommitId,
        /// The raw file.
        path: RepoPath,
    },
    /// A name that cannot be.
    #[error("a path could not be made")]
    Path(#[from] PathError),
    /// Something else stands where a file is to be put.
    #[error("{path} is no {wanted}, so nothing can be put there; move it out of the way and commit, then run again")]
    InTheWay {
        /// What stands there.
        path: RepoPath,
        /// What should.
        wanted: &'static str,
    },
    /// Content that cannot be named.
    #[error(transparent)]
    Collision(#[from] Collision),
}

impl PlanError {
    /// Whether the way the command was called is at fault, and not the repository.
    pub fn is_usage(&self) -> bool {
        matches!(self, Self::Layout(error) if error.is_usage())
    }
}
