//! What a tree's fabric directories hold, read anew from the tree alone, to measure a sync's outcome by.

use std::collections::{BTreeMap, BTreeSet};

use hhgit::fabric::layout::stays_in_raw;
use hhgit::ids::{Entry, ModeKind, TreeId};
use hhgit::modes::look::look;
use hhgit::path::RepoPath;
use hhgit::plan::fabric::Inventory;
use hhgit::verdict::identity::Identity;
use hhgit::yaml::{Chunk, canonical_json, parse, split};

use crate::support::memory::{Flat, Memory, Options, limits, request};

/// The fabric directories of a tree, managed/ included.
pub fn inventories(memory: &Memory, tree: TreeId) -> Vec<Inventory> {
    let asked = hhgit::modes::look::Request { managed: true, ..request(&Options::default()) };
    look(memory, tree, &asked).expect("nothing of the tree is unreadable")
}

/// Where each object of managed/ is, and its value there, for each fabric.
pub type Objects = BTreeMap<(RepoPath, Identity), BTreeMap<RepoPath, String>>;

/// All objects of Hedgehog's or any other group in the managed/ of all fabrics.
pub fn objects(memory: &Memory, tree: TreeId) -> Objects {
    let mut objects = Objects::new();
    for inventory in inventories(memory, tree) {
        for (identity, paths) in inventory.holdings.identities() {
            for path in paths {
                let entry = inventory.holdings.entry(path).expect("a holder has an entry");
                let bytes = memory.bytes(&entry);
                let of = inventory.holdings.documents(path).iter().find(|d| d.identity.as_ref() == Some(identity));
                let value = of.and_then(|document| value(bytes, document.number)).unwrap_or_default();
                let key = (inventory.survey.path.clone(), identity.clone());
                objects.entry(key).or_default().insert(path.clone(), value);
            }
        }
    }
    objects
}

/// The value of a document, in the one form that equal values share.
pub fn value(bytes: &[u8], number: u32) -> Option<String> {
    let chunk = split(bytes).into_iter().find(|chunk| chunk.number == number)?;
    parse(bytes, &chunk, &limits()).ok()?.root.as_ref().map(canonical_json)
}

/// Whether an entry of raw/ always stays there.
pub fn stays(path: &RepoPath, entry: &Entry) -> bool {
    stays_in_raw(path.file_name()) || entry.mode.kind() == ModeKind::Submodule
}

/// Whether what stands there is a sidecar with hhgit's digest.
pub fn is_own_sidecar(memory: &Memory, path: &RepoPath, entry: &Entry) -> bool {
    let named = path.file_name().ends_with(b".metadata") && entry.as_file().is_some();
    named && hhgit::plan::sidecar::read(memory.bytes(entry)).is_some()
}

/// The lines of a file but for good separators, each with its ending, sorted with how often each is there.
pub fn lines(bytes: &[u8]) -> BTreeMap<Vec<u8>, usize> {
    let mut count = BTreeMap::new();
    for chunk in split(bytes) {
        for line in bytes[chunk.body.start..chunk.body.end].split_inclusive(|b| *b == b'\n') {
            *count.entry(line.to_vec()).or_default() += 1;
        }
    }
    count
}

/// The stretches of a file that must stay in one piece: each document's content, and each run of lines after it.
pub fn pieces(bytes: &[u8]) -> Vec<&[u8]> {
    split(bytes).iter().flat_map(|chunk| pieces_of(bytes, chunk)).filter(|piece| !piece.is_empty()).collect()
}

fn pieces_of<'b>(bytes: &'b [u8], chunk: &Chunk) -> Vec<&'b [u8]> {
    let body = chunk.body;
    let end = match parse(bytes, chunk, &limits()) {
        Ok(parsed) if parsed.root.is_some() => parsed.content_end.max(body.start),
        _ => body.end,
    };
    let (content, rest) = bytes[body.start..body.end].split_at(end - body.start);
    let mut pieces = vec![content.trim_ascii()];
    pieces.extend(rest.split(|b| *b == b'\n').map(<[u8]>::trim_ascii));
    pieces
}

/// What is different between two trees, by path.
pub fn difference(before: &Flat, after: &Flat) -> BTreeMap<RepoPath, (Option<Entry>, Option<Entry>)> {
    let paths: BTreeSet<&RepoPath> = before.keys().chain(after.keys()).collect();
    let pair = |path: &RepoPath| (before.get(path).copied(), after.get(path).copied());
    let differs = |path: &&RepoPath| pair(path).0 != pair(path).1;
    paths.into_iter().filter(differs).map(|path| (path.clone(), pair(path))).collect()
}
