//! Hooks as files: where git looks for them, and how one comes into its place and goes from it; what they say is not decided here.
//!
//! At every instant one whole hook stands at the name, the old one or the new: a server never stands open between two steps.

use std::io::{self, Write};
use std::path::{Path, PathBuf};

use super::keep::{share, sync_dir};
use super::open::Repo;
use crate::files::{read_start, sweep};

/// How much of a hook is read: what hhgit writes is shorter, and what others write tells by its start what it is.
const READ: u64 = 1 << 20;
/// How the names of hooks begin that are still written.
const UNFINISHED: &str = ".hhgit-hook-";

/// Where git looks for hooks.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HookFolder {
    /// The folder, which may not be there.
    pub path: PathBuf,
    /// Whose it is.
    pub whose: Whose,
}

/// Whose a folder of hooks is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Whose {
    /// This repository's alone.
    Own,
    /// It lies in the work tree, where its files may be committed.
    WorkTree,
    /// It lies elsewhere, where other repositories may use it too.
    Elsewhere,
}

/// A file in a hook's place.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HookFile {
    /// What it holds, up to a megabyte; nothing where it is a symbolic link that leads nowhere.
    pub bytes: Vec<u8>,
    /// The last component of what it links to, where it is a symbolic link.
    pub target: Option<Vec<u8>>,
}

impl Repo {
    /// Where git looks for this repository's hooks.
    pub fn hook_folder(&self) -> HookFolder {
        let path = super::hooks::folder(self);
        let (folder, common) = (real(&path), real(self.common_dir()));
        let whose = if folder.starts_with(common) {
            Whose::Own
        } else if self.work_tree().is_some_and(|root| folder.starts_with(real(&root))) {
            Whose::WorkTree
        } else {
            Whose::Elsewhere
        };
        HookFolder { path, whose }
    }

    /// Puts a file at a name, whole, in place of whatever stands there; with the mode of a hook, as git gives it here.
    pub fn put_hook(&self, path: &Path, bytes: &[u8]) -> io::Result<()> {
        let folder = path.parent().unwrap_or(Path::new("."));
        if !folder.is_dir() {
            std::fs::create_dir_all(folder)?;
            share(folder, self.shared_permissions())?;
        }
        // Hooks that dead runs had not put in place.
        sweep(folder, |path| {
            path.file_name().is_some_and(|name| name.as_encoded_bytes().starts_with(UNFINISHED.as_bytes()))
        });
        let mut builder = tempfile::Builder::new();
        builder.prefix(UNFINISHED);
        #[cfg(unix)]
        builder.permissions(std::os::unix::fs::PermissionsExt::from_mode(0o777));
        let mut file = builder.tempfile_in(folder)?;
        // Held for as long as it is written, so that what a killed run left can be told.
        drop(file.as_file().try_lock());
        file.write_all(bytes)?;
        share(file.path(), self.shared_permissions())?;
        file.as_file().sync_all()?;
        file.persist(path).map_err(|error| error.error)?;
        // The hook is in its place, whatever comes of this.
        drop(sync_dir(folder));
        Ok(())
    }
}

/// A path without links, as far as it is there.
fn real(path: &Path) -> PathBuf {
    match (path.canonicalize(), path.parent(), path.file_name()) {
        (Ok(real), ..) => real,
        (Err(_), Some(parent), Some(name)) => real(parent).join(name),
        _ => path.to_owned(),
    }
}

/// The file at a name; none where none is. A folder is an error.
pub fn read_hook(path: &Path) -> io::Result<Option<HookFile>> {
    let target = match std::fs::symlink_metadata(path) {
        Ok(meta) if meta.is_symlink() => {
            let target = std::fs::read_link(path)?;
            Some(target.file_name().unwrap_or_default().as_encoded_bytes().to_vec())
        }
        Ok(_) => None,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
        Err(error) => return Err(error),
    };
    let bytes = match read_start(path, READ) {
        Err(error) if error.kind() == io::ErrorKind::NotFound && target.is_some() => Vec::new(),
        bytes => bytes?,
    };
    Ok(Some(HookFile { bytes, target }))
}

/// Whether anything stands at a name.
pub fn is_there(path: &Path) -> bool {
    std::fs::symlink_metadata(path).is_ok()
}

/// Whether two names stand for one file, as they do when a run was killed between its two steps.
#[cfg(unix)]
pub fn is_same(path: &Path, other: &Path) -> bool {
    use std::os::unix::fs::MetadataExt;
    let id = |path: &Path| std::fs::symlink_metadata(path).map(|meta| (meta.dev(), meta.ino()));
    matches!((id(path), id(other)), (Ok(one), Ok(two)) if one == two)
}

/// Whether two names stand for one file; where that cannot be told, they do not.
#[cfg(not(unix))]
pub fn is_same(_path: &Path, _other: &Path) -> bool {
    false
}

/// Gives a hook a second name, at which nothing may stand yet; where the file system knows no second names, the first one goes.
pub fn keep_hook(path: &Path, kept: &Path) -> io::Result<()> {
    match std::fs::hard_link(path, kept) {
        Err(error) if error.kind() != io::ErrorKind::AlreadyExists && !is_there(kept) => std::fs::rename(path, kept),
        result => result,
    }
}

/// Puts a kept hook back, in place of what stands there.
pub fn give_back_hook(kept: &Path, path: &Path) -> io::Result<()> {
    std::fs::rename(kept, path)
}

/// Takes a hook away.
pub fn remove_hook(path: &Path) -> io::Result<()> {
    std::fs::remove_file(path)
}
