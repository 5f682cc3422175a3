//! Hooks come into their places beside those that are there and go again without a trace, with real pushes and real shells.
#![allow(clippy::unwrap_used, reason = "a test may unwrap")]
#![cfg(unix)]

mod support;

use std::collections::BTreeMap;
use std::fs;
use std::os::unix::fs::{MetadataExt, PermissionsExt, symlink};
use std::path::{Path, PathBuf};
use std::process::Command;

use support::{Ended, TempRepo, git_command, hhgit, run};

/// Every file of a folder: its mode, what it links to if it is a link, and its bytes.
type Listing = BTreeMap<String, (u32, Option<PathBuf>, Vec<u8>)>;

fn listing(folder: &Path) -> Listing {
    let Ok(entries) = fs::read_dir(folder) else { return Listing::new() };
    let file = |entry: fs::DirEntry| {
        let path = entry.path();
        let mode = fs::symlink_metadata(&path).unwrap().mode();
        let row = (mode, fs::read_link(&path).ok(), fs::read(&path).unwrap_or_default());
        (entry.file_name().into_string().unwrap(), row)
    };
    entries.map(|entry| file(entry.unwrap())).collect()
}

fn put(path: &Path, text: &str, mode: u32) {
    fs::create_dir_all(path.parent().unwrap()).unwrap();
    fs::write(path, text).unwrap();
    fs::set_permissions(path, fs::Permissions::from_mode(mode)).unwrap();
}

fn hooks(repo: &TempRepo) -> PathBuf {
    repo.git_dir().join("hooks")
}

fn hook(repo: &TempRepo, args: &[&str]) -> Ended {
    hhgit(repo.dir(), &[&["hook"], args].concat())
}

fn done(ended: &Ended) {
    assert_eq!((ended.code, ended.stderr.as_str()), (Some(0), ""), "{ended:?}");
}

/// Refused with these words, and the folder of hooks is as it was.
fn refused(repo: &TempRepo, args: &[&str], code: i32, words: &str) {
    let before = listing(&hooks(repo));
    let ended = hook(repo, args);
    assert_eq!(ended.code, Some(code), "{ended:?}");
    assert!(ended.stderr.contains(words), "{words:?} is not in {}", ended.stderr);
    assert_eq!(listing(&hooks(repo)), before);
}

/// A program that writes down what it was given, and the hook of the same body.
fn recorder(into: &Path, exit: i32) -> String {
    let into = into.display();
    format!(
        "#!/bin/sh\nd='{into}'\nmkdir -p \"$d\"\nprintf '%s\\n' \"$@\" >\"$d/args\"\ncat >\"$d/stdin\"\n\
         env | grep -v -e '^_=' -e '^SHLVL=' | sort >\"$d/env\"\necho \"$d\" >>\"$d.order\"\nexit {exit}\n"
    )
}

fn recorded(at: &Path) -> [String; 3] {
    ["args", "stdin", "env"].map(|name| fs::read_to_string(at.join(name)).unwrap())
}

#[test]
fn uninstalling_leaves_the_folder_as_it_was_before_installing() {
    for (bare, name) in [(false, "pre-commit"), (false, "pre-push"), (true, "pre-receive"), (true, "post-receive")] {
        for kind in 0..6 {
            let repo = if bare { TempRepo::bare() } else { TempRepo::work_tree() };
            let path = hooks(&repo).join(name);
            match kind {
                0 => {}
                1 => put(&path, "#!/bin/sh\nexit 0\n", 0o755),
                2 => put(&path, "#!/bin/sh\nnobody runs this\n", 0o640),
                3 => put(&path, "\u{7f}ELF\0\0 a program", 0o711),
                4 => {
                    put(&repo.git_dir().join("scripts").join(name), "#!/bin/sh\n", 0o755);
                    symlink(format!("../scripts/{name}"), &path).unwrap();
                }
                _ => symlink("../nowhere", &path).unwrap(),
            }
            let before = listing(&hooks(&repo));
            let side: &[&str] = if bare { &["install", "--sync"] } else { &["install"] };
            done(&hook(&repo, side));
            let between = listing(&hooks(&repo));
            assert_ne!(between, before);
            assert_eq!(between.get(&format!("{name}.before-hhgit")), before.get(name), "kind {kind}");
            done(&hook(&repo, &["uninstall"]));
            assert_eq!(listing(&hooks(&repo)), before, "{name}, kind {kind}");
        }
    }
}

#[test]
fn installing_twice_changes_nothing_and_uninstalling_twice_neither() {
    let repo = TempRepo::work_tree();
    put(&hooks(&repo).join("pre-push"), "#!/bin/sh\n", 0o755);
    let before = listing(&hooks(&repo));
    assert!(hook(&repo, &["install"]).stdout.contains("pre-push.before-hhgit now and runs first"));
    let inode = |name: &str| fs::metadata(hooks(&repo).join(name)).unwrap().ino();
    let first = (listing(&hooks(&repo)), inode("pre-push"), inode("pre-commit"));
    let again = hook(&repo, &["install"]);
    assert!(again.stdout.starts_with("pre-commit: there already\npre-push: there already\n"), "{again:?}");
    assert_eq!((listing(&hooks(&repo)), inode("pre-push"), inode("pre-commit")), first);
    done(&hook(&repo, &["uninstall"]));
    assert_eq!(listing(&hooks(&repo)), before);
    assert!(hook(&repo, &["uninstall"]).stdout.contains("There is no hook of hhgit's here."));
    assert_eq!(listing(&hooks(&repo)), before);
}

#[test]
fn a_dry_run_says_what_would_be_done_and_does_nothing() {
    let repo = TempRepo::work_tree();
    put(&hooks(&repo).join("pre-commit"), "#!/bin/sh\n", 0o755);
    let before = listing(&hooks(&repo));
    let dry = hook(&repo, &["install", "--dry-run"]).stdout;
    assert_eq!(listing(&hooks(&repo)), before);
    let real = hook(&repo, &["install"]).stdout;
    assert_eq!(dry.replace("dry run: nothing was written", "done"), real);
    let between = listing(&hooks(&repo));
    let dry = hook(&repo, &["uninstall", "-n"]).stdout;
    assert_eq!(listing(&hooks(&repo)), between);
    assert_eq!(dry.replace("dry run: nothing was written", "done"), hook(&repo, &["uninstall"]).stdout);
}

#[test]
fn a_hook_of_another_hhgit_is_written_anew_and_keeps_what_was_there_before() {
    let repo = TempRepo::bare();
    put(&hooks(&repo).join("pre-receive"), "#!/bin/sh\necho mine\n", 0o755);
    let before = listing(&hooks(&repo));
    done(&hook(&repo, &["install", "--program", "/opt/hhgit-1/hhgit"]));
    let old = listing(&hooks(&repo));
    assert!(hook(&repo, &["install"]).stdout.starts_with("pre-receive: written anew\n"));
    let new = listing(&hooks(&repo));
    assert_ne!(new["pre-receive"], old["pre-receive"]);
    assert_eq!(new["pre-receive.before-hhgit"], before["pre-receive"]);
    done(&hook(&repo, &["uninstall"]));
    assert_eq!(listing(&hooks(&repo)), before);
}

#[test]
fn what_a_person_changed_is_not_touched_and_nothing_beside_it_is_done() {
    let repo = TempRepo::work_tree();
    done(&hook(&repo, &["install"]));
    let path = hooks(&repo).join("pre-push");
    let edited = fs::read_to_string(&path).unwrap() + "echo and more\n";
    put(&path, &edited, 0o755);
    fs::remove_file(hooks(&repo).join("pre-commit")).unwrap();
    refused(&repo, &["install"], 3, "pre-push was written by hhgit and changed since");
    refused(&repo, &["uninstall"], 3, "pre-push was written by hhgit and changed since");
}

#[test]
fn a_hook_that_came_after_hhgits_is_not_taken_for_it() {
    let repo = TempRepo::work_tree();
    put(&hooks(&repo).join("pre-push"), "#!/bin/sh\necho first\n", 0o755);
    done(&hook(&repo, &["install"]));
    put(&hooks(&repo).join("pre-push"), "#!/bin/sh\necho second\n", 0o755);
    refused(&repo, &["install"], 3, "are there, and neither is hhgit's");
    refused(&repo, &["uninstall"], 3, "are there, and neither is hhgit's");
}

#[test]
fn a_hook_that_asks_for_its_own_name_is_refused_with_what_to_do() {
    let repo = TempRepo::bare();
    let delegate = "#!/usr/bin/env bash\nfor hook in hooks/$(basename \"$0\").d/*; do \"$hook\" || exit 1; done\n";
    put(&hooks(&repo).join("pre-receive"), delegate, 0o755);
    refused(&repo, &["install"], 3, "where it runs what lies in pre-receive.d, put a script there");
}

#[test]
fn a_run_that_was_killed_between_its_two_steps_is_finished_or_taken_back_by_the_next() {
    for next in ["install", "uninstall"] {
        let repo = TempRepo::bare();
        let path = hooks(&repo).join("pre-receive");
        put(&path, "#!/bin/sh\necho mine\n", 0o755);
        let before = listing(&hooks(&repo));
        fs::hard_link(&path, hooks(&repo).join("pre-receive.before-hhgit")).unwrap();
        done(&hook(&repo, &[next]));
        done(&hook(&repo, &["uninstall"]));
        assert_eq!(listing(&hooks(&repo)), before, "{next}");
    }
}

/// A bare repository beside `client`, and a client that pushes to it.
fn with_server() -> (TempRepo, TempRepo) {
    let (server, client) = (TempRepo::bare(), TempRepo::work_tree());
    client.git(&["remote", "add", "origin", server.dir().to_str().unwrap()]);
    client.commit("main", &[("a", "1\n")]);
    (server, client)
}

fn push(client: &TempRepo, refs: &[&str]) -> Ended {
    run(git_command(client.dir()).args(["push", "--quiet", "origin"]).args(refs))
}

#[test]
fn the_hook_before_and_hhgit_get_what_git_gives_byte_for_byte_for_thousands_of_refs() {
    let (server, client) = with_server();
    let tip = client.tip("main").unwrap();
    let many: String = (0..3000).map(|n| format!("create refs/heads/some-long-name-of-a-branch/{n} {tip}\n")).collect();
    let alone = server.beside("alone");
    put(&hooks(&server).join("pre-receive"), &recorder(&alone, 1), 0o755);
    client.git_with(&["update-ref", "--stdin"], many.as_bytes());
    let refs = ["refs/heads/*:refs/heads/*"];
    assert_eq!(push(&client, &refs).code, Some(1));
    let [args, stdin, env] = recorded(&alone);
    assert_eq!(stdin.lines().count(), 3001);
    // The same push again, now through the script, to the hook before it and to what stands for hhgit.
    fs::remove_file(hooks(&server).join("pre-receive")).unwrap();
    let (before, program) = (server.beside("before"), server.beside("program"));
    put(&hooks(&server).join("pre-receive"), &recorder(&before, 0), 0o755);
    put(&server.beside("hhgit's own"), &recorder(&program, 1), 0o755);
    done(&hook(&server, &["install", "--program", server.beside("hhgit's own").to_str().unwrap()]));
    assert_eq!(push(&client, &refs).code, Some(1));
    let quarantine = |env: &str| {
        let lines = env.lines().map(|line| line.split("tmp_objdir").next().unwrap().to_owned());
        lines.collect::<Vec<_>>()
    };
    for (at, expected) in [(&before, args.clone()), (&program, "hook\npre-receive\n".to_owned())] {
        let [its_args, its_stdin, its_env] = recorded(at);
        assert_eq!(its_args, expected);
        assert!(its_stdin == stdin, "what it read is not what git gave");
        assert_eq!(quarantine(&its_env), quarantine(&env));
    }
    assert_eq!(server.git(&["for-each-ref"]), "");
}

#[test]
fn the_hook_before_runs_first_and_its_refusal_holds() {
    let (server, client) = with_server();
    let (before, program) = (server.beside("before"), server.beside("program"));
    put(&hooks(&server).join("pre-receive"), &recorder(&before, 7), 0o755);
    put(&server.beside("hhgit"), &recorder(&program, 0), 0o755);
    done(&hook(&server, &["install", "--program", server.beside("hhgit").to_str().unwrap()]));
    assert_eq!(push(&client, &["main"]).code, Some(1));
    assert!(before.exists() && !program.exists(), "hhgit was asked though the hook before it had refused");
    put(&hooks(&server).join("pre-receive.before-hhgit"), &recorder(&before, 0), 0o755);
    assert_eq!(push(&client, &["main"]).code, Some(0));
    assert!(program.exists());
    // One that git would not have run is not run.
    fs::remove_dir_all(&before).unwrap();
    put(&hooks(&server).join("pre-receive.before-hhgit"), &recorder(&before, 1), 0o644);
    client.commit("main", &[("a", "2\n")]);
    assert_eq!((push(&client, &["main"]).code, before.exists()), (Some(0), false));
}

#[test]
fn a_hook_before_that_reads_nothing_or_finds_what_lies_beside_it_works_as_it_did() {
    let repo = TempRepo::work_tree();
    let (server, folder) = (TempRepo::bare(), hooks(&repo));
    // As a manager of hooks writes one: it looks beside itself, names what it is, and passes everything on.
    let managed = "#!/usr/bin/env bash\n# File generated by a manager of hooks\nARGS=(hook-impl --hook-type=pre-push)\n\
                   HERE=\"$(cd \"$(dirname \"$0\")\" && pwd)\"\nARGS+=(--hook-dir \"$HERE\" -- \"$@\")\n\
                   exec \"$HERE/manager\" \"${ARGS[@]}\"\n";
    put(&folder.join("pre-push"), managed, 0o755);
    let log = repo.beside("log");
    put(&folder.join("manager"), &format!("#!/bin/sh\nprintf '%s\\n' \"$@\" >'{}'\n", log.display()), 0o755);
    repo.git(&["remote", "add", "origin", server.dir().to_str().unwrap()]);
    repo.commit("main", &[("a", "1\n")]);
    done(&hook(&repo, &["install"]));
    assert_eq!(push(&repo, &["main"]).code, Some(0));
    let place = folder.canonicalize().unwrap();
    let expected = format!(
        "hook-impl\n--hook-type=pre-push\n--hook-dir\n{}\n--\norigin\n{}\n",
        place.display(),
        server.dir().display()
    );
    assert_eq!(fs::read_to_string(log).unwrap(), expected);
}

#[test]
fn where_hhgit_is_gone_a_server_refuses_and_a_person_is_let_pass_and_told() {
    let (server, client) = with_server();
    let gone = server.beside("gone");
    let program = gone.to_str().unwrap();
    done(&hook(&server, &["install", "--sync", "--program", program]));
    let before = server.state();
    let ended = push(&client, &["main"]);
    assert_eq!(ended.code, Some(1), "{ended:?}");
    assert!(ended.stderr.contains("gone and there is none on PATH: this push cannot be judged and is refused"));
    assert!(ended.stderr.contains("rm 'hooks/pre-receive'") || ended.stderr.contains("rm './hooks/pre-receive'"));
    assert_eq!(server.state(), before);
    // A person's own hooks.
    fs::remove_file(hooks(&server).join("pre-receive")).unwrap();
    put(&hooks(&client).join("pre-commit"), "#!/bin/sh\n", 0o755);
    let hooks_before = listing(&hooks(&client));
    done(&hook(&client, &["install", "--program", program]));
    client.git(&["reset", "--hard", "--quiet"]);
    let ended = run(git_command(client.dir()).args(["commit", "--quiet", "--allow-empty", "--message=x"]));
    assert_eq!(ended.code, Some(0));
    assert!(ended.stderr.contains("this commit was not sorted"), "{ended:?}");
    let undo = ended.stderr.split("take this hook away: ").nth(1).unwrap().lines().next().unwrap().to_owned();
    let ended = push(&client, &["main"]);
    assert_eq!(ended.code, Some(0), "{ended:?}");
    assert!(ended.stderr.contains("this push was not checked"), "{ended:?}");
    // What the message says to do does it.
    assert!(Command::new("sh").args(["-c", &undo]).status().unwrap().success(), "{undo}");
    fs::remove_file(hooks(&client).join("pre-push")).unwrap();
    assert_eq!(listing(&hooks(&client)), hooks_before);
}

#[test]
fn where_hhgit_moved_the_one_on_path_is_run() {
    let (server, client) = with_server();
    done(&hook(&server, &["install", "--program", "/nowhere/hhgit"]));
    let (bin, log) = (server.beside("bin"), server.beside("log"));
    put(&bin.join("hhgit"), &recorder(&log, 0), 0o755);
    let path = format!("{}:{}", bin.display(), std::env::var("PATH").unwrap());
    let ended = run(git_command(client.dir()).env("PATH", path).args(["push", "--quiet", "origin", "main"]));
    assert_eq!((ended.code, fs::read_to_string(log.join("args")).unwrap().as_str()), (Some(0), "hook\npre-receive\n"));
}

#[test]
fn git_is_asked_where_hooks_are_and_a_folder_that_others_use_is_not_written_to_unasked() {
    let repo = TempRepo::work_tree();
    repo.git(&["config", "core.hooksPath", ".git/own"]);
    done(&hook(&repo, &["install"]));
    assert_eq!(listing(&repo.git_dir().join("own")).into_keys().collect::<Vec<_>>(), ["pre-commit", "pre-push"]);
    done(&hook(&repo, &["uninstall"]));
    assert_eq!(listing(&repo.git_dir().join("own")), Listing::new());
    let outside = repo.beside("everybody's");
    repo.git(&["config", "core.hooksPath", outside.to_str().unwrap()]);
    refused(&repo, &["install"], 3, "outside this repository, so others may use it");
    assert!(!outside.exists());
    done(&hook(&repo, &["install", "--hooks-path", outside.to_str().unwrap()]));
    assert_eq!(listing(&outside).len(), 2);
    repo.git(&["config", "core.hooksPath", "/dev/null"]);
    refused(&repo, &["install"], 3, "which is no folder, so git runs no hooks here; unset it");
    repo.git(&["config", "core.hooksPath", ".husky/_"]);
    put(&repo.dir().join(".husky/_/pre-commit"), "#!/usr/bin/env sh\n. \"$(dirname \"$0\")/h\"\n", 0o755);
    refused(&repo, &["install"], 3, "in the work tree, where what is written may be committed, or made anew");
    let args = ["install", "--hooks-path", ".husky/_"];
    refused(&repo, &args, 3, "goes by the name it is run by, so it cannot run before hhgit under another");
    put(&repo.dir().join(".husky/_/pre-commit"), "#!/usr/bin/env sh\nnpm test\n", 0o755);
    done(&hook(&repo, &args));
    assert!(repo.dir().join(".husky/_/pre-commit.before-hhgit").exists());
    done(&hook(&repo, &["uninstall"]));
    assert_eq!(listing(&repo.dir().join(".husky/_")).into_keys().collect::<Vec<_>>(), ["pre-commit"]);
}

#[test]
fn a_folder_of_hooks_that_is_not_there_yet_or_lies_behind_a_link_is_told_rightly() {
    let repo = TempRepo::work_tree();
    fs::remove_dir_all(hooks(&repo)).unwrap();
    let link = repo.beside("link");
    symlink(repo.dir(), &link).unwrap();
    done(&hhgit(&link, &["hook", "install"]));
    assert_eq!(listing(&hooks(&repo)).into_keys().collect::<Vec<_>>(), ["pre-commit", "pre-push"]);
    done(&hhgit(&link, &["hook", "uninstall"]));
    fs::remove_dir(hooks(&repo)).unwrap();
    fs::create_dir(repo.beside("shared")).unwrap();
    symlink(repo.beside("shared"), hooks(&repo)).unwrap();
    refused(&repo, &["install"], 3, "outside this repository, so others may use it");
    assert_eq!(listing(&repo.beside("shared")), Listing::new());
}

#[test]
fn a_linked_work_tree_shares_the_repositorys_hooks() {
    let repo = TempRepo::work_tree();
    repo.commit("main", &[("a", "1\n")]);
    repo.git(&["reset", "--hard", "--quiet"]);
    let linked = repo.beside("linked");
    repo.git(&["worktree", "add", "--quiet", linked.to_str().unwrap(), "-b", "other"]);
    let before = listing(&hooks(&repo));
    done(&hhgit(&linked, &["hook", "install"]));
    assert!(hooks(&repo).join("pre-commit").exists());
    done(&hhgit(&linked, &["hook", "uninstall"]));
    assert_eq!(listing(&hooks(&repo)), before);
}

#[test]
fn modes_are_those_that_git_gives_hooks_here() {
    for (flags, umask, expected) in [(&[][..], "022", 0o755), (&[], "027", 0o750), (&["--shared=group"], "077", 0o770)]
    {
        let repo = TempRepo::init(&[&["--bare"], flags].concat());
        let script = format!("umask {umask}; exec '{}' hook install", env!("CARGO_BIN_EXE_hhgit"));
        done(&run(support::git_command(repo.dir()).env("GIT_DIR", repo.dir()).args([
            "-c",
            &format!("alias.x=!{script}"),
            "x",
        ])));
        let mode = fs::metadata(hooks(&repo).join("pre-receive")).unwrap().mode() & 0o777;
        assert_eq!(format!("{mode:o}"), format!("{expected:o}"), "{flags:?} {umask}");
    }
}
