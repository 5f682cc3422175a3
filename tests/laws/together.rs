//! The laws that compare one way with another: threads and order, spreads of the same objects, one push or two.

use std::collections::{BTreeMap, BTreeSet};
use std::num::NonZeroUsize;

use hhgit::ids::CommitId;
use hhgit::path::RepoPath;
use hhgit::plan::fabric::Inventory;
use hhgit::plan::source::Sorted;
use hhgit::verdict::file::File;
use hhgit::verdict::identity::Identity;
use proptest::collection::vec;
use proptest::prelude::*;
use proptest::sample::select;

use crate::documents::{Text, free};
use crate::generate::{Fabric, MANIFEST, Put, Shape, World, put, sound};
use crate::held::{Objects, inventories, objects};
use crate::play::{base, first_commit, push};
use crate::support::memory::{Flat, Memory, Options};

/// The objects that managed/ holds, and their values, wherever they lie there.
pub fn values(objects: &Objects) -> BTreeMap<(RepoPath, Identity), BTreeSet<String>> {
    objects.iter().map(|(key, at)| (key.clone(), at.values().cloned().collect())).collect()
}

/// A world without steps, one sound fabric and nothing outside.
pub fn base_world() -> impl Strategy<Value = World> {
    let marked = |fabric: Fabric| Fabric { manifest: fabric.manifest.or(Some(MANIFEST)), ..fabric };
    sound().prop_map(marked).prop_map(|fabric| World {
        fabrics: vec![("f", fabric)],
        outside: Vec::new(),
        steps: Vec::new(),
    })
}

/// Syncs a world with files added to raw/, and commits.
pub struct Laid {
    pub memory: Memory,
    pub tip: CommitId,
}

impl Laid {
    pub fn new(world: &World) -> Self {
        let mut memory = Memory::default();
        let flat = first_commit(&mut memory, world);
        let tree = memory.grow(&flat);
        let tip = memory.commit_tree(tree, None, "first\n");
        Self { memory, tip }
    }

    pub fn push(&mut self, puts: &[Put]) {
        let mut flat = self.memory.flat_of(self.tip);
        puts.iter().for_each(|put| push(&mut self.memory, &mut flat, &base("f", "raw"), put));
        let tree = self.memory.grow(&flat);
        self.tip = self.memory.commit_tree(tree, Some(self.tip), "push\n");
    }

    pub fn sync(&mut self) {
        self.tip = self.memory.sync(self.tip, &Options::default()).expect("nothing is unreadable").output;
    }

    pub fn objects(&self) -> Objects {
        objects(&self.memory, self.memory.tree_of(self.tip))
    }

    /// The fabric, as it stands now.
    pub fn inventory(&self) -> Inventory {
        inventories(&self.memory, self.memory.tree_of(self.tip)).pop().expect("the world has one fabric")
    }

    fn flat(&self) -> Flat {
        self.memory.flat_of(self.tip)
    }
}

/// What a run on so many threads answers: the new tree, the commit, the message.
pub fn outcome(world: &World, copies: usize, threads: usize, backwards: bool) -> (CommitId, String) {
    let mut world = world.clone();
    let copied = |copy: usize, put: &Put| Put {
        path: Text([format!("copy{copy}/").as_bytes(), &put.path.0].concat()),
        ..put.clone()
    };
    for (_, Fabric { raw, managed, unmanaged, .. }) in &mut world.fabrics {
        let first = raw.clone();
        raw.extend((1..copies).flat_map(|copy| first.iter().map(move |put| copied(copy, put))));
        if backwards {
            // What is in another's way wins by its place in the list; paths of their own keep the order without meaning.
            let all = std::mem::take(raw);
            *raw = all.into_iter().rev().collect();
            managed.reverse();
            unmanaged.reverse();
        }
    }
    let mut laid = Laid::new(&world);
    let options = Options { threads: NonZeroUsize::new(threads), adopt: true, repair: true, ..Options::default() };
    let synced = laid.memory.sync(laid.tip, &options).expect("nothing is unreadable");
    (synced.output, synced.planned.plan.message().to_owned() + &format!("{:#?}", synced.planned.findings))
}

/// A world in which no path is in another's way, so that the order in which files are put there means nothing.
pub fn orderly_world() -> impl Strategy<Value = World> {
    base_world().prop_map(in_order)
}

/// The world with a folder of its own for each of its files.
pub fn in_order(mut world: World) -> World {
    for (_, fabric) in &mut world.fabrics {
        for puts in [&mut fabric.raw, &mut fabric.managed] {
            for (i, put) in puts.iter_mut().enumerate() {
                put.path = Text([format!("{i}/").as_bytes(), &put.path.0].concat());
            }
        }
        for (i, (put, _)) in fabric.unmanaged.iter_mut().enumerate() {
            put.path = Text([format!("{i}/").as_bytes(), &put.path.0].concat());
        }
    }
    world
}

/// The same documents, spread over files in two ways.
pub fn spreads() -> impl Strategy<Value = (Vec<Put>, Vec<Put>)> {
    vec(free(), 1..8).prop_flat_map(|documents| {
        let once = spread(documents.clone());
        let again = Just(documents).prop_shuffle().prop_flat_map(spread);
        (once, again)
    })
}

fn spread(documents: Vec<Text>) -> impl Strategy<Value = Vec<Put>> {
    let names = ["a.yaml", "b.yml", "c.json", "d/a.yaml", "Z.YAML", "\u{e9}.yaml", "a_1.yaml", ".x.yaml"];
    let places = vec(select(names.to_vec()), documents.len());
    let separators = vec(select(vec!["---\n", "--- # c\n", "---\r\n", "\n---\n", "---\n---\n"]), documents.len());
    (places, separators).prop_map(move |(places, separators)| {
        let mut files: BTreeMap<&str, Vec<u8>> = BTreeMap::new();
        for ((document, place), separator) in documents.iter().zip(places).zip(separators) {
            let file = files.entry(place).or_default();
            file.extend(separator.as_bytes());
            file.extend(&document.0);
        }
        let put = |(path, bytes): (&str, Vec<u8>)| Put { path: path.into(), shape: Shape::Plain, content: Text(bytes) };
        files.into_iter().map(put).collect()
    })
}

/// Two pushes.
pub fn pushes() -> impl Strategy<Value = (Vec<Put>, Vec<Put>)> {
    (vec(put(), 1..4), vec(put(), 1..4))
}

/// Whether two pushes touch what makes their order matter: a common path, an object with two values, or one that is not alone at
/// its own path in managed/.
pub fn order_matters(world: &World, first: &[Put], second: &[Put]) -> bool {
    let mut both = Laid::new(world);
    let before = both.flat().len();
    both.push(first);
    both.push(second);
    let pushed = first.len() + second.len();
    if both.flat().len() != before + pushed {
        return true;
    }
    let inventory = both.inventory();
    let mut values: BTreeMap<&Identity, BTreeSet<String>> = BTreeMap::new();
    for source in &inventory.sources {
        let Sorted::Judged(File::Documents(documents)) = &source.content else { continue };
        for document in documents.iter().filter(|document| document.target.is_some()) {
            let Some(identity) = &document.identity else { continue };
            let value = crate::held::value(both.memory.bytes(&source.entry), document.number);
            values.entry(identity).or_default().insert(value.unwrap_or_default());
        }
    }
    let in_the_way = |identity: &&Identity| {
        let target = |source: &hhgit::plan::source::Source| {
            let Sorted::Judged(File::Documents(documents)) = &source.content else { return None };
            let of = documents.iter().find(|d| d.identity.as_ref() == Some(*identity))?;
            of.target.as_ref().map(|target| target.path().clone())
        };
        let own = inventory.sources.iter().find_map(target);
        let holders = inventory.holdings.holders(identity);
        let is_alone = holders.iter().all(|at| Some(at) == own.as_ref() && inventory.holdings.holds_only(at, identity));
        let is_free = own.is_none_or(|own| {
            let touches = |at: &&RepoPath| at.starts_with(&own) || own.starts_with(at);
            inventory.holdings.leaves.keys().filter(touches).all(|at| holders.contains(at))
        });
        !(is_alone && is_free)
    };
    values.values().any(|values| values.len() > 1) || values.keys().any(in_the_way)
}
