//! What a server remembers between pushes: it makes them fast, and whatever becomes of it changes no answer.
#![allow(clippy::unwrap_used, reason = "a test may unwrap")]
#![cfg(unix)]

mod support;

use std::path::PathBuf;

use support::server::{Server, vpc, vpc_path};
use support::{Ended, hhgit_command, run};

/// The files that are remembered, by what they are.
fn remembered(server: &Server) -> Vec<PathBuf> {
    let folder = server.repo.git_dir().join("hhgit/index");
    let mut files: Vec<PathBuf> =
        std::fs::read_dir(folder).map(|all| all.map(|entry| entry.unwrap().path()).collect()).unwrap_or_default();
    files.sort();
    files
}

fn kinds(server: &Server) -> Vec<String> {
    let mut kinds: Vec<String> =
        remembered(server).iter().map(|path| path.extension().unwrap().to_str().unwrap().to_owned()).collect();
    kinds.sort();
    kinds
}

/// A push of one VPC that has the VLAN of another, and its answer.
fn bad_push(server: &Server, number: u8) -> (Option<i32>, String) {
    let tip = server.pusher.tip("main").unwrap().to_string();
    server.pusher.git(&["branch", "--force", "bad", &tip]);
    server.commit("bad", &[(&vpc_path(number), &vpc(number, "1001"))]);
    let pushed = server.push(&["bad:main"]);
    (
        pushed.code,
        server.said(&pushed).lines().filter(|line| line.starts_with("f/")).map(|l| format!("{l}\n")).collect(),
    )
}

fn warm(server: &Server, args: &[&str]) -> Ended {
    run(hhgit_command(server.repo.dir()).args(["hook", "warm"]).args(args))
}

const TOLD: &str = "\
f/managed/vpcs/vpc-1.yaml:9:13 vlan-in-use: VLAN 1001 is used by VPC/vpc-9 too
f/managed/vpcs/vpc-9.yaml:9:13 vlan-in-use: VLAN 1001 is used by VPC/vpc-1 too
";

#[test]
fn the_first_push_learns_the_whole_and_later_ones_only_what_changed() {
    let server = Server::with_fabric();
    assert_eq!(kinds(&server), Vec::<String>::new(), "a first push has nothing to be compared with");
    for number in [2, 3] {
        server.commit("main", &[(&vpc_path(number), &vpc(number, &format!("100{number}")))]);
        assert_eq!(server.push(&["main"]).code, Some(0));
    }
    assert_eq!(kinds(&server), ["changes", "changes", "table"]);
    assert_eq!(bad_push(&server, 9), (Some(1), TOLD.to_owned()));
    assert_eq!(kinds(&server), ["changes", "changes", "table"], "nothing is kept of what is refused");
}

#[test]
fn a_sync_on_the_server_is_remembered_too() {
    let server = Server::with_fabric();
    server.hook("post-receive", &[]);
    server.commit("main", &[("f/raw/2.yaml", &vpc(2, "1002"))]);
    assert_eq!(server.push(&["main"]).code, Some(0));
    let before = remembered(&server);
    assert_eq!(warm(&server, &[]).code, Some(0));
    assert_eq!(remembered(&server), before, "what the sync made is known already");
}

#[test]
fn warm_remembers_a_branch_before_anybody_pushes() {
    let server = Server::with_fabric();
    let ended = warm(&server, &["main"]);
    assert_eq!(
        (ended.code, ended.stdout.as_str(), ended.stderr.as_str()),
        (Some(0), "hhgit: main is remembered\n", "")
    );
    assert_eq!(kinds(&server), ["table"]);
    let missing = warm(&server, &["nope"]);
    assert_eq!(missing.code, Some(3));
    assert!(missing.stderr.contains("there is no branch nope"), "{missing:?}");
    server.repo.git(&["config", "hhgit.level", "schema"]);
    std::fs::remove_dir_all(server.repo.git_dir().join("hhgit")).unwrap();
    assert_eq!(warm(&server, &["main"]).code, Some(0));
    assert_eq!(kinds(&server), Vec::<String>::new(), "without rules there is nothing to remember");
}

#[test]
fn whatever_happens_to_what_is_remembered_the_answer_is_the_same() {
    let server = Server::with_fabric();
    server.commit("main", &[(&vpc_path(2), &vpc(2, "1002"))]);
    assert_eq!(server.push(&["main"]).code, Some(0));
    let good: Vec<(PathBuf, Vec<u8>)> =
        remembered(&server).into_iter().map(|path| (path.clone(), std::fs::read(path).unwrap())).collect();
    let mut damaged: Vec<Vec<(PathBuf, Vec<u8>)>> = Vec::new();
    for (at, (_, bytes)) in good.iter().enumerate() {
        let ends = [0, 1, bytes.len() / 2, bytes.len() - 1].map(|end| bytes[..end].to_vec());
        let more = [bytes.iter().copied().chain([0]).collect(), vec![0xff; bytes.len()]];
        for bad in ends.into_iter().chain(more) {
            let mut files = good.clone();
            files[at].1 = bad;
            damaged.push(files);
        }
    }
    let (table, _) = good.iter().find(|(path, _)| path.extension().unwrap() == "table").unwrap();
    damaged.push(good.iter().filter(|(path, _)| path != table).cloned().collect());
    for files in damaged {
        let folder = server.repo.git_dir().join("hhgit/index");
        std::fs::remove_dir_all(&folder).unwrap();
        std::fs::create_dir(&folder).unwrap();
        for (path, bytes) in &files {
            std::fs::write(path, bytes).unwrap();
        }
        assert_eq!(bad_push(&server, 9), (Some(1), TOLD.to_owned()));
    }
}

#[test]
fn where_nothing_can_be_kept_pushes_are_judged_all_the_same() {
    let server = Server::with_fabric();
    // A file where the folder would be: no mode keeps an administrator from writing.
    std::fs::write(server.repo.git_dir().join("hhgit"), "").unwrap();
    server.commit("main", &[(&vpc_path(2), &vpc(2, "1002"))]);
    assert_eq!(server.push(&["main"]).code, Some(0));
    assert_eq!(bad_push(&server, 9), (Some(1), TOLD.to_owned()));
}
