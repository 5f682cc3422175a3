//! Which objects the sides of a merge hold differently in managed/, each by what it is and wherever its file lies.
//!
//! An object takes part if on each side a file of its own holds it, or none. Whatever is bound up with a file of several
//! objects, an unreadable one or a second file of the same object is left to git's own merge, with all that hangs on it. Where a
//! side has an object still in raw/ and another has it sorted, that is the same object on its way.

use std::collections::{BTreeMap, BTreeSet};

use crate::fabric::changes::changes;
use crate::fabric::kinds::{Kinds, is_hedgehog_group};
use crate::fabric::layout::{FabricDir, MANAGED, RAW, find, is_yaml_name, stays_in_managed, tree_at};
use crate::fabric::survey::survey;
use crate::finding::ObjectRef;
use crate::ids::{Entry, TreeId};
use crate::modes::ModeError;
use crate::path::RepoPath;
use crate::plan::PlanError;
use crate::snapshot::Objects;
use crate::verdict::file::{File, judge_keeping};
use crate::verdict::identity::Identity;
use crate::verdict::judge::Judge;
use crate::yaml::merge::unknown;
use crate::yaml::{Limits, Node};

/// What the base, our side and their side have.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(super) struct Three<T> {
    pub(super) base: T,
    pub(super) ours: T,
    pub(super) theirs: T,
}

impl<T> Three<T> {
    /// All three, the base first.
    pub(super) fn each(&self) -> [&T; 3] {
        [&self.base, &self.ours, &self.theirs]
    }

    pub(super) fn map<U>(&self, mut make: impl FnMut(&T) -> U) -> Three<U> {
        Three { base: make(&self.base), ours: make(&self.ours), theirs: make(&self.theirs) }
    }
}

/// The trees to be merged.
#[derive(Debug, Clone)]
pub(super) struct Trees {
    /// The trees.
    pub(super) roots: Three<TreeId>,
    /// Files of the base of which it is not known what they held, since the bases were merged crosswise.
    pub(super) unknown: BTreeSet<RepoPath>,
}

/// An object in a file of its own.
#[derive(Debug, Clone)]
pub(super) struct Held {
    pub(super) path: RepoPath,
    pub(super) entry: Entry,
    pub(super) bytes: Vec<u8>,
    pub(super) value: Node,
    pub(super) object: ObjectRef,
}

/// An object that the sides hold differently.
#[derive(Debug, Clone)]
pub(super) struct Contest {
    pub(super) fabric: RepoPath,
    pub(super) identity: Identity,
    pub(super) held: Three<Option<Held>>,
    /// Its own path, where it may have one.
    pub(super) canonical: Option<RepoPath>,
}

/// What a file is on one side.
enum Read {
    One(Box<(Identity, Option<RepoPath>, Held)>),
    Other(Vec<Identity>),
}

/// The objects that take part, in order of fabric directory and identity.
pub(super) fn contests(objects: &dyn Objects, trees: &Trees) -> Result<Vec<Contest>, ModeError> {
    let kinds = Kinds::builtin();
    let ours = find(objects, trees.roots.ours, &[], &kinds)?;
    let theirs = find(objects, trees.roots.theirs, &[], &kinds)?;
    let mut found = Vec::new();
    for dir in ours.iter().filter(|dir| theirs.iter().any(|other| other.path == dir.path)) {
        found.extend(Desk::read(objects, trees, dir)?.contests());
    }
    Ok(found)
}

/// What changed in a fabric directory, read on each side.
struct Desk {
    fabric: RepoPath,
    files: BTreeMap<RepoPath, Three<Option<Read>>>,
}

impl Desk {
    fn read(objects: &dyn Objects, trees: &Trees, dir: &FabricDir) -> Result<Self, ModeError> {
        let kinds = survey(objects, dir)?.kinds;
        let reader = FileReader { objects, fabric: &dir.path, judge: Judge::new(&kinds) };
        let mut files = BTreeMap::new();
        for (path, entries) in differing(objects, trees, dir)? {
            let read = |entry: &Option<Entry>| entry.map(|entry| reader.read(&path, entry)).transpose();
            let (ours, theirs) = (read(&entries.ours)?, read(&entries.theirs)?);
            let base = match trees.unknown.contains(&path) {
                true => not_known(&ours, &theirs),
                false => read(&entries.base)?,
            };
            files.insert(path, Three { base, ours, theirs });
        }
        Ok(Self { fabric: dir.path.clone(), files })
    }

    fn contests(self) -> Vec<Contest> {
        let bound = self.bound();
        let managed = self.fabric.child(MANAGED);
        let mut found: BTreeMap<Identity, Contest> = BTreeMap::new();
        for (path, sides) in self.files {
            if bound.contains(&path) {
                continue;
            }
            let Three { base, ours, theirs } = sides;
            for (side, read) in [base, ours, theirs].into_iter().enumerate() {
                let Some(Read::One(one)) = read else { continue };
                let (identity, canonical, held) = *one;
                let contest = found.entry(identity.clone()).or_insert_with(|| Contest {
                    fabric: self.fabric.clone(),
                    identity,
                    held: Three::default(),
                    canonical: None,
                });
                contest.canonical = canonical.or(contest.canonical.take());
                let place = [&mut contest.held.base, &mut contest.held.ours, &mut contest.held.theirs];
                *place.into_iter().nth(side).expect("there are three sides") = Some(held);
            }
        }
        let is_sorted =
            |contest: &Contest| contest.held.each().into_iter().flatten().any(|held| held.path.starts_with(&managed));
        found.into_values().filter(is_sorted).collect()
    }

    /// The files that git itself must merge: those of no one object, and all that share an object with them, on any side.
    fn bound(&self) -> BTreeSet<RepoPath> {
        let mut at: BTreeMap<&Identity, Three<Vec<&RepoPath>>> = BTreeMap::new();
        let mut waiting: Vec<&RepoPath> = Vec::new();
        for (path, sides) in &self.files {
            for (side, read) in sides.each().into_iter().enumerate() {
                let identities: Vec<&Identity> = match read {
                    None => continue,
                    Some(Read::One(one)) => vec![&one.0],
                    Some(Read::Other(several)) => {
                        waiting.push(path);
                        several.iter().collect()
                    }
                };
                for identity in identities {
                    let holders = at.entry(identity).or_default();
                    [&mut holders.base, &mut holders.ours, &mut holders.theirs][side].push(path);
                }
            }
        }
        let doubled = at.values().filter(|holders| holders.each().iter().any(|side| side.len() > 1));
        waiting.extend(doubled.flat_map(|holders| holders.each().into_iter().flatten().copied()));
        let mut bound = BTreeSet::new();
        while let Some(path) = waiting.pop() {
            if !bound.insert(path.clone()) {
                continue;
            }
            for read in self.files[path].each().into_iter().flatten() {
                let identities = match read {
                    Read::One(one) => std::slice::from_ref(&one.0),
                    Read::Other(several) => several.as_slice(),
                };
                let holders = identities.iter().filter_map(|identity| at.get(identity));
                waiting.extend(holders.flat_map(|holders| holders.each().into_iter().flatten().copied()));
            }
        }
        bound
    }
}

/// The YAML files of raw/ and managed/ that are not the same on all sides.
fn differing(
    objects: &dyn Objects,
    trees: &Trees,
    dir: &FabricDir,
) -> Result<BTreeMap<RepoPath, Three<Option<Entry>>>, ModeError> {
    let mut found: BTreeMap<RepoPath, Three<Option<Entry>>> = BTreeMap::new();
    for name in [RAW, MANAGED] {
        let folder = dir.path.child(name);
        let at = |root| tree_at(objects, root, &folder);
        let base = at(trees.roots.base)?;
        let ours = changes(objects, base, at(trees.roots.ours)?, &folder)?;
        let theirs = changes(objects, base, at(trees.roots.theirs)?, &folder)?;
        for (path, change) in ours.iter().chain(&theirs) {
            if !is_yaml_name(path.file_name()) || stays_in_managed(path.file_name()) {
                continue;
            }
            let side = |changes: &crate::fabric::changes::Changes| changes.get(path).map_or(change.old, |c| c.new);
            let entries = Three { base: change.old, ours: side(&ours), theirs: side(&theirs) };
            found.insert(folder.join_path(path), entries);
        }
    }
    Ok(found)
}

/// What stands for a file of the base of which it is not known what it held: the object that the sides have there.
fn not_known(ours: &Option<Read>, theirs: &Option<Read>) -> Option<Read> {
    match (ours, theirs) {
        (Some(Read::One(one)), Some(Read::One(other))) if one.0 != other.0 => Some(Read::Other(Vec::new())),
        (Some(Read::One(one)), _) | (_, Some(Read::One(one))) => {
            let (identity, canonical, held) = &**one;
            // An entry that is none of the sides', so that both count as changed.
            let entry = Entry { id: TreeId::empty(held.entry.id.kind()).object(), ..held.entry };
            let held = Held { value: unknown(), entry, ..held.clone() };
            Some(Read::One(Box::new((identity.clone(), canonical.clone(), held))))
        }
        _ => Some(Read::Other(Vec::new())),
    }
}

struct FileReader<'a> {
    objects: &'a dyn Objects,
    fabric: &'a RepoPath,
    judge: Judge<'a>,
}

impl FileReader<'_> {
    fn read(&self, path: &RepoPath, entry: Entry) -> Result<Read, ModeError> {
        let Some(blob) = entry.as_file() else { return Ok(Read::Other(Vec::new())) };
        let limits = Limits::default();
        let failed = |source| PlanError::Read { path: path.clone(), source };
        if self.objects.blob_size(blob).map_err(failed)? > limits.file_bytes {
            return Ok(Read::Other(Vec::new()));
        }
        let bytes = self.objects.blob(blob).map_err(failed)?;
        let (file, mut values) = judge_keeping(&bytes, path, &self.judge, &limits);
        let File::Documents(mut documents) = file else { return Ok(Read::Other(Vec::new())) };
        let several = documents.iter().filter_map(|document| document.identity.clone()).collect();
        if documents.len() > 1 {
            return Ok(Read::Other(several));
        }
        let found = documents.pop().zip(values.pop().flatten());
        let Some((document, value)) = found else { return Ok(Read::Other(several)) };
        match (document.identity, document.object) {
            (Some(identity), Some(object)) if is_hedgehog_group(&identity.group) => {
                let managed = self.fabric.child(MANAGED);
                let canonical = document.target.map(|target| managed.join_path(target.path()));
                let held = Held { path: path.clone(), entry, bytes, value, object };
                Ok(Read::One(Box::new((identity, canonical, held))))
            }
            _ => Ok(Read::Other(several)),
        }
    }
}
