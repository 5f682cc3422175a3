//! Files that appear whole or not at all, in a folder of the git directory, with the modes its sharing asks for.
//!
//! A file that is still written is held locked (flock) by who writes it, so one that can be locked was left by a run that is
//! dead: the next that puts something into the folder takes it away. Where a file system has no such locks it stays.

use std::fs::{self, File, TryLockError};
use std::io::{self, Read};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Once};
use std::time::SystemTime;

use tempfile::NamedTempFile;

use crate::files::{is_file, open, sweep};

/// What the name of a file ends in that is still written.
pub(super) const UNFINISHED: &str = "unfinished";

/// Who may have written what is believed: whoever could as well put a hook into the git directory.
#[derive(Debug, Clone, Copy)]
pub(super) struct Trust {
    /// Who asks.
    user: u32,
    /// The owner, group and mode of the git directory, as its sharing asks for it; none where it cannot be looked at.
    git: Option<(u32, u32, u32)>,
}

impl Trust {
    /// What a user believes in a git directory with this sharing.
    pub(super) fn of(git_dir: &Path, user: u32, shared: i32) -> Self {
        let shared = shared.unsigned_abs();
        let git = fs::metadata(git_dir).ok().map(|data| whose(&data));
        Self { user, git: git.map(|(owner, group, mode)| (owner, group, mode | shared)) }
    }

    /// Whether something was put there by, and can be changed by, none but the user, the administrator, and those who may write
    /// to the git directory itself.
    fn believes(self, data: &fs::Metadata) -> bool {
        let Some((owner, group, mode)) = self.git else { return false };
        let (its_owner, its_group, its_mode) = whose(data);
        let is_shared = mode & 0o002 != 0 || mode & 0o020 != 0 && group == its_group;
        let by_group = its_mode & 0o020 == 0 || is_shared;
        let by_all = its_mode & 0o002 == 0 || mode & 0o002 != 0;
        by_group && by_all && (its_owner == self.user || its_owner == owner || its_owner == 0 || is_shared)
    }
}

/// The owner, group and mode of something.
#[cfg(unix)]
fn whose(data: &fs::Metadata) -> (u32, u32, u32) {
    use std::os::unix::fs::MetadataExt;
    (data.uid(), data.gid(), data.mode())
}

#[cfg(not(unix))]
fn whose(_: &fs::Metadata) -> (u32, u32, u32) {
    (0, 0, 0)
}

/// A folder below the git directory, made when something is to be put there.
#[derive(Debug, Clone)]
pub(super) struct Folder {
    path: PathBuf,
    /// How many folders of the path are hhgit's.
    own: usize,
    share: fn(&Path, i32) -> io::Result<()>,
    shared: i32,
    /// Whether it was looked for what dead runs left.
    swept: Arc<Once>,
}

impl Folder {
    /// The folder at this path below the git directory.
    pub(super) fn new(git_dir: &Path, below: &str, share: fn(&Path, i32) -> io::Result<()>, shared: i32) -> Self {
        let own = below.split('/').count();
        Self { path: git_dir.join(below), own, share, shared, swept: Arc::new(Once::new()) }
    }

    /// A file in it.
    pub(super) fn join(&self, name: &str) -> PathBuf {
        self.path.join(name)
    }

    /// Where it is.
    pub(super) fn path(&self) -> &Path {
        &self.path
    }

    /// Whether none of hhgit's folders on the way is anything else: a link may lead into what is somebody's.
    pub(super) fn is_own(&self) -> bool {
        let is_folder = |path: &Path| match fs::symlink_metadata(path) {
            Ok(data) => data.is_dir(),
            Err(error) => error.kind() == io::ErrorKind::NotFound,
        };
        self.path.ancestors().take(self.own).all(is_folder)
    }

    fn must_be_own(&self) -> io::Result<()> {
        let words = || format!("{} or a folder above it is no folder but a link; take it away", self.path.display());
        if self.is_own() { Ok(()) } else { Err(io::Error::other(words())) }
    }

    /// Whether none of hhgit's folders on the way can be changed by somebody who is not believed.
    pub(super) fn is_believed(&self, trust: Trust) -> bool {
        self.unbelieved(trust).is_none()
    }

    /// The outermost of hhgit's folders on the way that somebody can change who is not believed.
    pub(super) fn unbelieved(&self, trust: Trust) -> Option<PathBuf> {
        let is_bad = |path: &&Path| match fs::symlink_metadata(path) {
            Ok(data) => !data.is_dir() || !trust.believes(&data),
            Err(error) => error.kind() != io::ErrorKind::NotFound,
        };
        self.path.ancestors().take(self.own).filter(is_bad).last().map(Path::to_owned)
    }

    /// A file's bytes; nothing if it is none, is larger than this, or may be the word of somebody who is not believed.
    pub(super) fn read(&self, path: &Path, largest: u64, trust: Trust) -> Option<Vec<u8>> {
        let file = self.open_believed(path, trust)?;
        let size = file.metadata().ok().filter(|data| data.len() <= largest)?.len();
        let mut bytes = Vec::with_capacity(size as usize + 1);
        file.take(largest + 1).read_to_end(&mut bytes).ok()?;
        Some(bytes)
    }

    /// A file, to be read in parts, that is nobody's word who is not believed.
    pub(super) fn open_believed(&self, path: &Path, trust: Trust) -> Option<File> {
        let file = if self.is_believed(trust) { self.open(path)? } else { return None };
        file.metadata().is_ok_and(|data| trust.believes(&data)).then_some(file)
    }

    /// A file, to be read in parts.
    pub(super) fn open(&self, path: &Path) -> Option<File> {
        if self.is_own() && is_file(path) { open(path).ok() } else { None }
    }

    /// Puts a file in its place whole, or not at all.
    pub(super) fn put(&self, path: &Path, write: impl FnOnce(&mut File) -> io::Result<()>) -> io::Result<()> {
        self.must_be_own()?;
        self.make(&self.path, self.own)?;
        let placed = self.place(path, write)?;
        drop(placed);
        readable(path)?;
        (self.share)(path, self.shared)
    }

    /// The same of a file, in a folder, that nobody but this user may read or write.
    pub(super) fn put_private(&self, path: &Path, write: impl FnOnce(&mut File) -> io::Result<()>) -> io::Result<()> {
        self.must_be_own()?;
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
        self.swept.call_once(|| sweep(&self.path, |path| path.extension().is_some_and(|kind| kind == UNFINISHED)));
        let mut file = self.begin()?;
        write(file.as_file_mut())?;
        file.persist(path).map_err(|error| error.error)
    }

    /// A file to be written, locked.
    fn begin(&self) -> io::Result<NamedTempFile> {
        const TRIES: usize = 16;
        for _ in 0..TRIES {
            let file = tempfile::Builder::new().suffix(&format!(".{UNFINISHED}")).tempfile_in(&self.path)?;
            // Between the making and the locking it looks as if it were left, and another run may take it away.
            let is_taken = matches!(file.as_file().try_lock(), Err(TryLockError::WouldBlock));
            if !is_taken && file.path().exists() {
                return Ok(file);
            }
        }
        Err(io::Error::other("what is begun here is taken away each time"))
    }

    /// The files whose names end in this, the newest first.
    pub(super) fn newest(&self, kind: &str) -> Vec<PathBuf> {
        let all = self.sizes().into_iter().map(|(path, _)| path);
        all.filter(|path| path.extension().is_some_and(|extension| extension == kind)).collect()
    }

    /// All files with their sizes, the newest first.
    pub(super) fn sizes(&self) -> Vec<(PathBuf, u64)> {
        if self.is_own() { listed(&self.path, fs::Metadata::is_file) } else { Vec::new() }
    }

    /// The folders that lie beside this one, and itself, the newest first.
    pub(super) fn beside(&self) -> Vec<PathBuf> {
        let above = self.path.parent().filter(|_| self.is_own());
        above.map(|above| listed(above, fs::Metadata::is_dir)).into_iter().flatten().map(|(path, _)| path).collect()
    }
}

/// What of a kind lies in a folder, with the sizes, the newest first. What a link leads to is none of it.
fn listed(folder: &Path, is_meant: impl Fn(&fs::Metadata) -> bool) -> Vec<(PathBuf, u64)> {
    let entries = fs::read_dir(folder).into_iter().flatten().flatten();
    let known = |path: PathBuf| {
        let data = fs::symlink_metadata(&path).ok().filter(&is_meant)?;
        Some((data.modified().ok()?, path, data.len()))
    };
    let mut found: Vec<(SystemTime, PathBuf, u64)> = entries.map(|entry| entry.path()).filter_map(known).collect();
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

#[cfg(test)]
mod tests {
    use std::io::Write;

    use super::*;

    fn unfinished(folder: &Folder) -> Vec<String> {
        let names = folder.newest(UNFINISHED).into_iter();
        names.map(|path| path.file_name().expect("a file has a name").to_string_lossy().into_owned()).collect()
    }

    #[test]
    fn what_a_dead_run_left_unfinished_goes_and_what_a_living_one_writes_stays() {
        let dir = tempfile::tempdir().expect("a directory");
        let folder = || Folder::new(dir.path(), "hhgit/known", |_, _| Ok(()), 0);
        folder().put(&folder().join("one"), |file| file.write_all(b"1")).expect("written");
        fs::write(folder().join(".tmpabcdef.unfinished"), "half").expect("written");
        let living = File::create(folder().join(".tmpliving.unfinished")).expect("made");
        living.lock().expect("locked");
        folder().put(&folder().join("two"), |file| file.write_all(b"2")).expect("written");
        assert_eq!(unfinished(&folder()), [".tmpliving.unfinished"]);
        drop(living);
        folder().put(&folder().join("three"), |file| file.write_all(b"3")).expect("written");
        assert_eq!(unfinished(&folder()), Vec::<String>::new());
        assert_eq!(fs::read(folder().join("two")).expect("read"), b"2");
    }
}
