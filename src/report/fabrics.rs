//! What is in force in a fabric directory: its kinds and where they come from, its settings.

use crate::path::RepoPath;

/// The kinds in force in a fabric directory.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FabricKinds {
    /// The fabric directory.
    pub path: RepoPath,
    /// Its name, from the manifest.
    pub name: String,
    /// Its ruleset's name and digest.
    pub ruleset: String,
    /// The kinds, sorted by group and name.
    pub kinds: Vec<KindRow>,
}

/// One kind in force.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KindRow {
    /// The kind.
    pub kind: String,
    /// Its group.
    pub group: String,
    /// The versions served.
    pub versions: Vec<String>,
    /// The file that it comes from, relative to the fabric directory; none for a built-in one.
    pub file: Option<RepoPath>,
}

/// The settings in force in a fabric directory.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FabricSettings {
    /// The fabric directory.
    pub path: RepoPath,
    /// Its name, from the manifest.
    pub name: String,
    /// The settings, in the order of their table.
    pub settings: Vec<SettingRow>,
}

/// One setting in force.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SettingRow {
    /// Its key in the manifest.
    pub key: &'static str,
    /// Its value, as the manifest says it.
    pub value: String,
    /// Whether that is another than the default.
    pub set: bool,
}
