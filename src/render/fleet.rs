//! How a fleet's lines read: one a repository as it ends, for people or as JSON (`hhgit.fleet/1`), and a table at the end.

mod lines;

use std::io::{self, Write};

pub use self::lines::{SCHEMA, json, schema};
use super::watch::{length, moment};
use super::{Role, Style, count, sanitize};
use crate::report::Counts;
use crate::report::fleet::{Before, Doing, Ended, Event, Row, RowOutcome, Started, Sum};

/// How many digits of a commit's id are shown.
const SHORT: usize = 7;
/// How many repositories are told again at the end, unless all are asked for.
const TOLD: usize = 50;

/// Writes one event for people.
pub fn human(out: &mut dyn Write, event: &Event, style: Style) -> io::Result<()> {
    match event {
        Event::Started(started) => writeln!(out, "{} {}", moment(started.time), sanitize(&beginning(started))),
        Event::Repository(row) => writeln!(out, "{}", line(row, style)),
        Event::Stopping { under_way } => {
            let finished = match under_way {
                0 => "nothing is under way".to_owned(),
                _ => format!("finishing {}", repositories(*under_way)),
            };
            writeln!(out, "asked to stop: {finished}, beginning no more; ask again to end at once")
        }
        Event::Ended(ended) => end(out, ended, style),
    }
}

fn beginning(started: &Started) -> String {
    let Started { doing, list, listed, shard, repositories: now, before, jobs, .. } = started;
    let mut text = match shard {
        Some((index, of)) => format!("shard {index}/{of}: {now} of the {} of {list}", repositories(*listed)),
        None => format!("{} of {list}", repositories(*now)),
    };
    if let Some(before) = before {
        text.push_str(&format!(", {}", done_before(before)));
    }
    let act = match doing {
        Doing::Sync => "sorting",
        Doing::DryRun => "showing what a sync would do in",
        Doing::Check => "checking",
    };
    format!("{act} {text}, {jobs} at once")
}

fn done_before(before: &Before) -> String {
    format!("{} left out that an earlier run did since {}", before.repositories, moment(before.since))
}

fn line(row: &Row, style: Style) -> String {
    let width = row.total.to_string().len();
    let head = format!("{:>width$}/{}", row.number, row.total);
    let (mut parts, took) = (parts(row), length(row.took));
    // Behind a sentence, a length of time would be taken for its end.
    let after = if row.error.is_some() { format!(" ({took})") } else { String::new() };
    if row.error.is_none() {
        parts.push(took);
    }
    let told = parts.join(", ");
    format!("{head} {} {}: {}{after}", word(row.outcome, style), sanitize(&name(row)), sanitize(&told))
}

/// The repository, and its branch where one is known.
fn name(row: &Row) -> String {
    row.branch.as_ref().map_or_else(|| row.repository.clone(), |branch| format!("{} {branch}", row.repository))
}

/// The outcome, in a column of its own.
fn word(outcome: RowOutcome, style: Style) -> String {
    let word = outcome.as_str();
    let gap = WIDEST - word.len();
    format!("{}{:gap$}", style.paint(role(outcome), word), "")
}

/// How wide the widest outcome is.
const WIDEST: usize = 11;

/// What is to be told of a repository.
fn parts(row: &Row) -> Vec<String> {
    let mut parts = Vec::new();
    parts.extend(row.error.clone());
    parts.extend(row.left_alone.iter().map(|path| format!("{path} is broken and was left alone")));
    parts.extend(row.result.map(|commit| commit.to_string()[..SHORT].to_owned()));
    if matches!(row.outcome, RowOutcome::Failed | RowOutcome::KeptMoving) {
        return parts;
    }
    parts.extend(moved(&row.counts));
    parts.extend(found(row.errors, row.warnings));
    if row.started_over > 0 {
        parts.push(format!("{} tries", u64::from(row.started_over) + 1));
    }
    parts.extend(row.request.clone());
    parts
}

/// What became of documents, a few words for each that there is something to say of; repairs where there is nothing else.
pub(super) fn moved(counts: &Counts) -> Vec<String> {
    let documents = counts.managed + counts.unmanaged + counts.removed;
    let numbers = [
        (counts.managed, "managed"),
        (counts.unmanaged, "unmanaged"),
        (counts.removed, "removed"),
        (if documents > 0 { 0 } else { counts.repairs }, "repaired"),
    ];
    numbers.iter().filter(|(n, _)| *n > 0).map(|(n, what)| format!("{n} {what}")).collect()
}

fn found(errors: usize, warnings: usize) -> Vec<String> {
    let numbers = [(errors, "error"), (warnings, "warning")];
    numbers.into_iter().filter(|(n, _)| *n > 0).map(|(n, noun)| count(n, noun)).collect()
}

fn end(out: &mut dyn Write, ended: &Ended, style: Style) -> io::Result<()> {
    let done = ended.outcomes.values().map(|sum| sum.repositories).sum();
    writeln!(out)?;
    writeln!(out, "{} in {}", style.paint(Role::Strong, &repositories(done)), length(ended.took))?;
    let width = done.max(ended.not_begun).to_string().len();
    for (outcome, Sum { repositories, counts, errors, warnings }) in &ended.outcomes {
        let parts = [moved(counts), found(*errors, *warnings)].concat().join(", ");
        let row = format!("  {} {repositories:>width$}  {parts}", word(*outcome, style));
        writeln!(out, "{}", row.trim_end())?;
    }
    if ended.not_begun > 0 {
        writeln!(out, "  {} {:>width$}", style.paint(Role::Error, "not begun  "), ended.not_begun)?;
    }
    if let Some(before) = &ended.before {
        writeln!(out, "  {}", done_before(before))?;
    }
    for problem in &ended.problems {
        writeln!(out, "{}", style.labelled(2, "problem", problem))?;
    }
    attention(out, ended, style)?;
    advice(out, ended, style)
}

/// The repositories that somebody has to look at, each with its line of the list.
fn attention(out: &mut dyn Write, ended: &Ended, style: Style) -> io::Result<()> {
    if ended.attention.is_empty() {
        return Ok(());
    }
    let most = if style.verbose { usize::MAX } else { TOLD };
    writeln!(out, "\n{}", style.paint(Role::Strong, "To look at:"))?;
    for row in ended.attention.iter().take(most) {
        let place = format!("{}:{}", ended.list, row.line);
        writeln!(out, "  {} {}  {}", word(row.outcome, style), sanitize(&place), sanitize(&name(row)))?;
        let parts = parts(row);
        if !parts.is_empty() {
            writeln!(out, "{}", style.flow(format!("{:4}", ""), 4, 4, &parts.join(", ")))?;
        }
    }
    match ended.attention.len().saturating_sub(most) {
        0 => Ok(()),
        more => writeln!(out, "  and {more} more; --verbose lists them all"),
    }
}

/// What to do next, where something is left to do.
fn advice(out: &mut dyn Write, ended: &Ended, style: Style) -> io::Result<()> {
    let holds = |outcome| ended.outcomes.contains_key(&outcome);
    let mut advice: Vec<&str> = Vec::new();
    if holds(RowOutcome::Findings) {
        advice.push("hhgit -C REPOSITORY check shows the findings of one, in a clone where it is elsewhere.");
    }
    if holds(RowOutcome::Refused) {
        advice.push("What was refused waits for somebody to look at it; all else in the list went on.");
    }
    if holds(RowOutcome::Failed) {
        advice.push("In those that failed nothing was changed; see to what they say and run the same again.");
    }
    if holds(RowOutcome::KeptMoving) {
        advice.push("Those that kept moving need no more than another run.");
    }
    match (ended.not_begun, &ended.record) {
        (0, _) if advice.is_empty() => {}
        (0, _) => advice.push("What is sorted already costs next to nothing the next time."),
        (_, Some(_)) => advice.push("It was cut short: the same command goes on where it stopped."),
        (_, None) => {
            advice.push(
                "It was cut short: the same command does the rest; what is sorted already costs next to nothing.",
            );
        }
    }
    if advice.is_empty() {
        return Ok(());
    }
    writeln!(out, "\n{}", style.flow(String::new(), 0, 0, &advice.join(" ")))
}

fn repositories(number: usize) -> String {
    if number == 1 { "1 repository".to_owned() } else { format!("{number} repositories") }
}

fn role(outcome: RowOutcome) -> Role {
    match outcome {
        RowOutcome::Committed => Role::Good,
        RowOutcome::Planned => Role::Info,
        RowOutcome::Unchanged | RowOutcome::Valid => Role::Strong,
        RowOutcome::Findings => Role::Warning,
        RowOutcome::Refused | RowOutcome::KeptMoving | RowOutcome::Failed => Role::Error,
    }
}

#[cfg(test)]
mod tests;
