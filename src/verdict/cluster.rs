//! What a cluster prints, as the files that people would have written: Lists taken apart, the cluster's own fields dropped.

use std::collections::BTreeMap;

use crate::fabric::kinds::{Author, Kind, Kinds, is_hedgehog_group};
use crate::path::RepoPath;
use crate::schema::Schemas;
use crate::yaml::{Limits, Lines, Node, Pair, Value, canonical_json, emit, parse, split};

use super::fields::is_set_by_server;
use super::fields::{Fields, printable, split_api_version};
use super::identity::managed_path;

/// What marks a label that Hedgehog's webhooks write themselves.
const OWN_LABELS: &str = "fabric.githedgehog.com/";
/// What kubectl keeps of the last file it applied.
const LAST_APPLIED: &str = "kubectl.kubernetes.io/last-applied-configuration";

/// What was printed, taken apart.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Printed {
    /// The objects that people write, one a file, by a path made as managed/ makes it.
    pub files: BTreeMap<RepoPath, String>,
    /// How many objects were left out, by reason and kind.
    pub left: BTreeMap<(Left, String), usize>,
}

/// Why an object was left out.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Left {
    /// Hedgehog's controllers make it.
    Controller,
    /// It belongs to the installer's fab.yaml.
    Installer,
    /// Its group is Hedgehog's, but its kind is none that is known.
    UnknownKind,
    /// It is of another group.
    OtherGroup,
    /// It is no object at all: it says no type or no kind.
    NoObject,
}

/// Why nothing is taken of what was printed.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum PrintedError {
    /// A document is no YAML that Kubernetes reads.
    #[error("line {line}: it cannot be read: {message}; give what kubectl get -o yaml or -o json prints")]
    Unreadable {
        /// The line.
        line: u32,
        /// What the parser says.
        message: String,
    },
    /// An object's name makes no file name.
    #[error("line {line}: this {kind} has no name that Kubernetes takes; correct it, or leave the object out")]
    BadName {
        /// The line.
        line: u32,
        /// The kind.
        kind: String,
    },
    /// The same object is there twice, with two values.
    #[error("line {line}: {object} is there a second time with another value; keep one of them")]
    Twice {
        /// The second one's line.
        line: u32,
        /// The object's path as a file.
        object: RepoPath,
    },
    /// The value has no form that is read as itself.
    #[error("line {line}: {object} cannot be written so that it is read as the same value; copy it by hand")]
    Unwritable {
        /// The line.
        line: u32,
        /// The object's path as a file.
        object: RepoPath,
    },
}

/// Takes apart what was printed.
pub fn read(bytes: &[u8], kinds: &Kinds) -> Result<Printed, PrintedError> {
    let lines = Lines::new(bytes);
    let mut reader = Reader { bytes, lines, kinds, values: BTreeMap::new(), printed: Printed::default() };
    for chunk in split(bytes) {
        let parsed = parse(bytes, &chunk, &Limits::default())
            .map_err(|fault| PrintedError::Unreadable { line: reader.line(fault.at.start), message: fault.message })?;
        if let Some(root) = parsed.root {
            for object in objects(&root) {
                reader.object(object)?;
            }
        }
    }
    Ok(reader.printed)
}

/// A document's objects: the items of a List, and of Lists in it; any other document itself.
pub fn objects(root: &Node) -> Vec<&Node> {
    let mut found = Vec::new();
    let mut open = vec![root];
    while let Some(node) = open.pop() {
        let is_list = node.get("kind").and_then(Node::as_str).is_some_and(|kind| kind.ends_with("List"));
        match node.get("items").map(|items| &items.value) {
            Some(Value::Sequence(items)) if is_list => open.extend(items.iter().rev()),
            Some(Value::Null) if is_list => {}
            _ => found.push(node),
        }
    }
    found
}

struct Reader<'a> {
    bytes: &'a [u8],
    lines: Lines,
    kinds: &'a Kinds,
    /// The values of the files so far.
    values: BTreeMap<RepoPath, String>,
    printed: Printed,
}

impl Reader<'_> {
    fn line(&self, offset: usize) -> u32 {
        self.lines.position(self.bytes, offset).0
    }

    fn object(&mut self, node: &Node) -> Result<(), PrintedError> {
        let text = |key: &str| node.get(key).and_then(Node::as_str);
        let (Some(api_version), Some(kind)) = (text("apiVersion"), text("kind")) else {
            self.leave(Left::NoObject, "");
            return Ok(());
        };
        let (group, version) = split_api_version(api_version);
        match self.kinds.by_group_kind(group, kind) {
            _ if !is_hedgehog_group(group) => self.leave(Left::OtherGroup, kind),
            None => self.leave(Left::UnknownKind, &format!("{kind}.{group}")),
            Some(known) => match known.author {
                Author::User => self.take(node, known, version)?,
                Author::Controller => self.leave(Left::Controller, kind),
                Author::Installer => self.leave(Left::Installer, kind),
            },
        }
        Ok(())
    }

    fn leave(&mut self, why: Left, kind: &str) {
        *self.printed.left.entry((why, printable(kind))).or_default() += 1;
    }

    fn take(&mut self, node: &Node, kind: &Kind, version: &str) -> Result<(), PrintedError> {
        let line = self.line(node.span.start);
        let bad_name = || PrintedError::BadName { line, kind: kind.kind.clone() };
        let identity = Fields::of(node).identity().ok_or_else(bad_name)?;
        let path = managed_path(kind, &identity.namespace, &identity.name).map_err(|_| bad_name())?.path().clone();
        let schemas = Schemas::builtin();
        let relabels = schemas.get(&kind.group, &kind.kind, version).is_some_and(|schema| schema.relabels);
        let object = own(node, relabels);
        let value = canonical_json(&object);
        match self.values.get(&path) {
            Some(before) if *before == value => return Ok(()),
            Some(_) => return Err(PrintedError::Twice { line, object: path }),
            None => {}
        }
        let text = emit(&object).ok_or_else(|| PrintedError::Unwritable { line, object: path.clone() })?;
        self.values.insert(path.clone(), value);
        self.printed.files.insert(path, text);
        Ok(())
    }
}

/// The object without what the cluster added.
fn own(node: &Node, relabels: bool) -> Node {
    edited(node, |pair| match pair.key.as_str() {
        "status" => None,
        "metadata" => Some(edited(&pair.value, |pair| metadata(pair, relabels))),
        _ => Some(pair.value.clone()),
    })
}

fn metadata(pair: &Pair, relabels: bool) -> Option<Node> {
    let entries = |keep: &dyn Fn(&str) -> bool| {
        let node = edited(&pair.value, |pair| keep(&pair.key).then(|| pair.value.clone()));
        let empty = node.is_null() || node.as_mapping().is_some_and(<[Pair]>::is_empty);
        (!empty).then_some(node)
    };
    match pair.key.as_str() {
        "ownerReferences" => None,
        key if is_set_by_server(key) => None,
        "labels" => entries(&|key| !(relabels && key.contains(OWN_LABELS))),
        "annotations" => entries(&|key| key != LAST_APPLIED),
        _ => Some(pair.value.clone()),
    }
}

/// A mapping with each value put through `edit`, or left out where that answers none; any other node as it is.
fn edited(node: &Node, edit: impl Fn(&Pair) -> Option<Node>) -> Node {
    let Value::Mapping(pairs) = &node.value else { return node.clone() };
    let kept = pairs.iter().filter_map(|pair| edit(pair).map(|value| Pair { value, ..pair.clone() }));
    Node { span: node.span, value: Value::Mapping(kept.collect()) }
}

#[cfg(test)]
#[path = "cluster_tests.rs"]
mod tests;
