//! What could not be merged, told so that a person can decide: file, line, field, what each side made of it, and who.

use crate::git::merging::{Said, Stage};
use crate::modes::ModeError;
use crate::path::RepoPath;
use crate::report::merge::{Conflict, ConflictKind, Version};
use crate::yaml::merge::{FieldConflict, field_name, is_unknown};
use crate::yaml::{Node, canonical_json};

use super::settle::{Fate, Side};
use super::sides::{Held, Waiting};
use super::weave::Settled;
use super::who::{Field, History};

/// Both sides' histories.
pub(super) struct Histories<'a> {
    pub(super) ours: History<'a>,
    pub(super) theirs: History<'a>,
}

impl Histories<'_> {
    /// What is to be told of an object that could not be merged; nothing if it could.
    pub(super) fn of_object(&self, settled: &Settled) -> Result<Vec<Conflict>, ModeError> {
        if let Some(blocked) = &settled.blocked {
            let message = format!("its file must be here, and {blocked} stands in the way");
            return Ok(vec![self.whole(settled, ConflictKind::Place, message)?]);
        }
        match &settled.fate {
            Fate::Gone | Fate::As(_) => Ok(Vec::new()),
            Fate::Both(_) => {
                let message =
                    "both sides' changes agree, but their texts are laid out too differently to make one of them";
                Ok(vec![self.whole(settled, ConflictKind::Layout, message.to_owned())?])
            }
            Fate::Deleted(side) => {
                let (deleted, changed) = if *side == Side::Ours { ("our", "their") } else { ("their", "our") };
                let message = format!("{deleted} side deleted it, {changed} side changed it");
                Ok(vec![self.whole(settled, ConflictKind::Deleted, message)?])
            }
            Fate::Added(fields) => {
                let message = "both sides added it, with another value in this field";
                fields.iter().map(|field| self.field(settled, field, ConflictKind::Added, message)).collect()
            }
            Fate::Fields(fields) => {
                let message = "both sides changed this field, each to another value";
                fields.iter().map(|field| self.field(settled, field, ConflictKind::Field, message)).collect()
            }
        }
    }

    /// What is to be told of an update that waits in raw/ on one side, where the other made something else of the object.
    pub(super) fn of_waiting(&self, waiting: &Waiting) -> Result<Conflict, ModeError> {
        let Waiting { fabric, identity, raw, is_ours, is_there, managed } = waiting;
        let (here, there) = if *is_ours { ("our", "their") } else { ("their", "our") };
        let did = if *is_there { "changed" } else { "deleted" };
        let message =
            format!("an update waits in raw/ on {here} side, and {there} side {did} it; sync {here} side first");
        let field = Field { fabric, identity, keys: &[] };
        let version = |history: &History<'_>, waits: bool| -> Result<Version, ModeError> {
            let sorted = || is_there.then(|| (managed.path.clone(), managed.line(&[])));
            let place = if waits { Some(raw.clone()) } else { sorted() };
            let path = if waits { &raw.0 } else { &managed.path };
            Ok(Version { value: None, place, by: history.of_field(&field, path)? })
        };
        Ok(Conflict {
            kind: ConflictKind::Waiting,
            path: managed.path.clone(),
            object: Some(managed.object.clone()),
            field: None,
            message,
            base: None,
            ours: version(&self.ours, *is_ours)?,
            theirs: version(&self.theirs, !*is_ours)?,
        })
    }

    /// What git could not merge.
    pub(super) fn of_file(&self, said: &Said, stages: &[Stage]) -> Result<Option<Conflict>, ModeError> {
        let Some(path) = said.paths.first() else { return Ok(None) };
        let sides = [1, 2, 3].map(|number| stages.iter().any(|stage| stage.path == *path && stage.number == number));
        let words = match sides {
            [true, true, true] => "both sides changed the same lines of it",
            [false, true, true] => "both sides added it, each with other lines",
            [true, true, false] => "their side deleted it, our side changed it",
            [true, false, true] => "our side deleted it, their side changed it",
            _ => said.message.split_once(": ").map_or(said.message.as_str(), |(_, words)| words),
        };
        let version = |history: &History<'_>| -> Result<Version, ModeError> {
            Ok(Version { by: history.of_file(path)?, ..Version::default() })
        };
        Ok(Some(Conflict {
            kind: ConflictKind::File,
            path: path.clone(),
            object: None,
            field: None,
            message: words.to_owned(),
            base: None,
            ours: version(&self.ours)?,
            theirs: version(&self.theirs)?,
        }))
    }

    /// A conflict about the object as a whole.
    fn whole(&self, settled: &Settled, kind: ConflictKind, message: String) -> Result<Conflict, ModeError> {
        let field = FieldConflict { keys: Vec::new(), base: None, ours: None, theirs: None };
        let mut conflict = self.field(settled, &field, kind, &message)?;
        conflict.field = None;
        Ok(conflict)
    }

    fn field(
        &self,
        settled: &Settled,
        field: &FieldConflict,
        kind: ConflictKind,
        message: &str,
    ) -> Result<Conflict, ModeError> {
        let held = &settled.contest.held;
        let some = held.ours.as_ref().or(held.theirs.as_ref()).or(held.base.as_ref());
        let text = |node: &Option<Node>| node.as_ref().filter(|node| !is_unknown(node)).map(canonical_json);
        Ok(Conflict {
            kind,
            path: settled.path.clone(),
            object: some.map(|held| held.object.clone()),
            field: Some(field_name(&field.keys)).filter(|name| !name.is_empty()),
            message: message.to_owned(),
            base: text(&field.base),
            ours: self.ours.version(settled, field, (&held.ours, text(&field.ours)))?,
            theirs: self.theirs.version(settled, field, (&held.theirs, text(&field.theirs)))?,
        })
    }
}

impl History<'_> {
    fn version(
        &self,
        settled: &Settled,
        field: &FieldConflict,
        (held, value): (&Option<Held>, Option<String>),
    ) -> Result<Version, ModeError> {
        let contest = &settled.contest;
        let asked = Field { fabric: &contest.fabric, identity: &contest.identity, keys: &field.keys };
        let last = held.as_ref().or(contest.held.base.as_ref()).map_or(&settled.path, |held| &held.path);
        let by = self.of_field(&asked, last)?;
        let place = held.as_ref().map(|held| (held.path.clone(), held.line(&field.keys)));
        Ok(Version { value, place, by })
    }
}

/// The paths of conflicts, in order, each once.
pub(super) fn order(conflicts: &mut [Conflict]) {
    conflicts.sort_by(|one, other| key(one).cmp(&key(other)));
}

fn key(conflict: &Conflict) -> (&RepoPath, &Option<String>, ConflictKind) {
    (&conflict.path, &conflict.field, conflict.kind)
}
