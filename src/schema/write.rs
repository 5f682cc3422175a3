//! A schema as text, in the words of `text`: by it schemas are compared, and named in a digest.

use std::fmt::{Display, Write};

use super::model::{Bounds, Filled, KindSchema, Literal, Property, Schema, Type};
use super::text::TYPES;

/// A kind's schema as text, the same for the same schema.
pub(super) fn kind(name: &str, schema: &KindSchema) -> String {
    let mut out = format!("kind {name} {}", schema.version);
    for (flag, word) in
        [(schema.webhook, " webhook"), (schema.relabels, " relabels"), (!schema.drops_status, " keeps-status")]
    {
        if flag {
            out.push_str(word);
        }
    }
    if schema.root.open {
        out.push_str(" open");
    }
    out.push('\n');
    fields(&schema.root, 1, &mut out);
    out
}

fn fields(schema: &Schema, depth: usize, out: &mut String) {
    for Property { name, required, schema } in &schema.properties {
        out.push_str(&"  ".repeat(depth));
        out.push_str(name);
        out.push(':');
        let mut part = schema;
        typed(part, *required, out);
        while let Some(inner) = part.items.as_deref().or(part.values.as_deref()) {
            // Fields beside other values, which a structural schema may not have, would be lost without this.
            fields_beside(part, depth, out);
            part = inner;
            typed(part, false, out);
        }
        out.push('\n');
        fields(part, depth + 1, out);
    }
}

fn fields_beside(schema: &Schema, depth: usize, out: &mut String) {
    if !schema.properties.is_empty() {
        out.push_str(" beside\n");
        fields(schema, depth + 2, out);
    }
}

fn typed(schema: &Schema, required: bool, out: &mut String) {
    let is_map = schema.values.is_some();
    let word = TYPES.iter().find(|(word, kind)| *kind == schema.kind && (*word == "map") == is_map);
    let mut flag = |text: &dyn Display| {
        let _ = write!(out, " {text}");
    };
    let counted = if is_counted(schema.kind) { range(&schema.count) } else { None };
    let counted = counted.map(|range| format!("({range})")).unwrap_or_default();
    flag(&format!("{}{counted}", word.map_or("any", |(word, _)| word)));
    if let Some(format) = &schema.format {
        flag(format);
    }
    if let Some(range) = range(&schema.range) {
        flag(&range);
    }
    if let Some(range) = range(&schema.length) {
        flag(&format!("length={range}"));
    }
    let words = [
        (required, "required"),
        (schema.filled == Filled::Always, "filled"),
        (schema.filled == Filled::OfTwoPeers, "filled-of-two-peers"),
        (schema.nullable, "nullable"),
        (schema.open, "open"),
        (schema.embedded, "embedded"),
    ];
    for (_, word) in words.iter().filter(|(set, _)| *set) {
        flag(word);
    }
    if let Some(default) = &schema.default {
        flag(&format!("default={}", default.replace(' ', "\\u0020")));
    }
    if let Some(go) = schema.go {
        flag(&go.as_str());
    }
    if !schema.allowed.is_empty() {
        flag(&format!("enum={}", allowed(&schema.allowed)));
    }
    if let Some(pattern) = &schema.pattern {
        flag(&format!("pattern={}", pattern.as_str().replace(' ', "\\x20")));
    }
}

fn is_counted(kind: Type) -> bool {
    matches!(kind, Type::Any | Type::Array | Type::Object)
}

fn range<N: Display>(bounds: &Bounds<N>) -> Option<String> {
    let end = |end: &Option<N>| end.as_ref().map(N::to_string).unwrap_or_default();
    (bounds.least.is_some() || bounds.most.is_some()).then(|| format!("{}..{}", end(&bounds.least), end(&bounds.most)))
}

fn allowed(literals: &[Literal]) -> String {
    let text = |literal: &Literal| match literal {
        Literal::Text(text) => text.replace(' ', "\\u0020"),
        Literal::Json(json) => format!("={}", json.replace(' ', "\\u0020")),
    };
    literals.iter().map(text).collect::<Vec<_>>().join("|")
}
