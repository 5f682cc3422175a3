//! The exact text of a check's report in each format, in files beside this one.

use std::path::Path;

use crate::finding::{Finding, Place, Related};
use crate::render::{Show, Style, check, github, junit, sample, sarif};
use crate::report::Report;

/// Compares with the file of that name, or writes it where that is asked for.
fn assert_text(name: &str, write: impl FnOnce(&mut Vec<u8>) -> std::io::Result<()>) {
    let mut out = Vec::new();
    write(&mut out).expect("a Vec takes all");
    let text = String::from_utf8(out).expect("text");
    let file = Path::new(env!("CARGO_MANIFEST_DIR")).join("src/render/tests").join(name);
    if std::env::var_os("HHGIT_BLESS").is_some() {
        std::fs::write(file, text).expect("the source tree is writable");
    } else {
        assert_eq!(text, std::fs::read_to_string(file).expect("the expected text"));
    }
}

fn human(report: &Report, style: Style) -> String {
    let mut out = Vec::new();
    report.human(&mut out, style).expect("a Vec takes all");
    String::from_utf8(out).expect("text")
}

fn told(excerpt: &str, column: u32, end_column: u32) -> String {
    let finding = Finding {
        place: Some(Place { line: 31, column, end_line: 31, end_column }),
        excerpt: Some(excerpt.into()),
        ..sample::checked().findings.remove(3)
    };
    let told = human(&Report { findings: vec![finding], ..sample::checked() }, Style::default());
    told.lines().skip(3).take(2).collect::<Vec<_>>().join("\n")
}

#[test]
fn each_format_has_its_words() {
    let report = sample::checked();
    assert_text("check.txt", |out| report.human(out, Style::default()));
    assert_text("narrow.txt", |out| report.human(out, Style { width: Some(50), ..Style::default() }));
    assert_text("sarif.json", |out| sarif::report(out, &report));
    assert_text("github.txt", |out| github::report(out, &report));
    assert_text("junit.xml", |out| junit::report(out, &report));
}

#[test]
fn each_format_says_that_nothing_was_found() {
    let report = Report { command: "check", ..sample::quiet() };
    let text = |write: fn(&mut Vec<u8>, &Report) -> std::io::Result<()>| {
        let mut out = Vec::new();
        write(&mut out, &report).expect("a Vec takes all");
        String::from_utf8(out).expect("text")
    };
    assert_eq!(text(|out, r| check::report(out, r, Style::default())), "fabric (.): no findings\nmain: no findings\n");
    assert_eq!(text(|out, r| github::report(out, r)), "no findings\n");
    assert_eq!(
        text(|out, r| junit::report(out, r)),
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<testsuites name=\"hhgit\">\n  \
         <testsuite name=\"fabric\" tests=\"1\" failures=\"0\" errors=\"0\" skipped=\"0\">\n    \
         <testcase classname=\".\" name=\"no findings\"/>\n  </testsuite>\n</testsuites>\n"
    );
    let log: serde_json::Value = serde_json::from_str(&text(|out, r| sarif::report(out, r))).expect("JSON");
    assert_eq!(log["runs"][0]["results"], serde_json::json!([]));
}

#[test]
fn the_mark_stands_under_what_is_meant() {
    assert_eq!(told("kind: Swtich", 7, 13), "31 | kind: Swtich\n   |       ^^^^^^");
    assert_eq!(told("\tkind:\tx y", 8, 9), "31 |     kind:    x y\n   |              ^", "tabs are four wide");
    assert_eq!(told("名前: ä y", 5, 6), "31 | 名前: ä y\n   |       ^", "wide characters take two columns");
    assert_eq!(told("a\u{1b}[2J\u{202e}b", 7, 8), "31 | a�[2J�b\n   |       ^", "a column a character");
    assert_eq!(told("ab", 3, 3), "31 | ab\n   |   ^", "after the end");
}

#[test]
fn a_long_line_is_cut_around_what_is_meant_and_a_very_long_one_is_not_shown() {
    let long = format!("{}NEEDLE{}", "x".repeat(1000), "y".repeat(1000));
    let shown = told(&long, 1001, 1007);
    assert!(shown.contains("xxxNEEDLEyyy") && shown.lines().all(|line| line.chars().count() <= 140), "{shown}");
    let line = human(
        &Report {
            findings: vec![Finding {
                place: Some(Place { line: 1, column: 5000, end_line: 1, end_column: 5001 }),
                excerpt: Some("x".repeat(10_000)),
                ..sample::checked().findings.remove(3)
            }],
            ..sample::checked()
        },
        Style::default(),
    );
    assert!(line.starts_with("gitops/fabric-1/raw/prepop.yaml:1:5000: error[unknown-kind]: "), "{line}");
}

#[test]
fn two_places_in_one_line_are_marked_in_one_snippet() {
    let finding = sample::checked().findings.remove(3);
    let place = Place { line: 31, column: 1, end_line: 31, end_column: 5 };
    let related =
        Related { path: finding.path.clone(), place, message: "the field".into(), excerpt: finding.excerpt.clone() };
    let finding = Finding { related: Some(related), ..finding };
    let text = human(&Report { findings: vec![finding], ..sample::checked() }, Style::default());
    assert!(text.contains("31 | kind: Swtich\n   | ----  ^^^^^^\n   | |\n   | the field\n   |\n   = help: "), "{text}");
}

#[test]
fn another_place_without_its_line_is_told_in_words() {
    let mut report = sample::checked();
    report.findings = vec![report.findings.remove(1)];
    let related = report.findings[0].related.as_mut().expect("the twin has one");
    related.excerpt = None;
    let note = "= note: gitops/fabric-1/raw/prepop.yaml:4:9: the first one is here\n    = help: ";
    assert!(human(&report, Style::default()).contains(note));
    report.findings[0].excerpt = None;
    let note = "different values\n  note: gitops/fabric-1/raw/prepop.yaml:4:9: the first one is here\n  help: ";
    assert!(human(&report, Style::default()).contains(note));
}

#[test]
fn a_long_check_ends_with_how_to_see_the_rest_and_one_help_for_all() {
    let mut report = sample::checked();
    let finding = report.findings.remove(3);
    report.findings = (0..1000).map(|n| Finding { document: Some(n), ..finding.clone() }).collect();
    let short = human(&report, Style::default());
    assert_eq!((short.matches("error[").count(), short.matches("help: ").count()), (50, 1), "{short}");
    assert!(short.contains("\n  and 950 more; --verbose or --output json shows all\n\nfabric-1 ("), "{short}");
    assert!(short.ends_with("\nmain: 1000 errors\n"), "{short}");
    assert_eq!(human(&report, Style { verbose: true, ..Style::default() }).matches("error[").count(), 1000);
    let mut out = Vec::new();
    github::report(&mut out, &report).expect("a Vec takes all");
    let commands = String::from_utf8(out).expect("text");
    assert_eq!(commands.matches("::error ").count(), 10);
    assert!(commands.ends_with("\nand 990 more findings; --output human or json shows all\n"), "{commands}");
}

#[test]
fn colours_are_written_only_when_asked_for() {
    let report = sample::checked();
    let coloured = human(&report, Style { color: true, ..Style::default() });
    assert!(coloured.starts_with("\u{1b}[1m\u{1b}[31merror\u{1b}[0m[duplicate-identity]: "), "{coloured:?}");
    assert!(coloured.contains("\u{1b}[1m\u{1b}[31m^^^^^^\u{1b}[0m"), "{coloured:?}");
    assert!(!human(&report, Style::default()).contains('\u{1b}'));
}

#[test]
fn a_fingerprint_stays_while_lines_move_and_twins_have_their_own() {
    let prints = |report: &Report| {
        let mut out = Vec::new();
        sarif::report(&mut out, report).expect("a Vec takes all");
        let log: serde_json::Value = serde_json::from_slice(&out).expect("JSON");
        let results = log["runs"][0]["results"].as_array().expect("results").clone();
        results.iter().map(|result| result["partialFingerprints"]["hhgitFinding/v1"].to_string()).collect::<Vec<_>>()
    };
    let mut report = sample::checked();
    report.findings.extend(sample::checked().findings);
    let before = prints(&report);
    for finding in &mut report.findings {
        finding.place =
            finding.place.map(|place| Place { line: place.line + 9, end_line: place.end_line + 9, ..place });
    }
    assert_eq!(prints(&report), before);
    let different: std::collections::BTreeSet<&String> = before.iter().collect();
    assert_eq!(different.len(), report.findings.len());
}
