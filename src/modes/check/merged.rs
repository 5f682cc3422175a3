//! A merge against both its sides: the errors that neither had, those that come with the other side, and what leaves managed/.

use std::collections::BTreeSet;

use crate::finding::{Finding, ObjectRef};
use crate::options::CheckLevel;
use crate::path::RepoPath;
use crate::progress::Progress;
use crate::snapshot::{Commit, Objects};
use crate::verdict::code::{Code, Severity};

use super::commit::Seen;
use super::{ModeError, Request, dirs, level_of, request_at};

/// What is to be said of a merge.
#[derive(Debug, Clone, Default)]
pub struct Merged {
    /// The errors that neither side had.
    pub new: Vec<Finding>,
    /// How many errors come with the other side.
    pub brought: usize,
    /// The objects that leave managed/, with their fabric directories.
    pub removed: Vec<(RepoPath, ObjectRef)>,
}

/// Judges a merge of two commits as it would be after a sync, in all its fabric directories: a merge brings them all.
pub fn merged(
    reader: &dyn Objects,
    progress: &Progress,
    (ours, theirs): (&Commit, &Commit),
    merge: &Commit,
) -> Result<Merged, ModeError> {
    let level = CheckLevel::References;
    let request = Request { progress: progress.clone(), ..request_at(level) };
    let seen = |commit: &Commit| -> Result<Seen, ModeError> {
        Seen::of(reader, &request, commit.clone(), &dirs::before(reader, commit.tree, &[])?)
    };
    let (before, after) = (seen(ours)?, seen(merge)?);
    let errors = |seen: &Seen| {
        let mut errors = seen.findings(reader, level);
        errors.retain(|finding| finding.severity == Severity::Error && level_of(finding.code) <= level);
        errors
    };
    let had = errors(&before);
    let mut new = errors(&after);
    let known: BTreeSet<Said<'_>> = had.iter().flat_map(said).collect();
    new.retain(|finding| !said(finding).iter().any(|said| known.contains(said)));
    let all = new.len();
    if theirs.tree == merge.tree {
        new.clear();
    } else {
        let brought = errors(&seen(theirs)?);
        let brought: BTreeSet<Said<'_>> = brought.iter().flat_map(said).collect();
        new.retain(|finding| !said(finding).iter().any(|said| brought.contains(said)));
    }
    new.sort();
    new.dedup();
    let left = after.objects();
    let removed = before.objects().into_iter().filter(|(key, _)| !left.contains_key(key));
    let removed = removed.map(|((fabric, _), object)| (fabric, object)).collect();
    Ok(Merged { brought: all - new.len(), new, removed })
}

/// What tells an error from another: where it is, or whose it is, so that a file that moved takes its errors along.
type Said<'a> = (Code, Option<&'a RepoPath>, Option<&'a ObjectRef>, &'a str);

fn said(finding: &Finding) -> Vec<Said<'_>> {
    let Finding { code, path, object, message, .. } = finding;
    let by_path = (*code, Some(path), object.as_ref(), message.as_str());
    let by_object = object.as_ref().map(|object| (*code, None, Some(object), message.as_str()));
    [Some(by_path), by_object].into_iter().flatten().collect()
}
