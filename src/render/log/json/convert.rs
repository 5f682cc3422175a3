//! From the log's own types to the wire's: one `From` a type, and nothing decided.

use super::{
    About, Change, Fabric, Field, Log, Made, Object, Operation, Parked, Push, Repair, SCHEMA, Source, Untold, Verb, Who,
};
use crate::finding::ObjectRef;
use crate::path::RepoPath;
use crate::render::date;
use crate::render::json::convert::shown;
use crate::report::log;

impl From<&log::Log> for Log {
    fn from(log: &log::Log) -> Self {
        let texts = |paths: &[RepoPath]| paths.iter().map(ToString::to_string).collect();
        let about = match &log.about {
            log::About::Everything => About::default(),
            log::About::Fabric { path } => About { fabric: Some(path.to_string()), ..About::default() },
            log::About::Object { name, fabric } => About {
                object: Some(name.clone()),
                fabric: fabric.as_ref().map(ToString::to_string),
                ..About::default()
            },
            log::About::Paths(paths) => About { paths: texts(paths), ..About::default() },
        };
        Self {
            schema: SCHEMA,
            command: "log",
            reference: log.reference.clone(),
            commit: log.tip.to_string(),
            about,
            operations: log.operations.iter().map(Operation::from).collect(),
            older: log.older,
            cut: log.cut.iter().map(ToString::to_string).collect(),
            untold: log.untold.iter().map(untold).collect(),
        }
    }
}

fn untold(untold: &log::Untold) -> Untold {
    Untold { commit: untold.commit.to_string(), why: untold.why.clone() }
}

impl From<&log::Operation> for Operation {
    fn from(operation: &log::Operation) -> Self {
        let (mut options, mut why, mut asked) = (Vec::new(), None, None);
        let made = match &operation.made {
            log::Made::Sync { options: flags } => {
                options.clone_from(flags);
                Made::Sync
            }
            log::Made::Altered => Made::Altered,
            log::Made::Unproven { why: text } => {
                why = Some(text.clone());
                Made::Unproven
            }
            log::Made::Asked { command } => {
                asked = Some(command.clone());
                Made::Asked
            }
            log::Made::Squashed => Made::Squashed,
            log::Made::Merge => Made::Merge,
            log::Made::Hand => Made::Hand,
        };
        Self {
            commit: operation.commit.to_string(),
            time: date(operation.time),
            author: Who::from(&operation.author),
            subject: operation.subject.clone(),
            made,
            options,
            why,
            asked,
            pushed: operation.pushes.iter().map(Push::from).collect(),
            fabrics: operation.fabrics.iter().map(Fabric::from).collect(),
        }
    }
}

impl From<&log::Who> for Who {
    fn from(who: &log::Who) -> Self {
        Self { name: who.name.clone(), email: who.email.clone() }
    }
}

impl From<&log::Push> for Push {
    fn from(push: &log::Push) -> Self {
        let (commit, time) = (push.commit.to_string(), date(push.time));
        Self { commit, time, author: Who::from(&push.author), subject: push.subject.clone() }
    }
}

impl From<&log::FabricChanges> for Fabric {
    fn from(fabric: &log::FabricChanges) -> Self {
        let (path, path_hex) = shown(&fabric.path);
        let repair =
            |repair: &crate::report::Repair| Repair { code: repair.code.as_str(), path: repair.path.to_string() };
        Self {
            path,
            path_hex,
            name: fabric.name.clone(),
            changes: fabric.changes.iter().map(Change::from).collect(),
            unmanaged: fabric.unmanaged.iter().map(Parked::from).collect(),
            repairs: fabric.repairs.iter().map(repair).collect(),
        }
    }
}

impl From<&log::ObjectChange> for Change {
    fn from(change: &log::ObjectChange) -> Self {
        let field =
            |field: &log::Field| Field { path: field.path.clone(), old: field.old.clone(), new: field.new.clone() };
        Self {
            change: Verb::from(change.change),
            object: object(&change.object),
            place: Source::from(&change.place),
            other: change.other.as_ref().map(ToString::to_string),
            from: change.from.as_ref().map(Source::from),
            fields: change.fields.iter().map(field).collect(),
        }
    }
}

impl From<log::Change> for Verb {
    fn from(change: log::Change) -> Self {
        match change {
            log::Change::Added => Self::Added,
            log::Change::Returned => Self::Returned,
            log::Change::Updated => Self::Updated,
            log::Change::Rewritten => Self::Rewritten,
            log::Change::Moved => Self::Moved,
            log::Change::Unchanged => Self::Unchanged,
            log::Change::Removed => Self::Removed,
            log::Change::Offered => Self::Offered,
            log::Change::Edited => Self::Edited,
            log::Change::Withdrawn => Self::Withdrawn,
        }
    }
}

impl From<&log::Source> for Source {
    fn from(source: &log::Source) -> Self {
        let (path, path_hex) = shown(&source.path);
        let (line, end_line) = source.lines.unzip();
        Self { path, path_hex, document: source.document, line, end_line }
    }
}

impl From<&log::Parked> for Parked {
    fn from(parked: &log::Parked) -> Self {
        let (path, path_hex) = shown(&parked.path);
        let (from, object) = (parked.from.as_ref().map(Source::from), object(&parked.object));
        Self { path, path_hex, from, object, code: parked.code.clone() }
    }
}

fn object(object: &Option<ObjectRef>) -> Option<Object> {
    object.as_ref().map(Object::from)
}
