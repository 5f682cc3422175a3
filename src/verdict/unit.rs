//! Cutting a file's bytes into documents: which separators and comments go with which, so that no byte is lost.

use crate::yaml::{Chunk, Span};

/// The bytes of one document, with the chunks that hold nothing and the comments that belong to it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Unit {
    /// Comments at the end of the chunk before, which speak of this document.
    pub travelled: Option<Span>,
    /// The separator line, or lines, between those comments and `main`.
    pub separator: Option<Span>,
    /// Whether the separator carries a comment and so stays.
    pub commented: bool,
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

/// Cuts a file: the unit of each chunk that holds something, beside the chunk's index.
pub fn cut(bytes: &[u8], chunks: &[Chunk], readings: &[Reading]) -> Vec<(usize, Unit)> {
    let mut units: Vec<(usize, Unit)> = Vec::new();
    let mut first: Option<usize> = None;
    for (index, (chunk, reading)) in chunks.iter().zip(readings).enumerate() {
        let from = *first.get_or_insert(index);
        if *reading == Reading::Nothing {
            continue;
        }
        let separator = separator_before(chunks, from);
        let commented = separator.is_some_and(|span| has_comment(bytes, span));
        let main = Span { start: chunks[from].body.start, end: chunk.body.end };
        units.push((index, Unit { travelled: None, separator, commented, main }));
        first = None;
    }
    // Chunks of nothing at the end go with the document before them, and a separator at the very end if it says something.
    if let (Some((_, last)), Some(chunk)) = (units.last_mut(), chunks.last()) {
        let kept = chunk.separator.filter(|span| has_comment(bytes, *span));
        last.main.end = kept.unwrap_or(chunk.body).end;
    }
    for i in 1..units.len() {
        let (before, after) = (units[i - 1], units[i].1);
        let Reading::Content { end } = readings[before.0] else { continue };
        if bytes[after.main.start..after.main.end].starts_with(BOM) {
            continue;
        }
        if let Some(comments) = comments_after(bytes, end, before.1.main) {
            units[i - 1].1.main.end = comments.start;
            units[i].1.travelled = Some(comments);
        }
    }
    units
}

const BOM: &[u8] = b"\xef\xbb\xbf";

/// The separator lines directly before a chunk: what ended the chunk before it, and its own leading separator.
fn separator_before(chunks: &[Chunk], index: usize) -> Option<Span> {
    let before = index.checked_sub(1).and_then(|i| chunks[i].separator);
    match (before, chunks[index].lead) {
        (Some(ended), Some(lead)) => Some(Span { start: ended.start, end: lead.end }),
        (ended, lead) => ended.or(lead),
    }
}

fn has_comment(bytes: &[u8], separator: Span) -> bool {
    bytes[separator.start..separator.end].contains(&b'#')
}

/// The lines from the first comment after a chunk's content to the chunk's end.
fn comments_after(bytes: &[u8], content_end: usize, main: Span) -> Option<Span> {
    let mut line = content_end;
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
    let mut previous: Option<&Unit> = None;
    for unit in units {
        let slice = |span: Span| &bytes[span.start..span.end];
        let travelled = unit.travelled.map(slice).unwrap_or_default();
        let separator = unit.separator.map(slice).unwrap_or_default();
        let keeps = previous.is_some() || leads(slice(unit.main), unit.commented);
        let neighbours =
            previous.is_none_or(|p| p.main.end == unit.travelled.or(unit.separator).map_or(0, |s| s.start));
        let separator = if keeps { separator } else { &[] };
        if neighbours {
            out.extend_from_slice(travelled);
            out.extend_from_slice(separator);
        } else {
            // The comments' own chunk went elsewhere: they now stand on their document's side of the separator.
            out.extend_from_slice(separator);
            out.extend_from_slice(travelled);
        }
        starts.push(out.len());
        out.extend_from_slice(slice(unit.main));
        previous = Some(unit);
    }
    (out, starts)
}

/// Whether a separator stays in front of a document that comes first in its file. One that carries a comment does, but for
/// a document that would be read differently behind it; before `...` even a bare one does, without which more is read.
fn leads(main: &[u8], commented: bool) -> bool {
    if main.starts_with(BOM) || main.starts_with(b"%") {
        return false;
    }
    commented || main.starts_with(b"...")
}
