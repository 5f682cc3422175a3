//! `hhgit fleet`: what becomes of each repository of a list, whatever becomes of the others, and what is said of it.
#![allow(clippy::unwrap_used, reason = "a test may unwrap")]
#![cfg(unix)]

mod support;

#[path = "fleet/cut_short.rs"]
mod cut_short;
#[path = "fleet/places.rs"]
mod places;
#[path = "fleet/shards.rs"]
mod shards;
#[path = "fleet/site.rs"]
mod site;

use serde_json::Value;

use site::{MANIFEST, Site};
use support::{hhgit, vpc};

#[test]
fn every_repository_is_sorted_as_a_sync_of_its_own_would() {
    let (site, alone) = (Site::new(), Site::new());
    for site in [&site, &alone] {
        site.bare("a.git", &[MANIFEST, ("f/raw/a.yaml", &vpc("a", "1"))]);
        site.bare("b.git", &[MANIFEST, ("f/raw/b.yaml", "kind: [\n")]);
        site.bare("c.git", &[MANIFEST, ("f/raw/c.yaml", &vpc("c", "1"))]);
        site.bare("sorted.git", &[("README", "x\n"), MANIFEST]);
        hhgit(&site.dir().join("sorted.git"), &["sync"]);
    }
    let list = format!("a.git\nb.git main\nfile://{}/c.git\nsorted.git\n", site.dir().display());
    let ran = site.fleet(&list, &["--jobs", "2"]);
    assert_eq!((ran.code, ran.stderr.as_str()), (Some(0), ""), "{}", ran.stdout);
    for name in ["a.git", "b.git", "c.git"] {
        let said = hhgit(&alone.dir().join(name), &["sync"]);
        assert_eq!(said.code, Some(0), "{said:?}");
    }
    assert_eq!(site.refs(), alone.refs());
    let outcomes = ["committed", "committed", "committed", "unchanged"];
    assert_eq!(ran.rows().iter().map(|row| row["outcome"].as_str().unwrap()).collect::<Vec<_>>(), outcomes);
    let row = &ran.rows()[1];
    assert_eq!((row["line"].as_u64(), row["branch"].as_str()), (Some(2), Some("main")), "{row}");
    assert_eq!((row["counts"]["unmanaged"].as_u64(), row["errors"].as_u64()), (Some(1), Some(1)), "{row}");
    assert_eq!(row["result"].as_str(), Some(site.tip("b.git").as_str()));
    let sums: u64 = ran.ended()["outcomes"]["committed"]["counts"]["managed"].as_u64().unwrap();
    assert_eq!((sums, ran.ended()["exit"].as_u64()), (2, Some(0)));
}

#[test]
fn no_failure_stops_the_rest_and_none_says_a_password() {
    let site = Site::new();
    site.bare("good.git", &[MANIFEST, ("f/raw/a.yaml", &vpc("a", "1"))]);
    site.bare("last.git", &[MANIFEST, ("f/raw/a.yaml", &vpc("a", "1"))]);
    site.bare("unborn.git", &[]);
    site.bare("none.git", &[("README", "x\n")]);
    site.bare("broken.git", &[("f/.hnp/manifest.yaml", "version: [\n"), ("f/raw/a.yaml", "x\n")]);
    std::fs::create_dir(site.dir().join("plain")).unwrap();
    // Nobody listens there.
    let url = "http://me:s3cret@127.0.0.1:1/x.git?private_token=t0ken";
    let list =
        format!("missing.git\ngood.git\nplain\nunborn.git\nnone.git\nbroken.git\n{url} main\nnone.git dev\nlast.git\n");
    let ran = site.fleet(&list, &[]);
    assert_eq!((ran.code, ran.stderr.as_str()), (Some(3), ""));
    let rows = ran.rows();
    let told: Vec<(u64, &str, &str)> = rows.iter().map(outcome).collect();
    let expected = [
        (1, "failed", "there is no such directory"),
        (2, "committed", ""),
        (3, "failed", "this is no git repository"),
        (4, "failed", "the branch main has no commits yet"),
        (5, "failed", "main holds no fabric directory"),
        (6, "findings", ""),
        (7, "failed", "reading http://127.0.0.1:1/x.git failed"),
        (8, "failed", "there is no branch dev"),
        (9, "committed", ""),
    ];
    assert_eq!(told.len(), expected.len());
    for (row, expected) in told.iter().zip(expected) {
        assert_eq!((row.0, row.1), (expected.0, expected.1), "{row:?}");
        assert!(row.2.starts_with(expected.2), "{row:?}");
    }
    assert_eq!(ran.rows()[5]["left_alone"].to_string(), "[\"f\"]");
    let people = site.human(&list, &["--jobs", "3"]);
    assert_eq!(people.code, Some(3));
    for said in [&ran.stdout, &people.stdout] {
        assert!(!said.contains("s3cret") && !said.contains("t0ken"), "{said}");
    }
    let at_end = people.stdout.split("To look at:").nth(1).unwrap();
    assert!(at_end.contains("failed      fleet.txt:1  missing.git\n    there is no such directory"), "{at_end}");
    assert!(
        at_end.contains("findings    fleet.txt:6  broken.git main\n    f is broken and was left alone"),
        "{at_end}"
    );
    assert!(people.stdout.contains("\n  unchanged   2\n"), "{}", people.stdout);
}

fn outcome(row: &Value) -> (u64, &str, &str) {
    (row["line"].as_u64().unwrap(), row["outcome"].as_str().unwrap(), row["error"].as_str().unwrap_or_default())
}

#[test]
fn a_check_judges_everything_and_writes_nothing() {
    let site = Site::new();
    let outside = vpc("bad", "1").replace("10.0.1.0/24", "10.0.1.7/24");
    site.bare("good.git", &[MANIFEST, ("f/managed/vpcs/README.md", "x\n")]);
    site.bare("bad.git", &[MANIFEST, ("f/raw/bad.yaml", &outside)]);
    let disabled = "version: '1.0'\nperiodic: {enabled: false}\n";
    site.bare("disabled.git", &[("f/.hnp/manifest.yaml", disabled), ("f/raw/bad.yaml", &outside)]);
    site.bare("none.git", &[("README", "x\n")]);
    let before = site.refs();
    let list = format!("good.git\nbad.git\ndisabled.git\nfile://{}/bad.git main\n", site.dir().display());
    let ran = site.fleet(&list, &["--check"]);
    let rows = ran.rows();
    let outcomes: Vec<&str> = rows.iter().map(|row| row["outcome"].as_str().unwrap()).collect();
    assert_eq!((ran.code, outcomes), (Some(1), vec!["valid", "findings", "findings", "findings"]), "{}", ran.stdout);
    let alone = hhgit(&site.dir().join("bad.git"), &["check", "--output", "json"]);
    let alone: Value = serde_json::from_str(&alone.stdout).unwrap();
    let errors = alone["findings"].as_array().unwrap().iter().filter(|finding| finding["severity"] == "error").count();
    assert!(ran.rows()[1..].iter().all(|row| row["errors"] == errors), "{errors}: {}", ran.stdout);
    assert_eq!(site.fleet(&list, &["--check", "--fail-on", "never"]).code, Some(0));
    assert_eq!(site.fleet("none.git\n", &["--check"]).code, Some(3));
    assert_eq!(site.refs(), before);
}

#[test]
fn a_dry_run_says_what_a_sync_would_do_and_writes_nothing() {
    let site = Site::new();
    site.bare("a.git", &[MANIFEST, ("f/raw/a.yaml", &vpc("a", "1"))]);
    let before = site.refs();
    let ran = site.fleet("a.git\n", &["--dry-run"]);
    let row = &ran.rows()[0];
    assert_eq!(
        (ran.code, row["outcome"].as_str(), row["counts"]["managed"].as_u64()),
        (Some(0), Some("planned"), Some(1))
    );
    assert_eq!(site.refs(), before);
}

#[test]
fn what_is_found_and_what_is_refused_has_an_exit_code() {
    let site = Site::new();
    site.bare("a.git", &[MANIFEST, ("f/raw/a.yaml", "kind: [\n")]);
    assert_eq!(site.fleet("a.git\n", &["--fail-on", "unmanaged"]).code, Some(1));
    assert_eq!(site.fleet("a.git\n", &["--fail-on", "unmanaged"]).code, Some(0), "nothing is left to sort");
    let foreign = "apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: x\n";
    site.bare("b.git", &[MANIFEST, ("f/managed/cm.yaml", foreign)]);
    let before = site.refs();
    let ran = site.fleet("a.git\nb.git\n", &["--repair", "--max-deletions", "0"]);
    let row = &ran.rows()[1];
    assert_eq!((ran.code, row["outcome"].as_str()), (Some(3), Some("refused")), "{}", ran.stdout);
    assert!(row["error"].as_str().unwrap().contains("more than --max-deletions 0"), "{row}");
    assert_eq!(site.refs(), before);
    assert_eq!(site.fleet("a.git\nb.git\n", &["--repair", "--max-deletions", "1"]).code, Some(0));
}

#[test]
fn a_list_that_cannot_be_taken_has_nothing_begun() {
    let site = Site::new();
    site.bare("a.git", &[MANIFEST, ("f/raw/a.yaml", &vpc("a", "1"))]);
    let before = site.refs();
    for (list, words) in [
        ("a.git\n-x\n", "cause: fleet.txt:2: the repository can be none"),
        ("a.git\na.git\n", "cause: fleet.txt:2: line 1 names the same"),
        ("# a.git\n", "error: fleet.txt names no repository"),
    ] {
        let ran = site.human(list, &[]);
        assert_eq!((ran.code, ran.stdout.as_str()), (Some(2), ""));
        assert!(ran.stderr.contains(words), "{}", ran.stderr);
    }
    for args in
        [&["--shard", "4/4"][..], &["--stdin"], &["--check", "--repair"], &["--output", "json=x"], &["--jobs", "0"]]
    {
        assert_eq!(site.human("a.git\n", args).code, Some(2), "{args:?}");
    }
    assert_eq!(hhgit(site.dir(), &["fleet", "no.txt"]).code, Some(3));
    assert_eq!(hhgit(site.dir(), &["fleet"]).code, Some(2));
    assert_eq!(site.refs(), before);
}
