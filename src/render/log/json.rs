//! The wire format `hhgit.log/1`: a frozen copy of the log for machines. What is not there is left out.

use std::io::{self, Write};

use schemars::JsonSchema;
use serde::Serialize;

use crate::render::json::{Object, write_value};
use crate::report::log;

mod convert;

/// The name and version of the format.
pub const SCHEMA: &str = "hhgit.log/1";

/// What was done on a branch, newest first.
#[derive(Debug, Serialize, JsonSchema)]
#[schemars(title = "hhgit.log/1")]
struct Log {
    /// The format's name and version.
    #[schemars(extend("const" = SCHEMA))]
    schema: &'static str,
    /// The command that reports.
    command: &'static str,
    /// The branch, or the revision as it was named.
    #[serde(rename = "ref")]
    reference: String,
    /// The commit it starts from.
    commit: String,
    /// What it is about; all of it where nothing is named.
    about: About,
    /// What was done, newest first.
    operations: Vec<Operation>,
    /// Whether there are older operations that were not asked for.
    older: bool,
    /// The commits at which a shallow clone ends; what they did is not known.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    cut: Vec<String>,
    /// Commits whose trees cannot be compared.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    untold: Vec<Untold>,
}

/// A commit that cannot be told of.
#[derive(Debug, Serialize, JsonSchema)]
struct Untold {
    /// The commit.
    commit: String,
    /// Why not.
    why: String,
}

/// What a log is about.
#[derive(Debug, Default, Serialize, JsonSchema)]
struct About {
    /// The fabric directory.
    #[serde(skip_serializing_if = "Option::is_none")]
    fabric: Option<String>,
    /// The object.
    #[serde(skip_serializing_if = "Option::is_none")]
    object: Option<String>,
    /// Files at or below these paths of the repository.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    paths: Vec<String>,
}

/// What one commit did.
#[derive(Debug, Serialize, JsonSchema)]
struct Operation {
    /// The commit.
    commit: String,
    /// Its committer date.
    time: String,
    /// Who wrote it.
    author: Who,
    /// The first line of its message.
    subject: String,
    /// What kind of commit it is.
    made: Made,
    /// The options of a sync that change the tree, as flags.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    options: Vec<String>,
    /// Why it cannot be told whether it is a sync.
    #[serde(skip_serializing_if = "Option::is_none")]
    why: Option<String>,
    /// The command that a person gave.
    #[serde(skip_serializing_if = "Option::is_none")]
    asked: Option<String>,
    /// The commits that put there what a sync sorted.
    pushed: Vec<Push>,
    /// What it did, by fabric directory.
    fabrics: Vec<Fabric>,
}

/// What kind of commit something was done by.
#[derive(Debug, Serialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
enum Made {
    /// Exactly what sync makes of its parent.
    Sync,
    /// It claims to be a sync and is not what sync makes of its parent.
    Altered,
    /// It claims to be a sync, and whether it is cannot be told here.
    Unproven,
    /// It says that a person had hhgit make it; `asked` names the command.
    Asked,
    /// A push and its sync in one commit.
    Squashed,
    /// A merge, and what is in none of its parents.
    Merge,
    /// Anybody's work, without hhgit.
    Hand,
}

/// Somebody who made a commit.
#[derive(Debug, Serialize, JsonSchema)]
struct Who {
    /// The name.
    name: String,
    /// The address.
    email: String,
}

/// A commit that put files where a sync found them.
#[derive(Debug, Serialize, JsonSchema)]
struct Push {
    /// The commit.
    commit: String,
    /// Its committer date.
    time: String,
    /// Who wrote it.
    author: Who,
    /// The first line of its message.
    subject: String,
}

/// What was done to one fabric directory; the paths in it start there.
#[derive(Debug, Serialize, JsonSchema)]
struct Fabric {
    /// The fabric directory.
    path: String,
    /// The path's bytes in hexadecimal, where `path` is quoted.
    #[serde(skip_serializing_if = "Option::is_none")]
    path_hex: Option<String>,
    /// Its name then.
    name: String,
    /// What became of objects, and of files that hold none.
    changes: Vec<Change>,
    /// What went to unmanaged/.
    unmanaged: Vec<Parked>,
    /// What structure repair did.
    repairs: Vec<Repair>,
}

/// What happened to one object, or to a file that holds none.
#[derive(Debug, Serialize, JsonSchema)]
struct Change {
    /// What happened.
    change: Verb,
    /// The object; left out for a file that holds none.
    #[serde(skip_serializing_if = "Option::is_none")]
    object: Option<Object>,
    /// Where it is now; where it was, if it is gone.
    place: Source,
    /// The file it was in before, or for `removed` the one in raw/ it was taken back into.
    #[serde(skip_serializing_if = "Option::is_none")]
    other: Option<String>,
    /// The document that it was made of.
    #[serde(skip_serializing_if = "Option::is_none")]
    from: Option<Source>,
    /// The fields that changed.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    fields: Vec<Field>,
}

/// What happened to an object.
#[derive(Debug, Serialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
enum Verb {
    /// It is in managed/ and was not before.
    Added,
    /// It is in managed/ again; an older commit took it away. Said only where one object is asked about or all is told.
    Returned,
    /// Its value changed.
    Updated,
    /// Its file changed and its value did not.
    Rewritten,
    /// It is in another file.
    Moved,
    /// It came through raw/ and managed/ held it already.
    Unchanged,
    /// It is not in managed/ any more.
    Removed,
    /// It was put into raw/.
    Offered,
    /// It was changed where it lay in raw/ or unmanaged/.
    Edited,
    /// It was taken out of raw/ or unmanaged/.
    Withdrawn,
}

/// A document in a file, or a file as a whole.
#[derive(Debug, Serialize, JsonSchema)]
struct Source {
    /// The file.
    path: String,
    /// The path's bytes in hexadecimal, where `path` is quoted.
    #[serde(skip_serializing_if = "Option::is_none")]
    path_hex: Option<String>,
    /// The document's number, from 1.
    #[serde(skip_serializing_if = "Option::is_none")]
    document: Option<u32>,
    /// Its first line, from 1.
    #[serde(skip_serializing_if = "Option::is_none")]
    line: Option<u32>,
    /// Its last line.
    #[serde(skip_serializing_if = "Option::is_none")]
    end_line: Option<u32>,
}

/// A field that changed.
#[derive(Debug, Serialize, JsonSchema)]
struct Field {
    /// Where it is: `spec.subnets.default.vlan`; empty for the whole.
    path: String,
    /// What it was, as JSON in a text; left out if it was not there.
    #[serde(skip_serializing_if = "Option::is_none")]
    old: Option<String>,
    /// What it is, as JSON in a text; left out if it is gone.
    #[serde(skip_serializing_if = "Option::is_none")]
    new: Option<String>,
}

/// A document or file that went to unmanaged/.
#[derive(Debug, Serialize, JsonSchema)]
struct Parked {
    /// Where it is now.
    path: String,
    /// The path's bytes in hexadecimal, where `path` is quoted.
    #[serde(skip_serializing_if = "Option::is_none")]
    path_hex: Option<String>,
    /// Where it came from.
    #[serde(skip_serializing_if = "Option::is_none")]
    from: Option<Source>,
    /// What it says it is.
    #[serde(skip_serializing_if = "Option::is_none")]
    object: Option<Object>,
    /// The reason's code; left out if none is told.
    #[serde(skip_serializing_if = "Option::is_none")]
    code: Option<String>,
}

/// One repair.
#[derive(Debug, Serialize, JsonSchema)]
struct Repair {
    /// What was wrong.
    code: &'static str,
    /// Where.
    path: String,
}

/// Writes the log as JSON.
pub fn json(out: &mut dyn Write, log: &log::Log) -> io::Result<()> {
    write_value(out, &Log::from(log))
}

/// Writes the JSON Schema of what [`json()`] writes.
pub fn schema(out: &mut dyn Write) -> io::Result<()> {
    write_value(out, &crate::render::json::schema::of::<Log>())
}
