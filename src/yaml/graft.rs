//! A wanted value written by putting another text's fields into a text: all other bytes and comments stay as they are.
//!
//! What comes of it must be read again and compared with what was wanted: spans of aliases, merge keys and odd layouts are
//! not reasoned about here, they only lead to a text that says something else.

use std::collections::BTreeMap;

use super::{Node, Pair, Span, Value, same_value};

/// A text and the value of one document in it, whose spans count in the text.
#[derive(Debug, Clone, Copy)]
pub struct Written<'a> {
    /// The text.
    pub bytes: &'a [u8],
    /// The document's value.
    pub value: &'a Node,
}

/// The text with the fields in which it differs from what is wanted taken out of the other text, or taken away; none where
/// they are not found there, or stand so that no lines or words can be told to be theirs.
pub fn graft(into: Written<'_>, from: Written<'_>, wanted: &Node) -> Option<Vec<u8>> {
    let mut graft = Graft { into: into.bytes, from: from.bytes, edits: Vec::new() };
    graft.mapping(into.value, from.value, wanted)?;
    graft.apply()
}

struct Graft<'a> {
    into: &'a [u8],
    from: &'a [u8],
    /// Which bytes give way to which, in the order found.
    edits: Vec<(Span, Vec<u8>)>,
}

impl Graft<'_> {
    fn mapping(&mut self, node: &Node, other: &Node, wanted: &Node) -> Option<()> {
        let (pairs, others, wants) = (node.as_mapping()?, other.as_mapping()?, wanted.as_mapping()?);
        let (here, there, wanted) = (places(pairs), places(others), places(wants));
        let find = |places: &BTreeMap<&str, usize>, key: &str| places.get(key).copied();
        for (at, pair) in pairs.iter().enumerate() {
            let Some(want) = find(&wanted, &pair.key).map(|at| &wants[at].value) else {
                self.remove(node, at)?;
                continue;
            };
            if same_value(&pair.value, want) {
                continue;
            }
            let source = &others[find(&there, &pair.key)?];
            if same_value(&source.value, want) {
                self.replace(pair, source)?;
            } else {
                self.mapping(&pair.value, &source.value, want)?;
            }
        }
        let mut before = None;
        for source in others {
            if let Some(at) = find(&here, &source.key) {
                before = Some(at);
                continue;
            }
            let Some(want) = find(&wanted, &source.key).map(|at| &wants[at].value) else { continue };
            if !same_value(&source.value, want) {
                return None;
            }
            self.add(node, before, source)?;
        }
        Some(())
    }

    /// Puts another text's value in the place of a pair's: within its line where both are short, else line by line.
    fn replace(&mut self, pair: &Pair, source: &Pair) -> Option<()> {
        let (old, new) = (slice(self.into, pair.value.span)?, slice(self.from, source.value.span)?);
        let is_short = |text: &[u8]| !text.is_empty() && !text.contains(&b'\n');
        if is_short(old) && is_short(new) {
            self.edits.push((pair.value.span, new.to_vec()));
            return Some(());
        }
        let (lines, column) = lines_of(self.into, pair)?;
        let (other, indent) = lines_of(self.from, source)?;
        let text = indented(slice(self.from, other)?, indent, column);
        self.edits.push((lines, text));
        Some(())
    }

    fn remove(&mut self, node: &Node, at: usize) -> Option<()> {
        let pairs = node.as_mapping()?;
        let pair = &pairs[at];
        let span = if is_flow(self.into, node) {
            match (pairs.get(at + 1), at.checked_sub(1)) {
                (Some(next), _) => Span { start: pair.key_span.start, end: next.key_span.start },
                (None, Some(before)) => Span { start: pairs[before].value.span.end, end: pair.value.span.end },
                (None, None) => Span { start: pair.key_span.start, end: pair.value.span.end },
            }
        } else {
            lines_of(self.into, pair)?.0
        };
        self.edits.push((span, Vec::new()));
        Some(())
    }

    /// Puts another text's pair behind one that is there; behind the last where none is named.
    fn add(&mut self, node: &Node, before: Option<usize>, source: &Pair) -> Option<()> {
        let pairs = node.as_mapping()?;
        let neighbour = pairs.get(before.unwrap_or(pairs.len().checked_sub(1)?))?;
        if is_flow(self.into, node) {
            let words = Span { start: source.key_span.start, end: source.value.span.end };
            let words = slice(self.from, words).filter(|words| !words.contains(&b'\n'))?;
            let end = neighbour.value.span.end;
            self.edits.push((Span { start: end, end }, [b", ", words].concat()));
            return Some(());
        }
        let (lines, column) = lines_of(self.into, neighbour)?;
        let (other, indent) = lines_of(self.from, source)?;
        let mut text = indented(slice(self.from, other)?, indent, column);
        if lines.end > 0 && self.into.get(lines.end - 1) != Some(&b'\n') {
            text.insert(0, b'\n');
        }
        self.edits.push((Span { start: lines.end, end: lines.end }, text));
        Some(())
    }

    /// The text with all edits made; none if two of them touch the same bytes.
    fn apply(mut self) -> Option<Vec<u8>> {
        self.edits.sort_by_key(|(span, _)| (span.start, span.end));
        let mut text = Vec::with_capacity(self.into.len());
        let mut at = 0;
        for (span, put) in &self.edits {
            text.extend_from_slice(self.into.get(at..span.start)?);
            text.extend_from_slice(put);
            at = span.end;
        }
        text.extend_from_slice(self.into.get(at..)?);
        Some(text)
    }
}

/// Where each key stands.
fn places(pairs: &[Pair]) -> BTreeMap<&str, usize> {
    pairs.iter().enumerate().map(|(at, pair)| (pair.key.as_str(), at)).collect()
}

fn slice(bytes: &[u8], span: Span) -> Option<&[u8]> {
    bytes.get(span.start..span.end)
}

fn is_flow(bytes: &[u8], node: &Node) -> bool {
    matches!(node.value, Value::Mapping(_)) && bytes.get(node.span.start) == Some(&b'{')
}

/// The whole lines of a pair and the column of its key, where it shares its first and last line with nothing.
fn lines_of(bytes: &[u8], pair: &Pair) -> Option<(Span, usize)> {
    let key = pair.key_span.start;
    let start = bytes.get(..key)?.iter().rposition(|byte| *byte == b'\n').map_or(0, |at| at + 1);
    if bytes[start..key].iter().any(|byte| *byte != b' ') {
        return None;
    }
    let last = pair.value.span.end.max(pair.key_span.end);
    let rest = bytes.get(last..)?;
    let ended = last > 0 && bytes[last - 1] == b'\n';
    let length = if ended { 0 } else { rest.iter().position(|byte| *byte == b'\n').map_or(rest.len(), |at| at + 1) };
    // A key without a value has its colon still to come.
    let tail = rest[..length].trim_ascii();
    let tail = tail.strip_prefix(b":").unwrap_or(tail).trim_ascii_start();
    (tail.is_empty() || tail.starts_with(b"#")).then_some((Span { start, end: last + length }, key - start))
}

/// Lines moved from one column to another, the last one ended.
fn indented(lines: &[u8], from: usize, to: usize) -> Vec<u8> {
    let mut text = Vec::with_capacity(lines.len());
    for line in lines.split_inclusive(|byte| *byte == b'\n') {
        let spaces = line.iter().take(from).take_while(|byte| **byte == b' ').count();
        if !line.trim_ascii().is_empty() {
            text.extend(std::iter::repeat_n(b' ', to));
        }
        text.extend_from_slice(&line[spaces..]);
    }
    if !text.ends_with(b"\n") {
        text.push(b'\n');
    }
    text
}

#[cfg(test)]
#[path = "graft_tests.rs"]
mod tests;
