//! What a watch has to say: that it began, what came of each round, that it ended.

use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::time::Duration;

use super::Fate;
use crate::fabric::interval::Interval;
use crate::ids::CommitId;
use crate::path::RepoPath;
use crate::snapshot::Time;
use crate::verdict::code::{Code, Severity};

/// One line of a watch.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Event {
    /// It began.
    Started(Started),
    /// A round is over.
    Round(Box<Round>),
    /// It ended.
    Stopped(Stopped),
}

/// That a watch began.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Started {
    /// When.
    pub time: Time,
    /// The full name of the branch; none where the remote is to name it.
    pub reference: Option<String>,
    /// The remote, without any password; none for a branch of the repository itself.
    pub remote: Option<String>,
    /// How often, where that is not left to the manifests.
    pub interval: Option<Interval>,
    /// Where metrics are answered for.
    pub metrics: Option<SocketAddr>,
}

/// Why a round began.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Cause {
    /// The watch began.
    Start,
    /// It was time.
    Clock,
    /// The branch moved.
    Moved,
    /// The settings were to be read again.
    Reload,
    /// The round before had failed.
    Retry,
}

/// What came of a round.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum RoundOutcome {
    /// A commit was made, and pushed or proposed where that was asked.
    Committed,
    /// There was nothing to sort.
    Unchanged,
    /// Nothing was to be sorted, and there are no errors.
    Valid,
    /// There are errors in what is only judged, or a fabric was left alone.
    Findings,
    /// No fabric takes turns.
    Idle,
    /// A sync was refused before anything moved.
    Refused,
    /// The branch kept moving.
    KeptMoving,
    /// hhgit could not look or could not write.
    Failed,
}

/// What came of one round.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Round {
    /// When it was over.
    pub time: Time,
    /// Which it was, from 1.
    pub number: u64,
    /// Why it began.
    pub cause: Cause,
    /// What came of it.
    pub outcome: RoundOutcome,
    /// How long it took.
    pub took: Duration,
    /// The full name of the branch, if it came so far.
    pub reference: Option<String>,
    /// The commit that was looked at, if it came so far.
    pub input: Option<CommitId>,
    /// The commit that was made.
    pub result: Option<CommitId>,
    /// Objects that went to managed/, documents to unmanaged/, repairs, and objects that left managed/.
    pub counts: super::Counts,
    /// The sorted documents, by what became of them and why.
    pub documents: BTreeMap<(Fate, Option<Code>), u64>,
    /// The findings, by code.
    pub findings: BTreeMap<(Severity, Code), u64>,
    /// The fabric directories that are broken and were left alone.
    pub left_alone: Vec<RepoPath>,
    /// How many fabric directories take no turns.
    pub disabled: usize,
    /// How often the round started over, because the branch moved or a server would not yet.
    pub started_over: u32,
    /// Where people look at what was proposed.
    pub request: Option<String>,
    /// Why it failed.
    pub error: Option<String>,
    /// How many rounds in a row have failed, this one included.
    pub failures: u32,
    /// When the next one begins at the latest; none after the last.
    pub next: Option<Duration>,
    /// When a round was last no failure.
    pub last_success: Option<Time>,
    /// What could not be written of what was asked for besides.
    pub problems: Vec<String>,
}

/// That a watch ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Stopped {
    /// When.
    pub time: Time,
    /// After how many rounds.
    pub rounds: u64,
}

impl Cause {
    /// Every cause.
    pub const ALL: [Self; 5] = [Self::Start, Self::Clock, Self::Moved, Self::Reload, Self::Retry];

    /// Its name in lines and metrics.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Start => "start",
            Self::Clock => "clock",
            Self::Moved => "moved",
            Self::Reload => "reload",
            Self::Retry => "retry",
        }
    }
}

impl RoundOutcome {
    /// Every outcome.
    pub const ALL: [Self; 8] = [
        Self::Committed,
        Self::Unchanged,
        Self::Valid,
        Self::Findings,
        Self::Idle,
        Self::Refused,
        Self::KeptMoving,
        Self::Failed,
    ];

    /// Its name in lines and metrics.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Committed => "committed",
            Self::Unchanged => "unchanged",
            Self::Valid => "valid",
            Self::Findings => "findings",
            Self::Idle => "idle",
            Self::Refused => "refused",
            Self::KeptMoving => "kept-moving",
            Self::Failed => "failed",
        }
    }

    /// Whether the round has to be done again.
    pub fn is_failure(self) -> bool {
        matches!(self, Self::Refused | Self::KeptMoving | Self::Failed)
    }
}
