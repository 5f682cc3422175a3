//! Many rounds: the process grows neither in memory nor in file handles, and leaves no dead children behind.

use std::fs;
use std::process::Command;

use crate::process::{DEADLINE, Watch};
use crate::signals::prepared;
use crate::support::{hhgit_command, vpc};

fn rounds() -> usize {
    std::env::var("HHGIT_ROUNDS").ok().and_then(|text| text.parse().ok()).unwrap_or(40)
}

/// Resident memory in KiB, open files, threads.
fn weight(process: u32) -> (usize, usize, usize) {
    let status = fs::read_to_string(format!("/proc/{process}/status")).unwrap();
    let field = |name: &str| {
        let line = status.lines().find_map(|line| line.strip_prefix(name));
        line.unwrap().split_whitespace().next().unwrap().parse().unwrap()
    };
    let files = fs::read_dir(format!("/proc/{process}/fd")).unwrap().count();
    (field("VmRSS:"), files, field("Threads:"))
}

#[test]
fn many_rounds_weigh_no_more_than_a_few() {
    let (repo, rounds) = (prepared(), rounds());
    let health = repo.beside("health");
    let mut watch = Watch::start(repo.dir(), &["--metrics", "0", "--health", health.to_str().unwrap()]);
    watch.started();
    watch.round("committed");
    let early = (rounds / 10).max(5);
    let mut first = None;
    for round in 1..=rounds {
        repo.commit("main", &[("f/raw/web.yaml", &vpc("web", &round.to_string()))]);
        watch.round("committed");
        if round == early {
            first = Some(weight(watch.id()));
        }
    }
    let (first, last) = (first.unwrap(), weight(watch.id()));
    eprintln!("after {early} rounds {first:?}, after {rounds} {last:?} (KiB, files, threads)");
    assert_eq!((first.1, first.2), (last.1, last.2), "file handles or threads");
    assert!(last.0 < first.0 + first.0 / 2 + 4096, "{first:?} KiB became {last:?} KiB");
    assert_eq!(watch.stop(), u64::try_from(rounds).unwrap() + 1);
}

#[test]
fn the_first_process_of_a_container_buries_what_others_left() {
    if !Command::new("unshare")
        .args(["--user", "--map-root-user", "--pid", "--fork", "true"])
        .status()
        .is_ok_and(|s| s.success())
    {
        eprintln!("SKIPPED: this test needs unshare, which is not allowed here");
        return;
    }
    let repo = prepared();
    // A program of the transport's that leaves a child behind, which ends when nobody waits for it any more.
    let nowhere = repo.beside("nowhere");
    fs::create_dir(&nowhere).unwrap();
    let config = "remote.x.uploadpack=sh -c '(exec 2>&- >&-; exec sh -c :) & exec git-upload-pack \"$@\"' --";
    repo.git_in(&nowhere, &["init", "--quiet", "--bare", "."]);
    repo.git_in(&nowhere, &["config", "remote.x.url", repo.dir().to_str().unwrap()]);
    let (key, value) = config.split_once('=').unwrap();
    repo.git_in(&nowhere, &["config", key, value]);
    let mut command = Command::new("unshare");
    let watch = hhgit_command(&nowhere);
    for (key, value) in watch.get_envs() {
        match value {
            Some(value) => command.env(key, value),
            None => command.env_remove(key),
        };
    }
    command.current_dir(&nowhere).stdin(std::process::Stdio::null());
    command.args(["--user", "--map-root-user", "--pid", "--fork", "--kill-child"]).arg(watch.get_program());
    let mut watch = Watch::run(command.args(["watch", "--output", "json", "--remote", "x", "--interval", "1s"]));
    watch.started();
    watch.round("committed");
    for _ in 0..3 {
        watch.round("unchanged");
    }
    let children = |process: u32| {
        let text = fs::read_to_string(format!("/proc/{process}/task/{process}/children")).unwrap();
        text.split_whitespace().map(|id| id.parse::<u32>().unwrap()).collect::<Vec<_>>()
    };
    let hhgit = children(watch.id())[0];
    // Each of the four rounds left some. Those of the last one may still be about to end.
    let until = std::time::Instant::now() + DEADLINE;
    while !children(hhgit).is_empty() {
        assert!(std::time::Instant::now() < until, "dead children stay: {:?}", children(hhgit));
        std::thread::yield_now();
    }
}
