//! Several repositories at once: threads that take one entry of the list after the other, and tell what came of each.

use std::num::NonZeroUsize;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::mpsc::{RecvTimeoutError, Sender, channel};
use std::thread::Builder;
use std::time::{Duration, Instant};

use super::error::FleetError;
use super::list::Entry;
use super::stop::Stop;
use super::{cores, one};
use crate::options::Common;
use crate::options::fleet::Fleet;
use crate::report::fleet::{Row, RowOutcome};

/// As much as a process' first thread has, which a sync alone would run in.
const STACK: usize = 8 << 20;
/// How often it is looked whether somebody asks to stop.
const LOOK: Duration = Duration::from_millis(100);

/// Who works on what.
pub(super) struct Crew<'a> {
    pub(super) common: &'a Common,
    pub(super) options: &'a Fleet,
    pub(super) entries: &'a [Entry],
    pub(super) jobs: NonZeroUsize,
}

/// What is heard of a crew at work.
pub(super) enum Heard {
    /// It was asked to stop, and finishes so many.
    Stop {
        /// How many are still worked on.
        under_way: usize,
    },
    /// An entry is done with.
    Row {
        /// Which of the entries.
        index: usize,
        /// What came of it.
        row: Box<Row>,
    },
}

impl Crew<'_> {
    /// Works until all is done or `stop` is asked; how many entries were begun, all of which are done with.
    pub(super) fn work(&self, stop: &Stop, hear: &mut dyn FnMut(Heard)) -> Result<usize, FleetError> {
        let next = AtomicUsize::new(0);
        std::thread::scope(|scope| {
            let (tell, told) = channel();
            let mut workers = 0;
            for number in 0..self.jobs.get() {
                let (tell, next) = (tell.clone(), &next);
                let thread = Builder::new().name(format!("fleet-{number}")).stack_size(STACK);
                match thread.spawn_scoped(scope, move || self.take_turns(next, stop, &tell)) {
                    Ok(_) => workers += 1,
                    Err(source) if workers == 0 => return Err(FleetError::Thread { source }),
                    // Fewer threads do the same work.
                    Err(_) => break,
                }
            }
            drop(tell);
            let (mut done, mut is_stopping) = (0, false);
            loop {
                match told.recv_timeout(LOOK) {
                    Ok((index, row)) => {
                        done += 1;
                        let row = Box::new(Row { number: done, total: self.entries.len(), ..row });
                        hear(Heard::Row { index, row });
                    }
                    Err(RecvTimeoutError::Timeout) => {}
                    Err(RecvTimeoutError::Disconnected) => return Ok(done),
                }
                if !is_stopping && stop.is_asked() {
                    is_stopping = true;
                    let begun = next.load(Ordering::SeqCst).min(self.entries.len());
                    hear(Heard::Stop { under_way: begun.saturating_sub(done) });
                }
            }
        })
    }

    fn take_turns(&self, next: &AtomicUsize, stop: &Stop, tell: &Sender<(usize, Row)>) {
        // Each reads by as many threads as are left to it, so that all together are no more than there are cores.
        let threads = NonZeroUsize::new(cores().get() / self.jobs).unwrap_or(NonZeroUsize::MIN);
        while !stop.is_asked() {
            let index = next.fetch_add(1, Ordering::SeqCst);
            let Some(entry) = self.entries.get(index) else { return };
            let begun = Instant::now();
            let mut row = one::work(self.common, self.options, entry, threads);
            // An interrupt at the terminal reaches the git programs under way as well. What failed by that is no failure; what took
            // too long failed by itself.
            let in_time = begun.elapsed() < self.options.remote.timeout;
            if stop.is_asked() && in_time && row.outcome == RowOutcome::Failed {
                row = one::work(self.common, self.options, entry, threads);
            }
            if tell.send((index, row)).is_err() {
                return;
            }
        }
    }
}
