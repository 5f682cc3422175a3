//! Objects by the million: connections, servers, switches, VPCs and attachments, all valid by their schemas, the same in each run.
//!
//! They break rules between objects (what they name is seldom there), so they are for sorting and for schemas; `fabric` has a fabric
//! that breaks none.

use std::fmt::Write as _;
use std::io::{self, Write};

use super::support::NOW;

/// The level that a fabric's manifest asks for, and the branch that asks for it.
pub(crate) const LEVELS: [&str; 2] = ["identity", "schema"];
/// Of a hundred objects, how many are of each kind.
const SHARES: [(Make, u64); 5] = [(connection, 35), (server, 20), (switch, 10), (vpc, 20), (attachment, 15)];
/// How many files a folder has in a corpus with folders.
const FOLDER: usize = 500;

/// Makes the name and the text of the object of this number.
type Make = fn(usize, &mut Dice) -> (String, String);

/// What a repository holds below its raw/ folders.
#[derive(Clone, Copy)]
pub(crate) struct Corpus {
    /// How many files.
    pub(crate) files: usize,
    /// How many documents each has.
    pub(crate) documents: usize,
    /// How many fabric directories they are spread over; one is the repository's root.
    pub(crate) fabrics: usize,
    /// Whether they lie in folders of 500.
    pub(crate) folders: bool,
}

impl Corpus {
    /// So many files of one document in one folder of one fabric.
    pub(crate) fn flat(files: usize) -> Self {
        Self { files, documents: 1, fabrics: 1, folders: false }
    }

    /// How many objects there are.
    pub(crate) fn objects(&self) -> usize {
        self.files * self.documents
    }

    /// Where the fabric of this number lies: nothing, or a folder with its slash.
    pub(crate) fn fabric(&self, number: usize) -> String {
        if self.fabrics == 1 { String::new() } else { format!("fabric-{number:04}/") }
    }

    /// Writes what `git fast-import` makes the branches of: one a level, which differ by their manifests.
    pub(crate) fn write(&self, out: &mut dyn Write) -> io::Result<()> {
        commit(out, LEVELS[0], None)?;
        self.manifests(out, LEVELS[0])?;
        let (mut dice, each) = (Dice(1), self.files.div_ceil(self.fabrics));
        for number in 0..self.files {
            let fabric = self.fabric(number / each);
            let folder = if self.folders { format!("d{:04}/", number / FOLDER) } else { String::new() };
            let (name, text) = self.file(number, &mut dice);
            file(out, &format!("{fabric}raw/{folder}{name}.yaml"), &text)?;
        }
        commit(out, LEVELS[1], Some(LEVELS[0]))?;
        self.manifests(out, LEVELS[1])
    }

    fn manifests(&self, out: &mut dyn Write, level: &str) -> io::Result<()> {
        for number in 0..self.fabrics {
            let text = format!("version: '1.0'\nfabric_name: fabric\npolicy:\n  level: {level}\n");
            file(out, &format!("{}.hnp/manifest.yaml", self.fabric(number)), &text)?;
        }
        Ok(())
    }

    /// The name and the text of the file of this number.
    fn file(&self, number: usize, dice: &mut Dice) -> (String, String) {
        if self.documents == 1 {
            return object(number, dice);
        }
        let first = number * self.documents;
        let texts: Vec<String> = (first..first + self.documents).map(|number| object(number, dice).1).collect();
        (format!("bundle-{number:06}"), texts.join("---\n"))
    }
}

/// Begins a commit on a branch, on top of another if one is named.
pub(crate) fn commit(out: &mut dyn Write, branch: &str, base: Option<&str>) -> io::Result<()> {
    writeln!(out, "commit refs/heads/{branch}\ncommitter Tester <tester@localhost> {NOW} +0000\ndata 4\ntest")?;
    base.map_or(Ok(()), |base| writeln!(out, "from refs/heads/{base}"))
}

/// A file of the commit that was begun.
pub(crate) fn file(out: &mut dyn Write, path: &str, text: &str) -> io::Result<()> {
    writeln!(out, "M 100644 inline {path}\ndata {}\n{text}", text.len())
}

/// Writes a file of many documents, at least so many bytes; how many documents it has.
pub(crate) fn stream(out: &mut dyn Write, bytes: u64) -> io::Result<usize> {
    let (mut dice, mut count, mut written) = (Dice(1), 0, 0);
    while written < bytes {
        let text = object(count, &mut dice).1;
        let text = if count == 0 { text } else { format!("---\n{text}") };
        out.write_all(text.as_bytes())?;
        (count, written) = (count + 1, written + text.len() as u64);
    }
    Ok(count)
}

/// Writes a file of one document, a connection of so many links that it has about so many bytes.
pub(crate) fn document(out: &mut dyn Write, bytes: u64) -> io::Result<()> {
    let mut text = head("wiring", "Connection", "server-1--bundled--leaf-1") + "  bundled:\n    links:\n";
    let mut written = 0;
    for number in 0.. {
        text.push_str(&link("server-1", number, "leaf-1", number));
        out.write_all(text.as_bytes())?;
        written += text.len() as u64;
        text.clear();
        if written >= bytes {
            break;
        }
    }
    Ok(())
}

/// The server of this name, described in these words.
pub(crate) fn described(name: &str, words: &str) -> String {
    head("wiring", "Server", name) + &format!("  description: {words}\n")
}

/// Numbers without a pattern, the same in each run (SplitMix64).
struct Dice(u64);

impl Dice {
    fn below(&mut self, bound: u64) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut bits = self.0;
        bits = (bits ^ (bits >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        bits = (bits ^ (bits >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        (bits ^ (bits >> 31)) % bound
    }

    fn one_of<T: Copy>(&mut self, all: &[T]) -> T {
        all[self.below(all.len() as u64) as usize]
    }
}

fn object(number: usize, dice: &mut Dice) -> (String, String) {
    let mut drawn = dice.below(100);
    for (make, share) in SHARES {
        if drawn < share {
            return make(number, dice);
        }
        drawn -= share;
    }
    server(number, dice)
}

fn head(group: &str, kind: &str, name: &str) -> String {
    format!(
        "apiVersion: {group}.githedgehog.com/v1beta1\nkind: {kind}\nmetadata:\n  name: {name}\n  namespace: default\nspec:\n"
    )
}

fn server(number: usize, dice: &mut Dice) -> (String, String) {
    let name = format!("server-{number:06}");
    let role = dice.one_of(&["MCLAG leaf-01 leaf-02", "ESLAG leaf-03 leaf-04", "Unbundled leaf-05"]);
    let text = described(&name, &format!("S-{:02} {role}", number % 100));
    (name, text)
}

fn switch(number: usize, dice: &mut Dice) -> (String, String) {
    let name = format!("leaf-{number:06}");
    let role = dice.one_of(&["server-leaf", "border-leaf", "mixed-leaf"]);
    let profile = dice.one_of(&["vs", "dell-s5248f-on", "celestica-ds3000", "edgecore-dcs203"]);
    let (top, high, low, group) = (number >> 16 & 255, number >> 8 & 255, number & 255, number / 2);
    let labels = format!("  namespace: default\n  labels:\n    rack: rack-{}\n", number % 64);
    let mut text = head("wiring", "Switch", &name).replace("  namespace: default\n", &labels);
    let rest = format!(
        "  asn: {}\n  boot:\n    mac: 0c:20:12:{top:02x}:{high:02x}:{low:02x}\n  description: VS-{number:02} {role}\n  \
         ecmp: {{}}\n  groups:\n  - eslag-{group}\n  ip: 172.30.{high}.{low}/21\n  profile: {profile}\n  \
         protocolIP: 172.30.{}.{low}/32\n  redundancy:\n    group: eslag-{group}\n    type: eslag\n  role: {role}\n  \
         vlanNamespaces:\n  - default\n  vtepIP: 172.30.{}.{low}/32\n",
        65100 + number % 400,
        8 + high % 240,
        12 + high % 240
    );
    text.push_str(&rest);
    if dice.below(2) == 0 {
        text.push_str("  portBreakouts:\n");
        (49..57).for_each(|port| text.push_str(&format!("    E1/{port}: 4x25G\n")));
    }
    (name, text)
}

fn link(server: &str, port: usize, switch: &str, other: usize) -> String {
    format!("    - server:\n        port: {server}/enp2s{port}\n      switch:\n        port: {switch}/E1/{other}\n")
}

fn connection(number: usize, dice: &mut Dice) -> (String, String) {
    let (leaf, other) = (format!("leaf-{:02}", dice.below(400)), format!("leaf-{}", 400 + dice.below(400)));
    let (server, port) = (format!("server-{number:06}"), number % 48 + 1);
    let kind = dice.one_of(&["mclag", "eslag", "unbundled", "bundled", "fabric"]);
    let (name, spec) = match kind {
        "unbundled" => {
            let link =
                format!("server:\n        port: {server}/enp2s1\n      switch:\n        port: {leaf}/E1/{port}\n");
            (format!("{server}--unbundled--{leaf}"), format!("  unbundled:\n    link:\n      {link}"))
        }
        "fabric" => {
            let spine = format!("spine-{number:06}");
            let links = fabric_links(number, 2 + 2 * dice.below(2), &leaf, &spine);
            (format!("{spine}--fabric--{leaf}"), format!("  fabric:\n    links:\n{links}"))
        }
        "bundled" => {
            let links = link(&server, 1, &leaf, port) + &link(&server, 2, &leaf, port);
            (format!("{server}--bundled--{leaf}"), format!("  bundled:\n    links:\n{links}"))
        }
        kind => {
            let links = link(&server, 1, &leaf, port) + &link(&server, 2, &other, port);
            (format!("{server}--{kind}--{leaf}--{other}"), format!("  {kind}:\n    links:\n{links}"))
        }
    };
    let text = head("wiring", "Connection", &name) + &spec;
    (name, text)
}

fn fabric_links(number: usize, count: u64, leaf: &str, spine: &str) -> String {
    let low = number % 200;
    (1..=count).fold(String::new(), |mut links, port| {
        let (net, up) = (30 + port, 48 + port);
        let end = |high: usize, port: &str| format!("        ip: 172.30.{net}.{high}/31\n        port: {port}\n");
        let (leaf, spine) = (end(low, &format!("{leaf}/E1/{up}")), end(low + 1, &format!("{spine}/E1/{port}")));
        let _ = write!(links, "    - leaf:\n{leaf}      spine:\n{spine}");
        links
    })
}

fn vpc(number: usize, dice: &mut Dice) -> (String, String) {
    let name = format!("vpc-{number:06}");
    let mut text = head("vpc", "VPC", &name) + "  ipv4Namespace: default\n  vlanNamespace: default\n  subnets:\n";
    for subnet in 0..dice.one_of(&[1, 2, 4]) {
        let net = format!("10.{}.{}", number >> 6 & 255, (number & 63) * 4 + subnet);
        let range = format!("        range:\n          start: {net}.10\n          end: {net}.99\n");
        text.push_str(&format!(
            "    subnet-{}:\n      dhcp:\n        enable: true\n{range}      gateway: {net}.1\n      subnet: {net}.0/24\n      \
             vlan: {}\n",
            subnet + 1,
            1000 + (number * 4 + subnet) % 2000
        ));
        if subnet % 2 == 1 {
            text.push_str("      isolated: true\n      restricted: true\n");
        }
    }
    (name, text)
}

fn attachment(number: usize, dice: &mut Dice) -> (String, String) {
    let (server, leaf) = (dice.below(50_000), dice.below(400));
    let connection = format!("server-{server:06}--unbundled--leaf-{leaf:02}");
    let vpc = format!("vpc-{number:06}");
    let name = format!("{vpc}--{connection}");
    let text = head("vpc", "VPCAttachment", &name) + &format!("  connection: {connection}\n  subnet: {vpc}/subnet-1\n");
    (name, text)
}
