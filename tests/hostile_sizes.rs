//! Pushes that mean harm by their size: the hook comes to an answer in bounded memory, and in the time it is given.
//!
//! Times and memory are printed, for `--nocapture` to show; memory is held to a bound, time is not, but for that which the hook is given.
//! `HHGIT_HOSTILE=all` asks for a million files too.

#![allow(clippy::unwrap_used, reason = "a test may unwrap")]
#![cfg(unix)]

#[path = "hostile/attack.rs"]
mod attack;
#[path = "hostile/made.rs"]
mod made;
mod push;
mod support;

use attack::{Attack, Outcome, broken, fabric};
use made::{FILE, Folder, ObjectId, TREE, Thing, file, put};
use support::vpc;

/// One byte less than the largest file that is read.
const LARGEST: usize = (16 << 20) - 1;

fn files() -> Vec<usize> {
    match std::env::var("HHGIT_HOSTILE").as_deref() {
        Ok("all") => vec![100_000, 1_000_000],
        _ => vec![100_000],
    }
}

/// The first words of a refusal for want of time.
fn is_out_of_time(outcome: &Outcome) -> bool {
    outcome.code() == Some(3) && outcome.said().contains("hhgit.timeBudget")
}

#[test]
fn a_hundred_thousand_tiny_files_are_answered() {
    for count in files() {
        for folder in ["raw", "managed/vpcs", "elsewhere"] {
            let attack = Attack::new();
            let commit =
                attack.import(&[], (0..count).map(|n| (format!("{folder}/{}/{n}.yaml", n % 100), format!("n: {n}\n"))));
            attack.judge(commit).print(&format!("{count} tiny files in {folder}"));
        }
    }
}

#[test]
fn a_hundred_thousand_objects_are_answered() {
    for folder in ["raw", "managed/vpcs"] {
        let attack = Attack::new();
        let commit =
            attack.import(&[], (0..100_000).map(|n| (format!("{folder}/v-{n}.yaml"), vpc(&format!("v-{n}"), "1"))));
        let outcome = attack.push(commit).print(&format!("100,000 VPCs in {folder}"));
        assert!(outcome.ran.is_some(), "{outcome}");
    }
}

#[test]
fn a_push_past_its_time_is_refused_or_let_in_as_the_server_says() {
    let attack = Attack::new();
    let commit =
        attack.import(&[], (0..20_000).map(|n| (format!("managed/vpcs/v-{n}.yaml"), vpc(&format!("v-{n}"), "1"))));
    attack.config("hhgit.timeBudget", "1ms");
    let outcome = attack.push(commit).print("20,000 VPCs in 1 ms");
    assert!(is_out_of_time(&outcome), "{outcome}");
    attack.config("hhgit.pastTimeBudget", "allow");
    let outcome = attack.push(commit).print("20,000 VPCs in 1 ms, and then let in");
    assert!(outcome.is_in() && outcome.said().contains("hhgit.timeBudget"), "{outcome}");
}

/// The places where a file is read for what it says.
const PLACES: [&str; 9] = [
    "raw/big.yaml",
    "raw/big.txt",
    "raw/big.txt.metadata",
    "managed/vpcs/big.yaml",
    "managed/kustomization.yaml",
    ".hnp/manifest.yaml",
    ".hnp/crds/big.yaml",
    "unmanaged/big.yaml.metadata",
    "big.yaml",
];

#[test]
fn a_file_of_a_gigabyte_is_never_read_whole() {
    let attack = Attack::new();
    let zeros = attack.server.beside("zeros");
    std::fs::File::create(&zeros).unwrap().set_len(1 << 30).unwrap();
    let id = attack.client.git(&["-c", "core.bigFileThreshold=1m", "hash-object", "-w", zeros.to_str().unwrap()]);
    let id = ObjectId::from_hex(id.as_bytes()).unwrap();
    for place in PLACES {
        let mut folder = fabric();
        put(&mut folder, place, Thing::Made(FILE, id));
        attack.judge(attack.commit(&folder)).print(&format!("1 GiB at {place}"));
    }
    let mut folder = fabric();
    put(&mut folder, "managed/vpcs/big.yaml", Thing::Made(FILE, id));
    let outcome = attack.push(attack.commit(&folder)).print("1 GiB, pushed");
    assert!(!outcome.is_in(), "{outcome}");
}

/// Files that are within the limits, and ask for much.
fn bombs() -> Vec<(&'static str, String)> {
    let fill = |head: &str, unit: &str, tail: &str| {
        let count = (LARGEST - head.len() - tail.len()) / unit.len();
        format!("{head}{}{tail}", unit.repeat(count))
    };
    let head = vpc("bomb", "1");
    let mut laughs = String::from("a0: &a0 [lol, lol, lol, lol, lol, lol, lol, lol, lol]\n");
    for n in 1..20 {
        let aliases = vec![format!("*a{}", n - 1); 9].join(", ");
        laughs.push_str(&format!("a{n}: &a{n} [{aliases}]\n"));
    }
    let merges: String = (0..200_000).map(|n| format!("- <<: *m\n  k{n}: 1\n")).collect();
    let merges =
        format!("m: &m {{{}}}\nl:\n{merges}", (0..1000).map(|n| format!("x{n}: 1")).collect::<Vec<_>>().join(", "));
    let keys: String = (0..1_000_000).map(|n| format!("k{n}: 1\n")).collect();
    vec![
        ("aliases of aliases", laughs),
        ("merge keys", merges[..merges.len().min(LARGEST)].to_owned()),
        ("nested lists", fill("a: ", "[", "")),
        ("nested lists, closed", format!("a: {}{}\n", "[".repeat(LARGEST / 2 - 3), "]".repeat(LARGEST / 2 - 3))),
        ("nested mappings", fill("", "{a: ", "")),
        ("nested blocks", (0..5000).map(|n| format!("{}a:\n", " ".repeat(n))).collect()),
        ("one list", fill("a: [", "a,", "]\n")),
        ("one block list", fill("a:\n", "- a\n", "")),
        ("empty items", fill("a:\n", "-\n", "")),
        ("a million keys", keys),
        ("one key over and over", fill("", "a: 1\n", "")),
        ("tiny documents", fill("", "---\na\n", "")),
        ("separators", fill("", "---\n", "")),
        ("bad separators", fill("", "---x\n", "")),
        ("one scalar", fill("a: ", "x", "\n")),
        ("one folded scalar", fill("a: >\n", "  x\n", "")),
        ("one quoted scalar", fill("a: \"", "\\n", "\"\n")),
        ("one number", fill("a: ", "9", "\n")),
        ("line breaks", fill("", "\n", "")),
        ("comments", fill("", "#\n", "")),
        ("anchors", fill("", "- &a a\n", "")),
        (
            "labels of a VPC",
            head.replace("  annotations:", &format!("  annotations:\n    big: \"{}\"", "x".repeat(8 << 20))),
        ),
        (
            "subnets of a VPC",
            format!(
                "{head}{}",
                (0..150_000)
                    .map(|n| format!("    s{n}:\n      subnet: 10.0.1.0/24\n      vlan: none\n"))
                    .collect::<String>()
            ),
        ),
        ("VPCs", (0..60_000).map(|n| format!("---\n{}", vpc(&format!("v-{n}"), "1"))).collect()),
        ("broken VPCs", (0..60_000).map(|n| format!("---\n{}", broken(&format!("v-{n}")))).collect()),
    ]
}

#[test]
fn files_that_ask_for_much_are_answered() {
    for (what, text) in bombs() {
        let attack = Attack::new();
        let id = attack.maker.blob(text.as_bytes());
        for place in [
            "raw/bomb.yaml",
            "managed/vpcs/bomb.yaml",
            ".hnp/manifest.yaml",
            ".hnp/crds/bomb.yaml",
            "managed/kustomization.yaml",
        ] {
            let mut folder = fabric();
            put(&mut folder, place, Thing::Made(FILE, id));
            attack.judge(attack.commit(&folder)).print(&format!("{what} ({} KiB) at {place}", text.len() >> 10));
        }
    }
}

#[test]
fn many_files_that_ask_for_much_ask_for_no_more_together() {
    let attack = Attack::new();
    let id = attack.maker.blob(format!("a:\n{}", "- a\n".repeat(LARGEST / 4 - 1)).as_bytes());
    for place in ["raw", "managed/vpcs", ".hnp/crds"] {
        let mut folder = fabric();
        (0..1000).for_each(|n| put(&mut folder, format!("{place}/{n}.yaml"), Thing::Made(FILE, id)));
        attack.judge(attack.commit(&folder)).print(&format!("1,000 lists of 16 MiB in {place}"));
    }
}

/// A folder in a folder in a folder, so many of them, with a file in the last.
fn deep(attack: &Attack, levels: usize) -> ObjectId {
    let inside = attack.maker.tree(&[(FILE, b"bad.yaml", attack.maker.blob(broken("bad").as_bytes()))]);
    (0..levels).fold(inside, |below, _| attack.maker.tree(&[(TREE, b"d", below)]))
}

#[test]
fn trees_of_many_levels_are_answered_without_running_out_of_stack() {
    let attack = Attack::new();
    attack.client.git(&["config", "core.maxTreeDepth", "1000000"]);
    for (levels, is_pushed) in [(2_000, true), (3_000, true), (20_000, false), (100_000, false)] {
        let deep = deep(&attack, levels);
        for place in ["raw/d", "managed/d", "managed/vpcs/d", "unmanaged/d", ".hnp/crds/d", "elsewhere"] {
            let mut folder = fabric();
            put(&mut folder, place, Thing::Made(TREE, deep));
            let commit = attack.commit(&folder);
            let outcome = attack.judge(commit).print(&format!("{levels} levels at {place}"));
            assert!(place == "elsewhere" || !outcome.is_in() || place == "unmanaged/d", "{outcome}");
            if is_pushed && place == "managed/d" {
                assert!(!attack.push(commit).is_in());
            }
        }
        let around = attack.maker.commit(deep, &[attack.base]);
        attack.judge(around).print(&format!("{levels} levels, and no fabric directory"));
    }
}

#[test]
fn trees_that_hold_themselves_over_and_over_are_answered() {
    let attack = Attack::new();
    let leaf = attack.maker.tree(&[(FILE, b"x.yaml", attack.maker.blob(b"a: 1\n"))]);
    let names: Vec<String> = (0..10).map(|n| format!("d{n}")).collect();
    // Ten to the power of ten files, in ten objects.
    let bomb = (0..10).fold(leaf, |below, _| {
        attack.maker.tree(&names.iter().map(|name| (TREE, name.as_bytes(), below)).collect::<Vec<_>>())
    });
    for place in ["raw/d", "managed/d", "managed/vpcs/d", "unmanaged/d", ".hnp/crds/d", "elsewhere"] {
        let mut folder = fabric();
        put(&mut folder, place, Thing::Made(TREE, bomb));
        let outcome = attack.judge(attack.commit(&folder)).print(&format!("ten billion files at {place}"));
        assert!(place == "elsewhere" || place == "unmanaged/d" || !outcome.is_in(), "{outcome}");
    }
    attack.judge(attack.maker.commit(bomb, &[attack.base])).print("ten billion files, and no fabric directory");
}

#[test]
fn a_push_of_thousands_of_refs_is_answered() {
    let attack = Attack::new();
    let good = attack.commit(&fabric());
    let mut bad = fabric();
    put(&mut bad, "managed/vpcs/bad.yaml", file(broken("bad")));
    let bad = attack.commit(&bad);
    let none = "0".repeat(40);
    let line = |n: usize, id: ObjectId| format!("{none} {id} refs/heads/branch-{n}\n");
    let same: String = (0..20_000).map(|n| line(n, good)).collect();
    let outcome = attack.judge_lines(&same).print("20,000 new branches of one tree");
    assert!(outcome.is_in(), "{outcome}");
    let outcome = attack.judge_lines(&(same + &line(20_000, bad))).print("20,000 new branches, and a bad one");
    assert_eq!(outcome.code(), Some(1), "{outcome}");
    let all: String = (0..20_000).map(|n| line(n, bad)).collect();
    let outcome = attack.judge_lines(&all).print("20,000 bad branches of one tree");
    assert_eq!(outcome.code(), Some(1), "{outcome}");
    let each: String = (0..3_000)
        .map(|n| {
            let mut folder = fabric();
            put(&mut folder, "raw/note.txt", file(format!("{n}\n")));
            line(n, attack.commit(&folder))
        })
        .collect();
    attack.judge_lines(&each).print("3,000 new branches, each of another tree");
}
