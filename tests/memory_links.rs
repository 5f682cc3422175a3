//! What hhgit remembers lies in folders of its own: where a link or a pipe stands instead, nothing behind it is touched or waited for.
#![allow(unreachable_pub, clippy::unwrap_used, reason = "the parts of a test's own crate; a test may fail")]
#![cfg(unix)]

mod support;

use std::collections::BTreeMap;
use std::fs;
use std::os::unix::fs::{PermissionsExt, symlink};
use std::path::{Path, PathBuf};
use std::process::Command;

use support::{TempRepo, hhgit, vpc};

/// A bare repository with something to sort, shared so that its folders get their modes.
fn shared() -> TempRepo {
    let repo = TempRepo::bare();
    repo.commit("main", &[("f/.hnp/manifest.yaml", "version: '1.0'\n"), ("f/raw/a.yaml", &vpc("a", ""))]);
    repo.git(&["config", "core.sharedRepository", "all"]);
    repo
}

/// A folder of somebody's, full of files and folders older than anything of hhgit's.
fn precious(repo: &TempRepo) -> PathBuf {
    let folder = repo.beside("precious");
    for number in 0..40 {
        let inner = folder.join(format!("project-{number}"));
        fs::create_dir_all(&inner).unwrap();
        fs::write(inner.join("thesis.txt"), "years").unwrap();
        fs::write(folder.join(format!("letter-{number}.part")), "dear").unwrap();
    }
    fs::set_permissions(&folder, fs::Permissions::from_mode(0o700)).unwrap();
    folder
}

/// Everything in a folder, with its mode.
fn all(folder: &Path) -> BTreeMap<PathBuf, u32> {
    let mut found = BTreeMap::from([(folder.to_owned(), fs::metadata(folder).unwrap().permissions().mode())]);
    let mut open = vec![folder.to_owned()];
    while let Some(folder) = open.pop() {
        for entry in fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            let data = fs::symlink_metadata(&path).unwrap();
            found.insert(path.clone(), data.permissions().mode());
            if data.is_dir() {
                open.push(path);
            }
        }
    }
    found
}

#[test]
fn a_link_in_the_place_of_a_folder_of_hhgits_leads_nobody_into_what_is_anothers() {
    for link in ["hhgit", "hhgit/known", "hhgit/replay", "hhgit/index"] {
        let repo = shared();
        let folder = precious(&repo);
        let before = all(&folder);
        let at = repo.git_dir().join(link);
        fs::create_dir_all(at.parent().unwrap()).unwrap();
        symlink(&folder, &at).unwrap();
        for args in [&["sync"][..], &["replay", "main"], &["sync"]] {
            let ended = hhgit(repo.dir(), args);
            assert_eq!(ended.code, Some(0), "{link}: {args:?}: {}", ended.stderr);
        }
        // Whoever asks for nothing but to remember is told where that cannot be.
        let code = hhgit(repo.dir(), &["hook", "warm"]).code;
        assert_eq!(code, Some(if matches!(link, "hhgit" | "hhgit/index") { 3 } else { 0 }), "{link}");
        assert_eq!(all(&folder), before, "{link}");
    }
}

#[test]
fn nobody_waits_at_a_pipe_in_the_place_of_a_file_of_hhgits() {
    let repo = shared();
    for args in [&["sync"][..], &["replay", "main"], &["hook", "warm"]] {
        assert_eq!(hhgit(repo.dir(), args).code, Some(0));
    }
    let mut pipes = 0;
    let mut open = vec![repo.git_dir().join("hhgit")];
    while let Some(folder) = open.pop() {
        for path in fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()) {
            if path.is_dir() {
                open.push(path);
                continue;
            }
            fs::remove_file(&path).unwrap();
            assert!(Command::new("mkfifo").arg(&path).status().unwrap().success());
            pipes += 1;
        }
    }
    assert!(pipes >= 3, "{pipes} files were remembered");
    for args in [&["sync"][..], &["replay", "main"], &["hook", "warm"]] {
        let ended = hhgit(repo.dir(), args);
        assert_eq!(ended.code, Some(0), "{args:?}: {}", ended.stderr);
    }
}
