//! The plan of one fabric directory: each stage a named step, from valid documents to edits and a report.

use std::collections::BTreeMap;
use std::sync::Arc;

use crate::fabric::inventory::Leaves;
use crate::fabric::survey::Survey;
use crate::finding::Finding;
use crate::ids::CommitId;
use crate::path::RepoPath;
use crate::report::{FabricReport, Repair};
use crate::snapshot::Objects;
use crate::verdict::code::Code;
use crate::verdict::file::File;
use crate::yaml::{Limits, Node};

use super::edit::{Applied, Edit};
use super::error::PlanError;
use super::holdings::Holdings;
use super::outcome;
use super::reverts;
use super::settle::settle;
use super::source::{Home, Sorted, Source};
use super::work::Work;

/// All that was read of one fabric directory.
#[derive(Debug)]
pub struct Inventory {
    /// Its folders, manifest and kinds.
    pub survey: Survey,
    /// The files to be sorted, judged, in byte order of path.
    pub sources: Vec<Source>,
    /// The loose files that hold Hedgehog objects and are not adopted.
    pub loose: Vec<RepoPath>,
    /// What managed/ holds; empty where there is nothing to sort.
    pub holdings: Holdings,
    /// All below unmanaged/.
    pub unmanaged: Leaves,
    /// The values of the documents of each file, by repository path, where they were asked for.
    pub values: BTreeMap<RepoPath, Arc<Vec<Option<Node>>>>,
}

impl Inventory {
    /// The values of a file's documents, by its repository path; none where they were not asked for.
    pub fn values_of(&self, path: &RepoPath) -> &[Option<Node>] {
        self.values.get(path).map_or(&[], |values| values.as_slice())
    }
}

/// What is asked besides sorting.
#[derive(Debug, Clone, Default)]
pub struct Order {
    /// Whether managed/ is put right.
    pub repair: bool,
    /// The name that a new manifest gets, other than the folder's.
    pub name: Option<String>,
}

impl Order {
    /// What a fabric directory is called: what its manifest says, or will say.
    fn name_of(&self, survey: &Survey) -> String {
        let given = self.name.clone().filter(|_| !survey.has_manifest);
        given.unwrap_or_else(|| survey.manifest.name.clone())
    }
}

/// One fabric directory's plan, by paths below it.
#[derive(Debug)]
pub struct FabricPlan {
    /// What came of the edits where they were applied already; there are none then.
    pub applied: Option<Applied>,
    /// The edits.
    pub edits: BTreeMap<RepoPath, Edit>,
    /// What is to be told.
    pub report: FabricReport,
    /// Every finding about the fabric directory, in path order.
    pub findings: Vec<Finding>,
}

impl FabricPlan {
    /// Whether nothing is to be done, and nothing to be said but what the report holds.
    pub fn is_quiet(&self) -> bool {
        self.edits.is_empty() && self.applied.is_none() && self.findings.is_empty()
    }
}

/// Plans one fabric directory. `input` is the commit it was read from, whose history tells what was reverted.
pub fn plan(
    objects: &dyn Objects,
    input: Option<CommitId>,
    inventory: &Inventory,
    order: &Order,
    limits: &Limits,
) -> Result<FabricPlan, PlanError> {
    let Inventory { survey, sources, holdings, unmanaged, .. } = inventory;
    if survey.is_broken() {
        return Ok(left_alone(survey));
    }
    let mut work = Work::new(objects, survey, limits, sources, holdings, unmanaged);
    if let Some(input) = input {
        let reverted = reverts::find(objects, input, &work.revert_candidates(), |key| work.would_be(key))?;
        work.refuse_reverted(&reverted)?;
    }
    let mut suppliers = work.choose()?;
    work.refuse_existing(&mut suppliers)?;
    let placed = |(identity, key)| Some((identity, work.document(key).target.as_ref()?.path()));
    let incoming: Vec<_> = suppliers.iter().filter_map(placed).collect();
    let settled = settle(holdings, &incoming, order.repair);
    work.apply(&suppliers, &settled)?;
    let stale = work.clear_stale_sidecars()?;
    work.write_objects(&suppliers, &settled)?;
    work.write_repairs(&settled)?;
    work.park_leftovers()?;
    work.report_stale_sidecars(stale);
    work.drop_own_sidecars();
    let name = order.name_of(survey);
    work.repair_structure(&name)?;
    work.find_in_managed(&settled);
    work.find_loose(&inventory.loose);
    let removed = work.removed(&suppliers, &settled);
    let findings = work.all_findings();
    let desk = std::mem::replace(&mut work.desk, super::desk::Desk::new(objects.hash_kind()));
    let edits = desk.finish(|path| work.now(path));
    Ok(FabricPlan { applied: None, report: outcome::report(&work, name, &edits, removed), edits, findings })
}

fn left_alone(survey: &Survey) -> FabricPlan {
    let report =
        FabricReport { left_alone: true, ..FabricReport::unchanged(survey.path.clone(), survey.manifest.name.clone()) };
    FabricPlan { applied: None, edits: BTreeMap::new(), report, findings: survey.findings.clone() }
}

impl Work<'_> {
    /// Reports hhgit's own sidecars that lay in raw/ and go.
    fn drop_own_sidecars(&mut self) {
        let own = self.sources.iter().filter(|source| matches!(source.content, Sorted::OwnSidecar));
        let repairs = own.map(|source| Repair { code: Code::StaleMetadata, path: source.path.clone() });
        self.repairs.extend(repairs.collect::<Vec<_>>());
    }

    /// Reports YAML that lies where nothing sorts or applies it.
    fn find_loose(&mut self, loose: &[RepoPath]) {
        for path in loose {
            let message = "the file holds Hedgehog objects, but lies outside raw/ and managed/";
            self.findings.push(Finding::new(Code::LooseFile, self.survey.path.join_path(path), message));
        }
    }
}

/// Whether a judged file holds at least one document of a Hedgehog group.
pub fn holds_hedgehog(file: &File) -> bool {
    let File::Documents(documents) = file else { return false };
    documents.iter().any(|document| {
        let group = document.object.as_ref().map(|object| object.api_version.split('/').next().unwrap_or_default());
        group.is_some_and(crate::fabric::kinds::is_hedgehog_group)
    })
}

/// Whether a source came from the fabric directory's top.
pub fn is_adopted(source: &Source) -> bool {
    source.home == Home::Loose
}
