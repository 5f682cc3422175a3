//! What stands in a git directory where git keeps its files and is none, or is far too large: git and gix would read it without end.
//!
//! Looked at before anything is opened, by no more than the names: some fifteen of them where the repository is found at once.

use std::fs;
use std::path::{Path, PathBuf};

use gix::bstr::ByteSlice;

use super::alternates;
use super::environment::Environment;
use super::open_error::{OpenError, word};
use crate::files::{odd, read_start};

/// How large a file of one line may be.
const LINE: u64 = 1 << 20;
/// How large a file of lists may be that is read whole, as git limits attributes.
const LIST: u64 = 100 << 20;
/// The files of a work tree's own git directory, and how large each may be.
const OWN: [(&str, u64); 3] = [("HEAD", LINE), ("index", u64::MAX), ("config.worktree", LIST)];
/// Those that all work trees share.
const SHARED: [(&str, u64); 6] = [
    ("config", LIST),
    ("packed-refs", u64::MAX),
    ("shallow", LIST),
    ("objects/info/alternates", LIST),
    ("info/grafts", LIST),
    ("info/attributes", LIST),
];

/// Refuses the repository that would be found from here, if such a thing is in it.
pub(super) fn refuse(dir: &Path, environment: &Environment) -> Result<(), OpenError> {
    match &environment.git_dir {
        Some(named) => refuse_in(named),
        None => candidates(dir).try_for_each(|(git_dir, _)| refuse_in(&git_dir)),
    }
}

/// What git would look at from here on upwards, until it is a repository: each with whether it is named `.git`.
pub(super) fn candidates(dir: &Path) -> impl Iterator<Item = (PathBuf, bool)> {
    let mut is_over = false;
    let each = dir.ancestors().flat_map(|folder| [(folder.join(".git"), true), (folder.to_owned(), false)]);
    let there = each.filter_map(|(path, is_named)| match fs::metadata(&path) {
        Ok(data) if data.is_dir() => Some((path, is_named)),
        Ok(data) if data.is_file() && is_named => linked(&path).map(|path| (path, true)),
        _ => None,
    });
    there.take_while(move |(path, _)| {
        let goes_on = !is_over;
        is_over = is_over || ["HEAD", "objects", "refs"].iter().all(|name| path.join(name).exists());
        goes_on
    })
}

/// Where a `.git` file leads.
fn linked(file: &Path) -> Option<PathBuf> {
    let text = read_start(file, LINE).ok()?;
    let named = text.strip_prefix(b"gitdir: ")?.trim_end_with(|c| c == '\n' || c == '\r');
    Some(file.parent()?.join(gix::path::from_byte_slice(named).ok()?))
}

/// The git directory that this one shares with other work trees, or itself.
pub(super) fn common(git_dir: &Path) -> PathBuf {
    let named = read_start(&git_dir.join("commondir"), LINE).unwrap_or_default();
    gix::path::from_byte_slice(named.trim_ascii()).map_or(git_dir.to_owned(), |path| git_dir.join(path))
}

fn refuse_in(git_dir: &Path) -> Result<(), OpenError> {
    refuse_file(git_dir.join("commondir"), LINE)?;
    OWN.into_iter().try_for_each(|(name, largest)| refuse_file(git_dir.join(name), largest))?;
    let common = common(git_dir);
    SHARED.into_iter().try_for_each(|(name, largest)| refuse_file(common.join(name), largest))?;
    alternates::look(&common.join("objects")).map_err(OpenError::Alternates)
}

/// Refuses one file. What could hold anything is kept beside.
fn refuse_file(path: PathBuf, largest: u64) -> Result<(), OpenError> {
    let Some(found) = odd(&path, largest) else { return Ok(()) };
    let holds = path.is_file() || path.is_dir();
    let mend =
        if holds { format!("mv {} {}", word(&path), word(&path.with_added_extension("away"))) } else { rm(&path) };
    Err(OpenError::Odd { path, found, mend })
}

/// Refuses a loose ref; a folder is none. What lies among refs is a ref, whatever its name.
pub(super) fn refuse_ref(path: &Path) -> Result<(), OpenError> {
    match odd(path, LINE).filter(|_| !path.is_dir()) {
        Some(found) => Err(OpenError::Odd { path: path.to_owned(), found, mend: rm(path) }),
        None => Ok(()),
    }
}

fn rm(path: &Path) -> String {
    format!("rm {}", word(path))
}
