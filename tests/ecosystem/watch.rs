//! What docs/watch.md has people copy, read by systemd and by Kubernetes' client, and a watch's numbers by Prometheus' own parser.

use std::fs;
use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpStream;
use std::process::{Command, Stdio};

use crate::files::{root, text};
use crate::support::{TempRepo, hhgit_command, run, vpc};
use crate::tools;

#[test]
fn systemd_takes_the_service_that_watches() {
    let dir = tempfile::tempdir().unwrap();
    let file = dir.path().join("hhgit-watch.service");
    let service = text("docs/systemd/hhgit-watch.service").replace("/usr/local/bin/hhgit", env!("CARGO_BIN_EXE_hhgit"));
    fs::write(&file, service).unwrap();
    let Some(mut analyze) = tools::command("systemd-analyze") else { return };
    let ended = run(analyze.args(["verify", "--man=no", "--generators=no"]).arg(&file));
    assert_eq!((ended.code, ended.stdout.as_str()), (Some(0), ""), "{ended:?}");
}

#[test]
fn kubernetes_takes_the_deployment_that_watches() {
    crate::schedule::takes(&root().join("docs/kubernetes/watch.yaml"));
}

#[test]
fn the_arguments_of_both_are_ones_that_hhgit_takes() {
    use clap::Parser;
    let service = text("docs/systemd/hhgit-watch.service");
    let line = service.lines().find_map(|line| line.strip_prefix("ExecStart=")).unwrap();
    let deployment = crate::files::document("docs/kubernetes/watch.yaml");
    let args = deployment["spec"]["template"]["spec"]["containers"][0]["args"].as_sequence().unwrap();
    let args = args.iter().map(|arg| arg.as_str().unwrap());
    for words in [line.split(' ').collect::<Vec<_>>(), std::iter::once("hhgit").chain(args).collect()] {
        hhgit::cli::args::Cli::try_parse_from(words).unwrap();
    }
}

#[test]
fn prometheus_reads_the_numbers() {
    let has_parser = Command::new("python3").args(["-c", "import prometheus_client"]).stderr(Stdio::null()).status();
    if !has_parser.is_ok_and(|status| status.success()) {
        let required = std::env::var("HHGIT_REQUIRE").unwrap_or_default();
        assert!(
            !required.split(',').any(|one| one.trim() == "prometheus_client"),
            "HHGIT_REQUIRE names prometheus_client"
        );
        eprintln!("SKIPPED: this test needs Python's prometheus_client");
        return;
    }
    let repo = TempRepo::bare();
    repo.commit(
        "main",
        &[("raw/a.yaml", &vpc("a", "1")), ("raw/b.yaml", "kind: [\n"), (".hnp/manifest.yaml", "version: '1.0'\n")],
    );
    let mut command = hhgit_command(repo.dir());
    command.args(["watch", "--output", "json", "--metrics", "0"]).stdout(Stdio::piped());
    let mut watch = command.spawn().unwrap();
    let mut lines = BufReader::new(watch.stdout.take().unwrap()).lines();
    let started: serde_json::Value = serde_json::from_str(&lines.next().unwrap().unwrap()).unwrap();
    lines.next().unwrap().unwrap();
    let mut stream = TcpStream::connect(started["metrics"].as_str().unwrap()).unwrap();
    stream.write_all(b"GET /metrics HTTP/1.1\r\n\r\n").unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).unwrap();
    watch.kill().unwrap();
    watch.wait().unwrap();
    let metrics = answer.split_once("\r\n\r\n").unwrap().1;
    let script = "import sys\nfrom prometheus_client.openmetrics.parser import text_string_to_metric_families as read\n\
                  for family in read(sys.stdin.read()):\n    print(family.name, family.type, len(family.samples))\n";
    let mut parser = Command::new("python3");
    let mut parser = parser
        .args(["-c", script])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    parser.stdin.take().unwrap().write_all(metrics.as_bytes()).unwrap();
    let output = parser.wait_with_output().unwrap();
    assert!(output.status.success(), "{}\n{metrics}", String::from_utf8_lossy(&output.stderr));
    let expected = "hhgit_build info 1\nhhgit_watch_rounds counter 8\nhhgit_watch_wakes counter 5\n\
                    hhgit_watch_round_duration_seconds histogram 15\nhhgit_watch_documents counter 2\n\
                    hhgit_watch_objects_removed counter 1\nhhgit_watch_findings gauge 1\nhhgit_watch_races_lost counter 1\n\
                    hhgit_watch_consecutive_failures gauge 1\nhhgit_watch_last_round_timestamp_seconds gauge 1\n\
                    hhgit_watch_last_success_timestamp_seconds gauge 1\n";
    assert_eq!(String::from_utf8_lossy(&output.stdout), expected);
}
