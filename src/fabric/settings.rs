//! The settings of a fabric that rules depend on: Hedgehog's installer has them in fab.yaml, hhgit in the manifest.

use core::net::{IpAddr, Ipv4Addr};

use crate::yaml::{Limits, Lines, Node, Value, parse, split};

use super::address::{Prefix, parse_address, parse_mac};

/// How a fabric is built.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Mode {
    /// Spines, leaves, or a mesh of leaves.
    #[default]
    SpineLeaf,
    /// A single pair of switches, as older releases had it.
    CollapsedCore,
}

/// A range of VLANs, both ends in it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct VlanRange {
    /// The first VLAN.
    pub from: u16,
    /// The last VLAN.
    pub to: u16,
}

/// What validity depends on besides the objects.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Settings {
    /// How the fabric is built.
    pub mode: Mode,
    /// Whether the fabric has gateways; without, their objects are refused.
    pub gateway: bool,
    /// Whether the switch profiles of Celestica SONiC+ are there.
    pub celestica_sonic_plus: bool,
    /// Whether the switch profiles of Cumulus are there.
    pub cumulus: bool,
    /// The subnet of the switches' management addresses.
    pub management_subnet: Prefix,
    /// The first address that DHCP gives out there; switches' fixed addresses lie below it.
    pub management_dhcp_start: IpAddr,
    /// The last address that DHCP gives out there.
    pub management_dhcp_end: IpAddr,
    /// The control nodes' shared address.
    pub control_vip: Prefix,
    /// The subnet of protocol addresses (BGP router ids).
    pub protocol_subnet: Prefix,
    /// The subnet of VTEP addresses.
    pub vtep_subnet: Prefix,
    /// The subnet of the links between switches, and to gateways.
    pub fabric_subnet: Prefix,
    /// The subnet that stands in for externals reached through proxies.
    pub proxy_external_subnet: Prefix,
    /// The subnet of the control nodes' dummy addresses.
    pub dummy_subnet: Prefix,
    /// The subnet of MCLAG sessions.
    pub mclag_session_subnet: Prefix,
    /// The subnet of the VPC loopback workaround.
    pub vpc_workaround_subnet: Prefix,
    /// The cluster's subnet of pods.
    pub cluster_subnet: Prefix,
    /// The cluster's subnet of services.
    pub service_subnet: Prefix,
    /// The ASN that all spines share.
    pub spine_asn: u32,
    /// The first ASN of leaves.
    pub leaf_asn_start: u32,
    /// The last ASN of leaves.
    pub leaf_asn_end: u32,
    /// The ASN that all gateways share.
    pub gateway_asn: u32,
    /// The VLANs kept for VPCs' own interfaces.
    pub vpc_irb_vlans: Vec<VlanRange>,
    /// The VLANs kept for a workaround on Tomahawk 5 switches.
    pub th5_workaround_vlans: Vec<VlanRange>,
    /// The hardware address that ESLAG counts from.
    pub eslag_mac_base: String,
    /// What every ESLAG segment id starts with.
    pub eslag_esi_prefix: String,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            mode: Mode::SpineLeaf,
            gateway: false,
            celestica_sonic_plus: false,
            cumulus: false,
            management_subnet: Prefix::v4([172, 30, 0, 0], 21),
            management_dhcp_start: Ipv4Addr::new(172, 30, 4, 0).into(),
            management_dhcp_end: Ipv4Addr::new(172, 30, 7, 254).into(),
            control_vip: Prefix::v4([172, 30, 0, 1], 32),
            protocol_subnet: Prefix::v4([172, 30, 8, 0], 22),
            vtep_subnet: Prefix::v4([172, 30, 12, 0], 22),
            fabric_subnet: Prefix::v4([172, 30, 128, 0], 17),
            proxy_external_subnet: Prefix::v4([172, 30, 16, 0], 22),
            dummy_subnet: Prefix::v4([172, 30, 90, 0], 24),
            mclag_session_subnet: Prefix::v4([172, 30, 95, 0], 31),
            vpc_workaround_subnet: Prefix::v4([172, 30, 96, 0], 19),
            cluster_subnet: Prefix::v4([172, 28, 0, 0], 16),
            service_subnet: Prefix::v4([172, 29, 0, 0], 16),
            spine_asn: 65100,
            leaf_asn_start: 65101,
            leaf_asn_end: 65533,
            gateway_asn: 65534,
            vpc_irb_vlans: vec![VlanRange { from: 3000, to: 3899 }],
            th5_workaround_vlans: vec![VlanRange { from: 3900, to: 3999 }],
            eslag_mac_base: "f2:00:00:00:00:00".to_owned(),
            eslag_esi_prefix: "00:f2:00:00:".to_owned(),
        }
    }
}

impl Settings {
    /// The subnets that neither VPCs nor IPv4 namespaces may touch, each with the setting it comes from.
    pub fn reserved_subnets(&self) -> [(&'static str, Prefix); 7] {
        [
            ("management-subnet", self.management_subnet),
            ("protocol-subnet", self.protocol_subnet),
            ("vtep-subnet", self.vtep_subnet),
            ("fabric-subnet", self.fabric_subnet),
            ("dummy-subnet", self.dummy_subnet),
            ("mclag-session-subnet", self.mclag_session_subnet),
            ("vpc-workaround-subnet", self.vpc_workaround_subnet),
        ]
    }

    /// Sets the setting of this key. An error says what the value must be; an unknown key answers none.
    pub fn set(&mut self, key: &str, value: &Node) -> Option<Result<(), &'static str>> {
        KEYS.iter().find(|known| known.name == key).map(|known| (known.set)(self, value))
    }

    /// What contradicts itself: the key to look at, and what is wrong.
    pub fn contradiction(&self) -> Option<(&'static str, &'static str)> {
        let (start, end) = (self.management_dhcp_start, self.management_dhcp_end);
        let leaves = self.leaf_asn_start..=self.leaf_asn_end;
        let faults = [
            ("management-dhcp-start", "does not lie in management-subnet", !self.management_subnet.contains(start)),
            ("management-dhcp-end", "does not lie in management-subnet", !self.management_subnet.contains(end)),
            ("management-dhcp-end", "does not come after management-dhcp-start", start >= end),
            (
                "control-vip",
                "does not lie in management-subnet",
                !self.management_subnet.contains(self.control_vip.address),
            ),
            ("leaf-asn-end", "is less than leaf-asn-start", leaves.is_empty()),
            ("spine-asn", "is one of the leaves' ASNs", leaves.contains(&self.spine_asn)),
            ("gateway-asn", "is one of the leaves' ASNs", leaves.contains(&self.gateway_asn)),
        ];
        faults.into_iter().find(|(_, _, broken)| *broken).map(|(key, fault, _)| (key, fault))
    }

    /// The lines of a manifest's `settings:` that are not at their default: key and value, in the order of the table.
    pub fn lines(&self) -> Vec<(&'static str, String)> {
        let default = Self::default();
        let all = KEYS.iter().map(|key| (key.name, (key.show)(self), (key.show)(&default)));
        all.filter(|(_, value, usual)| value != usual).map(|(name, value, _)| (name, value)).collect()
    }
}

/// One setting: its key in the manifest, where fab.yaml has it below `spec.config`, how it is read and written.
pub struct Key {
    /// The key in the manifest's `settings:`.
    pub name: &'static str,
    /// Section and key below `spec.config` in fab.yaml.
    pub fab: (&'static str, &'static str),
    set: fn(&mut Settings, &Node) -> Result<(), &'static str>,
    /// The value as the manifest says it.
    pub show: fn(&Settings) -> String,
}

macro_rules! keys {
    ($($name:literal $section:literal $key:literal $field:ident $read:ident;)*) => {
        /// Every setting, in the order that tables show them.
        pub const KEYS: &[Key] = &[$(Key {
            name: $name,
            fab: ($section, $key),
            set: |settings, node| { settings.$field = $read(node)?; Ok(()) },
            show: |settings| Shown::shown(&settings.$field),
        },)*];
    };
}

keys! {
    "mode" "fabric" "mode" mode mode;
    "gateway" "gateway" "enable" gateway truth;
    "celestica-sonic-plus" "fabric" "includeCLSP" celestica_sonic_plus truth;
    "cumulus" "fabric" "includeCumulus" cumulus truth;
    "management-subnet" "control" "managementSubnet" management_subnet prefix;
    "management-dhcp-start" "fabric" "managementDHCPStart" management_dhcp_start address;
    "management-dhcp-end" "fabric" "managementDHCPEnd" management_dhcp_end address;
    "control-vip" "control" "controlVIP" control_vip prefix;
    "protocol-subnet" "fabric" "protocolSubnet" protocol_subnet prefix;
    "vtep-subnet" "fabric" "vtepSubnet" vtep_subnet prefix;
    "fabric-subnet" "fabric" "fabricSubnet" fabric_subnet prefix;
    "proxy-external-subnet" "fabric" "proxyExternalSubnet" proxy_external_subnet prefix;
    "dummy-subnet" "control" "dummySubnet" dummy_subnet prefix;
    "mclag-session-subnet" "fabric" "mclagSessionSubnet" mclag_session_subnet prefix;
    "vpc-workaround-subnet" "fabric" "vpcWorkaroundSubnet" vpc_workaround_subnet prefix;
    "cluster-subnet" "control" "kubeClusterSubnet" cluster_subnet prefix;
    "service-subnet" "control" "kubeServiceSubnet" service_subnet prefix;
    "spine-asn" "fabric" "spineASN" spine_asn asn;
    "leaf-asn-start" "fabric" "leafASNStart" leaf_asn_start asn;
    "leaf-asn-end" "fabric" "leafASNEnd" leaf_asn_end asn;
    "gateway-asn" "gateway" "asn" gateway_asn asn;
    "vpc-irb-vlans" "fabric" "vpcIRBVLANs" vpc_irb_vlans vlans;
    "th5-workaround-vlans" "fabric" "th5WorkaroundVLANs" th5_workaround_vlans vlans;
    "eslag-mac-base" "fabric" "eslagMACBase" eslag_mac_base mac;
    "eslag-esi-prefix" "fabric" "eslagESIPrefix" eslag_esi_prefix esi;
}

fn mode(node: &Node) -> Result<Mode, &'static str> {
    match node.as_str() {
        Some("spine-leaf") => Ok(Mode::SpineLeaf),
        Some("collapsed-core") => Ok(Mode::CollapsedCore),
        _ => Err("spine-leaf or collapsed-core"),
    }
}

fn truth(node: &Node) -> Result<bool, &'static str> {
    node.as_bool().ok_or("true or false, without quotes")
}

fn prefix(node: &Node) -> Result<Prefix, &'static str> {
    node.as_str().and_then(Prefix::parse).ok_or("an IP prefix, such as 172.30.0.0/21")
}

fn address(node: &Node) -> Result<IpAddr, &'static str> {
    node.as_str().and_then(parse_address).ok_or("an IP address, such as 172.30.4.0")
}

fn asn(node: &Node) -> Result<u32, &'static str> {
    let number = node.as_int().and_then(|int| u32::try_from(int).ok());
    number.filter(|asn| *asn > 0).ok_or("an ASN from 1 to 4294967295")
}

fn mac(node: &Node) -> Result<String, &'static str> {
    node.as_str().filter(|text| parse_mac(text).is_some()).map(str::to_owned).ok_or("a hardware address in quotes")
}

fn esi(node: &Node) -> Result<String, &'static str> {
    let text =
        node.as_str().filter(|text| text.bytes().all(|b| b.is_ascii_hexdigit() || b == b':') && text.ends_with(':'));
    text.map(str::to_owned).ok_or("pairs of hexadecimal digits in quotes, each with a colon after it")
}

fn vlans(node: &Node) -> Result<Vec<VlanRange>, &'static str> {
    const HELP: &str = "a list of ranges within 1 to 4094, such as [{from: 3000, to: 3899}]";
    let vlan =
        |node: &Node| node.as_int().and_then(|int| u16::try_from(int).ok()).filter(|vlan| (1..=4094).contains(vlan));
    let range = |item: &Node| {
        let from = item.get("from").and_then(vlan)?;
        let to = item.get("to").map_or(Some(from), vlan)?;
        (from <= to).then_some(VlanRange { from, to })
    };
    node.as_sequence().and_then(|items| items.iter().map(range).collect()).ok_or(HELP)
}

/// How a value is written in the manifest.
trait Shown {
    fn shown(&self) -> String;
}

macro_rules! shown {
    ($($type:ty)*) => { $(impl Shown for $type { fn shown(&self) -> String { self.to_string() } })* };
}

shown!(bool u32 Prefix IpAddr);

impl Shown for Mode {
    fn shown(&self) -> String {
        match self {
            Self::SpineLeaf => "spine-leaf",
            Self::CollapsedCore => "collapsed-core",
        }
        .to_owned()
    }
}

impl Shown for String {
    fn shown(&self) -> String {
        format!("'{self}'")
    }
}

impl Shown for Vec<VlanRange> {
    fn shown(&self) -> String {
        let ranges: Vec<String> =
            self.iter().map(|range| format!("{{from: {}, to: {}}}", range.from, range.to)).collect();
        format!("[{}]", ranges.join(", "))
    }
}

/// Why the installer's fab.yaml gives no settings.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum FabError {
    /// A document is no YAML that Kubernetes reads.
    #[error("line {line}: it cannot be read: {message}; correct the YAML")]
    Unreadable {
        /// The line.
        line: u32,
        /// What the parser says.
        message: String,
    },
    /// No document is the installer's configuration.
    #[error("it holds no object of kind Fabricator; give the fab.yaml that hhfab init wrote")]
    NoFabricator,
    /// Two documents are.
    #[error("line {line}: it holds a second object of kind Fabricator; keep one")]
    SecondFabricator {
        /// The second one's line.
        line: u32,
    },
    /// A value means nothing.
    #[error("line {line}: spec.config.{key} is not {wanted}; correct it")]
    BadValue {
        /// The line.
        line: u32,
        /// Section and key.
        key: String,
        /// What it must be.
        wanted: &'static str,
    },
    /// Two values contradict each other.
    #[error("the setting {key} {fault}; correct one of the two")]
    Contradiction {
        /// The setting's key in the manifest.
        key: &'static str,
        /// What is wrong with it.
        fault: &'static str,
    },
}

/// Reads the settings out of the installer's fab.yaml; what it does not say is at its default.
pub fn read_fab(bytes: &[u8]) -> Result<Settings, FabError> {
    let lines = Lines::new(bytes);
    let line = |offset: usize| lines.position(bytes, offset).0;
    let mut fabricator = None;
    for chunk in split(bytes) {
        let parsed = parse(bytes, &chunk, &Limits::default())
            .map_err(|fault| FabError::Unreadable { line: line(fault.at.start), message: fault.message })?;
        let Some(root) = parsed.root.filter(|root| root.get("kind").and_then(Node::as_str) == Some("Fabricator"))
        else {
            continue;
        };
        if fabricator.is_some() {
            return Err(FabError::SecondFabricator { line: line(root.span.start) });
        }
        fabricator = Some(root);
    }
    let root = fabricator.ok_or(FabError::NoFabricator)?;
    let mut settings = Settings::default();
    let config = root.get("spec").and_then(|spec| spec.get("config"));
    for key in KEYS {
        let (section, name) = key.fab;
        let node = config.and_then(|config| config.get(section)).and_then(|section| section.get(name));
        let Some(node) = node.filter(|node| !matches!(&node.value, Value::Null)) else { continue };
        (key.set)(&mut settings, node).map_err(|wanted| FabError::BadValue {
            line: line(node.span.start),
            key: format!("{section}.{name}"),
            wanted,
        })?;
    }
    // Older files give the gateways' ASN to the leaves; the installer takes it back.
    if settings.gateway_asn == settings.leaf_asn_end && settings.leaf_asn_end == Settings::default().gateway_asn {
        settings.leaf_asn_end -= 1;
    }
    match settings.contradiction() {
        Some((key, fault)) => Err(FabError::Contradiction { key, fault }),
        None => Ok(settings),
    }
}

#[cfg(test)]
#[path = "settings_tests.rs"]
mod tests;
