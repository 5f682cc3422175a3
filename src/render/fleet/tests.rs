//! A fleet's lines as people and machines read them.

use std::collections::BTreeMap;
use std::time::Duration;

use super::*;
use crate::ids::{CommitId, ObjectId};
use crate::path::RepoPath;
use crate::snapshot::Time;

const TIME: Time = Time { seconds: 1_700_000_000, offset: 0 };

fn commit(digit: char) -> CommitId {
    CommitId::new(ObjectId::from_hex(digit.to_string().repeat(40).as_bytes()).expect("an id"))
}

fn committed() -> Row {
    Row {
        number: 7,
        total: 30,
        line: 9,
        repository: "https://git.example.org/site-1.git".to_owned(),
        branch: Some("main".to_owned()),
        outcome: RowOutcome::Committed,
        took: Duration::from_millis(125),
        input: Some(commit('1')),
        result: Some(commit('2')),
        counts: Counts { managed: 46, unmanaged: 1, kept: 1, repairs: 16, removed: 0 },
        errors: 1,
        warnings: 0,
        left_alone: Vec::new(),
        started_over: 0,
        request: None,
        error: None,
    }
}

fn bare(number: usize, outcome: RowOutcome) -> Row {
    let (input, result, counts) = (None, None, Counts::default());
    let (repository, branch) = (format!("/srv/git/{number}.git"), None);
    Row { number, line: number + 2, outcome, input, result, counts, errors: 0, repository, branch, ..committed() }
}

fn failed() -> Row {
    let error = Some("reading it failed: fatal: \x1b[31mno\nroute".to_owned());
    Row { error, ..bare(8, RowOutcome::Failed) }
}

fn findings() -> Row {
    let left_alone = vec![RepoPath::new("gitops/f").expect("a good path")];
    Row { errors: 2, warnings: 1, left_alone, ..bare(9, RowOutcome::Findings) }
}

fn ended() -> Ended {
    let rows = [committed(), failed(), findings(), bare(10, RowOutcome::KeptMoving)];
    let mut outcomes: BTreeMap<RowOutcome, Sum> = BTreeMap::new();
    rows.iter().for_each(|row| outcomes.entry(row.outcome).or_default().add(row));
    Ended {
        time: TIME,
        took: Duration::from_secs(75),
        doing: Doing::Sync,
        list: "fleet.txt".to_owned(),
        outcomes,
        not_begun: 26,
        before: Some(Before { repositories: 3, since: TIME }),
        attention: rows[1..].to_vec(),
        record: Some("/run/record".to_owned()),
        problems: vec!["the record cannot be written".to_owned()],
        exit: 3,
    }
}

fn started() -> Started {
    Started {
        time: TIME,
        doing: Doing::Sync,
        list: "fleet.txt".to_owned(),
        listed: 120,
        shard: Some((1, 4)),
        repositories: 30,
        before: Some(Before { repositories: 3, since: TIME }),
        jobs: 2,
    }
}

fn events() -> Vec<Event> {
    vec![
        Event::Started(started()),
        Event::Repository(Box::new(committed())),
        Event::Repository(Box::new(failed())),
        Event::Repository(Box::new(findings())),
        Event::Repository(Box::new(bare(10, RowOutcome::Unchanged))),
        Event::Stopping { under_way: 2 },
        Event::Ended(Box::new(ended())),
    ]
}

fn human_lines(style: Style) -> String {
    let mut out = Vec::new();
    events().iter().for_each(|event| human(&mut out, event, style).expect("a Vec takes all"));
    String::from_utf8(out).expect("text")
}

#[test]
fn people_read_a_line_a_repository_and_a_table_at_the_end() {
    assert_eq!(human_lines(Style::default()), include_str!("human.txt"));
}

#[test]
fn a_narrow_terminal_breaks_sentences_and_colour_changes_no_word() {
    let narrow = human_lines(Style { width: Some(60), ..Style::default() });
    let at_end = narrow.split("To look at:").nth(1).expect("a table at the end");
    assert!(
        at_end.lines().filter(|line| !line.contains("fleet.txt")).all(|line| line.chars().count() <= 60),
        "{narrow}"
    );
    let colored = human_lines(Style { color: true, ..Style::default() });
    let plain = regex_lite::Regex::new("\x1b\\[[0-9;]*m").expect("a pattern").replace_all(&colored, "").into_owned();
    assert_eq!(plain, include_str!("human.txt"));
}

#[test]
fn of_very_many_that_failed_the_first_are_told_unless_all_are_asked_for() {
    let many = Ended { attention: vec![failed(); TOLD + 12], ..ended() };
    let told = |style| {
        let mut out = Vec::new();
        human(&mut out, &Event::Ended(Box::new(many.clone())), style).expect("a Vec takes all");
        String::from_utf8(out).expect("text")
    };
    let (short, long) = (told(Style::default()), told(Style { verbose: true, ..Style::default() }));
    let rows = |text: &str| text.matches("fleet.txt:10").count();
    assert_eq!((rows(&short), rows(&long)), (TOLD, TOLD + 12));
    assert!(short.contains("  and 12 more; --verbose lists them all\n") && !long.contains("--verbose"));
}

#[test]
fn machines_read_an_object_a_line_that_fits_the_schema() {
    let mut out = Vec::new();
    events().iter().for_each(|event| json(&mut out, event).expect("a Vec takes all"));
    let text = String::from_utf8(out).expect("text");
    assert_eq!(text, include_str!("lines.jsonl"));
    let validator = jsonschema::validator_for(&schema()).expect("a schema");
    for line in text.lines() {
        let value: serde_json::Value = serde_json::from_str(line).expect("JSON");
        assert!(validator.is_valid(&value), "{line}");
        assert!(!line.contains('\x1b'));
    }
}
