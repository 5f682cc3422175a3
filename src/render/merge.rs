//! How `hhgit merge` reads: each conflict with what both sides made of it and who, then what came of the merge and the sync.

mod json;

pub use json::{SCHEMA, json, schema};

use std::io::{self, Write};

use super::check::with_lines;
use super::human::{ROWS, findings, headline, more};
use super::{Role, Style, count, day, gravest_first, sanitize};
use crate::path::printable;
use crate::report::merge::{Conflict, ConflictKind, How, Merge, MergeOutcome, MergedObject, Version};
use crate::report::{FabricReport, Point};

/// Writes the merge for people.
pub fn human(out: &mut dyn Write, merge: &Merge, style: Style) -> io::Result<()> {
    told(out, merge, style)?;
    writeln!(out, "{}", outcome(merge, style))
}

/// Writes what a strategy did for people, who read it amid what git says.
pub fn strategy(out: &mut dyn Write, merge: &Merge, style: Style) -> io::Result<()> {
    told(out, merge, style)?;
    let next = match merge.outcome {
        MergeOutcome::Conflicts => {
            "Edit the files that git status names, git add them and run git merge --continue; or git merge --abort."
        }
        MergeOutcome::Broken => {
            "The files are merged, but not committed. Mend them and run git merge --continue; or git merge --abort."
        }
        _ => "hhgit: merged; hhgit sync sorts what the merge brought into raw/, if anything.",
    };
    writeln!(out, "{}", style.flow(String::new(), 0, 0, next))
}

fn told(out: &mut dyn Write, merge: &Merge, style: Style) -> io::Result<()> {
    let mut last = None;
    for conflict in &merge.conflicts {
        let subject = (&conflict.path, &conflict.object);
        if last != Some(subject) {
            writeln!(out, "{}", heading(conflict, style))?;
        }
        last = Some(subject);
        one(out, conflict, merge, style)?;
        writeln!(out)?;
    }
    if merge.outcome == MergeOutcome::Broken {
        with_lines(out, &gravest_first(&merge.findings), style)?;
    } else if !merge.findings.is_empty() {
        let mut body = Vec::new();
        findings(&mut body, &merge.findings, style)?;
        out.write_all(&body[1..])?;
        writeln!(out)?;
    }
    if matches!(merge.outcome, MergeOutcome::Conflicts) {
        return notes(out, merge, style);
    }
    list(out, "merged field by field", &rows(merge, How::Both), style)?;
    if style.verbose {
        list(out, "taken over", &rows(merge, How::Theirs), style)?;
        list(out, "moved", &rows(merge, How::Ours), style)?;
    }
    let removed: Vec<String> = merge
        .removed
        .iter()
        .map(|(fabric, object)| {
            let (kind, name) = (sanitize(&object.kind), sanitize(&object.name));
            format!("{kind} {name} ({fabric})")
        })
        .collect();
    list(out, "leave managed", &removed, style)?;
    for fabric in merge.fabrics.iter().filter(|fabric| is_told(fabric)) {
        writeln!(out, "{}", headline(fabric, false, style))?;
    }
    notes(out, merge, style)
}

fn notes(out: &mut dyn Write, merge: &Merge, style: Style) -> io::Result<()> {
    merge.notes.iter().try_for_each(|note| writeln!(out, "{}", style.labelled(0, "note", note)))
}

fn is_told(fabric: &FabricReport) -> bool {
    fabric.left_alone || !fabric.edits.is_empty()
}

fn heading(conflict: &Conflict, style: Style) -> String {
    let object =
        conflict.object.as_ref().map(|object| format!(" ({} {})", sanitize(&object.kind), sanitize(&object.name)));
    let path = style.paint(Role::Strong, &conflict.path.to_string());
    format!("{path}{}", object.unwrap_or_default())
}

/// One conflict: what it is about, and a line for the base and for each side.
fn one(out: &mut dyn Write, conflict: &Conflict, merge: &Merge, style: Style) -> io::Result<()> {
    let label = conflict.field.as_deref().map(printable).unwrap_or_else(|| match conflict.kind {
        ConflictKind::File => "file".to_owned(),
        _ => "object".to_owned(),
    });
    let label = style.paint(Role::Error, &label);
    let used = conflict.field.as_deref().map_or(6, |field| printable(field).chars().count()) + 4;
    writeln!(out, "{}", style.flow(format!("  {label}: "), used, 4, &conflict.message))?;
    let ours = short(&merge.reference);
    let names = ["was", ours, short(&merge.other)].map(|name| sanitize(name).into_owned());
    let width = names.iter().map(|name| name.chars().count()).max().unwrap_or_default();
    let sides = [(&names[1], &conflict.ours), (&names[2], &conflict.theirs)];
    if let Some(base) = &conflict.base {
        writeln!(out, "    {:width$}  {}", names[0], printable(base))?;
    }
    for (name, version) in sides {
        let lead = format!("    {name:width$}  ");
        let hang = width + 6;
        writeln!(out, "{}", style.flow(lead, hang, hang, &side(conflict, version)))?;
    }
    Ok(())
}

/// What one side made of it, where, and who.
fn side(conflict: &Conflict, version: &Version) -> String {
    let mut parts = Vec::new();
    match (&version.value, &version.place) {
        (Some(value), _) => parts.push(printable(value)),
        (None, None) if conflict.object.is_some() => parts.push("deleted it".to_owned()),
        (None, Some(_)) if conflict.field.is_some() && conflict.base.is_some() => parts.push("took it away".to_owned()),
        (None, Some(_)) if conflict.field.is_some() => parts.push("does not have it".to_owned()),
        (None, Some(_)) => parts.push("has it".to_owned()),
        (None, None) => {}
    }
    let is_there = version.value.is_some() || conflict.field.is_none();
    if let Some((path, line)) = version.place.as_ref().filter(|_| is_there) {
        parts.push(match *path == conflict.path {
            true => format!("line {line}"),
            false => format!("{path}:{line}"),
        });
    }
    let mut text = parts.join(", ");
    if let Some(by) = &version.by {
        let id: String = by.commit.to_string().chars().take(7).collect();
        let day = day(by.time);
        let lead = if text.is_empty() { "" } else { "; " };
        text.push_str(&format!("{lead}{id} {day} {}: {}", printable(&by.name), printable(&by.subject)));
    }
    text
}

fn rows(merge: &Merge, how: How) -> Vec<String> {
    merge.objects.iter().filter(|object| object.how == how).map(row).collect()
}

fn row(object: &MergedObject) -> String {
    let fields = object.fields.iter().map(|field| printable(field)).collect::<Vec<_>>().join(", ");
    if fields.is_empty() { object.path.to_string() } else { format!("{}: their {fields}", object.path) }
}

fn list(out: &mut dyn Write, title: &str, rows: &[String], style: Style) -> io::Result<()> {
    if rows.is_empty() {
        return Ok(());
    }
    writeln!(out, "{}:", style.paint(Role::Strong, title))?;
    let shown = if style.verbose { rows.len() } else { rows.len().min(ROWS) };
    for row in &rows[..shown] {
        writeln!(out, "{}", style.flow("  ".to_owned(), 2, 4, row))?;
    }
    more(out, rows.len() - shown)?;
    writeln!(out)
}

fn outcome(merge: &Merge, style: Style) -> String {
    let (into, other) = (sanitize(short(&merge.reference)), sanitize(short(&merge.other)));
    let moved = format!("{} -> {}", id(Some(&merge.ours)), id(merge.result.as_ref()));
    let synced = if merge.result != merge.merge.or(Some(merge.theirs)) { ", synced" } else { "" };
    let conflicts = count(merge.conflicts.len(), "conflict");
    match merge.outcome {
        MergeOutcome::Merged => style.paint(Role::Good, &format!("{into}: {moved} (merged {other}{synced})")),
        MergeOutcome::FastForwarded => {
            style.paint(Role::Good, &format!("{into}: {moved} (fast-forward to {other}{synced})"))
        }
        MergeOutcome::AlreadyMerged => format!("{into}: already up to date, it holds all of {other}"),
        MergeOutcome::Planned if merge.fast_forward => format!("{into}: dry run: would be moved to {other}{synced}"),
        MergeOutcome::Planned => format!("{into}: dry run: {other} would be merged{synced}; nothing was written"),
        MergeOutcome::Conflicts => {
            let what = style.paint(Role::Error, &format!("{conflicts}: nothing was changed"));
            let help = format!(
                "Decide each: make {into} and {other} agree on it in one of the branches, commit, and merge again. Or decide \
                 in files with markers: git merge -s hhgit {other} (hhgit merge --install puts it in place)."
            );
            format!("{into}: {what}\n{}", style.labelled(2, "help", &help))
        }
        MergeOutcome::Broken => {
            let errors = count(merge.findings.len(), "error");
            let what = style.paint(Role::Error, &format!("{errors} that neither side has: nothing was changed"));
            let help = format!("Mend it on {into} or on {other}, commit, and merge again.");
            format!("{into}: {what}\n{}", style.labelled(2, "help", &help))
        }
        MergeOutcome::Refused => format!("{into}: {}", style.paint(Role::Error, "refused: nothing was written")),
    }
}

fn id(point: Option<&Point>) -> String {
    let commit = point.and_then(|point| point.commit);
    commit.map_or_else(|| "(no commit)".to_owned(), |id| id.to_string().chars().take(7).collect())
}

/// A branch's short name; any other name as it is.
fn short(name: &str) -> &str {
    name.strip_prefix("refs/heads/").unwrap_or(name)
}

/// What is said of the link that git runs the strategy by.
pub fn installed(path: &str, is_new: bool, on_path: bool) -> String {
    let what = if is_new { "made" } else { "is there already" };
    let path_note = match on_path {
        true => String::new(),
        false => "\nnote: its folder is not on PATH; git finds the strategy once it is".to_owned(),
    };
    format!("{path}: {what}{path_note}\nMerge with: git merge -s hhgit BRANCH\n")
}

#[cfg(test)]
mod tests;
