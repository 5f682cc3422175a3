//! Why two branches could not be merged, or the strategy not be put in place; conflicts are an answer, and none of these.

use std::path::PathBuf;

use crate::git::index::IndexError;
use crate::path::quote;

/// Why nothing could be merged. Nothing has changed.
#[derive(Debug, thiserror::Error)]
pub enum MergeError {
    /// The two have no history in common.
    #[error(
        "{branch} and {} have no commit in common{}, so it cannot be told what each of them changed",
        quote(other.as_bytes()),
        if *shallow { " here (a shallow clone; fetch the rest with: git fetch --unshallow)" } else { "" }
    )]
    Unrelated {
        /// The branch.
        branch: String,
        /// What was to be merged.
        other: String,
        /// Whether history is cut off.
        shallow: bool,
    },
    /// The link could not be made.
    #[error("{} cannot be made; name another folder that is on PATH: hhgit merge --install DIR", path.display())]
    Link {
        /// The link.
        path: PathBuf,
        /// What the system said.
        #[source]
        source: std::io::Error,
    },
    /// Something else has the link's name.
    #[error("{} is there and is not this hhgit; move it away, or name another folder: hhgit merge --install DIR", path.display())]
    Taken {
        /// The file.
        path: PathBuf,
    },
    /// Index and work tree cannot take the merge.
    #[error(transparent)]
    Index(#[from] IndexError),
    /// Git wants something of the strategy that it does not do.
    #[error("the merge strategy hhgit {what}")]
    Strategy {
        /// What it does not do, and what to do.
        what: String,
    },
}
