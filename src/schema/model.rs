//! A kind's structural schema as a value: what Kubernetes takes, and what Hedgehog's Go types take besides.

use std::sync::{Arc, OnceLock};

use super::format::Format;

/// The schema of one version of a kind.
#[derive(Debug, Clone, PartialEq)]
pub struct KindSchema {
    /// The version, such as `v1beta1`.
    pub version: String,
    /// Whether a mutating webhook takes the object through its Go type before the schema is applied.
    pub webhook: bool,
    /// Whether that webhook writes the labels of Hedgehog's own prefix anew, whatever they were.
    pub relabels: bool,
    /// Whether `status` is a subresource, so that a create drops it unread.
    pub drops_status: bool,
    /// The fields below the root but for `apiVersion`, `kind`, `metadata` and a dropped `status`.
    pub root: Schema,
}

/// What one value may be.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Schema {
    /// Its type.
    pub kind: Type,
    /// Whether `null` is a value of its own.
    pub nullable: bool,
    /// Whether the webhook puts a value where the field is absent.
    pub filled: Filled,
    /// The default's canonical JSON.
    pub default: Option<String>,
    /// A mapping's fields, sorted by name.
    pub properties: Vec<Property>,
    /// What a mapping's other values are; none where there may be no others.
    pub values: Option<Box<Schema>>,
    /// Whether unknown fields stay, unread.
    pub open: bool,
    /// Whether the mapping is a whole Kubernetes object.
    pub embedded: bool,
    /// What a list's items are.
    pub items: Option<Box<Schema>>,
    /// How many items a list, or entries a mapping, may have.
    pub count: Bounds<u64>,
    /// How many characters a text may have.
    pub length: Bounds<u64>,
    /// The bounds of a number.
    pub range: Bounds<f64>,
    /// The only values allowed; any if empty.
    pub allowed: Vec<Literal>,
    /// What a text must match.
    pub pattern: Option<Arc<Pattern>>,
    /// The format.
    pub format: Option<Format>,
    /// The Go type that the value is decoded into, where that takes less than the schema.
    pub go: Option<GoType>,
}

/// One field of a mapping.
#[derive(Debug, Clone, PartialEq)]
pub struct Property {
    /// Its name.
    pub name: String,
    /// Whether it must be there.
    pub required: bool,
    /// What it may be.
    pub schema: Schema,
}

/// When a webhook puts a value where a field is absent: Go's zero value, or a default that the schema takes as well.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Filled {
    /// Never: Go leaves the field out when it writes the object back.
    #[default]
    Never,
    /// Always.
    Always,
    /// Only if `spec.peering` has two entries, as a GatewayPeering must: its webhook gives up on others.
    OfTwoPeers,
}

/// The type of a value.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Type {
    /// Any.
    #[default]
    Any,
    /// A mapping.
    Object,
    /// A list.
    Array,
    /// A text.
    String,
    /// A whole number.
    Integer,
    /// A number.
    Number,
    /// `true` or `false`.
    Boolean,
    /// A whole number or a text.
    IntOrString,
}

/// The least and the most, both of them allowed.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct Bounds<N> {
    /// The least.
    pub least: Option<N>,
    /// The most.
    pub most: Option<N>,
}

/// A value that an enumeration allows.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Literal {
    /// A text.
    Text(String),
    /// Another value, by its canonical JSON.
    Json(String),
}

/// What Go decodes a value into.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum GoType {
    /// `uint8`
    U8,
    /// `uint16`
    U16,
    /// `uint32`
    U32,
    /// `uint64`
    U64,
    /// A text that Go reads as a duration, such as `2m30s`.
    Duration,
    /// A text that Go reads as a moment, or null.
    Time,
}

/// A regular expression, compiled when it is first needed.
#[derive(Debug, Clone)]
pub struct Pattern {
    text: String,
    /// What surely matches it, where that can be seen without compiling it.
    sure: Option<fn(&str) -> bool>,
    compiled: OnceLock<Option<regex_lite::Regex>>,
}

impl Pattern {
    /// A pattern of this text.
    pub fn new(text: &str) -> Self {
        Self { text: text.to_owned(), sure: sure(text), compiled: OnceLock::new() }
    }

    /// The text.
    pub fn as_str(&self) -> &str {
        &self.text
    }

    /// Whether it means anything here; if not, everything matches it.
    pub fn is_valid(&self) -> bool {
        self.regex().is_some()
    }

    /// Whether a text has a part that matches, by RE2's rules: `\d`, `\w`, `\s` and `\b` are ASCII's.
    pub fn matches(&self, text: &str) -> bool {
        self.sure.is_some_and(|sure| sure(text)) || self.regex().is_none_or(|regex| regex.is_match(text))
    }

    fn regex(&self) -> Option<&regex_lite::Regex> {
        self.compiled.get_or_init(|| regex_lite::Regex::new(&self.text).ok()).as_ref()
    }
}

/// The pattern of Hedgehog's prefixes.
const PREFIX: &str = r"^((25[0-5]|(2[0-4]|1\d|[1-9]|)\d)\.?\b){4}/([1-2]?[0-9]|3[0-2])$";
/// The pattern of Hedgehog's addresses.
const ADDRESS: &str = r"^((25[0-5]|(2[0-4]|1\d|[1-9]|)\d)\.?\b){4}$";

/// A look that finds most of what matches a well-known pattern, and nothing else.
fn sure(pattern: &str) -> Option<fn(&str) -> bool> {
    match pattern {
        PREFIX => Some(is_prefix),
        ADDRESS => Some(is_address),
        _ => None,
    }
}

fn is_prefix(text: &str) -> bool {
    text.split_once('/').is_some_and(|(address, length)| is_address(address) && is_number(length, 32))
}

fn is_address(text: &str) -> bool {
    let mut parts = text.split('.');
    parts.by_ref().take(4).filter(|part| is_number(part, 255)).count() == 4 && parts.next().is_none()
}

/// Whether a text is a number up to this, without a zero before it.
fn is_number(text: &str, most: u16) -> bool {
    let bytes = text.as_bytes();
    let digits =
        matches!(bytes.len(), 1..=3) && bytes.iter().all(u8::is_ascii_digit) && (bytes.len() == 1 || bytes[0] != b'0');
    digits && bytes.iter().fold(0, |number, digit| number * 10 + u16::from(digit - b'0')) <= most
}

impl PartialEq for Pattern {
    fn eq(&self, other: &Self) -> bool {
        self.text == other.text
    }
}

impl Schema {
    /// A schema of this type, without any further rule.
    pub fn of(kind: Type) -> Self {
        Self { kind, ..Self::default() }
    }

    /// The field of this name.
    pub fn property(&self, name: &str) -> Option<&Property> {
        let at = self.properties.binary_search_by(|property| property.name.as_str().cmp(name)).ok()?;
        self.properties.get(at)
    }

    /// Takes over from the schema of an earlier ruleset what a CRD cannot say: Go types, and what the webhook fills in.
    ///
    /// A CRD of another release is made of the same Go types wherever a field kept its path and its type, so a field that
    /// is still there still refuses 70000 for a `uint16`. What moved or changed its type keeps nothing.
    pub fn keep_go(&mut self, known: &Schema) {
        if self.kind != known.kind {
            return;
        }
        self.go = known.go;
        self.filled = known.filled;
        for property in &mut self.properties {
            if let Some(old) = known.property(&property.name) {
                property.schema.keep_go(&old.schema);
            }
        }
        let inner = [(&mut self.values, &known.values), (&mut self.items, &known.items)];
        for (new, old) in inner {
            if let (Some(new), Some(old)) = (new, old) {
                new.keep_go(old);
            }
        }
    }

    /// The same schema as a CRD would say it: without Go types and what is filled in.
    pub fn without_go(&self) -> Self {
        let boxed = |inner: &Option<Box<Schema>>| inner.as_ref().map(|schema| Box::new(schema.without_go()));
        let properties = self.properties.iter().map(|p| Property { schema: p.schema.without_go(), ..p.clone() });
        Self {
            go: None,
            filled: Filled::Never,
            properties: properties.collect(),
            values: boxed(&self.values),
            items: boxed(&self.items),
            ..self.clone()
        }
    }
}

impl GoType {
    const ALL: [(Self, &'static str); 6] = [
        (Self::U8, "u8"),
        (Self::U16, "u16"),
        (Self::U32, "u32"),
        (Self::U64, "u64"),
        (Self::Duration, "go-duration"),
        (Self::Time, "go-time"),
    ];

    /// The word that the built-in ruleset uses.
    pub fn as_str(self) -> &'static str {
        Self::ALL.iter().find(|(known, _)| *known == self).map_or("", |(_, word)| word)
    }

    /// The Go type of this word.
    pub fn parse(word: &str) -> Option<Self> {
        Self::ALL.iter().find(|(_, known)| *known == word).map(|(go, _)| *go)
    }

    /// The largest integer of the type, if it is one of integers.
    pub fn most(self) -> Option<u64> {
        match self {
            Self::U8 => Some(u8::MAX.into()),
            Self::U16 => Some(u16::MAX.into()),
            Self::U32 => Some(u32::MAX.into()),
            Self::U64 => Some(u64::MAX),
            Self::Duration | Self::Time => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn the_built_in_schemas_have_the_well_known_patterns() {
        let texts: String = crate::schema::builtin::texts().collect();
        assert!([PREFIX, ADDRESS].iter().all(|pattern| texts.contains(&format!(" {pattern}\n"))));
        assert!(is_prefix("10.0.0.0/24") && is_address("255.1.20.199") && !is_address("10.0.0.256"));
    }

    proptest! {
        #[test]
        fn what_surely_matches_matches(parts in prop::collection::vec("[0-9]{0,2}|[0-9]{3}|x", 1..6), end in "(/[0-9]{0,2}|)") {
            let text = parts.join(".") + &end;
            for pattern in [PREFIX, ADDRESS].map(Pattern::new) {
                let sure = pattern.sure.is_some_and(|sure| sure(&text));
                prop_assert!(!sure || pattern.regex().is_some_and(|regex| regex.is_match(&text)), "{}", text);
            }
        }
    }
}
