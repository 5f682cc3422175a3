//! Why a hook could not be placed, or could not do its work. Nothing was changed.

use std::path::{Path, PathBuf};

use crate::git::staged::StagedError;
use crate::path::RepoPath;

use super::shims::BEFORE;

/// Why a hook could not be placed, or could not do its work. Nothing was changed.
#[derive(Debug, thiserror::Error)]
pub enum LocalError {
    /// Git looks for hooks where other repositories may look too.
    #[error(
        "git looks for hooks in {}, outside this repository, so others may use it; to write there all the same: --hooks-path '{}'",
        folder.display(), folder.display()
    )]
    Elsewhere {
        /// The folder.
        folder: PathBuf,
    },
    /// Flags were given that only a server's hooks take.
    #[error("what follows -- goes to a server's hooks; leave it away, or add --server")]
    Flags,
    /// Git is told to look for hooks where none can be.
    #[error("core.hooksPath is {}, which is no folder, so git runs no hooks here; unset it: git config --unset core.hooksPath", folder.display())]
    Off {
        /// What git is told.
        folder: PathBuf,
    },
    /// Git looks for hooks in the work tree.
    #[error(
        "git looks for hooks in {}, in the work tree, where what is written may be committed, or made anew by a hooks manager; \
         call `hhgit hook pre-commit` and `hhgit hook pre-push \"$@\"` from the hooks there, or write there all the same: --hooks-path '{}'",
        folder.display(), folder.display()
    )]
    WorkTree {
        /// The folder.
        folder: PathBuf,
    },
    /// hhgit's own hook was changed by somebody.
    #[error(
        "{} was written by hhgit and changed since; move the changes to a hook of their own, delete the file, then run again",
        path.display()
    )]
    Edited {
        /// The hook.
        path: PathBuf,
    },
    /// There is both a hook and one that was kept from before.
    #[error(
        "both {} and {} are there, and neither is hhgit's; join the two in the first and delete the second, then run again",
        path.display(), kept(path).display()
    )]
    Both {
        /// The hook.
        path: PathBuf,
    },
    /// The hook that is there would not work under another name.
    #[error(
        "{} goes by the name it is run by, so it cannot run before hhgit under another; have it run `hhgit hook {name}` \
         itself, or where it runs what lies in {name}.d, put a script there that does",
        path.display()
    )]
    ByName {
        /// The hook.
        path: PathBuf,
        /// Its name.
        name: &'static str,
    },
    /// A hook's file could not be read or written.
    #[error("{} cannot be read or written; look at the permissions there", path.display())]
    Io {
        /// The file.
        path: PathBuf,
        /// What the system said.
        #[source]
        source: std::io::Error,
    },
    /// The repository has no work tree to sort.
    #[error("there is no work tree here, so nothing can be staged; run this as the pre-commit hook of one")]
    NoWorkTree,
    /// The work tree is not where the repository's configuration says.
    #[error("GIT_WORK_TREE is {}, which is not this repository's work tree; commit there, or with: git commit --no-verify", dir.display())]
    OtherWorkTree {
        /// What the variable says.
        dir: PathBuf,
    },
    /// The commit takes all changes, or adds some, on the fly.
    #[error(
        "git commit -a (or -i, -p) stages by itself, and takes that back if the commit is not made, but not what is sorted of \
         it; stage first, and commit without it: git add -u && git commit"
    )]
    OnTheFly,
    /// The commit takes only some paths.
    #[error(
        "this commit takes the paths named and not the rest of the index, and sorting moves files between the two; stage \
         what you want and commit without paths: git add PATH && git commit"
    )]
    Partial,
    /// Changes that are not staged, or files that git does not know, are where sorting moves files.
    #[error(
        "sorting would move or overwrite what is not staged: {}; stage it (git add), or move it away, then commit again",
        listed(paths)
    )]
    InTheWay {
        /// What is in the way.
        paths: Vec<RepoPath>,
    },
    /// The index could not be read or written.
    #[error(transparent)]
    Staged(#[from] StagedError),
    /// A line that git gave the hook is none that it gives.
    #[error("{line} is no line of git's for a pre-push hook: <local ref> <local id> <remote ref> <remote id>")]
    Line {
        /// The line, made printable.
        line: String,
    },
}

/// Where the hook is kept that was there before.
pub(super) fn kept(path: &Path) -> PathBuf {
    let mut name = path.as_os_str().to_owned();
    name.push(BEFORE);
    PathBuf::from(name)
}

fn listed(paths: &[RepoPath]) -> String {
    const SHOWN: usize = 10;
    let shown: Vec<String> = paths.iter().take(SHOWN).map(RepoPath::to_string).collect();
    match paths.len().saturating_sub(SHOWN) {
        0 => shown.join(", "),
        more => format!("{} and {more} more", shown.join(", ")),
    }
}
