//! Values that hold no others, and how many a list or mapping holds, against a schema.

use crate::yaml::{Node, Value, canonical_json};

use super::format::{Format, is_date_time, is_go_duration};
use super::model::{Bounds, GoType, Literal, Schema, Type};
use super::validate::{Walk, Wrong};
use super::words::{At, listed, nearest, shown};

/// Whether a value is of a type; null is of none.
pub(super) fn is_of(kind: Type, value: &Value) -> bool {
    match kind {
        Type::Any => true,
        Type::Object => matches!(value, Value::Mapping(_)),
        Type::Array => matches!(value, Value::Sequence(_)),
        Type::String => matches!(value, Value::String(_)),
        Type::Integer => whole(value).is_some(),
        Type::Number => matches!(value, Value::Int(_) | Value::Uint(_) | Value::Float(_)),
        Type::Boolean => matches!(value, Value::Bool(_)),
        Type::IntOrString => matches!(value, Value::String(_)) || whole(value).is_some(),
    }
}

/// The whole number that a value is in JSON, where Go writes 1.0 as 1.
pub(super) fn whole(value: &Value) -> Option<i128> {
    const FIRST_WITH_EXPONENT: f64 = 1e21;
    match value {
        Value::Int(int) => Some((*int).into()),
        Value::Uint(int) => Some((*int).into()),
        Value::Float(float) if float.fract() == 0.0 && float.abs() < FIRST_WITH_EXPONENT => Some(*float as i128),
        _ => None,
    }
}

/// A value that holds no others, of the right type, against the rest of its schema.
pub(super) fn check(walk: &mut Walk, node: &Node, schema: &Schema, at: &At<'_>) {
    match &node.value {
        Value::String(text) => check_text(walk, node, text, schema, at),
        Value::Int(_) | Value::Uint(_) | Value::Float(_) if schema.go == Some(GoType::Time) => {
            let message = |path: &str| (format!("{path} is {}, not a moment", node.kind_name()), None);
            walk.note(Wrong { at, span: node.span }, message);
        }
        Value::Int(int) if schema.kind == Type::Number => check_float(walk, node, *int as f64, schema, at),
        Value::Uint(int) if schema.kind == Type::Number => check_float(walk, node, *int as f64, schema, at),
        Value::Float(float) if schema.kind == Type::Number => check_float(walk, node, *float, schema, at),
        value => {
            if let Some(number) = whole(value) {
                check_whole(walk, node, number, schema, at);
            }
        }
    }
}

fn check_whole(walk: &mut Walk, node: &Node, number: i128, schema: &Schema, at: &At<'_>) {
    let (least, most) = limits(schema);
    if (least..=most).contains(&number) {
        return;
    }
    walk.note(Wrong { at, span: node.span }, |path| {
        let takes = match (least > i64::MIN.into(), most < i64::MAX.into()) {
            (false, true) => format!("at most {most}"),
            (true, false) => format!("at least {least}"),
            _ => format!("between {least} and {most}"),
        };
        (format!("{path} is {}; it must be {takes}", shown(node)), None)
    });
}

/// The least and the most of a whole number: by its Go type, its format and the schema's bounds.
///
/// A `uint32` of Go is `int32` in a CRD, for want of another word, and API servers since 1.36 hold to that; so an ASN above
/// 2147483647 is refused although Hedgehog's own code would take it.
pub(super) fn limits(schema: &Schema) -> (i128, i128) {
    let (mut least, mut most): (i128, i128) = match schema.format {
        Some(Format::Int32) => (i32::MIN.into(), i32::MAX.into()),
        _ => (i64::MIN.into(), i64::MAX.into()),
    };
    if let Some(largest) = schema.go.and_then(GoType::most) {
        least = least.max(0);
        most = most.min(largest.into());
    }
    if let Some(bound) = schema.range.least {
        least = least.max(bound.ceil() as i128);
    }
    if let Some(bound) = schema.range.most {
        most = most.min(bound.floor() as i128);
    }
    (least, most)
}

fn check_float(walk: &mut Walk, node: &Node, float: f64, schema: &Schema, at: &At<'_>) {
    let Bounds { least, most } = schema.range;
    let message = match (least.filter(|least| float < *least), most.filter(|most| float > *most)) {
        (Some(least), _) => format!("it must be at least {least}"),
        (_, Some(most)) => format!("it must be at most {most}"),
        _ => return,
    };
    walk.note(Wrong { at, span: node.span }, |path| (format!("{path} is {}; {message}", shown(node)), None));
}

fn check_text(walk: &mut Walk, node: &Node, text: &str, schema: &Schema, at: &At<'_>) {
    let mut wrong = |what: &str| {
        walk.note(Wrong { at, span: node.span }, |path| (format!("{path} is {}; it must {what}", shown(node)), None));
    };
    if schema.length.least.is_some() || schema.length.most.is_some() {
        let length = text.chars().count() as u64;
        if let Some(bounds) = broken(&schema.length, length) {
            wrong(&format!("have {bounds} characters"));
        }
    }
    if let Some(pattern) = schema.pattern.as_ref().filter(|pattern| !pattern.matches(text)) {
        wrong(&format!("match {}", pattern.as_str()));
    }
    if let Some(format) = schema.format.as_ref().filter(|format| !format.takes(text)) {
        wrong(&format!("be {}", format.words()));
    }
    match schema.go {
        Some(GoType::Duration) if !is_go_duration(text) => wrong("be a duration such as 2m30s"),
        Some(GoType::Time) if !is_date_time(text) => wrong(&format!("be {}", Format::DateTime.words())),
        _ => {}
    }
}

/// Whether nothing is wrong with a text where one may stand.
pub(super) fn text_fits(schema: &Schema, text: &str) -> bool {
    let is_counted = schema.length.least.is_some() || schema.length.most.is_some();
    (!is_counted || broken(&schema.length, text.chars().count() as u64).is_none())
        && schema.pattern.as_ref().is_none_or(|pattern| pattern.matches(text))
        && schema.format.as_ref().is_none_or(|format| format.takes(text))
        && match schema.go {
            Some(GoType::Duration) => is_go_duration(text),
            Some(GoType::Time) => is_date_time(text),
            _ => true,
        }
        && (schema.allowed.is_empty()
            || schema.allowed.iter().any(|literal| matches!(literal, Literal::Text(known) if known == text)))
}

/// How many items a list, or entries a mapping, has.
pub(super) fn check_count(walk: &mut Walk, node: &Node, count: usize, schema: &Schema, at: &At<'_>) {
    let Some(bounds) = broken(&schema.count, count as u64) else { return };
    let what = match (&node.value, count) {
        (Value::Mapping(_), 1) => "entry",
        (Value::Mapping(_), _) => "entries",
        (_, 1) => "item",
        _ => "items",
    };
    walk.note(Wrong { at, span: node.span }, |path| {
        (format!("{path} has {count} {what}; it must have {bounds}"), None)
    });
}

/// The bounds in words, if a number is outside of them.
pub(super) fn broken(bounds: &Bounds<u64>, number: u64) -> Option<String> {
    match bounds {
        Bounds { least: Some(least), .. } if number < *least => Some(format!("at least {least}")),
        Bounds { most: Some(most), .. } if number > *most => Some(format!("at most {most}")),
        _ => None,
    }
}

/// Whether a value is one of the few allowed.
pub(super) fn check_allowed(walk: &mut Walk, node: &Node, schema: &Schema, at: &At<'_>) {
    if schema.allowed.iter().any(|literal| is_literal(node, literal)) {
        return;
    }
    walk.note(Wrong { at, span: node.span }, |path| {
        let near = node.as_str().and_then(|text| nearest(text, texts(schema)).filter(|near| !near.is_empty()));
        let help = match near {
            Some(near) => Some(format!("Did you mean {near}? It can be {}.", listed(texts(schema)))),
            None => allowed_help(schema),
        };
        (format!("{path} is {}, which it cannot be", shown(node)), help)
    });
}

fn is_literal(node: &Node, literal: &Literal) -> bool {
    match (literal, node.as_str()) {
        (Literal::Text(known), Some(text)) => known == text,
        (Literal::Json(json), None) => *json == canonical_json(node),
        _ => false,
    }
}

fn texts(schema: &Schema) -> impl Iterator<Item = &str> {
    schema.allowed.iter().map(|literal| match literal {
        Literal::Text(text) | Literal::Json(text) => text.as_str(),
    })
}

/// What to write where only a few values are allowed.
pub(super) fn allowed_help(schema: &Schema) -> Option<String> {
    (!schema.allowed.is_empty()).then(|| format!("Write one of: {}.", listed(texts(schema))))
}

/// Whether Go's zero value is one that the schema takes.
pub(super) fn zero_fits(schema: &Schema) -> bool {
    let text = |json: &str, text: &str| {
        schema.allowed.is_empty()
            || schema.allowed.iter().any(|literal| match literal {
                Literal::Text(known) => known == text && json == "\"\"",
                Literal::Json(known) => known == json,
            })
    };
    match schema.kind {
        Type::String => {
            text("\"\"", "")
                && schema.length.least.is_none_or(|least| least == 0)
                && schema.pattern.as_ref().is_none_or(|pattern| pattern.matches(""))
        }
        Type::Integer => {
            let (least, most) = limits(schema);
            text("0", "0") && (least..=most).contains(&0)
        }
        Type::Boolean => text("false", "false"),
        Type::Array => schema.count.least.is_none_or(|least| least == 0),
        Type::Any | Type::Object | Type::Number | Type::IntOrString => true,
    }
}

/// A type, as messages say it.
pub(super) fn type_words(kind: Type) -> &'static str {
    match kind {
        Type::Any => "any value",
        Type::Object => "a mapping",
        Type::Array => "a list",
        Type::String => "a text",
        Type::Integer => "an integer",
        Type::Number => "a number",
        Type::Boolean => "true or false",
        Type::IntOrString => "an integer or a text",
    }
}

/// How to make a value one of another type, where that is plain.
pub(super) fn type_help(node: &Node, wanted: Type) -> Option<String> {
    let help = match (wanted, &node.value) {
        (Type::String, Value::Int(_) | Value::Uint(_) | Value::Float(_) | Value::Bool(_)) => {
            "Put the value in quotes: without them YAML reads it as another type."
        }
        (Type::Integer | Type::Number, Value::String(text)) if text.parse::<i64>().is_ok() => {
            "Take the quotes away: with them it is a text."
        }
        (Type::Boolean, Value::String(_)) => "Write true or false, without quotes.",
        (Type::Array, Value::Mapping(_)) => "Start each item of the list with a dash.",
        (Type::Array, Value::String(_)) => "Write it as a list, each item after a dash.",
        (Type::Object, Value::Sequence(_)) => "Write keys with values, without dashes.",
        _ => return None,
    };
    Some(help.to_owned())
}
