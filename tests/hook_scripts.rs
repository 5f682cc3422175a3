//! The hooks' scripts as other programs take them: shells, and the archive that GitLab reads.
#![allow(clippy::unwrap_used, reason = "a test may unwrap")]
#![cfg(unix)]

mod support;

use std::fs;
use std::path::PathBuf;
use std::process::Command;

use support::{Ended, TempRepo, hhgit, run};

fn hooks(repo: &TempRepo) -> PathBuf {
    repo.git_dir().join("hooks")
}

fn hook(repo: &TempRepo, args: &[&str]) -> Ended {
    hhgit(repo.dir(), &[&["hook"], args].concat())
}

fn done(ended: &Ended) {
    assert_eq!((ended.code, ended.stderr.as_str()), (Some(0), ""), "{ended:?}");
}

#[test]
fn the_archive_for_gitlab_holds_what_the_hook_is_elsewhere_and_is_always_the_same() {
    let server = TempRepo::bare();
    let ended = hook(&server, &["install", "--gitlab", "../a.tar", "--program", "/opt/hhgit"]);
    assert_eq!(ended.code, Some(0), "{ended:?}");
    assert!(ended.stderr.contains("gitaly hooks set --storage STORAGE --repository REPOSITORY"), "{ended:?}");
    let mut command = support::hhgit_command(server.dir());
    let other = command.args(["hook", "install", "--gitlab", "-", "--program", "/opt/hhgit"]).output().unwrap();
    assert!(fs::read(server.beside("a.tar")).unwrap() == other.stdout);
    let list = run(Command::new("tar").args(["--numeric-owner", "-tvf"]).arg(server.beside("a.tar")).env("TZ", "UTC"));
    done(&list);
    let rows: Vec<Vec<&str>> = list.stdout.lines().map(|line| line.split_whitespace().collect()).collect();
    assert_eq!(rows[0], ["drwxr-xr-x", "0/0", "0", "1970-01-01", "00:00", "custom_hooks/"]);
    assert_eq!((rows.len(), rows[1][0], rows[1][5]), (2, "-rwxr-xr-x", "custom_hooks/pre-receive"));
    done(&run(Command::new("tar").arg("-xf").arg(server.beside("a.tar")).current_dir(server.beside(""))));
    done(&hook(&server, &["install", "--program", "/opt/hhgit"]));
    let extracted = fs::read(server.beside("custom_hooks/pre-receive")).unwrap();
    assert!(extracted == fs::read(hooks(&server).join("pre-receive")).unwrap());
}

#[test]
fn the_scripts_are_read_by_every_shell_that_is_here() {
    let repo = TempRepo::bare();
    done(&hook(&repo, &["install", "--sync"]));
    done(&hook(&repo, &["install", "--local"]));
    for shell in [&["sh"][..], &["dash"], &["bash", "--posix"], &["busybox", "sh"], &["mksh"]] {
        for name in ["pre-receive", "post-receive", "pre-commit", "pre-push"] {
            let mut command = Command::new(shell[0]);
            match command.args(&shell[1..]).arg("-n").arg(hooks(&repo).join(name)).output() {
                Ok(output) => assert!(output.status.success(), "{shell:?} {name}"),
                Err(error) => assert_eq!(error.kind(), std::io::ErrorKind::NotFound),
            }
        }
    }
}
