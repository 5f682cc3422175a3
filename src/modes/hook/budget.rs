//! Work that has to end by a time and within some memory: in a thread of its own, which is left behind when either is used up.

use std::any::Any;
use std::io;
use std::sync::mpsc::{RecvTimeoutError, Sender, channel};
use std::sync::{Arc, Weak};
use std::thread;
use std::time::Duration;

use crate::options::hook::{MemoryBudget, TimeBudget};
use crate::path::printable;

/// The worker's stack: what is pushed may be nested as deep as the limits let it.
const STACK: usize = 64 << 20;
/// How often the memory is looked at: no work takes much more than its bound between two looks.
const LOOK: Duration = Duration::from_millis(10);

/// How work ended that brought nothing.
#[derive(Debug)]
pub(super) enum Stopped {
    /// It was not done in time. It still runs, until the process ends.
    Late(Duration),
    /// It held more memory than this many bytes. It still runs, until the process ends.
    Large(u64),
    /// It panicked, with these words.
    Panicked(String),
    /// It was not begun.
    NotBegun(io::Error),
}

/// What the one who waits is told.
enum Told<T> {
    Done(T),
    Large(u64),
}

/// Does the work and waits for it as long as it may take, and while it keeps within its memory.
pub(super) fn within<T: Send + 'static>(
    budget: TimeBudget,
    memory: MemoryBudget,
    work: impl FnOnce() -> T + Send + 'static,
) -> Result<T, Stopped> {
    let (done, wait) = channel();
    let alive = Arc::new(());
    if let MemoryBudget::Of(limit) = memory {
        watch(limit, Arc::downgrade(&alive), done.clone()).map_err(Stopped::NotBegun)?;
    }
    let work = move || {
        // Let go of as the work ends, in whatever way: then nobody watches and nobody can tell any more.
        let _alive = alive;
        // The receiver is gone when it is too late; the answer is then nobody's.
        drop(done.send(Told::Done(work())));
    };
    let worker = thread::Builder::new().name("judge".to_owned()).stack_size(STACK).spawn(work);
    let worker = worker.map_err(Stopped::NotBegun)?;
    let answer = match budget {
        TimeBudget::None => wait.recv().map_err(|_| RecvTimeoutError::Disconnected),
        TimeBudget::Of(limit) => wait.recv_timeout(limit),
    };
    match (answer, budget) {
        (Ok(Told::Done(answer)), _) => Ok(answer),
        (Ok(Told::Large(limit)), _) => Err(Stopped::Large(limit)),
        (Err(RecvTimeoutError::Timeout), TimeBudget::Of(limit)) => Err(Stopped::Late(limit)),
        (Err(_), _) => Err(Stopped::Panicked(worker.join().err().map_or_else(String::new, |panic| words(&*panic)))),
    }
}

/// Looks at this process' memory until the work is over, and tells if it is more than it may be.
fn watch<T: Send + 'static>(limit: u64, alive: Weak<()>, told: Sender<Told<T>>) -> io::Result<()> {
    let look = move || {
        while alive.strong_count() > 0 {
            match held() {
                None => return,
                Some(held) if held > limit => return drop(told.send(Told::Large(limit))),
                Some(_) => thread::sleep(LOOK),
            }
        }
    };
    thread::Builder::new().name("watch".to_owned()).spawn(look).map(drop)
}

/// How many bytes of memory are this process' own, files that are mapped aside; nothing where the system does not say.
fn held() -> Option<u64> {
    let status = std::fs::read_to_string("/proc/self/status").ok()?;
    let line = status.lines().find_map(|line| line.strip_prefix("RssAnon:"))?;
    let kibibytes: u64 = line.trim().strip_suffix("kB")?.trim().parse().ok()?;
    Some(kibibytes * 1024)
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
        assert!(matches!(within(TimeBudget::default(), MemoryBudget::default(), || 7), Ok(7)));
        assert!(matches!(within(TimeBudget::None, MemoryBudget::None, || 7), Ok(7)));
    }

    #[test]
    fn work_that_takes_too_long_is_left_behind() {
        let (end, wait) = channel::<()>();
        let limit = Duration::from_millis(5);
        assert!(
            matches!(within(TimeBudget::Of(limit), MemoryBudget::default(), move || wait.recv()), Err(Stopped::Late(told)) if told == limit)
        );
        drop(end);
    }

    #[test]
    #[cfg(target_os = "linux")]
    fn work_that_takes_too_much_memory_is_left_behind() {
        let (end, wait) = channel::<()>();
        let stopped = within(TimeBudget::None, MemoryBudget::Of(1), move || wait.recv());
        assert!(matches!(stopped, Err(Stopped::Large(1))));
        drop(end);
    }

    #[test]
    fn a_panic_is_an_answer_with_its_words_made_printable() {
        for budget in [TimeBudget::default(), TimeBudget::None] {
            let told = within(budget, MemoryBudget::default(), || -> u8 { panic!("no \u{1b}[2J {}", 1) });
            assert!(matches!(told, Err(Stopped::Panicked(words)) if words == "no \u{fffd}[2J 1"));
        }
    }

    #[test]
    fn work_may_nest_deeply() {
        fn depth(n: u32) -> u64 {
            let room = std::hint::black_box([u64::from(n); 64]);
            if n == 0 { 0 } else { 1 + depth(n - 1) + room[0] - u64::from(n) }
        }
        assert!(matches!(within(TimeBudget::None, MemoryBudget::None, || depth(20_000)), Ok(20_000)));
    }
}
