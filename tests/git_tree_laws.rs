//! Laws of tree rewriting on random trees: the result is the tree that the files themselves make, and it is complete.
#![allow(clippy::unwrap_used, reason = "a test may unwrap")]

use std::collections::BTreeMap;

use hhgit::git::tree::apply;
use hhgit::ids::{BlobId, CommitId, Entry, HashKind, Mode, ModeKind, ObjectId, TreeId};
use hhgit::path::RepoPath;
use hhgit::plan::{Content, Edit, Target};
use hhgit::snapshot::{Commit, Objects, ReadError, TreeEntry};
use proptest::prelude::*;

const HASH: HashKind = HashKind::Sha1;

type Files = BTreeMap<Vec<&'static str>, Entry>;

/// Trees by id, as bytes and as entries.
#[derive(Default, Clone)]
struct Memory(BTreeMap<TreeId, (Vec<u8>, Vec<TreeEntry>)>);

impl Objects for Memory {
    fn hash_kind(&self) -> HashKind {
        HASH
    }
    fn commit(&self, _: CommitId) -> Result<Commit, ReadError> {
        unreachable!("trees ask for no commit")
    }
    fn tree(&self, id: TreeId) -> Result<Vec<TreeEntry>, ReadError> {
        Ok(self.0[&id].1.clone())
    }
    fn blob(&self, _: BlobId) -> Result<Vec<u8>, ReadError> {
        unreachable!("trees ask for no blob")
    }
    fn blob_size(&self, _: BlobId) -> Result<u64, ReadError> {
        unreachable!("trees ask for no blob")
    }
    fn is_shallow_boundary(&self, _: CommitId) -> Result<bool, ReadError> {
        Ok(false)
    }
    fn fork(&self) -> Box<dyn Objects + Send + '_> {
        Box::new(self.clone())
    }
}

impl Memory {
    /// The tree that holds just these files, made the plain way.
    fn build(&mut self, files: &Files) -> TreeId {
        let mut entries: BTreeMap<&str, Entry> = BTreeMap::new();
        let mut folders: BTreeMap<&str, Files> = BTreeMap::new();
        for (path, entry) in files {
            match path.as_slice() {
                [name] => drop(entries.insert(name, *entry)),
                [folder, rest @ ..] => drop(folders.entry(folder).or_default().insert(rest.to_vec(), *entry)),
                [] => {}
            }
        }
        for (name, files) in folders {
            let id = self.build(&files).object();
            entries.insert(name, Entry { mode: Mode::TREE, id });
        }
        let mut list: Vec<(Vec<u8>, &str, Entry)> = Vec::new();
        for (name, entry) in entries {
            let slash = if entry.mode.kind() == ModeKind::Tree { "/" } else { "" };
            list.push((format!("{name}{slash}").into_bytes(), name, entry));
        }
        list.sort();
        let mut bytes = Vec::new();
        for (_, name, entry) in &list {
            bytes.extend_from_slice(format!("{:o} {name}\0", entry.mode.value()).as_bytes());
            bytes.extend_from_slice(entry.id.as_slice());
        }
        let id = TreeId::of(HASH, &bytes).unwrap();
        let entries = list.into_iter().map(|(_, name, entry)| TreeEntry { name: name.as_bytes().to_vec(), entry });
        self.0.insert(id, (bytes, entries.collect()));
        id
    }
}

/// Random files, none of which stands where another needs a folder.
fn files() -> impl Strategy<Value = Files> {
    let name = prop::sample::select(vec!["a", "a-", "a.b", "a0", "ab", "b"]);
    let mode =
        prop::sample::select(vec![Mode::FILE, Mode::EXECUTABLE, Mode::SYMLINK, Mode::SUBMODULE, Mode::new(0o100664)]);
    let entry = (mode, 0_u8..3).prop_map(|(mode, n)| Entry { mode, id: ObjectId::from_bytes_or_panic(&[n; 20]) });
    prop::collection::btree_map(prop::collection::vec(name, 1..4), entry, 0..12).prop_map(|all| {
        let clash = |path: &Vec<&str>| all.keys().any(|other| other.len() > path.len() && other.starts_with(path));
        all.iter().filter(|(path, _)| !clash(path)).map(|(path, entry)| (path.clone(), *entry)).collect()
    })
}

proptest! {
    #[test]
    fn edits_lead_to_exactly_the_tree_of_the_files_and_bring_all_it_needs(before in files(), after in files()) {
        let mut memory = Memory::default();
        let root = memory.build(&before);
        let mut edits = BTreeMap::new();
        for path in before.keys().chain(after.keys()) {
            let (from, to) = (before.get(path).copied(), after.get(path).copied());
            if from != to {
                let to = to.map(|entry| Target { mode: entry.mode, content: Content::Existing(entry.id) });
                edits.insert(RepoPath::new(path.join("/")).unwrap(), Edit { from, to });
            }
        }
        let new = apply(&memory, root, &edits).unwrap();
        let mut wanted = Memory::default();
        prop_assert_eq!(new.id, wanted.build(&after));
        let brought: BTreeMap<_, _> = new.objects.iter().cloned().collect();
        prop_assert_eq!(brought.len(), new.objects.len(), "each tree is brought once");
        for (id, (bytes, _)) in &wanted.0 {
            prop_assert!(memory.0.contains_key(id) || brought.get(id) == Some(bytes), "tree {} is lacking", id);
        }
        prop_assert!(brought.keys().all(|id| wanted.0.contains_key(id)), "nothing is brought that is not needed");
        prop_assert_eq!(edits.is_empty(), new.id == root);
    }
}
