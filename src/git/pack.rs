//! Objects into one pack file and its index; no deltas, quick compression, nothing outside the given directory.

use std::path::{Path, PathBuf};
use std::sync::atomic::AtomicBool;

use gix_pack::data::output;

use crate::ids::{HashKind, ObjectId};

/// What kind of object goes into a pack.
pub(crate) use gix::objs::Kind;

/// An object to be packed.
pub(crate) struct Object<'a> {
    /// Its id.
    pub(crate) id: ObjectId,
    /// Its kind.
    pub(crate) kind: Kind,
    /// Its content.
    pub(crate) bytes: &'a [u8],
}

/// Writes the objects, each named once, into a new pack in `dir`; answers the paths of the pack and its index.
pub(crate) fn build(dir: &Path, hash: HashKind, objects: &[Object<'_>]) -> Result<(PathBuf, PathBuf), gix::Error> {
    let count = u32::try_from(objects.len()).map_err(|_| gix::error::message("too many objects for one pack"))?;
    let entries = objects.iter().map(|object| {
        let data = gix::objs::Data { kind: object.kind, object_hash: hash, data: object.bytes };
        let counted = output::Count::from_data(object.id, None);
        output::Entry::from_data(&counted, &data, gix::zlib::Compression::BEST_SPEED).map(|entry| vec![entry])
    });
    let version = gix_pack::data::Version::V2;
    let mut stream = output::bytes::FromEntriesIter::new(entries, Vec::new(), count, version, hash);
    for step in stream.by_ref() {
        step?;
    }
    let bytes = stream.into_write();
    let written = gix_pack::Bundle::write_to_directory(
        &mut bytes.as_slice(),
        Some(dir),
        &mut gix::progress::Discard,
        &AtomicBool::new(false),
        None::<gix::OdbHandle>,
        hash,
        gix_pack::bundle::write::Options { thread_limit: Some(1), ..Default::default() },
    )?;
    let missing = || gix::error::message("the pack was not written");
    Ok((written.data_path.ok_or_else(missing)?, written.index_path.ok_or_else(missing)?))
}
