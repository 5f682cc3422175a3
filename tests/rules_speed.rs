//! How the rules' time grows with a fabric's objects: printed, not judged. Run with `--ignored --nocapture`.

#![allow(clippy::unwrap_used, clippy::print_stderr, reason = "a test")]

use std::fmt::Write as _;
use std::time::Instant;

use hhgit::fabric::settings::Settings;
use hhgit::rules::{self, Object};
use hhgit::verdict::identity::Identity;
use hhgit::yaml::{Limits, Node, parse, split};

const WIRING: &str = "wiring.githedgehog.com/v1beta1";
const VPC: &str = "vpc.githedgehog.com/v1beta1";

fn object(out: &mut String, group: &str, kind: &str, name: &str, spec: &str) {
    writeln!(out, "---\napiVersion: {group}\nkind: {kind}\nmetadata: {{name: {name}}}\nspec: {spec}").unwrap();
}

/// A fabric of about this many objects: for each leaf 20 servers, their connections, VPCs and attachments.
fn fabric(objects: usize) -> String {
    let mut out = String::new();
    let subnets: Vec<String> = (0..16).map(|n| format!("10.{}.0.0/12", n * 16)).collect();
    object(&mut out, VPC, "IPv4Namespace", "default", &format!("{{subnets: [{}]}}", subnets.join(", ")));
    let mut vpc = 0_usize;
    for leaf in 0..objects.div_ceil(81) {
        let (high, low) = (leaf / 250, leaf % 250);
        let spec = format!(
            "{{role: server-leaf, profile: celestica-ds3000, asn: {}, ip: 172.16.{high}.{low}/12, \
             protocolIP: 172.17.{high}.{low}/32, vtepIP: 172.18.{high}.{low}/32, vlanNamespaces: [ns-{}]}}",
            100_000 + leaf,
            leaf / 80
        );
        object(&mut out, WIRING, "Switch", &format!("leaf-{leaf}"), &spec);
        if leaf % 80 == 0 {
            let name = format!("ns-{}", leaf / 80);
            object(&mut out, WIRING, "VLANNamespace", &name, "{ranges: [{from: 1000, to: 2999}]}");
        }
        for port in 1..=20 {
            let (server, connection) = (format!("server-{leaf}-{port}"), format!("c-{leaf}-{port}"));
            object(&mut out, WIRING, "Server", &server, "{}");
            let link = format!("{{server: {{port: {server}/eth0}}, switch: {{port: leaf-{leaf}/E1/{port}}}}}");
            object(&mut out, WIRING, "Connection", &connection, &format!("{{unbundled: {{link: {link}}}}}"));
            let vlan = 1000 + (leaf % 80) * 20 + port;
            let subnet = format!("10.{}.{}.{}/28", vpc / 4096, vpc / 16 % 256, vpc % 16 * 16);
            let spec = format!(
                "{{vlanNamespace: ns-{}, subnets: {{default: {{subnet: {subnet}, vlan: {vlan}, dhcp: {{enable: true}}}}}}}}",
                leaf / 80
            );
            object(&mut out, VPC, "VPC", &format!("v-{vpc}"), &spec);
            let spec = format!("{{connection: {connection}, subnet: v-{vpc}}}");
            object(&mut out, VPC, "VPCAttachment", &format!("a-{vpc}"), &spec);
            vpc += 1;
        }
    }
    out
}

fn identity(root: &Node) -> Identity {
    let text =
        |keys: &[&str]| keys.iter().try_fold(root, |node, key| node.get(key)).unwrap().as_str().unwrap().to_owned();
    let group = text(&["apiVersion"]).split('/').next().unwrap().to_owned();
    Identity { group, kind: text(&["kind"]), namespace: "default".to_owned(), name: text(&["metadata", "name"]) }
}

#[test]
#[ignore = "a measurement, for people to read"]
fn the_time_that_rules_take() {
    let mut settings = Settings { leaf_asn_start: 100_000, leaf_asn_end: 200_000, ..Settings::default() };
    for (subnet, text) in [
        (&mut settings.management_subnet, "172.16.0.0/16"),
        (&mut settings.protocol_subnet, "172.17.0.0/16"),
        (&mut settings.vtep_subnet, "172.18.0.0/16"),
    ] {
        *subnet = hhgit::fabric::address::Prefix::parse(text).unwrap();
    }
    settings.management_dhcp_start = "172.16.250.0".parse().unwrap();
    for count in [1_000, 10_000, 100_000] {
        let text = fabric(count);
        let limits = Limits::default();
        let start = Instant::now();
        let chunks = split(text.as_bytes());
        let roots: Vec<Node> =
            chunks.iter().filter_map(|chunk| parse(text.as_bytes(), chunk, &limits).unwrap().root).collect();
        let read = start.elapsed();
        let identities: Vec<Identity> = roots.iter().map(identity).collect();
        let objects: Vec<Object<'_>> =
            roots.iter().zip(&identities).map(|(root, identity)| Object { identity, root, sound: true }).collect();
        let start = Instant::now();
        let breaches = rules::check(&objects, &settings);
        let checked = start.elapsed();
        let mut kinds: std::collections::BTreeMap<String, usize> = std::collections::BTreeMap::new();
        for breach in &breaches {
            *kinds.entry(breach.code.to_string()).or_default() += 1;
        }
        eprintln!("{} objects: read in {read:?}, checked in {checked:?}, breaches {kinds:?}", objects.len());
    }
}
