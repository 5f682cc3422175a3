//! All leaves below a folder, by path: what a fabric directory's folders hold.

use std::collections::BTreeMap;

use crate::ids::{Entry, TreeId};
use crate::path::RepoPath;
use crate::snapshot::{Objects, TreeEntry, is_sound};

use super::layout::{LayoutError, MAX_ENTRIES, MAX_TREE_DEPTH};

/// Everything below a folder that is no folder itself, by its path from there.
pub type Leaves = BTreeMap<RepoPath, Entry>;

/// Reads one folder of a fabric directory, whose tree must be as git writes one. `folder` is only named in errors.
pub fn entries(objects: &dyn Objects, tree: TreeId, folder: &RepoPath) -> Result<Vec<TreeEntry>, LayoutError> {
    let entries = objects.tree(tree)?;
    if is_sound(&entries) { Ok(entries) } else { Err(LayoutError::Unsound { folder: folder.clone() }) }
}

/// Reads a folder and all below it. `folder` is only named in errors.
pub fn leaves(objects: &dyn Objects, tree: TreeId, folder: &RepoPath) -> Result<Leaves, LayoutError> {
    let mut found = Vec::new();
    let mut waiting = vec![(RepoPath::root(), tree, 0)];
    let mut folders = 0;
    while let Some((path, tree, depth)) = waiting.pop() {
        if depth > MAX_TREE_DEPTH {
            return Err(LayoutError::TooDeep { folder: folder.join_path(&path) });
        }
        for TreeEntry { name, entry } in entries(objects, tree, &folder.join_path(&path))? {
            let below =
                path.join(&name).map_err(|source| LayoutError::Name { folder: folder.join_path(&path), source })?;
            match entry.as_tree() {
                Some(tree) => waiting.push((below, tree, depth + 1)),
                None => found.push((below, entry)),
            }
        }
        folders += 1;
        if folders + waiting.len() + found.len() > MAX_ENTRIES {
            return Err(LayoutError::TooMany { folder: folder.clone() });
        }
    }
    Ok(found.into_iter().collect())
}
