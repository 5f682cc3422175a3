//! The line at the bottom of a terminal that says how far work is: drawn when work turns out long, gone before anything else.

use std::fmt;
use std::io::{self, Write};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, TryLockError};
use std::time::{Duration, Instant};

use crate::progress::{Progress, Seen};
use crate::render::progress::line;

/// How long work takes before anybody wants to know how far it is.
pub const PATIENCE: Duration = Duration::from_millis(500);
/// How often the line is drawn at most.
const PACE: Duration = Duration::from_millis(100);
/// How wide a terminal is that does not say.
const WIDTH: usize = 80;
/// To the line's start, and away with all that is on it.
const CLEAR: &str = "\r\x1b[K";

/// A terminal's last line. A copy is the same line.
#[derive(Clone)]
pub struct Screen(Arc<Mutex<Drawing>>);

/// What is on the line, and where it is drawn.
struct Drawing {
    out: Box<dyn Write + Send>,
    /// What was drawn last; none if nothing is there.
    drawn: Option<String>,
    /// The stage that was seen last, and when it was seen first.
    stage: Option<(u64, Duration)>,
    ended: bool,
}

impl fmt::Debug for Screen {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Screen").finish_non_exhaustive()
    }
}

impl Screen {
    /// A line that nothing is drawn on yet, at the end of what is written to a terminal.
    pub fn new(out: impl Write + Send + 'static) -> Self {
        Self(Arc::new(Mutex::new(Drawing { out: Box::new(out), drawn: None, stage: None, ended: false })))
    }

    /// Begins to draw how far it is, once it takes longer than `patience`; what it answers is to be counted on.
    pub fn start(&self, patience: Duration) -> Progress {
        let progress = Progress::watched();
        let (screen, watched, began) = (self.clone(), progress.clone(), Instant::now());
        let draw = move || {
            while screen.lock().tick(began.elapsed(), patience, watched.seen(), columns()) {
                std::thread::park_timeout(PACE);
            }
        };
        // Without a thread there is no line, and that is no reason not to work.
        let started = std::thread::Builder::new().name("progress".to_owned()).spawn(draw);
        started.map(|_| progress).unwrap_or_default()
    }

    /// Does something that writes to the terminal or asks there; the line is gone before it, and stays away meanwhile.
    pub fn hushed<T>(&self, act: impl FnOnce() -> T) -> T {
        let mut drawing = self.lock();
        drawing.clear();
        act()
    }

    /// Takes the line away, for good.
    pub fn end(&self) {
        self.lock().end();
    }

    /// The same for a thread that may be in the middle of drawing: then it does nothing.
    pub fn try_end(&self) {
        match self.0.try_lock() {
            Ok(mut drawing) => drawing.end(),
            Err(TryLockError::Poisoned(poisoned)) => poisoned.into_inner().end(),
            Err(TryLockError::WouldBlock) => {}
        }
    }

    fn lock(&self) -> MutexGuard<'_, Drawing> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Drawing {
    /// Draws what is seen at this moment, if it is another line than the last; false once there is nothing to draw any more.
    fn tick(&mut self, now: Duration, patience: Duration, seen: Option<Seen>, width: usize) -> bool {
        if self.ended {
            return false;
        }
        let Some(seen) = seen else {
            self.clear();
            return true;
        };
        let since = match self.stage {
            Some((number, since)) if number == seen.number => since,
            _ => self.stage.insert((seen.number, now)).1,
        };
        if now < patience {
            return true;
        }
        // The last column stays free: a terminal that is full to it may go to the next line.
        let text = line(&seen, now.saturating_sub(since), width.saturating_sub(1));
        if self.drawn.as_ref() != Some(&text) {
            self.put(&format!("\r{text}\x1b[K"));
            self.drawn = Some(text);
        }
        true
    }

    fn clear(&mut self) {
        if self.drawn.take().is_some() {
            self.put(CLEAR);
        }
    }

    fn end(&mut self) {
        self.clear();
        self.ended = true;
    }

    /// Writes all at once; a terminal that takes no more gets no more.
    fn put(&mut self, text: &str) {
        let written: io::Result<()> = self.out.write_all(text.as_bytes()).and_then(|()| self.out.flush());
        self.ended |= written.is_err();
    }
}

/// How wide the terminal is now.
fn columns() -> usize {
    terminal_size::terminal_size().map_or(WIDTH, |(width, _)| usize::from(width.0))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::progress::Stage;

    /// A terminal that keeps what is written to it.
    #[derive(Clone, Default)]
    struct Paper(Arc<Mutex<Vec<u8>>>);

    impl Write for Paper {
        fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
            self.0.lock().expect("no other test holds it").write(bytes)
        }

        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }

    impl Paper {
        fn take(&self) -> String {
            let bytes = std::mem::take(&mut *self.0.lock().expect("no other test holds it"));
            String::from_utf8(bytes).expect("text")
        }
    }

    /// What is written at each of these moments, in milliseconds, when so many of 1,000 files are read.
    fn drawn(screen: &Screen, paper: &Paper, moments: &[(u64, Option<u64>)]) -> Vec<String> {
        let tick = |(millis, done): &(u64, Option<u64>)| {
            let seen = done.map(|done| Seen { number: 1, stage: Stage::Files, done, total: 1_000, within: 0 });
            assert!(screen.lock().tick(Duration::from_millis(*millis), PATIENCE, seen, 80));
            paper.take()
        };
        moments.iter().map(tick).collect()
    }

    fn screen() -> (Screen, Paper) {
        let paper = Paper::default();
        (Screen::new(paper.clone()), paper)
    }

    #[test]
    fn nothing_is_drawn_of_work_that_is_short() {
        let (screen, paper) = screen();
        assert_eq!(drawn(&screen, &paper, &[(0, Some(0)), (100, Some(500)), (499, Some(900)), (600, None)]), [""; 4]);
        screen.end();
        assert_eq!(paper.take(), "");
    }

    #[test]
    fn a_line_is_drawn_over_the_last_one_and_gone_when_the_stage_is() {
        let (screen, paper) = screen();
        let seen =
            [(100, Some(0)), (600, Some(250)), (700, Some(250)), (1_100, Some(500)), (1_200, None), (1_300, None)];
        assert_eq!(
            drawn(&screen, &paper, &seen),
            [
                "",
                "\rReading 250 of 1,000 files, 500/s, 2 s left\x1b[K",
                "\rReading 250 of 1,000 files, 417/s, 2 s left\x1b[K",
                "\rReading 500 of 1,000 files, 500/s, 1 s left\x1b[K",
                "\r\x1b[K",
                "",
            ]
        );
    }

    #[test]
    fn the_line_is_gone_while_a_question_is_asked_and_comes_back_after_it() {
        let (screen, paper) = screen();
        assert_eq!(drawn(&screen, &paper, &[(500, Some(10))]), ["\rReading 10 of 1,000 files\x1b[K"]);
        assert_eq!(screen.hushed(|| paper.take()), "\r\x1b[K");
        assert_eq!(drawn(&screen, &paper, &[(600, Some(10))]), ["\rReading 10 of 1,000 files\x1b[K"]);
    }

    #[test]
    fn nothing_is_drawn_after_the_end() {
        let (screen, paper) = screen();
        drawn(&screen, &paper, &[(500, Some(10))]);
        screen.end();
        assert_eq!(paper.take(), "\r\x1b[K");
        let seen = Some(Seen { number: 1, stage: Stage::Files, done: 20, total: 1_000, within: 0 });
        assert!(!screen.lock().tick(Duration::from_secs(1), PATIENCE, seen, 80));
        screen.end();
        assert_eq!(paper.take(), "");
    }

    #[test]
    fn a_panic_that_comes_from_drawing_does_not_wait_for_it() {
        let (screen, paper) = screen();
        drawn(&screen, &paper, &[(500, Some(10))]);
        screen.hushed(|| screen.try_end());
        assert_eq!(paper.take(), "\r\x1b[K");
        screen.try_end();
        assert!(screen.lock().ended);
    }

    #[test]
    fn a_terminal_that_has_gone_away_ends_the_drawing_and_not_the_work() {
        let (reader, writer) = io::pipe().expect("a pipe");
        drop(reader);
        let screen = Screen::new(writer);
        let seen = Some(Seen { number: 1, stage: Stage::Files, done: 20, total: 1_000, within: 0 });
        assert!(screen.lock().tick(PATIENCE, PATIENCE, seen, 80));
        assert!(!screen.lock().tick(PATIENCE, PATIENCE, seen, 80));
    }

    #[test]
    fn the_thread_draws_what_is_counted() {
        let (mut reader, writer) = io::pipe().expect("a pipe");
        let screen = Screen::new(writer);
        let work = screen.start(Duration::ZERO).begin(Stage::Files, 1_000);
        work.add(250);
        let mut text = String::new();
        while !text.contains("250 of 1,000 files") {
            let mut bytes = [0; 64];
            let read = io::Read::read(&mut reader, &mut bytes).expect("the line is drawn");
            text.push_str(&String::from_utf8_lossy(&bytes[..read]));
        }
        assert!(text.starts_with("\rReading "), "{text:?}");
    }
}
