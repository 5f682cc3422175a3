//! What signals do to a watch, and what it does by itself: it begins, sorts what comes, reads settings again, ends in order.

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;

use rustix::process::Signal;

use crate::process::{Watch, fifo};
use crate::support::{TempRepo, git_command, hhgit, hhgit_command, leftovers, run, vpc};

pub(crate) const MANIFEST: (&str, &str) = ("f/.hnp/manifest.yaml", "version: '1.0'\n");

pub(crate) fn prepared() -> TempRepo {
    let repo = TempRepo::bare();
    repo.commit("main", &[MANIFEST, ("f/raw/a.yaml", &vpc("a", "1"))]);
    repo
}

/// Has a branch's next move wait between two pipes: it says in the one that it has begun, and goes on when the other says so.
fn block(git_dir: &Path, begun: &Path, go: &Path) {
    let hook = git_dir.join("hooks/reference-transaction");
    fs::create_dir_all(hook.parent().unwrap()).unwrap();
    // A fast-forward asks for ORIG_HEAD's move first.
    let script = format!(
        "#!/bin/sh\n[ \"$1\" = prepared ] && grep -q refs/heads/main || exit 0\necho >'{}'\nread -r _ <'{}'\n",
        begun.display(),
        go.display()
    );
    fs::write(&hook, script).unwrap();
    fs::set_permissions(&hook, PermissionsExt::from_mode(0o755)).unwrap();
}

#[test]
fn it_starts_at_once_and_again_as_soon_as_the_branch_moves_packed_or_not() {
    let repo = prepared();
    let mut watch = Watch::start(repo.dir(), &[]);
    assert_eq!(watch.started()["ref"], "refs/heads/main");
    let first = watch.round("committed");
    assert_eq!((first["cause"].as_str(), first["counts"]["managed"].as_u64()), (Some("start"), Some(1)));
    let next = first["next_seconds"].as_f64().unwrap();
    assert!((3240.0..=3600.0).contains(&next), "{next}");
    // Neither its own commit nor a ref that is only put elsewhere wakes it; what wakes it is the next commit.
    repo.git(&["pack-refs", "--all"]);
    let tip = repo.commit("main", &[("f/raw/b.yaml", &vpc("b", "1"))]);
    let second = watch.round("committed");
    assert_eq!((second["cause"].as_str(), second["input"].as_str()), (Some("moved"), Some(tip.to_string().as_str())));
    assert_eq!(second["result"].as_str(), Some(repo.tip("main").unwrap().to_string().as_str()));
    repo.commit("other", &[("x", "1")]);
    assert_eq!(watch.stop(), 2);
    assert_eq!(leftovers(&repo), Vec::<String>::new());
    repo.fsck();
}

#[test]
fn a_round_that_has_begun_is_finished_when_it_is_asked_to_stop() {
    for signal in [Signal::TERM, Signal::INT] {
        let repo = prepared();
        let (begun, go) = (fifo(repo.beside("begun")), fifo(repo.beside("go")));
        block(repo.dir(), &begun, &go);
        let mut watch = Watch::start(repo.dir(), &[]);
        watch.started();
        fs::read(&begun).unwrap();
        watch.signal(signal);
        fs::write(&go, "\n").unwrap();
        let (lines, status, words) = watch.end();
        assert_eq!((status.code(), words.as_str()), (Some(0), ""), "{lines:?}");
        assert_eq!((lines[0]["outcome"].as_str(), lines[1]["event"].as_str()), (Some("committed"), Some("stopped")));
        assert_eq!(lines[0]["result"].as_str(), Some(repo.tip("main").unwrap().to_string().as_str()));
        assert_eq!(leftovers(&repo), Vec::<String>::new());
    }
}

#[test]
fn a_second_signal_ends_it_at_once_and_the_next_sync_clears_up() {
    let repo = prepared();
    let (begun, go) = (fifo(repo.beside("begun")), fifo(repo.beside("go")));
    let hook = repo.dir().join("hooks/reference-transaction");
    fs::create_dir_all(hook.parent().unwrap()).unwrap();
    fs::write(&hook, format!("#!/bin/sh\necho >'{}'\nread -r _ <'{}'\n", begun.display(), go.display())).unwrap();
    fs::set_permissions(&hook, PermissionsExt::from_mode(0o755)).unwrap();
    let mut watch = Watch::start(repo.dir(), &[]);
    watch.started();
    fs::read(&begun).unwrap();
    // Two that come at the same instant are one to the system.
    watch.insist(Signal::TERM);
    fs::remove_file(&hook).unwrap();
    let (_, status, _) = watch.end();
    assert_eq!(status.code(), None);
    // The hook, and git around it, which hhgit left behind.
    fs::write(&go, "\n").unwrap();
    let again = hhgit(repo.dir(), &["sync"]);
    assert_eq!(again.code, Some(0), "{again:?}");
}

#[test]
fn the_settings_are_read_again_at_a_hangup() {
    let repo = prepared();
    repo.git(&["config", "hhgit.watchInterval", "5m"]);
    let mut watch = Watch::start(repo.dir(), &[]);
    assert_eq!(watch.started()["interval_seconds"], 300);
    let next = watch.round("committed")["next_seconds"].as_f64().unwrap();
    assert!((270.0..=300.0).contains(&next), "{next}");
    repo.git(&["config", "hhgit.watchInterval", "30s"]);
    watch.signal(Signal::HUP);
    let again = watch.round("unchanged");
    let next = again["next_seconds"].as_f64().unwrap();
    assert!(again["cause"] == "reload" && (27.0..=30.0).contains(&next), "{again}");
    assert_eq!(watch.stop(), 2);
}

#[test]
fn settings_that_cannot_be_read_at_a_hangup_stay_as_they_were() {
    let repo = prepared();
    repo.git(&["config", "hhgit.watchValidateOnly", "true"]);
    let mut watch = Watch::start(repo.dir(), &[]);
    watch.started();
    watch.round("findings");
    let (tip, config) = (repo.tip("main"), repo.git_dir().join("config"));
    let sound = fs::read(&config).unwrap();
    fs::write(&config, [sound.as_slice(), b"[broken\n"].concat()).unwrap();
    watch.signal(Signal::HUP);
    let round = watch.round("failed");
    assert!(round["problems"].to_string().contains("cannot be opened"), "{round}");
    fs::write(&config, sound).unwrap();
    // Each that came before the mended file was there.
    let mut round = watch.line();
    while round["outcome"] == "failed" {
        round = watch.line();
    }
    assert_eq!(round["outcome"], "findings", "{round}");
    assert_eq!(repo.tip("main"), tip);
    watch.stop();
}

#[test]
fn what_fails_is_tried_again_after_a_while_that_doubles() {
    let repo = TempRepo::bare();
    repo.commit("main", &[("README", "no fabric\n")]);
    let mut watch = Watch::start(repo.dir(), &[]);
    watch.started();
    for (cause, length) in [("start", 1.0), ("retry", 2.0), ("retry", 4.0)] {
        let round = watch.round("failed");
        let next = round["next_seconds"].as_f64().unwrap();
        assert!(round["cause"] == cause && (length * 0.9..=length).contains(&next), "{round}");
    }
    repo.commit("main", &[MANIFEST]);
    let round = watch.round("committed");
    assert_eq!((round["cause"].as_str(), round["failures"].as_u64()), (Some("moved"), Some(0)));
    watch.stop();
}

#[test]
fn a_checked_out_branch_is_watched_whatever_is_checked_out_later() {
    let repo = TempRepo::work_tree();
    repo.commit_all(&[MANIFEST, ("f/raw/a.yaml", &vpc("a", "1"))]);
    let mut watch = Watch::start(repo.dir(), &[]);
    watch.started();
    watch.round("committed");
    repo.git(&["switch", "--quiet", "-c", "mine"]);
    repo.commit_all(&[("f/raw/b.yaml", &vpc("b", "1"))]);
    repo.commit("main", &[("f/raw/c.yaml", &vpc("c", "1"))]);
    let round = watch.round("committed");
    assert_eq!(round["ref"], "refs/heads/main");
    watch.stop();
    assert!(repo.files("main").contains_key("f/managed/vpcs/c.yaml"));
    assert!(repo.files("mine").contains_key("f/raw/b.yaml"));
}

#[test]
fn a_reader_who_goes_away_ends_it() {
    let repo = prepared();
    let (reader, writer) = std::io::pipe().unwrap();
    drop(reader);
    let ended = run(hhgit_command(repo.dir()).arg("watch").stdout(writer));
    assert_eq!((ended.code, ended.stderr.as_str()), (Some(0), ""));
    assert!(repo.files("main").contains_key("f/managed/vpcs/a.yaml"));
}

#[test]
fn no_password_is_in_a_line_or_a_file() {
    let repo = prepared();
    let health = repo.beside("health");
    let mut command = hhgit_command(repo.dir());
    // Nobody listens there.
    let url = "http://me:s3cret@127.0.0.1:1/x.git?private_token=t0ken";
    command.args(["watch", "--output", "json", "--remote", url, "--branch", "main", "--health"]).arg(&health);
    let mut watch = Watch::run(command.env("GITLAB_TOKEN", "gl-s3cret").env("CI_SERVER_URL", "http://127.0.0.1:1"));
    let said = [watch.started(), watch.round("failed")].map(|line| line.to_string()).concat();
    let said = said + &fs::read_to_string(&health).unwrap();
    assert!(["s3cret", "t0ken"].iter().all(|secret| !said.contains(secret)), "{said}");
    watch.stop();
}

#[test]
fn a_person_who_takes_a_sync_back_is_not_fought() {
    let repo = prepared();
    let mut watch = Watch::start(repo.dir(), &[]);
    watch.started();
    let sync = watch.round("committed");
    let clone = repo.beside("clone");
    repo.git(&["clone", "--quiet", ".", clone.to_str().unwrap()]);
    let git = |args: &[&str]| assert_eq!(run(git_command(&clone).args(args)).code, Some(0), "{args:?}");
    git(&["revert", "--no-edit", sync["result"].as_str().unwrap()]);
    git(&["push", "--quiet", "origin", "main"]);
    let round = watch.round("committed");
    assert_eq!(round["counts"]["unmanaged"], 1, "{round}");
    assert!(repo.files("main").contains_key("f/unmanaged/a.yaml"));
    // With hhgit's own way of taking back, the same.
    repo.commit("main", &[("f/raw/b.yaml", &vpc("b", "1"))]);
    watch.round("committed");
    assert!(repo.files("main").contains_key("f/managed/vpcs/b.yaml"));
    let undone = hhgit(repo.dir(), &["undo"]);
    assert_eq!(undone.code, Some(0), "{undone:?}");
    let round = watch.round("committed");
    assert_eq!(round["counts"]["unmanaged"], 1, "{round}");
    assert!(repo.files("main").contains_key("f/unmanaged/b.yaml"));
    assert_eq!(watch.stop(), 4);
}

#[test]
fn an_interrupt_at_the_terminal_lets_git_finish_the_work_tree() {
    use std::os::unix::process::CommandExt;
    let repo = TempRepo::work_tree();
    repo.commit_all(&[MANIFEST, ("f/raw/a.yaml", &vpc("a", "1"))]);
    let (begun, go) = (fifo(repo.beside("begun")), fifo(repo.beside("go")));
    block(&repo.git_dir(), &begun, &go);
    let mut command = hhgit_command(repo.dir());
    let mut watch = Watch::run(command.args(["watch", "--output", "json"]).process_group(0));
    watch.started();
    fs::read(&begun).unwrap();
    // As a terminal does: to all that runs in its foreground.
    let group = rustix::process::Pid::from_raw(i32::try_from(watch.id()).unwrap()).unwrap();
    rustix::process::kill_process_group(group, Signal::INT).unwrap();
    fs::write(&go, "\n").unwrap();
    let (lines, status, _) = watch.end();
    assert_eq!((status.code(), lines[0]["outcome"].as_str()), (Some(0), Some("committed")), "{lines:?}");
    assert_eq!(repo.git(&["status", "--porcelain"]), "");
    assert!(repo.dir().join("f/managed/vpcs/a.yaml").is_file());
}
