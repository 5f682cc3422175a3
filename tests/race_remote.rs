//! Bots and people at one repository that all of them push to: nothing is lost, doubled or left behind.
//!
//! In each round twenty bots run `hhgit sync --remote` at once, some of them killed with signal 9, beside five people who each
//! bring, edit or take back something and push it. `HHGIT_ROUNDS` asks for more rounds.
#![allow(clippy::unwrap_used, reason = "a test may unwrap")]
#![allow(clippy::print_stderr, reason = "a long race tells how far it is, and what it came to")]
#![cfg(unix)]

#[path = "race_remote/people.rs"]
mod people;
mod support;

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::time::{Duration, Instant};

use people::Person;
use support::{Ended, TempRepo, git_command, hhgit_command, leftovers_in, run};

const BOTS: usize = 20;
const PEOPLE: usize = 5;
/// How many bots of a round are killed.
const KILLED: usize = 3;
/// The bots from this one on work in clones, those from the other on in one that they share; the rest from nothing.
const IN_CLONES: usize = 10;
const IN_ONE_CLONE: usize = 15;

fn rounds() -> usize {
    std::env::var("HHGIT_ROUNDS").ok().and_then(|text| text.parse().ok()).unwrap_or(2)
}

/// Where a bot works.
fn workplace(temp: &TempRepo, bot: usize) -> PathBuf {
    match bot {
        0..IN_CLONES => temp.beside("nowhere"),
        IN_CLONES..IN_ONE_CLONE => temp.beside(&format!("bot-{bot}")),
        _ => temp.beside("shared"),
    }
}

/// How a bot ended; none if it was killed.
fn bot(temp: &TempRepo, number: usize, kill_after: Option<Duration>) -> Option<Ended> {
    let mut command = hhgit_command(&workplace(temp, number));
    let remote = if number < IN_CLONES { "../repo" } else { "origin" };
    command.args(["sync", "--remote", remote, "--branch", "main"]).env("TMPDIR", temp.beside("tmp"));
    let Some(after) = kill_after else { return Some(run(&mut command)) };
    let mut child = command.stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap();
    let started = Instant::now();
    // The moment is what is tried here; nothing is expected to have happened by then.
    while started.elapsed() < after {
        std::thread::park_timeout(after.saturating_sub(started.elapsed()));
    }
    drop(child.kill());
    child.wait().unwrap();
    None
}

/// A small generator with a fixed seed, so that a failing run can be had again, as far as a race can.
struct Chance(u64);

impl Chance {
    fn below(&mut self, bound: u64) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        self.0 % bound
    }
}

/// All that a race came to.
#[derive(Default)]
struct Race {
    commits: Vec<String>,
    ends: Vec<Ended>,
    killed: usize,
    /// How long a bot took, in milliseconds, on the whole and at most.
    millis: (u128, u128),
}

fn race(temp: &TempRepo, people: &mut [Person], rounds: usize) -> Race {
    let (mut race, mut chance) = (Race::default(), Chance(0x6868_6769_7400_0002));
    for round in 0..rounds {
        let unlucky: BTreeMap<usize, Duration> = (0..KILLED)
            .map(|_| (usize::try_from(chance.below(20)).unwrap(), Duration::from_millis(chance.below(600))))
            .collect();
        std::thread::scope(|scope| {
            let pushes: Vec<_> = people.iter_mut().map(|person| scope.spawn(move || person.work(round))).collect();
            let bots: Vec<_> = (0..BOTS)
                .map(|number| {
                    let kill_after = unlucky.get(&number).copied();
                    scope.spawn(move || {
                        let started = Instant::now();
                        bot(temp, number, kill_after).map(|end| (end, started.elapsed().as_millis()))
                    })
                })
                .collect();
            race.commits.extend(pushes.into_iter().map(|push| push.join().unwrap()));
            for end in bots.into_iter().map(|bot| bot.join().unwrap()) {
                let Some((end, millis)) = end else {
                    race.killed += 1;
                    continue;
                };
                race.millis = (race.millis.0 + millis, race.millis.1.max(millis));
                race.ends.push(end);
            }
        });
        if round % 25 == 24 {
            eprintln!(
                "round {}: {} bots, mean {} ms",
                round + 1,
                race.ends.len(),
                race.millis.0 / race.ends.len() as u128
            );
        }
    }
    race
}

/// The history from the first commit after `base` on, newest first. Each commit has one parent, the one below it, and changes
/// something.
fn history(temp: &TempRepo, base: &str) -> Vec<(String, String)> {
    let log = temp.git(&["log", "--format=%H,%P,%T,%s", "main"]);
    let rows: Vec<Vec<&str>> = log.lines().map(|line| line.splitn(4, ',').collect()).collect();
    for pair in rows.windows(2) {
        assert_eq!(pair[0][1], pair[1][0], "one line of commits");
        assert_ne!(pair[0][2], pair[1][2], "{} changes nothing", pair[0][0]);
    }
    let above = rows.iter().take_while(|row| row[0] != base);
    above.map(|row| (row[0].to_owned(), row[3].to_owned())).collect()
}

/// The repository, everybody's clones, and the commit all begin with.
fn prepared() -> (TempRepo, Vec<Person>, String) {
    let temp = TempRepo::bare();
    // Else a git that tidies up could still be at it when the test looks.
    temp.git(&["config", "gc.autoDetach", "false"]);
    temp.git(&["config", "maintenance.autoDetach", "false"]);
    temp.commit("main", &[("raw/.gitkeep", ""), (".hnp/manifest.yaml", "version: '1.0'\n"), ("README.md", "r\n")]);
    let clone = |name: &str, flags: &[&str]| {
        let (url, to) = (format!("file://{}", temp.dir().display()), temp.beside(name));
        temp.git(&[&["clone", "--quiet"], flags, &[&url, to.to_str().unwrap()]].concat());
        to
    };
    std::fs::create_dir(temp.beside("nowhere")).unwrap();
    std::fs::create_dir(temp.beside("tmp")).unwrap();
    for bot in IN_CLONES..IN_ONE_CLONE {
        clone(&format!("bot-{bot}"), if bot % 2 == 0 { &["--depth=1"] } else { &[] });
    }
    clone("shared", &[]);
    let people = (0..PEOPLE).map(|number| Person::new(number, clone(&format!("person-{number}"), &[]))).collect();
    let base = temp.tip("main").unwrap().to_string();
    (temp, people, base)
}

/// How often all is cleared up: what a killed bot had started may go on for a while.
const SETTLINGS: usize = 5;

/// The last sync of all, from every place, so that each clears up what was left there.
fn settle(temp: &TempRepo) {
    for number in [0, IN_ONE_CLONE].into_iter().chain(IN_CLONES..IN_ONE_CLONE) {
        let end = bot(temp, number, None).unwrap();
        assert_eq!(end.code, Some(0), "{end:?}");
    }
}

fn git_dirs(temp: &TempRepo) -> Vec<PathBuf> {
    let clones = (IN_CLONES..=IN_ONE_CLONE).map(|bot| workplace(temp, bot).join(".git"));
    std::iter::once(temp.dir().to_owned()).chain(clones).collect()
}

/// What bots left that no later run took away: in the temporary directory, in the clones, in the repository.
fn left(temp: &TempRepo) -> Vec<String> {
    let names = |dir: &Path| -> Vec<String> {
        let entries = std::fs::read_dir(dir).unwrap();
        entries.map(|entry| entry.unwrap().file_name().to_string_lossy().into_owned()).collect()
    };
    let mut left = names(&temp.beside("tmp"));
    for dir in git_dirs(temp) {
        left.extend(names(&dir).into_iter().filter(|name| name.starts_with("hhgit")));
        left.extend(leftovers_in(&dir));
        let refs = run(git_command(&dir).args(["for-each-ref", "--format=%(refname)", "refs/hhgit"]));
        left.extend(refs.stdout.lines().map(str::to_owned));
    }
    left
}

#[test]
fn twenty_bots_and_five_people_at_one_repository_lose_nothing() {
    let started = Instant::now();
    let (temp, mut people, base) = prepared();
    let race = race(&temp, &mut people, rounds());
    settle(&temp);
    for _ in 1..SETTLINGS {
        if !left(&temp).is_empty() {
            settle(&temp);
        }
    }
    for end in &race.ends {
        assert_eq!(end.code, Some(0), "every bot that was let live ended well: {end:?}");
    }
    let history = history(&temp, &base);
    let all: BTreeSet<&str> = history.iter().map(|(id, _)| id.as_str()).collect();
    assert_eq!(race.commits.len(), PEOPLE * rounds());
    assert!(race.commits.iter().all(|commit| all.contains(commit.as_str())), "every person's commit is there");
    let syncs = history.iter().filter(|(_, subject)| subject.starts_with("hhgit: ")).count();
    tell(&race, syncs, started.elapsed());
    let others: Vec<&(String, String)> =
        history.iter().filter(|(id, subject)| !subject.starts_with("hhgit: ") && !race.commits.contains(id)).collect();
    assert_eq!(others, Vec::<&(String, String)>::new(), "nobody else's commit is there");

    let found: BTreeMap<String, String> = temp.files("main").into_iter().map(|(p, c)| (p, c + "\n")).collect();
    let is_frame = |path: &str| path.ends_with(".gitkeep") || path.ends_with(".metadata") || path == "README.md";
    let sorted = found.into_iter().filter(|(path, _)| !is_frame(path) && !path.starts_with(".hnp/")).collect();
    let expected: BTreeMap<String, String> = people.into_iter().flat_map(|person| person.expected).collect();
    similar(&expected, &sorted);
    assert_eq!(left(&temp), Vec::<String>::new());
    git_dirs(&temp).iter().for_each(|dir| {
        let fsck = run(git_command(dir).args(["fsck", "--strict", "--full", "--no-dangling"]));
        assert_eq!((fsck.code, fsck.stdout.as_str()), (Some(0), ""), "{}: {}", dir.display(), fsck.stderr);
    });
}

/// Compares by path first, since all the files of a long race are too much to read.
fn similar(expected: &BTreeMap<String, String>, found: &BTreeMap<String, String>) {
    let only = |one: &BTreeMap<String, String>, other: &BTreeMap<String, String>| -> Vec<String> {
        one.iter().filter(|(path, text)| other.get(*path) != Some(text)).map(|(path, _)| path.clone()).collect()
    };
    assert_eq!((only(expected, found), only(found, expected)), (Vec::new(), Vec::new()), "missing or wrong; too much");
}

fn tell(race: &Race, syncs: usize, took: Duration) {
    let count = |words: &str| race.ends.iter().filter(|end| end.stdout.contains(words)).count();
    let again = count(" try: ");
    let most = race.ends.iter().filter_map(|end| {
        let before = end.stdout.split(" try: ").next().filter(|_| end.stdout.contains(" try: "))?;
        let word = before.rsplit(' ').next()?;
        word.trim_end_matches(char::is_alphabetic).parse::<u32>().ok()
    });
    eprintln!(
        "{} rounds in {} s: {} commits of people, {syncs} of hhgit; {} bots, {} killed; of those that lived {} pushed, {} \
         found their commit made already, {} had nothing to do, {again} needed more than one try, {} at most; mean {} ms, longest {} ms",
        rounds(),
        took.as_secs(),
        race.commits.len(),
        race.ends.len() + race.killed,
        race.killed,
        count(", pushed") - count("Somebody else made the same commit"),
        count("Somebody else made the same commit"),
        count("nothing to do"),
        most.max().unwrap_or(1),
        race.millis.0 / race.ends.len() as u128,
        race.millis.1,
    );
}
