//! What the process stands in: environment, terminal and clock, each read once and handed on as values.

use std::env;
use std::path::PathBuf;
use std::time::{SystemTime, UNIX_EPOCH};

use super::forges;
use super::tokens::tokens;
use crate::options::hook::{Around, Forge};
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
    /// Whether the terminal says of itself that nothing can be drawn over on it.
    pub dumb: bool,
    /// The environment's identity settings.
    pub identities: Identities,
    /// The forges' tokens, each with its server, and the forge whose CI this is.
    pub forges: Ci,
    /// The time.
    pub now: Time,
    /// The folders that programs are looked for in.
    pub path: Vec<PathBuf>,
    /// What git and a forge tell a hook.
    pub hook: Around,
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
            dumb,
            identities: Identities { author: identity("AUTHOR"), committer: identity("COMMITTER") },
            forges: forges::ci(|name| env::var(name).ok(), tokens(|name| env::var(name).ok())),
            now: now(),
            path: env::var_os("PATH").map(|path| env::split_paths(&path).collect()).unwrap_or_default(),
            hook: Around { forge: forge(), push_options: push_options() },
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

/// The forge that runs this hook. Each is known by variables that it alone sets for hooks: gitolite's start with `GL_` as
/// well, and what runs in a job of GitHub Actions has other variables that start with `GITHUB_`.
fn forge() -> Option<Forge> {
    const GITLAB: [&str; 5] = ["GL_ID", "GL_REPOSITORY", "GL_PROTOCOL", "GL_PROJECT_PATH", "GITALY_HOOKS_PAYLOAD"];
    const GITHUB: [&str; 3] = ["GITHUB_VIA", "GITHUB_REPO_NAME", "GITHUB_USER_LOGIN"];
    const GITEA: [&str; 4] = ["GITEA_REPO_", "GITEA_PUSHER_", "FORGEJO_REPO_", "FORGEJO_PUSHER_"];
    let is_set = |name: &&str| env::var_os(name).is_some_and(|value| !value.is_empty());
    if GITLAB.iter().any(is_set) {
        return Some(Forge::GitLab);
    }
    let names = || env::vars_os().map(|(name, _)| name);
    if names().any(|name| GITEA.iter().any(|start| name.as_encoded_bytes().starts_with(start.as_bytes()))) {
        return Some(Forge::Gitea);
    }
    GITHUB.iter().any(is_set).then_some(Forge::GitHub)
}

/// The options of `git push --push-option`, as git hands them to hooks.
fn push_options() -> Vec<String> {
    let count = env::var("GIT_PUSH_OPTION_COUNT").ok().and_then(|count| count.parse::<usize>().ok()).unwrap_or(0);
    let options = (0..count).map_while(|n| env::var_os(format!("GIT_PUSH_OPTION_{n}")));
    options.map(|option| option.to_string_lossy().into_owned()).collect()
}

fn now() -> Time {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    Time { seconds: i64::try_from(since.as_secs()).unwrap_or(i64::MAX), offset: 0 }
}
