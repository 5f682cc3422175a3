//! The binary: parse, run, write the bytes, return the code.

use std::io::{self, IsTerminal, Read, Write};
use std::process::ExitCode;

use hhgit::cli::{self, Surroundings, Terminal};
use hhgit::exit::Exit;
use hhgit::modes::talk::{Alone, Talk};

fn main() -> ExitCode {
    let terminal = Terminal {
        stdin: io::stdin().is_terminal(),
        stdout: io::stdout().is_terminal(),
        stderr: io::stderr().is_terminal(),
    };
    hhgit::git::release_locks_on_interrupt();
    let around = Surroundings::of_process(terminal);
    let answer = cli::run(std::env::args_os(), &around, &mut Person { terminal });
    let told = write(&mut io::stderr(), &answer.stderr);
    let said = write(&mut io::stdout(), &answer.stdout);
    let exit = if told.and(said).is_ok() { answer.exit } else { Exit::CouldNot };
    ExitCode::from(exit.code())
}

/// Writes all bytes; a reader that has gone away wanted no more, and that is no failure.
fn write(out: &mut dyn Write, bytes: &[u8]) -> io::Result<()> {
    match out.write_all(bytes).and_then(|()| out.flush()) {
        Err(error) if error.kind() == io::ErrorKind::BrokenPipe => Ok(()),
        result => result,
    }
}

/// The person at the terminal, if there is one.
struct Person {
    terminal: Terminal,
}

impl Talk for Person {
    fn agree(&mut self, question: &str) -> Option<bool> {
        if !(self.terminal.stdin && self.terminal.stderr) {
            return None;
        }
        write(&mut io::stderr(), format!("{question} [y/N] ").as_bytes()).ok()?;
        let mut line = String::new();
        io::stdin().read_line(&mut line).ok()?;
        Some(matches!(line.trim().to_ascii_lowercase().as_str(), "y" | "yes"))
    }

    fn pause(&mut self, tries: u32) {
        Alone.pause(tries);
    }

    fn input(&mut self) -> io::Result<Vec<u8>> {
        let mut bytes = Vec::new();
        io::stdin().read_to_end(&mut bytes).map(|_| bytes)
    }
}
