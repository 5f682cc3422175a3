//! What the pure core may ask of a repository: commits, trees and blobs by id; how they are stored is git/'s business.

use std::cmp::Ordering;

use crate::ids::{BlobId, Collision, CommitId, Entry, HashKind, TreeId};

/// Read access to a repository's objects. Nothing here can write an object or move a ref.
pub trait Objects {
    /// The kind of hash the repository uses.
    fn hash_kind(&self) -> HashKind;

    /// The commit of this id.
    fn commit(&self, id: CommitId) -> Result<Commit, ReadError>;

    /// The entries of a tree, in the order the tree holds them (git's order, if the tree is sound).
    fn tree(&self, id: TreeId) -> Result<Vec<TreeEntry>, ReadError>;

    /// A blob's bytes.
    fn blob(&self, id: BlobId) -> Result<Vec<u8>, ReadError>;

    /// A blob's size in bytes, without reading it.
    fn blob_size(&self, id: BlobId) -> Result<u64, ReadError>;

    /// Whether history ends at this commit although it names parents (a shallow clone's boundary).
    fn is_shallow_boundary(&self, id: CommitId) -> Result<bool, ReadError>;

    /// A second handle on the same objects, for another thread.
    fn fork(&self) -> Box<dyn Objects + Send + '_>;
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
    /// Git's order of names in a tree: by bytes, a sub-tree as if its name ended in a slash.
    pub fn order(&self, other: &Self) -> Ordering {
        self.order_to(&other.name, other.entry.as_tree().is_some())
    }

    /// As [`TreeEntry::order`], to an entry of this name that is (or is not) a sub-tree.
    pub fn order_to(&self, name: &[u8], is_tree: bool) -> Ordering {
        let common = self.name.len().min(name.len());
        let next = |name: &[u8], is_tree: bool| name.get(common).copied().or(is_tree.then_some(b'/'));
        let here = next(&self.name, self.entry.as_tree().is_some());
        self.name[..common].cmp(&name[..common]).then_with(|| here.cmp(&next(name, is_tree)))
    }
}

/// Whether entries are as git writes them: in order, and no name twice, be it as a file and a folder. Of others, git and hhgit could
/// each see something else.
pub fn is_sound(entries: &[TreeEntry]) -> bool {
    let file = |name: &[u8]| entries.binary_search_by(|entry| entry.order_to(name, false)).is_ok();
    entries.windows(2).all(|pair| pair[0].order(&pair[1]) == Ordering::Less)
        && !entries.iter().any(|entry| entry.entry.as_tree().is_some() && file(&entry.name))
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
