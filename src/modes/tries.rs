//! Trying until a branch stands still: how one try ended, and starting over when the branch moved under it.

use crate::git::BranchName;
use crate::report::Report;

use super::error::ModeError;
use super::talk::Talk;

/// How often is started over when the branch moves meanwhile.
pub(super) const TRIES: u32 = 10;

/// How one try ended.
pub(super) enum Done<T = Report> {
    /// It is over.
    Report(Box<T>),
    /// The branch moved; start over.
    Moved,
    /// The branch was deleted.
    Gone,
}

/// Tries until there is a report. `talk` is handed to each try, and waits between them.
pub(super) fn until_done<T>(
    branch: &BranchName,
    talk: &mut dyn Talk,
    mut once: impl FnMut(&mut dyn Talk) -> Result<Done<T>, ModeError>,
) -> Result<T, ModeError> {
    for tries in 1..=TRIES {
        match once(talk)? {
            Done::Report(report) => return Ok(*report),
            Done::Gone => return Err(ModeError::Gone { branch: branch.short().to_owned() }),
            Done::Moved if tries == TRIES => {}
            Done::Moved => talk.pause(tries),
        }
    }
    Err(ModeError::KeptMoving { branch: branch.short().to_owned(), tries: TRIES })
}
