//! How far a change reaches: the objects whose verdict it may alter, and those that must be known to judge these.
//!
//! A rule looks from an object to those it names, and on to those that they name, and sideways to those that claim the
//! same. So a change alters the verdicts of its own objects, of their rivals, of whoever names them, and of whoever names
//! or rivals these; nobody is further away. To judge them takes their rivals and all that either names.

use std::collections::BTreeSet;

use super::ties::Key;

/// Objects that can be asked by key, kept in files.
pub trait Known {
    /// What names a file.
    type File: Ord + Clone;
    /// Why an answer could not be had.
    type Error;

    /// The files with a key from one to another, both ends included.
    fn holders(&mut self, from: &Key, to: &Key) -> Result<Vec<Self::File>, Self::Error>;

    /// The files with one of the first so many different keys of a range, these files aside.
    fn first(
        &mut self,
        range: (Key, Key),
        keys: usize,
        aside: &BTreeSet<Self::File>,
    ) -> Result<Vec<Self::File>, Self::Error>;

    /// All keys of a file's objects.
    fn ties(&mut self, file: &Self::File) -> Result<Vec<Key>, Self::Error>;
}

/// How far a change reaches.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Reach<F> {
    /// The files whose verdicts may be other ones.
    pub altered: BTreeSet<F>,
    /// Those and all that they are judged by.
    pub needed: BTreeSet<F>,
}

/// How many of those that block all others are named in messages, since none is told of itself.
const BLOCKING: usize = 2;

/// How far a change of these files reaches. `keys` are all ties of their objects, as they were and as they are.
pub fn reach<K: Known>(known: &mut K, changed: &BTreeSet<K::File>, keys: &[Key]) -> Result<Reach<K::File>, K::Error> {
    let mut altered = changed.clone();
    altered.extend(rivals(known, keys)?);
    let (mut near, mut far) = (BTreeSet::new(), BTreeSet::new());
    for key in keys.iter().filter(|key| key.is_object()) {
        altered.extend(known.holders(key, key)?);
        near.extend(known.holders(&key.turned(), &key.turned())?);
    }
    for file in near.difference(changed) {
        let keys = known.ties(file)?;
        altered.extend(rivals(known, &keys)?);
        for key in keys.iter().filter(|key| key.is_object()) {
            far.extend(known.holders(&key.turned(), &key.turned())?);
        }
    }
    altered.extend(near.into_iter().chain(far));
    let needed = needed(known, &altered, keys)?;
    Ok(Reach { altered, needed })
}

/// What it takes to judge these files; the changed ones are known by their keys.
fn needed<K: Known>(known: &mut K, altered: &BTreeSet<K::File>, keys: &[Key]) -> Result<BTreeSet<K::File>, K::Error> {
    let mut needed = altered.clone();
    let mut all = keys.to_vec();
    for file in altered {
        all.extend(known.ties(file)?);
    }
    needed.extend(rivals(known, &all)?);
    needed.extend(known.first(Key::begun(), 1, altered)?);
    needed.extend(known.first(Key::faults(), BLOCKING, altered)?);
    let blockers: BTreeSet<(Key, Key)> = all.iter().filter_map(Key::blockers).collect();
    for range in blockers {
        needed.extend(known.first(range, BLOCKING, altered)?);
    }
    let mut waiting: Vec<K::File> = needed.iter().cloned().collect();
    let mut names: BTreeSet<Key> = keys.iter().copied().filter(Key::is_name).collect();
    let mut asked = BTreeSet::new();
    loop {
        for file in waiting.drain(..) {
            names.extend(known.ties(&file)?.into_iter().filter(Key::is_name));
        }
        for name in std::mem::take(&mut names).into_iter().filter(|name| asked.insert(*name)) {
            let found = known.holders(&name.turned(), &name.turned())?;
            waiting.extend(found.into_iter().filter(|file| needed.insert(file.clone())));
        }
        if waiting.is_empty() {
            return Ok(needed);
        }
    }
}

/// Who claims what one of the keys claims.
fn rivals<K: Known>(known: &mut K, keys: &[Key]) -> Result<Vec<K::File>, K::Error> {
    let mut found = Vec::new();
    let ranges: BTreeSet<(Key, Key)> = keys.iter().flat_map(Key::rivals).collect();
    for (from, to) in ranges {
        found.extend(known.holders(&from, &to)?);
    }
    Ok(found)
}
