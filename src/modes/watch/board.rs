//! What a watch shows of itself to whoever asks from outside: its tallies, its last round, and whether it is alive.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use super::listen::Page;
use crate::render;
use crate::report::watch::Round;
use crate::report::watch_tally::Tally;

/// How long a watch that waits may give no sign before it counts as stuck; it gives one at every look at the branch.
const STILL: Duration = Duration::from_secs(60);
/// How long a round may take before it counts as stuck: longer than all the tries of a remote that answers slowly.
const LONG: Duration = Duration::from_secs(3 * 60 * 60);

/// The board, shared with the listener.
#[derive(Debug, Clone)]
pub(super) struct Board(Arc<Mutex<State>>);

#[derive(Debug)]
struct State {
    tally: Tally,
    last: Option<Round>,
    sign: Instant,
    in_round: bool,
}

impl Board {
    pub(super) fn new() -> Self {
        let state = State { tally: Tally::default(), last: None, sign: Instant::now(), in_round: false };
        Self(Arc::new(Mutex::new(state)))
    }

    /// A sign of life from a watch that waits.
    pub(super) fn waits(&self) {
        self.with(|state| (state.sign, state.in_round) = (Instant::now(), false));
    }

    /// A round begins.
    pub(super) fn begins(&self) {
        self.with(|state| (state.sign, state.in_round) = (Instant::now(), true));
    }

    /// A round is over.
    pub(super) fn counts(&self, round: &Round) {
        self.with(|state| {
            state.tally.add(round);
            (state.last, state.sign, state.in_round) = (Some(round.clone()), Instant::now(), false);
        });
    }

    /// The page at this path.
    pub(super) fn page(&self, path: &str) -> Option<Page> {
        let mut body = Vec::new();
        let (is_good, content_type) = match path {
            "/metrics" => {
                let tally = self.with(|state| state.tally.clone());
                (render::openmetrics::tally(&mut body, &tally).is_ok(), render::openmetrics::CONTENT_TYPE)
            }
            "/healthz" => {
                let (last, alive) = self.with(|state| (state.last.clone(), state.is_alive()));
                (render::watch::health(&mut body, last.as_ref()).is_ok() && alive, "application/json")
            }
            _ => return None,
        };
        Some(Page { is_good, content_type, body })
    }

    fn with<T>(&self, act: impl FnOnce(&mut State) -> T) -> T {
        act(&mut self.0.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

impl State {
    fn is_alive(&self) -> bool {
        self.sign.elapsed() < if self.in_round { LONG } else { STILL }
    }
}
