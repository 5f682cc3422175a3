//! Where the repositories of a list are: paths, work trees and remotes, and what stands around the run itself.

use std::io::Write;
use std::process::Stdio;

use crate::site::{MANIFEST, Ran, Site};
use crate::support::{Ended, TempRepo, hhgit_command, run, vpc};

fn prepared() -> Site {
    let site = Site::new();
    site.bare("a.git", &[MANIFEST, ("f/raw/a.yaml", &vpc("a", "1"))]);
    site
}

#[test]
fn the_list_may_come_by_standard_input() {
    let site = prepared();
    for args in [&["--stdin"][..], &["-"]] {
        let mut command = hhgit_command(site.dir());
        command.args(["fleet", "--output", "json"]).args(args).stdin(Stdio::piped()).stdout(Stdio::piped());
        let mut child = command.spawn().unwrap();
        child.stdin.take().unwrap().write_all(b"a.git\n").unwrap();
        let output = child.wait_with_output().unwrap();
        let stdout = String::from_utf8(output.stdout).unwrap();
        let ran = Ran::of(Ended { code: output.status.code(), stdout, stderr: String::new() });
        assert_eq!((ran.code, ran.started()["list"].as_str()), (Some(0), Some("standard input")));
    }
}

#[test]
fn a_checked_out_branch_moves_with_its_work_tree() {
    let site = Site::new();
    let (clean, changed) = (TempRepo::work_tree(), TempRepo::work_tree());
    for repo in [&clean, &changed] {
        repo.commit_all(&[MANIFEST, ("f/raw/a.yaml", &vpc("a", "1"))]);
    }
    changed.put("f/raw/a.yaml", "kind: Mine\n");
    let before = changed.state();
    let list = format!("{}\n{}\n", clean.dir().display(), changed.dir().display());
    let ran = site.fleet(&list, &[]);
    let outcomes: Vec<String> = ran.rows().iter().map(|row| row["outcome"].to_string()).collect();
    assert_eq!((ran.code, outcomes), (Some(3), vec!["\"committed\"".to_owned(), "\"failed\"".to_owned()]));
    assert!(clean.dir().join("f/managed/vpcs/a.yaml").is_file());
    assert_eq!(clean.git(&["status", "--porcelain"]), "");
    assert_eq!(changed.state(), before);
}

#[test]
fn a_folder_inside_a_repository_is_not_taken_for_it() {
    let (site, repo) = (Site::new(), TempRepo::work_tree());
    repo.commit_all(&[MANIFEST, ("f/raw/a.yaml", &vpc("a", "1"))]);
    let before = repo.state();
    let ran = site.fleet(&format!("{}/f\n", repo.dir().display()), &[]);
    let words = ran.rows()[0]["error"].as_str().unwrap().to_owned();
    assert!(ran.code == Some(3) && words.starts_with("this lies in the repository "), "{words}");
    assert_eq!(repo.state(), before);
}

#[test]
fn a_bare_repository_that_must_be_named_is_named_by_the_list() {
    let site = prepared();
    let mut command = hhgit_command(site.dir());
    let config =
        [("GIT_CONFIG_COUNT", "1"), ("GIT_CONFIG_KEY_0", "safe.bareRepository"), ("GIT_CONFIG_VALUE_0", "explicit")];
    std::fs::write(site.dir().join("fleet.txt"), "a.git\n").unwrap();
    let ended = run(command.args(["fleet", "fleet.txt"]).envs(config));
    assert_eq!(ended.code, Some(0), "{ended:?}");
}

#[test]
fn variables_that_name_one_repository_are_refused() {
    let site = prepared();
    std::fs::write(site.dir().join("fleet.txt"), "a.git\n").unwrap();
    let before = site.refs();
    let ended = run(hhgit_command(site.dir()).args(["fleet", "fleet.txt"]).env("GIT_DIR", "a.git"));
    assert!(ended.code == Some(2) && ended.stderr.contains("GIT_DIR is set"), "{ended:?}");
    assert_eq!(site.refs(), before);
}

#[test]
fn remotes_leave_nothing_in_a_repository_around_nor_elsewhere() {
    let (site, around) = (prepared(), TempRepo::work_tree());
    around.commit_all(&[("README", "x\n")]);
    around.put("fleet.txt", &format!("file://{}/a.git\n", site.dir().display()));
    let tmp = around.beside("tmp");
    std::fs::create_dir(&tmp).unwrap();
    let before = (around.state(), around.git(&["count-objects", "-v"]));
    let ended = run(hhgit_command(around.dir()).args(["fleet", "fleet.txt"]).env("TMPDIR", &tmp));
    assert_eq!(ended.code, Some(0), "{ended:?}");
    assert!(ended.stdout.contains(" committed   file://"), "{}", ended.stdout);
    assert_eq!((around.state(), around.git(&["count-objects", "-v"])), before);
    assert_eq!(std::fs::read_dir(&tmp).unwrap().count(), 0);
}

#[test]
fn a_reader_who_goes_away_does_not_end_the_work() {
    let site = prepared();
    std::fs::write(site.dir().join("fleet.txt"), "a.git\n").unwrap();
    let before = site.tip("a.git");
    let (reader, writer) = std::io::pipe().unwrap();
    drop(reader);
    let ended = run(hhgit_command(site.dir()).args(["fleet", "fleet.txt"]).stdout(writer));
    assert_eq!((ended.code, ended.stderr.as_str()), (Some(0), ""));
    assert_ne!(site.tip("a.git"), before);
}
