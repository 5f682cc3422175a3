//! Syncs made again: what sync makes of a commit, and whether a commit is just what sync makes of its parent.

use crate::exit::Exit;
use crate::fabric::changes::{Change, Changes, changes};
use crate::fabric::kinds::Kinds;
use crate::fabric::layout::{FabricDir, GITKEEP, MANAGED, RAW, UNMANAGED, find};
use crate::fabric::manifest::Level;
use crate::git::Reader;
use crate::git::tree::apply;
use crate::ids::TreeId;
use crate::modes::ModeError;
use crate::modes::asked::Asked;
use crate::modes::sync::Draft;
use crate::options::Retry;
use crate::path::RepoPath;
use crate::plan::{PlanError, Planned};
use crate::snapshot::{Commit, Objects};

use super::trailers::claim;

/// Makes syncs again, from objects alone: nothing is written, and no ref is read.
#[derive(Debug)]
pub(in crate::modes) struct Recompute<'a> {
    reader: &'a Reader,
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

impl<'a> Recompute<'a> {
    /// Reads from here.
    pub(in crate::modes) fn new(reader: &'a Reader) -> Self {
        Self { reader }
    }

    /// What sync makes of a commit.
    pub(in crate::modes) fn sync(&self, input: &Commit, asked: &Asked) -> Result<Again, ModeError> {
        let dirs = find(self.reader, input.tree, &asked.fabrics, &Kinds::builtin())?;
        self.sync_dirs(input, &dirs, asked)
    }

    fn sync_dirs(&self, input: &Commit, dirs: &[FabricDir], asked: &Asked) -> Result<Again, ModeError> {
        let Draft { planned, .. } = asked.task(None).draft_of(self.reader, Some(input), dirs)?;
        let tree = match planned.plan.is_empty() {
            true => input.tree,
            false => apply(self.reader, input.tree, planned.plan.edits())?.id,
        };
        Ok(Again { tree, planned })
    }

    /// Whether a commit's tree is what sync makes of its parent's, by the options that its trailers name, else by those
    /// that its changes leave possible. What its message and dates say does not count. An error means that it cannot be
    /// told: [`is_cut`] says whether that is for want of history.
    pub(in crate::modes) fn of(&self, commit: &Commit) -> Result<Option<SyncOf>, ModeError> {
        let [parent] = commit.parents.as_slice() else { return Ok(None) };
        if self.reader.is_shallow_boundary(commit.id)? {
            return Ok(None);
        }
        let parent = self.reader.commit(*parent)?;
        if parent.tree == commit.tree {
            return Ok(None);
        }
        let claimed = claim(&commit.message).and_then(|claim| claim.asked());
        let dirs = find(self.reader, parent.tree, &[], &Kinds::builtin())?;
        let changes = changes(self.reader, Some(parent.tree), Some(commit.tree), &RepoPath::root())?;
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
    let mut seen = Signs::default();
    for (path, change) in changes {
        let Some(dir) = dirs.iter().find(|dir| path.starts_with(&dir.path)) else { return Vec::new() };
        let below = path.strip_prefix(&dir.path).unwrap_or_default();
        if !seen.take(path, &below, *change) {
            return Vec::new();
        }
        if !seen.touched.contains(&dir.path) {
            seen.touched.push(dir.path.clone());
        }
    }
    if seen.is_possible() { seen.guesses(dirs.len()) } else { Vec::new() }
}

/// What changes tell of the options of the sync that made them.
#[derive(Default)]
struct Signs {
    /// Files of raw/ are gone.
    sorted: bool,
    /// Loose files are gone.
    adopted: bool,
    /// Files of managed/ are gone.
    gone: bool,
    /// Files of managed/ or unmanaged/ are new, or hold something else.
    written: bool,
    /// What is gone from unmanaged/.
    retried: Vec<RepoPath>,
    /// The fabric directories.
    touched: Vec<RepoPath>,
}

impl Signs {
    /// Takes a change, by its path below the fabric directory as well; false if no sync makes such.
    fn take(&mut self, path: &RepoPath, below: &RepoPath, change: Change) -> bool {
        let is_gone = change.new.is_none();
        let is_keep = below.file_name() == GITKEEP.as_bytes();
        match below.components().next().unwrap_or_default() {
            folder if folder == RAW.as_bytes() => {
                self.sorted |= is_gone;
                return is_gone || is_keep;
            }
            folder if folder == MANAGED.as_bytes() => {
                self.gone |= is_gone;
                self.written |= !is_gone && !is_keep;
            }
            folder if folder == UNMANAGED.as_bytes() => {
                self.retried.extend(is_gone.then(|| path.clone()));
                self.written |= !is_gone && !is_keep;
            }
            _ => self.adopted |= is_gone && below.components().count() == 1,
        }
        true
    }

    /// Whether files of managed/ may have been put right: what is gone must be somewhere else.
    fn may_be_repaired(&self) -> bool {
        self.gone && self.written
    }

    /// Whether all that was written can have come from somewhere, and all that is gone have gone somewhere.
    fn is_possible(&self) -> bool {
        let moved = self.sorted || self.adopted || !self.retried.is_empty() || self.may_be_repaired();
        moved || !(self.written || self.gone)
    }

    fn guesses(self, dirs: usize) -> Vec<Asked> {
        let mut retries = vec![Retry::Nothing];
        if let Some(first) = self.retried.first() {
            retries.push(Retry::All);
            retries.push(Retry::Below(first.clone()));
        }
        let (adopted, repaired) = (self.adopted, self.may_be_repaired());
        let either = |possible: bool| if possible { vec![false, true] } else { vec![false] };
        let all = (self.touched.len() < dirs).then_some(self.touched);
        let mut found = Vec::new();
        for fabrics in std::iter::once(Vec::new()).chain(all) {
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
}
