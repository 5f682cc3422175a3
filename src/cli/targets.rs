//! What `hhgit check` is to judge: files and standard input are read here, everything else is a name for git.

use std::collections::BTreeMap;
use std::ffi::{OsStr, OsString};
use std::io::{self, Read};
use std::path::Path;

use super::args::{self, CheckLevel};
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
    /// What was named do not go together.
    #[error("{0:?} is no file; name files, or one commit, or one range OLD..NEW")]
    Mixed(OsString),
}

/// Reads what is to be judged.
pub(super) fn check(args: &args::Check, directory: &Path) -> Result<options::Check, TargetError> {
    Ok(options::Check {
        target: target(&args.targets, directory)?,
        level: match args.level {
            CheckLevel::Syntax => options::CheckLevel::Syntax,
            CheckLevel::Identity => options::CheckLevel::Identity,
            CheckLevel::Schema => options::CheckLevel::Schema,
            CheckLevel::References => options::CheckLevel::References,
        },
        crds: args.crds.as_deref().map(|dir| folder(&directory.join(dir))).transpose()?.unwrap_or_default(),
        max_deletions: args.max_deletions,
    })
}

fn target(targets: &[OsString], directory: &Path) -> Result<Target, TargetError> {
    let is_file = |name: &OsString| name == "-" || directory.join(name).is_file();
    match targets {
        [] => Ok(Target::Commit(None)),
        [name] if !is_file(name) => {
            let name = name.to_string_lossy().into_owned();
            match name.split_once("..") {
                Some((old, new)) => Ok(Target::Range { old: or_head(old), new: or_head(new.trim_start_matches('.')) }),
                None => Ok(Target::Commit(Some(name))),
            }
        }
        files => {
            let mut read = BTreeMap::new();
            for name in files {
                if !is_file(name) {
                    return Err(TargetError::Mixed(name.clone()));
                }
                read.insert(RepoPath::shown(name.as_encoded_bytes()), bytes(name, directory)?);
            }
            Ok(Target::Loose(read))
        }
    }
}

fn or_head(name: &str) -> String {
    if name.is_empty() { "HEAD".to_owned() } else { name.to_owned() }
}

fn bytes(name: &OsStr, directory: &Path) -> Result<Vec<u8>, TargetError> {
    let failed = |source| TargetError::Read { name: name.to_string_lossy().into_owned(), source };
    if name != "-" {
        return std::fs::read(directory.join(name)).map_err(failed);
    }
    let mut bytes = Vec::new();
    io::stdin().read_to_end(&mut bytes).map_err(failed)?;
    Ok(bytes)
}

/// The YAML files of a folder, by their names.
fn folder(dir: &Path) -> Result<BTreeMap<RepoPath, Vec<u8>>, TargetError> {
    let failed = |source| TargetError::Read { name: dir.display().to_string(), source };
    let mut files = BTreeMap::new();
    for entry in std::fs::read_dir(dir).map_err(failed)? {
        let path = entry.map_err(failed)?.path();
        let name = path.file_name().unwrap_or_default().as_encoded_bytes().to_vec();
        if crate::fabric::layout::is_yaml_name(&name) && path.is_file() {
            files.insert(RepoPath::shown(path.as_os_str().as_encoded_bytes()), std::fs::read(&path).map_err(failed)?);
        }
    }
    Ok(files)
}
