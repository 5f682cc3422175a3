//! Who a commit names and when: a sync's from its input commit, so that all machines make the same one; a person's from git.

use crate::git::commit::{Person, Signature};
use crate::git::{CommitMeta, Repo};
use crate::ids::CommitId;
use crate::options::{Identities, Identity};
use crate::snapshot::{Commit, Time};

use super::error::ModeError;

/// Who a sync commit names unless told otherwise.
const NAME: &str = "hhgit";
const EMAIL: &str = "hhgit@localhost";

/// What a sync commit says beside its tree and message: hhgit's name, and the input commit's committer date.
pub(super) fn of_sync(repo: &Repo, input: &Commit, env: &Identities, sign: bool) -> Result<CommitMeta, ModeError> {
    let role = |setting, env: &Identity| {
        let configured = configured(repo, setting)?;
        let fallback = configured.unwrap_or_else(|| Person::new(NAME, EMAIL));
        signature(env, &fallback, input.committed)
    };
    Ok(CommitMeta {
        author: role("hhgit.author", &env.author)?,
        committer: role("hhgit.committer", &env.committer)?,
        sign: sign || repo.config_bool("hhgit.sign").unwrap_or(false),
        parents: vec![input.id],
    })
}

/// What a commit says that a person asked for: git's own identity, and the clock.
pub(super) fn of_person(
    repo: &Repo,
    parent: Option<CommitId>,
    env: &Identities,
    now: Time,
) -> Result<CommitMeta, ModeError> {
    let fallback = || Person::new(NAME, EMAIL);
    let author = signature(&env.author, &repo.git_author().unwrap_or_else(fallback), now)?;
    let committer = signature(&env.committer, &repo.git_committer().unwrap_or_else(fallback), now)?;
    Ok(CommitMeta {
        author,
        committer,
        sign: repo.config_bool("hhgit.sign").unwrap_or(false),
        parents: parent.into_iter().collect(),
    })
}

fn configured(repo: &Repo, setting: &'static str) -> Result<Option<Person>, ModeError> {
    let Some(value) = repo.config(setting) else { return Ok(None) };
    match Person::parse(&value) {
        Some(person) => Ok(Some(person)),
        None => {
            Err(ModeError::Setting { setting, value, help: "write a name and an address: Name <name@example.org>" })
        }
    }
}

fn signature(env: &Identity, fallback: &Person, at: Time) -> Result<Signature, ModeError> {
    let name = env.name.as_deref().unwrap_or(&fallback.name);
    let email = env.email.as_deref().unwrap_or(&fallback.email);
    let time = match &env.date {
        None => at,
        Some(date) => crate::git::commit::parse_date(date).ok_or_else(|| ModeError::Setting {
            setting: "the date in GIT_AUTHOR_DATE or GIT_COMMITTER_DATE",
            value: date.clone(),
            help: "write it as git does: 2026-01-31T12:00:00+00:00, or seconds and zone: 1769860800 +0000",
        })?,
    };
    Ok(Signature { person: Person::new(name, email), time })
}
