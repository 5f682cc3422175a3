//! Through commits that are no syncs, backwards: what a file was called before, and what a revert brought back.

use std::cmp::Reverse;

use crate::fabric::changes::{Changes, changes};
use crate::fabric::inventory::leaves;
use crate::fabric::layout::is_yaml_name;
use crate::ids::{BlobId, CommitId};
use crate::modes::ModeError;
use crate::path::RepoPath;
use crate::snapshot::{Commit, Objects};

use super::lineage::{Lineage, one_of};
use super::shelf::Shelf;
use super::text::likeness;

/// How many files that went away are read to see whether one of them is the file that came.
const MOST_READ: usize = 1000;
/// How alike two files must be to be one under two names, in hundredths.
const ALIKE: usize = 50;
/// How many commits are looked through for the one that a commit takes back.
const MOST_BACK: usize = 1000;

/// A file that a commit brought to a path, or changed there.
pub(super) struct Came<'a> {
    pub(super) commit: &'a Commit,
    pub(super) path: &'a RepoPath,
    pub(super) blob: BlobId,
    /// The folder in which copies are looked for.
    pub(super) folder: &'a RepoPath,
}

impl Came<'_> {
    /// What the file was in a parent: a file that went away or stands there still, of the same bytes; one of the documents of
    /// a file that went away; the file that went away and is most alike. Where the parent has a file of this path, only one
    /// that went away and holds these very bytes.
    pub(super) fn from(
        &self,
        shelf: &mut Shelf<'_>,
        parent: &Commit,
        was_there: bool,
    ) -> Result<Option<Lineage>, ModeError> {
        let changes = changes(shelf.reader, Some(parent.tree), Some(self.commit.tree), &RepoPath::root())?;
        let gone: Vec<(&RepoPath, BlobId)> = changes
            .iter()
            .filter(|(_, change)| change.new.is_none())
            .filter_map(|(path, change)| Some((path, change.old?.as_bytes()?)))
            .collect();
        let same = gone.iter().filter(|(_, blob)| *blob == self.blob).map(|(path, _)| (*path).clone());
        let copied = if was_there { None } else { self.copied(shelf, parent)? };
        if let Some(source) = self.nearest(same).or(copied) {
            return Ok(Some(Lineage { source, blob: self.blob, pieces: None }));
        }
        if gone.len() > MOST_READ {
            return Ok(None);
        }
        match self.cut(shelf, &gone)? {
            None if !was_there => self.alike(shelf, &gone),
            found => Ok(found),
        }
    }

    /// Of several files the one of this file's name, else the first.
    fn nearest(&self, paths: impl Iterator<Item = RepoPath>) -> Option<RepoPath> {
        paths.min_by_key(|path| (path.file_name() != self.path.file_name(), path.clone()))
    }

    fn copied(&self, shelf: &Shelf<'_>, parent: &Commit) -> Result<Option<RepoPath>, ModeError> {
        let Some(tree) = crate::fabric::layout::tree_at(shelf.reader, parent.tree, self.folder)? else {
            return Ok(None);
        };
        let all = leaves(shelf.reader, tree, self.folder)?.into_iter();
        let same = all.filter(|(_, entry)| entry.as_bytes() == Some(self.blob));
        Ok(self.nearest(same.map(|(path, _)| self.folder.join_path(&path))))
    }

    fn cut(&self, shelf: &mut Shelf<'_>, gone: &[(&RepoPath, BlobId)]) -> Result<Option<Lineage>, ModeError> {
        let wanted = shelf.text(self.blob)?;
        for (path, blob) in gone.iter().filter(|(path, _)| is_yaml_name(path.file_name())) {
            if shelf.reader.blob_size(*blob)? < wanted.bytes().len() as u64 {
                continue;
            }
            let found = one_of(path, *blob, shelf.text(*blob)?.bytes(), wanted.bytes());
            if found.is_some() {
                return Ok(found);
            }
        }
        Ok(None)
    }

    fn alike(&self, shelf: &mut Shelf<'_>, gone: &[(&RepoPath, BlobId)]) -> Result<Option<Lineage>, ModeError> {
        let text = shelf.text(self.blob)?;
        let length = text.bytes().len() as u64;
        let mut best = None;
        for (path, blob) in gone {
            let size = shelf.reader.blob_size(*blob)?;
            // What is far larger or smaller has too little in common, whatever it holds.
            if size.min(length) * 100 < size.max(length) * ALIKE as u64 {
                continue;
            }
            let alike = likeness(&*shelf.text(*blob)?, &text);
            let rank = Reverse((alike, path.file_name() == self.path.file_name(), Reverse(*path)));
            if alike >= ALIKE && best.as_ref().is_none_or(|(other, _)| rank < *other) {
                best = Some((rank, *blob));
            }
        }
        Ok(best.map(|(Reverse((_, _, Reverse(path))), blob)| Lineage { source: path.clone(), blob, pieces: None }))
    }

    /// The commit before the one that this commit takes back, where both have the file as it is: the last first-parent commit
    /// that changed it changed other files as well, and some of those are again what they were.
    pub(super) fn back(&self, shelf: &mut Shelf<'_>) -> Result<Option<CommitId>, ModeError> {
        let Some(parent) = self.commit.parents.first().copied() else { return Ok(None) };
        let parent = shelf.commit(parent)?;
        let own = changes(shelf.reader, Some(parent.tree), Some(self.commit.tree), &RepoPath::root())?;
        if own.len() < 2 {
            return Ok(None);
        }
        let mut taken = std::rc::Rc::clone(&parent);
        for _ in 0..MOST_BACK {
            let Some(before) = taken.parents.first().copied() else { return Ok(None) };
            let before = shelf.commit(before)?;
            let was = shelf.file(before.tree, self.path)?;
            if was != shelf.file(taken.tree, self.path)? {
                let is_same = was == Some(self.blob);
                let done =
                    is_same.then(|| changes(shelf.reader, Some(before.tree), Some(taken.tree), &RepoPath::root()));
                let Some(done) = done.transpose()? else { return Ok(None) };
                let is_back = self.takes_back(shelf, &parent, &done)?;
                return Ok(is_back.then_some(before.id));
            }
            taken = before;
        }
        Ok(None)
    }

    fn takes_back(&self, shelf: &mut Shelf<'_>, parent: &Commit, done: &Changes) -> Result<bool, ModeError> {
        for (path, change) in done.iter().filter(|(path, _)| *path != self.path) {
            if shelf.entry(self.commit.tree, path)? == change.old && shelf.entry(parent.tree, path)? != change.old {
                return Ok(true);
            }
        }
        Ok(false)
    }
}
