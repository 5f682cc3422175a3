//! What lies about in a git directory: locks, what killed runs left, and what hhgit remembers.

use std::fs;
use std::path::{Path, PathBuf};
use std::time::UNIX_EPOCH;

use super::files::{has_extension, is_private, names};
use super::shown;
use crate::doctor::facts::{Kind, Left};
use crate::git::keep;
use crate::git::lock;
use crate::git::odd::refuse_ref;
use crate::git::open::{OpenError, Repo};
use crate::git::remote::is_visited;
use crate::path::quote;

/// How many folders of refs are looked into.
const MOST: usize = 20_000;
/// What the names of git's temporary files of objects begin with.
const TEMPORARY: [&str; 4] = ["tmp_", ".tmp-", "incoming-", "tmp_objdir-"];

impl Repo {
    /// Refuses what stands in the place of a loose ref and is none: git would wait there when it lists refs.
    pub fn odd_refs(&self) -> Result<(), OpenError> {
        below(&self.common_dir().join("refs")).iter().try_for_each(|path| refuse_ref(path))
    }

    /// Locks, temporary files, and what killed runs of hhgit left.
    pub(super) fn left_found(&self) -> Vec<Left> {
        let (common, packs) = (self.common_dir(), self.common_dir().join("objects/pack"));
        let mut left = Vec::new();
        for path in locks(common, self.git_dir()) {
            match lock::is_abandoned(common, &path) {
                None => left.extend(found(Kind::Lock, &path)),
                Some(true) => left.extend(found(Kind::OwnLock, &path)),
                Some(false) => {}
            }
        }
        for path in names(&packs).iter().filter(|path| has_extension(path, "keep") && keep::is_abandoned(path)) {
            left.extend(found(Kind::Keep, path));
        }
        for path in names(&packs).iter().filter(|path| keep::is_left_over(path)) {
            left.extend(found(Kind::Pack, path));
        }
        for path in names(&packs).into_iter().chain(names(&common.join("objects"))) {
            let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
            if TEMPORARY.iter().any(|start| name.starts_with(start)) {
                left.extend(found(Kind::Temporary, &path));
            }
        }
        for name in self.refs_below("refs/hhgit/") {
            if is_visited(common, &name) == Some(false) {
                left.push(Left { kind: Kind::Ref, place: quote(&name), since: 0 });
            }
        }
        left
    }

    /// Folders of what is remembered that are none, this user's own where others may write, and how much it is.
    pub(super) fn memory_found(&self, user: u32) -> (Vec<String>, Vec<String>, (String, u64)) {
        let top = self.common_dir().join("hhgit");
        let known = top.join("known").join(user.to_string());
        let folders = [top.clone(), top.join("index"), top.join("replay"), top.join("known"), known.clone()];
        let is_other = |path: &&PathBuf| fs::symlink_metadata(path).is_ok_and(|data| !data.is_dir());
        let linked: Vec<String> = folders.iter().filter(is_other).map(|path| shown(path)).collect();
        let open = fs::symlink_metadata(&known).is_ok_and(|data| data.is_dir() && !is_private(&data, user));
        let index = self.memory().unbelieved().filter(|_| linked.is_empty()).map(|path| shown(&path));
        let bytes = if linked.is_empty() { size(&top) } else { 0 };
        (linked, open.then(|| shown(&known)).into_iter().chain(index).collect(), (shown(&top), bytes))
    }
}

fn found(kind: Kind, path: &Path) -> Option<Left> {
    let data = fs::symlink_metadata(path).ok()?;
    let since = data.modified().ok()?.duration_since(UNIX_EPOCH).unwrap_or_default();
    Some(Left { kind, place: shown(path), since: i64::try_from(since.as_secs()).unwrap_or(i64::MAX) })
}

/// The locks of a git directory and of all its refs.
fn locks(common: &Path, own: &Path) -> Vec<PathBuf> {
    let mut files = names(common);
    if own != common {
        files.extend(names(own));
    }
    files.extend(below(&common.join("refs")));
    files.extend(names(&common.join("worktrees")).iter().flat_map(|tree| names(tree)));
    files.retain(|path| has_extension(path, "lock"));
    files.sort();
    files.dedup();
    files
}

/// What lies below a folder of refs and is no folder.
fn below(folder: &Path) -> Vec<PathBuf> {
    let (mut files, mut open, mut seen) = (Vec::new(), vec![folder.to_owned()], 0);
    while let Some(folder) = open.pop().filter(|_| seen < MOST) {
        seen += 1;
        for path in names(&folder) {
            let is_folder = fs::symlink_metadata(&path).is_ok_and(|data| data.is_dir());
            if is_folder { open.push(path) } else { files.push(path) }
        }
    }
    files
}

/// How many bytes a folder holds, links not followed.
fn size(folder: &Path) -> u64 {
    let mut open = vec![folder.to_owned()];
    let mut bytes = 0;
    while let Some(folder) = open.pop() {
        for path in names(&folder) {
            match fs::symlink_metadata(&path) {
                Ok(data) if data.is_dir() => open.push(path),
                Ok(data) => bytes += data.len(),
                Err(_) => {}
            }
        }
    }
    bytes
}
