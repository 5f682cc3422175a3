//! A document read by hhgit and by a second parser, of other people's code and of YAML 1.2: what both take has one value.
//!
//! The second one gives events alone; `reading` makes values of them as Kubernetes would, in its own way. Where the two languages are
//! meant to differ is spelled out in [`KNOWN`], each with its reason; an input with one of these is not compared.

mod reading;

use hhgit::yaml::{Limits, Node, Value, parse, split};

use reading::{Reading, read};

/// A reason not to compare a text, and whether it is one.
type Known = (&'static str, fn(&str) -> bool);

/// What YAML 1.1, as libyaml and go-yaml read it, and YAML 1.2 are meant to read differently.
pub const KNOWN: &[Known] = &[
    ("Kubernetes' line reader takes a carriage return off before a line feed, and nobody else does", |text| {
        text.contains('\r')
    }),
    ("U+0085, U+2028 and U+2029 are line breaks in 1.1 and characters in 1.2", |text| {
        text.contains(['\u{85}', '\u{2028}', '\u{2029}'])
    }),
    ("where a byte order mark may stand differs", |text| text.contains('\u{feff}')),
    ("where a tab may stand for a space differs", |text| text.contains('\t')),
    ("what a directive does differs, and an escape in a tag", |text| text.contains('%')),
    ("in brackets a question mark begins a key in 1.1 whatever follows it", |text| {
        text.split('?').skip(1).any(|rest| !rest.starts_with([' ', '\n']))
    }),
    ("a block text that is the whole document may stand at the margin in 1.2, and is empty in 1.1", |text| {
        let first =
            text.lines().map(str::trim).find(|line| !line.is_empty() && !line.starts_with('#')).unwrap_or_default();
        first.split(' ').any(|word| word.starts_with(['|', '>']))
            && !first.contains([':', '?'])
            && !first.starts_with("- ")
    }),
    ("the name of an anchor is letters, digits, _ and - in 1.1, and nearly anything in 1.2", has_odd_anchor),
];

/// Whether a name behind `&` or `*` goes on with what ends it in 1.1 alone.
fn has_odd_anchor(text: &str) -> bool {
    text.split(['&', '*']).skip(1).any(|rest| {
        let after = rest.trim_start_matches(|c: char| c.is_ascii_alphanumeric() || c == '_' || c == '-');
        !(after.is_empty() || after.starts_with([' ', '\n', ',', '[', ']', '{', '}']))
    })
}

const LIMITS: Limits = Limits { depth: 100, file_bytes: 1 << 20, expanded_nodes: 1_000, expanded_bytes: 1 << 16 };

/// Reads a text's first document both ways.
pub fn check(data: &[u8]) {
    let Ok(text) = std::str::from_utf8(data) else { return };
    if KNOWN.iter().any(|(_, is_known)| is_known(text)) {
        return;
    }
    let chunks = split(data);
    let Some(chunk) = chunks.first().filter(|chunk| chunk.content().end == data.len()) else { return };
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
