//! What `!!binary` holds: standard base64 with padding, line breaks allowed anywhere.

/// The bytes that a text encodes.
pub(super) fn decode(text: &str) -> Option<Vec<u8>> {
    let digits: Vec<u8> = text.bytes().filter(|byte| !matches!(byte, b'\r' | b'\n')).collect();
    if !digits.len().is_multiple_of(4) {
        return None;
    }
    let padding = digits.iter().rev().take(2).take_while(|byte| **byte == b'=').count();
    let values: Vec<u32> = digits[..digits.len() - padding].iter().map(|byte| value(*byte)).collect::<Option<_>>()?;
    let mut out = Vec::with_capacity(digits.len() / 4 * 3);
    for group in values.chunks(4) {
        let bits = (0..4).fold(0, |bits, at| (bits << 6) | group.get(at).copied().unwrap_or(0));
        out.extend_from_slice(&bits.to_be_bytes()[1..group.len()]);
    }
    Some(out)
}

/// The value of one digit.
fn value(digit: u8) -> Option<u32> {
    let value = match digit {
        b'A'..=b'Z' => digit - b'A',
        b'a'..=b'z' => digit - b'a' + 26,
        b'0'..=b'9' => digit - b'0' + 52,
        b'+' => 62,
        b'/' => 63,
        _ => return None,
    };
    Some(u32::from(value))
}

#[cfg(test)]
mod tests {
    use super::decode;

    #[test]
    fn base64_is_decoded_with_its_padding_and_line_breaks() {
        for (text, bytes) in [
            ("", &b""[..]),
            ("Zg==", b"f"),
            ("Zm8=", b"fo"),
            ("Zm9v", b"foo"),
            ("Zm\n9v\r\n", b"foo"),
            ("/+8=", b"\xff\xef"),
        ] {
            assert_eq!(decode(text).as_deref(), Some(bytes), "{text}");
        }
    }

    #[test]
    fn other_text_is_refused() {
        for text in ["Z", "Zg", "Zg=", "Zm9v=", "Z===", "Zm 9v", "=m9v", "Zm9v====", "Zg==Zg=="] {
            assert_eq!(decode(text), None, "{text}");
        }
    }
}
