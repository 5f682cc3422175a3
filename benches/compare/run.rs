//! Runs commands by turns, and keeps what each run took: time, processor time, memory.

use std::fs::File;
use std::io::{Read, Seek};
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use wait4::Wait4 as _;

use super::support;

/// What a run took, with all the programs that it started and waited for.
#[derive(Clone, Copy)]
pub(crate) struct Took {
    /// From its start to its end.
    pub(crate) wall: Duration,
    /// The processors' time, its own and the system's on its behalf.
    pub(crate) cpu: Duration,
    /// The most memory that one of its programs held, in bytes. The benchmark's own counts for less: it must stay small.
    pub(crate) peak: u64,
}

/// hhgit in this directory: the one that was built with the benchmark, or the one that `HHGIT_EXE` names.
pub(crate) fn hhgit(dir: &Path, args: &[&str]) -> Command {
    let mut command = match std::env::var_os("HHGIT_EXE") {
        Some(program) => support::sealed(program.to_str().unwrap_or_default(), dir),
        None => support::hhgit_command(dir),
    };
    command.args(args);
    command
}

/// git in this directory.
pub(crate) fn git(dir: &Path, args: &[&str]) -> Command {
    let mut command = support::git_command(dir);
    command.args(args);
    command
}

/// Runs a command, whose output goes nowhere; it must end with 0.
pub(crate) fn took(command: &mut Command) -> Took {
    let (took, code, said) = ended(command);
    assert_eq!(code, Some(0), "{command:?}: {said}");
    took
}

/// Runs a command, whose output goes nowhere: what it took, its exit code, and what it said of errors.
pub(crate) fn ended(command: &mut Command) -> (Took, Option<i32>, String) {
    let mut said = tempfile::tempfile().expect("the system has room for a temporary file");
    let errors = said.try_clone().expect("an open file can be opened again");
    command.stdout(Stdio::null()).stderr(errors);
    let start = Instant::now();
    let mut child = command.spawn().unwrap_or_else(|error| panic!("{command:?}: {error}"));
    let used = child.wait4().expect("a child that was started can be waited for");
    let wall = start.elapsed();
    let took = Took { wall, cpu: used.rusage.utime + used.rusage.stime, peak: used.rusage.maxrss };
    let mut text = Vec::new();
    said.rewind().and_then(|()| said.read_to_end(&mut text)).expect("an open file can be read");
    (took, used.status.code(), String::from_utf8_lossy(&text).into_owned())
}

/// Runs a command for what it prints, which must succeed.
pub(crate) fn said(command: &mut Command) -> String {
    let ended = support::run(command);
    assert_eq!(ended.code, Some(0), "{command:?}: {}", ended.stderr);
    ended.stdout.trim_end().to_owned()
}

/// The same command with this file as its input.
pub(crate) fn fed(mut command: Command, input: &Path) -> Command {
    let file = File::open(input).unwrap_or_else(|error| panic!("{}: {error}", input.display()));
    command.stdin(file);
    command
}

/// One who takes part: makes ready for the round of this number, runs, and looks whether the result is right.
pub(crate) type Turn<'a> = Box<dyn FnMut(usize) -> Took + 'a>;

/// Lets each run once a round, one after the other, so that all see the machine in the same moods. The first round only warms up,
/// unless there are so few that it would be dear.
pub(crate) fn by_turns(rounds: usize, mut turns: Vec<Turn<'_>>) -> Vec<Vec<Took>> {
    let mut all = vec![Vec::new(); turns.len()];
    let warm_up = usize::from(rounds > 3);
    for round in 0..rounds + warm_up {
        for (took, turn) in all.iter_mut().zip(&mut turns) {
            let this = turn(round);
            if round >= warm_up {
                took.push(this);
            }
        }
    }
    all
}

/// The middle one.
pub(crate) fn median(mut numbers: Vec<f64>) -> f64 {
    numbers.sort_by(f64::total_cmp);
    numbers.get(numbers.len() / 2).copied().unwrap_or(f64::NAN)
}

/// The middle of what each run says.
pub(crate) fn middle(all: &[Took], of: impl Fn(&Took) -> f64) -> f64 {
    median(all.iter().map(of).collect())
}

/// The least of what each run says.
pub(crate) fn least(all: &[Took], of: impl Fn(&Took) -> f64) -> f64 {
    all.iter().map(of).fold(f64::INFINITY, f64::min)
}

/// The middle of the ratios of the runs of each round.
pub(crate) fn ratio(ours: &[Took], theirs: &[Took], of: impl Fn(&Took) -> f64) -> f64 {
    median(ours.iter().zip(theirs).map(|(ours, theirs)| of(ours) / of(theirs)).collect())
}

/// Seconds from start to end.
pub(crate) fn wall(took: &Took) -> f64 {
    took.wall.as_secs_f64()
}

/// Seconds of the processors.
pub(crate) fn cpu(took: &Took) -> f64 {
    took.cpu.as_secs_f64()
}

/// The most memory of all runs, in bytes.
pub(crate) fn peak(all: &[Took]) -> u64 {
    all.iter().map(|took| took.peak).max().unwrap_or_default()
}
