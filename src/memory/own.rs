//! What one user remembers for themselves: `hhgit/known/USER` in the git directory, read by nobody else and taken from nobody else.
//!
//! Answers are made of it, so a file counts only where it, and the folder it lies in, belong to who asks and nobody else may
//! write there. Names are digests of what a file is about, which it says itself besides. It is never more than so many
//! files and bytes, and may be deleted at any time.

use std::fs;
use std::io::{self, Read, Write};
use std::path::{Path, PathBuf};

use crate::ids::sha256_hex;

use super::bytes::{seal, take, unseal};
use super::place::{Folder, UNFINISHED};

/// The folder in the git directory.
const FOLDER: &str = "hhgit/known";
/// The largest file that is read or put down.
const LARGEST: u64 = 64 << 20;
/// How many files are kept once there are twice as many, and how many bytes they may have.
const KEPT: (usize, u64) = (2048, 256 << 20);
/// After how many new files, about, it is looked whether there are too many.
const EVERY: usize = 32;
/// From how many bytes on a file has this looked at at once.
const LARGE: usize = 1 << 20;

/// What one user remembers of a repository.
#[derive(Debug, Clone)]
pub struct Own {
    folder: Folder,
    user: u32,
    /// Whether this user's files have a place here: a repository that is somebody else's alone is left as it is.
    is_welcome: bool,
}

impl Own {
    /// What this user remembers; `share` gives a path the modes that the repository's sharing asks for.
    pub fn new(git_dir: &Path, user: u32, share: fn(&Path, i32) -> io::Result<()>, shared: i32) -> Self {
        let is_welcome = shared != 0 || fs::metadata(git_dir).is_ok_and(|data| belongs_to(&data, user));
        Self { folder: Folder::new(git_dir, &format!("{FOLDER}/{user}"), share, shared), user, is_welcome }
    }

    fn path(&self, key: &str, kind: &str) -> PathBuf {
        self.folder.join(&sha256_hex(key.as_bytes())[..32]).with_extension(kind)
    }

    /// Whether the folder is this user's, or there is none yet.
    fn is_mine(&self) -> bool {
        let data = fs::symlink_metadata(self.folder.path());
        self.folder.is_own() && data.map_or(true, |data| is_private(&data, self.user))
    }

    /// What is remembered under a key; nothing if there is nothing that is whole, about just this, and this user's own.
    pub(super) fn get<T>(
        &self,
        key: &str,
        kind: &str,
        magic: &[u8],
        read: impl FnOnce(&[u8]) -> Option<T>,
    ) -> Option<T> {
        if !is_private(&fs::symlink_metadata(self.folder.path()).ok()?, self.user) {
            return None;
        }
        let file = self.folder.open(&self.path(key, kind))?;
        let data = file.metadata().ok()?;
        if !data.is_file() || !is_private(&data, self.user) || data.len() > LARGEST {
            return None;
        }
        let mut bytes = Vec::with_capacity(data.len() as usize + 1);
        file.take(LARGEST + 1).read_to_end(&mut bytes).ok()?;
        let mut body = unseal(magic, &bytes)?;
        if take(&mut body)? == key.as_bytes() { read(body) } else { None }
    }

    /// Remembers something under a key. What is too much is not remembered.
    pub(super) fn put(&self, key: &str, kind: &str, magic: &[u8], body: &[u8]) -> io::Result<()> {
        if !self.is_welcome || !self.is_mine() {
            return Ok(());
        }
        let mut whole = Vec::with_capacity(body.len() + key.len() + 4);
        super::bytes::put(&mut whole, key.as_bytes());
        whole.extend_from_slice(body);
        let bytes = seal(magic, &whole);
        if bytes.len() as u64 > LARGEST {
            return Ok(());
        }
        let path = self.path(key, kind);
        let is_new = !path.exists();
        self.folder.put_private(&path, |file| file.write_all(&bytes))?;
        if bytes.len() > LARGE || is_new && fs::read_dir(self.folder.path())?.count() % EVERY == 0 {
            self.tidy();
        }
        Ok(())
    }

    /// Forgets what is oldest, once there is much of it, and what killed runs left unfinished.
    fn tidy(&self) {
        let (mut files, mut bytes) = (0, 0);
        let mut all = self.folder.sizes();
        all.retain(|(path, _)| is_own_name(path));
        if all.len() <= 2 * KEPT.0 && all.iter().map(|(_, size)| size).sum::<u64>() <= 2 * KEPT.1 {
            return;
        }
        for (path, size) in all {
            files += 1;
            bytes += size;
            let is_left = path.extension().is_some_and(|kind| kind == UNFINISHED) && files > KEPT.0 / 8;
            if files > KEPT.0 || bytes > KEPT.1 || is_left {
                drop(fs::remove_file(path));
            }
        }
    }
}

/// Whether a file has a name that this makes: a digest's, or that of a file still written.
fn is_own_name(path: &Path) -> bool {
    let is_digest = |name: &str| name.len() == 32 && name.bytes().all(|byte| byte.is_ascii_hexdigit());
    let is_unfinished = path.extension().is_some_and(|kind| kind == UNFINISHED);
    is_unfinished || path.file_stem().and_then(|name| name.to_str()).is_some_and(is_digest)
}

/// Whether something is this user's, and nobody else may write to it.
#[cfg(unix)]
fn is_private(data: &fs::Metadata, user: u32) -> bool {
    use std::os::unix::fs::PermissionsExt;
    belongs_to(data, user) && data.permissions().mode() & 0o022 == 0
}

#[cfg(unix)]
fn belongs_to(data: &fs::Metadata, user: u32) -> bool {
    std::os::unix::fs::MetadataExt::uid(data) == user
}

#[cfg(not(unix))]
fn is_private(_: &fs::Metadata, _: u32) -> bool {
    true
}

#[cfg(not(unix))]
fn belongs_to(_: &fs::Metadata, _: u32) -> bool {
    true
}
