//! Bots that propose at once, while somebody drops files in and somebody merges: never two requests, nothing lost, no bot that fails.
//!
//! Bounded by rounds of the person who drops files in; `HHGIT_RACE_ROUNDS` asks for more.
#![allow(clippy::unwrap_used, reason = "a test may unwrap")]
#![cfg(unix)]

mod forge;
#[path = "propose/site.rs"]
mod site;
mod support;

use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};

use forge::Kind;
use site::{Site, ends};
use support::{git_command, run};

const BOTS: usize = 4;

fn rounds() -> usize {
    std::env::var("HHGIT_RACE_ROUNDS").ok().and_then(|text| text.parse().ok()).unwrap_or(3)
}

/// Merges what is proposed if nothing came after what it was made of; whether it did.
fn merge(site: &Site) -> bool {
    // Asked once: a bot may take the branch away between two questions.
    let both = run(git_command(site.temp.dir()).args(["rev-parse", "hhgit/sync/main", "hhgit/sync/main^"]));
    let Some((proposed, parent)) = both.stdout.trim_end().split_once('\n').filter(|_| both.code == Some(0)) else {
        return false;
    };
    // Held for as long as it takes: at a forge too, a request is merged whole.
    let mut state = site.forge.state();
    let merged = state.pulls.iter().any(|pull| pull.open)
        && site.temp.git_succeeds(&["update-ref", "refs/heads/main", proposed, parent]);
    if merged {
        state.pulls.iter_mut().for_each(|pull| pull.open = false);
    }
    merged
}

/// Tells the bots that it is over, also where a person's part of the test fails.
struct Over<'a>(&'a AtomicBool);

impl Drop for Over<'_> {
    fn drop(&mut self) {
        self.0.store(true, Ordering::Relaxed);
    }
}

#[test]
fn bots_that_race_keep_one_request_and_lose_nothing() {
    let site = Site::new(Kind::GitHub);
    let (over, merges) = (AtomicBool::new(false), AtomicUsize::new(0));
    std::thread::scope(|scope| {
        for _ in 0..BOTS {
            scope.spawn(|| {
                while !over.load(Ordering::Relaxed) {
                    let (ended, open) = (site.propose(&[]), site.forge.open().len());
                    if ended.code != Some(0) || open > 1 {
                        over.store(true, Ordering::Relaxed);
                        panic!("{open} requests, and {ended:?}");
                    }
                }
            });
        }
        let _over = Over(&over);
        for round in 0..rounds() {
            // Another may merge between git's reading and writing; the person tries again, as with a push that is refused.
            let name = format!("o{round}");
            site.drop_in(&name);
            while !over.load(Ordering::Relaxed) && !merge(&site) {
                std::thread::yield_now();
            }
            merges.fetch_add(1, Ordering::Relaxed);
        }
    });
    ends(&site.propose(&[]), 0, "nothing to do");
    let names = site.temp.git(&["ls-tree", "-r", "--name-only", "main", "f/managed/vpcs", "f/raw"]);
    let sorted = names.lines().filter(|name| name.starts_with("f/managed/") && name.ends_with(".yaml")).count();
    assert_eq!(sorted, rounds() + 1, "{names}");
    assert!(!names.lines().any(|name| name.starts_with("f/raw/") && name.ends_with(".yaml")), "{names}");
    assert_eq!((site.proposed(), site.forge.open()), (None, Vec::new()));
    assert_eq!(merges.into_inner(), rounds());
    site.temp.fsck();
}
