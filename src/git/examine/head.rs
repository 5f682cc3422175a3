//! Where HEAD is, and which of it and its branch is broken if one is.

use std::path::{Path, PathBuf};

use super::shown;
use crate::doctor::facts;
use crate::git::open::Repo;
use crate::git::refs::{Head, RefError, to_path};
use crate::ids::CommitId;
use crate::path::quote;

impl Repo {
    /// Where HEAD is; `time` tells a commit's.
    pub fn head_found(&self, time: impl Fn(CommitId) -> Option<i64>) -> facts::Head {
        let short = |name: &[u8]| quote(name);
        match self.head() {
            Ok(Head::Branch { name, commit }) => {
                facts::Head::Branch { name: short(name.short().as_bytes()), time: time(commit) }
            }
            Ok(Head::Unborn { name }) => {
                facts::Head::Unborn { name: short(name.short().as_bytes()), other: self.some_branch() }
            }
            Ok(Head::Detached { commit }) => {
                facts::Head::Detached { commit: commit.short(), other: self.some_branch() }
            }
            Err(error) => self.head_broken(&error),
        }
    }

    fn head_broken(&self, error: &RefError) -> facts::Head {
        let at_fault = match error {
            RefError::OddHead { target } => Some(target.clone()),
            RefError::NotACommit { name, .. } | RefError::Lookup { name, .. } => Some(name.clone()),
            RefError::Damaged { path } | RefError::Read { path, .. } => {
                path.strip_prefix(self.common_dir()).ok().map(|path| path.as_os_str().as_encoded_bytes().to_vec())
            }
            RefError::NoCommit { .. } | RefError::BadName { .. } | RefError::Symbolic { .. } => None,
        };
        match at_fault.filter(|name| name.starts_with(b"refs/")) {
            None => facts::Head::Broken {
                words: what(error),
                file: shown(&self.git_dir().join("HEAD")),
                other: self.some_branch(),
            },
            Some(name) if name.starts_with(b"refs/heads/") && !matches!(error, RefError::OddHead { .. }) => {
                let file = |below: &Path| shown(&self.common_dir().join(below).join(to_path(&name)));
                facts::Head::BranchBroken {
                    name: quote(&name),
                    words: what(error),
                    file: file(&PathBuf::new()),
                    log: file(Path::new("logs")),
                }
            }
            Some(target) => facts::Head::NoBranch { target: quote(&target), other: self.some_branch() },
        }
    }

    /// A branch that is there: main or master if there is one, else the first.
    fn some_branch(&self) -> Option<String> {
        let names = self.refs_below("refs/heads/");
        let names: Vec<&[u8]> = names.iter().filter_map(|name| name.strip_prefix(b"refs/heads/")).collect();
        let usual = [&b"main"[..], b"master"].into_iter().find(|usual| names.contains(usual));
        usual.or(names.first().copied()).map(quote)
    }

    /// The full names of the refs in a folder, those that can be read, in order. Asked of no git, which sees no repository where HEAD
    /// is broken.
    pub(super) fn refs_below(&self, folder: &str) -> Vec<Vec<u8>> {
        let Ok(refs) = self.gix.references() else { return Vec::new() };
        let Ok(found) = refs.prefixed(folder) else { return Vec::new() };
        let mut names: Vec<Vec<u8>> = found.flatten().map(|found| found.name().as_bstr().to_vec()).collect();
        names.sort();
        names
    }
}

/// What an error says is wrong, with its cause, and without what it says is to be done.
fn what(error: &RefError) -> String {
    let said = error.to_string();
    let what = said.split_once("; look with").map_or(said.as_str(), |(what, _)| what);
    match std::error::Error::source(error) {
        Some(cause) => format!("{what}: {cause}"),
        None => what.to_owned(),
    }
}
