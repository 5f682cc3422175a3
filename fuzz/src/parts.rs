//! What several targets need: texts that are shown, values that are compared, bytes that are cut up.

use hhgit::finding::Finding;
use hhgit::path::{RepoPath, is_unprintable};
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

/// Holds that an error and all its causes can be shown on a terminal.
pub fn is_told(error: &dyn std::error::Error) {
    let mut next = Some(error);
    while let Some(error) = next {
        is_shown(&error.to_string());
        next = error.source();
    }
}

/// Holds that a finding can be shown on a terminal and names a place that is there.
pub fn is_found(finding: &Finding, bytes: &[u8]) {
    is_shown(&finding.message);
    is_shown(&finding.help);
    is_shown(&finding.path.to_string());
    if let Some(object) = &finding.object {
        [&object.api_version, &object.kind, &object.namespace, &object.name].into_iter().for_each(|text| is_shown(text));
    }
    let Some(place) = finding.place else { return };
    let lines = u32::try_from(bytes.iter().filter(|byte| **byte == b'\n').count()).unwrap_or(u32::MAX) + 1;
    assert!(place.line >= 1 && place.column >= 1 && place.end_line <= lines, "{finding:?} of {lines} lines");
    assert!((place.line, place.column) <= (place.end_line, place.end_column), "{finding:?}");
}

/// How deep a value is.
pub fn depth(node: &Node) -> usize {
    match &node.value {
        Value::Sequence(items) => 1 + items.iter().map(depth).max().unwrap_or(0),
        Value::Mapping(pairs) => 1 + pairs.iter().map(|pair| depth(&pair.value)).max().unwrap_or(0),
        _ => 0,
    }
}

/// A path of the targets' own.
pub fn path(text: &str) -> RepoPath {
    RepoPath::new(text).expect("the targets' own paths are paths")
}
