//! The text that the built-in schemas are kept in, and how to read it.
//!
//! ```text
//! pattern NAME REGEX
//! kind KIND VERSION [webhook] [relabels]
//!   FIELD: TYPE FLAG...
//!     FIELD: ...                              the fields of an object, deeper indented
//! ```
//!
//! A type is `any`, `object`, `string`, `integer`, `number`, `boolean`, `int-or-string`, or `list` or `map` with the type of
//! the items or values after it; `list(2..)` and `map(1..20)` bound how many there are. Flags follow the type they are about:
//! `required`, `filled` (the webhook puts a value where the field is absent; `filled-of-two-peers`, only then), `nullable`,
//! `open` (unknown fields stay), `embedded`; a format such as `int32`; the bounds of a number `1..32` and of a text's characters `length=1..20`;
//! `enum=a|b|` (an empty text last); `default=JSON`; `pattern=NAME`; a Go type: `u8`, `u16`, `u32`, `u64`, `go-duration`,
//! `go-time`. An object without fields takes none.

use std::collections::BTreeMap;
use std::iter::Peekable;
use std::str::{FromStr, Lines, SplitWhitespace};
use std::sync::Arc;

use super::format::Format;
use super::model::{Bounds, Filled, GoType, KindSchema, Literal, Pattern, Property, Schema, Type};

/// One kind's part of a text, not yet read.
#[derive(Debug, Clone, Copy)]
pub(super) struct Section<'t> {
    pub(super) kind: &'t str,
    head: &'t str,
    body: &'t str,
    whole: &'t str,
}

/// The kinds of a text, in its order.
pub(super) fn sections(whole: &str) -> Vec<Section<'_>> {
    let mut starts: Vec<usize> = whole.match_indices("\nkind ").map(|(at, _)| at + 1).collect();
    starts.push(whole.len());
    let section = |pair: &[usize]| {
        let (head, body) = whole[pair[0]..pair[1]].split_once('\n')?;
        let head = head.strip_prefix("kind ")?;
        Some(Section { kind: head.split(' ').next()?, head, body, whole })
    };
    starts.windows(2).filter_map(section).collect()
}

/// Reads a kind's part; the error names the line that means nothing.
pub(super) fn read(section: &Section<'_>) -> Result<KindSchema, String> {
    let mut words = section.head.split_whitespace().skip(1);
    let version = words.next().ok_or_else(|| section.head.to_owned())?.to_owned();
    let flags: Vec<&str> = words.collect();
    let patterns = section.whole.lines().filter_map(|line| line.strip_prefix("pattern ")?.split_once(' '));
    let patterns = patterns.map(|(name, text)| (name, Arc::new(Pattern::new(text)))).collect();
    let mut reader = Reader { lines: section.body.lines().peekable(), patterns };
    let properties = reader.fields(0)?;
    Ok(KindSchema {
        version,
        webhook: flags.contains(&"webhook"),
        relabels: flags.contains(&"relabels"),
        drops_status: true,
        root: Schema { properties, ..Schema::of(Type::Object) },
    })
}

struct Reader<'t> {
    lines: Peekable<Lines<'t>>,
    patterns: BTreeMap<&'t str, Arc<Pattern>>,
}

impl<'t> Reader<'t> {
    /// The fields of lines indented deeper than this, sorted.
    fn fields(&mut self, outer: usize) -> Result<Vec<Property>, String> {
        let mut fields = Vec::new();
        while let Some(line) = self.lines.peek().copied() {
            let indent = indent(line);
            if line.trim().is_empty() {
                self.lines.next();
                continue;
            }
            if indent <= outer {
                break;
            }
            self.lines.next();
            let field = self.field(line, indent);
            fields.push(field.ok_or_else(|| line.to_owned())??);
        }
        fields.sort_by(|a, b| a.name.cmp(&b.name));
        Ok(fields)
    }

    /// One field with its own fields below it; none if its line means nothing.
    fn field(&mut self, line: &'t str, indent: usize) -> Option<Result<Property, String>> {
        let (name, words) = line.trim().split_once(": ")?;
        let mut words = words.split_whitespace().peekable();
        let (mut schema, required) = self.typed(&mut words)?;
        match self.fields(indent) {
            Ok(fields) => innermost(&mut schema).properties = fields,
            Err(line) => return Some(Err(line)),
        }
        Some(Ok(Property { name: name.to_owned(), required, schema }))
    }

    fn typed(&self, words: &mut Peekable<SplitWhitespace<'t>>) -> Option<(Schema, bool)> {
        let word = words.next()?;
        let (name, count) = word.strip_suffix(')').and_then(|word| word.split_once('(')).unwrap_or((word, ".."));
        let mut schema = Schema { count: bounds(count)?, ..Schema::of(type_of(name)?) };
        let mut required = false;
        while let Some(flag) = words.next_if(|word| !is_type(word)) {
            match flag {
                "required" => required = true,
                flag => self.flag(flag, &mut schema)?,
            }
        }
        match name {
            "list" => schema.items = Some(Box::new(self.typed(words)?.0)),
            "map" => schema.values = Some(Box::new(self.typed(words)?.0)),
            _ => {}
        }
        Some((schema, required))
    }

    fn flag(&self, flag: &str, schema: &mut Schema) -> Option<()> {
        match (flag, flag.split_once('=')) {
            ("filled", _) => schema.filled = Filled::Always,
            ("filled-of-two-peers", _) => schema.filled = Filled::OfTwoPeers,
            ("nullable", _) => schema.nullable = true,
            ("open", _) => schema.open = true,
            ("embedded", _) => schema.embedded = true,
            (_, Some(("default", json))) => schema.default = Some(json.to_owned()),
            (_, Some(("length", range))) => schema.length = bounds(range)?,
            (_, Some(("pattern", name))) => schema.pattern = Some(self.patterns.get(name)?.clone()),
            (_, Some(("enum", values))) => {
                schema.allowed = values.split('|').map(|text| Literal::Text(text.to_owned())).collect();
            }
            (word, _) => {
                if let Some(go) = GoType::parse(word) {
                    schema.go = Some(go);
                } else if let Some(range) = bounds(word) {
                    schema.range = range;
                } else {
                    schema.format = Some(Format::parse(word).filter(|format| !matches!(format, Format::Other(_)))?);
                }
            }
        }
        Some(())
    }
}

fn innermost(schema: &mut Schema) -> &mut Schema {
    let Schema { items, values, .. } = &*schema;
    match (items.is_some(), values.is_some()) {
        (true, _) => innermost(schema.items.as_mut().expect("it was just seen to be there")),
        (_, true) => innermost(schema.values.as_mut().expect("it was just seen to be there")),
        _ => schema,
    }
}

fn indent(line: &str) -> usize {
    line.len() - line.trim_start().len()
}

/// The words for types.
pub(super) const TYPES: &[(&str, Type)] = &[
    ("any", Type::Any),
    ("object", Type::Object),
    ("map", Type::Object),
    ("list", Type::Array),
    ("string", Type::String),
    ("integer", Type::Integer),
    ("number", Type::Number),
    ("boolean", Type::Boolean),
    ("int-or-string", Type::IntOrString),
];

fn type_of(word: &str) -> Option<Type> {
    TYPES.iter().find(|(known, _)| *known == word).map(|(_, kind)| *kind)
}

fn is_type(word: &str) -> bool {
    type_of(word.split('(').next().unwrap_or_default()).is_some()
}

fn bounds<N: FromStr>(text: &str) -> Option<Bounds<N>> {
    let (least, most) = text.split_once("..")?;
    let end = |text: &str| if text.is_empty() { Some(None) } else { text.parse().ok().map(Some) };
    Some(Bounds { least: end(least)?, most: end(most)? })
}
