//! What the pure core may ask of a repository: commits, trees and blobs by id; how they are stored is git/'s business.

use std::cmp::Ordering;
use std::collections::{BTreeMap, VecDeque};
use std::sync::{Arc, Mutex, PoisonError};

use crate::ids::{BlobId, Collision, CommitId, Entry, HashKind, TreeId};
use crate::path::RepoPath;

/// Read access to a repository's objects. Nothing here can write an object or move a ref.
pub trait Objects {
    /// The kind of hash the repository uses.
    fn hash_kind(&self) -> HashKind;

    /// The commit of this id.
    fn commit(&self, id: CommitId) -> Result<Commit, ReadError>;

    /// The entries of a tree, in the order the tree holds them (git's order, if the tree is sound).
    fn tree(&self, id: TreeId) -> Result<Vec<TreeEntry>, ReadError>;

    /// The names under which two trees hold different things. The second must be in git's order, each name once.
    fn tree_diff(&self, old: TreeId, new: TreeId) -> Result<TreeDiff, ReadError> {
        let (before, after) = (self.tree(old)?, self.tree(new)?);
        diff(before.iter().map(TreeEntry::as_ref), after.iter().map(TreeEntry::as_ref))
            .map_err(|Unordered| unordered(new))
    }

    /// A blob's bytes.
    fn blob(&self, id: BlobId) -> Result<Vec<u8>, ReadError>;

    /// A blob's size in bytes, without reading it.
    fn blob_size(&self, id: BlobId) -> Result<u64, ReadError>;

    /// Whether history ends at this commit although it names parents (a shallow clone's boundary).
    fn is_shallow_boundary(&self, id: CommitId) -> Result<bool, ReadError>;

    /// What walks back through history have found so far; none for whoever asks of one commit alone.
    fn walked(&self) -> Option<&Walked> {
        None
    }

    /// A second handle on the same objects, for another thread.
    fn fork(&self) -> Box<dyn Objects + Send + '_>;
}

/// By path, the nearest commit, back through first parents, that changed what stands there; the root commit where none did.
pub type LastChanges = BTreeMap<RepoPath, CommitId>;

/// What walks back through history have found, for whoever looks at one commit after the other.
#[derive(Debug, Default)]
pub struct Walked(Mutex<VecDeque<(CommitId, Arc<LastChanges>)>>);

impl Walked {
    /// How many commits are remembered: enough for the nearest parents of whatever is looked at next.
    const KEPT: usize = 64;

    /// What was found from a commit on, as far as anybody asked.
    pub fn from(&self, commit: CommitId) -> Option<Arc<LastChanges>> {
        let known = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        known.iter().rev().find(|(id, _)| *id == commit).map(|(_, found)| Arc::clone(found))
    }

    /// Remembers what was found from a commit on.
    pub fn put(&self, commit: CommitId, found: LastChanges) {
        let mut known = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some((_, earlier)) = known.iter_mut().rev().find(|(id, _)| *id == commit) {
            return Arc::make_mut(earlier).extend(found);
        }
        if known.len() == Self::KEPT {
            known.pop_front();
        }
        known.push_back((commit, Arc::new(found)));
    }
}

/// One entry of a tree.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TreeEntry {
    /// The entry's name, as the tree spells it; a hostile tree may hold names git would refuse.
    pub name: Vec<u8>,
    /// What the name stands for.
    pub entry: Entry,
}

impl TreeEntry {
    /// The entry with its name borrowed.
    pub fn as_ref(&self) -> EntryRef<'_> {
        EntryRef { name: &self.name, entry: self.entry }
    }
}

/// What two trees hold under the names in which they differ: the first, then the second.
pub type TreeDiff = BTreeMap<Vec<u8>, (Option<Entry>, Option<Entry>)>;

/// One entry of a tree, its name borrowed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct EntryRef<'a> {
    /// The entry's name.
    pub name: &'a [u8],
    /// What the name stands for.
    pub entry: Entry,
}

/// A tree's entries are not in git's order, or a name is there twice: what it holds depends on who looks.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Unordered;

/// What is said of a tree whose entries are out of order.
pub fn unordered(tree: TreeId) -> ReadError {
    let reason = "its entries are out of order or doubled, so what it holds depends on who looks".to_owned();
    ReadError::Corrupt { kind: "tree", id: tree.to_string(), reason }
}

/// Compares two trees by their entries; the second's order is checked on the way.
pub fn diff<'a>(
    old: impl Iterator<Item = EntryRef<'a>>,
    new: impl Iterator<Item = EntryRef<'a>>,
) -> Result<TreeDiff, Unordered> {
    let mut found = TreeDiff::new();
    let mut old = old.peekable();
    let mut before = Names::default();
    for entry in new {
        before.take(entry)?;
        if old.next_if_eq(&entry).is_some() {
            continue;
        }
        while let Some(gone) = old.next_if(|one| one.order(&entry) == Ordering::Less) {
            found.entry(gone.name.to_vec()).or_default().0 = Some(gone.entry);
        }
        if old.next_if_eq(&entry).is_some() {
            continue;
        }
        found.entry(entry.name.to_vec()).or_default().1 = Some(entry.entry);
    }
    for gone in old {
        found.entry(gone.name.to_vec()).or_default().0 = Some(gone.entry);
    }
    found.retain(|_, (old, new)| old != new);
    Ok(found)
}

/// Whether entries are as git writes them: in order, and no name twice, be it as a file and a folder.
pub fn is_sound(entries: &[TreeEntry]) -> bool {
    let mut before = Names::default();
    entries.iter().all(|entry| before.take(entry.as_ref()).is_ok())
}

/// The names of a tree that came so far, as much of them as tells whether the next may follow.
#[derive(Default)]
struct Names<'a> {
    last: Option<EntryRef<'a>>,
    /// Files whose names the last one starts with: a folder of such a name may still come, and would be it a second time.
    files: Vec<&'a [u8]>,
}

impl<'a> Names<'a> {
    fn take(&mut self, entry: EntryRef<'a>) -> Result<(), Unordered> {
        if self.last.is_some_and(|last| last.order(&entry) != Ordering::Less || last.name == entry.name) {
            return Err(Unordered);
        }
        self.last = Some(entry);
        while self.files.last().is_some_and(|file| !entry.name.starts_with(file)) {
            self.files.pop();
        }
        match entry.entry.as_tree() {
            Some(_) if self.files.contains(&entry.name) => return Err(Unordered),
            Some(_) => {}
            None => self.files.push(entry.name),
        }
        Ok(())
    }
}

impl EntryRef<'_> {
    /// Git's order of entries: by name, a folder's as if it ended in a slash.
    fn order(&self, other: &Self) -> Ordering {
        let shorter = self.name.len().min(other.name.len());
        let next = |one: &Self| one.name.get(shorter).copied().or(one.entry.as_tree().map(|_| b'/'));
        self.name[..shorter].cmp(&other.name[..shorter]).then_with(|| next(self).cmp(&next(other)))
    }
}

/// A moment as git records it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Time {
    /// Seconds since 1970-01-01 00:00 UTC.
    pub seconds: i64,
    /// The time zone's distance from UTC in seconds, east positive.
    pub offset: i32,
}

/// What hhgit needs of a commit.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Commit {
    /// The commit's id.
    pub id: CommitId,
    /// The commit's tree.
    pub tree: TreeId,
    /// The parents, first parent first; none at a root commit.
    pub parents: Vec<CommitId>,
    /// When it was committed.
    pub committed: Time,
    /// The whole message.
    pub message: Vec<u8>,
}

/// Why an object could not be read. Absence, a wrong type and damage are different things, and named so.
#[derive(Debug, thiserror::Error)]
pub enum ReadError {
    /// The object is not in the repository.
    #[error("{kind} {id} is missing from the repository{}", hint(.partial))]
    Missing {
        /// What was looked for: `commit`, `tree` or `blob`.
        kind: &'static str,
        /// Its id.
        id: String,
        /// Whether the repository is a partial clone, which lacks objects by design.
        partial: bool,
    },
    /// The object is there, but is of another type.
    #[error("object {id} is a {actual}, not a {expected}; the repository is damaged or hostile, look with: git fsck")]
    WrongType {
        /// Its id.
        id: String,
        /// The type asked for.
        expected: &'static str,
        /// The type found.
        actual: String,
    },
    /// The object is there, but cannot be decoded.
    #[error("{kind} {id} cannot be decoded: {reason}; look with: git fsck")]
    Corrupt {
        /// `commit`, `tree` or `blob`.
        kind: &'static str,
        /// Its id.
        id: String,
        /// What is wrong with it.
        reason: String,
    },
    /// The object is larger than what is read whole.
    #[error("{kind} {id} is larger than hhgit reads: {what}")]
    TooLarge {
        /// `commit`, `tag`, `tree` or `blob`.
        kind: &'static str,
        /// Its id.
        id: String,
        /// How large it is, how large it may be, and what to do.
        what: String,
    },
    /// The object database could not be read.
    #[error("reading {kind} {id} failed")]
    Io {
        /// `commit`, `tree` or `blob`.
        kind: &'static str,
        /// Its id.
        id: String,
        /// What the object database said.
        #[source]
        source: Box<dyn std::error::Error + Send + Sync>,
    },
    /// The content's hash cannot be trusted.
    #[error(transparent)]
    Collision(#[from] Collision),
}

fn hint(partial: &bool) -> &'static str {
    if *partial {
        "; this is a partial clone, fetch the rest first: git fetch --refetch --no-filter"
    } else {
        "; the repository is damaged, look with: git fsck"
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ids::{Mode, ObjectId};

    fn id(byte: u8) -> ObjectId {
        ObjectId::try_from(&[byte; 20][..]).expect("twenty bytes are an object id")
    }

    /// A tree as `name=content`, a folder's name with a slash at its end.
    fn tree(text: &str) -> Vec<TreeEntry> {
        let entry = |part: &str| {
            let (name, content) = part.split_once('=').expect("a name and a content");
            let mode = if name.ends_with('/') { Mode::TREE } else { Mode::FILE };
            let entry = Entry { mode, id: id(content.as_bytes()[0]) };
            TreeEntry { name: name.trim_end_matches('/').as_bytes().to_vec(), entry }
        };
        text.split_whitespace().map(entry).collect()
    }

    fn differing(old: &str, new: &str) -> Result<Vec<String>, Unordered> {
        let (old, new) = (tree(old), tree(new));
        let found = diff(old.iter().map(TreeEntry::as_ref), new.iter().map(TreeEntry::as_ref))?;
        let shown = |(name, (old, new)): (Vec<u8>, (Option<Entry>, Option<Entry>))| {
            let kind = |entry: Option<Entry>| match entry {
                None => "nothing",
                Some(entry) if entry.as_tree().is_some() => "folder",
                Some(_) => "file",
            };
            format!("{}: {} to {}", String::from_utf8_lossy(&name), kind(old), kind(new))
        };
        Ok(found.into_iter().map(shown).collect())
    }

    #[test]
    fn trees_differ_where_a_name_holds_something_else() {
        let said = differing("a=1 b=1 c/=1 d=1", "a=1 b=2 c/=2 e=1");
        let wanted = ["b: file to file", "c: folder to folder", "d: file to nothing", "e: nothing to file"];
        assert_eq!(said, Ok(wanted.map(str::to_owned).to_vec()));
        assert_eq!(differing("a=1 a-b=1", "a-b=1 a/=1"), Ok(vec!["a: file to folder".to_owned()]));
        assert_eq!(differing("", ""), Ok(Vec::new()));
    }

    #[test]
    fn a_tree_that_git_would_not_make_is_refused() {
        for bad in ["b=1 a=1", "a=1 a=2", "a=1 a-b=1 a/=1", "a/=1 a-b=1"] {
            assert_eq!(differing("", bad), Err(Unordered), "{bad}");
        }
        assert!(differing("b=1 a=1", "a=1").is_ok(), "what was there before is taken as it is");
    }
}
