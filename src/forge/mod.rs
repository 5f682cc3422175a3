//! Pull and merge requests of GitHub, GitLab, Gitea and Forgejo, through their HTTP APIs.
//!
//! Requests are built and answers are read as values, one file a forge ([`github`], [`gitlab`], [`gitea`]); [`detect`] says which
//! forge, which repository and which token, [`words`] what a request of hhgit's says, [`retry`] what is asked again and
//! when, [`failure`] what went wrong and what to do. [`client`] puts them in order, and [`http`] alone talks to anybody.

pub mod address;
pub mod client;
pub mod detect;
pub mod failure;
pub mod gitea;
pub mod github;
pub mod gitlab;
pub mod http;
pub mod retry;
pub mod words;

use std::collections::BTreeMap;

use self::address::Api;
pub use crate::options::remote::Forge as Kind;
use crate::secret::Secret;

/// How many requests are listed on one page.
const PAGE: u32 = 50;
/// How much of what a forge calls something is kept: more is no address or title that it gave out.
const MAX_TEXT: usize = 2048;

impl Kind {
    /// The forge's name as people write it.
    pub fn name(self) -> &'static str {
        match self {
            Self::GitHub => "GitHub",
            Self::GitLab => "GitLab",
            Self::Gitea => "Gitea or Forgejo",
        }
    }

    /// What the forge calls a request, and the mark before its number.
    pub fn calls_it(self) -> (&'static str, char) {
        match self {
            Self::GitHub | Self::Gitea => ("pull request", '#'),
            Self::GitLab => ("merge request", '!'),
        }
    }

    /// The header that carries a token, and what stands before the token in it.
    pub fn credential(self) -> (&'static str, &'static str) {
        match self {
            Self::GitHub => ("authorization", "Bearer "),
            Self::GitLab => ("private-token", ""),
            Self::Gitea => ("authorization", "token "),
        }
    }
}

/// A repository at a forge.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Project {
    /// The forge.
    pub kind: Kind,
    /// Where its API is.
    pub api: Api,
    /// The repository as the API names it: `owner/name`; at GitLab also a number, or more folders.
    pub name: String,
}

/// A repository at a forge, and the token to come with.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Access {
    /// The repository.
    pub project: Project,
    /// The token.
    pub token: Secret,
}

/// The two branches of a request.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Branches {
    /// The branch that is to be merged, without `refs/heads/`.
    pub source: String,
    /// The branch that it is to be merged into.
    pub target: String,
}

/// What a request says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Words {
    /// Its title.
    pub title: String,
    /// Its text, in Markdown.
    pub text: String,
}

/// A request that is open at the forge.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Pull {
    /// Its number in the repository.
    pub number: u64,
    /// Where people look at it, as the forge says.
    pub url: String,
    /// What it says.
    pub words: Words,
    /// What it joins.
    pub branches: Branches,
    /// Whether the branch to be merged is in the repository itself, and not in a fork.
    pub own: bool,
}

/// What is asked of an HTTP server.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Method {
    /// To show something.
    Get,
    /// To make something new.
    Post,
    /// To change some of a thing.
    Patch,
    /// To change a thing.
    Put,
}

impl Method {
    /// The word that goes over the wire.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Get => "GET",
            Self::Post => "POST",
            Self::Patch => "PATCH",
            Self::Put => "PUT",
        }
    }

    /// Whether asking twice comes to the same as asking once. hhgit's PATCH and PUT name all that they set.
    pub fn is_idempotent(self) -> bool {
        self != Self::Post
    }
}

/// A request of HTTP, without the token, which is added where it is sent.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Request {
    /// What is asked.
    pub method: Method,
    /// Of what.
    pub url: String,
    /// Headers, but for the token and the length.
    pub headers: Vec<(&'static str, &'static str)>,
    /// JSON.
    pub body: Option<String>,
}

impl Request {
    /// A request with a JSON body, or none, that takes JSON of this kind for an answer.
    fn json(method: Method, url: String, accept: &'static str, body: Option<serde_json::Value>) -> Self {
        let mut headers = vec![("accept", accept)];
        headers.extend(body.as_ref().map(|_| ("content-type", "application/json")));
        Self { method, url, headers, body: body.map(|body| body.to_string()) }
    }
}

/// An answer of HTTP.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Answer {
    /// The status.
    pub status: u16,
    /// The headers, their names in lower case.
    pub headers: BTreeMap<String, String>,
    /// The body.
    pub body: Vec<u8>,
}

impl Answer {
    /// A header by its name in lower case.
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name).map(|value| value.trim())
    }

    /// Whether the forge says that a list goes on. Where it leads is not followed: hhgit counts the pages itself.
    pub fn has_next_page(&self) -> bool {
        self.header("link").is_some_and(|link| link.contains("rel=\"next\""))
    }
}

/// An answer that is not what the forge's API is published to give.
#[derive(Debug, thiserror::Error)]
#[error("the answer is not what this API gives: {0}")]
pub struct Unreadable(#[from] serde_json::Error);

impl Project {
    /// The request that lists open requests between these branches, or, where the API cannot narrow it so, all open ones.
    pub fn list(&self, branches: &Branches, page: u32) -> Request {
        match self.kind {
            Kind::GitHub => github::list(self, branches, page),
            Kind::GitLab => gitlab::list(self, branches, page),
            Kind::Gitea => gitea::list(self, page),
        }
    }

    /// The request that opens one.
    pub fn open(&self, branches: &Branches, words: &Words) -> Request {
        match self.kind {
            Kind::GitHub => github::open(self, branches, words),
            Kind::GitLab => gitlab::open(self, branches, words),
            Kind::Gitea => gitea::open(self, branches, words),
        }
    }

    /// The request that gives an open one other words.
    pub fn reword(&self, number: u64, words: &Words) -> Request {
        match self.kind {
            Kind::GitHub => github::reword(self, number, words),
            Kind::GitLab => gitlab::reword(self, number, words),
            Kind::Gitea => gitea::reword(self, number, words),
        }
    }

    /// The requests that an answer lists.
    pub fn read_list(&self, body: &[u8]) -> Result<Vec<Pull>, Unreadable> {
        Ok(match self.kind {
            Kind::GitHub | Kind::Gitea => all(serde_json::from_slice::<Vec<github::Shape>>(body)?),
            Kind::GitLab => all(serde_json::from_slice::<Vec<gitlab::Shape>>(body)?),
        })
    }

    /// The request that an answer shows.
    pub fn read_one(&self, body: &[u8]) -> Result<Pull, Unreadable> {
        Ok(match self.kind {
            Kind::GitHub | Kind::Gitea => serde_json::from_slice::<github::Shape>(body)?.into(),
            Kind::GitLab => serde_json::from_slice::<gitlab::Shape>(body)?.into(),
        })
    }
}

fn all<T: Into<Pull>>(shapes: Vec<T>) -> Vec<Pull> {
    shapes.into_iter().map(Into::into).collect()
}

/// What a forge calls something, no longer than anything it is called.
fn bounded(text: String) -> String {
    match text.char_indices().nth(MAX_TEXT) {
        Some((end, _)) => text[..end].to_owned(),
        None => text,
    }
}

#[cfg(test)]
mod tests;
