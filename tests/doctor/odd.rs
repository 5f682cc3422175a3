//! Pipes, devices and endless files in the place of git's: told, not waited for, and not read.

use crate::site::Site;

/// What git reads of a git directory, and hhgit or gix with it.
const PLACES: [&str; 12] = [
    "HEAD",
    "config",
    "packed-refs",
    "shallow",
    "index",
    "commondir",
    "config.worktree",
    "objects/info/alternates",
    "info/grafts",
    "info/attributes",
    "refs/heads/main",
    "refs/tags/x",
];

/// What the doctor says, if it says anything within seconds and without much memory.
fn said(site: &Site, args: &str) -> (Option<i32>, String) {
    let dir = site.repo().display();
    let ended = site.shell(&format!("ulimit -v 4000000; timeout 20 hhgit -C {dir} {args}"));
    (ended.code, ended.stdout + &ended.stderr)
}

/// The file is named as what it is, and gone after what is advised.
fn is_told(site: &Site, place: &str, found: &str) {
    let path = site.git_dir().join(place);
    let (code, words) = said(site, "doctor");
    let expected = format!("problem  repository  {} is {found}, where git keeps a small file\n", path.display());
    assert_eq!(code, Some(1), "{place}: {words}");
    assert!(words.replace("\n                     ", " ").contains(&expected), "{place}: {words}");
    let (_, command) = words.split_once("take it away: ").unwrap();
    let ended = site.shell(command.lines().next().unwrap());
    assert_eq!((ended.code, path.exists()), (Some(0), false), "{place}: {}", ended.stderr);
    let (code, words) = said(site, "doctor");
    assert!(code.is_some_and(|code| code < 2) && !words.contains(found), "{place}: {words}");
}

#[test]
fn a_pipe_in_the_place_of_a_file_of_gits_is_told_and_not_waited_for() {
    for place in PLACES {
        let site = Site::clone();
        site.pipe(place);
        is_told(&site, place, "a named pipe");
    }
}

#[test]
fn a_device_is_not_read_and_neither_is_a_file_of_gigabytes() {
    for place in PLACES {
        let site = Site::clone();
        let path = site.add_file(place, "");
        std::fs::remove_file(&path).unwrap();
        std::os::unix::fs::symlink("/dev/zero", path).unwrap();
        is_told(&site, place, "a device");
    }
    for place in ["HEAD", "config", "shallow", "objects/info/alternates", "info/grafts", "refs/heads/main"] {
        let site = Site::clone();
        let path = site.add_file(place, "");
        std::fs::File::options().write(true).open(path).unwrap().set_len(8 << 30).unwrap();
        is_told(&site, place, "a file of 8589934592 bytes");
    }
}

#[test]
fn nobody_waits_at_a_pipe_whoever_opens_the_repository() {
    for place in PLACES {
        let site = Site::clone();
        site.pipe(place);
        for args in ["status", "sync", "hook install"] {
            let (code, words) = said(&site, args);
            let is_ref = place.starts_with("refs/");
            assert!(
                code == Some(3) || is_ref && code.is_some_and(|code| code < 4),
                "{place}: {args}: {code:?} {words}"
            );
        }
    }
}

#[test]
fn a_hook_that_is_a_pipe_or_a_device_is_told_and_no_hook_is_put_in_its_place() {
    for hook in ["pre-commit", "pre-push"] {
        let site = Site::clone();
        site.pipe(&format!("hooks/{hook}"));
        let (code, words) = said(&site, "doctor");
        assert!(code == Some(1) && words.contains("cannot be read: it is a named pipe and no file"), "{words}");
        let (code, words) = said(&site, "hook install");
        assert!(code == Some(3) && words.contains("it is a named pipe and no file"), "{code:?} {words}");
    }
    let site = Site::without_hooks();
    std::fs::create_dir_all(site.git_dir().join("hooks")).unwrap();
    std::os::unix::fs::symlink("/dev/zero", site.git_dir().join("hooks/pre-receive")).unwrap();
    let (code, words) = said(&site, "doctor");
    assert!(code == Some(1) && words.contains("cannot be read: it is a device and no file"), "{words}");
}
