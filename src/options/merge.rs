//! What `hhgit merge` is asked.

/// What `hhgit merge` is asked.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Merge {
    /// What is merged: a branch, or any other name of a commit.
    pub other: String,
    /// The branch to merge into; none for the one HEAD names.
    pub into: Option<String>,
    /// The merge commit's message; none for git's usual one.
    pub message: Option<String>,
    /// Whether to stop before anything is written.
    pub dry_run: bool,
    /// How many objects may leave managed/ at most.
    pub max_deletions: Option<usize>,
}

/// What git asks of a merge strategy.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Strategy {
    /// Options for the strategy, of which there are none.
    pub options: Vec<String>,
    /// The last common commits.
    pub bases: Vec<String>,
    /// Our side, as git names it: HEAD.
    pub head: String,
    /// What is merged; one, or git wants an octopus.
    pub others: Vec<String>,
}
