//! A value as canonical JSON: two documents say the same to Kubernetes if, and only if, these texts are equal.

use super::{Node, Value};

/// The value as JSON with sorted keys, no white space, and numbers as Go prints them.
pub fn canonical_json(node: &Node) -> String {
    let mut out = String::new();
    write(&node.value, &mut out);
    out
}

/// Whether two values are the same JSON.
pub fn same_value(a: &Node, b: &Node) -> bool {
    canonical_json(a) == canonical_json(b)
}

fn write(value: &Value, out: &mut String) {
    match value {
        Value::Null => out.push_str("null"),
        Value::Bool(truth) => out.push_str(if *truth { "true" } else { "false" }),
        Value::Int(int) => out.push_str(&int.to_string()),
        Value::Uint(uint) => out.push_str(&uint.to_string()),
        Value::Float(float) => out.push_str(&number(*float)),
        Value::String(text) => write_text(text, out),
        Value::Sequence(items) => {
            out.push('[');
            for (at, item) in items.iter().enumerate() {
                if at > 0 {
                    out.push(',');
                }
                write(&item.value, out);
            }
            out.push(']');
        }
        Value::Mapping(pairs) => {
            let mut sorted: Vec<_> = pairs.iter().collect();
            sorted.sort_by(|left, right| left.key.cmp(&right.key));
            out.push('{');
            for (at, pair) in sorted.iter().enumerate() {
                if at > 0 {
                    out.push(',');
                }
                write_text(&pair.key, out);
                out.push(':');
                write(&pair.value.value, out);
            }
            out.push('}');
        }
    }
}

/// A float as Go's JSON prints it, so that 1.0 is 1 and 1e3 is 1000; a zero has no sign, as Kubernetes reads it.
pub(super) fn number(float: f64) -> String {
    let size = float.abs();
    if size == 0.0 {
        return "0".to_owned();
    }
    if (1e-6..1e21).contains(&size) {
        return float.to_string();
    }
    let scientific = format!("{float:e}");
    match scientific.split_once('e') {
        Some((digits, exponent)) if !exponent.starts_with('-') => format!("{digits}e+{exponent}"),
        _ => scientific,
    }
}

fn write_text(text: &str, out: &mut String) {
    out.push('"');
    for c in text.chars() {
        match c {
            '"' => out.push_str("\\\""),
            '\\' => out.push_str("\\\\"),
            '\n' => out.push_str("\\n"),
            '\r' => out.push_str("\\r"),
            '\t' => out.push_str("\\t"),
            '\0'..='\u{1f}' => out.push_str(&format!("\\u{:04x}", u32::from(c))),
            _ => out.push(c),
        }
    }
    out.push('"');
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "tests")]
mod tests {
    use super::*;
    use crate::yaml::{Limits, parse, split};

    fn json(text: &str) -> String {
        let file = text.as_bytes();
        canonical_json(&parse(file, &split(file)[0], &Limits::default()).unwrap().root.unwrap())
    }

    #[test]
    fn keys_are_sorted_and_nothing_is_spaced() {
        assert_eq!(json("b: [1, {d: ~, c: on}]\na: x\n"), r#"{"a":"x","b":[1,{"c":true,"d":null}]}"#);
    }

    #[test]
    fn numbers_are_printed_as_go_prints_them() {
        for (text, printed) in [
            ("1.0", "1"),
            ("1", "1"),
            ("1e3", "1000"),
            ("-0.0", "0"),
            ("-0", "0"),
            ("1.5", "1.5"),
            ("1e20", "100000000000000000000"),
            ("1e21", "1e+21"),
            ("0.000001", "0.000001"),
            ("0.0000001", "1e-7"),
            ("-1.25e-9", "-1.25e-9"),
            ("18446744073709551615", "18446744073709551615"),
            ("18446744073709551616", "18446744073709552000"),
        ] {
            assert_eq!(json(text), printed, "{text}");
        }
    }

    #[test]
    fn texts_are_escaped_so_that_no_two_are_alike() {
        assert_eq!(json("\"a\\\"\\\\\\n\\r\\t\\x01é\""), r#""a\"\\\n\r\t\u0001é""#);
    }
}
