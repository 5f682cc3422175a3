//! A server program for one test: on a free port of this machine alone, waited for by what it says, and gone with the value.
#![allow(unreachable_pub, clippy::unwrap_used, reason = "a module of one test; a test may unwrap")]

use std::io::{BufRead, BufReader};
use std::net::TcpListener;
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStderr, Command, Stdio};
use std::sync::{Arc, Mutex};

/// How often another port is tried, since somebody else may take one between its being found free and its being used.
const PORTS: usize = 5;

/// Why there is no server.
#[derive(Debug)]
pub enum Absent {
    /// This program is not on the machine.
    Program(&'static str),
}

/// A running server program.
pub struct Daemon {
    child: Child,
    port: u16,
    said: Arc<Mutex<Vec<String>>>,
}

impl Daemon {
    /// Starts a program that `command` gives for a port, and waits until it says `ready`.
    pub fn start(ready: &str, command: impl Fn(u16) -> Command) -> Self {
        let mut words = String::new();
        for _ in 0..PORTS {
            let port = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
            let mut child =
                command(port).stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::piped()).spawn().unwrap();
            let mut lines = BufReader::new(child.stderr.take().unwrap());
            let (is_ready, said) = wait(&mut lines, ready);
            let daemon = Self { child, port, said: Arc::new(Mutex::new(said)) };
            if is_ready {
                daemon.listen_to(lines);
                return daemon;
            }
            words = daemon.said();
        }
        panic!("the server never said {ready:?}, but:\n{words}");
    }

    /// The port it listens on.
    pub fn port(&self) -> u16 {
        self.port
    }

    /// All it has said so far.
    pub fn said(&self) -> String {
        self.said.lock().unwrap().join("\n")
    }

    /// Reads on, so that the program never waits for somebody to.
    fn listen_to(&self, lines: BufReader<ChildStderr>) {
        let said = Arc::clone(&self.said);
        std::thread::spawn(move || {
            for line in lines.split(b'\n').map_while(Result::ok) {
                said.lock().unwrap().push(String::from_utf8_lossy(&line).into_owned());
            }
        });
    }
}

impl Drop for Daemon {
    fn drop(&mut self) {
        drop(self.child.kill());
        drop(self.child.wait());
    }
}

/// Reads until a line holds `ready`, or the end.
fn wait(lines: &mut BufReader<ChildStderr>, ready: &str) -> (bool, Vec<String>) {
    let mut said = Vec::new();
    let mut line = Vec::new();
    while lines.read_until(b'\n', &mut line).unwrap_or(0) > 0 {
        said.push(String::from_utf8_lossy(&line).trim_end().to_owned());
        line.clear();
        if said.last().unwrap().contains(ready) {
            return (true, said);
        }
    }
    (false, said)
}

/// A command that dies with the thread that starts it, where the machine can see to that: also if a test is killed.
pub fn leashed(program: &Path) -> Command {
    match program_named("setpriv") {
        Ok(setpriv) => {
            let mut command = Command::new(setpriv);
            command.args(["--pdeathsig", "KILL"]).arg(program);
            command
        }
        Err(_) => Command::new(program),
    }
}

/// Where a program is: on PATH, or where Debian keeps those for administrators.
pub fn program_named(name: &'static str) -> Result<PathBuf, Absent> {
    let path = std::env::var_os("PATH").unwrap_or_default();
    let places = std::env::split_paths(&path).chain(["/usr/sbin".into(), "/usr/local/sbin".into(), "/sbin".into()]);
    places.map(|place| place.join(name)).find(|path| path.is_file()).ok_or(Absent::Program(name))
}

/// Whether the machine must have a program, by `HHGIT_REQUIRE`: names with commas between them.
pub fn is_required(name: &str) -> bool {
    std::env::var("HHGIT_REQUIRE").is_ok_and(|list| list.split(',').any(|required| required.trim() == name))
}
