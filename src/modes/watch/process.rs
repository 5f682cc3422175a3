//! The process itself as a watch's world: its signals, its clocks, its standard output through whoever runs it.

use std::collections::hash_map::RandomState;
use std::hash::BuildHasher;
use std::io::{self, Read};
use std::os::unix::net::UnixStream;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

use signal_hook::consts::{SIGHUP, SIGINT, SIGTERM};
use signal_hook::{flag, low_level::pipe};

use super::super::talk::Talk;
use super::world::{Call, World};
use crate::git;
use crate::snapshot::Time;

/// The first process of a container, or of a machine.
const FIRST_PROCESS: u32 = 1;

/// This process.
pub struct Process<'t> {
    talk: &'t mut dyn Talk,
    started: Instant,
    stop: Arc<AtomicBool>,
    reload: Arc<AtomicBool>,
    /// Rings at every signal, so that a wait ends at once.
    bell: UnixStream,
}

impl<'t> Process<'t> {
    /// Takes over the signals: SIGTERM and SIGINT ask to stop, and end the process at once when they come again; SIGHUP asks
    /// to read the settings again.
    pub fn new(talk: &'t mut dyn Talk) -> io::Result<Self> {
        let (stop, reload) = (Arc::new(AtomicBool::new(false)), Arc::new(AtomicBool::new(false)));
        let (bell, rope) = UnixStream::pair()?;
        for (signal, asked) in [(SIGTERM, &stop), (SIGINT, &stop), (SIGHUP, &reload)] {
            if signal != SIGHUP {
                flag::register_conditional_default(signal, Arc::clone(asked))?;
            }
            flag::register(signal, Arc::clone(asked))?;
            pipe::register(signal, rope.try_clone()?)?;
        }
        Ok(Self { talk, started: Instant::now(), stop, reload, bell })
    }

    fn called(&self) -> Option<Call> {
        if self.stop.load(Ordering::SeqCst) {
            return Some(Call::Stop);
        }
        self.reload.swap(false, Ordering::SeqCst).then_some(Call::Reload)
    }
}

impl World for Process<'_> {
    fn wall(&self) -> Time {
        let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
        Time { seconds: i64::try_from(since.as_secs()).unwrap_or(i64::MAX), offset: 0 }
    }

    fn elapsed(&self) -> Duration {
        self.started.elapsed()
    }

    fn wait_for_call(&mut self, at_most: Duration) -> Option<Call> {
        if let Some(call) = self.called() {
            return Some(call);
        }
        // A wait that ends too soon, or not at all because the bell is broken, is only a look too many.
        let is_set = !at_most.is_zero() && self.bell.set_read_timeout(Some(at_most)).is_ok();
        if is_set {
            drop(self.bell.read(&mut [0; 64]));
        }
        self.called()
    }

    fn chance(&mut self) -> f64 {
        let all = f64::from(u32::MAX);
        let some = u32::try_from(RandomState::new().hash_one(self.started.elapsed()) >> 32).unwrap_or_default();
        f64::from(some) / all
    }

    fn reap(&mut self) {
        if std::process::id() == FIRST_PROCESS {
            git::reap();
        }
    }
}

impl Talk for Process<'_> {
    fn agree(&mut self, _question: &str) -> Option<bool> {
        None
    }

    fn pause(&mut self, tries: u32) {
        self.talk.pause(tries);
    }

    fn wait(&mut self, length: Duration) {
        self.talk.wait(length);
    }

    fn say(&mut self, line: &[u8]) -> io::Result<()> {
        self.talk.say(line)
    }
}
