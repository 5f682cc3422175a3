//! What a scalar is to go-yaml v2: YAML 1.1's words, its numbers, and the tags that ask for a type.

use super::events::Scalar;
use super::number::{Number, dotted, number};
use super::{Value, base64, timestamp};

const BINARY: &str = "tag:yaml.org,2002:binary";

/// A type that a tag asks for or that a plain text has.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Type {
    Text,
    Bool,
    Int,
    Float,
    Null,
    Timestamp,
}

impl Type {
    /// The type of a tag that go-yaml looks into; other tags leave the text a text.
    fn of_tag(tag: &str) -> Option<Self> {
        Some(match tag.strip_prefix("tag:yaml.org,2002:")? {
            "str" => Self::Text,
            "bool" => Self::Bool,
            "int" => Self::Int,
            "float" => Self::Float,
            "null" => Self::Null,
            "timestamp" => Self::Timestamp,
            _ => return None,
        })
    }

    fn word(self) -> &'static str {
        match self {
            Self::Text => "a text",
            Self::Bool => "a boolean",
            Self::Int => "an integer",
            Self::Float => "a number",
            Self::Null => "null",
            Self::Timestamp => "a timestamp",
        }
    }
}

/// The value of a scalar; an error says what is wrong with it, as the end of a sentence.
pub(super) fn resolve(text: String, tag: Option<&str>, implicit: bool) -> Result<Value, String> {
    match tag {
        None | Some("") if !implicit => Ok(Value::String(text)),
        None | Some("") => Ok(plain(&text).unwrap_or(Value::String(text))),
        Some(BINARY) => base64::decode(&text)
            .map(|bytes| Value::String(utf8(&bytes)))
            .ok_or_else(|| "the tag !!binary stands before what is no base64".to_owned()),
        Some(tag) => match Type::of_tag(tag) {
            None | Some(Type::Text) => Ok(Value::String(text)),
            Some(wanted) => tagged(text, wanted),
        },
    }
}

/// Whether a key is the merge key.
pub(super) fn is_merge(key: &Scalar) -> bool {
    key.value == "<<" && (key.implicit || key.tag.as_deref() == Some("tag:yaml.org,2002:merge"))
}

/// The value of a text that a tag says the type of.
fn tagged(text: String, wanted: Type) -> Result<Value, String> {
    if wanted == Type::Timestamp && timestamp::is_timestamp(&text) {
        return Ok(Value::String(text));
    }
    let value = plain(&text).unwrap_or(Value::String(text));
    match (wanted, &value) {
        (Type::Float, Value::Int(int)) =>
        {
            #[allow(clippy::cast_precision_loss, reason = "as go-yaml does")]
            Ok(Value::Float(*int as f64))
        }
        (Type::Bool, Value::Bool(_))
        | (Type::Int, Value::Int(_) | Value::Uint(_))
        | (Type::Float, Value::Float(_))
        | (Type::Null, Value::Null) => Ok(value),
        _ => Err(format!("a tag says that this is {}, which it is not", wanted.word())),
    }
}

/// The value of a plain text, unless it is just a text.
///
/// The first byte decides what is looked for, and as in go-yaml it alone: `<<` and `-.inf` are looked up, `_1` is not.
pub(super) fn plain(text: &str) -> Option<Value> {
    let number_of = |found: Option<Number>| {
        found.map(|number| match number {
            Number::Int(int) => Value::Int(int),
            Number::Uint(uint) => Value::Uint(uint),
            Number::Float(float) => Value::Float(float),
        })
    };
    match text.as_bytes().first() {
        None => Some(Value::Null),
        Some(b'y' | b'Y' | b'n' | b'N' | b't' | b'T' | b'f' | b'F' | b'o' | b'O' | b'~') => word(text),
        Some(b'.') => word(text).or_else(|| number_of(dotted(text))),
        Some(b'0'..=b'9' | b'+' | b'-') => word(text).or_else(|| number_of(number(text))),
        Some(_) => None,
    }
}

/// The words of YAML 1.1 in the spellings that go-yaml knows.
fn word(text: &str) -> Option<Value> {
    Some(match text {
        "y" | "Y" | "yes" | "Yes" | "YES" | "true" | "True" | "TRUE" | "on" | "On" | "ON" => Value::Bool(true),
        "n" | "N" | "no" | "No" | "NO" | "false" | "False" | "FALSE" | "off" | "Off" | "OFF" => Value::Bool(false),
        "~" | "null" | "Null" | "NULL" => Value::Null,
        ".nan" | ".NaN" | ".NAN" => Value::Float(f64::NAN),
        ".inf" | ".Inf" | ".INF" | "+.inf" | "+.Inf" | "+.INF" => Value::Float(f64::INFINITY),
        "-.inf" | "-.Inf" | "-.INF" => Value::Float(f64::NEG_INFINITY),
        _ => return None,
    })
}

/// Bytes as the text that Go's JSON makes of them: each byte that is no part of UTF-8 is one U+FFFD.
fn utf8(bytes: &[u8]) -> String {
    let mut out = String::with_capacity(bytes.len());
    for chunk in bytes.utf8_chunks() {
        out.push_str(chunk.valid());
        out.extend(chunk.invalid().iter().map(|_| '\u{fffd}'));
    }
    out
}

/// A key as the text that its JSON form has; an error says what it is instead.
pub(super) fn key(value: Value) -> Result<String, &'static str> {
    Ok(match value {
        Value::String(text) => text,
        Value::Bool(truth) => truth.to_string(),
        Value::Int(int) => int.to_string(),
        Value::Float(float) => float_key(float),
        Value::Null => return Err("null"),
        Value::Uint(_) => return Err("an integer too large for a key"),
        Value::Sequence(_) => return Err("a list"),
        Value::Mapping(_) => return Err("a mapping"),
    })
}

/// A float as a key: in single precision, as Kubernetes' library writes it, with an exponent from a million on.
fn float_key(float: f64) -> String {
    #[allow(clippy::cast_possible_truncation, reason = "single precision is what Kubernetes' library takes here")]
    let single = float as f32;
    if single.is_nan() {
        return ".nan".to_owned();
    }
    if single.is_infinite() {
        return if single > 0.0 { ".inf" } else { "-.inf" }.to_owned();
    }
    let scientific = format!("{single:e}");
    let (digits, exponent) = scientific.split_once('e').unwrap_or((&scientific, "0"));
    match exponent.parse::<i32>() {
        Ok(-4..=5) => single.to_string(),
        Ok(exponent) => format!("{digits}e{}{:02}", if exponent < 0 { '-' } else { '+' }, exponent.abs()),
        Err(_) => scientific,
    }
}

#[cfg(test)]
#[path = "scalar_tests.rs"]
mod tests;
