//! Settling: which raw objects and repairs can have their places in managed/, all at once, so that objects may change places.

use std::collections::{BTreeMap, BTreeSet};

use crate::path::RepoPath;
use crate::verdict::identity::Identity;

use super::holdings::Holdings;

/// A repair of managed/ that might be made. Paths are below managed/.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Repair {
    /// An object at a wrong path moves to its own.
    Move {
        /// Its canonical path.
        to: RepoPath,
    },
    /// A file leaves managed/: its object has a canonical holder, or it names no Hedgehog object.
    Park {
        /// Whether it is a second holder of an object.
        doubled: bool,
    },
    /// A file of several valid objects is cut up.
    Split {
        /// Their canonical paths, in the documents' order.
        to: Vec<RepoPath>,
    },
}

impl Repair {
    fn arrivals(&self) -> &[RepoPath] {
        match self {
            Self::Move { to } => std::slice::from_ref(to),
            Self::Split { to } => to,
            Self::Park { .. } => &[],
        }
    }
}

/// What can be done at once.
#[derive(Debug, Default)]
pub(super) struct Settled {
    /// The raw objects that cannot get their places, and the path that is in the way.
    pub(super) blocked: BTreeMap<Identity, RepoPath>,
    /// The repairs that are made, by the file repaired.
    pub(super) repairs: BTreeMap<RepoPath, Repair>,
    /// The files whose only object a raw one takes over.
    pub(super) replaced: BTreeSet<RepoPath>,
    /// Whether repairs were asked for.
    pub(super) tried_repair: bool,
}

/// Settles the raw objects (with their canonical paths below managed/), and repairs if `repair` is set.
pub(super) fn settle(holdings: &Holdings, incoming: &BTreeMap<Identity, RepoPath>, repair: bool) -> Settled {
    let mut blocked: BTreeMap<Identity, RepoPath> = BTreeMap::new();
    let mut dropped: BTreeSet<RepoPath> = BTreeSet::new();
    loop {
        let placed: BTreeMap<&Identity, &RepoPath> =
            incoming.iter().filter(|(identity, _)| !blocked.contains_key(identity)).collect();
        let replaced = replaced(holdings, placed.keys().copied());
        let repairs = match repair {
            true => super::repair::propose(holdings, &replaced, &dropped),
            false => BTreeMap::new(),
        };
        let ground = Ground::new(holdings, &replaced, &repairs);
        let newly_blocked: Vec<(Identity, RepoPath)> = placed
            .iter()
            .filter_map(|(identity, path)| Some(((*identity).clone(), ground.obstacle(identity, path)?)))
            .collect();
        let newly_dropped: Vec<RepoPath> = repairs
            .iter()
            .filter(|(_, repair)| repair.arrivals().iter().any(|path| ground.in_the_way(path).is_some()))
            .map(|(file, _)| file.clone())
            .collect();
        if newly_blocked.is_empty() && newly_dropped.is_empty() {
            return Settled { blocked, repairs, replaced, tried_repair: repair };
        }
        blocked.extend(newly_blocked);
        dropped.extend(newly_dropped);
    }
}

fn replaced<'i>(holdings: &Holdings, placed: impl Iterator<Item = &'i Identity>) -> BTreeSet<RepoPath> {
    let holders = placed.flat_map(|identity| holdings.holders(identity).iter().map(move |path| (identity, path)));
    holders.filter(|(identity, path)| holdings.holds_only(path, identity)).map(|(_, path)| path.clone()).collect()
}

/// What still stands in managed/ once the files that go are gone.
struct Ground<'a> {
    holdings: &'a Holdings,
    gone: BTreeSet<&'a RepoPath>,
}

impl<'a> Ground<'a> {
    fn new(holdings: &'a Holdings, replaced: &'a BTreeSet<RepoPath>, repairs: &'a BTreeMap<RepoPath, Repair>) -> Self {
        Self { holdings, gone: replaced.iter().chain(repairs.keys()).collect() }
    }

    /// Why a raw object cannot take its place: a file that holds it among others, or what stands at its path.
    fn obstacle(&self, identity: &Identity, path: &RepoPath) -> Option<RepoPath> {
        let shares = |holder: &&RepoPath| !self.holdings.holds_only(holder, identity);
        self.holdings.holders(identity).iter().find(shares).cloned().or_else(|| self.in_the_way(path))
    }

    /// What stands at a path, above it or below it.
    fn in_the_way(&self, path: &RepoPath) -> Option<RepoPath> {
        let stands = |at: &RepoPath| self.holdings.leaves.contains_key(at) && !self.gone.contains(at);
        if let Some(above) = std::iter::successors(Some(path.clone()), RepoPath::parent).find(|at| stands(at)) {
            return Some(above);
        }
        let below = self.holdings.leaves.range(path..).map(|(at, _)| at);
        below
            .take_while(|at| at.as_bytes().starts_with(path.as_bytes()))
            .find(|at| at.starts_with(path) && stands(at))
            .cloned()
    }
}
