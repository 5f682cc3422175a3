//! The commands that work on history rather than on one commit: one variant and one line each.

use clap::Subcommand;

use super::args::Global;
use super::{Answer, Failure, undo};
use crate::modes::talk::Talk;
use crate::options::Common;
use crate::render::Style;

/// What to do with history.
#[derive(Debug, Subcommand)]
pub enum History {
    /// Take a sync back: one new commit, with raw/, managed/ and unmanaged/ as they were before it
    Undo(undo::Undo),
}

/// Runs one of them.
pub(super) fn run(
    asked: History,
    (global, common): (&Global, &Common),
    style: Style,
    talk: &mut dyn Talk,
) -> Result<Answer, Failure> {
    match asked {
        History::Undo(args) => undo::run(args, (global, common), style, talk),
    }
}
