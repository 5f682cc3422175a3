//! Laws that hold for any fabric: order does not matter, nothing panics, and what is deleted is known to be missed.

use proptest::prelude::*;

use super::{BASE, Document, documents, objects};
use crate::fabric::address::Prefix;
use crate::fabric::settings::Settings;
use crate::rules::{Index, check, overlap};
use crate::verdict::identity::Identity;
use crate::yaml::{Node, Value};

/// Every node of a tree is one that can be broken: how many there are.
fn count(node: &Node) -> usize {
    1 + match &node.value {
        Value::Sequence(items) => items.iter().map(count).sum(),
        Value::Mapping(pairs) => pairs.iter().map(|pair| count(&pair.value)).sum(),
        _ => 0,
    }
}

/// Puts another value at the n-th node.
fn replace(node: &mut Node, at: &mut usize, value: &Value) {
    if *at == 0 {
        node.value = value.clone();
    }
    *at = at.wrapping_sub(1);
    match &mut node.value {
        Value::Sequence(items) => items.iter_mut().for_each(|item| replace(item, at, value)),
        Value::Mapping(pairs) => pairs.iter_mut().for_each(|pair| replace(&mut pair.value, at, value)),
        _ => {}
    }
}

fn gateway() -> Settings {
    Settings { gateway: true, ..Settings::default() }
}

fn odd_value() -> impl Strategy<Value = Value> {
    let texts = ["", "/", "a/b/c", "10.0.0.0/0", "::/0", "leaf-1", "é", "0", "255.255.255.255/32", "-", "\u{0}"];
    prop_oneof![
        Just(Value::Null),
        Just(Value::Bool(true)),
        Just(Value::Int(i64::MIN)),
        Just(Value::Int(i64::MAX)),
        Just(Value::Uint(u64::MAX)),
        Just(Value::Float(f64::NAN)),
        Just(Value::Sequence(Vec::new())),
        Just(Value::Mapping(Vec::new())),
        proptest::sample::select(texts.to_vec()).prop_map(|text| Value::String(text.to_owned())),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(256))]

    #[test]
    fn whatever_stands_where_nothing_panics(
        breaks in proptest::collection::vec((any::<prop::sample::Index>(), any::<prop::sample::Index>(), odd_value()), 1..6)
    ) {
        let mut all = documents(BASE);
        for (which, at, value) in breaks {
            let document: &mut Document = &mut all[which.index(documents(BASE).len())];
            let mut at = at.index(count(&document.root));
            replace(&mut document.root, &mut at, &value);
        }
        let settings = gateway();
        check(&objects(&all), &settings);
        Index::build(&objects(&all), &settings).referrers(&all[0].identity);
    }

    #[test]
    fn the_sweep_finds_what_comparing_every_pair_finds(
        items in proptest::collection::vec(((0_u8..4, 0_u8..=255, 14_u8..=32), 0_u8..4), 0..24)
    ) {
        let item = |((second, third, bits), owner)| (Prefix::v4([10, second, third, third], bits), owner);
        let items: Vec<(Prefix, u8)> = items.into_iter().map(item).collect();
        let clash = |one: usize, other: usize| items[one].1 != items[other].1 && items[one].0.overlaps(&items[other].0);
        let found = overlap::across(&items);
        prop_assert!(found.iter().all(|(one, other)| clash(*one, *other)));
        let said: Vec<usize> = found.iter().map(|(one, _)| *one).collect();
        let all: Vec<usize> = (0..items.len()).filter(|one| (0..items.len()).any(|other| clash(*one, other))).collect();
        prop_assert_eq!(said, all);
    }

    #[test]
    fn the_order_of_objects_does_not_matter(order in Just((0..documents(BASE).len()).collect::<Vec<_>>()).prop_shuffle()) {
        let all = documents(BASE);
        // Without its second half the fabric misses a good deal.
        let kept: Vec<&Document> = order.iter().map(|at| &all[*at]).filter(|d| d.identity.name != "leaf-1").collect();
        let shuffled: Vec<Document> = kept.into_iter().cloned().collect();
        let straight: Vec<Document> = all.iter().filter(|d| d.identity.name != "leaf-1").cloned().collect();
        let messages = |documents: &[Document]| {
            let mut said: Vec<String> = check(&objects(documents), &gateway())
                .into_iter()
                .map(|breach| format!("{} {} {}", documents[breach.object].identity, breach.code, breach.message))
                .collect();
            said.sort();
            said
        };
        prop_assert_eq!(messages(&shuffled), messages(&straight));
    }
}

fn named(kind: &str, group: &str, name: &str) -> Identity {
    Identity { group: group.to_owned(), kind: kind.to_owned(), namespace: "default".to_owned(), name: name.to_owned() }
}

#[test]
fn the_deletion_guard_knows_who_still_refers_to_an_object() {
    let (all, settings) = (documents(BASE), gateway());
    let list = objects(&all);
    let index = Index::build(&list, &settings);
    let referrers = |kind: &str, group: &str, name: &str| -> Vec<(String, bool)> {
        let found = index.referrers(&named(kind, group, name)).into_iter();
        found.map(|referrer| (all[referrer.object].identity.to_string(), referrer.guards)).collect()
    };
    let said = |names: &[(&str, bool)]| names.iter().map(|(n, g)| ((*n).to_owned(), *g)).collect::<Vec<_>>();
    assert_eq!(
        referrers("VPC", "vpc.githedgehog.com", "vpc-1"),
        said(&[("VPCPeering/vpc-1--vpc-2", true), ("ExternalPeering/vpc-1--world", true)])
    );
    assert_eq!(
        referrers("Connection", "wiring.githedgehog.com", "double"),
        said(&[("VPCAttachment/server-2--vpc-2", true)])
    );
    assert_eq!(
        referrers("Switch", "wiring.githedgehog.com", "leaf-1"),
        said(&[("Connection/single", true), ("Connection/double", true), ("Connection/up", true)])
    );
    assert_eq!(
        referrers("SwitchGroup", "wiring.githedgehog.com", "pair"),
        said(&[("Switch/leaf-1", false), ("Switch/leaf-2", false)])
    );
    assert_eq!(referrers("Server", "wiring.githedgehog.com", "nobody"), said(&[]));
    assert_eq!(referrers("ConfigMap", "", "leaf-1"), said(&[]));
}
