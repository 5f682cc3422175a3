//! The addresses of fabric, mesh and gateway links: two ends of one /31 in the fabric's subnet, each used once.

use core::net::IpAddr;
use std::collections::BTreeMap;

use crate::fabric::address::Prefix;
use crate::verdict::code::Code;
use crate::yaml::Span;

use super::breach::Bench;
use super::connections::{Connection, End};
use super::index::Index;

/// Which links have each address, and where they say so.
type Users = BTreeMap<IpAddr, Vec<(usize, Span)>>;

/// Which links have each address.
pub(super) fn holders(index: &Index<'_>) -> Users {
    users(index, &mut Bench::default())
}

/// Checks each link by itself, and gathers who has which address.
fn users(index: &Index<'_>, bench: &mut Bench) -> Users {
    let mut users = Users::new();
    for connection in index.connections.values().filter(|connection| !connection.gone) {
        if !connection.kind.is_some_and(|kind| kind.addressed) {
            continue;
        }
        for link in &connection.links {
            let prefixes: Vec<Prefix> = link.iter().filter_map(|end| address(index, connection, end, bench)).collect();
            for (end, prefix) in link.iter().zip(&prefixes).filter(|_| prefixes.len() == link.len()) {
                users.entry(prefix.address).or_default().push((connection.id, end.fields.at("ip")));
            }
            if let [one, other] = prefixes[..]
                && one.masked() != other.masked()
                && let Some(end) = link.last()
            {
                let message = format!("the link's ends, {one} and {other}, are not in one subnet");
                bench.say(Code::LinkNotInOneSubnet, connection.id, end.fields.at("ip"), message);
            }
        }
    }
    users
}

pub(super) fn check(index: &Index<'_>, bench: &mut Bench) {
    for (address, holders) in users(index, bench).iter().filter(|(_, holders)| holders.len() > 1) {
        for (position, (id, span)) in holders.iter().enumerate() {
            let (other, at) = holders[usize::from(position == 0)];
            let message = format!("the address {address} is used by a link of {} too", index.called(other));
            bench.say(Code::AddressInUse, *id, *span, message).related(other, at, "its other use");
        }
    }
}

/// The address of a link's end, said if it is none; that it is missing is said by `hydration`.
fn address(index: &Index<'_>, connection: &Connection<'_>, end: &End<'_>, bench: &mut Bench) -> Option<Prefix> {
    let text = end.fields.text("ip")?;
    let Some(prefix) = Prefix::parse(text.text).filter(|prefix| prefix.bits == 31) else {
        bench.say(Code::InvalidAddress, connection.id, text.span, format!("the link's ip '{text}' is no /31"));
        return None;
    };
    let subnet = index.settings.fabric_subnet;
    if !subnet.contains(prefix.address) {
        let message = format!("the link's ip {text} does not lie in {subnet}, the setting fabric-subnet");
        bench.say(Code::AddressOutside, connection.id, text.span, message);
    }
    Some(prefix)
}
