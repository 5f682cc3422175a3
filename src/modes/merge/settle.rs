//! What becomes of one object that the sides of a merge hold differently, and the text that both sides' changes make.

use crate::fabric::kinds::Kinds;
use crate::ids::Mode;
use crate::path::RepoPath;
use crate::verdict::file::{File, judge_keeping};
use crate::verdict::judge::Judge;
use crate::yaml::graft::{Written, graft};
use crate::yaml::merge::{FieldConflict, differences, merge};
use crate::yaml::{Limits, Node, same_value};

use super::sides::{Contest, Held};

/// Which side.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Side {
    Ours,
    Theirs,
}

/// What becomes of an object.
#[derive(Debug, Clone)]
pub(super) enum Fate {
    /// Nobody has it, or the side that deleted it met one that left it alone.
    Gone,
    /// It is as one side has it.
    As(Side),
    /// Both sides changed it, and this is what both made of it; a text of it is still to be found.
    Both(Node),
    /// This side deleted it and the other changed it.
    Deleted(Side),
    /// Both sides added it, with different values.
    Added(Vec<FieldConflict>),
    /// Both sides changed fields differently.
    Fields(Vec<FieldConflict>),
}

impl Fate {
    /// Whether both sides have texts of which one is to be made, or would be.
    pub(super) fn wants_text(&self) -> bool {
        matches!(self, Self::Both(_) | Self::Added(_) | Self::Fields(_))
    }
}

/// What becomes of an object.
pub(super) fn fate(contest: &Contest) -> Fate {
    let same = |one: &Held, other: &Held| same_value(&one.value, &other.value);
    match (&contest.held.base, &contest.held.ours, &contest.held.theirs) {
        (_, None, None) => Fate::Gone,
        (None, Some(_), None) => Fate::As(Side::Ours),
        (None, None, Some(_)) => Fate::As(Side::Theirs),
        (None, Some(ours), Some(theirs)) if same(ours, theirs) => Fate::As(Side::Ours),
        (None, Some(ours), Some(theirs)) => Fate::Added(differences(&ours.value, &theirs.value)),
        (Some(base), Some(left), None) if same(base, left) => Fate::Gone,
        (Some(base), None, Some(left)) if same(base, left) => Fate::Gone,
        (Some(_), Some(_), None) => Fate::Deleted(Side::Theirs),
        (Some(_), None, Some(_)) => Fate::Deleted(Side::Ours),
        (Some(base), Some(ours), Some(theirs)) => {
            let (was, our, their) = (base.entry.id, ours.entry.id, theirs.entry.id);
            if our == their || was == their {
                return Fate::As(Side::Ours);
            }
            if was == our {
                return Fate::As(Side::Theirs);
            }
            if same(ours, theirs) {
                return Fate::As(Side::Ours);
            }
            let merged = merge(Some(&base.value), Some(&ours.value), Some(&theirs.value));
            match merged.value.filter(|_| merged.conflicts.is_empty()) {
                Some(value) => Fate::Both(value),
                None => Fate::Fields(merged.conflicts),
            }
        }
    }
}

/// Where an object's file goes: where the side that moved it put it; its own path if both moved it and one of them there.
pub(super) fn path(contest: &Contest) -> Option<RepoPath> {
    let at = contest.held.map(|held| held.as_ref().map(|held| held.path.clone()));
    match (at.base, at.ours, at.theirs) {
        (_, Some(ours), None) => Some(ours),
        (base, Some(ours), Some(theirs)) => {
            let their_move = base.as_ref() == Some(&ours) && ours != theirs;
            let to_its_own = base.as_ref() != Some(&theirs) && contest.canonical.as_ref() == Some(&theirs);
            Some(if their_move || to_its_own { theirs } else { ours })
        }
        (_, None, theirs @ Some(_)) => theirs,
        (base, None, None) => base,
    }
}

/// The mode of an object's file: that of the side that changed it.
pub(super) fn mode(contest: &Contest) -> Mode {
    let at = contest.held.map(|held| held.as_ref().map(|held| held.entry.mode));
    match (at.base, at.ours, at.theirs) {
        (Some(base), Some(ours), Some(theirs)) if base == ours => theirs,
        (_, Some(ours), _) => ours,
        (_, None, theirs) => theirs.unwrap_or(Mode::FILE),
    }
}

/// The text of what both sides made of an object: git's merge of the lines if it says just that, else the one side's text
/// with the other's fields put into it.
pub(super) fn text(ours: &Held, theirs: &Held, wanted: &Node, by_lines: Option<&[u8]>) -> Option<Vec<u8>> {
    let says = |text: &[u8]| value(text).is_some_and(|value| same_value(&value, wanted));
    if let Some(text) = by_lines.filter(|text| says(text)) {
        return Some(text.to_vec());
    }
    let into = |one: &Held, other: &Held| {
        let (into, from) = (one.written(), other.written());
        graft(into, from, wanted).filter(|text| says(text))
    };
    into(ours, theirs).or_else(|| into(theirs, ours))
}

impl Held {
    fn written(&self) -> Written<'_> {
        Written { bytes: &self.bytes, value: &self.value }
    }
}

/// The value of the one document that a text holds.
fn value(text: &[u8]) -> Option<Node> {
    let kinds = Kinds::builtin();
    let (file, mut values) = judge_keeping(text, &RepoPath::root(), &Judge::new(&kinds), &Limits::default());
    match file {
        File::Documents(documents) if documents.len() == 1 => values.pop().flatten(),
        _ => None,
    }
}
