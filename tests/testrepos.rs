//! Every folder of testrepos/ is one sync, told as files before and files after; testrepos/README.md says how they are written.

#![allow(clippy::unwrap_used, reason = "a test may unwrap")]

#[path = "testrepos/case.rs"]
mod case;
#[path = "testrepos/cover.rs"]
mod cover;
#[path = "testrepos/files.rs"]
mod files;
#[path = "testrepos/hook.rs"]
mod hook;
#[path = "testrepos/play.rs"]
mod play;
#[path = "testrepos/stage.rs"]
mod stage;
#[path = "testrepos/staged.rs"]
mod staged;
#[path = "support/mod.rs"]
mod support;

use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};

use case::Case;

/// How many threads play cases; git's processes keep more than one core busy.
const THREADS: usize = 4;

#[test]
fn every_case_ends_as_its_folder_says() {
    let bless = std::env::var_os("HHGIT_BLESS").is_some();
    let names = case::names();
    let next = AtomicUsize::new(0);
    let faults = Mutex::new(Vec::new());
    std::thread::scope(|scope| {
        for _ in 0..THREADS {
            scope.spawn(|| {
                while let Some(name) = names.get(next.fetch_add(1, Ordering::Relaxed)) {
                    let played =
                        std::panic::catch_unwind(|| Case::read(name).and_then(|case| play::play(&case, bless)));
                    let fault = match played {
                        Ok(Ok(())) => continue,
                        Ok(Err(fault)) => fault,
                        Err(panic) => said(&*panic),
                    };
                    faults.lock().unwrap().push(format!("== testrepos/{name}\n{fault}"));
                }
            });
        }
    });
    let mut faults = faults.into_inner().unwrap();
    faults.sort();
    let (all, bad) = (names.len(), faults.len());
    assert!(
        faults.is_empty(),
        "{}\n\n{bad} of {all} cases fail; HHGIT_BLESS=1 rewrites what they expect",
        faults.join("\n")
    );
    assert!(all > 0, "testrepos/ holds no case");
}

fn said(panic: &(dyn std::any::Any + Send)) -> String {
    let text = panic.downcast_ref::<String>().cloned();
    text.or_else(|| panic.downcast_ref::<&str>().map(|text| (*text).to_owned())).unwrap_or_default()
}
