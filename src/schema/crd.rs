//! A CustomResourceDefinition's versions to schemas, the way an API server reads them.
//!
//! What Hedgehog's CRDs never use is not judged by: `allOf`, `anyOf`, `oneOf`, `not`, `multipleOf`, exclusive bounds,
//! `uniqueItems`, list types and CEL rules. An object that only those forbid is let through here and refused by the cluster.

use std::sync::Arc;

use crate::yaml::{Node, Value, canonical_json};

use super::format::Format;
use super::model::{Bounds, Filled, KindSchema, Literal, Pattern, Property, Schema, Type};

/// How deep a schema may be nested.
const DEEPEST: usize = 100;

/// Where a CRD means nothing, and why.
#[derive(Debug)]
pub struct CrdFault<'n> {
    /// The node that means nothing.
    pub at: &'n Node,
    /// Why, in one sentence.
    pub message: String,
}

impl<'n> CrdFault<'n> {
    /// A fault at this node.
    pub fn new(at: &'n Node, message: impl Into<String>) -> Self {
        Self { at, message: message.into() }
    }
}

/// The schema of each served version of a CRD, from its `spec`. A version without a schema takes every field.
pub fn read(spec: &Node) -> Result<Vec<KindSchema>, CrdFault<'_>> {
    let versions = spec.get("versions").and_then(Node::as_sequence).unwrap_or_default();
    let served = versions.iter().filter(|version| version.get("served").and_then(Node::as_bool) == Some(true));
    served.map(|version| read_version(spec, version)).collect()
}

fn read_version<'n>(spec: &'n Node, version: &'n Node) -> Result<KindSchema, CrdFault<'n>> {
    let name = version.get("name").and_then(Node::as_str).unwrap_or_default();
    // Before apiextensions.k8s.io/v1, schema and subresources could stand above the versions.
    let of = |key: &str, older: &str| version.get(key).or_else(|| spec.get(older)).filter(|node| !node.is_null());
    let drops_status = of("subresources", "subresources").is_some_and(|node| node.pair("status").is_some());
    let holder = of("schema", "validation").and_then(|node| node.get("openAPIV3Schema"));
    let Some(node) = holder else { return Ok(KindSchema { drops_status, ..KindSchema::unknown(name) }) };
    let mut root = schema(node, 0)?;
    root.kind = Type::Object;
    let apart = |name: &str| matches!(name, "apiVersion" | "kind" | "metadata") || (name == "status" && drops_status);
    root.properties.retain(|property| !apart(&property.name));
    Ok(KindSchema { version: name.to_owned(), webhook: false, relabels: false, drops_status, root })
}

fn schema(node: &Node, depth: usize) -> Result<Schema, CrdFault<'_>> {
    if node.as_mapping().is_none() {
        return Err(CrdFault::new(node, "a schema is a mapping"));
    }
    if depth > DEEPEST {
        return Err(CrdFault::new(node, format!("the schema is nested deeper than {DEEPEST} levels")));
    }
    let truth = |key: &str| node.get(key).and_then(Node::as_bool) == Some(true);
    let inner = |key: &str| match node.get(key) {
        Some(inner) if inner.as_mapping().is_some() => schema(inner, depth + 1).map(|schema| Some(Box::new(schema))),
        _ => Ok(None),
    };
    let values = inner("additionalProperties")?;
    let takes_any = node.get("additionalProperties").and_then(Node::as_bool) == Some(true);
    Ok(Schema {
        kind: if truth("x-kubernetes-int-or-string") { Type::IntOrString } else { kind(node)? },
        nullable: truth("nullable"),
        filled: Filled::Never,
        default: node.get("default").map(canonical_json),
        properties: properties(node, depth)?,
        values,
        open: takes_any || truth("x-kubernetes-preserve-unknown-fields"),
        embedded: truth("x-kubernetes-embedded-resource"),
        items: inner("items")?,
        count: joined(counts(node, "minItems", "maxItems")?, counts(node, "minProperties", "maxProperties")?),
        length: counts(node, "minLength", "maxLength")?,
        range: Bounds { least: number(node, "minimum")?, most: number(node, "maximum")? },
        allowed: allowed(node)?,
        pattern: text(node, "pattern")?.map(|text| Arc::new(Pattern::new(text))),
        format: text(node, "format")?.and_then(Format::parse),
        go: None,
    })
}

fn kind(node: &Node) -> Result<Type, CrdFault<'_>> {
    Ok(match text(node, "type")? {
        None | Some("") => Type::Any,
        Some("object") => Type::Object,
        Some("array") => Type::Array,
        Some("string") => Type::String,
        Some("integer") => Type::Integer,
        Some("number") => Type::Number,
        Some("boolean") => Type::Boolean,
        Some(_) => return Err(CrdFault::new(node.get("type").unwrap_or(node), "no schema has a type of this name")),
    })
}

fn properties(node: &Node, depth: usize) -> Result<Vec<Property>, CrdFault<'_>> {
    let required = list(node, "required")?;
    let is_required = |name: &str| required.iter().any(|known| known.as_str() == Some(name));
    let mut properties = Vec::new();
    if let Some(fields) = node.get("properties") {
        let pairs = fields.as_mapping().ok_or_else(|| CrdFault::new(fields, "a schema's properties are a mapping"))?;
        for pair in pairs {
            let schema = schema(&pair.value, depth + 1)?;
            properties.push(Property { name: pair.key.clone(), required: is_required(&pair.key), schema });
        }
    }
    properties.sort_by(|a, b| a.name.cmp(&b.name));
    Ok(properties)
}

fn list<'n>(node: &'n Node, key: &str) -> Result<&'n [Node], CrdFault<'n>> {
    match node.get(key).filter(|node| !node.is_null()) {
        None => Ok(&[]),
        Some(list) => list.as_sequence().ok_or_else(|| CrdFault::new(list, format!("a schema's {key} is a list"))),
    }
}

fn allowed(node: &Node) -> Result<Vec<Literal>, CrdFault<'_>> {
    let literal = |node: &Node| match node.as_str() {
        Some(text) => Literal::Text(text.to_owned()),
        None => Literal::Json(canonical_json(node)),
    };
    Ok(list(node, "enum")?.iter().map(literal).collect())
}

fn text<'n>(node: &'n Node, key: &str) -> Result<Option<&'n str>, CrdFault<'n>> {
    match node.get(key).filter(|node| !node.is_null()) {
        None => Ok(None),
        Some(node) => match node.as_str() {
            Some(text) => Ok(Some(text)),
            None => Err(CrdFault::new(node, format!("a schema's {key} is a text"))),
        },
    }
}

fn number<'n>(node: &'n Node, key: &str) -> Result<Option<f64>, CrdFault<'n>> {
    let Some(node) = node.get(key) else { return Ok(None) };
    match node.value {
        Value::Null => Ok(None),
        Value::Int(int) => Ok(Some(int as f64)),
        Value::Uint(int) => Ok(Some(int as f64)),
        Value::Float(float) => Ok(Some(float)),
        _ => Err(CrdFault::new(node, format!("a schema's {key} is a number"))),
    }
}

fn counts<'n>(node: &'n Node, least: &str, most: &str) -> Result<Bounds<u64>, CrdFault<'n>> {
    let count = |key: &str| {
        let number = number(node, key)?;
        Ok(number.filter(|number| *number >= 0.0).map(|number| number as u64))
    };
    Ok(Bounds { least: count(least)?, most: count(most)? })
}

fn joined(a: Bounds<u64>, b: Bounds<u64>) -> Bounds<u64> {
    Bounds { least: a.least.or(b.least), most: a.most.or(b.most) }
}

/// The first pattern of a schema that means nothing here, and so is not judged by.
pub fn unreadable_pattern(schema: &Schema) -> Option<&str> {
    let own = schema.pattern.as_ref().filter(|pattern| !pattern.is_valid()).map(|pattern| pattern.as_str());
    let inner = schema.properties.iter().map(|property| &property.schema);
    let mut inner = inner.chain(schema.values.as_deref()).chain(schema.items.as_deref());
    own.or_else(|| inner.find_map(unreadable_pattern))
}

#[cfg(test)]
#[path = "crd_tests.rs"]
mod tests;
