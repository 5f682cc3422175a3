//! The YAML that nearly every object is written in, read without events: block mappings and lists of plain and quoted texts.
//!
//! What is read here is read as [`parse`](super::parse()) would by way of libyaml, spans included, or not at all: whatever is
//! not surely of this kind is left to it, errors too. A law over generated texts holds the two against each other.

use super::node::{Node, Pair, Span, Value};
use super::{Chunk, Limits, Parsed, scalar};

/// The deepest nesting that is read here.
const DEEPEST: usize = 32;
/// The longest key that is read here; libyaml takes no more than a thousand bytes.
const LONGEST_KEY: usize = 256;

/// Reads a chunk; nothing if it is not simple.
pub(super) fn parse(file: &[u8], chunk: &Chunk, limits: &Limits) -> Option<Parsed> {
    if limits.depth_in_force() <= DEEPEST || chunk.bad_separator.is_some() {
        return None;
    }
    if chunk.lead.is_some_and(|lead| file.get(lead.start..lead.end) != Some(b"---\n")) {
        return None;
    }
    let bytes = file.get(chunk.body.start..chunk.body.end)?;
    if !bytes.iter().all(|byte| matches!(byte, b'\n' | b' '..=b'~')) {
        return None;
    }
    let text = std::str::from_utf8(bytes).ok()?;
    let mut reader = Reader { text, base: chunk.body.start, lines: lines(bytes), at: 0, content_end: 0 };
    let indent = reader.lines.first()?.indent;
    let root = reader.mapping(indent, 1)?;
    (reader.at == reader.lines.len()).then_some(Parsed { root: Some(root), content_end: reader.content_end })
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

/// The lines that hold something.
fn lines(bytes: &[u8]) -> Vec<Line> {
    let mut found = Vec::with_capacity(16);
    let mut offset = 0;
    for line in bytes.split(|byte| *byte == b'\n') {
        let (first, next) = (offset, offset + line.len() + 1);
        offset = next;
        let Some(indent) = line.iter().position(|byte| *byte != b' ') else { continue };
        if line[indent] != b'#' {
            let end = first + line.trim_ascii_end().len();
            found.push(Line { indent, start: first + indent, end });
        }
    }
    found
}

struct Reader<'t> {
    text: &'t str,
    /// Where the text starts in its file.
    base: usize,
    lines: Vec<Line>,
    /// The line that is read next.
    at: usize,
    /// The offset in the file after the last byte of content so far.
    content_end: usize,
}

impl Reader<'_> {
    /// The line that is read next, if it stands at or beyond a column.
    fn next(&self) -> Option<Line> {
        self.lines.get(self.at).copied()
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
    fn mapping(&mut self, indent: usize, depth: usize) -> Option<Node> {
        let start = self.next().filter(|_| depth <= DEEPEST)?.start;
        let mut pairs: Vec<Pair> = Vec::new();
        while let Some(line) = self.next().filter(|line| line.indent >= indent) {
            let colon = key_end(self.text, line).filter(|_| line.indent == indent)?;
            let key = scalar::resolve(self.text[line.start..colon].to_owned(), None, true).ok()?;
            let key = scalar::key(key).ok()?;
            let key_span = self.span(line.start, colon);
            self.at += 1;
            let value = self.value(Line { start: colon + 1, ..line }, depth)?;
            pairs.push(Pair { key, key_span, value });
        }
        has_each_key_once(&pairs).then(|| self.closed(start, Value::Mapping(pairs)))
    }

    /// What follows a key's colon: something in its line, or else below it.
    fn value(&mut self, rest: Line, depth: usize) -> Option<Node> {
        if let Some(scalar) = self.scalar(rest)? {
            return Some(scalar);
        }
        match self.next() {
            Some(line) if self.is_item(line) && line.indent >= rest.indent => self.sequence(line.indent, depth + 1),
            Some(line) if line.indent > rest.indent => self.mapping(line.indent, depth + 1),
            _ => Some(Node { span: self.span(rest.start, rest.start), value: Value::Null }),
        }
    }

    /// The list whose dashes stand at this column, from the next line on.
    fn sequence(&mut self, indent: usize, depth: usize) -> Option<Node> {
        let start = self.next().filter(|_| depth <= DEEPEST)?.start;
        let mut items = Vec::new();
        while let Some(line) = self.next().filter(|line| line.indent >= indent) {
            if line.indent != indent {
                return None;
            }
            if !self.is_item(line) {
                // What comes after a list at its mapping's own column; elsewhere the mapping above finds it out of place.
                break;
            }
            let spaces = self.text[line.start + 1..line.end].bytes().take_while(|byte| *byte == b' ').count();
            let inner = Line { indent: indent + 1 + spaces, start: line.start + 1 + spaces, end: line.end };
            if key_end(self.text, inner).is_some() {
                self.lines[self.at] = inner;
                items.push(self.mapping(inner.indent, depth + 1)?);
            } else {
                self.at += 1;
                items.push(self.scalar(inner)??);
            }
        }
        Some(self.closed(start, Value::Sequence(items)))
    }

    /// Whether a line is an item of a list.
    fn is_item(&self, line: Line) -> bool {
        self.text[line.start..line.end].starts_with("- ")
    }

    /// The scalar in the rest of a line: nothing inside where there is none, nothing at all where it is not simple.
    fn scalar(&mut self, rest: Line) -> Option<Option<Node>> {
        let text = &self.text[rest.start..rest.end];
        let spaces = text.bytes().take_while(|byte| *byte == b' ').count();
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
            b'"' | b'\'' => Value::String(written[1..written.len() - 1].to_owned()),
            b'{' => Value::Mapping(Vec::new()),
            b'[' => Value::Sequence(Vec::new()),
            _ => scalar::resolve(written.to_owned(), None, true).ok().filter(is_finite)?,
        };
        let end = start + written.len();
        // A line below that stands deeper would go on with it; the mapping or list it is in finds that out.
        Some(Some(Node { span: self.span(start, end), value }))
    }
}

/// Where a line's key ends, before its colon, if it starts with a simple one.
fn key_end(text: &str, line: Line) -> Option<usize> {
    let bytes = &text.as_bytes()[line.start..line.end];
    let is_part = |byte: &u8| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'.' | b'/' | b'-');
    let length = bytes.iter().position(|byte| !is_part(byte))?;
    let ends = bytes[length] == b':' && matches!(bytes.get(length + 1), None | Some(b' '));
    let starts = bytes.first().is_some_and(u8::is_ascii_alphanumeric);
    (starts && ends && length <= LONGEST_KEY).then_some(line.start + length)
}

/// A text in quotes that holds nothing that quotes change.
fn quoted(text: &str, quote: u8) -> Option<&str> {
    let length = text.bytes().skip(1).position(|byte| byte == quote || byte == b'\\')?;
    let end = length + 1;
    // A quote right after the end would be one inside it.
    (text.as_bytes()[end] == quote && text.as_bytes().get(end + 1) != Some(&quote)).then(|| &text[..=end])
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
    let comment = text.find(" #").unwrap_or(text.len());
    let written = text[..comment].trim_end_matches(' ');
    let has_colon = written.contains(": ") || written.ends_with(':');
    (!has_colon).then_some(written)
}

/// Whether JSON, and so Kubernetes, has such a number.
fn is_finite(value: &Value) -> bool {
    !matches!(value, Value::Float(float) if !float.is_finite())
}

fn has_each_key_once(pairs: &[Pair]) -> bool {
    const FEW: usize = 16;
    if pairs.len() <= FEW {
        let doubled = |(at, pair): (usize, &Pair)| pairs[..at].iter().any(|other| other.key == pair.key);
        return !pairs.iter().enumerate().any(doubled);
    }
    let mut keys: Vec<&str> = pairs.iter().map(|pair| pair.key.as_str()).collect();
    keys.sort_unstable();
    keys.windows(2).all(|two| two[0] != two[1])
}

#[cfg(test)]
#[path = "simple_tests.rs"]
mod tests;
