//! How a log reads, for people and machines, with every kind of operation and change in it.

use super::*;
use crate::ids::{CommitId, ObjectId};
use crate::report::log::{Untold, Who};
use crate::snapshot::Time;

fn id(digit: char) -> CommitId {
    let hex = digit.to_string().repeat(40);
    CommitId::new(ObjectId::from_hex(hex.as_bytes()).expect("forty digits"))
}

fn path(text: &[u8]) -> RepoPath {
    RepoPath::new(text).expect("a good path")
}

fn source(text: &str, document: Option<u32>, lines: Option<(u32, u32)>) -> Source {
    Source { path: path(text.as_bytes()), document, lines }
}

fn object(kind: &str, namespace: &str, name: &str) -> ObjectRef {
    let api_version = "vpc.githedgehog.com/v1beta1".to_owned();
    ObjectRef { api_version, kind: kind.to_owned(), namespace: namespace.to_owned(), name: name.to_owned() }
}

fn who(name: &str) -> Who {
    Who { name: name.to_owned(), email: "who@example.org".to_owned() }
}

fn change(change: Change, name: &str, at: &str) -> ObjectChange {
    ObjectChange {
        object: Some(object("VPC", "default", name)),
        change,
        place: source(at, None, None),
        other: None,
        from: None,
        fields: Vec::new(),
    }
}

fn operation(digit: char, made: Made, changes: Vec<ObjectChange>) -> Operation {
    let fabric = FabricChanges {
        path: path(b"f/fabric-1"),
        name: "fabric-1".to_owned(),
        changes,
        unmanaged: Vec::new(),
        repairs: Vec::new(),
    };
    Operation {
        commit: id(digit),
        time: Time { seconds: 1_700_000_000, offset: 3600 },
        author: who("Ada"),
        subject: "Work".to_owned(),
        made,
        pushes: Vec::new(),
        fabrics: vec![fabric],
    }
}

/// A sync with all that a sync can do.
fn sync() -> Operation {
    let field = |path: &str, old: Option<&str>, new: Option<&str>| Field {
        path: path.to_owned(),
        old: old.map(str::to_owned),
        new: new.map(str::to_owned),
    };
    let fields = vec![
        field("spec.subnets.default.vlan", Some("1001"), Some("1002")),
        field("spec.permit", None, Some(&format!("[\"{}\"]", "x".repeat(70)))),
        field("spec.mode", Some("\"l2\""), None),
        field("", Some("1"), Some("2")),
    ];
    let from = Some(source("raw/net.yaml", Some(2), Some((5, 9))));
    let mut operation = operation('1', Made::Sync { options: vec!["--repair".to_owned()] }, Vec::new());
    operation.subject = "hhgit: sync 2 objects into fabric-1".to_owned();
    let push = |digit, name: &str| Push {
        commit: id(digit),
        time: operation.time,
        author: who(name),
        subject: "Wire up\u{1b}[2J".to_owned(),
    };
    operation.pushes = vec![push('a', "Ada"), push('b', "Grace")];
    let fabric = &mut operation.fabrics[0];
    let added = |n: u32| change(Change::Added, &format!("vpc-{n}"), &format!("managed/vpcs/vpc-{n}.yaml"));
    fabric.changes.extend((1..=12).map(added));
    let mut updated = change(Change::Updated, "web", "managed/vpcs/web.yaml");
    (updated.fields, updated.from) = (fields, from.clone());
    let mut moved = change(Change::Moved, "db", "managed/vpcs/db.yaml");
    moved.other = Some(path(b"managed/vpcs/d\xffb.yaml"));
    let mut spaced = change(Change::Unchanged, "app", "managed/vpcs/ns_app.yaml");
    spaced.object = Some(object("VPC", "ns", "app"));
    fabric.changes.extend([updated, moved, spaced]);
    let parked = |at: &[u8], from: Option<Source>, object, code: Option<&str>| Parked {
        path: path(at),
        from,
        object,
        code: code.map(str::to_owned),
    };
    fabric.unmanaged = vec![
        parked(b"unmanaged/net.yaml", from, Some(object("VCP", "default", "oops")), Some("unknown-kind")),
        parked(b"unmanaged/x\n.txt", None, None, None),
    ];
    let repair = |code, at: &[u8]| Repair { code, path: path(at) };
    fabric.repairs = vec![
        repair(Code::MissingDirectory, b"raw"),
        repair(Code::MissingDirectory, b"unmanaged"),
        repair(Code::MissingManifest, b".hnp/manifest.yaml"),
        repair(Code::Misplaced, b"managed/vpcs/x.yaml"),
    ];
    operation
}

fn full() -> Log {
    let waiting = vec![
        change(Change::Offered, "a", "raw/a.yaml"),
        change(Change::Offered, "b", "b.yaml"),
        change(Change::Edited, "c", "raw/c.yaml"),
        change(Change::Withdrawn, "d", "raw/d.yaml"),
        change(Change::Withdrawn, "e", "unmanaged/e.yaml"),
        change(Change::Withdrawn, "f", "f.yaml"),
    ];
    let mut back = change(Change::Removed, "web", "managed/vpcs/web.yaml");
    back.other = Some(path(b"raw/net.yaml"));
    let file = ObjectChange { object: None, ..change(Change::Updated, "", "managed/vpcs/kustomization.yaml") };
    let returned = change(Change::Returned, "web", "managed/vpcs/web.yaml");
    Log {
        reference: "main".to_owned(),
        tip: id('1'),
        about: About::Everything,
        operations: vec![
            sync(),
            operation('2', Made::Altered, vec![returned]),
            operation('3', Made::Unproven { why: "hhgit 9 made it".to_owned() }, vec![file]),
            operation('4', Made::Asked { command: "undo".to_owned() }, vec![back]),
            operation('5', Made::Squashed, vec![change(Change::Rewritten, "web", "managed/vpcs/web.yaml")]),
            operation('6', Made::Merge, vec![change(Change::Removed, "web", "managed/vpcs/web.yaml")]),
            operation('7', Made::Hand, waiting),
        ],
        older: true,
        cut: vec![id('8')],
        untold: vec![Untold { commit: id('9'), why: "it is hostile".to_owned() }],
    }
}

fn about(about: About) -> Log {
    Log { about, ..full() }
}

fn text(log: &Log, style: Style) -> String {
    let mut out = Vec::new();
    human(&mut out, log, style).expect("a Vec takes all");
    String::from_utf8(out).expect("text")
}

fn wire(log: &Log) -> String {
    let mut out = Vec::new();
    json(&mut out, log).expect("a Vec takes all");
    String::from_utf8(out).expect("text")
}

/// Compares with a file beside this one, or renews it.
fn agrees(written: &str, kept: &str, file: &str) {
    if std::env::var_os("HHGIT_BLESS").is_some() {
        let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/src/render/log");
        std::fs::write(format!("{folder}/{file}"), written).expect("the source tree is writable");
    } else {
        assert_eq!(written, kept, "{file}");
    }
}

#[test]
fn every_kind_of_operation_reads_in_eighty_columns() {
    let narrow = Style { width: Some(80), ..Style::default() };
    let written = text(&full(), narrow);
    agrees(&written, include_str!("full.txt"), "full.txt");
    assert!(written.lines().all(|line| line.chars().count() <= 80));
    assert!(!written.contains('\u{1b}'));
}

#[test]
fn an_objects_life_tells_places() {
    let one = about(About::Object { name: "VPC/web".to_owned(), fabric: None });
    agrees(&text(&one, Style::default()), include_str!("life.txt"), "life.txt");
}

#[test]
fn all_is_listed_where_that_is_asked_for() {
    let all = text(&full(), Style { verbose: true, ..Style::default() });
    for part in ["vpc-11, VPC/vpc-12", "all of it: 1 -> 2", &"x".repeat(70), "raw (missing-directory)"] {
        assert!(all.contains(part), "{part}: {all}");
    }
}

#[test]
fn the_first_line_says_what_is_told() {
    let first = |log: &Log| text(log, Style::default()).lines().next().unwrap_or_default().to_owned();
    let none = Log { operations: Vec::new(), older: false, ..full() };
    assert_eq!(first(&none), "main at 1111111: nothing was done");
    let one = Log { operations: vec![sync()], reference: "v1..v2".to_owned(), ..none.clone() };
    assert_eq!(first(&one), "v1..v2 at 1111111: 1 operation");
    let fabric = about(About::Fabric { path: path(b"f/fabric-1") });
    assert_eq!(first(&fabric), "f/fabric-1 on main at 1111111: the last 7 operations, newest first");
    let paths = about(About::Paths(vec![path(b"a"), path(b"b\n")]));
    assert_eq!(first(&paths), "a, \"b\\n\" on main at 1111111: the last 7 operations, newest first");
}

#[test]
fn the_wire_format_is_written_key_by_key_and_obeys_its_schema() {
    let mut schema = Vec::new();
    super::schema(&mut schema).expect("a Vec takes all");
    let schema = serde_json::from_slice(&schema).expect("JSON");
    let validator = jsonschema::validator_for(&schema).expect("a sound schema");
    agrees(&wire(&full()), include_str!("full.json"), "full.json");
    let named = [
        About::Fabric { path: path(b"f\n") },
        About::Object { name: "VPC/web".to_owned(), fabric: Some(path(b"f")) },
        About::Paths(vec![path(b"f")]),
    ];
    for log in named.into_iter().map(about).chain([full()]) {
        let value = serde_json::from_str(&wire(&log)).expect("JSON");
        let faults: Vec<String> = validator.iter_errors(&value).map(|fault| fault.to_string()).collect();
        assert!(faults.is_empty(), "{faults:?}");
    }
}
