//! A loss of power at any moment of a sync: whatever the file system had not been told to keep is there or not, each thing by
//! itself; no ref names an object that is not there whole, and the next run ends well and leaves nothing behind.

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Mutex, PoisonError};

use crate::WORKERS;
use crate::disk::{self, Disk, Flat, Part, choices, rebuild, unsure};
use crate::power::Record;
use crate::shapes::{Shape, copy, tip};

/// How many states are tried unless all are.
const SAMPLE: usize = 40;

/// What a disk may hold after a loss of power, and how it comes to that.
struct State {
    words: String,
    flat: Flat,
    /// Whether the run had ended, and said so.
    has_ended: bool,
}

/// What an undisturbed run does, step by step.
fn record(shape: &Shape) -> Record {
    let before = Disk::read(shape.temp.dir());
    let (repo, calls) = shape.record(None, true);
    let record = Record::of(&calls, &repo, before);
    let mut replayed = record.start.clone();
    record.ops.iter().for_each(|op| replayed.apply(op, Part::All));
    let (left, led) = (Disk::read(&repo).flat(), replayed.flat());
    let differ: Vec<&String> = left.keys().chain(led.keys()).filter(|path| left.get(*path) != led.get(*path)).collect();
    assert!(differ.is_empty(), "the record does not lead to what the run left: {differ:?}");
    record
}

/// All states that can be told apart.
fn states(record: &Record, pairs: bool) -> Vec<State> {
    let mut found: BTreeMap<Flat, State> = BTreeMap::new();
    for end in (0..=record.ops.len()).rev() {
        let ops = &record.ops[..end];
        for parts in choices(ops, &unsure(ops), pairs) {
            let mut disk = record.start.clone();
            for (at, op) in ops.iter().enumerate() {
                disk.apply(op, parts.get(&at).copied().unwrap_or(Part::All));
            }
            let flat = disk.flat();
            let told = |part: Part| {
                let ops = parts.iter().filter(move |(_, one)| **one == part).map(|(at, _)| format!("{at}"));
                ops.collect::<Vec<_>>().join(" ")
            };
            let words = format!(
                "after {end} operations, of the unsure [{}] there, [{}] gone, [{}] half, [{}] zeros",
                told(Part::All),
                told(Part::Nothing),
                told(Part::Half),
                told(Part::Zeros)
            );
            let has_ended = end == record.ops.len();
            found.entry(flat.clone()).or_insert(State { words, flat, has_ended });
        }
    }
    found.into_values().collect()
}

/// All that is not as it must be once the power is back.
fn check(shape: &Shape, repo: &Path, before: &Flat, state: &State) -> Vec<String> {
    copy(shape.temp.dir(), repo);
    rebuild(repo, before, &state.flat);
    let mut wrong = Vec::new();
    let now = tip(repo);
    let [from, to] = &shape.tips;
    if now != *to && (now != *from || state.has_ended) {
        wrong.push(format!("the branch is at {now:?}"));
    }
    wrong.extend(shape.unsound(repo));
    wrong
}

/// Loses the power at every moment, and fails with what is not as it must be; a sample of the states unless all are asked for.
pub(crate) fn lose_power(shape: &Shape, is_all: bool) {
    let record = record(shape);
    let mut states = states(&record, is_all);
    let of = states.len();
    if !is_all {
        let step = of.div_ceil(SAMPLE);
        states = states.into_iter().step_by(step).collect();
    }
    let before = Disk::read(shape.temp.dir()).flat();
    let (next, wrong) = (AtomicUsize::new(0), Mutex::new(Vec::new()));
    std::thread::scope(|scope| {
        for worker in 0..WORKERS {
            let (states, before, next, wrong) = (&states, &before, &next, &wrong);
            let repo = shape.temp.beside(&format!("worker-{worker}"));
            scope.spawn(move || {
                while let Some(state) = states.get(next.fetch_add(1, Ordering::SeqCst)) {
                    let found = check(shape, &repo, before, state);
                    if !found.is_empty() {
                        let words = format!("{}: {}:\n  {}", shape.name, state.words, found.join("\n  "));
                        wrong.lock().unwrap_or_else(PoisonError::into_inner).push(words);
                    }
                }
            });
        }
    });
    let wrong = wrong.into_inner().unwrap_or_else(PoisonError::into_inner);
    let tried = states.len();
    let steps = record.ops.len();
    eprintln!("{}: {steps} operations, {tried} of {of} states tried, {} wrong", shape.name, wrong.len());
    if !wrong.is_empty() {
        let told: Vec<String> = record.ops.iter().enumerate().map(|(at, op)| format!("{at} {}", brief(op))).collect();
        panic!("{}\n{}", told.join("\n"), wrong.join("\n"));
    }
}

/// An operation without its bytes.
fn brief(op: &disk::Op) -> String {
    match op {
        disk::Op::Bytes { file, at, bytes } => format!("{} bytes into {file} at {at}", bytes.len()),
        op => format!("{op:?}"),
    }
}
