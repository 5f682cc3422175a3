//! What is made of a document as it is read: its value, or nothing at all.

use super::node::{Node, Pair, Span, Value};

/// What a reader makes.
pub(super) trait Make {
    /// What is made of a value.
    type Node;
    /// A mapping that is being read.
    type Pairs: Default;
    /// A list that is being read.
    type Items: Default;

    /// Whether anything is made.
    const MAKES: bool;

    /// A text.
    fn text(span: Span, text: &str) -> Self::Node;
    /// Another scalar.
    fn scalar(span: Span, value: Value) -> Self::Node;
    /// One more pair of a mapping.
    fn pair(pairs: &mut Self::Pairs, key: &str, key_span: Span, value: Self::Node);
    /// One more item of a list.
    fn item(items: &mut Self::Items, item: Self::Node);
    /// A mapping that was read to its end.
    fn mapping(span: Span, pairs: Self::Pairs) -> Self::Node;
    /// A list that was read to its end.
    fn list(span: Span, items: Self::Items) -> Self::Node;
}

/// Makes the value.
pub(super) enum Whole {}

impl Make for Whole {
    type Node = Node;
    type Pairs = Vec<Pair>;
    type Items = Vec<Node>;

    const MAKES: bool = true;

    fn text(span: Span, text: &str) -> Node {
        Node { span, value: Value::String(text.to_owned()) }
    }

    fn scalar(span: Span, value: Value) -> Node {
        Node { span, value }
    }

    fn pair(pairs: &mut Vec<Pair>, key: &str, key_span: Span, value: Node) {
        pairs.push(Pair { key: key.to_owned(), key_span, value });
    }

    fn item(items: &mut Vec<Node>, item: Node) {
        items.push(item);
    }

    fn mapping(span: Span, pairs: Vec<Pair>) -> Node {
        Node { span, value: Value::Mapping(pairs) }
    }

    fn list(span: Span, items: Vec<Node>) -> Node {
        Node { span, value: Value::Sequence(items) }
    }
}

/// Makes nothing.
pub(super) enum Nothing {}

impl Make for Nothing {
    type Node = ();
    type Pairs = ();
    type Items = ();

    const MAKES: bool = false;

    fn text(_: Span, _: &str) {}
    fn scalar(_: Span, _: Value) {}
    fn pair((): &mut (), _: &str, _: Span, (): ()) {}
    fn item((): &mut (), (): ()) {}
    fn mapping(_: Span, (): ()) {}
    fn list(_: Span, (): ()) {}
}
