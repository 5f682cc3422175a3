//! A person's own hook on real pushes: what is wrong in what leaves stops it, and nothing else does.
#![allow(clippy::unwrap_used, reason = "a test may unwrap")]
#![cfg(unix)]

mod support;

use support::person::{commit, git, prepared};
use support::{Ended, TempRepo, git_command, hhgit, run, vpc};

/// A bare repository that is `repo`'s remote `origin`, and has its `main`.
fn with_remote(repo: &TempRepo) -> TempRepo {
    let server = TempRepo::bare();
    repo.git(&["remote", "add", "origin", server.dir().to_str().unwrap()]);
    repo.git(&["push", "--quiet", "--no-verify", "--set-upstream", "origin", "main"]);
    server
}

fn push(repo: &TempRepo, args: &[&str]) -> Ended {
    git(repo, &[&["push", "--quiet", "origin"], args].concat())
}

/// Commits a VPC whose VLAN namespace is not there, past the pre-commit hook.
fn commit_wrong(repo: &TempRepo, name: &str) {
    let wrong = vpc(name, "x").replace("spec:\n", "spec:\n  vlanNamespace: nowhere\n");
    repo.put(&format!("f/managed/vpcs/{name}.yaml"), &wrong);
    repo.git(&["add", "f"]);
    assert_eq!(commit(repo, &["--no-verify"]).code, Some(0));
}

#[test]
fn a_push_of_what_is_right_is_let_pass_without_a_word() {
    let repo = prepared();
    let server = with_remote(&repo);
    repo.put("f/raw/a.yaml", &vpc("a", "x"));
    repo.git(&["add", "f"]);
    assert_eq!(commit(&repo, &[]).code, Some(0));
    assert_eq!(push(&repo, &["main"]), Ended { code: Some(0), stdout: String::new(), stderr: String::new() });
    assert_eq!(server.tip("main"), repo.tip("main"));
    assert_eq!(push(&repo, &["main"]).code, Some(0), "nothing to push");
}

#[test]
fn a_push_of_what_is_wrong_is_stopped_with_its_lines_and_the_command_that_shows_all() {
    let repo = prepared();
    let server = with_remote(&repo);
    commit_wrong(&repo, "bad");
    let before = server.state();
    let ended = push(&repo, &["main"]);
    assert_eq!(ended.code, Some(1));
    let words = [
        "error[missing-reference]: ",
        " --> f/managed/vpcs/bad.yaml:8:18\n",
        "8 |   vlanNamespace: nowhere\n",
        "hhgit: main: 1 error in what is pushed; see all of it: hhgit check ",
        "hhgit: correct it, or pass this by with: git push --no-verify\n",
    ];
    for words in words {
        assert!(ended.stderr.contains(words), "{words:?} is not in {}", ended.stderr);
    }
    assert_eq!(server.state(), before);
    let range = ended.stderr.split("hhgit check ").nth(1).unwrap().lines().next().unwrap().to_owned();
    let shown = hhgit(repo.dir(), &["check", &range]);
    assert_eq!((shown.code, shown.stdout.contains("vpcs/bad.yaml:8:18")), (Some(1), true), "{shown:?}");
    assert_eq!(push(&repo, &["--no-verify", "main"]).code, Some(0));
}

#[test]
fn only_what_a_push_changes_is_judged_for_a_new_branch_as_well_and_past_a_remote_that_moved() {
    let repo = prepared();
    commit_wrong(&repo, "old");
    let server = with_remote(&repo);
    repo.put("f/raw/a.yaml", &vpc("a", "x").replace("1001", "1003").replace("10.0.1.0", "10.0.3.0"));
    repo.git(&["add", "f"]);
    assert_eq!(commit(&repo, &[]).code, Some(0));
    assert_eq!(push(&repo, &["main:refs/heads/new", "main"]).code, Some(0));
    // Somebody else's push, which was never fetched: the remote's own id says nothing here.
    server.commit("main", &[("README", "theirs\n")]);
    repo.put("f/raw/b.yaml", &vpc("b", "x").replace("1001", "1002").replace("10.0.1.0", "10.0.2.0"));
    repo.git(&["add", "f"]);
    assert_eq!(commit(&repo, &[]).code, Some(0));
    let ended = push(&repo, &["--force", "main"]);
    assert_eq!(ended, Ended { code: Some(0), stdout: String::new(), stderr: String::new() });
    // By its address the remote is nobody that anything is known of, so all of it is judged.
    let ended = git(&repo, &["push", "--quiet", server.dir().to_str().unwrap(), "main:refs/heads/whole"]);
    assert_eq!(ended.code, Some(1));
    assert!(ended.stderr.contains("f/managed/vpcs/old.yaml"), "{ended:?}");
}

#[test]
fn deleted_branches_tags_and_branches_without_a_fabric_pass() {
    let repo = prepared();
    let server = with_remote(&repo);
    commit_wrong(&repo, "bad");
    repo.git(&["tag", "--annotate", "--message=v1", "v1"]);
    repo.git(&["push", "--quiet", "--no-verify", "origin", "main:refs/heads/gone"]);
    repo.git(&["switch", "--quiet", "--orphan", "plain"]);
    repo.commit_all(&[("README", "no fabric\n")]);
    let ended = push(&repo, &["v1", ":refs/heads/gone", "plain"]);
    assert_eq!(ended, Ended { code: Some(0), stdout: String::new(), stderr: String::new() });
    assert_eq!((server.tip("gone"), server.tip("plain")), (None, repo.tip("plain")));
}

#[test]
fn twenty_findings_are_shown_over_all_branches_and_the_rest_is_counted() {
    let repo = prepared();
    let _server = with_remote(&repo);
    for number in 0..25 {
        commit_wrong(&repo, &format!("bad-{number}"));
    }
    let ended = push(&repo, &["main", "main~1:refs/heads/other"]);
    assert_eq!(ended.code, Some(1), "{ended:?}");
    assert_eq!(ended.stderr.matches(" --> ").count(), 20, "{}", ended.stderr);
    assert_eq!(ended.stderr.matches(" in what is pushed; see all of it: hhgit check ").count(), 2);
}

#[test]
fn a_shallow_clone_pushes_what_its_history_cannot_judge_and_is_told_so() {
    let repo = prepared();
    repo.put("f/raw/a.yaml", &vpc("a", "x"));
    repo.git(&["add", "f"]);
    assert_eq!(commit(&repo, &["--no-verify"]).code, Some(0));
    repo.commit_all(&[("README", "2\n")]);
    let server = with_remote(&repo);
    let shallow = repo.beside("shallow");
    let url = format!("file://{}", server.dir().display());
    repo.git(&["clone", "--quiet", "--depth=1", &url, shallow.to_str().unwrap()]);
    std::fs::write(shallow.join("f/raw/notes.txt"), "3\n").unwrap();
    repo.git_in(&shallow, &["add", "f"]);
    repo.git_in(&shallow, &["commit", "--quiet", "--message=mine"]);
    assert_eq!(hhgit(&shallow, &["hook", "install"]).code, Some(0));
    let ended = run(git_command(&shallow).args(["push", "--quiet", "origin", "main"]));
    assert_eq!(ended.code, Some(0), "{ended:?}");
    assert!(ended.stderr.starts_with("hhgit: main was not checked: history ends before "), "{ended:?}");
}
