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

    /// Where it is.
    pub(super) fn path(&self) -> &Path {
        &self.path
    }

    /// Puts a file in its place whole, or not at all.
    pub(super) fn put(&self, path: &Path, write: impl FnOnce(&mut File) -> io::Result<()>) -> io::Result<()> {
        self.make(&self.path, self.own)?;
        let placed = self.place(path, write)?;
        drop(placed);
        readable(path)?;
        (self.share)(path, self.shared)
    }

    /// The same of a file, in a folder, that nobody but this user may read or write.
    pub(super) fn put_private(&self, path: &Path, write: impl FnOnce(&mut File) -> io::Result<()>) -> io::Result<()> {
        if !self.path.is_dir() {
            self.make(self.path.parent().unwrap_or(&self.path), self.own.saturating_sub(1))?;
            make_private(&self.path)?;
        }
        self.place(path, write).map(drop)
    }

    /// Makes a folder, and the folders above that are hhgit's.
    fn make(&self, path: &Path, own: usize) -> io::Result<()> {
        if path.is_dir() {
            return Ok(());
        }
        fs::create_dir_all(path)?;
        path.ancestors().take(own).try_for_each(|folder| (self.share)(folder, self.shared))
    }

    fn place(&self, path: &Path, write: impl FnOnce(&mut File) -> io::Result<()>) -> io::Result<File> {
        let mut file = tempfile::Builder::new().suffix(&format!(".{UNFINISHED}")).tempfile_in(&self.path)?;
        write(file.as_file_mut())?;
        file.persist(path).map_err(|error| error.error)
    }

    /// The files whose names end in this, the newest first.
    pub(super) fn newest(&self, kind: &str) -> Vec<PathBuf> {
        newest(&self.path, |path| path.extension().is_some_and(|extension| extension == kind))
    }

    /// All files with their sizes, the newest first.
    pub(super) fn sizes(&self) -> Vec<(PathBuf, u64)> {
        sizes(&self.path, |_| true)
    }
}

/// What lies in a folder, the newest first.
pub(super) fn newest(folder: &Path, is_meant: impl Fn(&Path) -> bool) -> Vec<PathBuf> {
    sizes(folder, is_meant).into_iter().map(|(path, _)| path).collect()
}

fn sizes(folder: &Path, is_meant: impl Fn(&Path) -> bool) -> Vec<(PathBuf, u64)> {
    let entries = fs::read_dir(folder).into_iter().flatten().flatten();
    let known = |path: PathBuf| {
        let data = fs::metadata(&path).ok()?;
        Some((data.modified().ok()?, path, data.len()))
    };
    let mut found: Vec<(SystemTime, PathBuf, u64)> =
        entries.map(|entry| entry.path()).filter(|path| is_meant(path)).filter_map(known).collect();
    found.sort_unstable_by(|one, other| other.cmp(one));
    found.into_iter().map(|(_, path, size)| (path, size)).collect()
}

/// A folder of its maker's alone, whatever the umask says.
#[cfg(unix)]
fn make_private(path: &Path) -> io::Result<()> {
    let made = std::os::unix::fs::DirBuilderExt::mode(&mut fs::DirBuilder::new(), 0o700).create(path);
    // Another run may have been quicker.
    if path.is_dir() { Ok(()) } else { made }
}

#[cfg(not(unix))]
fn make_private(path: &Path) -> io::Result<()> {
    fs::create_dir_all(path)
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
