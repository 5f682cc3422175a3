//! `hhgit hook pre-commit`: what is staged is sorted before it is committed, so that a person's own commit needs no sync.
//!
//! Only the fabric directories that the commit changes are sorted, and only the index and files that are staged as they lie are
//! touched. Where that cannot be done whole, nothing is done and the commit is refused. While git replays commits that somebody
//! made (a rebase, a cherry-pick, a revert) they stay as they are: a later pick would no longer fit, and what was taken back is
//! to be seen in history.

use crate::fabric::kinds::Kinds;
use crate::fabric::layout::{FabricDir, LayoutError, find, tree_at};
use crate::git::staged::{self, Index, StagedError};
use crate::git::tree::apply;
use crate::git::worktree::Obstacle;
use crate::git::{Reader, Repo};
use crate::ids::TreeId;
use crate::memory::store::Store;
use crate::modes::asked;
use crate::modes::check::{Asked, Named, remember, request_at};
use crate::modes::error::ModeError;
use crate::options::local_hooks::PreCommit;
use crate::options::{CheckLevel, Common};
use crate::report::local_hooks::{Staged, StagedOutcome};
use crate::snapshot::{Commit, Objects};
use crate::verdict::code::Severity;

use super::compared::compared;
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
    let planned = asked::Asked::default().task(None).draft_of(&reader, Some(&staged.commit), &dirs)?.planned;
    let to_sort = !planned.plan.is_empty();
    if let Some(what) = staged::replay(&repo) {
        let outcome = if to_sort { StagedOutcome::Unfinished(what) } else { StagedOutcome::Untouched };
        return Ok(Staged::nothing(outcome));
    }
    let memory = repo.memory();
    let was = before.clone().map(|commit| Named { commit, name: "HEAD" });
    let is = Named { commit: staged.commit.clone(), name: "what is staged" };
    let findings = compared(&reader, common, &memory, was, is)?.findings;
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
    // What was written is in the repository itself, where a new reader finds it.
    if let (Some(before), Ok(reader)) = (before, staged.reader(&repo)) {
        learn(&reader, common, &memory, &dirs, (before.tree, new_tree.id));
    }
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

/// Remembers what the commit will hold, from what is remembered of the one before, so that the next commit and push need not
/// learn it anew. Where that fails they are slower, and have no less of an answer.
fn learn(reader: &Reader, common: &Common, memory: &Store, dirs: &[FabricDir], (before, after): (TreeId, TreeId)) {
    let common = Common { fabrics: dirs.iter().map(|dir| dir.path.clone()).collect(), ..common.clone() };
    let level = CheckLevel::References;
    let request = request_at(level);
    let asked =
        Asked { common: &common, request: &request, level, max_deletions: None, memory: Some(memory), of_same: false };
    drop(remember(reader, &asked, Some(before), after));
}

fn in_the_way(error: StagedError) -> LocalError {
    match error {
        StagedError::Obstacle(Obstacle::InTheWay { paths }) => LocalError::InTheWay { paths },
        error => error.into(),
    }
}
