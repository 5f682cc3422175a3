//! A run that is asked to stop, or killed: what is under way is finished or made good, and the next run goes on from there.

use std::fs;
use std::io::{BufRead, BufReader, Read};
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};

use rustix::process::{Pid, Signal, kill_process};
use serde_json::Value;

use crate::site::{MANIFEST, Ran, Site};
use crate::support::{Ended, hhgit_command, vpc};

const LIST: &str = "a.git\nb.git\nc.git\nd.git\n";

/// Four repositories; the move of the second one's branch waits between two pipes.
fn prepared() -> (Site, PathBuf, PathBuf) {
    let site = Site::new();
    for name in ["a.git", "b.git", "c.git", "d.git"] {
        site.bare(name, &[MANIFEST, ("f/raw/a.yaml", &vpc("a", "1"))]);
    }
    fs::write(site.dir().join("fleet.txt"), LIST).unwrap();
    let (begun, go) = (fifo(site.dir().join("begun")), fifo(site.dir().join("go")));
    let hook = hook(&site);
    let script = format!(
        "#!/bin/sh\n[ \"$1\" = prepared ] && grep -q refs/heads/main || exit 0\necho >'{}'\nread -r _ <'{}'\n",
        begun.display(),
        go.display()
    );
    fs::create_dir_all(hook.parent().unwrap()).unwrap();
    fs::write(&hook, script).unwrap();
    fs::set_permissions(&hook, PermissionsExt::from_mode(0o755)).unwrap();
    (site, begun, go)
}

fn hook(site: &Site) -> PathBuf {
    site.dir().join("b.git/hooks/reference-transaction")
}

fn fifo(path: PathBuf) -> PathBuf {
    assert!(Command::new("mkfifo").arg(&path).status().unwrap().success());
    path
}

fn start(dir: &Path) -> Child {
    let mut command = hhgit_command(dir);
    command.args(["fleet", "fleet.txt", "--jobs", "1", "--resume", "record", "--output", "json"]);
    command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap()
}

fn again(site: &Site) -> Ran {
    site.fleet(LIST, &["--jobs", "1", "--resume", "record"])
}

/// What a run says once the pipes say that the second repository is under way.
fn asked_to_stop(site: &Site, begun: &Path, go: &Path) -> Ran {
    let mut child = start(site.dir());
    let mut lines = BufReader::new(child.stdout.take().unwrap()).lines();
    let mut said = String::new();
    fs::read(begun).unwrap();
    kill_process(Pid::from_child(&child), Signal::TERM).unwrap();
    // It says so before what is under way has ended.
    for line in lines.by_ref().map(Result::unwrap) {
        said.push_str(&format!("{line}\n"));
        if line.contains("\"stopping\"") {
            break;
        }
    }
    fs::write(go, "\n").unwrap();
    lines.for_each(|line| said.push_str(&format!("{}\n", line.unwrap())));
    let mut stderr = String::new();
    child.stderr.take().unwrap().read_to_string(&mut stderr).unwrap();
    Ran::of(Ended { code: child.wait().unwrap().code(), stdout: said, stderr })
}

#[test]
fn what_is_under_way_is_finished_when_it_is_asked_to_stop_and_the_next_run_does_the_rest() {
    let (site, begun, go) = prepared();
    let ran = asked_to_stop(&site, &begun, &go);
    assert_eq!((ran.code, ran.stderr.as_str()), (Some(3), ""), "{}", ran.stdout);
    assert!(ran.stdout.contains("\"event\":\"stopping\",\"under_way\":1"), "{}", ran.stdout);
    let lines: Vec<u64> = ran.rows().iter().map(|row| row["line"].as_u64().unwrap()).collect();
    assert_eq!((lines, ran.ended()["not_begun"].as_u64()), (vec![1, 2], Some(2)), "{}", ran.stdout);
    assert!(ran.rows().iter().all(|row| row["outcome"] == "committed"), "{}", ran.stdout);
    fs::remove_file(hook(&site)).unwrap();
    let ran = again(&site);
    let lines: Vec<u64> = ran.rows().iter().map(|row| row["line"].as_u64().unwrap()).collect();
    assert_eq!((ran.code, lines, ran.started()["before"]["repositories"].as_u64()), (Some(0), vec![3, 4], Some(2)));
    // All is done, so the run after that does all again.
    let ran = again(&site);
    assert_eq!((ran.code, ran.rows().len(), ran.started()["before"].is_null()), (Some(0), 4, true));
}

#[test]
fn an_interrupt_at_the_terminal_fails_nothing_that_is_under_way() {
    use std::io::Write;
    use std::os::unix::process::CommandExt;
    let (site, begun, go) = prepared();
    let mut command = hhgit_command(site.dir());
    command.args(["fleet", "fleet.txt", "--jobs", "1", "--output", "json"]).process_group(0);
    let child = command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    fs::read(begun).unwrap();
    fs::remove_file(hook(&site)).unwrap();
    // As a terminal does: to all that runs in its foreground, git and its hook too.
    rustix::process::kill_process_group(Pid::from_child(&child), Signal::INT).unwrap();
    // Held open for whoever still waits there; nobody may.
    let mut go = fs::OpenOptions::new().read(true).write(true).open(go).unwrap();
    go.write_all(b"\n").unwrap();
    let output = child.wait_with_output().unwrap();
    let text = |bytes| String::from_utf8(bytes).unwrap();
    let ended = Ended { code: output.status.code(), stdout: text(output.stdout), stderr: text(output.stderr) };
    let ran = Ran::of(ended);
    let outcomes: Vec<Value> = ran.rows().iter().map(|row| row["outcome"].clone()).collect();
    assert_eq!((ran.code, outcomes), (Some(3), vec!["committed".into(), "committed".into()]), "{}", ran.stdout);
}

#[test]
fn a_killed_run_is_gone_on_with_where_it_was() {
    let (site, begun, go) = prepared();
    let mut child = start(site.dir());
    fs::read(&begun).unwrap();
    child.kill().unwrap();
    child.wait().unwrap();
    fs::remove_file(hook(&site)).unwrap();
    // The hook, and git around it, which the killed run left behind.
    fs::write(&go, "\n").unwrap();
    let ran = again(&site);
    let lines: Vec<u64> = ran.rows().iter().map(|row| row["line"].as_u64().unwrap()).collect();
    assert_eq!((ran.code, lines, ran.started()["before"]["repositories"].as_u64()), (Some(0), vec![2, 3, 4], Some(1)));
    let other = site.copy();
    assert_eq!(other.fleet(LIST, &[]).ended()["outcomes"]["unchanged"]["repositories"], 4);
}

#[test]
fn a_failure_is_done_again_and_a_changed_list_or_option_too() {
    let (site, begun, go) = prepared();
    fs::remove_file(site.dir().join("a.git/HEAD")).unwrap();
    let ran = asked_to_stop(&site, &begun, &go);
    assert_eq!(ran.rows()[0]["outcome"], "failed", "{}", ran.stdout);
    fs::write(site.dir().join("a.git/HEAD"), "ref: refs/heads/main\n").unwrap();
    fs::remove_file(hook(&site)).unwrap();
    let dry = ["--resume", "record", "--dry-run", "--shard", "0/1"];
    fs::copy(site.dir().join("record"), site.dir().join("kept")).unwrap();
    assert_eq!(site.fleet(LIST, &dry).rows().len(), 4);
    fs::copy(site.dir().join("kept"), site.dir().join("record")).unwrap();
    let ran = site.fleet("b.git main\nb.git\na.git\n", &["--resume", "record"]);
    assert_eq!((ran.code, ran.rows().len()), (Some(0), 2), "{}", ran.stdout);
}

#[test]
fn a_record_that_is_none_is_left_as_it_is() {
    let (site, ..) = prepared();
    let before = site.refs();
    for args in [["--resume", "fleet.txt"], ["--resume", "."]] {
        let ended = site.human(LIST, &args);
        assert!(ended.code == Some(2) && ended.stderr.contains("is no record of a fleet"), "{ended:?}");
    }
    assert_eq!((fs::read_to_string(site.dir().join("fleet.txt")).unwrap().as_str(), site.refs()), (LIST, before));
}
