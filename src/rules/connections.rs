//! Connections: one type, the endpoints that it joins, ports that exist and are used once, redundancy groups, MTU.

use std::collections::BTreeMap;

use crate::fabric::settings::Mode;
use crate::verdict::code::Code;
use crate::yaml::Span;

use super::breach::Bench;
use super::index::Index;
use super::read::{Fields, Text};
use super::switches::Switch;

/// What kind of device an end of a link is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Device {
    Switch,
    Server,
    Gateway,
}

/// The type of a connection.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Type {
    pub(super) key: &'static str,
    /// Whether it has several links, or the one.
    several: bool,
    /// The keys of a link's ends, and what they are.
    ends: &'static [(&'static str, Device)],
    /// How many switches it joins.
    switches: (usize, usize),
    /// Whether its links have addresses of the fabric.
    pub(super) addressed: bool,
}

const fn one(key: &'static str, ends: &'static [(&'static str, Device)]) -> Type {
    Type { key, several: false, ends, switches: (1, 1), addressed: false }
}

const fn several(key: &'static str, ends: &'static [(&'static str, Device)], switches: (usize, usize)) -> Type {
    Type { key, several: true, ends, switches, addressed: false }
}

const SERVER: &[(&str, Device)] = &[("switch", Device::Switch), ("server", Device::Server)];

/// The types in the order that the cluster looks for them; the first that is there counts.
const TYPES: &[Type] = &[
    one("unbundled", SERVER),
    several("bundled", SERVER, (1, 1)),
    several("eslag", SERVER, (1, 4)),
    Type { addressed: true, ..several("fabric", &[("spine", Device::Switch), ("leaf", Device::Switch)], (2, 2)) },
    Type { addressed: true, ..several("mesh", &[("leaf1", Device::Switch), ("leaf2", Device::Switch)], (2, 2)) },
    Type { addressed: true, ..several("gateway", &[("switch", Device::Switch), ("gateway", Device::Gateway)], (1, 1)) },
    several("vpcLoopback", &[("switch1", Device::Switch), ("switch2", Device::Switch)], (1, 1)),
    one("external", &[("switch", Device::Switch)]),
    one("staticExternal", &[("switch", Device::Switch)]),
];

/// Types that are there no more. A connection with one of them is not looked at.
const GONE: &[&str] = &["mclag", "mclagDomain"];

/// One end of a link.
#[derive(Debug, Clone, Copy)]
pub(super) struct End<'a> {
    pub(super) device: Device,
    /// The port as `device/port`; empty where it is missing.
    pub(super) port: Text<'a>,
    pub(super) fields: Fields<'a>,
}

/// A connection.
#[derive(Debug)]
pub(super) struct Connection<'a> {
    pub(super) id: usize,
    pub(super) fields: Fields<'a>,
    pub(super) kind: Option<Type>,
    /// A type besides the first, or one that is gone.
    pub(super) second: Option<Text<'a>>,
    /// Whether it is of a type that is gone, and so not looked at.
    pub(super) gone: bool,
    pub(super) links: Vec<Vec<End<'a>>>,
    /// Its switches and servers, each with a port that names it.
    pub(super) switches: BTreeMap<&'a str, Text<'a>>,
    pub(super) servers: BTreeMap<&'a str, Text<'a>>,
    /// What is wrong with its endpoints.
    pub(super) fault: Option<(Span, String)>,
}

/// The device of a port.
fn device<'a>(port: &Text<'a>) -> &'a str {
    port.text.split_once('/').map_or(port.text, |(device, _)| device)
}

impl<'a> Connection<'a> {
    pub(super) fn read(id: usize, spec: Fields<'a>) -> Self {
        let mut there = TYPES.iter().filter(|kind| spec.has(kind.key));
        let kind = there.next().copied();
        let text = |key: &'static str| Text { text: key, span: spec.key_at(key) };
        let gone = GONE.iter().find(|key| spec.has(key)).map(|key| text(key));
        let second = gone.or(there.next().map(|kind| text(kind.key)));
        let body = kind.map_or(spec, |kind| spec.sub(kind.key));
        let links = kind.map(|kind| links(kind, body)).unwrap_or_default();
        let mut connection = Self {
            id,
            fields: spec,
            kind,
            second,
            gone: gone.is_some(),
            links,
            switches: BTreeMap::new(),
            servers: BTreeMap::new(),
            fault: None,
        };
        for end in connection.links.iter().flatten() {
            match end.device {
                Device::Switch => connection.switches.entry(device(&end.port)).or_insert(end.port),
                Device::Server => connection.servers.entry(device(&end.port)).or_insert(end.port),
                Device::Gateway => continue,
            };
        }
        connection.fault = kind.filter(|_| gone.is_none()).and_then(|kind| connection.fault(kind));
        connection
    }

    /// Every port, in the order written.
    pub(super) fn ports(&self) -> impl Iterator<Item = Text<'a>> {
        self.links.iter().flatten().map(|end| end.port)
    }

    /// Whether the cluster takes it to be of this type: whatever comes first, the key is there.
    pub(super) fn has(&self, key: &str) -> bool {
        self.fields.has(key)
    }

    /// What is wrong with the endpoints, by the type.
    fn fault(&self, kind: Type) -> Option<(Span, String)> {
        let (least, most) = kind.switches;
        let (switches, servers) = (self.switches.len(), self.servers.len());
        let head = self.fields.key_at(kind.key);
        if switches < least || switches > most {
            let wanted = if least == most { least.to_string() } else { format!("{least} to {most}") };
            let noun = if most == 1 { "switch" } else { "switches" };
            return Some((head, format!("{} joins {wanted} {noun}, but the links name {switches}", kind.key)));
        }
        if kind.ends.iter().any(|(_, device)| *device == Device::Server) && servers != 1 {
            return Some((head, format!("{} joins one server, but the links name {servers}", kind.key)));
        }
        let mut seen = BTreeMap::new();
        for port in self.ports() {
            if seen.insert(port.text, ()).is_some() {
                let message = if port.text.is_empty() {
                    "a link lacks a port".to_owned()
                } else {
                    format!("the port {port} is used twice in the connection")
                };
                return Some((port.span, message));
            }
        }
        let bad =
            self.ports().find(|port| !port.text.split_once('/').is_some_and(|(d, p)| !d.is_empty() && !p.is_empty()));
        bad.map(|port| match port.text {
            "" => (port.span, "a link lacks a port".to_owned()),
            _ => (port.span, format!("the port '{port}' is not written as <device>/<port>")),
        })
    }
}

fn links(kind: Type, body: Fields<'_>) -> Vec<Vec<End<'_>>> {
    let items = if kind.several { body.list("links") } else { vec![body.sub("link")] };
    let mut links = Vec::new();
    for link in items {
        let ends = kind.ends.iter().map(|(key, device)| (link.sub(key), *device));
        links.push(ends.map(|(fields, device)| End { device, port: fields.text_or("port", ""), fields }).collect());
    }
    links
}

pub(super) fn check(index: &Index<'_>, bench: &mut Bench) {
    let looked_at: Vec<&Connection<'_>> = index.connections.values().filter(|connection| !connection.gone).collect();
    let broken: Vec<&Connection<'_>> = looked_at.iter().copied().filter(|c| c.fault.is_some()).take(2).collect();
    for connection in &looked_at {
        if let Some((span, message)) = &connection.fault {
            bench.say(Code::ConnectionEndpoints, connection.id, *span, message.clone());
        }
        if let Some(other) = broken.iter().find(|other| other.id != connection.id) {
            let message =
                format!("the cluster cannot check it while the ports of {} are wrong", index.called(other.id));
            let breach = bench.say(Code::BlockedByAnother, connection.id, index.name_at(connection.id), message);
            let at = other.fault.as_ref().map_or(other.fields.head, |(span, _)| *span);
            breach.related(other.id, at, "the connection that blocks all others");
        }
        check_type(index, connection, bench);
        if connection.fault.is_none() {
            check_switches(index, connection, bench);
        }
    }
    for connection in index.connections.values() {
        if let Some(second) = connection.second {
            let first = connection.kind.map_or("", |kind| kind.key);
            let message = match connection.gone {
                true => format!("with {second} beside {first} the cluster does not look at the connection at all"),
                false => format!("the connection is {first} and {second} at once; only {first} counts"),
            };
            bench.say(Code::SecondConnectionType, connection.id, second.span, message);
        }
    }
    check_ports_used_once(index, &looked_at, bench);
}

fn check_type(index: &Index<'_>, connection: &Connection<'_>, bench: &mut Bench) {
    const MAX_MTU: i64 = 9036;
    for key in ["unbundled", "bundled"] {
        if let Some(mtu) = connection.fields.sub(key).number("mtu").filter(|mtu| mtu.number > MAX_MTU) {
            let message = format!("the MTU {} is more than {MAX_MTU}, the fabric's 9100 less 64", mtu.number);
            bench.say(Code::MtuTooLarge, connection.id, mtu.span, message);
        }
    }
    let bound = ["eslag", "gateway"].into_iter().find(|key| connection.has(key));
    if let Some(key) = bound.filter(|_| index.settings.mode != Mode::SpineLeaf) {
        let message = format!("{key} connections exist in spine-leaf fabrics only");
        bench.say(Code::ModeForbids, connection.id, connection.fields.key_at(key), message);
    }
}

fn check_switches(index: &Index<'_>, connection: &Connection<'_>, bench: &mut Bench) {
    let mut members: Vec<&Switch<'_>> = Vec::new();
    let mut all_there = true;
    for (name, port) in &connection.switches {
        // That it is missing is said with the other references.
        let Some(switch) = index.switches.get(name) else {
            all_there = false;
            continue;
        };
        members.push(switch);
        let Some(profile) = switch.profile else {
            let message =
                format!("the profile of {} is not known, so neither is the port {port}", index.called(switch.id));
            let breach = bench.say(Code::UnknownProfile, connection.id, port.span, message);
            breach.help("Correct the switch's profile.").related(switch.id, switch.spec.at("profile"), "the profile");
            continue;
        };
        if let Some((broken, mode)) = switch.bad_breakout {
            let message =
                format!("the ports of {} cannot be told: {broken} cannot break out as {mode}", index.called(switch.id));
            let breach = bench.say(Code::UnknownPort, connection.id, port.span, message);
            breach.help("Correct the switch's portBreakouts.").related(switch.id, mode.span, "the breakout");
            continue;
        }
        for port in connection.ports() {
            let local = port.text.strip_prefix(name).and_then(|rest| rest.strip_prefix('/'));
            if local.is_some_and(|local| !profile.offers(local, &switch.breakouts)) {
                let breach = bench.say(Code::UnknownPort, connection.id, port.span, format!("there is no port {port}"));
                breach.related(switch.id, switch.spec.at("profile"), "the switch's profile");
            }
        }
    }
    if connection.has("eslag") && all_there {
        check_redundancy(index, connection, &members, bench);
    }
}

fn check_redundancy(index: &Index<'_>, connection: &Connection<'_>, members: &[&Switch<'_>], bench: &mut Bench) {
    let say = |bench: &mut Bench, switch: &Switch<'_>, message: String| {
        let breach =
            bench.say(Code::RedundancyGroupMismatch, connection.id, connection.fields.key_at("eslag"), message);
        breach.related(switch.id, switch.spec.at("redundancy"), "the switch's redundancy");
    };
    let groups: Vec<(&Switch<'_>, Text<'_>)> = members.iter().filter_map(|s| Some((*s, s.redundancy_group?))).collect();
    let Some((_, first)) = groups.first() else {
        if let Some(switch) = members.first() {
            say(bench, switch, format!("{} is in no redundancy group", index.called(switch.id)));
        }
        return;
    };
    if let Some((switch, other)) = groups.iter().find(|(_, group)| group.text != first.text) {
        say(
            bench,
            switch,
            format!("the connection's switches are in different redundancy groups, {first} and {other}"),
        );
    }
    let types: Vec<(&Switch<'_>, &str)> = members.iter().filter_map(|s| Some((*s, s.redundancy_type?.text))).collect();
    if let Some((switch, _)) = types.iter().find(|(_, kind)| *kind != "eslag") {
        say(bench, switch, format!("the redundancy of {} is not of type eslag", index.called(switch.id)));
    } else if types.is_empty()
        && let Some(switch) = members.first()
    {
        say(bench, switch, format!("the redundancy of {} has no type", index.called(switch.id)));
    }
}

/// What stands for a port, however it is written: `d/E1/4` and `d/E1/4/1` are the same.
pub(super) fn port_key(port: Text<'_>) -> String {
    let parts = port.text.matches('/').count();
    if parts == 2 { format!("{}/1", port.text) } else { port.text.to_owned() }
}

/// Says of each port that two connections use.
fn check_ports_used_once(index: &Index<'_>, connections: &[&Connection<'_>], bench: &mut Bench) {
    let mut users: BTreeMap<String, Vec<(usize, Text<'_>)>> = BTreeMap::new();
    for connection in connections.iter().filter(|connection| connection.fault.is_none()) {
        for port in connection.ports() {
            users.entry(port_key(port)).or_default().push((connection.id, port));
        }
    }
    for holders in users.values() {
        for (position, (id, port)) in holders.iter().enumerate() {
            let other =
                if holders[0].0 == *id { holders.iter().find(|(other, _)| other != id) } else { holders.first() };
            let Some((other, at)) = other.filter(|_| position == 0 || holders[position - 1].0 != *id) else { continue };
            let message = format!("the port {port} is used by {} too", index.called(*other));
            bench.say(Code::PortInUse, *id, port.span, message).related(*other, at.span, "its other use");
        }
    }
}
