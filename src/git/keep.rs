//! Packs that nobody names yet: how they are kept from being collected, and how a killed run's leavings are known.
//!
//! Whatever hhgit puts beside the packs before a ref names it is marked by a file that holds [`MARK`] and that the writing
//! process holds locked (flock) for as long as it lives: first in a directory `hhgit-tmp-*`, then, by a rename that takes
//! the lock along, as the pack's `.keep`. The system drops the lock of a process that dies, so a marked file that can be
//! locked is left over; no process id, clock or age is asked. Placing and cleaning exclude each other by a lock on
//! the pack directory itself, which is waited for: who went on without would be taken for dead while its mark is not made yet. Where
//! a file system has no such locks nothing is cleaned.

use std::fs::{File, OpenOptions, TryLockError};
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use crate::files::{is_file, open, read_start};
use crate::ids::sha256_hex;

/// What a marked file holds.
const MARK: &[u8] = b"hhgit: written, not yet published\n";
/// How the directories begin in which packs are made. Not with `tmp_`: `git prune --expire=now` takes away whatever is called so,
/// from under a living run.
const STAGING: &str = "hhgit-tmp-";
/// How long a directory's lock is waited for by who cannot go on without it, well over what any living process has it for.
pub(super) const LONG: Duration = Duration::from_secs(120);
/// How long by who can.
const SHORT: Duration = Duration::from_secs(2);
/// How long no run needs to make its mark.
const OLD: Duration = Duration::from_secs(3_600);
/// How long between two tries to lock a directory.
const STEP: Duration = Duration::from_millis(10);

/// Where a pack is made, out of every reader's sight.
pub(crate) struct Staging {
    packs: PathBuf,
    dir: tempfile::TempDir,
    mark: File,
    shared: i32,
}

/// Keeps an installed pack from being collected until dropped.
pub(crate) struct Keep {
    packs: PathBuf,
    path: PathBuf,
    mark: File,
}

impl Staging {
    /// Cleans up after killed runs, and begins.
    pub(crate) fn begin(objects: &Path, shared: i32) -> io::Result<Self> {
        let packs = objects.join("pack");
        if !packs.is_dir() {
            std::fs::create_dir_all(&packs)?;
            share(&packs, shared)?;
            sync_dir(objects)?;
        }
        let lock = lock_dir(&packs, LONG)?;
        if lock.is_some() {
            clean_locked(&packs)?;
        }
        let dir = tempfile::Builder::new().prefix(STAGING).tempdir_in(&packs)?;
        share(dir.path(), shared)?;
        let mut options = OpenOptions::new();
        options.write(true).create_new(true);
        #[cfg(unix)]
        std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o444);
        let mut mark = options.open(dir.path().join("keep"))?;
        // Without locks on this file system the mark is no lie, only never cleaned.
        drop(mark.try_lock());
        mark.write_all(MARK)?;
        Ok(Self { packs, dir, mark, shared })
    }

    /// The directory to work in.
    pub(crate) fn dir(&self) -> &Path {
        self.dir.path()
    }

    /// Gives the pack and its index the modes git gives them, syncs them, and moves them among the repository's packs.
    pub(crate) fn install(self, pack: &Path, index: &Path) -> io::Result<Keep> {
        // The mark was made with the mode git makes packs with, so it shows what the umask leaves of it.
        let plain = self.mark.metadata()?.permissions();
        let mode = gix::fs::adjust_shared_repository_permissions(plain, self.shared);
        for path in [pack, index] {
            std::fs::set_permissions(path, mode.clone())?;
            File::open(path)?.sync_all()?;
        }
        self.mark.set_permissions(mode)?;
        // An empty file, which is what an unsynced one may be after a loss of power, is nobody's mark, and would keep the pack for ever.
        self.mark.sync_all()?;
        let stem = self.unique_stem(pack);
        let target = |extension: &str| self.packs.join(&stem).with_extension(extension);
        let lock = lock_dir(&self.packs, LONG)?;
        let keep = target("keep");
        std::fs::rename(self.dir.path().join("keep"), &keep)?;
        // From here on whoever cleans up knows whose the other two are, should only one of them come to stay.
        sync_dir(&self.packs)?;
        std::fs::rename(pack, target("pack"))?;
        std::fs::rename(index, target("idx"))?;
        sync_dir(&self.packs)?;
        drop(self.dir);
        drop(lock);
        Ok(Keep { packs: self.packs, path: keep, mark: self.mark })
    }

    /// A name that no other pack has or will have, not even one of the same objects by another run. A `.keep` must never come
    /// to a pack that is there without: `git repack -a -d` lists the packs to delete first, then packs again what lies in
    /// none that is kept; a pack that is kept from in between goes, and is packed nowhere.
    fn unique_stem(&self, pack: &Path) -> String {
        use std::hash::{BuildHasher, RandomState};
        let stem = pack.file_stem().unwrap_or_default().to_string_lossy();
        let digits = stem.rsplit('-').next().map_or(0, str::len);
        let chance = RandomState::new().hash_one(std::process::id());
        let seed = format!("{stem} {} {chance}", self.dir.path().display());
        format!("pack-{:.digits$}", sha256_hex(seed.as_bytes()))
    }
}

impl Drop for Keep {
    fn drop(&mut self) {
        let lock = lock_dir(&self.packs, SHORT);
        // Whoever put another in its place has a reason; that one is not ours to take.
        if same_file(&self.mark, &self.path) {
            drop(std::fs::remove_file(&self.path));
        }
        drop(lock);
    }
}

/// Takes away what killed runs left; answers how many things. Waits for no living run.
pub(crate) fn clean(objects: &Path) -> io::Result<usize> {
    let packs = objects.join("pack");
    match lock_dir(&packs, SHORT) {
        Ok(Some(_lock)) => clean_locked(&packs),
        Ok(None) | Err(_) => Ok(0),
    }
}

/// What cannot be taken away (another user's, perhaps) stays: leavings cost space, and no run fails because of them.
fn clean_locked(packs: &Path) -> io::Result<usize> {
    let mut cleaned = 0;
    for entry in std::fs::read_dir(packs)?.filter_map(Result::ok) {
        let path = entry.path();
        let name = entry.file_name();
        let name = name.as_encoded_bytes();
        let gone = if name.starts_with(STAGING.as_bytes()) && path.is_dir() {
            clean_staging(&path)
        } else if name.ends_with(b".keep") && is_marked(&path) {
            clean_keep(&path)
        } else {
            false
        };
        cleaned += usize::from(gone);
    }
    Ok(cleaned)
}

fn clean_staging(dir: &Path) -> bool {
    // Marks are made under the same lock on the pack directory, so one without is left over too.
    let mark = open(&dir.join("keep"));
    let left = mark.map_or_else(|error| error.kind() == io::ErrorKind::NotFound, |mark| is_left(&mark));
    left && std::fs::remove_dir_all(dir).is_ok()
}

fn clean_keep(keep: &Path) -> bool {
    let Ok(mark) = open(keep) else { return false };
    if !is_left(&mark) {
        return false;
    }
    // Killed between its renames: a pack that got no index is nobody's, nor is an index whose pack a loss of power took. Not being
    // let look is no sign of that.
    let halves = ["idx", "pack"].map(|kind| keep.with_extension(kind));
    if halves.iter().any(|half| matches!(half.try_exists(), Ok(false))) {
        halves.iter().for_each(|half| drop(std::fs::remove_file(half)));
    }
    std::fs::remove_file(keep).is_ok()
}

/// Whether nobody holds the mark any more.
fn is_left(mark: &File) -> bool {
    matches!(mark.try_lock(), Ok(()))
}

/// Whether this is the mark of a run that is dead; nothing is done about it.
pub(crate) fn is_abandoned(path: &Path) -> bool {
    is_marked(path) && open(path).is_ok_and(|mark| mark.try_lock_shared().is_ok())
}

/// Whether this is a folder in which a run that is dead made a pack; nothing is done about it. One without a mark may be a living
/// run's for an instant, and is nobody's only when it is old.
pub(crate) fn is_left_over(dir: &Path) -> bool {
    let is_one = dir.file_name().is_some_and(|name| name.as_encoded_bytes().starts_with(STAGING.as_bytes()));
    let is_old =
        || dir.metadata().and_then(|data| data.modified()).is_ok_and(|at| at.elapsed().is_ok_and(|age| age > OLD));
    let mark = dir.join("keep");
    is_one && dir.is_dir() && if mark.exists() { is_abandoned(&mark) } else { is_old() }
}

fn is_marked(path: &Path) -> bool {
    is_file(path) && read_start(path, MARK.len() as u64 + 1).is_ok_and(|start| start == MARK)
}

/// A directory's own lock; none where the file system has none, an error where others have it for longer than this.
pub(super) fn lock_dir(dir: &Path, wait: Duration) -> io::Result<Option<File>> {
    let Ok(file) = File::open(dir) else { return Ok(None) };
    let until = Instant::now() + wait;
    loop {
        match file.try_lock() {
            Ok(()) => return Ok(Some(file)),
            Err(TryLockError::Error(_)) => return Ok(None),
            Err(TryLockError::WouldBlock) if Instant::now() < until => std::thread::sleep(STEP),
            Err(TryLockError::WouldBlock) => {
                let words =
                    format!("another hhgit has had it locked for {} seconds; look whether one hangs", wait.as_secs());
                return Err(io::Error::new(io::ErrorKind::TimedOut, words));
            }
        }
    }
}

#[cfg(unix)]
fn same_file(file: &File, path: &Path) -> bool {
    use std::os::unix::fs::MetadataExt;
    match (file.metadata(), std::fs::symlink_metadata(path)) {
        (Ok(a), Ok(b)) => (a.dev(), a.ino()) == (b.dev(), b.ino()),
        _ => false,
    }
}

#[cfg(not(unix))]
fn same_file(_file: &File, path: &Path) -> bool {
    is_marked(path)
}

/// Makes a directory's entries survive a loss of power.
pub(crate) fn sync_dir(dir: &Path) -> io::Result<()> {
    File::open(dir)?.sync_all()
}

/// Adds the mode bits that `core.sharedRepository` asks for.
pub(crate) fn share(path: &Path, shared: i32) -> io::Result<()> {
    if shared == 0 {
        return Ok(());
    }
    let plain = std::fs::metadata(path)?.permissions();
    std::fs::set_permissions(path, gix::fs::adjust_shared_repository_permissions(plain, shared))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_directory_that_another_has_locked_is_not_one_without_locks() {
        let dir = tempfile::tempdir().expect("a directory");
        let locked = lock_dir(dir.path(), Duration::ZERO).expect("it is free");
        let refused = lock_dir(dir.path(), Duration::ZERO).map(drop).expect_err("it is not free");
        assert_eq!(refused.kind(), io::ErrorKind::TimedOut);
        drop(locked);
        assert!(lock_dir(dir.path(), Duration::ZERO).expect("it is free again").is_some());
    }
}
