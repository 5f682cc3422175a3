//! Files that appear whole or not at all, in a folder of the git directory, with the modes its sharing asks for.

use std::fs::{self, File};
use std::io;
use std::path::{Path, PathBuf};
use std::time::SystemTime;

/// What the name of a file ends in that is still written.
pub(super) const UNFINISHED: &str = "unfinished";

/// A folder below the git directory, made when something is to be put there.
#[derive(Debug, Clone)]
pub(super) struct Folder {
    path: PathBuf,
    /// How many folders of the path are hhgit's.
    own: usize,
    share: fn(&Path, i32) -> io::Result<()>,
    shared: i32,
}

impl Folder {
    /// The folder at this path below the git directory.
    pub(super) fn new(git_dir: &Path, below: &str, share: fn(&Path, i32) -> io::Result<()>, shared: i32) -> Self {
        Self { path: git_dir.join(below), own: below.split('/').count(), share, shared }
    }

    /// A file in it.
    pub(super) fn join(&self, name: &str) -> PathBuf {
        self.path.join(name)
    }

    /// Puts a file in its place whole, or not at all.
    pub(super) fn put(&self, path: &Path, write: impl FnOnce(&mut File) -> io::Result<()>) -> io::Result<()> {
        if !self.path.is_dir() {
            fs::create_dir_all(&self.path)?;
            for folder in self.path.ancestors().take(self.own) {
                (self.share)(folder, self.shared)?;
            }
        }
        let mut file = tempfile::Builder::new().suffix(&format!(".{UNFINISHED}")).tempfile_in(&self.path)?;
        write(file.as_file_mut())?;
        let placed = file.persist(path).map_err(|error| error.error)?;
        drop(placed);
        readable(path)?;
        (self.share)(path, self.shared)
    }

    /// The files whose names end in this, the newest first.
    pub(super) fn newest(&self, kind: &str) -> Vec<PathBuf> {
        newest(&self.path, |path| path.extension().is_some_and(|extension| extension == kind))
    }
}

/// What lies in a folder, the newest first.
pub(super) fn newest(folder: &Path, is_meant: impl Fn(&Path) -> bool) -> Vec<PathBuf> {
    let entries = fs::read_dir(folder).into_iter().flatten().flatten();
    let mut found: Vec<(SystemTime, PathBuf)> = entries
        .map(|entry| entry.path())
        .filter(|path| is_meant(path))
        .filter_map(|path| Some((fs::metadata(&path).ok()?.modified().ok()?, path)))
        .collect();
    found.sort_unstable_by(|one, other| other.cmp(one));
    found.into_iter().map(|(_, path)| path).collect()
}

/// A temporary file is its maker's alone; what is kept may be read by whoever may read the repository.
#[cfg(unix)]
fn readable(path: &Path) -> io::Result<()> {
    use std::os::unix::fs::PermissionsExt;
    fs::set_permissions(path, fs::Permissions::from_mode(0o444))
}

#[cfg(not(unix))]
fn readable(_: &Path) -> io::Result<()> {
    Ok(())
}
