//! The file that tells after each round how things are, replaced in one step, so that a probe never reads half of it.

use std::fs::{File, OpenOptions};
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use crate::ids::sha256_hex;
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
        drop(Unfinished::beside(&path)?);
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
        let mut unfinished = Unfinished::beside(&self.path)?;
        let mut bytes = Vec::new();
        render::watch::health(&mut bytes, Some(round))?;
        unfinished.file.write_all(&bytes)?;
        std::fs::rename(&unfinished.path, &self.path)
    }
}

/// A file that is not there any more once it is dropped.
struct Unfinished {
    path: PathBuf,
    file: File,
}

impl Unfinished {
    /// Makes a file beside another, always of the same name: what a watch that was killed left there goes as the next one begins.
    fn beside(path: &Path) -> io::Result<Self> {
        let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
        let name = path.file_name().ok_or(io::ErrorKind::InvalidFilename)?;
        let digest = sha256_hex(name.as_encoded_bytes());
        let path = folder.join(format!(".hhgit-health-{}", &digest[..16]));
        drop(std::fs::remove_file(&path));
        let mut options = OpenOptions::new();
        // New, so that no link is followed that somebody put there. Whoever may look into the folder may read it.
        options.write(true).create_new(true);
        #[cfg(unix)]
        std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o644);
        Ok(Self { file: options.open(&path)?, path })
    }
}

impl Drop for Unfinished {
    fn drop(&mut self) {
        drop(std::fs::remove_file(&self.path));
    }
}
