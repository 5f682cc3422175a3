//! A branch that is checked out here, moved with its index and work tree by `git merge --ff-only`, local work untouched.
//!
//! Git compares and moves by itself here: a user who switches branches or resets this one in the instant between our look
//! and git's own is not seen. Git then fast-forwards what it finds, which loses no commit and no local change, and the
//! branch is read again to tell what came of it.

use std::path::Path;

use super::give_back::{HalfChanged, give_back};
use super::hooks::reference_transaction;
use super::lock::{Lock, Turn};
use super::open::Repo;
use super::publish::{PublishError, Published, outcome_of};
use super::ref_lock::{Move, judge};
use super::refs::to_path;
use super::run::{Git, no_hooks};
use super::sign::identify;
use super::worktree::look;
use super::write::Touch;
use crate::ids::TreeId;
use crate::path::RepoPath;

/// Moves the branch and the work tree, or refuses before anything moved.
pub(super) fn fast_forward(
    repo: &Repo,
    wanted: &Move<'_>,
    (tree, touches): (TreeId, &[(RepoPath, Touch)]),
) -> Result<Published, PublishError> {
    if let Some(outcome) = judge(repo, wanted)? {
        return Ok(outcome);
    }
    look(repo, touches)?;
    // Git checks everything out before it asks for the branch's lock; one that is busy is waited for here.
    drop(hold(repo, wanted)?);
    let hooks = only_hook(repo)?;
    let hooks_path = hooks.as_ref().map_or_else(no_hooks, |dir| dir.path().to_owned());
    let options = format!("branch.{}.mergeOptions", wanted.branch.short());
    let mut config = vec![
        ("core.hooksPath", hooks_path.as_os_str()),
        ("submodule.recurse", "false".as_ref()),
        ("merge.verifySignatures", "false".as_ref()),
        ("merge.autoStash", "false".as_ref()),
        ("rerere.enabled", "false".as_ref()),
    ];
    if !options.contains(['=', '\n']) {
        config.push((&options, "".as_ref()));
    }
    let message = wanted.reflog.message.split_whitespace().collect::<Vec<_>>().join(" ");
    let git = identify(Git::new(repo, "merge", &config), "COMMITTER", &wanted.reflog.who);
    let git = git.env("GIT_REFLOG_ACTION", if message.is_empty() { "hhgit".to_owned() } else { message });
    let git =
        git.args(["--ff-only", "--no-squash", "--no-autostash", "--no-verify-signatures", "--no-overwrite-ignore"]);
    let answer = git.args(["--no-stat", "--no-progress", "--quiet"]).arg(wanted.to.to_string()).apart().ask()?;
    let outcome = outcome_of(repo, wanted, answer.success, answer.words);
    match outcome {
        Err(PublishError::Refused { branch, words }) => Err(match take_back(repo, wanted, tree, touches) {
            Ok(()) => PublishError::Refused { branch, words },
            Err(half) => PublishError::HalfDone { branch, words, half },
        }),
        outcome => outcome,
    }
}

/// Holds the branch where it is, in this process' turn.
fn hold(repo: &Repo, wanted: &Move<'_>) -> Result<(Lock, Turn), PublishError> {
    let turn = Turn::take(repo)?;
    let path = repo.common_dir().join(to_path(wanted.branch.as_str().as_bytes()));
    Ok((turn.lock(&path, &repo.common_dir().join("refs"))?, turn))
}

/// Puts back what git checked out before it found that it cannot move the branch, because a hook refuses, a lock is busy or a
/// file cannot be written. What git had not touched stays as it is, local work included.
fn take_back(repo: &Repo, wanted: &Move<'_>, to: TreeId, touches: &[(RepoPath, Touch)]) -> Result<(), HalfChanged> {
    let held = hold(repo, wanted);
    if !matches!(judge(repo, wanted), Ok(None)) {
        return Ok(());
    }
    let before = wanted.from.map_or_else(|| TreeId::empty(repo.hash_kind()).to_string(), |from| from.to_string());
    let given = give_back(repo, &before, to, touches);
    drop(held);
    given
}

/// A directory that holds the reference-transaction hook alone, so that git runs that one and no other.
fn only_hook(repo: &Repo) -> Result<Option<tempfile::TempDir>, PublishError> {
    let Some(hook) = reference_transaction(repo) else { return Ok(None) };
    let failed = |source| PublishError::Io { path: std::env::temp_dir(), source };
    let dir = tempfile::Builder::new().prefix("hhgit-hooks-").tempdir().map_err(failed)?;
    call_through(&dir.path().join("reference-transaction"), &hook).map_err(failed)?;
    Ok(Some(dir))
}

/// Writes a hook that runs the real one under its own name, so that it finds what lies beside it.
fn call_through(path: &Path, hook: &Path) -> std::io::Result<()> {
    let mut script = b"#!/bin/sh\nexec '".to_vec();
    for byte in hook.as_os_str().as_encoded_bytes() {
        match byte {
            b'\'' => script.extend_from_slice(b"'\\''"),
            byte => script.push(*byte),
        }
    }
    script.extend_from_slice(b"' \"$@\"\n");
    std::fs::write(path, script)?;
    #[cfg(unix)]
    std::fs::set_permissions(path, std::os::unix::fs::PermissionsExt::from_mode(0o755))?;
    Ok(())
}
