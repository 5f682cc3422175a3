//! `hhgit hook install` and `uninstall`: hooks into their places beside those that are there, and out of them without a trace.
//!
//! All is looked at before anything is changed. A hook that was there is kept under another name and runs first; uninstalling
//! gives it its name back, the very file.

use std::path::{Path, PathBuf};

use crate::git::Repo;
use crate::git::hook_files::{Whose, give_back_hook, is_same, is_there, keep_hook, read_hook, remove_hook};
use crate::modes::error::ModeError;
use crate::options::Common;
use crate::options::local_hooks::{Install, Side, Uninstall};
use crate::report::local_hooks::{Act, Placed, PlacedRow};

use super::local_error::{LocalError, kept};
use super::shims::{Author, Hook, author, goes_by_its_name, script};

/// Puts hooks into place.
pub fn install(common: &Common, options: &Install) -> Result<Placed, ModeError> {
    let repo = Repo::open(&common.directory)?;
    let side = options.side.unwrap_or(if repo.work_tree().is_some() { Side::Local } else { Side::Server });
    if side == Side::Local && !options.flags.is_empty() {
        return Err(LocalError::Flags.into());
    }
    let hooks = hooks(side, options.sync);
    let folder = folder(&repo, options.folder.as_deref(), true)?;
    let mut steps = Vec::new();
    for hook in hooks {
        let strict = (*hook == Hook::PreCommit && options.strict).then(|| "--strict".to_owned());
        let flags: Vec<String> = options.flags.iter().cloned().chain(strict).collect();
        let script = script(*hook, &options.program, &flags);
        let path = folder.join(hook.name());
        steps.push((*hook, to_install(&path, *hook, &script)?, path, script));
    }
    if !options.dry_run {
        for (_, act, path, script) in &steps {
            put(&repo, path, *act, script).map_err(|source| LocalError::Io { path: path.clone(), source })?;
        }
    }
    let rows = steps.iter().map(|(hook, act, ..)| PlacedRow { name: hook.name(), act: *act }).collect();
    Ok(Placed { folder, rows, dry_run: options.dry_run, notes: notes(side, options.sync) })
}

/// The hooks of a side. The server's own sync is only on demand: beside a bot it is not needed, and under a forge, whose database
/// a ref that moves by itself passes by, it must not be.
pub(super) fn hooks(side: Side, sync: bool) -> &'static [Hook] {
    match (side, sync) {
        (Side::Local, _) => &[Hook::PreCommit, Hook::PrePush],
        (Side::Server, false) => &[Hook::PreReceive],
        (Side::Server, true) => &[Hook::PreReceive, Hook::PostReceive],
    }
}

fn notes(side: Side, sync: bool) -> Vec<String> {
    let text: &[&str] = match (side, sync) {
        (Side::Local, _) => &["git commit --no-verify and git push --no-verify pass these hooks by, once."],
        (Side::Server, false) => &[
            "What a push is judged by is this repository's git config, from hhgit.policy on; nothing in a push changes it.",
            "Nothing sorts raw/ here yet: let a bot run hhgit sync, or, where no forge keeps this repository, add --sync \
             for a post-receive hook that sorts what was pushed.",
        ],
        (Side::Server, true) => &[
            "What a push is judged by is this repository's git config, from hhgit.policy on; nothing in a push changes it.",
        ],
    };
    text.iter().map(|text| (*text).to_owned()).collect()
}

/// The folder to write to: the one that is named, or the one git looks into if it is this repository's alone.
fn folder(repo: &Repo, named: Option<&Path>, writes: bool) -> Result<PathBuf, LocalError> {
    let found = repo.hook_folder();
    if named.is_none() && is_there(&found.path) && !found.path.is_dir() {
        return Err(LocalError::Off { folder: found.path });
    }
    match (named, found.whose) {
        (Some(named), _) => Ok(named.to_owned()),
        (None, Whose::Own) => Ok(found.path),
        (None, _) if !writes => Ok(found.path),
        (None, Whose::WorkTree) => Err(LocalError::WorkTree { folder: found.path }),
        (None, Whose::Elsewhere) => Err(LocalError::Elsewhere { folder: found.path }),
    }
}

fn to_install(path: &Path, hook: Hook, script: &[u8]) -> Result<Act, LocalError> {
    let read = read_hook(path).map_err(|source| LocalError::Io { path: path.to_owned(), source })?;
    let Some(file) = read else { return Ok(Act::Written) };
    match author(&file.bytes) {
        Author::Hhgit if file.bytes == script => Ok(Act::Unchanged),
        Author::Hhgit => Ok(Act::Renewed),
        Author::Edited => Err(LocalError::Edited { path: path.to_owned() }),
        Author::Other if is_there(&kept(path)) && !is_same(path, &kept(path)) => {
            Err(LocalError::Both { path: path.to_owned() })
        }
        Author::Other if goes_by_its_name(&file.bytes, hook.name(), file.target.as_deref()) => {
            Err(LocalError::ByName { path: path.to_owned(), name: hook.name() })
        }
        Author::Other => Ok(Act::Chained),
    }
}

fn put(repo: &Repo, path: &Path, act: Act, script: &[u8]) -> std::io::Result<()> {
    match act {
        Act::Chained if !is_there(&kept(path)) => keep_hook(path, &kept(path))?,
        Act::Chained | Act::Written | Act::Renewed => {}
        Act::Unchanged | Act::Removed | Act::GivenBack => return Ok(()),
    }
    repo.put_hook(path, script)
}

/// Takes hhgit's hooks out of their places again, and gives those their names back that were there before.
pub fn uninstall(common: &Common, options: &Uninstall) -> Result<Placed, ModeError> {
    let repo = Repo::open(&common.directory)?;
    let folder = folder(&repo, options.folder.as_deref(), false)?;
    let mut steps = Vec::new();
    for hook in Hook::ALL {
        let path = folder.join(hook.name());
        if let Some(act) = to_uninstall(&path)? {
            steps.push((hook, act, path));
        }
    }
    if !options.dry_run {
        for (_, act, path) in &steps {
            take(path, *act).map_err(|source| LocalError::Io { path: path.clone(), source })?;
        }
    }
    let rows: Vec<_> = steps.iter().map(|(hook, act, _)| PlacedRow { name: hook.name(), act: *act }).collect();
    let none = rows.is_empty().then(|| "There is no hook of hhgit's here.".to_owned());
    Ok(Placed { folder, rows, dry_run: options.dry_run, notes: none.into_iter().collect() })
}

fn to_uninstall(path: &Path) -> Result<Option<Act>, LocalError> {
    let kept = kept(path);
    let read = read_hook(path).map_err(|source| LocalError::Io { path: path.to_owned(), source })?;
    let whose = read.map(|file| author(&file.bytes));
    match (whose, is_there(&kept)) {
        (Some(Author::Edited), _) => Err(LocalError::Edited { path: path.to_owned() }),
        (Some(Author::Other), true) if !is_same(path, &kept) => Err(LocalError::Both { path: path.to_owned() }),
        (_, true) => Ok(Some(Act::GivenBack)),
        (Some(Author::Hhgit), false) => Ok(Some(Act::Removed)),
        (Some(Author::Other) | None, false) => Ok(None),
    }
}

fn take(path: &Path, act: Act) -> std::io::Result<()> {
    let kept = kept(path);
    match act {
        Act::GivenBack if is_same(path, &kept) => remove_hook(&kept),
        Act::GivenBack => give_back_hook(&kept, path),
        Act::Removed => remove_hook(path),
        Act::Written | Act::Chained | Act::Renewed | Act::Unchanged => Ok(()),
    }
}
