//! What two VPCs may not share: addresses within one IPv4Namespace, VLANs within one VLANNamespace.

use std::collections::BTreeMap;

use crate::fabric::address::Prefix;
use crate::verdict::code::Code;
use crate::yaml::Span;

use super::breach::Bench;
use super::index::Index;
use super::overlap;
use super::read::Text;

pub(super) fn check(index: &Index<'_>, bench: &mut Bench) {
    check_subnets(index, bench);
    check_readable(index, bench);
    check_vlans(index, bench);
}

/// Says of each VPC beside one with an unreadable subnet that the cluster can compare it with none, and refuses it.
fn check_readable(index: &Index<'_>, bench: &mut Bench) {
    let mut unreadable: BTreeMap<&str, Vec<(usize, Span)>> = BTreeMap::new();
    for vpc in index.vpcs.values() {
        let known = unreadable.entry(vpc.ipv4_namespace.text).or_default();
        let bad = vpc.subnets.values().find(|subnet| subnet.prefix.is_none());
        if let Some(subnet) = bad.filter(|_| known.len() < 2) {
            known.push((vpc.id, subnet.cidr.map_or(subnet.fields.head, |cidr| cidr.span)));
        }
    }
    for vpc in index.vpcs.values() {
        let known = &unreadable[vpc.ipv4_namespace.text];
        if let Some((other, at)) = known.iter().find(|(other, _)| *other != vpc.id) {
            let message =
                format!("the cluster cannot compare its subnets while one of {} is wrong", index.called(*other));
            let breach = bench.say(Code::BlockedByAnother, vpc.id, index.name_at(vpc.id), message);
            breach.related(*other, *at, "the subnet that cannot be read");
        }
    }
}

fn check_subnets(index: &Index<'_>, bench: &mut Bench) {
    let mut by_namespace: BTreeMap<&str, Vec<(Prefix, usize)>> = BTreeMap::new();
    let mut texts: BTreeMap<&str, Vec<Text<'_>>> = BTreeMap::new();
    for vpc in index.vpcs.values() {
        let namespace = vpc.ipv4_namespace.text;
        for (prefix, text) in vpc.prefixes() {
            by_namespace.entry(namespace).or_default().push((prefix, vpc.id));
            texts.entry(namespace).or_default().push(text);
        }
    }
    for (namespace, items) in &by_namespace {
        let texts = &texts[namespace];
        for (one, other) in overlap::across(items) {
            let (id, other_id) = (items[one].1, items[other].1);
            let message = format!("{} overlaps {} of {}", texts[one], texts[other], index.called(other_id));
            let breach = bench.say(Code::SubnetInUse, id, texts[one].span, message);
            breach.related(other_id, texts[other].span, "the other subnet");
        }
    }
}

fn check_vlans(index: &Index<'_>, bench: &mut Bench) {
    let mut users: BTreeMap<(&str, i64), Vec<(usize, Span)>> = BTreeMap::new();
    for vpc in index.vpcs.values() {
        for subnet in vpc.subnets.values() {
            if let Some(vlan) = subnet.vlan {
                users.entry((vpc.vlan_namespace.text, vlan.number)).or_default().push((vpc.id, vlan.span));
            }
        }
    }
    for ((_, vlan), holders) in &users {
        let first = holders[0].0;
        let another = holders.iter().find(|(id, _)| *id != first);
        for (id, span) in holders {
            let other = if *id == first { another } else { holders.first() };
            let Some((other, at)) = other else { continue };
            let message = format!("VLAN {vlan} is used by {} too", index.called(*other));
            bench.say(Code::VlanInUse, *id, *span, message).related(*other, *at, "its other use");
        }
    }
}
