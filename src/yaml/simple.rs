//! The YAML that nearly every object is written in, read without events: block mappings and lists of plain and quoted texts.
//!
//! What is read here is read as [`parse`](super::parse()) would by way of libyaml, spans included, or not at all: whatever is
//! not surely of this kind is left to it, errors too. A law over generated texts holds the two against each other. Of what
//! nobody wants no value is made, but it is read as closely.

use memchr::{memchr, memchr2};

use super::node::{Node, Pair, Span, Value};
use super::watch::{Key, Watch};
use super::{Chunk, Limits, Parsed, Want, scalar};

/// The deepest nesting that is read here.
const DEEPEST: usize = 32;
/// The longest key that is read here; libyaml takes no more than a thousand bytes.
const LONGEST_KEY: usize = 256;

/// Reads a chunk; nothing if it is not simple.
pub(super) fn parse(file: &[u8], chunk: &Chunk, limits: &Limits) -> Option<Parsed> {
    read(file, chunk, limits, Want::All, &mut ())
}

/// Reads of a chunk what is wanted, and lets somebody look on; nothing if it is not simple.
pub(super) fn read<'t, W: Watch<'t>>(
    file: &'t [u8],
    chunk: &Chunk,
    limits: &Limits,
    want: Want,
    watch: &mut W,
) -> Option<Parsed> {
    if limits.depth_in_force() <= DEEPEST || chunk.bad_separator.is_some() {
        return None;
    }
    if chunk.lead.is_some_and(|lead| file.get(lead.start..lead.end) != Some(b"---\n")) {
        return None;
    }
    let bytes = file.get(chunk.body.start..chunk.body.end).filter(|bytes| is_plain_ascii(bytes))?;
    let text = std::str::from_utf8(bytes).ok()?;
    let mut reader =
        Reader { text, base: chunk.body.start, line: None, after: 0, content_end: 0, keys: Vec::new(), watch };
    reader.advance();
    let (indent, place) = (reader.line?.indent, reader.watch.root());
    let root = reader.mapping(indent, 1, want, place)?;
    reader.line.is_none().then_some(Parsed { root: Some(root), content_end: reader.content_end })
}

/// Whether all bytes are line feeds and what can be seen of ASCII. It looks at each, which is what computers do fastest.
fn is_plain_ascii(bytes: &[u8]) -> bool {
    !bytes.iter().fold(false, |other, byte| other | !(*byte == b'\n' || (b' '..=b'~').contains(byte)))
}

/// A line that holds more than a comment, or what is left of it.
#[derive(Clone, Copy)]
struct Line {
    /// How many columns come before it.
    indent: usize,
    /// Where its first character is.
    start: usize,
    /// Where it ends, without the line break and the spaces before that.
    end: usize,
}

struct Reader<'t, 'w, W> {
    text: &'t str,
    /// Where the text starts in its file.
    base: usize,
    /// The line that is read next.
    line: Option<Line>,
    /// Where the line after that one starts.
    after: usize,
    /// The offset in the file after the last byte of content so far.
    content_end: usize,
    /// The keys so far of the mappings that are being read, the innermost one's last.
    keys: Vec<Key<'t>>,
    watch: &'w mut W,
}

impl<'t, W: Watch<'t>> Reader<'t, '_, W> {
    /// Goes on to the next line that holds something.
    fn advance(&mut self) {
        let bytes = self.text.as_bytes();
        while let Some(rest) = bytes.get(self.after..).filter(|rest| !rest.is_empty()) {
            let (first, length) = (self.after, memchr(b'\n', rest).unwrap_or(rest.len()));
            self.after = first + length + 1;
            let line = &rest[..length];
            let indent = spaces(line);
            match line.get(indent) {
                None | Some(b'#') => {}
                Some(_) => {
                    let trailing = line.iter().rev().take_while(|byte| **byte == b' ').count();
                    self.line = Some(Line { indent, start: first + indent, end: first + length - trailing });
                    return;
                }
            }
        }
        self.line = None;
    }

    /// A span of the file; content ends there at the earliest.
    fn span(&mut self, start: usize, end: usize) -> Span {
        let span = Span { start: self.base + start, end: self.base + end };
        self.content_end = self.content_end.max(span.end);
        span
    }

    /// A list or mapping that began there and ends where content does.
    fn closed(&self, start: usize, value: Value) -> Node {
        Node { span: Span { start: self.base + start, end: self.content_end }, value }
    }

    /// The mapping whose keys stand at this column, from the next line on.
    fn mapping(&mut self, indent: usize, depth: usize, want: Want, place: W::Place) -> Option<Node> {
        let start = self.line.filter(|_| depth <= DEEPEST)?.start;
        let first = self.keys.len();
        let mut pairs = Vec::new();
        while let Some(line) = self.line.filter(|line| line.indent >= indent) {
            let colon = key_end(self.text, line).filter(|_| line.indent == indent)?;
            let name = scalar::simple_key(&self.text[line.start..colon])?;
            let key_span = self.span(line.start, colon);
            let (wanted, its) = (want.key(&name), self.watch.key(place, &name));
            let kept = (wanted != Want::Nothing).then(|| name.clone().into_owned());
            let at = self.keys.len();
            self.keys.push(Key { name, is_null: false });
            self.advance();
            let value = self.value(Line { start: colon + 1, ..line }, depth, wanted, its)?;
            self.keys[at].is_null = value.is_null();
            pairs.extend(kept.map(|key| Pair { key, key_span, value }));
        }
        let keys = &self.keys[first..];
        if !has_each_once(keys) {
            return None;
        }
        self.watch.mapping(place, keys);
        self.keys.truncate(first);
        Some(self.closed(start, Value::Mapping(pairs)))
    }

    /// What follows a key's colon: something in its line, or else below it.
    fn value(&mut self, rest: Line, depth: usize, want: Want, place: W::Place) -> Option<Node> {
        if let Some(scalar) = self.scalar(rest, want, place)? {
            return Some(scalar);
        }
        match self.line {
            Some(line) if self.is_item(line) && line.indent >= rest.indent => {
                self.sequence(line.indent, depth + 1, want, place)
            }
            Some(line) if line.indent > rest.indent => self.mapping(line.indent, depth + 1, want, place),
            _ => {
                self.watch.scalar(place, &Value::Null);
                Some(Node { span: self.span(rest.start, rest.start), value: Value::Null })
            }
        }
    }

    /// The list whose dashes stand at this column, from the next line on.
    fn sequence(&mut self, indent: usize, depth: usize, want: Want, place: W::Place) -> Option<Node> {
        let start = self.line.filter(|_| depth <= DEEPEST)?.start;
        let (wanted, its) = (want.item(), self.watch.item(place));
        let (mut items, mut count) = (Vec::new(), 0);
        while let Some(line) = self.line.filter(|line| line.indent >= indent) {
            if line.indent != indent {
                return None;
            }
            if !self.is_item(line) {
                // What comes after a list at its mapping's own column; elsewhere the mapping above finds it out of place.
                break;
            }
            let spaces = spaces(&self.text.as_bytes()[line.start + 1..line.end]);
            let inner = Line { indent: indent + 1 + spaces, start: line.start + 1 + spaces, end: line.end };
            let item = if key_end(self.text, inner).is_some() {
                self.line = Some(inner);
                self.mapping(inner.indent, depth + 1, wanted, its)?
            } else {
                self.advance();
                self.scalar(inner, wanted, its)??
            };
            count += 1;
            if wanted == Want::All {
                items.push(item);
            }
        }
        self.watch.list(place, count);
        Some(self.closed(start, Value::Sequence(items)))
    }

    /// Whether a line is an item of a list.
    fn is_item(&self, line: Line) -> bool {
        self.text.as_bytes()[line.start..line.end].starts_with(b"- ")
    }

    /// The scalar in the rest of a line: nothing inside where there is none, nothing at all where it is not simple.
    fn scalar(&mut self, rest: Line, want: Want, place: W::Place) -> Option<Option<Node>> {
        let text: &'t str = &self.text[rest.start..rest.end];
        let spaces = spaces(text.as_bytes());
        let (start, text) = (rest.start + spaces, &text[spaces..]);
        let written = match text.as_bytes().first() {
            None => return Some(None),
            Some(b'#') if spaces > 0 => return Some(None),
            Some(quote @ (b'"' | b'\'')) => quoted(text, *quote)?,
            Some(b'{') => text.get(..2).filter(|word| *word == "{}")?,
            Some(b'[') => text.get(..2).filter(|word| *word == "[]")?,
            Some(_) => plain(text)?,
        };
        let after = &text[written.len()..];
        if !after.is_empty() && !after.trim_start_matches(' ').starts_with('#') || after.starts_with('#') {
            return None;
        }
        let value = match written.as_bytes()[0] {
            b'"' | b'\'' => self.text_value(&written[1..written.len() - 1], want, place),
            b'{' => {
                self.watch.mapping(place, &[]);
                Value::Mapping(Vec::new())
            }
            b'[' => {
                self.watch.list(place, 0);
                Value::Sequence(Vec::new())
            }
            first => self.plain_value(written, first, want, place)?,
        };
        let end = start + written.len();
        // A line below that stands deeper would go on with it; the mapping or list it is in finds that out.
        Some(Some(Node { span: self.span(start, end), value }))
    }

    /// The value of a plain text, unless JSON, and so Kubernetes, has none such.
    fn plain_value(&mut self, written: &'t str, first: u8, want: Want, place: W::Place) -> Option<Value> {
        // Where nobody asks, only null and what is no number have to be told from the rest.
        let is_asked =
            want == Want::All || self.watch.cares(place) || matches!(first, b'.' | b'+' | b'-' | b'~' | b'n' | b'N');
        let value = if is_asked { scalar::plain(written) } else { None };
        match value {
            Some(Value::Float(float)) if !float.is_finite() => None,
            Some(value) => {
                self.watch.scalar(place, &value);
                Some(value)
            }
            None => Some(self.text_value(written, want, place)),
        }
    }

    /// A text as a value, empty if nobody wants it.
    fn text_value(&mut self, text: &'t str, want: Want, place: W::Place) -> Value {
        self.watch.text(place, text);
        Value::String(if want == Want::All { text.to_owned() } else { String::new() })
    }
}

/// How many spaces come first.
fn spaces(bytes: &[u8]) -> usize {
    bytes.iter().take_while(|byte| **byte == b' ').count()
}

/// Where a line's key ends, before its colon, if it starts with a simple one.
fn key_end(text: &str, line: Line) -> Option<usize> {
    let bytes = &text.as_bytes()[line.start..line.end];
    let length = bytes.iter().position(|byte| !IS_KEY_PART[usize::from(*byte)])?;
    let ends = bytes[length] == b':' && matches!(bytes.get(length + 1), None | Some(b' '));
    let starts = bytes.first().is_some_and(u8::is_ascii_alphanumeric);
    (starts && ends && length <= LONGEST_KEY).then_some(line.start + length)
}

/// Whether a byte is part of a simple key.
const IS_KEY_PART: [bool; 256] = {
    let mut table = [false; 256];
    let mut byte = 0;
    while byte < 128 {
        let part = byte as u8;
        table[byte] = part.is_ascii_alphanumeric() || matches!(part, b'_' | b'.' | b'/' | b'-');
        byte += 1;
    }
    table
};

/// A text in quotes that holds nothing that quotes change.
fn quoted(text: &str, quote: u8) -> Option<&str> {
    let bytes = text.as_bytes();
    let end = memchr2(quote, b'\\', &bytes[1..])? + 1;
    // A quote right after the end would be one inside it.
    (bytes[end] == quote && bytes.get(end + 1) != Some(&quote)).then(|| &text[..=end])
}

/// A plain text of one line, up to a comment.
fn plain(text: &str) -> Option<&str> {
    let bytes = text.as_bytes();
    let first = bytes[0];
    let starts = first.is_ascii_alphanumeric()
        || matches!(first, b'/' | b'.' | b'_' | b'+' | b'~' | b'$' | b'(' | b'<' | b'=' | b'^' | b';' | b')' | b'\\')
        || first == b'-' && bytes.get(1).is_some_and(|byte| *byte != b' ');
    if !starts {
        return None;
    }
    if memchr2(b':', b'#', bytes).is_none() {
        return Some(text);
    }
    let comment = text.find(" #").unwrap_or(text.len());
    let written = text[..comment].trim_end_matches(' ');
    let has_colon = written.contains(": ") || written.ends_with(':');
    (!has_colon).then_some(written)
}

fn has_each_once(keys: &[Key<'_>]) -> bool {
    const FEW: usize = 16;
    if keys.len() <= FEW {
        let doubled = |(at, key): (usize, &Key<'_>)| keys[..at].iter().any(|other| other.name == key.name);
        return !keys.iter().enumerate().any(doubled);
    }
    let mut names: Vec<&str> = keys.iter().map(|key| &*key.name).collect();
    names.sort_unstable();
    names.windows(2).all(|two| two[0] != two[1])
}

#[cfg(test)]
#[path = "simple_tests.rs"]
mod tests;
