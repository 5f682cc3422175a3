//! A plan made by hand, for tests of what is done with one.

use std::collections::BTreeMap;

use super::{Edit, Plan};
use crate::path::RepoPath;

impl Plan {
    /// A plan of these edits. Tests alone make plans so; everybody else gets them from the planner.
    #[doc(hidden)]
    pub fn given(edits: BTreeMap<RepoPath, Edit>, message: &str) -> Self {
        Self::of_edits(edits, message)
    }
}
