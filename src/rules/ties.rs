//! What ties an object to others: its name, whom it names, and what no other may have too; as keys that sort and compare.
//!
//! Two objects that share no key cannot break a rule together. A key may be shared by chance or across namespaces: who
//! follows keys sees too many objects at worst, never too few.

use crate::fabric::address::Prefix;
use crate::fabric::settings::Settings;
use crate::verdict::identity::Identity;

use super::index::{Index, Object};
use super::references::collect;
use super::vpc_attachments::Attachment;
use super::what::What;
use super::{connections, external_attachments, gateway_interfaces, hydration, links};

/// How many bytes a key has.
pub const KEY_BYTES: usize = 24;

/// One tie of an object, as bytes whose order means something: prefixes that hold each other lie together.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Key([u8; KEY_BYTES]);

/// What a key is of: its first byte.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[repr(u8)]
enum Tag {
    /// An object's kind and name.
    Object = 1,
    /// A kind and name that an object names.
    Name = 2,
    /// What only one object may have: a port, an address, a VLAN.
    Claim = 3,
    /// A prefix of an IPv4Namespace.
    Prefix = 4,
    /// An address or ASN that hhfab gives, and that is set.
    Begun = 5,
    /// One that is not set.
    Unset = 6,
    /// A connection whose endpoints are wrong, which blocks all others.
    Fault = 7,
    /// A VPC with a subnet that cannot be read, which blocks those of its IPv4Namespace.
    Unreadable = 8,
    /// A file that is no object and says which are applied.
    Frame = 9,
}

impl Key {
    fn hashed(tag: Tag, parts: &[&str]) -> Self {
        let mut key = [0; KEY_BYTES];
        key[0] = tag as u8;
        key[1..17].copy_from_slice(&fnv(parts).to_be_bytes());
        Self(key)
    }

    /// A key that sorts by a name, as far as it fits behind what comes first.
    fn ordered(tag: Tag, first: &[u8], name: &str) -> Self {
        let mut key = [0; KEY_BYTES];
        key[0] = tag as u8;
        let bytes = first.iter().chain(name.as_bytes());
        for (place, byte) in key[1..].iter_mut().zip(bytes) {
            *place = *byte;
        }
        Self(key)
    }

    fn prefix(namespace: &str, v6: bool, first: u128, bits: u8) -> Self {
        let mut key = [0; KEY_BYTES];
        key[0] = Tag::Prefix as u8;
        key[1..5].copy_from_slice(&short(namespace));
        key[5] = u8::from(v6);
        key[6..22].copy_from_slice(&first.to_be_bytes());
        key[22] = bits;
        Self(key)
    }

    /// The key of an object, which all documents of its kind and name share, whatever their namespace.
    pub fn object(identity: &Identity) -> Self {
        Self::hashed(Tag::Object, &[&identity.group, &identity.kind, &identity.name])
    }

    /// From the key of an object to that of naming it, and back.
    pub fn turned(mut self) -> Self {
        self.0[0] = if self.0[0] == Tag::Object as u8 { Tag::Name as u8 } else { Tag::Object as u8 };
        self
    }

    /// The key as it is stored.
    pub fn bytes(&self) -> &[u8; KEY_BYTES] {
        &self.0
    }

    /// A stored key.
    pub fn from_bytes(bytes: [u8; KEY_BYTES]) -> Self {
        Self(bytes)
    }

    fn is(&self, tag: Tag) -> bool {
        self.0[0] == tag as u8
    }

    /// Whether it is of somebody named.
    pub fn is_name(&self) -> bool {
        self.is(Tag::Name)
    }

    /// Whether it is of an address or ASN that is not set.
    pub fn is_unset(&self) -> bool {
        self.is(Tag::Unset)
    }

    /// Whether it is an object's own name.
    pub fn is_object(&self) -> bool {
        self.is(Tag::Object)
    }

    /// The keys under which others may have what this one claims: ranges with both ends in them. None if it claims nothing.
    pub fn rivals(&self) -> Vec<(Self, Self)> {
        if self.is(Tag::Claim) {
            return vec![(*self, *self)];
        }
        if !self.is(Tag::Prefix) {
            return Vec::new();
        }
        let mut first = [0; 16];
        first.copy_from_slice(&self.0[6..22]);
        let (first, bits, v6) = (u128::from_be_bytes(first), self.0[22], self.0[5] == 1);
        let width: u8 = if v6 { 128 } else { 32 };
        let at = |first: u128, bits: u8| {
            let mut key = *self;
            key.0[6..22].copy_from_slice(&first.to_be_bytes());
            key.0[22] = bits;
            key
        };
        let network = |bits: u8| first & !host_mask(width, bits);
        let mut ranges: Vec<(Self, Self)> =
            (0..bits).map(|bits| (at(network(bits), bits), at(network(bits), bits))).collect();
        ranges.push((at(first, bits), at(first | host_mask(width, bits), u8::MAX)));
        ranges
    }

    /// All keys of a kind of tie, as a range.
    fn all(tag: Tag) -> (Self, Self) {
        let (mut from, mut to) = ([0; KEY_BYTES], [u8::MAX; KEY_BYTES]);
        (from[0], to[0]) = (tag as u8, tag as u8);
        (Self(from), Self(to))
    }

    /// The range of all addresses and ASNs that are set; the first is of the object that messages name.
    pub fn begun() -> (Self, Self) {
        Self::all(Tag::Begun)
    }

    /// The range of all that are not set.
    pub fn unset() -> (Self, Self) {
        Self::all(Tag::Unset)
    }

    /// The key of a file that is no object and says which are applied, as a range of its own.
    pub fn frame() -> (Self, Self) {
        (Self::ordered(Tag::Frame, &[], ""), Self::ordered(Tag::Frame, &[], ""))
    }

    /// The range of the connections that block all others, in the order of their names.
    pub fn faults() -> (Self, Self) {
        Self::all(Tag::Fault)
    }

    /// The range of the VPCs that block this key's VPC, in the order of their names; none if it is no VPC's.
    pub fn blockers(&self) -> Option<(Self, Self)> {
        if !(self.is(Tag::Prefix) || self.is(Tag::Unreadable)) {
            return None;
        }
        let (mut from, mut to) = Self::all(Tag::Unreadable);
        from.0[1..5].copy_from_slice(&self.0[1..5]);
        to.0[1..5].copy_from_slice(&self.0[1..5]);
        Some((from, to))
    }
}

/// The bits of an address behind its network part.
fn host_mask(width: u8, bits: u8) -> u128 {
    match u32::from(width.saturating_sub(bits)) {
        128 => u128::MAX,
        host => (1 << host) - 1,
    }
}

/// The 128-bit FNV-1a hash of texts, each ended by a zero: short, the same everywhere and for ever.
fn fnv(parts: &[&str]) -> u128 {
    const PRIME: u128 = 0x0000_0000_0100_0000_0000_0000_0000_013b;
    let bytes = parts.iter().flat_map(|part| part.bytes().chain([0]));
    bytes.fold(0x6c62_272e_07bb_0142_62b8_2175_6295_c58d, |hash: u128, byte| {
        (hash ^ u128::from(byte)).wrapping_mul(PRIME)
    })
}

fn short(text: &str) -> [u8; 4] {
    let [.., a, b, c, d] = fnv(&[text]).to_be_bytes();
    [a, b, c, d]
}

/// All ties of an object, sorted: its own key first. An object that is not sound is known by name only.
pub fn of(object: &Object<'_>, settings: &Settings) -> Vec<Key> {
    let objects = [*object];
    let index = Index::build(&objects, settings);
    let mut keys = vec![Key::object(object.identity)];
    keys.extend(collect(&index).iter().map(|reference| name(reference.what, reference.name.text)));
    keys.extend(claims(&index));
    keys.extend(places(&index));
    keys.sort_unstable();
    keys.dedup();
    keys
}

fn name(what: What, name: &str) -> Key {
    Key::hashed(Tag::Name, &[what.group(), what.as_str(), name])
}

fn claim(parts: &[&str]) -> Key {
    Key::hashed(Tag::Claim, parts)
}

/// What no other object may have too.
fn claims(index: &Index<'_>) -> Vec<Key> {
    let mut keys = Vec::new();
    for connection in index.connections.values().filter(|connection| !connection.gone) {
        keys.extend(connection.ports().map(|port| claim(&["port", &connections::port_key(port)])));
    }
    keys.extend(links::holders(index).keys().map(|address| claim(&["link", &address.to_string()])));
    let (addresses, asns) = hydration::holders(index);
    keys.extend(addresses.iter().map(|(what, address)| claim(&[what, &address.to_string()])));
    keys.extend(asns.iter().map(|asn| claim(&["asn", &asn.to_string()])));
    for vpc in index.vpcs.values() {
        let vlans = vpc.subnets.values().filter_map(|subnet| subnet.vlan);
        keys.extend(vlans.map(|vlan| claim(&["vlan", vpc.vlan_namespace.text, &vlan.number.to_string()])));
        keys.extend(vpc.prefixes().iter().map(|(prefix, _)| prefix_key(vpc.ipv4_namespace.text, prefix)));
    }
    for ((connection, vlan), _) in external_attachments::holders(index) {
        keys.push(claim(&["external", connection, &vlan.to_string()]));
    }
    for (_, id) in index.all(What::VpcAttachment) {
        let attachment = Attachment::read(index.spec(id));
        let Some(connection) = attachment.connection else { continue };
        keys.push(claim(&["native", connection.text]));
        if let (Some(vpc), Some(subnet)) = (attachment.vpc, attachment.subnet) {
            keys.push(claim(&["attached", connection.text, vpc.text, subnet.text]));
        }
    }
    // A gateway's interfaces are judged by the connections that name it.
    let gateways = index.all(What::Gateway).map(|(name, _)| name);
    keys.extend(gateways.chain(gateway_interfaces::links(index).into_keys()).map(|name| claim(&["gateway", name])));
    for (_, id) in index.all(What::GatewayPeering) {
        let sides = index.spec(id).sub("peering").entries();
        keys.extend(sides.map(|(side, _)| claim(&["toward", side.text])));
    }
    keys
}

fn prefix_key(namespace: &str, prefix: &Prefix) -> Key {
    let (v6, first, _) = prefix.range();
    Key::prefix(namespace, v6, first, prefix.bits)
}

/// What the whole fabric depends on.
fn places(index: &Index<'_>) -> Vec<Key> {
    let mut keys = Vec::new();
    for (order, name, is_set) in hydration::begun(index) {
        keys.push(Key::ordered(if is_set { Tag::Begun } else { Tag::Unset }, &[order], name));
    }
    let faulty = index.connections.iter().filter(|(_, connection)| !connection.gone && connection.fault.is_some());
    keys.extend(faulty.map(|(name, _)| Key::ordered(Tag::Fault, &[], name)));
    let unreadable = index.vpcs.iter().filter(|(_, vpc)| vpc.subnets.values().any(|subnet| subnet.prefix.is_none()));
    keys.extend(unreadable.map(|(name, vpc)| Key::ordered(Tag::Unreadable, &short(vpc.ipv4_namespace.text), name)));
    keys
}

#[cfg(test)]
mod tests {
    use super::*;

    fn key(text: &str) -> Key {
        prefix_key("default", &Prefix::parse(text).expect("a prefix"))
    }

    fn meet(one: &str, other: &str) -> bool {
        key(one).rivals().iter().any(|(from, to)| (from..=to).contains(&&key(other)))
    }

    #[test]
    fn prefixes_meet_where_one_holds_the_other_and_nowhere_else() {
        for (one, other) in [("10.0.0.0/8", "10.1.2.0/24"), ("0.0.0.0/0", "10.0.0.1/32"), ("fd00::/8", "fd12::/64")] {
            assert!(meet(one, other) && meet(other, one) && meet(one, one), "{one} {other}");
        }
        for (one, other) in [("10.0.0.0/24", "10.0.1.0/24"), ("10.0.0.0/31", "10.0.0.2/31"), ("::/0", "0.0.0.0/0")] {
            assert!(!meet(one, other) && !meet(other, one), "{one} {other}");
        }
    }

    #[test]
    fn the_key_of_an_object_and_of_naming_it_are_two_sides_of_one() {
        let identity = Identity {
            group: "vpc.githedgehog.com".to_owned(),
            kind: "VPC".to_owned(),
            namespace: "default".to_owned(),
            name: "web".to_owned(),
        };
        assert_eq!(Key::object(&identity).turned(), name(What::Vpc, "web"));
        assert_eq!(Key::object(&identity).turned().turned(), Key::object(&identity));
        assert!(Key::object(&identity).rivals().is_empty());
    }

    #[test]
    fn ranges_by_name_keep_the_order_of_names() {
        let (from, to) = Key::faults();
        let (a, b) =
            (Key::ordered(Tag::Fault, &[], "a"), Key::ordered(Tag::Fault, &[], "a-much-longer-name-than-fits"));
        assert!(from <= a && a < b && b <= to && b < Key::ordered(Tag::Fault, &[], "b"));
    }
}
