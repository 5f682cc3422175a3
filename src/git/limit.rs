//! A child that is waited for so long and no longer: past that it is ended with all that it started.

use std::io::{self, Read};
use std::process::{Child, Command, Output};
use std::sync::mpsc::{Receiver, channel};
use std::time::{Duration, Instant};

/// How long a child that was asked to end may take to put away what it has begun.
const GRACE: Duration = Duration::from_secs(2);

/// Gives the child a process group of its own, so that what it starts can be ended with it: git speaks to other machines through
/// further programs, which outlive it.
pub(super) fn group(command: &mut Command) {
    #[cfg(unix)]
    std::os::unix::process::CommandExt::process_group(command, 0);
    #[cfg(not(unix))]
    let _ = command;
}

/// All that the child says, and how it ends; none if it did not end in time, and so was ended.
pub(super) fn wait(mut child: Child, limit: Duration) -> io::Result<Option<Output>> {
    let (send, said) = channel();
    let streams: [Option<Box<dyn Read + Send>>; 2] = [
        child.stdout.take().map(|stream| Box::new(stream) as Box<dyn Read + Send>),
        child.stderr.take().map(|stream| Box::new(stream) as Box<dyn Read + Send>),
    ];
    for (number, stream) in streams.into_iter().enumerate() {
        let send = send.clone();
        // Not joined: a program that was left over may hold the stream open for longer than anybody should wait.
        let reader = std::thread::Builder::new().spawn(move || {
            let mut bytes = Vec::new();
            let read = stream.map_or(Ok(0), |mut stream| stream.read_to_end(&mut bytes));
            drop(send.send(read.map(|_| (number, bytes))));
        });
        if let Err(error) = reader {
            end(&mut child, &said);
            return Err(error);
        }
    }
    let mut streams = [Vec::new(), Vec::new()];
    match collect(&said, &mut streams, limit) {
        Some(read) => read?,
        None => {
            end(&mut child, &said);
            return Ok(None);
        }
    }
    let [stdout, stderr] = streams;
    Ok(Some(Output { status: child.wait()?, stdout, stderr }))
}

/// What a stream held, by its number.
type Said = io::Result<(usize, Vec<u8>)>;

/// Waits until both streams have ended; none if they do not in time.
fn collect(said: &Receiver<Said>, streams: &mut [Vec<u8>; 2], limit: Duration) -> Option<io::Result<()>> {
    let until = Instant::now() + limit;
    for _ in 0..streams.len() {
        match said.recv_timeout(until.saturating_duration_since(Instant::now())).ok()? {
            Ok((number, bytes)) => streams[number] = bytes,
            Err(error) => return Some(Err(error)),
        }
    }
    Some(Ok(()))
}

/// Asks the child to end, then ends it.
fn end(child: &mut Child, said: &Receiver<Said>) {
    #[cfg(unix)]
    {
        use rustix::process::{Pid, Signal, kill_process_group};
        let group = Pid::from_child(child);
        let _ = kill_process_group(group, Signal::TERM);
        drop(collect(said, &mut [Vec::new(), Vec::new()], GRACE));
        let _ = kill_process_group(group, Signal::KILL);
    }
    #[cfg(not(unix))]
    let _ = (said, GRACE);
    drop(child.kill());
    drop(child.wait());
}

#[cfg(all(test, unix))]
mod tests {
    use std::process::Stdio;

    use super::*;

    fn shell(script: &str) -> Child {
        let mut command = Command::new("sh");
        command.args(["-c", script]).stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
        group(&mut command);
        command.spawn().expect("every Unix has a shell")
    }

    #[test]
    fn a_child_that_ends_in_time_says_what_it_says() {
        let output = wait(shell("echo out; echo err >&2; exit 3"), Duration::from_secs(60));
        let output = output.expect("readable").expect("in time");
        assert_eq!((output.stdout, output.stderr, output.status.code()), (b"out\n".into(), b"err\n".into(), Some(3)));
    }

    #[test]
    fn a_child_that_takes_too_long_is_ended_with_what_it_started() {
        let mut child = shell("sleep 600 & wait");
        // A copy of the pipe's other end, that ends only when the last of them has.
        let mut said = child.stdout.take().expect("a pipe");
        assert_eq!(wait(child, Duration::from_millis(100)).expect("waited for"), None);
        let mut text = String::new();
        said.read_to_string(&mut text).expect("all have ended");
        assert_eq!(text, "");
    }
}
