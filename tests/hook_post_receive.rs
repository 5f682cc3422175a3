//! `hhgit hook post-receive` in real pushes: what was let in is sorted on the server, and the next fetch brings one commit.
#![allow(clippy::unwrap_used, reason = "a test may unwrap")]
#![cfg(unix)]

mod support;

use support::TempRepo;
use support::server::{MANIFEST, NAMESPACES, Server, vpc, vpc_path};

const ZERO: &str = "0000000000000000000000000000000000000000";

/// A server that sorts what is pushed, with a fabric whose main is sorted.
fn sorting() -> Server {
    let server = Server::new();
    server.hook("post-receive", &[]);
    let first = vpc(1, "1001");
    let files = [("f/.hnp/manifest.yaml", MANIFEST), NAMESPACES[0], NAMESPACES[1], ("f/raw/1.yaml", &first)];
    server.commit("main", &files);
    assert_eq!(server.push(&["--quiet", "main"]).code, Some(0));
    fetch(&server);
    server
}

/// Brings the pusher's branches to where the server's are.
fn fetch(server: &Server) {
    server.pusher.git(&[
        "fetch",
        "--quiet",
        "--update-head-ok",
        server.repo.dir().to_str().unwrap(),
        "+refs/heads/*:refs/heads/*",
    ]);
}

/// The commits between two, as the server has them.
fn between(repo: &TempRepo, range: &str) -> Vec<String> {
    repo.git(&["log", "--format=%s", range]).lines().map(str::to_owned).collect()
}

#[test]
fn a_push_is_sorted_on_the_server_and_the_next_fetch_brings_one_commit() {
    let server = sorting();
    server.commit("main", &[("f/raw/new/2.yaml", &vpc(2, "1002")), ("f/raw/x.yaml", "a: [\n"), ("f/raw/y.txt", "y\n")]);
    let pushed = server.push(&["main"]);
    let id = server.repo.git(&["rev-parse", "--short=7", "main"]);
    let said = server.said(&pushed);
    let line = format!("hhgit: synced main: 1 object sorted, 2 to unmanaged/ ({id}); git pull to get it\n");
    assert!(pushed.code == Some(0) && said.ends_with(&line), "{pushed:?}");
    let mine = server.pusher.tip("main").unwrap().to_string();
    fetch(&server);
    assert_eq!(between(&server.pusher, &format!("{mine}..main")), ["hhgit: sync 1 object into f"]);
    assert_eq!(server.pusher.git(&["rev-parse", "main^"]), mine);
    let files = server.pusher.files("main");
    assert!(files.contains_key(&vpc_path(2)) && !files.keys().any(|path| path == "f/raw/x.yaml"), "{:?}", files.keys());
    server.repo.fsck();
}

#[test]
fn what_a_sync_makes_of_managed_is_remembered_for_the_next_push() {
    let server = sorting();
    let tables = || {
        let entries = std::fs::read_dir(server.repo.git_dir().join("hhgit/index")).unwrap();
        let names = entries.map(|entry| entry.unwrap().file_name().into_string().unwrap());
        names.filter(|name| name.ends_with(".table")).collect::<Vec<_>>()
    };
    let first = tables();
    assert_eq!(first.len(), 1, "all of managed/ was read once");
    for number in 2..6 {
        server.commit(
            "main",
            &[(&format!("f/raw/{number}.yaml"), &vpc(number, &format!("{}", 1000 + u32::from(number))))],
        );
        assert_eq!(server.push(&["--quiet", "main"]).code, Some(0));
        fetch(&server);
    }
    assert_eq!(tables(), first, "and never again, though each sync made another tree of it");
}

#[test]
fn where_nothing_is_to_be_sorted_nothing_is_said_or_made() {
    let server = sorting();
    server.commit("main", &[("readme", "x\n"), (&vpc_path(2), &vpc(2, "1002"))]);
    server.pusher.git(&["branch", "same", "main"]);
    server.change("docs", &[("readme", Some("x\n"))], &[]);
    let pushed = server.push(&["main", "same", "docs", "main:refs/other/x"]);
    assert_eq!((pushed.code, server.said(&pushed)), (Some(0), String::new()), "{pushed:?}");
    for name in ["main", "same", "docs"] {
        assert_eq!(server.repo.tip(name), server.pusher.tip(name), "{name}");
    }
    assert_eq!(server.push(&[":same"]).code, Some(0));
    assert_eq!(server.repo.tip("same"), None);
}

#[test]
fn a_new_fabric_directory_gets_its_folders() {
    let server = Server::new();
    server.hook("post-receive", &[]);
    server.commit("main", &[("f/.hnp/manifest.yaml", MANIFEST)]);
    let pushed = server.push(&["main"]);
    let id = server.repo.git(&["rev-parse", "--short=7", "main"]);
    assert_eq!(server.said(&pushed), format!("hhgit: synced main: its folders put right ({id}); git pull to get it\n"));
    server.commit("broken", &[("g/raw", "x\n"), ("g/.hnp/manifest.yaml", MANIFEST)]);
    server.config("hhgit.policy", "warn");
    let pushed = server.push(&["broken"]);
    assert!(
        server
            .said(&pushed)
            .ends_with("hhgit: left g of broken alone, because it is broken; hhgit status shows what is\n  wrong\n"),
        "{pushed:?}"
    );
}

#[test]
fn each_branch_of_a_push_is_sorted_if_the_server_looks_at_it() {
    let server = sorting();
    server.config("hhgit.refs", "refs/heads/main");
    server.config("hhgit.refs", "refs/heads/a/*");
    server.pusher.git(&["branch", "a/b", "main"]);
    server.pusher.git(&["branch", "b", "main"]);
    for branch in ["main", "a/b", "b"] {
        server.commit(branch, &[("f/raw/2.yaml", &vpc(2, "1002"))]);
    }
    let pushed = server.push(&["main", "a/b", "b"]);
    let said = server.said(&pushed);
    let synced: Vec<&str> =
        said.lines().filter_map(|line| line.strip_prefix("hhgit: synced ")?.split(':').next()).collect();
    assert_eq!(synced, ["a/b", "main"], "{said}");
    assert_eq!(server.repo.tip("b"), server.pusher.tip("b"));
}

#[test]
fn a_server_sorts_by_its_own_rules_and_its_commit_says_so() {
    let weak = "version: '1.0'\npolicy: {level: identity}\n";
    let files = [("f/.hnp/manifest.yaml", weak), ("f/raw/2.yaml", &*vpc(2, "many"))];
    let trailers = |server: &Server| {
        let format = "--format=%(trailers:key=Hhgit-Options,key=Hhgit-Ruleset,separator=|)";
        server.repo.git(&["log", "-1", format, "main"])
    };
    let server = sorting();
    server.commit("main", &files);
    assert_eq!(server.push(&["main"]).code, Some(0));
    assert!(server.repo.files("main").contains_key("f/unmanaged/2.yaml"));
    let told = trailers(&server);
    assert!(told.contains("Hhgit-Options: --level=schema") && told.contains("Hhgit-Ruleset: fabric-v"), "{told}");
    let server = sorting();
    server.config("hhgit.level", "identity");
    server.commit("main", &files);
    assert_eq!(server.push(&["main"]).code, Some(0));
    assert!(server.repo.files("main").contains_key(&vpc_path(2)));
    assert!(!trailers(&server).contains("--level"), "{}", trailers(&server));
}

#[test]
fn a_server_and_a_bot_make_the_same_commit_whoever_pushes() {
    let server = sorting();
    server.commit("main", &[("f/raw/2.yaml", &vpc(2, "1002"))]);
    assert_eq!(server.push(&["--quiet", "main"]).code, Some(0));
    let ended = support::hhgit(server.pusher.dir(), &["sync", "main"]);
    assert_eq!(ended.code, Some(0), "{ended:?}");
    assert_eq!(server.pusher.tip("main"), server.repo.tip("main"));
}

#[test]
fn a_branch_that_cannot_be_sorted_is_said_and_stops_no_other() {
    let server = sorting();
    server.config("hhgit.policy", "warn");
    server.pusher.git(&["branch", "broken", "main"]);
    server.commit("broken", &[("f/.hnp/manifest.yaml", "a: [\n"), ("f/raw/2.yaml", &vpc(2, "1002"))]);
    server.commit("main", &[("f/raw/2.yaml", &vpc(2, "1002"))]);
    let pushed = server.push(&["broken", "main"]);
    let said = server.said(&pushed);
    assert!(said.contains("hhgit: left f of broken alone, because it is broken;"), "{said}");
    assert!(said.contains("hhgit: synced main: 1 object sorted"), "{said}");
    assert_eq!((pushed.code, server.repo.tip("broken")), (Some(0), server.pusher.tip("broken")));
}

#[test]
fn a_failure_refuses_nothing_any_more_but_is_said_with_exit_code_3() {
    let server = sorting();
    server.commit("main", &[("f/raw/2.yaml", &vpc(2, "1002"))]);
    std::fs::remove_file(server.repo.git_dir().join("hooks/post-receive")).unwrap();
    assert_eq!(server.push(&["--quiet", "main"]).code, Some(0));
    let tip = server.repo.git(&["rev-parse", "main"]);
    let lock = server.repo.git_dir().join("refs/heads/main.lock");
    std::fs::write(&lock, "").unwrap();
    server.config("core.filesRefLockTimeout", "0");
    let line = format!("{ZERO} {tip} refs/heads/main\n");
    let ended = server.call(&["post-receive"], &line);
    assert_eq!((ended.code, ended.stdout.as_str()), (Some(3), ""), "{ended:?}");
    assert!(ended.stderr.starts_with("hhgit: main is pushed, but it was not sorted:\n"), "{ended:?}");
    std::fs::remove_file(lock).unwrap();
    server.config("hhgit.level", "x");
    let ended = server.call(&["post-receive"], &line);
    assert_eq!(ended.code, Some(3));
    assert!(ended.stderr.starts_with("hhgit: the push is let in, but nothing of it was sorted.\n"), "{ended:?}");
    server.reconfig("hhgit.level", "schema");
    let ended = server.call(&["post-receive"], &line);
    assert_eq!((ended.code, ended.stderr.as_str()), (Some(0), ""), "{ended:?}");
}

#[test]
fn in_a_forge_no_ref_is_moved_and_the_bot_to_run_is_named() {
    let table = [
        ("GL_REPOSITORY", "GitLab"),
        ("GITALY_HOOKS_PAYLOAD", "GitLab"),
        ("GITEA_REPO_NAME", "Gitea or Forgejo"),
        ("GITEA_PUSHER_ID", "Gitea or Forgejo"),
        ("FORGEJO_REPO_ID", "Gitea or Forgejo"),
        ("GITHUB_VIA", "GitHub Enterprise Server"),
        ("GITHUB_REPO_NAME", "GitHub Enterprise Server"),
    ];
    let server = sorting();
    for (index, (name, forge)) in table.into_iter().enumerate() {
        server.commit("main", &[("f/raw/2.yaml", &format!("{}# {index}\n", vpc(2, "1002")))]);
        let pushed = server.push_with(&["main"], &[(name, "x")]);
        let said = server.said(&pushed).replace("\n  ", " ");
        assert!(said.contains(&format!("would pass {forge} by")), "{name}: {pushed:?}");
        assert!(said.ends_with("for URL: hhgit sync --remote URL --branch main\n"), "{name}: {pushed:?}");
        assert_eq!((pushed.code, server.repo.tip("main")), (Some(0), server.pusher.tip("main")), "{name}");
    }
    server.commit("main", &[("f/raw/2.yaml", &vpc(2, "1003"))]);
    let env = [
        ("GL_USER", "x"),
        ("GL_REPO", "x"),
        ("GITHUB_ACTIONS", "true"),
        ("GITHUB_REPOSITORY", "a/b"),
        ("GITEA_CUSTOM", "x"),
    ];
    let pushed = server.push_with(&["main"], &env);
    assert!(server.said(&pushed).contains("hhgit: synced main: 1 object sorted"), "no forge: {pushed:?}");
}
