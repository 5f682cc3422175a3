//! A work tree that git has changed and not finished, put back as the index has it: what git began to write is taken away, what
//! it took away comes again, and what somebody else may have written there is left alone.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use super::open::Repo;
use super::read::Reader;
use super::run::{Git, no_hooks};
use super::worktree::{list, status};
use super::write::Touch;
use crate::ids::{Entry, TreeId};
use crate::path::RepoPath;
use crate::snapshot::Objects;

/// What could not be put back.
#[derive(Debug, thiserror::Error)]
#[error(
    "the work tree may be half changed: {}; look with git status, bring back what you did not change yourself: git restore PATH, and take away what is new and not yours: git clean PATH",
    list(.0)
)]
pub struct HalfChanged(Vec<RepoPath>);

/// Puts back what git did to these paths, which nobody had changed before, on its way to `to`; what git never began stays.
pub(super) fn give_back(
    repo: &Repo,
    before: &str,
    to: TreeId,
    touches: &[(RepoPath, Touch)],
) -> Result<(), HalfChanged> {
    let Some(root) = repo.work_tree() else { return Ok(()) };
    let no_hooks = no_hooks();
    let config = [("core.hooksPath", no_hooks.as_os_str()), ("submodule.recurse", "false".as_ref())];
    // Where git has written its index, it knows by itself what it did; where it has not, this does nothing.
    drop(Git::new(repo, "read-tree", &config).args(["-m", "-u"]).arg(to.to_string()).arg(before).ask());
    let all = || HalfChanged(touches.iter().map(|(path, _)| path.clone()).collect());
    let changes = status(repo, "no").map_err(|_| all())?;
    let changes: BTreeMap<&[u8], bool> =
        changes.iter().map(|change| (change.path.as_slice(), change.in_index)).collect();
    let staged = touches.iter().filter(|(path, _)| changes.get(path.as_bytes()) == Some(&true));
    let staged: Vec<RepoPath> = staged.map(|(path, _)| path.clone()).collect();
    if !staged.is_empty() {
        return Err(HalfChanged(staged));
    }
    let reader = Reader::new(repo).map_err(|_| all())?;
    let mut wanted = Wanted { reader, to, folders: BTreeMap::new() };
    let (mut left, mut gone) = (Vec::new(), Vec::new());
    for (path, touch) in touches {
        let found = found(&root, path);
        let mut is_gits = || wanted.begins_with(&found, path);
        match touch {
            Touch::Adds if found == Found::Nothing => {}
            Touch::Adds if is_gits() && remove(&root, path) => {}
            Touch::Adds => left.push(path.clone()),
            _ if !changes.contains_key(path.as_bytes()) => {}
            _ if found == Found::Nothing || is_gits() => gone.push(path.clone()),
            _ => left.push(path.clone()),
        }
    }
    if !gone.is_empty() {
        let paths = gone.iter().flat_map(|path| [path.as_bytes(), b"\0"].concat()).collect();
        let git = Git::new(repo, "checkout-index", &config).args(["-f", "-q", "-z", "--stdin"]).input(paths);
        if git.run().is_err() {
            left.extend(gone);
        }
    }
    left.sort();
    if left.is_empty() { Ok(()) } else { Err(HalfChanged(left)) }
}

/// What stands at a path.
#[derive(Debug, PartialEq, Eq)]
enum Found {
    Nothing,
    Bytes(Vec<u8>),
    Other,
}

/// What stands at this path, if its folders are folders.
fn found(root: &Path, path: &RepoPath) -> Found {
    let mut above = path.parent();
    while let Some(folder) = above.filter(|folder| !folder.is_root()) {
        match full(root, &folder).map(fs::symlink_metadata) {
            Some(Ok(meta)) if !meta.is_dir() => return Found::Nothing,
            _ => above = folder.parent(),
        }
    }
    let Some(full) = full(root, path) else { return Found::Other };
    match fs::symlink_metadata(&full) {
        Ok(meta) if meta.is_file() => fs::read(&full).map_or(Found::Other, Found::Bytes),
        Ok(meta) if meta.is_symlink() => {
            fs::read_link(&full).map_or(Found::Other, |to| Found::Bytes(to.into_os_string().into_encoded_bytes()))
        }
        // A folder in place of a file is made of other paths.
        Ok(meta) if meta.is_dir() => Found::Nothing,
        Ok(_) => Found::Other,
        Err(_) => Found::Nothing,
    }
}

/// What git was to write.
struct Wanted {
    reader: Reader,
    to: TreeId,
    /// The folders that were looked into.
    folders: BTreeMap<RepoPath, BTreeMap<Vec<u8>, Entry>>,
}

impl Wanted {
    /// Whether this is the beginning of what git was to write there, so that nothing is lost with it.
    fn begins_with(&mut self, found: &Found, path: &RepoPath) -> bool {
        let Found::Bytes(bytes) = found else { return false };
        let blob = self.entry(path).and_then(|entry| entry.as_bytes());
        let Some(Ok(whole)) = blob.map(|blob| self.reader.blob(blob)) else { return false };
        let unix = |bytes: &[u8]| bytes.iter().copied().filter(|byte| *byte != b'\r').collect::<Vec<_>>();
        // Git may write other line endings than it keeps.
        whole.starts_with(bytes) || unix(&whole).starts_with(&unix(bytes))
    }

    fn entry(&mut self, path: &RepoPath) -> Option<Entry> {
        let folder = path.parent()?;
        if !self.folders.contains_key(&folder) {
            let tree = if folder.is_root() { self.to } else { self.entry(&folder)?.as_tree()? };
            let entries = self.reader.tree(tree).ok()?.into_iter().map(|entry| (entry.name.to_vec(), entry.entry));
            self.folders.insert(folder.clone(), entries.collect());
        }
        self.folders.get(&folder)?.get(path.file_name()).copied()
    }
}

/// Takes away a file, and the folders above it that are empty then.
fn remove(root: &Path, path: &RepoPath) -> bool {
    let Some(file) = full(root, path) else { return false };
    let is_removed = fs::remove_file(&file).is_ok();
    for folder in file.ancestors().skip(1).take_while(|folder| *folder != root) {
        if fs::remove_dir(folder).is_err() {
            break;
        }
    }
    is_removed
}

fn full(root: &Path, path: &RepoPath) -> Option<PathBuf> {
    gix::path::from_byte_slice(path.as_bytes()).ok().map(|path| root.join(path))
}
