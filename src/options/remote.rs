//! Which remote a command works on, and the tokens that the environment holds for it.

use std::time::Duration;

pub use super::hook::Forge;
use crate::secret::Secret;

/// How long one conversation with a remote may take unless told otherwise.
pub const TIMEOUT: Duration = Duration::from_secs(300);

/// The remote that a sync works on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Remote {
    /// A remote's name, a URL or a path, as written.
    pub name: String,
    /// How long one conversation with it may take: a fetch, a push, a look at its branches.
    pub timeout: Duration,
    /// The tokens that the environment holds, each with the server it is for.
    pub tokens: Vec<Token>,
}

/// A forge's token.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Token {
    /// The variable it came from.
    pub variable: &'static str,
    /// Whose it is.
    pub forge: Forge,
    /// The server it goes to, and no other: `https://github.com`.
    pub server: String,
    /// The token.
    pub secret: Secret,
}
