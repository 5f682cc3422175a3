//! Locks as git takes them (`x.lock` beside `x`), marked as hhgit's own, so that what a killed run left can be told and taken away.
//!
//! The mark is the sticky bit, which a file has from the instant it is made; git makes its locks without. Marked files are
//! made, and taken away, only by a process that holds the `refs` directory itself locked (flock): its turn. The system ends
//! the turn of a process that dies, so whoever has the turn and finds a marked lock knows that nobody holds it. A lock
//! without the mark is somebody else's, and stays. Where a file system has no such locks nothing is marked or taken away.

use std::fs::File;
use std::io;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use gix::tempfile::{AutoRemove, ContainingDirectory, Handle, handle};

use super::keep::{LONG, lock_dir, share};
use super::open::Repo;
use super::publish::PublishError;

/// How long between two tries to take a lock.
const STEP: Duration = Duration::from_millis(5);

/// A lock that is held until dropped.
pub(super) struct Lock {
    _file: Handle<handle::Closed>,
}

/// A turn at moving refs, which one hhgit has at a time; without it, where the file system has no such locks, ours are not marked.
pub(super) struct Turn {
    guard: Option<File>,
    wait: Duration,
    shared: i32,
}

impl Turn {
    /// Waits for the turn. Who went on without it would leave a lock that nobody knows for hhgit's, should it be killed.
    pub(super) fn take(repo: &Repo) -> Result<Self, PublishError> {
        let dir = repo.common_dir().join("refs");
        let guard = lock_dir(&dir, LONG).map_err(|_| PublishError::NoTurn { dir, waited: LONG })?;
        Ok(Self { guard, wait: repo.ref_lock_wait(), shared: repo.shared_permissions() })
    }

    /// Takes a file's lock, which is waited for. Folders that must be made for it go again, up to `boundary`.
    pub(super) fn lock(&self, path: &Path, boundary: &Path) -> Result<Lock, PublishError> {
        let lock = lock_of(path);
        let until = Instant::now() + self.wait;
        loop {
            self.clean(&lock);
            match self.make(&lock, boundary) {
                Ok(file) => return Ok(Lock { _file: file }),
                Err(error) if error.kind() != io::ErrorKind::AlreadyExists => {
                    return Err(PublishError::Lock { lock, source: Box::new(error) });
                }
                Err(_) if Instant::now() < until => std::thread::sleep(STEP),
                Err(_) => return Err(PublishError::Busy { lock, waited: self.wait }),
            }
        }
    }

    /// A file for a ref's next value, to be renamed into the ref's place. Its lock is held, so what a killed run left of the
    /// kind is nobody's.
    pub(super) fn value(&self, path: &Path) -> io::Result<Handle<handle::Writable>> {
        let value = value_of(path);
        drop(std::fs::remove_file(&value));
        let directory = ContainingDirectory::Exists;
        let file =
            gix::tempfile::writable_at_with_permissions(&value, directory, AutoRemove::Tempfile, permissions(PLAIN))?;
        share(&value, self.shared)?;
        Ok(file)
    }

    fn make(&self, lock: &Path, boundary: &Path) -> io::Result<Handle<handle::Closed>> {
        let directory = ContainingDirectory::CreateAllRaceProof {
            retries: Default::default(),
            shared_repository_permissions: self.shared,
        };
        let make = |mode| {
            let cleanup =
                AutoRemove::TempfileAndEmptyParentDirectoriesUntil { boundary_directory: boundary.to_owned() };
            gix::tempfile::mark_at_with_permissions(lock, directory, cleanup, permissions(mode))
        };
        match self.guard {
            None => make(PLAIN),
            // A file system that takes no mark may still take the file.
            Some(_) => make(PLAIN | MARK).or_else(|error| match error.kind() {
                io::ErrorKind::AlreadyExists => Err(error),
                _ => make(PLAIN),
            }),
        }
    }

    /// Takes a lock away that a killed run left.
    fn clean(&self, lock: &Path) {
        if self.guard.is_some() && is_marked(lock) {
            drop(std::fs::remove_file(lock));
        }
    }
}

/// Takes away what killed runs left beside these files: their locks, and values not put in place yet. Waits for nobody: where
/// another hhgit has the turn, that one cleans what is in its way.
pub(super) fn clean(repo: &Repo, paths: &[PathBuf]) {
    let Ok(refs) = File::open(repo.common_dir().join("refs")) else { return };
    if refs.try_lock().is_err() {
        return;
    }
    let turn = Turn { guard: Some(refs), wait: Duration::ZERO, shared: 0 };
    for path in paths {
        turn.clean(&lock_of(path));
        if !lock_of(path).exists() {
            drop(std::fs::remove_file(value_of(path)));
        }
    }
}

/// Whether a lock is hhgit's; and if it is, whether no hhgit that lives has the turn to hold one.
pub(super) fn is_abandoned(common_dir: &Path, lock: &Path) -> Option<bool> {
    let is_free = || File::open(common_dir.join("refs")).is_ok_and(|refs| refs.try_lock_shared().is_ok());
    is_marked(lock).then(is_free)
}

fn lock_of(path: &Path) -> PathBuf {
    let mut lock = path.as_os_str().to_owned();
    lock.push(".lock");
    PathBuf::from(lock)
}

/// Where a ref's next value waits. No ref's name ends in `.lock`, so nobody takes this for a ref or needs it as a lock.
fn value_of(path: &Path) -> PathBuf {
    lock_of(&lock_of(path))
}

/// The mode that git makes its files with, before the umask.
const PLAIN: u32 = 0o666;
/// The sticky bit.
const MARK: u32 = 0o1000;

#[cfg(unix)]
fn permissions(mode: u32) -> std::fs::Permissions {
    std::os::unix::fs::PermissionsExt::from_mode(mode)
}

#[cfg(unix)]
fn is_marked(lock: &Path) -> bool {
    use std::os::unix::fs::PermissionsExt;
    std::fs::symlink_metadata(lock)
        .is_ok_and(|meta| meta.is_file() && meta.len() == 0 && meta.permissions().mode() & MARK != 0)
}
