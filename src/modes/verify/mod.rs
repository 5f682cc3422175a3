//! `hhgit verify`: which commits are exactly what sync makes of their parents, told by making every sync again.

mod judge;
mod message;
mod proof;

use crate::git::commit::People;
use crate::git::{CommitMeta, Reader, Repo, Signature};
use crate::ids::CommitId;
use crate::options::Common;
use crate::options::verify::Verify;
use crate::path::printable;
use crate::progress::Stage;
use crate::report::verify::{self as report, Found, Verified, Word};
use crate::snapshot::{Commit, Objects, ReadError};

use super::check;
use super::error::ModeError;
use super::history::each::each;
use super::history::stretch::Stretch;
use judge::Judge;
pub(super) use proof::is_proven;

/// Says of each commit of a history that is a sync, or says so, whether it is just that.
pub fn verify(common: &Common, options: &Verify) -> Result<report::Verify, ModeError> {
    let repo = Repo::open(&common.directory)?;
    let reader = Reader::new(&repo)?;
    let stretch = Stretch::of(&repo, &reader, &options.commits)?;
    let judge = Judge::new(check::rules(&options.crds)?);
    let walked = stretch.walk(&reader)?;
    // Oldest first, so that what is known of a commit's parents serves it.
    let commits: Vec<&Commit> = walked.commits.iter().rev().collect();
    let work = common.progress.begin(Stage::Verify, commits.len());
    let mut found = each(&reader, &commits, (options.threads, &work), &|past, commit| judge.judge(past, commit));
    drop(work);
    let mut syncs = Vec::new();
    let all = walked.commits.len();
    for commit in walked.commits {
        let Some(found) = found.remove(&commit.id).flatten() else { continue };
        let found = if found.word == Word::Proven { shaped(&reader, &commit, found)? } else { found };
        let subject = String::from_utf8_lossy(&commit.message);
        let subject = printable(subject.lines().next().unwrap_or_default());
        syncs.push(Verified { commit: commit.id, time: commit.committed, subject, found });
    }
    let cut = !walked.cut.is_empty();
    let notes = cut.then(|| "History is cut off here; git fetch --unshallow brings the rest.".to_owned());
    let others = all - syncs.len();
    Ok(report::Verify { reference: stretch.name, commits: syncs, others, notes: notes.into_iter().collect() })
}

/// What a commit is whose tree and message are what sync makes of its only parent: by its dates and headers. Who it names
/// is an option, and so is a signature.
fn shaped(reader: &Reader, commit: &Commit, found: Found) -> Result<Found, ReadError> {
    let Some(parent) = commit.parents.first() else { return Ok(found) };
    let at = reader.commit(*parent)?.committed;
    let People { author, committer } = reader.people(commit.id)?;
    if author.time != at || committer.time != at {
        let why = "its tree and message are what sync makes; its dates are not its parent's committer date";
        return Ok(Found::plain(Word::Redated, why));
    }
    let role = |who: Signature| Signature { person: who.person, time: at };
    let (author, committer) = (role(author), role(committer));
    let parents: Vec<CommitId> = commit.parents.clone();
    if reader.is_made_as(commit, &CommitMeta { author, committer, sign: false, parents })? {
        return Ok(found);
    }
    let extra = reader.extra_headers(commit.id)?;
    let why = match extra.as_slice() {
        [] => "its tree and message are what sync makes, but its header is not written as git writes one".to_owned(),
        some => {
            format!(
                "its tree and message are what sync makes, but it has headers that no sync has: {}",
                some.join(", ")
            )
        }
    };
    Ok(Found::plain(Word::Altered, why))
}
