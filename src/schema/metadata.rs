//! `metadata` as Kubernetes' API machinery judges it: the types of its fields, and the syntax of labels and annotations.

use crate::yaml::{Node, Pair, Span, Value};

use super::builtin;
use super::validate::{Walk, Wrong};
use super::words::{At, printable};

/// The longest label value, and the longest name in a key.
const LONGEST: usize = 63;
/// The longest prefix of a key.
const LONGEST_PREFIX: usize = 253;
/// The most bytes that all annotations of an object may have together.
pub(super) const MOST_ANNOTATIONS: usize = 256 << 10;
/// What marks a label that Hedgehog's webhooks write themselves.
const OWN_LABELS: &str = "fabric.githedgehog.com/";

/// Judges an object's `metadata`. Labels that the kind's webhook writes anew are not looked at.
pub(super) fn check(walk: &mut Walk, metadata: &Node, relabels: bool, at: &At<'_>) {
    if metadata.is_null() {
        return;
    }
    walk.value(metadata, &builtin::metadata().root, at);
    let texts = |name: &'static str| metadata.get(name).and_then(Node::as_mapping).unwrap_or_default();
    let labels = at.key("labels");
    for pair in texts("labels").iter().filter(|pair| !(relabels && pair.key.contains(OWN_LABELS))) {
        let at = labels.key(&pair.key);
        check_key(walk, pair, &pair.key, &at);
        if let Value::String(value) = &pair.value.value {
            check_label(walk, value, pair.value.span, &at);
        }
    }
    let annotations = at.key("annotations");
    let mut bytes = 0;
    for pair in texts("annotations") {
        let at = annotations.key(&pair.key);
        check_key(walk, pair, &pair.key.to_lowercase(), &at);
        bytes += pair.key.len() + pair.value.as_str().map_or(0, str::len);
    }
    if bytes > MOST_ANNOTATIONS {
        let span = metadata.get("annotations").map_or(metadata.span, |node| node.span);
        walk.note(Wrong { at: &annotations, span }, |path| {
            (format!("{path} have {bytes} bytes; together they may have {MOST_ANNOTATIONS}"), None)
        });
    }
}

fn check_key(walk: &mut Walk, pair: &Pair, key: &str, at: &At<'_>) {
    if !is_qualified(key) {
        walk.note(Wrong { at, span: pair.key_span }, |path| {
            let help =
                "A key has at most 63 letters, digits, '-', '_' and '.', after a DNS name and '/' if there is one.";
            (format!("{path}: '{}' is no key that Kubernetes takes", printable(key)), Some(help.to_owned()))
        });
    }
}

fn check_label(walk: &mut Walk, value: &str, span: Span, at: &At<'_>) {
    if !value.is_empty() && !is_name(value) {
        walk.note(Wrong { at, span }, |path| {
            let help =
                "A label's value has at most 63 letters, digits, '-', '_' and '.', a letter or digit at both ends.";
            (format!("{path} is '{}', which no label can be", printable(value)), Some(help.to_owned()))
        });
    }
}

pub(super) fn is_qualified(key: &str) -> bool {
    match key.split_once('/') {
        None => is_name(key),
        Some((prefix, name)) => is_prefix(prefix) && is_name(name),
    }
}

pub(super) fn is_name(text: &str) -> bool {
    let outer = |b: &u8| b.is_ascii_alphanumeric();
    let inner = |b: &u8| outer(b) || matches!(b, b'-' | b'_' | b'.');
    let bytes = text.as_bytes();
    bytes.len() <= LONGEST
        && bytes.iter().all(inner)
        && bytes.first().is_some_and(outer)
        && bytes.last().is_some_and(outer)
}

fn is_prefix(prefix: &str) -> bool {
    let letter = |b: &u8| b.is_ascii_lowercase() || b.is_ascii_digit();
    let part = |part: &str| {
        let bytes = part.as_bytes();
        bytes.iter().all(|b| letter(b) || *b == b'-')
            && bytes.first().is_some_and(letter)
            && bytes.last().is_some_and(letter)
    };
    prefix.len() <= LONGEST_PREFIX && prefix.split('.').all(part)
}
