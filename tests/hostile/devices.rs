//! Git directories in which pipes, devices and files of gigabytes stand where git, gix or hhgit read small files.
#![allow(
    dead_code,
    unreachable_pub,
    clippy::unwrap_used,
    reason = "each test uses its own part of this; a test may unwrap"
)]

use std::fs;
use std::os::unix::fs::symlink;
use std::process::Command;

use super::scene::{Case, Scene, case, put_file};

/// What is read of a git directory, at whatever time.
const PLACES: [&str; 27] = [
    "HEAD",
    "config",
    "config.worktree",
    "commondir",
    "packed-refs",
    "shallow",
    "index",
    "objects/info/alternates",
    "objects/info/commit-graph",
    "objects/info/commit-graphs/commit-graph-chain",
    "objects/pack/multi-pack-index",
    "objects/pack/pack-1111111111111111111111111111111111111111.idx",
    "objects/pack/pack-1111111111111111111111111111111111111111.pack",
    "objects/pack/pack-1111111111111111111111111111111111111111.keep",
    "objects/ee/eeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeee",
    "info/grafts",
    "info/attributes",
    "info/exclude",
    "refs/heads/main",
    "refs/heads/aside",
    "refs/heads/first",
    "refs/replace/eeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeee",
    "logs/HEAD",
    "logs/refs/heads/main",
    "MERGE_HEAD",
    "worktrees/one/gitdir",
    "worktrees/one/HEAD",
];

/// What stands there.
const THINGS: [&str; 4] = ["a pipe", "a device", "a device behind links", "gigabytes"];

/// All of them.
pub fn cases() -> Vec<Case> {
    let mut cases = Vec::new();
    for place in PLACES {
        for thing in THINGS {
            cases.push(case(format!("{place}: {thing}"), move |scene: &Scene| put(scene, place, thing)));
        }
    }
    for key in ["include.path", "core.excludesFile", "mailmap.file"] {
        for thing in THINGS {
            cases.push(case(format!("{key} names {thing}"), move |scene: &Scene| {
                put(scene, "named", thing);
                let (section, name) = key.split_once('.').unwrap();
                let named = scene.world.template_git_dir().join("named");
                scene.world.configure(&format!("[{section}]\n\t{name} = {}\n", named.display()));
            }));
        }
    }
    cases
}

fn put(scene: &Scene, place: &str, thing: &str) {
    let git_dir = scene.world.template_git_dir();
    let path = git_dir.join(place);
    put_file(&path, "");
    if thing == "gigabytes" {
        return fs::File::options().write(true).open(path).unwrap().set_len(8 << 30).unwrap();
    }
    fs::remove_file(&path).unwrap();
    match thing {
        "a pipe" => assert!(Command::new("mkfifo").arg(path).status().unwrap().success()),
        "a device" => symlink("/dev/zero", path).unwrap(),
        _ => {
            let link = git_dir.join("a-link");
            symlink("/dev/zero", &link).unwrap();
            symlink(link, path).unwrap();
        }
    }
}
