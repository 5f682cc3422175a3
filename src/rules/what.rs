//! The kinds that rules speak of, as values that compare fast.

use crate::verdict::identity::Identity;

/// A kind that people write.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(super) enum What {
    VlanNamespace,
    Ipv4Namespace,
    SwitchGroup,
    Switch,
    Server,
    ServerProfile,
    Connection,
    Vpc,
    VpcAttachment,
    VpcPeering,
    External,
    ExternalAttachment,
    ExternalPeering,
    GatewayGroup,
    Gateway,
    GatewayPeering,
}

/// Group and kind of each.
const NAMES: &[(What, &str, &str)] = &[
    (What::VlanNamespace, "wiring.githedgehog.com", "VLANNamespace"),
    (What::Ipv4Namespace, "vpc.githedgehog.com", "IPv4Namespace"),
    (What::SwitchGroup, "wiring.githedgehog.com", "SwitchGroup"),
    (What::Switch, "wiring.githedgehog.com", "Switch"),
    (What::Server, "wiring.githedgehog.com", "Server"),
    (What::ServerProfile, "wiring.githedgehog.com", "ServerProfile"),
    (What::Connection, "wiring.githedgehog.com", "Connection"),
    (What::Vpc, "vpc.githedgehog.com", "VPC"),
    (What::VpcAttachment, "vpc.githedgehog.com", "VPCAttachment"),
    (What::VpcPeering, "vpc.githedgehog.com", "VPCPeering"),
    (What::External, "vpc.githedgehog.com", "External"),
    (What::ExternalAttachment, "vpc.githedgehog.com", "ExternalAttachment"),
    (What::ExternalPeering, "vpc.githedgehog.com", "ExternalPeering"),
    (What::GatewayGroup, "gateway.githedgehog.com", "GatewayGroup"),
    (What::Gateway, "gateway.githedgehog.com", "Gateway"),
    (What::GatewayPeering, "gateway.githedgehog.com", "GatewayPeering"),
];

impl What {
    /// The kind of an object; none for kinds that no rule speaks of.
    pub(super) fn of(identity: &Identity) -> Option<Self> {
        let row = NAMES.iter().find(|(_, group, kind)| identity.kind == *kind && identity.group == *group);
        row.map(|(what, _, _)| *what)
    }

    /// The kind's group.
    pub(super) fn group(self) -> &'static str {
        NAMES.iter().find(|(what, _, _)| *what == self).map_or("", |(_, group, _)| group)
    }

    /// The kind as objects spell it.
    pub(super) fn as_str(self) -> &'static str {
        NAMES.iter().find(|(what, _, _)| *what == self).map_or("", |(_, _, kind)| kind)
    }
}
