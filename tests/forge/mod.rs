//! A forge on this machine: a small HTTP server that answers as GitHub, GitLab and Gitea are published to, and fails as asked. No
//! forge itself is used anywhere in the tests.
#![allow(
    dead_code,
    unreachable_pub,
    clippy::unwrap_used,
    reason = "each test file uses its own part of this; a test may unwrap"
)]

mod answers;
mod backend;
pub mod wire;

use std::collections::VecDeque;
use std::io::Write;
use std::net::{TcpListener, TcpStream};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Condvar, Mutex, MutexGuard};
use std::time::Duration;

pub use hhgit::forge::Kind;
pub use wire::{Reply, Seen};

/// The token that the forge takes.
pub const TOKEN: &str = "t0ken-that-nobody-may-see";
/// The repository at the forge.
pub const NAME: &str = "acme/net";

/// A request at the forge.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Pull {
    pub number: u64,
    pub source: String,
    pub target: String,
    pub title: String,
    pub text: String,
    pub open: bool,
    /// Whether it comes from a fork.
    pub forked: bool,
}

/// What goes wrong with a request.
#[derive(Debug, Clone)]
pub enum Fault {
    /// Nothing is done, and this is the answer.
    Answer(Reply),
    /// Nothing is done and nothing answered; the client must give up by itself.
    Silence,
    /// Nothing is done, and the connection ends.
    Hangup,
    /// It is done, and the connection ends without an answer.
    DoneAndHangup,
    /// It is done, and the answer announces more bytes than come.
    CutShort,
    /// It is done once two such requests are waiting, so that two bots meet.
    Together,
}

/// What the forge holds and has seen.
pub struct State {
    pub kind: Kind,
    pub pulls: Vec<Pull>,
    pub seen: Vec<Seen>,
    faults: VecDeque<(&'static str, Fault)>,
    /// The repository whose branches it knows; without one, it takes every name for a branch.
    repo: Option<PathBuf>,
    waiting: usize,
    stopped: bool,
}

/// A forge that stops when it is dropped.
pub struct Forge {
    port: u16,
    shared: Arc<Shared>,
    server: Option<std::thread::JoinHandle<()>>,
}

struct Shared {
    state: Mutex<State>,
    changed: Condvar,
}

impl Forge {
    /// A forge of this kind on a free port.
    pub fn start(kind: Kind) -> Self {
        Self::with(kind, None)
    }

    /// A forge that knows the branches of a bare repository.
    pub fn around(kind: Kind, repo: &Path) -> Self {
        Self::with(kind, Some(repo.to_owned()))
    }

    fn with(kind: Kind, repo: Option<PathBuf>) -> Self {
        let listener = TcpListener::bind(("127.0.0.1", 0)).unwrap();
        let port = listener.local_addr().unwrap().port();
        let state = State {
            kind,
            pulls: Vec::new(),
            seen: Vec::new(),
            faults: VecDeque::new(),
            repo,
            waiting: 0,
            stopped: false,
        };
        let shared = Arc::new(Shared { state: Mutex::new(state), changed: Condvar::new() });
        let theirs = Arc::clone(&shared);
        let server = std::thread::spawn(move || {
            for stream in listener.incoming() {
                if theirs.state().stopped {
                    break;
                }
                let shared = Arc::clone(&theirs);
                std::thread::spawn(move || drop(stream.map(|stream| shared.serve(stream))));
            }
        });
        Self { port, shared, server: Some(server) }
    }

    /// `http://127.0.0.1:PORT`.
    pub fn server(&self) -> String {
        format!("http://127.0.0.1:{}", self.port)
    }

    /// Where its API begins.
    pub fn api(&self) -> String {
        let version = match self.state().kind {
            Kind::GitHub => "v3",
            Kind::GitLab => "v4",
            Kind::Gitea => "v1",
        };
        format!("{}/api/{version}", self.server())
    }

    /// What it holds and has seen.
    pub fn state(&self) -> MutexGuard<'_, State> {
        self.shared.state()
    }

    /// Lets the next request of this method go wrong; several are used up in turn.
    pub fn fail(&self, method: &'static str, fault: Fault) {
        self.state().faults.push_back((method, fault));
    }

    /// Whether it will leave a client waiting.
    pub fn is_silent(&self) -> bool {
        self.state().faults.iter().any(|(_, fault)| matches!(fault, Fault::Silence))
    }

    /// `METHOD STATUS` of all that was asked; a status of 0 for what was not answered.
    pub fn asked(&self) -> Vec<String> {
        self.state().seen.iter().map(|seen| format!("{} {}", seen.method, seen.status)).collect()
    }

    /// The requests that are open.
    pub fn open(&self) -> Vec<Pull> {
        let mut state = self.state();
        answers::tidy(&mut state);
        state.pulls.iter().filter(|pull| pull.open).cloned().collect()
    }

    /// A request that somebody else opened.
    pub fn seed(&self, source: &str, target: &str, forked: bool) {
        let mut state = self.state();
        let number = state.pulls.len() as u64 + 1;
        let (title, text) = ("theirs".to_owned(), "by hand".to_owned());
        let (source, target) = (source.to_owned(), target.to_owned());
        state.pulls.push(Pull { number, source, target, title, text, open: true, forked });
    }
}

impl Drop for Forge {
    fn drop(&mut self) {
        self.state().stopped = true;
        self.shared.changed.notify_all();
        // One more connection, so that the server looks up.
        drop(TcpStream::connect(("127.0.0.1", self.port)));
        drop(self.server.take().map(std::thread::JoinHandle::join));
    }
}

impl Shared {
    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(std::sync::PoisonError::into_inner)
    }

    fn serve(&self, mut stream: TcpStream) {
        let Some(mut seen) = wire::read(&stream) else { return };
        let fault = {
            let mut state = self.state();
            let found = state.faults.iter().position(|(method, _)| *method == seen.method);
            found.and_then(|index| state.faults.remove(index)).map(|(_, fault)| fault)
        };
        let reply = match fault {
            None => Some(answers::answer(&mut self.state(), &seen)),
            Some(Fault::Answer(reply)) => Some(reply),
            Some(Fault::Silence) => {
                self.state().seen.push(seen);
                drop(wire::until_closed(&stream));
                return;
            }
            Some(Fault::Hangup) => None,
            Some(Fault::DoneAndHangup) => {
                answers::answer(&mut self.state(), &seen);
                None
            }
            Some(Fault::CutShort) => {
                let mut reply = answers::answer(&mut self.state(), &seen);
                reply.headers.push(("Content-Length".to_owned(), (reply.body.len() + 1000).to_string()));
                Some(reply)
            }
            Some(Fault::Together) => Some(self.together(&seen)),
        };
        seen.status = reply.as_ref().map_or(0, |reply| reply.status);
        self.state().seen.push(seen);
        if let Some(reply) = reply {
            drop(stream.write_all(&reply.bytes()));
        }
    }

    /// Answers once two wait here, or once it is plain that no other comes.
    fn together(&self, seen: &Seen) -> Reply {
        let mut state = self.state();
        state.waiting += 1;
        self.changed.notify_all();
        let patience = Duration::from_secs(20);
        let (mut state, _) =
            self.changed.wait_timeout_while(state, patience, |state| state.waiting < 2 && !state.stopped).unwrap();
        answers::answer(&mut state, seen)
    }
}
