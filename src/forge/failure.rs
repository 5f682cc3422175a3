//! What went wrong between hhgit and a forge, in words that say what was asked, what came back and what to do.

use serde_json::Value;

use super::{Answer, Kind, Request, Unreadable};
use crate::path::is_unprintable;

/// How much of what a forge said goes into an error.
const MAX_WORDS: usize = 500;

/// Why a request could not be sent, or its answer not be had.
#[derive(Debug, thiserror::Error)]
pub enum CarryError {
    /// It took too long.
    #[error("no answer in time ({stage})")]
    Slow {
        /// What took too long.
        stage: String,
    },
    /// The server could not be reached, or the connection ended early.
    #[error("the connection failed: {why}")]
    Lost {
        /// What the client said.
        why: String,
    },
    /// The server is not shown to be who it should be.
    #[error(
        "the server's certificate was not accepted: {why}; if its authority is your own, name that in SSL_CERT_FILE, and \
         see that the system's certificates are installed (ca-certificates)"
    )]
    Untrusted {
        /// What the client said.
        why: String,
    },
    /// The answer is larger than any that is asked for.
    #[error("the answer is larger than {most} bytes")]
    TooLarge {
        /// How large it may be.
        most: u64,
    },
    /// The request cannot be sent at all.
    #[error("the request cannot be sent: {why}")]
    Unsendable {
        /// What the client said.
        why: String,
    },
}

impl CarryError {
    /// Whether it may pass if it is asked again.
    pub fn may_pass(&self) -> bool {
        matches!(self, Self::Slow { .. } | Self::Lost { .. })
    }
}

/// Why a forge did not do what was asked.
#[derive(Debug, thiserror::Error)]
pub enum ForgeError {
    /// It answered with a status that is no success.
    #[error("{asked} was answered with {status}{words}; {help}")]
    Refused {
        /// What was asked.
        asked: String,
        /// The status.
        status: u16,
        /// What the forge said, cleaned and cut.
        words: Said,
        /// What to do.
        help: String,
    },
    /// It asks to wait for longer than hhgit waits.
    #[error("{asked}: the rate limit is used up{until}; run again then")]
    Limited {
        /// What was asked.
        asked: String,
        /// Until when, as far as the forge says.
        until: String,
    },
    /// It leads elsewhere, where the token does not belong.
    #[error("{asked} leads to {to}; a token is never taken along, so name the right address with --api")]
    Elsewhere {
        /// What was asked.
        asked: String,
        /// The server it leads to.
        to: String,
    },
    /// No answer came.
    #[error("{asked} had no answer after {tries} tries; look at the network, then run again")]
    NoAnswer {
        /// What was asked.
        asked: String,
        /// How often it was tried.
        tries: u32,
        /// What happened last.
        #[source]
        source: CarryError,
    },
    /// The answer could not be read.
    #[error("{asked} was answered by something that is no {kind} API; look at --forge and --api")]
    Foreign {
        /// What was asked.
        asked: String,
        /// The forge that was expected.
        kind: &'static str,
        /// What is wrong with the answer.
        #[source]
        source: Unreadable,
    },
    /// There are too many open requests to look through.
    #[error("{asked}: there are more than {most} open requests, and hhgit's is not among those; close old ones")]
    TooMany {
        /// What was asked.
        asked: String,
        /// How many were looked at.
        most: u32,
    },
}

/// What a forge said, for the middle of a sentence; it may have said nothing.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Said(pub(super) String);

impl std::fmt::Display for Said {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        if self.0.is_empty() { Ok(()) } else { write!(f, " ({})", self.0) }
    }
}

/// What was asked, without what follows a question mark, which is long and says little.
pub fn asked(request: &Request) -> String {
    let url = request.url.split('?').next().unwrap_or_default();
    format!("{} {url}", request.method.as_str())
}

/// The error that an answer is.
pub(super) fn refused(kind: Kind, request: &Request, answer: &Answer) -> ForgeError {
    let asked = asked(request);
    if (300..400).contains(&answer.status) {
        let to = clean(answer.header("location").unwrap_or("nowhere"));
        let to = to.split(['?', '#']).next().unwrap_or_default().to_owned();
        return ForgeError::Elsewhere { asked, to };
    }
    let words = Said(words(&answer.body));
    ForgeError::Refused { asked, status: answer.status, words, help: help(kind, answer.status) }
}

/// What to do about a status.
fn help(kind: Kind, status: u16) -> String {
    let variable = match kind {
        Kind::GitHub => "GITHUB_TOKEN",
        Kind::GitLab => "GITLAB_TOKEN",
        Kind::Gitea => "GITEA_TOKEN",
    };
    match (status, kind) {
        (401, Kind::GitLab) => {
            "the token is wrong or expired, or is a CI_JOB_TOKEN, which cannot open merge requests: make a project access token with \
             the scope api, and set GITLAB_TOKEN to it"
                .to_owned()
        }
        (401, _) => format!("the token is wrong or expired: make a new one, and set {variable} to it"),
        (403, Kind::GitHub) => {
            "the token needs the permissions contents: write and pull-requests: write; in GitHub Actions, the setting that lets \
             Actions create pull requests must be on too"
                .to_owned()
        }
        (403, Kind::GitLab) => "the token needs the scope api, and the role Developer or a higher one".to_owned(),
        (403, Kind::Gitea) => {
            "the token needs the scopes write:repository and write:issue, and its user the right to push".to_owned()
        }
        (404, _) => "there is no such repository, or the token may not see it: look at the remote's address, --api and the \
                     token's repositories"
            .to_owned(),
        (409 | 422, _) => "look at the branches and the requests that are open between them".to_owned(),
        (500.., _) => format!("{} has a fault of its own: look at its status page, and run again later", kind.name()),
        _ => "look at --forge and --api".to_owned(),
    }
}

/// What a forge said, in one line: the message and the messages of what is listed with it, or the text as it is.
fn words(body: &[u8]) -> String {
    let Ok(json) = serde_json::from_slice::<Value>(body) else {
        let text = String::from_utf8_lossy(body);
        let text = text.trim();
        // A page for people, of a proxy or of a server that is no API.
        return if text.starts_with('<') { "a page of HTML".to_owned() } else { clean(text) };
    };
    let mut said = Vec::new();
    for key in ["message", "error", "error_description", "errors"] {
        collect(&json[key], &mut said);
    }
    said.dedup();
    clean(&said.join("; "))
}

/// The texts in a value; of an object of GitHub's, which has a message beside codes, the message alone.
fn collect(value: &Value, said: &mut Vec<String>) {
    match value {
        Value::String(text) => said.push(text.trim().to_owned()),
        Value::Array(values) => values.iter().for_each(|value| collect(value, said)),
        Value::Object(fields) => match fields.get("message") {
            Some(message) => collect(message, said),
            None => fields.values().for_each(|value| collect(value, said)),
        },
        _ => {}
    }
}

/// Text of a server for a message: one line, nothing that steers a terminal, not too long.
pub(super) fn clean(text: &str) -> String {
    let text = text.split_whitespace().collect::<Vec<_>>().join(" ");
    let shown = |c: char| if is_unprintable(c) { char::REPLACEMENT_CHARACTER } else { c };
    let mut out: String = text.chars().take(MAX_WORDS).map(shown).collect();
    if text.chars().nth(MAX_WORDS).is_some() {
        out.push('…');
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_each_forge_says_is_found() {
        for (body, said) in [
            (
                r#"{"message":"Validation Failed","errors":[{"resource":"PullRequest","code":"custom","message":"A pull request already exists for acme:x."}],"documentation_url":"https://d"}"#,
                "Validation Failed; A pull request already exists for acme:x.",
            ),
            (
                r#"{"message":["Another open merge request already exists for this source branch: !3"]}"#,
                "Another open merge request already exists for this source branch: !3",
            ),
            (r#"{"message":{"base":["no commits"]},"error":"x"}"#, "no commits; x"),
            (
                r#"{"error":"invalid_token","error_description":"Token is expired."}"#,
                "invalid_token; Token is expired.",
            ),
            (
                r#"{"message":"pull request already exists","url":"https://h/api/swagger"}"#,
                "pull request already exists",
            ),
            ("<html><h1>502</h1>", "a page of HTML"),
            ("plain\nwords\u{1b}[2J", "plain words\u{fffd}[2J"),
            ("[]", ""),
            ("\"x\"", ""),
            ("", ""),
        ] {
            assert_eq!(words(body.as_bytes()), said, "{body}");
        }
        assert_eq!(words("x".repeat(10_000).as_bytes()).chars().count(), MAX_WORDS + 1);
    }
}
