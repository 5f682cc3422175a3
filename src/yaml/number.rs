//! Plain texts that are numbers to go-yaml: integers with Go's prefixes, decimal floats, and what is neither.

use std::borrow::Cow;

/// A number as go-yaml sees it.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) enum Number {
    Int(i64),
    /// Above the largest `i64`.
    Uint(u64),
    Float(f64),
}

/// The number that a text is which starts with a digit or a sign.
pub(super) fn number(text: &str) -> Option<Number> {
    let plain = without_underscores(text);
    prefixed(&plain)
        .or_else(|| is_decimal(&plain, false).then(|| finite(&plain)).flatten().map(Number::Float))
        .or_else(|| loose_binary(&plain))
}

/// The float that a text is which starts with a dot; unlike the others it may hold `_` only between digits.
pub(super) fn dotted(text: &str) -> Option<Number> {
    let bytes = text.as_bytes();
    let between_digits = |at: usize| {
        at.checked_sub(1).and_then(|before| bytes.get(before)).is_some_and(u8::is_ascii_digit)
            && bytes.get(at + 1).is_some_and(u8::is_ascii_digit)
    };
    let tidy = (0..bytes.len()).all(|at| bytes[at] != b'_' || between_digits(at));
    let plain = without_underscores(text);
    (tidy && is_decimal(&plain, true)).then(|| finite(&plain)).flatten().map(Number::Float)
}

fn without_underscores(text: &str) -> Cow<'_, str> {
    if text.contains('_') { Cow::Owned(text.replace('_', "")) } else { Cow::Borrowed(text) }
}

/// An integer with an optional sign and an optional prefix: `0x`, `0o`, `0b`, or `0` for octal.
fn prefixed(text: &str) -> Option<Number> {
    let (negative, unsigned) = match text.as_bytes().first()? {
        b'-' => (true, &text[1..]),
        b'+' => (false, &text[1..]),
        _ => (false, text),
    };
    let lower = unsigned.as_bytes().get(1).map(u8::to_ascii_lowercase);
    let (radix, digits) = match (unsigned.starts_with('0'), unsigned.len(), lower) {
        (true, 3.., Some(b'x')) => (16, &unsigned[2..]),
        (true, 3.., Some(b'o')) => (8, &unsigned[2..]),
        (true, 3.., Some(b'b')) => (2, &unsigned[2..]),
        (true, 2.., _) => (8, &unsigned[1..]),
        _ => (10, unsigned),
    };
    let size = magnitude(digits, radix)?;
    if negative {
        return 0_i64.checked_sub_unsigned(size).map(Number::Int);
    }
    match i64::try_from(size) {
        Ok(int) => Some(Number::Int(int)),
        // Above `i64` Go takes a sign no more: it reads the text again as an unsigned integer.
        Err(_) => (!text.starts_with('+')).then_some(Number::Uint(size)),
    }
}

/// Digits alone, no sign: the standard library's parsers would take one.
fn magnitude(digits: &str, radix: u32) -> Option<u64> {
    let clean = !digits.is_empty() && digits.chars().all(|c| c.is_digit(radix));
    clean.then(|| u64::from_str_radix(digits, radix).ok()).flatten()
}

/// go-yaml's second look at binaries, which lets a sign stand after the prefix: `0b-1` is -1.
fn loose_binary(text: &str) -> Option<Number> {
    let digits = text.strip_prefix("0b")?;
    let (negative, digits) = match digits.as_bytes().first()? {
        b'-' => (true, &digits[1..]),
        b'+' => (false, &digits[1..]),
        _ => return None,
    };
    let size = magnitude(digits, 2)?;
    if negative { 0_i64.checked_sub_unsigned(size) } else { i64::try_from(size).ok() }.map(Number::Int)
}

/// Whether a text is a decimal number: sign, digits, dot, digits, exponent; for `dotted` it starts with the dot.
fn is_decimal(text: &str, dotted: bool) -> bool {
    let unsigned = if dotted { text } else { text.strip_prefix(['-', '+']).unwrap_or(text) };
    let (whole, rest) = digits(unsigned);
    let (fraction, rest) = rest.strip_prefix('.').map_or(("", rest), digits);
    if whole.is_empty() && fraction.is_empty() {
        return false;
    }
    let Some(exponent) = rest.strip_prefix(['e', 'E']) else { return rest.is_empty() };
    let (exponent, rest) = digits(exponent.strip_prefix(['-', '+']).unwrap_or(exponent));
    !exponent.is_empty() && rest.is_empty()
}

/// The digits at a text's start, and the rest.
fn digits(text: &str) -> (&str, &str) {
    text.split_at(text.bytes().take_while(u8::is_ascii_digit).count())
}

/// The float of a decimal text, unless it is too large for one.
fn finite(text: &str) -> Option<f64> {
    text.parse::<f64>().ok().filter(|float| float.is_finite())
}
