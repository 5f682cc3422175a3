//! How `hhgit replay` reads: a table by code for people, every commit with `--verbose`; `hhgit.replay/1` for machines.

use std::io::{self, Write};

use schemars::JsonSchema;
use serde::Serialize;

use super::{Role, Show, Style, count, date, day, human, json, sanitize};
use crate::ids::CommitId;
use crate::report::Report;
use crate::report::replay::{Replay, Replayed, Row, Said, Summary, Tally};
use crate::verdict::code::Severity;

/// The name and version of the format.
pub const SCHEMA: &str = "hhgit.replay/1";

impl Show for Replay {
    fn report(&self) -> Option<&Report> {
        None
    }

    fn human(&self, out: &mut dyn Write, style: Style) -> io::Result<()> {
        text(out, self, style)
    }

    fn json(&self, out: &mut dyn Write) -> io::Result<()> {
        wire(out, self)
    }
}

/// Writes the replay for people.
fn text(out: &mut dyn Write, replay: &Replay, style: Style) -> io::Result<()> {
    let rules = replay.ruleset.as_deref().unwrap_or("each commit's own CRDs, or the built-in rules");
    let name = style.paint(Role::Strong, &sanitize(&replay.reference));
    let used = replay.reference.chars().count();
    let text = format!(": {} at level {}, by {rules}", count(replay.commits.len(), "commit"), replay.level);
    writeln!(out, "{}", style.flow(name, used, 2, &text))?;
    if style.verbose {
        writeln!(out)?;
        replay.commits.iter().try_for_each(|commit| one(out, commit, style))?;
    }
    table(out, &replay.table(), style)?;
    unread(out, replay, style)?;
    writeln!(out, "\n{}", style.flow(String::new(), 0, 2, &summary(&replay.summary())))?;
    replay.notes.iter().try_for_each(|note| writeln!(out, "{}", style.labelled(0, "note", note)))
}

fn short(commit: CommitId) -> String {
    commit.to_string().chars().take(7).collect()
}

/// One commit in a line.
fn one(out: &mut dyn Write, replayed: &Replayed, style: Style) -> io::Result<()> {
    let lead = format!("{}  {}", short(replayed.commit), day(replayed.time));
    let text = match &replayed.said {
        Said::NoFabric => "no fabric directory".to_owned(),
        Said::Unread(why) => format!("not judged: {why}"),
        Said::Judged(tally) => {
            let parts = [Severity::Error, Severity::Warning, Severity::Info].map(|severity| {
                let found = tally.findings.iter().filter(|((_, of), _)| *of == severity);
                (severity, found.map(|(_, number)| number).sum::<usize>())
            });
            let parts = parts.into_iter().filter(|(_, number)| *number > 0);
            let parts: Vec<String> = parts.map(|(severity, number)| said(severity, number)).collect();
            let findings = if parts.is_empty() { "no findings".to_owned() } else { parts.join(", ") };
            let changes = if tally.changes { "; sync would change it" } else { "" };
            format!("{}, {findings}{changes}", count(tally.objects, "object"))
        }
    };
    writeln!(out, "{}", style.flow(format!("{lead}  "), lead.len() + 2, 21, &text))
}

fn said(severity: Severity, number: usize) -> String {
    match severity {
        Severity::Info => format!("{number} info"),
        other => count(number, other.as_str()),
    }
}

/// The table by code.
fn table(out: &mut dyn Write, rows: &[Row], style: Style) -> io::Result<()> {
    let Some(column) = rows.iter().map(|row| row.code.as_str().len()).max() else { return Ok(()) };
    let head = format!("severity  {:column$}  commits   most  first    last", "code");
    writeln!(out, "\n{}", style.paint(Role::Strong, &head))?;
    for row in rows {
        let severity = style.paint(human::role(row.severity), &format!("{:8}", row.severity.as_str()));
        let (first, last) = (short(row.first), short(row.last));
        let code = row.code.as_str();
        writeln!(out, "{severity}  {code:column$}  {:7}  {:5}  {first}  {last}", row.commits, row.most)?;
    }
    Ok(())
}

/// The commits that could not be judged, each with why.
fn unread(out: &mut dyn Write, replay: &Replay, style: Style) -> io::Result<()> {
    let mut lead = "\n";
    for replayed in &replay.commits {
        let Said::Unread(why) = &replayed.said else { continue };
        let label = format!("{} was not judged", short(replayed.commit));
        writeln!(out, "{lead}{}", style.labelled(0, &label, why))?;
        lead = "";
    }
    Ok(())
}

fn summary(summary: &Summary) -> String {
    let Summary { clean, warned, errors, no_fabric, unread, changing } = *summary;
    let all = clean + warned + errors + no_fabric + unread;
    let parts = [
        (clean, "clean"),
        (warned, "with warnings at most"),
        (errors, "with errors"),
        (no_fabric, "without a fabric directory"),
        (unread, "not judged"),
    ];
    let parts: Vec<String> =
        parts.into_iter().filter(|(number, _)| *number > 0).map(|(number, what)| format!("{number} {what}")).collect();
    let parts = if parts.is_empty() { String::new() } else { format!(": {}", parts.join(", ")) };
    format!("{}{parts}; sync would change {changing}", count(all, "commit"))
}

#[derive(Debug, Serialize, JsonSchema)]
#[schemars(title = "hhgit.replay/1")]
struct Wire {
    #[schemars(extend("const" = SCHEMA))]
    schema: &'static str,
    command: &'static str,
    range: String,
    level: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    ruleset: Option<String>,
    summary: WireSummary,
    table: Vec<WireRow>,
    commits: Vec<WireCommit>,
    notes: Vec<String>,
}

#[derive(Debug, Serialize, JsonSchema)]
struct WireSummary {
    commits: usize,
    clean: usize,
    warnings: usize,
    errors: usize,
    without_fabric: usize,
    not_judged: usize,
    sync_would_change: usize,
    judged_before: usize,
}

#[derive(Debug, Serialize, JsonSchema)]
struct WireRow {
    code: String,
    severity: &'static str,
    commits: usize,
    most: usize,
    first: String,
    last: String,
}

#[derive(Debug, Serialize, JsonSchema)]
struct WireCommit {
    commit: String,
    time: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    error: Option<String>,
    fabrics: usize,
    left_alone: usize,
    objects: usize,
    documents: WireDocuments,
    sync_would_change: bool,
    findings: Vec<WireFinding>,
}

#[derive(Debug, Serialize, JsonSchema)]
struct WireDocuments {
    managed: usize,
    unmanaged: usize,
    kept: usize,
}

#[derive(Debug, Serialize, JsonSchema)]
struct WireFinding {
    code: String,
    severity: &'static str,
    count: usize,
}

/// Writes the replay as JSON.
fn wire(out: &mut dyn Write, replay: &Replay) -> io::Result<()> {
    let Summary { clean, warned, errors, no_fabric, unread, changing } = replay.summary();
    let wire = Wire {
        schema: SCHEMA,
        command: "replay",
        range: replay.reference.clone(),
        level: replay.level,
        ruleset: replay.ruleset.clone(),
        summary: WireSummary {
            commits: replay.commits.len(),
            clean,
            warnings: warned,
            errors,
            without_fabric: no_fabric,
            not_judged: unread,
            sync_would_change: changing,
            judged_before: replay.known,
        },
        table: replay.table().iter().map(WireRow::from).collect(),
        commits: replay.commits.iter().map(WireCommit::from).collect(),
        notes: replay.notes.clone(),
    };
    json::write_value(out, &wire)
}

impl From<&Row> for WireRow {
    fn from(row: &Row) -> Self {
        let Row { code, severity, commits, most, first, last } = row;
        let (code, severity) = (code.to_string(), severity.as_str());
        Self { code, severity, commits: *commits, most: *most, first: first.to_string(), last: last.to_string() }
    }
}

impl From<&Replayed> for WireCommit {
    fn from(replayed: &Replayed) -> Self {
        let nothing = Tally::default();
        let (tally, error) = match &replayed.said {
            Said::Judged(tally) => (tally, None),
            Said::NoFabric => (&nothing, None),
            Said::Unread(why) => (&nothing, Some(why.clone())),
        };
        let findings = tally.findings.iter().map(|((code, severity), number)| WireFinding {
            code: code.to_string(),
            severity: severity.as_str(),
            count: *number,
        });
        Self {
            commit: replayed.commit.to_string(),
            time: date(replayed.time),
            error,
            fabrics: tally.fabrics,
            left_alone: tally.left_alone,
            objects: tally.objects,
            documents: WireDocuments { managed: tally.managed, unmanaged: tally.unmanaged, kept: tally.kept },
            sync_would_change: tally.changes,
            findings: findings.collect(),
        }
    }
}

/// The JSON Schema of the replay.
pub fn schema() -> schemars::Schema {
    schemars::schema_for!(Wire)
}
