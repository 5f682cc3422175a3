//! What `hhgit why` is asked.

/// A file or an object, and the commit in which it is looked for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Why {
    /// What was named, as it was typed: an object or a path, with a line or two behind it.
    pub subject: Vec<u8>,
    /// The commit, in any way that git can spell one; none for the one HEAD names.
    pub revision: Option<String>,
}
