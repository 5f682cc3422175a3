//! A table of what is remembered that a disk has damaged, or that somebody else has put there, changes no answer.
#![allow(unreachable_pub, clippy::unwrap_used, reason = "the parts of a test's own crate; a test may fail")]
#![cfg(unix)]

mod support;

use std::collections::BTreeMap;
use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};

use hhgit::finding::Finding;
use hhgit::ids::{CommitId, Entry, Mode};
use hhgit::memory::store::Store;
use hhgit::modes::check::{Asked, Named, compare, remember, request_at};
use hhgit::options::{CheckLevel, Common, Identities};
use hhgit::path::RepoPath;
use hhgit::progress::Progress;
use hhgit::snapshot::Time;
use support::memory::{Flat, Memory};
use support::server::{NAMESPACES, Server, vpc, vpc_path};
use support::{hhgit, run};

fn store(dir: &Path) -> Store {
    Store::new(dir, rustix::process::geteuid().as_raw(), |_, _| Ok(()), 0)
}

/// A fabric of so many VPCs, and a push on top of it that gives the last one the VLAN of the first.
struct Push {
    memory: Memory,
    before: CommitId,
    after: CommitId,
}

impl Push {
    fn new(vpcs: u8) -> Self {
        let mut memory = Memory::default();
        let mut files: BTreeMap<String, String> =
            NAMESPACES.iter().map(|(path, text)| ((*path).to_owned(), (*text).to_owned())).collect();
        files.insert("f/.hnp/manifest.yaml".to_owned(), "version: '1.0'\n".to_owned());
        for number in 1..=vpcs {
            files.insert(vpc_path(number), vpc(number, &format!("{}", 1000 + u16::from(number))));
        }
        let before = commit(&mut memory, &files, None);
        files.insert(vpc_path(vpcs), vpc(vpcs, "1001"));
        let after = commit(&mut memory, &files, Some(before));
        Self { memory, before, after }
    }

    fn asked<T>(&self, store: &Store, ask: impl FnOnce(&Asked<'_>) -> T) -> T {
        let common = Common {
            directory: ".".into(),
            fabrics: Vec::new(),
            identities: Identities::default(),
            now: Time { seconds: support::NOW, offset: 0 },
            progress: Progress::default(),
        };
        let request = request_at(CheckLevel::References);
        let level = CheckLevel::References;
        ask(&Asked {
            common: &common,
            request: &request,
            level,
            max_deletions: None,
            memory: Some(store),
            of_same: false,
        })
    }

    /// What is found of the push, by what is remembered here.
    fn found(&self, store: &Store) -> Vec<Finding> {
        let named = |id| Named { commit: hhgit::snapshot::Objects::commit(&self.memory, id).unwrap(), name: "it" };
        let answer = |asked: &Asked<'_>| {
            compare(&self.memory, asked, Some(named(self.before)), named(self.after)).unwrap().0.findings
        };
        self.asked(store, answer)
    }

    /// Remembers the fabric before the push, and the push.
    fn remember(&self, store: &Store) {
        let (before, after) = (self.memory.tree_of(self.before), self.memory.tree_of(self.after));
        self.asked(store, |asked| remember(&self.memory, asked, Some(before), after)).unwrap();
    }
}

fn commit(memory: &mut Memory, files: &BTreeMap<String, String>, parent: Option<CommitId>) -> CommitId {
    let mut flat = Flat::new();
    for (path, text) in files {
        let entry = Entry { mode: Mode::FILE, id: memory.put(text.as_bytes()).object() };
        flat.insert(RepoPath::new(path.as_bytes()).unwrap(), entry);
    }
    let tree = memory.grow(&flat);
    memory.commit_tree(tree, parent, "push\n")
}

fn table(dir: &Path) -> PathBuf {
    let files = fs::read_dir(dir.join("hhgit/index")).unwrap().map(|entry| entry.unwrap().path());
    files.into_iter().find(|path| path.extension().is_some_and(|kind| kind == "table")).unwrap()
}

/// Puts bytes in a table's place, with the mode it had.
fn put(path: &Path, bytes: &[u8]) {
    fs::set_permissions(path, PermissionsExt::from_mode(0o644)).unwrap();
    fs::write(path, bytes).unwrap();
    fs::set_permissions(path, PermissionsExt::from_mode(0o444)).unwrap();
}

/// Flips a bit of each of these bytes of a fabric's table, and asks for the answer that nothing remembered gives.
fn flip(vpcs: u8, every: usize) -> usize {
    let (push, dir) = (Push::new(vpcs), tempfile::tempdir().unwrap());
    let cold = push.found(&store(Path::new("/dev/null/nowhere")));
    assert!(!cold.is_empty(), "the push is a bad one");
    assert_eq!(push.found(&store(dir.path())), cold, "learned");
    let path = table(dir.path());
    let good = fs::read(&path).unwrap();
    let mut flipped = 0;
    for at in (0..good.len()).filter(|at| at % every == 0 || good.len() - at < 60) {
        let mut bad = good.clone();
        bad[at] ^= 1 << (at % 8);
        put(&path, &bad);
        assert_eq!(push.found(&store(dir.path())), cold, "byte {at}");
        flipped += 1;
        if flipped % 8 == 0 {
            // What is asked to remember, remembers.
            put(&path, &bad);
            push.remember(&store(dir.path()));
            fs::remove_dir_all(dir.path().join("hhgit")).unwrap();
            assert_eq!(push.found(&store(dir.path())), cold);
        }
    }
    flipped
}

#[test]
fn no_flipped_bit_of_a_small_table_changes_an_answer() {
    assert!(flip(2, 1) > 300);
}

#[test]
fn no_flipped_bit_of_a_table_of_many_blocks_changes_an_answer() {
    assert!(flip(60, 401) > 80);
}

#[test]
fn a_damaged_table_is_learned_anew_and_then_believed_again() {
    let (push, dir) = (Push::new(120), tempfile::tempdir().unwrap());
    let cold = push.found(&store(dir.path()));
    let path = table(dir.path());
    let good = fs::read(&path).unwrap();
    assert!(good.len() > 3 * 4096, "{}", good.len());
    for at in (0..good.len()).step_by(1_009) {
        let mut bad = good.clone();
        bad[at] ^= 0x10;
        put(&path, &bad);
        assert_eq!(push.found(&store(dir.path())), cold, "byte {at}");
        let now = fs::read(&path).unwrap();
        assert!(now == good || now == bad, "byte {at}");
    }
    // The block with the header is read by every look-up.
    let mut bad = good.clone();
    bad[20] ^= 1;
    put(&path, &bad);
    assert_eq!(push.found(&store(dir.path())), cold);
    assert!(fs::read(&path).unwrap() == good, "learned anew");
}

/// A server whose table says that no other VPC has the VLAN that a bad push takes; it is well sealed.
fn lying() -> (Server, PathBuf) {
    let server = Server::with_fabric();
    let honest = Server::new();
    let manifest = ("f/.hnp/manifest.yaml", support::server::MANIFEST);
    // The same fabric with another VLAN, whose table is then put in the place of the right one's.
    let other = vpc(1, "1777");
    honest.commit("main", &[manifest, NAMESPACES[0], NAMESPACES[1], (&vpc_path(1), &other)]);
    assert_eq!(honest.push(&["main"]).code, Some(0));
    for of in [&server, &honest] {
        assert_eq!(hhgit(of.repo.dir(), &["hook", "warm"]).code, Some(0));
    }
    let (right, wrong) = (table(&server.repo.git_dir()), table(&honest.repo.git_dir()));
    put(&right, &fs::read(wrong).unwrap());
    (server, right)
}

fn bad_push(server: &Server) -> Option<i32> {
    server.commit("main", &[(&vpc_path(9), &vpc(9, "1001"))]);
    server.push(&["main"]).code
}

#[test]
fn a_table_of_another_fabric_under_the_name_of_this_one_is_not_believed() {
    let (server, _) = lying();
    assert_eq!(bad_push(&server), Some(1));
}

#[test]
fn changes_of_another_tree_under_the_name_of_this_one_are_not_believed() {
    let (push, dir) = (Push::new(3), tempfile::tempdir().unwrap());
    let store = store(dir.path());
    let before = push.memory.tree_of(push.before);
    push.asked(&store, |asked| remember(&push.memory, asked, None, before)).unwrap();
    push.remember(&store);
    let folder = dir.path().join("hhgit/index");
    let mut names = fs::read_dir(&folder).unwrap().map(|entry| entry.unwrap().path());
    let changes = names.find(|path| path.extension().is_some_and(|kind| kind == "changes")).unwrap();
    let name = changes.file_stem().unwrap().to_str().unwrap().to_owned();
    assert!(store.get(&name).is_some());
    let other = "0".repeat(name.len());
    fs::rename(&changes, changes.with_file_name(format!("{other}.changes"))).unwrap();
    assert!(store.get(&other).is_none());
}

#[test]
fn what_somebody_else_may_write_is_not_believed() {
    let server = Server::with_fabric();
    assert_eq!(hhgit(server.repo.dir(), &["hook", "warm"]).code, Some(0));
    let path = table(&server.repo.git_dir());
    let read = |path: &Path| fs::metadata(path).unwrap().modified().unwrap();
    let was = read(&path);
    assert_eq!(bad_push(&server), Some(1));
    assert_eq!(read(&path), was, "what is believed stays");
    fs::set_permissions(&path, PermissionsExt::from_mode(0o646)).unwrap();
    assert_eq!(server.push(&["main"]).code, Some(1));
    assert_eq!(fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o444, "learned anew");
    let folder = path.parent().unwrap();
    fs::set_permissions(folder, PermissionsExt::from_mode(0o777)).unwrap();
    assert_eq!(server.push(&["main"]).code, Some(1));
    let warm = run(support::hhgit_command(server.repo.dir()).args(["hook", "warm"]));
    assert_eq!(warm.code, Some(3), "{}", warm.stderr);
    assert!(warm.stderr.contains("nothing was remembered"), "{}", warm.stderr);
}

#[test]
fn what_belongs_to_somebody_else_is_not_believed() {
    if !rustix::process::geteuid().is_root() {
        return;
    }
    let server = Server::with_fabric();
    assert_eq!(hhgit(server.repo.dir(), &["hook", "warm"]).code, Some(0));
    let path = table(&server.repo.git_dir());
    std::os::unix::fs::chown(&path, Some(65_534), Some(65_534)).unwrap();
    assert_eq!(bad_push(&server), Some(1));
    assert_eq!(std::os::unix::fs::MetadataExt::uid(&fs::metadata(&path).unwrap()), 0, "learned anew");
}
