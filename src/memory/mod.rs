//! What hhgit remembers of a managed/ tree by its id: every file, and the ties of the objects in it; asked by key, never read whole.
//!
//! `table` is a sorted file of one tree; a [`Remembered`] is such a table and what has changed since, so that a push
//! costs what it changes. [`store`] keeps them in the git directory, and [`journal`] what was found of each commit of a
//! history. All of it can be made again from the tree: who
//! cannot read it, or prove it whole, goes without, and nobody trusts it with more than where to look.

mod bytes;
mod changes;
pub mod journal;
pub mod known;
pub mod own;
mod place;
mod sealed;
pub mod store;
mod table;
pub mod verdicts;

use std::collections::{BTreeMap, BTreeSet};
use std::io;
use std::sync::Arc;

use crate::ids::Entry;
use crate::path::RepoPath;
use crate::rules::ties::Key;

use table::Table;

/// A file of a managed/ tree: where it is below managed/, what it is, and the ties of its objects.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Row {
    /// Its path below managed/.
    pub path: RepoPath,
    /// What stands there.
    pub entry: Entry,
    /// The ties of its objects, sorted; none for what holds no object.
    pub keys: Vec<Key>,
}

/// What is remembered of one managed/ tree.
#[derive(Debug)]
pub struct Remembered {
    base: Arc<Table>,
    /// What has changed since the base: what stands at a path now, if anything.
    since: BTreeMap<RepoPath, Option<Row>>,
    /// The ties of what came since.
    ties: BTreeSet<(Key, RepoPath)>,
}

impl Remembered {
    fn new(base: Arc<Table>, since: BTreeMap<RepoPath, Option<Row>>) -> Self {
        let rows = since.values().flatten();
        let ties = rows.flat_map(|row| row.keys.iter().map(|key| (*key, row.path.clone()))).collect();
        Self { base, since, ties }
    }

    /// How many files have changed since the table was made.
    pub fn changes(&self) -> usize {
        self.since.len()
    }

    /// How many files the table holds.
    pub fn files(&self) -> usize {
        self.base.files()
    }

    /// The files with a key from one to another, both ends included, each once.
    pub fn holders(&self, from: &Key, to: &Key) -> io::Result<Vec<RepoPath>> {
        let mut found: BTreeSet<RepoPath> = self.since_between(from, to).map(|(_, path)| path.clone()).collect();
        for at in self.base.records(from, to)? {
            let path = self.base.path(self.base.record(at)?.1)?;
            if !self.since.contains_key(&path) {
                found.insert(path);
            }
        }
        Ok(found.into_iter().collect())
    }

    /// The files with one of the first so many different keys of a range, those that `aside` names left out.
    pub fn first(&self, (from, to): (Key, Key), keys: usize, aside: &BTreeSet<RepoPath>) -> io::Result<Vec<RepoPath>> {
        let mut found: BTreeMap<Key, BTreeSet<RepoPath>> = BTreeMap::new();
        for at in self.base.records(&from, &to)? {
            let (key, file) = self.base.record(at)?;
            if found.len() == keys && !found.contains_key(&key) {
                break;
            }
            let path = self.base.path(file)?;
            if !self.since.contains_key(&path) && !aside.contains(&path) {
                found.entry(key).or_default().insert(path);
            }
        }
        for (key, path) in self.since_between(&from, &to).filter(|(_, path)| !aside.contains(path)) {
            found.entry(*key).or_default().insert(path.clone());
        }
        Ok(found.into_values().take(keys).flatten().collect())
    }

    fn since_between<'a>(&'a self, from: &Key, to: &'a Key) -> impl Iterator<Item = &'a (Key, RepoPath)> {
        self.ties.range((*from, RepoPath::root())..).take_while(move |(key, _)| key <= to)
    }

    /// What stands at a path, if anything.
    pub fn entry(&self, path: &RepoPath) -> io::Result<Option<Entry>> {
        match self.since.get(path) {
            Some(row) => Ok(row.as_ref().map(|row| row.entry)),
            None => self.base.find(path),
        }
    }

    /// What stands below a path.
    pub fn below(&self, path: &RepoPath) -> io::Result<Vec<(RepoPath, Entry)>> {
        let mut found: BTreeMap<RepoPath, Entry> = self.base.below(path)?.into_iter().collect();
        for (changed, row) in self.since.iter().filter(|(changed, _)| changed.starts_with(path) && *changed != path) {
            match row {
                Some(row) => found.insert(changed.clone(), row.entry),
                None => found.remove(changed),
            };
        }
        Ok(found.into_iter().collect())
    }

    /// What is remembered once these paths hold something else, or nothing.
    pub fn after(&self, changes: impl IntoIterator<Item = (RepoPath, Option<Row>)>) -> Self {
        let mut since = self.since.clone();
        since.extend(changes);
        Self::new(Arc::clone(&self.base), since)
    }
}
