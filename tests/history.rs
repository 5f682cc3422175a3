//! The predecessor's real history: every one of its trees syncs, once, and nothing outside the fabric directories changes.
//!
//! The data is not part of hhgit: without it (`HHGIT_CORPUS`, or `../shared/corpus`) the tests say so and pass.
//! `HHGIT_HISTORY=all` looks at every commit instead of a sample.

#![allow(clippy::unwrap_used, clippy::print_stderr, reason = "a test may unwrap, and says when it is skipped")]

mod support;

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Instant;

use hhgit::fabric::kinds::Kinds;
use hhgit::fabric::layout::find;
use hhgit::git::{Environment, Reader, Repo, tree};
use hhgit::ids::{BlobId, CommitId, Entry, HashKind, Mode, ObjectId, TreeId};
use hhgit::modes::look::{Request, look_into};
use hhgit::path::RepoPath;
use hhgit::plan::fabric::Order;
use hhgit::plan::message::Stamp;
use hhgit::plan::{Content, Input, Planned, plan};
use hhgit::snapshot::{Commit, Objects, ReadError, Time, TreeEntry};
use hhgit::yaml::Limits;
use support::{TempRepo, commit_id, git_command, hhgit, real_history, run};

/// The commit whose raw/ holds prepop.yaml with its 46 documents, and one VPC in two files of equal value.
const PREPOP: &str = "f6d7490268ea475f6030bf8f15dc3259591ec5f4";
const FABRIC: &str = "gitops/hedgehog/fabric-1";
/// Of so many commits one is looked at, unless all are asked for.
const SAMPLE: usize = 97;

/// A repository with the whole history in it and `main` at this commit.
fn history_at(bundle: &Path, commit: &str) -> TempRepo {
    let temp = TempRepo::work_tree();
    temp.git(&["fetch", "--quiet", bundle.to_str().unwrap(), "refs/heads/*:refs/real/*"]);
    temp.git(&["config", "user.name", "Tester"]);
    temp.git(&["reset", "--quiet", "--hard", commit]);
    temp
}

fn synced(temp: &TempRepo) -> String {
    let before = temp.tip("main");
    let ended = hhgit(temp.dir(), &["sync"]);
    assert_eq!(ended.code, Some(0), "{ended:?}");
    let after = temp.tip("main").unwrap();
    assert_eq!(temp.git(&["rev-parse", "HEAD^"]), before.unwrap().to_string(), "one commit, on top of what was read");
    assert_eq!(temp.git(&["status", "--porcelain"]), "");
    temp.git(&["fsck", "--strict", "--no-dangling"]);
    after.to_string()
}

fn stays(temp: &TempRepo) {
    let before = temp.state();
    let again = hhgit(temp.dir(), &["sync"]);
    assert_eq!((again.code, temp.state()), (Some(0), before), "{again:?}");
}

fn listed(temp: &TempRepo, folder: &str) -> Vec<String> {
    let files = temp.git(&["ls-tree", "-r", "--name-only", &format!("HEAD:{FABRIC}/{folder}")]);
    files.lines().filter(|name| !name.ends_with(".gitkeep")).map(str::to_owned).collect()
}

#[test]
fn the_first_files_of_the_real_repository_are_sorted_in_one_commit() {
    let Some(bundle) = real_history() else { return };
    let temp = history_at(&bundle, PREPOP);
    synced(&temp);
    assert_eq!((listed(&temp, "managed").len(), listed(&temp, "raw").len()), (47, 0));
    assert_eq!(listed(&temp, "unmanaged"), Vec::<String>::new());
    stays(&temp);
}

#[test]
fn a_sync_that_a_person_reverts_stays_reverted_until_the_files_are_put_into_raw_again() {
    let Some(bundle) = real_history() else { return };
    let temp = history_at(&bundle, PREPOP);
    synced(&temp);
    temp.git(&["revert", "--no-edit", "HEAD"]);
    assert_eq!(listed(&temp, "raw"), ["prepop.yaml", "test-vpc-2.yaml", "test-vpc.yaml"]);
    synced(&temp);
    assert_eq!((listed(&temp, "managed").len(), listed(&temp, "raw").len()), (0, 0));
    let parked: Vec<String> = listed(&temp, "unmanaged").into_iter().filter(|name| name.ends_with(".yaml")).collect();
    assert_eq!(parked, ["prepop.yaml", "test-vpc-2.yaml", "test-vpc.yaml"]);
    for name in &parked {
        let bytes = |place: &str| temp.git(&["rev-parse", &format!("{place}/{name}")]);
        assert_eq!(bytes(&format!("HEAD:{FABRIC}/unmanaged")), bytes(&format!("{PREPOP}:{FABRIC}/raw")), "{name}");
        let sidecar = temp.git(&["show", &format!("HEAD:{FABRIC}/unmanaged/{name}.metadata")]);
        assert!(sidecar.contains("reverted"), "{sidecar}");
    }
    stays(&temp);
    for name in &parked {
        temp.git(&["mv", &format!("{FABRIC}/unmanaged/{name}"), &format!("{FABRIC}/raw/{name}")]);
    }
    temp.git(&["commit", "--quiet", "--message=try again"]);
    synced(&temp);
    assert_eq!((listed(&temp, "managed").len(), listed(&temp, "raw").len()), (47, 0));
    assert_eq!(listed(&temp, "unmanaged"), Vec::<String>::new());
    stays(&temp);
}

/// A repository, and on top of it what a sync would write, kept in memory.
struct Overlay<'a> {
    base: Box<dyn Objects + Send + 'a>,
    trees: BTreeMap<TreeId, Vec<TreeEntry>>,
    blobs: BTreeMap<BlobId, Vec<u8>>,
    commit: Option<Commit>,
}

impl Objects for Overlay<'_> {
    fn hash_kind(&self) -> HashKind {
        self.base.hash_kind()
    }
    fn commit(&self, id: CommitId) -> Result<Commit, ReadError> {
        self.commit.clone().filter(|commit| commit.id == id).map_or_else(|| self.base.commit(id), Ok)
    }
    fn tree(&self, id: TreeId) -> Result<Vec<TreeEntry>, ReadError> {
        self.trees.get(&id).map_or_else(|| self.base.tree(id), |entries| Ok(entries.clone()))
    }
    fn blob(&self, id: BlobId) -> Result<Vec<u8>, ReadError> {
        self.blobs.get(&id).map_or_else(|| self.base.blob(id), |bytes| Ok(bytes.clone()))
    }
    fn blob_size(&self, id: BlobId) -> Result<u64, ReadError> {
        self.blobs.get(&id).map_or_else(|| self.base.blob_size(id), |bytes| Ok(u64::try_from(bytes.len()).unwrap()))
    }
    fn is_shallow_boundary(&self, id: CommitId) -> Result<bool, ReadError> {
        self.base.is_shallow_boundary(id)
    }
    fn fork(&self) -> Box<dyn Objects + Send + '_> {
        let (trees, blobs, commit) = (self.trees.clone(), self.blobs.clone(), self.commit.clone());
        Box::new(Overlay { base: self.base.fork(), trees, blobs, commit })
    }
}

fn entries(mut bytes: &[u8]) -> Vec<TreeEntry> {
    let mut entries = Vec::new();
    while !bytes.is_empty() {
        let space = bytes.iter().position(|b| *b == b' ').unwrap();
        let end = bytes.iter().position(|b| *b == 0).unwrap();
        let mode = u16::from_str_radix(std::str::from_utf8(&bytes[..space]).unwrap(), 8).unwrap();
        let id = ObjectId::from_bytes_or_panic(&bytes[end + 1..end + 21]);
        let name = bytes[space + 1..end].to_vec();
        entries.push(TreeEntry { name, entry: Entry { mode: Mode::new(mode), id } });
        bytes = &bytes[end + 21..];
    }
    entries
}

fn planned(objects: &dyn Objects, commit: &Commit) -> (Planned, Vec<RepoPath>) {
    let dirs = find(objects, commit.tree, &[], &Kinds::builtin()).unwrap();
    let request = Request { threads: std::num::NonZeroUsize::new(1), ..Request::default() };
    let inventories = look_into(objects, &dirs, &request).unwrap();
    let stamp = Stamp { command: "sync", version: "0".to_owned(), rulesets: Vec::new(), options: Vec::new() };
    let order = Order { repair: false, name: None };
    let limits = Limits::default();
    let (id, tree) = (Some(commit.id), commit.tree);
    let input = Input { commit: id, tree, inventories: &inventories, order: &order, limits: &limits, stamp: &stamp };
    (plan(objects, &input).unwrap(), dirs.into_iter().map(|dir| dir.path).collect())
}

/// The paths at which two trees differ: folders that are the same by their id are passed by.
fn differences(objects: &dyn Objects, a: TreeId, b: TreeId, at: &RepoPath, found: &mut Vec<RepoPath>) {
    let by_name = |tree| -> BTreeMap<Vec<u8>, Entry> {
        objects.tree(tree).unwrap().into_iter().map(|entry| (entry.name, entry.entry)).collect()
    };
    let (a, b) = (by_name(a), by_name(b));
    for name in a.keys().chain(b.keys().filter(|name| !a.contains_key(*name))) {
        let (a, b, path) = (a.get(name), b.get(name), at.join(name).unwrap());
        match (a.and_then(Entry::as_tree), b.and_then(Entry::as_tree)) {
            _ if a == b => {}
            (Some(a), Some(b)) => differences(objects, a, b, &path, found),
            _ => found.push(path),
        }
    }
}

/// Syncs a commit in memory, twice. Answers what was found, by code, and how many objects went to managed/.
fn look_at(reader: &Reader, id: CommitId) -> BTreeMap<String, usize> {
    let input = reader.commit(id).unwrap();
    let (first, dirs) = planned(reader, &input);
    let new = tree::apply(reader, input.tree, first.plan.edits()).unwrap();
    let blobs = first.plan.edits().values().filter_map(|edit| match &edit.to.as_ref()?.content {
        Content::New { id, bytes } => Some((*id, bytes.clone())),
        Content::Existing(_) => None,
    });
    let made = CommitId::new(ObjectId::from_bytes_or_panic(&[0xee; 20]));
    let committed = Time { seconds: 0, offset: 0 };
    let next = Commit { id: made, tree: new.id, parents: vec![id], committed, message: Vec::new() };
    let overlay = Overlay {
        base: reader.fork(),
        trees: new.objects.iter().map(|(id, bytes)| (*id, entries(bytes))).collect(),
        blobs: blobs.collect(),
        commit: Some(next.clone()),
    };
    let mut changed = Vec::new();
    differences(&overlay, input.tree, new.id, &RepoPath::root(), &mut changed);
    for path in &changed {
        assert!(dirs.iter().any(|dir| path.starts_with(dir)), "{id}: {path} lies outside the fabric directories");
    }
    let (second, _) = planned(&overlay, &next);
    assert!(second.plan.is_empty(), "{id}: a second sync changes {:?}", second.plan.edits().keys().collect::<Vec<_>>());
    let mut tally = BTreeMap::from([("(commits)".to_owned(), 1), ("(fabrics)".to_owned(), dirs.len())]);
    for fabric in &first.fabrics {
        *tally.entry("(to managed)".to_owned()).or_default() += fabric.counts().managed;
        *tally.entry("(left alone)".to_owned()).or_default() += usize::from(fabric.left_alone);
    }
    for finding in &first.findings {
        *tally.entry(finding.code.as_str().to_owned()).or_default() += 1;
    }
    tally
}

#[test]
fn every_tree_of_the_real_history_syncs_once_and_only_within_its_fabric_directories() {
    let Some(bundle) = real_history() else { return };
    let all = std::env::var_os("HHGIT_HISTORY").is_some_and(|value| value == "all");
    let temp = TempRepo::bare();
    temp.git(&["fetch", "--quiet", bundle.to_str().unwrap(), "refs/heads/*:refs/heads/*"]);
    let log = run(git_command(temp.dir()).args(["rev-list", "--reverse", "main"])).stdout;
    let commits: Vec<CommitId> = log.lines().map(commit_id).step_by(if all { 1 } else { SAMPLE }).collect();
    let (started, next, total) = (Instant::now(), AtomicUsize::new(0), Mutex::new(BTreeMap::new()));
    std::thread::scope(|scope| {
        for _ in 0..2 {
            scope.spawn(|| {
                let repo = Repo::open_in(temp.dir(), Environment::isolated()).unwrap();
                let reader = Reader::new(&repo).unwrap();
                while let Some(commit) = commits.get(next.fetch_add(1, Ordering::SeqCst)) {
                    let tally = look_at(&reader, *commit);
                    let mut total = total.lock().unwrap();
                    tally.into_iter().for_each(|(code, count)| *total.entry(code).or_insert(0_usize) += count);
                }
            });
        }
    });
    eprintln!("{} commits in {:?}: {:#?}", commits.len(), started.elapsed(), total.lock().unwrap());
}
