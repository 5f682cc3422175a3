//! Git's object ids, hash kinds and file modes as types; hashing only, no I/O.

use std::fmt;

/// The kind of hash a repository names its objects by.
pub use gix::hash::Kind as HashKind;
/// An object id of either hash kind whose object type is not (yet) known.
pub use gix::hash::ObjectId;

/// Bytes whose id cannot be trusted: SHA-1 found signs of a collision attack in them.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("the content carries a SHA-1 collision attack and has no trustworthy object id; remove it from the repository")]
pub struct Collision;

macro_rules! id {
    ($(#[$doc:meta])* $name:ident) => {
        $(#[$doc])*
        #[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub struct $name(ObjectId);

        impl $name {
            /// Takes an id whose object is known to be of this type.
            pub fn new(id: ObjectId) -> Self {
                Self(id)
            }

            /// The id without its type.
            pub fn object(self) -> ObjectId {
                self.0
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                self.0.fmt(f)
            }
        }

        impl fmt::Debug for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                write!(f, concat!(stringify!($name), "({})"), self.0)
            }
        }
    };
}

id!(
    /// The id of a commit.
    CommitId
);
id!(
    /// The id of a tree.
    TreeId
);
id!(
    /// The id of a blob.
    BlobId
);

impl CommitId {
    /// The first digits, as people read them; not enough to name the commit for good.
    pub fn short(self) -> String {
        self.0.to_hex_with_len(7).to_string()
    }
}

impl BlobId {
    /// The id git gives these bytes.
    pub fn of(kind: HashKind, bytes: &[u8]) -> Result<Self, Collision> {
        hash(kind, gix::objs::Kind::Blob, bytes).map(Self)
    }
}

impl TreeId {
    /// The id git gives a tree of these serialised entries.
    pub fn of(kind: HashKind, bytes: &[u8]) -> Result<Self, Collision> {
        hash(kind, gix::objs::Kind::Tree, bytes).map(Self)
    }

    /// The id of the tree that holds nothing.
    pub fn empty(kind: HashKind) -> Self {
        Self(ObjectId::empty_tree(kind))
    }
}

impl CommitId {
    /// The id git gives a commit of these bytes.
    pub fn of(kind: HashKind, bytes: &[u8]) -> Result<Self, Collision> {
        hash(kind, gix::objs::Kind::Commit, bytes).map(Self)
    }
}

fn hash(kind: HashKind, object: gix::objs::Kind, bytes: &[u8]) -> Result<ObjectId, Collision> {
    gix::objs::compute_hash(kind, object, bytes).map_err(|_| Collision)
}

/// The SHA-256 of these bytes in lower-case hexadecimal, whatever hash the repository uses.
pub fn sha256_hex(bytes: &[u8]) -> String {
    let mut hasher = gix::hash::hasher(HashKind::Sha256);
    hasher.update(bytes);
    let id = hasher.try_finalize().expect("SHA-256 has no collision detection that could refuse");
    id.to_string()
}

/// The SHA-256 of these bytes.
pub fn sha256(bytes: &[u8]) -> [u8; 32] {
    let mut hasher = gix::hash::hasher(HashKind::Sha256);
    hasher.update(bytes);
    let id = hasher.try_finalize().expect("SHA-256 has no collision detection that could refuse");
    let mut digest = [0; 32];
    digest.copy_from_slice(id.as_bytes());
    digest
}

/// A tree entry's mode exactly as the tree spells it, legacy values included.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Mode(u16);

/// What a mode says an entry is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ModeKind {
    /// A sub-tree.
    Tree,
    /// A file, executable or not.
    File,
    /// A symbolic link.
    Symlink,
    /// A commit of another repository (submodule), which is also what git takes every mode for that it does not know.
    Submodule,
}

impl Mode {
    /// A file that is not executable.
    pub const FILE: Self = Self(0o100644);
    /// An executable file.
    pub const EXECUTABLE: Self = Self(0o100755);
    /// A symbolic link.
    pub const SYMLINK: Self = Self(0o120000);
    /// A submodule.
    pub const SUBMODULE: Self = Self(0o160000);
    /// A sub-tree.
    pub const TREE: Self = Self(0o040000);

    /// A mode by its value.
    pub fn new(value: u16) -> Self {
        Self(value)
    }

    /// The mode's value.
    pub fn value(self) -> u16 {
        self.0
    }

    /// What the mode stands for.
    pub fn kind(self) -> ModeKind {
        match self.0 & 0o170000 {
            0o040000 => ModeKind::Tree,
            0o100000 => ModeKind::File,
            0o120000 => ModeKind::Symlink,
            _ => ModeKind::Submodule,
        }
    }
}

impl fmt::Display for Mode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:06o}", self.0)
    }
}

impl fmt::Debug for Mode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Mode({:06o})", self.0)
    }
}

/// What stands at a path: a mode and an object id.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Entry {
    /// The entry's mode.
    pub mode: Mode,
    /// The entry's object.
    pub id: ObjectId,
}

impl Entry {
    /// The blob's id, if the entry is a regular file.
    pub fn as_file(&self) -> Option<BlobId> {
        (self.mode.kind() == ModeKind::File).then(|| BlobId::new(self.id))
    }

    /// The id of its bytes, if the entry has any of its own: a regular file's, or where a symbolic link leads.
    pub fn as_bytes(&self) -> Option<BlobId> {
        matches!(self.mode.kind(), ModeKind::File | ModeKind::Symlink).then(|| BlobId::new(self.id))
    }

    /// The tree's id, if the entry is a tree.
    pub fn as_tree(&self) -> Option<TreeId> {
        (self.mode.kind() == ModeKind::Tree).then(|| TreeId::new(self.id))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_are_the_ones_git_computes() {
        let id = BlobId::of(HashKind::Sha1, b"").map(|id| id.to_string());
        assert_eq!(id, Ok("e69de29bb2d1d6434b8b29ae775ad8c2e48c5391".to_string()));
        assert_eq!(sha256_hex(b""), "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
    }

    #[test]
    fn a_mode_is_shown_as_git_shows_it() {
        assert_eq!(Mode::TREE.to_string(), "040000");
        assert_eq!(Mode::FILE.to_string(), "100644");
        assert_eq!(Mode::new(0o100664).kind(), ModeKind::File);
    }

    #[test]
    fn a_mode_that_git_does_not_know_is_a_submodule_to_it() {
        for (value, kind) in [(0o100664, ModeKind::File), (0o777, ModeKind::Submodule), (0o170000, ModeKind::Submodule)]
        {
            assert_eq!(Mode::new(value).kind(), kind, "{value:o}");
        }
    }
}
