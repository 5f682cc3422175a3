//! What one commit changed in the fabric directories; a merge only where it is like none of its parents.

use std::collections::BTreeSet;

use crate::fabric::changes::{Changes, changes};
use crate::fabric::layout::tree_at;
use crate::git::Reader;
use crate::ids::TreeId;
use crate::modes::ModeError;
use crate::path::RepoPath;
use crate::snapshot::Commit;

/// What changed in one fabric directory.
#[derive(Debug)]
pub(super) struct Delta {
    /// The fabric directory.
    pub(super) path: RepoPath,
    /// Its tree in the commit; none if it is gone.
    pub(super) after: Option<TreeId>,
    /// The files that differ, by their paths from there; of a merge, what was is that of its first parent.
    pub(super) changes: Changes,
}

/// What a commit changed in these fabric directories, in path order.
pub(super) fn deltas(
    reader: &Reader,
    commit: &Commit,
    parents: &[Commit],
    paths: BTreeSet<RepoPath>,
) -> Result<Vec<Delta>, ModeError> {
    let mut found = Vec::new();
    for path in paths {
        let after = tree_at(reader, commit.tree, &path)?;
        let mut befores = Vec::new();
        for parent in parents {
            befores.push(tree_at(reader, parent.tree, &path)?);
        }
        if befores.contains(&after) || (befores.is_empty() && after.is_none()) {
            continue;
        }
        let mut changed = changes(reader, befores.first().copied().flatten(), after, &path)?;
        for before in befores.iter().skip(1) {
            let other = changes(reader, *before, after, &path)?;
            changed.retain(|path, _| other.contains_key(path));
        }
        if !changed.is_empty() {
            found.push(Delta { path, after, changes: changed });
        }
    }
    Ok(found)
}
