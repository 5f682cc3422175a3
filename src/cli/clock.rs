//! The commands that work by the clock: one variant and one line each.

use clap::Subcommand;

use super::args::Global;
use super::surroundings::Surroundings;
use super::{Answer, Failure, schedule, watch};
use crate::modes::talk::Talk;
use crate::options::Common;
use crate::render::Style;

/// What to do by the clock.
#[derive(Debug, Subcommand)]
pub enum Clock {
    /// Sync or check again and again, by the clock and as soon as the branch moves, until stopped
    Watch(Box<watch::Watch>),
    /// Set or show what is to be done by the clock
    #[command(subcommand)]
    Schedule(schedule::Schedule),
}

/// Runs one of them.
pub(super) fn run(
    asked: Clock,
    (global, common): (&Global, &Common),
    (style, around): (Style, &Surroundings),
    talk: &mut dyn Talk,
) -> Result<Answer, Failure> {
    match asked {
        Clock::Watch(args) => watch::run(*args, global, common, (style, around), talk),
        Clock::Schedule(asked) => schedule::run(asked, global, common, style, talk),
    }
}
