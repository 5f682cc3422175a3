//! What became of each object, from where it lay before a commit and where after.

use std::collections::{BTreeMap, BTreeSet, VecDeque};

use crate::ids::ObjectId;
use crate::path::RepoPath;
use crate::report::log::{Change, Field, ObjectChange};
use crate::verdict::identity::Identity;
use crate::yaml::{canonical_json, changes};

use super::held::{Folder, Held};

/// What a change is about: an object, or a file that holds none.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
enum Key {
    Object(Identity),
    File(RepoPath),
}

/// Where something lay before, and where it lies after.
#[derive(Debug, Default)]
struct Sides {
    before: Vec<Held>,
    after: Vec<Held>,
}

/// What lay in a folder and what lies there.
struct Pairs<'a> {
    stayed: Vec<(&'a Held, &'a Held)>,
    gone: Vec<&'a Held>,
    came: Vec<&'a Held>,
}

/// What became of the objects and files, those of managed/ first and in order.
pub(super) fn of(before: Vec<Held>, after: Vec<Held>) -> Vec<ObjectChange> {
    let mut sides: BTreeMap<Key, Sides> = BTreeMap::new();
    let key = |held: &Held| match held.identity() {
        Some(identity) => Key::Object(identity.clone()),
        None => Key::File(held.path.clone()),
    };
    for held in after {
        sides.entry(key(&held)).or_default().after.push(held);
    }
    let came = came(&sides, &before);
    for held in before {
        let key = match key(&held) {
            Key::File(path) if !sides.contains_key(&Key::File(path.clone())) => {
                Key::File(came.get(&held.entry.id).cloned().unwrap_or(path))
            }
            key => key,
        };
        sides.entry(key).or_default().before.push(held);
    }
    let mut found: Vec<ObjectChange> = sides.values().flat_map(Sides::changes).collect();
    found.sort_by(|a, b| (&a.object, &a.place.path).cmp(&(&b.object, &b.place.path)));
    found
}

/// The files without an object where there was none before, by content: one that is gone elsewhere may have come there.
fn came(sides: &BTreeMap<Key, Sides>, before: &[Held]) -> BTreeMap<ObjectId, RepoPath> {
    let were: BTreeSet<&RepoPath> = before.iter().map(|held| &held.path).collect();
    let new = sides.iter().filter_map(|(key, sides)| match key {
        Key::File(path) if !were.contains(path) => Some((sides.after.first()?.entry.id, path.clone())),
        _ => None,
    });
    new.collect()
}

impl Sides {
    fn changes(&self) -> Vec<ObjectChange> {
        let (raw, unmanaged) = (self.pairs(Folder::Raw), self.pairs(Folder::Unmanaged));
        let mut found = Vec::new();
        let mut gained = raw.came.iter().copied();
        for folder in [Folder::Managed, Folder::Settings] {
            let Pairs { stayed, gone, came } = self.pairs(folder);
            found.extend(stayed.into_iter().filter_map(|(old, new)| self.stayed(old, new)));
            found.extend(gone.into_iter().map(|old| {
                let other = gained.next().map(|raw| raw.path.clone());
                self.change(Change::Removed, old, other, None, Vec::new())
            }));
            let added = |new| self.change(Change::Added, new, None, self.supplier(new), Vec::new());
            found.extend(came.into_iter().map(added));
        }
        let gained: Vec<&Held> = gained.collect();
        let is_managed = !found.is_empty();
        found.extend(self.waiting((&raw, &gained), &unmanaged, is_managed));
        found
    }

    /// What lay in a folder and what lies there, one to one: by path first, then by content, then as they come.
    fn pairs(&self, folder: Folder) -> Pairs<'_> {
        let here = |held: &&Held| held.folder == folder;
        let mut pairs = Pairs {
            stayed: Vec::new(),
            gone: self.before.iter().filter(here).collect(),
            came: self.after.iter().filter(here).collect(),
        };
        pairs.join(|held| (&held.path, held.entry.id, held.source().document));
        pairs.join(|held| &held.path);
        pairs.join(|held| (held.entry.id, held.source().document));
        pairs.join(|_| ());
        pairs
    }

    /// What changed in managed/ of what is still there.
    fn stayed(&self, old: &Held, new: &Held) -> Option<ObjectChange> {
        let fields = fields(old, new);
        let other = (old.path != new.path).then(|| old.path.clone());
        let change = match (&fields[..], &other) {
            ([_, ..], _) => Change::Updated,
            ([], Some(_)) => Change::Moved,
            ([], None) if new.identity().is_none() => Change::Updated,
            ([], None) if old.is_alone() && new.is_alone() => Change::Rewritten,
            ([], None) => return None,
        };
        Some(self.change(change, new, other, self.supplier(new), fields))
    }

    /// The document beside managed/ that is gone and that the new one was made of: of several one of the same value.
    fn supplier(&self, new: &Held) -> Option<&Held> {
        let gone = |held: &&Held| {
            matches!(held.folder, Folder::Raw | Folder::Unmanaged)
                && !self.after.iter().any(|after| after.path == held.path)
        };
        let all = || self.before.iter().filter(gone);
        all().find(|held| fields(held, new).is_empty()).or_else(|| all().next())
    }

    /// What changed beside managed/. What went to unmanaged/ is told by its reasons, what managed/ gave back there.
    fn waiting(
        &self,
        (raw, offered): (&Pairs<'_>, &[&Held]),
        unmanaged: &Pairs<'_>,
        is_managed: bool,
    ) -> Vec<ObjectChange> {
        let stayed = raw.stayed.iter().chain(&unmanaged.stayed);
        let mut found: Vec<ObjectChange> = stayed.filter_map(|(old, new)| self.edited(old, new)).collect();
        // What was offered may have lain in unmanaged/, and what is not in raw/ any more may have gone there.
        let mut parked = unmanaged.gone.iter();
        for new in offered {
            let old = parked.next();
            let fields = old.map(|old| fields(old, new)).unwrap_or_default();
            found.push(self.change(Change::Offered, new, old.map(|old| old.path.clone()), None, fields));
        }
        let withdrawn = raw.gone.iter().skip(unmanaged.came.len()).chain(parked).filter(|_| !is_managed);
        found.extend(withdrawn.map(|old| self.change(Change::Withdrawn, old, None, None, Vec::new())));
        found
    }

    /// What changed beside managed/ of what is still in the same folder.
    fn edited(&self, old: &Held, new: &Held) -> Option<ObjectChange> {
        let fields = fields(old, new);
        let other = (old.path != new.path).then(|| old.path.clone());
        let is_edited = !fields.is_empty() || (new.identity().is_none() && old.entry.id != new.entry.id);
        match (is_edited, &other) {
            (true, _) => Some(self.change(Change::Edited, new, other, None, fields)),
            (false, Some(_)) => Some(self.change(Change::Moved, new, other, None, fields)),
            (false, None) => None,
        }
    }

    fn change(
        &self,
        change: Change,
        held: &Held,
        other: Option<RepoPath>,
        from: Option<&Held>,
        fields: Vec<Field>,
    ) -> ObjectChange {
        let (object, place, from) = (held.object().cloned(), held.source(), from.map(Held::source));
        ObjectChange { object, change, place, other, from, fields }
    }
}

impl<'a> Pairs<'a> {
    /// Joins what is left of both sides where they have the same key, in order.
    fn join<K: Ord>(&mut self, key: impl Fn(&'a Held) -> K) {
        let mut waiting: BTreeMap<K, VecDeque<&'a Held>> = BTreeMap::new();
        for new in std::mem::take(&mut self.came) {
            waiting.entry(key(new)).or_default().push_back(new);
        }
        for old in std::mem::take(&mut self.gone) {
            match waiting.get_mut(&key(old)).and_then(VecDeque::pop_front) {
                Some(new) => self.stayed.push((old, new)),
                None => self.gone.push(old),
            }
        }
        self.came = waiting.into_values().flatten().collect();
        self.came.sort_by_cached_key(|held| held.source());
    }
}

/// The fields in which two documents differ; none where one of them cannot be read.
fn fields(old: &Held, new: &Held) -> Vec<Field> {
    let (Some(before), Some(after)) = (old.value(), new.value()) else { return Vec::new() };
    if old.entry.id == new.entry.id && old.is_alone() {
        return Vec::new();
    }
    let field = |change: crate::yaml::FieldChange<'_>| Field {
        path: change.path,
        old: change.old.map(canonical_json),
        new: change.new.map(canonical_json),
    };
    changes(before, after).into_iter().map(field).collect()
}
