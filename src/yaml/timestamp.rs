//! Whether a text is a date or a time to go-yaml; it stays a text either way, but `!!timestamp` asks.

/// Whether go-yaml reads the text as a timestamp.
pub(super) fn is_timestamp(text: &str) -> bool {
    let Some((year, rest)) = digits(text, 4, 4) else { return false };
    date(year, rest).is_some_and(|rest| rest.is_empty() || time(rest).is_some())
}

/// `-month-day` of a year, with one or two digits each.
fn date(year: u32, text: &str) -> Option<&str> {
    let (month, rest) = digits(text.strip_prefix('-')?, 1, 2)?;
    let (day, rest) = digits(rest.strip_prefix('-')?, 1, 2)?;
    let leap = year.is_multiple_of(4) && (!year.is_multiple_of(100) || year.is_multiple_of(400));
    let days = match month {
        1 | 3 | 5 | 7 | 8 | 10 | 12 => 31,
        4 | 6 | 9 | 11 => 30,
        2 if leap => 29,
        2 => 28,
        _ => return None,
    };
    (1..=days).contains(&day).then_some(rest)
}

/// A time of day: after `T` or `t` with a zone, after a space without one.
fn time(text: &str) -> Option<()> {
    let zoned = text.starts_with(['T', 't']);
    let rest = text.strip_prefix(['T', 't', ' '])?;
    let (hour, rest) = digits(rest, 1, 2)?;
    let (minute, rest) = digits(rest.strip_prefix(':')?, 1, 2)?;
    let (second, rest) = digits(rest.strip_prefix(':')?, 1, 2)?;
    let rest = match rest.strip_prefix(['.', ',']) {
        Some(fraction) => {
            let length = fraction.bytes().take_while(u8::is_ascii_digit).count();
            (length > 0).then(|| &fraction[length..])?
        }
        None => rest,
    };
    let zone = if zoned { zone(rest) } else { rest.is_empty() };
    (hour < 24 && minute < 60 && second < 60 && zone).then_some(())
}

/// `Z`, or hours and minutes from it.
fn zone(text: &str) -> bool {
    let parts = || {
        let (hours, rest) = digits(text.strip_prefix(['+', '-'])?, 2, 2)?;
        let (minutes, rest) = digits(rest.strip_prefix(':')?, 2, 2)?;
        Some(hours <= 24 && minutes < 60 && rest.is_empty())
    };
    text == "Z" || parts().unwrap_or(false)
}

/// A number of so many digits at a text's start, and the rest.
fn digits(text: &str, least: usize, most: usize) -> Option<(u32, &str)> {
    let length = text.bytes().take(most).take_while(u8::is_ascii_digit).count();
    let (number, rest) = (length >= least).then(|| text.split_at(length))?;
    Some((number.parse().ok()?, rest))
}

#[cfg(test)]
mod tests {
    use super::is_timestamp;

    #[test]
    fn dates_and_times_are_those_of_go_yaml() {
        for text in [
            "2001-12-14",
            "2001-1-2",
            "2001-12-14T21:59:43Z",
            "2001-12-14t21:59:43.10-05:00",
            "2001-12-14 21:59:43.10",
            "2000-02-29",
            "2001-12-14 1:2:3",
        ] {
            assert!(is_timestamp(text), "{text}");
        }
    }

    #[test]
    fn what_go_yaml_does_not_take_for_a_time_is_none() {
        for text in [
            "",
            "2001",
            "01-12-14",
            "2001-13-01",
            "2001-02-29",
            "2001-12-14T21:59:43",
            "2001-12-14 21:59:43Z",
            "2001-12-14 24:00:00",
            "2001-12-14 21:59:43.",
            "2001-12-14 21:59:43.10 -5",
            "12001-12-14",
        ] {
            assert!(!is_timestamp(text), "{text}");
        }
    }
}
