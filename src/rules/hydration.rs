//! Hydration: the addresses and ASNs that hhfab gives to switches, links and gateways; all have theirs, or none.

use core::net::IpAddr;
use std::collections::BTreeMap;

use crate::fabric::address::Prefix;
use crate::fabric::settings::Mode;
use crate::verdict::code::Code;
use crate::yaml::Span;

use super::breach::Bench;
use super::index::Index;
use super::read::{Fields, Text};
use super::switches::{Role, Switch};
use super::what::What;

/// How far a fabric is hydrated.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Status {
    /// Nothing has an address yet: hhfab will give all of them.
    None,
    /// Something has: all the rest must.
    Begun,
}

/// Every place for an address or ASN: whose, below what, and which field.
fn places<'a>(index: &Index<'a>) -> Vec<(usize, Fields<'a>, &'static str)> {
    let mut places = Vec::new();
    for switch in index.switches.values() {
        let vtep = switch.role == Role::Leaf && index.settings.mode == Mode::SpineLeaf;
        let fields = ["ip", "protocolIP", "asn", "vtepIP"].into_iter().take(if vtep { 4 } else { 3 });
        places.extend(fields.map(|field| (switch.id, switch.spec, field)));
    }
    for connection in index.connections.values().filter(|connection| !connection.gone) {
        if connection.kind.is_some_and(|kind| kind.addressed) {
            places.extend(connection.links.iter().flatten().map(|end| (connection.id, end.fields, "ip")));
        }
    }
    if index.settings.gateway {
        for (_, id) in index.all(What::Gateway) {
            places.extend(["asn", "protocolIP", "vtepIP"].map(|field| (id, index.spec(id), field)));
        }
    }
    places
}

/// Whether a place has its address or ASN.
fn is_set(fields: &Fields<'_>, field: &str) -> bool {
    fields.text(field).is_some() || fields.number(field).is_some()
}

/// How far the fabric is hydrated.
pub(super) fn status(index: &Index<'_>) -> Status {
    let begun = places(index).iter().any(|(_, fields, field)| is_set(fields, field));
    if begun { Status::Begun } else { Status::None }
}

/// Which holders claim an address, or an ASN.
type Claims<K> = BTreeMap<K, Vec<(usize, Span, bool)>>;

/// All claims, by what they are for. Each holder is marked by whether it minds another's having the same.
#[derive(Default)]
struct Ledger {
    addresses: Claims<(&'static str, IpAddr)>,
    asns: Claims<i64>,
}

pub(super) fn check(index: &Index<'_>, bench: &mut Bench) {
    let places = places(index);
    let set: Vec<bool> = places.iter().map(|(_, fields, field)| is_set(fields, field)).collect();
    let first = places.iter().zip(&set).find(|(_, set)| **set).map(|((id, fields, field), _)| (*id, fields.at(field)));
    match first {
        Some((other, at)) => {
            for ((id, fields, field), _) in places.iter().zip(&set).filter(|(_, set)| !**set) {
                let message = format!("{field} is missing, though {} has its addresses", index.called(other));
                let breach = bench.say(Code::RequiredValue, *id, fields.head, message);
                breach.help("Give all switches, fabric links and gateways their addresses and ASNs, or none of them.");
                breach.related(other, at, "an address that is set");
            }
        }
        None => say_not_hydrated(index, &places, bench),
    }
    let ledger = ledger(index, bench);
    settle(index, &ledger, bench);
}

/// Checks each address and ASN by itself, and gathers who has which.
fn ledger(index: &Index<'_>, bench: &mut Bench) -> Ledger {
    let mut ledger = Ledger::default();
    for switch in index.switches.values() {
        Checked { index, id: switch.id, spec: switch.spec, bench: &mut *bench, hhfab_only: false }
            .switch(switch, &mut ledger);
    }
    if index.settings.gateway {
        for (_, id) in index.all(What::Gateway) {
            let spec = index.spec(id);
            Checked { index, id, spec, bench: &mut *bench, hhfab_only: true }.gateway(&mut ledger);
        }
    }
    ledger
}

/// The addresses, each with what it is for, and the ASNs that somebody has and another may mind.
pub(super) fn holders(index: &Index<'_>) -> (Vec<(&'static str, IpAddr)>, Vec<i64>) {
    let ledger = ledger(index, &mut Bench::default());
    (ledger.addresses.into_keys().collect(), ledger.asns.into_keys().collect())
}

/// Every place for an address or ASN in the order in which the first that is set is looked for: the kind's place in it,
/// the object's name, and whether it is set.
pub(super) fn begun<'a>(index: &Index<'a>) -> Vec<(u8, &'a str, bool)> {
    let order = |id: usize| match What::of(index.objects[id].identity) {
        Some(What::Switch) => 0,
        Some(What::Connection) => 1,
        _ => 2,
    };
    let place = |(id, fields, field): (usize, Fields<'_>, &str)| {
        (order(id), index.objects[id].identity.name.as_str(), is_set(&fields, field))
    };
    places(index).into_iter().map(place).collect()
}

fn say_not_hydrated(index: &Index<'_>, places: &[(usize, Fields<'_>, &str)], bench: &mut Bench) {
    if let Some((id, fields, _)) = places.first() {
        let message = format!("none of the fabric's {} addresses and ASNs is set", places.len());
        bench.say(Code::NotHydrated, *id, fields.head, message);
    }
    for switch in index.switches.values().filter(|switch| switch.role == Role::Other) {
        let breach = bench.say(Code::RequiredValue, switch.id, switch.spec.head, "the switch has no asn");
        breach.help("hhfab gives ASNs to spines and leaves only; write one.");
    }
}

/// One object being checked.
struct Checked<'b, 'i, 'a> {
    index: &'i Index<'a>,
    id: usize,
    spec: Fields<'a>,
    bench: &'b mut Bench,
    /// Whether the ranges are hhfab's rule alone, which the cluster does not ask for.
    hhfab_only: bool,
}

impl<'a> Checked<'_, '_, 'a> {
    /// The prefix of a field, said if it cannot be read.
    fn prefix(&mut self, field: &str) -> Option<(Prefix, Text<'a>)> {
        let text = self.spec.text(field)?;
        let prefix = Prefix::parse(text.text);
        if prefix.is_none() {
            self.bench.say(Code::InvalidAddress, self.id, text.span, format!("{field} '{text}' is no prefix"));
        }
        Some((prefix?, text))
    }

    /// Says if a prefix is no single address inside a subnet.
    fn single(&mut self, field: &str, (prefix, text): (Prefix, Text<'a>), subnet: Prefix, setting: &str) {
        if prefix.bits != 32 {
            self.bench.say(Code::InvalidAddress, self.id, text.span, format!("{field} {text} is not a /32"));
        }
        if !subnet.contains(prefix.address) {
            let message = format!("{field} {text} does not lie in {subnet}, the setting {setting}");
            let breach = self.bench.say(Code::AddressOutside, self.id, text.span, message);
            if self.hhfab_only {
                breach.warn();
            }
        }
    }

    fn switch(&mut self, switch: &Switch<'a>, ledger: &mut Ledger) {
        let settings = self.index.settings;
        if let Some((prefix, text)) = self.prefix("ip") {
            self.management(prefix, text);
            ledger.addresses.entry(("management", prefix.address)).or_default().push((self.id, text.span, true));
        }
        if let Some((prefix, text)) = self.prefix("protocolIP") {
            self.single("protocolIP", (prefix, text), settings.protocol_subnet, "protocol-subnet");
            ledger.addresses.entry(("protocol", prefix.address)).or_default().push((self.id, text.span, true));
        }
        let minds = switch.role == Role::Leaf && !switch.is_mclag();
        if switch.role == Role::Spine {
            if let Some(text) = self.spec.text("vtepIP") {
                self.bench.say(Code::ForbiddenValue, self.id, text.span, "a spine has no vtepIP");
            }
        } else if let Some((prefix, text)) = self.prefix("vtepIP") {
            if switch.role == Role::Leaf {
                self.single("vtepIP", (prefix, text), settings.vtep_subnet, "vtep-subnet");
            }
            ledger.addresses.entry(("VTEP", prefix.address)).or_default().push((self.id, text.span, minds));
        }
        if let Some(asn) = self.spec.number("asn") {
            if switch.role == Role::Leaf {
                ledger.asns.entry(asn.number).or_default().push((self.id, asn.span, minds));
            }
            self.asn(switch.role, asn.number, asn.span);
        }
    }

    fn management(&mut self, prefix: Prefix, text: Text<'a>) {
        let settings = self.index.settings;
        let message = if !settings.management_subnet.contains(prefix.address) {
            format!("ip {text} does not lie in {}, the setting management-subnet", settings.management_subnet)
        } else if prefix.address >= settings.management_dhcp_start {
            format!("ip {text} is not below {}, the setting management-dhcp-start", settings.management_dhcp_start)
        } else if prefix.address == settings.control_vip.address {
            let message = format!("ip {text} is the setting control-vip");
            self.bench.say(Code::AddressInUse, self.id, text.span, message);
            return;
        } else {
            return;
        };
        self.bench.say(Code::AddressOutside, self.id, text.span, message);
    }

    fn asn(&mut self, role: Role, asn: i64, span: Span) {
        let settings = self.index.settings;
        let (start, end) = (i64::from(settings.leaf_asn_start), i64::from(settings.leaf_asn_end));
        let message = match role {
            Role::Leaf if !(start..=end).contains(&asn) => {
                format!("a leaf's ASN is one from {start} to {end}, not {asn}")
            }
            Role::Spine if asn != i64::from(settings.spine_asn) => {
                format!("a spine's ASN is {}, not {asn}", settings.spine_asn)
            }
            _ => return,
        };
        self.bench.say(Code::AsnOutOfRange, self.id, span, message);
    }

    fn gateway(&mut self, ledger: &mut Ledger) {
        let settings = self.index.settings;
        let subnets = [
            ("protocolIP", "protocol", settings.protocol_subnet, "protocol-subnet"),
            ("vtepIP", "VTEP", settings.vtep_subnet, "vtep-subnet"),
        ];
        for (field, name, subnet, setting) in subnets {
            if let Some((prefix, text)) = self.prefix(field) {
                self.single(field, (prefix, text), subnet, setting);
                ledger.addresses.entry((name, prefix.address)).or_default().push((self.id, text.span, true));
            }
        }
        if let Some(asn) = self.spec.number("asn").filter(|asn| asn.number != i64::from(settings.gateway_asn)) {
            let message = format!("a gateway's ASN is {}, not {}", settings.gateway_asn, asn.number);
            self.bench.say(Code::AsnOutOfRange, self.id, asn.span, message).warn();
        }
    }
}

/// Says of each claim that another holder has the same.
fn settle(index: &Index<'_>, ledger: &Ledger, bench: &mut Bench) {
    let mut say = |code: Code, what: String, claims: &[(usize, Span, bool)]| {
        for (id, span, _) in claims.iter().filter(|(_, _, minds)| *minds) {
            if let Some((other, at, _)) = claims.iter().find(|(other, _, _)| other != id) {
                let message = format!("{} has {what} too", index.called(*other));
                bench.say(code, *id, *span, message).related(*other, *at, "its other holder");
            }
        }
    };
    for ((name, address), claims) in &ledger.addresses {
        say(Code::AddressInUse, format!("the {name} address {address}"), claims);
    }
    for (asn, claims) in &ledger.asns {
        say(Code::AsnInUse, format!("the ASN {asn}"), claims);
    }
}
