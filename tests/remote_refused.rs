//! `hhgit sync --remote` when the remote will not, or somebody else is faster, and on command lines that mean nothing.
#![allow(clippy::unwrap_used, reason = "a test may unwrap")]
#![cfg(unix)]

mod support;

use std::os::unix::fs::PermissionsExt;
use std::path::PathBuf;
use std::time::Duration;

use hhgit::git::{Environment, Repo};
use hhgit::modes::ModeError;
use hhgit::modes::talk::Talk;
use hhgit::options::remote::Remote;
use hhgit::options::{Common, Identities, Sync};
use hhgit::progress::Progress;
use hhgit::report::Report;
use hhgit::snapshot::Time;
use support::{Ended, TempRepo, hhgit, hhgit_command, run, vpc};

/// Leaves the quarantine, so that a hook may do what another process would.
const OUTSIDE: &str = "unset GIT_QUARANTINE_PATH GIT_OBJECT_DIRECTORY GIT_ALTERNATE_OBJECT_DIRECTORIES\n\
                       export GIT_AUTHOR_NAME=p GIT_AUTHOR_EMAIL=p GIT_COMMITTER_NAME=p GIT_COMMITTER_EMAIL=p\n";
/// A person's commit on main.
const COMMIT: &str =
    "git update-ref refs/heads/main $(git commit-tree -p main -m person $(git mktree --missing <list))\n";

/// A bare repository with something to sort, whose pre-receive hook is this script, run in the repository; it counts its runs.
fn prepared(script: &str) -> TempRepo {
    let temp = TempRepo::bare();
    temp.commit("main", &[("f/.hnp/manifest.yaml", "version: '1.0'\n"), ("f/raw/a.yaml", &vpc("a", "x"))]);
    std::fs::write(temp.dir().join("list"), temp.git(&["ls-tree", "main"]) + "\n").unwrap();
    let hook = temp.dir().join("hooks/pre-receive");
    std::fs::create_dir_all(hook.parent().unwrap()).unwrap();
    std::fs::write(&hook, format!("#!/bin/sh\necho run >>runs\n{script}\nexit 0\n")).unwrap();
    std::fs::set_permissions(&hook, PermissionsExt::from_mode(0o755)).unwrap();
    temp
}

fn runs(temp: &TempRepo) -> usize {
    std::fs::read_to_string(temp.dir().join("runs")).unwrap_or_default().lines().count()
}

fn nowhere(temp: &TempRepo) -> PathBuf {
    let dir = temp.beside("nowhere");
    std::fs::create_dir_all(&dir).unwrap();
    dir
}

fn sync(temp: &TempRepo, args: &[&str]) -> Ended {
    hhgit(&nowhere(temp), &[&["sync", "--remote", "../repo"], args].concat())
}

#[test]
fn a_lost_race_is_run_again_from_the_new_tip() {
    let temp = prepared(&format!("[ $(wc -l <runs) = 1 ] || exit 0\n{OUTSIDE}{COMMIT}"));
    let ended = sync(&temp, &[]);
    assert_eq!(ended.code, Some(0), "{ended:?}");
    assert!(ended.stdout.contains("), at the 2nd try: "), "{ended:?}");
    assert_eq!(temp.git(&["log", "--format=%s", "main"]), "hhgit: sync 1 object into f\nperson\ntest");
    assert_eq!(runs(&temp), 2);
    temp.fsck();
}

#[test]
fn the_same_commit_made_by_another_is_success() {
    let outside = format!("{OUTSIDE}unset GIT_AUTHOR_NAME GIT_AUTHOR_EMAIL GIT_COMMITTER_NAME GIT_COMMITTER_EMAIL\n");
    let temp = prepared(&format!("{outside}{} sync main >&2", env!("CARGO_BIN_EXE_hhgit")));
    let ended = sync(&temp, &[]);
    assert_eq!(ended.code, Some(0), "{ended:?}");
    assert!(ended.stdout.contains("note: Somebody else made the same commit meanwhile."), "{ended:?}");
    assert_eq!(temp.git(&["log", "--format=%s", "main"]), "hhgit: sync 1 object into f\ntest");
}

#[test]
fn a_servers_refusal_is_told_in_its_own_words_and_moves_nothing() {
    let temp = prepared("printf 'GH006: \\033[31mProtected branch\\n' >&2\nexit 1");
    let before = temp.state();
    let ended = sync(&temp, &[]);
    assert_eq!((ended.code, ended.stdout.as_str()), (Some(3), ""), "{ended:?}");
    assert!(ended.stderr.contains("error: ../repo refused the push to main: "), "{ended:?}");
    assert!(ended.stderr.contains("GH006: ?[31mProtected branch"), "{ended:?}");
    assert!(ended.stderr.contains("pre-receive hook declined"), "{ended:?}");
    assert_eq!((temp.state(), runs(&temp)), (before, 3));
    temp.fsck();
}

#[test]
fn a_refusal_that_does_not_last_is_no_refusal() {
    let temp = prepared("[ $(wc -l <runs) = 3 ] || exit 1");
    let ended = sync(&temp, &[]);
    assert_eq!((ended.code, runs(&temp)), (Some(0), 3), "{ended:?}");
}

#[test]
fn a_branch_that_is_deleted_meanwhile_is_not_made_again() {
    let temp = prepared(&format!("{OUTSIDE}git update-ref -d refs/heads/main"));
    let ended = sync(&temp, &[]);
    assert_eq!(ended.code, Some(3), "{ended:?}");
    assert!(ended.stderr.contains("main was deleted meanwhile; it was not made again"), "{ended:?}");
    assert_eq!(temp.git(&["for-each-ref"]), "");
}

/// Nobody to ask, who counts the waits and does not wait.
#[derive(Default)]
struct Patient {
    waits: Vec<u32>,
}

impl Talk for Patient {
    fn agree(&mut self, _question: &str) -> Option<bool> {
        None
    }

    fn pause(&mut self, tries: u32) {
        self.waits.push(tries);
    }
}

fn sync_in_process(temp: &TempRepo, talk: &mut dyn Talk) -> Result<Report, ModeError> {
    let common = Common {
        directory: nowhere(temp),
        fabrics: Vec::new(),
        identities: Identities::default(),
        now: Time { seconds: 0, offset: 0 },
        progress: Progress::default(),
    };
    let name = temp.dir().to_str().unwrap().to_owned();
    let remote =
        Some(Remote { name, timeout: Duration::from_secs(60), tokens: Vec::new(), apart: false, propose: None });
    hhgit::modes::sync::sync(&common, &Sync { remote, ..Sync::default() }, talk)
}

/// Somebody who pushes whenever the bot waits.
struct Busy<'a>(&'a TempRepo);

impl Talk for Busy<'_> {
    fn agree(&mut self, _question: &str) -> Option<bool> {
        None
    }

    fn pause(&mut self, tries: u32) {
        self.0.commit("main", &[("README.md", &format!("{tries}\n"))]);
    }
}

#[test]
fn a_refusal_counts_only_while_the_branch_stays_where_it_was() {
    let temp = prepared("[ $(wc -l <runs) = 6 ] || exit 1");
    let report = sync_in_process(&temp, &mut Busy(&temp)).unwrap();
    assert_eq!((report.remote.unwrap().tries, runs(&temp)), (6, 6));
}

#[test]
fn a_branch_that_keeps_moving_is_given_up_after_twenty_tries() {
    let temp = prepared(&format!("{OUTSIDE}{COMMIT}"));
    let mut talk = Patient::default();
    let error = sync_in_process(&temp, &mut talk).unwrap_err();
    assert_eq!(error.to_string(), "main kept moving; gave up after 20 tries, nothing was changed; run again");
    assert_eq!((error.exit().code(), runs(&temp)), (4, 20));
    assert_eq!(talk.waits, (1..20).collect::<Vec<u32>>());
    let subjects = temp.git(&["log", "--format=%s", "main"]);
    assert_eq!(subjects.lines().filter(|subject| *subject == "person").count(), 20);
}

#[test]
fn what_is_asked_of_a_sync_holds_at_a_remote_too() {
    let temp = prepared("");
    let before = temp.state();
    let tip = temp.tip("main").unwrap().to_string();
    let dry = sync(&temp, &["--dry-run"]);
    assert_eq!(dry.code, Some(0), "{dry:?}");
    assert!(dry.stdout.ends_with("): dry run: nothing was written\n"), "{dry:?}");
    let other = sync(&temp, &["--expect", "0123456789abcdef"]);
    assert_eq!(other.code, Some(3), "{other:?}");
    temp.commit("main", &[("f/managed/cm.yaml", "apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: x\n")]);
    let many = sync(&temp, &["--repair", "--max-deletions", "0"]);
    assert_eq!(many.code, Some(3), "{many:?}");
    temp.git(&["update-ref", "refs/heads/main", &tip]);
    assert_eq!((temp.state(), runs(&temp)), (before, 0));
    let ended = sync(&temp, &["--expect", &tip[..8], "--output", "json"]);
    assert_eq!(ended.code, Some(0), "{ended:?}");
    assert!(ended.stdout.contains("\"remote\": {\n    \"name\": \"../repo\",\n    \"url\": \"/"), "{}", ended.stdout);
    assert!(ended.stdout.contains("\"tries\": 1"), "{}", ended.stdout);
}

#[test]
fn command_lines_that_mean_nothing_are_refused() {
    let temp = prepared("");
    let dir = nowhere(&temp);
    for (args, words) in [
        (&["--remote=--upload-pack=x"][..], "\"--upload-pack=x\" can be no remote: it starts with a dash"),
        (&["--remote", "ext::sh -c id"], "it would run a program that it names itself"),
        (&["--remote", ""], "it is empty"),
        (&["--remote", "orgin"], "there is neither a remote nor a repository called orgin"),
        (&["--remote", "../repo", "nope"], "../repo has no branch nope; git ls-remote --heads lists them"),
        (&["--remote", "../repo", "a..b"], "is not the name of a branch"),
        (&["--remote", "../repo", "a", "--branch", "b"], "BRANCH and --branch name two branches"),
        (&["--branch", "main"], "--remote <NAME|URL>"),
        (&["--timeout", "3"], "--remote <NAME|URL>"),
        (&["--remote", "../repo", "--timeout", "0"], "invalid value '0'"),
    ] {
        let ended = hhgit(&dir, &[&["sync"], args].concat());
        assert_eq!(ended.code, Some(2), "{args:?}: {ended:?}");
        assert!(ended.stderr.contains(words), "{args:?}: {ended:?}");
    }
    assert_eq!(runs(&temp), 0);
}

#[test]
fn a_remote_without_a_main_branch_must_be_told_one() {
    let temp = prepared("");
    temp.git(&["symbolic-ref", "HEAD", "refs/heads/unborn"]);
    let ended = sync(&temp, &[]);
    assert_eq!(ended.code, Some(2), "{ended:?}");
    assert!(ended.stderr.contains("../repo does not say which branch is its main one; name one with --branch"));
    assert_eq!(sync(&temp, &["main"]).code, Some(0));
}

#[test]
fn a_remote_of_several_push_addresses_is_refused() {
    let temp = prepared("");
    let clone = temp.beside("clone");
    temp.git(&["clone", "--quiet", ".", clone.to_str().unwrap()]);
    for url in ["/a", "/b"] {
        temp.git_in(&clone, &["config", "--add", "remote.origin.pushurl", url]);
    }
    let ended = hhgit(&clone, &["sync", "--remote", "origin"]);
    assert_eq!(ended.code, Some(2), "{ended:?}");
    assert!(ended.stderr.contains("origin is pushed to 2 URLs at once"), "{ended:?}");
}

#[test]
fn no_program_named_by_an_address_in_the_configuration_is_run() {
    let temp = prepared("");
    let clone = temp.beside("clone");
    temp.git(&["clone", "--quiet", ".", clone.to_str().unwrap()]);
    temp.git_in(&clone, &["config", "remote.origin.url", "ext::touch made"]);
    temp.git_in(&clone, &["config", "protocol.ext.allow", "always"]);
    let ended = hhgit(&clone, &["sync", "--remote", "origin"]);
    assert_eq!(ended.code, Some(2), "{ended:?}");
    assert!(!clone.join("made").exists());
}

#[test]
fn a_server_that_does_not_answer_is_waited_for_so_long_and_no_longer() {
    let temp = prepared("");
    let mut command = hhgit_command(&nowhere(&temp));
    command.args(["sync", "--remote", "host:x", "--timeout", "1"]).env("GIT_SSH_COMMAND", "sleep 600; true");
    let ended = run(&mut command);
    assert_eq!(ended.code, Some(3), "{ended:?}");
    assert!(ended.stderr.contains("git ls-remote took longer than 1 second and was stopped"), "{ended:?}");
}

#[test]
fn a_persons_hooks_are_not_run_for_a_bots_push() {
    let temp = prepared("");
    let clone = temp.beside("clone");
    temp.git(&["clone", "--quiet", ".", clone.to_str().unwrap()]);
    for name in ["pre-push", "reference-transaction"] {
        let hook = clone.join(".git/hooks").join(name);
        std::fs::create_dir_all(hook.parent().unwrap()).unwrap();
        std::fs::write(&hook, format!("#!/bin/sh\ntouch {}\nexit 1\n", clone.join("ran").display())).unwrap();
        std::fs::set_permissions(&hook, PermissionsExt::from_mode(0o755)).unwrap();
    }
    let ended = hhgit(&clone, &["sync", "--remote", "origin"]);
    assert_eq!((ended.code, clone.join("ran").exists()), (Some(0), false), "{ended:?}");
    assert!(Repo::open_in(&clone, Environment::isolated()).unwrap().work_tree().is_some());
}

/// A script in the remote's place of this hook.
fn hook(temp: &TempRepo, name: &str, script: &str) {
    let hook = temp.dir().join("hooks").join(name);
    std::fs::write(&hook, format!("#!/bin/sh\n{script}\n")).unwrap();
    std::fs::set_permissions(&hook, PermissionsExt::from_mode(0o755)).unwrap();
}

#[test]
fn a_push_whose_answer_is_lost_is_found_to_have_arrived() {
    let temp = prepared("");
    // Ends what has just moved the branch, before it can say so.
    hook(&temp, "reference-transaction", "[ $1 = committed ] || exit 0\nkill -9 $PPID");
    let ended = sync(&temp, &[]);
    assert_eq!((ended.code, runs(&temp)), (Some(0), 1), "{ended:?}");
    assert_eq!(temp.git(&["log", "--format=%s", "main"]), "hhgit: sync 1 object into f\ntest");
}

#[test]
fn what_cannot_be_looked_at_after_a_push_is_looked_at_again_and_told_in_the_end() {
    let temp = prepared("mv refs/heads refs/hidden; mv HEAD HIDDEN; exit 1");
    let ended = sync(&temp, &[]);
    assert_eq!(ended.code, Some(3), "{ended:?}");
    assert!(ended.stderr.contains("does not appear to be a git repository"), "{ended:?}");
}

/// A git that fails one look at the branches, the first after a push.
const BLIND: &str = "#!/bin/sh
case \" $* \" in
*' push '*) git \"$@\"; status=$?; touch \"$PUSHED\"; exit $status ;;
*' ls-remote '*) if [ -e \"$PUSHED\" ]; then rm \"$PUSHED\"; exit 128; fi ;;
esac
exec git \"$@\"
";

#[test]
fn a_push_that_arrived_is_no_failure_because_one_look_failed() {
    use std::os::unix::fs::PermissionsExt;
    let temp = prepared("");
    let (bin, real) = (temp.beside("bin"), std::env::var("PATH").unwrap());
    std::fs::create_dir(&bin).unwrap();
    let script =
        BLIND.replace("exec git", &format!("PATH={real} exec git")).replace(") git", &format!(") PATH={real} git"));
    std::fs::write(bin.join("git"), script).unwrap();
    std::fs::set_permissions(bin.join("git"), std::fs::Permissions::from_mode(0o755)).unwrap();
    let mut command = hhgit_command(&nowhere(&temp));
    command.args(["sync", "--remote", temp.dir().to_str().unwrap()]);
    command.env("PATH", format!("{}:{real}", bin.display())).env("PUSHED", temp.beside("pushed"));
    let ended = run(&mut command);
    assert_eq!(ended.code, Some(0), "{ended:?}");
    assert!(!temp.beside("pushed").exists(), "the look that failed was made: {ended:?}");
}

#[test]
fn a_look_that_fails_once_is_tried_again() {
    let temp = prepared("");
    let mut command = hhgit_command(&nowhere(&temp));
    let once = temp.beside("once");
    // Stands for a network that is away for a moment.
    let ssh = format!("sh -c 'test -e {0} || {{ touch {0}; exit 1; }}; eval \"$2\"' -", once.display());
    command.args(["sync", "--remote", &format!("host:{}", temp.dir().display())]);
    command.env("GIT_SSH_COMMAND", &ssh).env("GIT_SSH_VARIANT", "simple");
    let ended = run(&mut command);
    assert_eq!(ended.code, Some(0), "{ended:?}");
}
