//! Many syncs at once beside people who push and a git that tidies up: nothing is lost, doubled or left behind.
//!
//! Bounded by rounds: each of the people commits so often, everybody else goes on until they are done.
//! `HHGIT_RACE_ROUNDS` asks for more. `HHGIT_RACE_SECONDS` asks for so long instead, and for harder things: `git gc --prune=now` runs
//! without rest, and every fourth sync is killed.

#![allow(clippy::unwrap_used, reason = "a test may unwrap")]

mod support;

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;
use std::process::{Command, Stdio};
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use support::{Ended, TempRepo, git_command, hhgit, hhgit_command, leftovers, run, vpc};

const SYNCS: usize = 8;
const PEOPLE: usize = 3;
/// Every so many of a person's rounds change an object that is there already; others bring a note that is no object.
const SHARED: usize = 3;
const NOTES: usize = 5;
/// How often a person tries to get one commit in.
const MOST_TRIES: usize = 1000;

/// How hard the race is.
#[derive(Clone, Copy)]
enum Course {
    /// So many commits of each person.
    Rounds(usize),
    /// As many as there is time for, while syncs are killed and everything that no ref names is pruned.
    Until(Instant),
}

impl Course {
    fn asked() -> Self {
        let number = |name: &str| std::env::var(name).ok().and_then(|text| text.parse().ok());
        match number("HHGIT_RACE_SECONDS") {
            Some(seconds) => Self::Until(Instant::now() + Duration::from_secs(seconds)),
            None => Self::Rounds(number("HHGIT_RACE_ROUNDS").map_or(4, |rounds| usize::try_from(rounds).unwrap())),
        }
    }

    fn goes_on(self, round: usize) -> bool {
        match self {
            Self::Rounds(rounds) => round < rounds,
            Self::Until(end) => Instant::now() < end,
        }
    }

    fn is_hard(self) -> bool {
        matches!(self, Self::Until(_))
    }
}

/// What a person commits in a round: a path below raw/ and its content.
fn change(person: usize, round: usize) -> (String, String) {
    if round % NOTES == NOTES - 1 {
        return (format!("raw/notes/p{person}-{round}.txt"), format!("note {round} of {person}\n"));
    }
    let name = if round.is_multiple_of(SHARED) { format!("p{person}-shared") } else { format!("p{person}-{round}") };
    (format!("raw/{name}.yaml"), vpc(&name, &format!("round {round}")))
}

/// What must be there in the end: each path with its content.
fn expected(rounds: &[usize]) -> BTreeMap<String, String> {
    let mut files = BTreeMap::new();
    let each = rounds.iter().enumerate();
    for (person, round) in each.flat_map(|(person, rounds)| (0..*rounds).map(move |round| (person, round))) {
        let (path, content) = change(person, round);
        let below = path.strip_prefix("raw/").unwrap();
        let path = if below.ends_with(".txt") { format!("unmanaged/{below}") } else { format!("managed/vpcs/{below}") };
        files.insert(path, content);
    }
    files
}

/// How a command that worked answers. Git itself sometimes fails beside a git that tidies up ("unable to create temporary file"
/// where a folder of objects has just gone); a person then tries again.
fn said(command: &mut Command) -> Option<String> {
    let Ended { code, stdout, .. } = run(command);
    (code == Some(0)).then(|| stdout.trim_end().to_owned())
}

/// Commits by plumbing and compare-and-swap. Answers the commit if it became the tip.
fn commit_by_swap(repo: &Path, index: &Path, path: &str, content: &str) -> Option<String> {
    let git = || {
        let mut command = git_command(repo);
        command.env("GIT_INDEX_FILE", index);
        command
    };
    let file = index.with_extension("content");
    std::fs::write(&file, content).unwrap();
    let blob = said(git().args(["hash-object", "-w", "--no-filters"]).arg(&file))?;
    let tip = said(git().args(["rev-parse", "refs/heads/main"]))?;
    said(git().args(["read-tree", &tip]))?;
    said(git().args(["update-index", "--add", "--cacheinfo", &format!("100644,{blob},{path}")]))?;
    let tree = said(git().arg("write-tree"))?;
    let commit = said(git().args(["commit-tree", "-m", "person", "-p", &tip, &tree]))?;
    said(git().args(["update-ref", "refs/heads/main", &commit, &tip]))?;
    Some(commit)
}

/// A message that no other commit has. Git gives packs of the same objects one name, so a push of what was pushed before would give
/// git's own `.keep` to a pack that has none any more.
fn message() -> String {
    static MADE: AtomicUsize = AtomicUsize::new(0);
    format!("--message=person {}", MADE.fetch_add(1, Ordering::SeqCst))
}

/// Commits in a clone and pushes. Answers the commit if it was taken.
fn commit_by_push(clone: &Path, path: &str, content: &str) -> Option<String> {
    let git = || git_command(clone);
    said(git().args(["fetch", "--quiet", "origin", "main"]))?;
    said(git().args(["reset", "--quiet", "--hard", "FETCH_HEAD"]))?;
    let full = clone.join(path);
    std::fs::create_dir_all(full.parent().unwrap()).unwrap();
    std::fs::write(full, content).unwrap();
    said(git().args(["add", path]))?;
    said(git().args(["commit", "--quiet", &message()]))?;
    let commit = said(git().args(["rev-parse", "HEAD"]))?;
    // What the remote says of a push is not asked: it may have been taken all the same.
    drop(said(git().args(["push", "--quiet", "origin", "HEAD:refs/heads/main"])));
    for _ in 0..MOST_TRIES {
        if said(git().args(["fetch", "--quiet", "origin", "main"])).is_some() {
            return said(git().args(["merge-base", "--is-ancestor", &commit, "FETCH_HEAD"])).map(|_| commit);
        }
    }
    panic!("the repository cannot be fetched from any more");
}

/// Commits in a clone, brings the commit under a ref of one's own, where no git prunes it, and moves the branch by
/// compare-and-swap. Answers the commit if it became the tip.
fn commit_by_safe_swap(repo: &Path, clone: &Path, path: &str, content: &str) -> Option<String> {
    let git = || git_command(clone);
    said(git().args(["fetch", "--quiet", "origin", "main"]))?;
    said(git().args(["reset", "--quiet", "--hard", "FETCH_HEAD"]))?;
    let tip = said(git().args(["rev-parse", "HEAD"]))?;
    let full = clone.join(path);
    std::fs::create_dir_all(full.parent().unwrap()).unwrap();
    std::fs::write(full, content).unwrap();
    said(git().args(["add", path]))?;
    said(git().args(["commit", "--quiet", &message()]))?;
    let commit = said(git().args(["rev-parse", "HEAD"]))?;
    let own = format!("+HEAD:refs/people/{}", clone.file_name().unwrap().to_string_lossy());
    said(git().args(["push", "--quiet", "origin", &own]))?;
    said(git_command(repo).args(["update-ref", "refs/heads/main", &commit, &tip]))?;
    Some(commit)
}

/// Tries again until it is done; somebody else's progress and git's own trouble are the only reasons to.
fn insist(mut attempt: impl FnMut() -> Option<String>) -> String {
    (0..MOST_TRIES).find_map(|_| attempt()).expect("what fails so often fails for good")
}

/// Packs refs, and now and then objects, until told to stop; answers how often.
fn tidy(repo: &Path, done: &AtomicBool) -> usize {
    let mut turns = 0;
    while !done.load(Ordering::SeqCst) {
        run(git_command(repo).args(["pack-refs", "--all"]));
        turns += 1;
        match turns % 20 {
            7 => drop(run(git_command(repo).args(["gc", "--auto", "--quiet"]))),
            14 => drop(run(git_command(repo).args(["repack", "-a", "-d", "--quiet"]))),
            _ => {}
        }
    }
    turns
}

/// Packs refs until told to stop; answers how often.
fn pack_refs(repo: &Path, done: &AtomicBool) -> usize {
    let mut turns = 0;
    while !done.load(Ordering::SeqCst) {
        run(git_command(repo).args(["pack-refs", "--all"]));
        turns += 1;
    }
    turns
}

/// Deletes whatever no ref names, until told to stop; answers how often.
fn prune(repo: &Path, done: &AtomicBool) -> usize {
    let mut turns = 0;
    while !done.load(Ordering::SeqCst) {
        turns += usize::from(run(git_command(repo).args(["gc", "--prune=now", "--quiet"])).code == Some(0));
    }
    turns
}

/// Syncs over and over until told to stop; every fourth run is killed at a moment by chance where that is asked for.
fn sync(repo: &Path, done: &AtomicBool, kills: bool) -> Vec<Ended> {
    let mut ends = Vec::new();
    let mut chance = std::hash::BuildHasher::hash_one(&std::hash::RandomState::new(), 0);
    while !done.load(Ordering::SeqCst) {
        if !kills || ends.len() % 4 != 3 {
            ends.push(hhgit(repo, &["sync", "main"]));
            continue;
        }
        chance = chance.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        let mut command = hhgit_command(repo);
        let mut child = command.args(["sync", "main"]).stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap();
        let until = Instant::now() + Duration::from_micros((chance >> 32) % 400_000);
        while Instant::now() < until && child.try_wait().unwrap().is_none() {
            std::thread::yield_now();
        }
        drop(child.kill());
        let code = child.wait().unwrap().code();
        ends.push(Ended { code, stdout: String::new(), stderr: String::new() });
    }
    ends
}

/// Somebody who is at work; the last to leave ends it for all, however they left.
struct AtWork<'a> {
    working: &'a AtomicUsize,
    done: &'a AtomicBool,
}

impl Drop for AtWork<'_> {
    fn drop(&mut self) {
        if self.working.fetch_sub(1, Ordering::SeqCst) == 1 {
            self.done.store(true, Ordering::SeqCst);
        }
    }
}

/// What came of a race.
struct Raced {
    /// The people's commits, one list for each of them.
    commits: Vec<Vec<String>>,
    /// How the syncs ended.
    ends: Vec<Ended>,
    /// How often refs were packed.
    tidied: usize,
    /// How often everything that no ref names was deleted.
    pruned: usize,
}

/// Everybody at once.
fn race(temp: &TempRepo, course: Course) -> Raced {
    let (done, working) = (AtomicBool::new(false), AtomicUsize::new(PEOPLE));
    let clone = |person: usize| temp.beside(&format!("clone-{person}"));
    for person in (0..PEOPLE).filter(|person| *person == 0 || course.is_hard()) {
        temp.git(&["clone", "--quiet", ".", clone(person).to_str().unwrap()]);
    }
    let repo = temp.dir();
    std::thread::scope(|scope| {
        let (done, working, clone) = (&done, &working, &clone);
        let people: Vec<_> = (0..PEOPLE)
            .map(|person| {
                let index = temp.beside(&format!("index-{person}"));
                scope.spawn(move || {
                    let _at_work = AtWork { working, done };
                    let commit = |round| {
                        let (path, content) = change(person, round);
                        match person {
                            0 => insist(|| commit_by_push(&clone(0), &path, &content)),
                            _ if course.is_hard() => {
                                insist(|| commit_by_safe_swap(repo, &clone(person), &path, &content))
                            }
                            _ => insist(|| commit_by_swap(repo, &index, &path, &content)),
                        }
                    };
                    (0..).take_while(|round| course.goes_on(*round)).map(commit).collect::<Vec<String>>()
                })
            })
            .collect();
        let syncs: Vec<_> = (0..SYNCS).map(|_| scope.spawn(|| sync(repo, done, course.is_hard()))).collect();
        let tidied = scope.spawn(|| if course.is_hard() { pack_refs(repo, done) } else { tidy(repo, done) });
        let pruned = course.is_hard().then(|| scope.spawn(|| prune(repo, done)));
        let commits = people.into_iter().map(|person| person.join().unwrap()).collect();
        let ends = syncs.into_iter().flat_map(|sync| sync.join().unwrap()).collect();
        let pruned = pruned.map_or(0, |pruned| pruned.join().unwrap());
        Raced { commits, ends, tidied: tidied.join().unwrap(), pruned }
    })
}

/// The first-parent history, newest first: id, parents and tree. None has two parents, none changes nothing.
fn history(temp: &TempRepo) -> BTreeSet<String> {
    let log = temp.git(&["log", "--format=%H,%P,%T", "main"]);
    let rows: Vec<Vec<&str>> = log.lines().map(|line| line.split(',').collect()).collect();
    for pair in rows.windows(2) {
        assert_eq!(pair[0][1], pair[1][0], "one line of commits");
        assert_ne!(pair[0][2], pair[1][2], "{} changes nothing", pair[0][0]);
    }
    rows.iter().map(|row| row[0].to_owned()).collect()
}

/// Locks, temporary files and `.keep`s that are left. Of a push whose folder a git that prunes has taken away, git leaves its own `.keep`.
fn left(temp: &TempRepo) -> Vec<String> {
    let is_gits = |path: &String| {
        std::fs::read_to_string(temp.git_dir().join(path)).is_ok_and(|text| text.starts_with("receive-pack "))
    };
    leftovers(temp).into_iter().filter(|path| !is_gits(path)).collect()
}

#[test]
fn eight_syncs_people_and_a_tidying_git_lose_nothing() {
    let course = Course::asked();
    let temp = TempRepo::bare();
    // A cruft pack gathers what people have written and not yet named by a ref, and git's own `repack -a -d` then deletes it.
    temp.git(&["config", "gc.cruftPacks", "false"]);
    temp.git(&["config", "gc.autoDetach", "false"]);
    temp.git(&["config", "gc.autoPackLimit", "10"]);
    if course.is_hard() {
        // A push's objects stay in their kept pack; loose ones a git that prunes would delete before the push names them.
        temp.git(&["config", "receive.unpackLimit", "1"]);
        temp.git(&["config", "receive.autogc", "false"]);
    }
    temp.commit("main", &[("raw/.gitkeep", ""), (".hnp/manifest.yaml", "version: '1.0'\n"), ("README.md", "r\n")]);
    let Raced { commits, ends, tidied, pruned } = race(&temp, course);
    for end in &ends {
        // Whether what a sync missed is gone for good is what a reader of a failure asks first.
        let named = end.stderr.split(' ').find(|word| word.len() == 40);
        let is_there = || named.map(|id| temp.git_succeeds(&["cat-file", "-e", id]));
        let is_killed = course.is_hard() && end.code.is_none();
        assert!(is_killed || matches!(end.code, Some(0 | 4)), "{end:?}; is what it names there now? {:?}", is_there());
    }
    let last = hhgit(temp.dir(), &["sync", "main"]);
    assert_eq!(last.code, Some(0), "{last:?}");
    let all = history(&temp);
    let rounds: Vec<usize> = commits.iter().map(Vec::len).collect();
    let commits: Vec<String> = commits.into_iter().flatten().collect();
    assert!(commits.iter().all(|commit| all.contains(commit)), "every person's commit is there");
    let found: BTreeMap<String, String> = temp.files("main").into_iter().map(|(p, c)| (p, c + "\n")).collect();
    let objects = |files: &BTreeMap<String, String>| -> BTreeMap<String, String> {
        let is_kept = |path: &str| path.ends_with(".gitkeep") || path.ends_with(".metadata") || path.contains(".hnp/");
        files.clone().into_iter().filter(|(path, _)| !is_kept(path) && path != "README.md").collect()
    };
    assert_eq!(objects(&found), expected(&rounds));
    let raw: Vec<&String> = found.keys().filter(|path| path.starts_with("raw/")).collect();
    assert_eq!(raw, ["raw/.gitkeep"]);
    assert_eq!(left(&temp), Vec::<String>::new());
    temp.fsck();
    let count = |is: &dyn Fn(&Ended) -> bool| ends.iter().filter(|end| is(end)).count();
    let (gave_up, killed) = (count(&|end| end.code == Some(4)), count(&|end| end.code.is_none()));
    let same = count(&|end| end.stdout.contains("Somebody else made the same commit"));
    eprintln!(
        "{} commits of people, {} of hhgit; {} runs of sync: {same} found their commit made already, {gave_up} gave up, {killed} were killed; refs packed {tidied} times, everything unnamed pruned {pruned} times",
        commits.len(),
        all.len() - commits.len() - 1,
        ends.len(),
    );
}
