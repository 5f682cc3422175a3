//! The findings as SARIF 2.1.0, which code scanning services take; only what they read is written.

use std::collections::{BTreeMap, BTreeSet};
use std::io::{self, Write};

use serde::Serialize;

use super::{json, sanitize};
use crate::finding::{Finding, Place};
use crate::path::RepoPath;
use crate::report::{Outcome, Report};
use crate::verdict::code::{Code, Severity};

/// Where the format's schema lies.
pub const SCHEMA: &str = "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json";

/// Writes the log.
pub fn report(out: &mut dyn Write, report: &Report) -> io::Result<()> {
    json::write_value(out, &Log { schema: SCHEMA, version: "2.1.0", runs: [Run::from(report)] })
}

#[derive(Debug, Serialize)]
struct Log {
    #[serde(rename = "$schema")]
    schema: &'static str,
    version: &'static str,
    runs: [Run; 1],
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct Run {
    tool: Tool,
    invocations: [Invocation; 1],
    column_kind: &'static str,
    results: Vec<Entry>,
}

#[derive(Debug, Serialize)]
struct Tool {
    driver: Driver,
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct Driver {
    name: &'static str,
    semantic_version: &'static str,
    rules: Vec<Rule>,
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct Rule {
    id: &'static str,
    short_description: Text,
    full_description: Text,
    help: Text,
    default_configuration: Configuration,
}

#[derive(Debug, Serialize)]
struct Configuration {
    level: &'static str,
}

#[derive(Debug, Serialize)]
struct Text {
    text: String,
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct Invocation {
    execution_successful: bool,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    tool_execution_notifications: Vec<Notification>,
}

#[derive(Debug, Serialize)]
struct Notification {
    level: &'static str,
    message: Text,
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct Entry {
    rule_id: &'static str,
    rule_index: usize,
    level: &'static str,
    message: Text,
    locations: [Location; 1],
    #[serde(skip_serializing_if = "Vec::is_empty")]
    related_locations: Vec<Location>,
    partial_fingerprints: BTreeMap<&'static str, String>,
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct Location {
    #[serde(skip_serializing_if = "Option::is_none")]
    id: Option<usize>,
    physical_location: Physical,
    #[serde(skip_serializing_if = "Option::is_none")]
    message: Option<Text>,
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct Physical {
    artifact_location: Artifact,
    region: Region,
}

#[derive(Debug, Serialize)]
struct Artifact {
    uri: String,
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct Region {
    start_line: u32,
    #[serde(skip_serializing_if = "Option::is_none")]
    start_column: Option<u32>,
    #[serde(skip_serializing_if = "Option::is_none")]
    end_line: Option<u32>,
    #[serde(skip_serializing_if = "Option::is_none")]
    end_column: Option<u32>,
}

impl From<&Report> for Run {
    fn from(report: &Report) -> Self {
        let codes: BTreeSet<Code> = report.findings.iter().map(|finding| finding.code).collect();
        let codes: Vec<Code> = codes.into_iter().collect();
        let notify = |note: &String| Notification { level: "note", message: text(note) };
        let mut twins = BTreeMap::new();
        Self {
            tool: Tool {
                driver: Driver {
                    name: "hhgit",
                    semantic_version: env!("CARGO_PKG_VERSION"),
                    rules: codes.iter().copied().map(Rule::from).collect(),
                },
            },
            invocations: [Invocation {
                execution_successful: report.outcome != Outcome::Refused,
                tool_execution_notifications: report.notes.iter().map(notify).collect(),
            }],
            column_kind: "unicodeCodePoints",
            results: report.findings.iter().map(|finding| Entry::new(finding, &codes, &mut twins)).collect(),
        }
    }
}

impl From<Code> for Rule {
    fn from(code: Code) -> Self {
        Self {
            id: code.as_str(),
            short_description: text(code.summary()),
            full_description: text(code.summary()),
            help: text(code.help()),
            default_configuration: Configuration { level: level(code.severity()) },
        }
    }
}

impl Entry {
    fn new(finding: &Finding, codes: &[Code], twins: &mut BTreeMap<String, usize>) -> Self {
        // The rule has the code's own help; another is worth saying.
        let own =
            if finding.help == finding.code.help() { String::new() } else { format!("\n{}", plain(&finding.help)) };
        let related = finding.related.as_ref().map(|related| Location {
            id: Some(1),
            physical_location: Physical::new(&related.path, Some(related.place)),
            message: Some(text(&related.message)),
        });
        Self {
            rule_id: finding.code.as_str(),
            rule_index: codes.partition_point(|code| *code < finding.code),
            level: level(finding.severity),
            message: Text { text: format!("{}{own}", plain(&finding.message)) },
            locations: [Location {
                id: None,
                physical_location: Physical::new(&finding.path, finding.place),
                message: None,
            }],
            related_locations: related.into_iter().collect(),
            partial_fingerprints: BTreeMap::from([("hhgitFinding/v1", fingerprint(finding, twins))]),
        }
    }
}

impl Physical {
    /// A place in a file; where none is known, its first line, since services show nothing that has no line.
    fn new(path: &RepoPath, place: Option<Place>) -> Self {
        let region = match place {
            None => Region { start_line: 1, start_column: None, end_line: None, end_column: None },
            Some(place) => Region {
                start_line: place.line,
                start_column: Some(place.column),
                end_line: Some(place.end_line),
                end_column: Some(place.end_column),
            },
        };
        Self { artifact_location: Artifact { uri: uri(path) }, region }
    }
}

/// A name for the finding that stays while lines move: its code, file and object, and its number among its twins.
fn fingerprint(finding: &Finding, twins: &mut BTreeMap<String, usize>) -> String {
    let object = finding.object.as_ref().map_or_else(String::new, |object| {
        [&object.api_version, &object.kind, &object.namespace, &object.name]
            .map(|part| escape(part.as_bytes()))
            .join("/")
    });
    let name = format!("{}:{}:{object}", finding.code, uri(&finding.path));
    let twin = twins.entry(name.clone()).or_default();
    *twin += 1;
    format!("{name}:{twin}")
}

fn text(text: &str) -> Text {
    Text { text: plain(text) }
}

/// Text that is shown as it is: what SARIF takes for a link, `[words](address)`, is pulled apart.
fn plain(text: &str) -> String {
    sanitize(text).replace("](", "] (")
}

fn level(severity: Severity) -> &'static str {
    match severity {
        Severity::Error => "error",
        Severity::Warning => "warning",
        Severity::Info => "note",
    }
}

/// A path as a URI relative to the repository's root.
fn uri(path: &RepoPath) -> String {
    if path.is_root() {
        return ".".to_owned();
    }
    path.components().map(escape).collect::<Vec<_>>().join("/")
}

/// Bytes as one segment of a URI.
fn escape(bytes: &[u8]) -> String {
    let mut text = String::with_capacity(bytes.len());
    for byte in bytes {
        match byte {
            b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'-' | b'.' | b'_' | b'~' => text.push(char::from(*byte)),
            _ => text.push_str(&format!("%{byte:02X}")),
        }
    }
    text
}
