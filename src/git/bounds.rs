//! How large an object may be that is read whole, and the object databases that unpack nothing larger: they look at what an object and
//! all that it is packed as a change of say of their size before they ask for memory.

use std::path::Path;

use gix::error::{Class, ResourceExhaustionKind};
use gix::objs::Kind;

use super::open::SLOTS;
use crate::ids::{HashKind, ObjectId, TreeId};
use crate::snapshot::ReadError;

/// The most bytes that a folder unpacks to: two million entries, more than any walk takes, with names of forty bytes.
pub(super) const MOST: usize = 128 << 20;
/// The most bytes that a commit or tag unpacks to: its message, its headers and signatures.
const MOST_WORDS: u64 = 16 << 20;
/// The most entries that a folder may have, whatever their names: as many as a walk takes in all.
pub(super) const MOST_ENTRIES: usize = 2_000_000;
/// The most bytes that a file, which is asked for its size before it is read, may be packed as a change of: git itself makes no changes of
/// larger ones (core.bigFileThreshold).
const MOST_BASE: u64 = 512 << 20;

/// How gix calls it where an object is larger than its database unpacks; that the system has no memory is another thing.
pub(super) const LIMIT: Class = Class::ResourceExhaustion(ResourceExhaustionKind::AllocationLimit);

/// The most bytes that an object of this kind unpacks to.
pub(super) fn most(kind: Kind) -> u64 {
    match kind {
        Kind::Tree => MOST as u64,
        Kind::Commit | Kind::Tag => MOST_WORDS,
        // Asked for its size before it is read, where it is anybody's.
        Kind::Blob => u64::MAX,
    }
}

/// Opens repositories so that theirs unpack nothing larger either, whatever the environment says, which gix would have go before.
pub(super) fn bounded(mut permissions: gix::open::Permissions) -> gix::open::Options {
    permissions.env.objects = gix::sec::Permission::Deny;
    let most = format!("gitoxide.objects.allocLimit={MOST}");
    gix::open::Options::default().permissions(permissions).config_overrides([most])
}

/// An object database that unpacks nothing larger than a folder may be.
pub(super) fn objects(dir: &Path, hash: HashKind) -> std::io::Result<gix::OdbHandle> {
    open(dir, hash, Some(MOST))
}

/// An object database for a file of this size, which somebody wants however large it is.
pub(super) fn objects_of_a_file(dir: &Path, hash: HashKind, size: u64) -> std::io::Result<gix::OdbHandle> {
    open(dir, hash, usize::try_from(MOST_BASE).ok().filter(|_| size <= MOST_BASE))
}

fn open(dir: &Path, hash: HashKind, most: Option<usize>) -> std::io::Result<gix::OdbHandle> {
    let options = gix::odb::store::init::Options { slots: SLOTS, alloc_limit_bytes: most, ..Default::default() };
    let odb = gix::odb::at_opts(dir.to_owned(), hash, None, options)?;
    Ok(gix::OdbHandle::new(odb, hash))
}

/// What is said of an object that is too large, by the size that it says it has.
pub(super) fn too_large(id: ObjectId, (kind, name): (Kind, &'static str), size: u64) -> ReadError {
    let most = most(kind);
    let what = match (size > most, kind) {
        (true, Kind::Tree) => format!("it unpacks to {size} bytes, {most} are the most; split the folder"),
        (true, _) => format!("it unpacks to {size} bytes, {most} are the most; make it anew with a shorter message"),
        (false, _) => {
            "it is packed as a change of something larger than that; pack it anew: git repack -a -d -F".to_owned()
        }
    };
    ReadError::TooLarge { kind: name, id: id.to_string(), what }
}

/// What is said of a folder that has too many entries.
pub(super) fn too_many(tree: TreeId) -> ReadError {
    let what = format!("it has more than {MOST_ENTRIES} entries; split the folder");
    ReadError::TooLarge { kind: "tree", id: tree.to_string(), what }
}
