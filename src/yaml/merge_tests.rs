//! What the merge of two values must be, by example and by law.

use proptest::prelude::*;

use super::*;
use crate::yaml::{Limits, parse, split};

fn node(text: &str) -> Node {
    let file = text.as_bytes();
    let parsed = parse(file, &split(file)[0], &Limits::default()).expect("the tests write good YAML");
    parsed.root.expect("the tests write a value")
}

/// The merge as JSON, and the fields in conflict.
fn merged(base: &str, ours: &str, theirs: &str) -> (String, Vec<String>) {
    let merged = merge(Some(&node(base)), Some(&node(ours)), Some(&node(theirs)));
    let fields = merged.conflicts.iter().map(|conflict| field_name(&conflict.keys)).collect();
    (merged.value.as_ref().map(canonical_json).unwrap_or_default(), fields)
}

fn clean(base: &str, ours: &str, theirs: &str) -> String {
    let (json, conflicts) = merged(base, ours, theirs);
    assert_eq!(conflicts, Vec::<String>::new());
    json
}

#[test]
fn fields_that_one_side_changed_are_taken_from_it() {
    let json = clean("{a: 1, b: {c: 2, d: 3}}", "{a: 9, b: {c: 2, d: 3}}", "{a: 1, b: {c: 2, e: 4}}");
    assert_eq!(json, r#"{"a":9,"b":{"c":2,"e":4}}"#);
}

#[test]
fn the_same_change_on_both_sides_is_no_conflict() {
    assert_eq!(clean("{a: 1}", "{a: 2, b: x}", "{b: 'x', a: 2.0}"), r#"{"a":2,"b":"x"}"#);
}

#[test]
fn a_field_changed_differently_is_a_conflict_that_names_it() {
    let (_, fields) = merged("{a: {b.c: 1, d: 1}}", "{a: {b.c: 2, d: 2}}", "{a: {b.c: 3}}");
    assert_eq!(fields, [r#"a."b.c""#, "a.d"]);
}

#[test]
fn a_mapping_deleted_here_and_changed_there_is_a_conflict_of_the_whole_mapping() {
    let (_, fields) = merged("{s: {web: {vlan: 1}}}", "{s: {}}", "{s: {web: {vlan: 2}}}");
    assert_eq!(fields, ["s.web"]);
}

#[test]
fn mappings_that_both_sides_add_are_merged_key_by_key() {
    assert_eq!(clean("{}", "{m: {a: 1}}", "{m: {b: 2}}"), r#"{"m":{"a":1,"b":2}}"#);
    assert_eq!(clean("{m: }", "{m: {a: 1}}", "{m: {b: 2}}"), r#"{"m":{"a":1,"b":2}}"#);
}

#[test]
fn lists_are_one_field_unless_an_untouched_element_parts_the_changes() {
    assert_eq!(clean("[b, c]", "[a, b, c]", "[b, c, d]"), r#"["a","b","c","d"]"#);
    assert_eq!(clean("[a, b, c, d, e]", "[a, c, d, e]", "[a, b, c, x, e]"), r#"["a","c","x","e"]"#);
    for (base, ours, theirs) in [
        ("[a]", "[a, b]", "[a, c]"),
        ("[a, b]", "[x, b]", "[a, y]"),
        ("[a, b]", "[z, a, b]", "[a, b, z]"),
        ("[a, a]", "[a]", "[a, a, b]"),
        ("[]", "[a]", "[b]"),
    ] {
        assert_eq!(merged(base, ours, theirs).1, [""], "{base} {ours} {theirs}");
    }
}

#[test]
fn of_what_is_not_known_both_sides_count_as_changed() {
    let base = unknown();
    let merge = |ours: &str, theirs: &str| {
        let merged = merge(Some(&base), Some(&node(ours)), Some(&node(theirs)));
        merged.conflicts.iter().map(|conflict| field_name(&conflict.keys)).collect::<Vec<_>>()
    };
    assert_eq!(merge("{a: 1}", "{a: 1}"), Vec::<String>::new());
    assert_eq!(merge("{a: 1, b: 1, c: {d: 1}}", "{a: 1, c: {d: 2}}"), ["b", "c.d"]);
    let fields = differences(&node("{a: 1, b: 1}"), &node("{a: 2}"));
    assert_eq!(
        fields.iter().map(|f| (field_name(&f.keys), f.base.is_some())).collect::<Vec<_>>(),
        [("a".to_owned(), false), ("b".to_owned(), false)]
    );
}

/// A small value: mappings of mappings of numbers.
fn value() -> impl Strategy<Value = Node> {
    let leaf = (0..4i64).prop_map(|int| Node { span: Span::default(), value: Value::Int(int) });
    leaf.prop_recursive(3, 24, 4, |inner| {
        prop::collection::btree_map("[a-d]", inner, 0..4).prop_map(|map| {
            let pair = |(key, value)| Pair { key, key_span: Span::default(), value };
            Node { span: Span::default(), value: Value::Mapping(map.into_iter().map(pair).collect()) }
        })
    })
}

proptest! {
    #[test]
    fn a_merge_does_not_ask_which_side_is_ours(base in value(), a in value(), b in value()) {
        let (one, other) = (merge(Some(&base), Some(&a), Some(&b)), merge(Some(&base), Some(&b), Some(&a)));
        let fields = |merged: &Merged| {
            merged.conflicts.iter().map(|c| c.keys.clone()).collect::<std::collections::BTreeSet<_>>()
        };
        prop_assert_eq!(fields(&one), fields(&other));
        if one.conflicts.is_empty() {
            prop_assert!(same(one.value.as_ref(), other.value.as_ref()));
        }
    }

    #[test]
    fn what_one_side_left_alone_is_the_others(base in value(), a in value()) {
        let merged = merge(Some(&base), Some(&base), Some(&a));
        prop_assert!(merged.conflicts.is_empty() && same(merged.value.as_ref(), Some(&a)));
        prop_assert!(merge(Some(&unknown()), Some(&a), Some(&a)).conflicts.is_empty());
    }
}
