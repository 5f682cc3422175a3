//! The file that tells after each round how things are, replaced in one step, so that a probe never reads half of it.

use std::io::{self, Write};
use std::path::{Path, PathBuf};

use tempfile::NamedTempFile;

use crate::render;
use crate::report::watch::Round;

/// The file.
#[derive(Debug)]
pub(super) struct HealthFile {
    path: PathBuf,
}

impl HealthFile {
    /// Takes a file in a folder that can be written to, which is tried.
    pub(super) fn new(path: PathBuf) -> io::Result<Self> {
        drop(Self::beside(&path)?);
        match std::fs::symlink_metadata(&path) {
            Ok(there) if !there.is_file() => {
                Err(io::Error::new(io::ErrorKind::InvalidInput, "what is there is no file"))
            }
            Err(error) if error.kind() != io::ErrorKind::NotFound => Err(error),
            _ => Ok(Self { path }),
        }
    }

    /// Takes away what is there of an earlier watch, since it tells nothing of this one.
    pub(super) fn begin(self) -> io::Result<Self> {
        match std::fs::remove_file(&self.path) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => Err(error),
            _ => Ok(self),
        }
    }

    /// Writes how things are after this round.
    pub(super) fn write(&self, round: &Round) -> io::Result<()> {
        let mut file = Self::beside(&self.path)?;
        let mut bytes = Vec::new();
        render::watch::health(&mut bytes, Some(round))?;
        file.write_all(&bytes)?;
        file.persist(&self.path).map(drop).map_err(|failed| failed.error)
    }

    fn beside(path: &Path) -> io::Result<NamedTempFile> {
        let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
        let mut builder = tempfile::Builder::new();
        builder.prefix(".hhgit-health-");
        // Whoever may look into the folder may read it.
        #[cfg(unix)]
        builder.permissions(std::os::unix::fs::PermissionsExt::from_mode(0o644));
        builder.tempfile_in(folder)
    }
}
