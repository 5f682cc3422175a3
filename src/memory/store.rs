//! Where remembered trees are kept: `hhgit/index` in the git directory, one file a tree, the newest only.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use super::changes::Since;
use super::place::{Folder, Trust, UNFINISHED};
use super::table::{self, Table};
use super::{Remembered, Row};

/// The folder in the git directory.
const FOLDER: &str = "hhgit/index";
/// What a table's name ends in.
const TABLE: &str = "table";
/// What the name of changes since a table ends in.
const CHANGES: &str = "changes";
/// The largest file of changes that is read.
const LARGEST: u64 = 256 << 20;
/// How many trees are remembered by their changes: every branch's last, as a rule.
const KEPT: usize = 64;
/// How many tables are kept that no changes name.
const TABLES_KEPT: usize = 2;
/// From how many changes on another table is worth making, and from which part of the files.
const MANY: (usize, usize) = (1000, 8);

/// The remembered trees of a repository.
#[derive(Debug, Clone)]
pub struct Store {
    folder: Folder,
    trust: Trust,
    aside: bool,
}

impl Store {
    /// The store of a repository, as this user believes it; `share` gives a path the modes that the repository's sharing asks for.
    pub fn new(git_dir: &Path, user: u32, share: fn(&Path, i32) -> io::Result<()>, shared: i32) -> Self {
        let (folder, trust) = (Folder::new(git_dir, FOLDER, share, shared), Trust::of(git_dir, user, shared));
        Self { folder, trust, aside: false }
    }

    /// The store for one who is to get the same answers where nothing can be kept or believed: what cannot be kept is
    /// remembered until they are done with it, in a file without a name.
    pub fn or_aside(self) -> Self {
        Self { aside: true, ..self }
    }

    /// Whether what lies here is believed, if anything does.
    pub fn is_believed(&self) -> bool {
        self.folder.is_believed(self.trust)
    }

    /// The outermost of its folders that is not believed.
    pub fn unbelieved(&self) -> Option<PathBuf> {
        self.folder.unbelieved(self.trust)
    }

    fn path(&self, name: &str, kind: &str) -> PathBuf {
        self.folder.join(name).with_extension(kind)
    }

    /// What is remembered under a name; nothing if there is nothing that can be read and believed.
    pub fn get(&self, name: &str) -> Option<Remembered> {
        if let Some(table) = self.table(name) {
            return Some(Remembered::new(Arc::new(table), std::collections::BTreeMap::new()));
        }
        let since = self.since(name)?;
        Some(Remembered::new(Arc::new(self.table(&since.table)?), since.changes))
    }

    fn since(&self, name: &str) -> Option<Since> {
        Since::read(name, &self.folder.read(&self.path(name, CHANGES), LARGEST, self.trust)?)
    }

    fn table(&self, name: &str) -> Option<Table> {
        Table::open(self.folder.open_believed(&self.path(name, TABLE), self.trust)?, name.to_owned()).ok()
    }

    /// Remembers a tree by all its files, and answers what is remembered.
    pub fn keep_all(&self, name: &str, rows: Vec<Row>) -> io::Result<Remembered> {
        let bytes = table::bytes(name, rows);
        match self.keep_bytes(name, &bytes) {
            Err(_) if self.aside => {
                Ok(Remembered::new(Arc::new(Table::aside(name, &bytes)?), std::collections::BTreeMap::new()))
            }
            kept => kept,
        }
    }

    fn keep_bytes(&self, name: &str, bytes: &[u8]) -> io::Result<Remembered> {
        if !self.is_believed() {
            let place = self.folder.path().display();
            let words = format!("{place} is somebody else's or others may write to it, so nothing there is believed");
            return Err(io::Error::other(words));
        }
        self.folder.put(&self.path(name, TABLE), |file| table::write(file, bytes))?;
        self.tidy();
        self.get(name).ok_or_else(|| io::Error::other("a tree that was just remembered is gone"))
    }

    /// Remembers a tree by what has changed since its table, or by a table of its own where that is much.
    pub fn keep(&self, name: &str, tree: &Remembered) -> io::Result<()> {
        // Nobody would find the table that changes of one aside follow.
        if tree.since.is_empty() || !tree.base.kept {
            return Ok(());
        }
        if tree.changes() > MANY.0.max(tree.files() / MANY.1) {
            let mut rows = tree.base.rows()?;
            rows.retain(|row| !tree.since.contains_key(&row.path));
            rows.extend(tree.since.values().flatten().cloned());
            return self.keep_all(name, rows).map(drop);
        }
        let since = Since { table: tree.base.name.clone(), changes: tree.since.clone() };
        self.folder.put(&self.path(name, CHANGES), |file| io::Write::write_all(file, &since.bytes(name)))?;
        self.tidy();
        Ok(())
    }

    /// Forgets what is old, once there is much of it: changes beyond the newest, tables that none of the rest names, and
    /// what killed runs left unfinished.
    fn tidy(&self) {
        let (mut changes, mut tables) = (self.folder.newest(CHANGES), self.folder.newest(TABLE));
        if changes.len() <= 2 * KEPT && tables.len() <= 2 * TABLES_KEPT {
            return;
        }
        let old = changes.split_off(KEPT.min(changes.len()));
        let tables = tables.split_off(TABLES_KEPT.min(tables.len()));
        let named: Vec<String> = changes
            .iter()
            .filter_map(|path| self.since(path.file_stem()?.to_str()?))
            .map(|since| since.table)
            .collect();
        let is_named = |path: &PathBuf| {
            path.file_stem().and_then(|name| name.to_str()).is_some_and(|name| named.iter().any(|known| known == name))
        };
        let unfinished = self.folder.newest(UNFINISHED).into_iter().skip(KEPT);
        for path in old.into_iter().chain(tables.into_iter().filter(|path| !is_named(path))).chain(unfinished) {
            drop(fs::remove_file(path));
        }
    }
}
