//! The YAML that nearly every object is written in, read without events: block mappings and lists of plain and quoted
//! texts, and lists of words in brackets.
//!
//! What is read here is read as [`parse`](super::parse()) would by way of libyaml, spans included, or not at all: whatever is
//! not surely of this kind is left to it, errors too. A law over generated texts holds the two against each other. Where
//! nobody wants the value none is made, but the text is read as closely.

use memchr::{memchr, memchr2};

use super::make::{Make, Whole};
use super::node::{Span, Value};
use super::watch::{Key, Watch};
use super::{Chunk, Limits, Parsed, scalar};

/// The deepest nesting that is read here.
const DEEPEST: usize = 32;
/// The longest key that is read here; libyaml takes no more than a thousand bytes.
const LONGEST_KEY: usize = 256;
/// How many keys are made room for: few objects have more before the end of their innermost mapping.
const KEYS: usize = 24;

/// Reads a chunk; nothing if it is not simple.
pub(super) fn parse(file: &[u8], chunk: &Chunk, limits: &Limits) -> Option<Parsed> {
    let (root, content) = read::<Whole, ()>(file, chunk, limits, &mut ())?;
    Some(Parsed { root: Some(root), content_end: content.end })
}

/// Reads a chunk while somebody looks on: what is made of it, and where it is; nothing if it is not simple.
pub(super) fn read<'t, M: Make, W: Watch<'t>>(
    file: &'t [u8],
    chunk: &Chunk,
    limits: &Limits,
    watch: &mut W,
) -> Option<(M::Node, Span)> {
    if limits.depth_in_force() <= DEEPEST || chunk.bad_separator.is_some() {
        return None;
    }
    if chunk.lead.is_some_and(|lead| file.get(lead.start..lead.end) != Some(b"---\n")) {
        return None;
    }
    let bytes = file.get(chunk.body.start..chunk.body.end)?;
    let is_ascii = is_plain_ascii(bytes);
    let text = std::str::from_utf8(bytes).ok().filter(|text| is_ascii || text.chars().all(is_plain_char))?;
    let keys = Vec::with_capacity(KEYS);
    let base = chunk.body.start;
    let mut reader = Reader { text, base, line: None, after: 0, mark: 0, end: 0, is_null: false, keys, watch };
    reader.advance();
    let (line, place) = (reader.line?, reader.watch.root());
    let root = reader.mapping::<M>(line.indent, 1, place)?;
    reader.line.is_none().then_some((root, Span { start: base + line.start, end: base + reader.end }))
}

/// Whether all bytes are line feeds and what can be seen of ASCII. It looks at each, which is what computers do fastest.
fn is_plain_ascii(bytes: &[u8]) -> bool {
    !bytes.iter().fold(false, |other, byte| other | !(*byte == b'\n' || (b' '..=b'~').contains(byte)))
}

/// Whether a character is a line feed or one that YAML reads as itself: no break, mark or control character.
fn is_plain_char(c: char) -> bool {
    let is_itself = c >= '\u{a0}' && !matches!(c, '\u{2028}' | '\u{2029}' | '\u{feff}' | '\u{fffe}' | '\u{ffff}');
    matches!(c, '\n' | ' '..='~') || is_itself
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
    /// Where the first colon or number sign is after all that were asked for.
    mark: usize,
    /// Where content ends so far.
    end: usize,
    /// Whether the value read last was null.
    is_null: bool,
    /// The keys so far of the mappings that are being read, the innermost one's last.
    keys: Vec<Key<'t>>,
    watch: &'w mut W,
}

impl<'t, W: Watch<'t>> Reader<'t, '_, W> {
    /// Goes on to the next line that holds something.
    fn advance(&mut self) {
        let bytes = self.text.as_bytes();
        self.line = None;
        while let Some(rest) = bytes.get(self.after..) {
            let indent = spaces(rest);
            let start = self.after + indent;
            let Some(first) = bytes.get(start) else { return };
            let length =
                if *first == b'\n' { 0 } else { memchr(b'\n', &rest[indent..]).unwrap_or(rest.len() - indent) };
            self.after = start + length + 1;
            if length > 0 && *first != b'#' {
                let trailing = bytes[start..start + length].iter().rev().take_while(|byte| **byte == b' ').count();
                self.line = Some(Line { indent, start, end: start + length - trailing });
                return;
            }
        }
    }

    /// A span of the file with which content ends so far.
    fn span(&mut self, start: usize, end: usize) -> Span {
        self.end = end;
        Span { start: self.base + start, end: self.base + end }
    }

    /// The span of a list or mapping that began there and ends where content does.
    fn closed(&mut self, start: usize) -> Span {
        self.is_null = false;
        Span { start: self.base + start, end: self.base + self.end }
    }

    /// The mapping whose keys stand at this column, from the next line on.
    fn mapping<M: Make>(&mut self, indent: usize, depth: usize, place: W::Place) -> Option<M::Node> {
        let start = self.line.filter(|_| depth <= DEEPEST)?.start;
        let first = self.keys.len();
        let mut pairs = M::Pairs::default();
        while let Some(line) = self.line.filter(|line| line.indent >= indent) {
            let colon = key_end(self.text, line).filter(|_| line.indent == indent)?;
            let name = &self.text[line.start..colon];
            if !is_own_text(name) {
                return None;
            }
            let key_span = self.span(line.start, colon);
            let (at, its) = (self.keys.len(), self.watch.key(place, name));
            self.keys.push(Key { name, is_null: false });
            self.advance();
            let value = self.value::<M>(Line { start: colon + 1, ..line }, depth, its)?;
            self.keys[at].is_null = self.is_null;
            M::pair(&mut pairs, name, key_span, value);
        }
        let keys = &self.keys[first..];
        if !has_each_once(keys) {
            return None;
        }
        self.watch.mapping(place, keys);
        self.keys.truncate(first);
        Some(M::mapping(self.closed(start), pairs))
    }

    /// What follows a key's colon: something in its line, or else below it.
    fn value<M: Make>(&mut self, rest: Line, depth: usize, place: W::Place) -> Option<M::Node> {
        if let Some(scalar) = self.scalar::<M>(rest, place)? {
            return Some(scalar);
        }
        match self.line {
            Some(line) if self.is_item(line) && line.indent >= rest.indent => {
                self.sequence::<M>(line.indent, depth + 1, place)
            }
            Some(line) if line.indent > rest.indent => self.mapping::<M>(line.indent, depth + 1, place),
            _ => {
                let span = self.span(rest.start, rest.start);
                Some(self.value_of::<M>(span, Value::Null, place))
            }
        }
    }

    /// The list whose dashes stand at this column, from the next line on.
    fn sequence<M: Make>(&mut self, indent: usize, depth: usize, place: W::Place) -> Option<M::Node> {
        let start = self.line.filter(|_| depth <= DEEPEST)?.start;
        let its = self.watch.item(place);
        let (mut items, mut count) = (M::Items::default(), 0);
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
                self.mapping::<M>(inner.indent, depth + 1, its)?
            } else {
                self.advance();
                self.scalar::<M>(inner, its)??
            };
            count += 1;
            M::item(&mut items, item);
        }
        self.watch.list(place, count);
        Some(M::list(self.closed(start), items))
    }

    /// Whether a line is an item of a list.
    fn is_item(&self, line: Line) -> bool {
        self.text.as_bytes()[line.start..line.end].starts_with(b"- ")
    }

    /// The scalar in the rest of a line: nothing inside where there is none, nothing at all where it is not simple.
    fn scalar<M: Make>(&mut self, rest: Line, place: W::Place) -> Option<Option<M::Node>> {
        let text: &'t str = &self.text[rest.start..rest.end];
        let spaces = spaces(text.as_bytes());
        let (start, text) = (rest.start + spaces, &text[spaces..]);
        let Some(first) = text.as_bytes().first().copied() else { return Some(None) };
        let written = match first {
            b'#' if spaces > 0 => return Some(None),
            b'"' | b'\'' => quoted(text, first)?,
            b'{' => text.get(..2).filter(|word| *word == "{}")?,
            b'[' => &text[..=memchr(b']', text.as_bytes())?],
            _ if self.has_mark(start, rest.end) => plain(text)?,
            _ => text,
        };
        let after = &text[written.len()..];
        if !after.is_empty() && !after.trim_start_matches(' ').starts_with('#') || after.starts_with('#') {
            return None;
        }
        let span = self.span(start, start + written.len());
        // A line below that stands deeper would go on with it; the mapping or list it is in finds that out.
        Some(Some(match first {
            b'"' | b'\'' => self.text_of::<M>(span, &written[1..written.len() - 1], place),
            b'{' => {
                self.watch.mapping(place, &[]);
                self.is_null = false;
                M::mapping(span, M::Pairs::default())
            }
            b'[' => self.words::<M>(span, written, place)?,
            first => self.plain_of::<M>(span, written, first, place)?,
        }))
    }

    /// The list that is written as words in brackets.
    fn words<M: Make>(&mut self, span: Span, written: &'t str, place: W::Place) -> Option<M::Node> {
        let its = self.watch.item(place);
        let (mut items, mut count) = (M::Items::default(), 0);
        let (within, mut start) = (&written[1..written.len() - 1], span.start + 1);
        let is_empty = within.is_empty();
        for part in within.split(',').filter(|_| !is_empty) {
            let word = part.trim_matches(' ');
            let first = word.bytes().next().filter(u8::is_ascii_alphanumeric)?;
            if !word.bytes().all(|byte| IS_KEY_PART[usize::from(byte)]) {
                return None;
            }
            let before = spaces(part.as_bytes());
            let at = Span { start: start + before, end: start + before + word.len() };
            M::item(&mut items, self.plain_of::<M>(at, word, first, its)?);
            start += part.len() + 1;
            count += 1;
        }
        self.watch.list(place, count);
        self.is_null = false;
        Some(M::list(span, items))
    }

    /// Whether a colon or a number sign is in this stretch of a line; no byte is looked at twice for it.
    fn has_mark(&mut self, start: usize, end: usize) -> bool {
        if self.mark < start {
            let rest = &self.text.as_bytes()[start..];
            self.mark = start + memchr2(b':', b'#', rest).unwrap_or(rest.len());
        }
        self.mark < end
    }

    /// What is made of a plain text, unless none can start so, or JSON, and so Kubernetes, has no such number.
    fn plain_of<M: Make>(&mut self, span: Span, written: &'t str, first: u8, place: W::Place) -> Option<M::Node> {
        let second = written.as_bytes().get(1);
        if !IS_PLAIN_START[usize::from(first)] && !(first == b'-' && second.is_some_and(|byte| *byte != b' ')) {
            return None;
        }
        // Where nobody asks, only null and what is no number have to be told from the rest.
        let is_odd = matches!(first, b'.' | b'+' | b'-' | b'~' | b'n' | b'N');
        let is_asked = M::MAKES || is_odd || self.watch.cares(place);
        match if is_asked { scalar::plain(written) } else { None } {
            Some(Value::Float(float)) if !float.is_finite() => None,
            Some(value) => Some(self.value_of::<M>(span, value, place)),
            None => Some(self.text_of::<M>(span, written, place)),
        }
    }

    fn text_of<M: Make>(&mut self, span: Span, text: &'t str, place: W::Place) -> M::Node {
        self.is_null = false;
        self.watch.text(place, text);
        M::text(span, text)
    }

    fn value_of<M: Make>(&mut self, span: Span, value: Value, place: W::Place) -> M::Node {
        self.is_null = value == Value::Null;
        self.watch.scalar(place, &value);
        M::scalar(span, value)
    }
}

/// Whether a plain text as a key is that text, and not the text of a number or a boolean that it stands for.
fn is_own_text(name: &str) -> bool {
    scalar::plain(name).is_none_or(|value| scalar::key(value).is_ok_and(|key| key == name))
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

/// Letters and digits, and these bytes.
const fn letters_and(others: &[u8], beyond_ascii: bool) -> [bool; 256] {
    let mut table = [beyond_ascii; 256];
    let mut byte = 0;
    while byte < 128_u8 {
        table[byte as usize] = byte.is_ascii_alphanumeric();
        byte += 1;
    }
    let mut at = 0;
    while at < others.len() {
        table[others[at] as usize] = true;
        at += 1;
    }
    table
}

/// Whether a byte is part of a simple key.
static IS_KEY_PART: [bool; 256] = letters_and(b"_./-", false);
/// Whether a plain text can start with a byte; with a dash, only if no space follows.
static IS_PLAIN_START: [bool; 256] = letters_and(b"/._+~$(<=^;)\\", true);

/// A text in quotes that holds nothing that quotes change.
fn quoted(text: &str, quote: u8) -> Option<&str> {
    let bytes = text.as_bytes();
    let end = memchr2(quote, b'\\', &bytes[1..])? + 1;
    // A quote right after the end would be one inside it.
    (bytes[end] == quote && bytes.get(end + 1) != Some(&quote)).then(|| &text[..=end])
}

/// A plain text of one line, up to a comment.
fn plain(text: &str) -> Option<&str> {
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
    let mut names: Vec<&str> = keys.iter().map(|key| key.name).collect();
    names.sort_unstable();
    names.windows(2).all(|two| two[0] != two[1])
}

#[cfg(test)]
#[path = "simple_tests.rs"]
mod tests;
