//! One round: what is sorted and judged in it, and what came of that, as a value.

use std::collections::BTreeMap;
use std::time::Duration;

use super::super::error::ModeError;
use super::super::sync::{Task, sync_in_turn};
use super::super::talk::Talk;
use super::super::turns::Turns;
use crate::exit::Exit;
use crate::ids::CommitId;
use crate::options::{Common, Sync};
use crate::report::watch::{Cause, Round, RoundOutcome};
use crate::report::{Counts, Outcome, Report};
use crate::snapshot::Time;
use crate::verdict::code::Severity;

/// What a round did, and whom it had take turns.
pub(super) struct Done {
    pub(super) result: Result<Report, ModeError>,
    pub(super) turns: Turns,
    /// How often it started over.
    pub(super) started_over: u32,
}

/// Sorts and judges those whose turn it is.
pub(super) fn run(common: &Common, options: &Sync, turns: Turns, talk: &mut dyn Talk) -> Done {
    let mut task = Task { turns: Some(turns), ..Task::of_sync(common, options) };
    let mut counting = Counting { talk, pauses: 0 };
    let result = sync_in_turn(common, options, &mut task, &mut counting);
    Done { result, started_over: counting.pauses, turns: task.turns.take().unwrap_or_default() }
}

/// Whoever runs the pipelines, asked to wait between tries: so often did one start over.
struct Counting<'t> {
    talk: &'t mut dyn Talk,
    pauses: u32,
}

impl Talk for Counting<'_> {
    fn agree(&mut self, _question: &str) -> Option<bool> {
        None
    }

    fn pause(&mut self, tries: u32) {
        self.pauses = self.pauses.saturating_add(1);
        self.talk.pause(tries);
    }

    fn wait(&mut self, length: Duration) {
        self.talk.wait(length);
    }
}

impl Done {
    /// What is to be said of it, but for when it was and what comes next.
    pub(super) fn round(&self, number: u64, cause: Cause, took: Duration) -> Round {
        let mut round = blank(number, cause, took);
        round.started_over = self.started_over;
        round.disabled = self.turns.disabled.len();
        match &self.result {
            Err(error) => {
                round.outcome = match error.exit() {
                    Exit::KeptMoving => RoundOutcome::KeptMoving,
                    _ => RoundOutcome::Failed,
                };
                round.error = Some(error.in_one_line());
            }
            Ok(report) => self.told(report, &mut round),
        }
        round
    }

    fn told(&self, report: &Report, round: &mut Round) {
        let judged = self.turns.judged.as_ref();
        round.outcome = self.outcome(report);
        round.reference = Some(report.reference.clone());
        round.input = report.input.and_then(|point| point.commit);
        round.result = report.result.and_then(|point| point.commit).filter(|_| report.outcome == Outcome::Committed);
        for fabric in &report.fabrics {
            round.counts.add(fabric.counts());
            for row in &fabric.documents {
                *round.documents.entry((row.fate, row.code)).or_default() += 1;
            }
        }
        for finding in report.findings.iter().chain(judged.iter().flat_map(|judged| &judged.findings)) {
            *round.findings.entry((finding.severity, finding.code)).or_default() += 1;
        }
        let all = report.fabrics.iter().chain(judged.iter().flat_map(|judged| &judged.fabrics));
        round.left_alone = all.filter(|fabric| fabric.left_alone).map(|fabric| fabric.path.clone()).collect();
        let request = report.proposal.as_ref().and_then(|proposal| proposal.request.as_ref());
        round.request = request.map(|request| request.url.clone());
        if report.outcome == Outcome::Refused {
            round.error = report.notes.last().cloned();
        }
    }

    fn outcome(&self, report: &Report) -> RoundOutcome {
        let judged = self.turns.judged.as_ref();
        let is_wrong = |judged: &Report| judged.findings.iter().any(|finding| finding.severity == Severity::Error);
        let left_alone = |report: &Report| report.fabrics.iter().any(|fabric| fabric.left_alone);
        match report.outcome {
            Outcome::Refused => RoundOutcome::Refused,
            _ if left_alone(report) || judged.is_some_and(|judged| left_alone(judged) || is_wrong(judged)) => {
                RoundOutcome::Findings
            }
            Outcome::Committed => RoundOutcome::Committed,
            Outcome::Unchanged | Outcome::Planned if !report.fabrics.is_empty() => RoundOutcome::Unchanged,
            Outcome::Unchanged | Outcome::Planned if judged.is_some() => RoundOutcome::Valid,
            Outcome::Unchanged | Outcome::Planned => RoundOutcome::Idle,
        }
    }

    /// Where the branch is now, as far as this round can know.
    pub(super) fn tip(&self) -> Option<CommitId> {
        let report = self.result.as_ref().ok()?;
        let made = report.result.filter(|_| report.outcome == Outcome::Committed && report.proposal.is_none());
        made.or(report.input).and_then(|point| point.commit)
    }
}

fn blank(number: u64, cause: Cause, took: Duration) -> Round {
    Round {
        time: Time { seconds: 0, offset: 0 },
        number,
        cause,
        outcome: RoundOutcome::Failed,
        took,
        reference: None,
        input: None,
        result: None,
        counts: Counts::default(),
        documents: BTreeMap::new(),
        findings: BTreeMap::new(),
        left_alone: Vec::new(),
        disabled: 0,
        started_over: 0,
        request: None,
        error: None,
        failures: 0,
        next: None,
        last_success: None,
        problems: Vec::new(),
    }
}
