//! `hhgit watch` in a world whose clocks the test turns: when rounds come, whatever the clock on the wall says.
#![allow(clippy::unwrap_used, reason = "a test may unwrap")]
#![cfg(unix)]

mod support;

use std::collections::VecDeque;
use std::io;
use std::time::Duration;

use hhgit::exit::Exit;
use hhgit::fabric::interval::Interval;
use hhgit::modes::talk::Talk;
use hhgit::modes::watch::world::{Call, World};
use hhgit::modes::watch::{WatchError, watch};
use hhgit::options::watch::Watch;
use hhgit::options::{Common, Identities, Sync};
use hhgit::progress::Progress;
use hhgit::render::Style;
use hhgit::snapshot::Time;
use serde_json::Value;
use support::{NOW, TempRepo, vpc};

/// Something that happens at a second of the watch.
enum Event<'a> {
    Call(Call),
    Do(Box<dyn FnOnce() + 'a>),
    /// The clock on the wall jumps by so many seconds.
    Jump(i64),
}

/// A world in which time passes when somebody waits, and a script is followed.
struct Fake<'a> {
    elapsed: Duration,
    jumped: i64,
    script: VecDeque<(u64, Event<'a>)>,
    lines: Vec<(u64, Value)>,
}

impl Fake<'_> {
    fn seconds(&self) -> u64 {
        self.elapsed.as_secs()
    }
}

impl Talk for Fake<'_> {
    fn agree(&mut self, _question: &str) -> Option<bool> {
        None
    }

    fn pause(&mut self, _tries: u32) {}

    fn say(&mut self, line: &[u8]) -> io::Result<()> {
        self.lines.push((self.seconds(), serde_json::from_slice(line).unwrap()));
        Ok(())
    }
}

impl World for Fake<'_> {
    fn wall(&self) -> Time {
        Time { seconds: NOW + i64::try_from(self.seconds()).unwrap() + self.jumped, offset: 0 }
    }

    fn elapsed(&self) -> Duration {
        self.elapsed
    }

    fn wait_for_call(&mut self, at_most: Duration) -> Option<Call> {
        let next = self.script.front().map_or(Duration::MAX, |(at, _)| Duration::from_secs(*at));
        self.elapsed += at_most.min(next.saturating_sub(self.elapsed));
        if self.elapsed < next {
            return None;
        }
        match self.script.pop_front()?.1 {
            Event::Call(call) => return Some(call),
            Event::Do(act) => act(),
            Event::Jump(seconds) => self.jumped += seconds,
        }
        None
    }

    fn chance(&mut self) -> f64 {
        0.0
    }
}

fn options() -> Watch {
    Watch {
        sync: Sync::default(),
        interval: None,
        validate_only: None,
        once: false,
        health: None,
        metrics: None,
        json: true,
    }
}

/// Watches until the script says stop; what was said, each with its second, and how it ended.
fn watched(
    repo: &TempRepo,
    options: &Watch,
    script: Vec<(u64, Event<'_>)>,
) -> (Vec<(u64, Value)>, Result<Exit, WatchError>) {
    let directory = repo.dir().to_owned();
    let now = Time { seconds: NOW, offset: 0 };
    let common = Common {
        directory,
        fabrics: Vec::new(),
        identities: Identities::default(),
        now,
        progress: Progress::default(),
    };
    let mut world = Fake { elapsed: Duration::ZERO, jumped: 0, script: script.into(), lines: Vec::new() };
    let ended = watch(&common, options, Style::default(), &mut world);
    (world.lines, ended)
}

/// `second cause outcome` of each round.
fn rounds(lines: &[(u64, Value)]) -> Vec<String> {
    let told = lines.iter().filter(|(_, line)| line["event"] == "round");
    told.map(|(at, line)| {
        let word = |key: &str| line[key].as_str().unwrap().to_owned();
        format!("{at} {} {}", word("cause"), word("outcome"))
    })
    .collect()
}

fn periodic(says: &str) -> String {
    format!("version: '1.0'\nperiodic: {says}\n")
}

#[test]
fn each_fabric_is_worked_on_at_the_interval_of_its_manifest_and_in_its_way() {
    let repo = TempRepo::bare();
    let broken = "apiVersion: vpc.githedgehog.com/v1beta1\nkind: VPC\nmetadata: {name: x}\nspec: {vni: 1, no: 2}\n";
    repo.commit(
        "main",
        &[
            ("a/.hnp/manifest.yaml", &periodic("{interval: 20m}")),
            ("a/raw/web.yaml", &vpc("web", "1")),
            ("b/.hnp/manifest.yaml", &periodic("{interval: 1h, validate-only: true}")),
            ("b/raw/x.yaml", broken),
            ("c/.hnp/manifest.yaml", &periodic("{enabled: false, interval: 1s}")),
            ("c/raw/off.yaml", &vpc("off", "1")),
        ],
    );
    let (lines, ended) = watched(&repo, &options(), vec![(3700, Event::Call(Call::Stop))]);
    assert_eq!(ended.unwrap(), Exit::Done);
    let expected = ["0 start findings", "1200 clock unchanged", "2400 clock unchanged", "3600 clock findings"];
    assert_eq!(rounds(&lines), expected);
    let files = repo.files("main");
    assert!(files.contains_key("a/managed/vpcs/web.yaml"), "{files:?}");
    assert!(files.contains_key("b/raw/x.yaml") && files.contains_key("c/raw/off.yaml"), "{files:?}");
    assert!(!files.keys().any(|path| path.starts_with("b/managed") || path.starts_with("c/managed")), "{files:?}");
    let first = &lines[1].1;
    assert_eq!((first["disabled"].as_u64(), first["errors"].as_u64()), (Some(1), Some(2)), "{first}");
    assert_eq!(
        repo.git(&["log", "-1", "--format=%(trailers:key=Hhgit-Options)", "main"]).trim(),
        "Hhgit-Options: --fabric=a"
    );
}

#[test]
fn a_clock_on_the_wall_that_jumps_neither_stalls_nor_hurries_anything() {
    let repo = TempRepo::bare();
    repo.commit("main", &[("f/.hnp/manifest.yaml", &periodic("{interval: 60m}")), ("f/raw/.gitkeep", "")]);
    let year = 365 * 24 * 3600;
    let script = vec![
        (100, Event::Jump(-30 * year)),
        (4000, Event::Jump(60 * year)),
        (8000, Event::Jump(-60 * year)),
        (11_000, Event::Call(Call::Stop)),
    ];
    let (lines, ended) = watched(&repo, &options(), script);
    assert_eq!(ended.unwrap(), Exit::Done);
    let expected = ["0 start committed", "3600 clock unchanged", "7200 clock unchanged", "10800 clock unchanged"];
    assert_eq!(rounds(&lines), expected);
    let years: Vec<&str> = lines.iter().map(|(_, line)| &line["time"].as_str().unwrap()[..4]).collect();
    assert_eq!(years, ["2023", "2023", "1993", "2053", "1993", "1993"]);
}

#[test]
fn what_fails_is_tried_again_later_each_time_and_at_once_when_the_branch_moves() {
    let repo = TempRepo::bare();
    repo.commit("main", &[("README", "no fabric yet\n")]);
    let files = [("raw/web.yaml", vpc("web", "1")), (".hnp/manifest.yaml", periodic("{interval: 30s}"))];
    let mend = Event::Do(Box::new(|| {
        repo.commit("main", &files.each_ref().map(|(path, content)| (*path, content.as_str())));
    }));
    let script = vec![(40, mend), (45, Event::Call(Call::Stop))];
    let (lines, ended) = watched(&repo, &options(), script);
    assert_eq!(ended.unwrap(), Exit::Done);
    let expected = [
        "0 start failed",
        "1 retry failed",
        "3 retry failed",
        "7 retry failed",
        "15 retry failed",
        "31 retry failed",
        "40 moved committed",
    ];
    assert_eq!(rounds(&lines), expected);
    let failures: Vec<u64> = lines.iter().filter_map(|(_, line)| line["failures"].as_u64()).collect();
    assert_eq!(failures, [1, 2, 3, 4, 5, 6, 0]);
    assert!(lines[1].1["error"].as_str().unwrap().contains("holds no fabric directory"), "{}", lines[1].1);
}

#[test]
fn a_failure_is_never_tried_again_later_than_the_interval() {
    let repo = TempRepo::bare();
    repo.commit("main", &[("README", "no fabric\n")]);
    let options = Watch { interval: Interval::parse("5s"), ..options() };
    let (lines, _) = watched(&repo, &options, vec![(30, Event::Call(Call::Stop))]);
    let seconds: Vec<u64> = lines[1..lines.len() - 1].iter().map(|(at, _)| *at).collect();
    assert_eq!(seconds, [0, 1, 3, 7, 12, 17, 22, 27]);
}

#[test]
fn the_settings_are_read_again_when_somebody_asks_for_it_and_a_flag_goes_before_them() {
    let repo = TempRepo::bare();
    repo.commit("main", &[("f/.hnp/manifest.yaml", &periodic("{interval: 60m}")), ("f/raw/.gitkeep", "")]);
    let set = |key: &'static str, value: &'static str| {
        let repo = &repo;
        Event::Do(Box::new(move || drop(repo.git(&["config", key, value]))))
    };
    let script = || {
        vec![
            (10, set("hhgit.watchInterval", "100s")),
            (20, set("hhgit.watchValidateOnly", "true")),
            (30, Event::Call(Call::Reload)),
            (200, Event::Call(Call::Stop)),
        ]
    };
    let (lines, _) = watched(&repo, &options(), script());
    assert_eq!(rounds(&lines), ["0 start committed", "30 reload valid", "130 clock valid"]);
    // Settings that mean nothing are told, and those before them stay in force.
    let bad =
        vec![(10, set("hhgit.watchInterval", "soon")), (30, Event::Call(Call::Reload)), (140, Event::Call(Call::Stop))];
    let (lines, _) = watched(&repo, &options(), bad);
    assert_eq!(rounds(&lines), ["0 start valid", "30 reload valid", "130 clock valid"]);
    let problems = |index: usize| lines[index].1["problems"][0].as_str().map(str::to_owned);
    let told = "hhgit.watchInterval is \"soon\", which means nothing here; write a number and s, m or h: 60m";
    assert_eq!((problems(1), problems(2).as_deref(), problems(3)), (None, Some(told), None));
    repo.git(&["config", "--unset", "hhgit.watchInterval"]);
    repo.git(&["config", "--unset", "hhgit.watchValidateOnly"]);
    let told = Watch { interval: Interval::parse("1h"), validate_only: Some(false), ..options() };
    let (lines, _) = watched(&repo, &told, script());
    assert_eq!(rounds(&lines), ["0 start unchanged", "30 reload unchanged"]);
}

#[test]
fn a_command_line_that_means_nothing_ends_it_before_it_has_begun() {
    let repo = TempRepo::bare();
    repo.commit("main", &[("README", "")]);
    let named = |branch: &str| {
        let sync = Sync { branch: Some(branch.to_owned()), ..Sync::default() };
        let (lines, ended) = watched(&repo, &Watch { sync, ..options() }, Vec::new());
        (rounds(&lines).len(), ended.unwrap_err().exit())
    };
    assert_eq!(named("nope"), (0, Exit::Usage));
    assert_eq!(named("HEAD"), (0, Exit::Usage));
    repo.git(&["config", "hhgit.watchInterval", "soon"]);
    let (lines, ended) = watched(&repo, &options(), Vec::new());
    assert!(lines.is_empty());
    assert_eq!(
        ended.unwrap_err().to_string(),
        "hhgit.watchInterval is \"soon\", which means nothing here; write a number and s, m or h: 60m"
    );
}

#[test]
fn one_round_ends_as_a_sync_or_a_check_does() {
    let repo = TempRepo::bare();
    let once = |validate_only| {
        let (lines, ended) = watched(&repo, &Watch { once: true, validate_only, ..options() }, Vec::new());
        assert_eq!(lines.len(), 1, "{lines:?}");
        (rounds(&lines).remove(0), ended.unwrap())
    };
    repo.commit("main", &[("README", "")]);
    assert_eq!(once(None), ("0 start failed".to_owned(), Exit::CouldNot));
    let bad = "apiVersion: vpc.githedgehog.com/v1beta1\nkind: VPC\nmetadata: {name: x}\nspec: {vni: 1, no: 2}\n";
    repo.commit("main", &[("f/.hnp/manifest.yaml", "version: '1.0'\n"), ("f/raw/x.yaml", bad)]);
    assert_eq!(once(Some(true)), ("0 start findings".to_owned(), Exit::Findings));
    assert_eq!(once(None), ("0 start committed".to_owned(), Exit::Done));
    assert_eq!(once(None), ("0 start unchanged".to_owned(), Exit::Done));
    assert_eq!(once(Some(true)), ("0 start valid".to_owned(), Exit::Done));
    repo.commit("main", &[("f/.hnp/manifest.yaml", &periodic("{enabled: false}"))]);
    assert_eq!(once(None), ("0 start idle".to_owned(), Exit::Done));
    repo.commit("main", &[("f/.hnp/manifest.yaml", "version: 2\n")]);
    assert_eq!(once(None), ("0 start findings".to_owned(), Exit::Findings));
}
