//! What a person is told who has files lying about that no commit holds, since hhgit reads commits alone.

use crate::git::worktree::uncommitted_below;
use crate::git::{BranchName, Repo};
use crate::path::RepoPath;

use super::error::ModeError;

/// What a person should know who has files in these folders of fabric directories that no commit holds.
pub(super) fn uncommitted<'p>(
    repo: &Repo,
    branch: &BranchName,
    fabrics: impl Iterator<Item = &'p RepoPath>,
    folders: &[&'static str],
) -> Result<Option<String>, ModeError> {
    if !checked_out_here(repo, branch)? {
        return Ok(None);
    }
    let paths = fabrics.flat_map(|fabric| folders.iter().map(|folder| fabric.child(folder)));
    let within = format!("{}/", folders.join("/ or "));
    Ok(match uncommitted_below(repo, &paths.collect::<Vec<_>>())? {
        0 => None,
        1 => Some(format!("1 file in {within} is not committed; hhgit reads commits, so commit it first.")),
        n => Some(format!("{n} files in {within} are not committed; hhgit reads commits, so commit them first.")),
    })
}

fn checked_out_here(repo: &Repo, branch: &BranchName) -> Result<bool, ModeError> {
    if repo.work_tree().is_none() {
        return Ok(false);
    }
    Ok(repo.head_branch()?.as_ref() == Some(branch))
}
