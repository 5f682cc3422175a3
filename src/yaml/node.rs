//! The value of a document as Kubernetes sees it, every node with the bytes it was written in.

/// A stretch of bytes in a file, end exclusive.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct Span {
    /// The first byte's offset in the file.
    pub start: usize,
    /// The offset after the last byte.
    pub end: usize,
}

/// One node of a document.
#[derive(Debug, Clone, PartialEq)]
pub struct Node {
    /// Where it is written; for a node that an alias stands for, where the alias is.
    pub span: Span,
    /// What it is.
    pub value: Value,
}

/// A node's value after go-yaml's resolution and Kubernetes' conversion to JSON.
#[derive(Debug, Clone, PartialEq)]
pub enum Value {
    /// `null`, `~` or nothing.
    Null,
    /// A boolean, in any of YAML 1.1's spellings.
    Bool(bool),
    /// An integer that fits 64 bits with a sign.
    Int(i64),
    /// An integer above that, which fits 64 bits without one.
    Uint(u64),
    /// Any other number.
    Float(f64),
    /// A text.
    String(String),
    /// A list.
    Sequence(Vec<Node>),
    /// A mapping in the order written, each key as the text that its JSON form has.
    Mapping(Vec<Pair>),
}

/// One key and value of a mapping.
#[derive(Debug, Clone, PartialEq)]
pub struct Pair {
    /// The key, as text.
    pub key: String,
    /// Where the key is written.
    pub key_span: Span,
    /// The value.
    pub value: Node,
}
