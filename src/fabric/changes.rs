//! What lies otherwise in two folders: every file that differs, found without looking into what is the same.

use std::collections::BTreeMap;

use crate::ids::{Entry, TreeId};
use crate::path::RepoPath;
use crate::snapshot::Objects;

use super::layout::{LayoutError, MAX_ENTRIES, MAX_TREE_DEPTH};

/// What stands at a path before and after; never the same.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Change {
    /// What stood there.
    pub old: Option<Entry>,
    /// What stands there now.
    pub new: Option<Entry>,
}

/// What differs, by its path from the folder; folders themselves are not listed.
pub type Changes = BTreeMap<RepoPath, Change>;

/// Compares two folders; one that is not there holds nothing. `folder` is only named in errors. What is new must be in
/// git's order, each name once: what the rest of the world makes of other trees is chance.
pub fn changes(
    objects: &dyn Objects,
    old: Option<TreeId>,
    new: Option<TreeId>,
    folder: &RepoPath,
) -> Result<Changes, LayoutError> {
    let empty = TreeId::empty(objects.hash_kind());
    let mut found = Changes::new();
    let mut waiting = vec![(RepoPath::root(), old.unwrap_or(empty), new.unwrap_or(empty), 0)];
    let mut folders = 0;
    while let Some((path, old, new, depth)) = waiting.pop() {
        if depth > MAX_TREE_DEPTH {
            return Err(LayoutError::TooDeep { folder: folder.join_path(&path) });
        }
        if old == new {
            continue;
        }
        for (name, (old, new)) in objects.tree_diff(old, new)? {
            let below =
                path.join(&name).map_err(|source| LayoutError::Name { folder: folder.join_path(&path), source })?;
            let tree = |entry: Option<Entry>| entry.and_then(|entry| entry.as_tree());
            if tree(old).is_some() || tree(new).is_some() {
                waiting.push((below.clone(), tree(old).unwrap_or(empty), tree(new).unwrap_or(empty), depth + 1));
            }
            let leaf = |entry: Option<Entry>| entry.filter(|entry| entry.as_tree().is_none());
            let (old, new) = (leaf(old), leaf(new));
            if old != new {
                found.insert(below, Change { old, new });
            }
        }
        folders += 1;
        if folders + waiting.len() + found.len() > MAX_ENTRIES {
            return Err(LayoutError::TooMany { folder: folder.clone() });
        }
    }
    Ok(found)
}
