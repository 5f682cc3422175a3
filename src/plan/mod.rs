//! The plan: the edits that turn the input tree into the output tree, computed without touching git.
//!
//! [`plan`] takes what was read of each fabric directory and decides everything; nothing after it decides anything. In the
//! order of the steps: `incoming` (reverted? the same object twice?), `settle` and `repair` (what can have its place in
//! managed/), `arrange` (edits there), `leftover` and [`park`] (edits in unmanaged/), `structure`, `outcome`, `message`.

mod arrange;
mod desk;
mod edit;
mod error;
pub mod fabric;
mod files;
mod given;
pub mod holdings;
mod incoming;
mod leftover;
mod likeness;
mod managed_findings;
pub mod message;
mod outcome;
pub mod park;
mod repair;
pub mod reverts;
mod settle;
pub mod sidecar;
pub mod source;
mod structure;
pub mod undo;
mod work;

pub use edit::{Applied, Content, Edit, Target};
pub use error::PlanError;

use std::collections::BTreeMap;

use crate::finding::Finding;
use crate::ids::{CommitId, TreeId};
use crate::path::RepoPath;
use crate::report::{EditRow, FabricReport};
use crate::snapshot::Objects;
use crate::yaml::Limits;

pub use fabric::plan as plan_fabric;
use fabric::{FabricPlan, Inventory, Order};
use message::Stamp;

/// What a sync will do. The planner makes one, or [`Plan::of_files`], or a merge; a dry run prints it, the writer writes it, and both see the same value.
#[derive(Debug, Clone)]
pub struct Plan {
    edits: BTreeMap<RepoPath, Edit>,
    folders: BTreeMap<RepoPath, Applied>,
    message: String,
}

impl Plan {
    /// The edits by repository path, in git's order. No edit leaves things as they are.
    pub fn edits(&self) -> &BTreeMap<RepoPath, Edit> {
        &self.edits
    }

    /// What it changes below a folder, by the paths there.
    pub fn rows_below(&self, folder: &RepoPath) -> BTreeMap<RepoPath, EditRow> {
        self.edits.iter().filter_map(|(path, edit)| Some((path.strip_prefix(folder)?, edit.row()))).collect()
    }

    /// The folders whose edits were applied already and are not held; none of the edits lies in one.
    pub fn folders(&self) -> &BTreeMap<RepoPath, Applied> {
        &self.folders
    }

    /// The commit message, trailers included.
    pub fn message(&self) -> &str {
        &self.message
    }

    /// Whether there is nothing to do.
    pub fn is_empty(&self) -> bool {
        self.edits.is_empty() && self.folders.is_empty()
    }
}

/// A plan, and what is to be said about it.
#[derive(Debug, Clone)]
pub struct Planned {
    /// The plan.
    pub plan: Plan,
    /// What becomes of each fabric directory, in path order.
    pub fabrics: Vec<FabricReport>,
    /// All findings, in path order.
    pub findings: Vec<Finding>,
}

/// What a plan is made of.
#[derive(Debug)]
pub struct Input<'a> {
    /// The commit that was read; none where the branch has none yet.
    pub commit: Option<CommitId>,
    /// Its tree.
    pub tree: TreeId,
    /// What was read of each fabric directory, in path order.
    pub inventories: &'a [Inventory],
    /// What is asked besides sorting.
    pub order: &'a Order,
    /// The limits on what is read.
    pub limits: &'a Limits,
    /// What the commit's trailers say.
    pub stamp: &'a Stamp,
}

/// Plans all fabric directories of a commit.
pub fn plan(objects: &dyn Objects, input: &Input<'_>) -> Result<Planned, PlanError> {
    let one = |inventory| plan_fabric(objects, input.commit, inventory, input.order, input.limits);
    let plans: Result<Vec<FabricPlan>, PlanError> = input.inventories.iter().map(one).collect();
    Ok(assemble(input.stamp, input.tree, plans?))
}

/// The plans of a tree's fabric directories, in path order, as one.
pub fn assemble(stamp: &Stamp, tree: TreeId, plans: Vec<FabricPlan>) -> Planned {
    let mut edits: Vec<(RepoPath, Edit)> = Vec::new();
    let mut folders = BTreeMap::new();
    let mut fabrics = Vec::new();
    let mut findings = Vec::new();
    for planned in plans {
        let base = &planned.report.path;
        folders.extend(planned.applied.map(|applied| (base.clone(), applied)));
        edits.extend(planned.edits.into_iter().map(|(path, edit)| (base.join_path(&path), edit)));
        fabrics.push(planned.report);
        findings.extend(planned.findings);
    }
    let message = message::write(stamp, tree, &fabrics);
    // In order already, so that the map is made in one go.
    let edits = edits.into_iter().collect();
    Planned { plan: Plan { edits, folders, message }, fabrics, findings }
}
