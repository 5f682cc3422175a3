//! Which objects the sides of a merge hold differently in managed/, each by what it is and wherever its file lies.
//!
//! An object takes part if on each side a file of its own holds it, or none. Whatever is bound up with a file of several
//! objects, an unreadable one or a second file of the same object is left to git's own merge, with all that hangs on it. Where a
//! side has an object still in raw/ and another has it sorted, that is the same object on its way.

use std::collections::{BTreeMap, BTreeSet};

use crate::fabric::changes::changes;
use crate::fabric::kinds::{Kinds, is_hedgehog_group};
use crate::fabric::layout::{FabricDir, MANAGED, RAW, entry_at, find, is_yaml_name, stays_in_managed, tree_at};
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
use crate::yaml::{Limits, Lines, Node, canonical_json};

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
    /// The trees of the bases, where there are several.
    pub(super) bases: Vec<TreeId>,
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
    Other(Vec<Named>),
}

/// An update of an object that waits in raw/ on one side, while the other made something else of it in managed/: a sync of
/// the merge would take the raw document whole, and what the other side did would be lost.
#[derive(Debug, Clone)]
pub(super) struct Waiting {
    pub(super) fabric: RepoPath,
    pub(super) identity: Identity,
    /// Where it waits: the file and the line.
    pub(super) raw: (RepoPath, u32),
    /// Whether that is on our side.
    pub(super) is_ours: bool,
    /// Whether the other side still has it.
    pub(super) is_there: bool,
    /// What the other side made of it, or deleted.
    pub(super) managed: Held,
}

/// A document of a file that git merges.
struct Named {
    identity: Identity,
    value: Option<String>,
    line: u32,
}

impl Read {
    /// The objects in the file, with their values and the lines that they start at.
    fn named(&self) -> Vec<(&Identity, Option<String>, u32)> {
        match self {
            Self::One(one) => vec![(&one.0, Some(canonical_json(&one.2.value)), one.2.line(&[]))],
            Self::Other(several) => several.iter().map(|one| (&one.identity, one.value.clone(), one.line)).collect(),
        }
    }
}

impl Held {
    /// The line of a field, or of the nearest mapping around it that is there.
    pub(super) fn line(&self, keys: &[String]) -> u32 {
        let (mut node, mut at) = (&self.value, self.value.span.start);
        for key in keys {
            let Some(pair) = node.pair(key) else { break };
            (node, at) = (&pair.value, pair.key_span.start);
        }
        Lines::new(&self.bytes).position(&self.bytes, at).0
    }
}

/// The objects that take part, and the updates that must not be merged before they are sorted; in order of fabric directory
/// and identity.
pub(super) fn contests(objects: &dyn Objects, trees: &Trees) -> Result<(Vec<Contest>, Vec<Waiting>), ModeError> {
    let kinds = Kinds::builtin();
    let ours = find(objects, trees.roots.ours, &[], &kinds)?;
    let theirs = find(objects, trees.roots.theirs, &[], &kinds)?;
    let (mut found, mut waiting) = (Vec::new(), Vec::new());
    for dir in ours.iter().filter(|dir| theirs.iter().any(|other| other.path == dir.path)) {
        let desk = Desk::read(objects, trees, dir)?;
        let bound = desk.bound();
        waiting.extend(desk.waiting(&bound));
        found.extend(desk.contests(&bound));
    }
    Ok((found, waiting))
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
                true => {
                    let versions = trees.bases.iter().map(|root| read(&entry_at(objects, *root, &path)?));
                    not_known(&versions.collect::<Result<Vec<_>, _>>()?, &ours, &theirs)
                }
                false => read(&entries.base)?,
            };
            files.insert(path, Three { base, ours, theirs });
        }
        Ok(Self { fabric: dir.path.clone(), files })
    }

    fn contests(self, bound: &BTreeSet<RepoPath>) -> Vec<Contest> {
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

    /// The updates that wait in raw/ on one side, of objects that the other side changed in managed/.
    fn waiting(&self, bound: &BTreeSet<RepoPath>) -> Vec<Waiting> {
        let sorted = [0, 1, 2].map(|side| self.sorted(side));
        let value = |held: Option<&&Held>| held.map(|held| canonical_json(&held.value));
        let raw = self.fabric.child(RAW);
        let mut found = Vec::new();
        for (path, sides) in self.files.iter().filter(|(path, _)| path.starts_with(&raw) && bound.contains(*path)) {
            let named = |side: usize| sides.each()[side].as_ref().map(Read::named).unwrap_or_default();
            let was: BTreeSet<(&Identity, Option<String>)> =
                named(0).into_iter().map(|(identity, value, _)| (identity, value)).collect();
            for (side, other) in [(1, 2), (2, 1)] {
                for (identity, update, line) in named(side) {
                    let (before, after) = (sorted[0].get(identity), sorted[other].get(identity));
                    let is_lost = value(before) != value(after) && value(after) != update;
                    let lost = after.or(before).filter(|_| is_lost && !was.contains(&(identity, update)));
                    let Some(held) = lost else { continue };
                    found.push(Waiting {
                        fabric: self.fabric.clone(),
                        identity: identity.clone(),
                        raw: (path.clone(), line),
                        is_ours: side == 1,
                        is_there: after.is_some(),
                        managed: (*held).clone(),
                    });
                }
            }
        }
        found
    }

    /// The objects that a side has in managed/ in files of their own, of those that differ.
    fn sorted(&self, side: usize) -> BTreeMap<&Identity, &Held> {
        let managed = self.fabric.child(MANAGED);
        let reads = self.files.iter().filter(|(path, _)| path.starts_with(&managed));
        let one = reads.filter_map(|(_, sides)| match sides.each()[side] {
            Some(Read::One(one)) => Some((&one.0, &one.2)),
            _ => None,
        });
        one.collect()
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
                        several.iter().map(|one| &one.identity).collect()
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
                let identities: Vec<&Identity> = match read {
                    Read::One(one) => vec![&one.0],
                    Read::Other(several) => several.iter().map(|one| &one.identity).collect(),
                };
                let holders = identities.into_iter().filter_map(|identity| at.get(identity));
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

/// What stands for a file of the base of which it is not known what it held: the object that the bases have there, wherever
/// the sides have it now; if none of them has one, what the sides have there.
fn not_known(bases: &[Option<Read>], ours: &Option<Read>, theirs: &Option<Read>) -> Option<Read> {
    let one = |read: &Read| match read {
        Read::One(one) => Some((**one).clone()),
        Read::Other(_) => None,
    };
    let mut found: Vec<_> = bases.iter().flatten().filter_map(one).collect();
    if found.is_empty() {
        found = [ours, theirs].into_iter().flatten().filter_map(one).collect();
    }
    let several = found.windows(2).any(|pair| pair[0].0 != pair[1].0);
    let Some((identity, canonical, held)) = found.pop().filter(|_| !several) else {
        return Some(Read::Other(Vec::new()));
    };
    // An entry that is none of the sides', so that both count as changed.
    let entry = Entry { id: TreeId::empty(held.entry.id.kind()).object(), ..held.entry };
    Some(Read::One(Box::new((identity, canonical, Held { value: unknown(), entry, ..held }))))
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
        let named = documents.iter().zip(&values).filter_map(|(document, value)| {
            let (identity, value) = (document.identity.clone()?, value.as_ref().map(canonical_json));
            Some(Named { identity, value, line: document.lines.0 })
        });
        let several = named.collect();
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
