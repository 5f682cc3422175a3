//! A checked-out branch whose files git cannot write to their end: the work tree is given back as it was, or the error says how it is.
#![allow(clippy::unwrap_used, reason = "a test may unwrap")]
#![cfg(target_os = "linux")]

mod support;

use std::path::Path;

use hhgit::git::{Environment, PublishError, Published, Repo, publish};
use hhgit::ids::CommitId;
use support::{TempRepo, branch, reflog, written};

/// Set in a copy of this test program, to the commit that it works from.
const CHILD: &str = "HHGIT_TEST_CHILD";

fn sync_in(dir: &Path, base: CommitId, changes: &[(&str, Option<&str>)]) -> Result<Published, PublishError> {
    let repo = Repo::open_in(dir, Environment::isolated()).unwrap();
    publish(&repo, &branch("main"), written(&repo, base, changes), &reflog())
}

fn prepared() -> (TempRepo, CommitId) {
    let temp = TempRepo::work_tree();
    let base = temp.commit_all(&[
        ("raw/a.yaml", "a\n"),
        ("raw/b.yaml", "b\n"),
        ("state", "old\n"),
        ("keep", "k\n"),
        (".gitignore", "*.ignored\n"),
    ]);
    (temp, base)
}

/// Publishes where git cannot write a file as large as one that the commit adds; the shell that sets the limit runs a copy of
/// this test program.
fn sync_with_no_room(test: &str, temp: &TempRepo, base: CommitId) {
    let program = std::env::current_exe().unwrap();
    let mut command = std::process::Command::new("sh");
    // Git is told of a file that is too large by an error, as of a disk that is full, where the signal is ignored.
    command.args(["-c", "trap '' XFSZ; ulimit -f 64; exec \"$0\" --exact \"$1\""]).arg(program).arg(test);
    let output = command.env(CHILD, base.to_string()).current_dir(temp.dir()).output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stdout));
}

#[test]
fn what_git_cannot_write_to_its_end_leaves_the_work_tree_as_it_was() {
    let big = "x\n".repeat(100_000);
    let changes = [
        ("raw/a.yaml", None),
        ("aaa/new/folder/file", Some("d\n")),
        ("managed/x/a.yaml", Some("a\n")),
        ("managed/x/b.yaml", Some(big.as_str())),
        ("state", Some("new\n")),
        ("zzz", Some("z\n")),
    ];
    if let Ok(base) = std::env::var(CHILD) {
        let error = sync_in(Path::new("."), support::commit_id(&base), &changes).unwrap_err();
        assert!(matches!(error, PublishError::Refused { .. }), "{error}");
        return;
    }
    let (temp, base) = prepared();
    temp.put("keep", "changed\n");
    temp.put("raw/new", "untracked\n");
    temp.put("managed/x/mine", "untracked\n");
    temp.put("x.ignored", "ignored\n");
    let before = temp.git(&["status", "--porcelain", "--ignored", "-uall"]);
    sync_with_no_room("what_git_cannot_write_to_its_end_leaves_the_work_tree_as_it_was", &temp, base);
    assert_eq!(temp.git(&["status", "--porcelain", "--ignored", "-uall"]), before);
    assert_eq!(temp.tip("main"), Some(base));
    assert!(!temp.dir().join("aaa").exists());
    assert_eq!(std::fs::read_to_string(temp.dir().join("raw/a.yaml")).unwrap(), "a\n");
    assert_eq!(std::fs::read_to_string(temp.dir().join("state")).unwrap(), "old\n");
    assert_eq!(std::fs::read_to_string(temp.dir().join("keep")).unwrap(), "changed\n");
    assert_eq!(sync_in(temp.dir(), base, &changes).unwrap(), Published::Published, "with room again");
    assert_eq!(temp.git(&["status", "--porcelain", "--ignored", "-uall"]), before);
}
