//! The commands that work on history rather than on one commit: one variant and one line each.

use clap::Subcommand;

use super::args::Global;
use super::{Answer, Failure, log, replay, undo, verify, why};
use crate::modes::talk::Talk;
use crate::options::Common;
use crate::render::Style;

/// What to do with history.
#[derive(Debug, Subcommand)]
pub enum History {
    /// Tell what was done to the fabrics, an object or a file, by whom and when
    Log(log::Log),
    /// Take a sync back: one new commit, with raw/, managed/ and unmanaged/ as they were before it
    Undo(undo::Undo),
    /// Say where each line of a file or an object comes from, and why the file is where it is
    Why(why::Why),
    /// Say what today's rules find in each commit of a history, with a table at the end
    Replay(replay::Replay),
    /// Make every sync of a history again, and say which commits are just what sync makes of their parents
    Verify(verify::Verify),
}

/// Runs one of them.
pub(super) fn run(
    asked: History,
    (global, common): (&Global, &Common),
    style: Style,
    talk: &mut dyn Talk,
) -> Result<Answer, Failure> {
    match asked {
        History::Log(args) => log::run(args, global, common, style),
        History::Replay(args) => replay::run(&args, (global, common), style, talk),
        History::Verify(args) => verify::run(&args, (global, common), style),
        History::Undo(args) => undo::run(args, (global, common), style, talk),
        History::Why(args) => why::run(args, (global, common), style),
    }
}
