//! The access list of a gateway peering: rules between its two sides.

use crate::fabric::address::Prefix;
use crate::verdict::code::Code;
use crate::verdict::identity::is_dns_subdomain;

use super::breach::Bench;
use super::gateway_peerings::is_ports;
use super::index::Index;
use super::read::{Fields, Text};

/// The longest name of a rule.
const MAX_NAME: usize = 64;

pub(super) fn check(
    index: &Index<'_>,
    id: usize,
    spec: Fields<'_>,
    sides: &[(Text<'_>, Fields<'_>)],
    bench: &mut Bench,
) {
    let acl = spec.sub("acl");
    if let Some(text) = acl.text("default").filter(|text| !matches!(text.text, "deny" | "deny-unless-exposed")) {
        bench.say(
            Code::PeeringAcl,
            id,
            text.span,
            format!("the default '{text}' is neither deny nor deny-unless-exposed"),
        );
    }
    for rule in acl.list("rules") {
        check_rule(id, rule, sides, bench);
        for (key, way) in [("src", "from"), ("dst", "to")] {
            for end in rule.sub("match").list(key) {
                check_end(index, id, end, side(rule, way, sides), bench);
            }
        }
    }
}

/// The side that a rule speaks of: the one named, or the one that the other way does not name.
fn side<'a>(rule: Fields<'a>, way: &str, sides: &[(Text<'a>, Fields<'a>)]) -> Option<Text<'a>> {
    let other = if way == "from" { "to" } else { "from" };
    rule.text(way).or_else(|| {
        let named = rule.text(other)?;
        sides.iter().map(|(name, _)| *name).find(|name| name.text != named.text)
    })
}

fn check_rule(id: usize, rule: Fields<'_>, sides: &[(Text<'_>, Fields<'_>)], bench: &mut Bench) {
    let mut say = |key: &str, message: String| {
        bench.say(Code::PeeringAcl, id, rule.at(key), message);
    };
    if let Some(name) = rule.text("name").filter(|name| !is_dns_subdomain(name.text) || name.text.len() > MAX_NAME) {
        say("name", format!("'{name}' is no rule's name of up to {MAX_NAME} lower-case letters, digits, '-' and '.'"));
    }
    if !rule.text("action").is_some_and(|action| matches!(action.text, "allow" | "deny")) {
        say("action", "action is neither allow nor deny".to_owned());
    }
    if rule.text("from").is_none() && rule.text("to").is_none() {
        say("from", "the rule has neither from nor to".to_owned());
    }
    for way in ["from", "to"] {
        if let Some(named) = rule.text(way).filter(|named| !sides.iter().any(|(name, _)| name.text == named.text)) {
            say(way, format!("{way} names {named}, which is no side of the peering"));
        }
    }
    let matched = rule.sub("match");
    if let Some(proto) = matched.text("proto") {
        let number = proto.text.strip_prefix(['+', '-']).unwrap_or(proto.text);
        let number = !number.is_empty() && number.bytes().all(|b| b.is_ascii_digit());
        if !number && !matches!(proto.text, "tcp" | "udp") {
            bench.say(Code::PeeringAcl, id, proto.span, format!("proto '{proto}' is neither tcp, udp nor a number"));
        }
    }
}

fn check_end(index: &Index<'_>, id: usize, end: Fields<'_>, side: Option<Text<'_>>, bench: &mut Bench) {
    let (cidr, subnet) = (end.text("cidr"), end.text("vpcSubnet"));
    if let (Some(_), Some(subnet)) = (cidr, subnet) {
        bench.say(Code::PeeringAcl, id, subnet.span, "a match has a cidr or a vpcSubnet, not both");
    }
    if let Some(cidr) = cidr.filter(|cidr| Prefix::parse(cidr.text).is_none()) {
        bench.say(Code::InvalidAddress, id, cidr.span, format!("'{cidr}' is no prefix"));
    }
    for port in end.texts("ports").into_iter().filter(|port| !is_ports(port.text)) {
        bench.say(Code::PeeringAcl, id, port.span, format!("'{port}' is neither a port nor a range of ports"));
    }
    let Some((subnet, side)) = subnet.zip(side) else { return };
    match index.vpcs.get(side.text) {
        None => {
            let message = format!("vpcSubnet {subnet} is asked of {side}, which is no VPC");
            bench.say(Code::PeeringAcl, id, subnet.span, message);
        }
        Some(vpc) if !vpc.subnets.contains_key(subnet.text) => {
            let message = format!("{} has no subnet '{subnet}'", index.called(vpc.id));
            bench.say(Code::UnknownSubnet, id, subnet.span, message);
        }
        Some(_) => {}
    }
}
