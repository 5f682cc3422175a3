//! The one way the `git` program is started: without prompts, without hooks' leftovers, its words kept for the error.

use std::ffi::{OsStr, OsString};
use std::io::Write;
use std::path::PathBuf;
use std::process::{Child, ChildStdin, Command, Output, Stdio};
use std::sync::mpsc::channel;
use std::thread::Builder;
use std::time::Duration;

use super::limit;
use super::open::Repo;
use crate::path::is_unprintable;

/// Variables that would make git look elsewhere, do something else, or speak another language.
const UNSET: [&str; 27] = [
    "GIT_ALTERNATE_OBJECT_DIRECTORIES",
    "GIT_ATTR_SOURCE",
    "GIT_COMMON_DIR",
    "GIT_DEFAULT_HASH",
    "GIT_DIFF_OPTS",
    "GIT_DIR",
    "GIT_EXTERNAL_DIFF",
    "GIT_GLOB_PATHSPECS",
    "GIT_GRAFT_FILE",
    "GIT_ICASE_PATHSPECS",
    "GIT_IMPLICIT_WORK_TREE",
    "GIT_INDEX_FILE",
    "GIT_INTERNAL_SUPER_PREFIX",
    "GIT_LITERAL_PATHSPECS",
    "GIT_MERGE_AUTOEDIT",
    "GIT_MERGE_VERBOSITY",
    "GIT_NAMESPACE",
    "GIT_NOGLOB_PATHSPECS",
    "GIT_OBJECT_DIRECTORY",
    "GIT_PREFIX",
    "GIT_QUARANTINE_PATH",
    "GIT_REFLOG_ACTION",
    "GIT_REF_PARANOIA",
    "GIT_REPLACE_REF_BASE",
    "GIT_SHALLOW_FILE",
    "GIT_WORK_TREE",
    "LC_MESSAGES",
];
/// How much of what git said goes into an error.
const MAX_WORDS: usize = 4096;

/// Why a run of git gave no answer.
#[derive(Debug, thiserror::Error)]
pub enum GitError {
    /// There is no git program.
    #[error("the git program was not found; install git or put it on PATH")]
    NotInstalled,
    /// It could not be started or talked to.
    #[error("git {command} could not be run")]
    Start {
        /// The git command.
        command: String,
        /// What the system said.
        #[source]
        source: std::io::Error,
    },
    /// It took too long, and was stopped.
    #[error("git {command} took longer than {} and was stopped; --timeout gives it more", seconds(*limit))]
    TimedOut {
        /// The git command.
        command: String,
        /// How long it was given.
        limit: Duration,
    },
    /// It ended with an error.
    #[error("git {command} failed ({status}): {words}")]
    Failed {
        /// The git command.
        command: String,
        /// Its exit status.
        status: String,
        /// What it said, cleaned of control characters and of passwords in addresses.
        words: String,
    },
}

/// A run of git that is being put together.
#[derive(Debug)]
pub struct Git {
    command: Command,
    name: String,
    input: Vec<u8>,
    limit: Option<Duration>,
}

/// What a run of git gave back.
#[derive(Debug)]
pub struct Answer {
    /// Whether it ended well.
    pub success: bool,
    /// Its exit status in words.
    pub status: String,
    /// Its standard output.
    pub output: Vec<u8>,
    /// What it said on standard error, cleaned.
    pub words: String,
}

impl Git {
    /// A run of this git command in the repository and, if it has one, its work tree.
    pub fn new(repo: &Repo, name: &str, config: &[(&str, &OsStr)]) -> Self {
        let mut command = Command::new("git");
        for key in UNSET {
            command.env_remove(key);
        }
        for key in std::env::vars_os().map(|(key, _)| key).filter(|key| is_trace(key)) {
            command.env_remove(key);
        }
        if repo.environment.isolated {
            command.env_remove("HOME").env_remove("XDG_CONFIG_HOME").env_remove("GIT_CONFIG_COUNT");
            command.env_remove("GIT_CONFIG_PARAMETERS").env_remove("GIT_CONFIG_SYSTEM");
            command.env("GIT_CONFIG_GLOBAL", "/dev/null").env("GIT_CONFIG_NOSYSTEM", "1");
            command.env("GIT_ATTR_NOSYSTEM", "1");
        }
        command.env("LC_ALL", "C").env("LANGUAGE", "C").env("GIT_TERMINAL_PROMPT", "0").env("GIT_ASKPASS", "");
        command.env("SSH_ASKPASS", "").env("GIT_EDITOR", ":").env("GIT_PAGER", "cat").env("GIT_OPTIONAL_LOCKS", "0");
        command.env("GIT_NO_REPLACE_OBJECTS", "1").env("GIT_NO_LAZY_FETCH", "1").env("GIT_DIR", repo.git_dir());
        let place = repo.work_tree().unwrap_or_else(|| repo.git_dir().to_owned());
        if repo.work_tree().is_some() {
            command.env("GIT_WORK_TREE", &place);
        }
        command.current_dir(place);
        let fixed = [("core.fsmonitor", "false"), ("gc.auto", "0"), ("maintenance.auto", "false")];
        for (key, value) in fixed.map(|(key, value)| (key, OsStr::new(value))).iter().chain(config) {
            let mut pair = OsString::from(key);
            pair.push("=");
            pair.push(value);
            command.arg("-c").arg(pair);
        }
        command.arg(name);
        Self { command, name: name.to_owned(), input: Vec::new(), limit: None }
    }

    /// One more argument. A value from outside goes behind `--end-of-options` or `--`, or is an id or full ref name.
    pub fn arg(mut self, arg: impl AsRef<OsStr>) -> Self {
        self.command.arg(arg);
        self
    }

    /// More arguments.
    pub fn args<const N: usize>(mut self, args: [&str; N]) -> Self {
        self.command.args(args);
        self
    }

    /// One more variable in its environment.
    pub fn env(mut self, key: &str, value: impl AsRef<OsStr>) -> Self {
        self.command.env(key, value);
        self
    }

    /// One variable less in its environment.
    pub fn env_remove(mut self, key: impl AsRef<OsStr>) -> Self {
        self.command.env_remove(key);
        self
    }

    /// A variable of its environment: as set here, else the process's own; none if it has none.
    pub(super) fn variable(&self, key: &str) -> Option<OsString> {
        let set = self.command.get_envs().find(|(name, _)| *name == key);
        set.map_or_else(|| std::env::var_os(key), |(_, value)| value.map(OsStr::to_owned))
    }

    /// How long it may take. One that talks with another machine could wait for ever.
    pub fn limit(mut self, limit: Duration) -> Self {
        self.limit = Some(limit);
        limit::group(&mut self.command);
        self
    }

    /// Apart from hhgit's process group: an interrupt at the terminal does not reach it, so that what it has begun, it ends.
    pub(super) fn apart(mut self) -> Self {
        limit::group(&mut self.command);
        self
    }

    /// What it reads from its standard input.
    pub fn input(mut self, bytes: Vec<u8>) -> Self {
        self.input = bytes;
        self
    }

    /// Runs it; an answer of failure is an answer.
    pub fn ask(mut self) -> Result<Answer, GitError> {
        let name = self.name.clone();
        let start = |source: std::io::Error| match source.kind() {
            std::io::ErrorKind::NotFound => GitError::NotInstalled,
            _ => GitError::Start { command: name.clone(), source },
        };
        let (give, stdin) = channel::<ChildStdin>();
        let bytes = self.input;
        // Fed from a thread of its own, so that neither side waits for the other; a git that stops reading has its reason. Made
        // before git is: where there is no thread to be had, nothing has begun.
        let feeder =
            Builder::new().spawn(move || stdin.recv().map(|mut stdin| stdin.write_all(&bytes))).map_err(start)?;
        self.command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
        let mut child = self.command.spawn().map_err(start)?;
        child.stdin.take().map(|stdin| give.send(stdin));
        drop(give);
        let output = wait(child, self.limit).map_err(start)?;
        let Some(output) = output else {
            return Err(GitError::TimedOut { command: self.name, limit: self.limit.unwrap_or_default() });
        };
        drop(feeder.join());
        Ok(Answer {
            success: output.status.success(),
            status: output.status.to_string(),
            output: output.stdout,
            words: clean(&output.stderr),
        })
    }

    /// Runs it; failure is an error.
    pub fn run(self) -> Result<Vec<u8>, GitError> {
        let command = self.name.clone();
        let answer = self.ask()?;
        if answer.success {
            Ok(answer.output)
        } else {
            Err(GitError::Failed { command, status: answer.status, words: answer.words })
        }
    }
}

/// What the child says until its end; none if that did not come in time.
fn wait(child: Child, limit: Option<Duration>) -> std::io::Result<Option<Output>> {
    match limit {
        None => child.wait_with_output().map(Some),
        Some(limit) => limit::wait(child, limit),
    }
}

/// Whether a variable has git tell what it does, which would be taken for its words and may show what nobody shall read.
fn is_trace(key: &OsStr) -> bool {
    let key = key.as_encoded_bytes();
    key.starts_with(b"GIT_TRACE") || key == b"GIT_CURL_VERBOSE"
}

fn seconds(limit: Duration) -> String {
    let seconds = limit.as_secs();
    if seconds == 1 { "1 second".to_owned() } else { format!("{seconds} seconds") }
}

/// Where git looks for a hook-less run: a path that holds no hooks.
pub(super) fn no_hooks() -> PathBuf {
    PathBuf::from("/dev/null")
}

/// Git's words fit for a message: one line, no control characters, no password in an address, not too long.
fn clean(bytes: &[u8]) -> String {
    let text = String::from_utf8_lossy(bytes);
    let lines: Vec<&str> = text.lines().map(str::trim).filter(|line| !line.is_empty()).collect();
    let mut words: String = lines.join("; ").chars().map(|c| if is_unprintable(c) { '?' } else { c }).collect();
    if let Some((end, _)) = words.char_indices().nth(MAX_WORDS) {
        words.truncate(end);
    }
    words.split(' ').map(hide_password).collect::<Vec<_>>().join(" ")
}

fn hide_password(word: &str) -> String {
    let Some((scheme, rest)) = word.split_once("://") else { return word.to_owned() };
    let end = rest.find(['/', '?']).unwrap_or(rest.len());
    let rest = match rest[..end].rfind('@') {
        Some(at) => format!("***{}", &rest[at..]),
        None => rest.to_owned(),
    };
    // A query may be a token, and git tells it.
    let Some((address, query)) = rest.split_once('?') else { return format!("{scheme}://{rest}") };
    let after = query.find(['\'', '"']).map_or("", |end| &query[end..]);
    format!("{scheme}://{address}?***{after}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_password_and_no_control_byte_reaches_an_error() {
        let words = clean(b"fatal: 'https://me:s3cret@host/x' \x1b[31m\n\nhint: https://a/b@c\n");
        assert_eq!(words, "fatal: 'https://***@host/x' ?[31m; hint: https://a/b@c");
        let words =
            clean(b"fatal: unable to access 'https://host/x.git?private_token=s3cret/': no, https://h?t=s3cret");
        assert_eq!(words, "fatal: unable to access 'https://host/x.git?***': no, https://h?***");
    }
}
