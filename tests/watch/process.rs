//! A watch that runs for a test: its lines as they come, its signals, its end; killed if the test does not come so far.

use std::io::{BufRead, BufReader, Read};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, ExitStatus, Stdio};
use std::sync::mpsc::{Receiver, channel};
use std::time::{Duration, Instant};

use rustix::process::{Pid, Signal, kill_process};
use serde_json::Value;

use crate::support::hhgit_command;

/// How long a step may take on a machine that is busy with others.
pub(crate) const DEADLINE: Duration = Duration::from_secs(60);

/// A running watch.
pub(crate) struct Watch {
    child: Child,
    lines: Receiver<String>,
}

impl Watch {
    /// Starts a watch in this directory, with lines of JSON.
    pub(crate) fn start(dir: &Path, args: &[&str]) -> Self {
        let mut command = hhgit_command(dir);
        command.args(["watch", "--output", "json"]).args(args);
        Self::run(&mut command)
    }

    /// Starts this command, which is a watch in the end.
    pub(crate) fn run(command: &mut Command) -> Self {
        let mut child = command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
        let stdout = BufReader::new(child.stdout.take().unwrap());
        let (send, lines) = channel();
        std::thread::spawn(move || stdout.lines().map_while(Result::ok).try_for_each(|line| send.send(line).ok()));
        Self { child, lines }
    }

    pub(crate) fn id(&self) -> u32 {
        self.child.id()
    }

    /// The next line.
    pub(crate) fn line(&mut self) -> Value {
        match self.lines.recv_timeout(DEADLINE) {
            Ok(line) => serde_json::from_str(&line).unwrap_or_else(|_| panic!("no JSON: {line}")),
            Err(error) => panic!("no line came ({error}): {:?}, {}", self.child.try_wait(), self.words()),
        }
    }

    /// The next line of a round, which has this outcome.
    pub(crate) fn round(&mut self, outcome: &str) -> Value {
        let line = self.line();
        assert_eq!((line["event"].as_str(), line["outcome"].as_str()), (Some("round"), Some(outcome)), "{line}");
        line
    }

    /// The first line, which says that it has begun.
    pub(crate) fn started(&mut self) -> Value {
        let line = self.line();
        assert_eq!(line["event"], "started", "{line}");
        line
    }

    pub(crate) fn signal(&self, signal: Signal) {
        kill_process(Pid::from_child(&self.child), signal).unwrap();
    }

    /// Sends a signal again and again until the process has ended.
    pub(crate) fn insist(&mut self, signal: Signal) {
        let until = Instant::now() + DEADLINE;
        while self.child.try_wait().unwrap().is_none() {
            assert!(Instant::now() < until, "it did not end");
            self.signal(signal);
            std::thread::yield_now();
        }
    }

    /// Waits for its end: the lines that still came, how it ended, what it said on standard error.
    pub(crate) fn end(mut self) -> (Vec<Value>, ExitStatus, String) {
        let until = Instant::now() + DEADLINE;
        let mut lines = Vec::new();
        while let Ok(line) = self.lines.recv_timeout(until.saturating_duration_since(Instant::now())) {
            lines.push(serde_json::from_str(&line).unwrap());
        }
        assert!(Instant::now() < until, "it did not end");
        // Its standard output has ended, so it has, or is about to.
        let status = self.child.wait().unwrap();
        (lines, status, self.words())
    }

    /// Asks it to stop; it must end well, and say nothing but how many rounds there were.
    pub(crate) fn stop(self) -> u64 {
        self.signal(Signal::TERM);
        let (lines, status, words) = self.end();
        assert_eq!((status.code(), words.as_str()), (Some(0), ""), "{lines:?}");
        let last = lines.last().unwrap();
        assert_eq!(last["event"], "stopped", "{lines:?}");
        last["rounds"].as_u64().unwrap()
    }

    fn words(&mut self) -> String {
        let mut words = String::new();
        if self.child.try_wait().unwrap().is_some() {
            drop(self.child.stderr.take().map(|mut stderr| stderr.read_to_string(&mut words)));
        }
        words
    }
}

impl Drop for Watch {
    fn drop(&mut self) {
        drop(self.child.kill());
        drop(self.child.wait());
    }
}

/// A pipe with a name, through which a hook and a test meet.
pub(crate) fn fifo(path: PathBuf) -> PathBuf {
    assert!(Command::new("mkfifo").arg(&path).status().unwrap().success());
    path
}
