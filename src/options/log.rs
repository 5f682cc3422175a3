//! What `hhgit log` is asked.

use super::commits::Commits;

/// What `hhgit log` is asked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Log {
    /// A fabric directory, an object or a path, as it was typed; none for all.
    pub target: Option<String>,
    /// The stretch of history to tell of.
    pub commits: Commits,
    /// How many operations to tell of at most; none for all.
    pub max_count: Option<usize>,
}
