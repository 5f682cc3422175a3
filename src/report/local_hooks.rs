//! What became of hooks as files, and what the hooks of a person's repository did; render/ turns it into text.

use std::path::PathBuf;

use super::{FabricReport, Report};
use crate::finding::Finding;
use crate::path::RepoPath;

/// What became of the hooks in a folder.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Placed {
    /// The folder.
    pub folder: PathBuf,
    /// One row a hook, in a fixed order.
    pub rows: Vec<PlacedRow>,
    /// Whether nothing was changed, because that was asked for.
    pub dry_run: bool,
    /// What the user should know besides, one sentence each.
    pub notes: Vec<String>,
}

/// What became of one hook.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct PlacedRow {
    /// Git's name for it.
    pub name: &'static str,
    /// What was done, or would be.
    pub act: Act,
}

/// What is done to a hook's file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Act {
    /// Written where no hook was.
    Written,
    /// Written, and the one that was there kept beside it, to run first.
    Chained,
    /// Written over what another version of hhgit had written, or for another program.
    Renewed,
    /// It is there already.
    Unchanged,
    /// Taken away; there was none before.
    Removed,
    /// Taken away, and the one that was there before put back.
    GivenBack,
}

/// What a pre-commit hook found and did.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Staged {
    /// How it ended.
    pub outcome: StagedOutcome,
    /// What became of the fabric directories that the commit changes, in path order.
    pub fabrics: Vec<FabricReport>,
    /// What is wrong with what the commit changes and with what depends on it, in path order.
    pub findings: Vec<Finding>,
    /// What to give `hhgit check` once the commit is made, to see all of it.
    pub range: &'static str,
}

/// How a pre-commit hook ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum StagedOutcome {
    /// The commit changes no fabric directory, or nothing that has to be sorted.
    Untouched,
    /// Something is in progress of which the commit is a part; it is left as it is.
    Unfinished(&'static str),
    /// What is staged is sorted now, and so are the work tree's files.
    Sorted,
    /// The same, and that left nothing to commit.
    NothingLeft,
    /// Refused for its errors, with nothing changed.
    Refused,
}

impl Staged {
    /// Nothing to say.
    pub fn nothing(outcome: StagedOutcome) -> Self {
        Self { outcome, fabrics: Vec::new(), findings: Vec::new(), range: "HEAD" }
    }
}

/// What a pre-push hook found in one branch.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Pushed {
    /// The branch, as the remote will call it.
    pub branch: String,
    /// What to give `hhgit check` to see all of it.
    pub range: String,
    /// What was found.
    pub judged: Judged,
}

/// What came of judging a branch that is about to be pushed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Judged {
    /// What is wrong in it.
    Report(Box<Report>),
    /// It could not be told, since history ends before this file's last change.
    Shallow(RepoPath),
}
