//! The sync that is to be taken back: the one named, or the newest of the branch.

use std::sync::Arc;

use crate::fabric::changes::{Changes, changes};
use crate::fabric::layout::{MANAGED, is_yaml_name};
use crate::git::{Reader, Repo};
use crate::ids::CommitId;
use crate::modes::ModeError;
use crate::modes::history::recompute::{Recompute, SyncOf};
use crate::modes::history::trailers::claim;
use crate::modes::history::walk::{Follow, Walk, walk};
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
    /// The newest commit after it that changed managed/ and is no sync, where no sync was named.
    pub(super) hand: Option<CommitId>,
}

/// Finds it in the history of a branch that stands at `tip`.
pub(super) fn find(
    repo: &Repo,
    reader: &Reader,
    (branch, tip): (&str, CommitId),
    named: Option<&str>,
) -> Result<Found, ModeError> {
    let history = walk(reader, &[tip], &[], Follow::All)?;
    let recompute = Recompute::new(reader).sharing(Arc::default(), None);
    let Some(named) = named else { return newest(reader, &recompute, branch, history) };
    let commit = repo.commit_named(named)?;
    if history.cut.contains(&commit) {
        return Err(UndoError::Cut { commit }.into());
    }
    let Some(commit) = history.commits.into_iter().find(|one| one.id == commit) else {
        return Err(match history.cut.first() {
            Some(end) => UndoError::Cut { commit: *end },
            None => UndoError::Elsewhere { commit, branch: branch.to_owned() },
        }
        .into());
    };
    let (id, parents) = (commit.id, commit.parents.len());
    of(reader, &recompute, commit)?.map_err(|_| match parents {
        1 => UndoError::NotASync { commit: id }.into(),
        _ => UndoError::NotOneParent { commit: id }.into(),
    })
}

/// The newest sync of all that the branch holds, merged branches included.
fn newest(reader: &Reader, recompute: &Recompute<'_>, branch: &str, history: Walk) -> Result<Found, ModeError> {
    let mut hand = None;
    for commit in history.commits {
        if history.cut.contains(&commit.id) {
            return Err(UndoError::Cut { commit: commit.id }.into());
        }
        let id = commit.id;
        match of(reader, recompute, commit)? {
            Ok(found) => return Ok(Found { hand, ..found }),
            Err(changes) if hand.is_none() && changes.keys().any(is_of_managed) => hand = Some(id),
            Err(_) => {}
        }
    }
    Err(UndoError::NoSync { branch: branch.to_owned() }.into())
}

/// Whether a path is one of an object's files, wherever its fabric directory is.
fn is_of_managed(path: &RepoPath) -> bool {
    path.components().any(|component| component == MANAGED.as_bytes()) && is_yaml_name(path.file_name())
}

/// A commit, if it is a sync, or was made as one: it names its parent's tree as the one that was sorted. Else what it
/// changed; of a merge that is nothing, since its parents did it.
fn of(reader: &Reader, recompute: &Recompute<'_>, commit: Commit) -> Result<Result<Found, Changes>, ModeError> {
    let [parent] = commit.parents.as_slice() else { return Ok(Err(Changes::new())) };
    let parent = reader.commit(*parent)?;
    let changes = changes(reader, Some(parent.tree), Some(commit.tree), &RepoPath::root())?;
    let sync = recompute.of(&commit)?;
    let is_claimed = || claim(&commit.message).is_some_and(|claim| claim.input_tree == parent.tree.to_string());
    if sync.is_none() && !is_claimed() {
        return Ok(Err(changes));
    }
    Ok(Ok(Found { commit, sync, changes, hand: None }))
}
