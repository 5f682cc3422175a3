//! The rules between objects: what a cluster's admission asks beyond the schema, as pure functions over one fabric's index.
//!
//! | file | its rules |
//! |---|---|
//! | [`index`] | reads each object once, with the cluster's defaults, and finds them by name |
//! | `names`, `references` | names and labels that Kubernetes takes; every named object is there |
//! | `vlan_namespaces`, `ipv4_namespaces` | their ranges and subnets |
//! | `switches`, `switch_ports`, `profiles`, `hydration` | switches, their ports by profile; addresses and ASNs |
//! | `connections`, `links`, `static_external` | endpoints, ports used once, link addresses |
//! | `vpcs`, `subnets`, `dhcp`, `sharing` | VPCs, their subnets, and what VPCs may not share |
//! | `vpc_attachments`, `vpc_peerings` | what VPCs are attached to and peered with |
//! | `externals`, `external_attachments`, `acls`, `external_peerings` | the world outside |
//! | `gateways`, `gateway_interfaces`, `gateway_peerings`, `exposures`, `peering_acls` | gateways, where the fabric has them |
//! | [`deletion`] | what still refers to an object |
//! | [`ties`], [`reach`] | what ties an object to others, and so how far a change reaches |
//!
//! Where the cluster's admission is odd, its verdict is followed and the help says so. An object that broke an earlier
//! level is not in the cluster: it is known by name only, and whoever names it names something that is not there.
//! Objects that break a rule are taken to be there, as the fabric's final state is what is judged.

mod acls;
mod breach;
mod connections;
pub mod deletion;
mod dhcp;
mod exposures;
mod external_attachments;
mod external_peerings;
mod externals;
mod gateway_interfaces;
mod gateway_peerings;
mod gateways;
mod hydration;
pub mod index;
mod ipv4_namespaces;
mod links;
mod names;
mod overlap;
mod peering_acls;
mod profiles;
pub mod reach;
mod read;
mod references;
mod sharing;
mod static_external;
mod subnets;
mod switch_ports;
mod switches;
pub mod ties;
mod vlan_namespaces;
mod vpc_attachments;
mod vpc_peerings;
mod vpcs;
mod what;

#[cfg(test)]
mod tests;

pub use breach::{Breach, Related};
pub use index::{Index, Object};

use crate::fabric::settings::Settings;
use breach::Bench;

/// Checks all objects of one fabric against each other. The answer is sorted by object and place.
pub fn check(objects: &[Object<'_>], settings: &Settings) -> Vec<Breach> {
    Index::build(objects, settings).check()
}

/// Every family of rules.
const FAMILIES: &[fn(&Index<'_>, &mut Bench)] = &[
    references::check,
    vlan_namespaces::check,
    ipv4_namespaces::check,
    switches::check,
    hydration::check,
    connections::check,
    links::check,
    static_external::check,
    vpcs::check,
    sharing::check,
    vpc_attachments::check,
    vpc_peerings::check,
    externals::check,
    external_attachments::check,
    external_peerings::check,
    gateways::check,
    gateway_peerings::check,
    exposures::check,
];

impl Index<'_> {
    /// Checks all objects against each other. The answer is sorted by object and place.
    pub fn check(&self) -> Vec<Breach> {
        let mut bench = Bench::default();
        self.say_unfit(&mut bench);
        for family in FAMILIES {
            family(self, &mut bench);
        }
        bench.sorted()
    }
}
