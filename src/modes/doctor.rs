//! `hhgit doctor`: what is found of a repository, its hooks, its settings and its branch, to what would go wrong; writes nothing.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use crate::doctor::facts::{Content, Fabric, Facts, Head, Hook, Hooks, Program, Repository};
use crate::doctor::{Diagnosis, judge};
use crate::exit::Exit;
use crate::fabric::inventory::leaves;
use crate::fabric::kinds::Kinds;
use crate::fabric::layout::{FabricDir, GITKEEP, MANAGED, RAW, SIDECAR, UNMANAGED, find, stays_in_raw};
use crate::fabric::survey::{Survey, survey};
use crate::files::read_start;
use crate::git::hook_files::{HookFile, Whose, read_hook};
use crate::git::{Head as At, OpenError, Reader, Repo, git_program, shown};
use crate::ids::CommitId;
use crate::options::Common;
use crate::path::RepoPath;
use crate::snapshot::Objects;
use crate::verdict::code::Severity;

use super::error::ModeError;
use super::hook::shims::{Author, BEFORE, author, calls, program};

/// The hooks that hhgit can be, `update` for servers that offer no other.
const HOOKS: [&str; 5] = ["pre-commit", "pre-push", "pre-receive", "update", "post-receive"];
/// How much of a file that people write is read.
const LARGEST: u64 = 1 << 20;
/// How many files are asked about for what a checkout makes of them.
const MOST: usize = 5_000;

/// Looks at the repository, and judges. `own` is the program that asks, by its full path.
pub fn doctor(common: &Common, own: &Path) -> Result<Diagnosis, ModeError> {
    let repository = match Repo::open(&common.directory) {
        // Where no repository is there is nothing to look at.
        Err(error @ (OpenError::NotFound { .. } | OpenError::NoDirectory { .. })) => return Err(error.into()),
        Err(error) => Err(words(&error)),
        Ok(repo) => match repo.odd_refs() {
            Err(error) => Err(words(&error)),
            Ok(()) => Ok(found(&repo, common, own)?),
        },
    };
    let place = match &repository {
        Ok(found) => found.dir.clone(),
        Err(_) => shown(&common.directory),
    };
    Ok(judge(&Facts { place, now: common.now.seconds, git: git_program(), repository }))
}

/// An error in one line, its causes before what is to be done.
fn words(error: &OpenError) -> String {
    let said = error.to_string();
    let cause = std::error::Error::source(error).map(ToString::to_string);
    match (said.rsplit_once("; "), cause) {
        (Some((what, mend)), Some(cause)) => format!("{what}: {cause}; {mend}"),
        _ => said,
    }
}

fn found(repo: &Repo, common: &Common, own: &Path) -> Result<Repository, ModeError> {
    let reader = Reader::new(repo);
    let time = |commit: CommitId| Some(reader.as_ref().ok()?.commit(commit).ok()?.committed.seconds);
    let found = repo.files_found();
    let content = match (&reader, repo.head()) {
        (Ok(reader), Ok(At::Branch { name, commit })) => {
            let branch = crate::path::quote(name.short().as_bytes());
            match content(repo, reader, common, branch, commit) {
                // What the command line asks for is not there.
                Err(error) if error.exit() == Exit::Usage => return Err(error),
                content => Some(content.map_err(|error| error.to_string())),
            }
        }
        (Err(error), Ok(At::Branch { .. })) => Some(Err(error.to_string())),
        _ => None,
    };
    let head: Head = repo.head_found(time);
    Ok(Repository { head, hooks: hooks(repo, own), server_files: server_files(repo), content, ..found })
}

fn content(
    repo: &Repo,
    reader: &Reader,
    common: &Common,
    branch: String,
    commit: CommitId,
) -> Result<Content, ModeError> {
    let tree = reader.commit(commit)?.tree;
    let dirs = find(reader, tree, &common.fabrics, &Kinds::builtin())?;
    let (mut fabrics, mut paths) = (Vec::new(), Vec::new());
    for dir in &dirs {
        let survey = survey(reader, dir)?;
        fabrics.push(fabric(reader, dir, &survey)?);
        let managed = survey.managed.map(|tree| leaves(reader, tree, &dir.path)).transpose()?.unwrap_or_default();
        let below = |folder: &'static str| move |path: &RepoPath| dir.path.child(folder).join_path(path);
        paths.extend(survey.raw.keys().map(below(RAW)).chain(managed.keys().map(below(MANAGED))).take(MOST));
    }
    paths.retain(|path| path.file_name() != GITKEEP.as_bytes());
    paths.truncate(MOST);
    let changed = repo.changed_on_checkout(commit, &paths).map_err(|error| error.to_string());
    Ok(Content { branch, fabrics, attributes: changed.map(|changed| first_of_each(&dirs, changed)) })
}

/// Of each folder of fabrics the first file that is changed: the folder, the file, and the attribute.
fn first_of_each(dirs: &[FabricDir], changed: Vec<(RepoPath, String)>) -> Vec<(String, String, String)> {
    let mut attributes: Vec<(String, String, String)> = Vec::new();
    for (path, attribute) in changed {
        let folder = dirs.iter().flat_map(|dir| [RAW, MANAGED].map(|folder| dir.path.child(folder)));
        let folder = folder.into_iter().find(|folder| path.starts_with(folder)).unwrap_or_default().to_string();
        if !attributes.iter().any(|(known, ..)| *known == folder) {
            attributes.push((folder, path.to_string(), attribute));
        }
    }
    attributes
}

fn fabric(reader: &Reader, dir: &FabricDir, survey: &Survey) -> Result<Fabric, ModeError> {
    let broken = survey.findings.iter().find(|finding| finding.severity == Severity::Error);
    let unmanaged = survey.unmanaged.map(|tree| leaves(reader, tree, &dir.path.child(UNMANAGED))).transpose()?;
    let is_document = |path: &&RepoPath| {
        let name = path.file_name();
        name != GITKEEP.as_bytes() && !name.ends_with(SIDECAR.as_bytes())
    };
    Ok(Fabric {
        path: dir.path.to_string(),
        broken: broken.map(|finding| (finding.code.to_string(), finding.message.clone())),
        waiting: survey.raw.iter().filter(|(path, _)| !stays_in_raw(path.file_name())).count(),
        unmanaged: unmanaged.unwrap_or_default().keys().filter(is_document).count(),
    })
}

fn hooks(repo: &Repo, own: &Path) -> Hooks {
    let folder = repo.hook_folder();
    let (mut files, mut unread) = (Vec::new(), Vec::new());
    for name in HOOKS {
        match hook(name, &folder.path, own) {
            Ok(hook) => files.extend(hook),
            Err(error) => unread.push((shown(&folder.path.join(name)), error.to_string())),
        }
    }
    let config = repo.work_tree().and_then(|root| read_start(&root.join(".pre-commit-config.yaml"), LARGEST).ok());
    Hooks {
        off: fs::symlink_metadata(&folder.path).is_ok() && !folder.path.is_dir(),
        own: folder.whose == Whose::Own,
        in_work_tree: folder.whose == Whose::WorkTree,
        folder: shown(&folder.path),
        files,
        unread,
        pre_commit: String::from_utf8_lossy(&config.unwrap_or_default()).contains("hhgit"),
    }
}

fn hook(name: &'static str, folder: &Path, own: &Path) -> io::Result<Option<Hook>> {
    let path = folder.join(name);
    let Some(HookFile { bytes, .. }) = read_hook(&path)? else { return Ok(None) };
    let before = folder.join(format!("{name}{BEFORE}"));
    let program = program(&bytes).map(|name| {
        let path = to_path(name);
        let state = if !is_executable(&path) {
            Program::Gone
        } else if is_same_program(&path, own) {
            Program::This
        } else {
            Program::Other
        };
        (shown(&path), state)
    });
    Ok(Some(Hook {
        name,
        file: shown(&path),
        calls: calls(&bytes) || author(&bytes) != Author::Other,
        edited: author(&bytes) == Author::Edited,
        executable: is_executable(&path),
        program,
        before_off: (before.exists() && !is_executable(&before)).then(|| shown(&before)),
    }))
}

/// Whether two paths are those of one program, by its file or, where it was copied, by its bytes: it is not run to be asked.
fn is_same_program(path: &Path, own: &Path) -> bool {
    if let (Ok(one), Ok(two)) = (path.canonicalize(), own.canonicalize())
        && one == two
    {
        return true;
    }
    let size = |path: &Path| fs::metadata(path).map(|data| data.len()).ok();
    size(path) == size(own) && matches!((fs::read(path), fs::read(own)), (Ok(one), Ok(two)) if one == two)
}

#[cfg(unix)]
fn to_path(bytes: Vec<u8>) -> PathBuf {
    PathBuf::from(<std::ffi::OsString as std::os::unix::ffi::OsStringExt>::from_vec(bytes))
}

#[cfg(not(unix))]
fn to_path(bytes: Vec<u8>) -> PathBuf {
    PathBuf::from(String::from_utf8_lossy(&bytes).into_owned())
}

#[cfg(unix)]
fn is_executable(path: &Path) -> bool {
    use std::os::unix::fs::PermissionsExt;
    fs::metadata(path).is_ok_and(|data| data.is_file() && data.permissions().mode() & 0o111 != 0)
}

#[cfg(not(unix))]
fn is_executable(path: &Path) -> bool {
    path.is_file()
}

/// The files of the server that its settings name.
fn server_files(repo: &Repo) -> Vec<(String, String, bool)> {
    let words = [("crds", ["builtin", "pushed"]), ("settings", ["defaults", "pushed"])];
    let named = words.into_iter().filter_map(|(name, words)| {
        let value = repo.server_config("hhgit", name).pop()?;
        let path = repo.common_dir().join(&value);
        let is_word = value.is_empty() || words.contains(&value.as_str());
        (!is_word).then(|| (format!("hhgit.{name}"), shown(&path), path.exists()))
    });
    named.collect()
}
