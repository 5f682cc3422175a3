//! A watch's lines as people and machines read them, and its numbers as OpenMetrics.

use std::collections::BTreeMap;

use super::*;
use crate::fabric::interval::Interval;
use crate::ids::{CommitId, ObjectId};
use crate::path::RepoPath;
use crate::render::openmetrics;
use crate::report::watch::Cause;
use crate::report::watch_tally::Tally;
use crate::report::{self, Fate};
use crate::verdict::code::Code;

const TIME: Time = Time { seconds: 1_700_000_000, offset: 0 };

fn commit(digit: char) -> CommitId {
    CommitId::new(ObjectId::from_hex(digit.to_string().repeat(40).as_bytes()).expect("an id"))
}

fn committed() -> Round {
    Round {
        time: TIME,
        number: 3,
        cause: Cause::Moved,
        outcome: RoundOutcome::Committed,
        took: Duration::from_millis(125),
        reference: Some("refs/heads/main".to_owned()),
        input: Some(commit('1')),
        result: Some(commit('2')),
        counts: report::Counts { managed: 46, unmanaged: 1, kept: 1, repairs: 16, removed: 0 },
        documents: BTreeMap::from([((Fate::Managed, None), 46), ((Fate::Unmanaged, Some(Code::NotHedgehog)), 1)]),
        findings: BTreeMap::from([((Severity::Warning, Code::NotHedgehog), 1)]),
        left_alone: Vec::new(),
        disabled: 0,
        started_over: 0,
        request: None,
        error: None,
        failures: 0,
        next: Some(Duration::from_secs(3560)),
        last_success: Some(TIME),
        problems: Vec::new(),
    }
}

fn failed() -> Round {
    Round {
        cause: Cause::Retry,
        outcome: RoundOutcome::Failed,
        result: None,
        counts: report::Counts::default(),
        documents: BTreeMap::new(),
        findings: BTreeMap::new(),
        started_over: 2,
        error: Some("origin cannot be reached: \x1b[31m\nno".to_owned()),
        failures: 4,
        next: Some(Duration::from_secs(8)),
        problems: vec!["the health file cannot be written: full".to_owned()],
        ..committed()
    }
}

fn events() -> Vec<Event> {
    let judged = Round {
        outcome: RoundOutcome::Findings,
        result: None,
        findings: BTreeMap::from([
            ((Severity::Error, Code::MissingReference), 2),
            ((Severity::Warning, Code::Symlink), 1),
        ]),
        left_alone: vec![RepoPath::new("f").expect("a path")],
        disabled: 1,
        ..committed()
    };
    let started = Started {
        time: TIME,
        reference: Some("refs/heads/main".to_owned()),
        remote: Some("https://git.example.org/x".to_owned()),
        interval: Interval::parse("30m"),
        metrics: Some(([127, 0, 0, 1], 9469).into()),
    };
    let stopped = Stopped { time: TIME, rounds: 1 };
    let rounds = [committed(), judged, failed()].map(|round| Event::Round(Box::new(round)));
    [vec![Event::Started(started)], rounds.to_vec(), vec![Event::Stopped(stopped)]].concat()
}

fn said(write: impl Fn(&mut Vec<u8>, &Event)) -> String {
    let mut out = Vec::new();
    events().iter().for_each(|event| write(&mut out, event));
    String::from_utf8(out).expect("text")
}

#[test]
fn people_read_a_line_a_round() {
    let text = said(|out, event| human(out, event, Style::default()).expect("a Vec takes all"));
    let expected = "\
2023-11-14T22:13:20Z watching main of https://git.example.org/x, every 30m, metrics at http://127.0.0.1:9469/metrics
2023-11-14T22:13:20Z committed 2222222, 46 managed, 1 unmanaged, 0.1s, next 59m
2023-11-14T22:13:20Z findings, 2 errors, 1 warning, f left alone, 0.1s, next 59m
2023-11-14T22:13:20Z failed, 4 in a row, 3 tries, 0.1s, next 8.0s: origin cannot be reached: \\u{1b}[31m\\nno: the health file cannot be written: full
2023-11-14T22:13:20Z stopped after 1 round
";
    assert_eq!(text, expected);
}

#[test]
fn machines_read_an_object_a_line_that_fits_its_schema() {
    let text = said(|out, event| json(out, event).expect("a Vec takes all"));
    let validator = jsonschema::validator_for(&schema()).expect("a good schema");
    for line in text.lines() {
        let value: serde_json::Value = serde_json::from_str(line).expect("JSON");
        assert_eq!(
            validator.iter_errors(&value).map(|error| error.to_string()).collect::<Vec<_>>(),
            Vec::<String>::new()
        );
    }
    let expected = "{\"schema\":\"hhgit.watch/1\",\"event\":\"round\",\"time\":\"2023-11-14T22:13:20Z\",\"round\":3,\"cause\":\"moved\",\
        \"outcome\":\"committed\",\"seconds\":0.125,\"ref\":\"refs/heads/main\",\"input\":\"1111111111111111111111111111111111111111\",\
        \"result\":\"2222222222222222222222222222222222222222\",\"counts\":{\"managed\":46,\"unmanaged\":1,\"removed\":0,\"repairs\":16},\
        \"errors\":0,\"warnings\":1,\"disabled\":0,\"races_lost\":0,\"failures\":0,\"next_seconds\":3560.0}";
    assert_eq!(text.lines().nth(1), Some(expected));
    assert!(!text.chars().any(|c| c != '\n' && crate::path::is_unprintable(c)), "{text}");
}

#[test]
fn the_health_of_a_watch_is_one_object() {
    let mut out = Vec::new();
    health(&mut out, Some(&failed())).expect("a Vec takes all");
    let expected = "{\"schema\":\"hhgit.health/1\",\"time\":\"2023-11-14T22:13:20Z\",\"round\":3,\"outcome\":\"failed\",\"failures\":4,\
        \"last_success\":\"2023-11-14T22:13:20Z\",\"next_seconds\":8.0,\"error\":\"origin cannot be reached: \\u001b[31m\\nno\"}\n";
    assert_eq!(String::from_utf8(out).expect("text"), expected);
}

#[test]
fn numbers_add_up_over_rounds() {
    let mut tally = Tally::default();
    tally.add(&committed());
    tally.add(&failed());
    let long = Round { took: Duration::from_secs(3600), outcome: RoundOutcome::Unchanged, result: None, ..committed() };
    tally.add(&long);
    let mut out = Vec::new();
    openmetrics::tally(&mut out, &tally).expect("a Vec takes all");
    let text = String::from_utf8(out).expect("text");
    for line in [
        "hhgit_watch_rounds_total{outcome=\"committed\"} 1",
        "hhgit_watch_rounds_total{outcome=\"refused\"} 0",
        "hhgit_watch_wakes_total{cause=\"moved\"} 2",
        "hhgit_watch_round_duration_seconds_bucket{le=\"0.1\"} 0",
        "hhgit_watch_round_duration_seconds_bucket{le=\"0.25\"} 2",
        "hhgit_watch_round_duration_seconds_bucket{le=\"600.0\"} 2",
        "hhgit_watch_round_duration_seconds_bucket{le=\"+Inf\"} 3",
        "hhgit_watch_round_duration_seconds_sum 3600.25",
        "hhgit_watch_documents_total{verdict=\"managed\",code=\"\"} 46",
        "hhgit_watch_documents_total{verdict=\"unmanaged\",code=\"not-hedgehog\"} 1",
        "hhgit_watch_findings{severity=\"warning\",code=\"not-hedgehog\"} 1",
        "hhgit_watch_races_lost_total 2",
        "hhgit_watch_consecutive_failures 0",
        "hhgit_watch_last_success_timestamp_seconds 1700000000",
    ] {
        assert!(text.lines().any(|other| other == line), "{line} is not in\n{text}");
    }
    assert!(text.ends_with("# EOF\n"));
}
