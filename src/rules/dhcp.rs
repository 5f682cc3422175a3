//! DHCP in a VPC's subnet: a server with range, options and leases, or a relay, or neither.

use core::net::IpAddr;
use std::collections::BTreeMap;

use crate::fabric::address::{Prefix, parse_address, parse_mac};
use crate::verdict::code::Code;

use super::breach::Bench;
use super::read::{Fields, Text};
use super::vpcs::Subnet;

/// The smallest and the largest MTU that the DHCP server may hand out.
const MTU: std::ops::RangeInclusive<i64> = 96..=9036;

pub(super) fn check(id: usize, subnet: &Subnet<'_>, prefix: &Prefix, gateway: Option<IpAddr>, bench: &mut Bench) {
    let dhcp = Dhcp { id, fields: subnet.fields.sub("dhcp"), prefix, gateway };
    dhcp.relay(bench);
    if dhcp.fields.flag("enable") {
        dhcp.range(bench);
        dhcp.options(bench);
        dhcp.leases(bench, subnet.fields.text("gateway"));
    } else if dhcp.fields.sub("static").entries().next().is_some() {
        let message = "static leases need the DHCP server, which is not enabled";
        bench.say(Code::DhcpConflict, id, dhcp.fields.key_at("static"), message);
    }
}

struct Dhcp<'s, 'a> {
    id: usize,
    fields: Fields<'a>,
    prefix: &'s Prefix,
    gateway: Option<IpAddr>,
}

impl Dhcp<'_, '_> {
    fn relay(&self, bench: &mut Bench) {
        match self.fields.text("relay") {
            Some(relay) => {
                if self.fields.flag("enable") {
                    let message = "a subnet has a DHCP server or a relay, not both";
                    bench.say(Code::DhcpConflict, self.id, relay.span, message);
                }
                if Prefix::parse(relay.text).is_none() {
                    let breach = bench.say(
                        Code::InvalidAddress,
                        self.id,
                        relay.span,
                        format!("the relay '{relay}' is no prefix"),
                    );
                    breach.help("Write the relay's address with a prefix length, as in 10.99.0.100/32.");
                }
            }
            None => {
                if let Some(vpc) = self.fields.text("relayVPC") {
                    bench.say(Code::DhcpConflict, self.id, vpc.span, "relayVPC goes with a relay only");
                }
            }
        }
    }

    /// One end of the range: the address given, or the one that the cluster puts there.
    fn end(&self, key: &str, default: Option<IpAddr>, bench: &mut Bench) -> Option<IpAddr> {
        let text = self.fields.sub("range").text(key);
        let address = text.map_or(default, |text| parse_address(text.text));
        let span = text.map_or(self.fields.head, |text| text.span);
        let Some(address) = address else {
            let message = text.map_or_else(|| format!("there is no {key}"), |text| format!("'{text}' is no address"));
            bench.say(Code::InvalidAddress, self.id, span, message);
            return None;
        };
        let fault = if address == self.prefix.first() {
            "is the network's own address".to_owned()
        } else if Some(address) == self.gateway {
            "is the gateway".to_owned()
        } else if !self.prefix.contains(address) {
            format!("does not lie in {}", self.prefix.masked())
        } else {
            return Some(address);
        };
        bench.say(Code::DhcpRange, self.id, span, format!("the range's {key} {address} {fault}"));
        Some(address)
    }

    fn range(&self, bench: &mut Bench) {
        let start = self.end("start", self.prefix.nth(2), bench);
        let end = self.end("end", Some(self.prefix.last()), bench);
        if let (Some(start), Some(end)) = (start, end)
            && start >= end
        {
            let message = format!("the range's start {start} does not come before its end {end}");
            bench.say(Code::DhcpRange, self.id, self.fields.sub("range").at("start"), message);
        }
    }

    fn options(&self, bench: &mut Bench) {
        let options = self.fields.sub("options");
        for server in options.texts("dnsServers").into_iter().chain(options.texts("timeServers")) {
            if parse_address(server.text).is_none() {
                bench.say(Code::DhcpOption, self.id, server.span, format!("the server '{server}' is no address"));
            }
        }
        if let Some(mtu) = options.number("interfaceMTU").filter(|mtu| !MTU.contains(&mtu.number)) {
            let message = format!("the MTU {} is not one from {} to {}", mtu.number, MTU.start(), MTU.end());
            bench.say(Code::DhcpOption, self.id, mtu.span, message);
        }
        for route in options.list("advertisedRoutes") {
            if route.text("destination").is_none_or(|text| Prefix::parse(text.text).is_none()) {
                bench.say(Code::DhcpOption, self.id, route.at("destination"), "the route's destination is no prefix");
            }
            let gateway = route.text("gateway").and_then(|text| parse_address(text.text));
            if !gateway.is_some_and(|gateway| self.prefix.contains(gateway)) {
                let message = format!("the route's gateway is no address in {}", self.prefix.masked());
                bench.say(Code::DhcpOption, self.id, route.at("gateway"), message);
            }
        }
    }

    fn leases(&self, bench: &mut Bench, gateway: Option<Text<'_>>) {
        // One hardware address in two spellings is one to the cluster, which keeps either lease.
        let mut by_mac = BTreeMap::new();
        for (mac, lease) in self.fields.sub("static").entries() {
            match parse_mac(mac.text) {
                Some(bytes) => {
                    by_mac.insert(bytes, lease);
                }
                None => {
                    bench.say(Code::DhcpLease, self.id, mac.span, format!("'{mac}' is no hardware address"));
                }
            }
        }
        let mut seen: BTreeMap<&str, Text<'_>> = BTreeMap::new();
        for lease in by_mac.values() {
            let Some(ip) = lease.text("ip") else {
                bench.say(Code::DhcpLease, self.id, lease.head, "the lease has no ip");
                continue;
            };
            if let Some(fault) = self.lease_fault(ip, gateway) {
                bench.say(Code::DhcpLease, self.id, ip.span, format!("the lease {ip} {fault}"));
            }
            if let Some(first) = seen.insert(ip.text, ip) {
                let message = format!("the lease {ip} is given twice");
                bench.say(Code::DhcpLease, self.id, ip.span, message).related(self.id, first.span, "the other one");
            }
        }
    }

    fn lease_fault(&self, ip: Text<'_>, gateway: Option<Text<'_>>) -> Option<String> {
        let Some(address) = parse_address(ip.text) else { return Some("is no address".to_owned()) };
        let by_default = gateway.is_none() && Some(address) == self.gateway;
        let fault = if !self.prefix.contains(address) {
            return Some(format!("does not lie in {}", self.prefix.masked()));
        } else if address == self.prefix.first() {
            "is the network's own address"
        } else if by_default || gateway.is_some_and(|gateway| gateway.text == ip.text) {
            "is the gateway"
        } else if address == self.prefix.last() {
            "is the broadcast address"
        } else {
            return None;
        };
        Some(fault.to_owned())
    }
}
