//! A sorted fabric with some history, and what is hostile put somewhere into it.
#![allow(
    dead_code,
    unreachable_pub,
    clippy::unwrap_used,
    reason = "each test uses its own part of this; a test may unwrap"
)]

use std::fs;
use std::path::Path;
use std::sync::OnceLock;

use super::made::{FILE, Folder, Maker, ObjectId, TREE, Thing, file, put};
use super::orders::{Order, orders};
use super::push::NAMESPACES;
use super::support::{run, sealed, vpc};
use super::world::World;

/// What makes a repository hostile, and what it is called.
pub type Case = (String, Box<dyn Fn(&Scene)>);

/// A case of this name.
pub fn case(name: impl Into<String>, harm: impl Fn(&Scene) + 'static) -> Case {
    (name.into(), Box::new(harm))
}

/// Where in the history the hostile tree is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Place {
    /// The branch's tip.
    Tip,
    /// The tip of the branch that is merged.
    Other,
    /// Between two commits that are as they should be.
    Past,
}

/// A world whose repository has branches `main`, `other` and `first`.
pub struct Scene {
    pub world: World,
    pub maker: Maker,
    /// The first commit: the fabric, with nothing to sort.
    pub first: ObjectId,
    /// The last commit that is as it should be: a sync.
    pub synced: ObjectId,
}

/// The fabric of the first commit, in the folder `f`, beside other files.
pub fn fabric() -> Folder {
    let mut folder = Folder::new();
    put(&mut folder, "f/.hnp/manifest.yaml", file("version: '1.0'\nfabric_name: fabric\n"));
    put(&mut folder, "f/.hnp/crds/.gitkeep", file(""));
    put(&mut folder, "f/raw/.gitkeep", file(""));
    put(&mut folder, "f/raw/sub/.gitkeep", file(""));
    put(&mut folder, "f/unmanaged/.gitkeep", file(""));
    put(&mut folder, "f/managed/vpcs/web.yaml", file(vpc("web", "1")));
    NAMESPACES.iter().for_each(|(path, text)| put(&mut folder, format!("f/{path}"), file(*text)));
    put(&mut folder, "elsewhere/note.txt", file("a note\n"));
    folder
}

/// What the sync sorted, in the same words.
pub fn sorted() -> Folder {
    let mut folder = fabric();
    put(
        &mut folder,
        "f/managed/vpcs/db.yaml",
        file(vpc("db", "2").replace("1001", "1002").replace("10.0.1", "10.0.2")),
    );
    folder
}

impl Scene {
    /// A bare repository.
    pub fn bare() -> Self {
        Self::of(true)
    }

    /// A repository with a work tree, checked out as the last commit is.
    pub fn work_tree() -> Self {
        let scene = Self::of(false);
        scene.check_out();
        scene
    }

    /// Either, not checked out.
    pub fn of(is_bare: bool) -> Self {
        static MADE: OnceLock<(World, ObjectId, ObjectId)> = OnceLock::new();
        let (made, first, synced) = MADE.get_or_init(history);
        let world = World::new(is_bare);
        super::world::copy(&made.git_dir().join("objects"), &world.template_git_dir().join("objects"));
        fs::write(world.path("input/objects.yaml"), vpc("new", "3")).unwrap();
        fs::write(world.path("input/fab.yaml"), FAB).unwrap();
        let scene = Self { maker: Maker::new(&world.template_git_dir()), world, first: *first, synced: *synced };
        for (branch, commit) in [("main", *synced), ("first", *first)] {
            scene.name(branch, commit);
        }
        let mut other = sorted();
        put(&mut other, "elsewhere/other.txt", file("another note\n"));
        scene.name("other", scene.maker.commit(scene.maker.folder(&other), &[*first]));
        scene
    }

    /// Puts a branch somewhere.
    pub fn name(&self, branch: &str, commit: ObjectId) {
        let path = self.world.template_git_dir().join("refs/heads").join(branch);
        fs::write(path, format!("{commit}\n")).unwrap();
    }

    /// Has a tree in the history.
    pub fn hold(&self, tree: ObjectId, place: Place) {
        let hostile = self.maker.commit(tree, &[self.synced]);
        match place {
            Place::Tip => self.name("main", hostile),
            Place::Other => self.name("other", hostile),
            Place::Past => {
                let mut folder = sorted();
                put(&mut folder, "f/raw/web.yaml", file(vpc("web", "3")));
                self.name("main", self.maker.commit(self.maker.folder(&folder), &[hostile]));
            }
        }
    }

    /// Has the branch hold something to sort.
    pub fn drop_object(&self) -> Folder {
        let mut folder = sorted();
        put(&mut folder, "f/raw/web.yaml", file(vpc("web", "3")));
        put(&mut folder, "f/raw/note.txt", file("sort me out\n"));
        folder
    }

    /// Checks the tip out, with git, into the template, if it has a work tree.
    pub fn check_out(&self) {
        if self.world.is_bare() {
            return;
        }
        let mut git = sealed("git", &self.world.template());
        let ended = run(git.args(["reset", "--hard", "--quiet", "main"]));
        assert_eq!(ended.code, Some(0), "{ended:?}");
    }

    /// Every command, on this history.
    pub fn orders(&self) -> Vec<Order> {
        let main = self.world.template_git_dir().join("refs/heads/main");
        // Not all that stands there can be read.
        let is_ref = fs::metadata(&main).is_ok_and(|data| data.is_file() && data.len() < 1 << 20);
        let tip = if is_ref { fs::read_to_string(main).unwrap() } else { self.synced.to_string() };
        orders(&self.first.to_string(), tip.trim())
    }
}

/// What the installer would be told.
const FAB: &str = "apiVersion: fabricator.githedgehog.com/v1beta1\nkind: Fabricator\nmetadata:\n  name: default\n  \
                   namespace: fab\nspec:\n  config:\n    gateway:\n      enable: true\n";

/// The history that all scenes share: a fabric, an object dropped, and its sync.
fn history() -> (World, ObjectId, ObjectId) {
    let world = World::new(true);
    let maker = Maker::new(&world.template_git_dir());
    let first = maker.commit(maker.folder(&fabric()), &[]);
    let mut folder = fabric();
    put(&mut folder, "f/raw/db.yaml", file(vpc("db", "2").replace("1001", "1002").replace("10.0.1", "10.0.2")));
    let dropped = maker.commit(maker.folder(&folder), &[first]);
    fs::write(world.template_git_dir().join("refs/heads/main"), format!("{dropped}\n")).unwrap();
    let sync = orders("", "").into_iter().find(|order| order.args == ["sync"]).unwrap();
    let ran = world.run("the history that all share", &sync);
    assert_eq!((ran.code, &ran.faults[..]), (0, &[][..]), "{ran:?}");
    let tip = fs::read_to_string(world.git_dir().join("refs/heads/main")).unwrap();
    let synced = ObjectId::from_hex(tip.trim().as_bytes()).unwrap();
    assert_ne!(synced, dropped);
    (world, first, synced)
}

/// The tree of a folder that has more entries at a place than a folder can have: in git's order, or behind all others.
pub fn with_entries(
    maker: &Maker,
    mut folder: Folder,
    place: &str,
    extra: &[(&str, &[u8], ObjectId)],
    ordered: bool,
) -> ObjectId {
    if place.is_empty() {
        return entries(maker, &folder, extra, ordered);
    }
    let below = place.split('/').fold(&folder, |at, part| match at.get(part.as_bytes()) {
        Some(Thing::Folder(below)) => below,
        _ => panic!("{place} is a folder"),
    });
    let tree = entries(maker, below, extra, ordered);
    put(&mut folder, place, Thing::Made(TREE, tree));
    maker.folder(&folder)
}

fn entries(maker: &Maker, folder: &Folder, extra: &[(&str, &[u8], ObjectId)], ordered: bool) -> ObjectId {
    let mut all: Vec<(&str, &[u8], ObjectId)> = folder
        .iter()
        .map(|(name, thing)| match thing {
            Thing::File(bytes) => (FILE, name.as_slice(), maker.blob(bytes)),
            Thing::Made(mode, id) => (*mode, name.as_slice(), *id),
            Thing::Folder(below) => (TREE, name.as_slice(), maker.folder(below)),
        })
        .chain(extra.iter().copied())
        .collect();
    if ordered {
        // Git orders a folder's name as if a slash were its last byte.
        all.sort_by_key(|(mode, name, _)| [*name, if mode.ends_with("40000") { &b"/"[..] } else { b"" }].concat());
    }
    maker.tree(&all)
}

/// Puts a file into the repository that is made, whatever folder it takes.
pub fn put_file(path: &Path, bytes: impl AsRef<[u8]>) {
    fs::create_dir_all(path.parent().unwrap()).unwrap();
    fs::write(path, bytes).unwrap();
}

/// Brings an object and all that it leads to from one repository's loose objects to another's, what is missing or damaged aside.
pub fn bring(from: &Path, to: &Path, id: ObjectId) {
    let hex = id.to_string();
    let name = Path::new("objects").join(&hex[..2]).join(&hex[2..]);
    if !from.join(&name).exists() || to.join(&name).exists() {
        return;
    }
    fs::create_dir_all(to.join(&name).parent().unwrap()).unwrap();
    fs::copy(from.join(&name), to.join(&name)).unwrap();
    let store = gix::odb::loose::Store::at(from.join("objects"), gix::hash::Kind::Sha1);
    let mut buffer = Vec::new();
    let Ok(Some(found)) = store.try_find(&id, &mut buffer) else { return };
    match found.kind {
        gix::objs::Kind::Tree => {
            let mut rest = found.data.to_vec();
            while let Some(nul) = rest.iter().position(|byte| *byte == 0).filter(|nul| nul + 21 <= rest.len()) {
                bring(from, to, ObjectId::try_from(&rest[nul + 1..nul + 21]).unwrap());
                rest.drain(..nul + 21);
            }
        }
        gix::objs::Kind::Commit => bring(from, to, ObjectId::from_hex(&found.data[5..45]).unwrap()),
        _ => {}
    }
}
