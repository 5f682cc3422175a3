//! Gateways: refused where the fabric has none; else addresses, interfaces, neighbours and groups of each.

use std::collections::BTreeSet;

use crate::fabric::address::{Prefix, parse_address, parse_mac};
use crate::verdict::code::Code;

use super::breach::Bench;
use super::gateway_interfaces;
use super::hydration::{self, Status};
use super::index::Index;
use super::read::Fields;
use super::what::What;

pub(super) fn check(index: &Index<'_>, bench: &mut Bench) {
    if !index.settings.gateway {
        for what in [What::Gateway, What::GatewayGroup, What::GatewayPeering] {
            for (_, id) in index.all(what) {
                let message = format!("the fabric has no gateways, so a {} is refused", what.as_str());
                bench.say(Code::GatewayDisabled, id, index.root(id).head, message);
            }
        }
        return;
    }
    let hydrated = hydration::status(index) == Status::Begun;
    let links = gateway_interfaces::links(index);
    for (name, id) in index.all(What::Gateway) {
        let spec = index.spec(id);
        if let Some(workers) = spec.number("workers").filter(|workers| !(1..=64).contains(&workers.number)) {
            let message = format!("the gateway has {} workers, not 1 to 64", workers.number);
            bench.say(Code::GatewayValue, id, workers.span, message);
        }
        check_addresses(id, spec, hydrated, bench);
        let linked = links.get(name).filter(|_| !hydrated);
        gateway_interfaces::check(id, spec, linked, bench);
        check_neighbors(id, spec, linked.is_some(), bench);
        check_groups(id, spec, bench);
    }
}

fn check_addresses(id: usize, spec: Fields<'_>, hydrated: bool, bench: &mut Bench) {
    for field in ["protocolIP", "vtepIP"] {
        if let Some(text) = spec.text(field)
            && let Some(prefix) = Prefix::parse(text.text)
        {
            let address = prefix.address;
            let cast = address.is_multicast() || address.is_loopback() || address.is_unspecified();
            if !address.is_ipv4() || (field == "vtepIP" && cast) {
                let message = format!("{field} {text} is no address of a single IPv4 host");
                bench.say(Code::InvalidAddress, id, text.span, message);
            }
        }
    }
    match spec.text("vtepMAC") {
        None if hydrated => {
            bench.say(Code::RequiredValue, id, spec.at("vtepMAC"), "the gateway has no vtepMAC");
        }
        None => {}
        Some(text) => {
            let mac = parse_mac(text.text);
            let single = mac.is_some_and(|mac| mac.first().is_some_and(|b| b & 1 == 0) && mac != [0; 6]);
            if !single {
                let message = format!("vtepMAC '{text}' is no hardware address of a single host");
                bench.say(Code::InvalidAddress, id, text.span, message);
            }
        }
    }
}

fn check_neighbors(id: usize, spec: Fields<'_>, linked: bool, bench: &mut Bench) {
    let neighbors = spec.list("neighbors");
    if neighbors.is_empty() && !linked {
        let breach = bench.say(Code::GatewayNeighbor, id, spec.key_at("neighbors"), "the gateway has no neighbour");
        breach.help("Add a neighbour, or a gateway connection to a switch, out of which hhfab makes one.");
    }
    for neighbor in neighbors {
        let ip = neighbor.text("ip");
        let address = ip.and_then(|ip| parse_address(ip.text));
        let single = address.is_some_and(|ip| ip.is_ipv4() && !ip.is_multicast() && !ip.is_unspecified());
        if !single {
            let message = ip.map_or_else(
                || "the neighbour has no ip".to_owned(),
                |ip| format!("the neighbour's ip '{ip}' is no address of a single IPv4 host"),
            );
            bench.say(Code::GatewayNeighbor, id, neighbor.at("ip"), message);
        }
        if neighbor.number("asn").is_none() {
            bench.say(Code::GatewayNeighbor, id, neighbor.at("asn"), "the neighbour has no asn");
        }
    }
}

fn check_groups(id: usize, spec: Fields<'_>, bench: &mut Bench) {
    let mut seen = BTreeSet::new();
    for group in spec.list("groups") {
        let name = group.text_or("name", "");
        if !seen.insert(name.text) {
            bench.say(Code::GatewayGroupTwice, id, name.span, format!("the gateway is in the group '{name}' twice"));
        }
    }
}
