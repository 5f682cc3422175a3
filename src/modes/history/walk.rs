//! The commits of a history, newest first and each before its parents, however their clocks were set.

use std::collections::{BTreeMap, BTreeSet, BinaryHeap};

use crate::ids::CommitId;
use crate::snapshot::{Commit, Objects, ReadError};

/// Which parents a walk follows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::modes) enum Follow {
    /// All.
    All,
    /// The first alone: what the branch itself was.
    First,
}

/// A walked history.
#[derive(Debug)]
pub(in crate::modes) struct Walk {
    /// The commits, newest first, each before its parents.
    pub(in crate::modes) commits: Vec<Commit>,
    /// Where history ends although there was more: a shallow clone's boundary.
    pub(in crate::modes) cut: Vec<CommitId>,
}

/// Walks all that `tips` lead to and `hidden` do not.
pub(in crate::modes) fn walk(
    objects: &dyn Objects,
    tips: &[CommitId],
    hidden: &[CommitId],
    follow: Follow,
) -> Result<Walk, ReadError> {
    let (hidden, _) = reach(objects, hidden, Follow::All, &BTreeMap::new())?;
    let (mut found, cut) = reach(objects, tips, follow, &hidden)?;
    let mut children: BTreeMap<CommitId, usize> = BTreeMap::new();
    for parent in found.values().flat_map(|commit| followed(commit, follow)) {
        *children.entry(*parent).or_default() += 1;
    }
    let age = |commit: &Commit| (commit.committed.seconds, commit.id);
    let ready = found.values().filter(|commit| !children.contains_key(&commit.id));
    let mut ready: BinaryHeap<_> = ready.map(age).collect();
    let mut commits = Vec::with_capacity(found.len());
    while let Some((_, id)) = ready.pop() {
        let Some(commit) = found.remove(&id) else { continue };
        for parent in followed(&commit, follow) {
            let Some(waiting) = children.get_mut(parent) else { continue };
            *waiting -= 1;
            if let Some(parent) = found.get(parent).filter(|_| *waiting == 0) {
                ready.push(age(parent));
            }
        }
        commits.push(commit);
    }
    Ok(Walk { commits, cut: cut.into_iter().collect() })
}

type Reached = (BTreeMap<CommitId, Commit>, BTreeSet<CommitId>);

fn reach(
    objects: &dyn Objects,
    tips: &[CommitId],
    follow: Follow,
    without: &BTreeMap<CommitId, Commit>,
) -> Result<Reached, ReadError> {
    let mut found = BTreeMap::new();
    let mut cut = BTreeSet::new();
    let mut waiting = tips.to_vec();
    while let Some(id) = waiting.pop() {
        if without.contains_key(&id) || found.contains_key(&id) {
            continue;
        }
        let mut commit = objects.commit(id)?;
        if !commit.parents.is_empty() && objects.is_shallow_boundary(id)? {
            cut.insert(id);
            commit.parents.clear();
        }
        waiting.extend(followed(&commit, follow));
        found.insert(id, commit);
    }
    Ok((found, cut))
}

fn followed(commit: &Commit, follow: Follow) -> &[CommitId] {
    match follow {
        Follow::All => &commit.parents,
        Follow::First => &commit.parents[..commit.parents.len().min(1)],
    }
}
