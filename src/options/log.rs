//! What `hhgit log` is asked.

/// What `hhgit log` is asked.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Log {
    /// A fabric directory, an object or a path, as it was typed; none for all.
    pub target: Option<String>,
    /// The revision or range to tell of; none for the branch that HEAD names.
    pub revision: Option<String>,
    /// How many operations to tell of at most; none for all.
    pub max_count: Option<usize>,
}
