//! A tree object's bytes as entries, exactly as they stand: in whatever order, by whatever names.

use std::cell::RefCell;

use gix::bstr::ByteSlice;

use super::bounds::MOST_ENTRIES;
use crate::ids::{Entry, HashKind, Mode, ObjectId, TreeId};
use crate::snapshot::{self, EntryRef, TreeDiff, TreeEntry, Unordered};

/// Takes the next entry off a tree's bytes.
fn next<'a>(hash: HashKind, bytes: &mut &'a [u8]) -> Result<EntryRef<'a>, &'static str> {
    let length = hash.len_in_bytes();
    let space = bytes.find_byte(b' ').ok_or("an entry has no name")?;
    let nul = bytes[space..].find_byte(0).map(|nul| space + nul).ok_or("an entry has no end")?;
    let mode = bytes[..space].to_str().ok().filter(|mode| !mode.is_empty() && !mode.starts_with('+'));
    let mode = mode.and_then(|mode| u16::from_str_radix(mode, 8).ok()).ok_or("an entry's mode is no mode")?;
    let id = bytes.get(nul + 1..nul + 1 + length).ok_or("an entry's object id is cut off")?;
    let id = ObjectId::try_from(id).map_err(|_| "an entry's object id is none")?;
    let name = &bytes[space + 1..nul];
    *bytes = &bytes[nul + 1 + length..];
    Ok(EntryRef { name, entry: Entry { mode: Mode::new(mode), id } })
}

/// Reads all entries of a tree, or one more than it may have.
pub(super) fn decode(hash: HashKind, mut bytes: &[u8]) -> Result<Vec<TreeEntry>, String> {
    let mut entries = Vec::with_capacity((bytes.len() / (hash.len_in_bytes() + 16)).min(MOST_ENTRIES + 1));
    while !bytes.is_empty() {
        if entries.len() > MOST_ENTRIES {
            break;
        }
        let EntryRef { name, entry } = next(hash, &mut bytes)?;
        entries.push(TreeEntry { name: name.to_vec(), entry });
    }
    Ok(entries)
}

/// The first tree that could not be decoded, and why.
type Fault = RefCell<Option<(TreeId, String)>>;

/// A tree's entries up to the first that cannot be decoded.
fn entries<'a>(
    hash: HashKind,
    (id, mut bytes): (TreeId, &'a [u8]),
    fault: &'a Fault,
) -> impl Iterator<Item = EntryRef<'a>> + 'a {
    std::iter::from_fn(move || {
        if bytes.is_empty() {
            return None;
        }
        next(hash, &mut bytes).map_err(|reason| fault.borrow_mut().get_or_insert((id, reason.to_owned())).0).ok()
    })
}

/// Compares two trees without keeping the names that they share. An error names the tree that cannot be decoded.
pub(super) fn diff(
    hash: HashKind,
    (old_id, old): (TreeId, &[u8]),
    (new_id, new): (TreeId, &[u8]),
) -> Result<Result<TreeDiff, Unordered>, (TreeId, String)> {
    let fault = Fault::default();
    let found = snapshot::diff(entries(hash, (old_id, old), &fault), entries(hash, (new_id, new), &fault));
    match fault.into_inner() {
        Some(fault) => Err(fault),
        None => Ok(found),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_damaged_tree_is_said_to_be_and_never_panics() {
        let good = [b"100644 a\0".as_slice(), &[7; 20]].concat();
        assert_eq!(decode(HashKind::Sha1, &good).map(|e| e.len()), Ok(1));
        for cut in 1..good.len() {
            assert!(decode(HashKind::Sha1, &good[..cut]).is_err(), "{cut}");
        }
        for bad in [b"9 a\0".as_slice(), b" a\0", b"+7 a\0", b"7777777 a\0", b"\0 a"] {
            assert!(decode(HashKind::Sha1, &[bad, &[7; 20]].concat()).is_err());
        }
    }

    #[test]
    fn a_hostile_tree_is_read_as_it_stands() {
        let entry = |name: &str| [b"40000 ", name.as_bytes(), b"\0", &[7; 20]].concat();
        let bytes = [entry("b"), entry("a"), entry("a"), entry(""), entry("..")].concat();
        let names = decode(HashKind::Sha1, &bytes).expect("readable").into_iter().map(|e| e.name);
        assert_eq!(names.collect::<Vec<_>>(), [b"b".to_vec(), b"a".into(), b"a".into(), b"".into(), b"..".into()]);
    }
}
