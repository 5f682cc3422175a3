//! Each rule by example: the files of `cases/`, each case a sentence, what is laid over a good fabric, and what is said.
//!
//! A case starts with `== ` and its sentence. Then `settings: {...}` if it needs any, YAML, and a line for each breach:
//! `-> ` for an error, `~> ` for a warning, then code, line and column in the case's YAML, message, and behind ` | ` the
//! other place. A case without such lines is one that passes. `HHGIT_BLESS=1` writes what is said into the files.

mod laws;
mod reach;

use std::collections::BTreeSet;
use std::fmt::Write as _;
use std::path::{Path, PathBuf};

use crate::fabric::settings::Settings;
use crate::rules::{Breach, Object, check};
use crate::verdict::code::{Code, Severity, Subject};
use crate::verdict::identity::{DEFAULT_NAMESPACE, Identity};
use crate::yaml::{Limits, Lines, Node, parse, split};

/// One document of a test.
#[derive(Clone)]
pub(super) struct Document {
    pub(super) identity: Identity,
    pub(super) root: Node,
}

/// The documents of a text.
pub(super) fn documents(text: &str) -> Vec<Document> {
    let chunks = split(text.as_bytes());
    let roots = chunks.iter().filter_map(|chunk| {
        parse(text.as_bytes(), chunk, &Limits::default()).unwrap_or_else(|fault| panic!("{fault:?} in:\n{text}")).root
    });
    roots.map(|root| Document { identity: identity(&root), root }).collect()
}

fn identity(root: &Node) -> Identity {
    let text = |keys: &[&str]| {
        let node = keys.iter().try_fold(root, |node, key| node.get(key));
        node.and_then(Node::as_str).unwrap_or_default().to_owned()
    };
    let (api_version, namespace) = (text(&["apiVersion"]), text(&["metadata", "namespace"]));
    Identity {
        group: api_version.split('/').next().unwrap_or_default().to_owned(),
        kind: text(&["kind"]),
        namespace: if namespace.is_empty() { DEFAULT_NAMESPACE.to_owned() } else { namespace },
        name: text(&["metadata", "name"]),
    }
}

/// All of these as sound objects.
pub(super) fn objects(documents: &[Document]) -> Vec<Object<'_>> {
    documents
        .iter()
        .map(|document| Object { identity: &document.identity, root: &document.root, sound: true })
        .collect()
}

/// The good fabric that cases are laid over.
pub(super) const BASE: &str = include_str!("cases/base.yaml");

/// A case as it is written.
struct Case {
    sentence: String,
    settings: Option<String>,
    yaml: String,
    expected: Vec<String>,
}

fn cases(text: &str) -> Vec<Case> {
    let mut cases: Vec<Case> = Vec::new();
    for line in text.lines() {
        if let Some(sentence) = line.strip_prefix("== ") {
            let sentence = sentence.to_owned();
            cases.push(Case { sentence, settings: None, yaml: String::new(), expected: Vec::new() });
            continue;
        }
        let case = cases.last_mut().expect("the file starts with a case");
        if line.starts_with("settings: ") {
            case.settings = Some(line.to_owned());
        } else if line.starts_with("-> ") || line.starts_with("~> ") {
            case.expected.push(line.to_owned());
        } else if !line.is_empty() {
            case.yaml.push_str(line);
            case.yaml.push('\n');
        }
    }
    cases
}

fn settings(line: Option<&str>) -> Settings {
    let mut settings = Settings::default();
    let node =
        line.map(|line| parse(line.as_bytes(), &split(line.as_bytes())[0], &Limits::default()).unwrap().root.unwrap());
    for pair in node.iter().filter_map(|node| node.get("settings")?.as_mapping()).flatten() {
        settings.set(&pair.key, &pair.value).expect("a known setting").expect("a good value");
    }
    settings
}

/// What is said of a case: breaches in its own documents, and in the base's by name.
fn said(case: &Case) -> Vec<String> {
    let own = documents(&case.yaml);
    let mut all: Vec<Document> = documents(BASE);
    all.retain(|base| !own.iter().any(|document| document.identity == base.identity));
    let first = all.len();
    all.extend(own);
    let (lines, bytes) = (Lines::new(case.yaml.as_bytes()), case.yaml.as_bytes());
    let place = |object: usize, start: usize| {
        let (line, column) = lines.position(bytes, start);
        if object < first { format!("{}", all[object].identity) } else { format!("{line}:{column}") }
    };
    let show = |breach: Breach| {
        let arrow = if breach.severity == Severity::Error { "->" } else { "~>" };
        let at = place(breach.object, breach.span.start);
        let other =
            breach.related.map(|other| format!(" | {}: {}", place(other.object, other.span.start), other.message));
        format!("{arrow} {} {at} {}{}", breach.code, breach.message, other.unwrap_or_default())
    };
    check(&objects(&all), &settings(case.settings.as_deref())).into_iter().map(show).collect()
}

fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("src/rules/tests/cases")
}

/// The case files, sorted, with their texts.
fn files() -> Vec<(PathBuf, String)> {
    let entries = std::fs::read_dir(folder()).unwrap().map(|entry| entry.unwrap().path());
    let mut paths: Vec<PathBuf> = entries.filter(|path| path.extension().is_some_and(|ext| ext == "txt")).collect();
    paths.sort();
    paths.into_iter().map(|path| (path.clone(), std::fs::read_to_string(&path).unwrap())).collect()
}

fn written(cases: &[Case]) -> String {
    let mut out = String::new();
    for case in cases {
        writeln!(out, "== {}", case.sentence).unwrap();
        if let Some(settings) = &case.settings {
            writeln!(out, "{settings}").unwrap();
        }
        out.push_str(&case.yaml);
        for line in said(case) {
            writeln!(out, "{line}").unwrap();
        }
        out.push('\n');
    }
    out
}

#[test]
fn the_good_fabric_breaks_no_rule() {
    let documents = documents(BASE);
    assert_eq!(check(&objects(&documents), &Settings::default()), Vec::new());
}

#[test]
fn every_case_says_what_is_written() {
    for (path, text) in files() {
        let cases = cases(&text);
        if std::env::var_os("HHGIT_BLESS").is_some() {
            std::fs::write(&path, written(&cases)).unwrap();
            continue;
        }
        for case in &cases {
            assert_eq!(said(case), case.expected, "{}: {}", path.display(), case.sentence);
        }
    }
}

#[test]
fn every_rule_has_a_case_that_breaks_it() {
    let mut broken = BTreeSet::new();
    for (_, text) in files() {
        for case in cases(&text) {
            broken.extend(case.expected.iter().filter_map(|line| Code::parse(line.split(' ').nth(1)?)));
        }
    }
    // What left managed/ shows only between two commits, and is shown in testrepos-check/.
    let of_a_range = [Code::StillReferred, Code::DeletedTogether, Code::TooManyDeletions, Code::NotASync];
    let rules = Code::ALL.iter().filter(|code| code.subject() == Subject::Rule && !of_a_range.contains(code));
    let without: Vec<&Code> = rules.filter(|code| !broken.contains(code)).collect();
    assert!(without.is_empty(), "no case breaks {without:?}");
}
