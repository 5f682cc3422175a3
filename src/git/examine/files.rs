//! The files of a git directory as they are: where else objects lie, whose they are, and what the disk has room for.

use std::fs;
use std::path::{Path, PathBuf};

use gix::bstr::ByteSlice;

use super::shown;
use crate::doctor::facts::{Alternate, Head, Repository};
use crate::files::read_start;
use crate::git::open::{Repo, user as process_user};

/// How many files are looked at for whose they are; more say nothing new.
const MOST: usize = 20_000;
/// How much of a file of lines is read.
pub(super) const LONGEST: u64 = 64 << 20;
/// How many strangers are told.
const TOLD: usize = 3;

impl Repo {
    /// What the files of the git directory say; what others know of it is left empty.
    pub fn files_found(&self) -> Repository {
        let own = self.common_dir();
        let owner = owner(own).unwrap_or_default();
        let (linked, open, remembered) = self.memory_found(process_user());
        Repository {
            dir: self.place(),
            git_dir: shown(own),
            index: shown(&self.git_dir().join("index")),
            bare: self.work_tree().is_none(),
            hash: self.hash_kind().to_string(),
            config: self.settings(),
            head: Head::Unborn { name: String::new(), other: None },
            identity: self.git_author().is_some() && self.git_committer().is_some(),
            history: self.history_found(),
            alternates: alternates(own),
            owner,
            strangers: if self.shared_permissions() == 0 { strangers(own, owner) } else { Vec::new() },
            hooks: crate::doctor::facts::Hooks {
                folder: String::new(),
                own: true,
                in_work_tree: false,
                off: false,
                files: Vec::new(),
                unread: Vec::new(),
                pre_commit: false,
            },
            server_files: Vec::new(),
            packs: names(&own.join("objects/pack")).iter().filter(|path| has_extension(path, "pack")).count(),
            content: None,
            left: self.left_found(),
            linked,
            open,
            remembered,
            free: free(own),
            flock: knows_locks(own),
        }
    }
}

/// What lies in a folder, sorted.
pub(super) fn names(folder: &Path) -> Vec<PathBuf> {
    let mut names: Vec<PathBuf> =
        fs::read_dir(folder).into_iter().flatten().flatten().map(|entry| entry.path()).collect();
    names.sort();
    names
}

pub(super) fn has_extension(path: &Path, extension: &str) -> bool {
    path.extension().is_some_and(|own| own == extension)
}

fn alternates(common: &Path) -> Vec<Alternate> {
    let file = common.join("objects/info/alternates");
    let text = read_start(&file, LONGEST).unwrap_or_default();
    let lines = text.lines().filter(|line| !line.is_empty() && !line.starts_with(b"#"));
    let found = lines.map(|line| {
        let named = line.to_path_lossy();
        let path = common.join("objects").join(&named);
        Alternate { path: shown(&named), there: fs::read_dir(path).is_ok(), file: shown(&file) }
    });
    found.collect()
}

/// Files that belong to another user than the repository itself.
fn strangers(common: &Path, owner: u32) -> Vec<(String, u32)> {
    let mut open = vec![common.to_owned()];
    let (mut found, mut seen) = (Vec::new(), 0);
    while let Some(folder) = open.pop() {
        for path in names(&folder) {
            seen += 1;
            let Ok(data) = fs::symlink_metadata(&path) else { continue };
            // What each user remembers is that user's.
            let is_private = path.starts_with(common.join("hhgit/known")) && path != common.join("hhgit/known");
            if user(&data) != owner && !is_private {
                found.push((shown(&path), user(&data)));
            } else if data.is_dir() && !is_private {
                open.push(path);
            }
            if seen == MOST || found.len() == TOLD {
                return found;
            }
        }
    }
    found
}

fn owner(path: &Path) -> Option<u32> {
    fs::metadata(path).ok().map(|data| user(&data))
}

#[cfg(unix)]
fn user(data: &fs::Metadata) -> u32 {
    std::os::unix::fs::MetadataExt::uid(data)
}

#[cfg(not(unix))]
fn user(_: &fs::Metadata) -> u32 {
    0
}

/// Whether a file is this user's, and nobody else may write to it.
#[cfg(unix)]
pub(super) fn is_private(data: &fs::Metadata, owner: u32) -> bool {
    user(data) == owner && std::os::unix::fs::PermissionsExt::mode(&data.permissions()) & 0o022 == 0
}

#[cfg(not(unix))]
pub(super) fn is_private(_: &fs::Metadata, _: u32) -> bool {
    true
}

#[cfg(unix)]
fn free(path: &Path) -> Option<u64> {
    let disk = rustix::fs::statvfs(path).ok()?;
    Some(disk.f_bavail.saturating_mul(disk.f_frsize))
}

#[cfg(not(unix))]
fn free(_: &Path) -> Option<u64> {
    None
}

/// Whether a folder can be locked: hhgit locks `refs` and the folder of packs. Asked of one that nobody locks.
fn knows_locks(common: &Path) -> bool {
    match fs::File::open(common.join("objects/info")).or_else(|_| fs::File::open(common)) {
        Err(_) => true,
        Ok(folder) => !matches!(folder.try_lock_shared(), Err(fs::TryLockError::Error(_))),
    }
}
