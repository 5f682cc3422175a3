//! The edits in managed/: the files of raw objects, the files they replace, and repairs.

use crate::fabric::layout::{MANAGED, UNMANAGED};
use crate::finding::Finding;
use crate::ids::{BlobId, Entry, Mode};
use crate::path::RepoPath;
use crate::report;
use crate::verdict::code::{Code, Severity};
use crate::verdict::unit::alone;

use super::error::PlanError;
use super::incoming::Suppliers;
use super::park::{Claim, Judge, Lot, parked_name};
use super::settle::{Repair, Settled};
use super::sidecar::{self, Reason};
use super::work::{State, Work};

impl Work<'_> {
    /// Writes each supplied object's file, and takes away what it replaces.
    pub(super) fn write_objects(&mut self, suppliers: &Suppliers<'_>, settled: &Settled) -> Result<(), PlanError> {
        for path in &settled.replaced {
            self.desk.remove(&managed(path));
        }
        for (key, _) in suppliers.in_order() {
            let State::Supplies(_) = self.states[key.0][key.1] else { continue };
            let Some(target) = &self.document(key).target else { continue };
            let path = managed(target.path());
            if self.documents(key.0).len() == 1 {
                let entry = self.sources[key.0].entry;
                self.desk.put_existing(path, entry.mode, entry.id);
            } else {
                let bytes = alone(&self.bytes(key.0)?, &self.document(key).unit);
                self.desk.put_new(path, Mode::FILE, bytes)?;
            }
        }
        Ok(())
    }

    /// Makes the repairs of managed/.
    pub(super) fn write_repairs(&mut self, settled: &Settled) -> Result<(), PlanError> {
        for path in settled.repairs.keys() {
            self.desk.remove(&managed(path));
        }
        for (path, repair) in &settled.repairs {
            let Some(entry) = self.holdings.entry(path) else { continue };
            let code = match repair {
                Repair::Move { to } => {
                    self.desk.put_existing(managed(to), entry.mode, entry.id);
                    Code::Misplaced
                }
                Repair::Split { to } => {
                    let bytes = self.blob(BlobId::new(entry.id), &managed(path))?;
                    for (document, to) in self.holdings.documents(path).iter().zip(to) {
                        self.desk.put_new(managed(to), Mode::FILE, alone(&bytes, &document.unit))?;
                    }
                    Code::Misplaced
                }
                Repair::Park { doubled } => {
                    let code = if *doubled { Code::DuplicateIdentity } else { Code::ForeignFile };
                    self.park_managed(path, code)?;
                    code
                }
            };
            self.repairs.push(report::Repair { code, path: managed(path) });
        }
        Ok(())
    }

    /// Moves a file of managed/ to unmanaged/, beside a sidecar that says why.
    fn park_managed(&mut self, path: &RepoPath, code: Code) -> Result<(), PlanError> {
        let Some(entry) = self.holdings.entry(path) else { return Ok(()) };
        let source = managed(path);
        let finding = self.parked_finding(path, code);
        let reasons = [Reason { here: None, finding: &finding }];
        let (file, at) = self.park(&parked_name(path)?, &source, entry, &reasons)?;
        self.desk.put_existing(unmanaged(&file), entry.mode, entry.id);
        let bytes = sidecar::write(&entry, &source, &reasons, &self.at(&file));
        self.put_sidecar((file, entry), at, bytes)?;
        self.findings.push(finding);
        Ok(())
    }

    /// Why a file leaves managed/.
    fn parked_finding(&self, path: &RepoPath, code: Code) -> Finding {
        let documents = self.holdings.documents(path);
        let names_object = documents.iter().any(|document| document.identity.is_some());
        let object =
            documents.first().and_then(|document| Some((document.identity.as_ref()?, document.target.as_ref()?)));
        let (message, help) = match (code, object) {
            (Code::DuplicateIdentity, Some((identity, own))) => (
                format!(
                    "{identity} has its own file, {}, which stays",
                    self.survey.path.join_path(&managed(own.path()))
                ),
                "Compare the two; what this one has more, write into the other, then delete this one.",
            ),
            _ if names_object => (
                "the file names no Hedgehog object; a pruning Argo CD or Flux now deletes what it names".to_owned(),
                "Where it is still needed, move it out of the fabric directory to where something applies it.",
            ),
            _ => ("the file names no object at all".to_owned(), "Delete it, or move it out of the fabric directory."),
        };
        let mut finding = Finding::new(code, self.survey.path.join_path(&managed(path)), message);
        finding.severity = Severity::Warning;
        help.clone_into(&mut finding.help);
        if object.is_some() {
            finding.object = documents.first().and_then(|document| document.object.clone());
        }
        finding
    }

    /// The place for a file and its sidecar: where each is free or exactly this already, or where an earlier pair of hhgit's
    /// for the same source stands that nobody touched since.
    pub(super) fn park(
        &mut self,
        wanted: &RepoPath,
        source: &RepoPath,
        entry: Entry,
        reasons: &[Reason<'_>],
    ) -> Result<(RepoPath, RepoPath), PlanError> {
        let claims = [Claim::File(entry), Claim::Source(source.as_bytes().to_vec())];
        let mut lot = std::mem::take(&mut self.lot);
        let found = lot.find(wanted, &claims, &Pair { work: self, source, entry, reasons });
        self.lot = lot;
        found
    }

    /// Puts a sidecar, and marks its place and its file's as taken.
    pub(super) fn put_sidecar(
        &mut self,
        (file, entry): (RepoPath, Entry),
        at: RepoPath,
        bytes: Vec<u8>,
    ) -> Result<(), PlanError> {
        let sidecar = self.desk.put_new(unmanaged(&at), sidecar::SIDECAR_MODE, bytes)?;
        self.lot.place(file, entry);
        self.lot.place(at, sidecar);
        Ok(())
    }

    /// The repository path of a file in unmanaged/.
    pub(super) fn at(&self, file: &RepoPath) -> RepoPath {
        self.survey.path.join_path(&unmanaged(file))
    }
}

/// A file of unmanaged/ that is looking for a place, with what its sidecar will say.
struct Pair<'a> {
    work: &'a Work<'a>,
    source: &'a RepoPath,
    entry: Entry,
    reasons: &'a [Reason<'a>],
}

impl Judge for Pair<'_> {
    type Error = PlanError;

    fn claim(&self, lot: &Lot, file: &RepoPath, at: &RepoPath) -> Result<Option<Claim>, PlanError> {
        if lot.is_placed(file) || lot.is_placed(at) {
            return Ok(None);
        }
        if lot.is_free(at) {
            return Ok(lot.get(file).copied().map(Claim::File));
        }
        Ok(self.work.own_sidecar(at)?.map(|own| Claim::Source(own.source)))
    }

    fn fits(&self, lot: &Lot, file: &RepoPath, at: &RepoPath) -> Result<bool, PlanError> {
        let bytes = sidecar::write(&self.entry, self.source, self.reasons, &self.work.at(file));
        let same_sidecar = |here: &Entry| {
            here.mode == sidecar::SIDECAR_MODE
                && BlobId::of(self.work.objects.hash_kind(), &bytes).is_ok_and(|id| id.object() == here.id)
        };
        let file_fits = lot.is_free(file) || lot.get(file) == Some(&self.entry);
        let sidecar_fits = lot.is_free(at) || lot.get(at).is_some_and(same_sidecar);
        if file_fits && sidecar_fits {
            return Ok(true);
        }
        let (Some(here), Some(_)) = (lot.get(file), lot.get(at)) else { return Ok(false) };
        let own = self.work.own_sidecar(at)?;
        Ok(own.is_some_and(|own| own.source == self.source.as_bytes() && own.names(here)))
    }
}

/// A path below managed/, from the fabric directory.
pub(super) fn managed(path: &RepoPath) -> RepoPath {
    RepoPath::root().child(MANAGED).join_path(path)
}

/// A path below unmanaged/, from the fabric directory.
pub(super) fn unmanaged(path: &RepoPath) -> RepoPath {
    RepoPath::root().child(UNMANAGED).join_path(path)
}
