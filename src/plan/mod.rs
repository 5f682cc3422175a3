//! The plan: the edits that turn the input tree into the output tree, computed without touching git.

mod edit;
mod given;

pub use edit::{Content, Edit, Target};

use std::collections::BTreeMap;

use crate::path::RepoPath;

/// What a sync will do. Only the planner makes one; a dry run prints it, the writer writes it, and both see the same value.
#[derive(Debug, Clone)]
pub struct Plan {
    edits: BTreeMap<RepoPath, Edit>,
    message: String,
}

impl Plan {
    /// The edits by repository path, in git's order. No edit leaves things as they are.
    pub fn edits(&self) -> &BTreeMap<RepoPath, Edit> {
        &self.edits
    }

    /// The commit message, trailers included.
    pub fn message(&self) -> &str {
        &self.message
    }

    /// Whether there is nothing to do.
    pub fn is_empty(&self) -> bool {
        self.edits.is_empty()
    }
}
