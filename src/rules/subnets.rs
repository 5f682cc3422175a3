//! One subnet of a VPC: prefix, gateway, VLAN, its namespaces, and what a hostBGP subnet may have.

use crate::fabric::address::{Prefix, parse_address};
use crate::verdict::code::Code;

use super::breach::Bench;
use super::dhcp;
use super::index::Index;
use super::ipv4_namespaces::{Lies, check_reserved};
use super::read::{Fields, Text};
use super::vpcs::{Subnet, Vpc};
use super::what::What;

/// The longest prefix of a VPC's subnet.
const MAX_BITS: u8 = 30;
/// The most further prefixes of a hostBGP subnet.
const MAX_EXTRA: usize = 100;
/// The length of a host's own prefix, which hostBGP takes unless told otherwise.
const HOST_BITS: i64 = 32;

pub(super) fn check(index: &Index<'_>, vpc: &Vpc<'_>, subnet: &Subnet<'_>, bench: &mut Bench) {
    let (id, name, fields) = (vpc.id, subnet.name, subnet.fields);
    let Some(cidr) = subnet.cidr else {
        bench.say(Code::RequiredValue, id, fields.head, format!("the subnet {name} has no subnet"));
        return;
    };
    let Some(prefix) = subnet.prefix else {
        bench.say(Code::InvalidAddress, id, cidr.span, format!("'{cidr}' is no prefix"));
        return;
    };
    if prefix.bits > MAX_BITS {
        let message = format!("{cidr} has a prefix of {} bits, more than {MAX_BITS}", prefix.bits);
        bench.say(Code::SubnetTooSmall, id, cidr.span, message);
    }
    check_reserved(index, id, &prefix, cidr, bench);
    check_ipv4_namespace(index, vpc, &prefix, cidr, bench);
    let gateway = if subnet.host_bgp {
        check_host_bgp(index, vpc, subnet, &prefix, bench);
        None
    } else {
        check_no_host_bgp(id, subnet, bench);
        check_vlan(index, vpc, subnet, bench);
        check_gateway(id, fields, &prefix, bench)
    };
    dhcp::check(id, subnet, &prefix, gateway, bench);
}

fn check_ipv4_namespace(index: &Index<'_>, vpc: &Vpc<'_>, prefix: &Prefix, text: Text<'_>, bench: &mut Bench) {
    let namespace = vpc.ipv4_namespace;
    match index.ipv4_namespaces.get(namespace.text).map(|named| named.holds(prefix)) {
        Some(Lies::Outside) => {
            let message = format!("{text} lies in no subnet of the IPv4Namespace {namespace}");
            let breach = bench.say(Code::SubnetOutsideNamespace, vpc.id, text.span, message);
            if let Some(id) = index.find(What::Ipv4Namespace, namespace.text) {
                breach.related(id, index.spec(id).key_at("subnets"), "its subnets");
            }
        }
        Some(Lies::Unknown(other, bad)) => {
            let message = format!("the cluster cannot tell where {text} lies while {} is wrong", index.called(other));
            let breach = bench.say(Code::BlockedByAnother, vpc.id, text.span, message);
            breach.related(other, bad.span, "the subnet that cannot be read");
        }
        Some(Lies::Inside) | None => {}
    }
}

fn check_vlan(index: &Index<'_>, vpc: &Vpc<'_>, subnet: &Subnet<'_>, bench: &mut Bench) {
    let Some(vlan) = subnet.vlan else {
        let message = format!("the subnet {} has no vlan", subnet.name);
        bench.say(Code::RequiredValue, vpc.id, subnet.fields.at("vlan"), message);
        return;
    };
    let Some(named) = index.vlan_namespaces.get(vpc.vlan_namespace.text) else { return };
    if !named.contains(vlan.number) {
        let message = format!("VLAN {} is none of the VLANNamespace {}", vlan.number, vpc.vlan_namespace);
        let breach = bench.say(Code::VlanOutsideNamespace, vpc.id, vlan.span, message);
        breach.related(named.id, index.spec(named.id).at("ranges"), "its ranges");
    }
}

/// The subnet's gateway: the one it names, or its first host, which the cluster puts there.
fn check_gateway(id: usize, fields: Fields<'_>, prefix: &Prefix, bench: &mut Bench) -> Option<core::net::IpAddr> {
    let Some(text) = fields.text("gateway") else { return prefix.nth(1) };
    let Some(gateway) = parse_address(text.text) else {
        bench.say(Code::InvalidAddress, id, text.span, format!("the gateway '{text}' is no address"));
        return None;
    };
    if !prefix.contains(gateway) {
        let message = format!("the gateway {text} does not lie in {}", prefix.masked());
        bench.say(Code::AddressOutside, id, text.span, message);
    }
    Some(gateway)
}

fn check_no_host_bgp(id: usize, subnet: &Subnet<'_>, bench: &mut Bench) {
    let fields = subnet.fields;
    let lengths = ["hostBGPMinPrefixLen", "hostBGPMaxPrefixLen"].into_iter().filter(|key| fields.number(key).is_some());
    let extra = Some("hostBGPExtraPrefixes").filter(|_| !subnet.extra.is_empty());
    for key in lengths.chain(extra) {
        let message = format!("{key} goes with hostBGP: true only");
        bench.say(Code::HostBgp, id, fields.key_at(key), message);
    }
}

fn check_host_bgp(index: &Index<'_>, vpc: &Vpc<'_>, subnet: &Subnet<'_>, prefix: &Prefix, bench: &mut Bench) {
    let (id, fields) = (vpc.id, subnet.fields);
    if fields.sub("dhcp").flag("enable") {
        bench.say(Code::HostBgp, id, fields.sub("dhcp").at("enable"), "a hostBGP subnet has no DHCP server");
    }
    let length = |fields: Fields<'_>, key: &str, or: i64| fields.number(key).map_or(or, |number| number.number);
    let least = length(fields, "hostBGPMinPrefixLen", HOST_BITS);
    let most = length(fields, "hostBGPMaxPrefixLen", HOST_BITS);
    check_lengths(id, fields, prefix, (least, most), bench);
    if subnet.extra.len() > MAX_EXTRA {
        let message = format!("the subnet has {} extra prefixes, more than {MAX_EXTRA}", subnet.extra.len());
        bench.say(Code::HostBgp, id, fields.key_at("hostBGPExtraPrefixes"), message);
    }
    for (text, of) in &subnet.extra {
        let Some(extra) = Prefix::parse(text.text).filter(|prefix| prefix.address.is_ipv4()) else {
            bench.say(Code::InvalidAddress, id, text.span, format!("'{text}' is no IPv4 prefix"));
            continue;
        };
        if !extra.is_masked() {
            let message = format!("{text} has bits set behind its network part; the network is {}", extra.masked());
            bench.say(Code::PrefixNotMasked, id, text.span, message);
        }
        let lengths = (length(*of, "minPrefixLen", least), length(*of, "maxPrefixLen", most));
        check_lengths(id, *of, &extra, lengths, bench);
        check_reserved(index, id, &extra, *text, bench);
        check_ipv4_namespace(index, vpc, &extra, *text, bench);
    }
}

fn check_lengths(id: usize, fields: Fields<'_>, prefix: &Prefix, (least, most): (i64, i64), bench: &mut Bench) {
    let message = if least > most {
        format!("the shortest prefix length, {least}, is more than the longest, {most}; either is 32 unless given")
    } else if most > HOST_BITS {
        format!("the longest prefix length, {most}, is more than {HOST_BITS}")
    } else if least < i64::from(prefix.bits) {
        format!("the shortest prefix length, {least}, is less than that of {prefix}")
    } else {
        return;
    };
    bench.say(Code::HostBgp, id, fields.head, message);
}
