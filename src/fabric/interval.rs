//! How often something is done by the clock: a number and its unit, as people write them.

use std::fmt;
use std::time::Duration;

/// A length of time between two turns: `90s`, `60m`, `1h`. Never none.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Interval {
    number: u32,
    unit: Unit,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Unit {
    Seconds,
    Minutes,
    Hours,
}

/// What is meant where nobody says how often.
pub const USUAL: Interval = Interval { number: 60, unit: Unit::Minutes };

impl Interval {
    /// Reads a number and its unit; none if it is something else, or no time at all.
    pub fn parse(text: &str) -> Option<Self> {
        let (digits, unit) = match text.char_indices().next_back()? {
            (end, 's') => (&text[..end], Unit::Seconds),
            (end, 'm') => (&text[..end], Unit::Minutes),
            (end, 'h') => (&text[..end], Unit::Hours),
            _ => return None,
        };
        let is_plain = digits.bytes().all(|byte| byte.is_ascii_digit());
        let number = digits.parse().ok().filter(|number| *number > 0 && is_plain)?;
        Some(Self { number, unit })
    }

    /// Its length in seconds.
    pub fn seconds(self) -> u64 {
        let each = match self.unit {
            Unit::Seconds => 1,
            Unit::Minutes => 60,
            Unit::Hours => 3600,
        };
        u64::from(self.number) * each
    }

    /// Its length.
    pub fn length(self) -> Duration {
        Duration::from_secs(self.seconds())
    }
}

impl fmt::Display for Interval {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let unit = match self.unit {
            Unit::Seconds => 's',
            Unit::Minutes => 'm',
            Unit::Hours => 'h',
        };
        write!(f, "{}{unit}", self.number)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_interval_is_a_number_and_a_unit_and_is_shown_as_it_was_written() {
        for (text, seconds) in [("1s", 1), ("90s", 90), ("60m", 3600), ("7m", 420), ("36h", 129_600)] {
            let interval = Interval::parse(text).expect("an interval");
            assert_eq!((interval.seconds(), interval.to_string()), (seconds, text.to_owned()));
        }
        assert_eq!(USUAL.to_string(), "60m");
    }

    #[test]
    fn what_is_no_time_is_no_interval() {
        for bad in ["", "m", "0s", "-1m", "+1m", "1", "1d", "1.5h", " 1m", "1 m", "1m\n", "4294967296s", "１m", "1é"]
        {
            assert_eq!(Interval::parse(bad), None, "{bad:?}");
        }
    }
}
