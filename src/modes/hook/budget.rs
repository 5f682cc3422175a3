//! Work that has to end by a time: in a thread of its own, which is left behind when the time is up.

use std::any::Any;
use std::io;
use std::sync::mpsc::{RecvTimeoutError, channel};
use std::thread;
use std::time::Duration;

use crate::options::hook::TimeBudget;
use crate::path::printable;

/// The worker's stack: what is pushed may be nested as deep as the limits let it.
const STACK: usize = 64 << 20;

/// How work ended that brought nothing.
#[derive(Debug)]
pub(super) enum Stopped {
    /// It was not done in time. It still runs, until the process ends.
    Late(Duration),
    /// It panicked, with these words.
    Panicked(String),
    /// It was not begun.
    NotBegun(io::Error),
}

/// Does the work and waits for it as long as it may take.
pub(super) fn within<T: Send + 'static>(
    budget: TimeBudget,
    work: impl FnOnce() -> T + Send + 'static,
) -> Result<T, Stopped> {
    let (done, wait) = channel();
    let work = move || {
        // The receiver is gone when it is too late; the answer is then nobody's.
        drop(done.send(work()));
    };
    let worker = thread::Builder::new().name("judge".to_owned()).stack_size(STACK).spawn(work);
    let worker = worker.map_err(Stopped::NotBegun)?;
    let answer = match budget {
        TimeBudget::None => wait.recv().map_err(|_| RecvTimeoutError::Disconnected),
        TimeBudget::Of(limit) => wait.recv_timeout(limit),
    };
    match (answer, budget) {
        (Ok(answer), _) => Ok(answer),
        (Err(RecvTimeoutError::Timeout), TimeBudget::Of(limit)) => Err(Stopped::Late(limit)),
        (Err(_), _) => Err(Stopped::Panicked(worker.join().err().map_or_else(String::new, |panic| words(&*panic)))),
    }
}

fn words(panic: &(dyn Any + Send)) -> String {
    let text = panic.downcast_ref::<String>().map(String::as_str);
    printable(text.or_else(|| panic.downcast_ref::<&str>().copied()).unwrap_or("without a word"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn work_that_is_done_in_time_has_its_answer() {
        assert!(matches!(within(TimeBudget::default(), || 7), Ok(7)));
        assert!(matches!(within(TimeBudget::None, || 7), Ok(7)));
    }

    #[test]
    fn work_that_takes_too_long_is_left_behind() {
        let (end, wait) = channel::<()>();
        let limit = Duration::from_millis(5);
        assert!(
            matches!(within(TimeBudget::Of(limit), move || wait.recv()), Err(Stopped::Late(told)) if told == limit)
        );
        drop(end);
    }

    #[test]
    fn a_panic_is_an_answer_with_its_words_made_printable() {
        for budget in [TimeBudget::default(), TimeBudget::None] {
            let told = within(budget, || -> u8 { panic!("no \u{1b}[2J {}", 1) });
            assert!(matches!(told, Err(Stopped::Panicked(words)) if words == "no \u{fffd}[2J 1"));
        }
    }

    #[test]
    fn work_may_nest_deeply() {
        fn depth(n: u32) -> u64 {
            let room = std::hint::black_box([u64::from(n); 64]);
            if n == 0 { 0 } else { 1 + depth(n - 1) + room[0] - u64::from(n) }
        }
        assert!(matches!(within(TimeBudget::None, || depth(20_000)), Ok(20_000)));
    }
}
