//! What a person reads in a terminal: one line a fabric, then what needs a look, then how it ended.

use std::cmp::Reverse;
use std::fmt::Display;
use std::io::{self, Write};

use super::{Role, Style, count, sanitize};
use crate::finding::{DEFAULT_NAMESPACE, Finding, ObjectRef};
use crate::ids::CommitId;
use crate::path::RepoPath;
use crate::report::{Change, DocumentRow, FabricReport, Outcome, Point, Proposed, Report, Request};
use crate::verdict::code::{Code, Severity};

/// How many rows a list shows unless everything is asked for.
pub(super) const ROWS: usize = 50;

/// Writes the report.
pub fn report(out: &mut dyn Write, report: &Report, style: Style) -> io::Result<()> {
    for fabric in &report.fabrics {
        writeln!(out, "{}", headline(fabric, report.command == "init", style))?;
    }
    let mut body = Vec::new();
    findings(&mut body, &report.findings, style)?;
    objects(&mut body, report, style)?;
    repairs(&mut body, report, style)?;
    diffs(&mut body, report, style)?;
    if !report.notes.is_empty() {
        writeln!(body)?;
    }
    for note in &report.notes {
        writeln!(body, "{}", style.labelled(0, "note", note))?;
    }
    if !body.is_empty() {
        let start = usize::from(report.fabrics.is_empty());
        out.write_all(&body[start..])?;
        writeln!(out)?;
    }
    writeln!(out, "{}", outcome(report, style))
}

pub(super) fn headline(fabric: &FabricReport, made: bool, style: Style) -> String {
    let name = style.paint(Role::Strong, &sanitize(&fabric.name));
    if fabric.left_alone {
        return format!("{name} ({}): {}", fabric.path, style.paint(Role::Error, "left alone"));
    }
    let counts = fabric.counts();
    let mut parts = Vec::new();
    if made && counts.repairs > 0 {
        parts.push("made".to_owned());
    }
    if counts.managed > 0 {
        parts.push(format!("{} to managed", counts.managed));
    }
    if counts.unmanaged > 0 {
        parts.push(format!("{} to unmanaged", counts.unmanaged));
    }
    if counts.kept > 0 && style.verbose {
        parts.push(format!("{} kept in raw", counts.kept));
    }
    if counts.repairs > 0 && !made {
        parts.push(count(counts.repairs, "repair"));
    }
    if counts.removed > 0 {
        parts.push(format!("{} removed from managed", count(counts.removed, "object")));
    }
    if parts.is_empty() && fabric.changes() > 0 {
        parts.push(count(fabric.changes(), "file"));
    }
    let parts = if parts.is_empty() { "nothing to sort".to_owned() } else { parts.join(", ") };
    [&*name, " (", &*fabric.path.to_string(), "): ", &*parts].concat()
}

/// The findings, gravest first, those of one code together; a help is said once for all that share it.
pub(super) fn findings(out: &mut dyn Write, findings: &[Finding], style: Style) -> io::Result<()> {
    let mut sorted: Vec<&Finding> = findings.iter().collect();
    sorted.sort_by_key(|finding| (Reverse(finding.severity), finding.code, &finding.help, *finding));
    let shown = if style.verbose { sorted.len() } else { sorted.len().min(ROWS) };
    for (index, finding) in sorted[..shown].iter().enumerate() {
        let same = |other: Option<&&Finding>| other.is_some_and(|o| o.code == finding.code && o.help == finding.help);
        if index == 0 || !same(sorted.get(index - 1)) {
            writeln!(out)?;
        }
        writeln!(out, "{}", line(finding, style))?;
        if index + 1 == shown || !same(sorted.get(index + 1)) {
            writeln!(out, "{}", style.labelled(2, "help", &finding.help))?;
        }
    }
    more(out, sorted.len() - shown)
}

pub(super) fn line(finding: &Finding, style: Style) -> String {
    let place = match (finding.place, finding.document) {
        (Some(place), _) => format!(":{}:{}", place.line, place.column),
        (None, Some(document)) => format!(": document {document}"),
        (None, None) => String::new(),
    };
    let severity = finding.severity.as_str();
    let start = format!("{}{place}: ", finding.path);
    let used = start.chars().count() + severity.len() + finding.code.as_str().len() + 4;
    let severity = style.paint(role(finding.severity), severity);
    style.flow(format!("{start}{severity}[{}]: ", finding.code), used, 4, &finding.message)
}

/// The colour of a severity.
pub(super) fn role(severity: Severity) -> Role {
    match severity {
        Severity::Error => Role::Error,
        Severity::Warning => Role::Warning,
        Severity::Info => Role::Info,
    }
}

/// The objects that managed/ holds with another value, or no more; the new ones too if everything is asked for.
fn objects(out: &mut dyn Write, report: &Report, style: Style) -> io::Result<()> {
    let changed = |change: Change| -> Vec<String> {
        let rows = report.fabrics.iter().flat_map(|fabric| fabric.documents.iter().map(move |row| (fabric, row)));
        let rows = rows.filter(|(_, row)| row.change == Some(change) && row.code.is_none());
        rows.map(|(fabric, row)| moved(&fabric.path, row)).collect()
    };
    if style.verbose {
        list(out, "added to managed", &changed(Change::Added), style)?;
        list(out, "unchanged in managed", &changed(Change::Unchanged), style)?;
    }
    list(out, "updated in managed", &changed(Change::Updated), style)?;
    removed(out, report, style)
}

/// The objects that managed/ holds no more.
pub(super) fn removed(out: &mut dyn Write, report: &Report, style: Style) -> io::Result<()> {
    let removed = report.fabrics.iter().flat_map(|fabric| fabric.removed.iter().map(move |object| (fabric, object)));
    let removed: Vec<String> =
        removed.map(|(fabric, object)| format!("{} ({})", name(object), fabric.path.join_path(&managed()))).collect();
    list(out, "removed from managed", &removed, style)
}

fn managed() -> RepoPath {
    RepoPath::root().child("managed")
}

fn moved(fabric: &RepoPath, row: &DocumentRow) -> String {
    let what = row.object.as_ref().map_or_else(|| row.source.to_string(), name);
    let line = row.lines.map(|(first, _)| format!(":{first}")).unwrap_or_default();
    format!("{what}: {} (from {}{line})", fabric.join_path(&row.target), fabric.join_path(&row.source))
}

/// An object as people say it: kind and name, the namespace where it is not the usual one.
fn name(object: &ObjectRef) -> String {
    let (kind, name) = (sanitize(&object.kind), sanitize(&object.name));
    match object.namespace.as_str() {
        DEFAULT_NAMESPACE => format!("{kind} {name}"),
        namespace => format!("{kind} {}/{name}", sanitize(namespace)),
    }
}

/// What was put right, but for the folders that were made unless everything is asked for.
fn repairs(out: &mut dyn Write, report: &Report, style: Style) -> io::Result<()> {
    let all = report.fabrics.iter().flat_map(|fabric| fabric.repairs.iter().map(move |repair| (fabric, repair)));
    let told = all.filter(|(_, repair)| style.verbose || repair.code != Code::MissingDirectory);
    let rows: Vec<String> =
        told.map(|(fabric, repair)| format!("{}: {}", fabric.path.join_path(&repair.path), repair.code)).collect();
    list(out, "repairs", &rows, style)
}

fn list(out: &mut dyn Write, title: &str, rows: &[impl Display], style: Style) -> io::Result<()> {
    if rows.is_empty() {
        return Ok(());
    }
    writeln!(out, "\n{}:", style.paint(Role::Strong, title))?;
    let shown = if style.verbose { rows.len() } else { rows.len().min(ROWS) };
    for row in &rows[..shown] {
        writeln!(out, "  {row}")?;
    }
    more(out, rows.len() - shown)
}

pub(super) fn more(out: &mut dyn Write, left: usize) -> io::Result<()> {
    if left == 0 {
        return Ok(());
    }
    writeln!(out, "  and {left} more; --verbose or --output json shows all")
}

pub(super) fn diffs(out: &mut dyn Write, report: &Report, style: Style) -> io::Result<()> {
    for diff in &report.diffs {
        writeln!(out)?;
        for line in diff.unified.lines() {
            let text = sanitize(line);
            let role = match line.as_bytes() {
                [b'-', b'-', b'-', ..] | [b'+', b'+', b'+', ..] => Some(Role::Strong),
                [b'@', ..] => Some(Role::Info),
                [b'-', ..] => Some(Role::Error),
                [b'+', ..] => Some(Role::Good),
                _ => None,
            };
            writeln!(out, "{}", role.map_or_else(|| text.to_string(), |role| style.paint(role, &text)))?;
        }
    }
    Ok(())
}

fn outcome(report: &Report, style: Style) -> String {
    let branch = sanitize(report.reference.strip_prefix("refs/heads/").unwrap_or(&report.reference));
    let end = match report.outcome {
        Outcome::Committed => {
            let pushed = match (&report.remote, proposed(report)) {
                (_, Some(proposed)) => format!(", {proposed}"),
                (Some(_), None) => ", pushed".to_owned(),
                (None, None) => String::new(),
            };
            style.paint(Role::Good, &format!("{}{pushed}", movement(report)))
        }
        Outcome::Unchanged => proposed(report).unwrap_or_else(|| "nothing to do".to_owned()),
        Outcome::Planned => format!("dry run: nothing was written{}", would_be_proposed(report)),
        Outcome::Refused => style.paint(Role::Error, "refused: nothing was written"),
    };
    format!("{branch}{}: {end}{}", place(report), tally(&report.findings))
}

/// Where a dry run's commit would go, if not to the branch itself.
fn would_be_proposed(report: &Report) -> String {
    let Some(proposal) = &report.proposal else { return String::new() };
    let branch = proposal.reference.strip_prefix("refs/heads/").unwrap_or(&proposal.reference);
    format!("; it would be proposed on {}", sanitize(branch))
}

/// The request that proposes the commit, if there is one.
fn proposed(report: &Report) -> Option<String> {
    let proposal = report.proposal.as_ref()?;
    let Request { name, url, .. } = proposal.request.as_ref()?;
    let what = match proposal.state {
        Proposed::Opened => "proposed in",
        Proposed::Renewed => "proposed anew in",
        _ => "already proposed in",
    };
    Some(format!("{what} {}: {}", sanitize(name), sanitize(url)))
}

/// Where the branch is, if not in the repository itself; how many tries it took, if more than one.
fn place(report: &Report) -> String {
    let Some(remote) = &report.remote else { return String::new() };
    let mut place = format!(" of {}", sanitize(&remote.name));
    if remote.url != remote.name {
        place.push_str(&format!(" ({})", sanitize(&remote.url)));
    }
    if remote.tries > 1 {
        place.push_str(&format!(", at the {} try", ordinal(remote.tries)));
    }
    place
}

/// A number as one counts with it: 2nd, 11th.
fn ordinal(number: u32) -> String {
    let end = match (number % 10, number % 100) {
        (_, 11..=13) => "th",
        (1, _) => "st",
        (2, _) => "nd",
        (3, _) => "rd",
        _ => "th",
    };
    format!("{number}{end}")
}

fn movement(report: &Report) -> String {
    let short = |point: &Option<Point>| {
        let commit = point.as_ref().and_then(|point| point.commit);
        commit.map(CommitId::short)
    };
    let from = short(&report.input).unwrap_or_else(|| "(no commit)".to_owned());
    let to = short(&report.result).unwrap_or_else(|| "(no commit)".to_owned());
    format!("{from} -> {to}")
}

fn tally(findings: &[Finding]) -> String {
    let of = |severity| findings.iter().filter(|finding| finding.severity == severity).count();
    let nouns = [(Severity::Error, "error"), (Severity::Warning, "warning")];
    let parts: Vec<String> = nouns
        .into_iter()
        .map(|(s, noun)| (of(s), noun))
        .filter(|(n, _)| *n > 0)
        .map(|(n, noun)| count(n, noun))
        .collect();
    if parts.is_empty() { String::new() } else { format!(" ({})", parts.join(", ")) }
}

#[cfg(test)]
mod tests;
