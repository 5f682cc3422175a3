//! Who put files where a sync found them: the last commits before it that made each what it was.

use std::collections::{BTreeMap, BTreeSet};

use crate::fabric::changes::changes;
use crate::fabric::layout::{entry_at, tree_at};
use crate::git::Reader;
use crate::ids::{CommitId, TreeId};
use crate::modes::ModeError;
use crate::path::RepoPath;
use crate::snapshot::{Commit, Objects};

/// Of the commits up to `tip`, those that made these files of a folder what they are there; not known, and left out, where
/// that was before a shallow clone's boundary.
pub(super) fn pushed(
    reader: &Reader,
    tip: &Commit,
    folder: &RepoPath,
    files: BTreeSet<RepoPath>,
) -> Result<BTreeSet<CommitId>, ModeError> {
    let mut found = BTreeSet::new();
    let mut waiting: BTreeMap<CommitId, BTreeSet<RepoPath>> = BTreeMap::from([(tip.id, files)]);
    while let Some((id, mut files)) = waiting.pop_first() {
        let commit = reader.commit(id)?;
        let root = tree_at(reader, commit.tree, folder)?;
        if root.is_none() || files.is_empty() {
            continue;
        }
        if !commit.parents.is_empty() && reader.is_shallow_boundary(id)? {
            continue;
        }
        for parent in &commit.parents {
            let tree = reader.commit(*parent)?.tree;
            let before = tree_at(reader, tree, folder)?;
            let same: BTreeSet<RepoPath> = if before == root {
                std::mem::take(&mut files)
            } else if before.is_none() {
                continue;
            } else {
                let changed = changed(reader, before, root, &files)?;
                let (changed, same) = std::mem::take(&mut files).into_iter().partition(|path| changed.contains(path));
                files = changed;
                same
            };
            if !same.is_empty() {
                waiting.entry(*parent).or_default().extend(same);
            }
        }
        if !files.is_empty() {
            found.insert(id);
        }
    }
    Ok(found)
}

/// Which of these files differ in two trees of the folder: few are looked up, of many all that differs is.
fn changed(
    reader: &Reader,
    before: Option<TreeId>,
    after: Option<TreeId>,
    files: &BTreeSet<RepoPath>,
) -> Result<BTreeSet<RepoPath>, ModeError> {
    const FEW: usize = 8;
    let (Some(old), Some(new), true) = (before, after, files.len() <= FEW) else {
        return Ok(changes(reader, before, after, &RepoPath::root())?.into_keys().collect());
    };
    let mut found = BTreeSet::new();
    for path in files {
        if entry_at(reader, old, path)? != entry_at(reader, new, path)? {
            found.insert(path.clone());
        }
    }
    Ok(found)
}
