//! A new repository: an empty one with a work tree, made by gix without asking any configuration or template.

use std::path::{Path, PathBuf};

use super::environment::Environment;
use super::open::{OpenError, Repo};

/// Why a repository was not made.
#[derive(Debug, thiserror::Error)]
pub enum MakeError {
    /// It could not be made.
    #[error("no git repository can be made in {}; look at the disk's space and the directory's permissions", dir.display())]
    Make {
        /// The directory.
        dir: PathBuf,
        /// What gix said.
        #[source]
        source: Box<dyn std::error::Error + Send + Sync>,
    },
    /// It could not be opened.
    #[error(transparent)]
    Open(#[from] OpenError),
}

/// Makes a repository in a directory that has none, its branch `main` unborn, and opens it in this environment.
pub fn make(dir: &Path, environment: Environment) -> Result<Repo, MakeError> {
    gix::create::into(dir, gix::create::Kind::WithWorktree, gix::create::Options::default())
        .map_err(|source| MakeError::Make { dir: dir.to_owned(), source: Box::new(source) })?;
    Ok(Repo::open_in(dir, environment)?)
}
