//! How merges read, with what somebody may have put into names and messages to steer a terminal.

use super::*;
use crate::finding::ObjectRef;
use crate::ids::{CommitId, HashKind, ObjectId, TreeId};
use crate::path::RepoPath;
use crate::report::merge::By;
use crate::snapshot::Time;

fn point() -> Point {
    let commit = CommitId::new(ObjectId::null(HashKind::Sha1));
    Point { commit: Some(commit), tree: TreeId::empty(HashKind::Sha1) }
}

fn path(text: &str) -> RepoPath {
    RepoPath::new(text).expect("the tests name good paths")
}

fn object(name: &str) -> ObjectRef {
    let (api_version, namespace) = ("vpc.githedgehog.com/v1beta1".to_owned(), "default".to_owned());
    ObjectRef { api_version, kind: "VPC".to_owned(), namespace, name: name.to_owned() }
}

/// A merge with all there is to say, each word of a stranger's ending in what no terminal may see.
fn hostile() -> Merge {
    let evil = |text: &str| format!("{text}\u{1b}[31m\u{202e}");
    let by = By {
        commit: CommitId::new(ObjectId::null(HashKind::Sha1)),
        name: evil("Eve"),
        time: Time { seconds: 1_700_000_000, offset: 0 },
        subject: evil("subject"),
    };
    let version =
        |value: &str| Version { value: Some(evil(value)), place: Some((path("f/a\u{1b}b"), 7)), by: Some(by.clone()) };
    let conflict = |kind, field: Option<&str>| Conflict {
        kind,
        path: path("f/managed/vpcs/a\u{1b}.yaml"),
        object: Some(object(&evil("web"))),
        field: field.map(evil),
        message: evil("both sides changed it"),
        base: Some(evil("1")),
        ours: version("2"),
        theirs: version("3"),
    };
    Merge {
        outcome: MergeOutcome::Conflicts,
        reference: "refs/heads/main".to_owned(),
        other: evil("feature"),
        ours: point(),
        theirs: point(),
        bases: vec![CommitId::new(ObjectId::null(HashKind::Sha1))],
        fast_forward: false,
        merge: Some(point()),
        result: Some(point()),
        objects: vec![MergedObject {
            path: path("f/managed/vpcs/b\u{1b}.yaml"),
            object: object(&evil("db")),
            how: How::Both,
            fields: vec![evil("spec.a")],
        }],
        conflicts: vec![conflict(ConflictKind::Field, Some("spec.x")), conflict(ConflictKind::Deleted, None)],
        findings: Vec::new(),
        removed: vec![(path("f"), object(&evil("old")))],
        fabrics: Vec::new(),
        notes: vec![evil("a note")],
    }
}

const OUTCOMES: [MergeOutcome; 7] = [
    MergeOutcome::Merged,
    MergeOutcome::FastForwarded,
    MergeOutcome::AlreadyMerged,
    MergeOutcome::Planned,
    MergeOutcome::Conflicts,
    MergeOutcome::Broken,
    MergeOutcome::Refused,
];

#[test]
fn nothing_that_steers_a_terminal_gets_through() {
    for outcome in OUTCOMES {
        let merge = Merge { outcome, ..hostile() };
        for write in [human, strategy] {
            let mut out = Vec::new();
            write(&mut out, &merge, Style { verbose: true, ..Style::default() }).expect("a Vec takes all");
            let text = String::from_utf8(out).expect("people read text");
            assert!(!text.chars().any(|c| crate::path::is_unprintable(c) && c != '\n'), "{text:?}");
        }
    }
}

#[test]
fn json_fits_its_schema_whatever_came_of_the_merge() {
    let schema = jsonschema::validator_for(&schema().to_value()).expect("the schema is one");
    for outcome in OUTCOMES {
        let mut out = Vec::new();
        json(&mut out, &Merge { outcome, ..hostile() }).expect("a Vec takes all");
        let value: serde_json::Value = serde_json::from_slice(&out).expect("what is written is JSON");
        assert!(schema.is_valid(&value), "{:?}", schema.iter_errors(&value).next().map(|error| error.to_string()));
        assert_eq!(value["schema"], SCHEMA);
        let text = String::from_utf8(out).expect("JSON is text");
        assert!(!text.chars().any(|c| crate::path::is_unprintable(c) && c != '\n'), "{text:?}");
    }
}
