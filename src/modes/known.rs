//! What earlier runs know of a branch's fabric directories, and what this one learns: who has nothing to do looks at next to nothing.
//!
//! A fabric directory is settled where a run found nothing to do in it and nothing to say of it. That depends on its tree, on
//! where it is, and on what the key says, and on nothing else: not on the history, which is asked of documents in raw/ alone.

use std::cell::{Cell, RefCell};
use std::sync::Arc;

use crate::fabric::kinds::Kinds;
use crate::fabric::layout::{FabricDir, LayoutError, find_knowing};
use crate::fabric::search::Searched;
use crate::git::{BranchName, Repo};
use crate::ids::{ObjectId, TreeId};
use crate::memory::known::{Known, Passed, Settled};
use crate::memory::own::Own;
use crate::path::RepoPath;
use crate::plan::fabric::{FabricPlan, Inventory, Order};
use crate::plan::{PlanError, plan_fabric};
use crate::report::{DocumentRow, FabricReport, Fate};
use crate::snapshot::{Commit, Objects};

use super::look::{Request, look_each};
use super::stamp;
use super::sync::Task;
use super::verdicts::Shelf;

/// What is known of a branch, and learned of it.
#[derive(Debug, Default)]
pub(super) struct Memo {
    /// Where it is remembered, and under which key; none where nothing is.
    place: Option<(Own, String)>,
    /// What earlier runs know.
    was: Known,
    /// What this run knows.
    is: RefCell<Known>,
    /// The commit that this run looks at.
    tip: Cell<Option<Passed>>,
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
        Self { place: Some((own, key)), was, ..Self::default() }
    }

    /// What is known to a check that compares two commits.
    pub(super) fn of_check(repo: &Repo, named: &[RepoPath], request: &Request) -> Self {
        match asked(request) {
            Some(asked) => Self::read(repo, &format!("check {named:?}\n{asked}")),
            None => Self::default(),
        }
    }

    /// What a branch's ref names, where an earlier run found nothing to do in that commit. Nothing is read for it: it comes without
    /// its message, which may be megabytes, and its parents, which are asked for no fabric directory that is settled.
    pub(super) fn passed(&self, tip: Option<ObjectId>) -> Option<Commit> {
        let (tree, Passed { commit: id, committed }) = self.was.root.zip(self.was.passed)?;
        let commit = Commit { id, tree, parents: Vec::new(), committed, message: Vec::new() };
        (tip == Some(id.object())).then_some(commit)
    }

    /// The fabric directories of a branch's commit, of those named if any are.
    pub(super) fn find_in(
        &self,
        objects: &dyn Objects,
        commit: &Commit,
        named: &[RepoPath],
    ) -> Result<Vec<FabricDir>, LayoutError> {
        self.tip.set(Some(Passed { commit: commit.id, committed: commit.committed }));
        self.find(objects, commit.tree, named)
    }

    /// The fabric directories of a tree, of those named if any are.
    fn find(&self, objects: &dyn Objects, root: TreeId, named: &[RepoPath]) -> Result<Vec<FabricDir>, LayoutError> {
        let (dirs, searched) = self.search(objects, root, named)?;
        self.is.replace(Known { root: Some(root), searched, ..Known::default() });
        Ok(dirs)
    }

    /// The fabric directories of a tree that another is compared with.
    pub(super) fn find_before(&self, objects: &dyn Objects, root: TreeId) -> Result<Vec<FabricDir>, LayoutError> {
        Ok(self.search(objects, root, &[])?.0)
    }

    /// The fabric directories of a tree that is compared with another, and whether each path is there once.
    pub(super) fn find_after(
        &self,
        objects: &dyn Objects,
        root: TreeId,
    ) -> Result<(Vec<FabricDir>, bool), LayoutError> {
        Ok((self.find(objects, root, &[])?, self.is.borrow().searched.is_plain()))
    }

    fn search(
        &self,
        objects: &dyn Objects,
        root: TreeId,
        named: &[RepoPath],
    ) -> Result<(Vec<FabricDir>, Arc<Searched>), LayoutError> {
        if self.was.root == Some(root) && named.is_empty() {
            return Ok((self.was.searched.dirs.clone(), Arc::clone(&self.was.searched)));
        }
        let (dirs, searched) = find_knowing(objects, root, named, &Kinds::builtin(), &self.was.searched)?;
        Ok((dirs, Arc::new(searched)))
    }

    /// Those of these fabric directories that are settled, managed/ aside, which is not looked at.
    pub(super) fn settled_of(
        &self,
        objects: &dyn Objects,
        dirs: &[FabricDir],
        request: &Request,
    ) -> Result<Vec<Arc<Settled>>, PlanError> {
        let (mut found, open) = self.part(dirs);
        let request = Request { managed: false, keep: false, judged: None, ..request.clone() };
        let judge = |objects: &dyn Objects, dir: &FabricDir, inventory: Inventory| {
            let plan = plan_fabric(objects, None, &inventory, &Order::default(), &request.limits)?;
            let ruleset = stamp::ruleset(&inventory.survey.kinds, &inventory.survey.schemas);
            Ok::<_, PlanError>(settled(dir, &plan, &ruleset))
        };
        let fresh: Vec<Arc<Settled>> = look_each(objects, &open, &request, &judge)?.into_iter().flatten().collect();
        found.extend(fresh.iter().cloned());
        found.sort_by(|one, other| one.dir.path.cmp(&other.dir.path));
        self.learn(fresh);
        Ok(found)
    }

    /// Fabric directories in two: those known to be settled, and those to be looked at.
    pub(super) fn part(&self, dirs: &[FabricDir]) -> (Vec<Arc<Settled>>, Vec<FabricDir>) {
        let (mut settled, mut open) = (Vec::new(), Vec::new());
        for dir in dirs {
            match self.was.settled(dir) {
                Some(known) => settled.push(Arc::clone(known)),
                None => open.push(dir.clone()),
            }
        }
        self.is.borrow_mut().settled.clone_from(&settled);
        (settled, open)
    }

    /// Learns of fabric directories that they are settled.
    pub(super) fn learn(&self, settled: Vec<Arc<Settled>>) {
        let mut is = self.is.borrow_mut();
        is.settled.extend(settled);
        is.settled.sort_by(|one, other| one.dir.path.cmp(&other.dir.path));
    }

    /// Where verdicts are remembered, if anything is; a run that writes nothing only reads there.
    pub(super) fn shelf(&self, may_write: bool) -> Option<Shelf> {
        self.place.as_ref().map(|(own, _)| Shelf { own: own.clone(), may_write })
    }

    /// Remembers what this run knows, if that is anything new. Without it the next run is slower only.
    pub(super) fn keep(&self) {
        let mut is = self.is.borrow_mut();
        is.passed = self.tip.get().filter(|_| is.is_settled());
        if let Some((own, key)) = self.place.as_ref().filter(|_| *is != self.was) {
            drop(is.keep(own, key));
        }
    }
}

/// Adds what is reported of settled fabric directories.
pub(super) fn add(fabrics: &mut Vec<FabricReport>, settled: &[Arc<Settled>]) {
    fabrics.extend(settled.iter().map(|settled| report_of(settled)));
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
pub(super) fn settled(dir: &FabricDir, plan: &FabricPlan, ruleset: &str) -> Option<Arc<Settled>> {
    let report = &plan.report;
    let kept = report.documents.iter().map(|row| row.source.clone()).collect();
    let settled = Settled { dir: dir.clone(), name: report.name.clone(), kept, ruleset: ruleset.into() };
    (plan.is_quiet() && report_of(&settled) == *report).then(|| Arc::new(settled))
}

/// All that the outcome of a sync depends on besides the tree of a fabric directory, if that is all that can be said of it.
fn key(task: &Task) -> Option<String> {
    let is_plain = !task.request.keep && task.order.name.is_none() && task.turns.is_none();
    let asked = asked(&task.request).filter(|_| is_plain)?;
    Some(format!("repair {} {asked}", task.order.repair))
}

/// All that what is said of a fabric directory depends on besides its tree, if nothing is asked of some of its files alone.
fn asked(request: &Request) -> Option<String> {
    let is_plain = request.retry.is_none() && request.narrowed.is_empty() && request.judged.is_none();
    let rules = request.rules.as_ref().map(|(kinds, schemas)| stamp::ruleset(kinds, schemas));
    is_plain.then(|| {
        format!(
            "adopt {} managed {} level {:?} settings {:?} rules {rules:?} limits {:?}",
            request.adopt, request.managed, request.level, request.settings, request.limits
        )
    })
}
