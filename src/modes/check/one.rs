//! One fabric directory of a commit, for whoever looks at many commits: what `hhgit check` of that commit finds in it.

use crate::fabric::layout::FabricDir;
use crate::options::CheckLevel;
use crate::path::RepoPath;
use crate::plan::source::Sorted;
use crate::report::replay::Tally;
use crate::snapshot::{Commit, Objects};
use crate::verdict::file::File;

use super::commit::Seen;
use super::{ModeError, Request, dirs, settle};

/// The fabric directories of a commit, of those named if any are.
pub(in crate::modes) fn dirs_of(
    reader: &dyn Objects,
    commit: &Commit,
    named: &[RepoPath],
) -> Result<Vec<FabricDir>, ModeError> {
    dirs::before(reader, commit.tree, named)
}

/// What is found in one fabric directory of a commit, and whether that holds for its tree whatever commit it is in.
pub(in crate::modes) fn tally(
    reader: &dyn Objects,
    request: &Request,
    level: CheckLevel,
    commit: &Commit,
    dir: &FabricDir,
) -> Result<(Tally, bool), ModeError> {
    let seen = Seen::of(reader, request, commit.clone(), std::slice::from_ref(dir))?;
    let mut report = seen.report(String::new(), seen.unquoted(reader, level));
    settle(&mut report, level);
    let mut tally = Tally { fabrics: 1, objects: seen.objects().len(), ..Tally::default() };
    for fabric in &report.fabrics {
        let counts = fabric.counts();
        (tally.managed, tally.unmanaged, tally.kept) = (counts.managed, counts.unmanaged, counts.kept);
        tally.changes = !fabric.edits.is_empty();
        tally.left_alone = usize::from(fabric.left_alone);
    }
    for finding in &report.findings {
        *tally.findings.entry((finding.code, finding.severity)).or_default() += 1;
    }
    // Only a valid document in raw/ may have been reverted: what its commit's history tells.
    let is_candidate = |file: &File| match file {
        File::Documents(documents) => documents.iter().any(|document| document.target.is_some()),
        File::Whole(_) => false,
    };
    let mut sources = seen.inventories.iter().flat_map(|inventory| &inventory.sources);
    let asks_history = sources.any(|source| matches!(&source.content, Sorted::Judged(file) if is_candidate(file)));
    Ok((tally, !asks_history))
}
