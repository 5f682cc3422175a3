//! Why a repository is not opened, and what is to be done about it.

use std::path::{Path, PathBuf};

use super::alternates::AlternatesError;
use crate::path::{quote, shell_word};

/// Why a repository was not opened.
#[derive(Debug, thiserror::Error)]
pub enum OpenError {
    /// There is no repository.
    #[error("{} is in no git repository; name one with -C, or make one: git init", place(dir))]
    NotFound {
        /// Where the search began.
        dir: PathBuf,
    },
    /// There is one, of which a part is gone.
    #[error("{} is a git repository and has no {gone}, so that git takes it for none; {mend}", quoted(dir))]
    Damaged {
        /// The git directory.
        dir: PathBuf,
        /// What is gone.
        gone: String,
        /// What to do.
        mend: String,
    },
    /// There is no such directory.
    #[error("there is no directory {}; look at what -C names", dir.display())]
    NoDirectory {
        /// The directory.
        dir: PathBuf,
    },
    /// The repository could not be opened.
    #[error("the git repository at {} cannot be opened; look with: git -C {} status", quoted(dir), word(dir))]
    Open {
        /// Where the search began.
        dir: PathBuf,
        /// What was wrong.
        #[source]
        source: Box<dyn std::error::Error + Send + Sync>,
    },
    /// Something stands in a file's place that git would read without end.
    #[error("{} is {found}, where git keeps a small file; look what it is, and take it away: {mend}", quoted(path))]
    Odd {
        /// Where.
        path: PathBuf,
        /// What.
        found: String,
        /// The command that takes it away.
        mend: String,
    },
    /// The repository belongs to another user.
    #[error(
        "{} belongs to another user, so its configuration is not trusted; if you trust it: git config --global --add safe.directory {}",
        quoted(dir),
        word(dir)
    )]
    Untrusted {
        /// The repository.
        dir: PathBuf,
    },
    /// References are stored in a way hhgit does not know.
    #[error("{} stores its references as {storage}; hhgit handles only files, convert it: git refs migrate --ref-format=files", dir.display())]
    RefStorage {
        /// The repository.
        dir: PathBuf,
        /// The value of `extensions.refStorage`.
        storage: String,
    },
    /// The repository's format has a version hhgit does not know.
    #[error("{} has repository format version {version}; hhgit knows 0 and 1, a newer hhgit may know more", dir.display())]
    Version {
        /// The repository.
        dir: PathBuf,
        /// The value of `core.repositoryFormatVersion`.
        version: String,
    },
    /// The repository uses an extension hhgit does not know.
    #[error("{} uses the repository extension '{name}', which hhgit does not know; a newer hhgit may", dir.display())]
    Extension {
        /// The repository.
        dir: PathBuf,
        /// The extension's name.
        name: String,
    },
    /// The repository's version forbids the extension it uses.
    #[error("{} uses the extension '{name}' at repository format version 0; set it right: git config core.repositoryFormatVersion 1", dir.display())]
    ExtensionNeedsVersion {
        /// The repository.
        dir: PathBuf,
        /// The extension's name.
        name: String,
    },
    /// A bare repository was found where the user's configuration wants such named.
    #[error("{} is a bare repository, and safe.bareRepository wants those named: run with GIT_DIR set to it", dir.display())]
    FoundBare {
        /// The repository.
        dir: PathBuf,
    },
    /// It borrows objects from more places than hhgit follows.
    #[error(transparent)]
    Alternates(AlternatesError),
    /// A reference namespace is asked for.
    #[error("GIT_NAMESPACE is set; hhgit does not work inside reference namespaces, unset it")]
    Namespace,
}

/// A path as a message names it.
fn quoted(path: &Path) -> String {
    quote(path.as_os_str().as_encoded_bytes())
}

/// A path as a command names it.
pub(super) fn word(path: &Path) -> String {
    shell_word(path.as_os_str().as_encoded_bytes())
}

/// A directory as a message names it.
fn place(dir: &Path) -> String {
    if dir == Path::new(".") { "this directory".to_owned() } else { dir.display().to_string() }
}
