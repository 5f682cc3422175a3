//! Which object names which: everything named must be there, and what is named is not deleted lightly.

use crate::verdict::code::Code;

use super::breach::Bench;
use super::connections::Device;
use super::gateway_peerings::EXTERNAL;
use super::index::Index;
use super::read::Text;
use super::vpc_attachments::Attachment;
use super::what::What;

/// One object naming another.
#[derive(Debug, Clone, Copy)]
pub(super) struct Reference<'a> {
    /// The object that names.
    pub(super) from: usize,
    /// The kind of the one named.
    pub(super) what: What,
    /// Its name.
    pub(super) name: Text<'a>,
    /// Whether the cluster refuses to delete the one named while this one is there.
    pub(super) guards: bool,
    /// Whether the cluster asks for the one named to be there.
    asked: bool,
}

struct Collector<'a> {
    from: usize,
    found: Vec<Reference<'a>>,
}

impl<'a> Collector<'a> {
    fn guard(&mut self, what: What, name: Option<Text<'a>>) {
        self.add(what, name, true, true);
    }

    fn name(&mut self, what: What, name: Option<Text<'a>>) {
        self.add(what, name, false, true);
    }

    fn add(&mut self, what: What, name: Option<Text<'a>>, guards: bool, asked: bool) {
        let named = name.filter(|name| !name.text.is_empty());
        self.found.extend(named.map(|name| Reference { from: self.from, what, name, guards, asked }));
    }
}

/// Every naming in the fabric, in the order of kinds and names.
pub(super) fn collect<'a>(index: &Index<'a>) -> Vec<Reference<'a>> {
    let mut all = Collector { from: 0, found: Vec::new() };
    for switch in index.switches.values() {
        all.from = switch.id;
        for name in &switch.vlan_namespaces {
            all.guard(What::VlanNamespace, Some(*name));
        }
        for name in &switch.groups {
            all.name(What::SwitchGroup, Some(*name));
        }
    }
    connections(index, &mut all);
    for vpc in index.vpcs.values() {
        all.from = vpc.id;
        all.guard(What::Ipv4Namespace, Some(vpc.ipv4_namespace));
        all.guard(What::VlanNamespace, Some(vpc.vlan_namespace));
        for subnet in vpc.subnets.values() {
            all.name(What::Vpc, subnet.fields.sub("dhcp").text("relayVPC"));
        }
    }
    for external in index.externals.values() {
        all.from = external.id;
        all.guard(What::Ipv4Namespace, Some(external.ipv4_namespace));
    }
    attachments(index, &mut all);
    gateways(index, &mut all);
    all.found
}

fn connections<'a>(index: &Index<'a>, all: &mut Collector<'a>) {
    for connection in index.connections.values().filter(|connection| !connection.gone) {
        all.from = connection.id;
        let device = |port: &Text<'a>, name: &'a str| Text { text: name, ..*port };
        for (name, port) in &connection.switches {
            all.guard(What::Switch, Some(device(port, name)));
        }
        for (name, port) in &connection.servers {
            all.guard(What::Server, Some(device(port, name)));
        }
        for end in connection.links.iter().flatten().filter(|end| end.device == Device::Gateway) {
            let name = end.port.text.split_once('/').map(|(gateway, _)| Text { text: gateway, ..end.port });
            all.add(What::Gateway, name, false, false);
        }
        all.guard(What::Vpc, connection.fields.sub("staticExternal").text("withinVPC"));
    }
}

fn attachments<'a>(index: &Index<'a>, all: &mut Collector<'a>) {
    for (_, id) in index.all(What::VpcAttachment) {
        all.from = id;
        let attachment = Attachment::read(index.spec(id));
        all.guard(What::Vpc, attachment.vpc);
        all.guard(What::Connection, attachment.connection);
    }
    for (_, id) in index.all(What::VpcPeering) {
        all.from = id;
        for name in super::vpc_peerings::members(index.spec(id)).unwrap_or_default() {
            all.guard(What::Vpc, Some(name));
        }
    }
    for (_, id) in index.all(What::ExternalAttachment) {
        all.from = id;
        all.guard(What::External, index.spec(id).text("external"));
        all.guard(What::Connection, index.spec(id).text("connection"));
    }
    for (_, id) in index.all(What::ExternalPeering) {
        all.from = id;
        let permit = index.spec(id).sub("permit");
        all.guard(What::Vpc, permit.sub("vpc").text("name"));
        all.guard(What::External, permit.sub("external").text("name"));
    }
}

fn gateways<'a>(index: &Index<'a>, all: &mut Collector<'a>) {
    // Where the fabric has no gateways, their objects are refused whatever they name.
    let asked = index.settings.gateway;
    for (_, id) in index.all(What::Gateway) {
        all.from = id;
        let spec = index.spec(id);
        let groups = spec.list("groups");
        if groups.is_empty() {
            all.add(What::GatewayGroup, Some(Text { text: "default", span: spec.head }), false, asked);
        }
        for group in groups {
            all.add(What::GatewayGroup, group.text("name"), false, asked);
        }
    }
    for (_, id) in index.all(What::GatewayPeering) {
        all.from = id;
        let spec = index.spec(id);
        all.add(What::GatewayGroup, Some(spec.text_or("gatewayGroup", "default")), false, asked);
        for (name, _) in spec.sub("peering").entries() {
            match name.text.strip_prefix(EXTERNAL) {
                Some(external) => all.add(What::External, Some(Text { text: external, ..name }), false, asked),
                None => all.add(What::Vpc, Some(name), false, asked),
            }
        }
    }
}

pub(super) fn check(index: &Index<'_>, bench: &mut Bench) {
    for reference in collect(index) {
        let Reference { from, what, name, asked, .. } = reference;
        let said = asked || (what == What::Gateway && index.settings.gateway);
        if !said || index.find(what, name.text).is_some() {
            continue;
        }
        let kind = what.as_str();
        let refused = index.find_refused(what, name.text);
        let is_default = name.text == "default" && name.span == index.spec(from).head;
        let message = match refused {
            Some(_) => format!("{kind}/{name} is itself refused, so it is not there to be named"),
            None if is_default => format!("no {kind} is named, which means {name}, but there is no {kind}/{name}"),
            None => format!("there is no {kind}/{name}"),
        };
        let breach = bench.say(Code::MissingReference, from, name.span, message);
        if let Some(other) = refused {
            breach.help("Mend the object named.").related(other, index.root(other).head, "the object that is refused");
        } else if what == What::GatewayGroup && name.text == "default" {
            breach.help("Add a GatewayGroup named default; a running cluster makes it by itself.");
        } else if is_default {
            breach.help(format!("Name the {kind} that is meant, or add one named default."));
        }
        if !asked {
            breach.warn();
        }
    }
}
