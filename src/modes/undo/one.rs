//! `--object`: of what a sync changed, what belongs to one object, and the raw document it came from.

use crate::fabric::changes::{Change, Changes};
use crate::fabric::inventory::Leaves;
use crate::fabric::layout::{MANAGED, RAW, UNMANAGED, entry_at};
use crate::finding::{ObjectRef, object_name};
use crate::ids::{Entry, Mode, TreeId};
use crate::modes::ModeError;
use crate::modes::history::subject::parts;
use crate::path::RepoPath;
use crate::report::{DocumentRow, FabricReport, Fate};
use crate::snapshot::Objects;
use crate::verdict::identity::Identity;

use super::error::UndoError;
use super::find::Found;
use super::held::{Held, held};

/// Which object is meant, and where.
pub(super) struct Wanted<'a> {
    /// The object, as written.
    pub(super) object: &'a str,
    /// The fabric directories to look in; empty for all.
    pub(super) fabrics: &'a [RepoPath],
    /// The tree that the undo is for.
    pub(super) tip: TreeId,
}

/// What a sync changed for one object: its file in managed/, files that held it elsewhere, and its document in raw/.
pub(super) fn of_object(objects: &dyn Objects, found: &Found, wanted: &Wanted<'_>) -> Result<Changes, ModeError> {
    let Some(sync) = &found.sync else { return Err(UndoError::NotAgain { commit: found.commit.id }.into()) };
    let looked_in = |fabric: &&FabricReport| wanted.fabrics.is_empty() || wanted.fabrics.contains(&fabric.path);
    let brought: Vec<(&FabricReport, &DocumentRow)> = sync
        .again
        .planned
        .fabrics
        .iter()
        .filter(looked_in)
        .flat_map(|fabric| fabric.documents.iter().map(move |row| (fabric, row)))
        .filter(|(fabric, row)| is_brought(found, fabric, row))
        .collect();
    let named: Vec<_> = brought.iter().filter(|(fabric, row)| is_named(fabric, row, wanted.object)).collect();
    let (fabric, row) = match named.as_slice() {
        [one] => **one,
        [] => {
            let known = brought.iter().map(|(_, row)| spelled(row)).collect();
            let (commit, object) = (found.commit.id, wanted.object.to_owned());
            return Err(UndoError::NoObject { commit, object, known }.into());
        }
        several => {
            let paths = several.iter().map(|(fabric, row)| fabric.path.join_path(&row.target)).collect();
            return Err(UndoError::Several { object: wanted.object.to_owned(), paths }.into());
        }
    };
    let target = fabric.path.join_path(&row.target);
    let mut changes = in_managed(objects, found, fabric, &target)?;
    if let Some(written) = found.changes.get(&target).and_then(|change| change.new) {
        let source = fabric.path.join_path(&row.source);
        let raw = found.changes.get(&source).and_then(|change| change.old);
        let (path, document) = match raw.filter(|raw| raw.id == written.id) {
            // It was alone in its raw file, and that comes back.
            Some(raw) => (source, raw),
            None => (free(objects, wanted.tip, fabric, row)?, Entry { mode: Mode::FILE, id: written.id }),
        };
        changes.insert(path, Change { old: Some(document), new: None });
    }
    Ok(changes)
}

/// Where in raw/ a document may come back that shared its file with others: there, or beside it under a name that neither raw/ nor
/// unmanaged/ has taken, so that it does not take the place of another that was taken back.
fn free(objects: &dyn Objects, tip: TreeId, fabric: &FabricReport, row: &DocumentRow) -> Result<RepoPath, ModeError> {
    let source = fabric.path.join_path(&row.source);
    let below = row.source.strip_prefix(&RepoPath::root().child(RAW)).unwrap_or_default();
    let parked = fabric.path.child(UNMANAGED).join_path(&below);
    let is_taken = |path: &RepoPath| Ok::<_, ModeError>(entry_at(objects, tip, path)?.is_some());
    for number in 0..1000 {
        let (Some(raw), Some(unmanaged)) = (numbered(&source, number), numbered(&parked, number)) else { break };
        if !is_taken(&raw)? && !is_taken(&unmanaged)? {
            return Ok(raw);
        }
    }
    Ok(source)
}

/// A path with a number before its file's extension; none is 0.
fn numbered(path: &RepoPath, number: u32) -> Option<RepoPath> {
    if number == 0 {
        return Some(path.clone());
    }
    let name = path.file_name();
    let end = name.iter().rposition(|byte| *byte == b'.').filter(|at| *at > 0).unwrap_or(name.len());
    let name = [&name[..end], format!("_{number}").as_bytes(), &name[end..]].concat();
    path.parent().unwrap_or_default().join(&name).ok()
}

/// What changed in files of managed/ that hold the object of the one at `target`, or held it, and no other.
fn in_managed(
    objects: &dyn Objects,
    found: &Found,
    fabric: &FabricReport,
    target: &RepoPath,
) -> Result<Changes, ModeError> {
    let below = |path: &RepoPath| path.starts_with(&fabric.path.child(MANAGED));
    let changed = || found.changes.iter().filter(|(path, _)| below(path));
    let side = |side: fn(&Change) -> Option<Entry>| {
        let files: Leaves = changed().filter_map(|(path, change)| Some((path.clone(), side(change)?))).collect();
        held(objects, &files)
    };
    let (was, is) = (side(|change| change.old)?, side(|change| change.new)?);
    let object = is.get(target).and_then(|held| held.keys().next());
    let belongs = |path: &RepoPath| {
        let sides = [was.get(path), is.get(path)];
        let mut held = sides.iter().flatten().peekable();
        held.peek().is_some() && object.is_some_and(|object| held.all(|held| holds_only(held, object)))
    };
    let its = changed().filter(|(path, _)| *path == target || belongs(path));
    Ok(its.map(|(path, change)| (path.clone(), *change)).collect())
}

fn holds_only(held: &Held, object: &Identity) -> bool {
    held.keys().eq([object])
}

/// Whether a row is of an object that came into managed/, or came there anew.
fn is_brought(found: &Found, fabric: &FabricReport, row: &DocumentRow) -> bool {
    let target = fabric.path.join_path(&row.target);
    row.fate == Fate::Managed && row.code.is_none() && found.changes.contains_key(&target)
}

/// Whether a row is of the object that was named: by kind and name, by folder and name, or by its file in managed/.
fn is_named(fabric: &FabricReport, row: &DocumentRow, named: &str) -> bool {
    let target = fabric.path.join_path(&row.target).to_string();
    let below = row.target.strip_prefix(&RepoPath::root().child(MANAGED)).unwrap_or_default().to_string();
    let short = below.strip_suffix(".yaml").unwrap_or(&below);
    let whole = row.target.to_string();
    [target.as_str(), &whole, &below, short].contains(&named)
        || parts(named).is_some_and(|(kind, namespace, name)| {
            spelled(row).eq_ignore_ascii_case(&object_name(kind, namespace, name))
        })
}

fn spelled(row: &DocumentRow) -> String {
    row.object.as_ref().map_or_else(|| row.target.to_string(), ObjectRef::called)
}
