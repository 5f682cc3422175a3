//! `hhgit hook pre-commit`: what is staged is sorted before it is committed, so that a person's own commit needs no sync.
//!
//! Only the fabric directories that the commit changes are sorted, and only the index and files that are staged as they lie are
//! touched. Where that cannot be done whole, nothing is done and the commit is refused. While git replays commits that somebody
//! made (a rebase, a cherry-pick, a revert) they stay as they are: a later pick would no longer fit, and what was taken back is
//! to be seen in history.

use crate::fabric::kinds::Kinds;
use crate::fabric::layout::{FabricDir, LayoutError, find, tree_at};
use crate::finding::Finding;
use crate::git::staged::{self, Index, StagedError};
use crate::git::tree::apply;
use crate::git::worktree::Obstacle;
use crate::git::{Reader, Repo};
use crate::ids::TreeId;
use crate::memory::store::Store;
use crate::modes::check::{Asked, Named, compare, request_at};
use crate::modes::error::ModeError;
use crate::modes::look::{Request, look_into};
use crate::options::local_hooks::PreCommit;
use crate::options::{CheckLevel, Common};
use crate::plan::fabric::Order;
use crate::plan::message::Stamp;
use crate::plan::{Input, Planned, plan};
use crate::report::local_hooks::{Staged, StagedOutcome};
use crate::snapshot::{Commit, Objects};
use crate::verdict::code::Severity;

use super::local_error::LocalError;

/// Sorts what is staged.
pub fn pre_commit(common: &Common, options: PreCommit) -> Result<Staged, ModeError> {
    let repo = Repo::open(&common.directory)?;
    usable(&repo)?;
    let staged = staged::Staged::take(&repo).map_err(LocalError::from)?;
    let reader = staged.reader(&repo)?;
    let before = staged.commit.parents.first().map(|head| reader.commit(*head)).transpose()?;
    let dirs = changed(&reader, common, before.as_ref(), &staged.commit)?;
    if dirs.is_empty() {
        return Ok(Staged::nothing(StagedOutcome::Untouched));
    }
    let planned = planned(&reader, &dirs, &staged.commit)?;
    let to_sort = !planned.plan.is_empty();
    if let Some(what) = staged::replay(&repo) {
        let outcome = if to_sort { StagedOutcome::Unfinished(what) } else { StagedOutcome::Untouched };
        return Ok(Staged::nothing(outcome));
    }
    let findings = findings(&reader, common, &repo.memory(), before.clone(), &staged.commit)?;
    let range = if before.is_some() { "HEAD^..HEAD" } else { "HEAD" };
    let said = |outcome| Staged { outcome, fabrics: planned.fabrics.clone(), findings: findings.clone(), range };
    if options.strict && findings.iter().any(|finding| finding.severity == Severity::Error) {
        return Ok(said(StagedOutcome::Refused));
    }
    if !to_sort {
        return Ok(said(StagedOutcome::Untouched));
    }
    match staged.index {
        Index::Own => {}
        Index::OnTheFly => return Err(LocalError::OnTheFly.into()),
        Index::Partial => return Err(LocalError::Partial.into()),
    }
    let new_tree = apply(&reader, staged.commit.tree, planned.plan.edits())?;
    staged.replace(&repo, &planned.plan, &new_tree).map_err(in_the_way)?;
    let nothing_left = !staged.merges && before.as_ref().is_some_and(|before| before.tree == new_tree.id);
    learn(&repo, common, &staged, before, new_tree.id);
    Ok(said(if nothing_left { StagedOutcome::NothingLeft } else { StagedOutcome::Sorted }))
}

fn usable(repo: &Repo) -> Result<(), LocalError> {
    if let Some(dir) = repo.other_work_tree() {
        return Err(LocalError::OtherWorkTree { dir });
    }
    if repo.work_tree().is_none() { Err(LocalError::NoWorkTree) } else { Ok(()) }
}

/// The fabric directories that a commit changes. What others wait with in the rest is not this commit's business.
fn changed(
    reader: &Reader,
    common: &Common,
    before: Option<&Commit>,
    after: &Commit,
) -> Result<Vec<FabricDir>, ModeError> {
    if before.is_some_and(|before| before.tree == after.tree) {
        return Ok(Vec::new());
    }
    let mut dirs = Vec::new();
    for dir in find(reader, after.tree, &common.fabrics, &Kinds::builtin())? {
        let was = before.map(|before| tree_at(reader, before.tree, &dir.path)).transpose();
        if was.map_err(LayoutError::from)?.flatten() != Some(dir.tree) {
            dirs.push(dir);
        }
    }
    Ok(dirs)
}

/// The same plan that a sync of the commit would have.
fn planned(reader: &Reader, dirs: &[FabricDir], commit: &Commit) -> Result<Planned, ModeError> {
    let request = Request::default();
    let inventories = look_into(reader, dirs, &request)?;
    let stamp = Stamp { command: "sync", version: String::new(), rulesets: Vec::new(), options: Vec::new() };
    let input = Input {
        commit: Some(commit.id),
        tree: commit.tree,
        inventories: &inventories,
        order: &Order::default(),
        limits: &request.limits,
        stamp: &stamp,
    };
    Ok(plan(reader, &input)?)
}

/// What is wrong with what the commit changes, by the fabric's own manifest and CRDs.
fn findings(
    reader: &Reader,
    common: &Common,
    memory: &Store,
    before: Option<Commit>,
    after: &Commit,
) -> Result<Vec<Finding>, ModeError> {
    let level = CheckLevel::References;
    let asked = Asked { common, request: &request_at(level), level, max_deletions: None, memory: Some(memory) };
    let before = before.map(|commit| Named { commit, name: "HEAD" });
    let after = Named { commit: after.clone(), name: "what is staged" };
    let (report, learned) = compare(reader, &asked, before, after)?;
    // Without it the next commit is slower, and has no less of an answer.
    drop(learned.keep(memory));
    Ok(report.findings)
}

/// Remembers what the commit will hold, from what is remembered of the one before, so that the next commit and push need not
/// learn it anew. Where that fails they are slower, and have no less of an answer.
fn learn(repo: &Repo, common: &Common, staged: &staged::Staged, before: Option<Commit>, tree: TreeId) {
    let (Ok(sorted), Ok(reader)) = (staged.sorted(repo, tree), staged.reader(repo)) else { return };
    drop(findings(&reader, common, &repo.memory(), before, &sorted));
}

fn in_the_way(error: StagedError) -> LocalError {
    match error {
        StagedError::Obstacle(Obstacle::InTheWay { paths }) => LocalError::InTheWay { paths },
        error => error.into(),
    }
}
