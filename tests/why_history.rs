//! `hhgit why` through histories as they come: renames, merges, reverts, squashes, shallow clones, and the real one.
#![allow(
    clippy::unwrap_used,
    clippy::print_stderr,
    unreachable_pub,
    reason = "a test may unwrap, and says when it is skipped"
)]

#[path = "why/people.rs"]
mod people;
mod support;

use std::path::Path;
use std::time::Instant;

use people::{Town, vpc};
use support::{TempRepo, hhgit, hhgit_command, real_history, run};

/// For each group of lines, who brought them and from where: the answer without its lines.
fn heads(told: &str) -> Vec<String> {
    let lines = told.lines().filter(|line| !line.is_empty() && !line.contains(" <- "));
    lines.skip(1).map(|line| line.trim().to_owned()).collect()
}

#[test]
fn a_raw_file_is_followed_through_its_own_commits_and_names() {
    let mut town = Town::new();
    let text = format!("{}# of b\n---\n{}", vpc("a", "1001"), vpc("b", "1002"));
    town.commit("Ann", "Draft", &[("f/raw/draft.yaml", Some(&text))]);
    town.commit("Bob", "Rename", &[("f/raw/draft.yaml", None), ("f/raw/d/final.yaml", Some(&text))]);
    let more = text.replace("1002", "1003");
    town.commit("Cy", "Rename and change", &[("f/raw/d/final.yaml", None), ("f/raw/last.yaml", Some(&more))]);
    town.sync(&[]);
    let told = town.told(&["VPC/b"]);
    let expected = [
        "#2 2023-11-14 Ann: Draft",
        "f/raw/draft.yaml, document 2, sorted by #5",
        "#4 2023-11-14 Cy: Rename and change",
        "f/raw/last.yaml, document 2, sorted by #5",
    ];
    assert_eq!(heads(&told), expected, "{told}");
    assert!(
        told.contains("   1 <- 10 | # of b\n   2 <- 12 | apiVersion"),
        "comments come along, their separator does not: {told}"
    );
}

#[test]
fn what_was_parked_and_came_back_is_followed_to_where_it_was_dropped() {
    let mut town = Town::new();
    let text = format!("{}---\n{}", vpc("a", "1001"), vpc("b", "1002").replace("kind: VPC", "kind: VCP"));
    town.commit("Ann", "Two", &[("f/raw/two.yaml", Some(&text))]);
    town.sync(&[]);
    let parked = town.file("f/unmanaged/two.yaml");
    town.commit("Bob", "Back to raw/", &[("f/unmanaged/two.yaml", None), ("f/raw/b.yaml", Some(&parked))]);
    town.commit("Cy", "Mend it", &[("f/raw/b.yaml", Some(&parked.replace("VCP", "VPC")))]);
    town.sync(&[]);
    let expected = [
        "#2 2023-11-14 Ann: Two",
        "f/raw/two.yaml, document 2, sorted by #6",
        "#5 2023-11-14 Cy: Mend it",
        "f/raw/b.yaml, document 1, sorted by #6",
        "#2 again, f/raw/two.yaml, document 2, sorted by #6",
    ];
    assert_eq!(heads(&town.told(&["VPC/b"])), expected);
}

#[test]
fn a_symbolic_link_is_told_by_where_it_leads() {
    let town = {
        let mut town = Town::new();
        let stream = "commit refs/heads/main\nauthor Ann <a@x> 1700000600 +0000\ncommitter Ann <a@x> 1700000600 +0000\ndata 4\nLink\n\
                      from refs/heads/main^0\nM 120000 inline f/raw/l.yaml\ndata 6\n/etc/x\n";
        town.repo.git_with(&["fast-import", "--quiet"], stream.as_bytes());
        town.sync(&[]);
        town
    };
    let told = town.told(&["f/unmanaged/l.yaml"]);
    assert!(told.contains("f/unmanaged/l.yaml: warning[symlink]: a symbolic link is never followed\n"), "{told}");
    let ann = "\n#2 2023-11-14 Ann: Link\n  f/raw/l.yaml, document 1, sorted by #3\n  1 <- 1 | /etc/x\n";
    assert!(told.ends_with(ann), "{told}");
}

#[test]
fn both_sides_of_a_merge_are_followed() {
    let mut town = Town::new();
    town.commit("Ann", "Add a", &[("f/raw/a.yaml", Some(&vpc("a", "1001")))]);
    town.sync(&[]);
    let a = town.file("f/managed/vpcs/a.yaml");
    let base = town.repo.tip("main").unwrap().to_string();
    town.repo.git(&["update-ref", "refs/heads/side", &base]);
    let (ours, theirs) = (a.replace("1001", "1005"), a.replace("kind: VPC\n", "kind: VPC # side\n"));
    town.commit("Bob", "Ours", &[("f/managed/vpcs/a.yaml", Some(&ours))]);
    town.commit_to("side", "Cy", "Theirs", &[("f/managed/vpcs/a.yaml", Some(&theirs))], &[]);
    let merged = theirs.replace("1001", "1005");
    town.commit_to("main", "Di", "Merge", &[("f/managed/vpcs/a.yaml", Some(&merged))], &["refs/heads/side"]);
    let told = town.told(&["VPC/a"]);
    let people: Vec<String> = heads(&told).into_iter().filter(|head| head.contains("2023")).collect();
    let expected = ["#2 2023-11-14 Ann: Add a", "#5 2023-11-14 Cy: Theirs", "#4 2023-11-14 Bob: Ours"];
    assert_eq!(people, expected, "{told}");
}

#[test]
fn lines_that_a_revert_or_an_undo_brings_back_keep_the_origin_that_they_had() {
    for undo in [false, true] {
        let mut town = Town::new();
        let text = format!("{}---\n{}", vpc("a", "1001"), vpc("b", "1002"));
        town.commit("Ann", "Two", &[("f/raw/two.yaml", Some(&text))]);
        town.sync(&[]);
        if undo {
            let mut command = hhgit_command(town.repo.dir());
            command.env("GIT_AUTHOR_NAME", "U").env("GIT_AUTHOR_EMAIL", "u@x");
            command.env("GIT_COMMITTER_NAME", "U").env("GIT_COMMITTER_EMAIL", "u@x");
            let undone = run(command.args(["undo"]));
            assert_eq!(undone.code, Some(0), "{undone:?}");
        } else {
            let files = town.repo.files("main").into_keys().filter(|path| path.starts_with("f/managed/vpcs/"));
            let gone: Vec<String> = files.collect();
            let mut changes: Vec<(&str, Option<&str>)> = gone.iter().map(|path| (path.as_str(), None)).collect();
            changes.push(("f/raw/two.yaml", Some(&text)));
            town.commit("Bob", "Revert", &changes);
        }
        let back = town.told(&["f/raw/two.yaml"]);
        assert!(back.contains("#2 2023-11-14 Ann: Two\n  f/raw/two.yaml, document 1\n   1 <-  1 |"), "{back}");
        town.sync(&[]);
        town.sync(&["--retry", "f/unmanaged/two.yaml"]);
        let told = town.told(&["VPC/b"]);
        let tip = town.repo.git(&["rev-list", "--count", "main"]);
        assert_eq!(
            heads(&told),
            ["#2 2023-11-14 Ann: Two".to_owned(), format!("f/raw/two.yaml, document 2, sorted by #{tip}")]
        );
    }
}

#[test]
fn a_line_that_is_taken_away_by_hand_and_comes_back_with_a_file_is_that_files() {
    let mut town = Town::new();
    town.commit("Ann", "Web", &[("f/raw/web.yaml", Some(&vpc("web", "1001")))]);
    town.sync(&[]);
    let web = town.file("f/managed/vpcs/web.yaml");
    town.commit("Bob", "Another comment", &[("f/raw/again.yaml", Some(&format!("# Bob's\n{web}")))]);
    town.commit("Cy", "Another VLAN", &[("f/managed/vpcs/web.yaml", Some(&web.replace("1001", "1002")))]);
    town.sync(&[]);
    let told = town.told(&["VPC/web"]);
    assert!(told.ends_with("f/raw/again.yaml, document 1, sorted by #6\n  10 <- 10 |       vlan: 1001\n"), "{told}");
    assert!(told.contains("#2 2023-11-14 Ann: Web\n  f/raw/web.yaml, document 1, sorted by #3\n"), "{told}");
}

#[test]
fn a_sync_is_known_without_its_words_and_a_squash_is_what_it_is() {
    let mut town = Town::new();
    let text = format!("{}---\n{}", vpc("a", "1001"), vpc("b", "1002"));
    town.commit("Ann", "Two", &[("f/raw/two.yaml", Some(&text))]);
    let before = town.repo.tip("main").unwrap().to_string();
    town.sync(&[]);
    let tree = town.repo.git(&["rev-parse", "main^{tree}"]);
    let reworded = town.repo.git(&["commit-tree", &tree, "-p", &before, "-m", "tidy up"]);
    town.repo.git(&["update-ref", "refs/heads/main", &reworded]);
    assert_eq!(heads(&town.told(&["VPC/b"]))[0], "#2 2023-11-14 Ann: Two");
    let start = town.repo.git(&["rev-parse", "main~2"]);
    let squashed = town.repo.git(&["commit-tree", &tree, "-p", &start, "-m", "squashed"]);
    town.repo.git(&["update-ref", "refs/heads/main", &squashed]);
    let heads = heads(&town.told(&["VPC/b"]));
    assert!(heads[0].ends_with("Tester: squashed"), "{heads:?}");
    assert_eq!(heads[1], "straight into this file; the commit is no sync");
}

#[test]
fn a_sync_that_was_altered_is_none_but_its_lines_are_followed_where_they_are_the_same() {
    let mut town = Town::new();
    let text = format!("{}---\n{}", vpc("a", "1001"), vpc("b", "1002"));
    town.commit("Ann", "Two", &[("f/raw/two.yaml", Some(&text))]);
    town.sync(&[]);
    let b = vpc("b", "1003");
    town.commit("Cy", "Other", &[("f/raw/more.yaml", Some(&format!("{}---\n{b}", vpc("c", "1004"))))]);
    town.sync(&[]);
    let message = town.repo.git(&["log", "-1", "--format=%B", "main"]);
    let a = town.file("f/managed/vpcs/a.yaml") + "# by hand\n";
    town.commit("Bob", &message, &[("f/managed/vpcs/a.yaml", Some(&a))]);
    let (tree, parent) = (town.repo.git(&["rev-parse", "main^{tree}"]), town.repo.git(&["rev-parse", "main~2"]));
    let amended = town.repo.git(&["commit-tree", &tree, "-p", &parent, "-m", &message]);
    town.repo.git(&["update-ref", "refs/heads/main", &amended]);
    let brought = ["#2 2023-11-14 Ann: Two", "f/raw/two.yaml, document 2, sorted by #3"];
    let updated = ["#4 2023-11-14 Cy: Other", "f/raw/more.yaml, document 2"];
    assert_eq!(heads(&town.told(&["VPC/b"])), [brought, updated].concat());
    assert_eq!(heads(&town.told(&["VPC/c"])), ["#4 2023-11-14 Cy: Other", "f/raw/more.yaml, document 1"]);
    let told = town.told(&["VPC/a:10"]);
    assert!(
        told.contains(
            "straight into this file; the commit says it is a sync, but is not what sync makes of its parent\n"
        ),
        "{told}"
    );
}

#[test]
fn a_shallow_clone_says_where_its_history_ends() {
    let mut town = Town::new();
    town.commit("Ann", "Add a", &[("f/raw/a.yaml", Some(&vpc("a", "1001")))]);
    town.sync(&[]);
    let a = town.file("f/managed/vpcs/a.yaml").replace("1001", "1002");
    town.commit("Bob", "Another VLAN", &[("f/managed/vpcs/a.yaml", Some(&a))]);
    let (url, clone) = (format!("file://{}", town.repo.dir().display()), town.repo.beside("clone"));
    let clone = clone.to_str().unwrap();
    town.repo.git(&["clone", "--quiet", "--depth=2", &url, clone]);
    let told = hhgit(Path::new(clone), &["why", "VPC/a:8-9"]).stdout;
    let id = |rev: &str| town.repo.git(&["rev-parse", "--short=7", rev]);
    let (end, bob) = (id("main~1"), id("main"));
    let expected = format!(
        "VPC/a is f/managed/vpcs/a.yaml at main ({bob})\n\n{end} is where this clone's history ends, so this may be older: \
         f/managed/vpcs/a.yaml, document 1 (git fetch --unshallow)\n  8 <- 8 |       subnet: 10.0.1.0/24\n\n{bob} 2023-11-14 Bob: \
         Another VLAN\n  straight into this file; the commit is no sync\n  \
         9 <- 9 |       vlan: 1002\n"
    );
    assert_eq!(told, expected);
}

#[test]
fn an_object_among_others_in_a_file_has_its_own_lines_told() {
    let mut town = Town::new();
    let both = format!("{}---\n{}", vpc("a", "1001"), vpc("b", "1002"));
    town.commit("Ann", "By hand", &[("f/managed/both.yaml", Some(&both))]);
    let told = town.told(&["VPC/b"]);
    assert!(told.starts_with("VPC/b is f/managed/both.yaml") && told.contains("\n  11 <- 11 | apiVersion"), "{told}");
    town.sync(&["--repair"]);
    let told = town.told(&["VPC/b"]);
    assert!(told.starts_with("VPC/b is f/managed/vpcs/b.yaml at main (#3)"), "{told}");
    let place = "straight into f/managed/both.yaml, document 2, sorted by #3; the commit is no sync";
    assert_eq!(heads(&told), ["#2 2023-11-14 Ann: By hand", place]);
}

#[test]
fn every_object_of_the_real_repositorys_first_file_is_told_line_by_line() {
    let Some(bundle) = real_history() else { return };
    let temp = TempRepo::work_tree();
    temp.git(&["fetch", "--quiet", bundle.to_str().unwrap(), "refs/heads/*:refs/real/*"]);
    temp.git(&["reset", "--quiet", "--hard", "f6d7490268ea475f6030bf8f15dc3259591ec5f4"]);
    assert_eq!(hhgit(temp.dir(), &["sync"]).code, Some(0));
    let prefix = "gitops/hedgehog/fabric-1/managed/";
    let files: Vec<String> =
        temp.files("main").into_keys().filter(|path| path.starts_with(prefix) && path.ends_with(".yaml")).collect();
    assert_eq!(files.len(), 47);
    let started = Instant::now();
    for file in &files {
        let ended = hhgit(temp.dir(), &["why", file, "--output", "json"]);
        assert_eq!(ended.code, Some(0), "{ended:?}");
        let why: serde_json::Value = serde_json::from_str(&ended.stdout).unwrap();
        let lines = why["lines"].as_array().unwrap();
        assert_eq!(lines.len(), temp.git(&["show", &format!("main:{file}")]).lines().count(), "{file}");
        let (commit, path) = (lines[0]["from"]["commit"].as_str().unwrap(), lines[0]["from"]["path"].as_str().unwrap());
        let raw = temp.git(&["show", &format!("{commit}:{path}")]);
        for line in lines.iter().filter(|line| line["from"]["commit"] == commit && line["from"]["path"] == path) {
            let at = usize::try_from(line["from"]["line"].as_u64().unwrap()).unwrap();
            assert_eq!(line["text"].as_str(), raw.lines().nth(at - 1), "{file}");
            assert_eq!(line["from"]["how"], "dropped", "{file}");
        }
    }
    eprintln!("{} files in {:?}", files.len(), started.elapsed());
}
