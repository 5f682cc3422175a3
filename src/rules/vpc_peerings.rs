//! VPCPeerings: the same two VPCs throughout, of one IPv4Namespace and one VLANNamespace, with subnets that they have.
//!
//! That two VPCPeerings join the same VPCs is no breach: the cluster takes both.

use crate::verdict::code::Code;

use super::breach::Bench;
use super::index::Index;
use super::read::{Fields, Text};
use super::vpcs::Vpc;
use super::what::What;

/// The two VPCs of a peering; an error says where and what is wrong.
pub(super) fn pair<'a>(spec: Fields<'a>) -> Result<[Text<'a>; 2], (crate::yaml::Span, String)> {
    let mut found: Vec<Text<'a>> = Vec::new();
    for permit in spec.list("permit") {
        let names: Vec<Text<'a>> = permit.entries().map(|(name, _)| name).collect();
        if names.len() != 2 {
            let listed: Vec<String> = names.iter().map(Text::to_string).collect();
            let listed = if listed.is_empty() { "none".to_owned() } else { listed.join(", ") };
            return Err((permit.head, format!("an entry of permit names two VPCs; this one names {listed}")));
        }
        for name in names {
            if !found.iter().any(|known| known.text == name.text) {
                found.push(name);
            }
        }
        if found.len() > 2 {
            return Err((permit.head, "the peering has more than two VPCs".to_owned()));
        }
    }
    match found[..] {
        [one, two] => Ok([one, two]),
        _ => Err((spec.key_at("permit"), "the peering has no VPCs".to_owned())),
    }
}

/// The two VPCs of a peering, if it has two.
pub(super) fn members<'a>(spec: Fields<'a>) -> Option<Vec<Text<'a>>> {
    pair(spec).ok().map(Vec::from)
}

pub(super) fn check(index: &Index<'_>, bench: &mut Bench) {
    for (_, id) in index.all(What::VpcPeering) {
        let spec = index.spec(id);
        if let Some(remote) = spec.text("remote") {
            bench.say(Code::PeeringRemote, id, remote.span, "remote peering is supported no more");
        }
        match pair(spec) {
            Err((span, message)) => {
                bench.say(Code::PeeringMembers, id, span, message);
            }
            Ok([one, two]) => {
                if let Some((first, second)) = index.vpcs.get(one.text).zip(index.vpcs.get(two.text)) {
                    check_namespaces(index, id, two, [first, second], bench);
                }
                check_subnets(index, id, spec, bench);
            }
        }
    }
}

fn check_namespaces(index: &Index<'_>, id: usize, at: Text<'_>, [one, two]: [&Vpc<'_>; 2], bench: &mut Bench) {
    let kinds = [
        ("IPv4Namespace", one.ipv4_namespace, two.ipv4_namespace),
        ("VLANNamespace", one.vlan_namespace, two.vlan_namespace),
    ];
    for (kind, first, second) in kinds {
        if first.text != second.text {
            let message = format!("the VPCs are of different {kind}s, {first} and {second}");
            let breach = bench.say(Code::PeeringNamespaces, id, at.span, message);
            breach.related(two.id, second.span, format!("the {kind} of {}", index.called(two.id)));
        }
    }
}

fn check_subnets(index: &Index<'_>, id: usize, spec: Fields<'_>, bench: &mut Bench) {
    for permit in spec.list("permit") {
        for (name, of) in permit.entries() {
            let Some(vpc) = index.vpcs.get(name.text) else { continue };
            check_named(index, id, vpc, &of.texts("subnets"), bench);
        }
    }
}

/// Says which of the subnets named a VPC does not have.
pub(super) fn check_named(index: &Index<'_>, id: usize, vpc: &Vpc<'_>, names: &[Text<'_>], bench: &mut Bench) {
    for name in names.iter().filter(|name| !vpc.subnets.contains_key(name.text)) {
        let message = format!("{} has no subnet '{name}'", index.called(vpc.id));
        let breach = bench.say(Code::UnknownSubnet, id, name.span, message);
        breach.related(vpc.id, vpc.spec.key_at("subnets"), "its subnets");
    }
}
