//! Moving a branch leaves the traces that git's own move leaves: reflogs, the hook's say, locks and folders.
#![allow(clippy::unwrap_used, reason = "a test may unwrap")]

mod support;

use std::collections::BTreeMap;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;

use hhgit::git::publish::{Reflog, publish_with};
use hhgit::git::{NewTree, PublishError, Published, Reader, RefError, Written, publish, tree, write};
use hhgit::ids::TreeId;
use hhgit::plan::{Edit, Plan};
use support::{TempRepo, branch, meta, new_file, path, reflog, written};

/// Every reflog's content by its path below `logs/`.
fn logs(git_dir: &Path) -> BTreeMap<String, String> {
    let mut logs = BTreeMap::new();
    let mut waiting = vec![git_dir.join("logs")];
    while let Some(dir) = waiting.pop() {
        for entry in std::fs::read_dir(dir).into_iter().flatten() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                waiting.push(path);
            } else {
                let name = path.strip_prefix(git_dir).unwrap().to_string_lossy().into_owned();
                logs.insert(name, std::fs::read_to_string(path).unwrap());
            }
        }
    }
    logs
}

/// Publishes a change of `main` in a repository prepared by `prepare`; git's own update-ref does it in a twin.
fn same_logs_as_git(make: fn() -> TempRepo, prepare: &dyn Fn(&TempRepo)) -> BTreeMap<String, String> {
    let run = |by_git: bool| {
        let temp = make();
        let base = temp.commit("main", &[("a", "a")]);
        prepare(&temp);
        let repo = temp.open();
        let written = written(&repo, base, &[("b", Some("b"))]);
        if by_git {
            let (new, old) = (written.commit().to_string(), base.to_string());
            let name = ["-c", "user.name=hhgit", "-c", "user.email=hhgit@localhost"];
            let update = ["update-ref", "-m", "hhgit: sync", "refs/heads/main", &new, &old];
            temp.git(&[&name[..], &update].concat());
        } else {
            let who = support::Signature {
                person: support::Person::new("Tester", "tester@localhost"),
                ..support::signature()
            };
            let log = Reflog { who, ..reflog() };
            assert_eq!(publish(&repo, &branch("main"), written, &log).unwrap(), Published::Published);
        }
        logs(&temp.git_dir())
    };
    let (ours, gits) = (run(false), run(true));
    assert_eq!(ours, gits);
    ours
}

#[test]
fn a_bare_repository_has_a_reflog_if_it_asks_for_one_and_heads_log_goes_along() {
    assert_eq!(same_logs_as_git(TempRepo::bare, &|_| {}).len(), 0);
    let asked = same_logs_as_git(TempRepo::bare, &|temp| drop(temp.git(&["config", "core.logAllRefUpdates", "true"])));
    assert_eq!(asked.keys().collect::<Vec<_>>(), ["logs/HEAD", "logs/refs/heads/main"]);
    let off = same_logs_as_git(TempRepo::bare, &|temp| drop(temp.git(&["config", "core.logAllRefUpdates", "off"])));
    assert_eq!(off.len(), 0);
}

#[test]
fn a_log_that_is_there_is_written_even_where_none_would_be_made() {
    let logs = same_logs_as_git(TempRepo::bare, &|temp| {
        std::fs::create_dir_all(temp.dir().join("logs/refs/heads")).unwrap();
        std::fs::write(temp.dir().join("logs/refs/heads/main"), "").unwrap();
    });
    assert_eq!(logs["logs/refs/heads/main"].lines().count(), 1);
}

#[test]
fn a_line_that_a_loss_of_power_cut_takes_no_other_with_it() {
    let temp = TempRepo::bare();
    let base = temp.commit("main", &[("a", "a")]);
    let log = temp.git_dir().join("logs/refs/heads/main");
    std::fs::create_dir_all(log.parent().unwrap()).unwrap();
    std::fs::write(&log, format!("{base} {}", &base.to_string()[..20])).unwrap();
    let repo = temp.open();
    let written = written(&repo, base, &[("b", Some("b"))]);
    let to = written.commit();
    publish(&repo, &branch("main"), written, &reflog()).unwrap();
    assert_eq!(std::fs::read_to_string(&log).unwrap().lines().count(), 2);
    assert_eq!(temp.git(&["reflog", "show", "--format=%H %gs", "main"]), format!("{to} hhgit: sync"));
}

#[test]
fn an_empty_folder_in_a_logs_place_is_replaced() {
    same_logs_as_git(TempRepo::bare, &|temp| {
        temp.git(&["config", "core.logAllRefUpdates", "always"]);
        std::fs::create_dir_all(temp.dir().join("logs/refs/heads/main/empty")).unwrap();
    });
}

#[test]
fn a_branch_that_is_not_checked_out_gets_its_own_log_alone() {
    let make = || {
        let temp = TempRepo::work_tree();
        temp.git(&["symbolic-ref", "HEAD", "refs/heads/elsewhere"]);
        temp
    };
    let logs = same_logs_as_git(make, &|_| {});
    assert_eq!(logs.keys().collect::<Vec<_>>(), ["logs/refs/heads/main"]);
}

#[test]
fn a_checked_out_branch_and_head_both_get_the_move() {
    let temp = TempRepo::work_tree();
    let base = temp.commit_all(&[("a", "a")]);
    let repo = temp.open();
    let written = written(&repo, base, &[("b", Some("b"))]);
    let line =
        format!("{base} {} hhgit <hhgit@localhost> 1700000000 +0000\thhgit: sync: Fast-forward", written.commit());
    assert_eq!(publish(&repo, &branch("main"), written, &reflog()).unwrap(), Published::Published);
    let logs = logs(&temp.git_dir());
    assert_eq!(logs["logs/HEAD"].lines().last(), Some(line.as_str()));
    assert_eq!(logs["logs/refs/heads/main"].lines().last(), Some(line.as_str()));
}

/// A reference-transaction hook that writes down what it is asked, and answers with this status when prepared.
fn hook(temp: &TempRepo, dir: &Path, status: u8) {
    std::fs::create_dir_all(dir).unwrap();
    let seen = temp.beside("seen");
    let script = format!(
        "#!/bin/sh\necho \"$1\" >>'{0}'\ncat >>'{0}'\n[ \"$1\" != prepared ] || {{ echo no thanks >&2; exit {status}; }}\n",
        seen.display()
    );
    std::fs::write(dir.join("reference-transaction"), script).unwrap();
    let mode = std::fs::Permissions::from_mode(0o755);
    std::fs::set_permissions(dir.join("reference-transaction"), mode).unwrap();
}

#[test]
fn a_reference_transaction_hook_is_asked_wherever_hooks_path_puts_it() {
    for (make, at) in
        [(TempRepo::bare as fn() -> TempRepo, None), (TempRepo::bare, Some("ho'oks")), (TempRepo::work_tree, None)]
    {
        let temp = make();
        let base = temp.commit("main", &[("a", "a")]);
        if temp.dir().join(".git").exists() {
            temp.git(&["reset", "--quiet", "--hard"]);
        }
        let dir = at.map_or(temp.git_dir().join("hooks"), |at| temp.dir().join(at));
        if let Some(at) = at {
            temp.git(&["config", "core.hooksPath", at]);
        }
        hook(&temp, &dir, 0);
        let repo = temp.open();
        let written = written(&repo, base, &[("b", Some("b"))]);
        let commit = written.commit();
        assert_eq!(publish(&repo, &branch("main"), written, &reflog()).unwrap(), Published::Published);
        assert_eq!(temp.tip("main"), Some(commit));
        let seen = std::fs::read_to_string(temp.beside("seen")).unwrap();
        assert!(seen.contains("prepared") && seen.contains("committed"), "{seen}");
        assert!(seen.contains(&format!("{base} {commit} refs/heads/main")), "{seen}");
    }
}

#[test]
fn a_hooks_refusal_is_reported_in_its_words_and_nothing_moves() {
    for make in [TempRepo::bare as fn() -> TempRepo, TempRepo::work_tree] {
        let temp = make();
        let base = temp.commit("main", &[("a", "a")]);
        if temp.dir().join(".git").exists() {
            temp.git(&["reset", "--quiet", "--hard"]);
        }
        let repo = temp.open();
        let written = written(&repo, base, &[("b", Some("b"))]);
        let before = temp.state();
        hook(&temp, &temp.git_dir().join("hooks"), 1);
        let error = publish(&repo, &branch("main"), written, &reflog()).unwrap_err();
        assert!(matches!(&error, PublishError::Refused { words, .. } if words.contains("no thanks")), "{error}");
        assert_eq!(temp.state(), before);
    }
}

#[test]
fn with_a_hook_too_a_moved_or_deleted_branch_stays_so() {
    let temp = TempRepo::bare();
    let base = temp.commit("main", &[("a", "a")]);
    hook(&temp, &temp.dir().join("hooks"), 0);
    let repo = temp.open();
    let (one, two) = (written(&repo, base, &[("b", Some("b"))]), written(&repo, base, &[("c", Some("c"))]));
    let actual = temp.commit("main", &[("d", "d")]);
    assert_eq!(publish(&repo, &branch("main"), one, &reflog()).unwrap(), Published::Moved { actual });
    temp.git(&["update-ref", "-d", "refs/heads/main"]);
    assert_eq!(publish(&repo, &branch("main"), two, &reflog()).unwrap(), Published::Gone);
    assert_eq!(temp.tip("main"), None);
}

/// A first commit, for a branch that does not exist yet.
fn first_commit(temp: &TempRepo) -> Written {
    let repo = temp.open();
    let reader = Reader::new(&repo).unwrap();
    let edits = BTreeMap::from([(path("a"), Edit { from: None, to: Some(new_file(repo.hash_kind(), "a")) })]);
    let new: NewTree = tree::apply(&reader, TreeId::empty(repo.hash_kind()), &edits).unwrap();
    write(&repo, None, &Plan::given(edits, "first\n"), &new, &meta(&[])).unwrap()
}

#[test]
fn an_unborn_branch_is_born_and_one_born_meanwhile_is_left_alone() {
    let temp = TempRepo::bare();
    let written = first_commit(&temp);
    let commit = written.commit();
    assert_eq!(publish(&temp.open(), &branch("main"), written, &reflog()).unwrap(), Published::Published);
    assert_eq!(temp.tip("main"), Some(commit));
    temp.fsck();

    let temp = TempRepo::bare();
    let written = first_commit(&temp);
    let actual = temp.commit("main", &[("x", "x")]);
    assert_eq!(publish(&temp.open(), &branch("main"), written, &reflog()).unwrap(), Published::Moved { actual });
    assert_eq!(temp.tip("main"), Some(actual));
}

#[test]
fn a_new_branch_in_the_way_of_others_names_them() {
    for packed in [false, true] {
        let temp = TempRepo::bare();
        temp.commit("a/b", &[("x", "x")]);
        if packed {
            temp.git(&["pack-refs", "--all"]);
        }
        for (name, other) in [("a", "refs/heads/a/b"), ("a/b/c/d", "refs/heads/a/b")] {
            let written = first_commit(&temp);
            let before = temp.state();
            let error = publish(&temp.open(), &branch(name), written, &reflog()).unwrap_err();
            assert!(matches!(&error, PublishError::Conflict { other: o, .. } if o == other.as_bytes()), "{error}");
            assert_eq!(temp.state(), before);
        }
    }
}

#[test]
fn empty_folders_of_deleted_branches_are_not_in_the_way() {
    let temp = TempRepo::bare();
    std::fs::create_dir_all(temp.dir().join("refs/heads/main/old/empty")).unwrap();
    let written = first_commit(&temp);
    assert_eq!(publish(&temp.open(), &branch("main"), written, &reflog()).unwrap(), Published::Published);
    temp.fsck();
}

#[test]
fn a_branch_turned_symbolic_meanwhile_is_refused() {
    let temp = TempRepo::bare();
    let base = temp.commit("main", &[("a", "a")]);
    temp.commit("other", &[("o", "o")]);
    let repo = temp.open();
    let written = written(&repo, base, &[("b", Some("b"))]);
    let turn = || std::fs::write(temp.dir().join("refs/heads/main"), "ref: refs/heads/other\n").unwrap();
    let error = publish_with(&repo, &branch("main"), written, &reflog(), &turn).unwrap_err();
    assert!(matches!(error, PublishError::Ref(RefError::Symbolic { .. })), "{error}");
    assert_eq!(temp.git(&["symbolic-ref", "refs/heads/main"]), "refs/heads/other");
}

#[test]
fn writers_and_pack_refs_at_the_same_time_lose_no_commit() {
    const WRITERS: usize = 3;
    const EACH: usize = 8;
    let temp = TempRepo::bare();
    temp.commit("main", &[("a", "a")]);
    let done = std::sync::atomic::AtomicBool::new(false);
    std::thread::scope(|scope| {
        let writers: Vec<_> = (0..WRITERS)
            .map(|writer| {
                let temp = &temp;
                scope.spawn(move || {
                    let mut left = EACH;
                    while left > 0 {
                        let repo = temp.open();
                        let base = repo.tip(&branch("main")).unwrap().unwrap();
                        let name = format!("w{writer}/{left}");
                        let written = written(&repo, base, &[(&name, Some("x"))]);
                        if publish(&repo, &branch("main"), written, &reflog()).unwrap() == Published::Published {
                            left -= 1;
                        }
                    }
                })
            })
            .collect();
        scope.spawn(|| {
            while !done.load(std::sync::atomic::Ordering::Relaxed) {
                temp.git_succeeds(&["pack-refs", "--all"]);
            }
        });
        writers.into_iter().for_each(|writer| writer.join().unwrap());
        done.store(true, std::sync::atomic::Ordering::Relaxed);
    });
    assert_eq!(temp.git(&["rev-list", "--count", "--first-parent", "main"]), (1 + WRITERS * EACH).to_string());
    assert_eq!(temp.files("main").len(), 1 + WRITERS * EACH);
    temp.fsck();
}
