//! `hhgit check OLD..NEW`: it looks at what changed and at what that reaches, and says the same whatever is remembered.
#![allow(unreachable_pub, clippy::unwrap_used, reason = "the parts of a test's own crate; a test may fail")]
#![cfg(unix)]

mod support;

use std::fs;

use support::{Ended, TempRepo, hhgit, vpc};

/// A VPC with addresses and a VLAN of this number.
fn numbered(name: &str, number: u8) -> String {
    vpc(name, "").replace("10.0.1.", &format!("10.0.{number}.")).replace("1001", &format!("1{number:03}"))
}

/// A fabric of thirty VPCs; the last commit brings one that claims what another has, and one in raw/ that is good.
fn repository() -> TempRepo {
    let repo = TempRepo::bare();
    let many =
        (1..31).map(|number| (format!("f/managed/vpcs/v{number}.yaml"), numbered(&format!("v{number}"), number)));
    let mut files: Vec<(String, String)> = many.collect();
    files.push(("f/.hnp/manifest.yaml".to_owned(), "version: '1.0'\n".to_owned()));
    let files: Vec<(&str, &str)> = files.iter().map(|(path, text)| (path.as_str(), text.as_str())).collect();
    repo.commit("main", &files);
    repo.commit("main", &[("f/managed/vpcs/y.yaml", &numbered("y", 7)), ("f/raw/z.yaml", &numbered("z", 77))]);
    repo
}

fn check(repo: &TempRepo) -> [Ended; 2] {
    let words: [&[&str]; 2] = [&[], &["--output", "json"]];
    words.map(|words| hhgit(repo.dir(), &[&["check", "main^..main"], words].concat()))
}

#[test]
fn a_check_of_two_commits_says_the_same_whatever_is_remembered() {
    let repo = repository();
    let memory = repo.git_dir().join("hhgit");
    let cold = check(&repo);
    assert!(cold[0].stdout.contains("y.yaml"), "it has something to say: {cold:?}");
    let tables = || fs::read_dir(memory.join("index")).unwrap().map(|entry| entry.unwrap().path()).collect::<Vec<_>>();
    assert_eq!(tables().len(), 2, "it remembers the one commit, and what is other in the next");
    assert_eq!(check(&repo), cold, "all is remembered");
    for table in tables() {
        fs::remove_file(&table).unwrap();
        fs::write(&table, "this was never a table").unwrap();
    }
    assert_eq!(check(&repo), cold, "what is remembered is damaged");
    fs::remove_dir_all(&memory).unwrap();
    fs::write(&memory, "in the way").unwrap();
    assert_eq!(check(&repo), cold, "nothing can be remembered");
}
