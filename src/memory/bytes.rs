//! Bytes that say themselves whether they are whole: a first line with a digest of what follows, and fields with their lengths.

use crate::ids::{ObjectId, sha256_hex};

/// The hexadecimal digits of a digest.
const DIGEST: usize = 64;

/// A body under its first line: what it is, and its digest.
pub(super) fn seal(magic: &[u8], body: &[u8]) -> Vec<u8> {
    let mut out = [magic, sha256_hex(body).as_bytes(), b"\n"].concat();
    out.extend_from_slice(body);
    out
}

/// The body under a first line; nothing if it is not whole, or something else.
pub(super) fn unseal<'a>(magic: &[u8], bytes: &'a [u8]) -> Option<&'a [u8]> {
    let (digest, body) = bytes.strip_prefix(magic)?.split_at_checked(DIGEST)?;
    let body = body.strip_prefix(b"\n")?;
    (sha256_hex(body).as_bytes() == digest).then_some(body)
}

/// Appends bytes and, before them, how many they are.
pub(super) fn put(out: &mut Vec<u8>, bytes: &[u8]) {
    put_number(out, u32::try_from(bytes.len()).unwrap_or(u32::MAX));
    out.extend_from_slice(bytes);
}

/// Appends a number.
pub(super) fn put_number(out: &mut Vec<u8>, number: u32) {
    out.extend_from_slice(&number.to_be_bytes());
}

/// Takes bytes off as [`put`] appends them.
pub(super) fn take<'a>(bytes: &mut &'a [u8]) -> Option<&'a [u8]> {
    let length = take_number(bytes)? as usize;
    let (taken, rest) = bytes.split_at_checked(length)?;
    *bytes = rest;
    Some(taken)
}

/// Takes a number off.
pub(super) fn take_number(bytes: &mut &[u8]) -> Option<u32> {
    take_array(bytes).map(u32::from_be_bytes)
}

/// Takes so many bytes off.
pub(super) fn take_array<const LENGTH: usize>(bytes: &mut &[u8]) -> Option<[u8; LENGTH]> {
    let (taken, rest) = bytes.split_first_chunk()?;
    *bytes = rest;
    Some(*taken)
}

/// Takes text off.
pub(super) fn take_text<'a>(bytes: &mut &'a [u8]) -> Option<&'a str> {
    std::str::from_utf8(take(bytes)?).ok()
}

/// Takes an object id off.
pub(super) fn take_id(bytes: &mut &[u8]) -> Option<ObjectId> {
    ObjectId::try_from(take(bytes)?).ok()
}
