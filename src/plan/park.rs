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
    /// What was learned of the candidates for a name, by the first of them.
    rows: BTreeMap<RepoPath, Row>,
    /// In how many of a folder's candidates, from the first on, files stand.
    passed: BTreeMap<RepoPath, usize>,
}

/// What a place that is taken may still be good for.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum Claim {
    /// A file without a sidecar: for the same file.
    File(Entry),
    /// A pair of hhgit's: for what came from the same path below the fabric directory.
    Source(Vec<u8>),
}

/// The candidates for one name: `x.yaml`, `x_1.yaml` and so on. Each is looked into once, however many files want the name.
#[derive(Debug, Default)]
struct Row {
    /// How many of them, from the first on, are known to be taken.
    seen: usize,
    /// Those of them that may be good for something.
    claims: BTreeMap<Claim, BTreeSet<usize>>,
}

impl Row {
    /// The first candidate from `from` on that has one of these claims.
    fn next(&self, claims: &[Claim], from: usize) -> Option<usize> {
        claims.iter().filter_map(|claim| self.claims.get(claim)?.range(from..).next().copied()).min()
    }

    fn forget(&mut self, claims: &[Claim], n: usize) {
        for claim in claims {
            self.claims.get_mut(claim).map(|numbers| numbers.remove(&n));
        }
    }
}

/// How the places that are taken are judged.
pub trait Judge {
    /// Why nothing can be said about a place.
    type Error: From<PathError>;

    /// What a file and its sidecar's place may be good for, one of which is taken.
    fn claim(&self, lot: &Lot, file: &RepoPath, sidecar: &RepoPath) -> Result<Option<Claim>, Self::Error>;

    /// Whether the pair to be placed may take this place, which has one of its claims.
    fn fits(&self, lot: &Lot, file: &RepoPath, sidecar: &RepoPath) -> Result<bool, Self::Error>;
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
        self.rows.clear();
        self.passed.clear();
        self.remove(path);
    }

    /// Puts a file at a path of this run's choosing.
    pub fn place(&mut self, path: RepoPath, entry: Entry) {
        self.remove(&path);
        self.placed.insert(path.clone());
        self.insert(path, entry);
    }

    fn remove(&mut self, path: &RepoPath) {
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

    /// The place for a file that would like to be at `wanted`, beside its sidecar's: the first candidate where both are free,
    /// or that has one of these claims and fits.
    pub fn find<J: Judge>(
        &mut self,
        wanted: &RepoPath,
        claims: &[Claim],
        judge: &J,
    ) -> Result<(RepoPath, RepoPath), J::Error> {
        let folder = self.folder(&wanted.parent().unwrap_or_default())?;
        let candidate = |n| {
            let file = folder.join(&numbered(wanted.file_name(), n, MAX_NAME - SIDECAR.len(), true))?;
            let sidecar = sidecar_of(&file)?;
            Ok((file, sidecar))
        };
        let (first, _) = candidate(0)?;
        let mut row = self.rows.remove(&first).unwrap_or_default();
        let found = self.find_in(&mut row, candidate, claims, judge);
        self.rows.insert(first, row);
        found
    }

    fn find_in<J: Judge>(
        &self,
        row: &mut Row,
        candidate: impl Fn(usize) -> Result<(RepoPath, RepoPath), PathError>,
        claims: &[Claim],
        judge: &J,
    ) -> Result<(RepoPath, RepoPath), J::Error> {
        let mut from = 0;
        loop {
            while let Some(n) = row.next(claims, from) {
                let (file, sidecar) = candidate(n)?;
                if self.is_placed(&file) || self.is_placed(&sidecar) {
                    row.forget(claims, n);
                } else if judge.fits(self, &file, &sidecar)? {
                    return Ok((file, sidecar));
                }
                from = n + 1;
            }
            let (file, sidecar) = candidate(row.seen)?;
            if self.is_free(&file) && self.is_free(&sidecar) {
                return Ok((file, sidecar));
            }
            if let Some(claim) = judge.claim(self, &file, &sidecar)? {
                row.claims.entry(claim).or_default().insert(row.seen);
            }
            row.seen += 1;
        }
    }

    /// The folder itself, or where files stand in its place, its like with a number.
    fn folder(&mut self, wanted: &RepoPath) -> Result<RepoPath, PathError> {
        let mut folder = RepoPath::root();
        for component in wanted.components() {
            let candidate = |n| folder.join(&numbered(component, n, MAX_NAME, false));
            let first = candidate(0)?;
            let mut n = self.passed.get(&first).copied().unwrap_or(0);
            while self.files.contains_key(&candidate(n)?) {
                n += 1;
            }
            folder = candidate(n)?;
            if n > 0 {
                self.passed.insert(first, n);
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
    use crate::ids::{HashKind, Mode, ObjectId};

    fn path(text: &str) -> RepoPath {
        RepoPath::new(text).expect("a valid path")
    }

    fn lot(files: &[&str]) -> Lot {
        let entry = Entry { mode: Mode::FILE, id: ObjectId::empty_blob(HashKind::Sha1) };
        Lot::new(&files.iter().map(|file| (path(file), entry)).collect())
    }

    /// A judge for whom nothing that is taken is good for anything, and who counts what it is asked.
    #[derive(Default)]
    struct Strict(std::cell::Cell<usize>);

    impl Judge for Strict {
        type Error = PathError;

        fn claim(&self, _: &Lot, _: &RepoPath, _: &RepoPath) -> Result<Option<Claim>, PathError> {
            self.0.set(self.0.get() + 1);
            Ok(Some(Claim::Source(b"raw/other.yaml".to_vec())))
        }

        fn fits(&self, _: &Lot, _: &RepoPath, _: &RepoPath) -> Result<bool, PathError> {
            self.0.set(self.0.get() + 1);
            Ok(false)
        }
    }

    fn place(files: &[&str], wanted: &str) -> String {
        lot(files).find(&path(wanted), &[], &Strict::default()).expect("valid names").0.to_string()
    }

    #[test]
    fn what_stands_in_the_way_is_looked_into_once_however_many_files_want_the_name() {
        let taken: Vec<String> = (1..100).map(|n| format!("a_{n}.yaml")).chain(["a.yaml".to_owned()]).collect();
        let mut lot = lot(&taken.iter().map(String::as_str).collect::<Vec<_>>());
        let (judge, entry) = (Strict::default(), Entry { mode: Mode::FILE, id: ObjectId::empty_blob(HashKind::Sha1) });
        for n in 100..200 {
            let source = Claim::Source(format!("raw/{n}").into_bytes());
            let (file, sidecar) = lot.find(&path("a.yaml"), &[source], &judge).expect("valid names");
            assert_eq!(file.to_string(), format!("a_{n}.yaml"));
            lot.place(file, entry);
            lot.place(sidecar, entry);
        }
        assert_eq!(judge.0.get(), 199, "once for each place that is taken");
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
