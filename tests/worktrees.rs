//! The binary on real repositories of every shape: what it does to the work tree, says, and ends with.
#![allow(clippy::unwrap_used, reason = "a test may unwrap")]
#![cfg(unix)]

mod support;

use std::path::Path;

use support::{Ended, TempRepo, hhgit, vpc};

const MANIFEST: (&str, &str) = ("f/.hnp/manifest.yaml", "version: '1.0'\n");

/// A repository with a work tree, one fabric directory `f`, and one object in its raw/.
fn prepared() -> TempRepo {
    prepare(TempRepo::work_tree())
}

fn prepare(temp: TempRepo) -> TempRepo {
    temp.commit_all(&[MANIFEST, ("f/raw/a.yaml", &vpc("a", "x")), ("README.md", "r\n"), (".gitignore", "*.ignored\n")]);
    temp
}

fn sync(temp: &TempRepo, args: &[&str]) -> Ended {
    hhgit(temp.dir(), &[&["sync"], args].concat())
}

/// The sync must end so, with these words on its standard error, and change nothing at all.
fn refused(temp: &TempRepo, args: &[&str], code: i32, words: &str) {
    let before = temp.state();
    let ended = sync(temp, args);
    assert_eq!((ended.code, ended.stdout.as_str()), (Some(code), ""), "{ended:?}");
    assert!(ended.stderr.contains(words), "{words:?} is not in {}", ended.stderr);
    assert_eq!(temp.state(), before);
}

/// The sync must make one commit, and the work tree follow it.
fn committed(temp: &TempRepo, args: &[&str]) -> Ended {
    let before = temp.tip("main").unwrap();
    let ended = sync(temp, args);
    assert_eq!((ended.code, ended.stderr.as_str()), (Some(0), ""), "{ended:?}");
    assert_eq!(temp.git(&["rev-parse", "main^"]), before.to_string());
    assert!(temp.git(&["ls-tree", "-r", "--name-only", "main"]).contains("f/managed/vpcs/a.yaml"));
    ended
}

#[test]
fn a_clean_work_tree_moves_along() {
    let temp = prepared();
    let told = committed(&temp, &[]).stdout;
    assert!(told.starts_with("f (f): 1 to managed, 17 repairs\nmain: "), "{told}");
    assert_eq!(temp.git(&["status", "--porcelain"]), "");
    assert_eq!(std::fs::read_to_string(temp.dir().join("f/managed/vpcs/a.yaml")).unwrap(), vpc("a", "x"));
    assert!(!temp.dir().join("f/raw/a.yaml").exists());
    let again = sync(&temp, &[]);
    assert_eq!((again.code, again.stdout.as_str()), (Some(0), "f (f): nothing to sort\nmain: nothing to do\n"));
}

#[test]
fn a_bare_repository_needs_no_work_tree() {
    let temp = TempRepo::bare();
    temp.commit("main", &[MANIFEST, ("f/raw/a.yaml", &vpc("a", "x"))]);
    committed(&temp, &[]);
    temp.fsck();
}

#[test]
fn local_changes_elsewhere_stay_and_files_in_raw_that_no_commit_holds_are_said() {
    let temp = prepared();
    temp.put("README.md", "changed\n");
    temp.put("f/raw/b.yaml", &vpc("b", "x"));
    temp.put("f/raw/c.yaml", &vpc("c", "x"));
    temp.git(&["add", "f/raw/c.yaml"]);
    let told = committed(&temp, &[]).stdout;
    assert!(
        told.contains("note: 2 files in raw/ are not committed; hhgit reads commits, so commit them first.\n"),
        "{told}"
    );
    assert_eq!(temp.git(&["status", "--porcelain"]), " M README.md\nA  f/raw/c.yaml\n?? f/raw/b.yaml");
}

#[test]
fn local_changes_in_the_way_are_named_before_anything_moves() {
    let temp = prepared();
    let way = |paths: &str| {
        format!("error: local changes stand in the way: {paths}; commit, stash or move them, then run again\n")
    };
    temp.put("f/raw/a.yaml", "mine\n");
    refused(&temp, &[], 3, &way("f/raw/a.yaml"));
    temp.git(&["add", "--all"]);
    refused(&temp, &[], 3, &way("f/raw/a.yaml"));
    temp.git(&["reset", "--quiet", "--hard"]);
    temp.put("f/managed/vpcs/a.yaml", "untracked\n");
    refused(&temp, &[], 3, &way("f/managed/vpcs/a.yaml"));
    temp.put(".git/info/exclude", "managed/\n");
    refused(&temp, &[], 3, &way("f/managed/vpcs/a.yaml"));
    std::fs::remove_file(temp.dir().join("f/managed/vpcs/a.yaml")).unwrap();
    committed(&temp, &[]);
}

#[test]
fn a_branch_that_another_work_tree_has_checked_out_is_left_to_that_one() {
    let temp = prepared();
    let linked = temp.beside("linked");
    temp.git(&["worktree", "add", "--quiet", "-b", "other", linked.to_str().unwrap()]);
    let place = linked.canonicalize().unwrap();
    refused(&temp, &["other"], 3, &format!("refs/heads/other is checked out in {}; run hhgit there", place.display()));
    let there = hhgit(&linked, &["sync"]);
    assert_eq!(there.code, Some(0), "{there:?}");
    assert_eq!(temp.git_in(&linked, &["status", "--porcelain"]), "");
    assert!(linked.join("f/managed/vpcs/a.yaml").exists());
    assert_eq!(temp.git(&["rev-parse", "other^"]), temp.tip("main").unwrap().to_string());
}

#[test]
fn a_head_without_a_branch_or_a_commit_is_explained() {
    let temp = prepared();
    temp.git(&["switch", "--quiet", "--detach"]);
    refused(&temp, &[], 2, "error: HEAD is detached, so there is no branch to move; name one: hhgit sync main\n");
    committed(&temp, &["main"]);
    temp.git(&["switch", "--quiet", "--orphan", "empty"]);
    refused(&temp, &[], 3, "error: the branch empty has no commits yet; commit something first, or make a fabric");
    refused(&temp, &["nope"], 2, "error: there is no branch nope; git branch lists them\n");
    refused(&temp, &["a..b"], 2, "error: a..b is not the name of a branch; give one as `main`");
    let nowhere = hhgit(temp.dir().parent().unwrap(), &["sync"]);
    assert_eq!((nowhere.code, nowhere.stderr.contains("is in no git repository")), (Some(3), true), "{nowhere:?}");
    let missing = hhgit(temp.dir(), &["-C", "gone", "sync"]);
    assert_eq!(missing.stderr, "error: there is no directory gone; look at what -C names\n");
}

#[test]
fn something_unfinished_in_the_work_tree_comes_first() {
    let temp = prepared();
    temp.git(&["switch", "--quiet", "-c", "side"]);
    temp.commit_all(&[("README.md", "side\n")]);
    temp.git(&["switch", "--quiet", "main"]);
    temp.commit_all(&[("README.md", "main\n")]);
    assert!(!temp.git_succeeds(&["merge", "side"]));
    refused(
        &temp,
        &[],
        3,
        "error: a merge is in progress in this work tree; finish or abort it first (git status says how)\n",
    );
}

#[test]
fn a_sha256_repository_is_synced() {
    let temp = prepare(TempRepo::init(&["--object-format=sha256"]));
    committed(&temp, &[]);
    assert_eq!(temp.git(&["rev-parse", "HEAD"]).len(), 64);
    temp.fsck();
}

#[test]
fn line_ends_that_git_converts_are_no_local_change_and_stay_out_of_the_commit() {
    let temp = TempRepo::work_tree();
    temp.git(&["config", "core.autocrlf", "true"]);
    let temp = prepare(temp);
    temp.git(&["rm", "--quiet", "--cached", "-r", "."]);
    temp.git(&["reset", "--quiet", "--hard"]);
    assert!(std::fs::read_to_string(temp.dir().join("f/raw/a.yaml")).unwrap().contains("\r\n"));
    committed(&temp, &[]);
    assert_eq!(temp.git(&["status", "--porcelain"]), "");
    assert_eq!(temp.files("main")["f/managed/vpcs/a.yaml"].clone() + "\n", vpc("a", "x"));
    assert!(std::fs::read_to_string(temp.dir().join("f/managed/vpcs/a.yaml")).unwrap().contains("\r\n"));
}

#[test]
fn a_sparse_checkout_stays_sparse() {
    let temp = prepared();
    temp.git(&["sparse-checkout", "set", "f/raw"]);
    committed(&temp, &[]);
    assert_eq!(temp.git(&["status", "--porcelain"]), "");
    assert!(!temp.dir().join("f/managed").exists());
}

#[test]
fn a_submodule_stays_where_it_is() {
    let temp = prepared();
    let other = TempRepo::work_tree();
    other.commit_all(&[("x", "x\n")]);
    let url = other.dir().to_str().unwrap();
    temp.git(&["-c", "protocol.file.allow=always", "submodule", "--quiet", "add", url, "f/raw/sub"]);
    temp.git(&["commit", "--quiet", "--message=sub"]);
    temp.put("f/raw/sub/x", "changed inside\n");
    let told = committed(&temp, &[]).stdout;
    assert!(told.contains("f/raw/sub: ") && told.contains("[submodule]"), "{told}");
    assert!(temp.git(&["ls-tree", "main", "f/raw/sub"]).starts_with("160000 commit "));
    assert_eq!(std::fs::read_to_string(temp.dir().join("f/raw/sub/x")).unwrap(), "changed inside\n");
}

#[test]
fn a_reference_transaction_hook_that_refuses_has_the_last_word() {
    use std::os::unix::fs::PermissionsExt;
    let temp = prepared();
    let hook = temp.git_dir().join("hooks/reference-transaction");
    std::fs::create_dir_all(hook.parent().unwrap()).unwrap();
    std::fs::write(&hook, "#!/bin/sh\n[ \"$1\" = prepared ] || exit 0\necho frozen until Monday >&2\nexit 1\n")
        .unwrap();
    std::fs::set_permissions(&hook, std::fs::Permissions::from_mode(0o755)).unwrap();
    refused(&temp, &[], 3, "error: git did not move refs/heads/main: frozen until Monday");
    std::fs::write(temp.git_dir().join("HEAD"), temp.git(&["rev-parse", "main"])).unwrap();
    refused(&temp, &["main"], 3, "error: git did not move refs/heads/main: frozen until Monday");
    std::fs::remove_file(hook).unwrap();
    committed(&temp, &["main"]);
}

#[test]
fn the_place_it_is_started_from_does_not_matter() {
    let commit = |from: &dyn Fn(&Path) -> Ended| {
        let temp = prepared();
        let ended = from(temp.dir());
        assert_eq!(ended.code, Some(0), "{ended:?}");
        assert_eq!(temp.git(&["status", "--porcelain"]), "");
        temp.tip("main")
    };
    let at_root = commit(&|dir| hhgit(dir, &["sync"]));
    assert_eq!(commit(&|dir| hhgit(&dir.join("f/raw"), &["sync"])), at_root);
    assert_eq!(commit(&|dir| hhgit(Path::new("/"), &["-C", dir.join("f").to_str().unwrap(), "sync"])), at_root);
}
