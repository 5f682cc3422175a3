//! Objects as no porcelain would make them: any bytes as any kind, trees of any names in any order, folders by hand.
#![allow(
    dead_code,
    unreachable_pub,
    clippy::unwrap_used,
    reason = "each test uses its own part of this; a test may unwrap"
)]

use std::collections::BTreeMap;
use std::path::Path;

use gix::objs::{Kind, Write};

pub use gix::ObjectId;

pub const FILE: &str = "100644";
pub const LINK: &str = "120000";
pub const SUBMODULE: &str = "160000";
pub const TREE: &str = "40000";

/// Writes loose objects as they are told to be.
pub struct Maker {
    store: gix::odb::loose::Store,
}

/// What stands at a name.
#[derive(Clone)]
pub enum Thing {
    /// A file of these bytes.
    File(Vec<u8>),
    /// An object that was made before, or was not, by its mode in the tree.
    Made(&'static str, ObjectId),
    /// A folder.
    Folder(Folder),
}

/// A folder's names.
pub type Folder = BTreeMap<Vec<u8>, Thing>;

/// A file of this text.
pub fn file(text: impl Into<Vec<u8>>) -> Thing {
    Thing::File(text.into())
}

/// Puts something at a path, making the folders on the way; a file that stands there goes.
pub fn put(folder: &mut Folder, path: impl AsRef<[u8]>, thing: Thing) {
    let path = path.as_ref();
    let Some(slash) = path.iter().position(|byte| *byte == b'/') else {
        folder.insert(path.to_vec(), thing);
        return;
    };
    let (name, rest) = (&path[..slash], &path[slash + 1..]);
    let below = folder.entry(name.to_vec()).or_insert_with(|| Thing::Folder(Folder::new()));
    if !matches!(below, Thing::Folder(_)) {
        *below = Thing::Folder(Folder::new());
    }
    if let Thing::Folder(below) = below {
        put(below, rest, thing);
    }
}

impl Maker {
    /// A maker of objects in a repository.
    pub fn new(git_dir: &Path) -> Self {
        Self { store: gix::odb::loose::Store::at(git_dir.join("objects"), gix::hash::Kind::Sha1) }
    }

    pub fn blob(&self, bytes: &[u8]) -> ObjectId {
        self.store.write_buf(Kind::Blob, bytes).unwrap()
    }

    /// A tree of these bytes, whatever they mean.
    pub fn raw_tree(&self, bytes: &[u8]) -> ObjectId {
        self.store.write_buf(Kind::Tree, bytes).unwrap()
    }

    /// A tree of these entries, in this order.
    pub fn tree(&self, entries: &[(&str, &[u8], ObjectId)]) -> ObjectId {
        let bytes: Vec<u8> = entries.iter().flat_map(|(mode, name, id)| entry(mode, name, *id)).collect();
        self.raw_tree(&bytes)
    }

    /// A folder, and all in it.
    pub fn folder(&self, folder: &Folder) -> ObjectId {
        let mut entries: Vec<(Vec<u8>, Vec<u8>)> = Vec::new();
        for (name, thing) in folder {
            let (mode, id) = match thing {
                Thing::File(bytes) => (FILE, self.blob(bytes)),
                Thing::Made(mode, id) => (*mode, *id),
                Thing::Folder(below) => (TREE, self.folder(below)),
            };
            // Git orders a folder's name as if a slash were its last byte.
            let key = if mode == TREE { [name, &b"/"[..]].concat() } else { name.clone() };
            entries.push((key, entry(mode, name, id)));
        }
        entries.sort();
        self.raw_tree(&entries.into_iter().flat_map(|(_, bytes)| bytes).collect::<Vec<u8>>())
    }

    /// A commit of this tree.
    pub fn commit(&self, tree: ObjectId, parents: &[ObjectId]) -> ObjectId {
        let parents: String = parents.iter().map(|parent| format!("parent {parent}\n")).collect();
        let who = "Tester <tester@localhost> 1700000000 +0000";
        self.raw_commit(format!("tree {tree}\n{parents}author {who}\ncommitter {who}\n\nattack\n").as_bytes())
    }

    /// A commit of these bytes, whatever they mean.
    pub fn raw_commit(&self, bytes: &[u8]) -> ObjectId {
        self.store.write_buf(Kind::Commit, bytes).unwrap()
    }

    /// The id of an object that nobody has.
    pub fn missing(&self) -> ObjectId {
        ObjectId::from_hex(b"00000000000000000000000000000000deadbeef").unwrap()
    }
}

/// One entry's bytes.
fn entry(mode: &str, name: &[u8], id: ObjectId) -> Vec<u8> {
    [mode.as_bytes(), b" ", name, b"\0", id.as_slice()].concat()
}
