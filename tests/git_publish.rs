//! Publishing moves a branch by compare-and-swap, whatever else goes on, and says what came of it.

#![allow(clippy::unwrap_used, reason = "a test may unwrap")]

mod support;

use hhgit::git::publish::{PublishError, publish_with};
use hhgit::git::write::Touch;
use hhgit::git::{Published, clean_up, publish};
use support::{TempRepo, branch, packs, reflog, written};

#[test]
fn a_written_commit_becomes_the_tip_and_the_repository_stays_sound() {
    let temp = TempRepo::bare();
    let base = temp.commit("main", &[("raw/a.yaml", "a"), ("README", "r")]);
    let repo = temp.open();
    let written = written(&repo, base, &[("raw/a.yaml", None), ("managed/x/a.yaml", Some("a"))]);
    let commit = written.commit();
    assert_eq!(temp.tip("main"), Some(base), "written is not yet published");
    assert_eq!(publish(&repo, &branch("main"), written, &reflog()).unwrap(), Published::Published);
    assert_eq!(temp.tip("main"), Some(commit));
    let files = [("README".to_owned(), "r".to_owned()), ("managed/x/a.yaml".to_owned(), "a".to_owned())];
    assert_eq!(temp.files("main"), files.into_iter().collect());
    assert!(packs(&temp).iter().all(|name| !name.ends_with(".keep") && !name.contains("tmp")), "{:?}", packs(&temp));
    temp.fsck();
}

#[test]
fn a_commit_and_the_one_below_it_are_published_by_one_move() {
    let temp = TempRepo::bare();
    let base = temp.commit("main", &[("kept", "k"), ("changed", "1"), ("gone", "g"), ("back", "b")]);
    let repo = temp.open();
    let below = written(
        &repo,
        base,
        &[("passing", Some("p")), ("new", Some("1")), ("changed", Some("2")), ("gone", None), ("back", None)],
    );
    let middle = below.commit();
    let above = written(&repo, middle, &[("passing", None), ("new", Some("2")), ("back", Some("again"))]);
    let (commit, both) = (above.commit(), above.on_top_of(below));
    let touches: Vec<(String, Touch)> = both.touches().iter().map(|(path, touch)| (path.to_string(), *touch)).collect();
    let expected =
        [("back", Touch::Changes), ("changed", Touch::Changes), ("gone", Touch::Removes), ("new", Touch::Adds)];
    assert_eq!(touches, expected.map(|(path, touch)| (path.to_owned(), touch)));
    assert_eq!((both.base(), both.commit()), (Some(base), commit));
    assert_eq!(packs(&temp).iter().filter(|name| name.ends_with(".keep")).count(), 2);
    assert_eq!(publish(&repo, &branch("main"), both, &reflog()).unwrap(), Published::Published);
    assert_eq!(temp.git(&["rev-list", "--parents", "main"]), format!("{commit} {middle}\n{middle} {base}\n{base}"));
    assert!(!packs(&temp).iter().any(|name| name.ends_with(".keep")), "{:?}", packs(&temp));
    temp.fsck();
}

#[test]
fn a_branch_deleted_meanwhile_is_not_recreated() {
    let temp = TempRepo::bare();
    let base = temp.commit("main", &[("a", "a")]);
    let repo = temp.open();
    let written = written(&repo, base, &[("b", Some("b"))]);
    temp.git(&["update-ref", "-d", "refs/heads/main"]);
    let before = temp.state();
    assert_eq!(publish(&repo, &branch("main"), written, &reflog()).unwrap(), Published::Gone);
    assert_eq!(temp.state(), before);
}

#[test]
fn the_same_commit_made_by_somebody_else_is_success() {
    let temp = TempRepo::bare();
    let base = temp.commit("main", &[("a", "a")]);
    let repo = temp.open();
    let (first, second) = (written(&repo, base, &[("b", Some("b"))]), written(&repo, base, &[("b", Some("b"))]));
    assert_eq!(first.commit(), second.commit(), "the same input gives the same commit");
    assert_eq!(publish(&repo, &branch("main"), first, &reflog()).unwrap(), Published::Published);
    assert_eq!(publish(&repo, &branch("main"), second, &reflog()).unwrap(), Published::AlreadyThere);
    assert!(!packs(&temp).iter().any(|name| name.ends_with(".keep")));
}

#[test]
fn a_branch_that_moved_meanwhile_stays_where_it_is() {
    let temp = TempRepo::bare();
    let base = temp.commit("main", &[("a", "a")]);
    let repo = temp.open();
    let written = written(&repo, base, &[("b", Some("b"))]);
    let actual = temp.commit("main", &[("c", "c")]);
    let before = temp.state();
    assert_eq!(publish(&repo, &branch("main"), written, &reflog()).unwrap(), Published::Moved { actual });
    assert_eq!(temp.state(), before);
}

#[test]
fn a_move_that_pack_refs_packed_while_the_lock_was_taken_is_seen() {
    let temp = TempRepo::bare();
    let base = temp.commit("main", &[("a", "a")]);
    temp.git(&["pack-refs", "--all"]);
    let repo = temp.open();
    // The handle has read the packed list with the old value in it.
    assert_eq!(repo.tip(&branch("main")).unwrap(), Some(base));
    let written = written(&repo, base, &[("b", Some("b"))]);
    let actual = temp.commit("main", &[("c", "c")]);
    let before = temp.state();
    // What pack-refs does in the hole: the new value is only in the packed list, the loose file is gone.
    let hole = || {
        let list = std::fs::read_to_string(temp.git_dir().join("packed-refs")).unwrap();
        let list = list.replace(&base.to_string(), &actual.to_string());
        std::fs::write(temp.git_dir().join("packed-refs.new"), list).unwrap();
        std::fs::rename(temp.git_dir().join("packed-refs.new"), temp.git_dir().join("packed-refs")).unwrap();
        std::fs::remove_file(temp.git_dir().join("refs/heads/main")).unwrap();
    };
    let outcome = publish_with(&repo, &branch("main"), written, &reflog(), &hole).unwrap();
    assert_eq!(outcome, Published::Moved { actual });
    assert_eq!(temp.state(), before);
}

#[test]
fn while_the_lock_is_held_git_can_neither_move_nor_delete_nor_prune_the_branch() {
    let temp = TempRepo::bare();
    let base = temp.commit("main", &[("a", "a")]);
    let other = temp.commit("other", &[("o", "o")]);
    let repo = temp.open();
    let written = written(&repo, base, &[("b", Some("b"))]);
    let commit = written.commit();
    let git = || {
        assert!(!temp.git_succeeds(&["update-ref", "refs/heads/main", &other.to_string()]));
        assert!(!temp.git_succeeds(&["update-ref", "-d", "refs/heads/main"]));
        temp.git_succeeds(&["pack-refs", "--all"]);
        assert!(temp.git_dir().join("refs/heads/main").exists(), "pack-refs leaves a locked branch's file");
    };
    assert_eq!(publish_with(&repo, &branch("main"), written, &reflog(), &git).unwrap(), Published::Published);
    assert_eq!(temp.tip("main"), Some(commit));
}

#[test]
fn a_busy_packed_refs_lock_does_not_hold_up_a_publish() {
    let temp = TempRepo::bare();
    let base = temp.commit("main", &[("a", "a")]);
    temp.git(&["pack-refs", "--all"]);
    std::fs::write(temp.git_dir().join("packed-refs.lock"), "").unwrap();
    let repo = temp.open();
    let written = written(&repo, base, &[("b", Some("b"))]);
    let commit = written.commit();
    assert_eq!(publish(&repo, &branch("main"), written, &reflog()).unwrap(), Published::Published);
    assert_eq!(temp.tip("main"), Some(commit));
}

#[test]
fn a_lock_that_a_killed_process_left_is_named() {
    let temp = TempRepo::bare();
    let base = temp.commit("main", &[("a", "a")]);
    temp.git(&["config", "core.filesRefLockTimeout", "1"]);
    let lock = temp.git_dir().join("refs/heads/main.lock");
    std::fs::write(&lock, "").unwrap();
    let repo = temp.open();
    let written = written(&repo, base, &[("b", Some("b"))]);
    let error = publish(&repo, &branch("main"), written, &reflog()).unwrap_err();
    assert!(
        matches!(&error, PublishError::Busy { lock: named, .. } if *named == lock.canonicalize().unwrap()),
        "{error}"
    );
    assert_eq!(temp.tip("main"), Some(base));
    assert!(lock.exists(), "somebody else's lock is not removed");
}

#[test]
fn a_lock_that_somebody_holds_for_a_moment_is_waited_for() {
    let temp = TempRepo::bare();
    let base = temp.commit("main", &[("a", "a")]);
    let lock = temp.git_dir().join("refs/heads/main.lock");
    std::fs::write(&lock, "").unwrap();
    let repo = temp.open();
    let written = written(&repo, base, &[("b", Some("b"))]);
    std::thread::scope(|scope| {
        let publishing = scope.spawn(move || publish(&repo, &branch("main"), written, &reflog()).unwrap());
        std::fs::remove_file(&lock).unwrap();
        assert_eq!(publishing.join().unwrap(), Published::Published);
    });
}

/// A lock as a killed hhgit leaves it: empty, and with hhgit's mark.
fn leave_marked(lock: &std::path::Path) {
    use std::os::unix::fs::PermissionsExt;
    std::fs::write(lock, "").unwrap();
    std::fs::set_permissions(lock, std::fs::Permissions::from_mode(0o1644)).unwrap();
}

#[test]
fn the_locks_that_a_killed_hhgit_left_hold_up_nobody() {
    let temp = TempRepo::bare();
    let base = temp.commit("main", &[("a", "a")]);
    let left = ["refs/heads/main.lock", "refs/heads/main.lock.lock", "HEAD.lock"].map(|name| temp.git_dir().join(name));
    left.iter().for_each(|lock| leave_marked(lock));
    let repo = temp.open();
    let written = written(&repo, base, &[("b", Some("b"))]);
    let commit = written.commit();
    assert_eq!(publish(&repo, &branch("main"), written, &reflog()).unwrap(), Published::Published);
    assert_eq!(temp.tip("main"), Some(commit));
    assert!(!left.iter().any(|lock| lock.exists()));
}

#[test]
fn cleaning_up_takes_what_hhgit_left_and_nothing_of_gits() {
    let temp = TempRepo::bare();
    temp.commit("main", &[("a", "a")]);
    let (main, head) = (temp.git_dir().join("refs/heads/main.lock"), temp.git_dir().join("HEAD.lock"));
    leave_marked(&main);
    std::fs::write(&head, "").unwrap();
    clean_up(&temp.open(), &branch("main"));
    assert_eq!((main.exists(), head.exists()), (false, true));
}

#[test]
fn a_lock_that_a_living_hhgit_holds_is_not_taken_for_left_over() {
    let temp = TempRepo::bare();
    let base = temp.commit("main", &[("a", "a")]);
    let repo = temp.open();
    let written = written(&repo, base, &[("b", Some("b"))]);
    let lock = temp.git_dir().join("refs/heads/main.lock");
    let held = || {
        clean_up(&temp.open(), &branch("main"));
        assert!(lock.exists());
    };
    assert_eq!(publish_with(&repo, &branch("main"), written, &reflog(), &held).unwrap(), Published::Published);
    assert!(!lock.exists());
}
