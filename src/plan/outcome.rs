//! The report of one planned fabric directory: a row a document, the objects that leave managed/, all findings.

use std::collections::{BTreeMap, BTreeSet};

use crate::finding::{Finding, ObjectRef};
use crate::path::RepoPath;
use crate::plan::edit::Edit;
use crate::report::{DocumentRow, FabricReport, Fate};
use crate::verdict::code::Code;
use crate::verdict::file::{Document, File};
use crate::verdict::identity::Identity;

use super::arrange::managed;
use super::incoming::Suppliers;
use super::settle::Settled;
use super::source::{Home, Sorted, Source};
use super::work::{State, Work};

impl Work<'_> {
    /// One row a document, and one for each file that holds none.
    pub(super) fn rows(&self) -> Vec<DocumentRow> {
        (0..self.sources.len()).flat_map(|index| self.rows_of(index)).collect()
    }

    fn rows_of(&self, index: usize) -> Vec<DocumentRow> {
        let source = &self.sources[index];
        let whole = |fate, code, target: &RepoPath| DocumentRow {
            source: source.path.clone(),
            document: None,
            lines: None,
            object: None,
            fate,
            change: None,
            code,
            target: target.clone(),
        };
        match &source.content {
            Sorted::OwnSidecar => Vec::new(),
            Sorted::Stays => vec![whole(Fate::Kept, stays_code(source), &source.path)],
            Sorted::Judged(File::Whole(finding)) => match self.parked.get(&index) {
                Some(parked) => vec![whole(Fate::Unmanaged, Some(finding.code), parked)],
                None => Vec::new(),
            },
            Sorted::Judged(File::Documents(documents)) => {
                let rows = documents.iter().enumerate();
                rows.filter_map(|(i, document)| self.row(index, i, document)).collect()
            }
        }
    }

    fn row(&self, index: usize, i: usize, document: &Document) -> Option<DocumentRow> {
        let source = &self.sources[index];
        let retried = matches!(source.home, Home::Retried { .. });
        let target = document.target.as_ref().map(|target| managed(target.path()));
        let (fate, change, code, target) = match &self.states[index][i] {
            State::Supplies(change) => (Fate::Managed, Some(*change), None, target?),
            State::Vanishes => (Fate::Managed, None, Some(Code::DuplicateIdentity), target?),
            // What --retry found and what did not pass is where it was, and no news.
            State::Refused(_) | State::Candidate if retried => return None,
            State::Refused(findings) => {
                let code = findings.first().map(|finding| finding.code);
                (Fate::Unmanaged, None, code, self.parked.get(&index)?.clone())
            }
            State::Candidate => return None,
        };
        Some(DocumentRow {
            source: source.path.clone(),
            document: Some(document.number),
            lines: Some(document.lines),
            object: document.object.clone(),
            fate,
            change,
            code,
            target,
        })
    }

    /// Every finding about the fabric directory, in path order.
    pub(super) fn all_findings(&self) -> Vec<Finding> {
        let mut findings = self.survey.findings.clone();
        findings.extend(self.findings.iter().cloned());
        for (index, source) in self.sources.iter().enumerate() {
            // What --retry finds by itself and does not take is no news; what was named is asked about.
            let silent = matches!(source.home, Home::Retried { named: false });
            match &source.content {
                Sorted::Judged(File::Whole(finding)) if !silent => findings.push((**finding).clone()),
                Sorted::Stays => findings.extend(stays_finding(source, self.repository_path(index))),
                _ => {}
            }
            for (state, document) in self.states[index].iter().zip(self.documents(index)) {
                match state {
                    State::Refused(reasons) if !silent => findings.extend(reasons.iter().cloned()),
                    State::Supplies(_) | State::Vanishes => findings.extend(document.findings.iter().cloned()),
                    _ => {}
                }
            }
        }
        findings.sort_by(|a, b| {
            let key = |f: &Finding| (f.path.clone(), f.document, f.place, f.code);
            key(a).cmp(&key(b))
        });
        findings
    }

    /// The objects that managed/ held before and does not hold after, in order.
    pub(super) fn removed(&self, suppliers: &Suppliers<'_>, settled: &Settled) -> Vec<ObjectRef> {
        let moved: BTreeSet<&RepoPath> = settled
            .repairs
            .iter()
            .filter(|(_, repair)| !matches!(repair, super::settle::Repair::Park { .. }))
            .map(|(path, _)| path)
            .collect();
        let leaves = |path: &RepoPath| {
            settled.replaced.contains(path) || (settled.repairs.contains_key(path) && !moved.contains(path))
        };
        let supplied = |identity: &Identity| {
            suppliers.get(identity).is_some_and(|key| matches!(self.states[key.0][key.1], State::Supplies(_)))
        };
        let gone =
            self.holdings.identities().filter(|(identity, holders)| holders.iter().all(leaves) && !supplied(identity));
        gone.filter_map(|(identity, holders)| self.object_in(identity, holders.first()?)).collect()
    }

    fn object_in(&self, identity: &Identity, path: &RepoPath) -> Option<ObjectRef> {
        self.holdings.document(path, identity)?.object.clone()
    }
}

fn stays_code(source: &Source) -> Option<Code> {
    (source.entry.mode.kind() == crate::ids::ModeKind::Submodule).then_some(Code::Submodule)
}

fn stays_finding(source: &Source, path: RepoPath) -> Option<Finding> {
    stays_code(source).map(|code| Finding::new(code, path, "a submodule stays in raw/ and is never looked into"))
}

/// The report of a fabric directory that was planned.
pub(super) fn report(
    work: &Work<'_>,
    name: String,
    edits: &BTreeMap<RepoPath, Edit>,
    removed: Vec<ObjectRef>,
) -> FabricReport {
    FabricReport {
        documents: work.rows(),
        repairs: work.repairs.clone(),
        removed,
        edits: edits.iter().map(|(path, edit)| (path.clone(), edit.row())).collect(),
        ..FabricReport::unchanged(work.survey.path.clone(), name)
    }
}
