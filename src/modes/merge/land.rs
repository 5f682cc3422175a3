//! A merge that came out well into the repository: the merge commit, the sync commit on it, and the branch to that in one move.

use std::collections::BTreeMap;

use crate::fabric::changes::changes;
use crate::fabric::kinds::Kinds;
use crate::fabric::layout::{entry_at, find};
use crate::git::merging::Merging;
use crate::git::publish::Reflog;
use crate::git::tree::apply;
use crate::git::{BranchName, CommitMeta, NewTree, Published, Reader, Repo, Written, publish, write};
use crate::ids::{BlobId, ModeKind, TreeId};
use crate::modes::ModeError;
use crate::modes::authorship;
use crate::modes::sync::Task;
use crate::modes::tries::Done;
use crate::options::{Common, Sync};
use crate::path::RepoPath;
use crate::plan::{Content, Edit, Plan, Planned, Target};
use crate::report::Point;
use crate::report::merge::{Merge, MergeOutcome};
use crate::snapshot::{Commit, Objects};

/// Both sides.
#[derive(Debug, Clone, Copy)]
pub(super) struct Sides<'a> {
    pub(super) ours: &'a Commit,
    pub(super) theirs: &'a Commit,
}

/// How a merge gets into the repository.
pub(super) struct Land<'a> {
    pub(super) repo: &'a Repo,
    pub(super) place: &'a Merging<'a>,
    pub(super) reader: &'a Reader,
    pub(super) sides: Sides<'a>,
}

/// What the sync stands on: the merge commit, in the place of merging alone, or their commit.
pub(super) struct Ground {
    pub(super) commit: Commit,
    pub(super) edits: BTreeMap<RepoPath, Edit>,
    tree: Option<NewTree>,
    message: String,
}

impl Land<'_> {
    /// Their commit, which the branch has only to be moved to.
    pub(super) fn forward(&self) -> Result<Ground, ModeError> {
        let commit = self.sides.theirs.clone();
        Ok(Ground { edits: self.edits(commit.tree)?, commit, tree: None, message: String::new() })
    }

    /// A commit of both sides.
    pub(super) fn joined(&mut self, tree: TreeId, meta: &CommitMeta, message: &str) -> Result<Ground, ModeError> {
        let edits = self.edits(tree)?;
        let tree = apply(self.reader, self.sides.ours.tree, &edits)?;
        self.place.keep(edits.values(), &tree)?;
        let commit = self.place.commit(tree.id, meta, message)?;
        Ok(Ground { commit, edits, tree: Some(tree), message: message.to_owned() })
    }

    /// What leads from our tree to this one. What their side has at the same path is in the repository; other files are given
    /// along, since their only copy may be in the place of merging.
    pub(super) fn edits(&self, tree: TreeId) -> Result<BTreeMap<RepoPath, Edit>, ModeError> {
        let mut edits = BTreeMap::new();
        let changes = changes(self.reader, Some(self.sides.ours.tree), Some(tree), &RepoPath::root())?;
        for (path, change) in changes {
            let mut to = None;
            if let Some(entry) = change.new {
                let theirs = entry_at(self.reader, self.sides.theirs.tree, &path)?;
                let is_theirs = theirs == Some(entry) || entry.mode.kind() == ModeKind::Submodule;
                let content = match is_theirs {
                    true => Content::Existing(entry.id),
                    false => {
                        let id = BlobId::new(entry.id);
                        Content::New { id, bytes: self.reader.blob(id)? }
                    }
                };
                to = Some(Target { mode: entry.mode, content });
            }
            edits.insert(path, Edit { from: change.old, to });
        }
        Ok(edits)
    }

    /// Sorts what comes of the merge, writes all of it and moves the branch; a dry run stops before anything is written.
    pub(super) fn land(
        &self,
        common: &Common,
        branch: &BranchName,
        meta: &CommitMeta,
        ground: Ground,
        (mut merge, dry_run): (Merge, bool),
    ) -> Result<Done<Merge>, ModeError> {
        let planned = self.sorted(common, branch, &ground.commit)?;
        merge.fabrics.clone_from(&planned.fabrics);
        merge.findings.clone_from(&planned.findings);
        let sorted = match planned.plan.is_empty() {
            true => None,
            false => Some(apply(self.reader, ground.commit.tree, planned.plan.edits())?),
        };
        let is_new = ground.tree.is_some();
        if dry_run {
            merge.outcome = MergeOutcome::Planned;
            merge.merge = is_new.then_some(Point { commit: None, tree: ground.commit.tree });
            let on_top = sorted.map(|tree| Point { commit: None, tree: tree.id });
            merge.result = on_top.or(merge.merge).or(Some(merge.theirs));
            return Ok(Done::Report(Box::new(merge)));
        }
        let ours = self.sides.ours.id;
        let Ground { commit, edits, tree, message } = ground;
        let below = match tree {
            Some(tree) => write(self.repo, Some(ours), &Plan::of_edits(edits, &message), &tree, meta)?,
            None => Written::standing(ours, &commit, &edits),
        };
        merge.merge = is_new.then_some(Point { commit: Some(below.commit()), tree: below.tree() });
        let written = match sorted {
            Some(tree) => {
                let input = Commit { id: below.commit(), ..commit };
                let meta = authorship::of_sync(self.repo, &input, &common.identities, false)?;
                write(self.repo, Some(ours), &planned.plan, &tree, &meta)?.on_top_of(below)
            }
            None => below,
        };
        merge.result = Some(Point { commit: Some(written.commit()), tree: written.tree() });
        merge.outcome = if is_new { MergeOutcome::Merged } else { MergeOutcome::FastForwarded };

        let reflog = Reflog { who: meta.committer.clone(), message: format!("hhgit: merge {}", merge.other) };
        Ok(match publish(self.repo, branch, written, &reflog)? {
            Published::Published => Done::Report(Box::new(merge)),
            Published::AlreadyThere => {
                merge.notes.push("Somebody else made the same commit meanwhile.".to_owned());
                Done::Report(Box::new(merge))
            }
            Published::Moved { .. } => Done::Moved,
            Published::Gone => Done::Gone,
        })
    }

    /// What a sync makes of a commit.
    fn sorted(&self, common: &Common, branch: &BranchName, input: &Commit) -> Result<Planned, ModeError> {
        let dirs = find(self.reader, input.tree, &common.fabrics, &Kinds::builtin())?;
        if dirs.is_empty() {
            return Err(ModeError::NoFabric { branch: branch.short().to_owned() });
        }
        let task = Task::of_sync(common, &Sync::default());
        Ok(task.draft_of(self.reader, Some(input), &dirs)?.planned)
    }
}
