//! Laws of merging one object on generated edits: a contradiction if, and only if, both sides changed one field differently.
#![allow(clippy::unwrap_used, reason = "a test may unwrap")]

mod support;

use std::collections::{BTreeMap, BTreeSet};

use hhgit::modes::merge::merge_in;
use hhgit::modes::talk::Alone;
use hhgit::options::{Common, Identities, merge::Merge};
use hhgit::report::merge::MergeOutcome;
use hhgit::snapshot::Time;
use proptest::prelude::*;
use support::{NOW, TempRepo};

/// Where the object lies.
const FILE: &str = "f/managed/vpcs/web.yaml";
/// How many fields there are, and how many more may come.
const FIELDS: u8 = 6;

/// What a side makes of fields: another value, or none.
type Edits = BTreeMap<u8, Option<u8>>;

/// The object with these edits. Each field has its line and its comment, some in a mapping of their own.
fn object(edits: &Edits, foot: &str) -> String {
    let mut text = String::from("# head\napiVersion: vpc.githedgehog.com/v1beta1\nkind: VPC\nmetadata:\n  name: web\n");
    let line = |n: u8, indent: &str| {
        let value = match edits.get(&n) {
            Some(value) => (*value)?,
            None if n % 8 < FIELDS => 9,
            None => return None,
        };
        Some(format!("{indent}k{n}: v{value} # of k{n}\n"))
    };
    for (name, fields) in [("annotations", 0..8), ("labels", 8..16)] {
        text.push_str(&format!("  {name}:\n    fixed: x\n"));
        text.extend(fields.filter_map(|n| line(n, "    ")));
    }
    text + "spec:\n  subnets:\n    default: {subnet: 10.0.1.0/24, vlan: 1001}\n" + foot
}

fn edits() -> impl Strategy<Value = Edits> {
    prop::collection::btree_map(0..16u8, prop::option::weighted(0.7, 0..3u8), 0..6)
}

/// What they come to in the base: an edit that changes nothing is none.
fn real(edits: &Edits) -> Edits {
    edits.iter().filter(|(n, value)| *n % 8 < FIELDS || value.is_some()).map(|(n, value)| (*n, *value)).collect()
}

fn namespaces() -> [(&'static str, &'static str); 3] {
    [
        ("f/.hnp/manifest.yaml", "version: '1.0'\n"),
        (
            "f/managed/vlannamespaces/default.yaml",
            "apiVersion: wiring.githedgehog.com/v1beta1\nkind: VLANNamespace\nmetadata: {name: default}\nspec:\n  ranges: [{from: 1000, to: 2999}]\n",
        ),
        (
            "f/managed/ipv4namespaces/default.yaml",
            "apiVersion: vpc.githedgehog.com/v1beta1\nkind: IPv4Namespace\nmetadata: {name: default}\nspec:\n  subnets: [10.0.0.0/16]\n",
        ),
    ]
}

/// The merged file, or the fields in conflict.
fn merged(ours: &str, theirs: &str) -> Result<String, BTreeSet<String>> {
    let repo = TempRepo::bare();
    let base = object(&Edits::new(), "");
    let files: Vec<(&str, &str)> = namespaces().into_iter().chain([(FILE, base.as_str())]).collect();
    repo.commit("main", &files);
    repo.git(&["branch", "feature", "main"]);
    repo.commit("main", &[(FILE, ours), ("README", "ours\n")]);
    repo.commit("feature", &[(FILE, theirs), ("NOTES", "theirs\n")]);
    let common = Common {
        directory: repo.dir().to_owned(),
        fabrics: Vec::new(),
        identities: Identities::default(),
        now: Time { seconds: NOW, offset: 0 },
    };
    let options = Merge { other: "feature".to_owned(), ..Merge::default() };
    let merge = merge_in(&repo.open(), &common, &options, &mut Alone).unwrap();
    match merge.outcome {
        MergeOutcome::Merged => Ok(repo.git(&["show", &format!("main:{FILE}")]) + "\n"),
        MergeOutcome::Conflicts => Err(merge.conflicts.iter().filter_map(|one| one.field.clone()).collect()),
        other => panic!("{other:?}: {:?}", merge.findings),
    }
}

fn value(text: &str) -> String {
    let chunk = &hhgit::yaml::split(text.as_bytes())[0];
    let parsed = hhgit::yaml::parse(text.as_bytes(), chunk, &hhgit::yaml::Limits::default()).unwrap();
    hhgit::yaml::canonical_json(&parsed.root.unwrap())
}

fn field(n: u8) -> String {
    format!("metadata.{}.k{n}", if n < 8 { "annotations" } else { "labels" })
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 24, ..ProptestConfig::default() })]

    #[test]
    fn both_sides_edits_are_in_the_merge_or_the_fields_they_contradict_each_other_in_are_named(
        ours in edits(),
        theirs in edits(),
    ) {
        let (ours, theirs) = (real(&ours), real(&theirs));
        let contradicting: BTreeSet<String> =
            ours.iter().filter(|(n, v)| theirs.get(n).is_some_and(|other| other != *v)).map(|(n, _)| field(*n)).collect();
        let (one, other) = (object(&ours, "# our foot\n"), object(&theirs, ""));
        let both: Edits = theirs.iter().chain(&ours).map(|(n, value)| (*n, *value)).collect();
        match (merged(&one, &other), merged(&other, &one)) {
            (Ok(text), Ok(turned)) => {
                prop_assert!(contradicting.is_empty(), "{contradicting:?}\n{text}");
                prop_assert_eq!(value(&text), value(&object(&both, "")));
                prop_assert_eq!(value(&text), value(&turned));
                let untouched = object(&both, "");
                for line in untouched.lines().filter(|line| !both.keys().any(|n| line.contains(&format!("k{n}:")))) {
                    prop_assert!(text.lines().any(|other| other == line), "{line:?} is gone:\n{text}");
                }
                prop_assert!(text.ends_with("# our foot\n"), "{text}");
            }
            (Err(fields), Err(turned)) => {
                prop_assert_eq!(&fields, &contradicting);
                prop_assert_eq!(fields, turned);
            }
            (one, other) => prop_assert!(false, "it depends on the side: {one:?} {other:?}"),
        }
    }
}
