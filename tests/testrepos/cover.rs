//! What the cases cover: every verdict code, and every row of the list in testrepos/README.md.

use std::collections::BTreeSet;
use std::fs;

use hhgit::verdict::code::Code;

use crate::case;

fn readme() -> String {
    fs::read_to_string(case::root().join("README.md")).unwrap()
}

/// The lines of a section of the README.
fn section(title: &str) -> Vec<String> {
    let text = readme();
    let lines = text.lines().skip_while(|line| *line != format!("## {title}")).skip(1);
    lines.take_while(|line| !line.starts_with("## ")).map(str::to_owned).collect()
}

/// The words between backticks.
fn quoted(line: &str) -> impl Iterator<Item = &str> {
    line.split('`').skip(1).step_by(2)
}

#[test]
fn every_verdict_code_has_a_case_here_or_among_those_of_check() {
    let reports: String = case::names()
        .iter()
        .map(|name| fs::read_to_string(case::root().join(name).join("report.json")).unwrap_or_default())
        .collect();
    // No commit breaks the last by itself, only a push to a server that asks for it: tests/hook_syncs.rs has it.
    for code in Code::ALL.iter().filter(|code| **code != Code::NotASync) {
        let shown = reports.contains(&format!("\"code\": \"{code}\""));
        let checked = case::root().with_file_name("testrepos-check").join(code.as_str()).is_dir();
        assert!(shown || checked, "{code} has a case neither here nor in testrepos-check/");
    }
}

#[test]
fn every_case_that_the_readme_names_is_there() {
    let names: BTreeSet<String> = case::names().into_iter().collect();
    let rows: Vec<String> =
        section("What the tool before hhgit did").into_iter().filter(|line| line.starts_with("| ")).collect();
    for line in &rows {
        for name in quoted(line).filter(|word| !word.contains('/') && !word.contains(' ')) {
            assert!(names.contains(name), "the README names {name}, which is no case: {line}");
        }
    }
    for row in 1..=76 {
        // Rows that the list never had.
        if matches!(row, 49 | 62 | 71 | 73 | 74) {
            continue;
        }
        let number = format!("{row:02}");
        let has =
            |line: &&String| line.split('|').nth(1).is_some_and(|cell| cell.split_whitespace().any(|n| n == number));
        assert_eq!(rows.iter().filter(has).count(), 1, "row {number} of the table");
    }
}
