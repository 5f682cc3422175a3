//! An object against its kind's schema: all that is wrong with it, each with its place.

use crate::yaml::{Node, Pair, Span, Value};

use super::metadata;
use super::model::{Filled, KindSchema, Property, Schema, Type};
use super::scalar;
use super::words::{At, listed, nearest, printable};

/// How many violations of one object are told apart.
const MOST: usize = 20;

/// What kind of violation it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum ViolationKind {
    /// A field that the schema does not know.
    UnknownField,
    /// Anything else that breaks the schema.
    SchemaViolation,
}

/// One thing that is wrong with an object.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Violation {
    /// What kind of violation it is.
    pub kind: ViolationKind,
    /// The place in the object, such as `spec.subnets.web.vlan`.
    pub path: String,
    /// The value's bytes; an unknown field's key; for a field that is missing, the start of what should hold it.
    pub span: Span,
    /// What is wrong, in one sentence.
    pub message: String,
    /// How to mend it, where that can be said better than in general.
    pub help: Option<String>,
}

/// All that is wrong with an object by its kind's schema, in the order written, as a create through a cluster's admission
/// would find it. Its identity (`apiVersion`, `kind`, `metadata.name`, `metadata.namespace`) was judged before.
pub fn validate(object: &Node, schema: &KindSchema) -> Vec<Violation> {
    let two_peers = schema.webhook && has_two_peers(object);
    let mut walk = Walk { webhook: schema.webhook, two_peers, found: Vec::new(), more: 0 };
    let pairs = object.as_mapping().unwrap_or_default();
    for pair in pairs {
        let at = At::ROOT.key(&pair.key);
        match pair.key.as_str() {
            "apiVersion" | "kind" => {}
            "metadata" => metadata::check(&mut walk, &pair.value, schema.relabels, &at),
            "status" if schema.drops_status => walk.dropped_status(&pair.value, &at),
            _ => walk.field(pair, &schema.root, &at),
        }
    }
    walk.absences(pairs, &schema.root, start_of(object), &At::ROOT);
    walk.finish(start_of(object))
}

/// A walk over one object.
pub(super) struct Walk {
    /// Whether a webhook takes the object through Go first.
    webhook: bool,
    /// Whether `spec.peering` has two entries.
    two_peers: bool,
    found: Vec<Violation>,
    more: usize,
}

/// What is wrong at one place, before its words are made.
pub(super) struct Wrong<'a> {
    pub(super) at: &'a At<'a>,
    pub(super) span: Span,
}

impl Walk {
    /// Notes a violation; words are made only as long as there is room.
    pub(super) fn note(&mut self, wrong: Wrong<'_>, words: impl FnOnce(&str) -> (String, Option<String>)) {
        self.add(ViolationKind::SchemaViolation, wrong, words);
    }

    fn add(&mut self, kind: ViolationKind, wrong: Wrong<'_>, words: impl FnOnce(&str) -> (String, Option<String>)) {
        if self.found.len() == MOST {
            self.more += 1;
            return;
        }
        let path = wrong.at.path();
        let (message, help) = words(&path);
        self.found.push(Violation { kind, path, span: wrong.span, message, help });
    }

    fn finish(mut self, span: Span) -> Vec<Violation> {
        self.found.sort_by_key(|violation| violation.span.start);
        if self.more > 0 {
            let (kind, path) = (ViolationKind::SchemaViolation, String::new());
            let message = format!("the object breaks its schema in {} more places", self.more);
            self.found.push(Violation { kind, path, span, message, help: None });
        }
        self.found
    }

    fn dropped_status(&mut self, node: &Node, at: &At<'_>) {
        if !matches!(node.value, Value::Mapping(_) | Value::Null) {
            self.wrong_type(node, Type::Object, at);
        }
    }

    /// A value against its schema. A null that a mapping holds never comes here: it counts as absent.
    pub(super) fn value(&mut self, node: &Node, schema: &Schema, at: &At<'_>) {
        if !scalar::is_of(schema.kind, &node.value) {
            return self.wrong_type(node, schema.kind, at);
        }
        match &node.value {
            Value::Mapping(pairs) => self.mapping(node, pairs, schema, at),
            Value::Sequence(items) => self.list(node, items, schema, at),
            _ => scalar::check(self, node, schema, at),
        }
        if !schema.allowed.is_empty() {
            scalar::check_allowed(self, node, schema, at);
        }
    }

    fn mapping(&mut self, node: &Node, pairs: &[Pair], schema: &Schema, at: &At<'_>) {
        for pair in pairs {
            self.field(pair, schema, &at.key(&pair.key));
        }
        if schema.count.least.is_some() || schema.count.most.is_some() {
            let entries = pairs.iter().filter(|pair| !pair.value.is_null()).count();
            scalar::check_count(self, node, entries, schema, at);
        }
        self.absences(pairs, schema, start_of(node), at);
    }

    /// One pair of a mapping, at its own place.
    fn field(&mut self, pair: &Pair, holder: &Schema, at: &At<'_>) {
        let property = holder.property(&pair.key).map(|property| &property.schema);
        match property.or(holder.values.as_deref()) {
            Some(_) if pair.value.is_null() => {}
            Some(schema) => self.value(&pair.value, schema, at),
            None if is_open(holder) || (holder.embedded && is_of_every_object(&pair.key)) => {}
            None => {
                let wrong = Wrong { at, span: pair.key_span };
                self.add(ViolationKind::UnknownField, wrong, |path| unknown_field(path, &pair.key, holder));
            }
        }
    }

    fn list(&mut self, node: &Node, items: &[Node], schema: &Schema, at: &At<'_>) {
        scalar::check_count(self, node, items.len(), schema, at);
        let Some(each) = schema.items.as_deref() else { return };
        for (index, item) in items.iter().enumerate() {
            let at = at.index(index);
            match item.value {
                Value::Null if each.nullable || each.kind == Type::Any => {}
                // Go reads a null in a list as the zero value, and the webhook writes that back.
                Value::Null if self.webhook => self.zero(each, item.span, &at),
                _ => self.value(item, each, &at),
            }
        }
    }

    /// The fields of a mapping that are not there, or null.
    pub(super) fn absences(&mut self, pairs: &[Pair], schema: &Schema, span: Span, at: &At<'_>) {
        for property in &schema.properties {
            if !property.required && property.schema.filled == Filled::Never {
                continue;
            }
            let pair = pairs.iter().find(|pair| pair.key == property.name);
            if pair.is_none_or(|pair| pair.value.is_null() && !property.schema.nullable) {
                self.absent(property, span, at);
            }
        }
    }

    fn absent(&mut self, property: &Property, span: Span, holder: &At<'_>) {
        let (schema, at) = (&property.schema, holder.key(&property.name));
        if schema.default.is_some() {
        } else if self.fills(schema) {
            self.zero(schema, span, &at);
        } else if property.required {
            self.missing(schema, span, &at);
        }
    }

    fn fills(&self, schema: &Schema) -> bool {
        match schema.filled {
            Filled::Never => false,
            Filled::Always => self.webhook,
            Filled::OfTwoPeers => self.two_peers,
        }
    }

    /// The zero value, where Go puts it.
    fn zero(&mut self, schema: &Schema, span: Span, at: &At<'_>) {
        if schema.kind == Type::Object {
            for property in &schema.properties {
                self.absent(property, span, at);
            }
        } else if !scalar::zero_fits(schema) {
            self.missing(schema, span, at);
        }
    }

    fn missing(&mut self, schema: &Schema, span: Span, at: &At<'_>) {
        self.note(Wrong { at, span }, |path| (format!("{path} is missing"), scalar::allowed_help(schema)));
    }

    fn wrong_type(&mut self, node: &Node, wanted: Type, at: &At<'_>) {
        self.note(Wrong { at, span: node.span }, |path| {
            let message = format!("{path} is {}, not {}", node.kind_name(), scalar::type_words(wanted));
            (message, scalar::type_help(node, wanted))
        });
    }
}

fn has_two_peers(object: &Node) -> bool {
    let peers = object.get("spec").and_then(|spec| spec.get("peering")).and_then(Node::as_mapping).unwrap_or_default();
    peers.iter().filter(|pair| !pair.value.is_null()).count() == 2
}

fn is_open(schema: &Schema) -> bool {
    schema.open || schema.kind == Type::Any
}

fn is_of_every_object(key: &str) -> bool {
    matches!(key, "apiVersion" | "kind" | "metadata")
}

fn unknown_field(path: &str, key: &str, holder: &Schema) -> (String, Option<String>) {
    let known = || holder.properties.iter().map(|property| property.name.as_str());
    let help = match nearest(key, known()) {
        Some(near) => format!("Did you mean {}? Otherwise delete the field.", printable(near)),
        None if holder.properties.is_empty() => "Delete the field; nothing may stand here.".to_owned(),
        None => format!("Delete the field, or write one of those known here: {}.", listed(known())),
    };
    (format!("{path} is no field that the kind knows"), Some(help))
}

/// The first byte of a node: where a finding about what it lacks points.
fn start_of(node: &Node) -> Span {
    Span { start: node.span.start, end: node.span.end.min(node.span.start + 1) }
}

#[cfg(test)]
#[path = "validate_tests.rs"]
mod tests;
