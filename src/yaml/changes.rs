//! Two values compared field by field.

use std::collections::BTreeMap;

use super::json::same_value;
use super::node::{Node, Value};

/// A field that differs.
#[derive(Debug, Clone, PartialEq)]
pub struct FieldChange<'a> {
    /// Where it is, as in `spec.subnets.default.vlan` or `spec.permit[0]`; empty for the whole value.
    pub path: String,
    /// What it was; nothing if it was not there.
    pub old: Option<&'a Node>,
    /// What it is; nothing if it is gone.
    pub new: Option<&'a Node>,
}

/// The fields in which two values differ, in the order of their keys. Lists of one length are compared item by item,
/// others as a whole.
pub fn changes<'a>(old: &'a Node, new: &'a Node) -> Vec<FieldChange<'a>> {
    let mut found = Vec::new();
    compare(String::new(), Some(old), Some(new), &mut found);
    found
}

fn compare<'a>(path: String, old: Option<&'a Node>, new: Option<&'a Node>, found: &mut Vec<FieldChange<'a>>) {
    match (old.map(|node| &node.value), new.map(|node| &node.value)) {
        (Some(Value::Mapping(before)), Some(Value::Mapping(after))) => {
            let mut keys: BTreeMap<&str, (Option<&Node>, Option<&Node>)> = BTreeMap::new();
            for pair in before {
                keys.entry(&pair.key).or_default().0 = Some(&pair.value);
            }
            for pair in after {
                keys.entry(&pair.key).or_default().1 = Some(&pair.value);
            }
            for (key, (old, new)) in keys {
                compare(field(&path, key), old, new, found);
            }
        }
        (Some(Value::Sequence(before)), Some(Value::Sequence(after))) if before.len() == after.len() => {
            for (at, (old, new)) in before.iter().zip(after).enumerate() {
                compare(format!("{path}[{at}]"), Some(old), Some(new), found);
            }
        }
        _ => {
            let same = match (old, new) {
                (Some(old), Some(new)) => same_value(old, new),
                (old, new) => old.is_none() && new.is_none(),
            };
            if !same {
                found.push(FieldChange { path, old, new });
            }
        }
    }
}

/// The path of a key below another; a key that would read as several is quoted.
pub(super) fn field(path: &str, key: &str) -> String {
    let plain = !key.is_empty() && key.chars().all(|c| c.is_alphanumeric() || matches!(c, '-' | '_' | '/'));
    let key = if plain { key.to_owned() } else { format!("{key:?}") };
    if path.is_empty() { key } else { format!("{path}.{key}") }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::yaml::{Limits, canonical_json, parse, split};

    fn node(text: &str) -> Node {
        let chunk = split(text.as_bytes()).remove(0);
        let parsed = parse(text.as_bytes(), &chunk, &Limits::default()).expect("the test's YAML is good");
        parsed.root.expect("the test's YAML holds something")
    }

    fn said(old: &str, new: &str) -> Vec<String> {
        let (old, new) = (node(old), node(new));
        let json = |node: Option<&Node>| node.map_or_else(|| "nothing".to_owned(), canonical_json);
        let line = |change: &FieldChange<'_>| format!("{}: {} -> {}", change.path, json(change.old), json(change.new));
        changes(&old, &new).iter().map(line).collect()
    }

    #[test]
    fn fields_that_differ_are_named_in_order() {
        let old = "spec: {vlan: 1, dhcp: {enable: true}, permit: [a, b]}\nkind: VPC\n";
        let new = "kind: VPC\nspec: {dhcp: {enable: yes, start: 10.0.0.1}, vlan: 2, permit: [a, c]}\n";
        let wanted =
            ["spec.dhcp.start: nothing -> \"10.0.0.1\"", "spec.permit[1]: \"b\" -> \"c\"", "spec.vlan: 1 -> 2"];
        assert_eq!(said(old, new), wanted);
    }

    #[test]
    fn lists_of_other_lengths_and_other_shapes_differ_as_a_whole() {
        assert_eq!(said("a: [1]", "a: [1, 2]"), ["a: [1] -> [1,2]"]);
        assert_eq!(said("a: {b: 1}", "a: 1"), ["a: {\"b\":1} -> 1"]);
        assert_eq!(said("a: 1", "b"), [": {\"a\":1} -> \"b\""]);
    }

    #[test]
    fn keys_that_hold_dots_are_quoted() {
        let (old, new) = ("metadata: {labels: {a.b/c: x}}", "metadata: {labels: {a.b/c: z}}");
        assert_eq!(said(old, new), ["metadata.labels.\"a.b/c\": \"x\" -> \"z\""]);
    }

    #[test]
    fn what_is_spelt_otherwise_is_the_same() {
        assert_eq!(said("a: 0x10\nb: {}", "b: {}\na: 16"), Vec::<String>::new());
    }
}
