//! `hhgit hook pre-push`: a check of what is about to leave, branch by branch, against what the remote has.

use std::collections::BTreeSet;

use crate::git::{Reader, Repo};
use crate::ids::{CommitId, ObjectId, TreeId};
use crate::memory::store::Store;
use crate::modes::check::Named;
use crate::modes::error::ModeError;
use crate::options::Common;
use crate::options::local_hooks::PrePush;
use crate::path::printable;
use crate::plan::PlanError;
use crate::report::local_hooks::{Judged, Pushed};
use crate::snapshot::{Commit, Objects, ReadError};

use super::compared::compared;
use super::local_error::LocalError;

/// How many digits of a commit's id are shown.
const DIGITS: usize = 10;

/// One line of what git gives the hook: a ref that is to be made or moved. Deleted ones and those that are no branches are none.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Line {
    branch: String,
    local: CommitId,
    remote: Option<CommitId>,
}

/// Checks the branches that are about to be pushed. What is the same before and after is judged once.
pub fn pre_push(common: &Common, options: &PrePush) -> Result<Vec<Pushed>, ModeError> {
    let lines = lines(&options.lines)?;
    if lines.is_empty() {
        return Ok(Vec::new());
    }
    let repo = Repo::open(&common.directory)?;
    let reader = Reader::new(&repo)?;
    let (memory, mut pushed) = (repo.memory(), Vec::new());
    let mut seen: BTreeSet<(Option<TreeId>, TreeId)> = BTreeSet::new();
    for line in lines {
        let after = reader.commit(line.local)?;
        let before = before(&repo, &reader, &line, options.remote.as_deref())?;
        let trees = (before.as_ref().map(|commit| commit.tree), after.tree);
        if trees.0 == Some(trees.1) || !seen.insert(trees) {
            continue;
        }
        let range = range(before.as_ref(), &after);
        if let Some(judged) = judged(&reader, common, &memory, before, after)? {
            pushed.push(Pushed { branch: printable(&line.branch), range, judged });
        }
    }
    Ok(pushed)
}

fn judged(
    reader: &Reader,
    common: &Common,
    memory: &Store,
    before: Option<Commit>,
    after: Commit,
) -> Result<Option<Judged>, ModeError> {
    let before = before.map(|commit| Named { commit, name: "what the remote has" });
    match compared(reader, common, memory, before, Named { commit: after, name: "what is pushed" }) {
        Ok(report) => Ok(Some(Judged::Report(Box::new(report)))),
        Err(ModeError::NoFabric { .. }) => Ok(None),
        // Whoever receives it has the history, and judges for itself.
        Err(ModeError::Plan(PlanError::Shallow { path, .. })) => Ok(Some(Judged::Shallow(path))),
        Err(error) => Err(error),
    }
}

/// What the remote has: the branch's commit if it is here, else the latest of this history that was fetched from there.
fn before(repo: &Repo, reader: &Reader, line: &Line, remote: Option<&str>) -> Result<Option<Commit>, ModeError> {
    match line.remote.map(|id| reader.commit(id)) {
        Some(Ok(commit)) => return Ok(Some(commit)),
        None | Some(Err(ReadError::Missing { .. })) => {}
        Some(Err(error)) => return Err(error.into()),
    }
    let Some(remote) = remote else { return Ok(None) };
    let known = repo.known_to_remote(line.local, remote)?;
    Ok(known.map(|id| reader.commit(id)).transpose()?)
}

fn range(before: Option<&Commit>, after: &Commit) -> String {
    let short = |commit: &Commit| commit.id.to_string().chars().take(DIGITS).collect::<String>();
    match before {
        Some(before) => format!("{}..{}", short(before), short(after)),
        None => short(after),
    }
}

/// The branches among git's lines: `<local ref> <local id> <remote ref> <remote id>`, where a local ref may hold spaces.
fn lines(bytes: &[u8]) -> Result<Vec<Line>, LocalError> {
    let text = String::from_utf8_lossy(bytes);
    let mut found = Vec::new();
    for line in text.lines().filter(|line| !line.is_empty()) {
        let refuse = || LocalError::Line { line: printable(line) };
        let mut words = line.rsplitn(4, ' ');
        let (Some(old), Some(name), Some(new), Some(_)) = (words.next(), words.next(), words.next(), words.next())
        else {
            return Err(refuse());
        };
        let id = |hex: &str| ObjectId::from_hex(hex.as_bytes()).map_err(|_| refuse());
        let commit = |id: ObjectId| (!id.is_null()).then(|| CommitId::new(id));
        let (local, remote) = (commit(id(new)?), commit(id(old)?));
        if let (Some(branch), Some(local)) = (name.strip_prefix("refs/heads/"), local) {
            found.push(Line { branch: branch.to_owned(), local, remote });
        }
    }
    Ok(found)
}

#[cfg(test)]
mod tests {
    use super::*;

    const A: &str = "1111111111111111111111111111111111111111";
    const B: &str = "2222222222222222222222222222222222222222";
    const NONE: &str = "0000000000000000000000000000000000000000";

    #[test]
    fn branches_are_taken_and_deleted_ones_tags_and_notes_are_not() {
        let text = format!(
            "refs/heads/main {A} refs/heads/main {B}\nHEAD@{{1 day ago}} {A} refs/heads/new {NONE}\n(delete) {NONE} \
             refs/heads/gone {B}\nrefs/tags/v1 {A} refs/tags/v1 {NONE}\nrefs/notes/x {A} refs/notes/x {NONE}\n"
        );
        let id = |hex: &str| CommitId::new(ObjectId::from_hex(hex.as_bytes()).unwrap());
        let line = |branch: &str, remote| Line { branch: branch.to_owned(), local: id(A), remote };
        let found = lines(text.as_bytes()).unwrap();
        assert_eq!(found, [line("main", Some(id(B))), line("new", None)]);
    }

    #[test]
    fn what_git_does_not_write_is_refused_and_shown_safely() {
        for bad in ["x", "a b c d", "refs/heads/x 12 refs/heads/x 34", "\u{1b}[2J"] {
            let said = lines(bad.as_bytes()).expect_err("no line of git's").to_string();
            assert!(!said.contains('\u{1b}'), "{said}");
        }
    }
}
