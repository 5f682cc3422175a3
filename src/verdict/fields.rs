//! The fields that every Kubernetes object has, found in a document's value, and the words for what is wrong with them.

use crate::fabric::kinds::is_hedgehog_group;
use crate::finding::ObjectRef;
pub(super) use crate::path::printable;
use crate::yaml::{Node, Span, Value};

use super::identity::{DEFAULT_NAMESPACE, Identity};

/// The fields of `metadata` that only a cluster sets.
const SERVER_METADATA: &[&str] = &[
    "creationTimestamp",
    "deletionGracePeriodSeconds",
    "deletionTimestamp",
    "generation",
    "managedFields",
    "resourceVersion",
    "selfLink",
    "uid",
];

/// Whether this is a field of `metadata` that only a cluster sets.
pub(super) fn is_set_by_server(key: &str) -> bool {
    SERVER_METADATA.contains(&key)
}

/// Where a document keeps what identifies it.
pub(super) struct Fields<'n> {
    pub(super) root: &'n Node,
    pub(super) api_version: Option<&'n Node>,
    pub(super) kind: Option<&'n Node>,
    pub(super) metadata: Option<&'n Node>,
}

/// A field that should be a text.
pub(super) enum Field<'n> {
    /// It is one.
    Text(&'n str),
    /// It is not there, or null.
    Absent,
    /// It is something else.
    Other(&'n Node),
}

/// Looks at a field that should be a text.
pub(super) fn field(node: Option<&Node>) -> Field<'_> {
    match node.map(|node| (&node.value, node)) {
        None | Some((Value::Null, _)) => Field::Absent,
        Some((Value::String(text), _)) => Field::Text(text),
        Some((_, node)) => Field::Other(node),
    }
}

impl<'n> Fields<'n> {
    pub(super) fn of(root: &'n Node) -> Self {
        Self { root, api_version: root.get("apiVersion"), kind: root.get("kind"), metadata: root.get("metadata") }
    }

    fn text(node: Option<&'n Node>) -> Option<&'n str> {
        match field(node) {
            Field::Text(text) => Some(text),
            _ => None,
        }
    }

    fn name(&self) -> Option<&'n str> {
        Self::text(self.metadata.and_then(|metadata| metadata.get("name")))
    }

    fn namespace(&self) -> Option<&'n str> {
        match field(self.metadata.and_then(|metadata| metadata.get("namespace"))) {
            Field::Text("") | Field::Absent => Some(DEFAULT_NAMESPACE),
            Field::Text(text) => Some(text),
            Field::Other(_) => None,
        }
    }

    /// What the document says it is, made printable; none if it says neither its type nor its kind.
    pub(super) fn object(&self) -> Option<ObjectRef> {
        let (api_version, kind) = (Self::text(self.api_version), Self::text(self.kind));
        if api_version.is_none() && kind.is_none() {
            return None;
        }
        let clean = |text: Option<&str>| text.map(printable).unwrap_or_default();
        Some(ObjectRef {
            api_version: clean(api_version),
            kind: clean(kind),
            namespace: clean(self.namespace()),
            name: clean(self.name()),
        })
    }

    /// The object the document names, of whatever group.
    pub(super) fn identity(&self) -> Option<Identity> {
        let (group, _) = split_api_version(Self::text(self.api_version)?);
        Some(Identity {
            group: group.to_owned(),
            kind: Self::text(self.kind)?.to_owned(),
            namespace: self.namespace()?.to_owned(),
            name: self.name()?.to_owned(),
        })
    }
}

/// Group and version of an `apiVersion`; Kubernetes' core group has no name.
pub(super) fn split_api_version(text: &str) -> (&str, &str) {
    text.split_once('/').unwrap_or(("", text))
}

/// Whether any item of a List is of a Hedgehog group.
pub(super) fn holds_hedgehog(items: &Node) -> bool {
    let Value::Sequence(nodes) = &items.value else { return false };
    nodes.iter().any(|item| {
        let api_version = item.get("apiVersion").and_then(Node::as_str);
        api_version.is_some_and(|text| is_hedgehog_group(split_api_version(text).0))
    })
}

/// The first byte of a node: where a finding about the whole of it points.
pub(super) fn head(node: &Node) -> Span {
    Span { start: node.span.start, end: node.span.end.min(node.span.start + 1) }
}

/// A node's span, or the head of what should hold it.
pub(super) fn span_of(node: Option<&Node>, holder: &Node) -> Span {
    node.map_or_else(|| head(holder), |node| node.span)
}
