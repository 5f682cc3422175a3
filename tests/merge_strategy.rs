//! `git merge -s hhgit` with real git: what it commits, what it leaves to decide, and what it refuses with nothing touched.
#![allow(clippy::unwrap_used, reason = "a test may unwrap")]
#![cfg(unix)]

#[path = "merge/site.rs"]
mod site;
mod support;

use std::ffi::OsString;
use std::path::Path;
use std::process::Command;

use site::{at, edit, file, on, site, vpc};
use support::{Ended, TempRepo, git_command, hhgit, run};

/// git with the strategy's folder on PATH.
fn git(repo: &TempRepo, args: &[&str]) -> Ended {
    run(command(repo).args(args))
}

fn command(repo: &TempRepo) -> Command {
    let mut path = OsString::from(repo.beside("bin"));
    path.push(":");
    path.push(std::env::var_os("PATH").unwrap_or_default());
    let mut command = git_command(repo.dir());
    command.env("PATH", path);
    command
}

/// A site with the strategy in place.
fn ready() -> TempRepo {
    let repo = site();
    let bin = repo.beside("bin");
    std::fs::create_dir(&bin).unwrap();
    let ended = hhgit(repo.dir(), &["merge", "--install", bin.to_str().unwrap()]);
    assert_eq!(ended.code, Some(0), "{ended:?}");
    repo
}

fn merge(repo: &TempRepo) -> Ended {
    git(repo, &["merge", "--no-edit", "-s", "hhgit", "feature"])
}

#[test]
fn what_merges_well_becomes_gits_own_merge_commit_and_the_next_sync_sorts_it() {
    let repo = ready();
    on(&repo, "feature", "theirs", |repo| {
        edit(repo, &at("web"), "1001", "1501");
        repo.put("f/raw/new.yaml", &vpc("new", 3));
    });
    on(&repo, "main", "ours", |repo| edit(repo, &at("web"), "10.0.1.0/24", "10.0.31.0/24"));
    repo.put("untracked.txt", "mine\n");
    let ended = merge(&repo);
    assert_eq!(ended.code, Some(0), "{ended:?}");
    assert!(ended.stdout.contains("Merge made by the 'hhgit' strategy."), "{ended:?}");
    let expected = vpc("web", 1).replace("10.0.1.0/24", "10.0.31.0/24").replace("1001", "1501");
    assert_eq!(file(&repo, &at("web")), expected);
    assert_eq!(
        repo.git(&["log", "-1", "--format=%an|%s|%p", "main"]),
        format!(
            "Tester|Merge branch 'feature'|{}",
            repo.git(&["log", "-2", "--no-walk", "--format=%h", "main^1", "main^2"]).replace('\n', " ")
        )
    );
    assert_eq!(repo.git(&["status", "--porcelain"]), "?? untracked.txt");
    assert_eq!(hhgit(repo.dir(), &["sync"]).code, Some(0));
    assert_eq!(file(&repo, &at("new")), vpc("new", 3));
    repo.fsck();
}

#[test]
fn a_merge_that_changes_nothing_of_ours_is_committed_like_any_other() {
    let repo = ready();
    on(&repo, "feature", "theirs", |repo| edit(repo, &at("web"), "1001", "1501"));
    on(&repo, "main", "the same", |repo| edit(repo, &at("web"), "1001", "1501"));
    let tree = repo.git(&["rev-parse", "main^{tree}"]);
    let ended = merge(&repo);
    assert_eq!(ended.code, Some(0), "{ended:?}");
    assert_eq!(repo.git(&["rev-parse", "main^{tree}"]), tree);
    assert_eq!(repo.git(&["rev-list", "--count", "--merges", "main"]), "1");
    repo.fsck();
}

/// Contradictions of every kind, on both branches.
fn contradict(repo: &TempRepo) {
    on(repo, "feature", "theirs", |repo| {
        edit(repo, &at("web"), "1001", "1501");
        edit(repo, &at("db"), "1002", "1502");
        repo.put("README", "theirs\n");
        repo.put("f/managed/kept.yaml", "kind: ConfigMap\n");
    });
    on(repo, "main", "ours", |repo| {
        edit(repo, &at("web"), "1001", "1601");
        repo.git(&["rm", "--quiet", &at("db")]);
        repo.put("README", "ours\n");
    });
}

#[test]
fn what_contradicts_is_left_as_git_leaves_it_and_can_be_decided_and_committed() {
    let repo = ready();
    assert_eq!(hhgit(repo.dir(), &["hook", "install"]).code, Some(0));
    contradict(&repo);
    let ended = merge(&repo);
    assert_eq!(ended.code, Some(1), "{ended:?}");
    for words in
        ["spec.subnets.default.vlan: both sides changed this field", "HEAD     1601, line 10", "git merge --continue"]
    {
        assert!(ended.stdout.contains(words), "{words:?} is not in {}", ended.stdout);
    }
    let status = repo.git(&["status", "--porcelain"]);
    assert_eq!(status, "AA README\nA  f/managed/kept.yaml\nDU f/managed/vpcs/db.yaml\nUU f/managed/vpcs/web.yaml");
    let lines = |branch: &str, path: &str| repo.git(&["rev-parse", &format!("{branch}:{path}")]);
    let stages = repo.git(&["ls-files", "--unmerged", &at("web"), &at("db")]);
    let expected = [
        format!("100644 {} 1\t{}", lines("main~1", &at("db")), at("db")),
        format!("100644 {} 3\t{}", lines("feature", &at("db")), at("db")),
        format!("100644 {} 1\t{}", lines("main~1", &at("web")), at("web")),
        format!("100644 {} 2\t{}", lines("main", &at("web")), at("web")),
        format!("100644 {} 3\t{}", lines("feature", &at("web")), at("web")),
    ];
    assert_eq!(stages, expected.join("\n"));
    let marked = std::fs::read_to_string(repo.dir().join(at("web"))).unwrap();
    let vlans = "<<<<<<< HEAD\n      vlan: 1601 # which\n=======\n      vlan: 1501 # which\n>>>>>>> feature\n";
    assert_eq!(marked, vpc("web", 1).replace("      vlan: 1001 # which\n", vlans));
    repo.put(&at("web"), &vpc("web", 1).replace("1001", "1701"));
    repo.put("README", "both\n");
    repo.put("f/raw/late.yaml", &vpc("late", 9));
    repo.git(&["rm", "--quiet", &at("db")]);
    repo.git(&["add", "--all"]);
    let ended = git(&repo, &["-c", "core.editor=true", "merge", "--continue"]);
    assert_eq!(ended.code, Some(0), "{ended:?}");
    assert_eq!(repo.git(&["log", "-1", "--format=%s %p", "main"]).split(' ').count(), 5);
    assert_eq!(file(&repo, &at("late")), vpc("late", 9), "the pre-commit hook sorts what is committed by hand");
    repo.fsck();
}

#[test]
fn a_merge_that_is_aborted_leaves_nothing() {
    let repo = ready();
    contradict(&repo);
    let before = repo.state();
    assert_eq!(merge(&repo).code, Some(1));
    assert_ne!(repo.state(), before);
    assert_eq!(git(&repo, &["merge", "--abort"]).code, Some(0));
    assert_eq!(repo.state(), before);
}

#[test]
fn what_only_breaks_together_is_merged_and_not_committed() {
    let repo = ready();
    on(&repo, "feature", "theirs", |repo| {
        repo.put("f/managed/more.yaml", &(vpc("new", 3) + "---\n" + &vpc("more", 4)))
    });
    on(&repo, "main", "ours", |repo| repo.put(&at("new"), &vpc("new", 3)));
    let ended = merge(&repo);
    assert_eq!(ended.code, Some(1), "{ended:?}");
    assert!(ended.stdout.contains("error[duplicate-identity]: VPC/new is also in"), "{ended:?}");
    assert_eq!(repo.git(&["status", "--porcelain"]), "A  f/managed/more.yaml");
    repo.git(&["rm", "--quiet", &at("new")]);
    assert_eq!(git(&repo, &["-c", "core.editor=true", "merge", "--continue"]).code, Some(0));
}

/// The strategy ends with 2, these words, and everything as it was.
fn unhandled(repo: &TempRepo, args: &[&str], words: &str) {
    let before = (repo.state(), repo.git(&["ls-files", "--stage"]), repo.git(&["diff"]));
    let ended = git(repo, &[&["merge", "--no-edit", "-s", "hhgit"], args].concat());
    assert_eq!(ended.code, Some(2), "{ended:?}");
    assert!(ended.stderr.contains(words), "{words:?} is not in {}", ended.stderr);
    assert_eq!((repo.state(), repo.git(&["ls-files", "--stage"]), repo.git(&["diff"])), before);
}

#[test]
fn what_it_cannot_handle_it_leaves_alone() {
    let repo = ready();
    on(&repo, "feature", "theirs", |repo| edit(repo, &at("web"), "1001", "1501"));
    repo.git(&["branch", "third", "main"]);
    on(&repo, "third", "third", |repo| edit(repo, &at("db"), "1002", "1502"));
    on(&repo, "main", "ours", |repo| repo.put("README", "x\n"));
    unhandled(&repo, &["feature", "third"], "merges two sides and no more");
    unhandled(&repo, &["-X", "ours", "feature"], "takes no options; leave -X ours away");
    edit(&repo, &at("web"), "# which", "# not committed");
    unhandled(&repo, &["feature"], "local changes stand in the way: f/managed/vpcs/web.yaml");
    repo.git(&["checkout", "--quiet", "--", &at("web")]);
    repo.put("README", "staged\n");
    repo.git(&["add", "README"]);
    unhandled(&repo, &["feature"], "something is staged that is not committed");
}

#[test]
fn local_changes_elsewhere_stay() {
    let repo = ready();
    on(&repo, "feature", "theirs", |repo| edit(repo, &at("web"), "1001", "1501"));
    on(&repo, "main", "ours", |repo| repo.put("README", "x\n"));
    repo.put("README", "not committed\n");
    assert_eq!(merge(&repo).code, Some(0));
    assert_eq!(run(git_command(repo.dir()).args(["status", "--porcelain"])).stdout, " M README\n");
}

#[test]
fn the_strategy_is_a_link_that_is_made_once_and_takes_nobodys_place() {
    let repo = ready();
    let bin = repo.beside("bin");
    let install = || hhgit(repo.dir(), &["merge", "--install", bin.to_str().unwrap()]);
    let link = bin.join("git-merge-hhgit");
    let said = install();
    assert_eq!(
        said.stdout,
        format!(
            "{}: is there already\nnote: its folder is not on PATH; git finds the strategy once it is\nMerge with: git merge -s hhgit BRANCH\n",
            link.display()
        )
    );
    std::fs::remove_file(&link).unwrap();
    std::fs::write(&link, "another's").unwrap();
    let ended = install();
    assert_eq!(ended.code, Some(3), "{ended:?}");
    assert!(ended.stderr.contains("is there and is not this hhgit"), "{ended:?}");
    assert_eq!(std::fs::read(&link).unwrap(), b"another's");
    assert_eq!(hhgit(repo.dir(), &["merge", "--install", "nowhere/at/all"]).code, Some(3));
}

#[test]
fn called_by_hand_it_says_who_should_call_it() {
    let repo = ready();
    let program = repo.beside("bin").join("git-merge-hhgit");
    let ended = run(Command::new(Path::new(&program)).current_dir(repo.dir()));
    assert_eq!(ended.code, Some(2));
    assert!(ended.stderr.contains("run git merge -s hhgit BRANCH"), "{ended:?}");
}
