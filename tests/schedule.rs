//! `hhgit schedule` by the real binary on real repositories: what is to be done by the clock goes to the manifest, and is told.
#![allow(clippy::unwrap_used, reason = "a test may unwrap")]

mod support;

use support::{TempRepo, hhgit, hhgit_command, leftovers, run};

const OLD: &str = "# ours\nversion: '1.0' # one\n\n# by the clock\nperiodic: {interval: 90m} # often\n\n# how\npolicy: {level: schema} # as usual\n";

fn repo(manifest: &str) -> TempRepo {
    let repo = TempRepo::bare();
    repo.commit("main", &[("f/.hnp/manifest.yaml", manifest), ("f/raw/.gitkeep", "")]);
    repo
}

fn manifest(repo: &TempRepo) -> String {
    String::from_utf8(repo.git_bytes(&["show", "main:f/.hnp/manifest.yaml"])).unwrap()
}

fn with(block: &str) -> String {
    OLD.replace("periodic: {interval: 90m} # often\n", block)
}

#[test]
fn a_schedule_goes_to_the_manifest_and_all_else_of_it_stays() {
    let repo = repo(OLD);
    let state = repo.state();
    assert_eq!(hhgit(repo.dir(), &["schedule", "enable", "--validate-only", "--dry-run"]).code, Some(0));
    assert_eq!(repo.state(), state);
    for (args, block) in [
        (&["enable", "--validate-only"][..], "periodic:\n  enabled: true\n  interval: 90m\n  validate-only: true\n"),
        (&["disable"], "periodic:\n  enabled: false\n  interval: 90m\n  validate-only: true\n"),
        (
            &["enable", "--interval", "45s", "--sync"],
            "periodic:\n  enabled: true\n  interval: 45s\n  validate-only: false\n",
        ),
    ] {
        let ended = hhgit(repo.dir(), &[&["schedule"], args].concat());
        assert_eq!((ended.code, ended.stderr.as_str()), (Some(0), ""), "{args:?}");
        assert_eq!(manifest(&repo), with(block), "{args:?}");
    }
    let state = repo.state();
    let again = hhgit(repo.dir(), &["schedule", "enable", "--interval", "45s"]);
    assert!(again.stdout.ends_with("main: nothing to do\n"), "{again:?}");
    assert_eq!(repo.state(), state);
    repo.fsck();
    assert_eq!(leftovers(&repo), Vec::<String>::new());
}

#[test]
fn the_commit_is_a_persons_by_their_own_clock() {
    let repo = repo(OLD);
    let mut command = hhgit_command(repo.dir());
    for role in ["AUTHOR", "COMMITTER"] {
        command.env(format!("GIT_{role}_NAME"), "Ada").env(format!("GIT_{role}_EMAIL"), "ada@example.org");
    }
    assert_eq!(run(command.args(["schedule", "disable"])).code, Some(0));
    let told = repo.git(&["log", "-1", "--format=%an %ce%n%at%n%B", "main"]);
    let (who, rest) = told.split_once('\n').unwrap();
    let (seconds, message) = rest.split_once('\n').unwrap();
    let now = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).unwrap().as_secs();
    assert!(who == "Ada ada@example.org" && (now - 60..=now).contains(&seconds.parse().unwrap()), "{told}");
    let version = env!("CARGO_PKG_VERSION");
    assert_eq!(
        message,
        format!("hhgit: disable the schedule of f\n\n  updated f/.hnp/manifest.yaml\n\nHhgit-Version: {version}")
    );
}

#[test]
fn what_cannot_be_set_changes_nothing() {
    let repo = repo("{version: '1.0'}\n");
    repo.commit("main", &[("g/.hnp/manifest.yaml", "version: '1.0'\n"), ("g/raw/.gitkeep", "")]);
    let state = repo.state();
    for (args, code, words) in [
        (&["enable"][..], 2, "there are several fabric directories: f, g; name one with --fabric"),
        (&["enable", "--fabric", "f"], 3, "f/.hnp/manifest.yaml is not laid out line by line"),
        (&["enable", "--interval", "1d"], 2, "write a number and s, m or h: 60m"),
        (&["enable", "--sync", "--validate-only"], 2, "cannot be used with"),
    ] {
        let ended = hhgit(repo.dir(), &[&["schedule"], args].concat());
        assert!(ended.code == Some(code) && ended.stderr.contains(words), "{args:?}: {ended:?}");
    }
    assert_eq!(repo.state(), state);
}

#[test]
fn what_the_manifests_say_is_shown() {
    let repo = repo(OLD);
    repo.commit(
        "main",
        &[
            ("g/.hnp/manifest.yaml", "version: '1.0'\nfabric_name: green\nperiodic: {validate-only: true}\n"),
            ("h/.hnp/manifest.yaml", "version: '1.0'\nperiodic: {enabled: false}\n"),
            ("i/.hnp/manifest.yaml", "version: '1.0'\n"),
        ],
    );
    let shown = hhgit(repo.dir(), &["schedule", "show"]);
    let expected = "f (f): sync every 90m\ngreen (g): check every 60m\nh (h): nothing\ni (i): sync every 60m (the manifest does not say)\n";
    assert_eq!((shown.code, shown.stdout.as_str(), shown.stderr.as_str()), (Some(0), expected, ""));
    let nothing = hhgit(repo.dir(), &["schedule", "show", "--as", "cron", "--fabric", "h"]);
    assert!(nothing.code == Some(3) && nothing.stderr.contains("nothing is to be done by the clock"), "{nothing:?}");
    // A scheduler's run goes by the manifests, as often as the fabric that wants it most often.
    let cron = hhgit(repo.dir(), &["schedule", "show", "--as", "cron", "--program", "/usr/bin/hhgit"]);
    let dir = repo.dir().canonicalize().unwrap();
    assert!(cron.stdout.ends_with(&format!(" /usr/bin/hhgit -C {} watch --once\n", dir.display())), "{cron:?}");
    assert_eq!(cron.stdout.lines().count(), 2, "{cron:?}");
    let all = hhgit(repo.dir(), &["schedule", "show", "--as", "all"]);
    assert!(
        all.code == Some(0) && all.stdout.ends_with("so it needs the address of one: --remote https://...\n"),
        "{all:?}"
    );
}
