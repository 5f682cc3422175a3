//! `hhgit undo` on real repositories: a sync is taken back byte for byte, by a new commit, and nothing that syncs later fights it.
#![allow(clippy::unwrap_used, reason = "a test may unwrap")]
#![cfg(unix)]

mod support;

use std::collections::BTreeMap;

use support::person::{NAMESPACES, prepared};
use support::server::{self, Server};
use support::undo::{MANIFEST, done, managed, synced, tree, undo};
use support::{NOW, TempRepo, git_command, hhgit, hhgit_command, run, vpc};

#[test]
fn after_an_undo_the_tree_is_the_very_one_from_before_the_sync() {
    for temp in [TempRepo::bare(), TempRepo::work_tree()] {
        let (temp, before) = synced(temp);
        let sync = temp.tip("main").unwrap().to_string();
        done(&undo(&temp, &[]));
        assert_eq!(tree(&temp, "main"), before);
        assert_eq!(temp.git(&["rev-parse", "main^"]), sync, "history is not rewritten");
        if temp.dir().join(".git").exists() {
            assert_eq!(temp.git(&["status", "--porcelain"]), "", "the work tree went along");
        }
        temp.fsck();
    }
}

#[test]
fn what_an_undo_says_and_what_its_commit_says() {
    let (temp, _) = synced(TempRepo::bare());
    let sync = temp.tip("main").unwrap();
    let ended = undo(&temp, &[]);
    let undone = temp.git(&["rev-parse", "--short=7", "main"]);
    let said = format!(
        "f (f): 2 objects removed from managed\n\nremoved from managed:\n  VPC a (f/managed)\n  VPC b (f/managed)\n\n\
         note: This takes back {short}: hhgit: sync 2 objects into f\n\nmain: {short} -> {undone}\n",
        short = sync.short()
    );
    assert_eq!((ended.stdout, ended.stderr), (said, String::new()));
    let message = temp.git(&["log", "-1", "--format=%an <%ae>%n%B", "main"]);
    let (who, message) = message.split_once('\n').unwrap();
    assert_eq!(who, "hhgit <hhgit@localhost>", "nobody is configured here");
    assert!(message.starts_with("hhgit: undo sync 2 objects into f\n\nThis takes back what "), "{message}");
    assert!(message.contains("  took away f/managed/vpcs/a.yaml\n"), "{message}");
    assert!(message.contains("  put back f/raw/in/two.yaml\n"), "{message}");
    assert!(message.ends_with(&format!("Hhgit-Undoes: {sync}")), "{message}");
}

#[test]
fn an_undo_names_who_asks_for_it_and_when() {
    let (temp, _) = synced(TempRepo::bare());
    let mut command = hhgit_command(temp.dir());
    command.env("GIT_AUTHOR_NAME", "Ann").env("GIT_AUTHOR_EMAIL", "ann@example.org");
    done(&run(command.env("GIT_AUTHOR_DATE", format!("@{} +0100", NOW + 7)).arg("undo")));
    let line = temp.git(&["log", "-1", "--format=%an <%ae> %ad", "--date=raw", "main"]);
    assert_eq!(line, format!("Ann <ann@example.org> {} +0100", NOW + 7));
}

#[test]
fn the_next_sync_leaves_managed_as_the_undo_left_it() {
    let (temp, _) = synced(TempRepo::bare());
    done(&undo(&temp, &[]));
    for _ in 0..2 {
        done(&hhgit(temp.dir(), &["sync"]));
        assert_eq!(managed(&temp), BTreeMap::new());
    }
    let files = temp.files("main");
    assert!(files["f/unmanaged/in/two.yaml.metadata"].contains("reverted"), "{files:?}");
}

#[test]
fn an_updated_object_gets_its_old_value_back_and_keeps_it() {
    let (temp, _) = synced(TempRepo::bare());
    let old = managed(&temp);
    temp.commit("main", &[("f/raw/again.yaml", &vpc("a", "y"))]);
    done(&hhgit(temp.dir(), &["sync"]));
    assert_ne!(managed(&temp), old);
    let ended = undo(&temp, &[]);
    done(&ended);
    assert!(!ended.stdout.contains("removed"), "{}", ended.stdout);
    assert!(ended.stdout.contains("note: As before it again: VPC/a.\n"), "{}", ended.stdout);
    done(&hhgit(temp.dir(), &["sync"]));
    assert_eq!(managed(&temp), old);
}

#[test]
fn the_same_object_said_in_other_words_does_not_bring_it_back() {
    let temp = TempRepo::bare();
    let (one, other) = (vpc("a", "x"), vpc("a", "x") + "...\n");
    temp.commit("main", &[("f/.hnp/manifest.yaml", MANIFEST), ("f/raw/1.yaml", &one), ("f/raw/2.yaml", &other)]);
    done(&hhgit(temp.dir(), &["sync"]));
    assert_eq!(managed(&temp).len(), 1);
    done(&undo(&temp, &[]));
    done(&hhgit(temp.dir(), &["sync"]));
    assert_eq!(managed(&temp), BTreeMap::new());
    temp.commit("main", &[("f/raw/3.yaml", &other)]);
    done(&hhgit(temp.dir(), &["sync"]));
    assert_eq!(managed(&temp).len(), 1, "who drops it anew means it");
}

#[test]
fn an_older_sync_can_be_named_as_long_as_nothing_changed_its_files() {
    let (temp, _) = synced(TempRepo::bare());
    let first = temp.tip("main").unwrap().to_string();
    temp.commit("main", &[("f/raw/c.yaml", &vpc("c", "x")), ("elsewhere", "x\n")]);
    done(&hhgit(temp.dir(), &["sync"]));
    done(&undo(&temp, &[&first]));
    assert_eq!(managed(&temp).into_keys().collect::<Vec<_>>(), ["f/managed/vpcs/c.yaml"]);
    assert_eq!(temp.files("main")["elsewhere"], "x");
}

#[test]
fn a_second_undo_says_that_it_is_done_already() {
    let (temp, _) = synced(TempRepo::bare());
    done(&undo(&temp, &[]));
    let (state, sync) = (temp.state(), temp.git(&["rev-parse", "--short=7", "main^"]));
    let ended = undo(&temp, &[]);
    done(&ended);
    assert_eq!(ended.stdout, format!("note: All is as it was before {sync} already.\n\nmain: nothing to do\n"));
    assert_eq!(temp.state(), state);
}

#[test]
fn one_fabric_of_several_can_be_taken_back() {
    let temp = TempRepo::bare();
    let (a, b) = (vpc("a", "x"), vpc("b", "x"));
    let manifests = [("f/.hnp/manifest.yaml", MANIFEST), ("g/.hnp/manifest.yaml", MANIFEST)];
    temp.commit("main", &[manifests[0], manifests[1], ("f/raw/a.yaml", &a), ("g/raw/b.yaml", &b)]);
    done(&hhgit(temp.dir(), &["sync"]));
    done(&undo(&temp, &["--fabric", "f"]));
    let files = temp.files("main");
    assert!(files.contains_key("f/raw/a.yaml") && files.contains_key("g/managed/vpcs/b.yaml"), "{:?}", files.keys());
    assert!(!files.contains_key("f/managed/vpcs/a.yaml") && !files.contains_key("g/raw/b.yaml"), "{:?}", files.keys());
}

#[test]
fn the_newest_sync_is_the_newest_of_all_that_was_merged() {
    let (temp, _) = synced(TempRepo::work_tree());
    temp.git(&["switch", "--quiet", "--create", "pr"]);
    temp.commit_all(&[("f/raw/c.yaml", &vpc("c", "x"))]);
    done(&hhgit(temp.dir(), &["sync"]));
    temp.git(&["switch", "--quiet", "main"]);
    temp.git(&["merge", "--quiet", "--no-ff", "--no-edit", "pr"]);
    done(&undo(&temp, &[]));
    assert_eq!(managed(&temp).into_keys().collect::<Vec<_>>(), ["f/managed/vpcs/a.yaml", "f/managed/vpcs/b.yaml"]);
}

#[test]
fn a_sync_that_was_altered_is_taken_back_as_it_is() {
    let (temp, before) = synced(TempRepo::work_tree());
    temp.put("f/managed/vpcs/a.yaml", &vpc("a", "altered"));
    temp.git(&["add", "--all"]);
    temp.git(&["commit", "--quiet", "--amend", "--no-edit"]);
    done(&undo(&temp, &[]));
    assert_eq!(tree(&temp, "main"), before);
}

#[test]
fn a_sync_without_trailers_is_known_for_what_it_is() {
    let (temp, before) = synced(TempRepo::work_tree());
    temp.git(&["commit", "--quiet", "--amend", "--message=sorted"]);
    done(&undo(&temp, &[]));
    assert_eq!(tree(&temp, "main"), before);
}

#[test]
fn a_bot_does_not_fight_an_undo() {
    let (temp, _) = synced(TempRepo::bare());
    done(&undo(&temp, &[]));
    let url = temp.dir().to_str().unwrap().to_owned();
    let beside = temp.beside("bot");
    std::fs::create_dir(&beside).unwrap();
    for _ in 0..2 {
        done(&hhgit(&beside, &["sync", "--remote", &url, "--branch", "main"]));
        assert_eq!(managed(&temp), BTreeMap::new());
    }
}

#[test]
fn a_servers_hooks_let_an_undo_in_and_do_not_fight_it() {
    let server = Server::new();
    server.hook("pre-receive", &[]);
    server.hook("post-receive", &[]);
    let vpc = server::vpc(1, "1001");
    let [first, second] = server::NAMESPACES;
    server.commit("main", &[("f/.hnp/manifest.yaml", server::MANIFEST), first, second]);
    assert_eq!(server.push(&["--quiet", "main"]).code, Some(0));
    let fetch = || {
        let from = server.repo.dir().to_str().unwrap();
        server.pusher.git(&["fetch", "--quiet", "--update-head-ok", from, "+refs/heads/*:refs/heads/*"])
    };
    fetch();
    server.commit("main", &[("f/raw/1.yaml", &vpc)]);
    assert_eq!(server.push(&["--quiet", "main"]).code, Some(0));
    fetch();
    let path = server::vpc_path(1);
    assert!(server.pusher.files("main").contains_key(&path));
    done(&undo(&server.pusher, &[]));
    let pushed = server.push(&["main"]);
    assert_eq!(pushed.code, Some(0), "{pushed:?}");
    let files = server.repo.files("main");
    assert!(!files.contains_key(&path) && files.contains_key("f/unmanaged/1.yaml"), "{:?}", files.keys());
}

#[test]
fn a_persons_hooks_do_not_fight_an_undo() {
    let repo = prepared();
    let vpc = vpc("web", "x");
    repo.put("f/raw/web.yaml", &vpc);
    repo.git(&["add", "--all"]);
    repo.git(&["-c", "core.hooksPath=/dev/null", "commit", "--quiet", "--message=web"]);
    done(&hhgit(repo.dir(), &["sync"]));
    done(&undo(&repo, &[]));
    repo.put("README", "2\n");
    repo.git(&["add", "--all"]);
    assert!(git_command(repo.dir()).args(["commit", "--quiet", "--message=mine"]).status().unwrap().success());
    done(&hhgit(repo.dir(), &["sync"]));
    let files = repo.files("main");
    assert!(!files.contains_key("f/managed/vpcs/web.yaml"), "{:?}", files.keys());
    assert!(NAMESPACES.contains("VLANNamespace") && files.contains_key("f/managed/vlannamespaces/default.yaml"));
}
