//! A repository of maps: what the pure core may ask of one, answered without a disk, so that a law sees many cases.

use std::collections::{BTreeMap, HashMap};
use std::num::NonZeroUsize;

use hhgit::git::commit::encode;
use hhgit::git::{CommitMeta, Person, Signature, tree};
use hhgit::ids::{BlobId, CommitId, Entry, HashKind, Mode, ModeKind, ObjectId, TreeId};
use hhgit::modes::look::{Request, look};
use hhgit::path::RepoPath;
use hhgit::plan::fabric::Order;
use hhgit::plan::message::Stamp;
use hhgit::plan::source::Retry;
use hhgit::plan::{Content, Input, PlanError, Planned, plan};
use hhgit::snapshot::{Commit, Objects, ReadError, Time, TreeEntry};
use hhgit::yaml::Limits;

const HASH: HashKind = HashKind::Sha1;

/// Every path of a tree that is no folder, with what stands there.
pub type Flat = BTreeMap<RepoPath, Entry>;

/// Objects by id.
#[derive(Default)]
pub struct Memory {
    commits: HashMap<CommitId, Commit>,
    trees: HashMap<TreeId, Vec<TreeEntry>>,
    blobs: HashMap<BlobId, Vec<u8>>,
}

/// What a sync is asked.
#[derive(Debug, Clone, Default)]
pub struct Options {
    pub adopt: bool,
    pub repair: bool,
    pub retry: Option<Retry>,
    pub threads: Option<NonZeroUsize>,
    /// Whether the limits are those of a real sync, and not ones that small documents can break.
    pub wide: bool,
}

/// A sync: what went in, what was planned, what came out.
pub struct Synced {
    pub options: Options,
    pub input: CommitId,
    pub planned: Planned,
    /// The tree after; the same as before where nothing was to be done.
    pub tree: TreeId,
    /// The commit after; the input where nothing was to be done.
    pub output: CommitId,
}

impl Memory {
    /// Adds a blob.
    pub fn put(&mut self, bytes: &[u8]) -> BlobId {
        let id = BlobId::of(HASH, bytes).unwrap();
        self.blobs.entry(id).or_insert_with(|| bytes.to_vec());
        id
    }

    /// Adds the tree of these entries, and all trees below.
    pub fn grow(&mut self, flat: &Flat) -> TreeId {
        let all: Vec<(&[u8], Entry)> = flat.iter().map(|(path, entry)| (path.as_bytes(), *entry)).collect();
        self.grow_folder(&all)
    }

    fn grow_folder(&mut self, below: &[(&[u8], Entry)]) -> TreeId {
        let mut folders: BTreeMap<&[u8], Vec<(&[u8], Entry)>> = BTreeMap::new();
        let mut entries = Vec::new();
        for (path, entry) in below {
            match path.iter().position(|b| *b == b'/') {
                None => entries.push(TreeEntry { name: path.to_vec(), entry: *entry }),
                Some(at) => folders.entry(&path[..at]).or_default().push((&path[at + 1..], *entry)),
            }
        }
        for (name, below) in folders {
            let id = self.grow_folder(&below).object();
            entries.push(TreeEntry { name: name.to_vec(), entry: Entry { mode: Mode::TREE, id } });
        }
        entries.sort_by_key(|entry| {
            let slash = if entry.entry.mode == Mode::TREE { "/" } else { "" };
            [&entry.name, slash.as_bytes()].concat()
        });
        let mut bytes = Vec::new();
        for TreeEntry { name, entry } in &entries {
            bytes.extend_from_slice(format!("{:o} ", entry.mode.value()).as_bytes());
            bytes.extend_from_slice(&[name, &[0][..], entry.id.as_slice()].concat());
        }
        let id = TreeId::of(HASH, &bytes).unwrap();
        self.trees.insert(id, entries);
        id
    }

    /// Adds a commit.
    pub fn commit_tree(&mut self, tree: TreeId, parent: Option<CommitId>, message: &str) -> CommitId {
        let who = Signature { person: Person::new("hhgit", "hhgit@localhost"), time: time() };
        let parents: Vec<CommitId> = parent.into_iter().collect();
        let meta = CommitMeta { author: who.clone(), committer: who, sign: false, parents: parents.clone() };
        let id = CommitId::of(HASH, &encode(tree, &meta, message)).unwrap();
        let commit = Commit { id, tree, parents, committed: time(), message: message.into() };
        self.commits.insert(id, commit);
        id
    }

    /// All entries of a tree but folders.
    pub fn flat(&self, tree: TreeId) -> Flat {
        let mut flat = Flat::new();
        let mut waiting = vec![(RepoPath::root(), tree)];
        while let Some((path, tree)) = waiting.pop() {
            for TreeEntry { name, entry } in self.tree(tree).unwrap() {
                let below = path.join(&name).unwrap();
                match entry.mode.kind() {
                    ModeKind::Tree => waiting.push((below, TreeId::new(entry.id))),
                    _ => assert_eq!(flat.insert(below, entry), None, "a tree holds a name twice"),
                }
            }
        }
        flat
    }

    /// The tree of a commit.
    pub fn tree_of(&self, commit: CommitId) -> TreeId {
        self.commits[&commit].tree
    }

    /// The first parent of a commit.
    pub fn parent_of(&self, commit: CommitId) -> Option<CommitId> {
        self.commits[&commit].parents.first().copied()
    }

    /// All entries of a commit but folders.
    pub fn flat_of(&self, commit: CommitId) -> Flat {
        self.flat(self.tree_of(commit))
    }

    /// The bytes of what stands at a path; those of a submodule are none.
    pub fn bytes(&self, entry: &Entry) -> &[u8] {
        self.blobs.get(&BlobId::new(entry.id)).map_or(&[], Vec::as_slice)
    }

    /// Looks, plans and applies, and commits the outcome if there is one.
    pub fn sync(&mut self, input: CommitId, options: &Options) -> Result<Synced, PlanError> {
        let root = self.tree_of(input);
        let limits = request(options).limits;
        let inventories = look(self, root, &request(options))?;
        let order = Order { repair: options.repair, name: None };
        let stamp = Stamp { command: "sync", version: "0".to_owned(), rulesets: Vec::new(), options: Vec::new() };
        let asked = Input {
            commit: Some(input),
            tree: root,
            inventories: &inventories,
            order: &order,
            limits: &limits,
            stamp: &stamp,
        };
        let planned = plan(self, &asked)?;
        let new = tree::apply(self, root, planned.plan.edits()).expect("what the planner plans can be applied");
        for edit in planned.plan.edits().values() {
            if let Some(Content::New { id, bytes }) = edit.to.as_ref().map(|to| &to.content) {
                assert_eq!(self.put(bytes), *id, "a planned blob has the id of its bytes");
            }
        }
        for (id, bytes) in &new.objects {
            self.trees.insert(*id, decode(bytes));
        }
        let output = match planned.plan.is_empty() {
            true => input,
            false => self.commit_tree(new.id, Some(input), planned.plan.message()),
        };
        Ok(Synced { options: options.clone(), input, planned, tree: new.id, output })
    }
}

/// What is looked at by a sync of these options.
pub fn request(options: &Options) -> Request {
    Request {
        adopt: options.adopt,
        retry: options.retry.clone(),
        managed: options.repair,
        limits: if options.wide { Limits::default() } else { limits() },
        threads: options.threads,
        ..Request::default()
    }
}

/// Limits that small documents can break.
pub fn limits() -> Limits {
    Limits { depth: 20, file_bytes: 4096, expanded_nodes: 100, expanded_bytes: 4096 }
}

fn time() -> Time {
    Time { seconds: super::NOW, offset: 0 }
}

fn decode(mut bytes: &[u8]) -> Vec<TreeEntry> {
    let mut entries = Vec::new();
    while !bytes.is_empty() {
        let space = bytes.iter().position(|b| *b == b' ').unwrap();
        let nul = bytes.iter().position(|b| *b == 0).unwrap();
        let mode = u16::from_str_radix(std::str::from_utf8(&bytes[..space]).unwrap(), 8).unwrap();
        let id = ObjectId::from_bytes_or_panic(&bytes[nul + 1..nul + 21]);
        entries.push(TreeEntry { name: bytes[space + 1..nul].to_vec(), entry: Entry { mode: Mode::new(mode), id } });
        bytes = &bytes[nul + 21..];
    }
    entries
}

fn missing(kind: &'static str, id: impl ToString) -> ReadError {
    ReadError::Missing { kind, id: id.to_string(), partial: false }
}

impl Objects for Memory {
    fn hash_kind(&self) -> HashKind {
        HASH
    }

    fn commit(&self, id: CommitId) -> Result<Commit, ReadError> {
        self.commits.get(&id).cloned().ok_or_else(|| missing("commit", id))
    }

    fn tree(&self, id: TreeId) -> Result<Vec<TreeEntry>, ReadError> {
        if id == TreeId::empty(HASH) {
            return Ok(Vec::new());
        }
        self.trees.get(&id).cloned().ok_or_else(|| missing("tree", id))
    }

    fn blob(&self, id: BlobId) -> Result<Vec<u8>, ReadError> {
        self.blobs.get(&id).cloned().ok_or_else(|| missing("blob", id))
    }

    fn blob_size(&self, id: BlobId) -> Result<u64, ReadError> {
        Ok(self.blob(id)?.len() as u64)
    }

    fn is_shallow_boundary(&self, _: CommitId) -> Result<bool, ReadError> {
        Ok(false)
    }

    fn fork(&self) -> Box<dyn Objects + Send + '_> {
        Box::new(Fork(self))
    }
}

/// A handle for another thread.
struct Fork<'a>(&'a Memory);

impl Objects for Fork<'_> {
    fn hash_kind(&self) -> HashKind {
        self.0.hash_kind()
    }

    fn commit(&self, id: CommitId) -> Result<Commit, ReadError> {
        self.0.commit(id)
    }

    fn tree(&self, id: TreeId) -> Result<Vec<TreeEntry>, ReadError> {
        self.0.tree(id)
    }

    fn blob(&self, id: BlobId) -> Result<Vec<u8>, ReadError> {
        self.0.blob(id)
    }

    fn blob_size(&self, id: BlobId) -> Result<u64, ReadError> {
        self.0.blob_size(id)
    }

    fn is_shallow_boundary(&self, id: CommitId) -> Result<bool, ReadError> {
        self.0.is_shallow_boundary(id)
    }

    fn fork(&self) -> Box<dyn Objects + Send + '_> {
        Box::new(Fork(self.0))
    }
}
