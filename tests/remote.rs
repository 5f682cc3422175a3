//! `hhgit sync --remote` on real repositories: from inside a clone and from nothing, shallow, partial, either hash.
#![allow(clippy::unwrap_used, reason = "a test may unwrap")]
#![cfg(unix)]

mod support;

use std::path::{Path, PathBuf};

use hhgit::ids::CommitId;
use support::{Ended, TempRepo, hhgit, hhgit_command, leftovers_in, run, vpc};

const MANIFEST: &str = "version: '1.0'\n";

/// A bare repository with a fabric directory, `f`, an object in its raw/ and a few commits on top.
fn prepared() -> TempRepo {
    prepared_as(TempRepo::bare())
}

fn prepared_as(temp: TempRepo) -> TempRepo {
    temp.git(&["config", "uploadpack.allowFilter", "true"]);
    temp.commit("main", &[("f/.hnp/manifest.yaml", MANIFEST), ("f/raw/.gitkeep", ""), ("README.md", "0\n")]);
    temp.commit("main", &[("f/raw/a.yaml", &vpc("a", "x"))]);
    for n in 1..4 {
        temp.commit("main", &[("README.md", &format!("{n}\n"))]);
    }
    temp
}

/// A directory that is in no repository, beside this one.
fn nowhere(temp: &TempRepo) -> PathBuf {
    let dir = temp.beside("nowhere");
    std::fs::create_dir_all(&dir).unwrap();
    dir
}

fn file_url(temp: &TempRepo) -> String {
    format!("file://{}", temp.dir().display())
}

/// What a sync in the repository itself would make of its branch, in a copy.
fn expected(temp: &TempRepo) -> CommitId {
    let copy = temp.beside("copy");
    temp.git(&["clone", "--quiet", "--mirror", ".", copy.to_str().unwrap()]);
    let ended = hhgit(&copy, &["sync", "main"]);
    assert_eq!(ended.code, Some(0), "{ended:?}");
    let id = support::commit_id(&temp.git_in(&copy, &["rev-parse", "main"]));
    std::fs::remove_dir_all(copy).unwrap();
    id
}

/// A clone of it, made with these flags.
fn cloned(temp: &TempRepo, flags: &[&str]) -> PathBuf {
    let clone = temp.beside("clone");
    let url = file_url(temp);
    temp.git(&[&["clone", "--quiet"], flags, &[&url, clone.to_str().unwrap()]].concat());
    clone
}

/// All of a clone that is a person's: HEAD, refs but for tracking ones, the index, the work tree; and what else lies about.
fn theirs(temp: &TempRepo, clone: &Path) -> [String; 4] {
    let refs = temp.git_in(clone, &["for-each-ref", "--format=%(refname) %(objectname)"]);
    let refs: Vec<&str> = refs.lines().filter(|line| !line.starts_with("refs/remotes/")).collect();
    let mut names: Vec<String> = std::fs::read_dir(clone.join(".git"))
        .unwrap()
        .map(|entry| entry.unwrap().file_name().to_string_lossy().into_owned())
        .filter(|name| name != "shallow")
        .collect();
    names.sort();
    [
        std::fs::read_to_string(clone.join(".git/HEAD")).unwrap() + &refs.join("\n"),
        temp.git_in(clone, &["status", "--porcelain", "--ignored", "--untracked-files=all"]),
        temp.git_in(clone, &["ls-files", "--stage"]),
        names.join("\n"),
    ]
}

fn pushed(ended: &Ended) -> bool {
    ended.code == Some(0) && ended.stdout.contains(", pushed")
}

#[test]
fn from_nothing_a_branch_is_fetched_sorted_and_pushed_and_nothing_stays_behind() {
    for by_url in [false, true] {
        let temp = prepared();
        let (expected, dir, place) = (expected(&temp), nowhere(&temp), temp.beside("tmp"));
        std::fs::create_dir(&place).unwrap();
        let url = if by_url { file_url(&temp) } else { "../repo".to_owned() };
        let mut command = hhgit_command(&dir);
        let ended = run(command.args(["sync", "--remote", &url]).env("TMPDIR", &place));
        assert!(pushed(&ended), "{ended:?}");
        assert!(ended.stderr.is_empty(), "{ended:?}");
        assert_eq!(temp.tip("main"), Some(expected));
        assert_eq!(std::fs::read_dir(&place).unwrap().count(), 0);
        assert_eq!(std::fs::read_dir(&dir).unwrap().count(), 0);
        temp.fsck();
    }
}

#[test]
fn a_branch_that_is_sorted_gets_no_commit_and_no_push() {
    let temp = prepared();
    let dir = nowhere(&temp);
    assert!(pushed(&hhgit(&dir, &["sync", "--remote", "../repo"])));
    let hook = temp.dir().join("hooks/pre-receive");
    std::fs::create_dir_all(hook.parent().unwrap()).unwrap();
    std::fs::write(&hook, "#!/bin/sh\nexit 1\n").unwrap();
    std::fs::set_permissions(&hook, std::os::unix::fs::PermissionsExt::from_mode(0o755)).unwrap();
    let before = temp.state();
    let ended = hhgit(&dir, &["sync", "--remote", "../repo"]);
    let told = format!("f (f): nothing to sort\nmain of ../repo ({}): nothing to do\n", temp.dir().display());
    assert_eq!((ended.code, ended.stdout), (Some(0), told));
    assert_eq!(temp.state(), before);
}

#[test]
fn in_a_clone_nothing_of_the_persons_is_touched() {
    let temp = prepared();
    let expected = expected(&temp);
    let clone = cloned(&temp, &[]);
    std::fs::write(clone.join("README.md"), "mine\n").unwrap();
    std::fs::write(clone.join("f/raw/new.yaml"), vpc("new", "x")).unwrap();
    temp.git_in(&clone, &["add", "README.md"]);
    let before = theirs(&temp, &clone);
    let ended = hhgit(&clone.join("f"), &["sync", "--remote", "origin"]);
    assert!(pushed(&ended), "{ended:?}");
    let told = format!("main of origin ({}): ", file_url(&temp));
    assert!(ended.stdout.contains(&told), "{ended:?}");
    assert_eq!(temp.tip("main"), Some(expected));
    assert_eq!(theirs(&temp, &clone), before);
    assert_eq!(leftovers_in(&clone.join(".git")), Vec::<String>::new());
}

#[test]
fn the_branch_may_be_named_either_way_and_only_once() {
    for args in [&["other"][..], &["--branch", "other"], &["other", "--branch", "refs/heads/other"]] {
        let temp = prepared();
        temp.git(&["update-ref", "refs/heads/other", "main"]);
        let ended = hhgit(&nowhere(&temp), &[&["sync", "--remote", "../repo"], args].concat());
        assert!(pushed(&ended), "{ended:?}");
        assert_eq!((temp.tip("other").is_some(), temp.tip("other") == temp.tip("main")), (true, false));
    }
}

#[test]
fn in_a_shallow_clone_the_history_that_is_needed_is_fetched() {
    let temp = prepared();
    let expected = expected(&temp);
    let clone = cloned(&temp, &["--depth=1"]);
    let before = theirs(&temp, &clone);
    let ended = hhgit(&clone, &["sync", "--remote", "origin"]);
    assert!(pushed(&ended), "{ended:?}");
    assert_eq!((temp.tip("main"), theirs(&temp, &clone)), (Some(expected), before));
}

#[test]
fn a_sync_that_was_taken_back_long_ago_is_not_done_again_from_nothing() {
    let temp = prepared();
    let dir = nowhere(&temp);
    assert!(pushed(&hhgit(&dir, &["sync", "--remote", "../repo"])));
    let work = temp.beside("work");
    temp.git(&["clone", "--quiet", ".", work.to_str().unwrap()]);
    temp.git_in(&work, &["revert", "--no-edit", "HEAD"]);
    temp.git_in(&work, &["push", "--quiet", "origin", "HEAD:main"]);
    for n in 0..40 {
        temp.commit("main", &[("README.md", &format!("later {n}\n"))]);
    }
    let expected = expected(&temp);
    let ended = hhgit(&dir, &["sync", "--remote", &file_url(&temp)]);
    assert!(pushed(&ended), "{ended:?}");
    assert_eq!(temp.tip("main"), Some(expected));
    assert!(temp.files("main").contains_key("f/unmanaged/a.yaml"), "{ended:?}");
}

#[test]
fn in_a_partial_clone_what_is_missing_is_fetched() {
    for filter in ["blob:none", "tree:0"] {
        let temp = prepared();
        let expected = expected(&temp);
        let clone = cloned(&temp, &["--no-checkout", &format!("--filter={filter}")]);
        let ended = hhgit(&clone, &["sync", "--remote", "origin"]);
        assert!(pushed(&ended), "{filter}: {ended:?}");
        assert_eq!(temp.tip("main"), Some(expected));
        temp.fsck();
    }
}

#[test]
fn either_hash_will_do_but_not_both() {
    let temp = prepared_as(TempRepo::init(&["--bare", "--object-format=sha256"]));
    let other = TempRepo::bare();
    let url = file_url(&temp);
    let mixed = hhgit(other.dir(), &["sync", "--remote", &url, "--branch", "main"]);
    assert_eq!(mixed.code, Some(3), "{mixed:?}");
    assert!(mixed.stderr.contains("names its objects by sha256, this repository by sha1"), "{mixed:?}");
    let clone = cloned(&temp, &[]);
    temp.commit("side", &[("f/.hnp/manifest.yaml", MANIFEST), ("f/raw/a.yaml", &vpc("a", "x"))]);
    assert!(pushed(&hhgit(&nowhere(&temp), &["sync", "--remote", &url])));
    let ended = hhgit(&clone, &["sync", "--remote", "origin", "side"]);
    assert!(pushed(&ended), "{ended:?}");
    assert_eq!(temp.git(&["rev-parse", "side"]).len(), 64);
}

#[test]
fn gits_own_settings_say_where_a_remote_is() {
    let temp = prepared();
    let clone = cloned(&temp, &[]);
    let path = temp.dir().to_str().unwrap();
    temp.git_in(&clone, &["config", &format!("url.{path}.insteadOf"), "short:"]);
    let ended = hhgit(&clone, &["sync", "--remote", "short:", "--dry-run"]);
    assert!(ended.stdout.contains(&format!("main of short: ({path}): dry run")), "{ended:?}");
    // A push address of its own is where the branch is fetched from, too.
    temp.git_in(&clone, &["config", "remote.origin.url", "/nonexistent"]);
    temp.git_in(&clone, &["config", "remote.origin.pushurl", path]);
    temp.git_in(&clone, &["config", "remote.origin.mirror", "true"]);
    let ended = hhgit(&clone, &["sync", "--remote", "origin"]);
    assert!(pushed(&ended), "{ended:?}");
}

#[test]
fn bots_in_one_clone_at_once_do_not_meet() {
    let temp = prepared();
    let expected = expected(&temp);
    let clone = cloned(&temp, &["--depth=1"]);
    let ends: Vec<Ended> = std::thread::scope(|scope| {
        let bots: Vec<_> = (0..5).map(|_| scope.spawn(|| hhgit(&clone, &["sync", "--remote", "origin"]))).collect();
        bots.into_iter().map(|bot| bot.join().unwrap()).collect()
    });
    assert!(ends.iter().all(|end| end.code == Some(0)), "{ends:?}");
    assert_eq!(temp.tip("main"), Some(expected));
    let refs = temp.git_in(&clone, &["for-each-ref", "refs/hhgit"]);
    assert_eq!((refs.as_str(), leftovers_in(&clone.join(".git"))), ("", Vec::new()));
}

#[test]
fn what_a_killed_run_left_in_a_clone_is_taken_away_by_the_next() {
    let temp = prepared();
    let clone = cloned(&temp, &[]);
    let before = theirs(&temp, &clone);
    std::fs::write(clone.join(".git/hhgit-run-dead"), "").unwrap();
    temp.git_in(&clone, &["update-ref", "refs/hhgit/remote/hhgit-run-dead", "HEAD"]);
    assert!(pushed(&hhgit(&clone, &["sync", "--remote", "origin"])));
    assert_eq!(theirs(&temp, &clone), before);
    assert!(!clone.join(".git/refs/hhgit").exists());
}

#[test]
fn a_ref_that_a_killed_runs_git_made_after_all_was_cleared_up_is_taken_away_too() {
    let temp = prepared();
    let clone = cloned(&temp, &[]);
    let before = theirs(&temp, &clone);
    temp.git_in(&clone, &["update-ref", "refs/hhgit/remote/hhgit-run-late", "HEAD"]);
    temp.git_in(&clone, &["update-ref", "refs/hhgit/remote/hhgit-run-packed", "HEAD"]);
    temp.git_in(&clone, &["pack-refs", "--all"]);
    temp.git_in(&clone, &["update-ref", "refs/hhgit/remote/hhgit-run-later", "HEAD"]);
    assert!(pushed(&hhgit(&clone, &["sync", "--remote", "origin"])));
    assert_eq!(temp.git_in(&clone, &["for-each-ref", "refs/hhgit"]), "");
    assert_eq!(theirs(&temp, &clone)[..3], before[..3]);
}

#[test]
fn machines_of_any_zone_language_user_and_mask_make_the_same_commit() {
    let machines = [
        ("UTC", "C", "/nonexistent", "022"),
        ("Asia/Kathmandu", "tr_TR.UTF-8", "/tmp", "077"),
        ("America/St_Johns", "de_DE.UTF-8", "/", "002"),
        ("Pacific/Kiritimati", "ja_JP.eucJP", "/dev", "027"),
    ];
    let ids: Vec<CommitId> = std::thread::scope(|scope| {
        let sync = |(zone, language, home, mask): (&str, &str, &str, &str)| {
            let temp = prepared();
            let documents: Vec<(String, String)> =
                (0..100).map(|n| (format!("f/raw/{n}.yaml"), vpc(&format!("v-{n}"), "x"))).collect();
            let files: Vec<(&str, &str)> =
                documents.iter().map(|(path, text)| (path.as_str(), text.as_str())).collect();
            temp.commit("main", &files);
            let script = format!("umask {mask}; exec \"$@\"");
            let mut command = support::hhgit_under(&nowhere(&temp), "sh", &["-c", &script, "sh"]);
            command.args(["sync", "--remote", "../repo"]).env("TZ", zone).env("HOME", home).env("USER", home);
            command.env("LANG", language).env("LC_ALL", language).env("LANGUAGE", language);
            let ended = run(&mut command);
            assert!(pushed(&ended), "{ended:?}");
            temp.tip("main").unwrap()
        };
        let runs: Vec<_> = machines.map(|machine| scope.spawn(move || sync(machine))).into_iter().collect();
        runs.into_iter().map(|run| run.join().unwrap()).collect()
    });
    assert!(ids.iter().all(|id| *id == ids[0]), "{ids:?}");
}
