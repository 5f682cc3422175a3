//! Laws of merging one object on generated edits: a contradiction if, and only if, both sides changed one field differently.
#![allow(clippy::unwrap_used, reason = "a test may unwrap")]

mod support;

use std::collections::{BTreeMap, BTreeSet};

use hhgit::modes::merge::merge_in;
use hhgit::modes::talk::Alone;
use hhgit::options::merge::Merge as Options;
use hhgit::report::merge::{Merge, MergeOutcome};
use hhgit::verdict::code::Code;
use proptest::prelude::*;
use support::{NOW, TempRepo};

/// Where the object lies.
const FILE: &str = "f/managed/vpcs/web.yaml";
/// How many fields there are, and how many more may come.
const FIELDS: u8 = 6;

/// How many objects there may be.
const OBJECTS: usize = 4;
/// An object's fields.
type Values = [u8; 3];
/// The objects of one side, each with where it lies.
type Side = BTreeMap<usize, (Values, String)>;

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

/// `feature` merged into `main`.
fn merged_in(repo: &TempRepo) -> Merge {
    let options = Options { other: "feature".to_owned(), ..Options::default() };
    merge_in(&repo.open(), &repo.common(), &options, &mut Alone).unwrap()
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
    let merge = merged_in(&repo);
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
    #![proptest_config(ProptestConfig { cases: 16, ..ProptestConfig::default() })]

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

/// A VPC of these values in the way of no other.
fn vpc(n: usize, values: Values) -> String {
    let [a, b, c] = values;
    format!(
        "apiVersion: vpc.githedgehog.com/v1beta1\nkind: VPC\nmetadata:\n  name: web{n}\n  annotations:\n    a: v{a}\n    b: v{b}\n    \
         c: v{c}\nspec:\n  subnets:\n    default: {{subnet: 10.0.{n}.0/24, vlan: 10{n:02}}}\n"
    )
}

/// Somewhere an object's file may lie: its own path, another in managed/, another object's, or raw/.
fn place(n: usize, which: u8) -> String {
    match which {
        0 => format!("f/managed/vpcs/web{n}.yaml"),
        1 => format!("f/managed/else{n}.yaml"),
        2 => format!("f/managed/vpcs/web{}.yaml", (n + 1) % OBJECTS),
        _ => format!("f/raw/web{n}.yaml"),
    }
}

/// No two in one file: who comes later lies elsewhere.
fn apart(side: Side) -> Side {
    let mut taken = BTreeSet::new();
    let apart = |(n, (values, path)): (usize, (Values, String))| {
        let path = if taken.insert(path.clone()) { path } else { format!("f/managed/apart{n}.yaml") };
        (n, (values, path))
    };
    side.into_iter().map(apart).collect()
}

/// What a side does to one object.
type Deed = Option<Option<(Vec<(usize, u8)>, Option<u8>)>>;

/// What a side does to one object: nothing, or it deletes it, or it gives it values and perhaps another place.
fn deed() -> impl Strategy<Value = Deed> {
    let change = (prop::collection::vec((0..3usize, 0..3u8), 0..3), prop::option::of(0..4u8));
    prop::option::weighted(0.7, prop::option::weighted(0.8, change))
}

fn done(base: &Side, deeds: &[Deed]) -> Side {
    let mut side = base.clone();
    for (n, deed) in deeds.iter().enumerate() {
        match deed {
            None => {}
            Some(None) => drop(side.remove(&n)),
            Some(Some((values, path))) => {
                let is_new = !side.contains_key(&n);
                let object = side.entry(n).or_insert_with(|| ([0; 3], place(n, 0)));
                values.iter().for_each(|(at, value)| object.0[*at] = *value);
                // An object that lies in raw/ on all sides is a file like any other, and no matter here.
                if let Some(path) = path.filter(|path| !is_new || *path != 3) {
                    object.1 = place(n, path);
                }
            }
        }
    }
    apart(side)
}

/// The values that come out, or what contradicts.
fn expected(base: &Side, ours: &Side, theirs: &Side) -> Result<BTreeMap<usize, Values>, BTreeSet<String>> {
    let (mut values, mut contradicting) = (BTreeMap::new(), BTreeSet::new());
    for n in 0..OBJECTS {
        let of = |side: &Side| side.get(&n).map(|(values, _)| *values);
        let (was, our, their) = (of(base), of(ours), of(theirs));
        if our == their || was == their {
            values.extend(our.map(|our| (n, our)));
        } else if was == our {
            values.extend(their.map(|their| (n, their)));
        } else if let (Some(our), Some(their)) = (our, their) {
            let mut both = our;
            for (at, field) in ["a", "b", "c"].into_iter().enumerate() {
                if was.is_some_and(|was| was[at] == our[at]) {
                    both[at] = their[at];
                } else if our[at] != their[at] && was.is_none_or(|was| was[at] != their[at]) {
                    contradicting.insert(format!("web{n} metadata.annotations.{field}"));
                }
            }
            values.insert(n, both);
        } else {
            contradicting.insert(format!("web{n} as a whole"));
        }
    }
    if contradicting.is_empty() { Ok(values) } else { Err(contradicting) }
}

fn commit(repo: &TempRepo, branch: &str, from: Option<&str>, side: &Side) {
    let files: Vec<(String, String)> =
        side.iter().map(|(n, (values, path))| (path.clone(), vpc(*n, *values))).collect();
    let fixed = namespaces().into_iter().map(|(path, text)| (path.to_owned(), text.to_owned()));
    let more = [(format!("of-{branch}"), String::new())];
    let mut stream = format!("commit refs/heads/{branch}\ncommitter T <t@localhost> {NOW} +0000\ndata 4\ntest\n");
    stream.extend(from.map(|from| format!("from refs/heads/{from}^0\n")));
    stream.push_str("deleteall\n");
    for (path, text) in fixed.chain(files).chain(more) {
        stream.push_str(&format!("M 100644 inline {path}\ndata {}\n{text}\n", text.len()));
    }
    repo.git_with(&["fast-import", "--quiet"], stream.as_bytes());
}

/// The VPCs in a commit's files, each by its number, and how many files hold one.
fn held(repo: &TempRepo, commit: &str) -> (BTreeMap<usize, Values>, usize) {
    let files = repo.files(commit);
    let texts: Vec<&String> = files.values().filter(|text| text.contains("kind: VPC\n")).collect();
    let number = |text: &str, key: &str| {
        let rest = text.split_once(key).unwrap().1;
        rest[..rest.find('\n').unwrap()].parse::<u8>().unwrap()
    };
    let read = |text: &&String| {
        (usize::from(number(text, "name: web")), [number(text, "a: v"), number(text, "b: v"), number(text, "c: v")])
    };
    (texts.iter().map(read).collect(), texts.len())
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 16, ..ProptestConfig::default() })]

    #[test]
    fn objects_are_merged_by_what_they_are_wherever_they_lie_and_however_they_move(
        was in prop::collection::btree_map(0..OBJECTS, 0..2u8, 0..=OBJECTS),
        ours in prop::collection::vec(deed(), OBJECTS),
        theirs in prop::collection::vec(deed(), OBJECTS),
    ) {
        let base = apart(was.into_iter().map(|(n, path)| (n, ([9; 3], place(n, path)))).collect());
        let (ours, theirs) = (done(&base, &ours), done(&base, &theirs));
        let repo = TempRepo::bare();
        commit(&repo, "main", None, &base);
        repo.git(&["branch", "feature", "main"]);
        commit(&repo, "main", Some("main"), &ours);
        commit(&repo, "feature", Some("feature"), &theirs);
        let merge = merged_in(&repo);
        let told = merge.conflicts.iter().map(|conflict| {
            let name = conflict.object.as_ref().map_or("a file", |object| object.name.as_str());
            format!("{name} {}", conflict.field.as_deref().unwrap_or("as a whole"))
        });
        match expected(&base, &ours, &theirs) {
            // One side put it into raw/ again, the other a stranger into its place: the sync would have nowhere to go.
            Ok(_) if merge.findings.first().is_some_and(|finding| finding.code == Code::PathBlocked) => {}
            Ok(values) => {
                prop_assert_eq!(merge.outcome, MergeOutcome::Merged, "{:?} {:?}", merge.conflicts, merge.findings);
                let commit = merge.merge.unwrap().commit.unwrap().to_string();
                let (held, files) = held(&repo, &commit);
                prop_assert_eq!(files, values.len());
                prop_assert_eq!(held, values);
            }
            Err(contradicting) => prop_assert_eq!(told.collect::<BTreeSet<_>>(), contradicting),
        }
    }
}
