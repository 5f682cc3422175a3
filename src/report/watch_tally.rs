//! What all rounds of a watch came to, in numbers; every row is one of a list that is known beforehand.

use std::collections::BTreeMap;
use std::time::Duration;

use super::Fate;
use super::watch::{Cause, Round, RoundOutcome};
use crate::snapshot::Time;
use crate::verdict::code::{Code, Severity};

/// The upper bounds of the durations that are counted apart, in milliseconds.
pub const BOUNDS: [u64; 12] = [10, 25, 50, 100, 250, 500, 1_000, 2_500, 10_000, 30_000, 120_000, 600_000];

/// What all rounds came to.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Tally {
    /// How many rounds ended so.
    pub outcomes: BTreeMap<RoundOutcome, u64>,
    /// How many rounds began so.
    pub causes: BTreeMap<Cause, u64>,
    /// How many rounds took no longer than each bound and longer than the one before; the last took longer than all.
    pub durations: [u64; BOUNDS.len() + 1],
    /// How long all took together.
    pub took: Duration,
    /// The documents that were sorted, by what became of them and why.
    pub documents: BTreeMap<(Fate, Option<Code>), u64>,
    /// The findings of the last round that could look.
    pub findings: BTreeMap<(Severity, Code), u64>,
    /// Objects that left managed/.
    pub removed: u64,
    /// How often rounds started over.
    pub started_over: u64,
    /// How many rounds in a row have failed.
    pub failures: u32,
    /// When the last round was over.
    pub last_round: Option<Time>,
    /// When a round was last no failure.
    pub last_success: Option<Time>,
}

impl Tally {
    /// Counts a round.
    pub fn add(&mut self, round: &Round) {
        *self.outcomes.entry(round.outcome).or_default() += 1;
        *self.causes.entry(round.cause).or_default() += 1;
        let within = |bound: &u64| round.took <= Duration::from_millis(*bound);
        self.durations[BOUNDS.iter().position(within).unwrap_or(BOUNDS.len())] += 1;
        self.took = self.took.saturating_add(round.took);
        if round.result.is_some() {
            for (row, count) in &round.documents {
                *self.documents.entry(*row).or_default() += count;
            }
            self.removed += u64::try_from(round.counts.removed).unwrap_or(u64::MAX);
        }
        if !round.outcome.is_failure() {
            self.findings.clone_from(&round.findings);
        }
        self.started_over += u64::from(round.started_over);
        (self.failures, self.last_round, self.last_success) = (round.failures, Some(round.time), round.last_success);
    }

    /// How many rounds there were.
    pub fn rounds(&self) -> u64 {
        self.durations.iter().sum()
    }
}
