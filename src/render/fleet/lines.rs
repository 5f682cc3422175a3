//! A fleet's lines as JSON, `hhgit.fleet/1`: frozen copies of what was found, one object a line.

use std::collections::BTreeMap;
use std::io::{self, Write};

use schemars::JsonSchema;
use serde::Serialize;

use super::super::watch::{moment, one_line, rounded};
use crate::report;
use crate::report::fleet::{Ended, Event, Row, Started};

/// The name and version of the lines' format.
pub const SCHEMA: &str = "hhgit.fleet/1";

#[derive(Debug, Serialize, JsonSchema)]
#[schemars(title = "hhgit.fleet/1")]
struct Line {
    #[schemars(extend("const" = SCHEMA))]
    schema: &'static str,
    #[serde(flatten)]
    event: Told,
}

#[derive(Debug, Serialize, JsonSchema)]
#[serde(tag = "event", rename_all = "kebab-case")]
enum Told {
    Started(StartedLine),
    Repository(Box<RowLine>),
    Stopping { under_way: usize },
    Ended(Box<EndedLine>),
}

#[derive(Debug, Serialize, JsonSchema)]
struct StartedLine {
    time: String,
    doing: &'static str,
    list: String,
    listed: usize,
    #[serde(skip_serializing_if = "Option::is_none")]
    shard: Option<Shard>,
    repositories: usize,
    #[serde(skip_serializing_if = "Option::is_none")]
    before: Option<Before>,
    jobs: usize,
}

#[derive(Debug, Serialize, JsonSchema)]
struct Shard {
    index: u32,
    of: u32,
}

#[derive(Debug, Serialize, JsonSchema)]
struct Before {
    repositories: usize,
    since: String,
}

#[derive(Debug, Serialize, JsonSchema)]
struct RowLine {
    line: usize,
    repository: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    branch: Option<String>,
    outcome: &'static str,
    seconds: f64,
    #[serde(skip_serializing_if = "Option::is_none")]
    input: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    result: Option<String>,
    counts: Counts,
    errors: usize,
    warnings: usize,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    left_alone: Vec<String>,
    races_lost: u32,
    #[serde(skip_serializing_if = "Option::is_none")]
    request: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    error: Option<String>,
}

#[derive(Debug, Serialize, JsonSchema)]
struct Counts {
    managed: usize,
    unmanaged: usize,
    removed: usize,
    repairs: usize,
}

#[derive(Debug, Serialize, JsonSchema)]
struct EndedLine {
    time: String,
    doing: &'static str,
    seconds: f64,
    /// How many repositories ended so, by outcome.
    outcomes: BTreeMap<&'static str, Sum>,
    not_begun: usize,
    #[serde(skip_serializing_if = "Option::is_none")]
    before: Option<Before>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    problems: Vec<String>,
    exit: u8,
}

#[derive(Debug, Serialize, JsonSchema)]
struct Sum {
    repositories: usize,
    counts: Counts,
    errors: usize,
    warnings: usize,
}

/// Writes one line of JSON.
pub fn json(out: &mut dyn Write, event: &Event) -> io::Result<()> {
    let event = match event {
        Event::Started(started) => Told::Started(begun(started)),
        Event::Repository(row) => Told::Repository(Box::new(row_line(row))),
        Event::Stopping { under_way } => Told::Stopping { under_way: *under_way },
        Event::Ended(ended) => Told::Ended(Box::new(end(ended))),
    };
    one_line(out, &Line { schema: SCHEMA, event })
}

/// The JSON Schema of a line.
pub fn schema() -> serde_json::Value {
    super::super::json::schema::of::<Line>()
}

fn begun(started: &Started) -> StartedLine {
    StartedLine {
        time: moment(started.time),
        doing: started.doing.as_str(),
        list: started.list.clone(),
        listed: started.listed,
        shard: started.shard.map(|(index, of)| Shard { index, of }),
        repositories: started.repositories,
        before: started.before.map(before),
        jobs: started.jobs,
    }
}

fn before(before: report::fleet::Before) -> Before {
    Before { repositories: before.repositories, since: moment(before.since) }
}

fn row_line(row: &Row) -> RowLine {
    RowLine {
        line: row.line,
        repository: row.repository.clone(),
        branch: row.branch.clone(),
        outcome: row.outcome.as_str(),
        seconds: rounded(row.took),
        input: row.input.map(|commit| commit.to_string()),
        result: row.result.map(|commit| commit.to_string()),
        counts: counts(row.counts),
        errors: row.errors,
        warnings: row.warnings,
        left_alone: row.left_alone.iter().map(ToString::to_string).collect(),
        races_lost: row.started_over,
        request: row.request.clone(),
        error: row.error.clone(),
    }
}

fn counts(counts: report::Counts) -> Counts {
    let report::Counts { managed, unmanaged, removed, repairs, .. } = counts;
    Counts { managed, unmanaged, removed, repairs }
}

fn end(ended: &Ended) -> EndedLine {
    let sum = |sum: &report::fleet::Sum| Sum {
        repositories: sum.repositories,
        counts: counts(sum.counts),
        errors: sum.errors,
        warnings: sum.warnings,
    };
    EndedLine {
        time: moment(ended.time),
        doing: ended.doing.as_str(),
        seconds: rounded(ended.took),
        outcomes: ended.outcomes.iter().map(|(outcome, all)| (outcome.as_str(), sum(all))).collect(),
        not_begun: ended.not_begun,
        before: ended.before.map(before),
        problems: ended.problems.clone(),
        exit: ended.exit,
    }
}
