//! CRDs and an object: what an import takes is read without an error, and the object is judged by what was read.

use std::collections::BTreeMap;

use hhgit::fabric::crd_files::CrdFiles;
use hhgit::fabric::crds::{Read, read};
use hhgit::path::RepoPath;
use hhgit::schema::validate;
use hhgit::verdict::code::{Code, Severity};
use hhgit::verdict::file::{File, judge, judge_keeping};
use hhgit::verdict::judge::Judge;
use hhgit::yaml::{Limits, Node, parse, split};

use crate::parts::{cut, is_found, is_shown, is_told, path};

const LIMITS: Limits = Limits { depth: 100, file_bytes: 1 << 20, expanded_nodes: 1_000, expanded_bytes: 1 << 16 };

/// Reads the first piece of an input as CRDs, twice as if they lay in two files, and judges the rest by them.
pub fn check(data: &[u8]) {
    let pieces = cut(data);
    let (crds, objects) = pieces.split_at(1);
    let one = laid(&[crds[0]], false);
    let only = laid(&[crds[0]], true);
    assert_eq!(only.kinds.iter().count(), only.kinds.iter().filter(|kind| one.kinds.is_plural(&kind.plural)).count());
    laid(&[crds[0], crds[0]], false);
    import(crds[0]);
    for object in objects.iter().take(3) {
        judged(object, &one);
        judged(object, &only);
    }
}

/// Lays files over the built-in rules, and looks at what is said.
fn laid(files: &[&[u8]], only: bool) -> Read {
    let named: BTreeMap<RepoPath, Vec<u8>> = (0..)
        .zip(files)
        .map(|(at, bytes): (u32, &&[u8])| (path(&format!(".hnp/crds/{at}.yaml")), bytes.to_vec()))
        .collect();
    let laid = read(&named, only);
    for finding in &laid.findings {
        is_found(finding, named.get(&finding.path).map_or(&[], Vec::as_slice));
        assert_eq!(finding.code, Code::BadCrds);
    }
    assert_eq!(laid.schemas.fingerprint(), read(&named, only).schemas.fingerprint());
    for kind in laid.kinds.iter() {
        assert_eq!(laid.kinds.by_group_kind(&kind.group, &kind.kind), Some(kind));
        assert!(RepoPath::root().join(kind.plural.as_bytes()).is_ok(), "{kind:?} has no folder");
    }
    laid
}

/// What `hhgit import` takes can be laid over the built-in rules, unless two of it contradict.
fn import(bytes: &[u8]) {
    let mut files = CrdFiles::default();
    if let Err(error) = files.add(bytes) {
        return is_told(&error);
    }
    let mut again = files.clone();
    assert_eq!(again.add(bytes), Ok(()), "the same CRDs once more are the same");
    assert_eq!(again.files, files.files);
    for (name, text) in &files.files {
        let laid = laid(&[text.as_bytes()], true);
        let is_whole = laid.findings.iter().all(|finding| finding.severity != Severity::Error);
        assert!(is_whole || laid.kinds.iter().count() == 0, "{name} was taken: {:?}", laid.findings);
    }
}

/// Judges objects by what CRDs say: with and without their values, and by validation itself.
fn judged(bytes: &[u8], read: &Read) {
    let by = Judge::new(&read.kinds).with_schemas(&read.schemas);
    let path = path("raw/a.yaml");
    let file = judge(bytes, &path, &by, &LIMITS);
    assert_eq!(format!("{file:?}"), format!("{:?}", judge_keeping(bytes, &path, &by, &LIMITS).0));
    if let File::Documents(documents) = &file {
        documents.iter().flat_map(|document| &document.findings).for_each(|finding| is_found(finding, bytes));
    }
    for chunk in split(bytes) {
        let Some(root) = parse(bytes, &chunk, &LIMITS).ok().and_then(|parsed| parsed.root) else { continue };
        let text = |key: &str| root.get(key).and_then(Node::as_str).unwrap_or_default();
        let Some(schema) = read.schemas.of(text("apiVersion"), text("kind")) else { continue };
        validate(&root, schema).iter().for_each(|violation| is_shown(&violation.message));
    }
}
