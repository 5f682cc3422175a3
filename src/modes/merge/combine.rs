//! Two commits and what they came from to one tree: objects of managed/ by what they are, all else by git's own merge.

use std::collections::{BTreeMap, BTreeSet};

use crate::git::merging::{Combined, Merging, Stage};
use crate::git::{CommitMeta, Person, Reader, Signature};
use crate::ids::{BlobId, CommitId, TreeId};
use crate::modes::ModeError;
use crate::path::RepoPath;
use crate::plan::{Content, Target};
use crate::report::merge::{Conflict, How, MergedObject};
use crate::snapshot::{Commit, Objects, Time};
use crate::yaml::changes;
use crate::yaml::merge::is_unknown;

use super::conflicts::{Histories, order};
use super::settle::{self, Fate, Side};
use super::sides::{Held, Three, Trees, contests};
use super::weave::{Settled, file, in_the_way, put, settle, shown};
use super::who::History;

/// What is merged.
#[derive(Debug, Clone, Copy)]
pub(super) struct Pair<'a> {
    pub(super) ours: &'a Commit,
    pub(super) theirs: &'a Commit,
    /// What their side is called.
    pub(super) label: &'a str,
    pub(super) bases: &'a [CommitId],
}

/// What comes of two sides.
#[derive(Debug)]
pub(super) struct Combination {
    /// The tree; where there are conflicts, with marks in its files. Its objects are in the place of merging.
    pub(super) tree: TreeId,
    /// What became of the objects in which the sides differ.
    pub(super) objects: Vec<MergedObject>,
    /// What could not be merged.
    pub(super) conflicts: Vec<Conflict>,
    /// The same, as an index holds it.
    pub(super) stages: Vec<Stage>,
}

/// Merges two commits. What is made on the way is kept in the place of merging alone.
pub(super) fn combine(place: &Merging<'_>, reader: &Reader, pair: Pair<'_>) -> Result<Combination, ModeError> {
    let attributes = pair.ours.tree;
    let (base, unknown) = base(place, reader, pair.bases, attributes)?;
    let bases = match unknown.is_empty() {
        true => Vec::new(),
        false => pair.bases.iter().map(|id| Ok(reader.commit(*id)?.tree)).collect::<Result<_, ModeError>>()?,
    };
    let trees = Trees { roots: Three { base, ours: pair.ours.tree, theirs: pair.theirs.tree }, unknown, bases };
    let (contests, waiting) = contests(reader, &trees)?;
    let mut all = settle(reader, &trees.roots, contests)?;
    let combined = by_git(place, reader, &trees.roots, &all, (pair.label, attributes))?;
    let mut woven =
        Woven { place, reader, combined: &combined, label: pair.label, files: BTreeMap::new(), stages: Vec::new() };
    let history = |tip: CommitId| History::new(reader, tip, pair.bases);
    let histories = Histories { ours: history(pair.ours.id), theirs: history(pair.theirs.id) };
    let waiting = waiting.iter().map(|waiting| histories.of_waiting(waiting));
    let mut conflicts = waiting.collect::<Result<Vec<_>, _>>()?;
    let mut objects = Vec::new();
    for settled in &mut all {
        if woven.weave(settled)? {
            objects.extend(told(settled));
        } else {
            conflicts.extend(histories.of_object(settled)?);
        }
    }
    let shown: BTreeSet<&RepoPath> = all.iter().filter(|one| one.shown).map(|one| &one.path).collect();
    for said in combined.said.iter().filter(|said| !said.paths.iter().all(|path| shown.contains(path))) {
        conflicts.extend(histories.of_file(said, &combined.stages)?);
    }
    let mut stages = woven.stages;
    stages.extend(combined.stages.iter().filter(|stage| !shown.contains(&stage.path)).cloned());
    stages.sort();
    let (edits, tree) = put(reader, combined.tree, woven.files)?;
    place.keep(edits.values(), &tree)?;
    order(&mut conflicts);
    objects.sort();
    Ok(Combination { tree: tree.id, objects, conflicts, stages })
}

/// The tree that both sides came from, and the files of which it is not known what they held: where histories were merged
/// crosswise there are several last common commits, and what they contradict each other in has no one value.
fn base(
    place: &Merging<'_>,
    reader: &Reader,
    bases: &[CommitId],
    attributes: TreeId,
) -> Result<(TreeId, BTreeSet<RepoPath>), ModeError> {
    let Some((first, others)) = bases.split_first() else {
        return Ok((TreeId::empty(reader.hash_kind()), BTreeSet::new()));
    };
    let mut base = reader.commit(*first)?;
    let mut unknown = BTreeSet::new();
    for other in others {
        let combined = place.combine((base.id, *other), None, attributes)?;
        unknown.extend(combined.conflicted().into_iter().cloned());
        base = place.commit(combined.tree, &nobody(vec![base.id, *other]), "base")?;
    }
    Ok((base.tree, unknown))
}

/// Git's merge of the trees without the objects that are merged by what they are.
fn by_git(
    place: &Merging<'_>,
    reader: &Reader,
    roots: &Three<TreeId>,
    all: &[Settled],
    (label, attributes): (&str, TreeId),
) -> Result<Combined, ModeError> {
    let trees = shown(reader, roots, all)?;
    for (edits, tree) in trees.each() {
        place.keep(edits.values(), tree)?;
    }
    let base = place.commit(trees.base.1.id, &nobody(Vec::new()), "base")?;
    let ours = place.commit(trees.ours.1.id, &nobody(vec![base.id]), "ours")?;
    let theirs = place.commit(trees.theirs.1.id, &nobody(vec![base.id]), "theirs")?;
    Ok(place.combine((ours.id, theirs.id), Some(label), attributes)?)
}

/// What a commit says that nobody is to see.
pub(super) fn nobody(parents: Vec<CommitId>) -> CommitMeta {
    let who = Signature { person: Person::new("hhgit", "hhgit@localhost"), time: Time { seconds: 0, offset: 0 } };
    CommitMeta { author: who.clone(), committer: who, sign: false, parents }
}

/// The files that come out, put together one object at a time.
struct Woven<'a> {
    place: &'a Merging<'a>,
    reader: &'a Reader,
    combined: &'a Combined,
    label: &'a str,
    files: BTreeMap<RepoPath, Option<Target>>,
    stages: Vec<Stage>,
}

impl Woven<'_> {
    /// Puts an object's file where it goes; whether it could be merged.
    fn weave(&mut self, settled: &mut Settled) -> Result<bool, ModeError> {
        if matches!(settled.fate, Fate::Gone) {
            return Ok(true);
        }
        if settled.blocked.is_none() && !settled.shown {
            settled.blocked = in_the_way(self.reader, self.combined.tree, &settled.path, &BTreeSet::new())?;
        }
        if settled.blocked.is_some() {
            self.stage(settled);
            return Ok(false);
        }
        let held = &settled.contest.held;
        let whole = match (&settled.fate, &held.ours, &held.theirs) {
            (Fate::As(Side::Ours), Some(held), _) | (Fate::As(Side::Theirs), _, Some(held)) => Some(held),
            _ => None,
        };
        if let Some(held) = whole {
            self.put(settled, Content::Existing(held.entry.id));
            return Ok(true);
        }
        let by_lines = if settled.shown { self.by_lines(&settled.path)? } else { None };
        if let (Fate::Both(wanted), Some(ours), Some(theirs)) = (&settled.fate, &held.ours, &held.theirs)
            && let Some(text) = settle::text(ours, theirs, wanted, by_lines.as_deref())
        {
            self.text(settled, text)?;
            return Ok(true);
        }
        self.stage(settled);
        if let (None, Some(held)) | (Some(held), None) = (&held.ours, &held.theirs) {
            self.put(settled, Content::Existing(held.entry.id));
        } else if !self.combined.conflicted().contains(&settled.path) {
            let marked = marked(held.ours.as_ref(), held.theirs.as_ref(), self.label);
            self.text(settled, marked)?;
        }
        Ok(false)
    }

    /// The file that git's merge of the lines has.
    fn by_lines(&self, path: &RepoPath) -> Result<Option<Vec<u8>>, ModeError> {
        if self.combined.conflicted().contains(path) {
            return Ok(None);
        }
        let entry = crate::fabric::layout::entry_at(self.reader, self.combined.tree, path)?;
        let blob: Option<BlobId> = entry.and_then(|entry| entry.as_file());
        Ok(blob.map(|blob| self.reader.blob(blob)).transpose()?)
    }

    fn text(&mut self, settled: &Settled, text: Vec<u8>) -> Result<(), ModeError> {
        self.place.blob(&text)?;
        self.files.insert(settled.path.clone(), Some(file(self.reader, settled.mode, text)?));
        Ok(())
    }

    fn put(&mut self, settled: &Settled, content: Content) {
        self.files.insert(settled.path.clone(), Some(Target { mode: settled.mode, content }));
    }

    /// Notes what each side has of what could not be merged.
    fn stage(&mut self, settled: &Settled) {
        for (number, held) in (1..).zip(settled.contest.held.each()) {
            let Some(held) = held.as_ref().filter(|held| !is_unknown(&held.value)) else { continue };
            let (mode, id) = (held.entry.mode, held.entry.id);
            self.stages.push(Stage { path: settled.path.clone(), number, mode, id });
        }
    }
}

/// Both sides' files with git's marks around each.
fn marked(ours: Option<&Held>, theirs: Option<&Held>, label: &str) -> Vec<u8> {
    let lines = |held: Option<&Held>| {
        let mut text = held.map(|held| held.bytes.clone()).unwrap_or_default();
        if !text.is_empty() && !text.ends_with(b"\n") {
            text.push(b'\n');
        }
        text
    };
    let end = format!(">>>>>>> {label}\n").into_bytes();
    [b"<<<<<<< HEAD\n".to_vec(), lines(ours), b"=======\n".to_vec(), lines(theirs), end].concat()
}

/// What is to be said of an object that was merged; nothing of one that is as the branch had it.
fn told(settled: &Settled) -> Option<MergedObject> {
    let held = &settled.contest.held;
    let some = held.theirs.as_ref().or(held.ours.as_ref()).or(held.base.as_ref())?;
    let how = match settled.fate {
        Fate::Gone => {
            held.ours.as_ref()?;
            How::Gone
        }
        Fate::As(Side::Ours) => {
            held.ours.as_ref().filter(|held| held.path != settled.path)?;
            How::Ours
        }
        Fate::As(Side::Theirs) => How::Theirs,
        _ => How::Both,
    };
    let fields = match (how, &held.base, &held.ours, &held.theirs) {
        (How::Both, Some(base), _, Some(theirs)) => {
            changes(&base.value, &theirs.value).into_iter().map(|change| change.path).collect()
        }
        _ => Vec::new(),
    };
    Some(MergedObject { path: settled.path.clone(), object: some.object.clone(), how, fields })
}
