//! A checked-out branch that git could not move after all: the work tree is given back as it was.
#![allow(clippy::unwrap_used, reason = "a test may unwrap")]

mod support;

use std::os::unix::fs::PermissionsExt;

use hhgit::git::{PublishError, Published, publish};
use hhgit::ids::CommitId;
use support::{TempRepo, branch, reflog, written};

fn sync(temp: &TempRepo, base: CommitId) -> Result<Published, PublishError> {
    let changes = [("raw/a.yaml", None), ("managed/x/a.yaml", Some("a\n")), ("state", Some("new\n"))];
    let repo = temp.open();
    publish(&repo, &branch("main"), written(&repo, base, &changes), &reflog())
}

fn prepared() -> (TempRepo, CommitId, String) {
    let temp = TempRepo::work_tree();
    let base = temp.commit_all(&[("raw/a.yaml", "a\n"), ("state", "old\n"), ("keep", "k\n")]);
    temp.put("keep", "changed\n");
    temp.put("new", "not committed\n");
    let before = temp.state();
    (temp, base, before)
}

#[test]
fn a_busy_branch_or_head_leaves_the_work_tree_as_it_was() {
    let (temp, base, before) = prepared();
    temp.git(&["config", "core.filesRefLockTimeout", "50"]);
    for name in ["refs/heads/main.lock", "HEAD.lock"] {
        let lock = temp.git_dir().join(name);
        std::fs::write(&lock, "").unwrap();
        let error = sync(&temp, base).unwrap_err();
        assert!(error.to_string().contains(name), "{error}");
        std::fs::remove_file(lock).unwrap();
        assert_eq!(temp.state(), before);
    }
    assert_eq!(sync(&temp, base).unwrap(), Published::Published);
}

#[test]
fn a_hook_that_refuses_leaves_the_work_tree_as_it_was() {
    let (temp, base, before) = prepared();
    let hook = temp.git_dir().join("hooks/reference-transaction");
    std::fs::create_dir_all(hook.parent().unwrap()).unwrap();
    std::fs::write(&hook, "#!/bin/sh\n[ \"$1\" != prepared ]\n").unwrap();
    std::fs::set_permissions(&hook, std::fs::Permissions::from_mode(0o755)).unwrap();
    let error = sync(&temp, base).unwrap_err();
    assert!(matches!(error, PublishError::Refused { .. }), "{error}");
    assert_eq!(temp.state(), before);
}
