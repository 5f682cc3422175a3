//! `--object`: of what a sync changed, what belongs to one object, and the raw document it came from.

use crate::fabric::changes::{Change, Changes};
use crate::fabric::inventory::Leaves;
use crate::fabric::layout::MANAGED;
use crate::ids::{Entry, Mode};
use crate::modes::ModeError;
use crate::path::RepoPath;
use crate::report::{DocumentRow, FabricReport, Fate};
use crate::snapshot::Objects;
use crate::verdict::identity::Identity;

use super::error::UndoError;
use super::find::Found;
use super::held::{Held, held};

/// What a sync changed for one object: its file in managed/, files that held it elsewhere, and its document in raw/.
pub(super) fn of_object(objects: &dyn Objects, found: &Found, named: &str) -> Result<Changes, ModeError> {
    let fabrics = found.sync.iter().flat_map(|sync| &sync.again.planned.fabrics);
    let brought: Vec<(&FabricReport, &DocumentRow)> = fabrics
        .flat_map(|fabric| fabric.documents.iter().map(move |row| (fabric, row)))
        .filter(|(fabric, row)| is_brought(found, fabric, row))
        .collect();
    let Some((fabric, row)) = brought.iter().find(|(fabric, row)| is_named(fabric, row, named)) else {
        let known = brought.iter().map(|(_, row)| spelled(row)).collect();
        return Err(UndoError::NoObject { commit: found.commit.id, object: named.to_owned(), known }.into());
    };
    let target = fabric.path.join_path(&row.target);
    let mut changes = in_managed(objects, found, fabric, &target)?;
    let written = found.changes.get(&target).and_then(|change| change.new);
    let source = fabric.path.join_path(&row.source);
    if let Some(document) = written.map(|written| document(found, &source, written)) {
        changes.insert(source, Change { old: Some(document), new: None });
    }
    Ok(changes)
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
        object.is_some_and(|object| sides.iter().flatten().all(|held| holds_only(held, object)))
    };
    let its = changed().filter(|(path, _)| *path == target || belongs(path));
    Ok(its.map(|(path, change)| (path.clone(), *change)).collect())
}

fn holds_only(held: &Held, object: &Identity) -> bool {
    held.keys().eq([object])
}

/// The raw document that went to managed/ as `written`, as a file: the raw file itself if it held nothing else.
fn document(found: &Found, source: &RepoPath, written: Entry) -> Entry {
    let raw = found.changes.get(source).and_then(|change| change.old);
    raw.filter(|raw| raw.id == written.id).unwrap_or(Entry { mode: Mode::FILE, id: written.id })
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
    [target.as_str(), &whole, &below, short].contains(&named) || spelled(row).eq_ignore_ascii_case(named)
}

/// An object as people name it: `VPC/web`, `VPC/namespace/web`.
fn spelled(row: &DocumentRow) -> String {
    let Some(object) = &row.object else { return row.target.to_string() };
    match object.namespace.as_str() {
        "default" => format!("{}/{}", object.kind, object.name),
        namespace => format!("{}/{namespace}/{}", object.kind, object.name),
    }
}
