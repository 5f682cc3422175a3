//! The binary: parse, run, write the bytes, return the code.

use std::io::{self, IsTerminal, Write};
use std::process::ExitCode;

use hhgit::cli::{self, Surroundings, Terminal};
use hhgit::exit::Exit;

fn main() -> ExitCode {
    let terminal = Terminal {
        stdin: io::stdin().is_terminal(),
        stdout: io::stdout().is_terminal(),
        stderr: io::stderr().is_terminal(),
    };
    let answer = cli::run(std::env::args_os(), &Surroundings::of_process(terminal));
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
