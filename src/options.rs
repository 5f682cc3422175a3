//! What a command was asked to do, as plain data: made by the command line or a test, read by the pipelines.

pub mod commits;
pub mod fleet;
pub mod hook;
pub mod local_hooks;
pub mod log;
pub mod merge;
pub mod propose;
pub mod remote;
pub mod replay;
pub mod verify;
pub mod watch;
pub mod why;

use std::collections::BTreeMap;
use std::num::NonZeroUsize;
use std::path::PathBuf;

use crate::fabric::settings::Settings;
use crate::path::RepoPath;
use crate::progress::Progress;
use crate::report::{Fate, Report};
use crate::snapshot::Time;
use crate::verdict::code::Severity;

/// The file size limit unless told otherwise: 16 MiB.
pub const MAX_FILE_SIZE: u64 = 16 * 1024 * 1024;

/// What every command that opens a repository is told.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Common {
    /// The directory to find the repository from.
    pub directory: PathBuf,
    /// The fabric directories to narrow to, none inside another; empty for all that are found.
    pub fabrics: Vec<RepoPath>,
    /// Who the environment says writes.
    pub identities: Identities,
    /// The moment the command was started.
    pub now: Time,
    /// Where it counts how far it is.
    pub progress: Progress,
}

/// The environment's identity settings, as git names them.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Identities {
    /// `GIT_AUTHOR_*`.
    pub author: Identity,
    /// `GIT_COMMITTER_*`.
    pub committer: Identity,
}

/// One identity, as far as the environment sets it.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Identity {
    /// `GIT_*_NAME`.
    pub name: Option<String>,
    /// `GIT_*_EMAIL`.
    pub email: Option<String>,
    /// `GIT_*_DATE`, as written.
    pub date: Option<String>,
}

/// What `hhgit undo` is asked.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Undo {
    /// The sync to take back, in any way git can spell a commit; none for the branch's newest.
    pub commit: Option<String>,
    /// The branch; none for the one HEAD names.
    pub branch: Option<String>,
    /// Only this object's part, as `VPC/web`, `vpcs/web` or its file in managed/.
    pub object: Option<String>,
    /// Whether to stop before anything is written.
    pub dry_run: bool,
    /// How many objects may leave managed/.
    pub max_deletions: Option<usize>,
}

/// What `hhgit sync` is asked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Sync {
    /// The branch; none for the one HEAD names.
    pub branch: Option<String>,
    /// Whether to stop before anything is written.
    pub dry_run: bool,
    /// Whether to show what changes inside updated objects.
    pub diff: bool,
    /// Whether to take loose Hedgehog files through raw/.
    pub adopt: bool,
    /// Whether to put managed/ right.
    pub repair: bool,
    /// What of unmanaged/ to judge again.
    pub retry: Retry,
    /// The commit the branch must stand at.
    pub expect: Option<String>,
    /// How many objects may leave managed/ at most.
    pub max_deletions: Option<usize>,
    /// Whether questions are answered with yes.
    pub yes: bool,
    /// Whether the commit is signed.
    pub sign: bool,
    /// The largest file that is read, in bytes.
    pub max_file_size: u64,
    /// How many threads read; none for as many as there are cores.
    pub threads: Option<NonZeroUsize>,
    /// The remote whose branch is synced; none for a branch of the repository itself.
    pub remote: Option<remote::Remote>,
    /// Whether the report may leave out lists of what is new in managed/ and of edits: a person is told their number.
    pub brief: bool,
}

impl Default for Sync {
    /// A bare `hhgit sync`.
    fn default() -> Self {
        Self {
            branch: None,
            dry_run: false,
            diff: false,
            adopt: false,
            repair: false,
            retry: Retry::Nothing,
            expect: None,
            max_deletions: None,
            yes: false,
            sign: false,
            max_file_size: MAX_FILE_SIZE,
            threads: None,
            remote: None,
            brief: false,
        }
    }
}

/// What of unmanaged/ is judged again.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Retry {
    /// Nothing.
    Nothing,
    /// What managed/ does not hold and nobody took back.
    All,
    /// What lies at or below this path of the repository.
    Below(RepoPath),
}

/// What `hhgit init` is asked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Init {
    /// The folder to make a fabric directory of.
    pub path: RepoPath,
    /// The fabric's name; none for the folder's.
    pub name: Option<String>,
    /// Whether questions are answered with yes.
    pub yes: bool,
}

/// A file that a command was given, read already.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Given {
    /// What it is called.
    pub name: String,
    /// What it holds.
    pub bytes: Vec<u8>,
}

/// What `hhgit import` is asked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Import {
    /// What kubectl printed.
    pub input: Given,
    /// Whether to stop before anything is written.
    pub dry_run: bool,
}

/// What `hhgit crds import` is asked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CrdsImport {
    /// What kubectl printed, in one file or several.
    pub inputs: Vec<Given>,
    /// Whether to stop before anything is written.
    pub dry_run: bool,
}

/// What `hhgit settings import` is asked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SettingsImport {
    /// The installer's fab.yaml.
    pub input: Given,
    /// Whether to stop before anything is written.
    pub dry_run: bool,
}

/// What `hhgit demo` is asked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Demo {
    /// The directory to keep the repository in, which must not exist yet; none for a temporary one.
    pub keep: Option<PathBuf>,
    /// Whether git speaks in colour.
    pub color: bool,
    /// How many columns git takes.
    pub width: usize,
}

/// What `hhgit check` is asked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Check {
    /// What is judged.
    pub target: Target,
    /// How closely.
    pub level: CheckLevel,
    /// CRDs to judge by instead of the fabric directories' own, by file.
    pub crds: BTreeMap<RepoPath, Vec<u8>>,
    /// The settings that rules depend on, instead of the manifests'.
    pub settings: Option<Settings>,
    /// How many objects may leave managed/ in a range at most.
    pub max_deletions: Option<usize>,
}

/// What is judged.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Target {
    /// A commit, by any name git has for it; none for the tip of the branch that HEAD names.
    Commit(Option<String>),
    /// What changed from one commit to another.
    Range {
        /// Where it starts.
        old: String,
        /// Where it ends.
        new: String,
    },
    /// Files that are in no repository, by the names they were given with.
    Loose(BTreeMap<RepoPath, Vec<u8>>),
}

/// How closely objects are judged; each level includes those before it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum CheckLevel {
    /// It is YAML that Kubernetes reads.
    Syntax,
    /// It names an object that belongs in the fabric.
    Identity,
    /// It fits its kind's schema.
    Schema,
    /// It agrees with the other objects.
    References,
}

impl CheckLevel {
    /// The word that the command line uses.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Syntax => "syntax",
            Self::Identity => "identity",
            Self::Schema => "schema",
            Self::References => "references",
        }
    }
}

/// What a sync must have found to end with exit code 1; a fabric left alone always does.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum FailOn {
    /// Anything went to unmanaged/.
    Unmanaged,
    /// An error was found.
    Error,
    /// A warning or an error was found.
    Warning,
    /// Nothing.
    Never,
}

impl FailOn {
    /// The word that the command line uses.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Unmanaged => "unmanaged",
            Self::Error => "error",
            Self::Warning => "warning",
            Self::Never => "never",
        }
    }

    /// Whether the report holds what this names, or a fabric that was left alone.
    pub fn holds(self, report: &Report) -> bool {
        let at_least = |severity| report.findings.iter().any(|finding| finding.severity >= severity);
        let named = match self {
            Self::Unmanaged => {
                let mut rows = report.fabrics.iter().flat_map(|fabric| &fabric.documents);
                rows.any(|row| row.fate == Fate::Unmanaged)
            }
            Self::Error => at_least(Severity::Error),
            Self::Warning => at_least(Severity::Warning),
            Self::Never => false,
        };
        named || report.fabrics.iter().any(|fabric| fabric.left_alone)
    }
}
