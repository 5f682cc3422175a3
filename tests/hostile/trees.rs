//! Trees that git would refuse or mangle: by the names in them, by their modes, by what their entries are, by their number.
#![allow(dead_code, unreachable_pub, reason = "each test uses its own part of this")]

use super::made::{FILE, Folder, LINK, Maker, ObjectId, SUBMODULE, TREE, Thing, file, put};
use super::scene::{sorted, with_entries};
use super::support::vpc;

/// A hostile tree, and what it is called.
pub struct Case {
    pub name: String,
    pub tree: ObjectId,
}

/// Names that git never checks out, that a file system takes for others, or that mean something to a program.
pub const NAMES: [&[u8]; 62] = [
    b".git",
    b".GIT",
    b".Git",
    b".git.",
    b".git..",
    b".git ",
    b".git. .",
    b"git~1",
    b"GIT~1",
    b"git~2",
    ".g\u{200c}it".as_bytes(),
    "\u{200d}.git".as_bytes(),
    ".gi\u{feff}t".as_bytes(),
    ".git\u{206a}".as_bytes(),
    b".git::$INDEX_ALLOCATION",
    b".git:$I30:$INDEX_ALLOCATION",
    b".git:x",
    b".git\\config",
    b"..",
    b".",
    b"",
    b"...",
    b".. ",
    b"a/b.yaml",
    b"../../outside.yaml",
    b"/etc/passwd",
    b".git/config",
    b"a\\b.yaml",
    b"..\\..\\x.yaml",
    b"C:",
    b"C:x.yaml",
    b"c:\\x.yaml",
    b"CON",
    b"con.yaml",
    b"NUL",
    b"AUX.yaml",
    b"COM1",
    b"LPT1.yaml",
    b"CONIN$",
    b"x.yaml.",
    b"x.yaml ",
    b"x.yaml::$DATA",
    b".gitmodules",
    b".GITMODULES",
    b"gitmod~1",
    b".gitattributes",
    b".gitignore",
    b"-x.yaml",
    b"--upload-pack=x",
    b"-",
    b"~root",
    b"*.yaml",
    b"$(id).yaml",
    b"`id`.yaml",
    b";id;.yaml",
    b"\n.yaml",
    b"\x1b[31m\x07.yaml",
    "\u{202e}lmay.x".as_bytes(),
    b"\xff\xfe.yaml",
    b"HEAD",
    b"config",
    b"hooks",
];

/// Folders in which such names are put.
pub const PLACES: [&str; 9] =
    ["", "f", "f/raw", "f/raw/sub", "f/managed", "f/managed/vpcs", "f/unmanaged", "f/.hnp", "f/.hnp/crds"];

/// Names that must not be there beside what is: twice, or differing by case or Unicode form.
fn collisions() -> Vec<(&'static str, Vec<u8>)> {
    vec![
        ("f/managed/vpcs", b"web.yaml".to_vec()),
        ("f/managed/vpcs", b"WEB.yaml".to_vec()),
        ("f/managed", b"vpcs".to_vec()),
        ("f/managed", b"VPCS".to_vec()),
        ("f", b"raw".to_vec()),
        ("f", b"RAW".to_vec()),
        ("f", b"managed".to_vec()),
        ("f", b"Managed".to_vec()),
        ("f", b".hnp".to_vec()),
        ("f", b".HNP".to_vec()),
        ("f", b"unmanaged".to_vec()),
        ("f/.hnp", b"manifest.yaml".to_vec()),
        ("f/.hnp", b"Manifest.yaml".to_vec()),
        ("", b"f".to_vec()),
        ("", b"F".to_vec()),
        ("f/raw", b".gitkeep".to_vec()),
        ("f/raw", b"sub".to_vec()),
    ]
}

/// Modes that are none, or not the ones that they seem.
const MODES: [&str; 16] = [
    "100664", "100600", "0", "777777", "040001", "040000", "0100644", "00100644", "40755", "120777", "160644", "20000",
    "60000", "140000", "100", "177777",
];

/// What a link may lead to.
const TARGETS: [&str; 10] =
    ["/etc/passwd", "/", "../../../../../../etc", "..", ".", "../.git", "../../sentinel", "raw", "managed/vpcs", ""];

/// Entries whose place is a folder's or a file's that means something.
const SEATS: [&str; 12] = [
    "f",
    "f/raw",
    "f/managed",
    "f/managed/vpcs",
    "f/managed/vpcs/web.yaml",
    "f/unmanaged",
    "f/.hnp",
    "f/.hnp/manifest.yaml",
    "f/.hnp/crds",
    "f/.hnp/crds/x.yaml",
    "f/raw/x.yaml",
    "f/unmanaged/x.yaml.metadata",
];

/// Every hostile tree that is small.
pub fn cases(maker: &Maker) -> Vec<Case> {
    [names(maker), collided(maker), modes(maker), links(maker), kinds(maker)].into_iter().flatten().collect()
}

/// A thing for an entry: by turns a file, a folder that could be a repository, a link, a submodule.
fn thing(maker: &Maker, turn: usize) -> (&'static str, ObjectId) {
    match turn % 4 {
        0 => (FILE, maker.blob(vpc("thing", "1").as_bytes())),
        1 => {
            let mut folder = Folder::new();
            put(&mut folder, "config", file("[core]\n\tfsmonitor = /bin/false\n"));
            put(&mut folder, "HEAD", file("ref: refs/heads/main\n"));
            put(&mut folder, "hooks/post-index-change", file("#!/bin/sh\nexit 1\n"));
            put(&mut folder, "thing.yaml", file(vpc("thing", "1")));
            (TREE, maker.folder(&folder))
        }
        2 => (LINK, maker.blob(b"../../sentinel/file")),
        _ => (SUBMODULE, maker.missing()),
    }
}

/// Each name in each place, by turns as each kind of thing.
fn names(maker: &Maker) -> Vec<Case> {
    let long =
        [vec![b'a'; 255], vec![b'a'; 256], vec![b'b'; 4096], b"e\xcc\x81.yaml".to_vec(), b"\xc3\xa9.yaml".to_vec()];
    let all: Vec<Vec<u8>> = NAMES.iter().map(|name| name.to_vec()).chain(long).collect();
    let mut cases = Vec::new();
    for (at, name) in all.iter().enumerate() {
        for (turn, place) in PLACES.iter().enumerate() {
            let (mode, id) = thing(maker, at + turn);
            let tree = with_entries(maker, with_raw(), place, &[(mode, name, id)], true);
            cases.push(Case { name: format!("{:?} in {place:?} as {mode}", String::from_utf8_lossy(name)), tree });
        }
    }
    cases
}

/// What is there once more, in order and out of it.
fn collided(maker: &Maker) -> Vec<Case> {
    let mut cases = Vec::new();
    for (turn, (place, name)) in collisions().into_iter().enumerate() {
        for ordered in [true, false] {
            for kind in 0..3 {
                let (mode, id) = thing(maker, kind);
                let extra = [(mode, name.as_slice(), id), (FILE, name.as_slice(), maker.blob(b"a: 1\n"))];
                let extra = &extra[..1 + (turn + kind) % 2];
                let tree = with_entries(maker, with_raw(), place, extra, ordered);
                let how = if ordered { "in order" } else { "out of order" };
                let name = String::from_utf8_lossy(&name);
                cases.push(Case { name: format!("{name:?} in {place:?} again as {mode}, {how}"), tree });
            }
        }
    }
    let twice = [
        ("e\u{301}.yaml", "\u{e9}.yaml"),
        ("x.yaml", "X.YAML"),
        ("ss.yaml", "\u{df}.yaml"),
        ("k.yaml", "\u{212a}.yaml"),
    ];
    for (one, two) in twice {
        for place in ["f/raw", "f/managed/vpcs", "f/unmanaged"] {
            let ids = [maker.blob(vpc("one", "1").as_bytes()), maker.blob(vpc("one", "2").as_bytes())];
            let extra = [(FILE, one.as_bytes(), ids[0]), (FILE, two.as_bytes(), ids[1])];
            let tree = with_entries(maker, with_raw(), place, &extra, true);
            cases.push(Case { name: format!("{one} and {two} in {place}"), tree });
        }
    }
    cases
}

/// Each mode on a file and on a folder, where objects, files to be sorted and everything else are.
fn modes(maker: &Maker) -> Vec<Case> {
    let mut cases = Vec::new();
    for mode in MODES {
        for (turn, place) in
            ["f/raw", "f/managed/vpcs", "f/.hnp/crds", "f/unmanaged", "", "f/managed"].iter().enumerate()
        {
            let (_, id) = thing(maker, turn % 2);
            let tree = with_entries(maker, with_raw(), place, &[(mode, b"odd.yaml", id)], true);
            cases.push(Case { name: format!("mode {mode} in {place:?}"), tree });
        }
    }
    cases
}

/// Links and submodules in each seat.
fn links(maker: &Maker) -> Vec<Case> {
    let mut cases = Vec::new();
    for (turn, seat) in SEATS.iter().enumerate() {
        for (number, target) in TARGETS.iter().enumerate() {
            // Some targets in each seat, and all targets in some.
            if (turn + number) % 3 == 0 || *seat == "f/raw" {
                let link = Thing::Made(LINK, maker.blob(target.as_bytes()));
                cases.push(seated(maker, seat, link, &format!("a link to {target:?}")));
            }
        }
        cases.push(seated(maker, seat, Thing::Made(SUBMODULE, maker.missing()), "a submodule"));
        let long = Thing::Made(LINK, maker.blob(&vec![b'/'; 1 << 20]));
        cases.push(seated(maker, seat, long, "a link of a mebibyte"));
    }
    cases
}

/// Objects of another kind than the mode says, or missing, or the empty ones, in each seat.
fn kinds(maker: &Maker) -> Vec<Case> {
    let commit = maker.commit(maker.folder(&Folder::new()), &[]);
    let mut cases = Vec::new();
    for seat in SEATS {
        for (mode, id, what) in [
            (FILE, maker.folder(&Folder::new()), "a folder for a file"),
            (TREE, maker.blob(b"a: 1\n"), "a file for a folder"),
            (FILE, commit, "a commit for a file"),
            (TREE, commit, "a commit for a folder"),
            (TREE, maker.raw_tree(b"100644 x"), "a folder that is cut off"),
            (TREE, maker.raw_tree(b""), "an empty folder"),
            (FILE, maker.missing(), "a missing file"),
            (TREE, maker.missing(), "a missing folder"),
            (FILE, ObjectId::null(gix::hash::Kind::Sha1), "no file"),
            (TREE, ObjectId::null(gix::hash::Kind::Sha1), "no folder"),
            ("100755", maker.blob(b"#!/bin/sh\nexit 1\n"), "a program"),
        ] {
            cases.push(seated(maker, seat, Thing::Made(mode, id), what));
        }
    }
    cases
}

fn seated(maker: &Maker, seat: &str, thing: Thing, what: &str) -> Case {
    let mut folder = with_raw();
    put(&mut folder, seat, thing);
    Case { name: format!("{what} at {seat}"), tree: maker.folder(&folder) }
}

/// The fabric with something to sort.
fn with_raw() -> Folder {
    let mut folder = sorted();
    put(&mut folder, "f/raw/web.yaml", file(vpc("web", "3")));
    put(&mut folder, "f/raw/sub/note.txt", file("sort me out\n"));
    folder
}
