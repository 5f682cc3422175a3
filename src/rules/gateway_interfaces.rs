//! A gateway's interfaces: names that Linux takes, IPv4 prefixes, and a PCI address or a kernel name.

use std::collections::{BTreeMap, BTreeSet};

use crate::fabric::address::Prefix;
use crate::verdict::code::Code;

use super::breach::Bench;
use super::connections::Device;
use super::index::Index;
use super::read::{Fields, Text};

/// The interfaces of each gateway that gateway connections name: hhfab gives these their addresses.
pub(super) fn links<'a>(index: &Index<'a>) -> BTreeMap<&'a str, BTreeSet<&'a str>> {
    let mut links: BTreeMap<&str, BTreeSet<&str>> = BTreeMap::new();
    for connection in index.connections.values().filter(|connection| !connection.gone) {
        for end in connection.links.iter().flatten().filter(|end| end.device == Device::Gateway) {
            if let Some((gateway, interface)) = end.port.text.split_once('/') {
                links.entry(gateway).or_default().insert(interface);
            }
        }
    }
    links
}

pub(super) fn check(id: usize, spec: Fields<'_>, linked: Option<&BTreeSet<&str>>, bench: &mut Bench) {
    let mut count = 0;
    for (name, interface) in spec.sub("interfaces").entries() {
        count += 1;
        let mut say = |at, message: String| {
            bench.say(Code::GatewayInterface, id, at, message);
        };
        if !is_linux_name(name.text) {
            say(name.span, format!("'{name}' is no interface's name of 2 to 10 characters"));
        }
        let ips = interface.texts("ips");
        if ips.is_empty() && !linked.is_some_and(|linked| linked.contains(name.text)) {
            say(name.span, format!("the interface {name} has no address, and no gateway connection gives it one"));
        }
        for ip in &ips {
            if !Prefix::parse(ip.text).is_some_and(|prefix| prefix.address.is_ipv4()) {
                say(ip.span, format!("the interface's address '{ip}' is no IPv4 prefix"));
            }
        }
        let (pci, kernel) = (interface.text("pci"), interface.text("kernel"));
        if let (Some(_), Some(kernel)) = (pci, kernel) {
            say(kernel.span, "an interface has a PCI address or a kernel name, not both".to_owned());
        }
        if let Some(pci) = pci.filter(|pci| !is_pci(pci.text)) {
            say(pci.span, format!("'{pci}' is no PCI address such as 0000:02:00.0"));
        }
        if let Some(message) = kernel.and_then(|kernel| kernel_fault(name, kernel)) {
            say(interface.at("kernel"), message);
        }
    }
    if count == 0 {
        bench.say(Code::GatewayInterface, id, spec.key_at("interfaces"), "the gateway has no interface");
    }
}

fn kernel_fault(name: Text<'_>, kernel: Text<'_>) -> Option<String> {
    if !is_linux_name(kernel.text) {
        return Some(format!("'{kernel}' is no interface's name of 2 to 10 characters"));
    }
    (name.text == kernel.text).then(|| format!("the interface must have another name than its kernel name {kernel}"))
}

fn is_linux_name(text: &str) -> bool {
    let bytes = text.as_bytes();
    let inner = |b: &u8| b.is_ascii_alphanumeric() || b"_.-".contains(b);
    (2..=10).contains(&bytes.len())
        && bytes[0].is_ascii_alphabetic()
        && bytes[bytes.len() - 1].is_ascii_alphanumeric()
        && bytes.iter().all(inner)
}

/// Whether a text is a PCI address: domain, bus, device and function.
fn is_pci(text: &str) -> bool {
    let number = |part: &str, most: u32| {
        part.bytes().all(|b| b.is_ascii_hexdigit()) && u32::from_str_radix(part, 16).is_ok_and(|number| number <= most)
    };
    let Some((path, function)) = text.split_once('.') else { return false };
    let parts: Vec<&str> = path.split(':').collect();
    let [domain, bus, device] = parts[..] else { return false };
    text.len() == 12 && number(domain, 0xffff) && number(bus, 0xff) && number(device, 0x1f) && number(function, 7)
}
