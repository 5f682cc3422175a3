//! What each stage between a commit's bytes and its new tree costs, in memory: no git, no disk.

#[path = "fabric/mod.rs"]
mod fabric;
#[path = "../tests/support/mod.rs"]
mod support;

use divan::Bencher;
use divan::counter::{BytesCount, ItemsCount};
use hhgit::fabric::kinds::Kinds;
use hhgit::fabric::settings::Settings;
use hhgit::git::tree;
use hhgit::ids::{Entry, Mode, TreeId};
use hhgit::modes::look::{Request, look};
use hhgit::path::RepoPath;
use hhgit::plan::fabric::{Inventory, Order};
use hhgit::plan::message::Stamp;
use hhgit::plan::{Input, Planned, plan};
use hhgit::rules::{self, Object};
use hhgit::schema::Schemas;
use hhgit::verdict::identity::Identity;
use hhgit::verdict::judge::Judge;
use hhgit::yaml::{Limits, Node, parse, split};
use support::memory::{Flat, Memory};

/// How many documents the stages of single documents see.
const DOCUMENTS: usize = 1_000;
/// How many files the stages of whole trees see.
const FILES: usize = 10_000;

fn main() {
    divan::main();
}

fn texts(count: usize) -> Vec<String> {
    fabric::objects(count).into_iter().map(|object| object.text).collect()
}

fn read(text: &str) -> Option<Node> {
    let chunk = split(text.as_bytes()).into_iter().next()?;
    parse(text.as_bytes(), &chunk, &Limits::default()).ok()?.root
}

fn roots(count: usize) -> Vec<Node> {
    texts(count).iter().filter_map(|text| read(text)).collect()
}

#[divan::bench]
fn split_and_parse(bencher: Bencher<'_, '_>) {
    let texts = texts(DOCUMENTS);
    let bytes: usize = texts.iter().map(String::len).sum();
    let bencher = bencher.counter(ItemsCount::new(DOCUMENTS)).counter(BytesCount::new(bytes));
    bencher.bench_local(|| texts.iter().filter_map(|text| read(text)).count());
}

#[divan::bench]
fn judge_identity(bencher: Bencher<'_, '_>) {
    let (roots, kinds) = (roots(DOCUMENTS), Kinds::builtin());
    let judge = Judge::new(&kinds);
    let bencher = bencher.counter(ItemsCount::new(DOCUMENTS));
    bencher.bench_local(|| roots.iter().filter(|root| judge.judge(root).remarks.is_empty()).count());
}

#[divan::bench]
fn judge_schema(bencher: Bencher<'_, '_>) {
    let (roots, kinds, schemas) = (roots(DOCUMENTS), Kinds::builtin(), Schemas::builtin());
    let judge = Judge::new(&kinds).with_schemas(&schemas);
    let bencher = bencher.counter(ItemsCount::new(DOCUMENTS));
    bencher.bench_local(|| roots.iter().filter(|root| judge.judge(root).remarks.is_empty()).count());
}

#[divan::bench(args = [1_000, 10_000], sample_count = 20)]
fn check_rules(bencher: Bencher<'_, '_>, count: usize) {
    let (roots, kinds, settings) = (roots(count), Kinds::builtin(), Settings::default());
    let judge = Judge::new(&kinds);
    let identities: Vec<Identity> = roots.iter().filter_map(|root| judge.judge(root).identity).collect();
    let pairs = identities.iter().zip(&roots);
    let objects: Vec<Object<'_>> = pairs.map(|(identity, root)| Object { identity, root, sound: true }).collect();
    assert_eq!(rules::check(&objects, &settings).len(), 0, "the fabric breaks no rule");
    let bencher = bencher.counter(ItemsCount::new(count));
    bencher.bench_local(|| rules::check(&objects, &settings));
}

/// A repository whose raw/ holds a document a file, and nothing else.
struct Pushed {
    memory: Memory,
    root: TreeId,
    inventories: Vec<Inventory>,
}

impl Pushed {
    fn new(count: usize) -> Self {
        let mut memory = Memory::default();
        let mut flat = Flat::new();
        for object in fabric::objects(count) {
            let path = RepoPath::new(format!("raw/{}", object.name)).expect("the fabric's file names are plain");
            flat.insert(path, Entry { mode: Mode::FILE, id: memory.put(object.text.as_bytes()).object() });
        }
        let empty = memory.put(b"").object();
        flat.insert(support::path("managed/vpcs/.gitkeep"), Entry { mode: Mode::FILE, id: empty });
        let root = memory.grow(&flat);
        let inventories = look(&memory, root, &Request::default()).expect("the repository holds all that it names");
        Self { memory, root, inventories }
    }

    fn plan(&self) -> Planned {
        let (order, limits) = (Order::default(), Limits::default());
        let stamp = Stamp { command: "sync", version: String::new(), rulesets: Vec::new(), options: Vec::new() };
        let input = Input {
            commit: None,
            tree: self.root,
            inventories: &self.inventories,
            order: &order,
            limits: &limits,
            stamp: &stamp,
        };
        plan(&self.memory, &input).expect("the repository holds all that it names")
    }
}

#[divan::bench(sample_count = 20)]
fn plan_first_sync(bencher: Bencher<'_, '_>) {
    let pushed = Pushed::new(FILES);
    assert!(pushed.plan().plan.edits().len() >= 2 * FILES, "every file of raw/ goes to managed/");
    bencher.counter(ItemsCount::new(FILES)).bench_local(|| pushed.plan());
}

#[divan::bench(sample_count = 20)]
fn apply_to_tree(bencher: Bencher<'_, '_>) {
    let pushed = Pushed::new(FILES);
    let planned = pushed.plan();
    let bencher = bencher.counter(ItemsCount::new(FILES));
    bencher.bench_local(|| tree::apply(&pushed.memory, pushed.root, planned.plan.edits()));
}
