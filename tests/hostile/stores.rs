//! Repositories whose git directory is what means harm: objects that lie about themselves, packs, refs, HEAD, files that lead elsewhere.
#![allow(
    dead_code,
    unreachable_pub,
    clippy::unwrap_used,
    reason = "each test uses its own part of this; a test may unwrap"
)]

use std::fs;
use std::os::unix::fs::symlink;

use super::bytes::{Packed, Part, change, put_loose, put_loose_bytes, put_pack, zlib};
use super::made::{FILE, ObjectId, TREE, Thing, put};
use super::scene::{Case, Scene, case, put_file};

/// All of them.
pub fn cases() -> Vec<Case> {
    [super::alternates::cases(), names(), refs(), heads(), packed_refs(), liars(), packs(), changes(), files()]
        .into_iter()
        .flatten()
        .collect()
}

/// An id that stands for nothing but the place it is put in.
pub fn id(number: u8) -> ObjectId {
    ObjectId::from_bytes_or_panic(&[0xee ^ number; 20])
}

fn names() -> Vec<Case> {
    let names: [&[u8]; 16] = [
        b"--upload-pack=x",
        b"-",
        b"-c",
        b"--output=sentinel",
        b"a\x1b[31m\x07b",
        b"a\nb",
        b"..",
        b"a..b",
        b"a.lock",
        b"@{-1}",
        b"a b",
        b"\xff\xfe",
        "order\u{202e}niam".as_bytes(),
        b"$(id)",
        b"HEAD",
        b"main.lock",
    ];
    let mut cases = Vec::new();
    for name in names {
        for head in [false, true] {
            let shown = String::from_utf8_lossy(name).into_owned();
            cases.push(case(format!("a branch {shown:?}, HEAD: {head}"), move |scene: &Scene| {
                use std::os::unix::ffi::OsStrExt;
                let git_dir = scene.world.template_git_dir();
                let path = git_dir.join("refs/heads").join(std::ffi::OsStr::from_bytes(name));
                if !path.exists() {
                    put_file(&path, format!("{}\n", scene.synced));
                }
                if head {
                    put_file(&git_dir.join("HEAD"), [b"ref: refs/heads/", name, b"\n"].concat());
                }
            }));
        }
    }
    cases
}

/// What stands in the file of the branch.
fn refs() -> Vec<Case> {
    let mut cases = Vec::new();
    for (name, text) in [
        ("empty", String::new()),
        ("no id", "x".repeat(40)),
        ("a short id", "abc\n".to_owned()),
        ("itself", "ref: refs/heads/main\n".to_owned()),
        ("a loop", "ref: refs/heads/other\n".to_owned()),
        ("another", "ref: refs/heads/first\n".to_owned()),
        ("a path", "ref: ../../sentinel/file\n".to_owned()),
        ("HEAD", "ref: HEAD\n".to_owned()),
        ("a missing object", format!("{}\n", id(0))),
        ("no object", format!("{}\n", "0".repeat(40))),
        ("a mebibyte", "a".repeat(1 << 20)),
        ("escapes", "ref: refs/heads/\x1b[31m\n".to_owned()),
        ("an option", "ref: --upload-pack=x\n".to_owned()),
    ] {
        cases.push(case(format!("main is {name}"), move |scene: &Scene| {
            let heads = scene.world.template_git_dir().join("refs/heads");
            put_file(&heads.join("main"), &text);
            if text.contains("other") {
                put_file(&heads.join("other"), "ref: refs/heads/main\n");
            }
        }));
    }
    cases
}

fn heads() -> Vec<Case> {
    let mut cases = Vec::new();
    for (name, text) in [
        ("empty", String::new()),
        ("itself", "ref: HEAD\n".to_owned()),
        ("a path outside", "ref: ../sentinel/file\n".to_owned()),
        ("an absolute path", "ref: /etc/passwd\n".to_owned()),
        ("refs outside", "ref: refs/heads/../../../sentinel/file\n".to_owned()),
        ("unborn", "ref: refs/heads/nothing\n".to_owned()),
        ("a tag", "ref: refs/tags/v1\n".to_owned()),
        ("an option", "ref: refs/heads/--exec=x\n".to_owned()),
        ("a missing commit", format!("{}\n", id(1))),
        ("escapes", "ref: refs/heads/\x1b]0;x\x07\n".to_owned()),
        ("binary", "\0\u{1}\u{2}".to_owned()),
        ("a mebibyte", format!("ref: refs/heads/{}\n", "a".repeat(1 << 20))),
    ] {
        cases.push(case(format!("HEAD is {name}"), move |scene: &Scene| {
            put_file(&scene.world.template_git_dir().join("HEAD"), &text);
        }));
    }
    for (name, target) in [("the sentinel", "../sentinel/file"), ("a loop", "HEAD")] {
        cases.push(case(format!("HEAD is a link to {name}"), move |scene: &Scene| {
            let head = scene.world.template_git_dir().join("HEAD");
            fs::remove_file(&head).unwrap();
            symlink(target, head).unwrap();
        }));
    }
    cases
}

fn packed_refs() -> Vec<Case> {
    let mut cases = Vec::new();
    let good = |scene: &Scene| format!("{} refs/heads/packed\n", scene.first);
    for (name, head, tail) in [
        ("cut off", "", "abcdef"),
        ("a wrong header", "# pack-refs with: peeled \x1b[31m\n", ""),
        (
            "out of order",
            "# pack-refs with: peeled fully-peeled sorted \n",
            "0000000000000000000000000000000000000000 refs/heads/a\n",
        ),
        ("names outside", "", "eeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeee ../../sentinel/file\n"),
        ("names like options", "", "eeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeee refs/heads/--output=x\n"),
        ("escapes", "", "eeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeee refs/heads/\x1b[31m\n"),
        ("no line's end", "", "eeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeee refs/heads/z"),
        ("peeled nothing", "^eeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeee\n", ""),
        ("nothing but zeros", "\0\0\0\0", "\0\0"),
    ] {
        cases.push(case(format!("packed-refs: {name}"), move |scene: &Scene| {
            let text = format!("{head}{}{tail}", good(scene));
            put_file(&scene.world.template_git_dir().join("packed-refs"), text);
        }));
    }
    cases.push(case("packed-refs: 200,000 branches", move |scene: &Scene| {
        let lines: String = (0..200_000).map(|n| format!("{} refs/heads/n{n:06}\n", scene.first)).collect();
        let text = format!("# pack-refs with: peeled fully-peeled sorted \n{lines}");
        put_file(&scene.world.template_git_dir().join("packed-refs"), text);
    }));
    cases
}

/// What stands in the way of what reads it: raw/, an object's file, the manifest, CRDs, and folders.
pub const FILES: [&str; 7] = [
    "f/raw/x.yaml",
    "f/raw/x.txt",
    "f/managed/vpcs/x.yaml",
    "f/.hnp/manifest.yaml",
    "f/.hnp/crds/x.yaml",
    "f/unmanaged/x.yaml.metadata",
    "x.yaml",
];

/// Has a commit with this object in each place of a file.
pub fn hold_file(scene: &Scene, id: ObjectId) {
    let mut folder = scene.drop_object();
    FILES.iter().for_each(|path| put(&mut folder, path, Thing::Made(FILE, id)));
    let tree = scene.maker.folder(&folder);
    scene.hold(tree, super::scene::Place::Tip);
}

/// Has a commit with this object in the place of a folder below raw/ and elsewhere.
pub fn hold_folder(scene: &Scene, id: ObjectId) {
    let mut folder = scene.drop_object();
    ["f/raw/sub", "f/managed/odd", "f/unmanaged/odd", "f/.hnp/crds", "odd"]
        .iter()
        .for_each(|path| put(&mut folder, path, Thing::Made(TREE, id)));
    let tree = scene.maker.folder(&folder);
    scene.hold(tree, super::scene::Place::Tip);
}

fn liars() -> Vec<Case> {
    let mut cases = Vec::new();
    let headers: [(&str, &[u8]); 12] = [
        ("a size too small", b"blob 1\0"),
        ("a size too large", b"blob 100\0"),
        ("a size of a terabyte", b"blob 1099511627776\0"),
        ("a size of 15 exbibytes", b"blob 17293822569102704640\0"),
        ("a size past 64 bits", b"blob 99999999999999999999999\0"),
        ("a negative size", b"blob -1\0"),
        ("no size", b"blob \0"),
        ("no kind", b"\0"),
        ("an unknown kind", b"blob\x1b[31m 5\0"),
        ("no end", b"blob 5"),
        ("a tree of a terabyte", b"tree 1099511627776\0"),
        ("a commit of a terabyte", b"commit 1099511627776\0"),
    ];
    for (name, header) in headers {
        cases.push(case(format!("a loose object of {name}"), move |scene: &Scene| {
            put_loose(&scene.world.template_git_dir(), id(2), &[Part::Bytes([header, b"a: 1\n"].concat())]);
            if header.starts_with(b"tree") {
                hold_folder(scene, id(2));
            } else if header.starts_with(b"commit") {
                scene.name("main", id(2));
            } else {
                hold_file(scene, id(2));
            }
        }));
    }
    let streams: [(&str, Vec<u8>); 5] = [
        ("nothing", Vec::new()),
        ("no stream", b"blob 5\0a: 1\n".to_vec()),
        ("half a stream", zlib(&[Part::Bytes(b"blob 5\0a: 1\n".to_vec())])[..9].to_vec()),
        ("a wrong checksum", {
            let mut bytes = zlib(&[Part::Bytes(b"blob 5\0a: 1\n".to_vec())]);
            *bytes.last_mut().unwrap() ^= 1;
            bytes
        }),
        ("a preset dictionary", vec![0x78, 0xbb, 0, 0, 0, 0, 0]),
    ];
    for (name, bytes) in streams {
        cases.push(case(format!("a loose object of {name}"), move |scene: &Scene| {
            put_loose_bytes(&scene.world.template_git_dir(), id(3), &bytes);
            hold_file(scene, id(3));
        }));
    }
    cases
}

fn packs() -> Vec<Case> {
    vec![
        case("a pack: an entry of a terabyte", |scene| {
            let entry = Packed::Whole(3, 1 << 40, vec![Part::Bytes(b"a: 1\n".to_vec())]);
            put_pack(&scene.world.template_git_dir(), &[(id(4), entry)]);
            hold_file(scene, id(4));
        }),
        case("a pack: a tree of a terabyte", |scene| {
            let entry = Packed::Whole(2, 1 << 40, vec![Part::Bytes(b"a: 1\n".to_vec())]);
            put_pack(&scene.world.template_git_dir(), &[(id(4), entry)]);
            hold_folder(scene, id(4));
        }),
        case("a pack: a change of itself", |scene| {
            let bytes = change(5, 5);
            let entry = Packed::Change(id(4), bytes.len() as u64, vec![Part::Bytes(bytes)]);
            put_pack(&scene.world.template_git_dir(), &[(id(4), entry)]);
            hold_file(scene, id(4));
        }),
        case("a pack: changes of each other", |scene| {
            let entry = |base| {
                let bytes = change(5, 5);
                Packed::Change(base, bytes.len() as u64, vec![Part::Bytes(bytes)])
            };
            put_pack(&scene.world.template_git_dir(), &[(id(4), entry(id(5))), (id(5), entry(id(4)))]);
            hold_file(scene, id(4));
        }),
        case("a pack: a change of what is before the pack", |scene| {
            let bytes = change(5, 5);
            let entry = Packed::Before(1 << 40, bytes.len() as u64, vec![Part::Bytes(bytes)]);
            put_pack(&scene.world.template_git_dir(), &[(id(4), entry)]);
            hold_file(scene, id(4));
        }),
        case("a pack: a change of nothing", |scene| {
            let bytes = change(5, 5);
            let entry = Packed::Before(0, bytes.len() as u64, vec![Part::Bytes(bytes)]);
            put_pack(&scene.world.template_git_dir(), &[(id(4), entry)]);
            hold_file(scene, id(4));
        }),
        case("a pack: a kind that is none", |scene| {
            put_pack(&scene.world.template_git_dir(), &[(id(4), Packed::Whole(5, 5, vec![Part::Bytes(vec![1; 5])]))]);
            hold_file(scene, id(4));
        }),
    ]
}

/// Changes that claim much, or that stand in a long row, and indexes that are none.
fn changes() -> Vec<Case> {
    let blob = |bytes: &[u8]| Packed::Whole(3, bytes.len() as u64, vec![Part::Bytes(bytes.to_vec())]);
    let mut cases = Vec::new();
    for to in [1u64 << 30, 1 << 40, u64::MAX >> 2] {
        cases.push(case(format!("a pack: a change that claims {to} bytes"), move |scene: &Scene| {
            let mut bytes = change(5, 5);
            bytes.truncate(1);
            bytes.extend(&change(5, to.min(1 << 24))[1..]);
            let bytes = [super::bytes::number(5), super::bytes::number(to), bytes[2..].to_vec()].concat();
            let entry = Packed::Change(id(5), bytes.len() as u64, vec![Part::Bytes(bytes)]);
            put_pack(&scene.world.template_git_dir(), &[(id(5), blob(b"a: 1\n")), (id(4), entry)]);
            hold_file(scene, id(4));
        }));
    }
    cases.push(case("a pack: 5,000 changes in a row", move |scene: &Scene| {
        let numbered = |n: u32| ObjectId::from_bytes_or_panic(&[&n.to_be_bytes()[..], &[9; 16]].concat());
        let mut entries = vec![(numbered(0), blob(b"a: 1\n"))];
        for n in 1..5000 {
            let bytes = change(5, 5);
            entries.push((numbered(n), Packed::Change(numbered(n - 1), bytes.len() as u64, vec![Part::Bytes(bytes)])));
        }
        put_pack(&scene.world.template_git_dir(), &entries);
        hold_file(scene, numbered(4999));
    }));
    for (name, bytes) in
        [("of nothing", vec![]), ("of zeros", vec![0; 4096]), ("of its head alone", b"\xfftOc\0\0\0\x02".to_vec())]
    {
        cases.push(case(format!("a pack: an index {name}"), move |scene: &Scene| {
            let pack = scene.world.template_git_dir().join("objects/pack");
            put_file(&pack.join(format!("pack-{}.pack", id(6))), "PACK\0\0\0\x02\0\0\0\0");
            put_file(&pack.join(format!("pack-{}.idx", id(6))), &bytes);
            put_file(&pack.join("multi-pack-index"), &bytes);
        }));
    }
    cases
}

fn files() -> Vec<Case> {
    let git_file = |name: &str, file: &'static str, text: &'static str| {
        case(format!("{file}: {name}"), move |scene: &Scene| {
            put_file(&scene.world.template_git_dir().join(file), text);
        })
    };
    vec![
        git_file("leads outside", "commondir", "../sentinel\n"),
        git_file("leads to itself", "commondir", ".\n"),
        git_file("leads nowhere", "commondir", "/nonexistent\n"),
        git_file("no text", "commondir", "\0\u{1}\x1b"),
        git_file("damaged", "shallow", "not an id\n"),
        git_file("missing commits", "shallow", "eeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeee\n"),
        git_file("grafts", "info/grafts", "eeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeee\n"),
        git_file("damaged", "index", "DIRC\0\0\0\x02\x7f\x7f\x7f\x7f"),
        git_file("damaged", "objects/info/commit-graph", "CGPH\x01\x01\x01\0"),
        git_file("another's", "hhgit/known", "not a folder\n"),
        case("hhgit leads outside", |scene| {
            symlink("../sentinel", scene.world.template_git_dir().join("hhgit")).unwrap();
        }),
        case("objects/pack leads outside", |scene| {
            let pack = scene.world.template_git_dir().join("objects/pack");
            for entry in fs::read_dir(&pack).unwrap() {
                let path = entry.unwrap().path();
                fs::rename(&path, scene.world.path("sentinel").join(path.file_name().unwrap())).unwrap();
            }
            fs::remove_dir(&pack).unwrap();
            symlink("/nonexistent", pack).unwrap();
        }),
        case("a replaced commit", |scene| {
            let git_dir = scene.world.template_git_dir();
            put_file(&git_dir.join(format!("refs/replace/{}", scene.synced)), format!("{}\n", scene.first));
        }),
    ]
}
