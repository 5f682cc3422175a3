//! Reading an object's fields as the cluster does: null and absent are one, and so are empty texts and zeros.

use crate::yaml::{Node, Pair, Span};

/// A text and where it stands; for a default, where it would stand.
#[derive(Debug, Clone, Copy)]
pub(super) struct Text<'a> {
    pub(super) text: &'a str,
    pub(super) span: Span,
}

impl std::fmt::Display for Text<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&shown(self.text))
    }
}

/// Text from a document for a message: printable, and not longer than a line.
pub(super) use crate::path::printable as shown;

/// A number and where it stands.
#[derive(Debug, Clone, Copy)]
pub(super) struct Number {
    pub(super) number: i64,
    pub(super) span: Span,
}

/// A mapping's fields; what is no mapping has none. `head` is where what is missing would be said.
#[derive(Debug, Clone, Copy)]
pub(super) struct Fields<'a> {
    pairs: &'a [Pair],
    pub(super) head: Span,
}

impl<'a> Fields<'a> {
    /// The fields of a document's value.
    pub(super) fn of(root: &'a Node) -> Self {
        let head = Span { start: root.span.start, end: root.span.end.min(root.span.start + 1) };
        Self { pairs: root.as_mapping().unwrap_or_default(), head }
    }

    /// The fields of a value of a list, or below a key.
    fn below(node: &'a Node, head: Span) -> Self {
        Self { pairs: node.as_mapping().unwrap_or_default(), head }
    }

    fn pair(&self, key: &str) -> Option<&'a Pair> {
        self.pairs.iter().find(|pair| pair.key == key && !pair.value.is_null())
    }

    /// Whether the key has a value that is not null.
    pub(super) fn has(&self, key: &str) -> bool {
        self.pair(key).is_some()
    }

    /// Where a key's value stands, or would stand.
    pub(super) fn at(&self, key: &str) -> Span {
        self.pair(key).map_or(self.head, |pair| pair.value.span)
    }

    /// Where a key stands, or would stand.
    pub(super) fn key_at(&self, key: &str) -> Span {
        self.pair(key).map_or(self.head, |pair| pair.key_span)
    }

    /// A text that is not empty.
    pub(super) fn text(&self, key: &str) -> Option<Text<'a>> {
        let pair = self.pair(key)?;
        pair.value.as_str().filter(|text| !text.is_empty()).map(|text| Text { text, span: pair.value.span })
    }

    /// A text that is not empty, or the one that the cluster puts there.
    pub(super) fn text_or(&self, key: &str, default: &'static str) -> Text<'a> {
        self.text(key).unwrap_or(Text { text: default, span: self.at(key) })
    }

    /// A number that is not zero.
    pub(super) fn number(&self, key: &str) -> Option<Number> {
        let pair = self.pair(key)?;
        pair.value.as_int().filter(|number| *number != 0).map(|number| Number { number, span: pair.value.span })
    }

    /// Whether a flag is set.
    pub(super) fn flag(&self, key: &str) -> bool {
        self.pair(key).and_then(|pair| pair.value.as_bool()).unwrap_or(false)
    }

    /// The fields below a key; none if it is not there.
    pub(super) fn sub(&self, key: &str) -> Self {
        self.pair(key).map_or(Self { pairs: &[], head: self.head }, |pair| Self::below(&pair.value, pair.key_span))
    }

    /// The items of a list.
    fn items(&self, key: &str) -> impl Iterator<Item = &'a Node> + use<'a> {
        let items = self.pair(key).and_then(|pair| pair.value.as_sequence()).unwrap_or_default();
        items.iter().filter(|item| !item.is_null())
    }

    /// The mappings of a list.
    pub(super) fn list(&self, key: &str) -> Vec<Self> {
        let first = |span: Span| Span { start: span.start, end: span.end.min(span.start + 1) };
        self.items(key).map(|item| Self::below(item, first(item.span))).collect()
    }

    /// The texts of a list, empty ones too.
    pub(super) fn texts(&self, key: &str) -> Vec<Text<'a>> {
        self.items(key).filter_map(|item| item.as_str().map(|text| Text { text, span: item.span })).collect()
    }

    /// The lists of texts in a list.
    pub(super) fn text_lists(&self, key: &str) -> Vec<(Span, Vec<Text<'a>>)> {
        let texts = |item: &'a Node| {
            let inner = item.as_sequence().unwrap_or_default().iter();
            inner.filter_map(|item| item.as_str().map(|text| Text { text, span: item.span })).collect()
        };
        self.items(key).map(|item| (item.span, texts(item))).collect()
    }

    /// The entries of a mapping, without those that are null: each key, and the fields of its value.
    pub(super) fn entries(&self) -> impl Iterator<Item = (Text<'a>, Self)> + use<'a> {
        let pairs = self.pairs.iter().filter(|pair| !pair.value.is_null());
        pairs.map(|pair| {
            (Text { text: pair.key.as_str(), span: pair.key_span }, Self::below(&pair.value, pair.key_span))
        })
    }

    /// The entries of a mapping whose values are texts, empty ones too.
    pub(super) fn text_entries(&self) -> impl Iterator<Item = (Text<'a>, Text<'a>)> + use<'a> {
        self.pairs.iter().filter_map(|pair| {
            let value = Text { text: pair.value.as_str()?, span: pair.value.span };
            Some((Text { text: pair.key.as_str(), span: pair.key_span }, value))
        })
    }
}
