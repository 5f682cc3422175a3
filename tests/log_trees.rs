//! What `hhgit log` says of managed/ is what git's own trees say: histories made by chance, each commit compared.

#![cfg(unix)]
#![allow(clippy::unwrap_used, reason = "a test may unwrap")]

#[path = "log/story.rs"]
mod story;
mod support;

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;
use story::{Story, vpc};

/// Chance that comes out the same each time.
struct Chance(u64);

impl Chance {
    fn below(&mut self, most: u64) -> u64 {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) % most
    }

    fn name(&mut self) -> String {
        format!("vpc-{}", self.below(6))
    }

    fn vpc(&mut self) -> (String, String) {
        let name = self.name();
        let text = vpc(&name, 1000 + u32::try_from(self.below(3)).unwrap());
        (name, text)
    }
}

/// One thing that somebody does.
fn step(story: &mut Story, chance: &mut Chance, number: usize) {
    let name = format!("step-{number}");
    match chance.below(6) {
        0 | 1 => {
            let ((_, one), (_, other)) = (chance.vpc(), chance.vpc());
            story.push(&name, "Ada", &name, &[(&format!("f/raw/{name}.yaml"), &format!("{one}---\n{other}"))]);
        }
        2 => {
            let (object, text) = chance.vpc();
            story.push(&name, "Eve", &name, &[(&format!("f/managed/vpcs/{object}.yaml"), &text), ("f/n", &name)]);
        }
        3 => {
            let path = format!("f/managed/vpcs/{}.yaml", chance.name());
            if story.exists(&path) {
                story.remove(&name, "Eve", &name, &path);
            }
        }
        _ => {
            story.run(&["sync"]);
            story.name(&name, "HEAD");
        }
    }
}

/// What a commit holds in managed/, by name: blob ids.
fn managed(story: &Story, commit: &str) -> BTreeMap<String, String> {
    let listed = story.git(&["ls-tree", "-r", commit, "f/managed/vpcs/"]);
    let entries = listed.lines().filter_map(|line| {
        let (entry, path) = line.split_once('\t')?;
        let name = path.rsplit('/').next()?.strip_suffix(".yaml")?;
        Some((name.to_owned(), entry.rsplit(' ').next()?.to_owned()))
    });
    entries.collect()
}

/// What two commits' trees say happened to each object: added, removed, or another blob.
fn by_trees(story: &Story, commit: &str) -> BTreeMap<String, &'static str> {
    let (before, after) = (managed(story, &format!("{commit}^")), managed(story, commit));
    let names: BTreeSet<&String> = before.keys().chain(after.keys()).collect();
    let verb = |name: &String| match (before.get(name), after.get(name)) {
        (None, Some(_)) => Some("added"),
        (Some(_), None) => Some("removed"),
        (old, new) if old != new => Some("changed"),
        _ => None,
    };
    names.into_iter().filter_map(|name| Some((name.clone(), verb(name)?))).collect()
}

fn by_log(operation: &Value) -> BTreeMap<String, &'static str> {
    let fabrics = operation["fabrics"].as_array().unwrap();
    let changes = fabrics.iter().flat_map(|fabric| fabric["changes"].as_array().unwrap());
    let verb = |change: &Value| {
        let verb = match change["change"].as_str().unwrap() {
            "added" | "returned" => "added",
            "removed" => "removed",
            "updated" | "rewritten" => "changed",
            _ => return None,
        };
        Some((change["object"]["name"].as_str()?.to_owned(), verb))
    };
    changes.filter_map(verb).collect()
}

#[test]
fn each_commit_is_told_as_its_trees_differ() {
    for seed in 1..=4 {
        let (mut story, mut chance) = (Story::begin(&["f"]), Chance(seed));
        (0..24).for_each(|number| step(&mut story, &mut chance, number));
        let ended = story.ended(&["--output", "json"]);
        let log: Value = serde_json::from_str(&ended.stdout).unwrap();
        let operations = log["operations"].as_array().unwrap();
        let told: BTreeMap<&str, &Value> =
            operations.iter().map(|operation| (operation["commit"].as_str().unwrap(), operation)).collect();
        for commit in story.git(&["rev-list", "HEAD~2"]).lines().filter(|commit| story.has_parent(commit)) {
            let by_log = told.get(commit).map(|operation| by_log(operation)).unwrap_or_default();
            assert_eq!(by_log, by_trees(&story, commit), "seed {seed}, commit {commit}");
            let is_own = story.git(&["log", "-1", "--format=%an", commit]) == "hhgit";
            let is_sync = told.get(commit).is_some_and(|operation| operation["made"] == "sync");
            assert!(is_sync || !is_own, "seed {seed}, commit {commit}");
        }
    }
}

#[test]
fn an_objects_life_is_what_the_whole_log_says_of_it() {
    let (mut story, mut chance) = (Story::begin(&["f"]), Chance(7));
    (0..30).for_each(|number| step(&mut story, &mut chance, number));
    let json = |args: &[&str]| -> Value { serde_json::from_str(&story.ended(args).stdout).unwrap() };
    let of = |log: &Value, name: &str| -> Vec<(String, &'static str)> {
        let operations = log["operations"].as_array().unwrap().iter();
        let told = operations
            .filter_map(|operation| Some((operation["commit"].as_str()?.to_owned(), *by_log(operation).get(name)?)));
        told.collect()
    };
    let all = json(&["--output", "json"]);
    for name in (0..6).map(|n| format!("vpc-{n}")) {
        let life = json(&[&format!("VPC/{name}"), "--output", "json"]);
        assert_eq!(of(&life, &name), of(&all, &name), "{name}");
        assert!(!of(&all, &name).is_empty(), "{name} did nothing");
    }
}
