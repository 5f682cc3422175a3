//! How much a document may ask for before it is refused.

/// The bounds within which files and documents are read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limits {
    /// The deepest nesting of lists and mappings, aliases and merge keys followed; never above [`Limits::DEEPEST`].
    pub depth: usize,
    /// The largest file, in bytes; the caller asks this before it splits a file.
    pub file_bytes: u64,
    /// The most nodes that the aliases of one document may stand for.
    pub expanded_nodes: usize,
    /// The most bytes of text that the aliases of one document may stand for.
    pub expanded_bytes: usize,
}

impl Limits {
    /// The depth that a thread's stack of 2 MiB surely carries; a larger [`Limits::depth`] counts as this.
    pub const DEEPEST: usize = 1_000;

    /// The depth in force.
    pub(super) fn depth_in_force(&self) -> usize {
        self.depth.min(Self::DEEPEST)
    }
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            depth: Self::DEEPEST,
            file_bytes: 16 * 1024 * 1024,
            expanded_nodes: 1_000_000,
            expanded_bytes: 64 * 1024 * 1024,
        }
    }
}
