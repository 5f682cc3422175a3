//! The files to be sorted: what lies in raw/, and what --adopt and --retry add to it.

use crate::fabric::layout::{RAW, SIDECAR, UNMANAGED, is_yaml_name, stays_in_raw};
use crate::fabric::survey::Survey;
use crate::ids::{Entry, ModeKind};
use crate::path::RepoPath;
use crate::verdict::file::File;

/// A file to be sorted.
#[derive(Debug, Clone)]
pub struct Source {
    /// Where it lies, below the fabric directory.
    pub path: RepoPath,
    /// What stands there.
    pub entry: Entry,
    /// Why it is sorted.
    pub home: Home,
    /// What it is.
    pub content: Sorted,
}

impl Source {
    /// Where it would like to be in unmanaged/: at its path below the folder it came from.
    pub fn wanted(&self) -> RepoPath {
        let folder = match self.home {
            Home::Loose => return self.path.clone(),
            Home::Raw => RAW,
            Home::Retried { .. } => UNMANAGED,
        };
        self.path.strip_prefix(&RepoPath::root().child(folder)).unwrap_or_default()
    }
}

/// Why a file is sorted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Home {
    /// It lies in raw/.
    Raw,
    /// It lies at the fabric directory's top, and --adopt takes it.
    Loose,
    /// It lies in unmanaged/, and --retry judges it again.
    Retried {
        /// Whether its path was named, which takes even what was reverted or what managed/ holds.
        named: bool,
    },
}

/// What a file to be sorted is.
#[derive(Debug, Clone)]
pub enum Sorted {
    /// An entry that always stays in raw/.
    Stays,
    /// A sidecar that hhgit itself wrote.
    OwnSidecar,
    /// Anything else, judged.
    Judged(File),
}

/// Which unmanaged files `--retry` judges again.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Retry {
    /// All of them.
    All,
    /// Those at or below these repository paths.
    Paths(Vec<RepoPath>),
}

/// An entry found that has yet to be read and judged.
#[derive(Debug, Clone)]
pub struct Found {
    /// Where it lies, below the fabric directory.
    pub path: RepoPath,
    /// What stands there.
    pub entry: Entry,
    /// Why it is sorted.
    pub home: Home,
}

impl Found {
    /// Whether it stays in raw/ whatever it holds.
    pub fn stays(&self) -> bool {
        stays_in_raw(self.path.file_name()) || self.entry.mode.kind() == ModeKind::Submodule
    }

    /// Whether there is something to say about it although it is no YAML: a sidecar is no file of its own.
    fn can_be_asked_about(&self) -> bool {
        !self.stays() && !self.path.file_name().ends_with(SIDECAR.as_bytes())
    }

    /// Whether its documents are to be read.
    pub fn is_yaml(&self) -> bool {
        !self.stays() && self.entry.as_file().is_some() && is_yaml_name(self.path.file_name())
    }
}

/// All that is to be sorted in a fabric directory, in byte order of path. `unmanaged` holds what --retry may choose from.
pub fn find(
    survey: &Survey,
    adopt: bool,
    retry: Option<&Retry>,
    unmanaged: &crate::fabric::inventory::Leaves,
) -> Vec<Found> {
    let raw = RepoPath::root().child(RAW);
    let mut found: Vec<Found> = survey
        .raw
        .iter()
        .map(|(path, entry)| Found { path: raw.join_path(path), entry: *entry, home: Home::Raw })
        .collect();
    if adopt {
        let loose = survey.loose.iter();
        found.extend(loose.map(|(path, entry)| Found { path: path.clone(), entry: *entry, home: Home::Loose }));
    }
    if let Some(retry) = retry {
        let folder = RepoPath::root().child(UNMANAGED);
        for (path, entry) in unmanaged {
            let path = folder.join_path(path);
            let Some(named) = is_retried(retry, &survey.path.join_path(&path)) else { continue };
            let candidate = Found { path, entry: *entry, home: Home::Retried { named } };
            if candidate.is_yaml() || (named && candidate.can_be_asked_about()) {
                found.push(candidate);
            }
        }
    }
    found.sort_by(|a, b| a.path.cmp(&b.path));
    found
}

fn is_retried(retry: &Retry, path: &RepoPath) -> Option<bool> {
    match retry {
        Retry::All => Some(false),
        Retry::Paths(named) => named.iter().any(|name| path.starts_with(name)).then_some(true),
    }
}
