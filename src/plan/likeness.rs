//! Which documents of the same object are alike: in their texts, or at least in their values; each file is read once.

use std::collections::{BTreeMap, BTreeSet};

use crate::ids::sha256_hex;
use crate::verdict::file::Document;

use super::error::PlanError;
use super::work::{Key, Work};

/// What documents are compared by.
pub(super) struct Likeness {
    texts: BTreeMap<Key, Text>,
    values: BTreeMap<Key, Option<String>>,
}

/// Digests of a document's bytes but for separators: all of them, and those between the blank lines at both ends.
struct Text {
    whole: String,
    trimmed: String,
}

impl Likeness {
    /// Reads the documents of these groups.
    pub(super) fn of(work: &Work<'_>, groups: &[Vec<Key>]) -> Result<Self, PlanError> {
        let mut texts = BTreeMap::new();
        for key in groups.iter().flatten().copied().collect::<BTreeSet<Key>>() {
            texts.insert(key, text(work, key)?);
        }
        let differs = |keys: &&Vec<Key>| keys.iter().any(|key| texts[key].whole != texts[&keys[0]].whole);
        let unlike: BTreeSet<Key> = groups.iter().filter(differs).flatten().copied().collect();
        let mut values = BTreeMap::new();
        for key in unlike {
            let value = work.value(&work.bytes(key.0)?, &work.document(key).unit);
            values.insert(key, value.map(|value| sha256_hex(value.as_bytes())));
        }
        Ok(Self { texts, values })
    }

    /// Whether all these documents have one value.
    pub(super) fn same_value(&self, keys: &[Key]) -> bool {
        let Some(first) = keys.first().and_then(|key| self.values.get(key)) else { return true };
        first.is_some() && keys.iter().all(|key| self.values.get(key) == Some(first))
    }

    /// Whether two documents differ in separators and in blank lines at both ends alone: a difference nobody could miss.
    pub(super) fn same_text(&self, one: Key, other: Key) -> bool {
        let trimmed = |key: &Key| self.texts.get(key).map(|text| &text.trimmed);
        trimmed(&one).is_some() && trimmed(&one) == trimmed(&other)
    }
}

fn text(work: &Work<'_>, key: Key) -> Result<Text, PlanError> {
    let bytes = work.bytes(key.0)?;
    let Document { unit, .. } = work.document(key);
    let travelled = unit.travelled.map_or(&[][..], |span| &bytes[span.start..span.end]);
    let text = [travelled, &bytes[unit.main.start..unit.main.end]].concat();
    Ok(Text { whole: sha256_hex(&text), trimmed: sha256_hex(without_blank_ends(&text)) })
}

/// A text without the blank lines at both ends and without the last line's ending.
fn without_blank_ends(text: &[u8]) -> &[u8] {
    let lines: Vec<&[u8]> = text.split_inclusive(|b| *b == b'\n').collect();
    let is_blank = |line: &&&[u8]| line.trim_ascii().is_empty();
    let before: usize = lines.iter().take_while(is_blank).map(|line| line.len()).sum();
    let after: usize = lines.iter().rev().take_while(is_blank).map(|line| line.len()).sum();
    let rest = if before < text.len() { &text[before..text.len() - after] } else { &[] };
    let rest = rest.strip_suffix(b"\n").unwrap_or(rest);
    rest.strip_suffix(b"\r").unwrap_or(rest)
}
