//! A file that is read in parts, of which each is proved before it is believed: whatever a disk made of it, no byte of it is taken for another.
//!
//! Behind the body stand the digests of its blocks, then the digests of the blocks of these, and at the end one digest of the
//! file's name, the body's length and that last list. So a look-up proves what it reads and a hundredth besides, and nobody reads
//! all of a large file to find one thing in it. The digests are there against faults of disks; against people there is only who
//! may write the file ([`Trust`](super::place::Trust)).

use std::collections::BTreeMap;
use std::fs::File;
use std::io;
use std::sync::{Mutex, PoisonError};

use crate::ids::sha256;

/// How much is read at a time, and how many such blocks are kept.
const BLOCK: usize = 4096;
const BLOCKS: usize = 1024;
/// The bytes of a block's digest: half of a SHA-256, which no fault meets by chance.
const DIGEST: usize = 16;
/// How many digests a block of them holds.
const PER_BLOCK: usize = BLOCK / DIGEST;
/// The bytes of the end: the body's length, and the digest of all digests.
const END: usize = 8 + 32;

/// An open file.
#[derive(Debug)]
pub(super) struct Sealed {
    file: File,
    length: u64,
    /// The digests of the blocks of digests.
    top: Vec<u8>,
    proved: Mutex<Proved>,
}

/// Blocks that were read and proved, by their numbers.
#[derive(Debug, Default)]
struct Proved {
    body: BTreeMap<u64, Box<[u8]>>,
    lists: BTreeMap<u64, Box<[u8]>>,
}

fn damaged() -> io::Error {
    io::Error::new(io::ErrorKind::InvalidData, "what is remembered of a tree is damaged; it is learned anew")
}

fn digest(bytes: &[u8]) -> [u8; DIGEST] {
    let mut half = [0; DIGEST];
    half.copy_from_slice(&sha256(bytes)[..DIGEST]);
    half
}

fn list(bytes: &[u8]) -> Vec<u8> {
    bytes.chunks(BLOCK).flat_map(digest).collect()
}

/// The digest of all: of the file's name, the body's length, and the digests of the blocks of digests.
fn end(name: &str, length: u64, top: &[u8]) -> [u8; 32] {
    let words = format!("hhgit sealed 1 {name} {length}\n");
    sha256(&[words.as_bytes(), top].concat())
}

/// A body with what proves it, for a file of this name.
pub(super) fn seal(name: &str, mut body: Vec<u8>) -> Vec<u8> {
    let length = body.len() as u64;
    let digests = list(&body);
    let top = list(&digests);
    body.extend_from_slice(&digests);
    body.extend_from_slice(&top);
    body.extend_from_slice(&length.to_be_bytes());
    body.extend_from_slice(&end(name, length, &top));
    body
}

/// How many bytes the digests of so many bytes take.
fn digests_of(length: u64) -> u64 {
    length.div_ceil(BLOCK as u64) * DIGEST as u64
}

impl Sealed {
    /// Opens a file of this name; none of what it holds is believed yet but how long it is.
    pub(super) fn open(file: File, name: &str) -> io::Result<Self> {
        let whole = file.metadata()?.len();
        let mut last = [0; END];
        read_at(&file, &mut last, whole.checked_sub(END as u64).ok_or_else(damaged)?)?;
        let (length, sealed) = last.split_first_chunk().ok_or_else(damaged)?;
        let length = u64::from_be_bytes(*length);
        if length > whole {
            return Err(damaged());
        }
        let (digests, tops) = (digests_of(length), digests_of(digests_of(length)));
        if length + digests + tops + END as u64 != whole {
            return Err(damaged());
        }
        let mut top = vec![0; usize::try_from(tops).map_err(|_| damaged())?];
        read_at(&file, &mut top, length + digests)?;
        if end(name, length, &top) != sealed {
            return Err(damaged());
        }
        Ok(Self { file, length, top, proved: Mutex::default() })
    }

    /// How long the body is.
    pub(super) fn length(&self) -> u64 {
        self.length
    }

    /// Reads some bytes of the body, out of the blocks that were proved before where they are among them.
    pub(super) fn read(&self, at: u64, length: u64) -> io::Result<Vec<u8>> {
        let end = at.checked_add(length).filter(|end| *end <= self.length).ok_or_else(damaged)?;
        let mut found = Vec::with_capacity(usize::try_from(length).map_err(|_| damaged())?);
        let mut proved = self.proved.lock().unwrap_or_else(PoisonError::into_inner);
        if proved.body.len() > BLOCKS {
            *proved = Proved::default();
        }
        let mut at = at;
        while at < end {
            let (number, within) = (at / BLOCK as u64, (at % BLOCK as u64) as usize);
            let block = self.block(&mut proved, number)?;
            let rest = usize::try_from(end - at).map_err(|_| damaged())?;
            let part = block.get(within..(within + rest).min(block.len())).filter(|part| !part.is_empty());
            let part = part.ok_or_else(damaged)?;
            found.extend_from_slice(part);
            at += part.len() as u64;
        }
        Ok(found)
    }

    /// A block of the body, proved.
    fn block<'p>(&self, proved: &'p mut Proved, number: u64) -> io::Result<&'p [u8]> {
        let Proved { body, lists } = proved;
        let block = match body.entry(number) {
            std::collections::btree_map::Entry::Occupied(known) => known.into_mut(),
            std::collections::btree_map::Entry::Vacant(new) => {
                let (list, within) = (number / PER_BLOCK as u64, (number % PER_BLOCK as u64) as usize * DIGEST);
                let digests = match lists.entry(list) {
                    std::collections::btree_map::Entry::Occupied(known) => known.into_mut(),
                    std::collections::btree_map::Entry::Vacant(new) => {
                        let top = usize::try_from(list).map_err(|_| damaged())? * DIGEST;
                        let digests = (self.length, digests_of(self.length));
                        new.insert(self.proved(digests, list, self.top.get(top..top + DIGEST))?)
                    }
                };
                new.insert(self.proved((0, self.length), number, digests.get(within..within + DIGEST))?)
            }
        };
        Ok(block)
    }

    /// The block of this number of a stretch of the file, by where that begins and how long it is, if it has this digest.
    fn proved(&self, (start, length): (u64, u64), number: u64, expected: Option<&[u8]>) -> io::Result<Box<[u8]>> {
        let at = number.checked_mul(BLOCK as u64).filter(|at| *at < length).ok_or_else(damaged)?;
        let mut block = vec![0; (length - at).min(BLOCK as u64) as usize].into_boxed_slice();
        read_at(&self.file, &mut block, start + at)?;
        if expected == Some(&digest(&block)) { Ok(block) } else { Err(damaged()) }
    }
}

#[cfg(unix)]
fn read_at(file: &File, buffer: &mut [u8], offset: u64) -> io::Result<()> {
    std::os::unix::fs::FileExt::read_exact_at(file, buffer, offset)
}

#[cfg(not(unix))]
fn read_at(mut file: &File, buffer: &mut [u8], offset: u64) -> io::Result<()> {
    use std::io::{Read, Seek, SeekFrom};
    file.seek(SeekFrom::Start(offset))?;
    file.read_exact(buffer)
}

#[cfg(test)]
mod tests {
    use std::io::Write;

    use super::*;

    fn file(bytes: &[u8]) -> File {
        let mut file = tempfile::tempfile().expect("a file");
        file.write_all(bytes).expect("written");
        file
    }

    fn body(length: usize) -> Vec<u8> {
        (0..length).map(|at| (at * 7 + at / 251) as u8).collect()
    }

    #[test]
    fn what_was_sealed_is_read_in_any_part() {
        for length in [0, 1, BLOCK - 1, BLOCK, BLOCK + 1, 3 * BLOCK, PER_BLOCK * BLOCK + 5] {
            let body = body(length);
            let sealed = Sealed::open(file(&seal("x", body.clone())), "x").expect("whole");
            assert_eq!(sealed.length(), length as u64);
            for (at, end) in [(0, length), (length / 3, length / 2), (length.saturating_sub(3), length)] {
                assert_eq!(sealed.read(at as u64, (end - at) as u64).expect("there"), body[at..end], "{length} {at}");
            }
            assert!(sealed.read(length as u64, 1).is_err() && sealed.read(u64::MAX, 2).is_err());
        }
    }

    #[test]
    fn no_flipped_bit_is_read_for_what_was_written() {
        let body = body(2 * BLOCK + 77);
        let good = seal("x", body.clone());
        for at in (0..good.len()).filter(|at| at % 13 == 0 || *at > body.len()) {
            let mut bad = good.clone();
            bad[at] ^= 1 << (at % 8);
            let Ok(sealed) = Sealed::open(file(&bad), "x") else { continue };
            for block in 0..3 {
                let (start, end) = (block * BLOCK, ((block + 1) * BLOCK).min(body.len()));
                if let Ok(read) = sealed.read(start as u64, (end - start) as u64) {
                    assert_eq!(read, body[start..end], "byte {at}");
                    assert_ne!(at / BLOCK, block, "byte {at}");
                }
            }
        }
    }

    #[test]
    fn a_file_that_is_cut_longer_or_anothers_is_not_opened() {
        let good = seal("x", body(BLOCK + 9));
        for end in 0..good.len() {
            assert!(end % 97 != 0 || Sealed::open(file(&good[..end]), "x").is_err(), "{end}");
        }
        assert!(Sealed::open(file(&[good.clone(), vec![0]].concat()), "x").is_err());
        assert!(Sealed::open(file(&good), "y").is_err());
        assert!(Sealed::open(file(&good), "x").is_ok());
    }
}
