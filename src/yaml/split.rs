//! Kubernetes' own rule for cutting a file into documents, on bytes.
//!
//! The rule is that of the reader that kubectl, Argo CD and Flux share: lines end at `\n`; a line that starts with
//! `---` and has nothing more than white space and a comment after that is a separator. It ends the chunk before it, or,
//! where nothing came before it since the last one, becomes the head of the chunk after it (which is why `---` twice in a
//! row makes a chunk of its own). A line that starts with `---` and has more makes Kubernetes give up the whole stream;
//! here it only spoils its own chunk.

use std::sync::LazyLock;

use memchr::memchr;
use memchr::memmem::Finder;

use super::Span;

/// One chunk of a file: what Kubernetes reads as one document, empty ones too.
///
/// Chunks partition the file: each byte is in exactly one `lead`, `body` or `separator`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Chunk {
    /// Its number, from 1. Every chunk that Kubernetes' reader returns is counted, blank ones and a lone `---` too;
    /// what follows the last separator is no chunk if it has no byte at all.
    pub number: u32,
    /// The separator line, with its line ending, that stands at the head of this chunk, because nothing came before it.
    pub lead: Option<Span>,
    /// The bytes after `lead`, up to the separator that ends the chunk, or to the end of the file.
    pub body: Span,
    /// Where the first line of the body starts that begins with `---` and is no good separator.
    pub bad_separator: Option<usize>,
    /// The separator line, with its line ending, that ends this chunk; absent at the end of the file.
    pub separator: Option<Span>,
}

impl Chunk {
    /// The bytes that are parsed: `lead` and `body`.
    pub fn content(&self) -> Span {
        Span { start: self.lead.map_or(self.body.start, |lead| lead.start), end: self.body.end }
    }

    /// The bytes of the chunk, the separator that ends it included.
    pub fn whole(&self) -> Span {
        Span { start: self.content().start, end: self.separator.map_or(self.body.end, |separator| separator.end) }
    }
}

/// Cuts a file into chunks.
pub fn split(bytes: &[u8]) -> Vec<Chunk> {
    chunks(bytes).collect()
}

/// The chunks of a file, each found when it is asked for.
pub fn chunks(bytes: &[u8]) -> Chunks<'_> {
    Chunks { bytes, at: 0, number: 0 }
}

/// The chunks of a file that are still to come.
#[derive(Debug, Clone)]
pub struct Chunks<'t> {
    bytes: &'t [u8],
    /// Where the next one starts.
    at: usize,
    /// How many came before.
    number: u32,
}

impl Iterator for Chunks<'_> {
    type Item = Chunk;

    fn next(&mut self) -> Option<Chunk> {
        let bytes = self.bytes;
        let mut open = Open::at(self.at);
        while let Some(found) = dashes(bytes, open.end) {
            let length = memchr(b'\n', &bytes[found..]).map_or(bytes.len() - found, |at| at + 1);
            let line = Span { start: found, end: found + length };
            // The lines before it, if there are any, are plain.
            open.end = found;
            match judge(&bytes[line.start..line.end]) {
                Line::Bad => {
                    open.bad_separator.get_or_insert(line.start);
                }
                Line::Separator if open.is_empty() => open.lead = Some(line),
                Line::Separator => return Some(self.closed(open, Some(line))),
            }
            open.end = line.end;
        }
        open.end = bytes.len();
        (!open.is_empty()).then(|| self.closed(open, None))
    }
}

impl Chunks<'_> {
    fn closed(&mut self, open: Open, separator: Option<Span>) -> Chunk {
        self.at = separator.map_or(open.end, |separator| separator.end);
        self.number = self.number.saturating_add(1);
        open.close(self.number, separator)
    }
}

/// Whether a separator line carries a comment, as `--- # spines` does.
pub fn separator_comment(bytes: &[u8], separator: Span) -> bool {
    let line = bytes.get(separator.start..separator.end).unwrap_or_default();
    line.strip_prefix(b"---").is_some_and(|rest| String::from_utf8_lossy(rest).trim_start().starts_with('#'))
}

/// The first line from an offset on, where a line starts, that begins with `---`.
fn dashes(bytes: &[u8], from: usize) -> Option<usize> {
    static DASHES: LazyLock<Finder<'static>> = LazyLock::new(|| Finder::new(b"\n---"));
    let rest = bytes.get(from..)?;
    if rest.starts_with(b"---") { Some(from) } else { DASHES.find(rest).map(|at| from + at + 1) }
}

/// What a line that starts with `---` is to the reader.
enum Line {
    /// A separator.
    Separator,
    /// Something that starts as a separator and goes on as something else.
    Bad,
}

fn judge(line: &[u8]) -> Line {
    let text = String::from_utf8_lossy(line.strip_prefix(b"---").unwrap_or(line));
    let rest = text.trim_start();
    if rest.is_empty() || rest.starts_with('#') { Line::Separator } else { Line::Bad }
}

/// The chunk being read.
struct Open {
    start: usize,
    end: usize,
    lead: Option<Span>,
    bad_separator: Option<usize>,
}

impl Open {
    fn at(start: usize) -> Self {
        Self { start, end: start, lead: None, bad_separator: None }
    }

    fn is_empty(&self) -> bool {
        self.start == self.end
    }

    fn close(self, number: u32, separator: Option<Span>) -> Chunk {
        Chunk {
            number,
            body: Span { start: self.lead.map_or(self.start, |lead| lead.end), end: self.end },
            lead: self.lead,
            bad_separator: self.bad_separator,
            separator,
        }
    }
}

#[cfg(test)]
#[path = "split_tests.rs"]
mod tests;
