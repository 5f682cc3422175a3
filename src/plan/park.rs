//! Parking: the place in unmanaged/ for a file and its sidecar, where nothing that is there is lost.

use std::collections::{BTreeMap, BTreeSet};

use crate::fabric::layout::SIDECAR;
use crate::ids::Entry;
use crate::path::{MAX_NAME, PathError, RepoPath};

/// What stands in unmanaged/ while files are being placed, by paths from there.
#[derive(Debug, Default)]
pub struct Lot {
    files: BTreeMap<RepoPath, Entry>,
    folders: BTreeMap<RepoPath, usize>,
    placed: BTreeSet<RepoPath>,
    /// How many of a place's candidates, from the first on, this run has filled.
    filled: BTreeMap<RepoPath, usize>,
}

impl Lot {
    /// A lot that holds these files.
    pub fn new(files: &BTreeMap<RepoPath, Entry>) -> Self {
        let mut lot = Self::default();
        for (path, entry) in files {
            lot.insert(path.clone(), *entry);
        }
        lot
    }

    /// What stands at a path.
    pub fn get(&self, path: &RepoPath) -> Option<&Entry> {
        self.files.get(path)
    }

    /// Whether this run has put something at a path.
    pub fn is_placed(&self, path: &RepoPath) -> bool {
        self.placed.contains(path)
    }

    /// Takes a file away, so that its place is free.
    pub fn vacate(&mut self, path: &RepoPath) {
        if self.files.remove(path).is_some() {
            for folder in ancestors(path) {
                if let Some(count) = self.folders.get_mut(&folder) {
                    *count -= 1;
                    if *count == 0 {
                        self.folders.remove(&folder);
                    }
                }
            }
        }
    }

    /// Puts a file at a path of this run's choosing.
    pub fn place(&mut self, path: RepoPath, entry: Entry) {
        self.vacate(&path);
        self.placed.insert(path.clone());
        self.insert(path, entry);
    }

    fn insert(&mut self, path: RepoPath, entry: Entry) {
        for folder in ancestors(&path) {
            *self.folders.entry(folder).or_default() += 1;
        }
        self.files.insert(path, entry);
    }

    /// Whether nothing stands at a path, neither a file nor a folder.
    pub fn is_free(&self, path: &RepoPath) -> bool {
        !self.files.contains_key(path) && !self.folders.contains_key(path)
    }

    /// The place for a file that would like to be at `wanted`: the first candidate that `fits` takes.
    /// A candidate comes with its sidecar's path.
    pub fn find(
        &mut self,
        wanted: &RepoPath,
        mut fits: impl FnMut(&Self, &RepoPath, &RepoPath) -> bool,
    ) -> Result<(RepoPath, RepoPath), PathError> {
        let folder = self.folder(&wanted.parent().unwrap_or_default())?;
        let candidate = |n| folder.join(&numbered(wanted.file_name(), n, MAX_NAME - SIDECAR.len(), true));
        let first = candidate(0)?;
        let mut filled = self.filled.get(&first).copied().unwrap_or(0);
        while self.is_placed(&candidate(filled)?) {
            filled += 1;
        }
        self.filled.insert(first, filled);
        for n in filled.. {
            let file = candidate(n)?;
            let sidecar = sidecar_of(&file)?;
            if fits(self, &file, &sidecar) {
                return Ok((file, sidecar));
            }
        }
        unreachable!("there are more numbers than entries in a folder")
    }

    /// The folder itself, or where files stand in its place, its like with a number.
    fn folder(&self, wanted: &RepoPath) -> Result<RepoPath, PathError> {
        let mut folder = RepoPath::root();
        for component in wanted.components() {
            for n in 0.. {
                let candidate = folder.join(&numbered(component, n, MAX_NAME, false))?;
                if !self.files.contains_key(&candidate) {
                    folder = candidate;
                    break;
                }
            }
        }
        Ok(folder)
    }
}

fn ancestors(path: &RepoPath) -> impl Iterator<Item = RepoPath> {
    std::iter::successors(path.parent(), RepoPath::parent).take_while(|folder| !folder.is_root())
}

/// The path of a file's sidecar.
pub fn sidecar_of(file: &RepoPath) -> Result<RepoPath, PathError> {
    let mut name = file.file_name().to_vec();
    name.extend_from_slice(SIDECAR.as_bytes());
    file.parent().unwrap_or_default().join(&name)
}

/// A name with `_n` before its extension (nothing for 0), cut at a character so that it is at most `longest` bytes long.
fn numbered(name: &[u8], n: usize, longest: usize, has_extension: bool) -> Vec<u8> {
    let number = if n == 0 { String::new() } else { format!("_{n}") };
    let dot = name.iter().rposition(|b| *b == b'.').filter(|dot| has_extension && *dot > 0);
    let (stem, extension) = name.split_at(dot.unwrap_or(name.len()));
    // An extension that leaves no room for anything else is none.
    let (stem, extension) = if extension.len() + number.len() < longest { (stem, extension) } else { (name, &[][..]) };
    let room = longest - number.len() - extension.len();
    [cut(stem, room), number.as_bytes(), extension].concat()
}

fn cut(stem: &[u8], room: usize) -> &[u8] {
    if stem.len() <= room {
        return stem;
    }
    let is_continuation = |at: usize| stem[at] & 0b1100_0000 == 0b1000_0000;
    let start_of_character = (room.saturating_sub(3)..=room).rev().find(|at| !is_continuation(*at));
    &stem[..start_of_character.filter(|at| *at > 0).unwrap_or(room)]
}

/// The name a raw file gets in unmanaged/: one that looks like a sidecar's gets `.txt` appended.
pub fn parked_name(path: &RepoPath) -> Result<RepoPath, PathError> {
    if !path.file_name().ends_with(SIDECAR.as_bytes()) {
        return Ok(path.clone());
    }
    let name = [path.file_name(), b".txt"].concat();
    // A name too long for a path component here is cut when it is placed.
    path.parent().unwrap_or_default().join(&name)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ids::{Mode, ObjectId};

    fn path(text: &str) -> RepoPath {
        RepoPath::new(text).expect("a valid path")
    }

    fn lot(files: &[&str]) -> Lot {
        let entry = Entry { mode: Mode::FILE, id: ObjectId::empty_blob(crate::ids::HashKind::Sha1) };
        Lot::new(&files.iter().map(|file| (path(file), entry)).collect())
    }

    fn place(files: &[&str], wanted: &str) -> String {
        let free = |lot: &Lot, file: &RepoPath, sidecar: &RepoPath| lot.is_free(file) && lot.is_free(sidecar);
        lot(files).find(&path(wanted), free).expect("valid names").0.to_string()
    }

    #[test]
    fn the_smallest_number_before_the_extension_is_taken() {
        assert_eq!(place(&[], "d/a.yaml"), "d/a.yaml");
        assert_eq!(place(&["a.yaml"], "a.yaml"), "a_1.yaml");
        assert_eq!(place(&["a.yaml", "a_1.yaml.metadata"], "a.yaml"), "a_2.yaml");
        assert_eq!(place(&["notes"], "notes"), "notes_1");
        assert_eq!(place(&[".hidden"], ".hidden"), ".hidden_1");
        assert_eq!(place(&["a.tar.gz"], "a.tar.gz"), "a.tar_1.gz");
    }

    #[test]
    fn a_folder_in_the_way_is_walked_around_and_so_is_a_file_in_a_folders_place() {
        assert_eq!(place(&["a.yaml/x"], "a.yaml"), "a_1.yaml");
        assert_eq!(place(&["d.v1"], "d.v1/x.yaml"), "d.v1_1/x.yaml");
        assert_eq!(place(&["d", "d_1"], "d/x.yaml"), "d_2/x.yaml");
    }

    #[test]
    fn a_long_name_is_cut_at_a_character_so_that_its_sidecar_fits() {
        let long = format!("{}é.yaml", "a".repeat(248));
        assert_eq!(place(&[], &long), format!("{}.yaml", "a".repeat(241)));
        let wide = format!("{}.yaml", "é".repeat(125));
        assert_eq!(place(&[], &wide), format!("{}.yaml", "é".repeat(120)));
        let first = format!("{}.yaml", "a".repeat(241));
        assert_eq!(place(&[&first], &long), format!("{}_1.yaml", "a".repeat(239)));
    }
}
