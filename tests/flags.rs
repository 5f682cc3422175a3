//! The binary's flags on real repositories: guards that refuse, previews that write nothing, who a commit names.
#![allow(clippy::unwrap_used, reason = "a test may unwrap")]
#![cfg(unix)]

mod support;

use support::{Ended, TempRepo, hhgit, hhgit_command, run, vpc};

const MANIFEST: &str = "version: '1.0'\n";

/// A bare repository with two fabric directories, `f` and `g`, and an object in the raw/ of each.
fn prepared() -> TempRepo {
    let temp = TempRepo::bare();
    let (a, b) = (vpc("a", "x"), vpc("b", "x"));
    let manifests = [("f/.hnp/manifest.yaml", MANIFEST), ("g/.hnp/manifest.yaml", MANIFEST)];
    temp.commit("main", &[manifests[0], manifests[1], ("f/raw/a.yaml", &a), ("g/raw/b.yaml", &b)]);
    temp
}

fn sync(temp: &TempRepo, args: &[&str]) -> Ended {
    hhgit(temp.dir(), &[&["sync"], args].concat())
}

/// Every ref, and every object there is, reachable or not.
fn everything(temp: &TempRepo) -> (String, String) {
    (temp.state(), temp.git(&["cat-file", "--batch-all-objects", "--batch-check"]))
}

fn writes_nothing(temp: &TempRepo, args: &[&str], code: i32, words: &str) {
    let before = everything(temp);
    let ended = sync(temp, args);
    assert_eq!(ended.code, Some(code), "{args:?}: {ended:?}");
    assert!((ended.stdout + &ended.stderr).contains(words), "{words:?}");
    assert_eq!(everything(temp), before);
}

fn names(temp: &TempRepo, folder: &str) -> Vec<String> {
    let listed = temp.git(&["ls-tree", "-r", "--name-only", "main", &format!("{folder}/")]);
    listed.lines().filter(|name| name.ends_with(".yaml")).map(str::to_owned).collect()
}

#[test]
fn several_fabrics_are_one_commit_and_one_can_be_named() {
    let temp = prepared();
    let base = temp.tip("main").unwrap();
    assert_eq!(sync(&temp, &["--fabric", "g"]).code, Some(0));
    assert_eq!(names(&temp, "g/managed"), ["g/managed/vpcs/b.yaml"]);
    assert_eq!(names(&temp, "f/raw"), ["f/raw/a.yaml"]);
    temp.git(&["update-ref", "refs/heads/main", &base.to_string()]);
    assert_eq!(sync(&temp, &[]).code, Some(0));
    assert_eq!(temp.git(&["rev-parse", "main^"]), base.to_string());
    assert_eq!(names(&temp, "f/managed"), ["f/managed/vpcs/a.yaml"]);
    assert_eq!(names(&temp, "g/managed"), ["g/managed/vpcs/b.yaml"]);
}

#[test]
fn a_fabric_that_cannot_be_meant_is_a_usage_error() {
    let temp = prepared();
    writes_nothing(&temp, &["--fabric", "h"], 2, "the commit has no folder h");
    writes_nothing(&temp, &["--fabric", "f", "--fabric", "f/raw"], 2, "--fabric f and --fabric f/raw overlap");
    writes_nothing(&temp, &["--fabric", "f/raw"], 2, "f/raw lies in f");
    writes_nothing(&temp, &["--fabric", "../x"], 2, "give a path from the repository's root");
}

#[test]
fn a_dry_run_writes_nothing_and_shows_what_the_real_run_does() {
    let temp = prepared();
    writes_nothing(&temp, &["--dry-run"], 0, "main: dry run: nothing was written");
    let json = |args: &[&str]| sync(&temp, &[args, &["--output", "json"]].concat()).stdout;
    let tree =
        |json: &str| json.split("\"result\"").nth(1).unwrap().split("\"tree\": \"").nth(1).unwrap()[..40].to_owned();
    let planned = tree(&json(&["--dry-run"]));
    assert_eq!(planned, tree(&json(&[])));
    assert_eq!(planned, temp.git(&["rev-parse", "main^{tree}"]));
}

#[test]
fn what_changes_inside_an_object_is_shown_as_a_diff() {
    let temp = prepared();
    assert_eq!(sync(&temp, &[]).code, Some(0));
    temp.commit("main", &[("f/raw/again.yaml", &vpc("a", "y"))]);
    let ended = sync(&temp, &["--diff", "--dry-run"]);
    assert!(ended.stdout.contains("\n--- a/f/managed/vpcs/a.yaml\n+++ b/f/managed/vpcs/a.yaml\n"), "{}", ended.stdout);
    assert!(ended.stdout.contains("\n-    note: \"x\"\n+    note: \"y\"\n"), "{}", ended.stdout);
}

#[test]
fn a_branch_that_is_not_where_it_was_expected_is_left_alone() {
    let temp = prepared();
    let tip = temp.tip("main").unwrap().to_string();
    let other = "0123456789abcdef0123456789abcdef01234567";
    let words = format!("main is at {tip}, not at the expected {other}; look at what came in between");
    writes_nothing(&temp, &["--expect", other], 3, &words);
    writes_nothing(&temp, &["--expect", &tip[..4]], 2, "give at least 7 of its hexadecimal digits");
    assert_eq!(sync(&temp, &["--expect", &tip[..10]]).code, Some(0));
    writes_nothing(&temp, &["--expect", &tip], 3, "not at the expected");
}

#[test]
fn more_deletions_than_allowed_move_nothing() {
    let temp = prepared();
    temp.commit("main", &[("f/managed/cm.yaml", "apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: x\n")]);
    let words = "1 object would leave managed/, more than --max-deletions 0; nothing was changed.";
    writes_nothing(&temp, &["--repair", "--max-deletions", "0"], 3, words);
    assert_eq!(sync(&temp, &["--repair", "--max-deletions", "1"]).code, Some(0));
    assert_eq!(names(&temp, "f/managed"), ["f/managed/vpcs/a.yaml"]);
}

#[test]
fn what_went_to_unmanaged_can_be_made_to_count() {
    let temp = prepared();
    temp.commit("main", &[("f/raw/broken.yaml", "kind: [\n")]);
    let ended = sync(&temp, &["--fail-on", "unmanaged"]);
    assert_eq!(ended.code, Some(1), "{ended:?}");
    assert_eq!(names(&temp, "f/unmanaged"), ["f/unmanaged/broken.yaml"], "the work is done all the same");
    assert_eq!(sync(&temp, &["--fail-on", "unmanaged"]).code, Some(0));
}

#[test]
fn the_same_input_gives_the_same_commit_whoever_runs_it_wherever() {
    let ids = [
        ("UTC", "C", "/nonexistent", "1"),
        ("Asia/Kathmandu", "tr_TR.UTF-8", "/tmp", "2"),
        ("America/St_Johns", "de_DE.UTF-8", "/", "7"),
    ]
    .map(|(zone, language, home, threads)| {
        let temp = prepared();
        let documents: Vec<(String, String)> =
            (0..300).map(|n| (format!("f/raw/{n}.yaml"), vpc(&format!("v-{n}"), "x"))).collect();
        temp.commit("main", &documents.iter().map(|(path, text)| (path.as_str(), text.as_str())).collect::<Vec<_>>());
        let mut command = hhgit_command(temp.dir());
        command.args(["sync", "--threads", threads]).env("TZ", zone).env("HOME", home).env("USER", home);
        command.env("LANG", language).env("LC_ALL", language).env("LANGUAGE", language);
        let ended = run(&mut command);
        assert_eq!(ended.code, Some(0), "{ended:?}");
        (temp.tip("main").unwrap(), ended.stdout)
    });
    assert_eq!(ids[0], ids[1]);
    assert_eq!(ids[0], ids[2]);
}

#[test]
fn a_commit_names_whom_the_settings_name() {
    let who = |temp: &TempRepo| temp.git(&["log", "-1", "--format=%an <%ae> %ad, %cn <%ce> %cd", "--date=raw", "main"]);
    let temp = prepared();
    let base = temp.tip("main").unwrap().to_string();
    assert_eq!(sync(&temp, &[]).code, Some(0));
    let plain = "hhgit <hhgit@localhost> 1700000000 +0000, hhgit <hhgit@localhost> 1700000000 +0000";
    assert_eq!(who(&temp), plain);
    temp.git(&["update-ref", "refs/heads/main", &base]);
    temp.git(&["config", "hhgit.author", "Bot <bot@example.org>"]);
    let mut command = hhgit_command(temp.dir());
    command.arg("sync").env("GIT_COMMITTER_NAME", "CI").env("GIT_COMMITTER_DATE", "1700000060 +0100");
    assert_eq!(run(&mut command).code, Some(0));
    let told = "Bot <bot@example.org> 1700000000 +0000, CI <hhgit@localhost> 1700000060 +0100";
    assert_eq!(who(&temp), told);
    temp.git(&["update-ref", "refs/heads/main", &base]);
    temp.git(&["config", "hhgit.author", "nonsense"]);
    writes_nothing(
        &temp,
        &[],
        3,
        "hhgit.author is \"nonsense\", which means nothing here; write a name and an address",
    );
}

#[test]
fn a_commit_is_signed_if_asked_and_not_made_if_that_fails() {
    let temp = prepared();
    let key = temp.beside("key");
    temp.git(&["config", "gpg.format", "ssh"]);
    temp.git(&["config", "user.signingKey", key.to_str().unwrap()]);
    writes_nothing(&temp, &["--sign"], 3, "the commit could not be signed; look at user.signingKey and gpg.format");
    let mut keygen = std::process::Command::new("ssh-keygen");
    keygen.args(["-q", "-t", "ed25519", "-N", "", "-C", "test", "-f"]).arg(&key);
    if !keygen.status().is_ok_and(|status| status.success()) {
        return eprintln!("skipped: there is no ssh-keygen");
    }
    let ended = sync(&temp, &["--sign"]);
    assert_eq!(ended.code, Some(0), "{ended:?}");
    let allowed = temp.beside("allowed");
    let public = std::fs::read_to_string(key.with_extension("pub")).unwrap();
    std::fs::write(&allowed, format!("hhgit@localhost {public}")).unwrap();
    temp.git(&["-c", &format!("gpg.ssh.allowedSignersFile={}", allowed.display()), "verify-commit", "main"]);
}
