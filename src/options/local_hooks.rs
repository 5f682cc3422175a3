//! What the hooks of a person's repository, and the placing of all hooks, are asked.

use std::path::PathBuf;

/// What `hhgit hook install` is asked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Install {
    /// Which hooks; none for those that suit the repository.
    pub side: Option<Side>,
    /// Whether the server sorts what it let in.
    pub sync: bool,
    /// Whether errors refuse a commit.
    pub strict: bool,
    /// What a server's hooks are called with besides.
    pub flags: Vec<String>,
    /// The folder to write to, whoever else uses it; none for the one git looks into.
    pub folder: Option<PathBuf>,
    /// The hhgit that the hooks run.
    pub program: PathBuf,
    /// Whether to stop before anything is written.
    pub dry_run: bool,
}

/// What `hhgit hook uninstall` is asked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Uninstall {
    /// The folder to look into; none for the one git looks into.
    pub folder: Option<PathBuf>,
    /// Whether to stop before anything is changed.
    pub dry_run: bool,
}

/// Whose hooks are meant.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Side {
    /// Those of a repository that is pushed to.
    Server,
    /// Those of a repository that a person commits in.
    Local,
}

/// What `hhgit hook pre-commit` is asked.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct PreCommit {
    /// Whether errors refuse the commit.
    pub strict: bool,
}

/// What `hhgit hook pre-push` is asked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PrePush {
    /// What the remote is called, or its address where it has no name.
    pub remote: Option<String>,
    /// The lines that git gives the hook.
    pub lines: Vec<u8>,
}
