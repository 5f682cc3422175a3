//! Files put into one fabric directory as they are: one commit on the branch that HEAD names, by whoever asked for it.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use crate::fabric::kinds::Kinds;
use crate::fabric::layout::{FabricDir, find};
use crate::fabric::survey::{Survey, survey};
use crate::finding::Finding;
use crate::git::tree::apply;
use crate::git::{Reader, Repo, clean_up};
use crate::options::Common;
use crate::path::RepoPath;
use crate::plan::{Edit, Plan};
use crate::report::{FabricReport, Outcome, Point, Report};
use crate::snapshot::{Commit, Objects};
use crate::verdict::code::{Code, Severity};

use super::authorship;
use super::error::ModeError;
use super::sync::{Start, Task, branch, tip};
use super::talk::Talk;
use super::tries::{Done, until_done};

/// How many files a message names.
const MOST_LINES: usize = 50;

/// Who puts files into a fabric directory.
pub(super) struct Giver {
    /// The command, as reports name it.
    pub(super) command: &'static str,
    /// Whether to stop before anything is written.
    pub(super) dry_run: bool,
    /// What may be wrong with the fabric directory, because the files may put it right.
    pub(super) mends: Option<Code>,
}

/// What is put into it.
pub(super) struct Offer {
    /// The files, from the fabric directory down.
    pub(super) files: BTreeMap<RepoPath, Vec<u8>>,
    /// What the commit's subject says of this many changed files, before the fabric's name.
    pub(super) subject: fn(usize) -> String,
    /// What is wrong with it; an error refuses it.
    pub(super) findings: Vec<Finding>,
    /// What else to say.
    pub(super) notes: Vec<String>,
}

/// Where files are put.
pub(super) struct Place<'a> {
    pub(super) reader: &'a Reader,
    pub(super) dir: &'a FabricDir,
    pub(super) survey: &'a Survey,
}

impl Giver {
    /// Makes the offer of what the branch holds, and commits it; starts over when the branch moves meanwhile.
    pub(super) fn give(
        &self,
        common: &Common,
        talk: &mut dyn Talk,
        make: impl Fn(&Place<'_>) -> Result<Offer, ModeError>,
    ) -> Result<Report, ModeError> {
        let repo = Repo::open(&common.directory)?;
        let branch = branch(&repo, None, "there is no branch to commit to; check one out first: git switch main")?;
        if !self.dry_run {
            clean_up(&repo, &branch);
        }
        until_done(&branch, talk, |_| {
            let tip = tip(&repo, &branch, false)?;
            let reader = Reader::new(&repo)?;
            let input = reader.commit(tip)?;
            let dirs = find(&reader, input.tree, &common.fabrics, &Kinds::builtin())?;
            let from = Start::here(&repo, &reader, &branch, Some(&input), &dirs, &common.progress);
            self.once(&from, &input, common, &make)
        })
    }

    fn once(
        &self,
        from: &Start<'_>,
        input: &Commit,
        common: &Common,
        make: &impl Fn(&Place<'_>) -> Result<Offer, ModeError>,
    ) -> Result<Done, ModeError> {
        let dir = match from.dirs {
            [dir] => dir,
            [] => return Err(ModeError::NoFabric { branch: from.branch.short().to_owned() }),
            several => return Err(ModeError::Several { paths: several.iter().map(|dir| dir.path.clone()).collect() }),
        };
        let survey = survey(from.reader, dir)?;
        let mut report = Report { findings: survey.findings.clone(), ..from.unchanged(self.command) };
        report.findings.retain(|finding| finding.severity == Severity::Error && Some(finding.code) != self.mends);
        if is_refused(&report) {
            report.outcome = Outcome::Refused;
            return Ok(Done::Report(Box::new(report)));
        }
        let offer = make(&Place { reader: from.reader, dir, survey: &survey })?;
        report.notes = offer.notes;
        report.findings = offer.findings;
        if is_refused(&report) {
            report.outcome = Outcome::Refused;
            return Ok(Done::Report(Box::new(report)));
        }
        let files = offer.files.into_iter().map(|(path, bytes)| (survey.path.join_path(&path), bytes)).collect();
        let say = |edits: &BTreeMap<RepoPath, Edit>| message(&(offer.subject)(edits.len()), &survey, edits);
        let plan = Plan::of_files(from.reader, input.tree, files, say)?;
        if plan.is_empty() {
            return Ok(Done::Report(Box::new(report)));
        }
        let edits = plan.rows_below(&survey.path);
        let fabric = FabricReport::unchanged(survey.path.clone(), survey.manifest.name.clone());
        report.fabrics = vec![FabricReport { edits, ..fabric }];
        let new_tree = apply(from.reader, input.tree, plan.edits())?;
        if self.dry_run {
            report.outcome = Outcome::Planned;
            report.result = Some(Point { commit: None, tree: new_tree.id });
            return Ok(Done::Report(Box::new(report)));
        }
        let meta = authorship::of_person(from.repo, Some(input.id), &common.identities, common.now)?;
        Task::publish(from, &plan, &new_tree, &meta, report)
    }
}

fn is_refused(report: &Report) -> bool {
    report.findings.iter().any(|finding| finding.severity == Severity::Error)
}

fn message(subject: &str, survey: &Survey, edits: &BTreeMap<RepoPath, Edit>) -> String {
    let mut text = format!("hhgit: {subject} {}\n\n", survey.manifest.name);
    for (path, edit) in edits.iter().take(MOST_LINES) {
        let word = if edit.from.is_some() { "updated" } else { "added" };
        let _ = writeln!(text, "  {word} {path}");
    }
    if edits.len() > MOST_LINES {
        let _ = writeln!(text, "  and {} more", edits.len() - MOST_LINES);
    }
    let _ = writeln!(text, "\nHhgit-Version: {}", env!("CARGO_PKG_VERSION"));
    text
}

/// What is to be told of each fabric directory of the branch that HEAD names; one that is broken is told by its fault.
pub(super) fn each_fabric<T>(
    common: &Common,
    tell: impl Fn(&Reader, &FabricDir) -> Result<T, ModeError>,
) -> Result<Vec<T>, ModeError> {
    let repo = Repo::open(&common.directory)?;
    let branch = branch(&repo, None, "there is no branch to look at; check one out first: git switch main")?;
    let tip = tip(&repo, &branch, false)?;
    let reader = Reader::new(&repo)?;
    let tree = reader.commit(tip)?.tree;
    let dirs = find(&reader, tree, &common.fabrics, &Kinds::builtin())?;
    if dirs.is_empty() {
        return Err(ModeError::NoFabric { branch: branch.short().to_owned() });
    }
    for dir in &dirs {
        let findings = survey(&reader, dir)?.findings;
        if let Some(fault) = findings.into_iter().find(|finding| finding.severity == Severity::Error) {
            return Err(ModeError::Broken { path: fault.path, message: fault.message });
        }
    }
    dirs.iter().map(|dir| tell(&reader, dir)).collect()
}
