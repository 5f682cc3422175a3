//! `hhgit demo` as the README's first command: the whole text, the same everywhere, and a repository that is sound.

mod support;

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use support::git_command;

/// The binary in this directory, with nothing of the environment but where programs are.
fn hhgit(dir: &Path, args: &[&str]) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_hhgit"));
    command.env_clear().envs(std::env::var_os("PATH").map(|path| ("PATH", path)));
    command.current_dir(dir).args(args).output().expect("the binary starts")
}

fn said(output: &Output) -> String {
    assert_eq!((output.status.code(), String::from_utf8_lossy(&output.stderr).as_ref()), (Some(0), ""));
    String::from_utf8(output.stdout.clone()).expect("text")
}

fn git(dir: &Path, args: &[&str]) -> String {
    let output = git_command(dir).args(args).output().expect("git starts");
    assert!(output.status.success(), "git {args:?}: {}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).expect("text")
}

/// A demo that was kept in a directory that goes away with the first value.
fn kept() -> (tempfile::TempDir, PathBuf) {
    let temp = tempfile::tempdir().expect("a directory");
    said(&hhgit(temp.path(), &["demo", "--keep", "kept"]));
    let dir = temp.path().join("kept");
    (temp, dir)
}

#[test]
fn the_demo_says_what_it_said() {
    let temp = tempfile::tempdir().expect("a directory");
    let shown = said(&hhgit(temp.path(), &["demo"]));
    let file = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/demo.txt");
    if std::env::var_os("HHGIT_BLESS").is_some() {
        fs::write(&file, shown).expect("tests/demo.txt is writable");
        return;
    }
    let expected = fs::read_to_string(&file).expect("tests/demo.txt");
    let diff = similar::TextDiff::from_lines(&expected, &shown);
    assert!(
        expected == shown,
        "the demo says something else; if that is right: HHGIT_BLESS=1 cargo test --test demo\n{}",
        diff.unified_diff().header("tests/demo.txt", "hhgit demo")
    );
}

#[test]
fn no_configuration_identity_clock_or_variable_changes_the_demo() {
    let temp = tempfile::tempdir().expect("a directory");
    let plain = said(&hhgit(temp.path(), &["demo"]));
    let config = "[user]\n name = X\n email = x@x\n[core]\n autocrlf = true\n hooksPath = /nonexistent\n\
                  [commit]\n gpgSign = true\n[init]\n defaultBranch = x\n[hhgit]\n author = X <x@x>\n";
    fs::write(temp.path().join(".gitconfig"), config).expect("a file");
    let mut command = Command::new(env!("CARGO_BIN_EXE_hhgit"));
    command.current_dir(temp.path()).env("HOME", temp.path()).env("GIT_DIR", "/nonexistent").env("GIT_NAMESPACE", "x");
    command.env("GIT_AUTHOR_NAME", "X").env("GIT_COMMITTER_DATE", "@1 +0100").env("LC_ALL", "de_DE.UTF-8");
    command.env("GIT_CONFIG_COUNT", "1").env("GIT_CONFIG_KEY_0", "log.date").env("GIT_CONFIG_VALUE_0", "raw");
    assert_eq!(said(&command.arg("demo").output().expect("the binary starts")), plain);
}

#[test]
fn a_demo_leaves_nothing_behind_unless_it_is_kept() {
    let temp = tempfile::tempdir().expect("a directory");
    let mut command = Command::new(env!("CARGO_BIN_EXE_hhgit"));
    said(&command.arg("demo").env("TMPDIR", temp.path()).output().expect("the binary starts"));
    assert_eq!(fs::read_dir(temp.path()).expect("a directory").count(), 0);
}

#[test]
fn a_kept_demo_is_a_sound_repository_with_nothing_left_to_sync() {
    let (_temp, dir) = kept();
    assert_eq!(git(&dir, &["fsck", "--strict", "--no-dangling"]), "");
    assert_eq!(git(&dir, &["status", "--porcelain", "--ignored"]), "");
    let tip = git(&dir, &["rev-parse", "HEAD"]);
    assert_eq!(said(&hhgit(&dir, &["sync"])), "fabric-1 (fabric-1): nothing to sort\nmain: nothing to do\n");
    assert_eq!(git(&dir, &["rev-parse", "HEAD"]), tip);
}

#[test]
fn what_the_demo_says_to_try_next_does_what_it_says() {
    let (_temp, dir) = kept();
    let file = dir.join("fabric-1/unmanaged/rack-1/wiring.yaml");
    let mended = fs::read_to_string(&file).expect("the mistake").replace("kind: Conection", "kind: Connection");
    fs::write(&file, mended).expect("the mistake mended");
    git(&dir, &["commit", "--quiet", "-am", "Spell Connection right"]);
    said(&hhgit(&dir, &["sync", "--retry"]));
    let changed = git(&dir, &["show", "--format=", "--name-status", "--no-renames", "HEAD"]);
    assert_eq!(
        changed,
        "A\tfabric-1/managed/connections/spine-2--fabric--leaf-1.yaml\n\
         D\tfabric-1/unmanaged/rack-1/wiring.yaml\n\
         D\tfabric-1/unmanaged/rack-1/wiring.yaml.metadata\n"
    );
}

#[test]
fn a_directory_that_is_there_is_not_touched() {
    let temp = tempfile::tempdir().expect("a directory");
    fs::write(temp.path().join("mine"), "mine").expect("a file");
    let refused = hhgit(temp.path(), &["demo", "--keep", "mine"]);
    assert_eq!(refused.status.code(), Some(2));
    assert_eq!(
        String::from_utf8_lossy(&refused.stderr),
        "error: mine exists already; name a directory that does not, so that nothing of yours is touched\n"
    );
    assert_eq!(fs::read_to_string(temp.path().join("mine")).expect("mine"), "mine");
    assert_eq!(hhgit(temp.path(), &["demo", "--keep", "no/such"]).status.code(), Some(3));
}
