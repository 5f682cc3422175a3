//! Valid documents on their way to managed/: which are reverted, which are the same object twice, which supplies the file.

use std::collections::BTreeMap;

use crate::fabric::manifest::OnExisting;
use crate::finding::Finding;
use crate::ids::BlobId;
use crate::path::RepoPath;
use crate::report::Change;
use crate::verdict::code::{Code, Severity};
use crate::verdict::file::Document;
use crate::verdict::identity::Identity;
use crate::verdict::unit::alone;

use super::error::PlanError;
use super::reverts::Candidate;
use super::settle::Settled;
use super::source::Home;
use super::work::{Key, State, Work};

/// The objects whose file is decided: the document that supplies it, by identity.
pub(super) type Suppliers = BTreeMap<Identity, Key>;

const REVERTED: &str = "the last commit that touched this file took its sync back";
const YIELDED: &str = "To apply this one all the same, run hhgit sync --retry with its path; otherwise delete it.";

impl Work<'_> {
    /// What rule 8 has to be asked about: the valid documents of raw/.
    pub(super) fn revert_candidates(&self) -> Vec<Candidate> {
        let managed = self.survey.path.child(crate::fabric::layout::MANAGED);
        let raw = self.candidates().into_iter().filter(|key| self.sources[key.0].home == Home::Raw);
        raw.filter_map(|key| {
            let target = self.document(key).target.as_ref()?.path();
            Some(Candidate { raw: self.repository_path(key.0), managed: managed.join_path(target), key })
        })
        .collect()
    }

    /// The blob a document would be in managed/.
    pub(super) fn would_be(&self, key: Key) -> Result<BlobId, PlanError> {
        if self.documents(key.0).len() == 1 {
            return Ok(BlobId::new(self.sources[key.0].entry.id));
        }
        let bytes = self.bytes(key.0)?;
        Ok(BlobId::of(self.objects.hash_kind(), &alone(&bytes, &self.document(key).unit))?)
    }

    /// Parks the documents whose sync was taken back.
    pub(super) fn refuse_reverted(&mut self, reverted: &[Key]) {
        for key in reverted {
            self.refuse(*key, self.finding(*key, Code::Reverted, REVERTED.to_owned()));
        }
    }

    /// Decides which document supplies each object's file, among several of the same object.
    pub(super) fn choose(&mut self) -> Result<Suppliers, PlanError> {
        let mut groups: BTreeMap<Identity, Vec<Key>> = BTreeMap::new();
        for key in self.candidates() {
            if let Some(identity) = &self.document(key).identity {
                groups.entry(identity.clone()).or_default().push(key);
            }
        }
        let mut suppliers = Suppliers::new();
        for (identity, mut keys) in groups {
            self.prefer_raw(&identity, &mut keys)?;
            if self.disagree(&keys)? {
                continue;
            }
            self.leave_what_is_said(&identity, &mut keys)?;
            if let Some(first) = self.share(&keys)? {
                suppliers.insert(identity, first);
            }
        }
        Ok(suppliers)
    }

    /// What --retry found without its path being named yields to raw/, to managed/ and to what its sidecar says was reverted.
    fn prefer_raw(&mut self, identity: &Identity, keys: &mut Vec<Key>) -> Result<(), PlanError> {
        let fresh = keys.iter().copied().find(|key| !matches!(self.sources[key.0].home, Home::Retried { .. }));
        let held = !self.holdings.holders(identity).is_empty();
        let mut yielding = Vec::new();
        for key in keys.iter().copied() {
            let Home::Retried { named: false } = self.sources[key.0].home else { continue };
            let finding = if self.was_reverted(key)? {
                Some(self.finding(key, Code::Reverted, REVERTED.to_owned()))
            } else if let Some(fresh) = fresh {
                let message = format!("{identity} is also in {}", self.place_of(fresh));
                Some(self.finding(key, Code::DuplicateIdentity, message))
            } else {
                held.then(|| self.finding(key, Code::AlreadyManaged, format!("managed/ holds {identity}")))
            };
            yielding.extend(finding.map(|finding| (key, finding)));
        }
        for (key, finding) in yielding {
            self.leave(key, finding, keys);
        }
        Ok(())
    }

    /// What --retry alone found, under its name, stays where managed/ says the same in other words: taking it would put the words
    /// of two such files into managed/ by turns.
    fn leave_what_is_said(&mut self, identity: &Identity, keys: &mut Vec<Key>) -> Result<(), PlanError> {
        if keys.iter().any(|key| !matches!(self.sources[key.0].home, Home::Retried { .. })) {
            return Ok(());
        }
        for key in keys.clone() {
            if self.says_the_same(identity, key)? {
                let message = format!("managed/ holds {identity} with the same value in other words");
                self.leave(key, self.finding(key, Code::DuplicateIdentity, message), keys);
            }
        }
        Ok(())
    }

    /// Leaves a document that --retry found where it is.
    fn leave(&mut self, key: Key, mut finding: Finding, keys: &mut Vec<Key>) {
        keys.retain(|other| *other != key);
        YIELDED.clone_into(&mut finding.help);
        self.refuse(key, finding);
    }

    /// Whether managed/ holds an object with a document's value in other words.
    fn says_the_same(&self, identity: &Identity, key: Key) -> Result<bool, PlanError> {
        let blob = self.would_be(key)?;
        let is_blob = |path: &RepoPath| self.holdings.entry(path).is_some_and(|entry| entry.id == blob.object());
        Ok(!self.holdings.holders(identity).iter().any(is_blob) && self.change(identity, key)? == Change::Unchanged)
    }

    fn was_reverted(&self, key: Key) -> Result<bool, PlanError> {
        let path = &self.sources[key.0].wanted;
        let sidecar = self.own_sidecar(&super::park::sidecar_of(path)?)?;
        let number = self.document(key).number;
        Ok(sidecar
            .is_some_and(|sidecar| sidecar.names(&self.sources[key.0].entry) && sidecar.says(number, Code::Reverted)))
    }

    /// Refuses documents of one object whose values differ.
    fn disagree(&mut self, keys: &[Key]) -> Result<bool, PlanError> {
        if keys.len() < 2 {
            return Ok(false);
        }
        let texts = keys.iter().map(|key| self.text(*key)).collect::<Result<Vec<_>, _>>()?;
        if texts.windows(2).all(|pair| pair[0] == pair[1]) {
            return Ok(false);
        }
        let mut values = Vec::new();
        for key in keys {
            values.push(self.value(&self.bytes(key.0)?, self.document(*key).number));
        }
        let differ = values.iter().any(|value| *value != values[0] || value.is_none());
        for key in keys.iter().filter(|_| differ) {
            self.clash(*key, keys, "with another value");
        }
        Ok(differ)
    }

    /// Settles documents of one object and value among each other: the first supplies.
    fn share(&mut self, keys: &[Key]) -> Result<Option<Key>, PlanError> {
        let [first, others @ ..] = keys else { return Ok(None) };
        let text = if others.is_empty() { Vec::new() } else { self.text(*first)? };
        for key in others {
            self.followers.entry(*first).or_default().push(*key);
            // Equal values whose texts differ in blank lines alone: a difference nobody could miss.
            if without_blank_ends(&self.text(*key)?) == without_blank_ends(&text) {
                self.set(*key, State::Vanishes);
            } else {
                self.set_duplicate(*key, *first);
            }
        }
        Ok(Some(*first))
    }

    fn clash(&mut self, key: Key, all: &[Key], how: &str) {
        const NAMED: usize = 5;
        let others: Vec<Key> = all.iter().copied().filter(|other| *other != key).collect();
        let mut places: Vec<String> = others.iter().take(NAMED).map(|other| self.place_of(*other)).collect();
        if others.len() > NAMED {
            places.push(format!("{} more places", others.len() - NAMED));
        }
        let message = format!("{} is also in {} {how}", self.name_of(key), places.join(", "));
        self.refuse(key, self.finding(key, Code::DuplicateIdentity, message));
    }

    fn set_duplicate(&mut self, key: Key, first: Key) {
        let message =
            format!("{} is also in {}, with the same value in other words", self.name_of(key), self.place_of(first));
        let mut finding = self.finding(key, Code::DuplicateIdentity, message);
        finding.severity = Severity::Info;
        finding.help =
            "Nothing needs to be done: the other one was taken. Delete this one when its comments are not needed."
                .to_owned();
        self.refuse(key, finding);
    }

    fn name_of(&self, key: Key) -> String {
        self.document(key).identity.as_ref().map(Identity::to_string).unwrap_or_default()
    }

    fn place_of(&self, key: Key) -> String {
        let path = self.repository_path(key.0);
        format!("{path}:{} (document {})", self.document(key).lines.0, self.document(key).number)
    }

    /// A document's bytes but for separators.
    fn text(&self, key: Key) -> Result<Vec<u8>, PlanError> {
        let bytes = self.bytes(key.0)?;
        let Document { unit, .. } = self.document(key);
        let travelled = unit.travelled.map_or(&[][..], |span| &bytes[span.start..span.end]);
        Ok([travelled, &bytes[unit.main.start..unit.main.end]].concat())
    }

    /// Applies what was settled: who supplies, who is blocked, and how each object changes.
    pub(super) fn apply(&mut self, suppliers: &Suppliers, settled: &Settled) -> Result<(), PlanError> {
        for (identity, key) in suppliers {
            if let Some(obstacle) = settled.blocked.get(identity) {
                let managed = self.survey.path.child(crate::fabric::layout::MANAGED);
                let message = format!("{identity} cannot be written: {} is in the way", managed.join_path(obstacle));
                self.block(*key, Code::PathBlocked, &message);
                continue;
            }
            let change = self.change(identity, *key)?;
            self.set(*key, State::Supplies(change));
        }
        Ok(())
    }

    /// Under `on-existing: refuse`, refuses the objects that managed/ holds with another value.
    pub(super) fn refuse_existing(&mut self, suppliers: &mut Suppliers) -> Result<(), PlanError> {
        if self.survey.manifest.on_existing == OnExisting::Replace {
            return Ok(());
        }
        for (identity, key) in suppliers.clone() {
            if self.change(&identity, key)? == Change::Updated {
                let message = format!("managed/ holds {identity} with another value");
                self.block(key, Code::AlreadyManaged, &message);
                suppliers.remove(&identity);
            }
        }
        Ok(())
    }

    fn block(&mut self, key: Key, code: Code, message: &str) {
        // Nothing yields to a document that does not become the object's file.
        let followers = self.followers.remove(&key).unwrap_or_default();
        for key in std::iter::once(key).chain(followers) {
            self.refuse(key, self.finding(key, code, message.to_owned()));
        }
    }

    /// How managed/ changes by a document.
    fn change(&self, identity: &Identity, key: Key) -> Result<Change, PlanError> {
        let holders = self.holdings.holders(identity);
        let canonical = self.document(key).target.as_ref().map(|target| target.path());
        let held = holders.iter().find(|path| Some(*path) == canonical).or(holders.first());
        let Some(path) = held else { return Ok(Change::Added) };
        let Some(blob) = self.holdings.entry(path).and_then(|entry| entry.as_file()) else {
            return Ok(Change::Updated);
        };
        if self.would_be(key)? == blob {
            return Ok(Change::Unchanged);
        }
        let of = |document: &&Document| document.identity.as_ref() == Some(identity);
        let Some(old) = self.holdings.documents(path).iter().find(of) else { return Ok(Change::Updated) };
        let old = self.value(&self.blob(blob, &managed(path))?, old.number);
        let new = self.value(&self.bytes(key.0)?, self.document(key).number);
        Ok(if old.is_some() && old == new { Change::Unchanged } else { Change::Updated })
    }
}

fn managed(path: &RepoPath) -> RepoPath {
    RepoPath::root().child(crate::fabric::layout::MANAGED).join_path(path)
}

/// A text without the blank lines at both ends and without the last line's ending.
fn without_blank_ends(text: &[u8]) -> &[u8] {
    let lines: Vec<&[u8]> = text.split_inclusive(|b| *b == b'\n').collect();
    let is_blank = |line: &&&[u8]| line.trim_ascii().is_empty();
    let before: usize = lines.iter().take_while(is_blank).map(|line| line.len()).sum();
    let after: usize = lines.iter().rev().take_while(is_blank).map(|line| line.len()).sum();
    let rest = if before < text.len() { &text[before..text.len() - after] } else { &[] };
    let rest = rest.strip_suffix(b"\n").unwrap_or(rest);
    rest.strip_suffix(b"\r").unwrap_or(rest)
}
