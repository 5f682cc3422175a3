//! Texts that are cut up and shown, and how deep a value is.
#![allow(dead_code, reason = "each target uses its own part of this")]

use hhgit::path::is_unprintable;
use hhgit::yaml::{Node, Value};

/// What parts the pieces of an input that holds several texts.
const PARTS: &[u8] = b"\n=====\n";

/// The pieces of an input that holds several texts, each without the line that parts them.
pub fn cut(mut data: &[u8]) -> Vec<&[u8]> {
    let mut pieces = Vec::new();
    while let Some(at) = data.windows(PARTS.len()).position(|window| window == PARTS) {
        pieces.push(&data[..=at]);
        data = &data[at + PARTS.len()..];
    }
    pieces.push(data);
    pieces
}

/// Several texts as one input.
pub fn join(pieces: &[&[u8]]) -> Vec<u8> {
    let trimmed: Vec<&[u8]> = pieces.iter().map(|piece| piece.strip_suffix(b"\n").unwrap_or(piece)).collect();
    trimmed.join(PARTS)
}

/// Holds that a text can be shown on a terminal.
pub fn is_shown(text: &str) {
    assert!(!text.chars().any(is_unprintable), "it would be shown: {text:?}");
}

/// How deep a value is.
pub fn depth(node: &Node) -> usize {
    match &node.value {
        Value::Sequence(items) => 1 + items.iter().map(depth).max().unwrap_or(0),
        Value::Mapping(pairs) => 1 + pairs.iter().map(|pair| depth(&pair.value)).max().unwrap_or(0),
        _ => 0,
    }
}
