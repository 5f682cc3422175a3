//! `hhgit merge --install`: a link to this program by the name under which git looks for the strategy.

use std::path::{Path, PathBuf};

use crate::modes::ModeError;

use super::MergeError;

/// What git runs for `git merge -s hhgit`.
pub const NAME: &str = "git-merge-hhgit";

/// Makes the link in a folder; whether it was not there yet.
pub fn install(folder: &Path, program: &Path) -> Result<(PathBuf, bool), ModeError> {
    let path = folder.join(NAME);
    let real = |path: &Path| path.canonicalize().unwrap_or_else(|_| path.to_owned());
    if path.exists() && real(&path) == real(program) {
        return Ok((path, false));
    }
    if std::fs::symlink_metadata(&path).is_ok() {
        return Err(MergeError::Taken { path }.into());
    }
    link(program, &path).map_err(|source| MergeError::Link { path: path.clone(), source })?;
    Ok((path, true))
}

#[cfg(unix)]
fn link(program: &Path, path: &Path) -> std::io::Result<()> {
    std::os::unix::fs::symlink(program, path)
}

#[cfg(not(unix))]
fn link(program: &Path, path: &Path) -> std::io::Result<()> {
    std::fs::hard_link(program, path.with_extension("exe"))
}
