//! The pre-commit hook in repositories of every kind that git makes: each commit is sorted, and a sync has nothing to do.
#![allow(clippy::unwrap_used, reason = "a test may unwrap")]
#![cfg(unix)]

mod support;

use std::path::{Path, PathBuf};

use support::{TempRepo, git_command, hhgit, run, vpc};

fn git(dir: &Path, args: &[&str]) -> String {
    let ended = run(git_command(dir).args(args));
    assert_eq!(ended.code, Some(0), "git {args:?}: {ended:?}");
    ended.stdout.trim_end().to_owned()
}

/// A fabric directory and the hooks in the repository of this work tree.
fn furnish(dir: &Path) {
    assert_eq!(hhgit(dir, &["init", "f"]).code, Some(0));
    git(dir, &["reset", "--hard", "--quiet"]);
    assert_eq!(hhgit(dir, &["hook", "install"]).code, Some(0));
}

/// Commits a VPC that lies in raw/ and looks at what became of it.
fn is_sorted(dir: &Path) {
    std::fs::write(dir.join("f/raw/a.yaml"), vpc("a", "x")).unwrap();
    git(dir, &["add", "f/raw"]);
    git(dir, &["commit", "--quiet", "--message=mine"]);
    assert_eq!(git(dir, &["show", "--format=", "--name-status"]), "A\tf/managed/vpcs/a.yaml");
    assert_eq!(git(dir, &["status", "--porcelain", "--untracked-files=all"]), "");
    let ended = hhgit(dir, &["sync"]);
    assert!(ended.stdout.ends_with(": nothing to do\n"), "{ended:?}");
    git(dir, &["fsck", "--strict", "--full", "--no-dangling"]);
}

#[test]
fn with_sha256() {
    let repo = TempRepo::init(&["--object-format=sha256"]);
    furnish(repo.dir());
    is_sorted(repo.dir());
}

#[test]
fn with_a_git_directory_that_lies_apart() {
    let temp = TempRepo::bare();
    let (work, apart) = (temp.beside("work"), temp.beside("apart.git"));
    std::fs::create_dir(&work).unwrap();
    git(&work, &["init", "--quiet", "--initial-branch=main", "--separate-git-dir", apart.to_str().unwrap(), "."]);
    furnish(&work);
    is_sorted(&work);
}

#[test]
fn as_a_submodule() {
    let (outer, inner) = (TempRepo::work_tree(), TempRepo::bare());
    inner.commit("main", &[("README", "1\n")]);
    let url = inner.dir().to_str().unwrap();
    outer.git(&["-c", "protocol.file.allow=always", "submodule", "--quiet", "add", url, "inner"]);
    let work: PathBuf = outer.dir().join("inner");
    furnish(&work);
    is_sorted(&work);
    assert_eq!(outer.git(&["status", "--porcelain"]), "A  .gitmodules\nAM inner");
}

#[test]
fn with_lines_that_end_otherwise_in_the_work_tree() {
    let repo = TempRepo::work_tree();
    repo.git(&["config", "core.autocrlf", "true"]);
    furnish(repo.dir());
    is_sorted(repo.dir());
    let (here, committed) = (std::fs::read_to_string(repo.dir().join("f/managed/vpcs/a.yaml")).unwrap(), vpc("a", "x"));
    assert_eq!(here, committed.replace('\n', "\r\n"));
    assert_eq!(repo.git(&["show", "HEAD:f/managed/vpcs/a.yaml"]) + "\n", committed);
}

#[test]
fn with_a_sparse_work_tree() {
    let repo = TempRepo::work_tree();
    furnish(repo.dir());
    repo.git(&["sparse-checkout", "set", "f/raw"]);
    is_sorted(repo.dir());
    assert!(!repo.dir().join("f/managed").exists());
    repo.git(&["sparse-checkout", "disable"]);
    assert_eq!(repo.git(&["status", "--porcelain"]), "");
}

#[test]
fn with_an_index_that_is_split_or_of_another_version() {
    for (key, value) in [("core.splitIndex", "true"), ("index.version", "4"), ("core.untrackedCache", "true")] {
        let repo = TempRepo::work_tree();
        repo.git(&["config", key, value]);
        furnish(repo.dir());
        is_sorted(repo.dir());
    }
}
