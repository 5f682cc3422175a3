//! What a watch needs of the world around it: time, chance, signals, and somewhere to say its lines.

use std::time::Duration;

use super::super::talk::Talk;
use crate::snapshot::Time;

/// What somebody outside asks of a watch while it waits.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Call {
    /// To end.
    Stop,
    /// To read its settings again.
    Reload,
}

/// The world around a watch: the process itself, or a test's.
pub trait World: Talk {
    /// What the clock on the wall says. It may jump, so it is only ever shown.
    fn wall(&self) -> Time;

    /// How long the watch has run, by a clock that never jumps; all waiting goes by this one.
    fn elapsed(&self) -> Duration;

    /// Waits for so long, or until somebody calls.
    fn wait_for_call(&mut self, at_most: Duration) -> Option<Call>;

    /// A number by chance, from 0 to 1.
    fn chance(&mut self) -> f64;

    /// Clears up after children of children that nobody waits for. Between rounds there are no others.
    fn reap(&mut self) {}
}
