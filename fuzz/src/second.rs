//! A document read by hhgit and by a second parser, of other people's code and of YAML 1.2: what both take has one value.
//!
//! The second one gives events alone; `reading` makes values of them as Kubernetes would, in its own way. Where the two languages are
//! meant to differ is spelled out in [`KNOWN`], each with its reason; an input with one of these is not compared.

mod reading;

use hhgit::yaml::{Limits, Node, Value, parse, split};

use reading::{Reading, read};

/// What YAML 1.1, as libyaml and go-yaml read it, and YAML 1.2 have different words for: a text, and why it is left out.
pub const KNOWN: &[(&str, &str)] = &[
    ("\r", "the line reader of Kubernetes takes it off before a line feed, and so does hhgit before anybody parses"),
    ("\u{85}", "a line break in YAML 1.1, a character in 1.2"),
    ("\u{2028}", "a line break in YAML 1.1, a character in 1.2"),
    ("\u{2029}", "a line break in YAML 1.1, a character in 1.2"),
    ("\u{feff}", "where a byte order mark may stand differs"),
    ("\t", "where a tab may stand for a space differs"),
    ("%", "what a directive, or an escape in a tag, does differs"),
];

const LIMITS: Limits = Limits { depth: 100, file_bytes: 1 << 20, expanded_nodes: 1_000, expanded_bytes: 1 << 16 };

/// Reads a text's first document both ways.
pub fn check(data: &[u8]) {
    let Ok(text) = std::str::from_utf8(data) else { return };
    if KNOWN.iter().any(|(word, _)| text.contains(word)) {
        return;
    }
    let chunks = split(data);
    let [chunk] = chunks.as_slice() else { return };
    let Ok(parsed) = parse(data, chunk, &LIMITS) else { return };
    // As Kubernetes' line reader hands it on.
    let whole = if text.ends_with('\n') { text.to_owned() } else { format!("{text}\n") };
    let Some(other) = read(&whole) else { return };
    let same = match (&parsed.root, &other) {
        (None, Reading::Nothing | Reading::Null) => true,
        (Some(root), other) => agree(root, other),
        (None, _) => false,
    };
    assert!(same, "hhgit: {:?}\nthe other: {other:?}", parsed.root);
}

/// Whether a value is what the second parser's events say.
fn agree(node: &Node, other: &Reading) -> bool {
    match (&node.value, other) {
        (_, Reading::Unsure) => true,
        (Value::Null, Reading::Null | Reading::Nothing) => true,
        (Value::Bool(one), Reading::Bool(other)) => one == other,
        (Value::String(one), Reading::Text(other)) => one == other,
        (Value::Int(one), Reading::Int(other)) => i128::from(*one) == *other,
        (Value::Uint(one), Reading::Int(other)) => i128::from(*one) == *other,
        (Value::Float(one), Reading::Float(other)) => one == other,
        (Value::Sequence(items), Reading::List(others)) => {
            items.len() == others.len() && items.iter().zip(others).all(|(item, other)| agree(item, other))
        }
        (Value::Mapping(pairs), Reading::Map(others)) => {
            let found = |pair: &hhgit::yaml::Pair| {
                others.iter().any(|(key, other)| key.is_called(&pair.key) && agree(&pair.value, other))
            };
            pairs.len() == others.len() && pairs.iter().all(found)
        }
        _ => false,
    }
}
