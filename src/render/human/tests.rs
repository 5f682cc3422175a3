//! The exact text people see, for a report with everything in it and for the quiet ones.

use super::super::sample;
use super::*;
use crate::report::{Diff, Remote};

fn text(value: &Report, style: Style) -> String {
    let mut out = Vec::new();
    report(&mut out, value, style).expect("a Vec takes all");
    String::from_utf8(out).expect("text")
}

const FULL: &str = r#"fabric-1 (gitops/fabric-1): 2 to managed, 2 to unmanaged, 1 repair, 1 object removed from managed

gitops/fabric-1/raw/prepop.yaml:31:7: error[unknown-kind]: wiring.githedgehog.com has no kind Swtich; did you mean Switch?
  help: Look for a misspelling with hhgit kinds; a kind of a newer release comes with its CRD in .hnp/crds/.

"gitops/fabric-1/raw/\377\033": warning[not-yaml]: the name ends in no extension of YAML or JSON
  help: If it holds Hedgehog objects, rename it to end in .yaml; otherwise keep it outside raw/.

updated in managed:
  Switch leaf-2: gitops/fabric-1/managed/switches/leaf-2.yaml (from gitops/fabric-1/raw/prepop.yaml:20)

removed from managed:
  Server old (gitops/fabric-1/managed)

note: The branch is checked out nowhere.

main: 1111111 -> 2222222 (1 error, 1 warning)
"#;

#[test]
fn short_comes_first_then_detail_then_the_outcome() {
    assert_eq!(text(&sample::full(), Style::default()), FULL);
}

#[test]
fn verbose_adds_what_went_well_and_the_repairs() {
    let verbose = text(&sample::full(), Style { verbose: true, ..Style::default() });
    let added = "\nadded to managed:\n  Switch leaf-1: gitops/fabric-1/managed/switches/leaf-1.yaml (from gitops/fabric-1/raw/prepop.yaml:10)\n";
    assert!(verbose.contains(added), "{verbose}");
    assert!(verbose.contains("\nrepairs:\n  gitops/fabric-1/managed/vpcs: missing-directory\n"), "{verbose}");
}

#[test]
fn when_there_is_nothing_to_do_two_lines_say_so() {
    assert_eq!(text(&sample::quiet(), Style::default()), "fabric (.): nothing to sort\nmain: nothing to do\n");
}

#[test]
fn a_diff_is_shown_line_by_line_and_steers_no_terminal() {
    let path = sample::path("f/managed/vpcs/a.yaml");
    let unified = "--- a/x\n+++ b/x\n@@ -1 +1 @@\n-a: 1\n+a: \u{1b}[2J\n".to_owned();
    let told = text(&Report { diffs: vec![Diff { path, unified }], ..sample::quiet() }, Style::default());
    let diff = "--- a/x\n+++ b/x\n@@ -1 +1 @@\n-a: 1\n+a: \\u{1b}[2J\n";
    assert_eq!(told, format!("fabric (.): nothing to sort\n\n{diff}\nmain: nothing to do\n"));
}

#[test]
fn each_outcome_has_its_words() {
    let end = |outcome| {
        let told = text(&Report { outcome, fabrics: Vec::new(), ..sample::quiet() }, Style::default());
        told.trim_end().to_owned()
    };
    assert_eq!(end(Outcome::Planned), "main: dry run: nothing was written");
    assert_eq!(end(Outcome::Refused), "main: refused: nothing was written");
    assert_eq!(end(Outcome::Unchanged), "main: nothing to do");
    assert_eq!(end(Outcome::Committed), "main: 1111111 -> (no commit)");
}

#[test]
fn a_remotes_branch_is_told_with_its_place_and_the_tries_it_took() {
    let end = |name: &str, tries, outcome| {
        let remote = Some(Remote { name: name.to_owned(), url: "https://h/x".to_owned(), tries });
        let report = Report { outcome, remote, fabrics: Vec::new(), ..sample::quiet() };
        text(&report, Style::default()).trim_end().to_owned()
    };
    assert_eq!(end("https://h/x", 1, Outcome::Unchanged), "main of https://h/x: nothing to do");
    let told = "main of origin (https://h/x), at the 2nd try: 1111111 -> (no commit), pushed";
    assert_eq!(end("origin", 2, Outcome::Committed), told);
    assert_eq!(
        end("o\u{1b}x", 12, Outcome::Unchanged),
        "main of o\\u{1b}x (https://h/x), at the 12th try: nothing to do"
    );
}

#[test]
fn a_fabric_left_alone_is_said_to_be() {
    let mut report = sample::quiet();
    report.fabrics[0].left_alone = true;
    assert_eq!(text(&report, Style::default()), "fabric (.): left alone\nmain: nothing to do\n");
}

#[test]
fn a_long_list_ends_with_how_to_see_the_rest_and_one_help_for_all() {
    let mut report = sample::quiet();
    let finding = sample::full().findings[0].clone();
    report.findings = (0..1000).map(|n| Finding { document: Some(n), ..finding.clone() }).collect();
    let short = text(&report, Style::default());
    assert_eq!(short.lines().count(), 56, "{short}");
    assert!(short.contains("\n  and 950 more; --verbose or --output json shows all\n"), "{short}");
    assert_eq!(short.matches("help: ").count(), 1);
    assert!(short.ends_with("\nmain: nothing to do (1000 errors)\n"), "{short}");
    assert_eq!(text(&report, Style { verbose: true, ..Style::default() }).lines().count(), 1005);
}

#[test]
fn colours_are_written_only_when_asked_for_and_reset() {
    let coloured = text(&sample::full(), Style { color: true, ..Style::default() });
    assert!(coloured.contains("\u{1b}[1m\u{1b}[31merror\u{1b}[0m[unknown-kind]: "), "{coloured:?}");
    assert!(coloured.contains("main: \u{1b}[1m\u{1b}[32m1111111 -> 2222222\u{1b}[0m (1 error"), "{coloured:?}");
    assert!(!text(&sample::full(), Style::default()).contains('\u{1b}'));
}

#[test]
fn names_from_documents_cannot_steer_the_terminal() {
    let mut report = sample::full();
    report.fabrics[0].name = "a\u{1b}[2Jb".into();
    report.fabrics[0].removed[0].name = "x\u{202e}y".into();
    report.fabrics[0].removed[0].namespace = "\u{7}".into();
    report.findings[0].message = "bell\u{7}".into();
    report.notes = vec!["line\nbreak".into()];
    let told = text(&report, Style::default());
    assert!(!told.chars().any(|c| c != '\n' && crate::path::is_unprintable(c)), "{told:?}");
    assert!(told.contains("note: line\\nbreak\n"), "{told:?}");
}
