//! The wire format `hhgit.why/1`: a frozen copy for machines. What is not there is left out.

use std::io::{self, Write};

use schemars::JsonSchema;
use serde::Serialize;

use crate::path::RepoPath;
use crate::render::date;
use crate::render::json::convert::shown;
use crate::render::json::schema::of;
use crate::render::json::{Document, Finding, Object, write_value};
use crate::report::why;

/// The name and version of the format.
pub const SCHEMA: &str = "hhgit.why/1";

/// A file of a fabric directory, and where it comes from.
#[derive(Debug, Serialize, JsonSchema)]
#[schemars(title = "hhgit.why/1")]
struct Why {
    /// The format's name and version.
    #[schemars(extend("const" = SCHEMA))]
    schema: &'static str,
    /// The command that answers.
    command: &'static str,
    /// What the commit was called.
    revision: String,
    /// The commit that was looked at.
    commit: String,
    /// The fabric directory; `.` is the repository's root.
    fabric: String,
    /// Its path's bytes in hexadecimal, where `fabric` is quoted.
    #[serde(skip_serializing_if = "Option::is_none")]
    fabric_hex: Option<String>,
    /// The file, from the repository's root.
    #[serde(flatten)]
    path: Path,
    /// The object that was asked for, or the only one that the file holds.
    #[serde(skip_serializing_if = "Option::is_none")]
    object: Option<Object>,
    /// Where the file is.
    state: State,
    /// Why the file is in unmanaged/, where it is.
    #[serde(skip_serializing_if = "Option::is_none")]
    unmanaged: Option<Unmanaged>,
    /// What a sync would make of it, where it is in raw/.
    #[serde(skip_serializing_if = "Option::is_none")]
    waiting: Option<Waiting>,
    /// The lines that were asked for, in order.
    lines: Vec<Line>,
    /// The commits that they name, by id.
    commits: Vec<By>,
    /// What the user should know besides, one sentence each.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    notes: Vec<String>,
}

/// A path of the repository.
#[derive(Debug, Serialize, JsonSchema)]
struct Path {
    /// The path.
    path: String,
    /// Its bytes in hexadecimal, where `path` is quoted.
    #[serde(skip_serializing_if = "Option::is_none")]
    path_hex: Option<String>,
}

/// Where a file is.
#[derive(Debug, Serialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
enum State {
    /// In managed/.
    Managed,
    /// In unmanaged/.
    Unmanaged,
    /// In raw/, where it waits for a sync.
    Waiting,
}

/// Why a file is in unmanaged/. Paths in documents are relative to the fabric directory.
#[derive(Debug, Serialize, JsonSchema)]
struct Unmanaged {
    /// The reasons that hhgit wrote beside it.
    reasons: Vec<Reason>,
    /// What today's rules say of it besides.
    now: Vec<Finding>,
    /// The documents that today's rules would put into managed/.
    passes: Vec<Document>,
    /// The command that judges it again.
    retry: String,
}

/// A reason why a document was sorted out.
#[derive(Debug, Serialize, JsonSchema)]
struct Reason {
    /// Whether today's rules say it still.
    still: bool,
    /// What was said.
    finding: Finding,
}

/// What a sync would make of a file in raw/. Paths in documents are relative to the fabric directory.
#[derive(Debug, Serialize, JsonSchema)]
struct Waiting {
    /// What would become of each document.
    documents: Vec<Document>,
    /// What would be said of it.
    findings: Vec<Finding>,
    /// Whether a sync leaves the fabric directory alone.
    left_alone: bool,
}

/// A line, and where it comes from.
#[derive(Debug, Serialize, JsonSchema)]
struct Line {
    /// Its number in the file, from 1.
    line: u32,
    /// Its text; bytes that are no UTF-8 are replaced.
    text: String,
    /// Where it comes from.
    from: Origin,
}

/// Where a line comes from.
#[derive(Debug, Serialize, JsonSchema)]
struct Origin {
    /// How it came.
    how: How,
    /// The commit that brought it; `commits` tells more of it.
    commit: String,
    /// The file it was in then.
    #[serde(flatten)]
    path: Path,
    /// The number of its document in that file, from 1; left out where the file holds none.
    #[serde(skip_serializing_if = "Option::is_none")]
    document: Option<u32>,
    /// Its line in that file, from 1.
    line: u32,
    /// The last sync that moved it on from there; left out where none did.
    #[serde(skip_serializing_if = "Option::is_none")]
    sync: Option<String>,
}

/// How a line came into the repository.
#[derive(Debug, Serialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
enum How {
    /// Somebody put it into a file that a sync sorted, or will.
    Dropped,
    /// Somebody put it straight into managed/ or unmanaged/, in a commit that is no sync.
    Straight,
    /// As `straight`, but the commit's message claims to be a sync's.
    ClaimedSync,
    /// hhgit made it, in this sync.
    Made,
    /// History ends at this commit; the line may be older.
    Cut,
}

/// Who made a commit.
#[derive(Debug, Serialize, JsonSchema)]
struct By {
    /// The commit.
    commit: String,
    /// Who wrote it.
    author: Person,
    /// When it was written.
    date: String,
    /// The first line of its message.
    subject: String,
}

/// A person.
#[derive(Debug, Serialize, JsonSchema)]
struct Person {
    /// The name.
    name: String,
    /// The address.
    email: String,
}

/// Writes it as JSON.
pub fn json(out: &mut dyn Write, why: &why::Why) -> io::Result<()> {
    let documents = |rows: &[crate::report::DocumentRow]| rows.iter().map(Document::from).collect();
    let (mut state, mut unmanaged, mut waiting) = (State::Managed, None, None);
    match &why.state {
        why::State::Managed => {}
        why::State::Unmanaged(of) => {
            let reason = |reason: &why::Reason| Reason { still: reason.still, finding: (&reason.finding).into() };
            state = State::Unmanaged;
            unmanaged = Some(Unmanaged {
                reasons: of.reasons.iter().map(reason).collect(),
                now: of.now.iter().map(Finding::from).collect(),
                passes: documents(&of.passes),
                retry: of.retry.clone(),
            });
        }
        why::State::Waiting(of) => {
            state = State::Waiting;
            let findings = of.findings.iter().map(Finding::from).collect();
            waiting = Some(Waiting { documents: documents(&of.documents), findings, left_alone: of.left_alone });
        }
    }
    let (fabric, fabric_hex) = shown(&why.fabric);
    let wire = Why {
        schema: SCHEMA,
        command: "why",
        revision: why.revision.clone(),
        commit: why.commit.to_string(),
        fabric,
        fabric_hex,
        path: path(&why.path),
        object: why.object.as_ref().map(Object::from),
        state,
        unmanaged,
        waiting,
        lines: why.lines.iter().map(line).collect(),
        commits: why.commits.iter().map(by).collect(),
        notes: why.notes.clone(),
    };
    write_value(out, &wire)
}

fn path(path: &RepoPath) -> Path {
    let (path, path_hex) = shown(path);
    Path { path, path_hex }
}

fn line(line: &why::Line) -> Line {
    let why::Origin { how, commit, path: at, document, line: there, sync } = &line.origin;
    let how = match how {
        why::How::Dropped => How::Dropped,
        why::How::Straight { claims: false } => How::Straight,
        why::How::Straight { claims: true } => How::ClaimedSync,
        why::How::Made => How::Made,
        why::How::Cut => How::Cut,
    };
    let sync = sync.map(|sync| sync.to_string());
    let from = Origin { how, commit: commit.to_string(), path: path(at), document: *document, line: *there, sync };
    Line { line: line.number, text: line.text.clone(), from }
}

fn by((id, by): (&crate::ids::CommitId, &why::By)) -> By {
    let author = Person { name: by.name.clone(), email: by.email.clone() };
    By { commit: id.to_string(), author, date: date(by.time), subject: by.subject.clone() }
}

/// The JSON Schema (draft 2020-12) of what [`json`] writes.
pub fn schema() -> serde_json::Value {
    of::<Why>()
}
