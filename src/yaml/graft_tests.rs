//! Which texts come of putting fields into one, by example; what is read must be what was wanted.

use super::*;
use crate::yaml::merge::merge;
use crate::yaml::{Limits, parse, split};

fn node(text: &str) -> Option<Node> {
    let file = text.as_bytes();
    parse(file, split(file).first()?, &Limits::default()).ok()?.root
}

/// What both sides made of the base, in our text; none where that says something else.
fn grafted(base: &str, ours: &str, theirs: &str) -> Option<String> {
    let (b, o, t) = (
        node(base).expect("the tests write good YAML"),
        node(ours).expect("the tests write good YAML"),
        node(theirs).expect("the tests write good YAML"),
    );
    let merged = merge(Some(&b), Some(&o), Some(&t));
    assert!(merged.conflicts.is_empty());
    let wanted = merged.value.expect("mappings merge to a mapping");
    let text =
        graft(Written { bytes: ours.as_bytes(), value: &o }, Written { bytes: theirs.as_bytes(), value: &t }, &wanted)?;
    let text = String::from_utf8(text).expect("texts make a text");
    node(&text).is_some_and(|read| same_value(&read, &wanted)).then_some(text)
}

#[test]
fn a_value_is_put_in_anothers_place_within_its_line() {
    let text = grafted("a: 1\nb: 2\n", "a: 9 # nine\nb: 2 # two\n", "a: 1\nb: '3'\n");
    assert_eq!(text.as_deref(), Some("a: 9 # nine\nb: '3' # two\n"));
}

#[test]
fn lines_are_added_changed_and_taken_away_in_the_texts_own_indentation() {
    let base = "s:\n  web:\n    vlan: 1\n  old:\n    vlan: 2\nz: 1\n";
    let ours = "# head\ns:\n    web: # the web\n        vlan: 5\n    old:\n        vlan: 2\nz: 1\n";
    let theirs = "s:\n  web:\n    vlan: 1\n  new:\n    # new\n    vlan: 3\n    list:\n    - a\nz: 2\n";
    let wanted = "# head\ns:\n    web: # the web\n        vlan: 5\n    new:\n      # new\n      vlan: 3\n      list:\n      - a\nz: 2\n";
    assert_eq!(grafted(base, ours, theirs).as_deref(), Some(wanted));
}

#[test]
fn brackets_take_and_lose_pairs() {
    assert_eq!(grafted("m: {a: 1, b: 2}", "m: {a: 9, b: 2}", "m: {a: 1, c: 3}").as_deref(), Some("m: {a: 9, c: 3}"));
    assert_eq!(grafted("m: {a: 1}", "m: {a: 1, x: 1}", "m: {}").as_deref(), Some("m: {x: 1}"));
}

#[test]
fn a_text_without_its_last_line_break_can_be_added_to() {
    assert_eq!(grafted("a: 1", "a: 2", "a: 1\nb: |\n  x\n  y\n").as_deref(), Some("a: 2\nb: |\n  x\n  y\n"));
}

#[test]
fn block_texts_and_empty_values_give_way() {
    let text = grafted("t: |\n  x\ne:\nz: 1\n", "t: |\n  x\ne:\nz: 2\n", "t: |\n  y\n\n  w\ne: 5\nz: 1\n");
    assert_eq!(text.as_deref(), Some("t: |\n  y\n\n  w\ne: 5\nz: 2\n"));
}

#[test]
fn what_an_alias_stands_for_is_not_changed_behind_its_back() {
    let text = grafted("a: &x {k: 1}\nb: *x\nz: 1\n", "a: &x {k: 1}\nb: *x\nz: 2\n", "a: &x {k: 1}\nb: {k: 2}\nz: 1\n");
    assert_eq!(text.as_deref(), Some("a: &x {k: 1}\nb: {k: 2}\nz: 2\n"));
    let text = grafted("a: &x {k: 1}\nb: *x\nz: 1\n", "a: &x {k: 1}\nb: *x\nz: 2\n", "a: {k: 2}\nb: {k: 1}\nz: 1\n");
    assert_eq!(text, None);
}
