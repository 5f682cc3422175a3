//! Why a command could not do its work, and which exit code that is.

use crate::exit::Exit;
use crate::fabric::crd_files::CrdFilesError;
use crate::fabric::layout::LayoutError;
use crate::fabric::settings::FabError;
use crate::git::merging::MergingError;
use crate::git::remote::RemoteError;
use crate::git::run::GitError;
use crate::git::{OpenError, PublishError, RefError, TreeError, WriteError};
use crate::ids::CommitId;
use crate::path::RepoPath;
use crate::plan::PlanError;
use crate::snapshot::ReadError;
use crate::verdict::cluster::PrintedError;

use super::demo::DemoError;
use super::hook::local_error::LocalError;
use super::log::LogError;
use super::merge::MergeError;
use super::propose::ProposeError;
use super::schedule::ScheduleError;
use super::undo::UndoError;
use super::why::WhyError;

/// Why a command could not do its work. Nothing has changed.
#[derive(Debug, thiserror::Error)]
pub enum ModeError {
    /// The repository could not be opened, or is refused.
    #[error(transparent)]
    Open(#[from] OpenError),
    /// A branch or HEAD could not be used.
    #[error(transparent)]
    Ref(#[from] RefError),
    /// The fabric directories could not be told.
    #[error(transparent)]
    Layout(#[from] LayoutError),
    /// The commit could not be read or planned.
    #[error(transparent)]
    Plan(#[from] PlanError),
    /// A commit could not be read.
    #[error("the branch's commit could not be read")]
    Read(#[from] ReadError),
    /// The new tree could not be made.
    #[error(transparent)]
    Tree(#[from] TreeError),
    /// The commit could not be written.
    #[error(transparent)]
    Write(#[from] WriteError),
    /// The branch could not be moved.
    #[error(transparent)]
    Publish(#[from] PublishError),
    /// Git could not be asked.
    #[error(transparent)]
    Git(#[from] GitError),
    /// A remote could not be used.
    #[error(transparent)]
    Remote(#[from] RemoteError),
    /// A sync could not be proposed.
    #[error(transparent)]
    Propose(#[from] ProposeError),
    /// Nothing can be told of what was named.
    #[error(transparent)]
    Why(#[from] WhyError),
    /// What is remembered of a tree could not be read or kept.
    #[error("what is remembered of managed/ cannot be used; delete hhgit/index in the git directory, it is made again")]
    Memory {
        /// What the system said.
        #[source]
        source: std::io::Error,
    },
    /// There is no log of what was named.
    #[error(transparent)]
    Log(#[from] LogError),
    /// There is nothing that an undo could take back.
    #[error(transparent)]
    Undo(#[from] UndoError),
    /// Nothing can be printed for a scheduler.
    #[error(transparent)]
    Schedule(#[from] ScheduleError),
    /// There is no demo.
    #[error(transparent)]
    Demo(#[from] DemoError),
    /// A hook could not be placed, or could not do its work in a person's repository.
    #[error(transparent)]
    LocalHook(#[from] LocalError),
    /// Trees could not be merged.
    #[error(transparent)]
    Merging(#[from] MergingError),
    /// Two branches could not be merged.
    #[error(transparent)]
    Merge(#[from] MergeError),
    /// No branch is checked out and none was named.
    #[error("HEAD is detached, so {remedy}")]
    Detached {
        /// What is missing for that, and what to do.
        remedy: &'static str,
    },
    /// No branch is checked out that a new fabric directory could be committed to.
    #[error("HEAD is detached, so there is no branch to commit to; check one out first: git switch main")]
    DetachedInit,
    /// The branch has no commit.
    #[error(
        "the branch {branch} has no commits yet; commit something first, or make a fabric directory with: hhgit init"
    )]
    Unborn {
        /// The branch.
        branch: String,
    },
    /// The branch named is not there.
    #[error("there is no branch {branch}; git branch lists them")]
    NoBranch {
        /// The branch.
        branch: String,
    },
    /// The branch is not where it was expected to be.
    #[error("{branch} is at {actual}, not at the expected {expected}; look at what came in between, then run again")]
    Unexpected {
        /// The branch.
        branch: String,
        /// Where it is.
        actual: CommitId,
        /// Where it was expected, as written.
        expected: String,
    },
    /// The commit that was expected is not told well enough.
    #[error("--expect {expected} is no commit id; give at least {shortest} of its hexadecimal digits, or all")]
    Expectation {
        /// What was given.
        expected: String,
        /// How many digits it takes.
        shortest: usize,
    },
    /// The branch was deleted while hhgit worked.
    #[error("{branch} was deleted meanwhile; it was not made again")]
    Gone {
        /// The branch.
        branch: String,
    },
    /// The branch kept moving.
    #[error("{branch} kept moving; gave up after {tries} tries, nothing was changed; run again")]
    KeptMoving {
        /// The branch.
        branch: String,
        /// How often it was tried.
        tries: u32,
    },
    /// A setting of git's config or the environment cannot be used.
    #[error("{setting} is {value:?}, which means nothing here; {help}")]
    Setting {
        /// The setting's name.
        setting: &'static str,
        /// Its value.
        value: String,
        /// What to write instead.
        help: &'static str,
    },
    /// Nobody could be asked whether loose files may be taken.
    #[error(
        "{} would move to managed/, where Argo CD or Flux must then point; look with --dry-run, then agree with --yes",
        loose(*files)
    )]
    CannotAsk {
        /// How many.
        files: usize,
    },
    /// The answer was no.
    #[error("nothing was changed, as you answered")]
    Declined,
    /// The CRDs that were named cannot be gone by.
    #[error("{path}: {message}; kubectl get crds -o yaml prints good ones")]
    Crds {
        /// The file.
        path: RepoPath,
        /// What is wrong.
        message: String,
    },
    /// A name that a fabric cannot have.
    #[error("{name:?} cannot be a fabric's name; use a printable text of at most 253 bytes")]
    Name {
        /// The name.
        name: String,
    },
    /// The commit holds no fabric directory.
    #[error("{branch} holds no fabric directory; make one with: hhgit init PATH")]
    NoFabric {
        /// The branch.
        branch: String,
    },
    /// The commit holds several fabric directories, and one must be chosen.
    #[error("there are several fabric directories: {}; name one with --fabric", listed(paths))]
    Several {
        /// Where they are.
        paths: Vec<RepoPath>,
    },
    /// What a cluster printed cannot be taken.
    #[error("nothing of {name} was imported")]
    Printed {
        /// The file's name, or that it was standard input.
        name: String,
        /// What is wrong with it.
        #[source]
        source: PrintedError,
    },
    /// What a cluster printed of its CRDs cannot be taken.
    #[error("nothing of {name} was imported")]
    PrintedCrds {
        /// The file's name, or that it was standard input.
        name: String,
        /// What is wrong with it.
        #[source]
        source: CrdFilesError,
    },
    /// The installer's configuration cannot be taken.
    #[error("nothing of {name} was imported")]
    Fab {
        /// The file's name, or that it was standard input.
        name: String,
        /// What is wrong with it.
        #[source]
        source: FabError,
    },
    /// The manifest's layout leaves no room for settings.
    #[error(
        "{path} is not laid out line by line, so no settings can be put into it; write version: '1.0' on a line first"
    )]
    NoRoom {
        /// The manifest.
        path: RepoPath,
    },
    /// A fabric directory is broken, so what is in force there cannot be told.
    #[error("{path}: {message}; correct it first, hhgit status shows all that is wrong")]
    Broken {
        /// Where the fault is.
        path: RepoPath,
        /// What is wrong.
        message: String,
    },
}

fn listed(paths: &[RepoPath]) -> String {
    paths.iter().map(ToString::to_string).collect::<Vec<_>>().join(", ")
}

fn loose(files: usize) -> String {
    if files == 1 { "1 loose file".to_owned() } else { format!("{files} loose files") }
}

impl ModeError {
    /// What it says, with all that led to it.
    pub(super) fn in_one_line(&self) -> String {
        let mut text = self.to_string();
        let mut cause = std::error::Error::source(self);
        while let Some(error) = cause {
            text = format!("{text}: {error}");
            cause = error.source();
        }
        text
    }

    /// The exit code this ends with.
    pub fn exit(&self) -> Exit {
        match self {
            Self::Plan(error) if error.is_usage() => Exit::Usage,
            Self::Layout(error) if error.is_usage() => Exit::Usage,
            Self::Remote(error) if error.is_usage() => Exit::Usage,
            Self::Propose(error) => error.exit(),
            Self::Undo(error) => error.exit(),
            Self::Schedule(error) => error.exit(),
            Self::Demo(DemoError::Exists { .. })
            | Self::Ref(RefError::BadName { .. } | RefError::NoCommit { .. })
            | Self::Expectation { .. }
            | Self::Detached { .. }
            | Self::Log(_)
            | Self::DetachedInit
            | Self::NoBranch { .. }
            | Self::Name { .. }
            | Self::Several { .. }
            | Self::Why(_)
            | Self::LocalHook(LocalError::Flags)
            | Self::CannotAsk { .. } => Exit::Usage,
            Self::KeptMoving { .. } => Exit::KeptMoving,
            _ => Exit::CouldNot,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_branch_that_cannot_be_and_one_that_is_not_there_are_both_a_wrong_command_line() {
        let bad = crate::git::BranchName::parse("HEAD").expect_err("no branch is called so");
        assert_eq!(ModeError::from(bad).exit(), Exit::Usage);
        assert_eq!(ModeError::NoBranch { branch: "nope".to_owned() }.exit(), Exit::Usage);
    }
}
