//! Files of an object store as no git writes them: streams that unpack to anything, of any length, and packs of them.
#![allow(dead_code, unreachable_pub, reason = "each test uses its own part of this")]

use std::path::Path;

use gix::ObjectId;

/// A part of what a stream unpacks to.
pub enum Part {
    /// These bytes.
    Bytes(Vec<u8>),
    /// These bytes, over and over: at most 32 of them, this often.
    Over(Vec<u8>, u64),
}

/// A zlib stream that unpacks to these parts, small however much they are.
pub fn zlib(parts: &[Part]) -> Vec<u8> {
    let mut out = Bits { bytes: vec![0x78, 0x9c], open: 0, count: 0 };
    let mut sum = Adler { a: 1, b: 0 };
    // One last block, by the fixed code.
    out.put(1, 1);
    out.put(1, 2);
    for part in parts {
        match part {
            Part::Bytes(bytes) => {
                bytes.iter().for_each(|byte| out.literal(*byte));
                sum.over(bytes, 1);
            }
            Part::Over(bytes, times) => {
                let left = (bytes.len() as u64) * times.saturating_sub(1);
                bytes.iter().for_each(|byte| out.literal(*byte));
                (0..left / 258).for_each(|_| out.again(bytes.len() as u32));
                // The rest begins where a match has ended.
                let at = (left / 258 * 258) as usize;
                (0..(left % 258) as usize).for_each(|n| out.literal(bytes[(at + n) % bytes.len()]));
                sum.over(bytes, *times);
            }
        }
    }
    // The end of the block.
    out.put(0, 7);
    let mut bytes = out.end();
    bytes.extend_from_slice(&((sum.b << 16 | sum.a) as u32).to_be_bytes());
    bytes
}

struct Bits {
    bytes: Vec<u8>,
    open: u32,
    count: u32,
}

impl Bits {
    /// Some bits, the lowest first.
    fn put(&mut self, bits: u32, count: u32) {
        self.open |= bits << self.count;
        self.count += count;
        while self.count >= 8 {
            self.bytes.push(self.open as u8);
            self.open >>= 8;
            self.count -= 8;
        }
    }

    /// A code, the highest bit first.
    fn code(&mut self, code: u32, count: u32) {
        self.put(code.reverse_bits() >> (32 - count), count);
    }

    fn literal(&mut self, byte: u8) {
        match u32::from(byte) {
            low @ 0..=143 => self.code(0x30 + low, 8),
            high => self.code(0x190 + high - 144, 9),
        }
    }

    /// 258 bytes more of what came so many bytes ago.
    fn again(&mut self, distance: u32) {
        self.code(0xc5, 8);
        let (mut code, mut from, mut extra) = (0, 1, 0);
        while distance >= from + (1 << extra) {
            from += 1 << extra;
            code += 1;
            extra = if code < 4 { 0 } else { code / 2 - 1 };
        }
        self.code(code, 5);
        self.put(distance - from, extra);
    }

    fn end(mut self) -> Vec<u8> {
        if self.count > 0 {
            self.put(0, 8 - self.count);
        }
        self.bytes
    }
}

/// The checksum at a stream's end.
struct Adler {
    a: u128,
    b: u128,
}

impl Adler {
    const BASE: u128 = 65521;

    fn over(&mut self, bytes: &[u8], times: u64) {
        let (count, times) = (bytes.len() as u128, u128::from(times));
        let sum: u128 = bytes.iter().map(|byte| u128::from(*byte)).sum();
        let run: u128 = bytes.iter().enumerate().map(|(at, byte)| (count - at as u128) * u128::from(*byte)).sum();
        let between = times * times.saturating_sub(1) / 2;
        self.b = (self.b + times * (count * self.a + run) + count * sum * between) % Self::BASE;
        self.a = (self.a + times * sum) % Self::BASE;
    }
}

/// Puts a loose object of this id there, whatever it unpacks to: its header is the first part's.
pub fn put_loose(git_dir: &Path, id: ObjectId, parts: &[Part]) {
    put_loose_bytes(git_dir, id, &zlib(parts));
}

/// Puts a file where a loose object of this id would be.
pub fn put_loose_bytes(git_dir: &Path, id: ObjectId, bytes: &[u8]) {
    let hex = id.to_string();
    let folder = git_dir.join("objects").join(&hex[..2]);
    std::fs::create_dir_all(&folder).expect("a folder for objects");
    std::fs::write(folder.join(&hex[2..]), bytes).expect("a loose object");
}

/// What an entry of a pack is.
pub enum Packed {
    /// A whole object: its type's number, the size it claims, and what it is.
    Whole(u8, u64, Vec<Part>),
    /// A change of the object of this id: the size it claims, and the change.
    Change(ObjectId, u64, Vec<Part>),
    /// A change of what stands so many bytes before it.
    Before(u64, u64, Vec<Part>),
}

/// A change that makes `to` bytes out of a base of `from`: all of the base, over and over.
pub fn change(from: u64, to: u64) -> Vec<u8> {
    let mut bytes = [number(from), number(to)].concat();
    let length = from.min(0xff_ffff);
    for _ in 0..to / length {
        bytes.push(0b1111_0000);
        bytes.extend_from_slice(&(length as u32).to_le_bytes()[..3]);
    }
    bytes
}

/// A number, seven bits a byte.
pub fn number(mut of: u64) -> Vec<u8> {
    let mut bytes = Vec::new();
    while of >= 0x80 {
        bytes.push(of as u8 | 0x80);
        of >>= 7;
    }
    bytes.push(of as u8);
    bytes
}

fn head(kind: u8, size: u64) -> Vec<u8> {
    let first = kind << 4 | (size & 15) as u8;
    if size < 16 { vec![first] } else { [vec![first | 0x80], number(size >> 4)].concat() }
}

/// Puts a pack and its index there. The entries have the ids that they are said to have.
pub fn put_pack(git_dir: &Path, entries: &[(ObjectId, Packed)]) {
    let mut pack = [&b"PACK\0\0\0\x02"[..], &(entries.len() as u32).to_be_bytes()].concat();
    let mut at: Vec<(ObjectId, u32)> = Vec::new();
    for (id, entry) in entries {
        at.push((*id, pack.len() as u32));
        let parts = match entry {
            Packed::Whole(kind, size, parts) => {
                pack.extend(head(*kind, *size));
                parts
            }
            Packed::Change(base, size, parts) => {
                pack.extend(head(7, *size));
                pack.extend_from_slice(base.as_slice());
                parts
            }
            Packed::Before(distance, size, parts) => {
                pack.extend(head(6, *size));
                pack.extend(offset(*distance));
                parts
            }
        };
        pack.extend(zlib(parts));
    }
    let sum = digest(&pack);
    pack.extend_from_slice(sum.as_slice());
    at.sort();
    let mut index = [&b"\xfftOc"[..], &2u32.to_be_bytes()].concat();
    for first in 0..=255u8 {
        let count = at.iter().filter(|(id, _)| id.as_slice()[0] <= first).count() as u32;
        index.extend_from_slice(&count.to_be_bytes());
    }
    at.iter().for_each(|(id, _)| index.extend_from_slice(id.as_slice()));
    index.extend(std::iter::repeat_n(0, 4 * at.len()));
    at.iter().for_each(|(_, offset)| index.extend_from_slice(&offset.to_be_bytes()));
    index.extend_from_slice(sum.as_slice());
    let own = digest(&index);
    index.extend_from_slice(own.as_slice());
    let folder = git_dir.join("objects/pack");
    std::fs::create_dir_all(&folder).expect("a folder for packs");
    std::fs::write(folder.join(format!("pack-{sum}.pack")), pack).expect("a pack");
    std::fs::write(folder.join(format!("pack-{sum}.idx")), index).expect("an index");
}

/// How an entry says how far before it its base stands.
fn offset(mut distance: u64) -> Vec<u8> {
    let mut bytes = vec![(distance & 0x7f) as u8];
    while distance >= 0x80 {
        distance = (distance >> 7) - 1;
        bytes.push((distance & 0x7f) as u8 | 0x80);
    }
    bytes.reverse();
    bytes
}

fn digest(bytes: &[u8]) -> ObjectId {
    let mut hasher = gix::hash::hasher(gix::hash::Kind::Sha1);
    hasher.update(bytes);
    hasher.try_finalize().expect("no collision is meant")
}
