//! What a document says it is, found as it is read, without its value being made.

use crate::finding::ObjectRef;
use crate::yaml::{Key, Value, Watch};

use super::fields::{is_set_by_server, printable, split_api_version};
use super::identity::{DEFAULT_NAMESPACE, Identity};

/// The names in a document, and whether there is anything about it that has to be looked at more closely.
#[derive(Debug, Default)]
pub(super) struct Names<'t> {
    api_version: Option<&'t str>,
    kind: Option<&'t str>,
    name: Option<&'t str>,
    namespace: Option<&'t str>,
    is_odd: bool,
}

/// A document's names as texts.
#[derive(Debug, Clone, Copy)]
pub(super) struct Named<'t> {
    pub(super) api_version: &'t str,
    pub(super) group: &'t str,
    pub(super) version: &'t str,
    pub(super) kind: &'t str,
    pub(super) namespace: &'t str,
    pub(super) name: &'t str,
}

/// A place in a document.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum At {
    Root,
    ApiVersion,
    Kind,
    Metadata,
    Name,
    Namespace,
    /// Where something that says nothing may stand, as a cluster sets it.
    Server,
    /// Where something may stand that others look at.
    Items,
    Any,
}

impl<'t> Names<'t> {
    /// The names, if all are there and nothing has to be looked at more closely.
    pub(super) fn named(&self) -> Option<Named<'t>> {
        let (api_version, kind, name) = (self.api_version?, self.kind?, self.name?);
        let (group, version) = split_api_version(api_version);
        let namespace = self.namespace.filter(|namespace| !namespace.is_empty()).unwrap_or(DEFAULT_NAMESPACE);
        (!self.is_odd).then_some(Named { api_version, group, version, kind, namespace, name })
    }
}

impl Named<'_> {
    /// What the document says it is, made printable.
    pub(super) fn object(&self) -> ObjectRef {
        ObjectRef {
            api_version: printable(self.api_version),
            kind: printable(self.kind),
            namespace: printable(self.namespace),
            name: printable(self.name),
        }
    }

    /// The object it names.
    pub(super) fn identity(&self) -> Identity {
        Identity {
            group: self.group.to_owned(),
            kind: self.kind.to_owned(),
            namespace: self.namespace.to_owned(),
            name: self.name.to_owned(),
        }
    }
}

impl<'t> Watch<'t> for Names<'t> {
    type Place = At;

    fn root(&self) -> At {
        At::Root
    }

    fn cares(&self, place: At) -> bool {
        place != At::Any
    }

    fn key(&mut self, holder: At, key: &str) -> At {
        match (holder, key) {
            (At::Root, "apiVersion") => At::ApiVersion,
            (At::Root, "kind") => At::Kind,
            (At::Root, "metadata") => At::Metadata,
            (At::Root, "status") => At::Server,
            (At::Root, "items") => At::Items,
            (At::Metadata, "name") => At::Name,
            (At::Metadata, "namespace") => At::Namespace,
            (At::Metadata, key) if is_set_by_server(key) => At::Server,
            _ => At::Any,
        }
    }

    fn item(&mut self, _: At) -> At {
        At::Any
    }

    fn text(&mut self, place: At, text: &'t str) {
        match place {
            At::ApiVersion => self.api_version = Some(text),
            At::Kind => self.kind = Some(text),
            At::Name => self.name = Some(text),
            At::Namespace => self.namespace = Some(text),
            At::Any => {}
            At::Root | At::Metadata | At::Server | At::Items => self.is_odd = true,
        }
    }

    fn scalar(&mut self, place: At, value: &Value) {
        let may_be_null = matches!(place, At::Namespace | At::Server);
        self.is_odd |= !(place == At::Any || may_be_null && *value == Value::Null);
    }

    fn mapping(&mut self, place: At, keys: &[Key<'_>]) {
        let fits = matches!(place, At::Any | At::Root | At::Metadata);
        self.is_odd |= !(fits || place == At::Server && keys.is_empty());
    }

    fn list(&mut self, place: At, count: usize) {
        self.is_odd |= !(place == At::Any || place == At::Server && count == 0);
    }
}
