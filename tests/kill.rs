//! A sync that is killed at any moment leaves a sound repository, and the next one finishes its job and clears up after it.
//!
//! `HHGIT_KILLS` asks for more kills.

#![allow(clippy::unwrap_used, reason = "a test may unwrap")]
#![cfg(unix)]

mod support;

use std::os::unix::process::ExitStatusExt;
use std::path::{Path, PathBuf};
use std::process::{Child, Stdio};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use hhgit::ids::CommitId;
use support::{TempRepo, commit_id, git_command, hhgit, hhgit_command, leftovers_in, run, vpc};

const FILES: usize = 300;
const WORKERS: usize = 2;

fn kills() -> usize {
    std::env::var("HHGIT_KILLS").ok().and_then(|text| text.parse().ok()).unwrap_or(25)
}

/// When to kill.
#[derive(Debug, Clone, Copy)]
enum Moment {
    /// After this share of a thousand of an undisturbed run's time.
    Share(u32),
    /// As soon as this can be seen, below the git directory; the name's start is enough.
    Seen(&'static str, &'static str),
    /// As soon as the branch has moved.
    Moved,
}

/// Moments spread over the whole run, and those between the steps that matter.
fn moments(count: usize) -> Vec<Moment> {
    const STEPS: [Moment; 5] = [
        Moment::Seen("objects/pack", "hhgit-tmp-"),
        Moment::Seen("objects/pack", "pack-new.keep"),
        Moment::Seen("refs/heads", "main.lock"),
        Moment::Seen("refs/heads", "main.lock.lock"),
        Moment::Moved,
    ];
    // A small generator with a fixed seed, so that a failing run can be had again.
    let mut seed: u64 = 0x6868_6769_7400_0001;
    let mut random = move || {
        seed ^= seed << 13;
        seed ^= seed >> 7;
        seed ^= seed << 17;
        u32::try_from(seed % 1000).unwrap()
    };
    let moment = |index: usize| match index % 3 {
        2 => STEPS[index / 3 % STEPS.len()],
        _ => {
            let slot = u32::try_from(index * 1000 / count).unwrap();
            Moment::Share(slot + random() / u32::try_from(count).unwrap())
        }
    };
    (0..count).map(moment).collect()
}

/// A bare repository with enough to sort, packed, to be copied for each kill.
fn prepared() -> TempRepo {
    let temp = TempRepo::bare();
    let documents: Vec<(String, String)> = (0..FILES)
        .map(|n| match n % 10 {
            7 => (format!("raw/notes/{n}.txt"), format!("note {n}\n")),
            8 => (
                format!("raw/many-{n}.yaml"),
                format!("{}---\n{}", vpc(&format!("a-{n}"), "x"), vpc(&format!("b-{n}"), "y")),
            ),
            9 => (format!("raw/mixed-{n}.yaml"), format!("{}---\nkind: [\n", vpc(&format!("m-{n}"), "x"))),
            _ => (format!("raw/vpc-{n}.yaml"), vpc(&format!("vpc-{n}"), "x")),
        })
        .collect();
    let mut files: Vec<(&str, &str)> = documents.iter().map(|(path, text)| (path.as_str(), text.as_str())).collect();
    files.extend([("raw/.gitkeep", ""), (".hnp/manifest.yaml", "version: '1.0'\n")]);
    temp.commit("main", &files);
    temp.git(&["repack", "-a", "-d", "--quiet"]);
    temp
}

fn copy(from: &Path, to: &Path) {
    std::fs::create_dir_all(to).unwrap();
    for entry in std::fs::read_dir(from).unwrap() {
        let entry = entry.unwrap();
        match entry.file_type().unwrap().is_dir() {
            true => copy(&entry.path(), &to.join(entry.file_name())),
            false => drop(std::fs::copy(entry.path(), to.join(entry.file_name())).unwrap()),
        }
    }
}

fn tip(repo: &Path) -> CommitId {
    commit_id(&run(git_command(repo).args(["rev-parse", "refs/heads/main"])).stdout)
}

fn names(dir: &Path) -> Vec<String> {
    let entries = std::fs::read_dir(dir).into_iter().flatten();
    entries.filter_map(|entry| Some(entry.ok()?.file_name().to_string_lossy().into_owned())).collect()
}

fn start(repo: &Path) -> Child {
    hhgit_command(repo).arg("sync").stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap()
}

/// Waits for the moment by looking, or for the child's end.
fn wait_for(moment: Moment, repo: &Path, child: &mut Child, whole: Duration) {
    let started = Instant::now();
    let before = std::fs::read(repo.join("refs/heads/main")).unwrap();
    let has_come = || match moment {
        Moment::Share(share) => started.elapsed() >= whole * share / 1000,
        Moment::Seen(dir, "pack-new.keep") => names(&repo.join(dir)).iter().any(|name| name.ends_with(".keep")),
        Moment::Seen(dir, start) => names(&repo.join(dir)).iter().any(|name| name.starts_with(start)),
        Moment::Moved => std::fs::read(repo.join("refs/heads/main")).unwrap() != before,
    };
    // Turns without rest: what is looked for may be there for less than a millisecond.
    while !has_come() && child.try_wait().unwrap().is_none() {
        std::hint::spin_loop();
    }
}

/// What a kill came to.
#[derive(Debug, Default)]
struct Tally {
    killed: AtomicUsize,
    moved: AtomicUsize,
    locks: AtomicUsize,
    keeps: AtomicUsize,
    staging: AtomicUsize,
}

fn sound(repo: &Path, moment: Moment) {
    let fsck = run(git_command(repo).args(["fsck", "--strict", "--connectivity-only", "--no-dangling"]));
    assert_eq!((fsck.code, fsck.stdout.as_str()), (Some(0), ""), "{moment:?}: {}", fsck.stderr);
}

/// Kills a sync of a copy at the moment, and has the next one finish.
fn kill_one(from: &Path, repo: &Path, moment: Moment, whole: Duration, after: CommitId, tally: &Tally) {
    copy(from, repo);
    let before = tip(repo);
    let mut child = start(repo);
    wait_for(moment, repo, &mut child, whole);
    drop(child.kill());
    let killed = child.wait().unwrap().signal() == Some(9);
    let count = |cell: &AtomicUsize, is: bool| {
        cell.fetch_add(usize::from(is), Ordering::SeqCst);
    };
    let left = leftovers_in(repo);
    count(&tally.killed, killed);
    count(&tally.moved, killed && tip(repo) == after);
    count(&tally.locks, left.iter().any(|name| name.ends_with(".lock")));
    count(&tally.keeps, left.iter().any(|name| name.ends_with(".keep") && !name.contains("tmp")));
    count(&tally.staging, left.iter().any(|name| name.contains("hhgit-tmp-")));
    assert!([before, after].contains(&tip(repo)), "{moment:?}: neither before nor after");
    sound(repo, moment);
    let next = hhgit(repo, &["sync"]);
    assert_eq!(next.code, Some(0), "{moment:?}: {next:?}");
    assert_eq!((tip(repo), leftovers_in(repo)), (after, Vec::new()), "{moment:?}, left were {left:?}");
    let packs = names(&repo.join("objects/pack"));
    let with = |extension: &str| packs.iter().filter(|name| name.ends_with(extension)).count();
    assert_eq!(with(".pack"), with(".idx"), "{moment:?}: {packs:?}");
    sound(repo, moment);
    std::fs::remove_dir_all(repo).unwrap();
}

#[test]
fn after_a_kill_at_any_moment_the_next_sync_finishes_the_job() {
    let temp = prepared();
    let copy_at = |name: &str| -> PathBuf { temp.beside(name) };
    let undisturbed = |n: usize| {
        let repo = copy_at(&format!("undisturbed-{n}"));
        copy(temp.dir(), &repo);
        let started = Instant::now();
        assert!(start(&repo).wait().unwrap().success());
        (started.elapsed(), tip(&repo))
    };
    let (whole, after) = (0..3).map(undisturbed).min().unwrap();
    let (moments, next, tally) = (moments(kills()), AtomicUsize::new(0), Tally::default());
    std::thread::scope(|scope| {
        for worker in 0..WORKERS {
            let (moments, next, tally, repo) = (&moments, &next, &tally, copy_at(&format!("killed-{worker}")));
            let from = temp.dir();
            scope.spawn(move || {
                while let Some(moment) = moments.get(next.fetch_add(1, Ordering::SeqCst)) {
                    kill_one(from, &repo, *moment, whole, after, tally);
                }
            });
        }
    });
    eprintln!("{} kills of a run of {whole:?}: {tally:?}", moments.len());
}

/// A sync that holds the branch's lock and waits for HEAD's, which git seems to hold.
fn waiting_with_the_lock(temp: &TempRepo) -> Child {
    std::fs::write(temp.git_dir().join("HEAD.lock"), "").unwrap();
    let mut child = start(temp.dir());
    wait_for(Moment::Seen("refs/heads", "main.lock"), temp.dir(), &mut child, Duration::ZERO);
    assert!(temp.git_dir().join("refs/heads/main.lock").exists());
    child
}

#[test]
fn a_lock_that_a_killed_sync_held_is_taken_away_by_the_next_and_gits_own_stays() {
    let temp = prepared();
    let before = temp.tip("main");
    let mut child = waiting_with_the_lock(&temp);
    child.kill().unwrap();
    child.wait().unwrap();
    assert!(temp.git_dir().join("refs/heads/main.lock").exists(), "the killed sync left its lock");
    temp.git(&["config", "core.filesRefLockTimeout", "1"]);
    let refused = hhgit(temp.dir(), &["sync"]);
    assert_eq!((refused.code, temp.tip("main")), (Some(3), before));
    assert!(refused.stderr.contains("HEAD.lock stayed busy"), "{refused:?}");
    assert_eq!(leftovers_in(temp.dir()), ["HEAD.lock"]);
    std::fs::remove_file(temp.git_dir().join("HEAD.lock")).unwrap();
    assert_eq!(hhgit(temp.dir(), &["sync"]).code, Some(0));
    assert_eq!(leftovers_in(temp.dir()), Vec::<String>::new());
    assert_ne!(temp.tip("main"), before);
}

#[test]
fn an_interrupted_sync_gives_its_locks_back_by_itself() {
    let temp = prepared();
    let before = temp.tip("main");
    for signal in ["-INT", "-TERM"] {
        let mut child = waiting_with_the_lock(&temp);
        assert_eq!(run(std::process::Command::new("kill").args([signal, &child.id().to_string()])).code, Some(0));
        assert!(!child.wait().unwrap().success());
        let left: Vec<String> = leftovers_in(temp.dir()).into_iter().filter(|name| name.contains("refs/")).collect();
        assert_eq!(left, Vec::<String>::new(), "{signal}");
        assert_eq!(temp.tip("main"), before);
    }
}
