//! The trees that git merges, and the tree that comes of both merges: objects of managed/ are taken out of what git sees, so
//! that it neither pairs them by their likeness nor by their paths; those of which a text is to be made lie at one path on all sides.

use std::collections::{BTreeMap, BTreeSet};

use crate::fabric::layout::entry_at;
use crate::git::NewTree;
use crate::git::tree::apply;
use crate::ids::{BlobId, Entry, Mode, TreeId};
use crate::modes::ModeError;
use crate::path::RepoPath;
use crate::plan::{Content, Edit, Target};
use crate::snapshot::Objects;
use crate::yaml::merge::is_unknown;

use super::settle::{self, Fate};
use super::sides::{Contest, Held, Three};

/// An object, what becomes of it, and where.
#[derive(Debug, Clone)]
pub(super) struct Settled {
    pub(super) contest: Contest,
    pub(super) fate: Fate,
    pub(super) path: RepoPath,
    pub(super) mode: Mode,
    /// Whether git is shown its texts.
    pub(super) shown: bool,
    /// What stands where its file must be.
    pub(super) blocked: Option<RepoPath>,
}

/// Edits of a tree by path.
pub(super) type Edits = BTreeMap<RepoPath, Edit>;

/// Decides what becomes of each object and where it goes; no two go to one path.
pub(super) fn settle(
    objects: &dyn Objects,
    roots: &Three<TreeId>,
    contests: Vec<Contest>,
) -> Result<Vec<Settled>, ModeError> {
    let mut all = Vec::new();
    for contest in contests {
        let fate = settle::fate(&contest);
        let Some(path) = settle::path(&contest) else { continue };
        let mode = settle::mode(&contest);
        all.push(Settled { contest, fate, path, mode, shown: false, blocked: None });
    }
    part(&mut all);
    let left = roots.map(|_| BTreeSet::new());
    let left = all.iter().fold(left, |mut left, settled| {
        let Three { base, ours, theirs } = settled.contest.held.map(|held| held.as_ref().map(|held| held.path.clone()));
        left.base.extend(base);
        left.ours.extend(ours);
        left.theirs.extend(theirs);
        left
    });
    for settled in all.iter_mut().filter(|settled| settled.fate.wants_text() && settled.blocked.is_none()) {
        let mut free = true;
        for (root, left) in roots.each().into_iter().zip(left.each()) {
            free &= in_the_way(objects, *root, &settled.path, left)?.is_none();
        }
        settled.shown = free;
    }
    Ok(all)
}

/// Has no two objects go to one path, nor one where another's folder must be: one whose own path it is has it, else the first
/// of them; the others go to their own.
fn part(all: &mut [Settled]) {
    let is_own = |settled: &Settled| settled.contest.canonical.as_ref() == Some(&settled.path);
    let mut staying: Vec<&mut Settled> = all.iter_mut().filter(|one| !matches!(one.fate, Fate::Gone)).collect();
    // Each goes to its own path once at most, and may send away there who is a stranger.
    loop {
        staying.sort_by_key(|settled| !is_own(settled));
        let mut taken = Taken::default();
        let mut moved = false;
        for settled in &mut staying {
            settled.blocked = taken.take(&settled.path);
            if settled.blocked.is_none() {
                continue;
            }
            if let Some(own) = settled.contest.canonical.clone().filter(|own| *own != settled.path) {
                (settled.path, settled.blocked, moved) = (own, None, true);
            }
        }
        if !moved {
            return;
        }
    }
}

/// The paths that objects go to, and the folders that must be there for them.
#[derive(Default)]
struct Taken {
    files: BTreeSet<RepoPath>,
    folders: BTreeSet<RepoPath>,
}

impl Taken {
    /// Takes a path, unless a file is there, or where a folder must be for it, or a folder must be there: that is answered.
    fn take(&mut self, path: &RepoPath) -> Option<RepoPath> {
        let above: Vec<RepoPath> = std::iter::successors(path.parent(), RepoPath::parent).collect();
        if let Some(file) = above.iter().find(|folder| self.files.contains(*folder)) {
            return Some(file.clone());
        }
        if self.folders.contains(path) || !self.files.insert(path.clone()) {
            return Some(path.clone());
        }
        self.folders.extend(above);
        None
    }
}

/// What stands at a path, or where a folder must be for it, once these files are gone.
pub(super) fn in_the_way(
    objects: &dyn Objects,
    root: TreeId,
    path: &RepoPath,
    gone: &BTreeSet<RepoPath>,
) -> Result<Option<RepoPath>, ModeError> {
    let at = |path: &RepoPath| entry_at(objects, root, path);
    for folder in std::iter::successors(path.parent(), RepoPath::parent) {
        if at(&folder)?.is_some_and(|entry| entry.as_tree().is_none()) && !gone.contains(&folder) {
            return Ok(Some(folder));
        }
    }
    Ok(at(path)?.filter(|_| !gone.contains(path)).map(|_| path.clone()))
}

/// What git is shown of each side: the tree without the objects, and with those of which it is to merge the lines.
pub(super) fn shown(
    objects: &dyn Objects,
    roots: &Three<TreeId>,
    all: &[Settled],
) -> Result<Three<(Edits, NewTree)>, ModeError> {
    let side = |root: TreeId, held: &dyn Fn(&Contest) -> Option<&Held>| -> Result<(Edits, NewTree), ModeError> {
        let mut edits = Edits::new();
        let mut known = Vec::new();
        for settled in all {
            // What stands for a file of which it is not known what it held has no blob to show.
            if let Some(held) = held(&settled.contest) {
                let from = entry_at(objects, root, &held.path)?;
                edits.insert(held.path.clone(), Edit { from, to: None });
                if settled.shown && !is_unknown(&held.value) {
                    known.push((&settled.path, held));
                }
            }
        }
        for (path, held) in known {
            let from = entry_at(objects, root, path)?;
            let to = Some(Target { mode: held.entry.mode, content: Content::Existing(held.entry.id) });
            edits.insert(path.clone(), Edit { from, to });
        }
        let tree = apply(objects, root, &changing(&mut edits))?;
        Ok((edits, tree))
    };
    Ok(Three {
        base: side(roots.base, &|contest| contest.held.base.as_ref())?,
        ours: side(roots.ours, &|contest| contest.held.ours.as_ref())?,
        theirs: side(roots.theirs, &|contest| contest.held.theirs.as_ref())?,
    })
}

/// The edits but for those that leave things as they are.
fn changing(edits: &mut Edits) -> Edits {
    edits.retain(|_, edit| edit.from != edit.to.as_ref().map(Target::entry));
    edits.clone()
}

/// A file of these bytes.
pub(super) fn file(objects: &dyn Objects, mode: Mode, bytes: Vec<u8>) -> Result<Target, ModeError> {
    let id = BlobId::of(objects.hash_kind(), &bytes).map_err(crate::git::TreeError::from)?;
    Ok(Target { mode, content: Content::New { id, bytes } })
}

/// The tree with these files put into it, or taken out of it where there is none.
pub(super) fn put(
    objects: &dyn Objects,
    root: TreeId,
    files: BTreeMap<RepoPath, Option<Target>>,
) -> Result<(Edits, NewTree), ModeError> {
    let mut edits = Edits::new();
    for (path, to) in files {
        let from: Option<Entry> = entry_at(objects, root, &path)?;
        edits.insert(path, Edit { from, to });
    }
    let edits = changing(&mut edits);
    let tree = apply(objects, root, &edits)?;
    Ok((edits, tree))
}
