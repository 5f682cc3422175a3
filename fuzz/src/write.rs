//! Three documents, written, merged and grafted: what is written is read as what it should be, and no side is guessed.

use hhgit::yaml::graft::{Written, graft};
use hhgit::yaml::merge::{differences, field_name, merge};
use hhgit::yaml::{Limits, Node, changes, emit, parse, same_value, split};

use crate::parts::cut;

const LIMITS: Limits = Limits { depth: 40, file_bytes: 1 << 20, expanded_nodes: 1_000, expanded_bytes: 1 << 16 };

/// The value of the first document of a text.
fn read(text: &[u8]) -> Option<Node> {
    let chunk = split(text).into_iter().next()?;
    parse(text, &chunk, &LIMITS).ok()?.root
}

/// Writes and merges the values of three texts.
pub fn check(data: &[u8]) {
    let texts = cut(data);
    let values: Vec<(&[u8], Node)> = texts.iter().take(3).filter_map(|text| Some((*text, read(text)?))).collect();
    values.iter().for_each(|(_, value)| is_written(value));
    for (_, one) in &values {
        for (_, other) in &values {
            let found = changes(one, other);
            assert_eq!(found.is_empty(), same_value(one, other), "{found:?}");
            assert_eq!(differences(one, other).is_empty(), same_value(one, other));
            one_side_alone_wins(one, other);
        }
    }
    if let [(_, base), (ours, our), (theirs, their)] = values.as_slice() {
        both_sides_agree(base, our, their);
        let merged = merge(Some(base), Some(our), Some(their));
        if let Some(wanted) = merged.value.filter(|_| merged.conflicts.is_empty()) {
            is_written(&wanted);
            is_grafted((ours, our), (theirs, their), &wanted);
        }
    }
}

/// What is written of a value is read as that value.
fn is_written(value: &Node) {
    let Some(text) = emit(value) else { return };
    let again = read(text.as_bytes()).unwrap_or_else(|| panic!("{text:?} cannot be read"));
    assert!(same_value(value, &again), "{value:?} was written as {text:?}");
}

/// What one side alone changed is taken, whole.
fn one_side_alone_wins(one: &Node, other: &Node) {
    for (base, ours, theirs) in [(one, one, other), (one, other, one), (one, other, other)] {
        let merged = merge(Some(base), Some(ours), Some(theirs));
        assert!(merged.conflicts.is_empty(), "{:?}", merged.conflicts);
        assert!(
            merged.value.as_ref().is_some_and(|value| same_value(value, other)),
            "{:?} is not {other:?}",
            merged.value
        );
    }
}

/// Which side is called ours makes no difference to what is merged and what is not.
fn both_sides_agree(base: &Node, ours: &Node, theirs: &Node) {
    let (one, other) = (merge(Some(base), Some(ours), Some(theirs)), merge(Some(base), Some(theirs), Some(ours)));
    let names = |merged: &hhgit::yaml::merge::Merged| {
        let mut names: Vec<String> = merged.conflicts.iter().map(|conflict| field_name(&conflict.keys)).collect();
        names.sort();
        names
    };
    assert_eq!(names(&one), names(&other));
    if let (true, Some(one), Some(other)) = (one.conflicts.is_empty(), &one.value, &other.value) {
        assert!(same_value(one, other), "{one:?} and {other:?}");
    }
}

/// A graft says what was wanted, or is found to say something else; it never breaks.
fn is_grafted((ours, our): (&[u8], &Node), (theirs, their): (&[u8], &Node), wanted: &Node) {
    let (into, from) = (Written { bytes: ours, value: our }, Written { bytes: theirs, value: their });
    if let Some(text) = graft(into, from, wanted) {
        drop(read(&text));
    }
}
