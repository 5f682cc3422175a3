//! What was read of a history, kept for as long as somebody follows a file through it: commits, what stands at paths, texts.

use std::collections::BTreeMap;
use std::rc::Rc;

use crate::git::Reader;
use crate::ids::{BlobId, CommitId, Entry, TreeId};
use crate::modes::ModeError;
use crate::path::RepoPath;
use crate::snapshot::{Commit, Objects};

use super::text::Text;

/// How many texts are kept: a file's versions are compared two at a time, and those of a few files in turn.
const TEXTS: usize = 8;

/// What was read of a history.
#[derive(Debug)]
pub(in crate::modes) struct Shelf<'a> {
    pub(in crate::modes) reader: &'a Reader,
    commits: BTreeMap<CommitId, Rc<Commit>>,
    /// What stands under the names that were asked for, by tree: most commits leave most trees as they are.
    names: BTreeMap<TreeId, BTreeMap<Vec<u8>, Option<Entry>>>,
    texts: Vec<(BlobId, Rc<Text>)>,
}

impl<'a> Shelf<'a> {
    /// Reads from here.
    pub(in crate::modes) fn new(reader: &'a Reader) -> Self {
        Self { reader, commits: BTreeMap::new(), names: BTreeMap::new(), texts: Vec::new() }
    }

    /// A commit. At a shallow clone's boundary it has no parents; [`Shelf::is_cut`] tells.
    pub(in crate::modes) fn commit(&mut self, id: CommitId) -> Result<Rc<Commit>, ModeError> {
        if let Some(known) = self.commits.get(&id) {
            return Ok(Rc::clone(known));
        }
        let mut commit = self.reader.commit(id)?;
        if self.is_cut(id)? {
            commit.parents.clear();
        }
        let commit = Rc::new(commit);
        self.commits.insert(id, Rc::clone(&commit));
        Ok(commit)
    }

    /// Whether history ends at a commit for want of what was before.
    pub(in crate::modes) fn is_cut(&self, id: CommitId) -> Result<bool, ModeError> {
        Ok(self.reader.is_shallow_boundary(id)?)
    }

    /// What stands at a path of a tree.
    pub(in crate::modes) fn entry(&mut self, root: TreeId, path: &RepoPath) -> Result<Option<Entry>, ModeError> {
        let mut found = None;
        let mut tree = Some(root);
        for name in path.components() {
            let Some(at) = tree else { return Ok(None) };
            found = self.child(at, name)?;
            tree = found.and_then(|entry| entry.as_tree());
        }
        Ok(found)
    }

    fn child(&mut self, tree: TreeId, name: &[u8]) -> Result<Option<Entry>, ModeError> {
        if let Some(known) = self.names.get(&tree).and_then(|names| names.get(name)) {
            return Ok(*known);
        }
        let entries = self.reader.tree(tree)?;
        let found = entries.into_iter().find(|entry| entry.name == name).map(|entry| entry.entry);
        self.names.entry(tree).or_default().insert(name.to_vec(), found);
        Ok(found)
    }

    /// The file at a path of a tree; a symbolic link is one whose text is where it leads.
    pub(in crate::modes) fn file(&mut self, root: TreeId, path: &RepoPath) -> Result<Option<BlobId>, ModeError> {
        Ok(self.entry(root, path)?.and_then(|entry| entry.as_bytes()))
    }

    /// A file's lines.
    pub(in crate::modes) fn text(&mut self, blob: BlobId) -> Result<Rc<Text>, ModeError> {
        if let Some((_, known)) = self.texts.iter().find(|(id, _)| *id == blob) {
            return Ok(Rc::clone(known));
        }
        let text = Rc::new(Text::new(self.reader.blob(blob)?));
        if self.texts.len() == TEXTS {
            self.texts.remove(0);
        }
        self.texts.push((blob, Rc::clone(&text)));
        Ok(text)
    }
}
