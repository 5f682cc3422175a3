//! Two watches at one repository, beside a person who pushes: nothing is lost, doubled or left behind.

use crate::process::{DEADLINE, Watch};
use crate::signals::prepared;
use crate::support::{git_command, leftovers, leftovers_in, run, vpc};

const PUSHES: usize = 12;

#[test]
fn two_watches_and_a_person_do_not_get_in_each_others_way() {
    let repo = prepared();
    let url = repo.dir().display().to_string();
    let clone = repo.beside("clone");
    // Before any of them begins: a clone beside copies what lies there, half-made packs too.
    repo.git(&["clone", "--quiet", ".", clone.to_str().unwrap()]);
    let mut first = Watch::start(repo.dir(), &[]);
    let mut second = Watch::start(repo.dir(), &["--interval", "1s"]);
    // A third, that fetches and pushes, from nothing.
    let nowhere = repo.beside("nowhere");
    std::fs::create_dir(&nowhere).unwrap();
    let mut third = Watch::start(&nowhere, &["--interval", "1s", "--remote", &url]);
    [&mut first, &mut second, &mut third].into_iter().for_each(|watch| drop(watch.started()));
    let git = |args: &[&str]| run(git_command(&clone).args(args)).code == Some(0);
    let mut tries = 0;
    for number in 0..PUSHES {
        let path = format!("f/raw/p{number}.yaml");
        loop {
            tries += 1;
            assert!(tries < 1000, "a push that never gets in");
            assert!(git(&["fetch", "--quiet", "origin"]) && git(&["reset", "--quiet", "--hard", "origin/main"]));
            std::fs::create_dir_all(clone.join("f/raw")).unwrap();
            std::fs::write(clone.join(&path), vpc(&format!("p{number}"), "1")).unwrap();
            assert!(git(&["add", &path]) && git(&["commit", "--quiet", "--message=person"]));
            if git(&["push", "--quiet", "origin", "HEAD:main"]) {
                break;
            }
        }
    }
    let until = std::time::Instant::now() + DEADLINE;
    while repo.git(&["ls-tree", "-r", "--name-only", "main"]).contains("f/raw/p") {
        assert!(std::time::Instant::now() < until, "what was pushed is not sorted");
        std::thread::yield_now();
    }
    for watch in [first, second, third] {
        watch.stop();
    }
    let files = repo.files("main");
    for number in 0..PUSHES {
        assert!(files.contains_key(&format!("f/managed/vpcs/p{number}.yaml")), "{number}: {:?}", files.keys());
    }
    let merges = repo.git(&["rev-list", "--merges", "main"]);
    let subjects = repo.git(&["log", "--format=%s", "main"]);
    let count = |subject: &str| subjects.lines().filter(|line| line.starts_with(subject)).count();
    assert_eq!((merges.as_str(), count("person"), count("test")), ("", PUSHES, 1), "{subjects}");
    assert!((1..=PUSHES + 1).contains(&count("hhgit: sync")), "{subjects}");
    repo.fsck();
    assert_eq!((leftovers(&repo), leftovers_in(&clone.join(".git"))), (Vec::new(), Vec::new()));
}

#[test]
fn a_remote_is_judged_or_sorted_by_its_own_manifests_in_one_round() {
    let repo = prepared();
    let nowhere = repo.beside("nowhere");
    std::fs::create_dir(&nowhere).unwrap();
    let url = repo.dir().display().to_string();
    let broken = "apiVersion: vpc.githedgehog.com/v1beta1\nkind: VPC\nmetadata: {name: x}\nspec: {vni: 1, no: 2}\n";
    let judged = "version: '1.0'\nperiodic: {validate-only: true}\n";
    let off = "version: '1.0'\nperiodic: {enabled: false}\n";
    repo.commit("main", &[("g/.hnp/manifest.yaml", judged), ("g/raw/x.yaml", broken), ("h/.hnp/manifest.yaml", off)]);
    let once = |args: &[&str]| {
        let all = [&["watch", "--once", "--output", "json", "--remote", &url], args].concat();
        let ended = crate::support::hhgit(&nowhere, &all);
        let line: serde_json::Value = serde_json::from_str(&ended.stdout).unwrap();
        (ended.code, line["outcome"].as_str().unwrap().to_owned(), line["errors"].as_u64().unwrap())
    };
    let before = repo.state();
    // The two of g, and the two namespaces that the VPC of f lacks.
    assert_eq!(once(&["--validate-only"]), (Some(1), "findings".to_owned(), 4));
    assert_eq!(repo.state(), before);
    assert_eq!(once(&["--fabric", "h"]), (Some(0), "idle".to_owned(), 0));
    assert_eq!(repo.state(), before);
    assert_eq!(once(&[]), (Some(1), "findings".to_owned(), 2));
    let files = repo.files("main");
    assert!(files.contains_key("f/managed/vpcs/a.yaml") && files.contains_key("g/raw/x.yaml"), "{:?}", files.keys());
    assert!(!files.keys().any(|path| path.starts_with("h/managed")), "{:?}", files.keys());
    assert_eq!(once(&["--fabric", "f"]), (Some(0), "unchanged".to_owned(), 0));
    repo.fsck();
}
