//! Why a document cannot be read, as a value.

use super::Span;
use crate::path::is_unprintable;

/// What is wrong with a document; each kind is one verdict.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum FaultKind {
    /// It is not UTF-8.
    Encoding,
    /// It is not YAML that Kubernetes reads.
    InvalidYaml,
    /// Something follows the document's end, which Kubernetes would drop.
    TrailingContent,
    /// A mapping holds a key twice.
    DuplicateKey,
    /// It is nested deeper than the limit.
    TooDeep,
    /// Its aliases stand for more than the limit.
    AliasExpansion,
}

/// One thing wrong with a document, and where.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fault {
    /// Which kind it is.
    pub kind: FaultKind,
    /// Where in the file.
    pub at: Span,
    /// Another place that has to do with it: a doubled key's first use.
    pub related: Option<Span>,
    /// What is wrong, as one short sentence part without path, line number or control characters.
    pub message: String,
}

impl Fault {
    /// A fault at one place.
    pub(super) fn new(kind: FaultKind, at: Span, message: impl Into<String>) -> Self {
        Self { kind, at, related: None, message: message.into() }
    }

    /// A fault of the syntax, or of a value that JSON cannot hold.
    pub(super) fn invalid(at: Span, message: impl Into<String>) -> Self {
        Self::new(FaultKind::InvalidYaml, at, message)
    }
}

/// A text of a document for a message: cut short, and without anything that is not printable.
pub(super) fn shown(text: &str) -> String {
    const LONGEST: usize = 40;
    let mut out: String = text.chars().take(LONGEST).map(|c| if is_unprintable(c) { '\u{fffd}' } else { c }).collect();
    if text.chars().nth(LONGEST).is_some() {
        out.push('…');
    }
    out
}

#[cfg(test)]
mod tests {
    use super::shown;

    #[test]
    fn shown_text_is_short_and_printable() {
        assert_eq!(shown("plain ü"), "plain ü");
        assert_eq!(shown("a\u{1b}[31m\u{202e}b\n"), "a\u{fffd}[31m\u{fffd}b\u{fffd}");
        assert_eq!(shown(&"é".repeat(41)), format!("{}…", "é".repeat(40)));
    }
}
