//! The edits of one fabric directory while they are being made; what ends as it began is no edit.

use std::collections::BTreeMap;

use crate::ids::{BlobId, Entry, HashKind, Mode, ObjectId};
use crate::path::RepoPath;

use super::edit::{Content, Edit, Target};
use super::error::PlanError;

/// Edits by path below the fabric directory. A later word about a path replaces an earlier one.
#[derive(Debug)]
pub(super) struct Desk {
    hash: HashKind,
    words: BTreeMap<RepoPath, Option<Target>>,
}

impl Desk {
    pub(super) fn new(hash: HashKind) -> Self {
        Self { hash, words: BTreeMap::new() }
    }

    /// Takes an entry away, unless something was put there already.
    pub(super) fn remove(&mut self, path: &RepoPath) {
        self.words.entry(path.clone()).or_insert(None);
    }

    /// Puts an object that the tree names already.
    pub(super) fn put_existing(&mut self, path: RepoPath, mode: Mode, id: ObjectId) {
        self.words.insert(path, Some(Target { mode, content: Content::Existing(id) }));
    }

    /// Puts new bytes.
    pub(super) fn put_new(&mut self, path: RepoPath, mode: Mode, bytes: Vec<u8>) -> Result<Entry, PlanError> {
        let id = BlobId::of(self.hash, &bytes)?;
        let target = Target { mode, content: Content::New { id, bytes } };
        let entry = target.entry();
        self.words.insert(path, Some(target));
        Ok(entry)
    }

    /// Whether a path ends up empty by this desk's word.
    pub(super) fn removes(&self, path: &RepoPath) -> bool {
        matches!(self.words.get(path), Some(None))
    }

    /// What the desk has to say of paths, in order.
    pub(super) fn words(&self) -> impl Iterator<Item = (&RepoPath, &Option<Target>)> {
        self.words.iter()
    }

    /// What the desk has to say of paths in a folder at the top, by their bytes from there, in order.
    pub(super) fn words_in(&self, folder: &'static str) -> impl Iterator<Item = (&[u8], &Option<Target>)> {
        let words = self.words.range(RepoPath::root().child(folder)..);
        words
            .map_while(move |(path, target)| Some((path.as_bytes().strip_prefix(folder.as_bytes())?, target)))
            .filter_map(|(below, target)| Some((below.strip_prefix(b"/")?, target)))
    }

    /// The edits, given what stands at each path now.
    pub(super) fn finish(self, now: impl Fn(&RepoPath) -> Option<Entry>) -> BTreeMap<RepoPath, Edit> {
        let edit = |(path, to): (RepoPath, Option<Target>)| {
            let from = now(&path);
            (from != to.as_ref().map(Target::entry)).then_some((path, Edit { from, to }))
        };
        self.words.into_iter().filter_map(edit).collect()
    }
}
