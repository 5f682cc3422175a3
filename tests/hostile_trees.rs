//! Pushes that mean harm by their shape: names that git does not check out, links for folders, damaged trees and commits.

#![allow(clippy::unwrap_used, reason = "a test may unwrap")]
#![cfg(unix)]

#[path = "hostile/attack.rs"]
mod attack;
#[path = "hostile/made.rs"]
mod made;
mod push;
mod support;

use attack::{Attack, broken, fabric};
use made::{FILE, Folder, LINK, ObjectId, SUBMODULE, TREE, Thing, file, put};
use support::vpc;

/// Names that git never checks out, or that a file system takes for others.
const FORBIDDEN: [&[u8]; 11] = [
    b".git",
    b".GIT",
    b".Git",
    b"git~1",
    b".git ",
    b".git.",
    b".git::$INDEX_ALLOCATION",
    ".g\u{200c}it".as_bytes(),
    b"..",
    b".",
    b"",
];

#[test]
fn names_that_git_does_not_check_out_are_never_followed() {
    let attack = Attack::new();
    for name in FORBIDDEN {
        for (folder, is_folder) in [
            ("managed/vpcs", false),
            ("managed", true),
            ("raw", false),
            ("raw", true),
            ("", true),
            (".hnp/crds", false),
        ] {
            let mut tree = fabric();
            let inside = Folder::from([(b"bad.yaml".to_vec(), file(broken("bad")))]);
            let thing = if is_folder { Thing::Folder(inside) } else { file(broken("bad")) };
            match folder {
                "" => drop(tree.insert(name.to_vec(), thing)),
                folder => {
                    put(&mut tree, format!("{folder}/x"), file(""));
                    let at = folder.split('/').fold(&mut tree, |at, part| match at.get_mut(part.as_bytes()) {
                        Some(Thing::Folder(below)) => below,
                        _ => panic!("{folder} is a folder"),
                    });
                    at.remove(&b"x"[..]);
                    at.insert(name.to_vec(), thing);
                }
            }
            let outcome = attack.judge(attack.commit(&tree));
            // Below managed/ nothing may pass; elsewhere it may be left for a sync to refuse.
            assert!(!folder.starts_with("managed") || !outcome.is_in(), "{name:?} in {folder:?}: {outcome}");
        }
    }
}

#[test]
fn names_that_differ_by_letter_case_are_judged_each() {
    let attack = Attack::new();
    for names in
        [["vpcs/web.yaml", "vpcs/WEB.yaml"], ["vpcs/web.yaml", "VPCS/web.yaml"], ["vpcs/web.yaml", "vpcs/web.YAML"]]
    {
        let mut folder = fabric();
        put(&mut folder, format!("managed/{}", names[0]), file(vpc("web", "1")));
        put(&mut folder, format!("managed/{}", names[1]), file(broken("web")));
        let outcome = attack.push(attack.commit(&folder));
        assert_eq!(outcome.code(), Some(1), "{outcome}");
        assert!(outcome.said().contains(names[1]), "{outcome}");
    }
    let mut folder = fabric();
    put(&mut folder, "RAW/a.yaml", file(broken("a")));
    put(&mut folder, "Managed/vpcs/a.yaml", file(broken("a")));
    let outcome = attack.push(attack.commit(&folder));
    assert!(outcome.is_in(), "only raw/ and managed/ are folders of a fabric: {outcome}");
}

/// What can stand where a folder or file is expected.
fn impostors(attack: &Attack) -> Vec<(&'static str, Thing)> {
    let link = |target: &str| Thing::Made(LINK, attack.maker.blob(target.as_bytes()));
    vec![
        ("a link to a file of the server", link("/etc/passwd")),
        ("a link out", link("../../../../outside")),
        ("a link to itself", link(".")),
        ("a link that names nothing", link("")),
        ("a submodule", Thing::Made(SUBMODULE, attack.base)),
        ("a submodule of nothing", Thing::Made(SUBMODULE, attack.maker.missing())),
        ("a file", file("just a file\n")),
        ("an executable file", Thing::Made("100755", attack.maker.blob(b"#!/bin/sh\n"))),
        ("an entry of no known mode", Thing::Made("160755", attack.maker.blob(b"x"))),
        ("a folder", Thing::Folder(Folder::from([(b"x".to_vec(), file("x\n"))]))),
    ]
}

#[test]
fn links_and_submodules_in_the_places_of_folders_and_files_are_never_followed() {
    let attack = Attack::new();
    let places = [
        "raw",
        "managed",
        "unmanaged",
        ".hnp",
        ".hnp/manifest.yaml",
        ".hnp/crds",
        ".hnp/crds/x.yaml",
        "managed/vpcs",
        "managed/servers",
        "managed/vpcs/web.yaml",
        "managed/vpcs/kustomization.yaml",
        "raw/x.yaml",
        "raw/x",
        "raw/x.metadata",
        "unmanaged/x.yaml.metadata",
        "x.yaml",
    ];
    for place in places {
        for (what, thing) in impostors(&attack) {
            let mut folder = fabric();
            put(&mut folder, "managed/vpcs/bad.yaml", file(broken("bad")));
            put(&mut folder, place, thing);
            let outcome = attack.judge(attack.commit(&folder));
            // Where the broken VPC is still there, or its folder cannot be one, the push is refused.
            let replaced = ["managed", "managed/vpcs"].contains(&place) && what == "a folder";
            assert!(replaced || !outcome.is_in(), "{what} at {place}: {outcome}");
            assert!(!outcome.said().contains("root:"), "{what} at {place}: {outcome}");
        }
    }
}

#[test]
fn trees_with_entries_twice_or_out_of_order_are_answered() {
    let attack = Attack::new();
    let (good, bad) = (attack.maker.blob(vpc("web", "1").as_bytes()), attack.maker.blob(broken("web").as_bytes()));
    let vpcs = |entries: &[(&str, &[u8], ObjectId)]| {
        let mut folder = fabric();
        put(&mut folder, "managed/vpcs", Thing::Made(TREE, attack.maker.tree(entries)));
        attack.commit(&folder)
    };
    let twice = [
        vpcs(&[(FILE, b"web.yaml", good), (FILE, b"web.yaml", bad)]),
        vpcs(&[(FILE, b"web.yaml", bad), (FILE, b"web.yaml", good)]),
    ];
    let unsorted = vpcs(&[(FILE, b"z.yaml", bad), (FILE, b"a.yaml", good), (TREE, b"m", attack.maker.tree(&[]))]);
    for commit in twice.into_iter().chain([unsorted]) {
        for fsck in ["true", "false"] {
            attack.config("receive.fsckObjects", fsck);
            for outcome in [attack.push(commit), attack.judge(commit)] {
                assert!(!outcome.is_in(), "{outcome}");
            }
        }
    }
}

/// A folder whose entry at a place is this object, by this mode, whatever it is.
fn holding(attack: &Attack, place: &str, mode: &'static str, id: ObjectId) -> ObjectId {
    let mut folder = fabric();
    put(&mut folder, place, Thing::Made(mode, id));
    attack.commit(&folder)
}

const PLACES: [&str; 9] = [
    "raw",
    "managed",
    "managed/vpcs",
    "managed/vpcs/x.yaml",
    "raw/x.yaml",
    ".hnp",
    ".hnp/manifest.yaml",
    ".hnp/crds/x.yaml",
    "elsewhere",
];

#[test]
fn objects_that_are_missing_are_said_to_be_and_let_nothing_in() {
    let attack = Attack::new();
    for place in PLACES {
        for mode in [FILE, TREE] {
            let outcome = attack.judge(holding(&attack, place, mode, attack.maker.missing()));
            assert!(!outcome.is_in() || place == "elsewhere", "{mode} at {place}: {outcome}");
        }
    }
    for commit in [attack.maker.commit(attack.maker.missing(), &[attack.base]), attack.maker.missing()] {
        let outcome = attack.judge(commit);
        assert_eq!(outcome.code(), Some(3), "{outcome}");
    }
}

#[test]
fn objects_of_another_type_than_their_entry_says_let_nothing_in() {
    let attack = Attack::new();
    for place in PLACES {
        let (blob, tree) = (attack.maker.blob(vpc("x", "1").as_bytes()), attack.maker.tree(&[]));
        for (mode, id) in [(FILE, tree), (TREE, blob), (FILE, attack.base), (TREE, attack.base)] {
            let outcome = attack.judge(holding(&attack, place, mode, id));
            assert!(!outcome.is_in() || place == "elsewhere", "{mode} at {place}: {outcome}");
        }
    }
}

#[test]
fn damaged_trees_let_nothing_in() {
    let attack = Attack::new();
    let good = [b"100644 x.yaml\0".as_slice(), &[7; 20]].concat();
    let damaged: [&[u8]; 8] = [
        &good[..good.len() - 1],
        b"x",
        b"100644 x.yaml",
        b"\0",
        b"100644 \0",
        b" x\0aaaaaaaaaaaaaaaaaaaa",
        b"999999 x\0aaaaaaaaaaaaaaaaaaaa",
        &[0xff; 4096],
    ];
    for bytes in damaged {
        for place in ["", "raw", "managed", "managed/vpcs", ".hnp"] {
            let tree = attack.maker.raw_tree(bytes);
            let commit = match place {
                "" => attack.maker.commit(tree, &[attack.base]),
                place => holding(&attack, place, TREE, tree),
            };
            let outcome = attack.judge(commit);
            assert_eq!(outcome.code(), Some(3), "{bytes:?} at {place}: {outcome}");
        }
    }
}

#[test]
fn commits_that_are_none_let_nothing_in() {
    let attack = Attack::new();
    let tree = attack.maker.folder(&fabric());
    let texts: [String; 6] = [
        String::new(),
        "\n\n\n".to_owned(),
        format!("tree {}\n\n", attack.base),
        "tree deadbeef\n\n".to_owned(),
        format!("tree {tree}\nparent nothing\n\n"),
        format!("parent {}\ntree {tree}\n\n", attack.base),
    ];
    for text in texts {
        let outcome = attack.judge(attack.maker.raw_commit(text.as_bytes()));
        assert_eq!(outcome.code(), Some(3), "{text:?}: {outcome}");
    }
    for id in [tree, attack.maker.blob(b"x")] {
        let outcome = attack.judge(id);
        assert_eq!(outcome.code(), Some(3), "{outcome}");
    }
}

#[test]
fn a_commit_of_thousands_of_parents_is_judged_as_any_other() {
    let attack = Attack::new();
    let mut folder = fabric();
    let parents: Vec<ObjectId> = (0..3000)
        .map(|number| attack.maker.raw_commit(format!("tree {}\n\n{number}\n", attack.maker.tree(&[])).as_bytes()))
        .collect();
    let all = [&[attack.base], &parents[..], &[attack.base, attack.base]].concat();
    let good = attack.maker.commit(attack.maker.folder(&folder), &all);
    assert!(attack.judge(good).is_in());
    put(&mut folder, "managed/vpcs/bad.yaml", file(broken("bad")));
    let outcome = attack.push(attack.maker.commit(attack.maker.folder(&folder), &all));
    assert_eq!(outcome.code(), Some(1), "{outcome}");
}

#[test]
fn lines_that_git_would_never_write_let_nothing_in() {
    let attack = Attack::new();
    let (base, bad) = (attack.base, {
        let mut f = fabric();
        put(&mut f, "managed/vpcs/bad.yaml", file(broken("bad")));
        attack.commit(&f)
    });
    for lines in [
        format!("{base} {bad}\n"),
        format!("{base} {bad} \n"),
        format!("{base} {bad} refs/heads/../../main\n"),
        format!("{base} {bad} refs/heads/a b\n"),
        format!("{base} {bad} main\n"),
        format!("{base}  {bad} refs/heads/main\n"),
        format!("{base} {} refs/heads/main\n", &bad.to_string()[..12]),
        format!("{base} {bad}00000000000000000000000000 refs/heads/main\n"),
        format!("{base} --help refs/heads/main\n"),
        format!("{base} {bad} refs/heads/\u{1b}[31m\n"),
        format!("{base} {bad} refs/heads/main\r\n"),
        format!("{base} {bad} refs/heads/main\0\n"),
        "\n".to_owned(),
        "x".repeat(1 << 20),
    ] {
        let outcome = attack.judge_lines(&lines);
        assert!(!outcome.is_in(), "{:?}: {outcome}", &lines[..lines.len().min(200)]);
    }
}
