//! The hooks' scripts as other programs take them: shells, and the archive that GitLab reads.
#![allow(clippy::unwrap_used, reason = "a test may unwrap")]
#![cfg(unix)]

mod support;

use std::fs;
use std::path::PathBuf;
use std::process::Command;

use support::person::NAMESPACES;
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
    assert!(ended.stderr.contains("gitaly hooks set \\\n    --storage STORAGE --repository REPOSITORY"), "{ended:?}");
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

#[test]
fn the_hooks_that_are_installed_judge_a_push_and_sort_what_it_brings() {
    let (server, client) = (TempRepo::bare(), TempRepo::work_tree());
    done(&hook(&server, &["install", "--sync"]));
    client.git(&["remote", "add", "origin", server.dir().to_str().unwrap()]);
    let push = || run(support::git_command(client.dir()).args(["push", "--quiet", "origin", "main"]));
    client.commit("main", &[("f/.hnp/manifest.yaml", "version: '1.0'\n"), ("f/raw/base.yaml", NAMESPACES)]);
    assert_eq!(push().code, Some(0));
    assert_eq!(server.git(&["rev-list", "--count", "main"]), "2");
    let names = server.git(&["ls-tree", "-r", "--name-only", "main", "f/managed/ipv4namespaces/"]);
    assert!(names.contains("default.yaml"), "{names}");
    client.git(&["fetch", "--quiet", "origin"]);
    client.git(&["update-ref", "refs/heads/main", "origin/main"]);
    let before = server.state();
    client
        .commit("main", &[("f/managed/vpcs/bad.yaml", &support::vpc("bad", "x").replace("vlan: 1001", "vlan: many"))]);
    let ended = push();
    assert_eq!(ended.code, Some(1), "{ended:?}");
    assert!(ended.stderr.contains("schema-violation"), "{ended:?}");
    assert_eq!(server.state(), before);
}

#[test]
fn flags_are_given_to_the_servers_hooks_if_those_would_take_them() {
    let (server, client) = (TempRepo::bare(), TempRepo::work_tree());
    let usage = |args: &[&str], words: &str| {
        let ended = hook(&server, args);
        assert_eq!((ended.code, ended.stderr.contains(words)), (Some(2), true), "{ended:?}");
    };
    usage(&["install", "--", "--policy", "lax"], "invalid value 'lax' for '--policy <POLICY>'");
    usage(&["install", "--", "--polizy", "warn"], "unexpected argument '--polizy' found");
    usage(&["install", "--local", "--", "--policy", "warn"], "cannot be used with");
    let ended = hook(&client, &["install", "--", "--policy", "warn"]);
    assert_eq!((ended.code, ended.stderr.contains("add --server")), (Some(2), true), "{ended:?}");
    done(&hook(&server, &["install", "--", "--policy", "warn"]));
    client.git(&["remote", "add", "origin", server.dir().to_str().unwrap()]);
    let bad = support::vpc("bad", "x").replace("vlan: 1001", "vlan: many");
    client.commit("main", &[("f/.hnp/manifest.yaml", "version: '1.0'\n"), ("f/managed/vpcs/bad.yaml", &bad)]);
    let ended = run(support::git_command(client.dir()).args(["push", "--quiet", "origin", "main"]));
    assert_eq!((ended.code, ended.stderr.contains("schema-violation")), (Some(0), true), "{ended:?}");
}
