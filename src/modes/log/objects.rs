//! What became of each object, from where it lay before a commit and where after.

use std::collections::{BTreeMap, BTreeSet};

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
        let mut found = Vec::new();
        for folder in [Folder::Managed, Folder::Settings] {
            let new = self.after_in(folder);
            let old = self.before_in(folder, new);
            found.extend(self.in_managed(old, new));
        }
        let taken_back = found.iter().any(|change| change.other.is_some() && change.change == Change::Removed);
        if !taken_back {
            found.extend(self.waiting(!found.is_empty()));
        }
        found
    }

    fn after_in(&self, folder: Folder) -> Option<&Held> {
        let here = || self.after.iter().filter(move |held| held.folder == folder);
        let kept = here().find(|new| self.before.iter().any(|old| old.folder == folder && old.path == new.path));
        kept.or_else(|| here().next())
    }

    fn before_in(&self, folder: Folder, new: Option<&Held>) -> Option<&Held> {
        let here = || self.before.iter().filter(move |held| held.folder == folder);
        let same = here().find(|old| new.is_some_and(|new| new.path == old.path));
        same.or_else(|| here().next())
    }

    /// What changed in managed/.
    fn in_managed(&self, old: Option<&Held>, new: Option<&Held>) -> Option<ObjectChange> {
        let gained = |folder| self.after_in(folder).filter(|new| self.before_in(folder, Some(new)).is_none());
        let (change, held, other, fields) = match (old, new) {
            (None, None) => return None,
            (None, Some(new)) => (Change::Added, new, None, Vec::new()),
            (Some(old), None) => (Change::Removed, old, gained(Folder::Raw).map(|raw| raw.path.clone()), Vec::new()),
            (Some(old), Some(new)) => {
                let fields = fields(old, new);
                let other = (old.path != new.path).then(|| old.path.clone());
                let change = match (&fields[..], &other) {
                    ([_, ..], _) => Change::Updated,
                    ([], Some(_)) => Change::Moved,
                    ([], None) if new.identity().is_none() => Change::Updated,
                    ([], None) if old.is_alone() && new.is_alone() => Change::Rewritten,
                    ([], None) => return None,
                };
                (change, new, other, fields)
            }
        };
        let from = match change {
            Change::Removed => None,
            _ => self.supplier(held),
        };
        Some(self.change(change, held, other, from, fields))
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

    /// What changed beside managed/. What went to unmanaged/ is told by its reasons.
    fn waiting(&self, is_managed: bool) -> Option<ObjectChange> {
        let new = self.after_in(Folder::Raw).or_else(|| self.after_in(Folder::Unmanaged));
        let old = self.before_in(Folder::Raw, new).or_else(|| self.before_in(Folder::Unmanaged, new));
        let nothing = Vec::new;
        match (old, new) {
            (None, Some(new)) if new.folder == Folder::Raw => {
                Some(self.change(Change::Offered, new, None, None, nothing()))
            }
            (Some(old), None) if !is_managed => Some(self.change(Change::Withdrawn, old, None, None, nothing())),
            (Some(old), Some(new)) if old.folder == new.folder => {
                let fields = fields(old, new);
                let other = (old.path != new.path).then(|| old.path.clone());
                let is_edited = !fields.is_empty() || (new.identity().is_none() && old.entry.id != new.entry.id);
                match (is_edited, &other) {
                    (true, _) => Some(self.change(Change::Edited, new, other, None, fields)),
                    (false, Some(_)) => Some(self.change(Change::Moved, new, other, None, fields)),
                    (false, None) => None,
                }
            }
            (Some(old), Some(new)) if new.folder == Folder::Raw => {
                let fields = fields(old, new);
                Some(self.change(Change::Offered, new, Some(old.path.clone()), None, fields))
            }
            _ => None,
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
