//! A generated world made real: its first commit, and its steps played one after the other.

use hhgit::finding::Finding;
use hhgit::ids::{CommitId, Entry, Mode, ObjectId};
use hhgit::path::RepoPath;
use hhgit::plan::park::sidecar_of;
use hhgit::plan::sidecar::{self, Reason};
use hhgit::plan::source::Retry;
use hhgit::verdict::code::Code;

use crate::documents::Text;
use crate::generate::{Again, Ask, Beside, Fabric, Put, Shape, Step, World};
use crate::support::memory::{Flat, Memory, Options, Synced};

/// What was played.
pub struct Played {
    pub memory: Memory,
    pub syncs: Vec<Synced>,
}

/// Plays all steps of a world.
pub fn play(world: &World) -> Played {
    let mut memory = Memory::default();
    let flat = first_commit(&mut memory, world);
    let tree = memory.grow(&flat);
    let mut tip = memory.commit_tree(tree, None, "push\n");
    let mut syncs = Vec::new();
    for step in &world.steps {
        if let Step::Sync(ask) = step {
            let synced = memory.sync(tip, &options(world, *ask)).expect("nothing of the world is unreadable");
            tip = synced.output;
            syncs.push(synced);
        } else if let Some(flat) = step_of_a_person(&mut memory, world, step, tip, syncs.last()) {
            let tree = memory.grow(&flat);
            tip = memory.commit_tree(tree, Some(tip), "by hand\n");
        }
    }
    Played { memory, syncs }
}

/// The options that an ask means in this world.
pub fn options(world: &World, ask: Ask) -> Options {
    let unmanaged = || world.fabrics.iter().map(|(at, _)| base(at, "unmanaged")).collect();
    let retry = match ask.retry {
        Again::Nothing => None,
        Again::All => Some(Retry::All),
        Again::Named => Some(Retry::Paths(unmanaged())),
    };
    Options { adopt: ask.adopt, repair: ask.repair, retry, ..Options::default() }
}

fn step_of_a_person(
    memory: &mut Memory,
    world: &World,
    step: &Step,
    tip: CommitId,
    last: Option<&Synced>,
) -> Option<Flat> {
    let mut flat = memory.flat_of(tip);
    match step {
        Step::Sync(_) => return None,
        Step::Push(puts) => {
            for (at, _) in &world.fabrics {
                puts.iter().for_each(|put| push(memory, &mut flat, &base(at, "raw"), put));
            }
        }
        Step::Revert => {
            let sync = last.filter(|sync| sync.output == tip && sync.input != tip)?;
            flat = memory.flat_of(sync.input);
        }
        Step::Delete(index) => {
            let paths: Vec<RepoPath> = flat.keys().cloned().collect();
            flat.remove(paths.get(index.index(paths.len().max(1)))?);
        }
        Step::MoveBack(index) => {
            let parts = |path: &RepoPath| {
                let text = path.as_bytes().to_vec();
                let at = text.windows(10).position(|window| window == b"unmanaged/")?;
                let raw = RepoPath::new([&text[..at], b"raw/", &text[at + 10..]].concat()).ok()?;
                Some((path.clone(), raw))
            };
            let moves: Vec<(RepoPath, RepoPath)> = flat.keys().filter_map(parts).collect();
            let (from, to) = moves.get(index.index(moves.len().max(1)))?;
            let entry = flat.remove(from)?;
            insert(&mut flat, to.clone(), entry);
        }
    }
    Some(flat)
}

/// The tree that a world begins with.
pub fn first_commit(memory: &mut Memory, world: &World) -> Flat {
    let mut flat = Flat::new();
    for (at, fabric) in &world.fabrics {
        plant_fabric(memory, &mut flat, at, fabric);
    }
    for put in &world.outside {
        push(memory, &mut flat, &base("elsewhere", "raw"), put);
    }
    flat
}

fn plant_fabric(memory: &mut Memory, flat: &mut Flat, at: &str, fabric: &Fabric) {
    let file = |text: &str| Put { path: Text::default(), shape: Shape::Plain, content: text.into() };
    for (path, text) in [(".hnp/manifest.yaml", fabric.manifest), (".hnp/crds/c.yaml", fabric.crds)] {
        if let Some(text) = text {
            push(memory, flat, &base(at, path), &file(text));
        }
    }
    fabric.raw.iter().for_each(|put| push(memory, flat, &base(at, "raw"), put));
    fabric.managed.iter().for_each(|put| push(memory, flat, &base(at, "managed"), put));
    fabric.loose.iter().for_each(|put| push(memory, flat, &base(at, ""), put));
    for (put, beside) in &fabric.unmanaged {
        let Some(path) = below(&base(at, "unmanaged"), put) else { continue };
        let entry = entry(memory, put);
        if *beside != Beside::Stale {
            insert(flat, path.clone(), entry);
        }
        let Some(sidecar) = sidecar(put, &entry, *beside, &path) else { continue };
        let Ok(path) = sidecar_of(&path) else { continue };
        let id = memory.put(&sidecar).object();
        insert(flat, path, Entry { mode: Mode::FILE, id });
    }
}

fn sidecar(put: &Put, entry: &Entry, beside: Beside, at: &RepoPath) -> Option<Vec<u8>> {
    let code = if beside == Beside::Reverted { Code::Reverted } else { Code::InvalidYaml };
    let source = RepoPath::new([b"raw/", put.path.0.as_slice()].concat()).ok()?;
    let finding = Finding::new(code, source.clone(), "some message");
    let reasons = [Reason { here: Some((1, 1)), finding: &finding }];
    let own = |entry: &Entry| sidecar::write(entry, &source, &reasons, at);
    Some(match beside {
        Beside::Nothing => return None,
        Beside::Own | Beside::Reverted | Beside::Stale => own(entry),
        Beside::Forged => own(&Entry { mode: Mode::FILE, id: ObjectId::empty_blob(entry.id.kind()) }),
        Beside::Edited => [own(entry).as_slice(), b"# seen\n"].concat(),
        Beside::OldTool => b"original_path: raw/a.yaml\nreason: invalid\n".to_vec(),
    })
}

/// Puts a file below a folder, in the place of what stands in its way.
pub fn push(memory: &mut Memory, flat: &mut Flat, folder: &RepoPath, put: &Put) {
    if let Some(path) = below(folder, put) {
        let entry = entry(memory, put);
        insert(flat, path, entry);
    }
}

fn insert(flat: &mut Flat, path: RepoPath, entry: Entry) {
    flat.retain(|other, _| !other.starts_with(&path) && !path.starts_with(other));
    flat.insert(path, entry);
}

fn below(folder: &RepoPath, put: &Put) -> Option<RepoPath> {
    Some(folder.join_path(&RepoPath::new(put.path.0.clone()).ok()?))
}

fn entry(memory: &mut Memory, put: &Put) -> Entry {
    let blob = memory.put(&put.content.0).object();
    let (mode, id) = match put.shape {
        Shape::Plain => (Mode::FILE, blob),
        Shape::Executable => (Mode::EXECUTABLE, blob),
        Shape::Odd => (Mode::new(0o100664), blob),
        Shape::Symlink => (Mode::SYMLINK, blob),
        Shape::Submodule => (Mode::SUBMODULE, memory.put(b"another repository's commit").object()),
    };
    Entry { mode, id }
}

/// A path in a fabric directory.
pub fn base(at: &str, below: &str) -> RepoPath {
    let join = |text: &str| RepoPath::new(text).expect("the tests' own folders are paths");
    join(at).join_path(&join(below))
}

/// A sidecar as hhgit writes it for a file of this text, from a raw path, at a repository path.
pub fn as_sidecar(text: &str, source: &str, at: &str, reverted: bool) -> String {
    let put = Put { path: source.trim_start_matches("raw/").into(), shape: Shape::Plain, content: text.into() };
    let entry = entry(&mut Memory::default(), &put);
    let beside = if reverted { Beside::Reverted } else { Beside::Own };
    let bytes = sidecar(&put, &entry, beside, &base("", at)).expect("the path is one");
    String::from_utf8(bytes).expect("a sidecar is text")
}
