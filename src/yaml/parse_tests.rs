//! Whole chunks: what is something and what is nothing, where content ends, what follows it, and every input's safety.

#![allow(clippy::unwrap_used, reason = "tests")]

use super::*;
use crate::yaml::{Pair, Value, canonical_json, same_value, split};
use proptest::prelude::*;

/// The value of each chunk as JSON, or its fault's kind.
fn values(text: &str) -> Vec<Result<Option<String>, FaultKind>> {
    bytes_values(text.as_bytes())
}

fn bytes_values(file: &[u8]) -> Vec<Result<Option<String>, FaultKind>> {
    let read = |chunk: &Chunk| parse(file, chunk, &Limits::default());
    let json = |parsed: Parsed| parsed.root.as_ref().map(canonical_json);
    split(file).iter().map(|chunk| read(chunk).map(json).map_err(|fault| fault.kind)).collect()
}

fn value(text: &str) -> Result<Option<String>, FaultKind> {
    values(text).remove(0)
}

fn some(json: &str) -> Result<Option<String>, FaultKind> {
    Ok(Some(json.to_owned()))
}

/// What of a chunk comes before its content's end, and what after.
fn cut(text: &str) -> (&str, &str) {
    let parsed = parse(text.as_bytes(), &split(text.as_bytes())[0], &Limits::default()).unwrap();
    text.split_at(parsed.content_end)
}

fn fault(text: &str) -> (FaultKind, &str, String) {
    let fault = parse(text.as_bytes(), &split(text.as_bytes())[0], &Limits::default()).unwrap_err();
    (fault.kind, &text[fault.at.start..fault.at.end], fault.message)
}

#[test]
fn comments_separators_and_blank_lines_are_nothing() {
    for text in ["# c\n", "\n", "---\n", "---\n# c\n", "--- # c\n\n", "\u{feff}", "\u{feff}---\n"] {
        assert_eq!(values(text), [Ok(None)], "{text:?}");
    }
}

#[test]
fn a_null_that_is_written_is_something() {
    for text in ["~\n", "null", "---\nnull\n", "!!null\n", "&a\n"] {
        assert_eq!(value(text), some("null"), "{text:?}");
    }
}

#[test]
fn each_chunk_is_read_on_its_own() {
    assert_eq!(
        values("a: 1\n---\n# c\n---\nb: [\n---\n--- x\n---\nc: 2\n"),
        [some(r#"{"a":1}"#), Ok(None), Err(FaultKind::InvalidYaml), Err(FaultKind::InvalidYaml), some(r#"{"c":2}"#)]
    );
}

#[test]
fn a_chunk_ends_with_a_line_feed_for_the_parser_even_where_the_file_does_not() {
    assert_eq!(value("a: |\n  x"), some(r#"{"a":"x\n"}"#));
    assert_eq!(value("a: |\r\n  x\r\n  y"), some(r#"{"a":"x\ny\n"}"#));
}

#[test]
fn byte_order_marks_are_skipped_at_a_chunks_start_and_refused_at_other_lines_starts() {
    assert_eq!(values("\u{feff}a: 1\n---\n\u{feff}b: 2\n"), [some(r#"{"a":1}"#), some(r#"{"b":2}"#)]);
    assert_eq!(value("---\n\u{feff}a: 1\n"), Err(FaultKind::InvalidYaml));
    assert_eq!(value("a: x\u{feff}y\n"), some("{\"a\":\"x\u{feff}y\"}"));
}

#[test]
fn bytes_that_are_not_utf_8_are_an_encoding_fault_of_their_chunk_alone() {
    assert_eq!(
        bytes_values(b"a: 1\n---\nb: \xff\n---\nc: 3\n"),
        [some(r#"{"a":1}"#), Err(FaultKind::Encoding), some(r#"{"c":3}"#)]
    );
    assert_eq!(bytes_values(b"\xff\xfea\0:\0 \x001\0\n\0"), [Err(FaultKind::Encoding)]);
    assert_eq!(bytes_values(b"a\0:\0 \x001\0\n\0"), [Err(FaultKind::Encoding)]);
}

#[test]
fn control_characters_and_tabs_for_indentation_are_no_yaml() {
    for text in ["a: \0 some text\n", "a: \u{7f}\n", "a: \u{1b}[0m\n", "\ta: 1\n", "a:\n\tb: 1\n"] {
        assert_eq!(value(text), Err(FaultKind::InvalidYaml), "{text:?}");
    }
    assert_eq!(value("a:\tb\n"), some(r#"{"a":"b"}"#));
}

#[test]
fn an_end_marker_or_a_directive_alone_is_no_yaml() {
    assert_eq!(value("...\n"), Err(FaultKind::InvalidYaml));
    assert_eq!(values("%YAML 1.1\n---\na: 1\n"), [Err(FaultKind::InvalidYaml), some(r#"{"a":1}"#)]);
}

#[test]
fn what_kubernetes_would_drop_is_trailing_content() {
    for (text, trailing) in [
        ("a: 1\n...\nb: 2\n", "b: 2"),
        ("{\"a\":1}{\"b\":2}\n", "{\"b\":2}"),
        ("a: 1\r---\rb: 2\r", "---\rb: 2"),
        ("a: 1\n...\n{{{{\n", "{{{{"),
    ] {
        let (kind, at, _) = fault(text);
        assert_eq!((kind, at), (FaultKind::TrailingContent, trailing), "{text:?}");
    }
    assert_eq!(value("a: 1\n...\n# c\n"), some(r#"{"a":1}"#));
}

#[test]
fn a_fault_of_the_document_counts_before_what_follows_it() {
    assert_eq!(value("{a: 1, a: 2}\n...\nb: 2\n"), Err(FaultKind::DuplicateKey));
}

#[test]
fn content_ends_after_its_last_byte_and_after_the_line_of_an_end_marker() {
    for (content, after) in [
        ("a: 1", " # c\n# d\n"),
        ("a:\n  - b", "\n\n"),
        ("a: {b: 1}", "\n# c\n"),
        ("a:", "\n# c\n"),
        ("a: |\n  x\n", "# c\n"),
        ("a: \"é\"", ""),
        ("---\na: 1\n... # c", "\n# d\n"),
        ("a: 1\n...\n# c\n...", "\n# d\n"),
        ("a: 1\r\n...", "\r\n# d\r\n"),
        ("", "# c\n"),
        ("a: &x", "\n"),
        ("[a: b]", "\n"),
        ("- a: b\n  c:\n  - d", "\n# e\n"),
    ] {
        assert_eq!(cut(&format!("{content}{after}")), (content, after));
    }
}

#[test]
fn every_node_knows_its_bytes_whatever_comes_before_it() {
    for start in ["", "\u{feff}", "x: 1\n---\n", "x: 1\r\n---\r\n# é\r\n"] {
        let text = format!("{start}é: [1, \"ü\"]\r\nb:\r\n  c: |\r\n    d\r\n");
        let file = text.as_bytes();
        let chunk = split(file).pop().unwrap();
        let root = parse(file, &chunk, &Limits::default()).unwrap().root.unwrap();
        let cut = |span: Span| &text[span.start..span.end];
        let pair = |key: &str| root.pair(key).map(|Pair { key_span, value, .. }| (cut(*key_span), cut(value.span)));
        assert_eq!(pair("é"), Some(("é", "[1, \"ü\"]")));
        assert_eq!(cut(root.get("é").unwrap().as_sequence().unwrap()[1].span), "\"ü\"");
        assert_eq!(pair("b").map(|(key, value)| (key, value.trim_end())), Some(("b", "c: |\r\n    d")));
        assert_eq!(cut(root.span).trim_end(), "é: [1, \"ü\"]\r\nb:\r\n  c: |\r\n    d");
    }
}

#[test]
fn a_syntax_fault_is_placed_and_said_in_own_words() {
    assert_eq!(
        fault("a: 1\nb: c: d\ne: 2\n"),
        (
            FaultKind::InvalidYaml,
            ": d",
            "a colon stands where no key can be; a text that holds ': ' needs quotes".to_owned()
        )
    );
    let (kind, at, _) = fault("a: 1\n---x\n");
    assert_eq!((kind, at), (FaultKind::InvalidYaml, "---x"));
}

#[test]
fn spellings_that_only_libyaml_reads_are_refused() {
    for text in ["[http://x/?q=1]\n", "a: \"x\\/y\"\n", "[!foo,1]\n"] {
        assert_eq!(value(text), Err(FaultKind::InvalidYaml), "{text:?}");
    }
    for text in ["a: http://x/?q=1\n", "a: ['http://x/?q=1']\n", "a: \"x\\\\/y\"\n"] {
        assert!(matches!(value(text), Ok(Some(_))), "{text:?}");
    }
}

fn nested(levels: usize) -> String {
    format!("{}{}\n", "[".repeat(levels), "]".repeat(levels))
}

#[test]
fn documents_nest_a_thousand_levels_and_no_more() {
    assert!(value(&nested(1_000)).is_ok());
    for text in [nested(1_001), nested(5_000), "- ".repeat(5_000), "? ".repeat(5_000), "{a: ".repeat(5_000)] {
        assert_eq!(value(&text), Err(FaultKind::TooDeep));
    }
    let text = b"[[]]\n";
    let deep = |depth: usize| parse(text, &split(text)[0], &Limits { depth, ..Limits::default() });
    assert!(deep(2).is_ok() && deep(1).is_err());
}

#[test]
fn a_value_a_thousand_levels_deep_is_handled_on_a_stack_of_two_mebibytes() {
    let work = || {
        for text in [nested(1_000), "- ".repeat(999) + "a: 1\n", "{a: ".repeat(1_000) + &"}".repeat(1_000)] {
            let file = text.as_bytes();
            let root = parse(file, &split(file)[0], &Limits::default()).unwrap().root.unwrap();
            let copy = root.clone();
            assert!(copy == root && same_value(&copy, &root));
        }
    };
    std::thread::Builder::new().stack_size(2 << 20).spawn(work).unwrap().join().unwrap();
}

fn spans_lie_within(node: &Node, within: Span) {
    let check = |span: Span| assert!(within.start <= span.start && span.start <= span.end && span.end <= within.end);
    check(node.span);
    match &node.value {
        Value::Sequence(items) => items.iter().for_each(|item| spans_lie_within(item, within)),
        Value::Mapping(pairs) => pairs.iter().for_each(|pair| {
            check(pair.key_span);
            spans_lie_within(&pair.value, within);
        }),
        _ => {}
    }
}

/// Content cut off where it is said to end is the same value.
fn holds_all_before_its_end(content: &[u8], root: &Node) {
    let lead = Span { start: 0, end: 0 };
    let body = Span { start: 0, end: content.len() };
    let chunk = Chunk { number: 1, lead: Some(lead), body, bad_separator: None, separator: None };
    let alone = parse(content, &chunk, &Limits::default()).unwrap().root.unwrap();
    assert!(same_value(&alone, root), "{:?}", String::from_utf8_lossy(content));
}

/// After content come only blank lines and comments.
fn holds_nothing(after: &[u8]) {
    for line in std::str::from_utf8(after).unwrap().split(['\n', '\r', '\u{85}', '\u{2028}', '\u{2029}']) {
        let line = line.trim_matches([' ', '\t', '\u{feff}']);
        assert!(line.is_empty() || line.starts_with('#'), "{line:?} comes after the end");
    }
}

fn is_read_within_its_chunks(file: &[u8]) {
    for chunk in split(file) {
        let content = chunk.content();
        match parse(file, &chunk, &Limits::default()) {
            Ok(parsed) => {
                assert!(content.start <= parsed.content_end && parsed.content_end <= content.end);
                if let Some(root) = &parsed.root {
                    spans_lie_within(root, content);
                    holds_all_before_its_end(&file[content.start..parsed.content_end], root);
                    holds_nothing(&file[parsed.content_end..content.end]);
                }
            }
            Err(fault) => {
                for span in [Some(fault.at), fault.related].into_iter().flatten() {
                    assert!(content.start <= span.start && span.start <= span.end && span.end <= content.end);
                }
                assert!(!fault.message.is_empty() && !fault.message.chars().any(char::is_control));
            }
        }
    }
}

proptest! {
    #[test]
    fn arbitrary_bytes_are_read_or_refused(bytes in prop::collection::vec(any::<u8>(), 0..80)) {
        is_read_within_its_chunks(&bytes);
    }

    #[test]
    fn arbitrary_pieces_of_yaml_are_read_or_refused(pieces in prop::collection::vec(prop::sample::select(vec![
        "a", "b: ", "- ", "\n", "\r\n", "\r", "  ", "[", "]", "{", "}", ", ", "? ", "&x ", "*x", "<<: ", "!!str ", "!",
        "\"", "'", "|\n", ">-\n", "---\n", "--- #\n", "---x\n", "...\n", "# c", "\t", "\u{feff}", "é", "\u{2028}",
        "\u{85}", "1", "~", "\\/", "%YAML 1.1\n", "\0",
    ]), 0..40)) {
        is_read_within_its_chunks(pieces.concat().as_bytes());
    }
}
