//! Reports for the renderers' tests: one with everything in it, one where nothing happened.

use std::collections::BTreeMap;

use crate::finding::{Finding, ObjectRef, Place, Related};
use crate::ids::{CommitId, Entry, HashKind, Mode, ObjectId, TreeId};
use crate::path::RepoPath;
use crate::report::{Change, DocumentRow, EditRow, FabricReport, Fate, Outcome, Point, Repair, Report, Unlisted};
use crate::verdict::code::Code;

pub(crate) fn path(text: &str) -> RepoPath {
    RepoPath::new(text).expect("a valid path")
}

pub(crate) fn object(kind: &str, name: &str) -> ObjectRef {
    let (api_version, namespace) = ("wiring.githedgehog.com/v1beta1".into(), "default".into());
    ObjectRef { api_version, kind: kind.into(), namespace, name: name.into() }
}

pub(crate) fn point(digit: char) -> Point {
    let id = ObjectId::from_hex(digit.to_string().repeat(40).as_bytes()).expect("40 hex digits");
    Point { commit: Some(CommitId::new(id)), tree: TreeId::new(id) }
}

fn row(document: u32, kind: &str, name: &str, fate: Fate, target: &str) -> DocumentRow {
    DocumentRow {
        source: path("raw/prepop.yaml"),
        document: Some(document),
        lines: Some((document * 10, document * 10 + 5)),
        object: Some(object(kind, name)),
        fate,
        change: None,
        code: None,
        target: path(target),
    }
}

/// A report in which everything that can be said is said once.
pub(crate) fn full() -> Report {
    let added = row(1, "Switch", "leaf-1", Fate::Managed, "managed/switches/leaf-1.yaml");
    let updated = row(2, "Switch", "leaf-2", Fate::Managed, "managed/switches/leaf-2.yaml");
    let refused = row(3, "Swtich", "leaf-3", Fate::Unmanaged, "unmanaged/prepop.yaml");
    let strange = DocumentRow {
        source: RepoPath::new(b"raw/\xff\x1b").expect("a valid path"),
        document: None,
        lines: None,
        object: None,
        code: Some(Code::NotYaml),
        target: RepoPath::new(b"unmanaged/\xff\x1b").expect("a valid path"),
        ..refused.clone()
    };
    let id = ObjectId::null(HashKind::Sha1);
    let edit = EditRow { from: Some(Entry { mode: Mode::FILE, id }), to: None };
    let fabric = FabricReport {
        path: path("gitops/fabric-1"),
        name: "fabric-1".into(),
        left_alone: false,
        documents: vec![
            DocumentRow { change: Some(Change::Added), ..added },
            DocumentRow { change: Some(Change::Updated), ..updated },
            DocumentRow { code: Some(Code::UnknownKind), ..refused },
            strange.clone(),
        ],
        repairs: vec![Repair { code: Code::MissingDirectory, path: path("managed/vpcs") }],
        removed: vec![object("Server", "old")],
        edits: BTreeMap::from([(path("raw/prepop.yaml"), edit)]),
        unlisted: Unlisted::default(),
    };
    Report {
        outcome: Outcome::Committed,
        result: Some(point('2')),
        fabrics: vec![fabric],
        findings: vec![unknown_kind(), {
            let at = path("gitops/fabric-1").join_path(&strange.source);
            Finding::new(Code::NotYaml, at, "the name ends in no extension of YAML or JSON")
        }],
        notes: vec!["The branch is checked out nowhere.".into()],
        ..quiet()
    }
}

fn unknown_kind() -> Finding {
    Finding {
        document: Some(3),
        place: Some(Place { line: 31, column: 7, end_line: 31, end_column: 13 }),
        object: Some(object("Swtich", "leaf-3")),
        ..Finding::new(
            Code::UnknownKind,
            path("gitops/fabric-1/raw/prepop.yaml"),
            "wiring.githedgehog.com has no kind Swtich; did you mean Switch?",
        )
    }
}

/// A report of a sync that found everything in its place.
pub(crate) fn quiet() -> Report {
    let fabric = FabricReport::unchanged(RepoPath::root(), "fabric".into());
    Report { fabrics: vec![fabric], ..Report::unchanged("sync", "refs/heads/main", Some(point('1'))) }
}

/// A report of a check: every severity, a finding with another place, one without a place, one of no fabric.
pub(crate) fn checked() -> Report {
    let twin = Finding {
        document: Some(2),
        place: Some(Place { line: 112, column: 9, end_line: 112, end_column: 15 }),
        object: Some(object("Switch", "leaf-1")),
        excerpt: Some("  name: leaf-1".into()),
        related: Some(Related {
            path: path("gitops/fabric-1/raw/prepop.yaml"),
            place: Place { line: 4, column: 9, end_line: 4, end_column: 17 },
            message: "the first one is here".into(),
            excerpt: Some("  name: \"leaf-1\" # ä".into()),
        }),
        ..Finding::new(
            Code::DuplicateIdentity,
            path("gitops/fabric-1/raw/more, and: 100%.yaml"),
            "Switch leaf-1 is there twice, with different values",
        )
    };
    let unknown = Finding { excerpt: Some("kind: Swtich".into()), ..unknown_kind() };
    let server = Finding {
        place: Some(Place { line: 7, column: 1, end_line: 9, end_column: 3 }),
        excerpt: Some("status: {<a>: '&'".into()),
        ..Finding::new(Code::ServerField, path("gitops/fabric-1/raw/prepop.yaml"), "the cluster sets status")
    };
    let empty = Finding::new(Code::Empty, path("gitops/fabric-1/raw/empty.yaml"), "there is no document in it");
    let loose = Finding {
        help: "Move it.".into(),
        ..Finding::new(Code::LooseFile, path("loose.yaml"), "it holds Hedgehog objects")
    };
    let fabric = FabricReport { documents: Vec::new(), removed: Vec::new(), ..full().fabrics.remove(0) };
    Report {
        command: "check",
        outcome: Outcome::Planned,
        fabrics: vec![fabric],
        findings: vec![empty, twin, server, unknown, loose],
        notes: vec!["The branch is checked out nowhere.".into()],
        ..quiet()
    }
}
