//! ExternalPeerings: a VPC and an External of one IPv4Namespace, with subnets that the VPC has.
//!
//! The prefixes are not read, as the cluster does not read them either: any text passes.

use crate::fabric::address::Prefix;
use crate::verdict::code::Code;

use super::breach::Bench;
use super::index::Index;
use super::vpc_peerings::check_named;
use super::what::What;

pub(super) fn check(index: &Index<'_>, bench: &mut Bench) {
    for (_, id) in index.all(What::ExternalPeering) {
        let permit = index.spec(id).sub("permit");
        let (vpc_side, external_side) = (permit.sub("vpc"), permit.sub("external"));
        for (side, what) in [(vpc_side, "VPC"), (external_side, "External")] {
            if side.text("name").is_none() {
                bench.say(Code::RequiredValue, id, side.at("name"), format!("the peering names no {what}"));
            }
        }
        for item in external_side.list("prefixes") {
            match item.text("prefix") {
                None => {
                    bench.say(Code::RequiredValue, id, item.head, "a prefix is missing");
                }
                Some(text) if Prefix::parse(text.text).is_none() => {
                    let breach = bench.say(Code::InvalidAddress, id, text.span, format!("'{text}' is no prefix"));
                    breach
                        .warn()
                        .help("Write a prefix such as 0.0.0.0/0; the cluster takes any text here, and routes nothing.");
                }
                Some(_) => {}
            }
        }
        let vpc = vpc_side.text("name").and_then(|name| index.vpcs.get(name.text));
        let external = external_side.text("name").and_then(|name| index.externals.get(name.text));
        if let Some(vpc) = vpc {
            check_named(index, id, vpc, &vpc_side.texts("subnets"), bench);
        }
        if let Some((vpc, external)) = vpc.zip(external)
            && vpc.ipv4_namespace.text != external.ipv4_namespace.text
        {
            let message = format!(
                "the VPC is of the IPv4Namespace {}, the External of {}",
                vpc.ipv4_namespace, external.ipv4_namespace
            );
            let breach = bench.say(Code::PeeringNamespaces, id, permit.head, message);
            breach.related(external.id, external.ipv4_namespace.span, "the External's");
        }
    }
}
