//! A person's own hook on real commits: a commit is sorted as it is made, or refused with nothing touched.
#![allow(clippy::unwrap_used, reason = "a test may unwrap")]
#![cfg(unix)]

mod support;

use std::collections::BTreeMap;
use std::path::Path;

use support::person::{NAMESPACES, commit, git, prepared};
use support::{Ended, TempRepo, git_command, hhgit, leftovers, run, vpc};

/// Refs, index, status and every file of the work tree.
fn everything(repo: &TempRepo) -> (String, String, BTreeMap<String, Vec<u8>>) {
    (
        repo.state(),
        repo.git(&["ls-files", "--stage", "--debug"]).replace(|c: char| c.is_ascii_digit(), ""),
        files(repo.dir()),
    )
}

fn files(root: &Path) -> BTreeMap<String, Vec<u8>> {
    let (mut found, mut open) = (BTreeMap::new(), vec![root.to_owned()]);
    while let Some(folder) = open.pop() {
        for entry in std::fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() && path.file_name().unwrap() != ".git" {
                open.push(path);
            } else if path.is_file() {
                let name = path.strip_prefix(root).unwrap().to_str().unwrap().to_owned();
                found.insert(name, std::fs::read(&path).unwrap());
            }
        }
    }
    found
}

/// The commit was refused with these words, and nothing at all changed.
fn refused(repo: &TempRepo, args: &[&str], words: &str) {
    let before = everything(repo);
    let ended = commit(repo, args);
    assert_eq!(ended.code, Some(1), "{ended:?}");
    assert!(ended.stderr.contains(words), "{words:?} is not in {}", ended.stderr);
    assert_eq!(everything(repo), before);
    assert_eq!(leftovers(repo), Vec::<String>::new());
}

/// What the last commit changed, as git shows it.
fn changed(repo: &TempRepo) -> String {
    repo.git(&["show", "--format=", "--name-status", "--no-renames", "--first-parent", "-m", "HEAD"])
}

/// The work tree and index are those of HEAD, and a sync of it has nothing to do.
fn is_sorted(repo: &TempRepo) {
    assert_eq!(repo.git(&["status", "--porcelain", "--untracked-files=all"]), "");
    let tip = repo.git(&["rev-parse", "HEAD"]);
    let ended = hhgit(repo.dir(), &["sync"]);
    assert!(ended.stdout.ends_with(": nothing to do\n"), "{ended:?}");
    assert_eq!(repo.git(&["rev-parse", "HEAD"]), tip);
    repo.fsck();
}

#[test]
fn a_commit_is_sorted_as_it_is_made_and_a_sync_finds_nothing_to_do() {
    let repo = prepared();
    repo.put("f/raw/rack/a.yaml", &(vpc("a", "x") + "---\nkind: [\n"));
    repo.git(&["add", "f"]);
    let ended = commit(&repo, &[]);
    assert_eq!((ended.code, ended.stdout.as_str()), (Some(0), ""), "{ended:?}");
    assert!(ended.stderr.starts_with("hhgit: sorted what is staged: 1 to managed/, 1 to unmanaged/\n"), "{ended:?}");
    assert!(ended.stderr.contains("f/raw/rack/a.yaml:13:8: error[invalid-yaml]"), "{ended:?}");
    assert_eq!(
        changed(&repo),
        "A\tf/managed/vpcs/a.yaml\nA\tf/unmanaged/rack/a.yaml\nA\tf/unmanaged/rack/a.yaml.metadata"
    );
    assert_eq!(repo.git(&["show", "HEAD:f/managed/vpcs/a.yaml"]) + "\n", vpc("a", "x"));
    assert_eq!(repo.git(&["log", "-1", "--format=%an %s"]), "Tester mine");
    is_sorted(&repo);
}

#[test]
fn a_sync_of_the_same_files_makes_the_same_tree() {
    let (hooked, synced) = (prepared(), prepared());
    for repo in [&hooked, &synced] {
        repo.put("f/raw/a.yaml", &(vpc("a", "x") + "---\n" + &vpc("b", "x") + "---\nkind: ConfigMap\n"));
        repo.put("f/raw/notes.txt", "hello\n");
        repo.git(&["add", "f"]);
    }
    assert_eq!(commit(&hooked, &[]).code, Some(0));
    assert_eq!(commit(&synced, &["--no-verify"]).code, Some(0));
    assert_eq!(hhgit(synced.dir(), &["sync"]).code, Some(0));
    assert_eq!(hooked.git(&["rev-parse", "HEAD^{tree}"]), synced.git(&["rev-parse", "HEAD^{tree}"]));
}

#[test]
fn what_is_not_staged_and_lies_elsewhere_stays_as_it_is() {
    let repo = prepared();
    repo.put("f/raw/a.yaml", &vpc("a", "x"));
    repo.git(&["add", "f"]);
    repo.put("README", "changed, not staged\n");
    repo.put("f/raw/later.yaml", &vpc("later", "x"));
    repo.put("new.txt", "told git of, not staged\n");
    repo.git(&["add", "--intent-to-add", "new.txt"]);
    assert_eq!(commit(&repo, &[]).code, Some(0));
    assert_eq!(changed(&repo), "A\tf/managed/vpcs/a.yaml");
    assert_eq!(
        git(&repo, &["status", "--porcelain", "--untracked-files=all"]).stdout,
        " M README\n A new.txt\n?? f/raw/later.yaml\n"
    );
    assert_eq!(std::fs::read_to_string(repo.dir().join("f/raw/later.yaml")).unwrap(), vpc("later", "x"));
}

#[test]
fn a_commit_that_changes_no_fabric_directory_passes_untouched_and_unmentioned() {
    let repo = prepared();
    repo.put("f/raw/a.yaml", &vpc("a", "x"));
    repo.git(&["add", "f"]);
    assert_eq!(commit(&repo, &["--no-verify"]).code, Some(0));
    repo.put("README", "2\n");
    let silent = Ended { code: Some(0), stdout: String::new(), stderr: String::new() };
    assert_eq!(commit(&repo, &["-a"]), silent);
    assert_eq!(changed(&repo), "M\tREADME");
    repo.put("README", "3\n");
    assert_eq!(commit(&repo, &["README"]), silent);
    assert_eq!(changed(&repo), "M\tREADME");
    assert_eq!(commit(&repo, &["--allow-empty"]), silent);
    assert_eq!(commit(&repo, &["--amend", "--only", "--allow-empty"]), silent);
}

#[test]
fn a_partial_commit_and_one_that_stages_on_the_fly_are_refused_with_the_remedy() {
    let repo = prepared();
    repo.put("f/raw/a.yaml", &vpc("a", "x"));
    repo.git(&["add", "f"]);
    refused(&repo, &["f/raw/a.yaml"], "git add PATH && git commit");
    refused(&repo, &["--all"], "git add -u && git commit");
    refused(&repo, &["--include", "f/raw/a.yaml"], "git add -u && git commit");
    assert_eq!(commit(&repo, &[]).code, Some(0));
    is_sorted(&repo);
}

#[test]
fn unstaged_changes_untracked_and_ignored_files_in_the_way_refuse_the_commit() {
    let repo = prepared();
    repo.put("f/raw/a.yaml", &vpc("a", "x"));
    repo.git(&["add", "f"]);
    repo.put("f/raw/a.yaml", &vpc("a", "changed since"));
    refused(&repo, &[], "what is not staged: f/raw/a.yaml; stage it (git add)");
    std::fs::remove_file(repo.dir().join("f/raw/a.yaml")).unwrap();
    refused(&repo, &[], "what is not staged: f/raw/a.yaml");
    repo.put("f/raw/a.yaml", &vpc("a", "x"));
    repo.put("f/managed/vpcs/a.yaml", "somebody's own\n");
    refused(&repo, &[], "what is not staged: f/managed/vpcs/a.yaml");
    repo.put(".git/info/exclude", "f/managed/vpcs/a.yaml\n");
    refused(&repo, &[], "what is not staged: f/managed/vpcs/a.yaml");
    std::fs::remove_file(repo.dir().join("f/managed/vpcs/a.yaml")).unwrap();
    assert_eq!(commit(&repo, &[]).code, Some(0));
    assert_eq!(changed(&repo), "A\tf/managed/vpcs/a.yaml");
}

#[test]
fn the_first_commit_of_all_is_sorted_too() {
    let repo = TempRepo::work_tree();
    assert_eq!(hhgit(repo.dir(), &["hook", "install"]).code, Some(0));
    repo.put("f/.hnp/manifest.yaml", "version: '1.0'\n");
    repo.put("f/raw/base.yaml", NAMESPACES);
    repo.git(&["add", "."]);
    let ended = commit(&repo, &[]);
    assert_eq!(ended.code, Some(0), "{ended:?}");
    assert!(ended.stderr.starts_with("hhgit: sorted what is staged: 2 to managed/"), "{ended:?}");
    assert_eq!(repo.git(&["rev-list", "--count", "HEAD"]), "1");
    is_sorted(&repo);
}

#[test]
fn a_commit_from_a_subfolder_a_linked_work_tree_or_a_detached_head_is_sorted() {
    let repo = prepared();
    repo.put("f/raw/a.yaml", &vpc("a", "x"));
    repo.git(&["add", "f"]);
    let ended = run(git_command(&repo.dir().join("f/raw")).args(["commit", "--quiet", "--message=mine"]));
    assert_eq!(ended.code, Some(0), "{ended:?}");
    assert_eq!(changed(&repo), "A\tf/managed/vpcs/a.yaml");
    let linked = repo.beside("linked");
    repo.git(&["worktree", "add", "--quiet", "--detach", linked.to_str().unwrap()]);
    std::fs::write(linked.join("f/raw/b.yaml"), vpc("b", "x")).unwrap();
    repo.git_in(&linked, &["add", "f"]);
    let ended = run(git_command(&linked).args(["commit", "--quiet", "--message=mine"]));
    assert_eq!(ended.code, Some(0), "{ended:?}");
    assert_eq!(repo.git_in(&linked, &["show", "--format=", "--name-status"]), "A\tf/managed/vpcs/b.yaml");
    assert_eq!(repo.git_in(&linked, &["status", "--porcelain"]), "");
    is_sorted(&repo);
}

#[test]
fn an_amended_commit_is_sorted_with_what_is_added_to_it() {
    let repo = prepared();
    repo.put("f/raw/a.yaml", &vpc("a", "x"));
    repo.git(&["add", "f"]);
    assert_eq!(commit(&repo, &[]).code, Some(0));
    repo.put("f/raw/b.yaml", &vpc("b", "x"));
    repo.git(&["add", "f"]);
    assert_eq!(commit(&repo, &["--amend"]).code, Some(0));
    assert_eq!(changed(&repo), "A\tf/managed/vpcs/a.yaml\nA\tf/managed/vpcs/b.yaml");
    is_sorted(&repo);
}

#[test]
fn a_commit_that_concludes_a_merge_is_sorted_and_stays_a_merge() {
    let repo = prepared();
    repo.git(&["switch", "--quiet", "-c", "side"]);
    repo.commit_all(&[("README", "theirs\n")]);
    repo.put("f/raw/a.yaml", &vpc("a", "x"));
    repo.git(&["add", "f"]);
    assert_eq!(commit(&repo, &["--no-verify"]).code, Some(0));
    repo.git(&["switch", "--quiet", "main"]);
    repo.commit_all(&[("README", "ours\n")]);
    assert_eq!(git(&repo, &["merge", "--quiet", "side"]).code, Some(1));
    repo.put("README", "both\n");
    repo.git(&["add", "README"]);
    let ended = commit(&repo, &[]);
    assert_eq!(ended.code, Some(0), "{ended:?}");
    assert_eq!(repo.git(&["log", "-1", "--format=%p"]).split(' ').count(), 2);
    assert_eq!(changed(&repo), "M\tREADME\nA\tf/managed/vpcs/a.yaml");
    is_sorted(&repo);
}

#[test]
fn what_git_replays_stays_as_it_was_made() {
    for replay in ["rebase", "cherry-pick", "revert"] {
        let repo = prepared();
        let base = repo.git(&["rev-parse", "HEAD"]);
        repo.put("README", "side\n");
        repo.put("f/raw/a.yaml", &vpc("a", "x"));
        repo.git(&["add", "."]);
        assert_eq!(commit(&repo, &["--no-verify"]).code, Some(0));
        repo.git(&["branch", "side"]);
        if replay == "revert" {
            repo.put("README", "later\n");
            repo.git(&["rm", "--quiet", "--cached", "f/raw/a.yaml"]);
            std::fs::remove_file(repo.dir().join("f/raw/a.yaml")).unwrap();
            repo.git(&["add", "README"]);
            assert_eq!(commit(&repo, &["--no-verify"]).code, Some(0));
            assert_eq!(git(&repo, &["revert", "--no-edit", "side~0", "HEAD"]).code, Some(1));
            repo.put("f/raw/a.yaml", &vpc("a", "x"));
        } else {
            repo.git(&["reset", "--hard", "--quiet", &base]);
            repo.commit_all(&[("README", "main\n")]);
            let (command, from) = if replay == "rebase" { ("rebase", "side") } else { ("cherry-pick", "side") };
            if command == "rebase" {
                repo.git(&["switch", "--quiet", "side"]);
            }
            let onto = if command == "rebase" { "main" } else { from };
            assert_eq!(git(&repo, &[command, onto]).code, Some(1), "{replay}");
        }
        repo.put("README", "resolved\n");
        repo.git(&["add", "."]);
        let ended = commit(&repo, &[]);
        assert_eq!(ended.code, Some(0), "{replay} {ended:?}");
        assert!(ended.stderr.contains("hhgit: left unsorted, since a "), "{replay} {ended:?}");
        assert!(repo.git(&["ls-tree", "-r", "--name-only", "HEAD"]).contains("f/raw/a.yaml"), "{replay}");
    }
}

#[test]
fn what_a_person_takes_back_to_raw_by_hand_is_not_sorted_a_second_time() {
    let repo = prepared();
    repo.put("f/raw/a.yaml", &vpc("a", "x"));
    repo.git(&["add", "f"]);
    assert_eq!(commit(&repo, &[]).code, Some(0));
    std::fs::create_dir_all(repo.dir().join("f/raw")).unwrap();
    repo.git(&["mv", "f/managed/vpcs/a.yaml", "f/raw/a.yaml"]);
    let ended = commit(&repo, &[]);
    assert!(ended.stderr.contains("[reverted]"), "{ended:?}");
    assert_eq!(changed(&repo), "D\tf/managed/vpcs/a.yaml\nA\tf/unmanaged/a.yaml\nA\tf/unmanaged/a.yaml.metadata");
    is_sorted(&repo);
}

#[test]
fn where_managed_holds_all_of_it_already_no_empty_commit_is_made() {
    let repo = prepared();
    repo.put("f/raw/a.yaml", &vpc("a", "x"));
    repo.git(&["add", "f"]);
    assert_eq!(commit(&repo, &[]).code, Some(0));
    let tip = repo.git(&["rev-parse", "HEAD"]);
    repo.put("f/raw/again.yaml", &vpc("a", "x"));
    repo.git(&["add", "f"]);
    let ended = commit(&repo, &[]);
    assert_eq!(ended.code, Some(1));
    assert!(ended.stderr.contains("so nothing is left to commit"), "{ended:?}");
    assert_eq!(repo.git(&["rev-parse", "HEAD"]), tip);
    is_sorted(&repo);
}

#[test]
fn a_commit_that_is_given_up_afterwards_leaves_what_is_staged_sorted_and_whole() {
    let repo = prepared();
    repo.put("f/raw/a.yaml", &vpc("a", "x"));
    repo.git(&["add", "f"]);
    let ended = run(git_command(repo.dir()).env("GIT_EDITOR", "false").args(["commit", "--quiet"]));
    assert_eq!(ended.code, Some(1), "{ended:?}");
    assert_eq!(git(&repo, &["status", "--porcelain"]).stdout, "A  f/managed/vpcs/a.yaml\n");
    let silent = Ended { code: Some(0), stdout: String::new(), stderr: String::new() };
    assert_eq!(commit(&repo, &[]), silent);
    is_sorted(&repo);
}

#[test]
fn errors_are_said_and_refuse_the_commit_only_under_strict() {
    let repo = prepared();
    repo.git(&["rm", "--quiet", "f/managed/vlannamespaces/default.yaml"]);
    repo.put("f/raw/a.yaml", &vpc("a", "x"));
    repo.git(&["add", "f"]);
    assert_eq!(hhgit(repo.dir(), &["hook", "install", "--strict"]).code, Some(0));
    refused(&repo, &[], "hhgit: commit refused for its errors (--strict); nothing was changed\nf/raw/a.yaml:");
    assert_eq!(hhgit(repo.dir(), &["hook", "install"]).code, Some(0));
    let ended = commit(&repo, &[]);
    assert_eq!(ended.code, Some(0));
    assert!(ended.stderr.contains("error[still-referred]"), "{ended:?}");
    assert!(ended.stderr.contains("this shows all: hhgit check HEAD^..HEAD"), "{ended:?}");
    assert_eq!(hhgit(repo.dir(), &["check", "HEAD^..HEAD"]).code, Some(1));
    is_sorted(&repo);
}

#[test]
fn a_fabric_whose_structure_is_broken_is_left_alone_and_said_to_be() {
    let repo = prepared();
    repo.put("f/.hnp/manifest.yaml", "version: [\n");
    repo.put("f/raw/a.yaml", &vpc("a", "x"));
    repo.git(&["add", "f"]);
    let ended = commit(&repo, &[]);
    assert_eq!(ended.code, Some(0), "{ended:?}");
    assert!(ended.stderr.contains("hhgit: f was left alone: its structure is broken"), "{ended:?}");
    assert!(ended.stderr.contains("error[bad-manifest]"), "{ended:?}");
    assert_eq!(changed(&repo), "M\tf/.hnp/manifest.yaml\nA\tf/raw/a.yaml");
}

#[test]
fn only_the_fabric_directories_that_a_commit_changes_are_sorted() {
    let repo = prepared();
    repo.put("g/.hnp/manifest.yaml", "version: '1.0'\n");
    repo.put("g/raw/waits.yaml", &vpc("waits", "x"));
    repo.git(&["add", "g"]);
    assert_eq!(commit(&repo, &["--no-verify"]).code, Some(0));
    repo.put("f/raw/a.yaml", &vpc("a", "x"));
    repo.git(&["add", "f"]);
    assert_eq!(commit(&repo, &[]).code, Some(0));
    assert_eq!(changed(&repo), "A\tf/managed/vpcs/a.yaml");
}

#[test]
fn hostile_names_reach_no_terminal_and_are_sorted_like_others() {
    let repo = prepared();
    repo.put("f/raw/\u{1b}[31m\n.yaml", "kind: [\n");
    repo.git(&["add", "f"]);
    let ended = commit(&repo, &[]);
    assert_eq!(ended.code, Some(0), "{ended:?}");
    assert!(!ended.stderr.contains('\u{1b}') && ended.stderr.contains("\\033[31m\\n.yaml"), "{ended:?}");
    is_sorted(&repo);
}
