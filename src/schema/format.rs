//! The formats of OpenAPI that an API server looks at, and whether a value is of one.

use std::fmt;
use std::net::{Ipv4Addr, Ipv6Addr};

/// A format.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Format {
    /// A whole number of 32 bits with a sign.
    Int32,
    /// A whole number of 64 bits with a sign.
    Int64,
    /// A moment, RFC 3339.
    DateTime,
    /// A day, RFC 3339.
    Date,
    /// An IPv4 address.
    Ipv4,
    /// An IPv6 address.
    Ipv6,
    /// An address with a prefix length.
    Cidr,
    /// Another, which is not looked at.
    Other(String),
}

impl Format {
    /// The format of this name; none for the empty one.
    pub fn parse(name: &str) -> Option<Self> {
        Some(match name {
            "" => return None,
            "int32" => Self::Int32,
            "int64" => Self::Int64,
            "date-time" | "datetime" => Self::DateTime,
            "date" => Self::Date,
            "ipv4" => Self::Ipv4,
            "ipv6" => Self::Ipv6,
            "cidr" => Self::Cidr,
            other => Self::Other(other.to_owned()),
        })
    }

    /// Whether a text is of this format.
    pub(super) fn takes(&self, text: &str) -> bool {
        match self {
            Self::Int32 | Self::Int64 | Self::Other(_) => true,
            Self::DateTime => is_date_time(text),
            Self::Date => is_date(text),
            Self::Ipv4 => text.parse::<Ipv4Addr>().is_ok(),
            Self::Ipv6 => text.parse::<Ipv6Addr>().is_ok(),
            Self::Cidr => is_cidr(text),
        }
    }

    /// What it is, as messages say it.
    pub(super) fn words(&self) -> &'static str {
        match self {
            Self::Int32 => "a whole number of 32 bits",
            Self::Int64 => "a whole number of 64 bits",
            Self::DateTime => "a moment such as 2025-01-31T12:00:00Z",
            Self::Date => "a day such as 2025-01-31",
            Self::Ipv4 => "an IPv4 address",
            Self::Ipv6 => "an IPv6 address",
            Self::Cidr => "an address with a prefix length such as 10.0.0.0/24",
            Self::Other(_) => "of its format",
        }
    }
}

impl fmt::Display for Format {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Int32 => "int32",
            Self::Int64 => "int64",
            Self::DateTime => "date-time",
            Self::Date => "date",
            Self::Ipv4 => "ipv4",
            Self::Ipv6 => "ipv6",
            Self::Cidr => "cidr",
            Self::Other(name) => return write!(f, "format={name}"),
        })
    }
}

fn is_cidr(text: &str) -> bool {
    let Some((address, length)) = text.split_once('/') else { return false };
    let longest = match (address.parse::<Ipv4Addr>(), address.parse::<Ipv6Addr>()) {
        (Ok(_), _) => 32,
        (_, Ok(_)) => 128,
        _ => return false,
    };
    number(length, 1, 3).is_some_and(|length| length <= longest)
}

fn is_date(text: &str) -> bool {
    let parts: Vec<&str> = text.split('-').collect();
    let [year, month, day] = parts[..] else { return false };
    let (Some(year), Some(month), Some(day)) = (number(year, 4, 4), number(month, 2, 2), number(day, 2, 2)) else {
        return false;
    };
    (1..=12).contains(&month) && (1..=days(year, month)).contains(&day)
}

fn days(year: u32, month: u32) -> u32 {
    match month {
        4 | 6 | 9 | 11 => 30,
        2 if year.is_multiple_of(4) && (!year.is_multiple_of(100) || year.is_multiple_of(400)) => 29,
        2 => 28,
        _ => 31,
    }
}

/// Whether a text is a moment as RFC 3339 writes it.
pub(super) fn is_date_time(text: &str) -> bool {
    let Some((date, time)) = text.split_once(['T', 't']) else { return false };
    let zone = |rest: &str| {
        let Some(offset) = rest.strip_prefix(['+', '-']) else { return rest == "Z" || rest == "z" };
        let parts = offset.split_once(':').map(|(hour, minute)| (number(hour, 2, 2), number(minute, 2, 2)));
        matches!(parts, Some((Some(0..=23), Some(0..=59))))
    };
    let Some((clock, rest)) = time.split_at_checked(8) else { return false };
    let clock: Vec<Option<u32>> = clock.split(':').map(|part| number(part, 2, 2)).collect();
    let after_fraction = match rest.strip_prefix('.') {
        None => Some(rest),
        Some(fraction) => {
            let after = fraction.trim_start_matches(|c: char| c.is_ascii_digit());
            (after.len() < fraction.len()).then_some(after)
        }
    };
    is_date(date) && matches!(clock[..], [Some(0..=23), Some(0..=59), Some(0..=59)]) && after_fraction.is_some_and(zone)
}

/// Whether Go's `time.ParseDuration` reads a text.
pub(super) fn is_go_duration(text: &str) -> bool {
    const UNITS: &[&str] = &["ns", "us", "µs", "μs", "ms", "s", "m", "h"];
    let mut rest = text.strip_prefix(['+', '-']).unwrap_or(text);
    if rest == "0" {
        return true;
    }
    if rest.is_empty() {
        return false;
    }
    while !rest.is_empty() {
        let after = rest.trim_start_matches(|c: char| c.is_ascii_digit() || c == '.');
        let number = &rest[..rest.len() - after.len()];
        let digits = number.bytes().filter(u8::is_ascii_digit).count();
        let unit = after.split(|c: char| c.is_ascii_digit() || c == '.').next().unwrap_or_default();
        if digits == 0 || number.len() > digits + 1 || !UNITS.contains(&unit) {
            return false;
        }
        rest = &after[unit.len()..];
    }
    true
}

fn number(text: &str, least: usize, most: usize) -> Option<u32> {
    let fits = (least..=most).contains(&text.len()) && text.bytes().all(|b| b.is_ascii_digit());
    if fits { text.parse().ok() } else { None }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_moment_is_what_rfc_3339_writes() {
        for good in ["2025-01-31T12:00:00Z", "2024-02-29t00:00:00.5+01:30", "2025-12-31T23:59:59.123456789-00:00"] {
            assert!(is_date_time(good), "{good}");
        }
        for bad in [
            "",
            "2025-01-31",
            "2025-02-29T00:00:00Z",
            "2025-01-31T12:00Z",
            "2025-01-31T12:00:00.Z",
            "2025-01-31T12:00:00é",
        ] {
            assert!(!is_date_time(bad), "{bad}");
        }
    }

    #[test]
    fn a_duration_is_what_go_reads() {
        for good in ["0", "2m", "1h30m", "1.5s", "-.5s", "100µs", "+1ms2ns"] {
            assert!(is_go_duration(good), "{good}");
        }
        for bad in ["", "2", "m", "1d", "1.2.3s", "1 s", "-", "2m30"] {
            assert!(!is_go_duration(bad), "{bad}");
        }
    }

    #[test]
    fn addresses_and_days_are_told_from_other_texts() {
        let cases = [
            (Format::Ipv4, "10.0.0.1", true),
            (Format::Ipv4, "10.0.0.256", false),
            (Format::Ipv6, "fe80::1", true),
            (Format::Ipv6, "10.0.0.1", false),
            (Format::Cidr, "10.0.0.0/32", true),
            (Format::Cidr, "10.0.0.0/33", false),
            (Format::Cidr, "fe80::/64", true),
            (Format::Date, "2024-02-29", true),
            (Format::Date, "2023-02-29", false),
            (Format::Int32, "anything", true),
        ];
        for (format, text, expected) in cases {
            assert_eq!(format.takes(text), expected, "{format} {text}");
        }
    }
}
