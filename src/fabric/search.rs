//! The search for fabric directories in a tree, which does not look again into what an earlier search knows.

use crate::ids::TreeId;
use crate::path::RepoPath;
use crate::snapshot::{Objects, TreeEntry};

use super::kinds::Kinds;
use super::layout::{FabricDir, LayoutError, MAX_ENTRIES, MAX_TREE_DEPTH, is_fabric};

/// What a search came by.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Searched {
    /// The fabric directories, in path order.
    pub dirs: Vec<FabricDir>,
    /// The folders that are none and were looked into, in path order.
    pub folders: Vec<(RepoPath, TreeId)>,
}

impl Searched {
    /// Whether each path is there once, as in all trees that git writes. Of others nothing is known by path.
    pub fn is_plain(&self) -> bool {
        let is_dir = |path: &RepoPath| self.dirs.binary_search_by(|dir| dir.path.cmp(path)).is_ok();
        self.dirs.is_sorted_by(|one, next| one.path < next.path)
            && self.folders.is_sorted_by(|one, next| one.0 < next.0)
            && !self.folders.iter().any(|(path, _)| is_dir(path))
    }

    fn knows_dir(&self, path: &RepoPath, tree: TreeId) -> bool {
        let at = self.dirs.binary_search_by(|dir| dir.path.cmp(path));
        at.is_ok_and(|at| self.dirs[at].tree == tree)
    }

    fn knows_folder(&self, path: &RepoPath, tree: TreeId) -> bool {
        let at = self.folders.binary_search_by(|(known, _)| known.cmp(path));
        at.is_ok_and(|at| self.folders[at].1 == tree)
    }

    /// Takes over what an earlier search found at and below a folder.
    fn take(&mut self, known: &Self, path: &RepoPath) {
        let dirs = below(&known.dirs, path, |dir| &dir.path);
        let folders = below(&known.folders, path, |(folder, _)| folder);
        self.dirs.extend_from_slice(dirs);
        self.folders.extend_from_slice(folders);
    }
}

/// What of a list in path order lies below a path.
fn below<'a, T>(list: &'a [T], path: &RepoPath, path_of: impl Fn(&T) -> &RepoPath) -> &'a [T] {
    if path.is_root() {
        let start = list.partition_point(|item| path_of(item).is_root());
        return &list[start..];
    }
    let end = |last: u8| [path.as_bytes(), &[last]].concat();
    let (first, last) = (end(b'/'), end(b'/' + 1));
    let start = list.partition_point(|item| path_of(item).as_bytes() < first.as_slice());
    let stop = list.partition_point(|item| path_of(item).as_bytes() < last.as_slice());
    &list[start..stop]
}

/// Searches a tree. What `known` found in another is taken over where the same tree stands at the same path.
pub fn search(objects: &dyn Objects, root: TreeId, kinds: &Kinds, known: &Searched) -> Result<Searched, LayoutError> {
    let mut found = Searched::default();
    let mut waiting = vec![(RepoPath::root(), root, 0)];
    while let Some((path, tree, depth)) = waiting.pop() {
        if depth > MAX_TREE_DEPTH {
            return Err(LayoutError::TooDeep { folder: path });
        }
        if known.knows_dir(&path, tree) {
            found.dirs.push(FabricDir { path, tree });
            continue;
        }
        if known.knows_folder(&path, tree) {
            found.take(known, &path);
            found.folders.push((path, tree));
            continue;
        }
        let entries = objects.tree(tree)?;
        if is_fabric(objects, &entries, kinds)? {
            found.dirs.push(FabricDir { path, tree });
            continue;
        }
        for TreeEntry { name, entry } in &entries {
            // A name that git would not check out cannot lie on the way to a fabric directory.
            let (Some(tree), Ok(below)) = (entry.as_tree(), path.join(name)) else { continue };
            waiting.push((below, tree, depth + 1));
        }
        found.folders.push((path, tree));
        if found.folders.len() + waiting.len() > MAX_ENTRIES {
            return Err(LayoutError::TooMany { folder: RepoPath::root() });
        }
    }
    found.dirs.sort_by(|a, b| a.path.cmp(&b.path));
    found.folders.sort();
    if let Some(pair) = found.dirs.windows(2).find(|pair| pair[0].path == pair[1].path) {
        return Err(LayoutError::Unsound { folder: pair[0].path.parent().unwrap_or_default() });
    }
    Ok(found)
}
