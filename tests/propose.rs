//! `hhgit sync --remote --propose` end to end: a real bare repository that refuses pushes to its main branch, and a stand-in for the
//! forge around it. No forge itself is used.
#![allow(clippy::unwrap_used, clippy::print_stderr, reason = "a test may unwrap, and say that it was skipped")]
#![cfg(unix)]

mod forge;
#[path = "propose/site.rs"]
mod site;
mod support;

use std::path::Path;
use std::process::Command;

use forge::{Fault, Kind, Reply, TOKEN};
use site::{ALL, Site, VARIABLES, ends, expected};
use support::{hhgit, run, vpc};

#[test]
fn a_protected_branch_is_synced_by_one_request_after_the_other() {
    for kind in ALL {
        let site = Site::new(kind);
        let main = site.tip("main");
        let request = if kind == Kind::GitLab { "merge request !1" } else { "pull request #1" };
        ends(&site.propose(&[]), 0, &format!(", proposed in {request}: https://forge.example/acme/net/"));
        assert_eq!((site.tip("main"), site.proposed()), (main, Some(expected(&site))));
        assert_eq!(site.forge.asked(), ["GET 200", "GET 200", "POST 201"]);
        let subject = site.temp.git(&["log", "-1", "--format=%s", "hhgit/sync/main"]);
        let open = site.forge.open();
        assert_eq!((open[0].title.as_str(), open[0].target.as_str()), (subject.as_str(), "main"));

        let before = site.temp.git(&["for-each-ref"]);
        ends(&site.propose(&[]), 0, &format!(": already proposed in {request}: https://"));
        assert_eq!((site.temp.git(&["for-each-ref"]), site.forge.asked().len()), (before, 4));

        site.drop_in("b");
        ends(&site.propose(&[]), 0, &format!(", proposed anew in {request}: https://"));
        assert_eq!((site.proposed(), site.forge.open().len()), (Some(expected(&site)), 1));
        assert!(site.forge.open()[0].title.contains("sync 2 objects"), "{:?}", site.forge.open());

        site.merge();
        let asked = site.forge.asked().len();
        ends(&site.propose(&[]), 0, "hhgit/sync/main was merged; the branch was deleted.");
        assert_eq!((site.proposed(), site.forge.asked().len()), (None, asked));
        let before = site.state();
        ends(&site.propose(&[]), 0, "nothing to do");
        assert_eq!(site.state(), before);
        site.temp.fsck();
    }
}

#[test]
fn a_persons_fix_on_top_is_kept() {
    let site = Site::new(Kind::GitHub);
    ends(&site.propose(&[]), 0, "proposed in");
    let clone = site.person();
    std::fs::write(clone.join("f/managed/vpcs/a.yaml"), vpc("a", "mended")).unwrap();
    site.temp.git_in(&clone, &["commit", "--quiet", "--all", "--message=Mend a"]);
    site.temp.git_in(&clone, &["push", "--quiet"]);
    let (refs, words) = (site.temp.git(&["for-each-ref"]), site.forge.open());
    ends(
        &site.propose(&[]),
        0,
        "hhgit/sync/main holds commits that are not hhgit's on top of all that main has; they were left",
    );
    site.drop_in("b");
    let refs_after = site.temp.git(&["for-each-ref"]);
    let ended = site.propose(&[]);
    ends(&ended, 3, "main has moved on; merge hhgit/sync/main into main, or delete it, then run again.");
    assert_ne!(refs, refs_after);
    assert_eq!((site.temp.git(&["for-each-ref"]), site.forge.open()), (refs_after, words));
    site.temp.git(&["update-ref", "-d", "refs/heads/hhgit/sync/main"]);
    ends(&site.propose(&[]), 0, "proposed in pull request #2");
}

#[test]
fn a_commit_that_a_person_changed_is_kept() {
    let fix = |amend: &dyn Fn(&Site, &Path)| {
        let site = Site::new(Kind::Gitea);
        ends(&site.propose(&[]), 0, "proposed in");
        let clone = site.person();
        std::fs::write(clone.join("f/managed/vpcs/a.yaml"), vpc("a", "mended")).unwrap();
        amend(&site, &clone);
        site.temp.git_in(&clone, &["push", "--quiet", "--force"]);
        let refs = site.temp.git(&["for-each-ref"]);
        ends(&site.propose(&[]), 0, "holds commits that are not hhgit's");
        site.drop_in("b");
        ends(&site.propose(&[]), 3, "holds commits that are not hhgit's");
        assert!(refs.lines().all(|line| line.ends_with("main") || site.temp.git(&["for-each-ref"]).contains(line)));
    };
    fix(&|site, clone| drop(site.temp.git_in(clone, &["commit", "--quiet", "--all", "--amend", "--no-edit"])));
    // As if hhgit had committed it, at its own time: the tree is still not what hhgit makes.
    fix(&|site, clone| {
        let date = site.temp.git_in(clone, &["log", "-1", "--format=%cI"]);
        let mut git = support::git_command(clone);
        git.env("GIT_COMMITTER_NAME", "hhgit").env("GIT_COMMITTER_EMAIL", "hhgit@localhost");
        git.env("GIT_COMMITTER_DATE", date);
        assert_eq!(run(git.args(["commit", "--quiet", "--all", "--amend", "--no-edit"])).code, Some(0));
    });
}

#[test]
fn what_other_options_made_is_hhgits_and_replaced() {
    let site = Site::new(Kind::GitHub);
    ends(&site.propose(&["--repair"]), 0, "proposed in");
    let first = site.proposed();
    ends(&site.propose(&[]), 0, "proposed anew in");
    assert_ne!(site.proposed(), first);
    assert_eq!(site.proposed(), Some(expected(&site)));
}

#[test]
fn a_proposal_that_is_not_needed_any_more_is_taken_away() {
    let site = Site::new(Kind::GitHub);
    ends(&site.propose(&[]), 0, "proposed in");
    site.temp.git(&["update-ref", "refs/heads/main", &expected(&site)]);
    site.temp.commit("main", &[("README.md", "sorted by hand\n")]);
    let before = site.state();
    let ended = site.propose(&["--dry-run"]);
    ends(&ended, 0, "without --dry-run, hhgit/sync/main would be deleted.");
    assert_eq!(site.state(), before);
    ends(&site.propose(&[]), 0, "hhgit/sync/main was merged; the branch was deleted.");
    let site = Site::new(Kind::GitHub);
    ends(&site.propose(&[]), 0, "proposed in");
    let sorted = site.temp.git(&["rev-parse", "hhgit/sync/main^{tree}"]);
    let by_hand = site.temp.git(&["commit-tree", "-p", "main", "-m", "Sort by hand", &sorted]);
    site.temp.git(&["update-ref", "refs/heads/main", &by_hand]);
    ends(&site.propose(&[]), 0, "hhgit/sync/main proposed what is not needed any more; the branch was deleted.");
    assert_eq!(site.proposed(), None);
}

#[test]
fn what_others_left_is_not_taken_away() {
    let site = Site::new(Kind::GitHub);
    assert_eq!(hhgit(site.temp.dir(), &["sync", "main"]).code, Some(0));
    site.temp.commit("hhgit/sync/main", &[("mine", "x\n")]);
    let before = site.state();
    ends(&site.propose(&[]), 0, "hhgit/sync/main holds commits that are not hhgit's; merge it or delete it.");
    assert_eq!(site.state(), before);
}

#[test]
fn a_signed_proposal_is_known_by_what_it_says_and_not_signed_again() {
    let site = Site::new(Kind::GitHub);
    let key = site.temp.beside("key");
    let made = Command::new("ssh-keygen").args(["-q", "-t", "ed25519", "-N", "", "-f"]).arg(&key).status();
    if !made.is_ok_and(|made| made.success()) {
        return eprintln!("skipped: there is no ssh-keygen");
    }
    let sign = || {
        let mut bot = site.bot();
        bot.env("GIT_CONFIG_COUNT", "2").env("GIT_CONFIG_KEY_0", "gpg.format").env("GIT_CONFIG_VALUE_0", "ssh");
        bot.env("GIT_CONFIG_KEY_1", "user.signingKey").env("GIT_CONFIG_VALUE_1", &key).arg("--sign");
        run(&mut bot)
    };
    ends(&sign(), 0, "proposed in");
    assert!(site.temp.git(&["cat-file", "commit", "hhgit/sync/main"]).contains("\ngpgsig "));
    ends(&sign(), 0, "already proposed in");
    // Without --sign it is the same proposal still.
    ends(&site.propose(&[]), 0, "already proposed in");
    site.drop_in("b");
    ends(&sign(), 0, "proposed anew in");
}

#[test]
fn two_bots_that_propose_at_once_end_with_one_request() {
    for kind in ALL {
        let site = Site::new(kind);
        site.forge.fail("POST", Fault::Together);
        site.forge.fail("POST", Fault::Together);
        let both = std::thread::scope(|scope| {
            let bots = [scope.spawn(|| site.propose(&[])), scope.spawn(|| site.propose(&[]))];
            bots.map(|bot| bot.join().unwrap())
        });
        both.iter().for_each(|ended| ends(ended, 0, "proposed"));
        assert_eq!((site.forge.open().len(), site.proposed()), (1, Some(expected(&site))));
    }
}

#[test]
fn a_forge_that_says_no_is_told_before_anything_is_pushed() {
    let site = Site::new(Kind::GitHub);
    let refs = site.temp.git(&["for-each-ref"]);
    site.forge.fail("GET", Fault::Answer(Reply::new(401, r#"{"message":"Bad credentials"}"#)));
    ends(&site.propose(&[]), 3, "was answered with 401 (Bad credentials); the token is wrong or expired");
    assert_eq!(site.temp.git(&["for-each-ref"]), refs);
}

#[test]
fn a_request_that_could_not_be_opened_is_opened_by_the_next_run() {
    let site = Site::new(Kind::GitHub);
    site.forge.fail("POST", Fault::Answer(Reply::new(403, r#"{"message":"Resource not accessible by integration"}"#)));
    let ended = site.propose(&[]);
    ends(&ended, 3, "error: hhgit/sync/main was pushed, but its request is not open or says something old; run again");
    ends(&ended, 3, "  cause: POST http://127.0.0.1:");
    assert_eq!(site.proposed(), Some(expected(&site)));
    ends(&site.propose(&[]), 0, "main of ");
    assert_eq!(site.forge.open().len(), 1);
}

#[test]
fn a_dry_run_asks_nothing_and_pushes_nothing() {
    let site = Site::new(Kind::GitLab);
    let before = site.state();
    let ended = run(site.bot_without_token().args(["--dry-run", "--output", "json"]));
    ends(&ended, 0, "\"proposal\": {\n    \"ref\": \"refs/heads/hhgit/sync/main\",\n    \"state\": \"planned\"\n  }");
    ends(&site.propose(&["--dry-run"]), 0, "dry run: nothing was written; it would be proposed on hhgit/sync/main");
    assert_eq!(site.state(), before);
}

#[test]
fn json_names_the_branch_and_the_request() {
    let site = Site::new(Kind::Gitea);
    let ended = site.propose(&["--output", "json"]);
    let report: serde_json::Value = serde_json::from_str(&ended.stdout).unwrap();
    assert_eq!(report["ref"], "refs/heads/main");
    assert_eq!(report["result"]["commit"], site.proposed().unwrap());
    let expected = serde_json::json!({
        "ref": "refs/heads/hhgit/sync/main", "state": "opened", "number": 1, "url": "https://forge.example/acme/net/pull/1",
    });
    assert_eq!(report["proposal"], expected);
}

#[test]
fn a_proposal_on_an_older_commit_is_known_in_a_shallow_clone() {
    let site = Site::new(Kind::GitHub);
    ends(&site.propose(&[]), 0, "proposed in");
    let shallow = site.temp.beside("shallow");
    site.temp.git(&["clone", "--quiet", "--depth=1", &site.url(), shallow.to_str().unwrap()]);
    for n in 0..40 {
        site.temp.commit("main", &[("README.md", &format!("{n}\n"))]);
    }
    site.drop_in("b");
    let mut bot = site.bot();
    ends(&run(bot.arg("-C").arg(&shallow)), 0, "proposed anew in");
    assert_eq!(site.proposed(), Some(expected(&site)));
    assert_eq!(site.temp.git_in(&shallow, &["status", "--porcelain"]), "");
}

#[test]
fn what_cannot_be_proposed_is_told_before_anything_is_asked() {
    let site = Site::new(Kind::GitHub);
    let before = site.state();
    let anywhere = |args: &[&str]| {
        let mut command = site.bot_without_token();
        for name in VARIABLES {
            command.env_remove(name);
        }
        command.args(args);
        command
    };
    ends(&run(&mut anywhere(&[])), 2, "it cannot be told which forge a path on this machine is; say it: --forge");
    ends(
        &run(&mut anywhere(&["--forge", "github", "--api", "http://forge.example"])),
        2,
        "a token goes over https alone",
    );
    ends(&run(&mut anywhere(&["--api", "https://forge.example"])), 2, "--forge");
    ends(&run(&mut site.bot_without_token()), 3, "there is no token for http://127.0.0.1:");
    let mut stray = site.bot();
    ends(
        &run(stray.args(["--forge", "github", "--api", "https://forge.example"])),
        3,
        "GITHUB_TOKEN is for http://127.0.0.1:",
    );
    ends(&site.propose(&["hhgit/sync/main"]), 2, "hhgit/sync/main is where hhgit puts proposals; name the branch");
    ends(&hhgit(site.temp.dir(), &["sync", "--propose"]), 2, "--remote");
    let gitlab = Site::new(Kind::GitLab);
    ends(&run(gitlab.bot_without_token().env("CI_JOB_TOKEN", "x")), 3, "CI_JOB_TOKEN cannot open merge requests");
    assert_eq!(site.state(), before);
}

#[test]
fn no_command_line_of_git_holds_the_token() {
    let site = Site::new(Kind::GitHub);
    let bin = site.temp.beside("bin");
    std::fs::create_dir(&bin).unwrap();
    let log = site.temp.beside("log");
    let real = String::from_utf8(Command::new("sh").args(["-c", "command -v git"]).output().unwrap().stdout).unwrap();
    let script = format!("#!/bin/sh\necho \"$@\" >> {}\nexec {} \"$@\"\n", log.display(), real.trim());
    std::fs::write(bin.join("git"), script).unwrap();
    std::fs::set_permissions(bin.join("git"), std::os::unix::fs::PermissionsExt::from_mode(0o755)).unwrap();
    let path = format!("{}:{}", bin.display(), std::env::var("PATH").unwrap());
    let ended = run(site.bot().env("PATH", path).env("GIT_TRACE", "1").env("GIT_CURL_VERBOSE", "1"));
    ends(&ended, 0, "proposed in");
    let logged = std::fs::read_to_string(log).unwrap();
    assert!(logged.contains("push") && !logged.contains(TOKEN), "{logged}");
    assert!(!format!("{ended:?}").contains(TOKEN));
}
