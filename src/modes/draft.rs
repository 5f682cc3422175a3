//! Drafting: each fabric directory of a commit looked at and planned, several at once, so that of those that are planned only the
//! plan is held.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use crate::fabric::layout::FabricDir;
use crate::git::NewTree;
use crate::git::tree::apply_below;
use crate::ids::{CommitId, TreeId};
use crate::memory::known::Settled;
use crate::path::RepoPath;
use crate::plan::fabric::{FabricPlan, Inventory};
use crate::plan::message::{MOST_LINES, Stamp};
use crate::plan::source::Home;
use crate::plan::{Applied, Content, Edit, Planned, assemble, plan_fabric};
use crate::snapshot::{Commit, Objects};

use super::error::ModeError;
use super::known;
use super::look::look_each;
use super::stamp;
use super::sync::Task;

/// What was found and what is to become of it.
pub(super) struct Draft {
    pub(super) tree: TreeId,
    pub(super) stamp: Stamp,
    pub(super) planned: Planned,
    /// The files of unmanaged/ that were judged again.
    pub(super) retried: Vec<RepoPath>,
    /// The loose files that are to be adopted.
    pub(super) adopted: Vec<RepoPath>,
    /// The fabric directories that were looked at and turned out to be settled.
    pub(super) settled: Vec<Arc<Settled>>,
}

/// What is kept of one fabric directory.
struct Drafted {
    plan: FabricPlan,
    ruleset: String,
    retried: Vec<RepoPath>,
    adopted: Vec<RepoPath>,
}

impl Task {
    /// Looks at these fabric directories of a commit, or of a branch without one, and plans; asks or writes nothing.
    pub(super) fn draft_of(
        &self,
        objects: &dyn Objects,
        input: Option<&Commit>,
        dirs: &[FabricDir],
    ) -> Result<Draft, ModeError> {
        self.draft_beside(objects, input, dirs, &[])
    }

    /// The same beside fabric directories of the commit that are known to be settled.
    pub(super) fn draft_beside(
        &self,
        objects: &dyn Objects,
        input: Option<&Commit>,
        dirs: &[FabricDir],
        known: &[Arc<Settled>],
    ) -> Result<Draft, ModeError> {
        let tree = input.map_or_else(|| TreeId::empty(objects.hash_kind()), |commit| commit.tree);
        let commit = input.map(|commit| commit.id);
        let each = |objects: &dyn Objects, dir: &FabricDir, inventory: Inventory| {
            let drafted = self.fabric(objects, commit, &inventory)?;
            if self.brief { abridged(objects, dir, drafted) } else { Ok(drafted) }
        };
        let drafted = look_each(objects, dirs, &self.request, &each)?;
        let looked = drafted.iter().map(|fabric| fabric.ruleset.as_str());
        let rulesets: BTreeSet<&str> = looked.chain(known.iter().map(|settled| &*settled.ruleset)).collect();
        let mut stamp = self.stamp(rulesets.into_iter().map(str::to_owned).collect());
        let all = dirs.iter().chain(known.iter().map(|settled| &settled.dir));
        stamp.options.extend(stamp::level(objects, all, self.request.level)?);
        let of = |(dir, fabric): (&FabricDir, &Drafted)| known::settled(dir, &fabric.plan, &fabric.ruleset);
        let settled = dirs.iter().zip(&drafted).filter_map(of).collect();
        let (mut plans, mut retried, mut adopted) = (Vec::new(), Vec::new(), Vec::new());
        for fabric in drafted {
            plans.push(fabric.plan);
            retried.extend(fabric.retried);
            adopted.extend(fabric.adopted);
        }
        let mut planned = assemble(&stamp, tree, plans);
        known::add(&mut planned.fabrics, known);
        Ok(Draft { tree, planned, stamp, retried, adopted, settled })
    }

    fn fabric(
        &self,
        objects: &dyn Objects,
        commit: Option<CommitId>,
        inventory: &Inventory,
    ) -> Result<Drafted, ModeError> {
        Ok(Drafted {
            ruleset: stamp::ruleset(&inventory.survey.kinds, &inventory.survey.schemas),
            retried: files(inventory, |home| matches!(home, Home::Retried { .. })),
            adopted: files(inventory, |home| home == Home::Loose),
            plan: plan_fabric(objects, commit, inventory, &self.order, &self.request.limits)?,
        })
    }

    fn stamp(&self, rulesets: Vec<String>) -> Stamp {
        let version = env!("CARGO_PKG_VERSION").to_owned();
        Stamp { command: self.command, version, rulesets, options: self.flags.clone() }
    }
}

/// The same with its edits applied, so that they need not be held, and without the rows that nobody will be shown.
fn abridged(objects: &dyn Objects, dir: &FabricDir, drafted: Drafted) -> Result<Drafted, ModeError> {
    if drafted.plan.edits.is_empty() {
        return Ok(drafted);
    }
    let FabricPlan { edits, mut report, findings, .. } = drafted.plan;
    let NewTree { id: tree, objects: trees } = apply_below(objects, &dir.path, dir.tree, &edits)?;
    let new = |edit: Edit| match edit.to?.content {
        Content::New { id, bytes } => Some((id, bytes)),
        Content::Existing(_) => None,
    };
    let blobs = edits.into_values().filter_map(new).collect();
    report.abridge(MOST_LINES);
    let plan = FabricPlan { applied: Some(Applied { tree, trees, blobs }), edits: BTreeMap::new(), report, findings };
    Ok(Drafted { plan, ..drafted })
}

/// The files to be sorted that lie in such a place, by their repository paths.
fn files(inventory: &Inventory, is_meant: fn(Home) -> bool) -> Vec<RepoPath> {
    let sources = inventory.sources.iter().filter(|source| is_meant(source.home));
    sources.map(|source| inventory.survey.path.join_path(&source.path)).collect()
}
