//! What in the work tree stands in a commit's way, and what of it no commit holds; looks only, changes nothing.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use gix::bstr::ByteSlice;

use super::open::Repo;
use super::run::{Git, GitError};
use super::write::Touch;
use crate::path::RepoPath;

/// How many paths a message names.
const SHOWN: usize = 10;
/// What git leaves in a work tree's git directory while something is not done: a merge, and what replays commits.
const SIGNS: [(&str, &str); 6] = [
    ("MERGE_HEAD", "a merge"),
    ("CHERRY_PICK_HEAD", "a cherry-pick"),
    ("REVERT_HEAD", "a revert"),
    ("rebase-merge", "a rebase"),
    ("rebase-apply", "a rebase or git am"),
    ("sequencer", "a cherry-pick or revert of several commits"),
];

/// Why a checked-out branch cannot be moved. Nothing was moved.
#[derive(Debug, thiserror::Error)]
pub enum Obstacle {
    /// Local work would be lost or mixed up.
    #[error("local changes stand in the way: {}; commit, stash or move them, then run again", list(paths))]
    InTheWay {
        /// What stands in the way, in git's order.
        paths: Vec<RepoPath>,
    },
    /// Something that was begun must be finished first.
    #[error("{what} is in progress in this work tree; finish or abort it first (git status says how)")]
    Unfinished {
        /// What was begun.
        what: &'static str,
    },
    /// Git could not say how things stand.
    #[error(transparent)]
    Git(#[from] GitError),
}

/// What `git status` says of one path.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Change {
    pub(super) path: Vec<u8>,
    kind: u8,
    /// Whether the work tree differs from the index there, whatever the last commit says.
    in_work_tree: bool,
    /// Whether the index differs from the last commit there.
    pub(super) in_index: bool,
}

/// Looks whether a commit that touches these paths can be checked out without losing anything.
pub fn look(repo: &Repo, touches: &[(RepoPath, Touch)]) -> Result<(), Obstacle> {
    if repo.work_tree().is_none() {
        return Ok(());
    }
    match unfinished(repo.git_dir()) {
        Some(what) => Err(Obstacle::Unfinished { what }),
        None => in_the_way(repo, touches, |_| true),
    }
}

/// Looks whether these paths of the index can be changed, and the work tree with it, without losing what is not staged.
pub(super) fn look_beside_index(repo: &Repo, touches: &[(RepoPath, Touch)]) -> Result<(), Obstacle> {
    in_the_way(repo, touches, |change| change.in_work_tree)
}

fn in_the_way(repo: &Repo, touches: &[(RepoPath, Touch)], counts: impl Fn(&Change) -> bool) -> Result<(), Obstacle> {
    let Some(root) = repo.work_tree() else { return Ok(()) };
    let touched: BTreeMap<&[u8], Touch> = touches.iter().map(|(path, touch)| (path.as_bytes(), *touch)).collect();
    let mut found = BTreeSet::new();
    for change in status(repo, "no")?.into_iter().filter(counts) {
        // An unmerged entry anywhere stops git; other changes only where the commit goes.
        if change.kind == b'u' || touched.contains_key(change.path.as_slice()) || crosses(&touched, &change.path) {
            found.insert(change.path);
        }
    }
    for (path, touch) in &touched {
        if *touch == Touch::Adds {
            occupants(&root, path, &touched, &mut found);
        }
    }
    let paths: Vec<RepoPath> = found.into_iter().filter_map(|path| RepoPath::new(path).ok()).collect();
    if paths.is_empty() { Ok(()) } else { Err(Obstacle::InTheWay { paths }) }
}

/// How many files at or below these folders differ from the last commit, or are in none: changed, staged or untracked.
pub fn uncommitted_below(repo: &Repo, folders: &[RepoPath]) -> Result<usize, GitError> {
    if repo.work_tree().is_none() {
        return Ok(0);
    }
    let changes = status(repo, "all")?;
    let below = |change: &&Change| {
        RepoPath::new(change.path.clone()).is_ok_and(|path| folders.iter().any(|folder| path.starts_with(folder)))
    };
    Ok(changes.iter().filter(below).count())
}

/// What differs between the last commit, the index and the work tree; `untracked` is `no` or `all`.
pub(super) fn status(repo: &Repo, untracked: &str) -> Result<Vec<Change>, GitError> {
    let git = Git::new(repo, "status", &[]).args(["--porcelain=v2", "-z", "--no-renames", "--ignore-submodules=dirty"]);
    let output = git.arg(format!("--untracked-files={untracked}")).run()?;
    let records = output.split(|b| *b == 0).filter(|record| !record.is_empty());
    Ok(records.filter_map(parse).collect())
}

/// One record of `git status --porcelain=v2 -z --no-renames`.
fn parse(record: &[u8]) -> Option<Change> {
    let kind = *record.first()?;
    let fields = match kind {
        b'1' => 8,
        b'u' => 10,
        b'?' => 1,
        _ => return None,
    };
    let path = record.splitn_str(fields + 1, b" ").nth(fields)?;
    let in_work_tree = kind != b'1' || record.get(3) != Some(&b'.');
    let in_index = kind == b'u' || kind == b'1' && record.get(2) != Some(&b'.');
    Some(Change { path: path.to_vec(), kind, in_work_tree, in_index })
}

/// Whether a changed path lies below a path that the commit adds, or above one that it touches.
fn crosses(touched: &BTreeMap<&[u8], Touch>, path: &[u8]) -> bool {
    let above = (0..path.len()).filter(|at| path[*at] == b'/').any(|at| touched.contains_key(&path[..at]));
    let below = [path, b"/"].concat();
    above || touched.range(below.as_slice()..).next().is_some_and(|(next, _)| next.starts_with(&below))
}

/// What stands where the commit adds a file: the file itself, anything below it, or a file where its folder goes.
/// What the commit itself takes away does not count. Ignored files do.
fn occupants(root: &Path, path: &[u8], touched: &BTreeMap<&[u8], Touch>, found: &mut BTreeSet<Vec<u8>>) {
    let goes = |path: &[u8]| touched.get(path) == Some(&Touch::Removes);
    for at in (0..path.len()).filter(|at| path[*at] == b'/') {
        match kind(root, &path[..at]) {
            Some(meta) if meta.is_dir() => {}
            Some(_) if goes(&path[..at]) => return,
            Some(_) => {
                found.insert(path[..at].to_vec());
                return;
            }
            None => return,
        }
    }
    let mut waiting = vec![path.to_vec()];
    while let Some(next) = waiting.pop() {
        match kind(root, &next) {
            Some(meta) if meta.is_dir() => waiting.extend(children(root, &next)),
            Some(_) if !goes(&next) => drop(found.insert(next)),
            _ => {}
        }
    }
}

fn kind(root: &Path, path: &[u8]) -> Option<std::fs::FileType> {
    let full = root.join(gix::path::from_byte_slice(path).ok()?);
    std::fs::symlink_metadata(full).ok().map(|meta| meta.file_type())
}

fn children(root: &Path, path: &[u8]) -> Vec<Vec<u8>> {
    let Ok(full) = gix::path::from_byte_slice(path).map(|path| root.join(path)) else { return Vec::new() };
    let entries = std::fs::read_dir(full).into_iter().flatten().filter_map(Result::ok);
    entries.map(|entry| [path, b"/", entry.file_name().as_encoded_bytes()].concat()).collect()
}

/// What was begun in this work tree and is not done, if anything is.
fn unfinished(git_dir: &Path) -> Option<&'static str> {
    begun(git_dir, &SIGNS)
}

/// What was begun in this work tree that replays commits somebody made, if anything is.
pub(super) fn replaying(git_dir: &Path) -> Option<&'static str> {
    begun(git_dir, &SIGNS[1..])
}

fn begun(git_dir: &Path, signs: &[(&str, &'static str)]) -> Option<&'static str> {
    signs.iter().find(|(sign, _)| git_dir.join(sign).exists()).map(|(_, what)| *what)
}

pub(super) fn list(paths: &[RepoPath]) -> String {
    let shown: Vec<String> = paths.iter().take(SHOWN).map(RepoPath::to_string).collect();
    match paths.len().saturating_sub(SHOWN) {
        0 => shown.join(", "),
        more => format!("{} and {more} more", shown.join(", ")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_status_record_gives_its_path_whatever_it_holds() {
        let path = |record: &[u8]| parse(record).map(|change| change.path);
        assert_eq!(path(b"1 .M N... 100644 100644 100644 aa bb a b\nc"), Some(b"a b\nc".to_vec()));
        assert_eq!(path(b"u UU N... 100644 100644 100644 100644 aa bb cc x y"), Some(b"x y".to_vec()));
        assert_eq!(path(b"? new file"), Some(b"new file".to_vec()));
        assert_eq!(path(b"# branch.oid x"), None);
    }

    #[test]
    fn what_is_staged_as_it_lies_in_the_work_tree_is_told_from_what_is_not() {
        let differs = |record: &[u8]| parse(record).map(|change| change.in_work_tree);
        assert_eq!(differs(b"1 A. N... 000000 100644 100644 aa bb a"), Some(false));
        assert_eq!(differs(b"1 AM N... 000000 100644 100644 aa bb a"), Some(true));
        assert_eq!(differs(b"1 .D N... 100644 100644 000000 aa bb a"), Some(true));
        assert_eq!(differs(b"u UU N... 100644 100644 100644 100644 aa bb cc x"), Some(true));
    }

    #[test]
    fn a_change_below_an_added_file_or_in_place_of_its_folder_is_in_the_way() {
        let touched = BTreeMap::from([(b"a/b".as_slice(), Touch::Adds)]);
        assert!(crosses(&touched, b"a"));
        assert!(crosses(&touched, b"a/b/c"));
        assert!(!crosses(&touched, b"a/bc"));
        assert!(!crosses(&touched, b"a-"));
    }
}
