//! What a watch shows outside: its numbers and its health over real HTTP, its health in a file, to polite and to hostile.

use std::fs;
use std::io::{Read, Write};
use std::net::TcpStream;

use serde_json::Value;

use crate::process::Watch;
use crate::signals::prepared;
use crate::support::{TempRepo, hhgit, vpc};

/// What a page answers: its head and its body.
fn get(address: &str, path: &str) -> (String, String) {
    let mut stream = TcpStream::connect(address).unwrap();
    write!(stream, "GET {path} HTTP/1.1\r\nHost: {address}\r\n\r\n").unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).unwrap();
    let (head, body) = answer.split_once("\r\n\r\n").unwrap();
    (head.to_owned(), body.to_owned())
}

fn number(metrics: &str, name: &str) -> f64 {
    let line = metrics.lines().find_map(|line| line.strip_prefix(name)?.strip_prefix(' '));
    line.unwrap_or_else(|| panic!("{name} is not in\n{metrics}")).parse().unwrap()
}

fn shown(repo: &TempRepo, args: &[&str]) -> (Watch, String) {
    let mut watch = Watch::start(repo.dir(), &[&["--metrics", "0"], args].concat());
    let address = watch.started()["metrics"].as_str().unwrap().to_owned();
    assert!(address.starts_with("127.0.0.1:"), "{address}");
    (watch, address)
}

#[test]
fn rounds_and_documents_are_counted_and_health_is_told() {
    let repo = prepared();
    let health = repo.beside("health.json");
    let (mut watch, address) = shown(&repo, &["--health", health.to_str().unwrap()]);
    watch.round("committed");
    repo.commit("main", &[("f/raw/b.yaml", "kind: [\n"), ("f/raw/c.yaml", &vpc("c", "1"))]);
    let last = watch.round("committed");
    let (head, metrics) = get(&address, "/metrics");
    assert!(head.starts_with("HTTP/1.1 200 OK\r\n") && head.contains("application/openmetrics-text"), "{head}");
    for (name, expected) in [
        ("hhgit_watch_rounds_total{outcome=\"committed\"}", 2.0),
        ("hhgit_watch_wakes_total{cause=\"moved\"}", 1.0),
        ("hhgit_watch_documents_total{verdict=\"managed\",code=\"\"}", 2.0),
        ("hhgit_watch_documents_total{verdict=\"unmanaged\",code=\"invalid-yaml\"}", 1.0),
        ("hhgit_watch_round_duration_seconds_count", 2.0),
        ("hhgit_watch_consecutive_failures", 0.0),
    ] {
        assert_eq!(number(&metrics, name), expected, "{name}");
    }
    let now = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).unwrap().as_secs_f64();
    let success = number(&metrics, "hhgit_watch_last_success_timestamp_seconds");
    assert!((now - 60.0..=now).contains(&success), "{success}");
    let (head, body) = get(&address, "/healthz");
    assert!(head.starts_with("HTTP/1.1 200 OK\r\n"), "{head}");
    let file: Value = serde_json::from_str(&fs::read_to_string(&health).unwrap()).unwrap();
    assert_eq!(serde_json::from_str::<Value>(&body).unwrap(), file);
    assert_eq!((file["schema"].as_str(), file["round"].as_u64()), (Some("hhgit.health/1"), Some(2)));
    assert_eq!((&file["time"], &file["outcome"]), (&last["time"], &last["outcome"]));
    watch.stop();
    let beside = fs::read_dir(health.parent().unwrap())
        .unwrap()
        .filter(|entry| entry.as_ref().unwrap().file_name().to_string_lossy().contains("health"));
    assert_eq!(beside.count(), 1);
}

#[test]
fn connections_that_say_nothing_hold_up_no_round() {
    let repo = prepared();
    let (mut watch, address) = shown(&repo, &[]);
    watch.round("committed");
    let mut idle: Vec<TcpStream> = (0..200).filter_map(|_| TcpStream::connect(&address).ok()).collect();
    idle.iter_mut().for_each(|stream| drop(stream.write_all(b"GET /metrics HTTP/1.1\r\nX: ")));
    repo.commit("main", &[("f/raw/b.yaml", &vpc("b", "1"))]);
    let round = watch.round("committed");
    assert_eq!(round["cause"], "moved");
    // Each is let go in its turn, and the next one is answered.
    for mut stream in idle {
        drop(stream.read_to_end(&mut Vec::new()));
    }
    assert!(get(&address, "/metrics").0.starts_with("HTTP/1.1 200 OK\r\n"));
    watch.stop();
}

#[test]
fn what_cannot_be_shown_is_told_before_anything_is_done() {
    let repo = prepared();
    let before = repo.state();
    let taken = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let address = taken.local_addr().unwrap().to_string();
    for (args, code, words) in [
        (["--metrics", &address], 3, format!("metrics cannot be answered for at {address}")),
        (["--metrics", "localhost:1"], 2, "write a port, or an address and a port".to_owned()),
        (["--health", "no/health"], 3, "the health file ./no/health cannot be written".to_owned()),
        (["--health", "/dev/null"], 3, "what is there is no file".to_owned()),
        (["--interval", "0s"], 2, "write a number and s, m or h: 60m".to_owned()),
        (["--output", "sarif"], 2, "hhgit watch says a line a round, as human or json".to_owned()),
        (["--output", "json=file"], 2, "hhgit watch says a line a round, as human or json".to_owned()),
    ] {
        let ended = hhgit(repo.dir(), &[&["watch"], &args[..]].concat());
        assert!(
            ended.code == Some(code) && ended.stderr.replace("./", "").contains(&words.replace("./", "")),
            "{ended:?}"
        );
    }
    assert_eq!(repo.state(), before);
}

#[test]
fn a_watch_that_cannot_begin_leaves_the_health_file_of_another_alone() {
    let repo = prepared();
    let health = repo.beside("health");
    let args = ["--metrics", "0", "--health", health.to_str().unwrap()];
    let mut watch = Watch::start(repo.dir(), &args);
    let port = watch.started()["metrics"].as_str().unwrap().rsplit(':').next().unwrap().to_owned();
    watch.round("committed");
    let before = fs::read_to_string(&health).unwrap();
    let second = hhgit(repo.dir(), &["watch", "--metrics", &port, "--health", health.to_str().unwrap()]);
    assert_eq!(second.code, Some(3), "{second:?}");
    assert_eq!(fs::read_to_string(&health).unwrap(), before);
    watch.stop();
}
