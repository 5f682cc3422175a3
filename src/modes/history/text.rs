//! A file as lines, and which lines of a later version stood in an earlier one.

use std::collections::BTreeMap;

use similar::{Algorithm, DiffOp, capture_diff_slices};

/// A file's bytes, and where its lines start.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(in crate::modes) struct Text {
    bytes: Vec<u8>,
    starts: Vec<usize>,
}

impl Text {
    /// Cuts a file into lines.
    pub(in crate::modes) fn new(bytes: Vec<u8>) -> Self {
        let mut at = 0;
        let starts = bytes.split_inclusive(|byte| *byte == b'\n').map(|line| {
            at += line.len();
            at - line.len()
        });
        let starts = starts.collect();
        Self { bytes, starts }
    }

    /// All its bytes.
    pub(in crate::modes) fn bytes(&self) -> &[u8] {
        &self.bytes
    }

    /// How many lines it has.
    pub(in crate::modes) fn len(&self) -> usize {
        self.starts.len()
    }

    /// Where a line starts, counted from 0.
    pub(in crate::modes) fn start(&self, line: usize) -> Option<usize> {
        self.starts.get(line).copied()
    }

    /// A line without its end.
    pub(in crate::modes) fn line(&self, line: usize) -> &[u8] {
        let Some(start) = self.start(line) else { return &[] };
        let end = self.start(line + 1).unwrap_or(self.bytes.len());
        let bytes = &self.bytes[start..end];
        bytes.strip_suffix(b"\n").unwrap_or(bytes)
    }

    /// The line that holds this byte, counted from 0.
    pub(in crate::modes) fn line_at(&self, offset: usize) -> usize {
        self.starts.partition_point(|start| *start <= offset).saturating_sub(1)
    }

    fn lines(&self) -> impl Iterator<Item = &[u8]> {
        (0..self.len()).map(|line| self.line(line))
    }
}

/// For each line of the new text, the line of the old one that it is, if it stood there. Whether a last line is ended makes
/// it no other line.
pub(in crate::modes) fn unchanged(old: &Text, new: &Text) -> Vec<Option<usize>> {
    // Numbers are compared sooner than lines.
    let mut known: BTreeMap<&[u8], usize> = BTreeMap::new();
    let mut number = |line| {
        let next = known.len();
        *known.entry(line).or_insert(next)
    };
    let before: Vec<usize> = old.lines().map(&mut number).collect();
    let after: Vec<usize> = new.lines().map(&mut number).collect();
    let mut found = vec![None; after.len()];
    for op in capture_diff_slices(Algorithm::Myers, &before, &after) {
        if let DiffOp::Equal { old_index, new_index, len } = op {
            (0..len).for_each(|at| found[new_index + at] = Some(old_index + at));
        }
    }
    found
}

/// How much of the larger text the two have in common, in hundredths of its bytes, wherever the lines stand. Lines that say
/// nothing do not count.
pub(in crate::modes) fn likeness(one: &Text, other: &Text) -> usize {
    let says = |line: &&[u8]| !line.trim_ascii().is_empty();
    let mut counts: BTreeMap<&[u8], usize> = BTreeMap::new();
    one.lines().filter(says).for_each(|line| *counts.entry(line).or_default() += 1);
    let mut common = 0;
    for line in other.lines().filter(says) {
        if let Some(left) = counts.get_mut(line).filter(|left| **left > 0) {
            *left -= 1;
            common += line.len();
        }
    }
    let weight = |text: &Text| text.lines().filter(says).map(<[u8]>::len).sum::<usize>();
    common * 100 / weight(one).max(weight(other)).max(1)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn text(text: &str) -> Text {
        Text::new(text.as_bytes().to_vec())
    }

    #[test]
    fn a_file_is_as_many_lines_as_an_editor_shows() {
        let lines = |bytes: &str| text(bytes).lines().map(|line| String::from_utf8_lossy(line).into_owned()).collect();
        let (none, two): (Vec<String>, Vec<String>) = (lines(""), lines("a\n\nb"));
        assert_eq!((none.len(), two), (0, vec!["a".to_owned(), String::new(), "b".to_owned()]));
        let text = text("ab\nc\n");
        assert_eq!([0, 2, 3, 4, 9].map(|at| text.line_at(at)), [0, 0, 1, 1, 1]);
        assert_eq!((text.line(7), text.start(2)), (b"".as_slice(), None));
    }

    #[test]
    fn lines_that_stayed_are_found_around_those_that_came_and_went() {
        let found = |old, new| unchanged(&text(old), &text(new));
        assert_eq!(found("a\nb\nc\n", "x\na\nc\ny\n"), [None, Some(0), Some(2), None]);
        assert_eq!(found("", "a\n"), [None]);
        assert_eq!(found("a\nb", "a\nb\nc\n"), [Some(0), Some(1), None], "an end that came makes no other line");
    }

    #[test]
    fn likeness_is_told_in_hundredths_of_the_larger_one() {
        let of = |one, other| likeness(&text(one), &text(other));
        assert_eq!(of("aa\nbb\n", "bb\naa\n"), 100);
        assert_eq!(of("aa\nbb\n", "aa\n"), 50);
        assert_eq!((of("", ""), of("\n\n", "\n"), of("a", "b")), (0, 0, 0));
    }
}
