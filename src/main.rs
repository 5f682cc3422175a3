//! The binary: parse, run, write the bytes, return the code.

use std::io::{self, IsTerminal, Read, Write};
use std::process::ExitCode;

use hhgit::cli::progress::{PATIENCE, Screen};
use hhgit::cli::{self, Surroundings, Terminal};
use hhgit::exit::Exit;
use hhgit::modes::talk::{Alone, Talk};
use hhgit::progress::Progress;
use hhgit::render::sanitize;

/// Sorting asks for millions of small pieces of memory on two threads and more, which is what this allocator is made for.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> ExitCode {
    let terminal = Terminal {
        stdin: io::stdin().is_terminal(),
        stdout: io::stdout().is_terminal(),
        stderr: io::stderr().is_terminal(),
    };
    let screen = Screen::new(io::stderr());
    let line = screen.clone();
    std::panic::set_hook(Box::new(move |panic| {
        line.try_end();
        drop(write(&mut io::stderr(), defect(panic).as_bytes()));
    }));
    let around = Surroundings::of_process(terminal);
    let draws = terminal.stderr && !around.dumb;
    let answer = cli::run(std::env::args_os(), &around, &mut Person { terminal, draws, screen: screen.clone() });
    screen.end();
    let told = write(&mut io::stderr(), &answer.stderr);
    let said = write(&mut io::stdout(), &answer.stdout);
    if let Err(error) = &said {
        let words = format!("error: the answer cannot be written: {error}; what was done before that is done\n");
        drop(write(&mut io::stderr(), words.as_bytes()));
    }
    let exit = if told.and(said).is_ok() { answer.exit } else { Exit::CouldNot };
    ExitCode::from(exit.code())
}

/// What is said of a panic: in one line that can steer no terminal, for it may stand in somebody's answer to a push.
fn defect(panic: &std::panic::PanicHookInfo<'_>) -> String {
    let place = panic.location().map(ToString::to_string).unwrap_or_default();
    let payload = panic.payload();
    let words = payload.downcast_ref::<String>().map(String::as_str).or(payload.downcast_ref::<&str>().copied());
    let words = words.unwrap_or("no reason was given");
    format!("hhgit: this is a defect of hhgit, please report it: {} ({place})\n", sanitize(words))
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
    /// Whether a line can be drawn over.
    draws: bool,
    screen: Screen,
}

impl Talk for Person {
    fn agree(&mut self, question: &str) -> Option<bool> {
        if !(self.terminal.stdin && self.terminal.stderr) {
            return None;
        }
        self.screen.hushed(|| {
            write(&mut io::stderr(), format!("{question} [y/N] ").as_bytes()).ok()?;
            let mut line = String::new();
            io::stdin().read_line(&mut line).ok()?;
            Some(matches!(line.trim().to_ascii_lowercase().as_str(), "y" | "yes"))
        })
    }

    fn pause(&mut self, tries: u32) {
        Alone.pause(tries);
    }

    fn may_be_interrupted(&mut self) {
        hhgit::git::release_locks_on_interrupt();
    }

    fn progress(&mut self) -> Progress {
        if self.draws { self.screen.start(PATIENCE) } else { Progress::default() }
    }

    fn say(&mut self, line: &[u8]) -> io::Result<()> {
        let mut stdout = io::stdout();
        self.screen.hushed(|| stdout.write_all(line).and_then(|()| stdout.flush()))
    }

    fn input(&mut self) -> io::Result<Vec<u8>> {
        let mut bytes = Vec::new();
        io::stdin().read_to_end(&mut bytes).map(|_| bytes)
    }
}
