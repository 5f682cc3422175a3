//! How far work is, as counters: those who work count, whoever shows it reads. It knows no clock and no terminal.

use std::fmt;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

/// What is being done.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Stage {
    /// The fabric directories are read and sorted, several at once; files are counted within it.
    Fabrics,
    /// The files of one are read and judged.
    Files,
    /// It is decided what becomes of all that was read.
    Plan,
    /// The objects of each fabric directory are held against each other.
    Rules,
    /// The commits of a history are judged.
    Judge,
    /// The syncs of a history are made again.
    Verify,
    /// New objects are written.
    Write,
    /// The branch is moved, and the work tree with it.
    Move,
}

/// Where those who work count, if anybody wants to know. A copy counts in the same place.
#[derive(Clone, Default)]
pub struct Progress {
    board: Option<Arc<Board>>,
    /// Whether a stage is on around it: then what begins here is none of its own.
    within: bool,
}

/// The counters of the stage that is on.
#[derive(Default)]
struct Board {
    stage: Mutex<(u64, Option<Stage>)>,
    done: AtomicU64,
    total: AtomicU64,
    within: AtomicU64,
}

/// How far work was when somebody looked.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Seen {
    /// Which stage of all that there were, from 1.
    pub number: u64,
    /// What is being done.
    pub stage: Stage,
    /// How much of it is done.
    pub done: u64,
    /// How much there is to do; 0 if that is not known.
    pub total: u64,
    /// How much was done of what is counted within the stage.
    pub within: u64,
}

/// A stage that is on until this is dropped.
#[derive(Debug)]
#[must_use = "a stage ends when this is dropped"]
pub struct Work(Progress);

impl Progress {
    /// Counters that somebody reads.
    pub fn watched() -> Self {
        Self { board: Some(Arc::default()), within: false }
    }

    /// Begins a stage with so much to do; 0 if that is not known.
    pub fn begin(&self, stage: Stage, total: usize) -> Work {
        if let Some(board) = self.board.as_ref().filter(|_| !self.within) {
            let mut current = board.stage.lock().unwrap_or_else(PoisonError::into_inner);
            board.done.store(0, Ordering::Relaxed);
            board.total.store(total as u64, Ordering::Relaxed);
            board.within.store(0, Ordering::Relaxed);
            *current = (current.0 + 1, Some(stage));
        }
        Work(self.clone())
    }

    /// A stage of which nothing can be counted.
    pub fn during<T>(&self, stage: Stage, act: impl FnOnce() -> T) -> T {
        let _work = self.begin(stage, 0);
        act()
    }

    /// How far the stage is that is on; none between stages, or if nobody wants to know.
    pub fn seen(&self) -> Option<Seen> {
        let board = self.board.as_ref()?;
        let current = board.stage.lock().unwrap_or_else(PoisonError::into_inner);
        let [done, total, within] =
            [&board.done, &board.total, &board.within].map(|counter| counter.load(Ordering::Relaxed));
        current.1.map(|stage| Seen { number: current.0, stage, done, total, within })
    }
}

impl Work {
    /// Counts what was done.
    pub fn add(&self, done: usize) {
        if let Some(board) = &self.0.board {
            let counter = if self.0.within { &board.within } else { &board.done };
            counter.fetch_add(done as u64, Ordering::Relaxed);
        }
    }

    /// Where the parts of this stage count what they do: it is added up beside the stage's own counter.
    pub fn within(&self) -> Progress {
        Progress { within: true, ..self.0.clone() }
    }
}

impl Drop for Work {
    fn drop(&mut self) {
        if let Some(board) = self.0.board.as_ref().filter(|_| !self.0.within) {
            board.stage.lock().unwrap_or_else(PoisonError::into_inner).1 = None;
        }
    }
}

impl fmt::Debug for Progress {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Progress").field(&self.seen()).finish()
    }
}

/// Two are the same if they count in the same place, or neither counts.
impl PartialEq for Progress {
    fn eq(&self, other: &Self) -> bool {
        match (&self.board, &other.board) {
            (Some(one), Some(other)) => Arc::ptr_eq(one, other),
            (one, other) => one.is_none() && other.is_none(),
        }
    }
}

impl Eq for Progress {}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_many_threads_count_is_seen_from_any_copy_until_the_stage_ends() {
        let progress = Progress::watched();
        assert_eq!(progress.seen(), None);
        let work = progress.clone().begin(Stage::Files, 4000);
        assert_eq!(progress.seen(), Some(Seen { number: 1, stage: Stage::Files, done: 0, total: 4000, within: 0 }));
        std::thread::scope(|scope| {
            for _ in 0..4 {
                scope.spawn(|| (0..500).for_each(|_| work.add(2)));
            }
        });
        assert_eq!(progress.seen(), Some(Seen { number: 1, stage: Stage::Files, done: 4000, total: 4000, within: 0 }));
        drop(work);
        assert_eq!(progress.seen(), None);
    }

    #[test]
    fn each_stage_counts_from_nothing() {
        let progress = Progress::watched();
        progress.begin(Stage::Files, 7).add(7);
        let work = progress.begin(Stage::Write, 0);
        assert_eq!(progress.seen(), Some(Seen { number: 2, stage: Stage::Write, done: 0, total: 0, within: 0 }));
        work.add(3);
        assert_eq!(progress.seen(), Some(Seen { number: 2, stage: Stage::Write, done: 3, total: 0, within: 0 }));
    }

    #[test]
    fn what_is_done_within_a_stage_is_added_up_beside_it() {
        let progress = Progress::watched();
        let fabrics = progress.begin(Stage::Fabrics, 2);
        fabrics.within().begin(Stage::Files, 30).add(30);
        fabrics.add(1);
        let files = fabrics.within().begin(Stage::Files, 50);
        files.add(12);
        let seen = Seen { number: 1, stage: Stage::Fabrics, done: 1, total: 2, within: 42 };
        assert_eq!(progress.seen(), Some(seen));
    }

    #[test]
    fn where_nobody_wants_to_know_nothing_is_counted() {
        let progress = Progress::default();
        let work = progress.begin(Stage::Files, 7);
        work.add(7);
        assert_eq!((progress.seen(), progress == Progress::default()), (None, true));
        assert!(progress != Progress::watched() && Progress::watched() != Progress::watched());
    }
}
