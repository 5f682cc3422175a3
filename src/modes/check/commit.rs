//! One commit: what its fabric directories would hold after a sync, and all that is wrong with that.

use std::collections::{BTreeMap, BTreeSet};

use crate::fabric::kinds::Kinds;
use crate::fabric::layout::{FabricDir, MANAGED, RAW, find, is_kustomization};
use crate::finding::{Finding, ObjectRef};
use crate::git::{Reader, Repo};
use crate::ids::{BlobId, Entry};
use crate::options::{Check, CheckLevel, Common, MAX_FILE_SIZE};
use crate::path::RepoPath;
use crate::plan::fabric::{Inventory, Order};
use crate::plan::message::Stamp;
use crate::plan::source::{Home, Sorted};
use crate::plan::{Input, Planned, plan};
use crate::progress::{Progress, Stage};
use crate::report::{FabricReport, Fate, Outcome, Point, Report};
use crate::snapshot::{Commit, Objects};
use crate::verdict::code::Code;
use crate::verdict::file::{Document, File};
use crate::verdict::identity::Identity;

use super::deployed::unreached;
use super::judge::{Placed, quote, rules};
use super::{ModeError, Request, report, resolve};
use crate::modes::look::look_into;
use crate::modes::sync::{branch, tip};
use crate::modes::uncommitted::uncommitted;

/// Checks the commit named, or the tip of the branch that HEAD names.
pub(super) fn check(
    common: &Common,
    request: &Request,
    options: &Check,
    name: Option<&str>,
) -> Result<Report, ModeError> {
    let repo = Repo::open(&common.directory)?;
    let reader = Reader::new(&repo)?;
    let (reference, commit, branch) = match name {
        Some(name) => (name.to_owned(), resolve(&repo, &reader, name)?, None),
        None => {
            let branch = branch(&repo, None, "check")?;
            (branch.as_str().to_owned(), reader.commit(tip(&repo, &branch, false)?)?, Some(branch))
        }
    };
    let dirs = find(&reader, commit.tree, &common.fabrics, &Kinds::builtin())?;
    if dirs.is_empty() {
        return Err(ModeError::NoFabric { branch: reference });
    }
    let seen = Seen::of(&reader, request, commit, &dirs)?;
    let mut report = seen.report(reference, seen.findings(&reader, options.level));
    let fabrics = || seen.inventories.iter().map(|inventory| &inventory.survey.path);
    let note = branch.map(|branch| uncommitted(&repo, &branch, fabrics(), &[RAW, MANAGED])).transpose()?.flatten();
    report.notes.extend(note);
    Ok(report)
}

/// A commit's fabric directories, judged, and what a sync would make of them.
pub(super) struct Seen {
    pub(super) commit: Commit,
    pub(super) inventories: Vec<Inventory>,
    pub(super) planned: Planned,
    /// Where it counts how far it is.
    pub(super) progress: Progress,
}

impl Seen {
    pub(super) fn of(
        reader: &dyn Objects,
        request: &Request,
        commit: Commit,
        dirs: &[FabricDir],
    ) -> Result<Self, ModeError> {
        let inventories = look_into(reader, dirs, request)?;
        let stamp = Stamp { command: "sync", version: String::new(), rulesets: Vec::new(), options: Vec::new() };
        let order = Order::default();
        let input = Input {
            commit: Some(commit.id),
            tree: commit.tree,
            inventories: &inventories,
            order: &order,
            limits: &request.limits,
            stamp: &stamp,
        };
        let planned = request.progress.during(Stage::Plan, || plan(reader, &input))?;
        Ok(Self { commit, inventories, planned, progress: request.progress.clone() })
    }

    /// All findings, with their lines.
    pub(super) fn findings(&self, reader: &dyn Objects, level: CheckLevel) -> Vec<Finding> {
        let mut findings = self.unquoted(reader, level);
        quote(&mut findings, &|path: &RepoPath| self.text(reader, path));
        findings
    }

    /// All findings, without their lines.
    pub(super) fn unquoted(&self, reader: &dyn Objects, level: CheckLevel) -> Vec<Finding> {
        let mut findings = self.planned.findings.clone();
        let texts = |path: &RepoPath| self.text(reader, path);
        let judging = self.progress.begin(Stage::Rules, self.inventories.len());
        for (inventory, fabric) in self.inventories.iter().zip(&self.planned.fabrics) {
            if level == CheckLevel::References && !fabric.left_alone {
                let broken = rules(&placed(inventory, fabric), &inventory.survey.manifest.settings, &texts);
                // What is there twice is told by the plan, with what to do about it.
                findings.extend(broken.into_iter().filter(|finding| finding.code != Code::DuplicateIdentity));
                findings.extend(not_deployed(reader, inventory));
            }
            judging.add(1);
        }
        findings
    }

    /// A file's bytes, as the commit has it.
    pub(super) fn text(&self, reader: &dyn Objects, path: &RepoPath) -> Option<Vec<u8>> {
        let entry = self.inventories.iter().find_map(|inventory| entry_of(inventory, path))?;
        reader.blob(BlobId::new(entry.id)).ok()
    }

    /// The objects that managed/ would hold after a sync, by fabric directory, with what each says it is.
    pub(super) fn objects(&self) -> BTreeMap<(RepoPath, Identity), ObjectRef> {
        let mut objects = BTreeMap::new();
        for (inventory, fabric) in self.inventories.iter().zip(&self.planned.fabrics) {
            let documents = managed(inventory, fabric).chain(supplied(inventory, fabric));
            for (_, document) in documents {
                if let (Some(identity), Some(object)) = (&document.identity, &document.object) {
                    objects.insert((fabric.path.clone(), identity.clone()), object.clone());
                }
            }
        }
        objects
    }

    pub(super) fn report(&self, reference: String, findings: Vec<Finding>) -> Report {
        let outcome = if self.planned.plan.is_empty() { Outcome::Unchanged } else { Outcome::Planned };
        Report {
            outcome,
            input: Some(Point::of(&self.commit)),
            fabrics: self.planned.fabrics.clone(),
            ..report(reference, findings)
        }
    }
}

/// The files of a fabric directory that are judged, with their entries, by repository path.
pub(super) fn entries(inventory: &Inventory) -> impl Iterator<Item = (RepoPath, Entry)> {
    let base = &inventory.survey.path;
    let managed = base.child(MANAGED);
    let sources = inventory.sources.iter().map(move |source| (base.join_path(&source.path), source.entry));
    sources.chain(inventory.holdings.leaves.iter().map(move |(path, entry)| (managed.join_path(path), *entry)))
}

/// The entry of a file of a fabric directory.
fn entry_of(inventory: &Inventory, path: &RepoPath) -> Option<Entry> {
    let below = path.strip_prefix(&inventory.survey.path)?;
    if let Some(managed) = below.strip_prefix(&RepoPath::root().child(MANAGED)) {
        return inventory.holdings.entry(&managed);
    }
    let at = inventory.sources.binary_search_by(|source| source.path.cmp(&below)).ok()?;
    Some(inventory.sources[at].entry)
}

/// The objects that a fabric directory would have after a sync, and those that it refuses, known by name.
pub(super) fn placed<'a>(inventory: &'a Inventory, fabric: &FabricReport) -> Vec<Placed<'a>> {
    let supplied: Vec<(RepoPath, &Document)> = supplied(inventory, fabric).collect();
    let taken: BTreeSet<(&RepoPath, u32)> = supplied.iter().map(|(path, document)| (path, document.number)).collect();
    let all = sorted(inventory).chain(managed(inventory, fabric));
    let mut placed = Vec::new();
    for (path, document) in all {
        let is_raw = !path.starts_with(&inventory.survey.path.child(MANAGED));
        let sound = document.target.is_some() && (!is_raw || taken.contains(&(&path, document.number)));
        let Some(value) = value(inventory, &path, document) else { continue };
        placed.push(Placed { sound, value, document, path });
    }
    placed
}

fn value<'a>(inventory: &'a Inventory, path: &RepoPath, document: &Document) -> Option<&'a crate::yaml::Node> {
    let documents = documents_at(inventory, path)?;
    let at = documents.binary_search_by_key(&document.number, |document| document.number).ok()?;
    inventory.values_of(path).get(at)?.as_ref()
}

fn documents_at<'a>(inventory: &'a Inventory, path: &RepoPath) -> Option<&'a [Document]> {
    let below = path.strip_prefix(&inventory.survey.path)?;
    if let Some(managed) = below.strip_prefix(&RepoPath::root().child(MANAGED)) {
        return Some(inventory.holdings.documents(&managed));
    }
    let at = inventory.sources.binary_search_by(|source| source.path.cmp(&below)).ok()?;
    match &inventory.sources[at].content {
        Sorted::Judged(File::Documents(documents)) => Some(documents),
        _ => None,
    }
}

/// The documents of raw/, with their repository paths.
fn sorted(inventory: &Inventory) -> impl Iterator<Item = (RepoPath, &Document)> {
    let sources = inventory.sources.iter().filter(|source| source.home == Home::Raw);
    sources.flat_map(|source| {
        let path = inventory.survey.path.join_path(&source.path);
        let documents: &[Document] = match &source.content {
            Sorted::Judged(File::Documents(documents)) => documents,
            _ => &[],
        };
        documents.iter().map(move |document| (path.clone(), document))
    })
}

/// The documents of raw/ that a sync would put into managed/.
fn supplied<'a>(inventory: &'a Inventory, fabric: &FabricReport) -> impl Iterator<Item = (RepoPath, &'a Document)> {
    let goes = |row: &&crate::report::DocumentRow| row.fate == Fate::Managed && row.code.is_none();
    let rows = fabric.documents.iter().filter(goes);
    let taken: BTreeSet<(RepoPath, u32)> =
        rows.filter_map(|row| Some((fabric.path.join_path(&row.source), row.document?))).collect();
    sorted(inventory).filter(move |(path, document)| taken.contains(&(path.clone(), document.number)))
}

/// The documents of managed/ that a sync would leave as they are.
fn managed<'a>(inventory: &'a Inventory, fabric: &FabricReport) -> impl Iterator<Item = (RepoPath, &'a Document)> {
    let folder = RepoPath::root().child(MANAGED);
    let edited: BTreeSet<RepoPath> = fabric.edits.keys().filter_map(|path| path.strip_prefix(&folder)).collect();
    let supplied: BTreeSet<&Identity> = supplied(inventory, fabric).filter_map(|(_, d)| d.identity.as_ref()).collect();
    let kept = inventory.holdings.files.keys().filter(move |path| !edited.contains(*path));
    let documents = kept.flat_map(move |path| {
        let full = inventory.survey.path.child(MANAGED).join_path(path);
        inventory.holdings.documents(path).iter().map(move |document| (full.clone(), document))
    });
    documents
        .filter(move |(_, document)| document.identity.as_ref().is_none_or(|identity| !supplied.contains(identity)))
}

/// What no kustomization takes in, as managed/ is now.
fn not_deployed(reader: &dyn Objects, inventory: &Inventory) -> Vec<Finding> {
    // What is larger than any YAML that is read is no kustomization either.
    let text = |entry: &Entry| {
        let blob = entry.as_file()?;
        let fits = reader.blob_size(blob).is_ok_and(|size| size <= MAX_FILE_SIZE);
        if fits { reader.blob(blob).ok() } else { None }
    };
    let files = inventory.holdings.leaves.iter().filter(|(path, _)| is_kustomization(path.file_name()));
    let kustomizations: BTreeMap<RepoPath, Vec<u8>> =
        files.filter_map(|(path, entry)| Some((path.clone(), text(entry)?))).collect();
    let holds = |path: &&RepoPath| inventory.holdings.documents(path).iter().any(|document| document.target.is_some());
    let objects = inventory.holdings.files.keys().filter(holds).cloned().collect();
    unreached(&kustomizations, &objects, &inventory.survey.path.child(MANAGED))
}
