//! What of its separators a document keeps when it comes to stand alone.

use super::*;
use crate::yaml::{Limits, parse, split};

/// Each document of a file, as it stands alone.
fn each_alone(text: &str) -> Vec<String> {
    let bytes = text.as_bytes();
    let chunks = split(bytes);
    let reading = |chunk: &Chunk| match parse(bytes, chunk, &Limits::default()) {
        Err(_) => Reading::Fault,
        Ok(parsed) if parsed.root.is_none() => Reading::Nothing,
        Ok(parsed) => Reading::Content { end: parsed.content_end },
    };
    let readings: Vec<Reading> = chunks.iter().map(reading).collect();
    let units = cut(bytes, &chunks, &readings);
    units.iter().map(|(_, unit)| String::from_utf8(alone(bytes, unit)).unwrap()).collect()
}

#[test]
fn a_separator_with_a_comment_stays_and_a_bare_one_goes() {
    assert_eq!(each_alone("---\na: 1\n---\nb: 1\n--- # c\nc: 1\n"), ["a: 1\n", "b: 1\n", "--- # c\nc: 1\n"]);
}

#[test]
fn a_separator_that_yaml_would_read_as_text_goes_where_it_was_not_read() {
    assert_eq!(each_alone("a: 1\n---# b\nb: 1\n---\u{a0}# c\nc: 1\n"), ["a: 1\n", "b: 1\n", "c: 1\n"]);
}

#[test]
fn a_separator_whose_comment_yaml_does_not_take_goes_where_it_was_not_read() {
    for odd in ["\u{1}", "\u{1b}[31m", "\u{7f}", "\u{feff}", "\u{ffff}", "\0"] {
        assert_eq!(each_alone(&format!("a: 1\n--- # {odd}\nb: 1\n")), ["a: 1\n", "b: 1\n"], "{odd:?}");
    }
    assert_eq!(each_alone("a: 1\n--- # \u{e9}\t\u{1f600}\nb: 1\n")[1], "--- # \u{e9}\t\u{1f600}\nb: 1\n");
}

#[test]
fn a_separator_that_was_read_with_its_document_stays_where_that_reads_otherwise_without_it() {
    assert_eq!(each_alone("---\u{a0}\na: 1\n---\nb: 1\n"), ["---\u{a0}\na: 1\n", "b: 1\n"]);
    assert_eq!(
        each_alone("a: 1\n--- # b\n---\n...\n---\nb: 1\n"),
        ["a: 1\n", "---\n...\n---\nb: 1\n"],
        "without the comment's line, for its document would be read without the second one"
    );
}

#[test]
fn separators_in_a_row_part_the_same_documents() {
    assert_eq!(each_alone("---\n---\na: 1\n---\n---\n---\nb: 1\n"), ["a: 1\n", "b: 1\n"]);
    assert_eq!(each_alone("a: 1\n---\n--- # b\n---\nb: 1\n"), ["a: 1\n", "---\n--- # b\n---\nb: 1\n"]);
    let marked = "\u{feff}b: 1\n";
    assert_eq!(each_alone(&format!("---\n--- # b\n{marked}---\nc: 1\n")), [marked, "c: 1\n"]);
}

#[test]
fn comments_travel_over_their_separator_but_not_over_one_that_is_read_otherwise() {
    assert_eq!(each_alone("a: 1\n# of b\n---\n---\nb: 1\n"), ["a: 1\n", "# of b\nb: 1\n"]);
    assert_eq!(each_alone("a: 1\n# of b\n--- # c\nb: 1\n"), ["a: 1\n", "# of b\n--- # c\nb: 1\n"]);
    assert_eq!(each_alone("a: 1\n# of a\n---\n---\u{a0}\nb: 1\n"), ["a: 1\n# of a\n", "---\u{a0}\nb: 1\n"]);
}

#[test]
fn content_that_ends_in_its_separator_keeps_it() {
    assert_eq!(each_alone("---# text\n---\nb: 1\n"), ["---# text\n", "b: 1\n"]);
    assert_eq!(each_alone("---# text\n# of b\n---\nb: 1\n"), ["---# text\n", "# of b\nb: 1\n"]);
}
