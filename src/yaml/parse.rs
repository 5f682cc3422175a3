//! One chunk to one value, or to what is wrong with it.

use std::borrow::Cow;

use super::compose::compose;
use super::fault::{Fault, FaultKind};
use super::make::{Nothing, Whole};
use super::resolve::resolve;
use super::{Chunk, Limits, Node, Span, Watch, simple};

/// What a chunk holds.
#[derive(Debug, Clone, PartialEq)]
pub struct Parsed {
    /// The value; absent where the parser, without error, found nothing. A `null` or `~` that is written is something.
    pub root: Option<Node>,
    /// The offset in the file after the last byte of content, and after the lines of `...` that end it, if there are
    /// any, without the last one's line ending; the chunk's start if there is nothing.
    pub content_end: usize,
}

/// Reads a chunk of a file as Kubernetes would.
pub fn parse(file: &[u8], chunk: &Chunk, limits: &Limits) -> Result<Parsed, Fault> {
    match simple::parse(file, chunk, limits) {
        Some(parsed) => Ok(parsed),
        None => by_events(file, chunk, limits),
    }
}

/// Reads a chunk as [`parse`] does while somebody looks on: beside what was read, whether they saw it all.
pub fn parse_watched<'t, W: Watch<'t>>(
    file: &'t [u8],
    chunk: &Chunk,
    limits: &Limits,
    watch: &mut W,
) -> (Result<Parsed, Fault>, bool) {
    match simple::read::<Whole, W>(file, chunk, limits, watch) {
        Some((root, content)) => (Ok(Parsed { root: Some(root), content_end: content.end }), true),
        None => (by_events(file, chunk, limits), false),
    }
}

/// Reads a chunk as [`parse`] does while somebody looks on, but makes no value: only says where the value is. Nothing if
/// it cannot be read so, though it may well be read otherwise; what was seen then counts for nothing.
pub fn skim<'t, W: Watch<'t>>(file: &'t [u8], chunk: &Chunk, limits: &Limits, watch: &mut W) -> Option<Span> {
    simple::read::<Nothing, W>(file, chunk, limits, watch).map(|((), content)| content)
}

/// Reads any chunk, by way of libyaml's events.
pub(super) fn by_events(file: &[u8], chunk: &Chunk, limits: &Limits) -> Result<Parsed, Fault> {
    let content = chunk.content();
    let bytes = file.get(content.start..content.end).unwrap_or_default();
    if let Some(at) = chunk.bad_separator {
        let end = line_end(file, at).min(content.end);
        return Err(Fault::invalid(
            Span { start: at, end },
            "a line that starts with three dashes may hold nothing more than a comment",
        ));
    }
    check_encoding(bytes, content.start)?;
    if let Some(at) = inner_mark(bytes).map(|at| content.start + at) {
        let at = Span { start: at, end: at + MARK.len() };
        return Err(Fault::invalid(
            at,
            "a byte order mark inside a document, where Kubernetes reads it as a character",
        ));
    }
    let seen = Seen::new(bytes);
    let mut document = compose(&seen.text, limits).map_err(|fault| seen.fault(fault, content))?;
    for node in &mut document.nodes {
        node.span = seen.span(node.span, content);
    }
    let root = match document.root {
        Some(root) => Some(resolve(&mut document, root, limits)?),
        None => None,
    };
    if let Some(at) = document.trailing {
        let start = seen.offset(at, content);
        let fault = Fault::new(
            FaultKind::TrailingContent,
            Span { start, end: line_end(file, start).min(content.end) },
            "something follows the document's end, which Kubernetes would drop",
        );
        return Err(fault);
    }
    let content_end = match (document.marker_end, &root) {
        (Some(end), _) => markers_end(&file[..content.end], seen.offset(end, content)),
        (None, Some(_)) => seen.offset(document.content_end, content),
        (None, None) => content.start,
    };
    Ok(Parsed { root, content_end })
}

/// Refuses what is not UTF-8, and what is UTF-16 although its bytes happen to be UTF-8.
fn check_encoding(bytes: &[u8], start: usize) -> Result<(), Fault> {
    let fault = |at: Span, message: &str| {
        let at = Span { start: start + at.start, end: start + at.end };
        Err(Fault::new(FaultKind::Encoding, at, message))
    };
    if let Err(error) = std::str::from_utf8(bytes) {
        let valid = error.valid_up_to();
        let end = error.error_len().map_or(bytes.len(), |length| valid + length);
        return fault(Span { start: valid, end }, "this is not UTF-8");
    }
    let nuls = bytes.iter().filter(|byte| **byte == 0).count();
    if nuls > bytes.len() / 4 {
        return fault(Span { start: 0, end: bytes.len() }, "this looks like UTF-16, not UTF-8");
    }
    Ok(())
}

/// UTF-8's byte order mark.
const MARK: &[u8] = "\u{feff}".as_bytes();

/// The first byte order mark that starts a line, or follows another, but does not start the chunk; libyaml would skip
/// it and read something else.
fn inner_mark(bytes: &[u8]) -> Option<usize> {
    let mut marks = bytes.windows(MARK.len()).enumerate().filter(|(_, window)| *window == MARK).map(|(at, _)| at);
    marks.find(|at| starts_line(&bytes[..*at]) || bytes[..*at].ends_with(MARK))
}

/// The end of the last line that is an end marker; from an offset on, only those, comments and blank lines follow.
fn markers_end(file: &[u8], offset: usize) -> usize {
    let later = file[offset..]
        .windows(3)
        .enumerate()
        .rev()
        .find(|(at, word)| *word == b"..." && starts_line(&file[..offset + at]));
    line_end(file, later.map_or(offset, |(at, _)| offset + at))
}

/// Whether a line starts after these bytes, by the line breaks of YAML.
fn starts_line(before: &[u8]) -> bool {
    const BREAKS: [&str; 5] = ["\n", "\r", "\u{85}", "\u{2028}", "\u{2029}"];
    BREAKS.iter().any(|line_break| before.ends_with(line_break.as_bytes()))
}

/// The end of the line that an offset is in, without its line ending.
fn line_end(file: &[u8], offset: usize) -> usize {
    let rest = file.get(offset..).unwrap_or_default();
    let line = rest.split(|byte| *byte == b'\n').next().unwrap_or_default();
    offset + line.strip_suffix(b"\r").unwrap_or(line).len()
}

/// A chunk's bytes as Kubernetes' line reader hands them on: each line ends with `\n` alone, the last one too.
struct Seen<'file> {
    text: Cow<'file, [u8]>,
    /// The offsets in `text` of each line feed before which a carriage return was left out.
    dropped: Vec<usize>,
}

impl<'file> Seen<'file> {
    fn new(bytes: &'file [u8]) -> Self {
        let mut dropped = Vec::new();
        if bytes.ends_with(b"\n") && !bytes.contains(&b'\r') {
            return Self { text: Cow::Borrowed(bytes), dropped };
        }
        let mut text = Vec::with_capacity(bytes.len() + 1);
        for line in bytes.split_inclusive(|byte| *byte == b'\n') {
            match line.strip_suffix(b"\r\n") {
                Some(line) => {
                    text.extend_from_slice(line);
                    dropped.push(text.len());
                }
                None => text.extend_from_slice(line.strip_suffix(b"\n").unwrap_or(line)),
            }
            text.push(b'\n');
        }
        Self { text: Cow::Owned(text), dropped }
    }

    /// An offset of `text` as one of the file; where a line ends, before its carriage return.
    fn offset(&self, offset: usize, content: Span) -> usize {
        let dropped = self.dropped.partition_point(|line_feed| *line_feed < offset);
        (content.start + offset + dropped).min(content.end)
    }

    fn span(&self, span: Span, content: Span) -> Span {
        let start = self.offset(span.start, content);
        Span { start, end: self.offset(span.end, content).max(start) }
    }

    fn fault(&self, fault: Fault, content: Span) -> Fault {
        let related = fault.related.map(|span| self.span(span, content));
        Fault { at: self.span(fault.at, content), related, ..fault }
    }
}

#[cfg(test)]
#[path = "parse_tests.rs"]
mod tests;
