//! A fabric of any size whose objects are all valid: racks of a switch, its servers, their connections, VPCs and attachments.
//!
//! Every object names only objects before it, so the first so many of them are a fabric too.
#![allow(dead_code, unreachable_pub, reason = "each benchmark has this as a module of its own")]

/// How many servers a switch has, each with a connection, a VPC and an attachment.
const SERVERS: usize = 10;
/// How many servers share a VLAN namespace.
const SHARE: usize = 1000;

/// One object: the name of its file, and its text.
pub struct Object {
    /// The file's name, without folders.
    pub name: String,
    /// The document.
    pub text: String,
}

/// The first so many objects of the fabric.
pub fn objects(count: usize) -> Vec<Object> {
    objects_by(count, SERVERS)
}

/// As [`objects`], with so many servers a rack.
pub fn objects_by(count: usize, servers: usize) -> Vec<Object> {
    let racks = (0..).flat_map(|number| rack(number, servers));
    std::iter::once(ipv4_namespace()).chain(racks).take(count).collect()
}

fn object(group: &str, kind: &str, name: &str, spec: &str) -> Object {
    let head = format!("apiVersion: {group}.githedgehog.com/v1beta1\nkind: {kind}\nmetadata:\n  name: {name}\n");
    let text = format!("{head}  namespace: default\nspec:\n{spec}");
    Object { name: format!("{}-{name}.yaml", kind.to_lowercase()), text }
}

fn ipv4_namespace() -> Object {
    object("vpc", "IPv4Namespace", "default", "  subnets:\n  - 10.0.0.0/8\n")
}

fn rack(rack: usize, servers: usize) -> Vec<Object> {
    let racks = SHARE / servers;
    let vlans = format!("vlans-{}", rack / racks);
    let leaf = format!("leaf-{rack:03}");
    let mut objects = Vec::new();
    if rack.is_multiple_of(racks) {
        objects.push(object("wiring", "VLANNamespace", &vlans, "  ranges:\n  - from: 1000\n    to: 2999\n"));
    }
    objects.push(object("wiring", "Switch", &leaf, &switch(rack, &vlans)));
    for port in 1..=servers {
        let number = rack * servers + port - 1;
        let (server, vpc) = (format!("server-{number:05}"), format!("vpc-{number:05}"));
        let connection = format!("{server}--unbundled--{leaf}");
        let spec = format!("  description: Rack {rack}, the server at port {port}\n");
        objects.push(object("wiring", "Server", &server, &spec));
        let spec = format!(
            "  unbundled:\n    link:\n      server:\n        port: {server}/enp2s1\n      switch:\n        port: {leaf}/E1/{port}\n"
        );
        objects.push(object("wiring", "Connection", &connection, &spec));
        objects.push(object("vpc", "VPC", &vpc, &self::vpc(number, &vlans)));
        let spec = format!("  connection: {connection}\n  subnet: {vpc}/subnet-1\n");
        objects.push(object("vpc", "VPCAttachment", &format!("{vpc}--{server}"), &spec));
    }
    objects
}

fn switch(rack: usize, vlans: &str) -> String {
    let (high, low) = (rack / 250, rack % 250 + 2);
    let breakouts = (49..=52).map(|port| format!("    E1/{port}: 4x25G\n")).collect::<String>();
    format!(
        "  asn: {}\n  boot:\n    mac: 0c:20:12:00:{high:02x}:{low:02x}\n  description: The leaf of rack {rack}\n  \
         ip: 172.30.{high}.{low}/21\n  portBreakouts:\n{breakouts}  profile: dell-s5248f-on\n  \
         protocolIP: 172.30.{}.{low}/32\n  role: server-leaf\n  vlanNamespaces:\n  - {vlans}\n  \
         vtepIP: 172.30.{}.{low}/32\n",
        65101 + rack,
        8 + high,
        12 + high
    )
}

fn vpc(number: usize, vlans: &str) -> String {
    let net = format!("10.{}.{}", number / 250, number % 250);
    format!(
        "  ipv4Namespace: default\n  subnets:\n    subnet-1:\n      dhcp:\n        enable: true\n        range:\n          \
         end: {net}.99\n          start: {net}.10\n      gateway: {net}.1\n      subnet: {net}.0/24\n      \
         vlan: {}\n  vlanNamespace: {vlans}\n",
        1000 + number % SHARE
    )
}
