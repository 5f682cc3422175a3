//! One commit told: what it did to the fabric directories, as far as that is asked about.

use std::collections::{BTreeMap, BTreeSet};

use crate::fabric::kinds::Kinds;
use crate::fabric::layout::{HNP, MANAGED, UNMANAGED};
use crate::git::Reader;
use crate::ids::CommitId;
use crate::modes::ModeError;
use crate::modes::history::recompute::{Recompute, SyncOf};
use crate::path::RepoPath;
use crate::report::log::{Change, FabricChanges, Made, ObjectChange, Operation, Parked, Push, Source, Who};
use crate::report::{DocumentRow, Fate};
use crate::snapshot::{Commit, Objects};

use super::delta::{Delta, deltas};
use super::dirs::Dirs;
use super::documents::Documents;
use super::made::{made, subject};
use super::parked::Rows;
use super::pushed::pushed;
use super::target::{Target, name_of};
use super::{held, objects, parked};

/// Tells commits, one after the other, and remembers what they share.
pub(super) struct Teller<'a> {
    pub(super) reader: &'a Reader,
    pub(super) recompute: Recompute<'a>,
    pub(super) dirs: Dirs<'a>,
    pub(super) documents: Documents<'a>,
    pub(super) kinds: Kinds,
    /// The fabric directories that are meant; empty for all.
    pub(super) named: Vec<RepoPath>,
    /// Those that are looked at in every commit, besides those that it has.
    pub(super) besides: Vec<RepoPath>,
    pub(super) target: Target,
}

impl Teller<'_> {
    /// What a commit did; nothing if it did nothing that is asked about.
    pub(super) fn tell(&self, commit: &Commit) -> Result<Option<Operation>, ModeError> {
        let parents: Result<Vec<Commit>, _> = commit.parents.iter().map(|id| self.reader.commit(*id)).collect();
        let parents = parents?;
        let deltas = self.deltas(commit, &parents)?;
        let mut fabrics = Vec::new();
        for delta in &deltas {
            fabrics.push(self.changes(delta)?);
        }
        fabrics.iter_mut().for_each(|fabric| self.narrow(fabric));
        fabrics.retain(|fabric| !fabric.is_empty());
        if fabrics.is_empty() {
            return Ok(None);
        }
        let (made, sync) = made((self.reader, &self.recompute), commit)?;
        if let Some(sync) = &sync {
            fabrics.iter_mut().for_each(|fabric| enrich(fabric, sync));
        }
        if !self.wants_what_waits() && !matches!(made, Made::Asked { .. }) {
            fabrics.iter_mut().for_each(leave_what_waits);
        }
        // What people put where nothing was is their own; only hhgit repairs.
        if matches!(made, Made::Hand | Made::Merge) {
            fabrics.iter_mut().for_each(|fabric| fabric.repairs.clear());
        }
        fabrics.iter_mut().for_each(leave_repaired);
        fabrics.iter_mut().for_each(|fabric| self.narrow(fabric));
        fabrics.retain(|fabric| !fabric.is_empty());
        if fabrics.is_empty() {
            return Ok(None);
        }
        for fabric in &mut fabrics {
            let tree = deltas.iter().find(|delta| delta.path == fabric.path).and_then(|delta| delta.after);
            fabric.name = name_of(self.reader, &fabric.path, tree)?;
        }
        let sorted = matches!(made, Made::Sync { .. } | Made::Altered | Made::Unproven { .. });
        let pushes = match parents.first().filter(|_| sorted) {
            Some(parent) => self.pushes(parent, &fabrics)?,
            None => Vec::new(),
        };
        let push = self.push(commit)?;
        let Push { commit, time, author, subject } = push;
        Ok(Some(Operation { commit, time, author, subject, made, pushes, fabrics }))
    }

    fn deltas(&self, commit: &Commit, parents: &[Commit]) -> Result<Vec<Delta>, ModeError> {
        if parents.iter().any(|parent| parent.tree == commit.tree) {
            return Ok(Vec::new());
        }
        let mut paths: BTreeSet<RepoPath> = self.named.iter().cloned().collect();
        if self.named.is_empty() {
            paths.extend(self.besides.iter().cloned());
            for tree in parents.iter().map(|parent| parent.tree).chain([commit.tree]) {
                paths.extend(self.dirs.of(tree)?.iter().map(|dir| dir.path.clone()));
            }
        }
        deltas(self.reader, commit, parents, paths)
    }

    fn changes(&self, delta: &Delta) -> Result<FabricChanges, ModeError> {
        let (before, after) = held::both(&self.documents, &delta.changes)?;
        Ok(FabricChanges {
            path: delta.path.clone(),
            name: String::new(),
            changes: objects::of(before, after),
            unmanaged: parked::of_files(self.reader, &self.documents, delta.after, &delta.changes)?,
            repairs: parked::repairs(&self.kinds, &delta.changes),
        })
    }

    /// Whether what lies in raw/ and unmanaged/ is asked about, and not only what was done with it.
    fn wants_what_waits(&self) -> bool {
        matches!(self.target, Target::Object(..) | Target::Paths(_))
    }

    /// Leaves out what is not asked about.
    fn narrow(&self, fabric: &mut FabricChanges) {
        let FabricChanges { path: base, changes, unmanaged, repairs, .. } = fabric;
        match &self.target {
            Target::All => {}
            Target::Fabric(path) if path == base => {}
            Target::Object(name, within) if within.as_ref().is_none_or(|within| within == base) => {
                changes.retain(|change| change.object.as_ref().is_some_and(|object| name.is_name_of(object)));
                unmanaged.retain(|parked| parked.object.as_ref().is_some_and(|object| name.is_name_of(object)));
                repairs.clear();
            }
            Target::Paths(paths) => {
                let meant = |path: &RepoPath| {
                    let path = base.join_path(path);
                    paths.iter().any(|wanted| path.starts_with(wanted))
                };
                let from = |source: &Option<Source>| source.as_ref().is_some_and(|source| meant(&source.path));
                changes.retain(|change| {
                    meant(&change.place.path) || change.other.as_ref().is_some_and(&meant) || from(&change.from)
                });
                unmanaged.retain(|parked| meant(&parked.path) || from(&parked.from));
                repairs.retain(|repair| meant(&repair.path));
            }
            Target::Fabric(_) | Target::Object(..) => {
                changes.clear();
                unmanaged.clear();
                repairs.clear();
            }
        }
    }

    /// The commits that put there what a sync took; syncs themselves are none of them.
    fn pushes(&self, parent: &Commit, fabrics: &[FabricChanges]) -> Result<Vec<Push>, ModeError> {
        let mut found: BTreeMap<CommitId, Push> = BTreeMap::new();
        for fabric in fabrics {
            let changed = fabric.changes.iter().filter_map(|change| change.from.as_ref());
            let parked = fabric.unmanaged.iter().filter_map(|parked| parked.from.as_ref());
            let files: BTreeSet<RepoPath> = changed.chain(parked).map(|source| source.path.clone()).collect();
            for id in pushed(self.reader, parent, &fabric.path, files)? {
                if !found.contains_key(&id) && !self.is_sync(id)? {
                    found.insert(id, self.push(&self.reader.commit(id)?)?);
                }
            }
        }
        let mut pushes: Vec<Push> = found.into_values().collect();
        pushes.sort_by_key(|push| (std::cmp::Reverse(push.time.seconds), push.commit));
        Ok(pushes)
    }

    fn is_sync(&self, id: CommitId) -> Result<bool, ModeError> {
        let commit = self.reader.commit(id)?;
        Ok(matches!(made((self.reader, &self.recompute), &commit)?.0, Made::Sync { .. }))
    }

    fn push(&self, commit: &Commit) -> Result<Push, ModeError> {
        let author = self.reader.people(commit.id)?.author.person;
        let author = Who { name: author.name, email: author.email };
        Ok(Push { commit: commit.id, time: commit.committed, author, subject: subject(&commit.message) })
    }
}

/// Lays what the sync made again says over what the files tell.
fn enrich(fabric: &mut FabricChanges, sync: &SyncOf) {
    let Some(report) = sync.again.planned.fabrics.iter().find(|report| report.path == fabric.path) else { return };
    let rows = Rows::of(report);
    fabric.unmanaged = rows.parked();
    fabric.repairs = report.repairs.clone();
    fabric.changes.retain(|change| change.change != Change::Withdrawn);
    let told = fabric.changes.iter().enumerate().filter(|(_, change)| change.object.is_some());
    let told: BTreeMap<RepoPath, usize> = told.map(|(at, change)| (change.place.path.clone(), at)).collect();
    for row in report.documents.iter().filter(|row| row.fate == Fate::Managed) {
        match told.get(&row.target) {
            Some(at) if row.code.is_none() => fabric.changes[*at].from = Some(rows.source(row)),
            Some(_) => {}
            None => fabric.changes.push(unchanged(&rows, row)),
        }
    }
    fabric.changes.sort_by(|a, b| (&a.object, &a.place.path).cmp(&(&b.object, &b.place.path)));
}

/// Leaves out a file that is told as a repair.
fn leave_repaired(fabric: &mut FabricChanges) {
    let FabricChanges { changes, repairs, .. } = fabric;
    let is_repaired = |path: &RepoPath| repairs.iter().any(|repair| repair.path == *path);
    changes.retain(|change| change.change != Change::Added || !is_repaired(&change.place.path));
}

fn unchanged(rows: &Rows<'_>, row: &DocumentRow) -> ObjectChange {
    ObjectChange {
        object: row.object.clone(),
        change: Change::Unchanged,
        place: Source { path: row.target.clone(), document: None, lines: None },
        other: None,
        from: Some(rows.source(row)),
        fields: Vec::new(),
    }
}

/// Leaves out what only came to lie in raw/ or unmanaged/, or lies there no more.
fn leave_what_waits(fabric: &mut FabricChanges) {
    let tops = [MANAGED, HNP];
    let is_told = |path: &RepoPath| {
        let top = path.components().next().unwrap_or_default();
        tops.iter().any(|told| top == told.as_bytes())
    };
    fabric.changes.retain(|change| change.change.is_of_managed() && is_told(&change.place.path));
    let at_home = |parked: &Parked| parked.path.starts_with(&RepoPath::root().child(UNMANAGED));
    fabric.unmanaged.retain(at_home);
}
