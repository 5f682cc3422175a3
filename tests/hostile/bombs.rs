//! Repositories that are small and unpack to much: streams, changes, and trees that name one tree over and over.
#![allow(
    dead_code,
    unreachable_pub,
    clippy::unwrap_used,
    reason = "each test uses its own part of this; a test may unwrap"
)]

use super::bytes::{Packed, Part, change, put_loose, put_pack};
use super::made::{FILE, ObjectId, TREE, Thing, put};
use super::scene::{Case, Place, Scene, case};
use super::stores::{hold_file, hold_folder, id};

/// All of them; the streams unpack to so many bytes.
pub fn cases(bytes: u64) -> Vec<Case> {
    [streams(bytes), commits(bytes), folders(bytes), nests()].into_iter().flatten().collect()
}

/// What a file unpacks to: a line of a comment, spaces, zeros, line breaks, an endless list.
fn texts(bytes: u64) -> Vec<(&'static str, Vec<Part>)> {
    let over = |unit: &[u8]| Part::Over(unit.to_vec(), bytes / unit.len() as u64);
    vec![
        ("zeros", vec![over(b"\0")]),
        ("a comment", vec![Part::Bytes(b"#".to_vec()), over(b"x")]),
        ("comments", vec![over(b"# xxxxx\n")]),
        ("separators", vec![over(b"---\n")]),
        ("a list", vec![Part::Bytes(b"a:\n".to_vec()), over(b"- a\n")]),
    ]
}

fn length(parts: &[Part]) -> u64 {
    let one = |part: &Part| match part {
        Part::Bytes(bytes) => bytes.len() as u64,
        Part::Over(bytes, times) => bytes.len() as u64 * times,
    };
    parts.iter().map(one).sum()
}

fn loose(scene: &Scene, kind: &str, mut parts: Vec<Part>) {
    parts.insert(0, Part::Bytes(format!("{kind} {}\0", length(&parts)).into_bytes()));
    put_loose(&scene.world.template_git_dir(), id(7), &parts);
}

fn streams(bytes: u64) -> Vec<Case> {
    let mut cases = Vec::new();
    for at in 0..texts(bytes).len() {
        let name = texts(0)[at].0;
        cases.push(case(format!("{bytes} bytes of {name}, loose"), move |scene: &Scene| {
            loose(scene, "blob", texts(bytes).swap_remove(at).1);
            hold_file(scene, id(7));
        }));
        cases.push(case(format!("{bytes} bytes of {name}, packed"), move |scene: &Scene| {
            let parts = texts(bytes).swap_remove(at).1;
            put_pack(&scene.world.template_git_dir(), &[(id(7), Packed::Whole(3, length(&parts), parts))]);
            hold_file(scene, id(7));
        }));
    }
    cases.push(case(format!("a change that makes {bytes} bytes"), move |scene: &Scene| {
        let base = vec![b'#'; 1 << 16];
        let bytes = change(1 << 16, bytes);
        let whole = Packed::Whole(3, 1 << 16, vec![Part::Bytes(base)]);
        let entry = Packed::Change(id(8), bytes.len() as u64, vec![Part::Bytes(bytes)]);
        put_pack(&scene.world.template_git_dir(), &[(id(8), whole), (id(7), entry)]);
        hold_file(scene, id(7));
    }));
    cases
}

fn commits(bytes: u64) -> Vec<Case> {
    let header = |scene: &Scene| {
        let tree = scene.maker.folder(&scene.drop_object());
        let who = "Tester <tester@localhost> 1700000000 +0000";
        format!("tree {tree}\nparent {}\nauthor {who}\ncommitter {who}\n", scene.synced)
    };
    let commit = move |name: &str, head: &'static str, unit: &'static str| {
        case(format!("a commit of {bytes} bytes of {name}"), move |scene: &Scene| {
            let head = Part::Bytes(format!("{}{head}", header(scene)).into_bytes());
            loose(scene, "commit", vec![head, Part::Over(unit.into(), bytes / unit.len() as u64)]);
            scene.name("main", id(7));
        })
    };
    let mut cases = vec![
        commit("words", "\nhhgit: sync 1 object\n\n", "x"),
        commit("trailers", "\nhhgit: sync 1 object\n\n", "Hhgit-Fabric: a\n"),
        commit("headers", "", "x-header: a very odd one\n"),
        commit("a signature", "gpgsig a\n", " aaaaaaaaaaaaaaaaaaaaaaa\n"),
    ];
    cases.push(case(format!("a tag of {bytes} bytes"), move |scene: &Scene| {
        let head = format!("object {}\ntype commit\ntag v\n\n", scene.synced);
        loose(scene, "tag", vec![Part::Bytes(head.into_bytes()), Part::Over(b"x".to_vec(), bytes)]);
        scene.name("main", id(7));
        scene.name("other", id(7));
    }));
    cases
}

/// Folders of very many entries in a very small file.
fn folders(bytes: u64) -> Vec<Case> {
    let mut cases = Vec::new();
    for (name, mode) in [("files", FILE), ("folders", TREE)] {
        cases.push(case(format!("a folder of {bytes} bytes of {name}"), move |scene: &Scene| {
            let blob = scene.maker.blob(b"a: 1\n");
            let inside = if mode == TREE { scene.maker.tree(&[(FILE, b"a.yaml", blob)]) } else { blob };
            // At most 32 bytes go over and over.
            let name: &[u8] = b"b";
            let entry = [mode.as_bytes(), b" ", name, b"\0", inside.as_slice()].concat();
            loose(scene, "tree", vec![Part::Over(entry.clone(), bytes / entry.len() as u64)]);
            hold_folder(scene, id(7));
        }));
    }
    cases
}

/// Folders that hold one folder over and over, and folders in each other.
fn nests() -> Vec<Case> {
    let seats = ["f/raw/sub", "f/managed/odd", "f/managed/vpcs/odd", "f/unmanaged/odd", "f/.hnp/crds/odd", "odd"];
    let mut cases = Vec::new();
    for seat in seats {
        for (levels, width) in [(10usize, 10usize), (30, 2), (2, 3000)] {
            cases.push(case(format!("{levels} levels of {width} folders at {seat}"), move |scene: &Scene| {
                let leaf = scene.maker.tree(&[(FILE, b"x.yaml", scene.maker.blob(b"a: 1\n"))]);
                let names: Vec<String> = (0..width).map(|n| format!("d{n:04}")).collect();
                let bomb = (0..levels).fold(leaf, |below, _| {
                    scene.maker.tree(&names.iter().map(|name| (TREE, name.as_bytes(), below)).collect::<Vec<_>>())
                });
                seat_folder(scene, seat, bomb);
            }));
        }
        for levels in [2_000, 20_000] {
            cases.push(case(format!("{levels} folders in each other at {seat}"), move |scene: &Scene| {
                let leaf = scene.maker.tree(&[(FILE, b"x.yaml", scene.maker.blob(b"a: 1\n"))]);
                let mut entries = Vec::new();
                let mut below = leaf;
                for _ in 0..levels {
                    let tree = [b"40000 d\0".as_slice(), below.as_slice()].concat();
                    below = gix::objs::compute_hash(gix::hash::Kind::Sha1, gix::objs::Kind::Tree, &tree).unwrap();
                    entries.push((below, Packed::Whole(2, tree.len() as u64, vec![Part::Bytes(tree)])));
                }
                put_pack(&scene.world.template_git_dir(), &entries);
                seat_folder(scene, seat, below);
            }));
        }
    }
    cases
}

/// Has the branch's tip hold a folder there.
pub fn seat_folder(scene: &Scene, seat: &str, tree: ObjectId) {
    let mut folder = scene.drop_object();
    put(&mut folder, seat, Thing::Made(TREE, tree));
    scene.hold(scene.maker.folder(&folder), Place::Tip);
}
