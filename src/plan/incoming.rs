//! Valid documents on their way to managed/: which are reverted, which are the same object twice, which supplies the file.

use std::collections::{BTreeMap, BTreeSet};

use crate::fabric::manifest::OnExisting;
use crate::ids::BlobId;
use crate::path::RepoPath;
use crate::report::Change;
use crate::verdict::code::{Code, Severity};
use crate::verdict::identity::Identity;
use crate::verdict::unit::alone;

use super::error::PlanError;
use super::likeness::Likeness;
use super::reverts::{Candidate, Reverted};
use super::settle::Settled;
use super::sidecar::Sidecar;
use super::source::Home;
use super::work::{Key, State, Work};

/// The objects whose file is decided, in order, each with the document that supplies it.
#[derive(Debug, Clone, Default)]
pub(super) struct Suppliers<'a>(Vec<(&'a Identity, Key)>);

impl<'a> Suppliers<'a> {
    /// The objects, in order, each with the document that supplies its file.
    pub(super) fn iter(&self) -> impl Iterator<Item = (&'a Identity, Key)> {
        self.0.iter().copied()
    }

    /// The same in the documents' order, in which each file is read once.
    pub(super) fn in_order(&self) -> Vec<(Key, &'a Identity)> {
        let mut keys: Vec<_> = self.0.iter().map(|(identity, key)| (*key, *identity)).collect();
        keys.sort_unstable_by_key(|(key, _)| *key);
        keys
    }

    /// The document that supplies an object's file.
    pub(super) fn get(&self, identity: &Identity) -> Option<Key> {
        let at = self.0.binary_search_by(|(known, _)| (*known).cmp(identity)).ok()?;
        Some(self.0[at].1)
    }

    fn remove(&mut self, identity: &Identity) {
        self.0.retain(|(known, _)| *known != identity);
    }
}

/// A document by the object it names.
type Named<'a> = (&'a Identity, Key);

const REVERTED: &str = "the last commit that touched this file took its sync back";
const YIELDED: &str = "To apply this one all the same, run hhgit sync --retry with its path; otherwise delete it.";

impl<'a> Work<'a> {
    /// What rule 8 has to be asked about: the valid documents of raw/, and of what --retry found by itself.
    pub(super) fn revert_candidates(&self) -> Vec<Candidate> {
        let managed = self.survey.path.child(crate::fabric::layout::MANAGED);
        let asked = |key: &Key| matches!(self.sources[key.0].home, Home::Raw | Home::Retried { named: false });
        let asked = self.candidates().into_iter().filter(asked);
        asked
            .filter_map(|key| {
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
    pub(super) fn refuse_reverted(&mut self, reverted: &[Reverted]) -> Result<(), PlanError> {
        for Reverted { exactly, beside } in reverted {
            let value = |key: Key| Ok::<_, PlanError>(self.value(&self.bytes(key.0)?, &self.document(key).unit));
            let mut keys = exactly.clone();
            if let Some(first) = exactly.first().filter(|_| !beside.is_empty()) {
                let taken = value(*first)?;
                for key in beside {
                    if value(*key)? == taken {
                        keys.push(*key);
                    }
                }
            }
            for key in keys {
                self.refuse(key, self.finding(key, Code::Reverted, REVERTED.to_owned()));
            }
        }
        Ok(())
    }

    /// Decides which document supplies each object's file, among several of the same object.
    pub(super) fn choose(&mut self) -> Result<Suppliers<'a>, PlanError> {
        let candidates = self.candidates().into_iter();
        let mut named: Vec<Named<'a>> =
            candidates.filter_map(|key| Some((self.document(key).identity.as_ref()?, key))).collect();
        named.sort_unstable();
        self.let_retried_yield(&mut named)?;
        let groups = || named.chunk_by(|(one, _), (other, _)| one == other);
        let keys_of = |group: &[Named<'a>]| group.iter().map(|(_, key)| *key).collect::<Vec<Key>>();
        let likeness = Likeness::of(self, &groups().filter(|group| group.len() > 1).map(keys_of).collect::<Vec<_>>())?;
        let mut suppliers = Suppliers::default();
        for group in groups() {
            let [(identity, first), ..] = *group else { continue };
            let keys = if group.len() > 1 { &*keys_of(group) } else { &[first] };
            if likeness.same_value(keys) && self.adds_nothing(identity, first)? {
                keys.iter().for_each(|key| self.leave_like_managed(*key, identity));
            } else if self.agree(keys, &likeness) {
                suppliers.0.push((identity, first));
            }
        }
        Ok(suppliers)
    }

    /// What --retry found yields to raw/, to what managed/ holds, and to what its sidecar says was reverted; what was named
    /// does not, but is judged as if it lay in raw/.
    fn let_retried_yield(&mut self, named: &mut Vec<Named<'a>>) -> Result<(), PlanError> {
        let is_retried = |(_, key): &&Named<'a>| matches!(self.sources[key.0].home, Home::Retried { .. });
        let groups = named.chunk_by(|(one, _), (other, _)| one == other);
        let retried = groups.flat_map(|group| {
            let fresh = group.iter().find(|named| !is_retried(named)).map(|(_, key)| *key);
            group.iter().filter(is_retried).map(move |(identity, key)| (*key, (*identity, fresh)))
        });
        // In the documents' order, so that each file and each sidecar is read once.
        let retried: BTreeMap<Key, (&Identity, Option<Key>)> = retried.collect();
        let mut yielding = BTreeSet::new();
        let mut sidecar: Option<(usize, Option<Sidecar>)> = None;
        for (key, (identity, fresh)) in retried {
            let Home::Retried { named: false } = self.sources[key.0].home else { continue };
            if sidecar.as_ref().is_none_or(|(source, _)| *source != key.0) {
                sidecar = Some((key.0, self.sidecar_of_source(key.0)?));
            }
            let says = |s: &Sidecar| s.says(self.document(key).number, Code::Reverted);
            let (code, message) = if sidecar.as_ref().is_some_and(|(_, sidecar)| sidecar.as_ref().is_some_and(says)) {
                (Code::Reverted, REVERTED.to_owned())
            } else if let Some(fresh) = fresh {
                (Code::DuplicateIdentity, format!("{identity} is also in {}", self.place_of(fresh)))
            } else if !self.holdings.holders(identity).is_empty() {
                (Code::AlreadyManaged, format!("managed/ holds {identity}"))
            } else {
                continue;
            };
            yielding.insert(key);
            self.yields(key, code, message);
        }
        named.retain(|(_, key)| !yielding.contains(key));
        Ok(())
    }

    fn yields(&mut self, key: Key, code: Code, message: String) {
        let mut finding = self.finding(key, code, message);
        YIELDED.clone_into(&mut finding.help);
        self.refuse(key, finding);
    }

    /// Whether what --retry found is but other words for what managed/ holds, and would take turns with it for ever.
    fn adds_nothing(&self, identity: &Identity, key: Key) -> Result<bool, PlanError> {
        let is_retried = matches!(self.sources[key.0].home, Home::Retried { .. });
        if !is_retried || self.holdings.holders(identity).is_empty() {
            return Ok(false);
        }
        let blob = self.would_be(key)?;
        let is_blob = |path: &RepoPath| self.holdings.entry(path).is_some_and(|entry| entry.id == blob.object());
        Ok(!self.holdings.holders(identity).iter().any(is_blob) && self.change(identity, key)? == Change::Unchanged)
    }

    fn leave_like_managed(&mut self, key: Key, identity: &Identity) {
        let message = format!("managed/ holds {identity} with the same value in other words");
        let mut finding = self.finding(key, Code::DuplicateIdentity, message);
        finding.severity = Severity::Info;
        finding.help =
            "Delete this one when its comments are not needed; to have its words, move it into raw/.".to_owned();
        self.refuse(key, finding);
    }

    /// hhgit's sidecar of a file that --retry found, if it speaks of the file as it is.
    fn sidecar_of_source(&self, source: usize) -> Result<Option<Sidecar>, PlanError> {
        let source = &self.sources[source];
        let sidecar = self.own_sidecar(&super::park::sidecar_of(&source.wanted())?)?;
        Ok(sidecar.filter(|sidecar| sidecar.names(&source.entry)))
    }

    /// Settles documents of one object among each other: the first supplies, unless their values differ.
    fn agree(&mut self, keys: &[Key], likeness: &Likeness) -> bool {
        let [first, others @ ..] = keys else { return false };
        if !likeness.same_value(keys) {
            for key in keys {
                self.clash(*key, keys, "with another value");
            }
            return false;
        }
        for key in others {
            self.followers.entry(*first).or_default().push(*key);
            if likeness.same_text(*first, *key) {
                self.set(*key, State::Vanishes);
            } else {
                self.set_duplicate(*key, *first);
            }
        }
        true
    }

    fn clash(&mut self, key: Key, all: &[Key], how: &str) {
        const NAMED: usize = 5;
        let others = all.iter().filter(|other| **other != key);
        let mut places: Vec<String> = others.take(NAMED).map(|other| self.place_of(*other)).collect();
        if all.len() - 1 > NAMED {
            places.push(format!("{} more places", all.len() - 1 - NAMED));
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

    /// Applies what was settled: who supplies, who is blocked, and how each object changes.
    pub(super) fn apply(&mut self, suppliers: &Suppliers<'_>, settled: &Settled) -> Result<(), PlanError> {
        for (key, identity) in suppliers.in_order() {
            if let Some(obstacle) = settled.blocked.get(identity) {
                let managed = self.survey.path.child(crate::fabric::layout::MANAGED);
                let message = format!("{identity} cannot be written: {} is in the way", managed.join_path(obstacle));
                self.block(key, Code::PathBlocked, &message);
                continue;
            }
            let change = self.change(identity, key)?;
            self.set(key, State::Supplies(change));
        }
        Ok(())
    }

    /// Under `on-existing: refuse`, refuses the objects that managed/ holds with another value.
    pub(super) fn refuse_existing(&mut self, suppliers: &mut Suppliers<'_>) -> Result<(), PlanError> {
        if self.survey.manifest.on_existing == OnExisting::Replace {
            return Ok(());
        }
        for (key, identity) in suppliers.in_order() {
            if self.change(identity, key)? == Change::Updated {
                let message = format!("managed/ holds {identity} with another value");
                self.block(key, Code::AlreadyManaged, &message);
                suppliers.remove(identity);
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
        let Some(old) = self.holdings.document(path, identity) else { return Ok(Change::Updated) };
        let old = self.value(&self.held_bytes(blob, path)?, &old.unit);
        let new = self.value(&self.bytes(key.0)?, &self.document(key).unit);
        Ok(if old.is_some() && old == new { Change::Unchanged } else { Change::Updated })
    }
}
