//! The fabric directories of many commits: each tree is looked into once, however many commits share it.

use std::cell::RefCell;
use std::collections::BTreeMap;
use std::rc::Rc;

use crate::fabric::kinds::Kinds;
use crate::fabric::layout::{FabricDir, LayoutError, MAX_TREE_DEPTH, is_fabric};
use crate::git::Reader;
use crate::ids::TreeId;
use crate::path::RepoPath;
use crate::snapshot::{Objects, TreeEntry};

/// Fabric directories by the tree they are found in, their paths from there.
pub(super) struct Dirs<'a> {
    reader: &'a Reader,
    kinds: Kinds,
    known: RefCell<BTreeMap<TreeId, Rc<[FabricDir]>>>,
}

impl<'a> Dirs<'a> {
    pub(super) fn new(reader: &'a Reader) -> Self {
        Self { reader, kinds: Kinds::builtin(), known: RefCell::default() }
    }

    /// The fabric directories of a commit's tree.
    pub(super) fn of(&self, root: TreeId) -> Result<Rc<[FabricDir]>, LayoutError> {
        self.below(root, 0)
    }

    fn below(&self, tree: TreeId, depth: usize) -> Result<Rc<[FabricDir]>, LayoutError> {
        if let Some(found) = self.known.borrow().get(&tree) {
            return Ok(Rc::clone(found));
        }
        if depth > MAX_TREE_DEPTH {
            return Err(LayoutError::TooDeep { folder: RepoPath::root() });
        }
        let found = self.search(tree, depth)?;
        self.known.borrow_mut().insert(tree, Rc::clone(&found));
        Ok(found)
    }

    fn search(&self, tree: TreeId, depth: usize) -> Result<Rc<[FabricDir]>, LayoutError> {
        let entries = self.reader.tree(tree)?;
        if is_fabric(self.reader, &entries, &self.kinds)? {
            return Ok(Rc::new([FabricDir { path: RepoPath::root(), tree }]));
        }
        let mut found = Vec::new();
        for TreeEntry { name, entry } in &entries {
            // A name that git would not check out cannot lie on the way to a fabric directory.
            let (Some(tree), Ok(folder)) = (entry.as_tree(), RepoPath::root().join(name)) else { continue };
            let inside = self.below(tree, depth + 1)?;
            found.extend(inside.iter().map(|dir| FabricDir { path: folder.join_path(&dir.path), tree: dir.tree }));
        }
        Ok(found.into())
    }
}
