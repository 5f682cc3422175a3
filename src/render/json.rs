//! The wire format `hhgit.report/1`: a frozen copy of the report for machines, never a dump of inner types.
//!
//! What is not there is left out; only the two sides of an edit are null, since there absence says something. A path
//! that is not clean UTF-8 is C-quoted as git quotes it, with its bytes in hexadecimal beside it.

use std::io::{self, Write};

use schemars::JsonSchema;
use serde::Serialize;

use crate::finding;
use crate::ids;
use crate::path::{RepoPath, is_unprintable};
use crate::report;

/// The name and version of the format.
pub const SCHEMA: &str = "hhgit.report/1";

/// What a command did to a branch, and all it has to say.
#[derive(Debug, Serialize, JsonSchema)]
#[schemars(title = "hhgit.report/1")]
struct Report {
    /// The format's name and version.
    #[schemars(extend("const" = SCHEMA))]
    schema: &'static str,
    /// The command that reports.
    command: String,
    /// How the whole ended.
    outcome: Outcome,
    /// The full name of the ref.
    #[serde(rename = "ref")]
    reference: String,
    /// What was read; left out on a branch without a commit.
    #[serde(skip_serializing_if = "Option::is_none")]
    input: Option<Point>,
    /// What was written, or would be; left out where there was nothing to do or it was refused.
    #[serde(skip_serializing_if = "Option::is_none")]
    result: Option<Point>,
    /// The fabric directories, in path order.
    fabrics: Vec<Fabric>,
    /// All findings, in path order.
    findings: Vec<Finding>,
    /// What the user should know besides, one sentence each.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    notes: Vec<String>,
    /// What changes inside objects that managed/ holds already, where --diff asked for it; in path order.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    diffs: Vec<Diff>,
    /// The remote whose branch this was; left out for a branch of the repository itself.
    #[serde(skip_serializing_if = "Option::is_none")]
    remote: Option<Remote>,
    /// The branch and the request that propose the commit; left out where there is none.
    #[serde(skip_serializing_if = "Option::is_none")]
    proposal: Option<proposal::Proposal>,
}

/// A remote whose branch was worked on.
#[derive(Debug, Serialize, JsonSchema)]
struct Remote {
    /// What it was called, without any password.
    name: String,
    /// Where it is, without any password.
    url: String,
    /// How many tries it took.
    tries: u32,
}

/// What changes inside one file.
#[derive(Debug, Serialize, JsonSchema)]
struct Diff {
    /// The path from the repository's root.
    path: String,
    /// A unified diff.
    unified: String,
}

/// How the whole ended.
#[derive(Debug, Serialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
enum Outcome {
    /// A commit was made and the branch moved to it.
    Committed,
    /// There was nothing to do.
    Unchanged,
    /// A dry run: this is what would be done.
    Planned,
    /// Refused before anything moved.
    Refused,
}

/// A commit and its tree.
#[derive(Debug, Serialize, JsonSchema)]
pub(super) struct Point {
    /// The commit's id; left out where a dry run made none.
    #[serde(skip_serializing_if = "Option::is_none")]
    commit: Option<String>,
    /// The tree's id.
    tree: String,
}

/// What became of one fabric directory. Paths in it are relative to it.
#[derive(Debug, Serialize, JsonSchema)]
pub(super) struct Fabric {
    /// The fabric directory; `.` is the repository's root.
    path: String,
    /// The path's bytes in hexadecimal, where `path` is quoted.
    #[serde(skip_serializing_if = "Option::is_none")]
    path_hex: Option<String>,
    /// The fabric's name, from its manifest.
    name: String,
    /// Numbers over the rows below.
    counts: Counts,
    /// One row a document, or a file that holds none.
    documents: Vec<Document>,
    /// What structure repair did.
    repairs: Vec<Repair>,
    /// Every path that changes.
    edits: Vec<Edit>,
    /// Objects that managed/ held before and does not after.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    removed: Vec<Object>,
    /// True where the fabric was left alone because its structure is broken.
    #[serde(skip_serializing_if = "is_false")]
    left_alone: bool,
}

/// A fabric's numbers.
#[derive(Debug, Serialize, JsonSchema)]
struct Counts {
    /// Objects that went to managed/.
    managed: usize,
    /// Documents and files that went to unmanaged/.
    unmanaged: usize,
    /// Entries that stay in raw/.
    kept: usize,
    /// Repairs of the structure.
    repairs: usize,
    /// Objects that left managed/.
    removed: usize,
}

/// What became of one document.
#[derive(Debug, Serialize, JsonSchema)]
pub(super) struct Document {
    /// Where it came from.
    source: Source,
    /// What it says it is.
    #[serde(skip_serializing_if = "Option::is_none")]
    object: Option<Object>,
    /// What became of it.
    verdict: Verdict,
    /// How managed/ changed.
    #[serde(skip_serializing_if = "Option::is_none")]
    change: Option<Change>,
    /// Why it is not in managed/; where it is, only for an exact duplicate that vanished into its like.
    #[serde(skip_serializing_if = "Option::is_none")]
    code: Option<&'static str>,
    /// Where it is now.
    target: String,
    /// The target's bytes in hexadecimal, where `target` is quoted.
    #[serde(skip_serializing_if = "Option::is_none")]
    target_hex: Option<String>,
}

/// Where a document came from.
#[derive(Debug, Serialize, JsonSchema)]
struct Source {
    /// The file.
    path: String,
    /// The path's bytes in hexadecimal, where `path` is quoted.
    #[serde(skip_serializing_if = "Option::is_none")]
    path_hex: Option<String>,
    /// The document's number in the file, from 1; left out for a file as a whole.
    #[serde(skip_serializing_if = "Option::is_none")]
    document: Option<u32>,
    /// Its first line of content, from 1.
    #[serde(skip_serializing_if = "Option::is_none")]
    line: Option<u32>,
    /// Its last line of content, from 1.
    #[serde(skip_serializing_if = "Option::is_none")]
    end_line: Option<u32>,
}

/// What a document says it is.
#[derive(Debug, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub(super) struct Object {
    /// `apiVersion` as written.
    api_version: String,
    /// `kind` as written.
    kind: String,
    /// The namespace, `default` where absent.
    namespace: String,
    /// The name; empty where it is missing or no text.
    name: String,
}

/// What became of a document.
#[derive(Debug, Serialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
enum Verdict {
    /// It is in managed/ now.
    Managed,
    /// It is in unmanaged/ now.
    Unmanaged,
    /// It stays where it was.
    Kept,
}

/// How managed/ changed.
#[derive(Debug, Serialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
enum Change {
    /// The object is new.
    Added,
    /// The object was there with another value.
    Updated,
    /// The object was there with the same value.
    Unchanged,
}

/// One repair of the structure.
#[derive(Debug, Serialize, JsonSchema)]
struct Repair {
    /// What was wrong.
    code: &'static str,
    /// Where.
    path: String,
    /// The path's bytes in hexadecimal, where `path` is quoted.
    #[serde(skip_serializing_if = "Option::is_none")]
    path_hex: Option<String>,
}

/// One path's change.
#[derive(Debug, Serialize, JsonSchema)]
struct Edit {
    /// Where.
    path: String,
    /// The path's bytes in hexadecimal, where `path` is quoted.
    #[serde(skip_serializing_if = "Option::is_none")]
    path_hex: Option<String>,
    /// What stood there; null where nothing did.
    from: Option<Entry>,
    /// What stands there now; null where nothing does.
    to: Option<Entry>,
}

/// What stands at a path.
#[derive(Debug, Serialize, JsonSchema)]
struct Entry {
    /// The mode, as git prints it.
    mode: String,
    /// The object's id.
    id: String,
}

/// One thing said about one place. Its path is the repository's.
#[derive(Debug, Serialize, JsonSchema)]
pub(super) struct Finding {
    /// The reason; `hhgit explain` tells more.
    code: &'static str,
    /// How much it matters here.
    severity: Severity,
    /// What is wrong.
    message: String,
    /// How to mend it.
    help: String,
    /// The file or folder it is about.
    path: String,
    /// The path's bytes in hexadecimal, where `path` is quoted.
    #[serde(skip_serializing_if = "Option::is_none")]
    path_hex: Option<String>,
    /// The document's number in its file, from 1.
    #[serde(skip_serializing_if = "Option::is_none")]
    document: Option<u32>,
    /// The first line, from 1.
    #[serde(skip_serializing_if = "Option::is_none")]
    line: Option<u32>,
    /// The first column, from 1, in characters.
    #[serde(skip_serializing_if = "Option::is_none")]
    column: Option<u32>,
    /// The line of the end.
    #[serde(skip_serializing_if = "Option::is_none")]
    end_line: Option<u32>,
    /// The column after the last character.
    #[serde(skip_serializing_if = "Option::is_none")]
    end_column: Option<u32>,
    /// The object it is about.
    #[serde(skip_serializing_if = "Option::is_none")]
    object: Option<Object>,
    /// The other place that has part in it.
    #[serde(skip_serializing_if = "Option::is_none")]
    related: Option<Related>,
}

/// The other place that has part in a finding. Its path is the repository's.
#[derive(Debug, Serialize, JsonSchema)]
struct Related {
    /// The file.
    path: String,
    /// The path's bytes in hexadecimal, where `path` is quoted.
    #[serde(skip_serializing_if = "Option::is_none")]
    path_hex: Option<String>,
    /// The first line, from 1.
    line: u32,
    /// The first column, from 1, in characters.
    column: u32,
    /// The line of the end.
    end_line: u32,
    /// The column after the last character.
    end_column: u32,
    /// What is there.
    message: String,
}

/// How much a finding matters.
#[derive(Debug, Serialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
enum Severity {
    /// Could not be applied.
    Error,
    /// Something else, sorted out; or worth a look.
    Warning,
    /// Worth knowing.
    Info,
}

pub(super) mod convert;
mod proposal;
pub(super) mod schema;

/// Writes the report as JSON, indented, with a line feed at the end.
pub fn report(out: &mut dyn Write, report: &report::Report) -> io::Result<()> {
    write_value(out, &Report::from(report))
}

/// Writes the JSON Schema (draft 2020-12) of what [`report()`] writes.
pub fn schema(out: &mut dyn Write) -> io::Result<()> {
    write_value(out, &schema::of::<Report>())
}

pub(super) fn write_value(out: &mut dyn Write, value: &impl Serialize) -> io::Result<()> {
    let text = serde_json::to_string_pretty(value).map_err(io::Error::other)?;
    out.write_all(terminal_safe(&text).as_bytes())?;
    out.write_all(b"\n")
}

/// JSON escapes only the first 32 control characters; the rest that no terminal should see are escaped here, which
/// changes no value. Outside of strings there are none but the line feeds.
pub(super) fn terminal_safe(json: &str) -> String {
    let mut safe = String::with_capacity(json.len());
    for c in json.chars() {
        if is_unprintable(c) && c != '\n' {
            let units = c.encode_utf16(&mut [0; 2]).iter().map(|unit| format!("\\u{unit:04x}")).collect::<String>();
            safe.push_str(&units);
        } else {
            safe.push(c);
        }
    }
    safe
}

fn is_false(value: &bool) -> bool {
    !value
}

#[cfg(test)]
mod tests;
