//! What `hhgit verify` is asked.

use std::collections::BTreeMap;
use std::num::NonZeroUsize;

use super::commits::Commits;
use crate::path::RepoPath;

/// What `hhgit verify` is asked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Verify {
    /// Which commits are looked at.
    pub commits: Commits,
    /// CRDs of a server that made syncs by its own, by file.
    pub crds: BTreeMap<RepoPath, Vec<u8>>,
    /// How many threads look; none for as many as there are cores.
    pub threads: Option<NonZeroUsize>,
}
