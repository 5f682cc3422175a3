//! Syncs made again: what sync makes of a commit, and whether a commit is just what sync makes of its parent.

use std::collections::BTreeMap;
use std::fmt;
use std::num::NonZeroUsize;
use std::sync::Arc;

use crate::exit::Exit;
use crate::fabric::changes::{Change, Changes, changes};
use crate::fabric::kinds::Kinds;
use crate::fabric::layout::{FabricDir, GITKEEP, HNP, MANAGED, RAW, UNMANAGED, find};
use crate::fabric::manifest::Level;
use crate::git::tree::apply;
use crate::ids::TreeId;
use crate::modes::ModeError;
use crate::modes::asked::Asked;
use crate::modes::draft::Draft;
use crate::modes::judged::Judgements;
use crate::modes::sync::Server;
use crate::options::Retry;
use crate::path::RepoPath;
use crate::plan::{PlanError, Planned};
use crate::snapshot::{Commit, Objects};
use crate::yaml::Limits;

use super::trailers::claim;

/// Makes syncs again, from objects alone: nothing is written, and no ref is read.
pub(in crate::modes) struct Recompute<'a> {
    objects: &'a dyn Objects,
    /// What counts instead of what a commit says of itself.
    server: Server,
    /// What was judged before, and on how many threads it is judged.
    judged: Option<(Arc<Judgements>, Option<NonZeroUsize>)>,
}

/// What sync makes of a commit.
#[derive(Debug)]
pub(in crate::modes) struct Again {
    /// The tree; the commit's own if there is nothing to do.
    pub(in crate::modes) tree: TreeId,
    /// The plan that leads there, and what is to be said of it.
    pub(in crate::modes) planned: Planned,
}

/// A commit whose tree is exactly what sync makes of its parent's.
#[derive(Debug)]
pub(in crate::modes) struct SyncOf {
    /// The parent: what was sorted.
    pub(in crate::modes) parent: Commit,
    /// The options under which it comes out the same.
    pub(in crate::modes) asked: Asked,
    /// The sync, made again.
    pub(in crate::modes) again: Again,
}

impl fmt::Debug for Recompute<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Recompute").field("server", &self.server).finish_non_exhaustive()
    }
}

impl<'a> Recompute<'a> {
    /// Reads from here.
    pub(in crate::modes) fn new(objects: &'a dyn Objects) -> Self {
        Self { objects, server: Server::default(), judged: None }
    }

    /// Makes syncs as they are made where this counts instead of what a commit says of itself.
    pub(in crate::modes) fn by(self, server: Server) -> Self {
        Self { server, ..self }
    }

    /// Judges no file a second time that was judged for another commit.
    pub(in crate::modes) fn sharing(self, judged: Arc<Judgements>, threads: Option<NonZeroUsize>) -> Self {
        Self { judged: Some((judged, threads)), ..self }
    }

    /// What sync makes of a commit.
    pub(in crate::modes) fn sync(&self, input: &Commit, asked: &Asked) -> Result<Again, ModeError> {
        let dirs = find(self.objects, input.tree, &asked.fabrics, &Kinds::builtin())?;
        self.sync_dirs(input, &dirs, asked)
    }

    fn sync_dirs(&self, input: &Commit, dirs: &[FabricDir], asked: &Asked) -> Result<Again, ModeError> {
        let mut task = asked.task(None);
        let request = &mut task.request;
        request.level = self.server.level.or(request.level);
        request.rules.clone_from(&self.server.rules);
        request.settings.clone_from(&self.server.settings);
        if let Some((judged, threads)) = &self.judged {
            request.threads = *threads;
            request.judged = Some(Arc::clone(judged)).filter(|_| request.limits == Limits::default());
        }
        let Draft { planned, .. } = task.draft_of(self.objects, Some(input), dirs)?;
        let tree = match planned.plan.is_empty() {
            true => input.tree,
            false => apply(self.objects, input.tree, planned.plan.edits())?.id,
        };
        Ok(Again { tree, planned })
    }

    /// Whether a commit's tree is what sync makes of its parent's, by the options that its trailers name, else by those
    /// that its changes leave possible. What its message and dates say does not count. An error means that it cannot be
    /// told: [`is_cut`] says whether that is for want of history.
    pub(in crate::modes) fn of(&self, commit: &Commit) -> Result<Option<SyncOf>, ModeError> {
        let [parent] = commit.parents.as_slice() else { return Ok(None) };
        if self.objects.is_shallow_boundary(commit.id)? {
            return Ok(None);
        }
        let parent = self.objects.commit(*parent)?;
        if parent.tree == commit.tree {
            return Ok(None);
        }
        let claimed = claim(&commit.message).and_then(|claim| claim.asked());
        let dirs = find(self.objects, parent.tree, &[], &Kinds::builtin())?;
        let changes = changes(self.objects, Some(parent.tree), Some(commit.tree), &RepoPath::root())?;
        let guesses = guesses(&dirs, &changes);
        for asked in claimed.into_iter().chain(guesses) {
            let again = match asked.fabrics.is_empty() {
                true => self.sync_dirs(&parent, &dirs, &asked),
                false => self.sync(&parent, &asked),
            };
            match again {
                Ok(again) if again.tree == commit.tree => return Ok(Some(SyncOf { parent, asked, again })),
                Ok(_) => {}
                // A trailer may name a fabric directory that cannot be one.
                Err(error) if error.exit() == Exit::Usage => {}
                Err(error) => return Err(error),
            }
        }
        Ok(None)
    }
}

/// Whether what could not be told takes history that a shallow clone does not have.
pub(in crate::modes) fn is_cut(error: &ModeError) -> bool {
    matches!(error, ModeError::Plan(PlanError::Shallow { .. }))
}

/// The options under which a sync could have made these changes; none if no sync makes such. What cannot be told from the
/// changes is tried, so that most commits of people are told apart without a look at what they hold.
fn guesses(dirs: &[FabricDir], changes: &Changes) -> Vec<Asked> {
    let mut seen: BTreeMap<&RepoPath, Signs> = BTreeMap::new();
    for (path, change) in changes {
        let Some(dir) = dirs.iter().find(|dir| path.starts_with(&dir.path)) else { return Vec::new() };
        let below = path.strip_prefix(&dir.path).unwrap_or_default();
        if !seen.entry(&dir.path).or_default().take(path, &below, change) {
            return Vec::new();
        }
    }
    if seen.values().any(|signs| !signs.is_possible()) {
        return Vec::new();
    }
    let touched = (seen.len() < dirs.len()).then(|| seen.keys().copied().cloned().collect());
    combined(&seen.into_values().collect::<Vec<_>>(), touched)
}

/// What changes in a fabric directory tell of the options of the sync that made them.
#[derive(Default)]
struct Signs {
    /// Files of raw/ are gone.
    sorted: bool,
    /// Loose files are gone.
    adopted: bool,
    /// Files of managed/ are gone.
    gone: bool,
    /// Files of managed/ hold something else.
    rewritten: bool,
    /// Files of managed/ or unmanaged/ are new.
    added: bool,
    /// What is gone from unmanaged/, or holds something else.
    retried: Vec<RepoPath>,
}

impl Signs {
    /// Takes a change in; false if no sync makes such.
    fn take(&mut self, path: &RepoPath, below: &RepoPath, change: &Change) -> bool {
        let folder = below.components().next().unwrap_or_default();
        let (was, gone) = (change.old.is_some(), change.new.is_none());
        let is_keep = below.file_name() == GITKEEP.as_bytes() && !was;
        if below.components().count() == 1 {
            self.adopted |= gone;
            return gone;
        }
        if folder == RAW.as_bytes() {
            self.sorted |= gone;
            return gone || is_keep;
        }
        if folder == MANAGED.as_bytes() {
            self.gone |= gone;
            self.rewritten |= was && !gone;
            self.added |= !was && !is_keep;
            return true;
        }
        if folder == UNMANAGED.as_bytes() {
            self.retried.extend(was.then(|| path.clone()));
            self.added |= !was && !is_keep;
            return true;
        }
        // Nothing of what is in .hnp/ is ever changed, and nothing else is hhgit's at all.
        folder == HNP.as_bytes() && !was
    }

    /// Whether files of managed/ may have been put right: what is gone, or was in one file with others, must be somewhere.
    fn may_be_repaired(&self) -> bool {
        self.gone && (self.added || self.rewritten) || self.rewritten && self.added
    }

    /// Whether all that was written can have come from somewhere, and all that is gone have gone somewhere.
    fn is_possible(&self) -> bool {
        let moved = self.sorted || self.adopted || !self.retried.is_empty() || self.may_be_repaired();
        moved || !(self.added || self.rewritten || self.gone)
    }
}

/// Every combination of options that is possible; `touched` are the fabric directories it may have been narrowed to.
fn combined(seen: &[Signs], touched: Option<Vec<RepoPath>>) -> Vec<Asked> {
    let mut retries = vec![Retry::Nothing];
    if let Some(first) = seen.iter().flat_map(|signs| &signs.retried).next() {
        retries.push(Retry::All);
        retries.push(Retry::Below(first.clone()));
    }
    let adopted = seen.iter().any(|signs| signs.adopted);
    let repaired = seen.iter().any(Signs::may_be_repaired);
    let either = |possible: bool| if possible { vec![false, true] } else { vec![false] };
    let mut found = Vec::new();
    for fabrics in std::iter::once(Vec::new()).chain(touched) {
        for level in [None, Some(Level::Schema), Some(Level::Identity)] {
            for adopt in either(adopted) {
                for repair in either(repaired) {
                    for retry in &retries {
                        let (fabrics, retry) = (fabrics.clone(), retry.clone());
                        found.push(Asked { fabrics, adopt, repair, retry, level, ..Asked::default() });
                    }
                }
            }
        }
    }
    found
}
