//! Cutting a file's bytes into documents: which separators and comments go with which, so that no byte is lost.

use crate::yaml::{Chunk, Span};

/// The bytes of one document, with the chunks that hold nothing and the comments that belong to it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Unit {
    /// Comments at the end of the chunk before, which speak of this document.
    pub travelled: Option<Span>,
    /// The separator line, or lines, between those comments and `main`.
    pub separator: Option<Span>,
    /// What of them stays where nothing stands before them.
    pub head: Option<Span>,
    /// The document itself.
    pub main: Span,
}

/// What is known of a chunk once it was read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Reading {
    /// The parser, without error, found nothing.
    Nothing,
    /// It parses; its content, `...` included, ends here.
    Content {
        /// The offset after the last byte of content.
        end: usize,
    },
    /// It does not parse.
    Fault,
}

/// A file that is being cut, chunk by chunk.
#[derive(Debug)]
pub struct Cut<'t> {
    bytes: &'t [u8],
    /// The first of the chunks that hold nothing and go with the next that holds something: its body's start, and its lead.
    first: Option<(usize, Option<Span>)>,
    /// Where the unit before ends.
    parted: usize,
    /// Where the content of the unit before ends, if it has any that can be read.
    content_end: Option<usize>,
    /// What comes after the last unit: where the chunks of nothing after it end, with what of a separator says something.
    rest: usize,
}

impl<'t> Cut<'t> {
    /// Begins to cut a file.
    pub fn new(bytes: &'t [u8]) -> Self {
        Self { bytes, first: None, parted: 0, content_end: None, rest: 0 }
    }

    /// The unit of the next chunk, if that holds something; what it takes along is taken from the unit before.
    pub fn next(&mut self, chunk: &Chunk, reading: Reading, before: Option<&mut Unit>) -> Option<Unit> {
        let bytes = self.bytes;
        self.rest = chunk.separator.filter(|span| has_comment(bytes, *span)).unwrap_or(chunk.body).end;
        let is_nothing = reading == Reading::Nothing;
        if self.first.is_none() && is_nothing && chunk.body.start == chunk.body.end {
            // A separator that ends nothing but another one: both part the same neighbours.
            return None;
        }
        let (start, lead) = *self.first.get_or_insert((chunk.body.start, chunk.lead));
        if is_nothing {
            return None;
        }
        let main = Span { start, end: chunk.body.end };
        let separator = Some(Span { start: self.parted, end: main.start }).filter(|span| span.start < span.end);
        let mut unit = Unit { travelled: None, separator, head: head(bytes, separator, lead, main), main };
        if let Some((before, end)) = before.zip(self.content_end) {
            self.travel(before, end, &mut unit, lead);
        }
        self.first = None;
        self.parted = chunk.body.end;
        self.content_end = match reading {
            Reading::Content { end } => Some(end),
            Reading::Nothing | Reading::Fault => None,
        };
        Some(unit)
    }

    /// Gives the comments at the end of a unit to the one after it.
    fn travel(&self, before: &mut Unit, content_end: usize, after: &mut Unit, lead: Option<Span>) {
        let bytes = self.bytes;
        let is_marked = bytes[after.main.start..after.main.end].starts_with(BOM);
        if is_marked || lead.is_some_and(|lead| is_bound(bytes, lead, after.main)) {
            return;
        }
        if let Some(comments) = comments_after(bytes, content_end, before.main) {
            before.main.end = comments.start;
            after.travelled = Some(comments);
            // In front of the comments nothing is read otherwise, so what carries a comment of its own stays whole.
            after.head = after.separator.filter(|span| has_comment(bytes, *span));
        }
    }

    /// Ends the file: chunks of nothing at its end go with the unit before them, and a separator at the very end if it
    /// says something.
    pub fn end(&self, last: &mut Unit) {
        last.main.end = self.rest;
    }
}

/// Cuts a file: the unit of each chunk that holds something, beside the chunk's index.
pub fn cut(bytes: &[u8], chunks: &[Chunk], readings: &[Reading]) -> Vec<(usize, Unit)> {
    let mut units: Vec<(usize, Unit)> = Vec::new();
    let mut cut = Cut::new(bytes);
    for (index, (chunk, reading)) in chunks.iter().zip(readings).enumerate() {
        let unit = cut.next(chunk, *reading, units.last_mut().map(|(_, unit)| unit));
        units.extend(unit.map(|unit| (index, unit)));
    }
    if let Some((_, last)) = units.last_mut() {
        cut.end(last);
    }
    units
}

const BOM: &[u8] = b"\xef\xbb\xbf";

/// What of the separators before a document stays where that comes first in its file: those that carry a comment, unless
/// the document would be read differently behind them, and the one read with it, its `lead`, without which it would be.
fn head(bytes: &[u8], separators: Option<Span>, lead: Option<Span>, main: Span) -> Option<Span> {
    if lead.map_or(!stands_alone(bytes, main), |lead| is_bound(bytes, lead, main)) {
        return lead;
    }
    let says = |span: &Span| has_comment(bytes, *span);
    let all = separators.filter(says).filter(|span| lines(bytes, *span).all(|line| is_plain(bytes, line)));
    all.or(lead.filter(says))
}

/// Whether a document is read differently without its leading separator.
fn is_bound(bytes: &[u8], lead: Span, main: Span) -> bool {
    !(is_plain(bytes, lead) && stands_alone(bytes, main))
}

fn lines(bytes: &[u8], span: Span) -> impl Iterator<Item = Span> {
    bytes[span.start..span.end].split_inclusive(|b| *b == b'\n').scan(span.start, |start, line| {
        let line = Span { start: *start, end: *start + line.len() };
        *start = line.end;
        Some(line)
    })
}

/// Whether YAML reads a separator as what Kubernetes' reader does: three dashes, and a comment at most.
fn is_plain(bytes: &[u8], separator: Span) -> bool {
    let line = &bytes[separator.start..separator.end];
    let line = line.strip_suffix(b"\n").unwrap_or(line);
    let rest = line.strip_suffix(b"\r").unwrap_or(line).strip_prefix(b"---").unwrap_or(line);
    let comment = rest.trim_ascii_start();
    let is_apart = comment.is_empty() || comment.len() < rest.len() && comment.starts_with(b"#");
    is_apart && std::str::from_utf8(rest).is_ok_and(|text| text.chars().all(is_said))
}

/// Whether YAML takes a character in a comment, and goes on with the comment after it. Where a separator ends a chunk nobody
/// parses it; at the head of a file it is parsed with what follows.
fn is_said(c: char) -> bool {
    let is_other = matches!(c, '\u{2028}' | '\u{2029}' | '\u{feff}' | '\u{fffe}' | '\u{ffff}');
    matches!(c, '\t' | ' '..='~') || c >= '\u{a0}' && !is_other
}

/// Whether a document is read the same behind a separator as without one: no mark, directive or `...` comes first in it.
fn stands_alone(bytes: &[u8], main: Span) -> bool {
    let main = &bytes[main.start..main.end];
    let is_quiet = |line: &&[u8]| line.trim_ascii().is_empty() || line.trim_ascii_start().starts_with(b"#");
    let first = main.split(|b| *b == b'\n').find(|line| !is_quiet(line)).unwrap_or_default();
    !(main.starts_with(BOM) || first.starts_with(b"%") || first.starts_with(b"..."))
}

fn has_comment(bytes: &[u8], separator: Span) -> bool {
    bytes[separator.start..separator.end].contains(&b'#')
}

/// The lines from the first comment after a chunk's content to the chunk's end.
fn comments_after(bytes: &[u8], content_end: usize, main: Span) -> Option<Span> {
    // Content may end in the leading separator, where that reads as text.
    let mut line = content_end.max(main.start);
    if line > main.start && bytes[line - 1] != b'\n' {
        line += bytes[line..main.end].iter().position(|b| *b == b'\n')? + 1;
    }
    while line < main.end {
        let length = bytes[line..main.end].iter().position(|b| *b == b'\n').map_or(main.end - line, |n| n + 1);
        if bytes[line..line + length].trim_ascii_start().starts_with(b"#") {
            return Some(Span { start: line, end: main.end });
        }
        line += length;
    }
    None
}

/// The bytes of a document that stands alone in a new file.
pub fn alone(bytes: &[u8], unit: &Unit) -> Vec<u8> {
    together(bytes, &[*unit]).0
}

/// The bytes of documents that stay together in a new file, in their order, and where in it each one's main part starts.
pub fn together(bytes: &[u8], units: &[Unit]) -> (Vec<u8>, Vec<usize>) {
    let mut out = Vec::new();
    let mut starts = Vec::new();
    for (unit, before) in units.iter().zip(heads(units)) {
        before.iter().flatten().for_each(|span| out.extend_from_slice(&bytes[span.start..span.end]));
        starts.push(out.len());
        out.extend_from_slice(&bytes[unit.main.start..unit.main.end]);
    }
    (out, starts)
}

/// The stretches of their old file that documents take along to a new one, in the new one's order: their bytes in a row are
/// those of [`together`].
pub fn pieces(units: &[Unit]) -> Vec<Span> {
    let all = units.iter().zip(heads(units));
    all.flat_map(|(unit, before)| before.into_iter().flatten().chain([unit.main])).collect()
}

/// What stands before each document's main part where documents stay together.
fn heads(units: &[Unit]) -> impl Iterator<Item = [Option<Span>; 2]> {
    units.iter().enumerate().map(|(at, unit)| {
        let previous = at.checked_sub(1).map(|before| &units[before]);
        let separator = if previous.is_some() { unit.separator } else { unit.head };
        let neighbours =
            previous.is_none_or(|p| p.main.end == unit.travelled.or(unit.separator).map_or(0, |s| s.start));
        match neighbours {
            true => [unit.travelled, separator],
            // The comments' own chunk went elsewhere: they now stand on their document's side of the separator.
            false => [separator, unit.travelled],
        }
    })
}

#[cfg(test)]
#[path = "unit_tests.rs"]
mod tests;
