//! `hhgit status`: how a branch's fabric directories stand, without planning or writing anything.

use std::collections::BTreeMap;

use crate::fabric::kinds::Kinds;
use crate::fabric::layout::{GITKEEP, RAW, SIDECAR, find};
use crate::git::{Reader, Repo};
use crate::ids::{BlobId, CommitId};
use crate::options::Common;
use crate::path::RepoPath;
use crate::plan::PlanError;
use crate::plan::fabric::Inventory;
use crate::plan::park::sidecar_of;
use crate::plan::sidecar::{self, Sidecar};
use crate::plan::source::Sorted;
use crate::report::{FabricStatus, LastSync, Status};
use crate::snapshot::Objects;
use crate::verdict::code::Code;
use crate::verdict::file::File;

use super::error::ModeError;
use super::look::{Request, look_into};
use super::sync::{branch, tip};
use super::uncommitted::uncommitted;

/// How many commits are looked through for the last sync.
const MOST_COMMITS: usize = 20_000;

/// How the branch that HEAD names stands.
pub fn status(common: &Common) -> Result<Status, ModeError> {
    let repo = Repo::open(&common.directory)?;
    let branch = branch(&repo, None, "there is no branch to look at; check one out first: git switch main")?;
    let tip = tip(&repo, &branch, false)?;
    let reader = Reader::new(&repo)?;
    let input = reader.commit(tip)?;
    let dirs = find(&reader, input.tree, &common.fabrics, &Kinds::builtin())?;
    if dirs.is_empty() {
        return Err(ModeError::NoFabric { branch: branch.short().to_owned() });
    }
    let request = Request { managed: true, progress: common.progress.clone(), ..Request::default() };
    let inventories = look_into(&reader, &dirs, &request)?;
    let mut last = last_syncs(&reader, tip, &inventories)?;
    let fabric = |inventory: &Inventory| fabric(&reader, inventory, last.remove(&inventory.survey.path));
    Ok(Status {
        reference: branch.as_str().to_owned(),
        tip,
        findings: inventories.iter().flat_map(|inventory| inventory.survey.findings.clone()).collect(),
        notes: uncommitted(&repo, &branch, dirs.iter().map(|dir| &dir.path), &[RAW])?.into_iter().collect(),
        fabrics: inventories.iter().map(fabric).collect::<Result<_, _>>()?,
    })
}

fn fabric(
    objects: &dyn Objects,
    inventory: &Inventory,
    last_sync: Option<LastSync>,
) -> Result<FabricStatus, PlanError> {
    let waits = inventory.sources.iter().filter(|source| !matches!(source.content, Sorted::Stays));
    let (unmanaged, unexplained) = unmanaged(objects, inventory)?;
    Ok(FabricStatus {
        path: inventory.survey.path.clone(),
        name: inventory.survey.manifest.name.clone(),
        left_alone: inventory.survey.is_broken(),
        waiting: waits.map(|source| source.path.clone()).collect(),
        managed: managed(inventory),
        unmanaged,
        unexplained,
        last_sync,
    })
}

fn managed(inventory: &Inventory) -> BTreeMap<String, usize> {
    let mut kinds = BTreeMap::new();
    for file in inventory.holdings.files.values() {
        let File::Documents(documents) = file else { continue };
        for identity in documents.iter().filter(|d| d.target.is_some()).filter_map(|d| d.identity.as_ref()) {
            *kinds.entry(identity.kind.clone()).or_default() += 1;
        }
    }
    kinds
}

fn unmanaged(objects: &dyn Objects, inventory: &Inventory) -> Result<(BTreeMap<Code, usize>, usize), PlanError> {
    let (mut codes, mut unexplained) = (BTreeMap::new(), 0);
    for (path, entry) in &inventory.unmanaged {
        let name = path.file_name();
        if name == GITKEEP.as_bytes()
            || (name.ends_with(SIDECAR.as_bytes()) && own(objects, inventory, path)?.is_some())
        {
            continue;
        }
        match own(objects, inventory, &sidecar_of(path)?)?.filter(|sidecar| sidecar.names(entry)) {
            None => unexplained += 1,
            Some(sidecar) => {
                for code in sidecar.reasons().into_values().filter_map(Code::parse) {
                    *codes.entry(code).or_default() += 1;
                }
            }
        }
    }
    Ok((codes, unexplained))
}

/// hhgit's own sidecar at a path below unmanaged/.
fn own(objects: &dyn Objects, inventory: &Inventory, path: &RepoPath) -> Result<Option<Sidecar>, PlanError> {
    let entry = inventory.unmanaged.get(path).filter(|entry| entry.mode == sidecar::SIDECAR_MODE);
    let Some(blob) = entry.map(|entry| BlobId::new(entry.id)) else { return Ok(None) };
    let read = |source| PlanError::Read { path: inventory.survey.path.join_path(path), source };
    if objects.blob_size(blob).map_err(read)? > sidecar::LARGEST {
        return Ok(None);
    }
    Ok(sidecar::read(&objects.blob(blob).map_err(read)?))
}

/// The last commits on the first-parent line whose trailers name each fabric directory.
fn last_syncs(
    objects: &dyn Objects,
    tip: CommitId,
    inventories: &[Inventory],
) -> Result<BTreeMap<RepoPath, LastSync>, ModeError> {
    let mut waiting: BTreeMap<String, RepoPath> =
        inventories.iter().map(|i| (format!("Hhgit-Fabric: {}", i.survey.path), i.survey.path.clone())).collect();
    let mut found = BTreeMap::new();
    let mut next = Some(tip);
    for commits_since in 0..MOST_COMMITS {
        let Some(id) = next.filter(|_| !waiting.is_empty()) else { break };
        let commit = objects.commit(id)?;
        let text = String::from_utf8_lossy(&commit.message);
        let trailers = if text.starts_with("hhgit: init ") { "" } else { &*text };
        for line in trailers.lines() {
            if let Some(path) = waiting.remove(line) {
                found.insert(path, LastSync { commit: id, time: commit.committed, commits_since });
            }
        }
        let ends = objects.is_shallow_boundary(id)?;
        next = commit.parents.first().copied().filter(|_| !ends);
    }
    Ok(found)
}
