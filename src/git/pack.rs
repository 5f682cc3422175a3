//! Objects into one pack file and its index; no deltas, quick compression, nothing outside the given directory.

use std::path::{Path, PathBuf};
use std::sync::atomic::AtomicBool;

use gix::zlib::stream::deflate::{Compress, FlushCompress};
use gix::zlib::{Compression, Status};
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
    let mut deflate = Deflate::new();
    let entries = objects.iter().map(|object| deflate.entry(object).map(|entry| vec![entry]));
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

/// One compressor for all objects: making one takes longer than compressing what most objects hold.
struct Deflate {
    stream: Compress,
    room: Vec<u8>,
}

impl Deflate {
    fn new() -> Self {
        Self { stream: Compress::new(Compression::BEST_SPEED), room: Vec::new() }
    }

    fn entry(&mut self, object: &Object<'_>) -> Result<output::Entry, gix::Error> {
        const LEAST: usize = 64;
        self.stream.reset();
        self.room.resize(object.bytes.len() + LEAST, 0);
        let (mut read, mut written) = (0, 0);
        loop {
            let status =
                self.stream.compress(&object.bytes[read..], &mut self.room[written..], FlushCompress::Finish)?;
            let at = |total: u64| {
                usize::try_from(total).map_err(|_| gix::error::message("an object is too large for a pack"))
            };
            (read, written) = (at(self.stream.total_in())?, at(self.stream.total_out())?);
            if status == Status::StreamEnd {
                break;
            }
            // What cannot be compressed grows a little.
            self.room.resize(self.room.len() * 2, 0);
        }
        Ok(output::Entry {
            id: object.id,
            kind: output::entry::Kind::Base(object.kind),
            decompressed_size: object.bytes.len(),
            compressed_data: self.room[..written].to_vec(),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn objects_of_all_sizes_come_out_of_one_compressor_as_they_went_in() {
        let mut state = 1_u32;
        let noise: Vec<u8> = std::iter::repeat_with(|| {
            state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            state.to_be_bytes()[0]
        })
        .take(300_000)
        .collect();
        let sizes = [0, 1, 300_000, 5, 64, 0, 70_000, 1_000];
        let mut deflate = Deflate::new();
        for bytes in sizes.map(|size| &noise[..size]).into_iter().chain([&[7; 200_000][..]]) {
            let id = ObjectId::null(HashKind::Sha1);
            let entry = deflate.entry(&Object { id, kind: Kind::Blob, bytes }).expect("memory suffices");
            let mut back = vec![0; bytes.len()];
            let (_, read, written) =
                gix::zlib::Inflate::default().once(&entry.compressed_data, &mut back).expect("it is a zlib stream");
            assert_eq!(
                (read, written, entry.decompressed_size),
                (entry.compressed_data.len(), bytes.len(), bytes.len())
            );
            assert!(back == bytes, "{} bytes came out changed", bytes.len());
        }
    }
}
