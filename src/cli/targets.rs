//! What `hhgit check` is to judge: files and standard input are read here, everything else is a name for git.

use std::collections::BTreeMap;
use std::ffi::{OsStr, OsString};
use std::io;
use std::path::Path;

use super::args::{self, CheckLevel};
use crate::fabric::settings::Settings;
use crate::modes::{self, settings::read_settings, talk::Talk};
use crate::options::commits::Commits;
use crate::options::{self, Target};
use crate::path::RepoPath;

/// Why a file cannot be judged.
#[derive(Debug, thiserror::Error)]
pub(super) enum TargetError {
    /// The file or folder cannot be read.
    #[error("{name} cannot be read")]
    Read {
        /// Its name.
        name: String,
        /// What the system said.
        #[source]
        source: io::Error,
    },
    /// The file of settings is neither a manifest nor a fab.yaml.
    #[error("{name} is neither a manifest ({message}) nor a fab.yaml")]
    Settings {
        /// Its name.
        name: String,
        /// What is wrong with it as a manifest.
        message: String,
    },
    /// What was named do not go together.
    #[error("{0:?} is no file; name files, or one commit, or one range OLD..NEW")]
    Mixed(OsString),
    /// The folder of CRDs holds no file that could be one.
    #[error("{0} holds no .yaml, .yml or .json file, so there is no CRD to judge by")]
    NoCrds(String),
    /// Three dots, by which git means the commit where the two parted.
    #[error(
        "{old}...{new} is no range here; to start where the two parted, write $(git merge-base {old} {new})..{new}"
    )]
    ThreeDots {
        /// One side.
        old: String,
        /// The other side.
        new: String,
    },
    /// A limit that holds between two commits, and only one or none was named.
    #[error("--max-deletions is about a range; name one as OLD..NEW")]
    NoRange,
}

impl TargetError {
    /// Whether the command line asks for what is not there or contradicts itself.
    pub(super) fn is_usage(&self) -> bool {
        match self {
            Self::Mixed(_) | Self::NoCrds(_) | Self::ThreeDots { .. } | Self::NoRange => true,
            Self::Read { source, .. } => source.kind() == io::ErrorKind::NotFound,
            Self::Settings { .. } => false,
        }
    }
}

/// Reads what is to be judged.
pub(super) fn check(args: &args::Check, directory: &Path, talk: &mut dyn Talk) -> Result<options::Check, TargetError> {
    let target = target(&args.targets, directory, talk)?;
    if args.max_deletions.is_some() && !matches!(target, Target::Range { .. }) {
        return Err(TargetError::NoRange);
    }
    Ok(options::Check {
        target,
        level: level(args.level),
        crds: crds(args.crds.as_deref(), directory)?,
        settings: args.settings.as_deref().map(|file| settings(file.as_os_str(), directory, talk)).transpose()?,
        max_deletions: args.max_deletions,
    })
}

/// How closely is to be looked.
pub(super) fn level(asked: CheckLevel) -> options::CheckLevel {
    match asked {
        CheckLevel::Syntax => options::CheckLevel::Syntax,
        CheckLevel::Identity => options::CheckLevel::Identity,
        CheckLevel::Schema => options::CheckLevel::Schema,
        CheckLevel::References => options::CheckLevel::References,
    }
}

/// The files of the folder of CRDs that is named.
pub(super) fn crds(named: Option<&Path>, directory: &Path) -> Result<BTreeMap<RepoPath, Vec<u8>>, TargetError> {
    Ok(named.map(|dir| folder(&directory.join(dir))).transpose()?.unwrap_or_default())
}

fn target(targets: &[OsString], directory: &Path, talk: &mut dyn Talk) -> Result<Target, TargetError> {
    let is_file = |name: &OsString| name == "-" || directory.join(name).is_file();
    match targets {
        [] => Ok(Target::Commit(None)),
        [name] if !is_file(name) => Ok(match commits(Some(&name.to_string_lossy()))? {
            Commits::Head => Target::Commit(None),
            Commits::UpTo(name) => Target::Commit(Some(name)),
            Commits::Between { old, new } => Target::Range { old, new },
        }),
        files => {
            let mut read = BTreeMap::new();
            for name in files {
                if !is_file(name) {
                    return Err(TargetError::Mixed(name.clone()));
                }
                read.insert(RepoPath::shown(name.as_encoded_bytes()), bytes(name, directory, talk)?);
            }
            Ok(Target::Loose(read))
        }
    }
}

/// The stretch of history that is named.
pub(super) fn commits(named: Option<&str>) -> Result<Commits, TargetError> {
    let Some(name) = named else { return Ok(Commits::Head) };
    match name.split_once("..") {
        Some((old, new)) if new.starts_with('.') => {
            Err(TargetError::ThreeDots { old: or_head(old), new: or_head(&new[1..]) })
        }
        Some((old, new)) => Ok(Commits::Between { old: or_head(old), new: or_head(new) }),
        None => Ok(Commits::UpTo(name.to_owned())),
    }
}

fn or_head(name: &str) -> String {
    if name.is_empty() { "HEAD".to_owned() } else { name.to_owned() }
}

fn bytes(name: &OsStr, directory: &Path, talk: &mut dyn Talk) -> Result<Vec<u8>, TargetError> {
    let failed = |source| TargetError::Read { name: name.to_string_lossy().into_owned(), source };
    if name != "-" {
        return std::fs::read(directory.join(name)).map_err(failed);
    }
    talk.input().map_err(failed)
}

/// The settings that a manifest or the installer's fab.yaml gives.
pub(super) fn settings(name: &OsStr, directory: &Path, talk: &mut dyn Talk) -> Result<Settings, TargetError> {
    let bytes = bytes(name, directory, talk)?;
    let refused = |message| TargetError::Settings { name: name.to_string_lossy().into_owned(), message };
    read_settings(&bytes, &RepoPath::shown(name.as_encoded_bytes())).map_err(refused)
}

/// The YAML files of a folder, by their names.
fn folder(dir: &Path) -> Result<BTreeMap<RepoPath, Vec<u8>>, TargetError> {
    let failed = |source| TargetError::Read { name: dir.display().to_string(), source };
    let files = modes::crds::folder(dir).map_err(failed)?;
    if files.is_empty() {
        return Err(TargetError::NoCrds(dir.display().to_string()));
    }
    Ok(files)
}
