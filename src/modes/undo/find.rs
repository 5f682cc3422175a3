//! The sync that is to be taken back: the one named, or the newest of the branch.

use crate::fabric::changes::{Changes, changes};
use crate::git::{Reader, Repo};
use crate::ids::CommitId;
use crate::modes::ModeError;
use crate::modes::history::recompute::{Recompute, SyncOf};
use crate::modes::history::trailers::claim;
use crate::modes::history::walk::{Follow, walk};
use crate::path::RepoPath;
use crate::snapshot::{Commit, Objects};

use super::error::UndoError;

/// A sync of the past.
#[derive(Debug)]
pub(super) struct Found {
    /// Its commit.
    pub(super) commit: Commit,
    /// How sync makes it; none if it only claims to be one, and does not come out the same any more.
    pub(super) sync: Option<SyncOf>,
    /// What it changed, by repository path.
    pub(super) changes: Changes,
}

/// Finds it in the history of a branch that stands at `tip`.
pub(super) fn find(
    repo: &Repo,
    reader: &Reader,
    (branch, tip): (&str, CommitId),
    named: Option<&str>,
) -> Result<Found, ModeError> {
    let Some(named) = named else { return newest(reader, branch, tip) };
    let commit = repo.commit_named(named)?;
    let history = walk(reader, &[tip], &[], Follow::All)?.commits;
    let Some(commit) = history.into_iter().find(|one| one.id == commit) else {
        return Err(UndoError::Elsewhere { commit, branch: branch.to_owned() }.into());
    };
    let id = commit.id;
    of(reader, commit)?.ok_or_else(|| UndoError::NotASync { commit: id }.into())
}

fn newest(reader: &Reader, branch: &str, tip: CommitId) -> Result<Found, ModeError> {
    let mut at = Some(tip);
    while let Some(id) = at {
        let commit = reader.commit(id)?;
        at = commit.parents.first().copied();
        if at.is_some() && reader.is_shallow_boundary(id)? {
            break;
        }
        if let Some(found) = of(reader, commit)? {
            return Ok(found);
        }
    }
    Err(UndoError::NoSync { branch: branch.to_owned() }.into())
}

/// A commit, if it is a sync, or was made as one: it names its parent's tree as the one that was sorted.
fn of(reader: &Reader, commit: Commit) -> Result<Option<Found>, ModeError> {
    let sync = Recompute::new(reader).of(&commit)?;
    let [parent] = commit.parents.as_slice() else { return Ok(None) };
    let parent = reader.commit(*parent)?;
    let is_claimed = || claim(&commit.message).is_some_and(|claim| claim.input_tree == parent.tree.to_string());
    if sync.is_none() && !is_claimed() {
        return Ok(None);
    }
    let changes = changes(reader, Some(parent.tree), Some(commit.tree), &RepoPath::root())?;
    Ok(Some(Found { commit, sync, changes }))
}
