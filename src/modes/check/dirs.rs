//! Which folders two commits are compared by: what was a fabric directory is one still, whatever a push did to its marks.

use crate::fabric::layout::{FabricDir, tree_at};
use crate::finding::Finding;
use crate::ids::TreeId;
use crate::path::RepoPath;
use crate::snapshot::Objects;
use crate::verdict::code::{Code, Severity};

use super::ModeError;
use crate::modes::known::Memo;

/// The fabric directories of a commit, of those named if any are; one that is named and not there is passed by.
pub(super) fn before(reader: &dyn Objects, tree: TreeId, named: &[RepoPath]) -> Result<Vec<FabricDir>, ModeError> {
    before_knowing(reader, tree, named, &Memo::default())
}

/// The same with what earlier runs know at hand.
pub(super) fn before_knowing(
    reader: &dyn Objects,
    tree: TreeId,
    named: &[RepoPath],
    known: &Memo,
) -> Result<Vec<FabricDir>, ModeError> {
    if named.is_empty() {
        return Ok(known.find_before(reader, tree)?);
    }
    at(named.iter(), |path| Ok(tree_at(reader, tree, path)?))
}

/// The folders at these paths, as far as there are any.
fn at<'p>(
    paths: impl Iterator<Item = &'p RepoPath>,
    tree_at: impl Fn(&RepoPath) -> Result<Option<TreeId>, ModeError>,
) -> Result<Vec<FabricDir>, ModeError> {
    let mut dirs = Vec::new();
    for path in paths {
        dirs.extend(tree_at(path)?.map(|tree| FabricDir { path: path.clone(), tree }));
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
    known: &Memo,
) -> Result<(Vec<FabricDir>, Vec<Finding>), ModeError> {
    let mut findings = Vec::new();
    if !named.is_empty() {
        let paths = named.iter().chain(were.iter().map(|dir| &dir.path));
        return Ok((at(paths, |path| Ok(tree_at(reader, tree, path)?))?, findings));
    }
    let (found, is_plain) = known.find_after(reader, tree)?;
    let mut dirs = at(were.iter().map(|dir| &dir.path), |path| match of(&found, path).filter(|_| is_plain) {
        Some(dir) => Ok(Some(dir.tree)),
        None => Ok(tree_at(reader, tree, path)?),
    })?;
    for dir in &dirs {
        if of(&found, &dir.path).is_none() {
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
    for new in found.into_iter().filter(|found| of(&dirs, &found.path).is_none()) {
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

/// The fabric directory at a path, of some in path order.
pub(super) fn of<'d>(dirs: &'d [FabricDir], path: &RepoPath) -> Option<&'d FabricDir> {
    dirs.binary_search_by(|dir| dir.path.cmp(path)).ok().and_then(|at| dirs.get(at))
}

/// Both without the fabric directories that are the same in both.
pub(super) fn differing(were: Vec<FabricDir>, are: Vec<FabricDir>) -> (Vec<FabricDir>, Vec<FabricDir>) {
    let differs = |all: &[FabricDir], dir: &FabricDir| of(all, &dir.path) != Some(dir);
    let before = were.iter().filter(|dir| differs(&are, dir)).cloned().collect();
    let after = are.iter().filter(|dir| differs(&were, dir)).cloned().collect();
    (before, after)
}
