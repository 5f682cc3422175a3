//! The laws that speak of one sync, each as a check that says what broke it.

use std::collections::{BTreeMap, BTreeSet};

use hhgit::ids::Entry;
use hhgit::path::RepoPath;
use hhgit::plan::Target;
use hhgit::plan::park::sidecar_of;
use hhgit::plan::source::Retry;
use hhgit::report::{DocumentRow, FabricReport, Fate};
use hhgit::verdict::code::Code;
use hhgit::verdict::file::File;
use hhgit::verdict::identity::Identity;

use crate::held::{difference, inventories, is_own_sidecar, lines, objects, pieces, stays};
use crate::support::memory::{Flat, Memory, Options, Synced};

/// What is wrong, as a sentence.
pub type Broken = String;

fn ensure(holds: bool, broken: impl FnOnce() -> Broken) -> Result<(), Broken> {
    if holds { Ok(()) } else { Err(broken()) }
}

/// The trees around a sync, flat.
pub struct Around {
    pub before: Flat,
    pub after: Flat,
}

impl Around {
    pub fn new(memory: &Memory, synced: &Synced) -> Self {
        Self { before: memory.flat_of(synced.input), after: memory.flat(synced.tree) }
    }

    fn below(flat: &Flat, folder: &RepoPath) -> Flat {
        let inside = flat.iter().filter_map(|(path, entry)| Some((path.strip_prefix(folder)?, *entry)));
        inside.filter(|(path, _)| !path.is_root()).collect()
    }
}

fn folder(fabric: &FabricReport, name: &str) -> RepoPath {
    fabric.path.join(name.as_bytes()).expect("a folder's name is a name")
}

/// Whether a sync may have parked what --retry takes if its path is named: what was reverted, and what a repair put in
/// its way or took out of it.
fn parked_what_a_name_takes(synced: &Synced) -> bool {
    let mut rows = synced.planned.fabrics.iter().flat_map(|fabric| &fabric.documents);
    synced.options.repair || rows.any(|row| row.fate == Fate::Unmanaged && row.code == Some(Code::Reverted))
}

/// L1: neither the same sync nor a plain one finds anything to do. Only what the first one parked as reverted, or beside a
/// repair, may pass the second time, if --retry names its path.
pub fn a_second_sync_has_nothing_to_do(memory: &mut Memory, synced: &Synced) -> Result<(), Broken> {
    let sync = |memory: &mut Memory, commit, options: &Options| {
        memory.sync(commit, options).map_err(|error| format!("what was written cannot be read: {error}"))
    };
    let plain = sync(memory, synced.output, &Options::default())?;
    let edits = plain.planned.plan.edits();
    ensure(edits.is_empty(), || format!("after {:?} a plain sync would {edits:#?}", synced.options))?;
    let mut again = sync(memory, synced.output, &synced.options)?;
    if matches!(synced.options.retry, Some(Retry::Paths(_))) && parked_what_a_name_takes(synced) {
        again = sync(memory, again.output, &synced.options)?;
    }
    let edits = again.planned.plan.edits();
    ensure(edits.is_empty(), || format!("after {:?} the same sync would {edits:#?}", synced.options))
}

/// L2, as a count: the lines of a raw file are those of what its rows say became of it, no more and no fewer.
pub fn each_line_of_raw_is_where_the_report_says(memory: &Memory, synced: &Synced) -> Result<(), Broken> {
    let around = Around::new(memory, synced);
    for fabric in synced.planned.fabrics.iter().filter(|fabric| !fabric.left_alone) {
        let mut rows: BTreeMap<&RepoPath, Vec<&DocumentRow>> = BTreeMap::new();
        fabric.documents.iter().for_each(|row| rows.entry(&row.source).or_default().push(row));
        for (source, rows) in rows {
            let path = fabric.path.join_path(source);
            let entry = around.before.get(&path).ok_or_else(|| format!("{path} has a row and is not there"))?;
            if stays(&path, entry) || path.strip_prefix(&folder(fabric, "unmanaged")).is_some() {
                continue;
            }
            let targets: BTreeSet<RepoPath> = rows.iter().map(|row| fabric.path.join_path(&row.target)).collect();
            let entries = targets.iter().map(|target| {
                around.after.get(target).copied().ok_or_else(|| format!("{path} went to {target}, which is not there"))
            });
            let entries = entries.collect::<Result<Vec<Entry>, _>>()?;
            if entries.contains(entry) && targets.len() == 1 {
                continue;
            }
            let mut left = lines(memory.bytes(entry));
            for row in &rows {
                let target = fabric.path.join_path(&row.target);
                let vanished = row.fate == Fate::Managed && row.code == Some(Code::DuplicateIdentity);
                if !vanished
                    && targets.contains(&target)
                    && rows.iter().position(|r| r.target == row.target) == rows.iter().position(|r| *r == *row)
                {
                    take(&mut left, memory.bytes(&around.after[&target]))
                        .map_err(|line| format!("{target} holds {line:?}, which {path} does not"))?;
                }
            }
            let vanished = |row: &&&DocumentRow| row.fate == Fate::Managed && row.code == Some(Code::DuplicateIdentity);
            for row in rows.iter().filter(vanished) {
                let like = lines(memory.bytes(&around.after[&fabric.path.join_path(&row.target)]));
                left.retain(|line, _| {
                    !line.trim_ascii().is_empty() && !like.keys().any(|l| l.trim_ascii_end() == line.trim_ascii_end())
                });
            }
            ensure(left.is_empty(), || format!("{path} lost {:?}", show(&left)))?;
        }
    }
    Ok(())
}

fn show(lines: &BTreeMap<Vec<u8>, usize>) -> Vec<String> {
    lines.keys().map(|line| line.escape_ascii().to_string()).collect()
}

fn take(left: &mut BTreeMap<Vec<u8>, usize>, bytes: &[u8]) -> Result<(), String> {
    for (line, count) in lines(bytes) {
        let here = left.get_mut(&line).ok_or_else(|| line.escape_ascii().to_string())?;
        *here = here.checked_sub(count).ok_or_else(|| format!("more of {}", line.escape_ascii()))?;
        if *here == 0 {
            left.remove(&line);
        }
    }
    Ok(())
}

/// L2, as pieces: what left a place is, whole or document by document, in managed/ or unmanaged/ of the same fabric.
pub fn each_document_that_left_its_place_is_somewhere_whole(memory: &Memory, synced: &Synced) -> Result<(), Broken> {
    let around = Around::new(memory, synced);
    for fabric in synced.planned.fabrics.iter().filter(|fabric| !fabric.left_alone) {
        let sorted =
            |path: &RepoPath| ["managed", "unmanaged"].iter().any(|name| path.starts_with(&folder(fabric, name)));
        let after: Vec<(&RepoPath, &Entry)> = around.after.iter().filter(|(path, _)| sorted(path)).collect();
        let replaced = |path: &RepoPath| path.starts_with(&folder(fabric, "managed"));
        for (path, (was, is)) in difference(&around.before, &around.after) {
            let Some(was) = was.filter(|_| path.starts_with(&fabric.path) && !replaced(&path)) else { continue };
            // An earlier pair of hhgit's may give way to a later one of the same raw path; git keeps it.
            let gave_way = is.is_some()
                && path.starts_with(&folder(fabric, "unmanaged"))
                && is_of_a_pair(memory, &around, &path, &was);
            if gave_way || is_own_sidecar(memory, &path, &was) || after.iter().any(|(_, entry)| entry.id == was.id) {
                continue;
            }
            for piece in pieces(memory.bytes(&was)) {
                let kept = |bytes: &[u8]| bytes.windows(piece.len()).any(|window| window == piece);
                let found = after.iter().any(|(_, entry)| kept(memory.bytes(entry)));
                ensure(found, || format!("{path} lost {:?}", piece.escape_ascii().to_string()))?;
            }
        }
    }
    Ok(())
}

/// L3: raw/ holds only what always stays, and each file written below managed/ is one valid object at its own path.
pub fn raw_is_empty_and_managed_is_canonical(memory: &Memory, synced: &Synced) -> Result<(), Broken> {
    let after = memory.flat(synced.tree);
    for fabric in synced.planned.fabrics.iter().filter(|fabric| !fabric.left_alone) {
        let held = inventories(memory, synced.tree);
        let held = held.iter().find(|inventory| inventory.survey.path == fabric.path);
        let held = held.ok_or_else(|| format!("{} is no fabric directory any more", fabric.path))?;
        for (path, entry) in Around::below(&after, &folder(fabric, "raw")) {
            ensure(stays(&path, &entry), || format!("raw/{path} is still there"))?;
        }
        for (path, edit) in synced.planned.plan.edits() {
            let Some(below) = path.strip_prefix(&folder(fabric, "managed")) else { continue };
            let is_structure = path.file_name() == b".gitkeep" && edit.from.is_none();
            if edit.to.is_none() || is_structure {
                continue;
            }
            let Some(File::Documents(documents)) = held.holdings.files.get(&below) else {
                return Err(format!("{path} holds no document"));
            };
            let own = documents.len() == 1 && documents[0].target.as_ref().is_some_and(|t| *t.path() == below);
            ensure(own, || format!("{path} is not one valid object at its own path: {documents:?}"))?;
        }
    }
    Ok(())
}

/// L4: nothing changes but what a sync of these options may.
pub fn only_what_may_change_does(memory: &Memory, synced: &Synced) -> Result<(), Broken> {
    let around = Around::new(memory, synced);
    let before = objects(memory, memory.tree_of(synced.input));
    for (path, (was, is)) in difference(&around.before, &around.after) {
        let fabric = synced.planned.fabrics.iter().find(|fabric| path.starts_with(&fabric.path));
        let fabric = fabric.filter(|fabric| !fabric.left_alone).ok_or_else(|| format!("{path} is in no fabric"))?;
        let below = path.strip_prefix(&fabric.path).expect("it starts with it");
        let of = |name: &[u8]| below.components().next() == Some(name);
        let may = match (was, is) {
            (None, Some(_)) if path.file_name() == b".gitkeep" => true,
            (None, Some(_)) => of(b"managed") || of(b"unmanaged") || below.as_bytes() == b".hnp/manifest.yaml",
            (Some(was), None) if of(b"raw") => !stays(&path, &was),
            (Some(was), _) if of(b"unmanaged") => may_change_in_unmanaged(memory, synced, &around, &path, &was),
            (Some(_), _) if of(b"managed") => {
                let rows = fabric.documents.iter().filter(|row| row.fate == Fate::Managed);
                let names: BTreeSet<_> = rows.filter_map(|row| row.object.as_ref()).collect();
                let named = |identity: &Identity| {
                    names.iter().any(|o| {
                        (&o.kind, &o.namespace, &o.name) == (&identity.kind, &identity.namespace, &identity.name)
                    })
                };
                let inside = path.strip_prefix(&folder(fabric, "managed")).expect("it is in managed/");
                let mut held =
                    before.iter().filter(|((f, _), at)| *f == fabric.path && at.contains_key(&inside)).peekable();
                synced.options.repair || held.peek().is_some() && held.all(|((_, identity), _)| named(identity))
            }
            (Some(_), None) => synced.options.adopt && below.components().count() == 1,
            _ => false,
        };
        ensure(may, || format!("{path} changed from {was:?} to {is:?}"))?;
    }
    Ok(())
}

/// hhgit's own sidecars, files of its own pairs, and what --retry takes up.
fn may_change_in_unmanaged(memory: &Memory, synced: &Synced, around: &Around, path: &RepoPath, was: &Entry) -> bool {
    is_own_sidecar(memory, path, was) || synced.options.retry.is_some() || is_of_a_pair(memory, around, path, was)
}

/// Whether a file of unmanaged/ has a sidecar of hhgit's that speaks of exactly this.
fn is_of_a_pair(memory: &Memory, around: &Around, path: &RepoPath, was: &Entry) -> bool {
    let sidecar = sidecar_of(path).ok().and_then(|at| Some((around.before.get(&at)?, at)));
    sidecar.is_some_and(|(entry, at)| {
        let read = hhgit::plan::sidecar::read(memory.bytes(entry));
        is_own_sidecar(memory, &at, entry) && read.is_some_and(|sidecar| sidecar.names(was))
    })
}

/// L8: the plan is exactly the difference between the trees, and so are the report's edits.
pub fn the_plan_is_the_difference(memory: &Memory, synced: &Synced) -> Result<(), Broken> {
    let Around { before, after } = Around::new(memory, synced);
    let edits = synced.planned.plan.edits().iter();
    let planned: BTreeMap<_, _> =
        edits.map(|(path, e)| (path.clone(), (e.from, e.to.as_ref().map(Target::entry)))).collect();
    let actual = difference(&before, &after);
    ensure(planned == actual, || format!("planned {planned:#?}\nbut made {actual:#?}"))?;
    let reported =
        synced.planned.fabrics.iter().flat_map(|fabric| {
            fabric.edits.iter().map(|(path, edit)| (fabric.path.join_path(path), (edit.from, edit.to)))
        });
    ensure(planned == reported.collect(), || "the report's edits are others than the plan's".to_owned())
}

/// The report: `removed` is what managed/ held before and does not hold after.
pub fn removed_is_what_managed_lost(memory: &Memory, synced: &Synced) -> Result<(), Broken> {
    let before = objects(memory, memory.tree_of(synced.input));
    let after = objects(memory, synced.tree);
    for fabric in synced.planned.fabrics.iter().filter(|fabric| !fabric.left_alone) {
        let lost = before.keys().filter(|key| key.0 == fabric.path && !after.contains_key(key));
        let lost: BTreeSet<_> = lost.map(|(_, i)| (i.kind.clone(), i.namespace.clone(), i.name.clone())).collect();
        let said = fabric.removed.iter().map(|o| (o.kind.clone(), o.namespace.clone(), o.name.clone()));
        let said: BTreeSet<_> = said.collect();
        ensure(lost == said, || format!("managed/ lost {lost:?}, the report says {said:?}"))?;
    }
    Ok(())
}

/// The report: each raw entry has its row, but hhgit's own sidecars; each row's target is there.
pub fn each_raw_entry_has_its_row(memory: &Memory, synced: &Synced) -> Result<(), Broken> {
    let around = Around::new(memory, synced);
    for fabric in synced.planned.fabrics.iter().filter(|fabric| !fabric.left_alone) {
        let sources: BTreeSet<RepoPath> =
            fabric.documents.iter().map(|row| fabric.path.join_path(&row.source)).collect();
        for (path, entry) in around.before.iter().filter(|(path, _)| path.starts_with(&folder(fabric, "raw"))) {
            let own = is_own_sidecar(memory, path, entry) && !stays(path, entry);
            ensure(own != sources.contains(path), || format!("{path} has no row, or one although it is a sidecar"))?;
        }
        for row in &fabric.documents {
            let target = fabric.path.join_path(&row.target);
            ensure(around.after.contains_key(&target), || format!("{target} is a row's target and not there"))?;
        }
    }
    Ok(())
}
