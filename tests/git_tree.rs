//! A plan's edits give exactly the tree that git would make of them, and nothing else is touched.
#![allow(clippy::unwrap_used, reason = "a test may unwrap")]

mod support;

use std::cell::RefCell;
use std::collections::BTreeMap;

use hhgit::git::tree::{TreeError, apply};
use hhgit::git::{NewTree, Reader};
use hhgit::ids::{BlobId, CommitId, Entry, HashKind, Mode, TreeId};
use hhgit::path::RepoPath;
use hhgit::plan::{Content, Edit, Target};
use hhgit::snapshot::{Commit, Objects, ReadError, TreeEntry};
use support::{TempRepo, new_file, path, plan};

const HASH: HashKind = HashKind::Sha1;

/// Trees in memory, and which of them were read.
#[derive(Default)]
struct Memory {
    trees: RefCell<BTreeMap<TreeId, Vec<TreeEntry>>>,
    reads: RefCell<Vec<TreeId>>,
}

impl Memory {
    fn tree(&self, entries: &[(&str, Mode, &str)]) -> TreeId {
        let mut bytes = Vec::new();
        let mut list = Vec::new();
        for (name, mode, id) in entries {
            let id = hhgit::ids::ObjectId::from_hex(id.as_bytes()).unwrap();
            bytes.extend_from_slice(format!("{:o} {name}\0", mode.value()).as_bytes());
            bytes.extend_from_slice(id.as_slice());
            list.push(TreeEntry { name: name.as_bytes().to_vec(), entry: Entry { mode: *mode, id } });
        }
        let id = TreeId::of(HASH, &bytes).unwrap();
        self.trees.borrow_mut().insert(id, list);
        id
    }
}

impl Objects for Memory {
    fn hash_kind(&self) -> HashKind {
        HASH
    }
    fn commit(&self, _: CommitId) -> Result<Commit, ReadError> {
        unreachable!("trees ask for no commit")
    }
    fn tree(&self, id: TreeId) -> Result<Vec<TreeEntry>, ReadError> {
        self.reads.borrow_mut().push(id);
        Ok(self.trees.borrow().get(&id).cloned().unwrap_or_default())
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
        unreachable!("trees are made by one thread")
    }
}

/// Applies changes to what `before` holds, and the same changes by git's own index; both must agree.
fn agree_with_git(before: &[(&str, &str)], changes: &[(&str, Option<&str>)]) -> NewTree {
    let temp = TempRepo::work_tree();
    let base = temp.commit_all(before);
    let reader = Reader::new(&temp.open()).unwrap();
    let root = reader.commit(base).unwrap().tree;
    let new = apply(&reader, root, plan(&reader, root, changes).edits()).unwrap();
    for (name, _) in changes {
        temp.git(&["rm", "--quiet", "--cached", "--ignore-unmatch", name]);
    }
    for (name, content) in changes.iter().filter_map(|(name, content)| Some((name, (*content)?))) {
        let id = temp.git_with(&["hash-object", "-w", "--stdin"], content.as_bytes());
        temp.git(&["update-index", "--add", "--cacheinfo", &format!("100644,{id},{name}")]);
    }
    assert_eq!(new.id.to_string(), temp.git(&["write-tree"]));
    new
}

#[test]
fn files_come_change_and_go_as_in_gits_own_index() {
    agree_with_git(&[("a", "1"), ("b/c", "2"), ("b/d", "3")], &[("a", Some("x")), ("b/c", None), ("e/f/g", Some("y"))]);
    agree_with_git(&[("raw/a", "1"), ("z", "1")], &[("raw/a", None), ("managed/a", Some("1"))]);
}

#[test]
fn names_are_ordered_as_git_orders_them_around_the_slash() {
    let before = [("a/x", "1"), ("a-b", "2"), ("a.b", "3"), ("a0", "4"), ("ab", "5")];
    agree_with_git(&before, &[("a/y", Some("y")), ("a,", Some("6")), ("a-", Some("7")), ("a0b/c", Some("8"))]);
}

#[test]
fn a_file_and_a_folder_can_change_places() {
    agree_with_git(&[("a", "1"), ("b/c", "2")], &[("a", None), ("a/b", Some("x")), ("b/c", None), ("b", Some("y"))]);
    agree_with_git(&[("d/e", "1"), ("d-", "2")], &[("d/e", None), ("d", Some("x"))]);
}

#[test]
fn an_emptied_folder_vanishes_and_an_emptied_root_is_the_empty_tree() {
    agree_with_git(&[("a/b/c", "1"), ("d", "2")], &[("a/b/c", None)]);
    let new = agree_with_git(&[("a/b/c", "1")], &[("a/b/c", None)]);
    assert_eq!(new, NewTree { id: TreeId::empty(HASH), objects: vec![(TreeId::empty(HASH), Vec::new())] });
}

#[test]
fn only_trees_on_changed_paths_are_read_and_other_entries_stay_byte_for_byte() {
    let memory = Memory::default();
    let blob = "e69de29bb2d1d6434b8b29ae775ad8c2e48c5391";
    let odd = Mode::new(0o100664);
    let quiet = memory.tree(&[("q", Mode::FILE, blob)]).to_string();
    let raw = memory.tree(&[("a", odd, blob), ("m", Mode::SUBMODULE, blob), ("x", Mode::EXECUTABLE, blob)]).to_string();
    let root = memory.tree(&[("quiet", Mode::TREE, &quiet), ("raw", Mode::TREE, &raw)]);
    let new = apply(&memory, root, plan(&memory, root, &[("raw/n", Some("n"))]).edits()).unwrap();
    let planned: Vec<TreeId> = memory.reads.borrow_mut().split_off(0);
    assert!(!planned.iter().any(|id| id.to_string() == quiet));
    assert_eq!(new.objects.len(), 2);
    let (_, bytes) = &new.objects[0];
    let id = hhgit::ids::ObjectId::from_hex(blob.as_bytes()).unwrap();
    let n = new_file(HASH, "n").entry().id;
    let want = [(&b"100664 a"[..], id), (b"160000 m", id), (b"100644 n", n), (b"100755 x", id)];
    let want: Vec<u8> = want.iter().flat_map(|(name, id)| [name, &b"\0"[..], id.as_slice()].concat()).collect();
    assert_eq!(bytes, &want);
}

#[test]
fn a_plan_made_from_another_tree_is_refused() {
    let memory = Memory::default();
    let blob = "e69de29bb2d1d6434b8b29ae775ad8c2e48c5391";
    let root = memory.tree(&[("a", Mode::FILE, blob)]);
    let wrong = |from: Option<Entry>, name: &str| {
        let edits = BTreeMap::from([(path(name), Edit { from, to: Some(new_file(HASH, "x")) })]);
        apply(&memory, root, &edits).unwrap_err()
    };
    assert!(matches!(wrong(None, "a"), TreeError::PlanMismatch { found: Some(_), expected: None, .. }));
    let other = Some(new_file(HASH, "y").entry());
    assert!(matches!(wrong(other, "a"), TreeError::PlanMismatch { found: Some(_), expected: Some(_), .. }));
    assert!(matches!(wrong(other, "b"), TreeError::PlanMismatch { found: None, .. }));
    assert!(matches!(wrong(None, "a/b"), TreeError::Blocked { path } if path.as_bytes() == b"a"));
}

#[test]
fn a_hostile_tree_is_refused_and_never_panics() {
    let memory = Memory::default();
    let blob = "e69de29bb2d1d6434b8b29ae775ad8c2e48c5391";
    let empty = TreeId::empty(HASH).to_string();
    let file = Mode::FILE;
    for names in [&["b", "a"][..], &["a", "a"], &["", ""]] {
        let root = memory.tree(&names.iter().map(|name| (*name, file, blob)).collect::<Vec<_>>());
        let edits = BTreeMap::from([(path("c"), Edit { from: None, to: Some(new_file(HASH, "x")) })]);
        assert!(matches!(apply(&memory, root, &edits), Err(TreeError::Unsound { .. })), "{names:?}");
    }
    let root = memory.tree(&[("a", file, blob), ("a", Mode::TREE, &empty)]);
    let from = Some(Entry { mode: file, id: hhgit::ids::ObjectId::from_hex(blob.as_bytes()).unwrap() });
    let edits = BTreeMap::from([(path("a"), Edit { from, to: None })]);
    assert!(matches!(apply(&memory, root, &edits), Err(TreeError::Unsound { .. })));
}

#[test]
fn a_path_too_deep_is_an_error_and_not_an_overflow() {
    let memory = Memory::default();
    let root = memory.tree(&[]);
    let deep = |depth: usize| {
        let name = format!("{}f", "d/".repeat(depth));
        let edits = BTreeMap::from([(path(&name), Edit { from: None, to: Some(new_file(HASH, "x")) })]);
        apply(&memory, root, &edits)
    };
    assert_eq!(deep(2048).unwrap().objects.len(), 2049);
    assert!(matches!(deep(2049), Err(TreeError::TooDeep { .. })));
}

#[test]
fn fifty_thousand_edits_in_one_folder_are_merged_in_one_pass() {
    let memory = Memory::default();
    let blob = "e69de29bb2d1d6434b8b29ae775ad8c2e48c5391";
    let names: Vec<String> = (0..50_000).map(|n| format!("f{n:06}.yaml")).collect();
    let raw = memory.tree(&names.iter().map(|name| (name.as_str(), Mode::FILE, blob)).collect::<Vec<_>>()).to_string();
    let root = memory.tree(&[("raw", Mode::TREE, &raw)]);
    let entry = Entry { mode: Mode::FILE, id: hhgit::ids::ObjectId::from_hex(blob.as_bytes()).unwrap() };
    let mut edits: BTreeMap<RepoPath, Edit> = BTreeMap::new();
    for name in &names {
        edits.insert(path(&format!("raw/{name}")), Edit { from: Some(entry), to: None });
        let to = Target { mode: entry.mode, content: Content::Existing(entry.id) };
        edits.insert(path(&format!("managed/{name}")), Edit { from: None, to: Some(to) });
    }
    let moved = apply(&memory, root, &edits).unwrap();
    assert_eq!(moved.id, memory.tree(&[("managed", Mode::TREE, &raw)]), "the folder moved with its id");
}
