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
pub(super) fn settle(holdings: &Holdings, incoming: &[(&Identity, &RepoPath)], repair: bool) -> Settled {
    let mut settled = Settled { tried_repair: repair, ..Settled::default() };
    if holdings.leaves.is_empty() {
        // Nothing is in anybody's way.
        return settled;
    }
    let mut dropped: BTreeSet<RepoPath> = BTreeSet::new();
    loop {
        let placed = || incoming.iter().copied().filter(|(identity, _)| !settled.blocked.contains_key(*identity));
        let replaced = replaced(holdings, placed().map(|(identity, _)| identity));
        let repairs = match repair {
            true => super::repair::propose(holdings, &replaced, &dropped),
            false => BTreeMap::new(),
        };
        let mut ground = Ground::new(holdings, &replaced, &repairs);
        placed().for_each(|(identity, path)| ground.arrive(Actor::Object(identity), path));
        for (file, repair) in &repairs {
            repair.arrivals().iter().for_each(|path| ground.arrive(Actor::Repair(file), path));
        }
        let stopped = ground.stop_the_blocked();
        if stopped.is_empty() {
            return Settled { repairs, replaced, ..settled };
        }
        for (actor, obstacle) in stopped {
            match actor {
                Actor::Object(identity) => {
                    settled.blocked.insert(identity.clone(), obstacle);
                }
                Actor::Repair(file) => {
                    dropped.insert(file.clone());
                }
            }
        }
    }
}

fn replaced<'i>(holdings: &Holdings, placed: impl Iterator<Item = &'i Identity>) -> BTreeSet<RepoPath> {
    let holders = placed.flat_map(|identity| holdings.holders(identity).iter().map(move |path| (identity, path)));
    holders.filter(|(identity, path)| holdings.holds_only(path, identity)).map(|(_, path)| path.clone()).collect()
}

/// Who wants a place.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Actor<'a> {
    /// A raw object; the files that hold only it go.
    Object(&'a Identity),
    /// The repair of a file, which goes.
    Repair(&'a RepoPath),
}

/// managed/ once the files that go are gone and all that arrives has arrived.
struct Ground<'a> {
    holdings: &'a Holdings,
    gone: BTreeSet<&'a RepoPath>,
    arrivals: BTreeMap<&'a RepoPath, Actor<'a>>,
}

impl<'a> Ground<'a> {
    fn new(holdings: &'a Holdings, replaced: &'a BTreeSet<RepoPath>, repairs: &'a BTreeMap<RepoPath, Repair>) -> Self {
        Self { holdings, gone: replaced.iter().chain(repairs.keys()).collect(), arrivals: BTreeMap::new() }
    }

    fn arrive(&mut self, actor: Actor<'a>, path: &'a RepoPath) {
        self.arrivals.entry(path).or_insert(actor);
    }

    /// Stops whoever cannot have its place, and in turn those whose places the files of the stopped keep.
    fn stop_the_blocked(&mut self) -> BTreeMap<Actor<'a>, RepoPath> {
        let arrivals = self.arrivals.iter();
        let mut blocked: Vec<(Actor<'a>, RepoPath)> =
            arrivals.filter_map(|(path, actor)| Some((*actor, self.obstacle(*actor, path)?))).collect();
        let mut stopped = BTreeMap::new();
        while let Some((actor, obstacle)) = blocked.pop() {
            if stopped.contains_key(&actor) {
                continue;
            }
            stopped.insert(actor, obstacle);
            for file in self.files_of(actor) {
                self.gone.remove(file);
                let waiting = std::iter::successors(Some(file.clone()), RepoPath::parent);
                blocked.extend(waiting.filter_map(|path| Some((*self.arrivals.get(&path)?, file.clone()))));
            }
        }
        stopped
    }

    /// The files that go only if an actor is not stopped.
    fn files_of(&self, actor: Actor<'a>) -> Vec<&'a RepoPath> {
        match actor {
            Actor::Object(identity) => {
                let holders = self.holdings.holders(identity).iter();
                holders.filter(|path| self.holdings.holds_only(path, identity)).collect()
            }
            Actor::Repair(file) => vec![file],
        }
    }

    /// Why an actor cannot have its place: a file that holds its object among others, or what stands at the path.
    fn obstacle(&self, actor: Actor<'a>, path: &RepoPath) -> Option<RepoPath> {
        let shared = match actor {
            Actor::Object(identity) => {
                let mut holders = self.holdings.holders(identity).iter();
                holders.find(|holder| !self.holdings.holds_only(holder, identity))
            }
            Actor::Repair(_) => None,
        };
        shared.cloned().or_else(|| self.in_the_way(path))
    }

    /// What stands at a path, above it or below it.
    fn in_the_way(&self, path: &RepoPath) -> Option<RepoPath> {
        let stands = |at: &RepoPath| self.holdings.leaves.contains_key(at) && !self.gone.contains(at);
        if stands(path) {
            return Some(path.clone());
        }
        if let Some(above) = std::iter::successors(path.parent(), RepoPath::parent).find(|at| stands(at)) {
            return Some(above);
        }
        let after = self.holdings.leaves.range::<RepoPath, _>(path..).map(|(at, _)| at);
        let below = after.take_while(|at| at.as_bytes().starts_with(path.as_bytes()));
        below.filter(|at| at.starts_with(path)).find(|at| stands(at)).cloned()
    }
}
