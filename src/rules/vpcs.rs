//! VPCs on their own: name, mode, number of subnets, permit lists and static routes; subnets are `subnets` and `dhcp`.

use std::collections::{BTreeMap, BTreeSet};

use crate::fabric::address::Prefix;
use crate::verdict::code::Code;

use super::breach::Bench;
use super::index::Index;
use super::ipv4_namespaces::MAX_SUBNETS;
use super::overlap;
use super::read::{Fields, Number, Text};
use super::{names, subnets};

/// A VPC, with the cluster's defaults.
#[derive(Debug)]
pub(super) struct Vpc<'a> {
    pub(super) id: usize,
    pub(super) spec: Fields<'a>,
    pub(super) ipv4_namespace: Text<'a>,
    pub(super) vlan_namespace: Text<'a>,
    /// The mode; empty for the usual one.
    pub(super) mode: &'a str,
    pub(super) subnets: BTreeMap<&'a str, Subnet<'a>>,
}

/// A subnet of a VPC.
#[derive(Debug)]
pub(super) struct Subnet<'a> {
    pub(super) name: Text<'a>,
    pub(super) fields: Fields<'a>,
    pub(super) cidr: Option<Text<'a>>,
    pub(super) prefix: Option<Prefix>,
    pub(super) vlan: Option<Number>,
    pub(super) host_bgp: bool,
    /// Further prefixes that its hosts announce.
    pub(super) extra: Vec<(Text<'a>, Fields<'a>)>,
}

impl<'a> Vpc<'a> {
    pub(super) fn read(id: usize, spec: Fields<'a>) -> Self {
        let subnet = |(name, fields): (Text<'a>, Fields<'a>)| {
            let cidr = fields.text("subnet");
            let subnet = Subnet {
                name,
                fields,
                cidr,
                prefix: cidr.and_then(|cidr| Prefix::parse(cidr.text)),
                vlan: fields.number("vlan"),
                host_bgp: fields.flag("hostBGP"),
                extra: fields.sub("hostBGPExtraPrefixes").entries().collect(),
            };
            (name.text, subnet)
        };
        Self {
            id,
            spec,
            ipv4_namespace: spec.text_or("ipv4Namespace", "default"),
            vlan_namespace: spec.text_or("vlanNamespace", "default"),
            mode: spec.text("mode").map_or("", |mode| mode.text),
            subnets: spec.sub("subnets").entries().map(subnet).collect(),
        }
    }

    /// Every prefix it uses: its subnets, and what their hosts announce besides.
    pub(super) fn prefixes(&self) -> Vec<(Prefix, Text<'a>)> {
        let mut prefixes = Vec::new();
        for subnet in self.subnets.values() {
            prefixes.extend(subnet.prefix.zip(subnet.cidr));
            let extra = subnet.extra.iter().filter(|_| subnet.host_bgp);
            prefixes.extend(extra.filter_map(|(text, _)| Some((Prefix::parse(text.text)?, *text))));
        }
        prefixes
    }
}

pub(super) fn check(index: &Index<'_>, bench: &mut Bench) {
    for (name, vpc) in &index.vpcs {
        names::check_short(index, vpc.id, bench);
        if name.starts_with("ext.") {
            let message = "a VPC's name must not start with ext.";
            bench.say(Code::NameReserved, vpc.id, index.name_at(vpc.id), message);
        }
        let count = vpc.subnets.len();
        if count == 0 || count > MAX_SUBNETS {
            let message = format!("the VPC has {count} subnets, not 1 to {MAX_SUBNETS}");
            bench.say(Code::SubnetCount, vpc.id, vpc.spec.key_at("subnets"), message);
        }
        if !matches!(vpc.mode, "" | "l3vni") {
            let message = format!("the mode {} is none that is supported", super::read::shown(vpc.mode));
            bench.say(Code::VpcMode, vpc.id, vpc.spec.at("mode"), message);
        }
        for subnet in vpc.subnets.values() {
            subnets::check(index, vpc, subnet, bench);
        }
        check_vlans(vpc, bench);
        check_overlap(vpc, bench);
        check_permits(vpc, bench);
        check_routes(vpc, bench);
    }
}

fn check_vlans(vpc: &Vpc<'_>, bench: &mut Bench) {
    let mut seen: BTreeMap<i64, Number> = BTreeMap::new();
    for (subnet, vlan) in vpc.subnets.values().filter(|s| !s.host_bgp).filter_map(|s| Some((s, s.vlan?))) {
        if let Some(first) = seen.get(&vlan.number) {
            let message = format!("the subnet {} has VLAN {}, as another subnet has", subnet.name, vlan.number);
            bench.say(Code::VlanTwice, vpc.id, vlan.span, message).related(vpc.id, first.span, "the other one");
        }
        seen.entry(vlan.number).or_insert(vlan);
    }
}

fn check_overlap(vpc: &Vpc<'_>, bench: &mut Bench) {
    let all = vpc.prefixes();
    let prefixes: Vec<Prefix> = all.iter().map(|(prefix, _)| *prefix).collect();
    for (one, other) in overlap::within(&prefixes).into_iter().filter(|(one, other)| one > other) {
        let (text, first) = (all[one].1, all[other].1);
        let breach = bench.say(Code::SubnetsOverlap, vpc.id, text.span, format!("{text} overlaps {first}"));
        breach.related(vpc.id, first.span, "the other one");
    }
}

fn check_permits(vpc: &Vpc<'_>, bench: &mut Bench) {
    for (span, names) in vpc.spec.text_lists("permit") {
        if names.len() < 2 {
            bench.say(Code::PermitList, vpc.id, span, "a permit list needs at least two subnets");
        }
        let mut seen = BTreeSet::new();
        for name in names {
            if !vpc.subnets.contains_key(name.text) {
                bench.say(Code::UnknownSubnet, vpc.id, name.span, format!("the VPC has no subnet {name}"));
            } else if !seen.insert(name.text) {
                bench.say(Code::PermitList, vpc.id, name.span, format!("the permit list has {name} twice"));
            }
        }
    }
}

fn check_routes(vpc: &Vpc<'_>, bench: &mut Bench) {
    for route in vpc.spec.list("staticRoutes") {
        match route.text("prefix").map(|text| (text, Prefix::parse(text.text))) {
            None => {
                bench.say(Code::StaticRoute, vpc.id, route.head, "the static route has no prefix");
            }
            Some((text, None)) => {
                bench.say(Code::InvalidAddress, vpc.id, text.span, format!("'{text}' is no prefix"));
            }
            Some((text, Some(prefix))) if !prefix.is_masked() => {
                let message =
                    format!("{text} has bits set behind its network part; the network is {}", prefix.masked());
                bench.say(Code::PrefixNotMasked, vpc.id, text.span, message);
            }
            Some(_) => {}
        }
        if route.texts("nextHops").is_empty() {
            bench.say(Code::StaticRoute, vpc.id, route.key_at("nextHops"), "the static route has no next hop");
        }
    }
}
