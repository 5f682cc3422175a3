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

/// Cuts a file: the unit of each chunk that holds something, beside the chunk's index.
pub fn cut(bytes: &[u8], chunks: &[Chunk], readings: &[Reading]) -> Vec<(usize, Unit)> {
    let mut units: Vec<(usize, Unit)> = Vec::with_capacity(chunks.len());
    let mut leads: Vec<Option<Span>> = Vec::with_capacity(chunks.len());
    let mut first: Option<usize> = None;
    let mut parted = 0;
    for (index, (chunk, reading)) in chunks.iter().zip(readings).enumerate() {
        let is_nothing = *reading == Reading::Nothing;
        if first.is_none() && is_nothing && chunk.body.start == chunk.body.end {
            // A separator that ends nothing but another one: both part the same neighbours.
            continue;
        }
        let from = &chunks[*first.get_or_insert(index)];
        if is_nothing {
            continue;
        }
        let main = Span { start: from.body.start, end: chunk.body.end };
        let separator = Some(Span { start: parted, end: main.start }).filter(|span| span.start < span.end);
        let head = head(bytes, separator, from.lead, main);
        units.push((index, Unit { travelled: None, separator, head, main }));
        leads.push(from.lead);
        first = None;
        parted = chunk.body.end;
    }
    // Chunks of nothing at the end go with the document before them, and a separator at the very end if it says something.
    if let (Some((_, last)), Some(chunk)) = (units.last_mut(), chunks.last()) {
        let kept = chunk.separator.filter(|span| has_comment(bytes, *span));
        last.main.end = kept.unwrap_or(chunk.body).end;
    }
    for i in 1..units.len() {
        let (before, after) = (units[i - 1], units[i].1);
        let Reading::Content { end } = readings[before.0] else { continue };
        let is_marked = bytes[after.main.start..after.main.end].starts_with(BOM);
        if is_marked || leads[i].is_some_and(|lead| is_bound(bytes, lead, after.main)) {
            continue;
        }
        if let Some(comments) = comments_after(bytes, end, before.1.main) {
            units[i - 1].1.main.end = comments.start;
            units[i].1.travelled = Some(comments);
            // In front of the comments nothing is read otherwise, so what carries a comment of its own stays whole.
            units[i].1.head = after.separator.filter(|span| has_comment(bytes, *span));
        }
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
    is_apart
        && std::str::from_utf8(rest)
            .is_ok_and(|text| !text.contains(['\r', '\u{b}', '\u{c}', '\u{85}', '\u{2028}', '\u{2029}']))
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
