//! What kind of commit it is: a sync if it comes out the same when it is made again, whatever its message says.

use crate::fabric::layout::LayoutError;
use crate::git::Reader;
use crate::modes::ModeError;
use crate::modes::history::recompute::{Recompute, SyncOf, is_cut};
use crate::modes::history::trailers::{Claim, claim};
use crate::plan::PlanError;
use crate::report::log::Made;
use crate::snapshot::Commit;

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
) -> Result<(Made, Option<Box<SyncOf>>), ModeError> {
    if commit.parents.len() > 1 {
        return Ok((Made::Merge, None));
    }
    let subject = subject(&commit.message);
    let word = subject.strip_prefix(OWN).and_then(|rest| rest.split(' ').next()).unwrap_or_default();
    let (claim, says_so) = (claim(&commit.message), SYNCS.contains(&word));
    match recompute.of(commit) {
        Ok(Some(sync)) => {
            let options = sync.asked.flags();
            return Ok((Made::Sync { options }, Some(Box::new(sync))));
        }
        Ok(None) => {}
        Err(error) if claim.is_some() || says_so => {
            return Ok((Made::Unproven { why: why(&error) }, None));
        }
        Err(error) if is_unreadable(&error) => return Err(error),
        // What cannot be planned was nobody's sync.
        Err(_) => {}
    }
    let kind = match claim {
        _ if ASKED.contains(&word) => Made::Asked { command: word.to_owned() },
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

/// Why a sync could not be made again, in one line.
fn why(error: &ModeError) -> String {
    if is_cut(error) {
        return "it takes history that this shallow clone does not have".to_owned();
    }
    let mut text = error.to_string();
    let mut source = std::error::Error::source(error);
    while let Some(cause) = source {
        text.push_str(&format!(": {cause}"));
        source = cause.source();
    }
    text
}

/// Whether an object is not here, or damaged.
fn is_unreadable(error: &ModeError) -> bool {
    matches!(
        error,
        ModeError::Read(_)
            | ModeError::Layout(LayoutError::Read(_))
            | ModeError::Plan(PlanError::Read { .. } | PlanError::History(_) | PlanError::Layout(LayoutError::Read(_)))
    )
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
