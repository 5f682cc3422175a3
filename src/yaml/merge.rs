//! Two values that came of one, merged field by field: what one side alone changed is taken, nothing is guessed.
//!
//! A field is a mapping's key; a mapping that both sides changed is merged key by key. A list is one field, unless the
//! two sides changed different stretches of it with an element between them that neither touched, and no element is
//! there twice: then there is only one list that they can have meant.

use std::collections::BTreeMap;

use super::changes::field;
use super::{Node, Pair, Span, Value, canonical_json, same_value};

/// A field that both sides changed, each to another value.
#[derive(Debug, Clone, PartialEq)]
pub struct FieldConflict {
    /// The keys that lead to it; none for the whole value.
    pub keys: Vec<String>,
    /// What it was.
    pub base: Option<Node>,
    /// What our side made of it.
    pub ours: Option<Node>,
    /// What their side made of it.
    pub theirs: Option<Node>,
}

/// What comes of both sides.
#[derive(Debug, Clone, PartialEq)]
pub struct Merged {
    /// The value; ours where there is a conflict. None where nothing is left.
    pub value: Option<Node>,
    /// The fields that could not be merged, in the order they are written.
    pub conflicts: Vec<FieldConflict>,
}

/// The value of a field of which it is not known what it was: no document can hold it, so both sides count as changed.
pub fn unknown() -> Node {
    Node { span: Span::default(), value: Value::Float(f64::NAN) }
}

/// Whether this stands for what is not known.
pub fn is_unknown(node: &Node) -> bool {
    matches!(node.value, Value::Float(float) if float.is_nan())
}

/// Merges what two sides made of a value. An absent one is a value too: a field that is not there.
pub fn merge(base: Option<&Node>, ours: Option<&Node>, theirs: Option<&Node>) -> Merged {
    let mut merger = Merger { keys: Vec::new(), conflicts: Vec::new() };
    let value = merger.field(base, ours, theirs);
    Merged { value, conflicts: merger.conflicts }
}

/// The fields in which two values differ, as conflicts of two that came of nothing.
pub fn differences(ours: &Node, theirs: &Node) -> Vec<FieldConflict> {
    let base = unknown();
    let mut conflicts = merge(Some(&base), Some(ours), Some(theirs)).conflicts;
    conflicts.iter_mut().for_each(|conflict| conflict.base = None);
    conflicts
}

/// How a field is written: `spec.subnets.default.vlan`; a key that is no plain word stands in quotes.
pub fn field_name(keys: &[String]) -> String {
    keys.iter().fold(String::new(), |path, key| field(&path, key))
}

fn same(a: Option<&Node>, b: Option<&Node>) -> bool {
    match (a, b) {
        (None, None) => true,
        (Some(a), Some(b)) => same_value(a, b),
        _ => false,
    }
}

struct Merger {
    keys: Vec<String>,
    conflicts: Vec<FieldConflict>,
}

impl Merger {
    fn field(&mut self, base: Option<&Node>, ours: Option<&Node>, theirs: Option<&Node>) -> Option<Node> {
        if same(ours, theirs) || same(base, theirs) {
            return ours.cloned();
        }
        if same(base, ours) {
            return theirs.cloned();
        }
        if let (Some(ours), Some(theirs)) = (ours, theirs) {
            if let (Value::Mapping(our), Value::Mapping(their)) = (&ours.value, &theirs.value) {
                return Some(self.mapping(base, (ours.span, our), their));
            }
            if let Some(list) = base.and_then(|base| list(base, ours, theirs)) {
                return Some(Node { span: ours.span, value: Value::Sequence(list) });
            }
        }
        self.conflicts.push(FieldConflict {
            keys: self.keys.clone(),
            base: base.filter(|base| !is_unknown(base)).cloned(),
            ours: ours.cloned(),
            theirs: theirs.cloned(),
        });
        ours.cloned()
    }

    fn mapping(&mut self, base: Option<&Node>, (span, ours): (Span, &[Pair]), theirs: &[Pair]) -> Node {
        let (our, their) = (by_key(ours), by_key(theirs));
        let was = base.and_then(Node::as_mapping).map(by_key).unwrap_or_default();
        let new = theirs.iter().filter(|pair| !our.contains_key(pair.key.as_str()));
        let mut pairs = Vec::new();
        for pair in ours.iter().chain(new) {
            let key = pair.key.as_str();
            let base = base.filter(|base| is_unknown(base)).or_else(|| was.get(key).copied());
            self.keys.push(pair.key.clone());
            let value = self.field(base, our.get(key).copied(), their.get(key).copied());
            self.keys.pop();
            pairs.extend(value.map(|value| Pair { key: pair.key.clone(), key_span: pair.key_span, value }));
        }
        Node { span, value: Value::Mapping(pairs) }
    }
}

/// The values of a mapping by their keys.
fn by_key(pairs: &[Pair]) -> BTreeMap<&str, &Node> {
    pairs.iter().map(|pair| (pair.key.as_str(), &pair.value)).collect()
}

/// A stretch of a list that a side replaced, by the elements of what was there.
struct Stretch<'a> {
    start: usize,
    end: usize,
    put: &'a [Node],
}

/// The one list that both sides can have meant, if there is one.
fn list(base: &Node, ours: &Node, theirs: &Node) -> Option<Vec<Node>> {
    let (was, ours, theirs) = (base.as_sequence()?, ours.as_sequence()?, theirs.as_sequence()?);
    let (base_texts, our_texts, their_texts) = (distinct(was)?, distinct(ours)?, distinct(theirs)?);
    let mut stretches = [stretch(&base_texts, &our_texts, ours), stretch(&base_texts, &their_texts, theirs)];
    stretches.sort_by_key(|stretch| (stretch.start, stretch.end));
    let [first, second] = stretches;
    if first.end >= second.start {
        return None;
    }
    let parts = [&was[..first.start], first.put, &was[first.end..second.start], second.put, &was[second.end..]];
    let merged: Vec<Node> = parts.concat();
    distinct(&merged).map(|_| merged)
}

/// The elements' values as texts, if no two are the same.
fn distinct(list: &[Node]) -> Option<Vec<String>> {
    let texts: Vec<String> = list.iter().map(canonical_json).collect();
    let mut sorted: Vec<&String> = texts.iter().collect();
    sorted.sort_unstable();
    sorted.windows(2).all(|pair| pair[0] != pair[1]).then_some(texts)
}

fn stretch<'a>(was: &[String], is: &[String], nodes: &'a [Node]) -> Stretch<'a> {
    let start = was.iter().zip(is).take_while(|(was, is)| was == is).count();
    let shorter = was.len().min(is.len()) - start;
    let end = was.iter().rev().zip(is.iter().rev()).take(shorter).take_while(|(was, is)| was == is).count();
    Stretch { start, end: was.len() - end, put: &nodes[start..is.len() - end] }
}

#[cfg(test)]
#[path = "merge_tests.rs"]
mod tests;
