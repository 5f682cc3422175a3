//! What a person's hooks say of a change: all that is wrong with it, by the fabric's own manifest and CRDs.

use crate::git::Reader;
use crate::memory::store::Store;
use crate::modes::check::{Asked, Named, compare, request_at};
use crate::modes::error::ModeError;
use crate::options::{CheckLevel, Common};
use crate::report::Report;

/// Compares two commits, and remembers what was learned of the later one.
pub(super) fn compared(
    reader: &Reader,
    common: &Common,
    memory: &Store,
    before: Option<Named>,
    after: Named,
) -> Result<Report, ModeError> {
    let level = CheckLevel::References;
    let asked =
        Asked { common, request: &request_at(level), level, max_deletions: None, memory: Some(memory), of_same: false };
    let (report, learned) = compare(reader, &asked, before, after)?;
    // Without it the next look is slower, and has no less of an answer.
    drop(learned.keep(memory));
    Ok(report)
}
