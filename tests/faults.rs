//! A sync whose requests to the system fail, one after the other and in every way that fits, or that is killed at one of them: it
//! says what went wrong, the repository is sound, before or after, and the next run ends well and leaves nothing behind.
//!
//! The same of a loss of power at any moment of it.
//!
//! A sample of the steps is tried unless `HHGIT_FAULTS` is `all`. Needs strace.

#![allow(clippy::unwrap_used, clippy::print_stderr, reason = "a test may unwrap, and tells what it did")]
#![cfg(target_os = "linux")]

#[path = "faults/disk.rs"]
mod disk;
#[path = "faults/inject.rs"]
mod inject;
#[path = "faults/loss.rs"]
mod loss;
#[path = "faults/power.rs"]
mod power;
#[path = "faults/push.rs"]
mod push;
#[path = "faults/shapes.rs"]
mod shapes;
mod support;
#[path = "faults/trace.rs"]
mod trace;

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Mutex, PoisonError};

use inject::{Case, Fault, cases};
use loss::lose_power;
use push::{Push, Pushes};
use shapes::Shape;
use support::TempRepo;
use trace::has_strace;

const WORKERS: usize = 2;

fn is_exhaustive() -> bool {
    std::env::var("HHGIT_FAULTS").is_ok_and(|text| text == "all")
}

/// A library that is loaded into the binary to have it write less than it wants to.
fn short(temp: &TempRepo) -> PathBuf {
    let source = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/faults/short.c");
    let library = temp.beside("short.so");
    let mut command = Command::new("cc");
    command.args(["-shared", "-fPIC", "-o"]).args([&library, &source]).arg("-ldl");
    assert!(command.status().unwrap().success(), "cc, which Rust links with, makes no library");
    library
}

/// The first and the last step of each name, each with one fault in turn, and each of these killed.
fn sample(cases: Vec<Case>) -> Vec<Case> {
    let mut steps: BTreeMap<&str, BTreeSet<usize>> = BTreeMap::new();
    for case in &cases {
        steps.entry(case.step.name.as_str()).or_default().insert(case.step.nth);
    }
    let ends: BTreeSet<(String, usize)> = steps
        .into_iter()
        .flat_map(|(name, nths)| {
            [nths.first().copied(), nths.last().copied()].map(|nth| (name.to_owned(), nth.unwrap()))
        })
        .collect();
    let mut sampled = Vec::new();
    for (taken, (name, nth)) in ends.into_iter().enumerate() {
        let (kills, faults): (Vec<&Case>, Vec<&Case>) = cases
            .iter()
            .filter(|case| case.step.name == name && case.step.nth == nth)
            .partition(|case| case.fault == Fault::Kill);
        if !faults.is_empty() {
            sampled.push(faults[taken % faults.len()].clone());
        }
        if name != "close" && name != "statx" {
            sampled.extend(kills.first().map(|case| (*case).clone()));
        }
    }
    sampled
}

/// Tries the cases, some at a time, each in a folder of its worker's, and answers what was wrong.
fn try_all(cases: &[Case], temp: &TempRepo, one: &(dyn Fn(&Case, &Path) -> Vec<String> + Sync)) -> Vec<String> {
    let (next, wrong) = (AtomicUsize::new(0), Mutex::new(Vec::new()));
    std::thread::scope(|scope| {
        for worker in 0..WORKERS {
            let beside = temp.beside(&format!("worker-{worker}"));
            std::fs::create_dir_all(&beside).unwrap();
            let (next, wrong) = (&next, &wrong);
            scope.spawn(move || {
                while let Some(case) = cases.get(next.fetch_add(1, Ordering::SeqCst)) {
                    let found = one(case, &beside);
                    if !found.is_empty() {
                        let words = format!("{}:\n  {}", case.words(), found.join("\n  "));
                        wrong.lock().unwrap_or_else(PoisonError::into_inner).push(words);
                    }
                }
            });
        }
    });
    wrong.into_inner().unwrap_or_else(PoisonError::into_inner)
}

/// Takes all cases or each so many of a sample, tries them, tells how many they were, and fails with what was wrong.
fn all_end_well(
    name: &str,
    (all, every): (Vec<Case>, Option<usize>),
    temp: &TempRepo,
    one: &(dyn Fn(&Case, &Path) -> Vec<String> + Sync),
) {
    let steps: BTreeSet<(&str, usize)> = all.iter().map(|case| (case.step.name.as_str(), case.step.nth)).collect();
    let (steps, of) = (steps.len(), all.len());
    let cases = match every {
        None => all,
        Some(every) => sample(all).into_iter().step_by(every).collect(),
    };
    let kills = cases.iter().filter(|case| case.fault == Fault::Kill).count();
    let wrong = try_all(&cases, temp, one);
    let (tried, bad) = (cases.len(), wrong.len());
    eprintln!("{name}: {steps} steps, {tried} of {of} cases tried, {kills} of them kills, {bad} wrong");
    assert!(wrong.is_empty(), "{name}: {}", wrong.join("\n"));
}

fn tried(shape: &Shape, is_all: bool) {
    one_in(shape, (!is_all).then_some(1));
}

/// All, or one of so many of the sample.
fn partly(shape: &Shape, every: usize) {
    one_in(shape, (!is_exhaustive()).then_some(every));
}

fn one_in(shape: &Shape, every: Option<usize>) {
    let library = short(&shape.temp);
    let (root, calls) = shape.record(Some(&library), false);
    let one = |case: &Case, beside: &Path| case.run(shape, beside, &library);
    let mut all = cases(&calls, &root, false);
    all.retain(|case| shape.name != "fleet" || !case.may_meet_another_thread());
    all_end_well(shape.name, (all, every), &shape.temp, &one);
}

fn judged(push: Push, is_all: bool) {
    let temp = TempRepo::bare();
    let pushes = Pushes::new(short(&temp));
    let one = |case: &Case, beside: &Path| pushes.run(push, case, beside);
    all_end_well(&format!("{push:?} push"), (pushes.cases(push), (!is_all).then_some(3)), &temp, &one);
}

#[test]
fn whatever_fails_while_a_push_is_judged_what_must_not_pass_does_not() {
    if has_strace() {
        judged(Push::Bad, is_exhaustive());
    }
}

#[test]
fn whatever_fails_of_what_is_remembered_stands_in_no_pushs_way() {
    if has_strace() {
        judged(Push::Good, is_exhaustive());
    }
}

#[test]
fn whatever_fails_in_a_bare_repository_it_is_sound_and_the_next_run_ends_well() {
    if has_strace() {
        tried(&shapes::bare(), is_exhaustive());
    }
}

#[test]
fn whatever_fails_where_objects_and_refs_are_packed() {
    if has_strace() && is_exhaustive() {
        tried(&shapes::packed(), true);
    }
}

#[test]
fn whatever_fails_in_a_shared_repository_of_sha_256_without_a_folder_for_packs() {
    if has_strace() && is_exhaustive() {
        tried(&shapes::sha256(), true);
    }
}

#[test]
fn whatever_fails_where_the_branch_is_checked_out() {
    if has_strace() {
        tried(&shapes::work_tree(), is_exhaustive());
    }
}

#[test]
fn whatever_fails_while_a_hook_is_put_in_place() {
    if has_strace() && is_exhaustive() {
        tried(&shapes::hook(), true);
        tried(&shapes::own_hooks(), true);
    }
}

#[test]
fn whatever_fails_while_a_person_has_a_commit_made() {
    if has_strace() {
        for shape in [shapes::undo, shapes::init, shapes::import, shapes::schedule] {
            partly(&shape(), 5);
        }
    }
}

#[test]
fn whatever_fails_while_a_fleet_keeps_its_record() {
    if has_strace() {
        partly(&shapes::fleet(), 3);
    }
}

#[test]
fn whatever_fails_while_a_watch_tells_how_it_is() {
    if has_strace() {
        partly(&shapes::watch(), 5);
    }
}

#[test]
fn no_ref_names_what_is_not_there_after_a_loss_of_power_at_any_moment() {
    if has_strace() {
        lose_power(&shapes::bare(), is_exhaustive());
    }
}

#[test]
fn no_loss_of_power_harms_packed_objects_and_refs_or_a_reflog() {
    if has_strace() && is_exhaustive() {
        lose_power(&shapes::packed(), true);
    }
}

#[test]
fn no_loss_of_power_takes_a_folder_for_packs_that_was_just_made() {
    if has_strace() {
        lose_power(&shapes::sha256(), is_exhaustive());
    }
}
