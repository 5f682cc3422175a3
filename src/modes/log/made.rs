//! What kind of commit it is: a sync if it comes out the same when it is made again, whatever its message says.

use std::collections::BTreeSet;

use crate::fabric::changes::Change;
use crate::fabric::layout::{GITKEEP, HNP, MANAGED, MANIFEST, RAW, UNMANAGED};
use crate::git::Reader;
use crate::ids::ObjectId;
use crate::modes::ModeError;
use crate::modes::history::recompute::{Recompute, SyncOf, is_cut};
use crate::modes::history::trailers::{Claim, claim};
use crate::path::RepoPath;
use crate::report::log::Made;
use crate::snapshot::Commit;

use super::delta::Delta;

/// The commands whose commits a person asks for: nothing about them can be made again.
const ASKED: [&str; 4] = ["init", "import", "undo", "schedule"];
/// The words that a sync's subject begins with.
const SYNCS: [&str; 3] = ["sync", "repair", "sort"];
/// What every subject of hhgit's begins with.
const OWN: &str = "hhgit: ";

/// What kind of commit it is, and if it is a sync, the sync made again.
pub(super) fn made(
    (reader, recompute): (&Reader, &Recompute<'_>),
    commit: &Commit,
    deltas: &[Delta],
) -> Result<(Made, Option<Box<SyncOf>>), ModeError> {
    if commit.parents.len() > 1 {
        return Ok((Made::Merge, None));
    }
    let subject = subject(&commit.message);
    let word = subject.strip_prefix(OWN).and_then(|rest| rest.split(' ').next()).unwrap_or_default();
    if ASKED.contains(&word) {
        return Ok((Made::Asked { command: word.to_owned() }, None));
    }
    let (claim, says_so) = (claim(&commit.message), SYNCS.contains(&word));
    if claim.is_some() || says_so || may_be_sync(deltas) {
        match recompute.of(commit) {
            Ok(Some(sync)) => {
                let options = sync.asked.flags();
                return Ok((Made::Sync { options }, Some(Box::new(sync))));
            }
            Ok(None) => {}
            Err(error) if claim.is_some() || says_so => {
                let why = match is_cut(&error) {
                    true => "it takes history that this shallow clone does not have".to_owned(),
                    false => error.to_string(),
                };
                return Ok((Made::Unproven { why }, None));
            }
            // What cannot be planned was nobody's sync.
            Err(_) => {}
        }
    }
    let kind = match claim {
        Some(claim) if says_so => match elsewhere((reader, recompute), commit, &claim) {
            Some(why) => Made::Unproven { why },
            None => Made::Altered,
        },
        None if says_so => Made::Altered,
        _ if quotes_sync(&commit.message) => Made::Squashed,
        _ => Made::Hand,
    };
    Ok((kind, None))
}

/// The first line of a message.
pub(super) fn subject(message: &[u8]) -> String {
    String::from_utf8_lossy(message).lines().next().unwrap_or_default().trim_end().to_owned()
}

/// Whether a sync's subject or trailers stand somewhere in a message.
fn quotes_sync(message: &[u8]) -> bool {
    let text = String::from_utf8_lossy(message);
    let quoted = |line: &str| {
        let line = line.trim_start_matches(['*', '-', ' ']);
        let word = line.strip_prefix(OWN).and_then(|rest| rest.split(' ').next());
        line.starts_with("Hhgit-Input-Tree: ") || word.is_some_and(|word| SYNCS.contains(&word))
    };
    text.lines().any(quoted)
}

/// Why a claim cannot be judged here: another hhgit made it, or by rules that are not here.
fn elsewhere((reader, recompute): (&Reader, &Recompute<'_>), commit: &Commit, claimed: &Claim) -> Option<String> {
    let own = env!("CARGO_PKG_VERSION");
    if claimed.version != own {
        return Some(format!("hhgit {} made it, and this is {own}", claimed.version));
    }
    let asked = claimed.asked().unwrap_or_default();
    let parent = crate::snapshot::Objects::commit(reader, *commit.parents.first()?).ok()?;
    let again = recompute.sync(&parent, &asked).ok()?;
    let now = claim(again.planned.plan.message().as_bytes())?;
    (now.rulesets != claimed.rulesets).then(|| "it went by a ruleset that is not here".to_owned())
}

/// Whether a sync could have made such changes: something left raw/ or unmanaged/, or the structure was mended, and nothing
/// was put into raw/. What only edits managed/ is none, and most commits that people make are of that kind.
fn may_be_sync(deltas: &[Delta]) -> bool {
    let (raw, managed, unmanaged) = (RAW.as_bytes(), MANAGED.as_bytes(), UNMANAGED.as_bytes());
    let all = || deltas.iter().flat_map(|delta| &delta.changes);
    let top = |path: &RepoPath| path.components().next().unwrap_or_default().to_vec();
    let is_keep = |path: &RepoPath| path.file_name() == GITKEEP.as_bytes();
    if all().any(|(path, change)| change.new.is_some() && top(path) == raw && !is_keep(path)) {
        return false;
    }
    let came = || all().filter(|(_, change)| change.old.is_none());
    let contents: BTreeSet<ObjectId> = came().filter_map(|(_, change)| Some(change.new?.id)).collect();
    let parks = came().any(|(path, _)| top(path) == unmanaged);
    // What --repair takes out of managed/ is elsewhere then.
    let moves = |change: &Change| parks || change.old.is_some_and(|old| contents.contains(&old.id));
    all().any(|(path, change)| match (change.old, change.new) {
        (Some(_), None) => top(path) != managed || moves(change),
        (None, Some(_)) => is_keep(path) || is_manifest(path),
        _ => false,
    })
}

fn is_manifest(path: &RepoPath) -> bool {
    *path == RepoPath::root().child(HNP).child(MANIFEST)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_message_quotes_a_sync_by_its_subject_or_its_trailers() {
        for message in ["Wire up (#7)\n\n* hhgit: sync 2 objects into f\n", "x\n\nHhgit-Input-Tree: 1\n"] {
            assert!(quotes_sync(message.as_bytes()), "{message}");
        }
        assert!(!quotes_sync(b"Ask hhgit: sync again\n"));
        assert!(!quotes_sync(b"hhgit: synced\n"));
    }
}
