//! Static external connections: an address, a next hop beside it, and the subnets that lie behind it.

use crate::fabric::address::{Prefix, parse_address};
use crate::verdict::code::Code;

use super::breach::Bench;
use super::connections::Connection;
use super::index::Index;
use super::ipv4_namespaces::check_apart;
use super::read::{Fields, Text};

pub(super) fn check(index: &Index<'_>, bench: &mut Bench) {
    let looked_at = index.connections.values().filter(|connection| !connection.gone);
    for connection in looked_at.filter(|connection| connection.has("staticExternal")) {
        let switch = connection.fields.sub("staticExternal").sub("link").sub("switch");
        check_next_hop(connection, switch, bench);
        check_subnets(index, connection, switch, bench);
    }
}

fn check_next_hop(connection: &Connection<'_>, switch: Fields<'_>, bench: &mut Bench) {
    let ip = switch.text("ip");
    let prefix = ip.and_then(|ip| Prefix::parse(ip.text));
    if prefix.is_none() {
        let message = ip.map_or_else(|| "the link has no ip".to_owned(), |ip| format!("'{ip}' is no prefix"));
        bench.say(Code::InvalidAddress, connection.id, switch.at("ip"), message);
    }
    let hop = switch.text("nextHop");
    let Some(address) = hop.and_then(|hop| parse_address(hop.text)) else {
        let message = hop.map_or_else(|| "the link has no nextHop".to_owned(), |hop| format!("'{hop}' is no address"));
        bench.say(Code::InvalidAddress, connection.id, switch.at("nextHop"), message);
        return;
    };
    if let Some(prefix) = prefix.filter(|prefix| !prefix.contains(address)) {
        let message = format!("the next hop {address} does not lie in {}", prefix.masked());
        bench.say(Code::AddressOutside, connection.id, switch.at("nextHop"), message);
    }
}

fn check_subnets(index: &Index<'_>, connection: &Connection<'_>, switch: Fields<'_>, bench: &mut Bench) {
    let texts = switch.texts("subnets");
    let mut subnets: Vec<(Prefix, Text<'_>)> = Vec::new();
    for text in &texts {
        let Some(prefix) = Prefix::parse(text.text) else {
            bench.say(Code::InvalidAddress, connection.id, text.span, format!("'{text}' is no prefix"));
            continue;
        };
        if text.text == "0.0.0.0/0" {
            if texts.len() > 1 {
                let message = "the default route must be the only subnet";
                bench
                    .say(Code::SubnetsOverlap, connection.id, text.span, message)
                    .help("Delete the other subnets, or it.");
            }
            continue;
        }
        if !prefix.is_masked() {
            let message = format!("{text} has bits set behind its network part; the network is {}", prefix.masked());
            bench.say(Code::PrefixNotMasked, connection.id, text.span, message);
        }
        subnets.push((prefix, *text));
    }
    check_apart(index, connection.id, &subnets, bench);
}
