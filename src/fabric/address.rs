//! IP addresses and prefixes as Hedgehog reads them (Go's net/netip), and hardware addresses; no names, no look-ups.

use core::net::IpAddr;
use std::fmt;

/// An address with the length of its network part, such as 10.0.0.5/24; the host part may be set.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Prefix {
    /// The address.
    pub address: IpAddr,
    /// The network part's length in bits.
    pub bits: u8,
}

impl fmt::Display for Prefix {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}", self.address, self.bits)
    }
}

/// An address as a number, and whether it is one of IPv6.
fn number(address: IpAddr) -> (bool, u128) {
    match address {
        IpAddr::V4(v4) => (false, u128::from(u32::from(v4))),
        IpAddr::V6(v6) => (true, u128::from(v6)),
    }
}

/// The address of a number.
fn address(v6: bool, number: u128) -> IpAddr {
    if v6 { IpAddr::V6(number.into()) } else { IpAddr::V4(u32::try_from(number).unwrap_or(u32::MAX).into()) }
}

impl Prefix {
    /// Reads a prefix; none for what Go's `netip.ParsePrefix` refuses.
    pub fn parse(text: &str) -> Option<Self> {
        let (address, bits) = text.rsplit_once('/')?;
        let address = parse_address(address)?;
        let plain = bits == "0" || (!bits.starts_with('0') && bits.bytes().all(|b| b.is_ascii_digit()));
        let bits: u8 = if plain { bits.parse().ok()? } else { return None };
        let most = if address.is_ipv4() { 32 } else { 128 };
        (bits <= most).then_some(Self { address, bits })
    }

    /// An IPv4 prefix out of its four numbers.
    pub const fn v4(octets: [u8; 4], bits: u8) -> Self {
        Self { address: IpAddr::V4(core::net::Ipv4Addr::new(octets[0], octets[1], octets[2], octets[3])), bits }
    }

    /// The first and the last address, as numbers, behind which family they are of: prefixes sort and nest by these.
    pub fn range(&self) -> (bool, u128, u128) {
        let (v6, number) = number(self.address);
        let host = (if v6 { 128_u32 } else { 32 }).saturating_sub(u32::from(self.bits));
        let mask = if host >= 128 { u128::MAX } else { (1 << host) - 1 };
        (v6, number & !mask, number | mask)
    }

    /// The first address: that of the network.
    pub fn first(&self) -> IpAddr {
        let (v6, first, _) = self.range();
        address(v6, first)
    }

    /// The last address: IPv4's broadcast.
    pub fn last(&self) -> IpAddr {
        let (v6, _, last) = self.range();
        address(v6, last)
    }

    /// The address this far after the first one, if there is one in the family.
    pub fn nth(&self, offset: u32) -> Option<IpAddr> {
        let (v6, first, _) = self.range();
        let most = if v6 { u128::MAX } else { u128::from(u32::MAX) };
        first.checked_add(u128::from(offset)).filter(|number| *number <= most).map(|number| address(v6, number))
    }

    /// The same prefix without its host part.
    pub fn masked(&self) -> Self {
        Self { address: self.first(), bits: self.bits }
    }

    /// Whether the host part is empty.
    pub fn is_masked(&self) -> bool {
        self.address == self.first()
    }

    /// Whether an address lies in it.
    pub fn contains(&self, address: IpAddr) -> bool {
        let (v6, first, last) = self.range();
        let (other, number) = number(address);
        v6 == other && (first..=last).contains(&number)
    }

    /// Whether all of another prefix lies in it.
    pub fn holds(&self, other: &Self) -> bool {
        let (v6, first, last) = self.range();
        let (other_family, other_first, other_last) = other.range();
        v6 == other_family && first <= other_first && other_last <= last
    }

    /// Whether it shares an address with another.
    pub fn overlaps(&self, other: &Self) -> bool {
        self.holds(other) || other.holds(self)
    }
}

/// Reads an address without a prefix length.
pub fn parse_address(text: &str) -> Option<IpAddr> {
    // A zone makes no difference to any rule.
    let plain =
        text.split_once('%').filter(|(v6, zone)| v6.contains(':') && !zone.is_empty()).map_or(text, |(v6, _)| v6);
    plain.parse().ok()
}

/// Reads a hardware address of 6, 8 or 20 bytes, in any of the three spellings that Go's `net.ParseMAC` takes.
pub fn parse_mac(text: &str) -> Option<Vec<u8>> {
    let (separator, digits) = match text.as_bytes().get(2)? {
        b':' => (':', 2),
        b'-' => ('-', 2),
        _ => ('.', 4),
    };
    let mut bytes = Vec::new();
    for part in text.split(separator) {
        if part.len() != digits || !part.bytes().all(|b| b.is_ascii_hexdigit()) {
            return None;
        }
        let value = u16::from_str_radix(part, 16).ok()?;
        let [high, low] = value.to_be_bytes();
        if digits == 4 {
            bytes.push(high);
        }
        bytes.push(low);
    }
    matches!(bytes.len(), 6 | 8 | 20).then_some(bytes)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn prefix(text: &str) -> Prefix {
        Prefix::parse(text).unwrap()
    }

    #[test]
    fn prefixes_are_read_as_go_reads_them() {
        for good in ["10.0.0.0/8", "10.0.0.5/24", "0.0.0.0/0", "fd00::1/64", "::ffff:1.2.3.4/128"] {
            assert!(Prefix::parse(good).is_some(), "{good}");
        }
        for bad in
            ["10.0.0.0", "10.0.0.0/", "10.0.0.0/08", "10.0.0.0/33", "10.0.0.0/+8", "010.0.0.0/8", "10.0.0/8", "a/8"]
        {
            assert!(Prefix::parse(bad).is_none(), "{bad}");
        }
    }

    #[test]
    fn prefixes_know_their_addresses() {
        let net = prefix("10.0.1.77/24");
        assert_eq!(net.masked(), prefix("10.0.1.0/24"));
        assert_eq!((net.is_masked(), net.masked().is_masked()), (false, true));
        assert_eq!(net.last(), parse_address("10.0.1.255").unwrap());
        assert_eq!(net.nth(1), parse_address("10.0.1.1"));
        assert_eq!(prefix("255.255.255.255/32").nth(1), None);
        assert_eq!(prefix("::/0").last(), parse_address("ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff").unwrap());
    }

    #[test]
    fn prefixes_nest_or_are_apart() {
        let (wide, narrow, other) = (prefix("10.0.0.0/16"), prefix("10.0.3.0/24"), prefix("10.1.0.0/24"));
        assert_eq!((wide.holds(&narrow), narrow.holds(&wide), wide.overlaps(&other)), (true, false, false));
        assert!(narrow.overlaps(&wide) && wide.contains(narrow.address));
        assert!(!prefix("::/0").overlaps(&wide), "families are apart");
    }

    #[test]
    fn hardware_addresses_are_read_in_three_spellings() {
        let mac = Some(vec![2, 0, 0, 0, 1, 0xab]);
        for text in ["02:00:00:00:01:ab", "02-00-00-00-01-AB", "0200.0000.01ab"] {
            assert_eq!(parse_mac(text), mac, "{text}");
        }
        for bad in ["", "02", "02:00", "2:0:0:0:1:a", "02:00:00:00:01-ab", "0200.0000.01abc", "zz:00:00:00:01:ab"] {
            assert_eq!(parse_mac(bad), None, "{bad}");
        }
    }
}
