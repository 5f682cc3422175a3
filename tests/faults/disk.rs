//! A folder as a disk keeps it: what a recorded run did to it, step by step, and what a loss of power may leave of that.
//!
//! As strict as POSIX lets a file system be: what was written to a file, and its mode, are sure to stay only once the file was
//! synced; a name is sure to be there, or to be gone, only once its folder was. What is not sure may be there or not, each by
//! itself and in any order; within one folder a rename is one thing, between two it is two.

use std::collections::{BTreeMap, BTreeSet};
use std::os::unix::fs::PermissionsExt;
use std::path::Path;

/// A file or folder, whatever its names are.
#[derive(Debug, Clone)]
enum Node {
    Folder(BTreeMap<String, usize>),
    File(Vec<u8>),
}

/// A disk: things by number, and their modes. The first is the folder that all are in.
#[derive(Debug, Clone)]
pub(crate) struct Disk {
    nodes: Vec<(Node, u32)>,
}

/// One thing that is done to a disk.
#[derive(Debug, Clone)]
pub(crate) enum Op {
    /// Bytes are put into a file at a place.
    Bytes { file: usize, at: usize, bytes: Vec<u8> },
    /// A file is emptied.
    Empty { file: usize },
    /// A mode is changed.
    Mode { node: usize, mode: u32 },
    /// Names in one folder come to lead to something, or to nothing.
    Names { folder: usize, names: Vec<(String, Option<usize>)> },
    /// What was done to a file or folder is sure from here on.
    Sync { node: usize },
}

/// How much of an operation that is not sure is there.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Part {
    Nothing,
    All,
    /// The first half of the bytes.
    Half,
    /// As many bytes, all zero.
    Zeros,
}

/// How many states are drawn by chance for each moment, at most.
const DRAWN: usize = 128;

/// All that is on a disk, by path: bytes, or none for a folder; and the mode.
pub(crate) type Flat = BTreeMap<String, (Option<Vec<u8>>, u32)>;

impl Op {
    fn node(&self) -> usize {
        match self {
            Self::Bytes { file, .. } | Self::Empty { file } => *file,
            Self::Mode { node, .. } | Self::Sync { node } => *node,
            Self::Names { folder, .. } => *folder,
        }
    }
}

impl Disk {
    /// The disk that holds what is in this folder.
    pub(crate) fn read(dir: &Path) -> Self {
        let mut disk = Self { nodes: Vec::new() };
        disk.take(dir);
        disk
    }

    fn take(&mut self, path: &Path) -> usize {
        let mode = std::fs::metadata(path).unwrap().permissions().mode() & 0o7777;
        let number = self.add_file(mode);
        if path.is_dir() {
            let mut names = BTreeMap::new();
            for entry in std::fs::read_dir(path).unwrap() {
                let entry = entry.unwrap();
                names.insert(entry.file_name().into_string().unwrap(), self.take(&entry.path()));
            }
            self.nodes[number].0 = Node::Folder(names);
        } else {
            self.nodes[number].0 = Node::File(std::fs::read(path).unwrap());
        }
        number
    }

    /// A new empty file that has no name yet.
    pub(crate) fn add_file(&mut self, mode: u32) -> usize {
        self.nodes.push((Node::File(Vec::new()), mode));
        self.nodes.len() - 1
    }

    /// The bit of a folder's mode that folders made in it have too.
    pub(crate) fn inherited(&self, folder: usize) -> u32 {
        self.nodes[folder].1 & 0o2000
    }

    /// A new empty folder that has no name yet.
    pub(crate) fn add_folder(&mut self, mode: u32) -> usize {
        self.nodes.push((Node::Folder(BTreeMap::new()), mode));
        self.nodes.len() - 1
    }

    /// What a path from the root leads to.
    pub(crate) fn find(&self, path: &str) -> Option<usize> {
        path.split('/').filter(|part| !part.is_empty()).try_fold(0, |at, part| match &self.nodes[at].0 {
            Node::Folder(names) => names.get(part).copied(),
            Node::File(_) => None,
        })
    }

    /// How long a file is.
    pub(crate) fn len(&self, file: usize) -> usize {
        match &self.nodes[file].0 {
            Node::File(bytes) => bytes.len(),
            Node::Folder(_) => 0,
        }
    }

    /// Does this, as far as it goes.
    pub(crate) fn apply(&mut self, op: &Op, part: Part) {
        let (node, mode_of) = &mut self.nodes[op.node()];
        match (op, node) {
            _ if part == Part::Nothing => {}
            (Op::Bytes { at, bytes, .. }, Node::File(held)) => {
                let half = bytes.len() / 2;
                let bytes = match part {
                    Part::Half => bytes[..half].to_vec(),
                    Part::Zeros => vec![0; bytes.len()],
                    _ => bytes.clone(),
                };
                held.resize(held.len().max(at + bytes.len()), 0);
                held[*at..at + bytes.len()].copy_from_slice(&bytes);
            }
            (Op::Empty { .. }, Node::File(held)) => held.clear(),
            (Op::Mode { mode, .. }, _) => *mode_of = *mode,
            (Op::Names { names, .. }, Node::Folder(held)) => {
                for (name, node) in names {
                    match node {
                        Some(node) => held.insert(name.clone(), *node),
                        None => held.remove(name),
                    };
                }
            }
            (Op::Sync { .. }, _) => {}
            (op, node) => panic!("{op:?} cannot be done to {node:?}"),
        }
    }

    /// All that has a name.
    pub(crate) fn flat(&self) -> Flat {
        let mut flat = Flat::new();
        let mut open = vec![(String::new(), 0)];
        while let Some((path, number)) = open.pop() {
            let (node, mode) = &self.nodes[number];
            match node {
                Node::File(bytes) => drop(flat.insert(path, (Some(bytes.clone()), *mode))),
                Node::Folder(names) => {
                    open.extend(names.iter().map(|(name, number)| (format!("{path}/{name}"), *number)));
                    flat.insert(path, (None, *mode));
                }
            }
        }
        flat
    }
}

/// Which of the operations are not sure, if the power is lost after all of them.
pub(crate) fn unsure(ops: &[Op]) -> Vec<usize> {
    let mut synced = BTreeSet::new();
    let mut found = Vec::new();
    for (at, op) in ops.iter().enumerate().rev() {
        match op {
            Op::Sync { node } => drop(synced.insert(*node)),
            op if synced.contains(&op.node()) => {}
            _ => found.push(at),
        }
    }
    found.reverse();
    found
}

/// Which parts of what is not sure are tried: nothing of it, all of it, and each by itself there, gone, half or zeros; with
/// `pairs` any two as well, and some drawn by chance from a fixed seed.
pub(crate) fn choices(ops: &[Op], unsure: &[usize], pairs: bool) -> Vec<BTreeMap<usize, Part>> {
    let all_but = |part: Part, others: Part, which: &[usize]| -> BTreeMap<usize, Part> {
        unsure.iter().map(|at| (*at, if which.contains(at) { part } else { others })).collect()
    };
    let mut found = vec![all_but(Part::All, Part::All, &[]), all_but(Part::Nothing, Part::Nothing, &[])];
    for (index, one) in unsure.iter().enumerate() {
        found.push(all_but(Part::All, Part::Nothing, &[*one]));
        found.push(all_but(Part::Nothing, Part::All, &[*one]));
        if matches!(ops[*one], Op::Bytes { .. }) {
            found.push(all_but(Part::Half, Part::All, &[*one]));
            found.push(all_but(Part::Zeros, Part::All, &[*one]));
        }
        for other in unsure[index + 1..].iter().filter(|_| pairs) {
            found.push(all_but(Part::All, Part::Nothing, &[*one, *other]));
            found.push(all_but(Part::Nothing, Part::All, &[*one, *other]));
        }
    }
    let mut seed: u64 = 0x6868_6769_7400_0007;
    for _ in 0..if pairs { DRAWN } else { 0 } {
        let mut drawn = BTreeMap::new();
        for at in unsure {
            seed ^= seed << 13;
            seed ^= seed >> 7;
            seed ^= seed << 17;
            drawn.insert(*at, if seed >> 32 & 1 == 0 { Part::Nothing } else { Part::All });
        }
        found.push(drawn);
    }
    found
}

/// Makes a folder that holds what `from` does into one that holds what `to` does.
pub(crate) fn rebuild(dir: &Path, from: &Flat, to: &Flat) {
    let full = |path: &str| dir.join(path.trim_start_matches('/'));
    for (path, (bytes, _)) in from.iter().rev() {
        let stays = to.get(path).is_some_and(|(other, _)| other.is_some() == bytes.is_some());
        match bytes {
            _ if stays => {}
            Some(_) => std::fs::remove_file(full(path)).unwrap(),
            None => std::fs::remove_dir(full(path)).unwrap(),
        }
    }
    for (path, thing) in to.iter().filter(|(path, thing)| from.get(*path) != Some(thing)) {
        let (bytes, mode) = thing;
        let place = full(path);
        match bytes {
            Some(bytes) => {
                // What is there may be read-only, and is nobody else's.
                let _ = std::fs::remove_file(&place);
                std::fs::write(&place, bytes).unwrap();
            }
            None if place.is_dir() => {}
            None => std::fs::create_dir(&place).unwrap(),
        }
        std::fs::set_permissions(&place, std::fs::Permissions::from_mode(*mode)).unwrap();
    }
}
