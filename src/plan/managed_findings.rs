//! What is wrong in managed/ and stays so: objects at wrong paths, doubled ones, files that are none of Hedgehog's.

use std::collections::BTreeMap;

use crate::fabric::layout::{GITKEEP, is_yaml_name, stays_in_managed};
use crate::finding::{Finding, Place};
use crate::path::RepoPath;
use crate::verdict::code::{Code, Severity};
use crate::verdict::file::{Document, File, by_entry};
use crate::verdict::identity::Identity;

use super::arrange::managed;
use super::settle::Settled;
use super::work::Work;

impl Work<'_> {
    /// Says what is wrong with the files of managed/ that stay as they are.
    pub(super) fn find_in_managed(&mut self, settled: &Settled) {
        let stays = |path: &RepoPath| !settled.replaced.contains(path) && !settled.repairs.contains_key(path);
        let mut findings = Vec::new();
        for (path, entry) in self.holdings.leaves.iter().filter(|(path, _)| stays(path)) {
            let name = path.file_name();
            if stays_in_managed(name) || name == GITKEEP.as_bytes() {
                continue;
            }
            match self.holdings.files.get(path) {
                Some(File::Documents(documents)) => self.documents_findings(settled, path, documents, &mut findings),
                Some(File::Whole(finding)) if finding.severity == Severity::Error => findings.push((**finding).clone()),
                Some(File::Whole(finding)) => findings.push(self.foreign(path, &finding.message)),
                None => {
                    let reason = by_entry(path, entry, is_yaml_name(name));
                    findings.extend(reason.map(|reason| self.foreign(path, &reason.message)));
                }
            }
        }
        self.findings.extend(findings);
    }

    fn foreign(&self, path: &RepoPath, message: &str) -> Finding {
        Finding::new(Code::ForeignFile, self.survey.path.join_path(&managed(path)), message)
    }

    fn documents_findings(
        &self,
        settled: &Settled,
        path: &RepoPath,
        documents: &[Document],
        findings: &mut Vec<Finding>,
    ) {
        let mut by_identity: BTreeMap<&Identity, Vec<&Document>> = BTreeMap::new();
        for document in documents {
            if let Some(identity) = &document.identity {
                by_identity.entry(identity).or_default().push(document);
            }
        }
        for document in documents {
            let foreign =
                matches!(document.refusal(), Some(Code::NotHedgehog | Code::NotAMapping | Code::InstallerOwned));
            for finding in &document.findings {
                let mut finding = finding.clone();
                if foreign {
                    finding.code = Code::ForeignFile;
                    Code::ForeignFile.help().clone_into(&mut finding.help);
                }
                findings.push(finding);
            }
            let same = document.identity.as_ref().and_then(|identity| by_identity.get(identity));
            let twin = same.and_then(|same| same.iter().find(|other| other.number != document.number)).copied();
            findings.extend(self.placement(settled, path, (document, twin)));
        }
    }

    /// Whether a document of managed/ is the only holder of its object, alone at its own path. Its twin is another of the
    /// same object in the same file.
    fn placement(
        &self,
        settled: &Settled,
        path: &RepoPath,
        (document, twin): (&Document, Option<&Document>),
    ) -> Option<Finding> {
        let identity = document.identity.as_ref()?;
        let about = |code: Code, message: String| {
            let mut finding = Finding::new(code, self.survey.path.join_path(&managed(path)), message);
            let (line, _) = document.lines;
            finding.document = Some(document.number);
            finding.place = Some(Place { line, column: 1, end_line: line, end_column: 1 });
            finding.object.clone_from(&document.object);
            finding
        };
        let gone = |holder: &RepoPath| settled.replaced.contains(holder) || settled.repairs.contains_key(holder);
        const NAMED: usize = 5;
        let others = self.holdings.holders(identity).iter().filter(|holder| *holder != path && !gone(holder));
        let others: Vec<String> =
            others.take(NAMED).map(|holder| format!("in {}", self.survey.path.join_path(&managed(holder)))).collect();
        let here = twin.map(|other| format!("at line {} of the same file", other.lines.0));
        let others: Vec<String> = here.into_iter().chain(others).collect();
        if !others.is_empty() {
            let mut finding = about(Code::DuplicateIdentity, format!("{identity} is also {}", others.join(", ")));
            finding.help =
                "Keep one of them in managed/ and delete the others; which one is applied last is chance.".to_owned();
            return Some(finding);
        }
        let target = document.target.as_ref()?.path();
        let message = if target != path {
            format!("{identity} belongs in {}", self.survey.path.join_path(&managed(target)))
        } else if self.holdings.documents(path).len() > 1 {
            format!("{identity} shares its file with other documents")
        } else {
            return None;
        };
        let mut finding = about(Code::Misplaced, message);
        if settled.tried_repair {
            "Move its file into raw/, where each of its documents is sorted.".clone_into(&mut finding.help);
        }
        Some(finding)
    }
}
