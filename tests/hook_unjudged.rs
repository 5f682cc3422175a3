//! What a server's hooks cannot judge is refused: settings that mean nothing, objects that cannot be read, what takes too long.
#![allow(clippy::unwrap_used, reason = "a test may unwrap")]
#![cfg(unix)]

mod support;

use support::run;
use support::server::{Server, vpc, vpc_path};

const ZERO: &str = "0000000000000000000000000000000000000000";

#[test]
fn a_setting_that_means_nothing_refuses_every_push_and_says_what_to_write() {
    let server = Server::with_fabric();
    server.commit("main", &[(&vpc_path(2), &vpc(2, "1002"))]);
    let missing = server.repo.beside("missing").display().to_string();
    let empty = server.repo.beside("empty");
    std::fs::create_dir(&empty).unwrap();
    let table = [
        ("hhgit.policy", "stric", "must write managed, strict or warn"),
        ("hhgit.policy", "", "must write managed, strict or warn"),
        ("hhgit.level", "syntax", "must write identity, schema or references"),
        ("hhgit.maxDeletions", "-1", "must write a number"),
        ("hhgit.refs", "main", "must write a full ref name"),
        ("hhgit.fabric", "../x", "must write folders of the repository"),
        ("hhgit.crds", &missing, "hhgit.crds names"),
        ("hhgit.crds", empty.to_str().unwrap(), "holds no .yaml, .yml or .json file"),
        ("hhgit.settings", &missing, "hhgit.settings names"),
        ("hhgit.settings", "HEAD", "is neither a manifest"),
        ("hhgit.timeBudget", "3", "must write a time such as 3s, 500ms or 2m, or none"),
        ("hhgit.pastTimeBudget", "yes", "must write refuse or allow"),
        ("hhgit.allowSkip", "maybe", "must write true or false"),
    ];
    for (key, value, words) in table {
        server.config(key, value);
        let before = server.everything();
        let pushed = server.push(&["main"]);
        let said = server.said(&pushed).replace("\n       ", " ");
        assert!(said.starts_with("hhgit: the push is refused, because it cannot be judged.\n\nerror: "), "{pushed:?}");
        assert!(said.contains(key) && said.contains(words), "{key}={value}: {words:?} in {said}");
        assert!(server.everything() == before);
        let word = |id: &str| format!("{ZERO} {id} refs/heads/x\n");
        assert_eq!(server.call(&["pre-receive"], &word(&server.repo.git(&["rev-parse", "main"]))).code, Some(3));
        server.repo.git(&["config", "--unset-all", key]);
    }
    for flags in [&["--policy=x"][..], &["--refs=main"], &["--time-budget=1"], &["--nope"]] {
        server.hook("pre-receive", flags);
        assert_eq!(server.push(&["main"]).code, Some(1), "{flags:?}");
        assert_eq!(server.call(&[&["pre-receive"], flags].concat(), "").code, Some(2), "{flags:?}");
    }
}

/// A server to whom a push comes that takes a while to judge.
fn slow() -> Server {
    let server = Server::with_fabric();
    let files: Vec<(String, String)> =
        (0..2000).map(|n| (format!("f/raw/{n}.yaml"), format!("{}# {n}\n", vpc(2, "1002")))).collect();
    let files: Vec<(&str, &str)> = files.iter().map(|(path, text)| (path.as_str(), text.as_str())).collect();
    server.commit("main", &files);
    server
}

#[test]
fn a_push_that_takes_too_long_is_refused_and_leaves_nothing() {
    let server = slow();
    server.config("hhgit.timeBudget", "1ms");
    let before = server.everything();
    let pushed = server.push(&["main"]);
    let said = server.said(&pushed).replace("\n  ", " ");
    assert!(said.starts_with("hhgit: the push is refused, because judging it took longer than 1 ms.\n"), "{pushed:?}");
    assert!(said.contains("have the server's admin raise hhgit.timeBudget"), "{pushed:?}");
    assert!(
        server.everything() == before,
        "{:?}",
        server.everything().keys().filter(|k| !before.contains_key(*k)).collect::<Vec<_>>()
    );
}

#[test]
fn where_the_server_says_so_a_push_that_takes_too_long_is_let_in() {
    let server = slow();
    server.config("hhgit.timeBudget", "1ms");
    server.config("hhgit.pastTimeBudget", "allow");
    let pushed = server.push(&["main"]);
    let said = "hhgit: the push is let in unjudged: judging it took longer than 1 ms.\n";
    assert_eq!((pushed.code, server.said(&pushed).as_str()), (Some(0), said));
    server.repo.fsck();
}

#[test]
fn what_cannot_be_read_is_refused_with_exit_code_3_and_its_reason() {
    let server = Server::with_fabric();
    let tip = server.repo.git(&["rev-parse", "main"]);
    let commit = |tree: &str| {
        let text = format!("tree {tree}\nauthor A <a> 1 +0000\ncommitter A <a> 1 +0000\n\nx\n");
        server.repo.git_with(&["hash-object", "-w", "--literally", "-t", "commit", "--stdin"], text.as_bytes())
    };
    let blob = server.repo.git_with(&["hash-object", "-w", "--stdin"], b"x");
    let missing = "1111111111111111111111111111111111111111";
    let table = [
        (format!("{tip} {missing} refs/heads/main\n"), "1111111111111111111111111111111111111111"),
        (format!("{missing} {tip} refs/heads/main\n"), "what was pushed to main cannot be read"),
        (format!("{tip} {} refs/heads/main\n", commit(missing)), "what was pushed to main cannot be judged"),
        (format!("{tip} {} refs/heads/main\n", commit(&blob)), "what was pushed to main cannot be judged"),
        (format!("{tip} {blob} refs/heads/main\n"), "main would name a blob"),
        ("x\n".to_owned(), "line 1 of what the hook was given is not `OLD NEW REF`"),
        (format!("{ZERO} {tip} refs/heads/main"), "line 1 of what"),
        (format!("{ZERO} {tip} refs/heads/main\n{ZERO} {tip} refs/heads/a b\n"), "line 2 of what"),
    ];
    for (input, words) in table {
        let ended = server.call(&["pre-receive"], &input);
        let said = ended.stderr.replace("\n       ", " ");
        assert_eq!((ended.code, ended.stdout.as_str()), (Some(3), ""), "{input} {ended:?}");
        assert!(said.starts_with("hhgit: the push is refused, because it cannot be judged.\n"), "{ended:?}");
        assert!(said.contains(words), "{words:?} in {said}");
    }
    let nothing = server.call(&["pre-receive"], "");
    assert_eq!((nothing.code, nothing.stderr.as_str()), (Some(0), ""));
    let both = server.call(&["pre-receive"], &format!("{ZERO} {ZERO} refs/heads/x\n"));
    assert_eq!(both.code, Some(0), "{both:?}");
}

#[test]
fn outside_a_repository_a_hook_refuses() {
    let server = Server::new();
    let nowhere = server.repo.beside("nowhere");
    std::fs::create_dir(&nowhere).unwrap();
    let ended = run(support::hhgit_command(&nowhere).args(["hook", "pre-receive"]));
    assert_eq!(ended.code, Some(3), "{ended:?}");
    let ended = run(support::hhgit_command(server.repo.dir()).args(["--output=json", "hook", "pre-receive"]));
    assert_eq!(ended.code, Some(2), "{ended:?}");
}
