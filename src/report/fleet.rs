//! What a fleet has to say: that it began, what came of each repository, that it was asked to stop, what all came to.

use std::collections::BTreeMap;
use std::time::Duration;

use super::Counts;
use crate::ids::CommitId;
use crate::path::RepoPath;
use crate::snapshot::Time;

/// One thing that a fleet says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Event {
    /// It began.
    Started(Started),
    /// A repository is done with.
    Repository(Box<Row>),
    /// It was asked to stop: nothing more is begun.
    Stopping {
        /// How many repositories are being worked on, and finished.
        under_way: usize,
    },
    /// It ended.
    Ended(Box<Ended>),
}

/// What a fleet does in each repository.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Doing {
    /// It is sorted.
    Sync,
    /// It is said what sorting would do.
    DryRun,
    /// It is judged.
    Check,
}

/// That a fleet began.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Started {
    /// When.
    pub time: Time,
    /// What is done.
    pub doing: Doing,
    /// What the list is called.
    pub list: String,
    /// How many repositories the list names.
    pub listed: usize,
    /// Which part of them is meant, and of how many.
    pub shard: Option<(u32, u32)>,
    /// How many are to be worked on now.
    pub repositories: usize,
    /// Those that an earlier run did, if it was cut short.
    pub before: Option<Before>,
    /// How many are worked on at once.
    pub jobs: usize,
}

/// What an earlier run did that was cut short.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Before {
    /// How many repositories.
    pub repositories: usize,
    /// When the first of them was done.
    pub since: Time,
}

/// What came of a repository.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum RowOutcome {
    /// A commit was made, and pushed or proposed where that was asked.
    Committed,
    /// A dry run: a commit would be made.
    Planned,
    /// There was nothing to sort.
    Unchanged,
    /// It was only judged, and nothing was found that counts.
    Valid,
    /// Something was found that counts, or a fabric was left alone; what could be sorted is.
    Findings,
    /// More objects would leave managed/ than may.
    Refused,
    /// The branch kept moving.
    KeptMoving,
    /// hhgit could not look or could not write.
    Failed,
}

/// What came of one repository of the list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Row {
    /// Which it is of those worked on, from 1, in the order in which they end.
    pub number: usize,
    /// How many those are.
    pub total: usize,
    /// The line of the list.
    pub line: usize,
    /// The repository as the list names it, without any password.
    pub repository: String,
    /// The branch: as it was found to be called, else as the list names it, if it does.
    pub branch: Option<String>,
    /// What came of it.
    pub outcome: RowOutcome,
    /// How long it took.
    pub took: Duration,
    /// The commit that was looked at, if it came so far.
    pub input: Option<CommitId>,
    /// The commit that was made.
    pub result: Option<CommitId>,
    /// What became of documents, or would.
    pub counts: Counts,
    /// How many errors were found.
    pub errors: usize,
    /// How many warnings were found.
    pub warnings: usize,
    /// The fabric directories that are broken and were left alone.
    pub left_alone: Vec<RepoPath>,
    /// How often it started over, because the branch moved or a server would not yet.
    pub started_over: u32,
    /// Where people look at what was proposed.
    pub request: Option<String>,
    /// Why it failed, and what to do.
    pub error: Option<String>,
}

/// What all came to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Ended {
    /// When.
    pub time: Time,
    /// How long all took.
    pub took: Duration,
    /// What was done.
    pub doing: Doing,
    /// What the list is called.
    pub list: String,
    /// How many repositories ended so, and what became of their documents.
    pub outcomes: BTreeMap<RowOutcome, Sum>,
    /// How many were not begun, since the run was asked to stop.
    pub not_begun: usize,
    /// Those that an earlier run did.
    pub before: Option<Before>,
    /// Those that somebody has to look at, in the order of the list.
    pub attention: Vec<Row>,
    /// The record of what was done, where one is kept.
    pub record: Option<String>,
    /// What could not be written of what was asked for besides.
    pub problems: Vec<String>,
    /// The exit code.
    pub exit: u8,
}

/// What repositories that ended alike came to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Sum {
    /// How many they are.
    pub repositories: usize,
    /// What became of their documents.
    pub counts: Counts,
    /// How many errors were found in them.
    pub errors: usize,
    /// How many warnings were found in them.
    pub warnings: usize,
}

impl Doing {
    /// Its name in lines.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Sync => "sync",
            Self::DryRun => "dry-run",
            Self::Check => "check",
        }
    }
}

impl RowOutcome {
    /// Every outcome.
    pub const ALL: [Self; 8] = [
        Self::Committed,
        Self::Planned,
        Self::Unchanged,
        Self::Valid,
        Self::Findings,
        Self::Refused,
        Self::KeptMoving,
        Self::Failed,
    ];

    /// Its name in lines.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Committed => "committed",
            Self::Planned => "planned",
            Self::Unchanged => "unchanged",
            Self::Valid => "valid",
            Self::Findings => "findings",
            Self::Refused => "refused",
            Self::KeptMoving => "kept-moving",
            Self::Failed => "failed",
        }
    }

    /// Whether nobody has to look at it, and an interrupted run need not do it again.
    pub fn is_well(self) -> bool {
        matches!(self, Self::Committed | Self::Planned | Self::Unchanged | Self::Valid)
    }
}

impl Sum {
    /// Counts a repository.
    pub fn add(&mut self, row: &Row) {
        self.repositories += 1;
        self.counts.add(row.counts);
        self.errors += row.errors;
        self.warnings += row.warnings;
    }
}
