//! Which commits of a history are meant.

/// A stretch of history, by names that git knows.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Commits {
    /// All of the branch that HEAD names.
    Head,
    /// A commit and all that leads to it.
    UpTo(String),
    /// What leads to the new commit and not to the old one.
    Between {
        /// Where it starts, itself left out.
        old: String,
        /// Where it ends.
        new: String,
    },
}
