//! `hhgit undo` of one object, and the undos that are refused, on real repositories.
#![allow(clippy::unwrap_used, reason = "a test may unwrap")]
#![cfg(unix)]

mod support;

use std::collections::BTreeMap;

use support::undo::{MANIFEST, done, managed, refused, synced, undo};
use support::{TempRepo, hhgit, vpc};

#[test]
fn what_was_taken_back_once_is_not_brought_back_by_another_undo() {
    let (temp, _) = synced(TempRepo::bare());
    done(&undo(&temp, &[]));
    done(&hhgit(temp.dir(), &["sync"]));
    let words = ["f/raw/in/two.yaml had been taken back before that sync", "move it out of unmanaged/ into raw/"];
    refused(&temp, &[], 3, &words);
}

#[test]
fn it_is_refused_with_the_list_where_later_commits_touched_the_same_files() {
    let (temp, _) = synced(TempRepo::bare());
    let first = temp.tip("main").unwrap().to_string();
    temp.commit("main", &[("f/managed/vpcs/a.yaml", "by: hand\n"), ("f/raw/in", "a file now\n")]);
    let hand = temp.git(&["rev-parse", "--short=7", "main"]);
    let words = [
        format!("f/managed/vpcs/a.yaml was changed since, by {hand} (Tester): test"),
        "f/raw/in/two.yaml is not as that sync left it".to_owned(),
        "main: refused: nothing was written".to_owned(),
    ];
    refused(&temp, &[&first], 3, &words.each_ref().map(String::as_str));
}

#[test]
fn one_object_is_taken_back_and_the_others_stay() {
    for named in ["VPC/b", "vpc/b", "vpcs/b", "vpcs/b.yaml", "managed/vpcs/b.yaml", "f/managed/vpcs/b.yaml"] {
        let (temp, _) = synced(TempRepo::bare());
        done(&undo(&temp, &["--object", named]));
        assert_eq!(managed(&temp).into_keys().collect::<Vec<_>>(), ["f/managed/vpcs/a.yaml"], "{named}");
        let raw = temp.files("main").remove("f/raw/in/two.yaml").unwrap();
        assert!(raw.starts_with("# the second\n") && raw.contains("name: b"), "{raw}");
        done(&hhgit(temp.dir(), &["sync"]));
        assert_eq!(managed(&temp).into_keys().collect::<Vec<_>>(), ["f/managed/vpcs/a.yaml"], "{named}");
    }
}

#[test]
fn an_object_that_was_alone_in_its_raw_file_gets_that_very_file_back() {
    let temp = TempRepo::work_tree();
    temp.commit_all(&[("f/.hnp/manifest.yaml", MANIFEST), ("f/raw/a.yaml", &vpc("a", "x"))]);
    temp.git(&["update-index", "--chmod=+x", "f/raw/a.yaml"]);
    temp.git(&["commit", "--quiet", "--amend", "--no-edit"]);
    temp.git(&["reset", "--quiet", "--hard"]);
    let was = temp.git(&["ls-tree", "main", "f/raw/a.yaml"]);
    done(&hhgit(temp.dir(), &["sync"]));
    done(&undo(&temp, &["--object", "VPC/a"]));
    assert_eq!(temp.git(&["ls-tree", "main", "f/raw/a.yaml"]), was);
}

#[test]
fn an_object_that_a_repair_moved_goes_back_to_where_it_was() {
    let temp = TempRepo::bare();
    let (a, b) = (vpc("a", "x"), vpc("b", "x"));
    let managed_a = ("f/managed/vpcs/strange.yaml", a.as_str());
    temp.commit("main", &[("f/.hnp/manifest.yaml", MANIFEST), managed_a, ("f/raw/a.yaml", &a), ("f/raw/b.yaml", &b)]);
    done(&hhgit(temp.dir(), &["sync"]));
    done(&undo(&temp, &["--object", "VPC/a"]));
    assert_eq!(
        managed(&temp).into_keys().collect::<Vec<_>>(),
        ["f/managed/vpcs/b.yaml", "f/managed/vpcs/strange.yaml"]
    );
}

#[test]
fn what_cannot_be_meant_is_a_usage_error_that_says_what_can() {
    let (temp, _) = synced(TempRepo::bare());
    let sync = temp.tip("main").unwrap().to_string();
    refused(&temp, &["--object", "VPC/c"], 2, &["brought no object VPC/c into managed/; it brought VPC/a, VPC/b"]);
    refused(&temp, &["main^"], 2, &["has not one parent"]);
    refused(&temp, &["nowhere"], 2, &["nowhere"]);
    refused(&temp, &["--branch", "none"], 2, &["there is no branch none"]);
    temp.commit("hand", &[("x", "1\n")]);
    let hand = temp.commit("hand", &[("x", "2\n")]).to_string();
    temp.git(&["update-ref", "refs/heads/kept", &sync]);
    temp.git(&["update-ref", "refs/heads/main", &hand]);
    refused(&temp, &["main"], 2, &["is not a commit that sync makes; git revert"]);
    temp.git(&["update-ref", "refs/heads/main", &sync]);
    temp.git(&["update-ref", "refs/heads/other", &sync]);
    temp.git(&["update-ref", "refs/heads/main", "main^"]);
    refused(&temp, &["other"], 2, &["is not in the history of main"]);
    refused(&temp, &[], 2, &["no commit of main is one that sync makes"]);
}

#[test]
fn it_obeys_max_deletions_and_a_dry_run_writes_nothing() {
    let (temp, before) = synced(TempRepo::bare());
    refused(&temp, &["--max-deletions", "1"], 3, &["2 objects would leave managed/, more than --max-deletions 1"]);
    refused(&temp, &["--dry-run"], 0, &["VPC a (f/managed)", "dry run: nothing was written"]);
    let ended = hhgit(temp.dir(), &["undo", "--dry-run", "--output", "json"]);
    assert!(ended.stdout.contains(&before), "the planned tree: {}", ended.stdout);
    done(&undo(&temp, &["--max-deletions", "2"]));
}

#[test]
fn where_history_is_cut_off_nothing_is_advised_that_would_delete_it() {
    let (temp, _) = synced(TempRepo::bare());
    for (name, args) in [("one", &["undo"][..]), ("two", &["undo", "HEAD"])] {
        let clone = temp.beside(name);
        let from = format!("file://{}", temp.dir().display());
        temp.git(&["clone", "--quiet", "--depth=1", &from, clone.to_str().unwrap()]);
        let ended = hhgit(&clone, args);
        assert_eq!(ended.code, Some(3), "{ended:?}");
        let said = ended.stderr.split_whitespace().collect::<Vec<_>>().join(" ");
        assert!(said.contains("history is cut off at") && said.contains("git fetch --unshallow"), "{said}");
        assert!(!said.contains("revert"), "{said}");
    }
}

#[test]
fn no_sync_is_reached_past_what_was_done_by_hand_unless_it_is_named() {
    let (temp, _) = synced(TempRepo::bare());
    let sync = temp.tip("main").unwrap().to_string();
    let hand = temp.commit("main", &[("f/managed/vpcs/c.yaml", &vpc("c", "x"))]).to_string();
    refused(&temp, &[], 2, &[&format!("{hand} changed managed/ by hand"), &format!("hhgit undo {sync}")]);
    done(&undo(&temp, &[&sync]));
    assert_eq!(managed(&temp).into_keys().collect::<Vec<_>>(), ["f/managed/vpcs/c.yaml"]);
}

#[test]
fn what_was_taken_back_once_is_known_by_its_sidecar_even_where_the_sync_cannot_be_made_again() {
    let (temp, _) = synced(TempRepo::work_tree());
    done(&undo(&temp, &[]));
    done(&hhgit(temp.dir(), &["sync"]));
    temp.put("f/unmanaged/extra.txt", "altered\n");
    temp.git(&["add", "--all"]);
    temp.git(&["commit", "--quiet", "--amend", "--no-edit"]);
    refused(&temp, &[], 3, &["f/raw/in/two.yaml had been taken back before that sync"]);
    refused(&temp, &["--object", "VPC/a"], 2, &["does not come out the same by the rules that are here"]);
}

#[test]
fn an_object_that_two_fabrics_have_must_be_told_apart() {
    let temp = TempRepo::bare();
    let a = vpc("a", "x");
    let manifests = [("f/.hnp/manifest.yaml", MANIFEST), ("g/.hnp/manifest.yaml", MANIFEST)];
    temp.commit("main", &[manifests[0], manifests[1], ("f/raw/a.yaml", &a), ("g/raw/a.yaml", &a)]);
    done(&hhgit(temp.dir(), &["sync"]));
    refused(&temp, &["--object", "VPC/a"], 2, &["VPC/a could be any of f/managed/vpcs/a.yaml, g/managed/vpcs/a.yaml"]);
    done(&undo(&temp, &["--object", "VPC/default/a", "--fabric", "g"]));
    let files = temp.files("main");
    assert!(files.contains_key("f/managed/vpcs/a.yaml") && !files.contains_key("g/managed/vpcs/a.yaml"), "{files:?}");
}

#[test]
fn one_object_is_taken_back_without_the_folders_that_the_sync_made() {
    let (temp, _) = synced(TempRepo::work_tree());
    let sync = temp.tip("main").unwrap().to_string();
    temp.git(&["rm", "--quiet", "f/managed/switches/.gitkeep"]);
    temp.git(&["commit", "--quiet", "--message=tidy"]);
    let keeps = || temp.files("main").into_keys().filter(|path| path.ends_with(".gitkeep")).count();
    let before = keeps();
    done(&undo(&temp, &[&sync, "--object", "VPC/a"]));
    assert_eq!(keeps(), before);
}

#[test]
fn two_objects_of_one_raw_file_are_taken_back_beside_each_other() {
    let (temp, _) = synced(TempRepo::bare());
    let sync = temp.tip("main").unwrap().to_string();
    done(&undo(&temp, &[&sync, "--object", "VPC/a"]));
    done(&hhgit(temp.dir(), &["sync"]));
    done(&undo(&temp, &[&sync, "--object", "VPC/b"]));
    done(&hhgit(temp.dir(), &["sync"]));
    let files = temp.files("main");
    assert!(files["f/unmanaged/in/two.yaml"].contains("name: a"), "{files:?}");
    assert!(files["f/unmanaged/in/two_1.yaml"].contains("name: b"), "{files:?}");
    assert_eq!(managed(&temp), BTreeMap::new());
}
