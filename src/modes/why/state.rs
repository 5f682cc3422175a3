//! Why a file is where it is: the reasons that hhgit wrote and what today's rules say, or what a sync would make of it.

use crate::fabric::layout::{MANAGED, RAW, SIDECAR, entry_at, is_yaml_name};
use crate::finding::{Finding, ObjectRef, Place};
use crate::git::Reader;
use crate::ids::{BlobId, Entry};
use crate::modes::ModeError;
use crate::modes::asked::Asked;
use crate::modes::check::quote;
use crate::modes::history::lineage::name;
use crate::modes::history::recompute::is_cut;
use crate::modes::look::{Request, survey_of};
use crate::options::Retry;
use crate::path::RepoPath;
use crate::plan::Planned;
use crate::plan::park::sidecar_of;
use crate::plan::sidecar::{self, Said, Sidecar, retry_command};
use crate::report::why::{Reason, State, Unmanaged, Waiting};
use crate::report::{DocumentRow, Fate};
use crate::snapshot::{Commit, Objects};
use crate::verdict::code::Code;
use crate::verdict::file::{File, judge};
use crate::verdict::judge::Judge;
use crate::yaml::Limits;

use super::find::Meant;

/// A file of a commit's fabric directory.
pub(super) struct Standing<'a> {
    pub(super) reader: &'a Reader,
    pub(super) commit: &'a Commit,
    pub(super) meant: &'a Meant,
    pub(super) entry: Entry,
    /// The document that is meant, where the file holds others beside it.
    pub(super) document: Option<u32>,
    /// The object that is meant, or the only one of the file.
    pub(super) object: Option<&'a ObjectRef>,
    pub(super) notes: Vec<String>,
}

impl Standing<'_> {
    /// Why the file is where it is.
    pub(super) fn state(&mut self) -> Result<State, ModeError> {
        let below = self.below();
        let is_in = |folder: &'static str| below.starts_with(&RepoPath::root().child(folder));
        match () {
            () if is_in(MANAGED) => self.waits_too().map(|()| State::Managed),
            () if is_in(RAW) => self.waiting().map(State::Waiting),
            () => self.unmanaged().map(State::Unmanaged),
        }
    }

    fn below(&self) -> RepoPath {
        self.meant.path.strip_prefix(&self.meant.dir.path).unwrap_or_default()
    }

    /// What sync would do, asked so; nothing where that takes history that is not here.
    fn planned(&mut self, asked: &Asked) -> Result<Option<Planned>, ModeError> {
        let dirs = std::slice::from_ref(&self.meant.dir);
        match asked.task(None).draft_of(self.reader, Some(self.commit), dirs) {
            Ok(draft) => Ok(Some(draft.planned)),
            Err(error) if is_cut(&error) => {
                let note = "What today's rules say cannot be told: this clone is shallow, and it takes the history before \
                            it. git fetch --unshallow gets the rest.";
                self.notes.push(note.to_owned());
                Ok(None)
            }
            Err(error) => Err(error),
        }
    }

    /// Notes which files of raw/ hold the object as well.
    fn waits_too(&mut self) -> Result<(), ModeError> {
        let Some(object) = self.object else { return Ok(()) };
        let survey = survey_of(self.reader, &self.meant.dir, &Request::default())?;
        let raw = survey.path.child(RAW);
        let limit = Limits::default().file_bytes;
        for (path, entry) in survey.raw.iter().filter(|(path, _)| is_yaml_name(path.file_name())) {
            let Some(blob) = entry.as_file() else { continue };
            if self.reader.blob_size(blob)? > limit {
                continue;
            }
            let path = raw.join_path(path);
            let file = judge(&self.reader.blob(blob)?, &path, &Judge::new(&survey.kinds), &Limits::default());
            let File::Documents(documents) = file else { continue };
            if documents.iter().filter_map(|document| document.object.as_ref()).any(|held| name(held) == name(object)) {
                self.notes.push(format!(
                    "{path} holds it too, and waits for hhgit sync; hhgit why {path} tells what becomes of it."
                ));
            }
        }
        Ok(())
    }

    fn waiting(&mut self) -> Result<Waiting, ModeError> {
        let below = self.below();
        let planned = self.planned(&Asked::default())?;
        let mut findings = self.findings(planned.as_ref());
        let fabric = planned.and_then(|planned| planned.fabrics.into_iter().next());
        let left_alone = fabric.as_ref().is_some_and(|fabric| fabric.left_alone);
        let rows = fabric.into_iter().flat_map(|fabric| fabric.documents);
        let documents = rows.filter(|row| row.source == below && self.is_meant(row.document)).collect();
        self.quote(&mut findings);
        Ok(Waiting { documents, findings, left_alone })
    }

    /// What a plan says of the file; of the whole directory where that is broken.
    fn findings(&self, planned: Option<&Planned>) -> Vec<Finding> {
        let Some(planned) = planned else { return Vec::new() };
        let left_alone = planned.fabrics.iter().any(|fabric| fabric.left_alone);
        let is_its = |finding: &&Finding| finding.path == self.meant.path && self.is_meant(finding.document);
        planned.findings.iter().filter(|finding| left_alone || is_its(finding)).cloned().collect()
    }

    /// Whether what is said of a document, or of the file as a whole, is about what was asked for.
    fn is_meant(&self, document: Option<u32>) -> bool {
        self.document.is_none() || document.is_none() || document == self.document
    }

    fn quote(&self, findings: &mut [Finding]) {
        let file = |path: &RepoPath| entry_at(self.reader, self.commit.tree, path).ok()??.as_file();
        quote(findings, &|path| self.reader.blob(file(path)?).ok());
    }

    fn unmanaged(&mut self) -> Result<Unmanaged, ModeError> {
        let below = self.below();
        let asked = Asked { retry: Retry::Below(self.meant.path.clone()), ..Asked::default() };
        let planned = self.planned(&asked)?;
        let mut now = self.findings(planned.as_ref());
        let passed =
            |row: &DocumentRow| row.source == below && row.fate == Fate::Managed && self.is_meant(row.document);
        let rows = planned.into_iter().flat_map(|planned| planned.fabrics).flat_map(|fabric| fabric.documents);
        let passes: Vec<DocumentRow> = rows.filter(passed).collect();
        let mut said = self.sidecar()?.map(|sidecar| sidecar.said).unwrap_or_default();
        said.retain(|said| self.is_meant(Some(said.document).filter(|document| *document > 0)));
        let mut reasons = Vec::new();
        for said in said {
            let Some(code) = Code::parse(&said.code) else {
                let code = crate::path::printable(&said.code);
                self.notes.push(format!("It was sorted out for {code}, a reason that this hhgit does not know."));
                continue;
            };
            let is_same = |finding: &Finding| finding.code == code && finding.document.unwrap_or(0) == said.document;
            reasons.push(match now.iter().position(is_same) {
                Some(at) => Reason { finding: now.remove(at), still: true },
                // What was taken back is applied for whoever names it; until then it stays.
                None => Reason { finding: self.old(code, said), still: code == Code::Reverted },
            });
        }
        let (mut olds, still): (Vec<Finding>, Vec<bool>) = reasons.into_iter().map(|r| (r.finding, r.still)).unzip();
        self.quote(&mut olds);
        self.quote(&mut now);
        let reasons = olds.into_iter().zip(still).map(|(finding, still)| Reason { finding, still }).collect();
        Ok(Unmanaged { reasons, now, passes, retry: retry_command(&self.meant.path) })
    }

    /// A finding as a sidecar keeps it.
    fn old(&self, code: Code, said: Said) -> Finding {
        let mut finding = Finding::new(code, self.meant.path.clone(), said.message);
        finding.help = said.help;
        finding.document = Some(said.document).filter(|document| *document > 0);
        finding.place = said.line.map(|line| Place { line, column: 1, end_line: line, end_column: 1 });
        finding
    }

    /// hhgit's own sidecar of the file, if it speaks of the file as it is.
    fn sidecar(&self) -> Result<Option<Sidecar>, ModeError> {
        let Ok(path) = sidecar_of(&self.meant.path) else { return Ok(None) };
        let found = own_sidecar(self.reader, self.commit, &path)?;
        Ok(found.filter(|sidecar| sidecar.names(&self.entry)))
    }
}

/// hhgit's own sidecar at a path.
fn own_sidecar(reader: &Reader, commit: &Commit, path: &RepoPath) -> Result<Option<Sidecar>, ModeError> {
    let entry = entry_at(reader, commit.tree, path)?;
    let Some(entry) = entry.filter(|entry| entry.mode == sidecar::SIDECAR_MODE) else { return Ok(None) };
    let blob = BlobId::new(entry.id);
    if reader.blob_size(blob)? > sidecar::LARGEST {
        return Ok(None);
    }
    Ok(sidecar::read(&reader.blob(blob)?))
}

/// The file that hhgit's own sidecar at a path speaks of, if the path is one's and the file is there.
pub(super) fn file_of_sidecar(
    reader: &Reader,
    commit: &Commit,
    path: &RepoPath,
) -> Result<Option<RepoPath>, ModeError> {
    let name = path.file_name().strip_suffix(SIDECAR.as_bytes()).unwrap_or_default();
    let Ok(file) = path.parent().unwrap_or_default().join(name) else { return Ok(None) };
    let is_there = entry_at(reader, commit.tree, &file)?.is_some();
    Ok((is_there && own_sidecar(reader, commit, path)?.is_some()).then_some(file))
}
