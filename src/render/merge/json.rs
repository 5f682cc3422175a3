//! The wire format `hhgit.merge/1`: a frozen copy of what a merge came to, never a dump of inner types.

use std::io::{self, Write};

use schemars::JsonSchema;
use serde::Serialize;

use crate::finding;
use crate::path::RepoPath;
use crate::render::date;
use crate::render::json::convert::shown;
use crate::render::json::{Fabric, Finding, Point, write_value};
use crate::report::merge as report;

/// The name and version of the format.
pub const SCHEMA: &str = "hhgit.merge/1";

#[derive(Debug, Serialize, JsonSchema)]
#[schemars(title = "hhgit.merge/1")]
struct Merge {
    #[schemars(extend("const" = SCHEMA))]
    schema: &'static str,
    command: &'static str,
    outcome: &'static str,
    #[serde(rename = "ref")]
    reference: String,
    other: String,
    fast_forward: bool,
    ours: Point,
    theirs: Point,
    bases: Vec<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    merge: Option<Point>,
    #[serde(skip_serializing_if = "Option::is_none")]
    result: Option<Point>,
    objects: Vec<Merged>,
    conflicts: Vec<Conflict>,
    findings: Vec<Finding>,
    removed: Vec<Removed>,
    fabrics: Vec<Fabric>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    notes: Vec<String>,
}

#[derive(Debug, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
struct Object {
    api_version: String,
    kind: String,
    namespace: String,
    name: String,
}

#[derive(Debug, Serialize, JsonSchema)]
struct Path {
    path: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    path_hex: Option<String>,
}

#[derive(Debug, Serialize, JsonSchema)]
struct Merged {
    #[serde(flatten)]
    path: Path,
    object: Object,
    how: &'static str,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    fields: Vec<String>,
}

#[derive(Debug, Serialize, JsonSchema)]
struct Removed {
    fabric: String,
    object: Object,
}

#[derive(Debug, Serialize, JsonSchema)]
struct Conflict {
    kind: &'static str,
    #[serde(flatten)]
    path: Path,
    #[serde(skip_serializing_if = "Option::is_none")]
    object: Option<Object>,
    #[serde(skip_serializing_if = "Option::is_none")]
    field: Option<String>,
    message: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    base: Option<String>,
    ours: Version,
    theirs: Version,
}

#[derive(Debug, Serialize, JsonSchema)]
struct Version {
    #[serde(skip_serializing_if = "Option::is_none")]
    value: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    path: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    line: Option<u32>,
    #[serde(skip_serializing_if = "Option::is_none")]
    by: Option<By>,
}

#[derive(Debug, Serialize, JsonSchema)]
struct By {
    commit: String,
    author: String,
    time: String,
    subject: String,
}

/// Writes the merge as JSON.
pub fn json(out: &mut dyn Write, merge: &report::Merge) -> io::Result<()> {
    write_value(out, &Merge::from(merge))
}

/// The JSON Schema of the merge.
pub fn schema() -> schemars::Schema {
    schemars::schema_for!(Merge)
}

impl From<&report::Merge> for Merge {
    fn from(merge: &report::Merge) -> Self {
        Self {
            schema: SCHEMA,
            command: "merge",
            outcome: outcome(merge.outcome),
            reference: merge.reference.clone(),
            other: merge.other.clone(),
            fast_forward: merge.fast_forward,
            ours: Point::from(&merge.ours),
            theirs: Point::from(&merge.theirs),
            bases: merge.bases.iter().map(ToString::to_string).collect(),
            merge: merge.merge.as_ref().map(Point::from),
            result: merge.result.as_ref().map(Point::from),
            objects: merge.objects.iter().map(Merged::from).collect(),
            conflicts: merge.conflicts.iter().map(Conflict::from).collect(),
            findings: merge.findings.iter().map(Finding::from).collect(),
            removed: merge.removed.iter().map(Removed::from).collect(),
            fabrics: merge.fabrics.iter().map(Fabric::from).collect(),
            notes: merge.notes.clone(),
        }
    }
}

fn outcome(outcome: report::MergeOutcome) -> &'static str {
    use report::MergeOutcome as Outcome;
    match outcome {
        Outcome::Merged => "merged",
        Outcome::FastForwarded => "fast-forwarded",
        Outcome::AlreadyMerged => "already-merged",
        Outcome::Planned => "planned",
        Outcome::Conflicts => "conflicts",
        Outcome::Broken => "broken",
        Outcome::Refused => "refused",
    }
}

impl From<&RepoPath> for Path {
    fn from(path: &RepoPath) -> Self {
        let (path, path_hex) = shown(path);
        Self { path, path_hex }
    }
}

impl From<&finding::ObjectRef> for Object {
    fn from(object: &finding::ObjectRef) -> Self {
        let finding::ObjectRef { api_version, kind, namespace, name } = object.clone();
        Self { api_version, kind, namespace, name }
    }
}

impl From<&report::MergedObject> for Merged {
    fn from(merged: &report::MergedObject) -> Self {
        let how = match merged.how {
            report::How::Ours => "ours",
            report::How::Theirs => "theirs",
            report::How::Both => "both",
            report::How::Gone => "gone",
        };
        let (path, object, fields) = ((&merged.path).into(), (&merged.object).into(), merged.fields.clone());
        Self { path, object, how, fields }
    }
}

impl From<&(RepoPath, finding::ObjectRef)> for Removed {
    fn from((fabric, object): &(RepoPath, finding::ObjectRef)) -> Self {
        Self { fabric: fabric.to_string(), object: object.into() }
    }
}

impl From<&report::Conflict> for Conflict {
    fn from(conflict: &report::Conflict) -> Self {
        use report::ConflictKind as Kind;
        let kind = match conflict.kind {
            Kind::Field => "field",
            Kind::Deleted => "deleted",
            Kind::Added => "added",
            Kind::Layout => "layout",
            Kind::Place => "place",
            Kind::Waiting => "waiting",
            Kind::File => "file",
        };
        Self {
            kind,
            path: (&conflict.path).into(),
            object: conflict.object.as_ref().map(Object::from),
            field: conflict.field.clone(),
            message: conflict.message.clone(),
            base: conflict.base.clone(),
            ours: (&conflict.ours).into(),
            theirs: (&conflict.theirs).into(),
        }
    }
}

impl From<&report::Version> for Version {
    fn from(version: &report::Version) -> Self {
        let (path, line) = version.place.as_ref().map(|(path, line)| (path.to_string(), *line)).unzip();
        let by = version.by.as_ref().map(|by| By {
            commit: by.commit.to_string(),
            author: by.name.clone(),
            time: date(by.time),
            subject: by.subject.clone(),
        });
        Self { value: version.value.clone(), path, line, by }
    }
}
