//! Which remote a command works on, and the tokens that the environment holds for it.

use std::time::Duration;

pub use super::hook::Forge;
use super::propose::Propose;
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
    /// Whether it is worked on in a temporary repository of its own, also where there is one around.
    pub apart: bool,
    /// Where the commit is to be proposed, if it is not pushed to the branch itself.
    pub propose: Option<Propose>,
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
