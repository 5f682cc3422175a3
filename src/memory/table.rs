//! The file of one remembered tree: a header, sorted records from key to file, the files by path, and their names.
//!
//! All numbers are big-endian. Records and files have a fixed size, so that both are searched where they lie on disk, in a sealed file.

use std::fs::File;
use std::io::{self, Write};
use std::ops::Range;

use crate::ids::{Entry, Mode, ObjectId};
use crate::path::RepoPath;
use crate::rules::ties::{KEY_BYTES, Key};

use super::Row;
use super::sealed::{Sealed, seal};

/// What a table starts with: a name and the version of this layout.
const MAGIC: &[u8; 8] = b"hhgittb2";
/// The bytes of the header: the magic, the numbers of files, records and bytes of names, and of an object id.
const HEAD: u64 = 8 + 4 + 4 + 8 + 1;
/// The bytes of a record: a key and a file's number.
const RECORD: u64 = KEY_BYTES as u64 + 4;
/// The bytes of a file's row without its object id: where its name starts, how long it is, and its mode.
const ROW: u64 = 8 + 4 + 2;

/// A table that lies on disk.
#[derive(Debug)]
pub(super) struct Table {
    /// What the file is called.
    pub(super) name: String,
    /// Whether others find it by that name.
    pub(super) kept: bool,
    sealed: Sealed,
    files: u32,
    records: u32,
    names: u64,
    id: u64,
}

fn damaged(what: &str) -> io::Error {
    io::Error::new(io::ErrorKind::InvalidData, format!("a remembered tree's {what} cannot be; it is learned anew"))
}

/// The bytes of a table of this name.
pub(super) fn bytes(name: &str, mut rows: Vec<Row>) -> Vec<u8> {
    rows.sort_by(|one, other| one.path.as_bytes().cmp(other.path.as_bytes()));
    rows.dedup_by(|one, other| one.path == other.path);
    let mut records: Vec<(Key, u32)> = Vec::new();
    let (mut files, mut names) = (Vec::new(), Vec::new());
    let id_bytes = rows.first().map_or(0, |row| row.entry.id.as_bytes().len());
    for (number, row) in (0..).zip(&rows) {
        let path = row.path.as_bytes();
        files.extend_from_slice(&(names.len() as u64).to_be_bytes());
        files.extend_from_slice(&u32::try_from(path.len()).unwrap_or(u32::MAX).to_be_bytes());
        files.extend_from_slice(&row.entry.mode.value().to_be_bytes());
        files.extend_from_slice(row.entry.id.as_bytes());
        names.extend_from_slice(path);
        records.extend(row.keys.iter().map(|key| (*key, number)));
    }
    records.sort_unstable();
    let mut out = Vec::with_capacity(HEAD as usize + records.len() * RECORD as usize + files.len() + names.len());
    out.extend_from_slice(MAGIC);
    out.extend_from_slice(&u32::try_from(rows.len()).unwrap_or(u32::MAX).to_be_bytes());
    out.extend_from_slice(&u32::try_from(records.len()).unwrap_or(u32::MAX).to_be_bytes());
    out.extend_from_slice(&(names.len() as u64).to_be_bytes());
    out.push(u8::try_from(id_bytes).unwrap_or(u8::MAX));
    for (key, number) in records {
        out.extend_from_slice(key.bytes());
        out.extend_from_slice(&number.to_be_bytes());
    }
    out.extend_from_slice(&files);
    out.extend_from_slice(&names);
    seal(name, out)
}

/// Writes a table's bytes so that they are on disk before anybody can find them.
pub(super) fn write(file: &mut File, bytes: &[u8]) -> io::Result<()> {
    file.write_all(bytes)?;
    file.sync_all()
}

/// Opening and reading
impl Table {
    /// Opens a table; one that was made for another name, or whose length is not what its header says, is damaged.
    pub(super) fn open(file: File, name: String) -> io::Result<Self> {
        let sealed = Sealed::open(file, &name)?;
        let head = sealed.read(0, HEAD)?;
        if head[..8] != *MAGIC {
            return Err(damaged("header"));
        }
        let (files, records, names, id) =
            (number(&head[8..12]), number(&head[12..16]), number(&head[16..24]), number(&head[24..25]));
        let small = |number: u64| u32::try_from(number).map_err(|_| damaged("header"));
        let (files, records) = (small(files)?, small(records)?);
        let table = Self { name, kept: true, sealed, files, records, names, id };
        match table.names_at().checked_add(names) == Some(table.sealed.length()) {
            true => Ok(table),
            false => Err(damaged("length")),
        }
    }

    /// A table of these files that nobody else finds, and that is gone with who holds it.
    pub(super) fn aside(name: &str, bytes: &[u8]) -> io::Result<Self> {
        let mut file = tempfile::tempfile()?;
        file.write_all(bytes)?;
        Ok(Self { kept: false, ..Self::open(file, name.to_owned())? })
    }

    pub(super) fn files(&self) -> usize {
        self.files as usize
    }

    fn files_at(&self) -> u64 {
        HEAD + u64::from(self.records) * RECORD
    }

    fn names_at(&self) -> u64 {
        self.files_at() + u64::from(self.files) * (ROW + self.id)
    }

    fn read(&self, at: u64, length: u64) -> io::Result<Vec<u8>> {
        self.sealed.read(at, length)
    }

    /// The record of this number.
    pub(super) fn record(&self, at: u32) -> io::Result<(Key, u32)> {
        let bytes = self.read(HEAD + u64::from(at) * RECORD, RECORD)?;
        let (key, file) = bytes.split_at(KEY_BYTES);
        let key = key.try_into().map_err(|_| damaged("record"))?;
        Ok((Key::from_bytes(key), number(file) as u32))
    }

    /// The numbers of the records with a key from one to another, both ends included.
    pub(super) fn records(&self, from: &Key, to: &Key) -> io::Result<Range<u32>> {
        let start = self.search(self.records, |at| Ok(self.record(at)?.0 < *from))?;
        let end = self.search(self.records, |at| Ok(self.record(at)?.0 <= *to))?;
        Ok(start..end.max(start))
    }

    /// How many come before the first that is not before.
    fn search(&self, count: u32, before: impl Fn(u32) -> io::Result<bool>) -> io::Result<u32> {
        let (mut low, mut high) = (0, count);
        while low < high {
            let middle = low + (high - low) / 2;
            if before(middle)? {
                low = middle + 1;
            } else {
                high = middle;
            }
        }
        Ok(low)
    }

    /// A file's name, mode and object id, as they are stored.
    fn row(&self, file: u32) -> io::Result<(Vec<u8>, Entry)> {
        if file >= self.files {
            return Err(damaged("file number"));
        }
        let row = self.read(self.files_at() + u64::from(file) * (ROW + self.id), ROW + self.id)?;
        let (start, length) = (number(&row[..8]), number(&row[8..12]));
        if start.checked_add(length).is_none_or(|end| end > self.names) {
            return Err(damaged("file name"));
        }
        let mode = Mode::new(number(&row[12..14]) as u16);
        let id = ObjectId::try_from(&row[14..]).map_err(|_| damaged("object id"))?;
        Ok((self.read(self.names_at() + start, length)?, Entry { mode, id }))
    }

    /// A file's path.
    pub(super) fn path(&self, file: u32) -> io::Result<RepoPath> {
        RepoPath::new(self.row(file)?.0).map_err(|_| damaged("path"))
    }

    /// What stands at a path, if anything.
    pub(super) fn find(&self, path: &RepoPath) -> io::Result<Option<Entry>> {
        let at = self.search(self.files, |at| Ok(self.row(at)?.0.as_slice() < path.as_bytes()))?;
        if at == self.files {
            return Ok(None);
        }
        let (name, entry) = self.row(at)?;
        Ok((name == path.as_bytes()).then_some(entry))
    }

    /// What stands below a path.
    pub(super) fn below(&self, path: &RepoPath) -> io::Result<Vec<(RepoPath, Entry)>> {
        let mut folder = path.as_bytes().to_vec();
        if !folder.is_empty() {
            folder.push(b'/');
        }
        let mut at = self.search(self.files, |at| Ok(self.row(at)?.0 < folder))?;
        let mut found = Vec::new();
        while at < self.files {
            let (name, entry) = self.row(at)?;
            if !name.starts_with(&folder) {
                break;
            }
            found.push((RepoPath::new(name).map_err(|_| damaged("path"))?, entry));
            at += 1;
        }
        Ok(found)
    }

    /// Every file with its keys: what it takes to make another table of it.
    pub(super) fn rows(&self) -> io::Result<Vec<Row>> {
        let mut rows = Vec::with_capacity(self.files());
        for file in 0..self.files {
            let (name, entry) = self.row(file)?;
            rows.push(Row { path: RepoPath::new(name).map_err(|_| damaged("path"))?, entry, keys: Vec::new() });
        }
        for at in 0..self.records {
            let (key, file) = self.record(at)?;
            rows.get_mut(file as usize).ok_or_else(|| damaged("file number"))?.keys.push(key);
        }
        Ok(rows)
    }
}

/// A big-endian number of up to eight bytes.
fn number(bytes: &[u8]) -> u64 {
    bytes.iter().fold(0, |number, byte| number << 8 | u64::from(*byte))
}
