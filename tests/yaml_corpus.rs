//! Real and made YAML against what Kubernetes' own code said of it: documents counted, empty ones, unreadable ones.
//!
//! The data is not part of this repository: `HHGIT_CORPUS` or `../shared/corpus` names it; without it the test says so
//! and passes. Its `verdicts.tsv` has a row for each document. Of its stages, `yaml` means that decoding YAML failed
//! (`reject`, and `not-hedgehog` with a message) or found nothing (`empty`); at every other stage the YAML was read.
//! Read there, and refused here on purpose, are documents of which that decoder silently drops a part: what follows the
//! document's end, and the first of two like keys, which Kubernetes' strict decoder refuses too.

#![allow(clippy::unwrap_used, clippy::print_stderr, reason = "a test")]

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use hhgit::yaml::{FaultKind, Limits, parse, split};

/// What became of one document.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Outcome {
    Read,
    Empty,
    Refused,
}

/// What is known of one document.
struct Row {
    outcome: Outcome,
    named: (String, String, String),
}

fn corpus() -> Option<PathBuf> {
    let root = std::env::var_os("HHGIT_CORPUS")
        .map_or_else(|| Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared/corpus"), PathBuf::from);
    root.join("verdicts.tsv").is_file().then_some(root)
}

/// The rows of each file, by document number.
fn verdicts(root: &Path) -> BTreeMap<String, BTreeMap<u32, Row>> {
    let mut files: BTreeMap<String, BTreeMap<u32, Row>> = BTreeMap::new();
    for line in std::fs::read_to_string(root.join("verdicts.tsv")).unwrap().lines().skip(1) {
        let fields: Vec<&str> = line.split('\t').collect();
        let [path, document, api_version, kind, _, name, schema, _, _, stage, message] = fields[..] else {
            panic!("a row has not 11 fields: {line}");
        };
        let outcome = match (schema, stage, message) {
            ("empty", _, _) => Outcome::Empty,
            (_, "yaml", message) if !message.is_empty() => Outcome::Refused,
            _ => Outcome::Read,
        };
        let row = Row { outcome, named: (api_version.to_owned(), kind.to_owned(), name.to_owned()) };
        files.entry(path.to_owned()).or_default().insert(document.parse().unwrap(), row);
    }
    files
}

/// Whether a lenient decoder would go on, leaving something out.
fn drops_a_part(kind: FaultKind) -> bool {
    matches!(kind, FaultKind::TrailingContent | FaultKind::DuplicateKey)
}

#[test]
fn every_document_of_the_corpus_is_counted_and_read_as_kubernetes_does() {
    let Some(root) = corpus() else {
        eprintln!("no corpus here: nothing was compared");
        return;
    };
    let mut differences = Vec::new();
    let mut compared = 0;
    for (path, rows) in verdicts(&root) {
        let file = std::fs::read(root.join(&path)).unwrap();
        let chunks = split(&file);
        let expected: Vec<u32> = rows.keys().copied().collect();
        let counted: Vec<u32> = chunks.iter().map(|chunk| chunk.number).collect();
        if counted != expected {
            differences.push(format!("{path}: documents {counted:?}, expected {expected:?}"));
            continue;
        }
        for chunk in &chunks {
            compared += 1;
            let row = &rows[&chunk.number];
            let result = parse(&file, chunk, &Limits::default());
            let outcome = match &result {
                Ok(parsed) if parsed.root.is_none() => Outcome::Empty,
                Ok(_) => Outcome::Read,
                Err(fault) if row.outcome == Outcome::Read && drops_a_part(fault.kind) => Outcome::Read,
                Err(_) => Outcome::Refused,
            };
            if outcome != row.outcome {
                differences.push(format!("{path} {}: {result:?}, expected {:?}", chunk.number, row.outcome));
                continue;
            }
            let Some(root) = result.ok().and_then(|parsed| parsed.root) else { continue };
            let text = |keys: &[&str]| {
                let node = keys.iter().try_fold(&root, |node, key| node.get(key));
                node.and_then(|node| node.as_str()).unwrap_or_default().to_owned()
            };
            let named = (text(&["apiVersion"]), text(&["kind"]), text(&["metadata", "name"]));
            if !row.named.0.is_empty() && named != row.named {
                differences.push(format!("{path} {}: {named:?}, expected {:?}", chunk.number, row.named));
            }
        }
    }
    assert!(compared > 0, "the corpus is there but holds no document");
    assert!(differences.is_empty(), "{} of {compared} differ:\n{}", differences.len(), differences.join("\n"));
}
