//! What a watch came to, as OpenMetrics: text that Prometheus and its like read. Every label is a word of hhgit's own, so
//! nothing has to be escaped and nobody can make more of them.

use std::io::{self, Write};
use std::time::Duration;

use crate::report::Fate;
use crate::report::watch::{Cause, RoundOutcome};
use crate::report::watch_tally::{BOUNDS, Tally};
use crate::snapshot::Time;
use crate::verdict::code::Severity;

/// What the text is, by its name on the web.
pub const CONTENT_TYPE: &str = "application/openmetrics-text; version=1.0.0; charset=utf-8";

/// Writes the numbers.
pub fn tally(out: &mut dyn Write, tally: &Tally) -> io::Result<()> {
    family(out, "hhgit_build", "info", "", "The hhgit that watches.")?;
    writeln!(out, "hhgit_build_info{{version=\"{}\"}} 1", env!("CARGO_PKG_VERSION"))?;
    family(out, "hhgit_watch_rounds", "counter", "", "Rounds, by what came of them.")?;
    for outcome in RoundOutcome::ALL {
        let count = tally.outcomes.get(&outcome).copied().unwrap_or_default();
        writeln!(out, "hhgit_watch_rounds_total{{outcome=\"{}\"}} {count}", outcome.as_str())?;
    }
    family(out, "hhgit_watch_wakes", "counter", "", "Rounds, by why they began.")?;
    for cause in Cause::ALL {
        let count = tally.causes.get(&cause).copied().unwrap_or_default();
        writeln!(out, "hhgit_watch_wakes_total{{cause=\"{}\"}} {count}", cause.as_str())?;
    }
    durations(out, tally)?;
    contents(out, tally)?;
    let lost = "Tries that started over: the branch had moved, or a server would not yet.";
    family(out, "hhgit_watch_races_lost", "counter", "", lost)?;
    writeln!(out, "hhgit_watch_races_lost_total {}", tally.started_over)?;
    family(out, "hhgit_watch_consecutive_failures", "gauge", "", "Rounds in a row that failed.")?;
    writeln!(out, "hhgit_watch_consecutive_failures {}", tally.failures)?;
    moment(out, "hhgit_watch_last_round_timestamp_seconds", "When the last round was over.", tally.last_round)?;
    let success = "When a round was last no failure.";
    moment(out, "hhgit_watch_last_success_timestamp_seconds", success, tally.last_success)?;
    writeln!(out, "# EOF")
}

fn durations(out: &mut dyn Write, tally: &Tally) -> io::Result<()> {
    let name = "hhgit_watch_round_duration_seconds";
    family(out, name, "histogram", "seconds", "How long rounds took.")?;
    let mut sum = 0;
    for (bound, count) in BOUNDS.iter().zip(tally.durations) {
        sum += count;
        writeln!(out, "{name}_bucket{{le=\"{:?}\"}} {sum}", Duration::from_millis(*bound).as_secs_f64())?;
    }
    writeln!(out, "{name}_bucket{{le=\"+Inf\"}} {}", tally.rounds())?;
    writeln!(out, "{name}_count {}", tally.rounds())?;
    writeln!(out, "{name}_sum {:?}", tally.took.as_secs_f64())
}

fn contents(out: &mut dyn Write, tally: &Tally) -> io::Result<()> {
    family(out, "hhgit_watch_documents", "counter", "", "Documents and files sorted, by what became of them and why.")?;
    for ((fate, code), count) in &tally.documents {
        let verdict = match fate {
            Fate::Managed => "managed",
            Fate::Unmanaged => "unmanaged",
            Fate::Kept => "kept",
        };
        let code = code.map_or("", |code| code.as_str());
        writeln!(out, "hhgit_watch_documents_total{{verdict=\"{verdict}\",code=\"{code}\"}} {count}")?;
    }
    family(out, "hhgit_watch_objects_removed", "counter", "", "Objects that left managed/.")?;
    writeln!(out, "hhgit_watch_objects_removed_total {}", tally.removed)?;
    family(out, "hhgit_watch_findings", "gauge", "", "Findings of the last round that could look.")?;
    for ((severity, code), count) in &tally.findings {
        let severity = match severity {
            Severity::Error => "error",
            Severity::Warning => "warning",
            Severity::Info => "info",
        };
        writeln!(out, "hhgit_watch_findings{{severity=\"{severity}\",code=\"{}\"}} {count}", code.as_str())?;
    }
    Ok(())
}

fn moment(out: &mut dyn Write, name: &str, help: &str, time: Option<Time>) -> io::Result<()> {
    family(out, name, "gauge", "seconds", help)?;
    match time {
        Some(time) => writeln!(out, "{name} {}", time.seconds),
        None => Ok(()),
    }
}

fn family(out: &mut dyn Write, name: &str, kind: &str, unit: &str, help: &str) -> io::Result<()> {
    writeln!(out, "# TYPE {name} {kind}")?;
    if !unit.is_empty() {
        writeln!(out, "# UNIT {name} {unit}")?;
    }
    writeln!(out, "# HELP {name} {help}")
}
