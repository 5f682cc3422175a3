//! What a person reads of `hhgit why`: why the file is where it is, then its lines, those of one origin in a row below who
//! brought them. Each line stands beside the number that it had where it came from.

use std::collections::BTreeSet;
use std::io::{self, Write};

use super::check::with_lines;
use super::{Role, Style, day, sanitize};
use crate::finding::Finding;
use crate::ids::CommitId;
use crate::path::RepoPath;
use crate::report::why::{How, Line, Origin, State, Unmanaged, Waiting, Why};
use crate::report::{Change, DocumentRow, Fate};

mod json;

pub use json::{SCHEMA, json, schema};

/// Writes it for people.
pub fn human(out: &mut dyn Write, why: &Why, style: Style) -> io::Result<()> {
    let revision = sanitize(&why.revision);
    let object = why.object.as_ref().filter(|object| !object.name.is_empty());
    let object = object.map(|object| format!("{}/{} is ", sanitize(&object.kind), sanitize(&object.name)));
    let path = style.paint(Role::Strong, &why.path.to_string());
    writeln!(out, "{}{path} at {revision} ({})", object.unwrap_or_default(), why.commit.short())?;
    match &why.state {
        State::Managed => {}
        State::Unmanaged(unmanaged) => self::unmanaged(out, unmanaged, style)?,
        State::Waiting(waiting) => self::waiting(out, waiting, style)?,
    }
    lines(out, why, style)?;
    for note in &why.notes {
        writeln!(out, "\n{}", style.labelled(0, "note", note))?;
    }
    Ok(())
}

/// Findings as `hhgit check` shows them, after an empty line.
fn findings(out: &mut dyn Write, findings: &[&Finding], style: Style) -> io::Result<()> {
    let mut text = Vec::new();
    with_lines(&mut text, findings, style)?;
    writeln!(out, "\n{}", String::from_utf8_lossy(&text).trim_end_matches('\n'))
}

fn unmanaged(out: &mut dyn Write, unmanaged: &Unmanaged, style: Style) -> io::Result<()> {
    let reasons: Vec<&Finding> = unmanaged.reasons.iter().map(|reason| &reason.finding).collect();
    if reasons.is_empty() {
        writeln!(out, "\nhhgit wrote no reason beside it, or the file or the reason was changed since.")?;
    } else {
        findings(out, &reasons, style)?;
    }
    let still = unmanaged.reasons.iter().filter(|reason| reason.still).count();
    let mended = style.labelled(0, "once it is mended", &unmanaged.retry);
    let verdict = match (still, unmanaged.reasons.len()) {
        (0, 0) if unmanaged.now.is_empty() => None,
        (0, 0) => Some("Today's rules say this of it:".to_owned()),
        (0, 1) => Some("Today's rules do not say so any more.".to_owned()),
        (0, _) => Some("Today's rules say none of it any more.".to_owned()),
        (some, all) if some < all => Some(format!("Today's rules say {some} of these {all} still.")),
        (_, all) => {
            let what = if all == 1 { "so" } else { "all of it" };
            let mended = if unmanaged.passes.is_empty() { format!("\n{mended}") } else { String::new() };
            Some(format!("Today's rules say {what} still.{mended}"))
        }
    };
    if let Some(verdict) = verdict {
        writeln!(out, "\n{verdict}")?;
    }
    if !unmanaged.now.is_empty() {
        if !unmanaged.reasons.is_empty() {
            writeln!(out, "They say besides:")?;
        }
        findings(out, &unmanaged.now.iter().collect::<Vec<_>>(), style)?;
    }
    if !unmanaged.passes.is_empty() {
        writeln!(out, "\n{}", style.labelled(0, "this would apply it", &unmanaged.retry))?;
        rows(out, &unmanaged.passes)?;
    }
    Ok(())
}

fn waiting(out: &mut dyn Write, waiting: &Waiting, style: Style) -> io::Result<()> {
    let kept = waiting.documents.iter().all(|row| row.fate == Fate::Kept);
    match () {
        () if waiting.left_alone => {
            writeln!(out, "\nIt waits; hhgit sync leaves this fabric directory alone until this is mended:")?;
        }
        () if waiting.documents.is_empty() => writeln!(out, "\nIt waits for hhgit sync.")?,
        () if kept => writeln!(out, "\nIt stays in raw/; hhgit sync does not move it.")?,
        () => {
            writeln!(out, "\nIt waits for hhgit sync, which would do this:")?;
            rows(out, &waiting.documents)?;
        }
    }
    if waiting.findings.is_empty() {
        return Ok(());
    }
    findings(out, &waiting.findings.iter().collect::<Vec<_>>(), style)
}

/// What becomes of documents, a line each.
fn rows(out: &mut dyn Write, rows: &[DocumentRow]) -> io::Result<()> {
    for row in rows {
        let what = match row.document {
            Some(number) => format!("document {number}"),
            None => "the file".to_owned(),
        };
        let how = match (row.fate, row.change, row.code) {
            (Fate::Managed, Some(Change::Added), _) => "added".to_owned(),
            (Fate::Managed, Some(Change::Updated), _) => "updated".to_owned(),
            (Fate::Managed, Some(Change::Unchanged), _) => "unchanged".to_owned(),
            (_, _, Some(code)) => code.to_string(),
            _ => "stays".to_owned(),
        };
        writeln!(out, "  {what}: {}, {how}", row.target)?;
    }
    Ok(())
}

/// The lines, those of one origin in a row together.
fn lines(out: &mut dyn Write, why: &Why, style: Style) -> io::Result<()> {
    let widest = |number: fn(&Line) -> u32| why.lines.iter().map(number).max().unwrap_or(0).to_string().len();
    let (here, there) = (widest(|line| line.number), widest(|line| line.origin.line));
    let mut told: BTreeSet<CommitId> = BTreeSet::new();
    for group in
        why.lines.chunk_by(|one, next| head(&one.origin) == head(&next.origin) && next.number == one.number + 1)
    {
        let Some(first) = group.first() else { continue };
        let is_new = told.insert(first.origin.commit);
        writeln!(out, "\n{}", headline(why, &first.origin, is_new, style))?;
        for line in group {
            let text = cut(&line.text, style, here + there + 9);
            let lead = format!("  {:>here$} <- {:>there$}", line.number, line.origin.line);
            writeln!(out, "{}", format!("{lead} | {text}").trim_end())?;
        }
    }
    Ok(())
}

/// All that lines share which are shown together.
type Head<'a> = (How, CommitId, &'a RepoPath, Option<u32>, Option<CommitId>);

fn head(origin: &Origin) -> Head<'_> {
    (origin.how, origin.commit, &origin.path, origin.document, origin.sync)
}

/// Who brought the lines that follow, and where they were; who it was is told once.
fn headline(why: &Why, origin: &Origin, is_new: bool, style: Style) -> String {
    let (commit, place) = (origin.commit.short(), place(why, origin, is_new));
    let painted = style.paint(Role::Strong, &commit);
    if origin.how == How::Cut {
        return style.flow(format!("{painted} "), commit.len() + 1, 2, &place);
    }
    let by = why.commits.get(&origin.commit).filter(|_| is_new);
    let Some(by) = by else {
        return style.flow(format!("{painted} again, "), commit.len() + 8, 2, &place);
    };
    let (name, when) = (sanitize(&by.name), day(by.time));
    let used = commit.len() + when.len() + name.chars().count() + 4;
    let first = style.flow(format!("{painted} {when} {name}: "), used, 2, &by.subject);
    format!("{first}\n{}", style.flow("  ".to_owned(), 2, 2, &place))
}

/// Where lines were, and how they came here from there.
fn place(why: &Why, origin: &Origin, is_new: bool) -> String {
    let path = &origin.path;
    let document = origin.document.map(|number| format!(", document {number}")).unwrap_or_default();
    let sync = origin.sync.map(|sync| format!(", sorted by {}", sync.short())).unwrap_or_default();
    let here = match *path == why.path {
        true => "straight into this file".to_owned(),
        false => format!("straight into {path}{document}{sync}"),
    };
    match origin.how {
        How::Dropped => format!("{path}{document}{sync}"),
        How::Straight { .. } if !is_new => here,
        How::Straight { claims: false } => format!("{here}; the commit is no sync"),
        How::Straight { claims: true } => {
            format!("{here}; the commit says it is a sync, but is not what sync makes of its parent")
        }
        How::Made => format!("{path}: made by hhgit in this sync"),
        How::Cut => {
            let may = "is where this clone's history ends, so this may be older";
            format!("{may}: {path}{document}{sync} (git fetch --unshallow)")
        }
    }
}

/// A line's text as it may stand in a terminal, and no longer than the room for it unless all is to be shown.
fn cut(text: &str, style: Style, used: usize) -> String {
    let text = sanitize(text.trim_end_matches('\r'));
    let room = style.width.filter(|_| !style.verbose).map_or(usize::MAX, |width| width.saturating_sub(used).max(20));
    if text.chars().count() <= room {
        return text.into_owned();
    }
    let mut short: String = text.chars().take(room - 1).collect();
    short.push('…');
    short
}
