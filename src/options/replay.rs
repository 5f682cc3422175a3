//! What `hhgit replay` is asked.

use std::collections::BTreeMap;
use std::num::NonZeroUsize;

use super::CheckLevel;
use super::commits::Commits;
use crate::fabric::settings::Settings;
use crate::path::RepoPath;

/// What `hhgit replay` is asked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Replay {
    /// Which commits are judged.
    pub commits: Commits,
    /// How closely.
    pub level: CheckLevel,
    /// CRDs to judge by instead of the fabric directories' own, by file.
    pub crds: BTreeMap<RepoPath, Vec<u8>>,
    /// The settings that rules depend on, instead of the manifests'.
    pub settings: Option<Settings>,
    /// How many threads judge; none for as many as there are cores.
    pub threads: Option<NonZeroUsize>,
}
