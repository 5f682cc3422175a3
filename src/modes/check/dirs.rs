//! Which folders two commits are compared by: what was a fabric directory is one still, whatever a push did to its marks.

use crate::fabric::kinds::Kinds;
use crate::fabric::layout::{FabricDir, find, tree_at};
use crate::finding::Finding;
use crate::ids::TreeId;
use crate::path::RepoPath;
use crate::snapshot::Objects;
use crate::verdict::code::{Code, Severity};

use super::ModeError;

/// The fabric directories of a commit, of those named if any are; one that is named and not there is passed by.
pub(super) fn before(reader: &dyn Objects, tree: TreeId, named: &[RepoPath]) -> Result<Vec<FabricDir>, ModeError> {
    if named.is_empty() {
        return Ok(find(reader, tree, &[], &Kinds::builtin())?);
    }
    at(reader, tree, named.iter())
}

/// The folders at these paths, as far as there are any.
fn at<'p>(
    reader: &dyn Objects,
    tree: TreeId,
    paths: impl Iterator<Item = &'p RepoPath>,
) -> Result<Vec<FabricDir>, ModeError> {
    let mut dirs = Vec::new();
    for path in paths {
        dirs.extend(tree_at(reader, tree, path)?.map(|tree| FabricDir { path: path.clone(), tree }));
    }
    dirs.sort_by(|one, other| one.path.cmp(&other.path));
    dirs.dedup_by(|one, other| one.path == other.path);
    Ok(dirs)
}

/// The fabric directories of a later commit, and what is to be said of them: those that were there and still are folders,
/// and besides them those that are found and overlap with none.
pub(super) fn after(
    reader: &dyn Objects,
    tree: TreeId,
    named: &[RepoPath],
    were: &[FabricDir],
) -> Result<(Vec<FabricDir>, Vec<Finding>), ModeError> {
    let mut dirs = at(reader, tree, named.iter().chain(were.iter().map(|dir| &dir.path)))?;
    let mut findings = Vec::new();
    if !named.is_empty() {
        return Ok((dirs, findings));
    }
    let found = find(reader, tree, &[], &Kinds::builtin())?;
    for dir in &dirs {
        if !found.iter().any(|found| found.path == dir.path) {
            let message =
                "the folder was a fabric directory and is found as one no more, so nothing in it will be sorted";
            let mut finding = Finding::new(Code::MissingManifest, dir.path.clone(), message);
            // Else the next push would find no fabric directory to judge, while what lies here goes on being applied.
            finding.severity = Severity::Error;
            finding.help = "Put .hnp/manifest.yaml back, or delete the whole folder.".to_owned();
            findings.push(finding);
        }
    }
    let mut added = Vec::new();
    for new in found.into_iter().filter(|found| !dirs.iter().any(|dir| dir.path == found.path)) {
        match dirs.iter().find(|dir| dir.path.starts_with(&new.path)) {
            Some(inner) => {
                let message = format!("it is made a fabric directory around another, {}", inner.path);
                findings.push(Finding::new(Code::PathBlocked, new.path, message));
            }
            None if dirs.iter().any(|dir| new.path.starts_with(&dir.path)) => {}
            None => added.push(new),
        }
    }
    dirs.extend(added);
    dirs.sort_by(|one, other| one.path.cmp(&other.path));
    Ok((dirs, findings))
}

/// Both without the fabric directories that are the same in both.
pub(super) fn differing(were: Vec<FabricDir>, are: Vec<FabricDir>) -> (Vec<FabricDir>, Vec<FabricDir>) {
    let differs = |all: &[FabricDir], dir: &FabricDir| !all.contains(dir);
    let before = were.iter().filter(|dir| differs(&are, dir)).cloned().collect();
    let after = are.iter().filter(|dir| differs(&were, dir)).cloned().collect();
    (before, after)
}
