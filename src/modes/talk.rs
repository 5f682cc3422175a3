//! What a pipeline needs of whoever runs it: an answer to a question, a wait, standard input.

use std::io;
use std::time::Duration;

use crate::progress::Progress;

/// Whoever runs a pipeline.
pub trait Talk {
    /// Puts a question that a person must answer; nothing if nobody can be asked.
    fn agree(&mut self, question: &str) -> Option<bool>;

    /// Waits before the next try, after this many.
    fn pause(&mut self, tries: u32);

    /// Waits for this long, as a server has asked.
    fn wait(&mut self, length: Duration) {
        std::thread::sleep(length);
    }

    /// Told before a command that an interrupt may end in its middle, so that what it holds by then can be given back.
    fn may_be_interrupted(&mut self) {}

    /// Where work counts how far it is, for whoever shows it; asked once, before work that can be long.
    fn progress(&mut self) -> Progress {
        Progress::default()
    }

    /// Says a line at once, before the command's end.
    fn say(&mut self, _line: &[u8]) -> io::Result<()> {
        Err(io::Error::new(io::ErrorKind::Unsupported, "there is no standard output"))
    }

    /// All that standard input holds; whoever has none says so.
    fn input(&mut self) -> io::Result<Vec<u8>> {
        Err(io::Error::new(io::ErrorKind::Unsupported, "there is no standard input"))
    }
}

/// Nobody to ask, and a short wait of random length between tries, so that bots in a race come apart.
#[derive(Debug, Clone, Copy, Default)]
pub struct Alone;

impl Talk for Alone {
    fn agree(&mut self, _question: &str) -> Option<bool> {
        None
    }

    fn pause(&mut self, tries: u32) {
        std::thread::sleep(jitter(tries));
    }
}

/// How long to wait after this many tries: at random, and longer each time.
pub fn jitter(tries: u32) -> Duration {
    use std::hash::{BuildHasher, RandomState};
    const FIRST: u64 = 20;
    let most = FIRST << tries.min(6);
    Duration::from_millis(RandomState::new().hash_one(tries) % most)
}
