//! What `hhgit demo` shows, as a value: a fabric directory before, a sync's report, and the same directory after.

use std::path::PathBuf;

use super::Report;
use crate::path::RepoPath;

/// A file that is shown: its path relative to the fabric directory, and its text.
pub type Exhibit = (RepoPath, String);

/// A demo that has run.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Demo {
    /// The fabric directory.
    pub fabric: RepoPath,
    /// What was pushed, in path order: each file, relative to the fabric directory, and in a few words what it is.
    pub pushed: Vec<(RepoPath, &'static str)>,
    /// What the sync reported.
    pub report: Report,
    /// Every file of the fabric directory after the sync, relative to it, in path order.
    pub after: Vec<RepoPath>,
    /// Some files after the sync.
    pub exhibits: Vec<Exhibit>,
    /// The file in unmanaged/ whose mistake is mended most easily, relative to the fabric directory.
    pub mistake: RepoPath,
    /// A git command, and what git said to it, in git's own colours if they were asked for.
    pub log: (String, String),
    /// The repository, if it was kept.
    pub kept: Option<PathBuf>,
}
