//! Where a byte is, in lines and columns as editors count them.

use super::Span;
use crate::finding::Place;

const BYTE_ORDER_MARK: &[u8] = b"\xef\xbb\xbf";

/// How many line feeds there are.
pub fn line_ends(bytes: &[u8]) -> u32 {
    number(memchr::memchr_iter(b'\n', bytes).count())
}

/// The starts of a file's lines, built once.
///
/// Lines end at `\n`; a `\r` before it belongs to the line ending, any other is a character. Columns count characters;
/// a byte order mark at the file's start is none.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Lines {
    starts: Vec<usize>,
}

impl Lines {
    /// Reads the line starts of a file.
    pub fn new(bytes: &[u8]) -> Self {
        let mut starts = vec![0];
        starts.extend(memchr::memchr_iter(b'\n', bytes).map(|at| at + 1));
        Self { starts }
    }

    /// The bytes of a line, its ending included.
    pub fn line(&self, line: u32) -> Option<std::ops::Range<usize>> {
        let at = usize::try_from(line).ok()?.checked_sub(1)?;
        let start = *self.starts.get(at)?;
        Some(start..self.starts.get(at + 1).copied().unwrap_or(usize::MAX))
    }

    /// The line and the column of an offset, both from 1; an offset beyond the file is its end.
    pub fn position(&self, bytes: &[u8], offset: usize) -> (u32, u32) {
        let offset = offset.min(bytes.len());
        let line = self.starts.partition_point(|start| *start <= offset).max(1);
        let start = self.starts[line - 1].min(offset);
        let mut before = &bytes[start..offset];
        if start == 0 {
            before = before.strip_prefix(BYTE_ORDER_MARK).unwrap_or(before);
        }
        if before.ends_with(b"\r") && bytes.get(offset) == Some(&b'\n') {
            before = &before[..before.len() - 1];
        }
        let characters = before.iter().filter(|byte| **byte & 0xc0 != 0x80).count();
        (number(line), number(characters + 1))
    }

    /// The place of a span.
    pub fn place(&self, bytes: &[u8], span: Span) -> Place {
        let (line, column) = self.position(bytes, span.start);
        let (end_line, end_column) = self.position(bytes, span.end.max(span.start));
        Place { line, column, end_line, end_column }
    }
}

fn number(count: usize) -> u32 {
    u32::try_from(count).unwrap_or(u32::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn positions(bytes: &[u8], offsets: &[usize]) -> Vec<(u32, u32)> {
        let lines = Lines::new(bytes);
        offsets.iter().map(|offset| lines.position(bytes, *offset)).collect()
    }

    #[test]
    fn lines_and_columns_are_counted_from_one() {
        assert_eq!(positions(b"ab\nc\n", &[0, 1, 2, 3, 4, 5]), [(1, 1), (1, 2), (1, 3), (2, 1), (2, 2), (3, 1)]);
    }

    #[test]
    fn an_offset_beyond_the_file_is_its_end() {
        assert_eq!(positions(b"ab", &[2, 3, usize::MAX]), [(1, 3); 3]);
        assert_eq!(positions(b"", &[0, 7]), [(1, 1); 2]);
    }

    #[test]
    fn columns_count_characters_not_bytes() {
        assert_eq!(positions("é😀x".as_bytes(), &[0, 2, 6, 7]), [(1, 1), (1, 2), (1, 3), (1, 4)]);
    }

    #[test]
    fn the_carriage_return_of_a_line_ending_has_no_column_of_its_own() {
        assert_eq!(positions(b"a\r\nb", &[1, 2, 3]), [(1, 2), (1, 2), (2, 1)]);
    }

    #[test]
    fn a_lone_carriage_return_ends_no_line() {
        assert_eq!(positions(b"a\rb\n", &[1, 2, 3]), [(1, 2), (1, 3), (1, 4)]);
    }

    #[test]
    fn a_byte_order_mark_has_no_column() {
        assert_eq!(positions(b"\xef\xbb\xbfa\nb", &[0, 3, 4, 5]), [(1, 1), (1, 1), (1, 2), (2, 1)]);
    }

    #[test]
    fn a_place_has_both_ends_of_a_span() {
        let bytes = b"a: 1\nb: 2\n";
        let place = Lines::new(bytes).place(bytes, Span { start: 3, end: 9 });
        assert_eq!(place, Place { line: 1, column: 4, end_line: 2, end_column: 5 });
    }
}
