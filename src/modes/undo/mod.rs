//! `hhgit undo`: one new commit after which raw/, managed/ and unmanaged/ are as they were before a sync.

mod error;
mod find;
mod held;
mod later;
mod one;

use std::collections::BTreeMap;
use std::fmt::Write as _;

use crate::fabric::changes::{Change, Changes};
use crate::fabric::inventory::Leaves;
use crate::fabric::kinds::Kinds;
use crate::fabric::layout::{FabricDir, MANAGED};
use crate::fabric::survey::survey;
use crate::finding::ObjectRef;
use crate::git::tree::apply;
use crate::git::{Reader, Repo, clean_up};
use crate::ids::Entry;
use crate::options::{Common, Undo};
use crate::path::{RepoPath, printable};
use crate::plan::{Edit, Plan, undo};
use crate::report::{FabricReport, Outcome, Point, Report};
use crate::snapshot::{Commit, Objects};
use crate::verdict::identity::Identity;

use super::authorship;
use super::error::ModeError;
use super::sync::{Start, Task, branch, too_many_deletions};
use super::talk::Talk;
use super::tries::{Done, until_done};
pub use error::UndoError;
use find::Found;
use held::held;

/// Takes a sync back on a branch; starts over when the branch moves meanwhile.
pub fn undo(common: &Common, options: &Undo, talk: &mut dyn Talk) -> Result<Report, ModeError> {
    let repo = Repo::open(&common.directory)?;
    let remedy = "there is no branch to commit to; check one out first: git switch main";
    let branch = branch(&repo, options.branch.as_deref(), remedy)?;
    if !options.dry_run {
        clean_up(&repo, &branch);
    }
    until_done(&branch, talk, |_| {
        let tip = super::sync::tip(&repo, &branch, options.branch.is_some())?;
        let reader = Reader::new(&repo)?;
        let input = reader.commit(tip)?;
        let found = find::find(&repo, &reader, (branch.short(), tip), options.commit.as_deref())?;
        let dirs = crate::fabric::layout::find(&reader, input.tree, &common.fabrics, &Kinds::builtin())?;
        let from = Start::here(&repo, &reader, &branch, Some(&input), &dirs, &common.progress);
        once(&from, &input, &found, common, options)
    })
}

fn once(from: &Start<'_>, input: &Commit, found: &Found, common: &Common, options: &Undo) -> Result<Done, ModeError> {
    let reader = from.reader;
    let mut changes = match &options.object {
        Some(object) => {
            one::of_object(reader, found, &one::Wanted { object, fabrics: &common.fabrics, tip: input.tree })?
        }
        None => found.changes.clone(),
    };
    if !common.fabrics.is_empty() {
        changes.retain(|path, _| common.fabrics.iter().any(|fabric| path.starts_with(fabric)));
    }
    if changes.is_empty() {
        return Err(UndoError::NotThere { commit: found.commit.id }.into());
    }
    let mut report = from.unchanged("undo");
    let said = |edits: &BTreeMap<RepoPath, Edit>| message(found, options, edits);
    let plan = match Plan::of_undo(reader, input.tree, &changes, said)? {
        undo::Undo::Plan(plan) => plan,
        undo::Undo::Done => {
            report.notes.push(format!("All is as it was before {} already.", found.commit.id.short()));
            return Ok(Done::Report(Box::new(report)));
        }
        undo::Undo::InTheWay(paths) => {
            report.outcome = Outcome::Refused;
            report.notes = later::notes(reader, input, found, &paths)?;
            return Ok(Done::Report(Box::new(report)));
        }
    };
    if let Some(hand) = found.hand {
        return Err(UndoError::ByHand { hand, sync: found.commit.id }.into());
    }
    let brought_back = later::brought_back(reader, from.dirs, found, &changes)?;
    if !brought_back.is_empty() {
        report.outcome = Outcome::Refused;
        report.notes = brought_back;
        return Ok(Done::Report(Box::new(report)));
    }
    let (fabrics, back) = fabrics(reader, from.dirs, &changes, &plan)?;
    report.fabrics = fabrics;
    report.notes.push(format!("This takes back {}: {}", found.commit.id.short(), subject(&found.commit)));
    report.notes.extend(put_back(&back));
    if let Some(note) = too_many_deletions(&report.fabrics, options.max_deletions) {
        report.outcome = Outcome::Refused;
        report.notes.push(note);
        return Ok(Done::Report(Box::new(report)));
    }
    let new_tree = apply(reader, input.tree, plan.edits())?;
    if options.dry_run {
        report.outcome = Outcome::Planned;
        report.result = Some(Point { commit: None, tree: new_tree.id });
        return Ok(Done::Report(Box::new(report)));
    }
    let meta = authorship::of_person(from.repo, Some(input.id), &common.identities, common.now)?;
    Task::publish(from, &plan, &new_tree, &meta, report)
}

/// What becomes of each fabric directory that is touched, and the objects that come back as they were.
fn fabrics(
    reader: &Reader,
    dirs: &[FabricDir],
    changes: &Changes,
    plan: &Plan,
) -> Result<(Vec<FabricReport>, Vec<Identity>), ModeError> {
    let (mut reports, mut back) = (Vec::new(), Vec::new());
    for dir in dirs {
        let edits = plan.rows_below(&dir.path);
        if edits.is_empty() {
            continue;
        }
        let managed = dir.path.child(MANAGED);
        let now = objects(reader, &managed, changes, |change| change.new)?;
        let then = objects(reader, &managed, changes, |change| change.old)?;
        let gone = now.iter().filter(|(identity, _)| !then.contains_key(identity));
        reports.push(FabricReport {
            removed: gone.map(|(_, object)| object.clone()).collect(),
            edits,
            ..FabricReport::unchanged(dir.path.clone(), survey(reader, dir)?.manifest.name)
        });
        back.extend(then.into_keys());
    }
    Ok((reports, back))
}

/// The objects that one side of the changes in managed/ holds.
fn objects(
    reader: &Reader,
    managed: &RepoPath,
    changes: &Changes,
    side: fn(&Change) -> Option<Entry>,
) -> Result<BTreeMap<Identity, ObjectRef>, ModeError> {
    let files = changes.iter().filter(|(path, _)| path.starts_with(managed));
    let files: Leaves = files.filter_map(|(path, change)| Some((path.clone(), side(change)?))).collect();
    Ok(held(reader, &files)?.into_values().flatten().collect())
}

/// Which objects come back as they were before the sync, the first few by name.
fn put_back(back: &[Identity]) -> Option<String> {
    const NAMED: usize = 10;
    let names: Vec<String> = back.iter().take(NAMED).map(|identity| printable(&identity.to_string())).collect();
    let more = if back.len() > NAMED { format!(", {} more", back.len() - NAMED) } else { String::new() };
    (!back.is_empty()).then(|| format!("As before it again: {}{more}.", names.join(", ")))
}

fn subject(commit: &Commit) -> String {
    let text = String::from_utf8_lossy(&commit.message);
    printable(text.lines().next().unwrap_or_default())
}

fn message(found: &Found, options: &Undo, edits: &BTreeMap<RepoPath, Edit>) -> String {
    const MOST_LINES: usize = 50;
    let subject = subject(&found.commit);
    let subject = subject.strip_prefix("hhgit: ").unwrap_or(&subject);
    let mut text = match &options.object {
        None => format!("hhgit: undo {subject}\n\n"),
        Some(object) => format!("hhgit: undo {} of {subject}\n\n", printable(object)),
    };
    let _ = writeln!(text, "This takes back what {} did.\n", found.commit.id);
    for (path, edit) in edits.iter().take(MOST_LINES) {
        let word = match (&edit.from, &edit.to) {
            (None, _) => "put back",
            (_, None) => "took away",
            (Some(_), Some(_)) => "restored",
        };
        let _ = writeln!(text, "  {word} {path}");
    }
    if edits.len() > MOST_LINES {
        let _ = writeln!(text, "  and {} more", edits.len() - MOST_LINES);
    }
    let _ = writeln!(text, "\nHhgit-Version: {}\nHhgit-Undoes: {}", env!("CARGO_PKG_VERSION"), found.commit.id);
    text
}
