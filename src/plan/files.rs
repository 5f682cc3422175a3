//! A plan of files as they are given: what a command puts into a fabric directory, or a branch, without sorting anything.

use std::collections::BTreeMap;

use crate::fabric::layout::entry_at;
use crate::ids::{BlobId, Mode, ModeKind, TreeId};
use crate::path::RepoPath;
use crate::snapshot::Objects;

use super::{Content, Edit, Plan, PlanError, Target};

impl Plan {
    /// A plan after which each path holds these bytes. What holds them already is no edit; `message` is made of the edits.
    pub fn of_files(
        objects: &dyn Objects,
        root: TreeId,
        files: BTreeMap<RepoPath, Vec<u8>>,
        message: impl FnOnce(&BTreeMap<RepoPath, Edit>) -> String,
    ) -> Result<Self, PlanError> {
        let mut edits = BTreeMap::new();
        for (path, bytes) in files {
            if let Some(edit) = edit(objects, root, &path, bytes)? {
                edits.insert(path, edit);
            }
        }
        let message = message(&edits);
        Ok(Self::of_edits(edits, &message))
    }
}

impl Plan {
    /// A plan of edits that lead from one commit's tree to another's that is made already: what a merge does to a branch.
    pub fn of_edits(edits: BTreeMap<RepoPath, Edit>, message: &str) -> Self {
        Self { edits, folders: BTreeMap::new(), message: message.to_owned() }
    }
}

fn edit(objects: &dyn Objects, root: TreeId, path: &RepoPath, bytes: Vec<u8>) -> Result<Option<Edit>, PlanError> {
    let at = |path: &RepoPath| {
        entry_at(objects, root, path).map_err(|source| PlanError::Read { path: path.clone(), source })
    };
    for folder in std::iter::successors(path.parent(), RepoPath::parent) {
        if at(&folder)?.is_some_and(|entry| entry.as_tree().is_none()) {
            return Err(PlanError::InTheWay { path: folder, wanted: "folder" });
        }
    }
    let from = at(path)?;
    if from.is_some_and(|entry| entry.mode.kind() != ModeKind::File) {
        return Err(PlanError::InTheWay { path: path.clone(), wanted: "file" });
    }
    let id = BlobId::of(objects.hash_kind(), &bytes)?;
    let mode = from.map_or(Mode::FILE, |entry| entry.mode);
    let same = from.is_some_and(|entry| entry.id == id.object());
    let to = Some(Target { mode, content: Content::New { id, bytes } });
    Ok((!same).then_some(Edit { from, to }))
}
