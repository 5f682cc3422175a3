//! The wire format as text, and every sample against the schema that is given out.

use super::super::sample;
use crate::report::{FabricReport, Outcome, Point};

fn text(value: &crate::report::Report) -> String {
    let mut out = Vec::new();
    super::report(&mut out, value).expect("a Vec takes all");
    String::from_utf8(out).expect("text")
}

fn schema() -> serde_json::Value {
    let mut out = Vec::new();
    super::schema(&mut out).expect("a Vec takes all");
    serde_json::from_slice(&out).expect("JSON")
}

fn parsed(value: &crate::report::Report) -> serde_json::Value {
    serde_json::from_str(&text(value)).expect("JSON")
}

#[test]
fn the_full_report_is_written_key_by_key_in_this_order() {
    let written = text(&sample::full());
    if std::env::var_os("HHGIT_BLESS").is_some() {
        let file = concat!(env!("CARGO_MANIFEST_DIR"), "/src/render/json/full.json");
        std::fs::write(file, &written).expect("the source tree is writable");
    } else {
        assert_eq!(written, include_str!("full.json"));
    }
}

#[test]
fn what_is_not_there_is_left_out() {
    let one = "1".repeat(40);
    let expected = serde_json::json!({
        "schema": "hhgit.report/1", "command": "sync", "outcome": "unchanged", "ref": "refs/heads/main",
        "input": {"commit": one, "tree": one},
        "fabrics": [{"path": ".", "name": "fabric",
            "counts": {"managed": 0, "unmanaged": 0, "kept": 0, "repairs": 0, "removed": 0},
            "documents": [], "repairs": [], "edits": []}],
        "findings": [],
    });
    assert_eq!(parsed(&sample::quiet()), expected);
}

#[test]
fn every_sample_obeys_the_schema() {
    let schema = schema();
    assert_eq!(schema["$schema"], "https://json-schema.org/draft/2020-12/schema");
    let validator = jsonschema::validator_for(&schema).expect("a sound schema");
    let quiet = sample::quiet();
    let alone = FabricReport { left_alone: true, ..quiet.fabrics[0].clone() };
    let remote = crate::report::Remote { name: "origin".into(), url: "https://h/x".into(), tries: 2 };
    let dry = Some(Point { commit: None, ..sample::point('3') });
    for report in [
        sample::full(),
        sample::checked(),
        crate::report::Report { remote: Some(remote), ..sample::full() },
        crate::report::Report { outcome: Outcome::Planned, result: dry, ..sample::full() },
        crate::report::Report { outcome: Outcome::Refused, input: None, fabrics: vec![alone], ..quiet.clone() },
        quiet,
    ] {
        let value = parsed(&report);
        let errors: Vec<String> = validator.iter_errors(&value).map(|e| e.to_string()).collect();
        assert_eq!(errors, Vec::<String>::new());
    }
}

#[test]
fn the_other_place_stands_beside_the_finding_and_no_line_of_a_document_does() {
    let twin = &parsed(&sample::checked())["findings"][1];
    let expected = serde_json::json!({
        "path": "gitops/fabric-1/raw/prepop.yaml", "line": 4, "column": 9, "end_line": 4, "end_column": 17,
        "message": "the first one is here",
    });
    assert_eq!(twin["related"], expected);
    assert_eq!((twin.get("excerpt"), expected.get("excerpt")), (None, None));
}

#[test]
fn the_schema_refuses_what_is_no_report() {
    let validator = jsonschema::validator_for(&schema()).expect("a sound schema");
    let good = parsed(&sample::full());
    for (key, bad) in [("schema", "hhgit.report/2"), ("outcome", "great")] {
        let mut value = good.clone();
        value[key] = bad.into();
        assert!(!validator.is_valid(&value), "{key}: {bad} was taken");
    }
    for absent in ["input", "result"] {
        let mut value = good.clone();
        value[absent] = serde_json::Value::Null;
        assert!(!validator.is_valid(&value), "{absent}: null was taken");
    }
    let mut value = good.clone();
    value["fabrics"][0]["edits"][0].as_object_mut().expect("an object").remove("to");
    assert!(!validator.is_valid(&value), "an edit with one side was taken");
    let mut value = good;
    value.as_object_mut().expect("an object").remove("findings");
    assert!(!validator.is_valid(&value), "a report without findings was taken");
}

#[test]
fn the_document_cannot_steer_a_terminal_and_keeps_its_values() {
    let mut report = sample::full();
    let nasty = "a\u{1b}\u{7f}\u{9b}\u{202e}\u{e0041}\n\"é日";
    report.findings[0].message = nasty.into();
    let text = text(&report);
    assert!(!text.chars().any(|c| c != '\n' && crate::path::is_unprintable(c)), "{text:?}");
    assert_eq!(parsed(&report)["findings"][0]["message"], nasty);
}
