//! A real process whose clock on the wall is turned while it runs, by libfaketime: rounds come as if nothing had happened.

use std::fs;
use std::path::PathBuf;
use std::time::{Duration, Instant};

use crate::process::Watch;
use crate::signals::prepared;
use crate::support::hhgit_command;

/// The library that turns the clock; without it, nothing, and a line about the test that is skipped.
fn faketime() -> Option<PathBuf> {
    let folders =
        fs::read_dir("/usr/lib").ok()?.filter_map(|entry| Some(entry.ok()?.path().join("faketime/libfaketimeMT.so.1")));
    let found = folders.chain([PathBuf::from("/usr/lib/faketime/libfaketimeMT.so.1")]).find(|file| file.is_file());
    if found.is_none() {
        let required = std::env::var("HHGIT_REQUIRE").unwrap_or_default();
        assert!(
            !required.split(',').any(|one| one.trim() == "faketime"),
            "HHGIT_REQUIRE names faketime, but it is not here"
        );
        eprintln!("SKIPPED: this test needs libfaketime, which is not here");
    }
    found
}

#[test]
fn a_clock_that_is_turned_by_years_neither_stalls_nor_hurries_a_real_process() {
    let Some(library) = faketime() else { return };
    let repo = prepared();
    let clock = repo.beside("clock");
    fs::write(&clock, "+0\n").unwrap();
    let mut command = hhgit_command(repo.dir());
    command.env("LD_PRELOAD", library).env("FAKETIME_TIMESTAMP_FILE", &clock);
    command.env("FAKETIME_NO_CACHE", "1").env("FAKETIME_DONT_FAKE_MONOTONIC", "1").env("DONT_FAKE_MONOTONIC", "1");
    let mut watch = Watch::run(command.args(["watch", "--output", "json", "--interval", "1s"]));
    watch.started();
    watch.round("committed");
    let now: i32 = watch.round("unchanged")["time"].as_str().unwrap()[..4].parse().unwrap();
    for (turned, years) in [("-7300d", -20), ("+7300d", 20), ("+0", 0)] {
        fs::write(&clock, format!("{turned}\n")).unwrap();
        // One round may have begun, or been said, before the clock was turned.
        let mut seen = 0;
        let mut last = Instant::now();
        let mut rounds = 0;
        while seen < 2 {
            let round = watch.round("unchanged");
            assert_eq!(round["cause"], "clock");
            let year: i32 = round["time"].as_str().unwrap()[..4].parse().unwrap();
            seen += i32::from((year - now - years).abs() <= 1);
            rounds += 1;
            // Lines that waited to be read come at once; after the first, each has its second.
            assert!(rounds < 3 || last.elapsed() > Duration::from_millis(500), "a storm: {round}");
            last = Instant::now();
            assert!(rounds < 10, "the clock was not turned: {round}");
        }
    }
    watch.stop();
}
