//! How a watch's lines read: one a round for people, one JSON object a line (`hhgit.watch/1`) for a log, and the file that tells
//! how things are (`hhgit.health/1`).

use std::io::{self, Write};
use std::time::Duration;

use schemars::JsonSchema;
use serde::Serialize;

use super::fleet::moved;
use super::json::terminal_safe;
use super::{Role, Style, count, sanitize};
use crate::report::watch::{Event, Round, RoundOutcome, Started, Stopped};
use crate::snapshot::Time;
use crate::verdict::code::Severity;

/// The name and version of the lines' format.
pub const SCHEMA: &str = "hhgit.watch/1";
/// The name and version of the health file's format.
pub const HEALTH: &str = "hhgit.health/1";
/// How many digits of a commit's id are shown.
const SHORT: usize = 7;

/// Writes one line for people.
pub fn human(out: &mut dyn Write, event: &Event, style: Style) -> io::Result<()> {
    match event {
        Event::Started(started) => writeln!(out, "{} {}", moment(started.time), sanitize(&beginning(started))),
        Event::Round(round) => writeln!(out, "{} {}", moment(round.time), told(round, style)),
        Event::Stopped(Stopped { time, rounds }) => {
            let rounds = usize::try_from(*rounds).unwrap_or(usize::MAX);
            writeln!(out, "{} stopped after {}", moment(*time), count(rounds, "round"))
        }
    }
}

fn beginning(started: &Started) -> String {
    let branch = started.reference.as_ref().map(|name| name.strip_prefix("refs/heads/").unwrap_or(name));
    let mut text = match (branch, &started.remote) {
        (Some(branch), Some(remote)) => format!("watching {branch} of {remote}"),
        (Some(branch), None) => format!("watching {branch}"),
        (None, Some(remote)) => format!("watching the main branch of {remote}"),
        (None, None) => "watching".to_owned(),
    };
    if let Some(interval) = started.interval {
        text.push_str(&format!(", every {interval}"));
    }
    if let Some(address) = started.metrics {
        text.push_str(&format!(", metrics at http://{address}/metrics"));
    }
    text
}

fn told(round: &Round, style: Style) -> String {
    let word = style.paint(role(round.outcome), round.outcome.as_str());
    let mut parts = Vec::new();
    if round.outcome.is_failure() && round.failures > 1 {
        parts.push(format!("{} in a row", round.failures));
    }
    // What would be sorted and was not is for the report of hhgit sync.
    if round.result.is_some() {
        parts.extend(moved(&round.counts));
    }
    for (severity, noun) in [(Severity::Error, "error"), (Severity::Warning, "warning")] {
        let n = found(round, severity);
        if n > 0 && (severity == Severity::Error || round.result.is_none()) {
            parts.push(count(usize::try_from(n).unwrap_or(usize::MAX), noun));
        }
    }
    parts.extend(round.left_alone.iter().map(|path| format!("{path} left alone")));
    if round.started_over > 0 {
        parts.push(format!("{} tries", u64::from(round.started_over) + 1));
    }
    parts.push(length(round.took));
    parts.extend(round.next.map(|next| format!("next {}", length(next))));
    let commit = round.result.map(|commit| format!(" {}", &commit.to_string()[..SHORT])).unwrap_or_default();
    let mut text = format!("{word}{commit}, {}", sanitize(&parts.join(", ")));
    for more in round.request.iter().chain(&round.error).chain(&round.problems) {
        text.push_str(": ");
        text.push_str(&sanitize(more));
    }
    text
}

fn role(outcome: RoundOutcome) -> Role {
    match outcome {
        RoundOutcome::Committed => Role::Good,
        RoundOutcome::Unchanged | RoundOutcome::Valid => Role::Strong,
        RoundOutcome::Idle => Role::Info,
        RoundOutcome::Findings => Role::Warning,
        RoundOutcome::Refused | RoundOutcome::KeptMoving | RoundOutcome::Failed => Role::Error,
    }
}

fn found(round: &Round, severity: Severity) -> u64 {
    round.findings.iter().filter(|((of, _), _)| *of == severity).map(|(_, count)| count).sum()
}

/// A length of time as people say it, no closer than they want to know it.
pub(super) fn length(length: Duration) -> String {
    let seconds = length.as_secs();
    match seconds {
        0..10 => format!("{:.1}s", length.as_secs_f64()),
        10..120 => format!("{seconds}s"),
        120..7200 => format!("{}m", seconds / 60),
        _ => format!("{}h", seconds / 3600),
    }
}

/// A moment in UTC, as RFC 3339 has it.
pub(super) fn moment(time: Time) -> String {
    jiff::Timestamp::from_second(time.seconds).map_or_else(|_| format!("@{}", time.seconds), |stamp| stamp.to_string())
}

#[derive(Debug, Serialize, JsonSchema)]
#[schemars(title = "hhgit.watch/1")]
struct Line {
    #[schemars(extend("const" = SCHEMA))]
    schema: &'static str,
    #[serde(flatten)]
    event: Told,
}

#[derive(Debug, Serialize, JsonSchema)]
#[serde(tag = "event", rename_all = "kebab-case")]
enum Told {
    Started {
        time: String,
        #[serde(rename = "ref", skip_serializing_if = "Option::is_none")]
        reference: Option<String>,
        #[serde(skip_serializing_if = "Option::is_none")]
        remote: Option<String>,
        #[serde(skip_serializing_if = "Option::is_none")]
        interval_seconds: Option<u64>,
        #[serde(skip_serializing_if = "Option::is_none")]
        metrics: Option<String>,
    },
    Round(Box<RoundLine>),
    Stopped {
        time: String,
        rounds: u64,
    },
}

#[derive(Debug, Serialize, JsonSchema)]
struct RoundLine {
    time: String,
    round: u64,
    cause: &'static str,
    outcome: &'static str,
    seconds: f64,
    #[serde(rename = "ref", skip_serializing_if = "Option::is_none")]
    reference: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    input: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    result: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    counts: Option<Counts>,
    errors: u64,
    warnings: u64,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    left_alone: Vec<String>,
    disabled: usize,
    races_lost: u32,
    failures: u32,
    #[serde(skip_serializing_if = "Option::is_none")]
    next_seconds: Option<f64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    request: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    error: Option<String>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    problems: Vec<String>,
}

#[derive(Debug, Serialize, JsonSchema)]
struct Counts {
    managed: usize,
    unmanaged: usize,
    removed: usize,
    repairs: usize,
}

/// Writes one line of JSON.
pub fn json(out: &mut dyn Write, event: &Event) -> io::Result<()> {
    let event = match event {
        Event::Started(started) => Told::Started {
            time: moment(started.time),
            reference: started.reference.clone(),
            remote: started.remote.clone(),
            interval_seconds: started.interval.map(|interval| interval.seconds()),
            metrics: started.metrics.map(|address| address.to_string()),
        },
        Event::Round(round) => Told::Round(Box::new(line(round))),
        Event::Stopped(stopped) => Told::Stopped { time: moment(stopped.time), rounds: stopped.rounds },
    };
    one_line(out, &Line { schema: SCHEMA, event })
}

fn line(round: &Round) -> RoundLine {
    let counts = Counts {
        managed: round.counts.managed,
        unmanaged: round.counts.unmanaged,
        removed: round.counts.removed,
        repairs: round.counts.repairs,
    };
    RoundLine {
        time: moment(round.time),
        round: round.number,
        cause: round.cause.as_str(),
        outcome: round.outcome.as_str(),
        seconds: rounded(round.took),
        reference: round.reference.clone(),
        input: round.input.map(|commit| commit.to_string()),
        result: round.result.map(|commit| commit.to_string()),
        counts: round.result.map(|_| counts),
        errors: found(round, Severity::Error),
        warnings: found(round, Severity::Warning),
        left_alone: round.left_alone.iter().map(ToString::to_string).collect(),
        disabled: round.disabled,
        races_lost: round.started_over,
        failures: round.failures,
        next_seconds: round.next.map(rounded),
        request: round.request.clone(),
        error: round.error.clone(),
        problems: round.problems.clone(),
    }
}

/// To the millisecond.
pub(super) fn rounded(length: Duration) -> f64 {
    (length.as_secs_f64() * 1000.0).round() / 1000.0
}

/// The JSON Schema of a line.
pub fn schema() -> serde_json::Value {
    super::json::schema::of::<Line>()
}

#[derive(Debug, Serialize, JsonSchema)]
#[schemars(title = "hhgit.health/1")]
struct Health {
    #[schemars(extend("const" = HEALTH))]
    schema: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    time: Option<String>,
    round: u64,
    #[serde(skip_serializing_if = "Option::is_none")]
    outcome: Option<&'static str>,
    failures: u32,
    #[serde(skip_serializing_if = "Option::is_none")]
    last_success: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    next_seconds: Option<f64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    error: Option<String>,
}

/// Writes how things are after this round, or before the first.
pub fn health(out: &mut dyn Write, last: Option<&Round>) -> io::Result<()> {
    let health = Health {
        schema: HEALTH,
        time: last.map(|round| moment(round.time)),
        round: last.map_or(0, |round| round.number),
        outcome: last.map(|round| round.outcome.as_str()),
        failures: last.map_or(0, |round| round.failures),
        last_success: last.and_then(|round| round.last_success).map(moment),
        next_seconds: last.and_then(|round| round.next).map(rounded),
        error: last.and_then(|round| round.error.clone()),
    };
    one_line(out, &health)
}

pub(super) fn one_line(out: &mut dyn Write, value: &impl Serialize) -> io::Result<()> {
    let text = serde_json::to_string(value).map_err(io::Error::other)?;
    writeln!(out, "{}", terminal_safe(&text))
}

#[cfg(test)]
mod tests;
