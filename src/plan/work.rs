//! One fabric directory while it is being planned: what was read, what was decided so far, and its bytes on demand.

use std::cell::RefCell;
use std::collections::BTreeMap;
use std::rc::Rc;

use crate::fabric::inventory::Leaves;
use crate::fabric::layout::{MANAGED, RAW, UNMANAGED};
use crate::fabric::survey::Survey;
use crate::finding::Finding;
use crate::ids::{BlobId, Entry};
use crate::path::RepoPath;
use crate::report::{Change, Repair};
use crate::snapshot::Objects;
use crate::verdict::file::{Document, File};
use crate::verdict::unit::Unit;
use crate::yaml::{Limits, canonical_json, parse, split};

use super::desk::Desk;
use super::error::PlanError;
use super::holdings::Holdings;
use super::park::Lot;
use super::sidecar::{self, Sidecar};
use super::source::{Sorted, Source};

/// Where a document is: its source's index and its own in that.
pub(super) type Key = (usize, usize);

/// What has been decided about a document.
#[derive(Debug, Clone)]
pub(super) enum State {
    /// It is valid, and nothing speaks against it so far.
    Candidate,
    /// It goes to unmanaged/ for these reasons, or stays there if --retry found it there.
    Refused(Vec<Finding>),
    /// It becomes the object's file.
    Supplies(Change),
    /// It vanishes: a document of the same bytes becomes the object's file.
    Vanishes,
}

/// A fabric directory while it is being planned.
pub(super) struct Work<'a> {
    pub(super) objects: &'a dyn Objects,
    pub(super) survey: &'a Survey,
    pub(super) limits: &'a Limits,
    pub(super) sources: &'a [Source],
    pub(super) holdings: &'a Holdings,
    pub(super) unmanaged: &'a Leaves,
    pub(super) states: Vec<Vec<State>>,
    pub(super) desk: Desk,
    pub(super) lot: Lot,
    pub(super) repairs: Vec<Repair>,
    pub(super) findings: Vec<Finding>,
    /// The documents of the same object and value that yield to each supplier.
    pub(super) followers: BTreeMap<Key, Vec<Key>>,
    /// Where each source's leftover was parked, below the fabric directory.
    pub(super) parked: BTreeMap<usize, RepoPath>,
    last_read: RefCell<Option<(usize, Rc<[u8]>)>>,
    last_held: RefCell<Option<(BlobId, Rc<[u8]>)>>,
}

impl<'a> Work<'a> {
    pub(super) fn new(
        objects: &'a dyn Objects,
        survey: &'a Survey,
        limits: &'a Limits,
        sources: &'a [Source],
        holdings: &'a Holdings,
        unmanaged: &'a Leaves,
    ) -> Self {
        let state = |document: &Document| match document.target {
            Some(_) => State::Candidate,
            None => State::Refused(document.findings.clone()),
        };
        let states = |source: &Source| match &source.content {
            Sorted::Judged(File::Documents(documents)) => documents.iter().map(state).collect(),
            _ => Vec::new(),
        };
        Self {
            objects,
            survey,
            limits,
            sources,
            holdings,
            unmanaged,
            states: sources.iter().map(states).collect(),
            desk: Desk::new(objects.hash_kind()),
            lot: Lot::new(unmanaged),
            repairs: Vec::new(),
            findings: Vec::new(),
            followers: BTreeMap::new(),
            parked: BTreeMap::new(),
            last_read: RefCell::new(None),
            last_held: RefCell::new(None),
        }
    }

    /// The documents of a source.
    pub(super) fn documents(&self, source: usize) -> &'a [Document] {
        match &self.sources[source].content {
            Sorted::Judged(File::Documents(documents)) => documents,
            _ => &[],
        }
    }

    /// A document.
    pub(super) fn document(&self, (source, document): Key) -> &'a Document {
        &self.documents(source)[document]
    }

    /// The keys of the documents that are candidates, in order.
    pub(super) fn candidates(&self) -> Vec<Key> {
        let of = |(source, states): (usize, &Vec<State>)| {
            let is_candidate = |(_, state): &(usize, &State)| matches!(state, State::Candidate);
            states.iter().enumerate().filter(is_candidate).map(|(i, _)| (source, i)).collect::<Vec<Key>>()
        };
        self.states.iter().enumerate().flat_map(of).collect()
    }

    pub(super) fn set(&mut self, (source, document): Key, state: State) {
        self.states[source][document] = state;
    }

    /// Refuses a document for one reason.
    pub(super) fn refuse(&mut self, key: Key, finding: Finding) {
        let mut findings = vec![finding];
        findings.extend(self.document(key).findings.iter().cloned());
        self.set(key, State::Refused(findings));
    }

    /// A finding about a document, at its first line.
    pub(super) fn finding(&self, key: Key, code: crate::verdict::code::Code, message: String) -> Finding {
        let document = self.document(key);
        let mut finding = Finding::new(code, self.repository_path(key.0), message);
        finding.document = Some(document.number);
        let (line, _) = document.lines;
        finding.place = Some(crate::finding::Place { line, column: 1, end_line: line, end_column: 1 });
        finding.object.clone_from(&document.object);
        finding
    }

    /// A source's path from the repository's root.
    pub(super) fn repository_path(&self, source: usize) -> RepoPath {
        self.survey.path.join_path(&self.sources[source].path)
    }

    /// A blob's bytes.
    pub(super) fn blob(&self, blob: BlobId, path: &RepoPath) -> Result<Vec<u8>, PlanError> {
        let read = |source| PlanError::Read { path: self.survey.path.join_path(path), source };
        self.objects.blob(blob).map_err(read)
    }

    /// A source's bytes. The last source read is kept: whoever reads many documents goes through them in order.
    pub(super) fn bytes(&self, source: usize) -> Result<Rc<[u8]>, PlanError> {
        if let Some((last, bytes)) = &*self.last_read.borrow()
            && *last == source
        {
            return Ok(Rc::clone(bytes));
        }
        let Source { path, entry, .. } = &self.sources[source];
        let bytes: Rc<[u8]> = self.blob(BlobId::new(entry.id), path)?.into();
        *self.last_read.borrow_mut() = Some((source, Rc::clone(&bytes)));
        Ok(bytes)
    }

    /// The bytes of a file of managed/. The last one read is kept, for whoever asks about each of its documents.
    pub(super) fn held_bytes(&self, blob: BlobId, path: &RepoPath) -> Result<Rc<[u8]>, PlanError> {
        if let Some((last, bytes)) = &*self.last_held.borrow()
            && *last == blob
        {
            return Ok(Rc::clone(bytes));
        }
        let bytes: Rc<[u8]> = self.blob(blob, &super::arrange::managed(path))?.into();
        *self.last_held.borrow_mut() = Some((blob, Rc::clone(&bytes)));
        Ok(bytes)
    }

    /// A document's value, in the one form that equal values share.
    pub(super) fn value(&self, bytes: &[u8], unit: &Unit) -> Option<String> {
        let main = &bytes[unit.main.start..unit.main.end];
        let roots = split(main).into_iter().map(|chunk| parse(main, &chunk, self.limits));
        roots.filter_map(|parsed| parsed.ok()?.root).next().as_ref().map(canonical_json)
    }

    /// What stands now at a path below the fabric directory, as far as this plan may touch it.
    pub(super) fn now(&self, path: &RepoPath) -> Option<Entry> {
        if let Some(path) = path.in_folder(RAW) {
            self.survey.raw.get(path).copied()
        } else if let Some(path) = path.in_folder(MANAGED) {
            self.holdings.leaves.get(path).copied()
        } else if let Some(path) = path.in_folder(UNMANAGED) {
            self.unmanaged.get(path).copied()
        } else {
            self.survey.loose.get(path).copied()
        }
    }

    /// hhgit's own sidecar at a path below unmanaged/, if what stands there is one.
    pub(super) fn own_sidecar(&self, path: &RepoPath) -> Result<Option<Sidecar>, PlanError> {
        let entry = self.unmanaged.get(path).filter(|entry| entry.mode == sidecar::SIDECAR_MODE);
        let Some(blob) = entry.and_then(Entry::as_file) else { return Ok(None) };
        let read = |source| PlanError::Read { path: self.survey.path.child(UNMANAGED).join_path(path), source };
        if self.objects.blob_size(blob).map_err(read)? > sidecar::LARGEST {
            return Ok(None);
        }
        Ok(sidecar::read(&self.blob(blob, path)?))
    }
}
