//! ExternalAttachments: an external connection, BGP or static as their External is, one VLAN each on a connection.

use std::collections::BTreeMap;

use crate::fabric::address::{Prefix, parse_address};
use crate::verdict::code::Code;

use super::acls;
use super::breach::Bench;
use super::index::Index;
use super::read::Fields;
use super::vpc_attachments::{Holder, say_twice};
use super::what::What;

/// Which attachments have each VLAN of each connection, and where they say so.
pub(super) fn holders<'a>(index: &Index<'a>) -> BTreeMap<(&'a str, i64), Vec<Holder>> {
    let mut vlans: BTreeMap<(&str, i64), Vec<Holder>> = BTreeMap::new();
    for (_, id) in index.all(What::ExternalAttachment) {
        let spec = index.spec(id);
        let side = spec.sub(if spec.has("static") { "static" } else { "switch" });
        if let Some(connection) = spec.text("connection") {
            let vlan = side.number("vlan").map_or(0, |vlan| vlan.number);
            vlans.entry((connection.text, vlan)).or_default().push((id, side.at("vlan")));
        }
    }
    vlans
}

pub(super) fn check(index: &Index<'_>, bench: &mut Bench) {
    for (_, id) in index.all(What::ExternalAttachment) {
        let spec = index.spec(id);
        for key in ["external", "connection"].into_iter().filter(|key| spec.text(key).is_none()) {
            bench.say(Code::RequiredValue, id, spec.at(key), format!("the attachment names no {key}"));
        }
        let is_static = spec.has("static");
        if is_static {
            check_static(id, spec, bench);
        } else {
            check_bgp(id, spec, bench);
        }
        acls::check(id, spec.sub("inboundACL"), bench);
        check_sides(index, id, spec, bench);
    }
    for ((_, vlan), holders) in &holders(index) {
        let what = format!("has VLAN {vlan} on the same connection");
        say_twice(index, holders, Code::VlanInUse, &what, bench);
    }
}

fn check_bgp(id: usize, spec: Fields<'_>, bench: &mut Bench) {
    let (switch, neighbor) = (spec.sub("switch"), spec.sub("neighbor"));
    match switch.text("ip") {
        None => {
            bench.say(Code::RequiredValue, id, switch.at("ip"), "switch.ip is missing");
        }
        Some(ip) if Prefix::parse(ip.text).is_none() => {
            bench.say(Code::InvalidAddress, id, ip.span, format!("switch.ip '{ip}' is no prefix"));
        }
        Some(_) => {}
    }
    if neighbor.number("asn").is_none() {
        bench.say(Code::RequiredValue, id, neighbor.at("asn"), "neighbor.asn is missing");
    }
    match neighbor.text("ip") {
        None => {
            bench.say(Code::RequiredValue, id, neighbor.at("ip"), "neighbor.ip is missing");
        }
        Some(ip) if parse_address(ip.text).is_none() => {
            bench.say(Code::InvalidAddress, id, ip.span, format!("neighbor.ip '{ip}' is no address"));
        }
        Some(_) => {}
    }
}

fn check_static(id: usize, spec: Fields<'_>, bench: &mut Bench) {
    for (side, key) in [("switch", "ip"), ("switch", "vlan"), ("neighbor", "asn"), ("neighbor", "ip")] {
        let fields = spec.sub(side);
        if fields.text(key).is_some() || fields.number(key).is_some() {
            let message = format!("a static attachment has no {side}.{key}");
            bench.say(Code::ForbiddenValue, id, fields.at(key), message);
        }
    }
    let fixed = spec.sub("static");
    match fixed.text("remoteIP") {
        None => {
            bench.say(Code::RequiredValue, id, fixed.at("remoteIP"), "static.remoteIP is missing");
        }
        Some(ip) if parse_address(ip.text).is_none() => {
            bench.say(Code::InvalidAddress, id, ip.span, format!("static.remoteIP '{ip}' is no address"));
        }
        Some(_) => {}
    }
    match (fixed.text("ip"), fixed.flag("proxy")) {
        (None, false) => {
            let message = "a static attachment needs static.ip, or static.proxy: true";
            bench.say(Code::RequiredValue, id, fixed.head, message);
        }
        (Some(ip), true) => {
            bench.say(Code::ForbiddenValue, id, ip.span, "static.ip does not go with static.proxy");
        }
        (Some(ip), false) if Prefix::parse(ip.text).is_none() => {
            bench.say(Code::InvalidAddress, id, ip.span, format!("static.ip '{ip}' is no prefix"));
        }
        _ => {}
    }
}

fn check_sides(index: &Index<'_>, id: usize, spec: Fields<'_>, bench: &mut Bench) {
    let is_static = spec.has("static");
    let external = spec.text("external").and_then(|name| index.externals.get(name.text));
    if let Some(external) = external.filter(|external| external.is_static != is_static) {
        let called = index.called(external.id);
        let message = match is_static {
            true => format!("the attachment is static, but {called} is not"),
            false => format!("{called} is static, but the attachment is not"),
        };
        let breach = bench.say(Code::StaticMismatch, id, spec.at("external"), message);
        breach.related(external.id, external.spec.key_at("static"), "the External");
    }
    let connection = spec.text("connection").and_then(|name| index.connections.get(name.text));
    if let Some(connection) = connection.filter(|connection| !connection.has("external")) {
        let kind = connection.kind.map_or("", |kind| kind.key);
        let message = format!(
            "Externals are attached to external connections; {} is of type {kind}",
            index.called(connection.id)
        );
        let breach = bench.say(Code::AttachmentConnection, id, spec.at("connection"), message);
        breach.related(connection.id, connection.fields.key_at(kind), "the connection's type");
    }
}
