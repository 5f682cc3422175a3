//! Reverts hold: the raw documents whose sync a person took back, told from the first-parent history alone.

use std::collections::BTreeMap;

use crate::ids::{BlobId, CommitId, Entry, TreeId};
use crate::path::RepoPath;
use crate::snapshot::{LastChanges, Objects, ReadError, TreeEntry};

use super::error::PlanError;

/// A valid raw document that is about to go to managed/. Paths are the repository's.
#[derive(Debug, Clone)]
pub struct Candidate {
    /// Its file.
    pub raw: RepoPath,
    /// Its place in managed/.
    pub managed: RepoPath,
    /// Whatever the caller knows it by.
    pub key: (usize, usize),
}

/// Whatever the caller knows a candidate by.
type Key = (usize, usize);

/// Candidates of one object whose raw files the same commit touched last, when it took the object's file away.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Reverted {
    /// Those that are exactly the bytes that were taken away; at least one.
    pub exactly: Vec<(usize, usize)>,
    /// The others. One that has the same value would bring back what was taken away in other words.
    pub beside: Vec<(usize, usize)>,
}

/// The candidates that were reverted: the last first-parent commit that touched the raw file also took exactly the
/// document's bytes (as `blob` names them) away from its managed path.
pub fn find(
    objects: &dyn Objects,
    input: CommitId,
    candidates: &[Candidate],
    mut blob: impl FnMut(Key) -> Result<BlobId, PlanError>,
) -> Result<Vec<Reverted>, PlanError> {
    let mut sorted: Vec<&Candidate> = candidates.iter().collect();
    sorted.sort_by_key(|candidate| &candidate.raw);
    let groups = sorted.chunk_by(|one, other| one.raw == other.raw);
    let waiting: Waiting<'_> = groups.filter_map(|group| Some((&group.first()?.raw, group))).collect();
    let mut walk = Walk { objects, taken: BTreeMap::new(), found: LastChanges::new() };
    if !waiting.is_empty() {
        walk.back(input, waiting)?;
    }
    if let Some(walked) = objects.walked() {
        walked.put(input, walk.found);
    }
    let mut taken: Vec<(Vec<Key>, BlobId)> = walk.taken.into_values().collect();
    taken.iter_mut().for_each(|(keys, _)| keys.sort_unstable());
    // In the documents' order, so that each file is read once.
    taken.sort_unstable();
    let mut reverted = Vec::new();
    for (keys, was) in taken {
        let (mut exactly, mut beside) = (Vec::new(), Vec::new());
        for key in keys {
            if blob(key)? == was { exactly.push(key) } else { beside.push(key) }
        }
        if !exactly.is_empty() {
            reverted.push(Reverted { exactly, beside });
        }
    }
    Ok(reverted)
}

/// The candidates of each raw file whose last change is looked for.
type Waiting<'c> = BTreeMap<&'c RepoPath, &'c [&'c Candidate]>;

/// A walk back through first parents.
struct Walk<'o> {
    objects: &'o dyn Objects,
    /// What was taken from the candidates' places in managed/ by who changed their raw files last.
    taken: BTreeMap<(CommitId, RepoPath), (Vec<Key>, BlobId)>,
    /// Who that was.
    found: LastChanges,
}

impl Walk<'_> {
    /// Goes back until each raw file was changed, or to where an earlier walk has been.
    fn back(&mut self, input: CommitId, mut waiting: Waiting<'_>) -> Result<(), PlanError> {
        let mut commit = input;
        let mut paths: Vec<&RepoPath> = waiting.keys().copied().collect();
        while !waiting.is_empty() {
            if let Some(known) = self.objects.walked().and_then(|walked| walked.from(commit)) {
                self.jump(&known, &mut waiting)?;
                paths.retain(|path| waiting.contains_key(path));
                if waiting.is_empty() {
                    break;
                }
            }
            let Some((parent, trees)) = self.step(commit, &waiting)? else {
                self.note(&waiting, commit);
                break;
            };
            let changed: Vec<&RepoPath> =
                changes(self.objects, trees, &paths, 0).map_err(PlanError::History)?.iter().map(|d| d.path).collect();
            if !changed.is_empty() {
                let group = changed.into_iter().filter_map(|path| waiting.remove_entry(path)).collect();
                self.settle(commit, trees, group)?;
                paths.retain(|path| waiting.contains_key(path));
            }
            commit = parent;
        }
        Ok(())
    }

    /// A commit's first parent, and both trees; none at a root commit.
    fn step(&self, commit: CommitId, waiting: &Waiting<'_>) -> Result<Option<(CommitId, Trees)>, PlanError> {
        let now = self.objects.commit(commit).map_err(PlanError::History)?;
        let Some(parent) = now.parents.first().copied() else { return Ok(None) };
        if self.objects.is_shallow_boundary(commit).map_err(PlanError::History)? {
            let path = waiting.keys().next().map(|path| (*path).clone()).unwrap_or_default();
            return Err(PlanError::Shallow { boundary: commit, path });
        }
        let before = self.objects.commit(parent).map_err(PlanError::History)?;
        Ok(Some((parent, (Some(before.tree), Some(now.tree)))))
    }

    /// Notes who changed these raw files last, where somebody keeps what walks have found.
    fn note(&mut self, group: &Waiting<'_>, commit: CommitId) {
        if self.objects.walked().is_some() {
            self.found.extend(group.keys().map(|path| ((*path).clone(), commit)));
        }
    }

    /// Settles those whose last change an earlier walk has found.
    fn jump<'c>(&mut self, known: &LastChanges, waiting: &mut Waiting<'c>) -> Result<(), PlanError> {
        let mut groups: BTreeMap<CommitId, Waiting<'c>> = BTreeMap::new();
        for path in waiting.keys().copied().collect::<Vec<_>>() {
            let Some(commit) = known.get(path) else { continue };
            groups.entry(*commit).or_default().extend(waiting.remove_entry(path));
        }
        for (commit, group) in groups {
            match self.step(commit, &group)? {
                Some((_, trees)) => self.settle(commit, trees, group)?,
                None => self.note(&group, commit),
            }
        }
        Ok(())
    }

    /// Notes what a commit that changed these raw files took from their candidates' places.
    fn settle(&mut self, commit: CommitId, trees: Trees, group: Waiting<'_>) -> Result<(), PlanError> {
        let mut by_managed: BTreeMap<&RepoPath, Vec<&Candidate>> = BTreeMap::new();
        self.note(&group, commit);
        for candidate in group.into_values().flatten() {
            by_managed.entry(&candidate.managed).or_default().push(candidate);
        }
        let taken_from: Vec<&RepoPath> = by_managed.keys().copied().collect();
        for change in changes(self.objects, trees, &taken_from, 0).map_err(PlanError::History)? {
            let Some(was) = change.was.and_then(|entry| entry.as_file()) else { continue };
            if change.is.and_then(|entry| entry.as_file()) != Some(was) {
                let keys = by_managed[change.path].iter().map(|candidate| candidate.key);
                let taken = self.taken.entry((commit, change.path.clone())).or_insert_with(|| (Vec::new(), was));
                taken.0.extend(keys);
            }
        }
        Ok(())
    }
}

/// The tree before a commit and the one after it.
type Trees = (Option<TreeId>, Option<TreeId>);

/// A path at which two trees differ.
struct Differs<'p> {
    path: &'p RepoPath,
    was: Option<Entry>,
    is: Option<Entry>,
}

/// Where two trees differ at these sorted paths; equal sub-trees are not read. `depth` components are behind us.
fn changes<'p>(
    objects: &dyn Objects,
    (before, after): Trees,
    paths: &[&'p RepoPath],
    depth: usize,
) -> Result<Vec<Differs<'p>>, ReadError> {
    if before == after || paths.is_empty() {
        return Ok(Vec::new());
    }
    let read = |tree: Option<TreeId>| tree.map(|tree| objects.tree(tree)).transpose();
    let before = by_name(read(before)?.unwrap_or_default());
    let after = by_name(read(after)?.unwrap_or_default());
    let mut found = Vec::new();
    let mut rest = paths;
    while let Some(first) = rest.first() {
        let below = below_folder(rest, depth);
        let (group, others) = rest.split_at(below.unwrap_or(1));
        rest = others;
        let name = component(first, depth).unwrap_or_default();
        let (was, is) = (before.get(name).copied(), after.get(name).copied());
        if was == is {
            continue;
        }
        if below.is_none() {
            found.push(Differs { path: first, was, is });
            continue;
        }
        let tree = |entry: Option<Entry>| entry.and_then(|entry| entry.as_tree());
        found.extend(changes(objects, (tree(was), tree(is)), group, depth + 1)?);
    }
    Ok(found)
}

/// How many of these sorted paths, from the first on, lie below the folder that is the first one's component at this depth; none
/// if that component is the path's last.
fn below_folder(paths: &[&RepoPath], depth: usize) -> Option<usize> {
    let first = paths.first()?.as_bytes();
    let (slash, _) = first.iter().enumerate().filter(|(_, byte)| **byte == b'/').nth(depth)?;
    Some(paths.partition_point(|path| path.as_bytes().starts_with(&first[..=slash])))
}

fn by_name(entries: Vec<TreeEntry>) -> BTreeMap<Vec<u8>, Entry> {
    entries.into_iter().map(|entry| (entry.name, entry.entry)).collect()
}

fn component(path: &RepoPath, depth: usize) -> Option<&[u8]> {
    path.components().nth(depth)
}
