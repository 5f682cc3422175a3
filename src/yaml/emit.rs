//! A value as YAML that Kubernetes reads as exactly that value: block style, and in quotes every text not plainly safe.

use super::json::{canonical_json, number};
use super::scalar::resolve;
use super::{Limits, Node, Pair, Value, parse, split};

/// The value as one YAML document. It has been read again and is the same; none where that would fail, as with a key too
/// long for any parser.
pub fn emit(node: &Node) -> Option<String> {
    let mut out = String::new();
    match &node.value {
        Value::Mapping(pairs) if !pairs.is_empty() => mapping(pairs, 0, &mut out),
        Value::Sequence(items) if !items.is_empty() => sequence(items, 0, &mut out),
        value => {
            leaf(value, &mut out);
            out.push('\n');
        }
    }
    is_read_as(&out, node).then_some(out)
}

fn is_read_as(text: &str, node: &Node) -> bool {
    let bytes = text.as_bytes();
    let [chunk] = &split(bytes)[..] else { return false };
    let read = parse(bytes, chunk, &Limits::default()).ok().and_then(|parsed| parsed.root);
    read.is_some_and(|read| canonical_json(&read) == canonical_json(node))
}

fn mapping(pairs: &[Pair], indent: usize, out: &mut String) {
    for (index, pair) in pairs.iter().enumerate() {
        if index > 0 || !out.ends_with("- ") {
            pad(indent, out);
        }
        text(&pair.key, out);
        out.push(':');
        below(&pair.value.value, indent + 2, out);
    }
}

fn sequence(items: &[Node], indent: usize, out: &mut String) {
    for item in items {
        pad(indent, out);
        out.push('-');
        match &item.value {
            Value::Mapping(pairs) if !pairs.is_empty() => {
                out.push(' ');
                mapping(pairs, indent + 2, out);
            }
            value => below(value, indent + 2, out),
        }
    }
}

/// What follows a key's colon or an item's dash.
fn below(value: &Value, indent: usize, out: &mut String) {
    match value {
        Value::Mapping(pairs) if !pairs.is_empty() => {
            out.push('\n');
            mapping(pairs, indent, out);
        }
        Value::Sequence(items) if !items.is_empty() => {
            out.push('\n');
            sequence(items, indent, out);
        }
        value => {
            out.push(' ');
            leaf(value, out);
            out.push('\n');
        }
    }
}

fn pad(indent: usize, out: &mut String) {
    out.extend(std::iter::repeat_n(' ', indent));
}

fn leaf(value: &Value, out: &mut String) {
    match value {
        Value::Null => out.push_str("null"),
        Value::Bool(truth) => out.push_str(if *truth { "true" } else { "false" }),
        Value::Int(int) => out.push_str(&int.to_string()),
        Value::Uint(uint) => out.push_str(&uint.to_string()),
        Value::Float(float) => out.push_str(&number(*float)),
        Value::String(said) => text(said, out),
        Value::Sequence(_) => out.push_str("[]"),
        Value::Mapping(_) => out.push_str("{}"),
    }
}

fn text(said: &str, out: &mut String) {
    if is_plain(said) {
        out.push_str(said);
    } else {
        quoted(said, out);
    }
}

/// Whether a text may stand without quotes: words, names, paths and prefixes of addresses, that no YAML takes for more.
fn is_plain(said: &str) -> bool {
    let inner = |b: u8| b.is_ascii_alphanumeric() || b"-_./".contains(&b);
    let prefix = said.contains('/') && said.bytes().all(|b| b.is_ascii_digit() || b == b'.' || b == b'/');
    let named = said.bytes().next().is_some_and(|b| b.is_ascii_alphabetic()) && said.bytes().all(inner);
    let starts = said.bytes().next().is_some_and(|b| b.is_ascii_digit());
    (named || (prefix && starts)) && resolve(said.to_owned(), None, true) == Ok(Value::String(said.to_owned()))
}

fn quoted(said: &str, out: &mut String) {
    out.push('"');
    for c in said.chars() {
        match (c, u32::from(c)) {
            ('"' | '\\', _) => out.extend(['\\', c]),
            ('\n', _) => out.push_str("\\n"),
            ('\r', _) => out.push_str("\\r"),
            ('\t', _) => out.push_str("\\t"),
            (' '..='~', _) => out.push(c),
            (c, _) if c.is_alphanumeric() => out.push(c),
            (_, code @ ..0x100) => out.push_str(&format!("\\x{code:02X}")),
            (_, code @ ..0x1_0000) => out.push_str(&format!("\\u{code:04X}")),
            (_, code) => out.push_str(&format!("\\U{code:08X}")),
        }
    }
    out.push('"');
}

#[cfg(test)]
#[path = "emit_tests.rs"]
mod tests;
