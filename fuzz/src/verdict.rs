//! Any bytes as a file of raw/: judged by the built-in rules with and without values, at both levels, and cut up again.

use std::sync::LazyLock;

use hhgit::fabric::kinds::Kinds;
use hhgit::schema::Schemas;
use hhgit::verdict::code::Code;
use hhgit::verdict::file::{Document, File, judge, judge_keeping, units};
use hhgit::verdict::judge::Judge;
use hhgit::verdict::unit::{Unit, alone, together};
use hhgit::yaml::Limits;

use crate::parts::{is_found, path};

static KINDS: LazyLock<Kinds> = LazyLock::new(Kinds::builtin);
static SCHEMAS: LazyLock<Schemas> = LazyLock::new(Schemas::builtin);

/// Limits that an input can break.
const LIMITS: Limits = Limits { depth: 50, file_bytes: 1 << 20, expanded_nodes: 1_000, expanded_bytes: 1 << 16 };

/// Judges a file at both levels.
pub fn check(data: &[u8]) {
    let by_identity = Judge::new(&KINDS);
    let by_schema = by_identity.with_schemas(&SCHEMAS);
    let shallow = judged(data, &by_identity);
    let deep = judged(data, &by_schema);
    assert_eq!(shallow.len(), deep.len());
    for (shallow, deep) in shallow.iter().zip(&deep) {
        assert_eq!((shallow.number, shallow.unit, &shallow.identity), (deep.number, deep.unit, &deep.identity));
        assert!(deep.target.is_none() || deep.target == shallow.target, "a schema gives {deep:?} a place");
        stands_alone(data, deep, &by_schema);
    }
    if deep.is_empty() {
        return;
    }
    let all: Vec<Unit> = deep.iter().map(|document| document.unit).collect();
    let (rest, _) = together(data, &all);
    assert_eq!(lines(&rest), lines(data), "all units together are not the file");
}

/// The documents of a file, after it was looked at from all sides.
fn judged(data: &[u8], by: &Judge<'_>) -> Vec<Document> {
    let path = path("raw/a.yaml");
    let file = judge(data, &path, by, &LIMITS);
    let (kept, values) = judge_keeping(data, &path, by, &LIMITS);
    assert_eq!(format!("{file:?}"), format!("{kept:?}"), "keeping values changes a verdict");
    let documents = match file {
        File::Whole(finding) => {
            is_found(&finding, data);
            return Vec::new();
        }
        File::Documents(documents) => documents,
    };
    assert_eq!(documents.len(), values.len());
    let cut: Vec<(u32, Unit)> = documents.iter().map(|document| (document.number, document.unit)).collect();
    assert_eq!(cut, units(data, &LIMITS), "a file is cut otherwise where nobody judges");
    for document in &documents {
        document.findings.iter().for_each(|finding| is_found(finding, data));
        assert!(document.target.is_some() || document.refusal().is_some(), "{document:?} is refused without a word");
        assert!(document.target.is_none() || document.object.is_some(), "{document:?} goes to managed/ and is nothing");
    }
    documents
}

/// A valid document, as a file of its own, is that document, whole and at the same place.
fn stands_alone(data: &[u8], document: &Document, by: &Judge<'_>) {
    let Some(target) = &document.target else { return };
    let bytes = alone(data, &document.unit);
    let again = judged(&bytes, by);
    let [one] = again.as_slice() else { panic!("{document:?} alone is {again:?}") };
    assert_eq!(one.target.as_ref(), Some(target));
    assert_eq!((&one.identity, &one.object), (&document.identity, &document.object));
    let codes = |document: &Document| document.findings.iter().map(|finding| finding.code).collect::<Vec<Code>>();
    assert_eq!(codes(one), codes(document));
}

/// The lines of a file but for good separators, sorted.
fn lines(data: &[u8]) -> Vec<Vec<u8>> {
    crate::laws::held::lines(data).into_iter().flat_map(|(line, count)| vec![line; count]).collect()
}
