//! Where git looks for hooks, and whether there is a reference-transaction hook, the one that git's semantics demand when a ref moves.

use std::path::{Path, PathBuf};

use super::open::Repo;

const NAME: &str = "reference-transaction";

/// Where git looks for hooks here.
pub(super) fn folder(repo: &Repo) -> PathBuf {
    let configured = repo.gix.config_snapshot().trusted_path("core.hooksPath").ok().flatten();
    match configured {
        // Git runs hooks in the work tree's root, or in a bare repository itself, and so reads a relative path there.
        Some(path) => repo.work_tree().unwrap_or_else(|| repo.git_dir().to_owned()).join(path),
        None => repo.common_dir().join("hooks"),
    }
}

/// The reference-transaction hook that git would run here, if there is one.
pub(super) fn reference_transaction(repo: &Repo) -> Option<PathBuf> {
    Some(folder(repo).join(NAME)).filter(|path| is_executable(path))
}

/// Whether a ref may only be moved by git itself: such a hook as a file, or one that newer gits take from configuration.
pub(super) fn must_ask_git(repo: &Repo) -> bool {
    let config = repo.gix.config_snapshot();
    let mut sections = config.plumbing().sections_by_name("hook").into_iter().flatten();
    reference_transaction(repo).is_some()
        || sections.any(|section| section.values("event").iter().any(|event| event.as_slice() == NAME.as_bytes()))
}

#[cfg(unix)]
fn is_executable(path: &Path) -> bool {
    use std::os::unix::fs::PermissionsExt;
    std::fs::metadata(path).is_ok_and(|meta| meta.is_file() && meta.permissions().mode() & 0o111 != 0)
}

#[cfg(not(unix))]
fn is_executable(path: &Path) -> bool {
    path.is_file()
}
