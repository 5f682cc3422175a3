//! What earlier runs know of a branch's fabric directories, and what this one learns: who has nothing to do looks at next to nothing.
//!
//! A fabric directory is settled where a run found nothing to do in it and nothing to say of it. That depends on its tree, on
//! where it is, and on what the key says, and on nothing else: not on the history, which is asked of documents in raw/ alone.

use std::cell::RefCell;

use crate::fabric::kinds::Kinds;
use crate::fabric::layout::{FabricDir, LayoutError, find_knowing};
use crate::git::{BranchName, Repo};
use crate::ids::TreeId;
use crate::memory::known::{Known, Settled};
use crate::memory::own::Own;
use crate::path::RepoPath;
use crate::plan::fabric::FabricPlan;
use crate::report::{DocumentRow, FabricReport, Fate};
use crate::snapshot::Objects;

use super::stamp;
use super::sync::Task;

/// What is known of a branch, and learned of it.
#[derive(Debug, Default)]
pub(super) struct Memo {
    /// Where it is remembered, and under which key; none where nothing is.
    place: Option<(Own, String)>,
    /// What earlier runs know.
    was: Known,
    /// What this run knows.
    is: RefCell<Known>,
}

impl Memo {
    /// What is known to a sync of this branch that does what the task says, in these fabric directories.
    pub(super) fn of_sync(repo: &Repo, branch: &BranchName, named: &[RepoPath], task: &Task) -> Self {
        let Some(asked) = key(task) else { return Self::default() };
        Self::read(repo, &format!("sync {branch} {named:?}\n{asked}"))
    }

    fn read(repo: &Repo, key: &str) -> Self {
        let (version, ruleset) = (env!("CARGO_PKG_VERSION"), stamp::builtin());
        let key = format!("{version} {ruleset} {:?}\n{key}", repo.hash_kind());
        let own = repo.own_memory();
        let was = Known::read(&own, &key).unwrap_or_default();
        Self { place: Some((own, key)), was, is: RefCell::default() }
    }

    /// The fabric directories of a tree, of those named if any are.
    pub(super) fn find(
        &self,
        objects: &dyn Objects,
        root: TreeId,
        named: &[RepoPath],
    ) -> Result<Vec<FabricDir>, LayoutError> {
        let (dirs, searched) = if self.was.root == Some(root) && named.is_empty() {
            (self.was.searched.dirs.clone(), self.was.searched.clone())
        } else {
            find_knowing(objects, root, named, &Kinds::builtin(), &self.was.searched)?
        };
        self.is.replace(Known { root: Some(root), searched, settled: Vec::new() });
        Ok(dirs)
    }

    /// Fabric directories in two: those known to be settled, and those to be looked at.
    pub(super) fn part(&self, dirs: &[FabricDir]) -> (Vec<Settled>, Vec<FabricDir>) {
        let (mut settled, mut open) = (Vec::new(), Vec::new());
        for dir in dirs {
            match self.was.settled(dir) {
                Some(known) => settled.push(known.clone()),
                None => open.push(dir.clone()),
            }
        }
        self.is.borrow_mut().settled.clone_from(&settled);
        (settled, open)
    }

    /// Learns of fabric directories that they are settled.
    pub(super) fn learn(&self, settled: Vec<Settled>) {
        let mut is = self.is.borrow_mut();
        is.settled.extend(settled);
        is.settled.sort_by(|one, other| one.dir.path.cmp(&other.dir.path));
    }

    /// Remembers what this run knows, if that is anything new. Without it the next run is slower only.
    pub(super) fn keep(&self, task: &Task) {
        if task.dry_run {
            return;
        }
        let is = self.is.borrow();
        if let Some((own, key)) = self.place.as_ref().filter(|_| *is != self.was) {
            drop(is.keep(own, key));
        }
    }
}

/// Adds what is reported of settled fabric directories.
pub(super) fn add(fabrics: &mut Vec<FabricReport>, settled: &[Settled]) {
    fabrics.extend(settled.iter().map(report_of));
    fabrics.sort_by(|one, other| one.path.cmp(&other.path));
}

fn report_of(settled: &Settled) -> FabricReport {
    let kept = |path: &RepoPath| DocumentRow {
        source: path.clone(),
        document: None,
        lines: None,
        object: None,
        fate: Fate::Kept,
        change: None,
        code: None,
        target: path.clone(),
    };
    let documents = settled.kept.iter().map(kept).collect();
    FabricReport { documents, ..FabricReport::unchanged(settled.dir.path.clone(), settled.name.clone()) }
}

/// A fabric directory as it is remembered, if it is settled by this plan: what is said of it later is what is said now.
pub(super) fn settled(dir: &FabricDir, plan: &FabricPlan, ruleset: &str) -> Option<Settled> {
    let report = plan.report();
    let kept = report.documents.iter().map(|row| row.source.clone()).collect();
    let settled = Settled { dir: dir.clone(), name: report.name.clone(), kept, ruleset: ruleset.into() };
    (!plan.has_findings() && report_of(&settled) == *report).then_some(settled)
}

/// All that the outcome of a sync depends on besides the tree of a fabric directory, if that is all that can be said of it.
fn key(task: &Task) -> Option<String> {
    let request = &task.request;
    let is_plain = request.retry.is_none()
        && request.narrowed.is_empty()
        && request.judged.is_none()
        && !request.keep
        && task.order.name.is_none()
        && task.turns.is_none();
    let rules = request.rules.as_ref().map(|(kinds, schemas)| stamp::ruleset(kinds, schemas));
    is_plain.then(|| {
        format!(
            "adopt {} managed {} repair {} level {:?} settings {:?} rules {rules:?} limits {:?}",
            request.adopt, request.managed, task.order.repair, request.level, request.settings, request.limits
        )
    })
}
