//! GatewayPeerings on their own: two sides, what each exposes, NAT, and addresses that are the VPC's.

use crate::fabric::address::Prefix;
use crate::verdict::code::Code;

use super::breach::Bench;
use super::index::Index;
use super::peering_acls;
use super::read::{Fields, Text};
use super::vpc_peerings::check_named;
use super::what::What;

/// What the name of a side starts with that is an External.
pub(super) const EXTERNAL: &str = "ext.";

pub(super) fn check(index: &Index<'_>, bench: &mut Bench) {
    if !index.settings.gateway {
        return;
    }
    for (_, id) in index.all(What::GatewayPeering) {
        let spec = index.spec(id);
        let sides: Vec<(Text<'_>, Fields<'_>)> = spec.sub("peering").entries().collect();
        if sides.len() != 2 {
            let message = format!("the peering has {} sides, not two", sides.len());
            bench.say(Code::PeeringMembers, id, spec.key_at("peering"), message);
        }
        let mut nats = Vec::new();
        for (name, side) in &sides {
            let mut nat = Nat::default();
            for expose in side.list("expose") {
                check_expose(id, *name, expose, bench);
                nat.add(expose.sub("nat"));
            }
            check_inside(index, id, *name, *side, bench);
            nats.push((nat, *side));
        }
        check_nats(id, &nats, bench);
        peering_acls::check(index, id, spec, &sides, bench);
    }
}

/// What kinds of NAT a side uses.
#[derive(Debug, Default, Clone, Copy)]
struct Nat {
    stateful: bool,
    stateless: bool,
}

impl Nat {
    fn add(&mut self, nat: Fields<'_>) {
        self.stateful |= nat.has("masquerade") || nat.has("portForward");
        self.stateless |= nat.has("static");
    }
}

fn check_nats(id: usize, nats: &[(Nat, Fields<'_>)], bench: &mut Bench) {
    let [(one, _), (two, side)] = nats else { return };
    let message = if one.stateful && two.stateful {
        "only one side may use masquerade or portForward"
    } else if (one.stateless && two.stateful) || (one.stateful && two.stateless) {
        "a side with static NAT cannot peer with one that uses masquerade or portForward"
    } else {
        return;
    };
    bench.say(Code::ExposeNat, id, side.head, message);
}

fn check_expose(id: usize, name: Text<'_>, expose: Fields<'_>, bench: &mut Bench) {
    let (ips, as_) = (expose.list("ips"), expose.list("as"));
    let default = expose.flag("default");
    if default && (!ips.is_empty() || !as_.is_empty() || expose.has("nat")) {
        bench.say(Code::ExposeBlock, id, expose.at("default"), "default: true stands alone");
    } else if !default && ips.is_empty() {
        bench.say(Code::ExposeBlock, id, expose.head, format!("an expose of {name} has neither ips nor default: true"));
    }
    for entry in ips {
        check_block(id, name, entry, &["cidr", "not", "vpcSubnet"], bench);
    }
    for entry in &as_ {
        check_block(id, name, *entry, &["cidr", "not"], bench);
    }
    if as_.is_empty() == expose.has("nat") {
        let (there, missing) = if as_.is_empty() { ("nat", "as") } else { ("as", "nat") };
        bench.say(
            Code::ExposeNat,
            id,
            expose.key_at(there),
            format!("an expose of {name} has {there} without {missing}"),
        );
    }
    if expose.has("nat") {
        check_nat(id, expose.sub("nat"), bench);
    }
}

fn check_block(id: usize, name: Text<'_>, entry: Fields<'_>, keys: &[&str], bench: &mut Bench) {
    let given: Vec<(&str, Text<'_>)> = keys.iter().filter_map(|key| Some((*key, entry.text(key)?))).collect();
    if given.len() != 1 {
        let found: Vec<&str> = given.iter().map(|(key, _)| *key).collect();
        let found = if found.is_empty() { "none of them".to_owned() } else { found.join(" and ") };
        let message = format!("an entry of {name} has one of {}; this one has {found}", keys.join(", "));
        bench.say(Code::ExposeBlock, id, entry.head, message);
    }
    for (key, text) in given {
        if key == "vpcSubnet" {
            if name.text.starts_with(EXTERNAL) {
                bench.say(Code::ExposeBlock, id, text.span, "an External has no vpcSubnet to expose");
            }
        } else if Prefix::parse(text.text).is_none() {
            bench.say(Code::InvalidAddress, id, text.span, format!("'{text}' is no prefix"));
        }
    }
}

fn check_nat(id: usize, nat: Fields<'_>, bench: &mut Bench) {
    let kinds = ["static", "masquerade", "portForward"].into_iter().filter(|kind| nat.has(kind)).count();
    if kinds != 1 {
        let message = format!("nat has {kinds} of masquerade, static and portForward, not one");
        bench.say(Code::ExposeNat, id, nat.head, message);
    }
    if !nat.has("portForward") {
        return;
    }
    let forward = nat.sub("portForward");
    let ports = forward.list("ports");
    if ports.is_empty() {
        bench.say(Code::ExposeNat, id, forward.head, "portForward has no ports");
    }
    for entry in ports {
        for key in ["port", "as"] {
            let text = entry.text_or(key, "");
            if !is_ports(text.text) {
                let message = format!("{key} '{text}' is neither a port nor a range of ports");
                bench.say(Code::ExposeNat, id, text.span, message);
            }
        }
        if let Some(proto) = entry.text("proto").filter(|proto| !matches!(proto.text, "tcp" | "udp")) {
            bench.say(Code::ExposeNat, id, proto.span, format!("proto '{proto}' is neither tcp nor udp"));
        }
    }
}

/// Whether a text is a port, or a range of them such as `80-89`.
pub(super) fn is_ports(text: &str) -> bool {
    let port = |part: &str| {
        let digits = part.strip_prefix('+').unwrap_or(part);
        let plain = !digits.is_empty() && digits.bytes().all(|b| b.is_ascii_digit());
        plain.then(|| digits.parse::<u16>().ok()).flatten().filter(|port| *port > 0)
    };
    if text.trim() != text {
        return false;
    }
    match text.split_once('-') {
        None => port(text).is_some(),
        Some((start, end)) => port(start.trim()).zip(port(end.trim())).is_some_and(|(start, end)| start <= end),
    }
}

/// Says what a side exposes that its VPC does not have. What an External reaches is not known.
fn check_inside(index: &Index<'_>, id: usize, name: Text<'_>, side: Fields<'_>, bench: &mut Bench) {
    let Some(vpc) = index.vpcs.get(name.text).filter(|_| !name.text.starts_with(EXTERNAL)) else { return };
    for expose in side.list("expose").into_iter().filter(|expose| !expose.flag("default")) {
        for entry in expose.list("ips") {
            let cidr = entry.text("cidr").and_then(|text| Some((text, Prefix::parse(text.text)?)));
            if let Some((text, prefix)) = cidr
                && !vpc.subnets.values().filter_map(|subnet| subnet.prefix).any(|subnet| subnet.holds(&prefix))
            {
                let message = format!("{text} lies in no subnet of {}", index.called(vpc.id));
                let breach = bench.say(Code::ExposeOutside, id, text.span, message);
                breach.related(vpc.id, vpc.spec.key_at("subnets"), "its subnets");
            }
            let subnets: Vec<Text<'_>> = entry.text("vpcSubnet").into_iter().collect();
            check_named(index, id, vpc, &subnets, bench);
        }
    }
}
