//! A branch moved under its own lock, as git's file backend does it, with the comparison made where nothing can change.
//!
//! Why this is safe beside everybody else: whoever writes or removes `refs/heads/x` as a file holds `refs/heads/x.lock`,
//! `git pack-refs` included when it removes what it packed, and packed-refs is only ever replaced by one that says the
//! same of every ref whose lock is held. So what is read, afresh, under the lock stays true until the rename. A library
//! that remembers packed-refs from before the lock has a hole there; this file remembers nothing. packed-refs itself
//! is not written, so its lock, busy or not, plays no part. The lock stays empty: the value is put in place from a file
//! of its own, so that at no instant a lock of hhgit's could be taken for one of git's.

use std::fs::{File, OpenOptions};
use std::io::{self, Read, Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};

use super::commit::Signature;
use super::keep::{share, sync_dir};
use super::lock::{Lock, Turn};
use super::open::Repo;
use super::publish::{PublishError, Published, Reflog};
use super::refs::{BranchName, Target, Value, to_path};
use crate::ids::{CommitId, ObjectId};

/// A move that is wanted: from what to what.
pub(super) struct Move<'a> {
    pub(super) branch: &'a BranchName,
    pub(super) from: Option<CommitId>,
    pub(super) to: CommitId,
    pub(super) reflog: &'a Reflog,
}

/// Has an interrupt (Ctrl-C, a polite kill) remove the locks that this process holds, then end it as usual. The binary
/// calls this once, at its start; a library's user decides for itself.
pub fn release_locks_on_interrupt() {
    use gix::tempfile::signal::{handler::Mode, setup};
    setup(Mode::DeleteTempfilesOnTerminationAndRestoreDefaultBehaviour);
}

/// Moves the branch if it is where it must be. `locked` is called when the lock is held and nothing has been read yet.
pub(super) fn move_branch(repo: &Repo, wanted: &Move<'_>, locked: &dyn Fn()) -> Result<Published, PublishError> {
    let name = wanted.branch.as_str();
    if wanted.from.is_none() {
        refuse_conflicts(repo, wanted.branch)?;
    }
    let turn = Turn::take(repo)?;
    let path = repo.common_dir().join(to_path(name.as_bytes()));
    let lock = turn.lock(&path, &repo.common_dir().join("refs"))?;
    locked();
    match judge(repo, wanted)? {
        Some(outcome) => return Ok(outcome),
        None if wanted.from.is_none() => refuse_conflicts(repo, wanted.branch)?,
        None => {}
    }
    let head_leads_here =
        matches!(repo.head_target(repo.git_dir())?, Target::Ref(target, _) if target == name.as_bytes());
    let head = || turn.lock(&repo.git_dir().join("HEAD"), repo.git_dir());
    let head_lock = if head_leads_here { Some(head()?) } else { None };
    put(repo, &turn, wanted, &path, head_lock.as_ref())?;
    drop((head_lock, lock));
    Ok(Published::Published)
}

/// Writes the reflogs and the ref, whose lock is held.
fn put(repo: &Repo, turn: &Turn, wanted: &Move<'_>, path: &Path, head_lock: Option<&Lock>) -> Result<(), PublishError> {
    let name = wanted.branch.as_str();
    let io = |path: &Path| {
        let path = path.to_owned();
        move |source| PublishError::Io { path, source }
    };
    let mut value = turn.value(path).map_err(io(path))?;
    let written = value.with_mut(|file| {
        let file = file.as_file_mut();
        writeln!(file, "{}", wanted.to).and_then(|()| file.sync_all())
    });
    written.and_then(|written| written).map_err(io(path))?;
    let mut logs = vec![repo.common_dir().join("logs").join(to_path(name.as_bytes()))];
    logs.extend(head_lock.map(|_| repo.git_dir().join("logs/HEAD")));
    for log in logs {
        append_log(repo, &log, wanted).map_err(io(&log))?;
    }
    if let Err(failed) = value.persist(path) {
        // An empty folder may stand where a branch of that name was; anything else is an error.
        drop(gix::tempfile::remove_dir::empty_depth_first(path.to_owned()));
        failed.handle.persist(path).map_err(|failed| io(path)(failed.error))?;
    }
    // The branch is moved, whatever comes of this: who is told that it is not would look for what is there.
    drop(sync_dir(path.parent().unwrap_or(repo.common_dir())));
    Ok(())
}

/// What is to be answered without moving anything; none if the branch is where it must be.
pub(super) fn judge(repo: &Repo, wanted: &Move<'_>) -> Result<Option<Published>, PublishError> {
    let actual = match repo.read_ref(wanted.branch.as_str().as_bytes())? {
        None => None,
        Some(Value::Object(id)) => Some(CommitId::new(id)),
        Some(Value::Symbolic(target)) => {
            return Err(super::refs::RefError::Symbolic { branch: wanted.branch.clone(), target }.into());
        }
    };
    Ok(match (actual, wanted.from) {
        (Some(actual), _) if actual == wanted.to => Some(Published::AlreadyThere),
        (actual, from) if actual == from => None,
        (Some(actual), _) => Some(Published::Moved { actual }),
        (None, _) => Some(Published::Gone),
    })
}

/// Refuses a new branch whose name is a folder of branches, or lies below a branch.
fn refuse_conflicts(repo: &Repo, branch: &BranchName) -> Result<(), PublishError> {
    let name = branch.as_str();
    let conflict = |other: &[u8]| PublishError::Conflict { branch: branch.clone(), other: other.to_vec() };
    for (end, _) in name.match_indices('/').skip(2) {
        if repo.read_ref(&name.as_bytes()[..end])?.is_some() {
            return Err(conflict(&name.as_bytes()[..end]));
        }
    }
    let below = format!("{name}/");
    if let Some(file) = first_file(&repo.common_dir().join(to_path(name.as_bytes()))) {
        return Err(conflict(file.strip_prefix(repo.common_dir()).unwrap_or(&file).as_os_str().as_encoded_bytes()));
    }
    let lookup = |source: gix::Error| super::refs::RefError::Lookup { name: name.into(), source: Box::new(source) };
    if let Some(packed) = repo.gix.refs.open_packed_buffer().map_err(lookup)?
        && let Some(entry) = packed.iter_prefixed(below.as_str().into()).map_err(lookup)?.next()
    {
        return Err(conflict(entry.map_err(lookup)?.name.as_bstr()));
    }
    Ok(())
}

/// Some ref's file below this folder; locks are none.
fn first_file(dir: &Path) -> Option<PathBuf> {
    let mut paths: Vec<PathBuf> = std::fs::read_dir(dir).ok()?.filter_map(|entry| Some(entry.ok()?.path())).collect();
    paths.sort();
    paths.into_iter().find_map(|path| match path.is_dir() {
        true => first_file(&path),
        false => Some(path).filter(|path| path.extension() != Some("lock".as_ref())),
    })
}

/// Adds the move to a reflog where git would: where the log exists or `core.logAllRefUpdates` makes it.
fn append_log(repo: &Repo, log: &Path, wanted: &Move<'_>) -> io::Result<()> {
    let setting = repo.config("core.logAllRefUpdates");
    let creates = match setting.as_deref() {
        None => repo.work_tree().is_some(),
        Some(text) => text.eq_ignore_ascii_case("always") || repo.config_bool("core.logAllRefUpdates") == Some(true),
    };
    if log.is_dir() {
        gix::tempfile::remove_dir::empty_depth_first(log.to_owned()).map_err(io::Error::other)?;
    }
    let exists = log.exists();
    if !exists && !creates {
        return Ok(());
    }
    if let (false, Some(dir)) = (exists, log.parent()) {
        create_dirs(dir, repo.shared_permissions())?;
    }
    let mut file: File = OpenOptions::new().append(true).create(true).open(log)?;
    if !exists {
        share(log, repo.shared_permissions())?;
    }
    let none = ObjectId::null(repo.hash_kind());
    let from = wanted.from.map_or(none, CommitId::object);
    let mut line = log_line(from, wanted.to, &wanted.reflog.who, &wanted.reflog.message);
    let length = file.metadata()?.len();
    if !ends_whole(log, length) {
        line.insert(0, b'\n');
    }
    // Half a line would take the next one with it.
    file.write_all(&line).inspect_err(|_| drop(file.set_len(length)))
}

/// Whether a reflog of this length ends with a whole line, as one does that no loss of power has cut.
fn ends_whole(log: &Path, length: u64) -> bool {
    let mut last = [b'\n'];
    let read = |mut file: File| {
        file.seek(SeekFrom::Start(length.saturating_sub(1)))?;
        file.read(&mut last)
    };
    drop(File::open(log).and_then(read));
    last == [b'\n']
}

fn log_line(from: ObjectId, to: CommitId, who: &Signature, message: &str) -> Vec<u8> {
    let words: Vec<&str> = message.split_whitespace().collect();
    let tab = if words.is_empty() { "" } else { "\t" };
    format!("{from} {to} {}{tab}{}\n", who.line(), words.join(" ")).into_bytes()
}

fn create_dirs(dir: &Path, shared: i32) -> io::Result<()> {
    if dir.is_dir() {
        return Ok(());
    }
    if let Some(parent) = dir.parent() {
        create_dirs(parent, shared)?;
    }
    match std::fs::create_dir(dir) {
        Err(error) if error.kind() != io::ErrorKind::AlreadyExists => Err(error),
        _ => share(dir, shared),
    }
}
