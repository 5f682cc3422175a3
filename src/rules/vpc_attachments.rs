//! VPCAttachments: a subnet that its VPC has, a connection that servers use, switches that can carry it, each pair once.

use std::collections::BTreeMap;

use crate::fabric::address::Prefix;
use crate::verdict::code::Code;
use crate::yaml::Span;

use super::breach::Bench;
use super::connections::Connection;
use super::index::Index;
use super::read::{Fields, Text};
use super::switches::Switch;
use super::vpcs::Vpc;
use super::what::What;

/// The annotation that makes an attachment a link between two addresses.
const POINT_TO_POINT: &str = "fabric.githedgehog.com/p2p-link";

/// An object and where it says what another may not say too.
pub(super) type Holder = (usize, Span);

/// What an attachment names, with the cluster's default for a subnet without a name.
pub(super) struct Attachment<'a> {
    pub(super) vpc: Option<Text<'a>>,
    pub(super) subnet: Option<Text<'a>>,
    pub(super) connection: Option<Text<'a>>,
}

impl<'a> Attachment<'a> {
    pub(super) fn read(spec: Fields<'a>) -> Self {
        let whole = spec.text("subnet");
        let parts = whole.map(|whole| {
            let (vpc, subnet) = whole.text.split_once('/').unwrap_or((whole.text, "default"));
            (Text { text: vpc, ..whole }, Text { text: subnet, ..whole })
        });
        let parts = parts.filter(|(vpc, _)| !vpc.text.is_empty());
        Self {
            vpc: parts.map(|parts| parts.0),
            subnet: parts.map(|parts| parts.1),
            connection: spec.text("connection"),
        }
    }
}

pub(super) fn check(index: &Index<'_>, bench: &mut Bench) {
    let mut pairs: BTreeMap<(&str, &str, &str), Vec<Holder>> = BTreeMap::new();
    let mut natives: BTreeMap<&str, Vec<Holder>> = BTreeMap::new();
    for (_, id) in index.all(What::VpcAttachment) {
        let spec = index.spec(id);
        let attachment = Attachment::read(spec);
        check_link(index, id, bench);
        check_values(id, spec, &attachment, bench);
        let Some(connection_name) = attachment.connection else { continue };
        if let (Some(vpc), Some(subnet)) = (attachment.vpc, attachment.subnet) {
            pairs.entry((connection_name.text, vpc.text, subnet.text)).or_default().push((id, subnet.span));
            let found = index.vpcs.get(vpc.text);
            if let Some(found) = found
                && !found.subnets.contains_key(subnet.text)
            {
                let message = format!("{} has no subnet '{subnet}'", index.called(found.id));
                let breach = bench.say(Code::UnknownSubnet, id, subnet.span, message);
                breach.related(found.id, found.spec.key_at("subnets"), "its subnets");
            }
            if let Some((vpc, connection)) = found.zip(index.connections.get(connection_name.text)) {
                let checked = Checked { index, id, spec, vpc, connection, at: connection_name.span };
                checked.check(vpc.subnets.get(subnet.text).is_some_and(|subnet| subnet.host_bgp), bench);
            }
        }
        if spec.flag("nativeVLAN") && attachment.vpc.is_some() {
            natives.entry(connection_name.text).or_default().push((id, spec.at("nativeVLAN")));
        }
    }
    for holders in pairs.values() {
        say_twice(index, holders, Code::AttachmentTwice, "attaches the same subnet to the same connection", bench);
    }
    for holders in natives.values() {
        say_twice(index, holders, Code::NativeVlanInUse, "has the native VLAN of the same connection", bench);
    }
}

/// Says of each of several holders that another does the same.
pub(super) fn say_twice(index: &Index<'_>, holders: &[Holder], code: Code, what: &str, bench: &mut Bench) {
    for (position, (id, span)) in holders.iter().enumerate().filter(|_| holders.len() > 1) {
        let (other, at) = holders[usize::from(position == 0)];
        bench.say(code, *id, *span, format!("{} {what}", index.called(other))).related(other, at, "the other one");
    }
}

fn check_link(index: &Index<'_>, id: usize, bench: &mut Bench) {
    let annotations = index.root(id).sub("metadata").sub("annotations");
    for (_, value) in annotations.text_entries().filter(|(key, _)| key.text == POINT_TO_POINT) {
        let prefix = Prefix::parse(value.text).filter(|prefix| prefix.address.is_ipv4() && prefix.bits == 31);
        if prefix.is_none() {
            bench.say(Code::PointToPointLink, id, value.span, format!("'{value}' is no IPv4 /31"));
        }
    }
}

fn check_values(id: usize, spec: Fields<'_>, attachment: &Attachment<'_>, bench: &mut Bench) {
    if attachment.vpc.is_none() {
        let message = "the attachment names no VPC; its subnet is written as <vpc>/<subnet>";
        bench.say(Code::RequiredValue, id, spec.at("subnet"), message);
    }
    if attachment.connection.is_none() {
        bench.say(Code::RequiredValue, id, spec.at("connection"), "the attachment names no connection");
    }
}

/// An attachment whose VPC and connection are both there.
struct Checked<'i, 'a> {
    index: &'i Index<'a>,
    id: usize,
    spec: Fields<'a>,
    vpc: &'i Vpc<'a>,
    connection: &'i Connection<'a>,
    at: Span,
}

impl Checked<'_, '_> {
    fn check(&self, host_bgp: bool, bench: &mut Bench) {
        let (connection, called) = (self.connection, self.index.called(self.connection.id));
        let kind = connection.kind.map_or("", |kind| kind.key);
        let faces_servers = ["unbundled", "bundled", "eslag"].iter().any(|key| connection.has(key));
        if !faces_servers {
            let message =
                format!("VPCs can be attached to unbundled, bundled and eslag connections; {called} is of type {kind}");
            let breach = bench.say(Code::AttachmentConnection, self.id, self.at, message);
            breach.related(connection.id, connection.fields.key_at(kind), "the connection's type");
            return;
        }
        if connection.has("eslag") && !self.vpc.mode.is_empty() {
            let message = format!("a VPC of mode {} cannot be attached to an eslag connection", self.vpc.mode);
            let breach = bench.say(Code::AttachmentMode, self.id, self.at, message);
            breach.help("Leave the VPC's mode out, or use an unbundled or bundled connection.");
        }
        if host_bgp && !connection.has("unbundled") {
            bench.say(
                Code::HostBgp,
                self.id,
                self.at,
                format!("hostBGP goes over unbundled connections; {called} is {kind}"),
            );
        }
        if host_bgp && self.spec.flag("nativeVLAN") {
            let message = "hostBGP goes without a native VLAN; leave the subnet's vlan out instead";
            bench.say(Code::HostBgp, self.id, self.spec.at("nativeVLAN"), message);
        }
        if let Some((span, _)) = &connection.fault {
            let message = format!("the ports of {called} are wrong");
            let breach = bench.say(Code::AttachmentConnection, self.id, self.at, message);
            breach.help("Correct the connection.").related(connection.id, *span, "the connection's fault");
            return;
        }
        if !connection.gone {
            self.check_switches(host_bgp, bench);
        }
    }

    fn say_mode(&self, switch: &Switch<'_>, l3vni: bool, bench: &mut Bench) {
        let called = self.index.called(switch.id);
        let (message, help) = if l3vni {
            (
                format!("the profile of {called} cannot carry a VPC without a mode, only one of mode l3vni"),
                "Write mode: l3vni in the VPC, or use a connection to another switch.",
            )
        } else {
            (format!("the profile of {called} cannot carry VPCs"), "Use a connection to another switch.")
        };
        let breach = bench.say(Code::AttachmentMode, self.id, self.at, message);
        breach.help(help).related(switch.id, switch.spec.at("profile"), "the profile");
    }

    fn say_switch(&self, name: &str, message: String, bench: &mut Bench) {
        let at = self.connection.switches.get(name).map_or(self.connection.fields.head, |port| port.span);
        let breach = bench.say(Code::AttachmentSwitch, self.id, self.at, message);
        breach.related(self.connection.id, at, "the connection's port");
    }

    fn check_switches(&self, host_bgp: bool, bench: &mut Bench) {
        let namespace = self.vpc.vlan_namespace;
        for name in self.connection.switches.keys() {
            let Some(switch) = self.index.switches.get(name) else {
                let message = format!("the connection's switch {} is not there", super::read::shown(name));
                self.say_switch(name, message, bench);
                continue;
            };
            let called = self.index.called(switch.id);
            if !switch.vlan_namespaces.iter().any(|own| own.text == namespace.text) {
                let message = format!("{called} does not have the VPC's VLANNamespace {namespace}");
                let breach = bench.say(Code::AttachmentSwitch, self.id, self.at, message);
                breach.related(switch.id, switch.spec.at("vlanNamespaces"), "the switch's VLANNamespaces");
            }
            let Some(profile) = switch.profile else {
                self.say_switch(name, format!("the profile of {called} is not known"), bench);
                continue;
            };
            let able = profile.can("l3vni") && (!self.vpc.mode.is_empty() || profile.can("l2vni"));
            if !able && matches!(self.vpc.mode, "" | "l3vni" | "l3flat") {
                self.say_mode(switch, profile.can("l3vni"), bench);
            }
            if host_bgp && switch.redundancy_group.is_some() && switch.is_mclag() {
                bench.say(
                    Code::HostBgp,
                    self.id,
                    self.at,
                    format!("hostBGP does not go over {called}, which is of an MCLAG pair"),
                );
            }
        }
    }
}
