//! The binary itself: its streams and exit codes. What it says is tested in the library.

use std::process::{Command, Stdio};

fn hhgit() -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_hhgit"));
    command.env_clear().stdin(Stdio::null());
    command
}

#[test]
fn answers_go_to_stdout_and_errors_to_stderr() {
    let good = hhgit().arg("kinds").output().expect("the binary starts");
    assert_eq!((good.status.code(), good.stdout.is_empty(), good.stderr.is_empty()), (Some(0), false, true));
    let bad = hhgit().arg("explain").arg("nonsense").output().expect("the binary starts");
    assert_eq!((bad.status.code(), bad.stdout.is_empty(), bad.stderr.is_empty()), (Some(2), true, false));
}

#[cfg(unix)]
#[test]
fn a_reader_that_goes_away_is_no_crash() {
    let (reader, writer) = std::io::pipe().expect("a pipe");
    drop(reader);
    let mut command = hhgit();
    command.args(["generate", "schema"]).stdout(writer).stderr(Stdio::piped());
    let ended = command.spawn().and_then(|child| child.wait_with_output()).expect("the binary runs");
    assert_eq!((ended.status.code(), String::from_utf8_lossy(&ended.stderr).as_ref()), (Some(0), ""));
}

#[cfg(target_os = "linux")]
#[test]
fn an_answer_that_cannot_be_written_ends_with_3_and_says_so() {
    let full = std::fs::OpenOptions::new().write(true).open("/dev/full").expect("Linux has /dev/full");
    let mut command = hhgit();
    command.arg("kinds").stdout(full).stderr(Stdio::piped());
    let ended = command.spawn().and_then(|child| child.wait_with_output()).expect("the binary runs");
    let said = String::from_utf8_lossy(&ended.stderr);
    assert!(said.starts_with("error: the answer cannot be written: No space left on device"), "{said}");
    assert_eq!(ended.status.code(), Some(3));
}

#[test]
fn a_bare_repository_is_found_from_beside_it_and_from_inside_it() {
    let folder = tempfile::tempdir().expect("a folder");
    let (repo, beside) = (folder.path().join("fabrics.git"), folder.path().join("beside"));
    std::fs::create_dir(&beside).expect("a folder beside it");
    let made = Command::new("git").args(["init", "--quiet", "--bare", "--initial-branch=main"]).arg(&repo).status();
    assert!(made.expect("git runs").success());
    for (from, to) in [(&beside, "../fabrics.git"), (&repo.join("refs"), "."), (&repo, ".")] {
        let ended = hhgit().args(["-C", to, "status"]).current_dir(from).output().expect("the binary runs");
        let said = String::from_utf8_lossy(&ended.stderr);
        assert!(said.contains("the branch main has no commits yet"), "from {}: {said}", from.display());
        assert_eq!(ended.status.code(), Some(3));
    }
}
