//! Which later commits changed what an undo would put back: the list that it is refused with.

use std::collections::BTreeSet;

use crate::fabric::changes::Changes;
use crate::fabric::layout::{FabricDir, SIDECAR, UNMANAGED, entry_at};
use crate::git::Reader;
use crate::ids::CommitId;
use crate::modes::ModeError;
use crate::modes::history::walk::{Follow, walk};
use crate::path::{RepoPath, printable};
use crate::plan::sidecar;
use crate::snapshot::{Commit, Objects};
use crate::verdict::code::Code;

use super::find::Found;
use super::subject;

/// How many files are told one by one.
const SHOWN: usize = 20;

/// What to say of files that hold something else than the sync left there.
pub(super) fn notes(
    reader: &Reader,
    tip: &Commit,
    found: &Found,
    paths: &[RepoPath],
) -> Result<Vec<String>, ModeError> {
    let later = walk(reader, &[tip.id], &[found.commit.id], Follow::First)?.commits;
    let mut notes = Vec::new();
    for path in paths.iter().take(SHOWN) {
        notes.push(match last_change(reader, &later, path)? {
            Some(commit) => format!("{path} was changed since, by {}", told(reader, commit)?),
            None => format!("{path} is not as that sync left it"),
        });
    }
    if paths.len() > SHOWN {
        notes.push(format!("and {} more files were changed since", paths.len() - SHOWN));
    }
    notes.push("Take the later changes back first, newest first.".to_owned());
    Ok(notes)
}

/// What to say of raw documents that the sync parked because their sync had been taken back before: put back into raw/ by
/// yet another commit, they would count as dropped anew, and the next sync would apply them. Its own sidecars say so.
pub(super) fn brought_back(
    reader: &Reader,
    dirs: &[FabricDir],
    found: &Found,
    changes: &Changes,
) -> Result<Vec<String>, ModeError> {
    let mut parked = BTreeSet::new();
    for (path, change) in &found.changes {
        let dir = dirs.iter().find(|dir| path.starts_with(&dir.path.child(UNMANAGED)));
        let blob =
            change.new.and_then(|entry| entry.as_file()).filter(|_| path.file_name().ends_with(SIDECAR.as_bytes()));
        let (Some(dir), Some(blob)) = (dir, blob) else { continue };
        if reader.blob_size(blob)? > sidecar::LARGEST {
            continue;
        }
        let Some(sidecar) = sidecar::read(&reader.blob(blob)?) else { continue };
        let is_reverted = sidecar.said.iter().any(|said| said.code == Code::Reverted.as_str());
        let source = RepoPath::new(sidecar.source).ok().map(|source| dir.path.join_path(&source));
        let is_back = |path: &RepoPath| changes.get(path).is_some_and(|change| change.old.is_some());
        parked.extend(source.filter(|source| is_reverted && is_back(source)));
    }
    let mut notes: Vec<String> = parked
        .iter()
        .take(SHOWN)
        .map(|path| format!("{path} had been taken back before that sync; in raw/ again, the next sync would apply it"))
        .collect();
    if !notes.is_empty() {
        notes.push(
            "If you mean that, move it out of unmanaged/ into raw/ and commit; else name an older sync.".to_owned(),
        );
    }
    Ok(notes)
}

/// The newest of these commits that changed a path against its first parent.
fn last_change<'c>(reader: &Reader, later: &'c [Commit], path: &RepoPath) -> Result<Option<&'c Commit>, ModeError> {
    for commit in later {
        let Some(parent) = commit.parents.first() else { continue };
        let before = reader.commit(*parent)?.tree;
        if entry_at(reader, commit.tree, path)? != entry_at(reader, before, path)? {
            return Ok(Some(commit));
        }
    }
    Ok(None)
}

fn told(reader: &Reader, commit: &Commit) -> Result<String, ModeError> {
    let id: CommitId = commit.id;
    let author = reader.people(id)?.author.person.name;
    Ok(format!("{} ({}): {}", id.short(), printable(&author), subject(commit)))
}
