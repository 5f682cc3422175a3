//! One path's change: what stands there, what shall stand there.

use crate::ids::{BlobId, Entry, Mode, ObjectId, TreeId};
use crate::report::EditRow;

/// What one path changes from and to; never the same on both sides.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Edit {
    /// What the input tree holds at the path; never a tree.
    pub from: Option<Entry>,
    /// What the output tree shall hold there; none takes the entry away.
    pub to: Option<Target>,
}

impl Edit {
    /// The edit as reports show it.
    pub fn row(&self) -> EditRow {
        EditRow { from: self.from, to: self.to.as_ref().map(Target::entry) }
    }
}

/// What shall stand at a path.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Target {
    /// Its mode.
    pub mode: Mode,
    /// Its content.
    pub content: Content,
}

/// Where an entry's content comes from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Content {
    /// An object that the input tree names already, moved by its id alone.
    Existing(ObjectId),
    /// New bytes, with the id git will give them.
    New {
        /// The blob's id, computed from the bytes.
        id: BlobId,
        /// The blob's bytes.
        bytes: Vec<u8>,
    },
}

/// A folder to which edits have been applied, so that they need not be held: what it is now, and what of that is new.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Applied {
    /// Its new tree.
    pub tree: TreeId,
    /// The new trees, sub-trees before those that hold them.
    pub trees: Vec<(TreeId, Vec<u8>)>,
    /// The new blobs.
    pub blobs: Vec<(BlobId, Vec<u8>)>,
}

impl Target {
    /// The entry that the output tree will hold.
    pub fn entry(&self) -> Entry {
        let id = match &self.content {
            Content::Existing(id) => *id,
            Content::New { id, .. } => id.object(),
        };
        Entry { mode: self.mode, id }
    }
}
