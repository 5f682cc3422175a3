//! Pushed syncs: whether what a push changes in managed/ and unmanaged/ is the work of syncs alone, told by making them again.

use std::collections::{BTreeMap, BTreeSet, BinaryHeap};

use crate::fabric::kinds::Kinds;
use crate::fabric::layout::{MANAGED, UNMANAGED, entry_at, find};
use crate::finding::Finding;
use crate::git::read::Reader;
use crate::ids::{CommitId, Entry, TreeId};
use crate::modes::error::ModeError;
use crate::modes::sync::Server;
use crate::modes::verify::is_proven;
use crate::path::RepoPath;
use crate::snapshot::{Commit, Objects};
use crate::verdict::code::Code;

/// How many commits a message names.
const NAMED: usize = 3;
/// How many commits of one push are looked at, and how many before it where a new branch begins.
const MOST: (usize, usize) = (1000, 20_000);

/// What is needed to look at a push.
pub(super) struct Pushed<'a> {
    pub(super) reader: &'a Reader,
    /// By what the server itself makes syncs.
    pub(super) server: Server,
    /// The fabric directories that are such whatever they hold; where there are any, no others are looked for.
    pub(super) fabrics: &'a [RepoPath],
    pub(super) before: &'a Commit,
    pub(super) after: &'a Commit,
    /// Whether the ref is new, so that it may begin anywhere in the history of what it is compared with.
    pub(super) is_new: bool,
}

/// What stands in the place of each guarded folder.
type Held = BTreeMap<RepoPath, Option<Entry>>;

/// What becomes of the guarded folders in a push.
pub(super) enum Guarded {
    /// These are changed by syncs alone; none if nothing is.
    Synced(BTreeSet<RepoPath>),
    /// These are changed by something else, each as a finding.
    Strange(Vec<Finding>),
}

impl Pushed<'_> {
    /// What becomes of the guarded folders.
    pub(super) fn guarded(&self) -> Result<Guarded, ModeError> {
        let folders = self.folders(&[self.before.tree, self.after.tree])?;
        let (was, is) = (self.held_by_fabrics(&folders, self.before)?, self.held(&folders, self.after)?);
        let differing: BTreeSet<RepoPath> =
            folders.iter().filter(|folder| was.get(*folder) != is.get(*folder)).cloned().collect();
        if differing.is_empty() {
            return Ok(Guarded::Synced(differing));
        }
        let words = match self.blamed(&folders)? {
            Some(blamed) if blamed.is_empty() => return Ok(Guarded::Synced(differing)),
            Some(blamed) => {
                let names: Vec<String> = blamed.iter().take(NAMED).map(|id| id.short()).collect();
                format!("changed by what is no proven sync: {}", names.join(", "))
            }
            None => format!("the push brings more than {} commits, too many to make their syncs again", MOST.0),
        };
        let strange = differing.into_iter().map(|folder| Finding::new(Code::NotASync, folder, words.clone()));
        Ok(Guarded::Strange(strange.collect()))
    }

    /// The guarded folders that hold anything, each as a finding: for a ref that is compared with nothing.
    pub(super) fn groundless(&self) -> Result<Vec<Finding>, ModeError> {
        let held = self.held(&self.folders(&[self.after.tree])?, self.after)?;
        let folders = held.into_iter().filter_map(|(folder, entry)| entry.map(|_| folder));
        let words = "there is no commit to compare it with, so nothing tells what of it syncs made";
        let help =
            "If HEAD names no branch on the server, its admin must name one: git symbolic-ref HEAD refs/heads/main";
        let finding = |folder| Finding { help: help.to_owned(), ..Finding::new(Code::NotASync, folder, words) };
        Ok(folders.map(finding).collect())
    }

    /// The commits at which the guarded folders become other than syncs leave them, if the push ends so; none if there are
    /// too many commits to tell. A commit is good if it has there what a good parent has, or is the sync of one; what was
    /// there before the push is.
    fn blamed(&self, folders: &BTreeSet<RepoPath>) -> Result<Option<Vec<CommitId>>, ModeError> {
        let mut good = self.bases()?;
        let Some(new) = self.new_commits(&good)? else { return Ok(None) };
        let (mut decided, mut blamed) = (BTreeSet::new(), Vec::new());
        let mut waiting: Vec<&Commit> = new.values().collect();
        while !waiting.is_empty() {
            let is_ready = |commit: &&Commit| {
                commit.parents.iter().all(|parent| !new.contains_key(parent) || decided.contains(parent))
            };
            let (ready, rest): (Vec<&Commit>, Vec<&Commit>) = waiting.into_iter().partition(is_ready);
            waiting = rest;
            for commit in ready {
                if self.is_good(commit, folders, &good)? {
                    good.insert(commit.id);
                } else if commit.parents.iter().any(|parent| good.contains(parent)) {
                    blamed.push(commit.id);
                }
                decided.insert(commit.id);
            }
        }
        if good.contains(&self.after.id) {
            return Ok(Some(Vec::new()));
        }
        if blamed.is_empty() {
            // It does not build on what is there: all of it is strange.
            blamed.push(self.after.id);
        }
        Ok(Some(blamed))
    }

    fn is_good(
        &self,
        commit: &Commit,
        folders: &BTreeSet<RepoPath>,
        good: &BTreeSet<CommitId>,
    ) -> Result<bool, ModeError> {
        for parent in commit.parents.iter().filter(|parent| good.contains(*parent)) {
            let parent = self.reader.commit(*parent)?;
            let mut all = self.folders(&[parent.tree, commit.tree])?;
            all.extend(folders.iter().cloned());
            if self.held_by_fabrics(&all, &parent)? == self.held(&all, commit)? {
                return Ok(true);
            }
            let dirs = self.dirs(parent.tree)?;
            if is_proven(self.reader, &self.server, &dirs, commit)? {
                return Ok(true);
            }
        }
        Ok(false)
    }

    /// The commits whose managed/ and unmanaged/ are taken as they are.
    fn bases(&self) -> Result<BTreeSet<CommitId>, ModeError> {
        let mut bases = BTreeSet::from([self.before.id]);
        let mut waiting = vec![self.before.clone()];
        while let Some(commit) = waiting.pop().filter(|_| self.is_new && bases.len() < MOST.1) {
            for parent in commit.parents {
                if bases.insert(parent) {
                    waiting.push(self.reader.commit(parent)?);
                }
            }
        }
        Ok(bases)
    }

    /// What leads to the push's commit, as far as it is not older than what the push builds on; none if that is too much.
    fn new_commits(&self, bases: &BTreeSet<CommitId>) -> Result<Option<BTreeMap<CommitId, Commit>>, ModeError> {
        let mut found = BTreeMap::new();
        let mut waiting = BinaryHeap::from([(self.after.committed.seconds, self.after.id)]);
        let mut reached = false;
        while let Some((seconds, id)) = waiting.pop() {
            // Once the push's base was met, what is older than that base belongs to another line.
            if reached && seconds < self.before.committed.seconds {
                break;
            }
            reached |= bases.contains(&id);
            if bases.contains(&id) || found.contains_key(&id) {
                continue;
            }
            if found.len() == MOST.0 {
                return Ok(None);
            }
            let commit = self.reader.commit(id)?;
            for parent in &commit.parents {
                waiting.push((self.reader.commit(*parent)?.committed.seconds, *parent));
            }
            found.insert(id, commit);
        }
        Ok(Some(found))
    }

    /// The fabric directories of a tree.
    fn dirs(&self, tree: TreeId) -> Result<Vec<RepoPath>, ModeError> {
        if !self.fabrics.is_empty() {
            return Ok(self.fabrics.to_vec());
        }
        Ok(find(self.reader, tree, &[], &Kinds::builtin())?.into_iter().map(|dir| dir.path).collect())
    }

    /// The guarded folders of trees.
    fn folders(&self, trees: &[TreeId]) -> Result<BTreeSet<RepoPath>, ModeError> {
        let mut folders = BTreeSet::new();
        for tree in trees {
            for path in self.dirs(*tree)? {
                folders.extend([path.child(MANAGED), path.child(UNMANAGED)]);
            }
        }
        Ok(folders)
    }

    /// What a commit holds in the place of each folder, where it has a fabric directory. What lay elsewhere was not judged,
    /// and counts as nothing: else it could lie there first and become a fabric's afterwards.
    fn held_by_fabrics(&self, folders: &BTreeSet<RepoPath>, commit: &Commit) -> Result<Held, ModeError> {
        let own = self.folders(&[commit.tree])?;
        let mut held = self.held(folders, commit)?;
        held.iter_mut().filter(|(folder, _)| !own.contains(*folder)).for_each(|(_, entry)| *entry = None);
        Ok(held)
    }

    /// What a commit holds in the place of each folder.
    fn held(&self, folders: &BTreeSet<RepoPath>, commit: &Commit) -> Result<Held, ModeError> {
        let at = |folder: &RepoPath| Ok((folder.clone(), entry_at(self.reader, commit.tree, folder)?));
        folders.iter().map(at).collect()
    }
}
