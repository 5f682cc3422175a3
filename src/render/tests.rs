//! The words that all renderers share; below, each format as text, and what must hold in every one.

mod formats;
mod laws;

use super::*;

#[test]
fn nothing_that_steers_a_terminal_gets_through() {
    assert_eq!(sanitize("plain … ä 日本"), "plain … ä 日本");
    assert_eq!(sanitize("a\u{1b}[31mb\n\t\u{202e}c\u{9b}d"), "a\\u{1b}[31mb\\n\\t\\u{202e}c\\u{9b}d");
}

#[test]
fn nouns_agree_with_their_numbers() {
    assert_eq!([0, 1, 2].map(|n| count(n, "object")), ["0 objects", "1 object", "2 objects"]);
}

#[test]
fn a_date_that_cannot_be_written_out_is_told_whole() {
    let told = |offset| day(Time { seconds: 1_700_000_000, offset });
    assert_eq!([told(0), told(3600), told(99 * 3600 + 99 * 60)], ["2023-11-14", "2023-11-14", "@1700000000"]);
}

#[test]
fn long_texts_hang_under_their_start() {
    let narrow = Style { width: Some(30), ..Style::default() };
    let text = "Move it into raw/, or run hhgit sync --adopt.";
    assert_eq!(
        narrow.labelled(2, "help", text),
        "  help: Move it into raw/, or\n        run hhgit sync\n        --adopt."
    );
    assert_eq!(Style::default().labelled(2, "help", text), format!("  help: {text}"));
    assert_eq!(
        narrow.flow("raw/a-long-name.yaml: ".into(), 22, 4, "a b reason why"),
        "raw/a-long-name.yaml: a b\n    reason why"
    );
}
