//! Codes are unique and read back; their texts are one sentence each.

use super::*;

#[test]
fn codes_are_unique_kebab_case_and_read_back() {
    for code in Code::ALL {
        assert_eq!(Code::parse(code.as_str()), Some(*code), "{code} does not read back as itself");
        assert!(code.as_str().bytes().all(|b| b.is_ascii_lowercase() || b == b'-'), "{code} is not kebab-case");
    }
}

#[test]
fn summaries_and_helps_are_one_sentence_line() {
    for code in Code::ALL {
        for text in [code.summary(), code.help()] {
            assert!(text.ends_with('.') && !text.contains('\n'), "{code}: {text}");
        }
    }
}
