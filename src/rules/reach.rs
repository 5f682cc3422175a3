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
    /// Whether that cannot be told of a few: what is looked for as the first of all may not count, as another file holds the
    /// same object.
    pub is_all: bool,
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
    let all = claims(known, &altered, keys)?;
    let firsts = firsts(known, &altered, &all)?;
    let is_all = is_held_twice(known, &firsts)?;
    let mut needed: BTreeSet<K::File> = altered.iter().cloned().chain(firsts).collect();
    needed.extend(rivals(known, &all)?);
    let names = keys.iter().filter(|key| key.is_name()).map(|key| key.turned()).collect();
    let needed = with_names(known, needed, names)?;
    Ok(Reach { altered, needed, is_all })
}

/// All ties of these files; the changed ones are known by their keys.
fn claims<K: Known>(known: &mut K, altered: &BTreeSet<K::File>, keys: &[Key]) -> Result<Vec<Key>, K::Error> {
    let mut all = keys.to_vec();
    for file in altered {
        all.extend(known.ties(file)?);
    }
    Ok(all)
}

/// Those of all the others that messages and rules look for as the first of their sort.
fn firsts<K: Known>(known: &mut K, altered: &BTreeSet<K::File>, all: &[Key]) -> Result<BTreeSet<K::File>, K::Error> {
    let mut found: BTreeSet<K::File> = known.first(Key::begun(), 1, altered)?.into_iter().collect();
    found.extend(known.first(Key::faults(), BLOCKING, altered)?);
    let blockers: BTreeSet<(Key, Key)> = all.iter().filter_map(Key::blockers).collect();
    for range in blockers {
        found.extend(known.first(range, BLOCKING, altered)?);
    }
    Ok(found)
}

/// Whether one of these files holds an object that another holds as well.
fn is_held_twice<K: Known>(known: &mut K, files: &BTreeSet<K::File>) -> Result<bool, K::Error> {
    for file in files {
        for key in known.ties(file)?.iter().filter(|key| key.is_object()) {
            if known.holders(key, key)?.len() > 1 {
                return Ok(true);
            }
        }
    }
    Ok(false)
}

/// These files, all that they name and those that these name, and who else holds an object that one of them holds. `keys` are
/// those of what the changed ones name.
fn with_names<K: Known>(
    known: &mut K,
    mut needed: BTreeSet<K::File>,
    mut keys: BTreeSet<Key>,
) -> Result<BTreeSet<K::File>, K::Error> {
    let mut waiting: Vec<K::File> = needed.iter().cloned().collect();
    let mut asked = BTreeSet::new();
    loop {
        for file in waiting.drain(..) {
            let ties = known.ties(&file)?;
            keys.extend(ties.iter().filter(|key| key.is_name()).map(|key| key.turned()));
            keys.extend(ties.into_iter().filter(Key::is_object));
        }
        for key in std::mem::take(&mut keys).into_iter().filter(|key| asked.insert(*key)) {
            let found = known.holders(&key, &key)?;
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
