//! A new block in an old manifest: one top-level key with its lines is replaced or added, every other byte stays.

use crate::path::RepoPath;
use crate::yaml::{Node, Pair, Value, canonical_json};

use super::document::single;
use super::manifest::{self, Manifest};

/// The manifest with these lines, and no others, below a key; without lines the key goes too. None where its layout leaves no
/// room for them, or where the manifest would not be as it is meant.
pub(super) fn replace(
    bytes: &[u8],
    key: &str,
    lines: &[(&str, String)],
    is_meant: impl Fn(&Manifest) -> bool,
) -> Option<Vec<u8>> {
    let root = single(bytes).ok()??;
    let (start, end) = block(bytes, &root, key)?;
    let eol = if bytes.windows(2).any(|two| two == b"\r\n") { "\r\n" } else { "\n" };
    let mut out = bytes[..start].to_vec();
    if !lines.is_empty() {
        if !out.is_empty() && !out.ends_with(b"\n") {
            out.extend(eol.bytes());
        }
        out.extend(format!("{key}:{eol}").bytes());
        lines.iter().for_each(|(key, value)| out.extend(format!("  {key}: {value}{eol}").bytes()));
    }
    out.extend(&bytes[end..]);
    let path = RepoPath::root();
    let is_read = manifest::read(&out, &path, &path).0.is_some_and(|manifest| is_meant(&manifest));
    (is_read && says_the_rest(&out, &root, key)).then_some(out)
}

/// Where the block is, or where one can be added: the end.
fn block(bytes: &[u8], root: &Node, key: &str) -> Option<(usize, usize)> {
    let pairs = root.as_mapping()?;
    let Some(pair) = pairs.iter().find(|pair| pair.key == key) else { return Some((bytes.len(), bytes.len())) };
    let start = pair.key_span.start;
    if start > 0 && bytes[start - 1] != b'\n' {
        return None;
    }
    let next = pairs.iter().map(|pair| pair.key_span.start).filter(|other| *other > start).min();
    let limit = next.unwrap_or(bytes.len());
    let (mut at, mut end) = (start, start);
    for line in bytes[start..limit].split_inclusive(|byte| *byte == b'\n') {
        at += line.len();
        let text = line.trim_ascii();
        if line.starts_with(b"---") || line.starts_with(b"...") {
            break;
        }
        if !text.is_empty() && !text.starts_with(b"#") {
            end = at;
        }
    }
    Some((start, end))
}

/// Whether the new manifest says of all else what the old one said.
fn says_the_rest(bytes: &[u8], old: &Node, key: &str) -> bool {
    let others = |node: &Node| {
        let pairs = node.as_mapping().unwrap_or_default();
        let pairs: Vec<Pair> = pairs.iter().filter(|pair| pair.key != key).cloned().collect();
        canonical_json(&Node { span: node.span, value: Value::Mapping(pairs) })
    };
    single(bytes).ok().flatten().is_some_and(|new| others(&new) == others(old))
}
