//! What the separator rule does, case by case.

#![allow(clippy::unwrap_used, reason = "tests")]

use super::*;
use proptest::prelude::*;

/// A chunk as lead, body, bad separator's line and ending separator, all as texts.
type Shown<'a> = (&'a str, &'a str, Option<&'a str>, Option<&'a str>);

fn shown(text: &str) -> Vec<Shown<'_>> {
    let cut = |span: Span| &text[span.start..span.end];
    let chunks = split(text.as_bytes());
    let numbers: Vec<u32> = chunks.iter().map(|chunk| chunk.number).collect();
    assert_eq!(numbers, (1..).take(chunks.len()).collect::<Vec<u32>>(), "chunks are numbered from 1");
    chunks
        .iter()
        .map(|chunk| {
            let bad = chunk.bad_separator.map(|at| text[at..].lines().next().unwrap());
            (chunk.lead.map_or("", cut), cut(chunk.body), bad, chunk.separator.map(cut))
        })
        .collect()
}

#[test]
fn an_empty_file_has_no_chunk() {
    assert_eq!(shown(""), []);
}

#[test]
fn a_separator_ends_the_chunk_before_it() {
    assert_eq!(shown("a: 1\n---\nb: 2\n"), [("", "a: 1\n", None, Some("---\n")), ("", "b: 2\n", None, None)]);
}

#[test]
fn a_separator_with_nothing_before_it_leads_the_chunk_after_it() {
    assert_eq!(shown("---\na: 1\n"), [("---\n", "a: 1\n", None, None)]);
    assert_eq!(shown("a: 1\n---\n---\nb: 2\n"), [("", "a: 1\n", None, Some("---\n")), ("---\n", "b: 2\n", None, None)]);
}

#[test]
fn a_separator_after_a_leading_one_ends_a_chunk_without_body() {
    assert_eq!(shown("---\n---\na: 1\n"), [("---\n", "", None, Some("---\n")), ("", "a: 1\n", None, None)]);
    assert_eq!(shown("---\n---\n---\na: 1\n"), [("---\n", "", None, Some("---\n")), ("---\n", "a: 1\n", None, None)]);
}

#[test]
fn a_separator_at_the_end_makes_no_chunk_after_it() {
    assert_eq!(shown("a: 1\n---\n"), [("", "a: 1\n", None, Some("---\n"))]);
    assert_eq!(shown("a: 1\n---"), [("", "a: 1\n", None, Some("---"))]);
    assert_eq!(shown("---"), [("---", "", None, None)]);
}

#[test]
fn blank_lines_and_comments_make_chunks_as_they_do_in_kubernetes() {
    assert_eq!(shown("# c\n---\na: 1"), [("", "# c\n", None, Some("---\n")), ("", "a: 1", None, None)]);
    assert_eq!(shown("\n---\na: 1"), [("", "\n", None, Some("---\n")), ("", "a: 1", None, None)]);
    assert_eq!(shown("a: 1\n---\n\n"), [("", "a: 1\n", None, Some("---\n")), ("", "\n", None, None)]);
}

#[test]
fn a_separator_may_carry_white_space_and_a_comment() {
    for separator in ["---  \t\n", "--- # c\n", "---#c\n", "---\r\n", "---\u{a0}\u{2003}\n", "---\u{85}#\n"] {
        let text = format!("a: 1\n{separator}b: 2\n");
        assert_eq!(shown(&text), [("", "a: 1\n", None, Some(separator)), ("", "b: 2\n", None, None)]);
    }
}

#[test]
fn a_line_that_only_starts_as_a_separator_spoils_its_chunk_alone() {
    for bad in ["--- {a: 1}", "--- |", "--- !t", "----", "-----BEGIN CERTIFICATE-----", "---\u{200b}", "---a"] {
        let text = format!("a: 1\n---\nb: 2\n{bad}\n--- x\n---\nc: 3\n");
        let body = format!("b: 2\n{bad}\n--- x\n");
        assert_eq!(
            shown(&text),
            [
                ("", "a: 1\n", None, Some("---\n")),
                ("", body.as_str(), Some(bad), Some("---\n")),
                ("", "c: 3\n", None, None)
            ]
        );
    }
}

#[test]
fn dashes_that_do_not_start_a_line_at_its_first_byte_separate_nothing() {
    for text in ["a: |\n  ---\n  b\n", " ---\na: 1\n", "\u{feff}---\na: 1\n", "a: 1\r---\rb: 2\r", "--\na: 1\n"] {
        assert_eq!(shown(text), [("", text, None, None)]);
    }
}

#[test]
fn a_comment_on_a_separator_is_seen() {
    let whole = |text: &str| separator_comment(text.as_bytes(), Span { start: 0, end: text.len() });
    let seen: Vec<bool> = ["--- # c\n", "---#c", "---\n", "---  \r\n", "---"].into_iter().map(whole).collect();
    assert_eq!(seen, [true, true, false, false, false]);
}

proptest! {
    #[test]
    fn chunks_partition_the_bytes_of_any_file(lines in prop::collection::vec(
        prop::sample::select(vec!["---", "--- # c", "---x", "a: 1", "", "\r", " ---", "\u{feff}", "# c"]), 0..12),
        last in any::<bool>())
    {
        let mut text = lines.join("\n");
        if last { text.push('\n'); }
        partitions(text.as_bytes());
    }

    #[test]
    fn chunks_partition_arbitrary_bytes(bytes in prop::collection::vec(prop::sample::select(b"-\n\r #a\xff\xc2\xa0".to_vec()), 0..60)) {
        partitions(&bytes);
    }
}

fn partitions(bytes: &[u8]) {
    let mut at = 0;
    for chunk in split(bytes) {
        assert!(chunk.content().start < chunk.content().end, "a chunk holds something");
        for span in chunk.lead.into_iter().chain([chunk.body]).chain(chunk.separator) {
            assert_eq!(span.start, at);
            assert!(span.end >= span.start);
            at = span.end;
        }
        assert!(chunk.bad_separator.is_none_or(|bad| chunk.body.start <= bad && bad < chunk.body.end));
    }
    assert_eq!(at, bytes.len());
}
