//! Why nothing can be told of what `hhgit why` was asked about.

use crate::modes::history::subject::SubjectError;
use crate::path::RepoPath;

/// Why nothing can be told of what was named. The command line is at fault, and each says what there is instead.
#[derive(Debug, thiserror::Error)]
pub enum WhyError {
    /// What was typed names nothing.
    #[error("{typed} means nothing: {reason}")]
    Typed {
        /// What was typed.
        typed: String,
        /// What is wrong with it.
        reason: String,
    },
    /// No object is called so.
    #[error("{revision} has no {object}; {}", instead(known, "of that kind it has", "it has no object of that kind"))]
    NoObject {
        /// The commit, as it was called.
        revision: String,
        /// The object.
        object: String,
        /// The objects of its kind.
        known: Vec<String>,
    },
    /// No object is called so where one could be looked for.
    #[error(
        "{revision} has no {object} that could be found: {fabric} is left alone, and nothing is looked for in it, until \
         {path} is mended: {why}. Mend that, or name a file by its path"
    )]
    LeftAlone {
        /// The commit, as it was called.
        revision: String,
        /// The object.
        object: String,
        /// The fabric directory.
        fabric: RepoPath,
        /// What is wrong in it.
        path: RepoPath,
        /// What is wrong with that.
        why: String,
    },
    /// No kind is called so, and no file either.
    #[error("{revision} has no file {typed}, and no kind is called {kind}; {}", nearest(near))]
    NoKind {
        /// The commit, as it was called.
        revision: String,
        /// What was typed.
        typed: String,
        /// What would be the kind.
        kind: String,
        /// The kind that may be meant.
        near: Option<String>,
    },
    /// No file stands there.
    #[error("{revision} has no file {path}; {}", instead(known, &format!("{folder} holds"), "nothing is there"))]
    NoFile {
        /// The commit, as it was called.
        revision: String,
        /// The path.
        path: RepoPath,
        /// The nearest folder above it that is there.
        folder: RepoPath,
        /// What that holds.
        known: Vec<String>,
    },
    /// A folder stands there.
    #[error("{path} is a folder; name a file: {}", instead(known, "it holds", "it holds none"))]
    Folder {
        /// The folder.
        path: RepoPath,
        /// What it holds.
        known: Vec<String>,
    },
    /// The file is none that a sync sorts or makes.
    #[error(
        "{path} lies in no raw/, managed/ or unmanaged/; git blame tells of it. {}",
        instead(known, "Of fabric directories there are", "No fabric directory is there")
    )]
    Outside {
        /// The file.
        path: RepoPath,
        /// The fabric directories.
        known: Vec<String>,
    },
    /// Several are called so.
    #[error("{typed} could be any of {}; name one by its path", list(known))]
    Several {
        /// What was typed.
        typed: String,
        /// The files.
        known: Vec<String>,
    },
    /// The file has no such line.
    #[error("{path} has {}, so there is no line {line}", count(*lines))]
    NoLine {
        /// The file.
        path: RepoPath,
        /// How many lines it has.
        lines: usize,
        /// The line asked for.
        line: u32,
    },
}

impl WhyError {
    pub(super) fn typed(typed: &[u8], error: SubjectError) -> Self {
        Self::Typed { typed: crate::path::quote(typed), reason: error.to_string() }
    }
}

/// How many names are given instead of one that is not there.
const NAMED: usize = 10;

fn instead(known: &[String], some: &str, none: &str) -> String {
    if known.is_empty() { none.to_owned() } else { format!("{some} {}", list(known)) }
}

fn list(known: &[String]) -> String {
    let mut names = known.iter().take(NAMED).cloned().collect::<Vec<_>>().join(", ");
    if known.len() > NAMED {
        names.push_str(&format!(" and {} more", known.len() - NAMED));
    }
    names
}

fn nearest(near: &Option<String>) -> String {
    match near {
        Some(kind) => format!("{kind} is one, and hhgit kinds lists them all"),
        None => "hhgit kinds lists them".to_owned(),
    }
}

fn count(lines: usize) -> String {
    if lines == 1 { "1 line".to_owned() } else { format!("{lines} lines") }
}
