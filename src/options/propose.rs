//! Where a proposal goes, as it was asked for and as the environment says; what that comes to is for forge/ to tell.

use super::remote::{Forge, Token};
use crate::secret::Secret;

/// That a sync is to be proposed, and what is known of where.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Propose {
    /// What was asked for by name.
    pub asked: Asked,
    /// What the environment says.
    pub ci: Ci,
}

/// What was asked for by name.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Asked {
    /// The forge.
    pub forge: Option<Forge>,
    /// Where its API is, as written.
    pub api: Option<String>,
}

/// What the environment says of forges.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Ci {
    /// The forges whose CI this runs in; there is one at most, but nothing keeps people from setting variables.
    pub homes: Vec<Home>,
    /// The token that goes wherever the request is to be opened.
    pub own: Option<Secret>,
    /// The forges' tokens.
    pub tokens: Vec<Token>,
    /// Whether GitLab's CI has given its job a token, which cannot open merge requests.
    pub job_token: bool,
}

/// The forge whose CI this runs in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Home {
    /// Its software.
    pub forge: Forge,
    /// Where its pages are.
    pub server: String,
    /// Where its API is.
    pub api: Option<String>,
    /// The repository that the CI works for.
    pub repository: Option<String>,
}
