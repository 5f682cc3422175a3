//! A checked-out branch moves with its work tree, or not at all: local work is never lost, whatever form it has.
#![allow(clippy::unwrap_used, reason = "a test may unwrap")]

mod support;

use std::os::unix::fs::PermissionsExt;
use std::path::Path;

use hhgit::git::in_use::How;
use hhgit::git::worktree::{Obstacle, uncommitted_below};
use hhgit::git::{Environment, PublishError, Published, Repo, publish};
use hhgit::ids::CommitId;
use support::{TempRepo, branch, path, reflog, written};

/// The change that the tests publish: one file moves, one changes, one comes; the rest stays.
const CHANGES: [(&str, Option<&str>); 4] =
    [("raw/a.yaml", None), ("managed/x/a.yaml", Some("a\n")), ("state", Some("new\n")), ("docs/new/deep", Some("d\n"))];

fn prepared() -> (TempRepo, CommitId) {
    let temp = TempRepo::work_tree();
    let files = [
        ("raw/a.yaml", "a\n"),
        ("raw/b.yaml", "b\n"),
        ("state", "old\n"),
        ("keep", "k\n"),
        (".gitignore", "*.ignored\n"),
    ];
    let base = temp.commit_all(&files);
    (temp, base)
}

fn sync(temp: &TempRepo, base: CommitId) -> Result<Published, PublishError> {
    sync_in(temp.dir(), base, &CHANGES)
}

fn sync_in(dir: &Path, base: CommitId, changes: &[(&str, Option<&str>)]) -> Result<Published, PublishError> {
    let repo = Repo::open_in(dir, Environment::isolated()).unwrap();
    publish(&repo, &branch("main"), written(&repo, base, changes), &reflog())
}

/// The change must be refused because of these paths, and everything must be as it was.
fn refused_for(temp: &TempRepo, base: CommitId, paths: &[&str]) {
    let before = temp.state();
    match sync(temp, base) {
        Err(PublishError::Obstacle(Obstacle::InTheWay { paths: found })) => {
            assert_eq!(found, paths.iter().map(|name| path(name)).collect::<Vec<_>>());
        }
        other => panic!("{other:?}"),
    }
    assert_eq!(temp.state(), before);
}

#[test]
fn a_clean_work_tree_follows_its_branch() {
    let (temp, base) = prepared();
    assert_eq!(sync(&temp, base).unwrap(), Published::Published);
    assert_eq!(temp.git(&["status", "--porcelain", "--ignored"]), "");
    assert!(!temp.dir().join("raw/a.yaml").exists());
    assert_eq!(std::fs::read_to_string(temp.dir().join("managed/x/a.yaml")).unwrap(), "a\n");
    assert_eq!(temp.git(&["symbolic-ref", "HEAD"]), "refs/heads/main");
}

#[test]
fn local_changes_elsewhere_stay_as_they_are() {
    let (temp, base) = prepared();
    temp.put("keep", "changed\n");
    temp.put("raw/b.yaml", "staged\n");
    temp.git(&["add", "raw/b.yaml"]);
    temp.put("raw/new", "untracked\n");
    temp.put("x.ignored", "ignored\n");
    let before = temp.git(&["status", "--porcelain", "--ignored", "-uall"]);
    assert_eq!(sync(&temp, base).unwrap(), Published::Published);
    assert_eq!(temp.git(&["status", "--porcelain", "--ignored", "-uall"]), before);
    assert_eq!(std::fs::read_to_string(temp.dir().join("raw/new")).unwrap(), "untracked\n");
}

#[test]
fn a_changed_staged_or_deleted_file_in_the_way_is_named() {
    let (temp, base) = prepared();
    temp.put("state", "mine\n");
    refused_for(&temp, base, &["state"]);
    temp.git(&["add", "state"]);
    refused_for(&temp, base, &["state"]);
    temp.git(&["reset", "--quiet", "--hard"]);
    std::fs::remove_file(temp.dir().join("raw/a.yaml")).unwrap();
    refused_for(&temp, base, &["raw/a.yaml"]);
    temp.git(&["reset", "--quiet", "--hard"]);
    temp.git(&["rm", "--quiet", "--cached", "raw/a.yaml"]);
    refused_for(&temp, base, &["raw/a.yaml"]);
}

#[test]
fn untracked_and_ignored_files_where_files_go_are_named() {
    let (temp, base) = prepared();
    temp.put("managed/x/a.yaml", "mine\n");
    refused_for(&temp, base, &["managed/x/a.yaml"]);
    temp.put(".git/info/exclude", "managed\n");
    refused_for(&temp, base, &["managed/x/a.yaml"]);
    temp.put("docs", "a file where a folder goes\n");
    refused_for(&temp, base, &["docs", "managed/x/a.yaml"]);
    std::fs::remove_dir_all(temp.dir().join("managed")).unwrap();
    std::fs::remove_file(temp.dir().join("docs")).unwrap();
    temp.put("docs/new/deep/mine", "below where a file goes\n");
    refused_for(&temp, base, &["docs/new/deep/mine"]);
    std::fs::remove_file(temp.dir().join("docs/new/deep/mine")).unwrap();
    std::os::unix::fs::symlink("/nowhere", temp.dir().join("managed")).unwrap();
    refused_for(&temp, base, &["managed"]);
    std::fs::remove_file(temp.dir().join("managed")).unwrap();
    assert_eq!(sync(&temp, base).unwrap(), Published::Published, "empty folders are in nobody's way");
}

#[test]
fn a_staged_new_file_where_a_file_goes_is_named_even_if_it_is_gone_from_disk() {
    let (temp, base) = prepared();
    temp.put("managed/x/a.yaml", "mine\n");
    temp.git(&["add", "managed"]);
    std::fs::remove_file(temp.dir().join("managed/x/a.yaml")).unwrap();
    refused_for(&temp, base, &["managed/x/a.yaml"]);
}

#[test]
fn a_change_hidden_from_status_is_not_lost() {
    let (temp, base) = prepared();
    for flag in ["--assume-unchanged", "--skip-worktree"] {
        temp.git(&["update-index", flag, "state"]);
        temp.put("state", "mine\n");
        let result = sync(&temp, base);
        assert!(matches!(result, Err(PublishError::Refused { .. } | PublishError::Obstacle(_))), "{flag} {result:?}");
        assert_eq!(std::fs::read_to_string(temp.dir().join("state")).unwrap(), "mine\n");
        assert_eq!(temp.tip("main"), Some(base));
        temp.git(&["update-index", "--no-assume-unchanged", "--no-skip-worktree", "state"]);
        temp.git(&["reset", "--quiet", "--hard"]);
    }
}

#[test]
fn a_file_and_a_folder_change_places_in_the_work_tree_too() {
    let temp = TempRepo::work_tree();
    let base = temp.commit_all(&[("raw/a", "1\n"), ("b/c", "2\n")]);
    let changes = [("raw/a", None), ("raw/a/x", Some("1\n")), ("b/c", None), ("b", Some("2\n"))];
    assert_eq!(sync_in(temp.dir(), base, &changes).unwrap(), Published::Published);
    assert_eq!(temp.git(&["status", "--porcelain", "--ignored"]), "");
}

#[test]
fn what_was_begun_must_be_finished_first() {
    let (temp, base) = prepared();
    for (sign, what) in [("MERGE_HEAD", "a merge"), ("CHERRY_PICK_HEAD", "a cherry-pick"), ("rebase-merge", "a rebase")]
    {
        let file = temp.git_dir().join(sign);
        if sign == "rebase-merge" {
            std::fs::create_dir(&file).unwrap()
        } else {
            std::fs::write(&file, format!("{base}\n")).unwrap()
        }
        let result = sync(&temp, base);
        assert!(matches!(result, Err(PublishError::Obstacle(Obstacle::Unfinished { what: found })) if found == what));
        if sign == "rebase-merge" { std::fs::remove_dir(&file).unwrap() } else { std::fs::remove_file(&file).unwrap() }
    }
    assert_eq!(temp.tip("main"), Some(base));
}

#[test]
fn a_busy_index_is_refused_in_gits_words_and_nothing_moves() {
    let (temp, base) = prepared();
    std::fs::write(temp.git_dir().join("index.lock"), "").unwrap();
    let error = sync(&temp, base).unwrap_err();
    assert!(matches!(&error, PublishError::Refused { words, .. } if words.contains("index.lock")), "{error}");
    assert_eq!(temp.tip("main"), Some(base));
}

#[test]
fn hooks_and_merge_settings_of_the_user_do_not_run() {
    let (temp, base) = prepared();
    for name in ["post-merge", "pre-merge-commit", "post-index-change", "post-checkout"] {
        let hook = temp.git_dir().join("hooks").join(name);
        std::fs::create_dir_all(hook.parent().unwrap()).unwrap();
        std::fs::write(&hook, format!("#!/bin/sh\ntouch '{}'\nexit 1\n", temp.beside("ran").display())).unwrap();
        std::fs::set_permissions(&hook, std::fs::Permissions::from_mode(0o755)).unwrap();
    }
    temp.git(&["config", "branch.main.mergeOptions", "--no-ff --squash --no-commit --strategy=ours --autostash"]);
    temp.git(&["config", "merge.ff", "false"]);
    temp.git(&["config", "merge.verifySignatures", "true"]);
    temp.git(&["config", "core.fsmonitor", &format!("touch '{}'", temp.beside("ran").display())]);
    let commit = written(&temp.open(), base, &CHANGES).commit();
    assert_eq!(sync(&temp, base).unwrap(), Published::Published);
    assert_eq!(temp.tip("main"), Some(commit));
    assert!(!temp.beside("ran").exists());
}

#[test]
fn line_endings_made_for_the_user_survive() {
    let (temp, _) = prepared();
    temp.git(&["config", "core.autocrlf", "true"]);
    for name in ["raw/a.yaml", "state", "keep"] {
        std::fs::remove_file(temp.dir().join(name)).unwrap();
    }
    temp.git(&["checkout", "--quiet", "--", "."]);
    let base = temp.tip("main").unwrap();
    assert_eq!(std::fs::read_to_string(temp.dir().join("keep")).unwrap(), "k\r\n");
    assert_eq!(sync(&temp, base).unwrap(), Published::Published);
    assert_eq!(temp.git(&["status", "--porcelain"]), "");
    assert_eq!(std::fs::read_to_string(temp.dir().join("managed/x/a.yaml")).unwrap(), "a\r\n");
    assert_eq!(std::fs::read_to_string(temp.dir().join("keep")).unwrap(), "k\r\n");
}

#[test]
fn a_sparse_checkout_stays_sparse_and_what_lies_outside_it_is_not_overwritten() {
    let (temp, base) = prepared();
    temp.git(&["sparse-checkout", "set", "raw"]);
    temp.put("managed/x/a.yaml", "mine\n");
    refused_for(&temp, base, &["managed/x/a.yaml"]);
    std::fs::remove_dir_all(temp.dir().join("managed")).unwrap();
    assert_eq!(sync(&temp, base).unwrap(), Published::Published);
    assert!(!temp.dir().join("managed").exists());
    assert_eq!(temp.git(&["status", "--porcelain"]), "");
}

#[test]
fn an_unborn_branch_is_born_in_its_work_tree() {
    let temp = TempRepo::work_tree();
    temp.put("other", "untracked\n");
    let repo = temp.open();
    let edits = [("raw/a", Some("a\n"))];
    let reader = hhgit::git::Reader::new(&repo).unwrap();
    let empty = hhgit::ids::TreeId::empty(repo.hash_kind());
    let plan = support::plan(&reader, empty, &edits);
    let tree = hhgit::git::tree::apply(&reader, empty, plan.edits()).unwrap();
    let make = || hhgit::git::write(&repo, None, &plan, &tree, &support::meta(&[])).unwrap();
    temp.put("raw/a", "mine\n");
    assert!(matches!(publish(&repo, &branch("main"), make(), &reflog()), Err(PublishError::Obstacle(_))));
    assert_eq!(temp.tip("main"), None);
    std::fs::remove_dir_all(temp.dir().join("raw")).unwrap();
    assert_eq!(publish(&repo, &branch("main"), make(), &reflog()).unwrap(), Published::Published);
    assert_eq!(temp.git(&["status", "--porcelain"]), "?? other");
    assert_eq!(std::fs::read_to_string(temp.dir().join("raw/a")).unwrap(), "a\n");
}

#[test]
fn a_branch_that_is_not_checked_out_moves_without_the_work_tree() {
    for args in [["checkout", "--quiet", "--detach"].as_slice(), &["checkout", "--quiet", "-b", "other"]] {
        let (temp, base) = prepared();
        temp.git(args);
        temp.put("state", "mine\n");
        assert_eq!(sync(&temp, base).unwrap(), Published::Published);
        assert_ne!(temp.tip("main"), Some(base));
        assert_eq!(temp.git(&["status", "--porcelain"]), " M state");
        assert_eq!(temp.git(&["rev-parse", "HEAD"]), base.to_string());
    }
}

/// The change must be refused because the branch is in use this way, at this place.
fn in_use_at(dir: &Path, base: CommitId, place: &Path, how: How) {
    match sync_in(dir, base, &CHANGES) {
        Err(PublishError::InUse { place: found, how: found_how, .. }) => {
            assert_eq!((found.canonicalize().unwrap(), found_how), (place.canonicalize().unwrap(), how));
        }
        other => panic!("{other:?}"),
    }
}

#[test]
fn a_branch_checked_out_in_another_work_tree_is_refused_with_the_place() {
    let (temp, base) = prepared();
    let linked = temp.beside("linked");
    temp.git(&["checkout", "--quiet", "-b", "other"]);
    temp.git(&["worktree", "add", "--quiet", linked.to_str().unwrap(), "main"]);
    in_use_at(temp.dir(), base, &linked, How::CheckedOut);
    assert_eq!(sync_in(&linked, base, &CHANGES).unwrap(), Published::Published);
    assert_eq!(temp.git_in(&linked, &["status", "--porcelain"]), "");
    let tip = temp.tip("main").unwrap();
    temp.git_in(&linked, &["checkout", "--quiet", "--detach"]);
    temp.git(&["checkout", "--quiet", "main"]);
    in_use_at(&linked, tip, temp.dir(), How::CheckedOut);
}

#[test]
fn a_bare_repositorys_own_head_is_no_check_out_but_its_linked_work_tree_is() {
    let temp = TempRepo::bare();
    let base = temp.commit("main", &[("raw/a.yaml", "a\n"), ("state", "old\n")]);
    let linked = temp.beside("linked");
    temp.git(&["worktree", "add", "--quiet", "-b", "other", linked.to_str().unwrap(), "main"]);
    assert_eq!(sync_in(&linked, base, &CHANGES).unwrap(), Published::Published);
    let tip = temp.tip("main").unwrap();
    temp.git_in(&linked, &["checkout", "--quiet", "main"]);
    match sync_in(temp.dir(), tip, &[("z", Some("z"))]) {
        Err(PublishError::InUse { place, how: How::CheckedOut, .. }) => assert_eq!(place, linked),
        other => panic!("{other:?}"),
    }
}

#[test]
fn a_branch_being_rebased_or_bisected_is_refused_with_the_place() {
    let (temp, base) = prepared();
    temp.git(&["checkout", "--quiet", "-b", "upstream"]);
    temp.commit_all(&[("state", "upstream\n")]);
    temp.git(&["checkout", "--quiet", "main"]);
    let tip = temp.commit_all(&[("state", "mine\n")]);
    assert!(!temp.git_succeeds(&["rebase", "upstream"]), "the rebase stops at a conflict");
    in_use_at(temp.dir(), tip, temp.dir(), How::Rebased);
    temp.git(&["rebase", "--abort"]);
    temp.git(&["bisect", "start", "main", &base.to_string()]);
    temp.git(&["checkout", "--quiet", "--detach"]);
    in_use_at(temp.dir(), tip, temp.dir(), How::Bisected);
    assert_eq!(temp.tip("main"), Some(tip));
}

#[test]
fn files_that_no_commit_holds_are_counted_below_a_folder() {
    let (temp, _) = prepared();
    assert_eq!(uncommitted_below(&temp.open(), &[path("raw")]).unwrap(), 0);
    temp.put("raw/deep/new", "n\n");
    temp.put("raw/a.yaml", "changed\n");
    temp.put("raw/x.ignored", "i\n");
    temp.put("rawer", "n\n");
    temp.put("keep", "changed\n");
    let repo = temp.open();
    assert_eq!(uncommitted_below(&repo, &[path("raw")]).unwrap(), 2);
    assert_eq!(uncommitted_below(&repo, &[path("raw"), path("keep")]).unwrap(), 3);
    assert_eq!(uncommitted_below(&TempRepo::bare().open(), &[path("raw")]).unwrap(), 0);
}

#[test]
fn a_submodules_own_state_is_neither_in_the_way_nor_touched() {
    let (temp, _) = prepared();
    let sub = temp.dir().join("sub");
    temp.git(&["init", "--quiet", "sub"]);
    temp.git_in(&sub, &["commit", "--quiet", "--allow-empty", "--message=first"]);
    let pinned = temp.git_in(&sub, &["rev-parse", "HEAD"]);
    let base = temp.commit_all(&[]);
    temp.git_in(&sub, &["commit", "--quiet", "--allow-empty", "--message=second"]);
    std::fs::write(sub.join("dirt"), "mine").unwrap();
    let moved = temp.git_in(&sub, &["rev-parse", "HEAD"]);
    temp.git(&["config", "submodule.recurse", "true"]);
    assert_eq!(sync(&temp, base).unwrap(), Published::Published);
    assert_eq!(temp.git_in(&sub, &["rev-parse", "HEAD"]), moved);
    assert_eq!(std::fs::read_to_string(sub.join("dirt")).unwrap(), "mine");
    assert!(temp.git(&["ls-tree", "main", "sub"]).contains(&pinned));
}

/// Set in a copy of this test program, to the commit that it works from.
const CHILD: &str = "HHGIT_TEST_CHILD";

#[test]
fn a_hook_that_does_not_see_the_work_tree_leaves_its_branch_alone() {
    if let Ok(base) = std::env::var(CHILD) {
        let repo = Repo::open(Path::new(".")).unwrap();
        let written = written(&repo, support::commit_id(&base), &CHANGES);
        match publish(&repo, &branch("main"), written, &reflog()) {
            Err(PublishError::InUse { how: How::CheckedOut, .. }) | Ok(Published::Published) => return,
            other => panic!("{other:?}"),
        }
    }
    let (temp, base) = prepared();
    let mut command = std::process::Command::new(std::env::current_exe().unwrap());
    command.args(["--exact", "a_hook_that_does_not_see_the_work_tree_leaves_its_branch_alone"]);
    command.env(CHILD, base.to_string()).env("GIT_DIR", ".").env("GIT_CONFIG_GLOBAL", "/dev/null");
    let output = command.current_dir(temp.git_dir()).output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stdout));
    assert_eq!(temp.git(&["status", "--porcelain"]), "", "branch and work tree still agree");
}

#[test]
fn a_missing_git_program_is_said_so_and_nothing_moves() {
    if let Ok(base) = std::env::var(CHILD) {
        let error = sync_in(Path::new("."), support::commit_id(&base), &CHANGES).unwrap_err();
        assert!(error.to_string().contains("install git"), "{error}");
        return;
    }
    let (temp, base) = prepared();
    let mut command = std::process::Command::new(std::env::current_exe().unwrap());
    command.args(["--exact", "a_missing_git_program_is_said_so_and_nothing_moves"]);
    let output =
        command.env(CHILD, base.to_string()).env("PATH", "/nonexistent").current_dir(temp.dir()).output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stdout));
    assert_eq!(temp.tip("main"), Some(base));
}
