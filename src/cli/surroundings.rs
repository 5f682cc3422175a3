//! What the process stands in: environment, terminal and clock, each read once and handed on as values.

use std::env;
use std::time::{SystemTime, UNIX_EPOCH};

use super::forges;
use super::tokens::tokens;
use crate::options::propose::Ci;
use crate::options::{Identities, Identity};
use crate::snapshot::Time;

/// Which of the standard streams are a terminal.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Terminal {
    /// Whether somebody can answer questions.
    pub stdin: bool,
    /// Whether reports are read by a person.
    pub stdout: bool,
    /// Whether errors are read by a person.
    pub stderr: bool,
}

/// All that a run depends on besides its arguments and the repository.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Surroundings {
    /// The standard streams.
    pub terminal: Terminal,
    /// The terminal's width in columns, where there is one.
    pub width: Option<usize>,
    /// Whether the environment takes colours: no NO_COLOR, and no dumb terminal.
    pub colors: bool,
    /// The environment's identity settings.
    pub identities: Identities,
    /// The forges' tokens, each with its server, and the forge whose CI this is.
    pub forges: Ci,
    /// The time.
    pub now: Time,
}

impl Surroundings {
    /// The process's own.
    pub fn of_process(terminal: Terminal) -> Self {
        let no_color = env::var_os("NO_COLOR").is_some_and(|value| !value.is_empty());
        let dumb = env::var_os("TERM").is_some_and(|value| value == "dumb");
        let size = terminal_size::terminal_size().filter(|_| terminal.stdout);
        Self {
            terminal,
            width: size.map(|(width, _)| usize::from(width.0)),
            colors: !no_color && !dumb,
            identities: Identities { author: identity("AUTHOR"), committer: identity("COMMITTER") },
            forges: forges::ci(|name| env::var(name).ok(), tokens(|name| env::var(name).ok())),
            now: now(),
        }
    }
}

fn identity(role: &str) -> Identity {
    let read = |what: &str| {
        let value = env::var_os(format!("GIT_{role}_{what}"))?;
        Some(value.to_string_lossy().into_owned()).filter(|value| !value.is_empty())
    };
    Identity { name: read("NAME"), email: read("EMAIL"), date: read("DATE") }
}

fn now() -> Time {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    Time { seconds: i64::try_from(since.as_secs()).unwrap_or(i64::MAX), offset: 0 }
}
