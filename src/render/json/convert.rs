//! From the report's own types to the wire's: one `From` a type, and nothing decided.

use super::{
    Change, Counts, Diff, Document, Edit, Entry, Fabric, Finding, Object, Outcome, Point, Related, Remote, Repair,
};
use super::{RepoPath, Report, SCHEMA, Severity, Source, Verdict, finding, ids, report};
use crate::verdict::code;

/// A path as it is shown, and its bytes in hexadecimal where that is not the path itself.
pub(in crate::render) fn shown(path: &RepoPath) -> (String, Option<String>) {
    if path.is_root() {
        return (".".to_owned(), None);
    }
    match path.as_clean_str() {
        Some(text) => (text.to_owned(), None),
        None => (path.to_string(), Some(path.as_bytes().iter().map(|byte| format!("{byte:02x}")).collect())),
    }
}

impl From<&report::Report> for Report {
    fn from(report: &report::Report) -> Self {
        Self {
            schema: SCHEMA,
            command: report.command.to_owned(),
            outcome: match report.outcome {
                report::Outcome::Committed => Outcome::Committed,
                report::Outcome::Unchanged => Outcome::Unchanged,
                report::Outcome::Planned => Outcome::Planned,
                report::Outcome::Refused => Outcome::Refused,
            },
            reference: report.reference.clone(),
            input: report.input.as_ref().map(Point::from),
            result: report.result.as_ref().map(Point::from),
            fabrics: report.fabrics.iter().map(Fabric::from).collect(),
            findings: report.findings.iter().map(Finding::from).collect(),
            notes: report.notes.clone(),
            diffs: report
                .diffs
                .iter()
                .map(|diff| Diff { path: diff.path.to_string(), unified: diff.unified.clone() })
                .collect(),
            remote: report.remote.as_ref().map(|remote| Remote {
                name: remote.name.clone(),
                url: remote.url.clone(),
                tries: remote.tries,
            }),
        }
    }
}

impl From<&report::Point> for Point {
    fn from(point: &report::Point) -> Self {
        Self { commit: point.commit.map(|id| id.to_string()), tree: point.tree.to_string() }
    }
}

impl From<&report::FabricReport> for Fabric {
    fn from(fabric: &report::FabricReport) -> Self {
        let (path, path_hex) = shown(&fabric.path);
        Self {
            path,
            path_hex,
            name: fabric.name.clone(),
            counts: Counts::from(fabric.counts()),
            documents: fabric.documents.iter().map(Document::from).collect(),
            repairs: fabric.repairs.iter().map(Repair::from).collect(),
            edits: fabric.edits.iter().map(Edit::from).collect(),
            removed: fabric.removed.iter().map(Object::from).collect(),
            left_alone: fabric.left_alone,
        }
    }
}

impl From<report::Counts> for Counts {
    fn from(counts: report::Counts) -> Self {
        let report::Counts { managed, unmanaged, kept, repairs, removed } = counts;
        Self { managed, unmanaged, kept, repairs, removed }
    }
}

impl From<&report::DocumentRow> for Document {
    fn from(row: &report::DocumentRow) -> Self {
        let (path, path_hex) = shown(&row.source);
        let (target, target_hex) = shown(&row.target);
        let (line, end_line) = row.lines.unzip();
        Self {
            source: Source { path, path_hex, document: row.document, line, end_line },
            object: row.object.as_ref().map(Object::from),
            verdict: match row.fate {
                report::Fate::Managed => Verdict::Managed,
                report::Fate::Unmanaged => Verdict::Unmanaged,
                report::Fate::Kept => Verdict::Kept,
            },
            change: row.change.map(|change| match change {
                report::Change::Added => Change::Added,
                report::Change::Updated => Change::Updated,
                report::Change::Unchanged => Change::Unchanged,
            }),
            code: row.code.map(code::Code::as_str),
            target,
            target_hex,
        }
    }
}

impl From<&finding::ObjectRef> for Object {
    fn from(object: &finding::ObjectRef) -> Self {
        Self {
            api_version: object.api_version.clone(),
            kind: object.kind.clone(),
            namespace: object.namespace.clone(),
            name: object.name.clone(),
        }
    }
}

impl From<&report::Repair> for Repair {
    fn from(repair: &report::Repair) -> Self {
        let (path, path_hex) = shown(&repair.path);
        Self { code: repair.code.as_str(), path, path_hex }
    }
}

impl From<(&RepoPath, &report::EditRow)> for Edit {
    fn from((path, row): (&RepoPath, &report::EditRow)) -> Self {
        let (path, path_hex) = shown(path);
        Self { path, path_hex, from: row.from.map(Entry::from), to: row.to.map(Entry::from) }
    }
}

impl From<ids::Entry> for Entry {
    fn from(entry: ids::Entry) -> Self {
        Self { mode: entry.mode.to_string(), id: entry.id.to_string() }
    }
}

impl From<&finding::Finding> for Finding {
    fn from(finding: &finding::Finding) -> Self {
        let (path, path_hex) = shown(&finding.path);
        Self {
            code: finding.code.as_str(),
            severity: match finding.severity {
                code::Severity::Error => Severity::Error,
                code::Severity::Warning => Severity::Warning,
                code::Severity::Info => Severity::Info,
            },
            message: finding.message.clone(),
            help: finding.help.clone(),
            path,
            path_hex,
            document: finding.document,
            line: finding.place.map(|place| place.line),
            column: finding.place.map(|place| place.column),
            end_line: finding.place.map(|place| place.end_line),
            end_column: finding.place.map(|place| place.end_column),
            object: finding.object.as_ref().map(Object::from),
            related: finding.related.as_ref().map(Related::from),
        }
    }
}

impl From<&finding::Related> for Related {
    fn from(related: &finding::Related) -> Self {
        let (path, path_hex) = shown(&related.path);
        let finding::Place { line, column, end_line, end_column } = related.place;
        Self { path, path_hex, line, column, end_line, end_column, message: related.message.clone() }
    }
}
