//! Level schema against what a cluster's admission said of real and made objects.
//!
//! The data is not part of this repository: `HHGIT_CORPUS` or `../shared/corpus` names it; without it the test says so
//! and passes. Its `verdicts.tsv` has a row for each document. What admission refused while decoding or by the schema must
//! be refused here; what it accepted, or refused only by a rule between fields or objects, must not break a schema here.
//! Left out are documents of kinds that people do not write, which are refused before any schema is asked, and those that
//! admission refused for a label that it had derived from other fields.

#![allow(clippy::unwrap_used, clippy::print_stderr, reason = "a test")]

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use hhgit::fabric::kinds::Kinds;
use hhgit::schema::Schemas;
use hhgit::verdict::code::Code;
use hhgit::verdict::judge::{Judge, Judgement};
use hhgit::yaml::{Limits, parse, split};

/// What level schema should make of a document.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Expected {
    /// It is refused, for whatever reason.
    Refused,
    /// It breaks no schema, whatever else may be wrong with it.
    Fits,
    /// The row says nothing about that.
    Unsaid,
}

fn corpus() -> Option<PathBuf> {
    let root = std::env::var_os("HHGIT_CORPUS")
        .map_or_else(|| Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared/corpus"), PathBuf::from);
    root.join("verdicts.tsv").is_file().then_some(root)
}

/// The rows of each file: document number, expectation, and the row itself.
fn rows(root: &Path) -> BTreeMap<String, Vec<(u32, Expected, String)>> {
    let mut files: BTreeMap<String, Vec<(u32, Expected, String)>> = BTreeMap::new();
    for line in std::fs::read_to_string(root.join("verdicts.tsv")).unwrap().lines().skip(1) {
        let fields: Vec<&str> = line.split('\t').collect();
        let [path, document, _, _, _, _, _, _, admission, stage, _] = fields[..] else {
            panic!("a row has not 11 fields: {line}");
        };
        let expected = match (admission, stage) {
            ("reject", "decode" | "schema" | "name") => Expected::Refused,
            ("accept" | "reject", "validate" | "create") => Expected::Fits,
            _ => Expected::Unsaid,
        };
        files.entry(path.to_owned()).or_default().push((document.parse().unwrap(), expected, line.to_owned()));
    }
    files
}

fn breaks_schema(judgement: &Judgement) -> bool {
    judgement.remarks.iter().any(|remark| matches!(remark.code, Code::SchemaViolation | Code::UnknownField))
}

fn is_never_written(judgement: &Judgement) -> bool {
    judgement.remarks.iter().any(|remark| matches!(remark.code, Code::ControllerOwned | Code::InstallerOwned))
}

#[test]
fn level_schema_agrees_with_admission_wherever_that_decodes_or_applies_the_schema() {
    let Some(root) = corpus() else {
        eprintln!("no corpus here: nothing was compared");
        return;
    };
    let (kinds, schemas) = (Kinds::builtin(), Schemas::builtin());
    let judge = Judge::new(&kinds).with_schemas(&schemas);
    let (mut differences, mut counts) = (Vec::new(), BTreeMap::new());
    for (path, rows) in rows(&root) {
        let file = std::fs::read(root.join(&path)).unwrap();
        let chunks = split(&file);
        for (number, expected, row) in rows {
            let Some(chunk) = chunks.iter().find(|chunk| chunk.number == number) else { continue };
            let parsed = parse(&file, chunk, &Limits::default());
            let Some(node) = parsed.ok().and_then(|parsed| parsed.root) else { continue };
            let judgement = judge.judge(&node);
            let agrees = match expected {
                _ if is_never_written(&judgement) => continue,
                Expected::Refused => judgement.target.is_none(),
                Expected::Fits => !breaks_schema(&judgement),
                Expected::Unsaid => continue,
            };
            *counts.entry(expected).or_insert(0) += 1;
            if !agrees {
                differences.push(format!("{row}\n    here: {:?}", judgement.remarks));
            }
        }
    }
    eprintln!("compared: {counts:?}; {} differ", differences.len());
    assert!(!counts.is_empty(), "the corpus is there but holds no document");
    assert!(differences.is_empty(), "{} differ:\n{}", differences.len(), differences.join("\n"));
}
