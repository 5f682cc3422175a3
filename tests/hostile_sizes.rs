//! Pushes that mean harm by their size: the hook comes to an answer in bounded memory, and in the time it is given.
//!
//! Times and memory are printed, for `--nocapture` to show; memory is held to a bound, time is not, but for that which the hook is given.
//! `HHGIT_HOSTILE=all` asks for a million files too, and for each of the files that ask for much at each of the places.

#![allow(clippy::unwrap_used, clippy::print_stderr, reason = "a test may unwrap, and says what it saw")]
#![cfg(unix)]

#[path = "hostile/attack.rs"]
mod attack;
#[path = "hostile/made.rs"]
mod made;
mod push;
mod support;

use attack::{Attack, Outcome, broken, fabric};
use made::{FILE, ObjectId, TREE, Thing, file, put};
use support::vpc;

/// One byte less than the largest file that is read.
const LARGEST: usize = (16 << 20) - 1;

fn is_all() -> bool {
    std::env::var("HHGIT_HOSTILE").is_ok_and(|what| what == "all")
}

fn files() -> &'static [usize] {
    if is_all() { &[100_000, 1_000_000] } else { &[100_000] }
}

/// The first words of a refusal for want of time.
fn is_out_of_time(outcome: &Outcome) -> bool {
    outcome.code() == Some(3) && outcome.said().contains("hhgit.timeBudget")
}

/// A server that gives judging so little time that the tests end soon, unless all is asked for.
fn hurried() -> Attack {
    let attack = Attack::new();
    if !is_all() {
        attack.config("hhgit.timeBudget", "500ms");
    }
    attack
}

#[test]
fn a_hundred_thousand_tiny_files_are_answered() {
    for &count in files() {
        let attack = hurried();
        for folder in ["raw", "managed/vpcs", "elsewhere"] {
            let files = (0..count).map(|n| (format!("{folder}/{}/{n}.yaml", n % 100), format!("n: {n}\n")));
            let outcome = attack.judge(attack.import(&[], files)).print(&format!("{count} tiny files in {folder}"));
            assert!(outcome.is_in() || outcome.code() == Some(1) || is_out_of_time(&outcome), "{outcome}");
        }
    }
}

/// One folder of as many VPCs, in one pack. Git's fast-import goes over a whole folder for each name that is put into it: it is given small ones.
fn vpcs(attack: &Attack, count: usize) -> ObjectId {
    let files = (0..count).map(|n| (format!("vpcs/{}/v-{n}.yaml", n % 100), vpc(&format!("v-{n}"), "1")));
    let commit = attack.import(&[], files);
    let listed = attack.client.git(&["ls-tree", "-r", &format!("{commit}:vpcs")]);
    let entries: String = listed
        .lines()
        .map(|line| {
            let (object, path) = line.split_once('\t').unwrap();
            format!("{object}\t{}\n", path.split_once('/').unwrap().1)
        })
        .collect();
    let tree = attack.client.git_with(&["mktree"], entries.as_bytes());
    ObjectId::from_hex(tree.as_bytes()).unwrap()
}

#[test]
fn a_hundred_thousand_objects_are_answered() {
    let attack = hurried();
    let vpcs = vpcs(&attack, 100_000);
    for place in ["raw", "managed/vpcs"] {
        let mut folder = fabric();
        put(&mut folder, place, Thing::Made(TREE, vpcs));
        let commit = attack.commit(&folder);
        attack.judge(commit).print(&format!("100,000 VPCs in {place}"));
        if is_all() {
            let outcome = attack.push(commit).print(&format!("100,000 VPCs in {place}, pushed"));
            assert!(outcome.ran.is_some(), "{outcome}");
        }
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
    assert!(outcome.is_in() && outcome.said().contains("let in unjudged"), "{outcome}");
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
fn a_huge_file_is_never_read_whole() {
    const MUCH: u64 = 64 << 10;
    let attack = Attack::new();
    attack.config("hhgit.timeBudget", "1m");
    let (bytes, name) = if is_all() { (1 << 30, "1 GiB") } else { (1 << 28, "256 MiB") };
    let zeros = attack.server.beside("zeros");
    std::fs::File::create(&zeros).unwrap().set_len(bytes).unwrap();
    let fast = ["-c", "core.bigFileThreshold=1m", "-c", "core.compression=1"];
    let id = attack.client.git(&[&fast[..], &["hash-object", "-w", zeros.to_str().unwrap()]].concat());
    let id = ObjectId::from_hex(id.as_bytes()).unwrap();
    let with = |place| {
        let mut folder = fabric();
        put(&mut folder, place, Thing::Made(FILE, id));
        attack.commit(&folder)
    };
    for place in PLACES {
        let outcome = attack.judge(with(place)).print(&format!("{name} at {place}"));
        let took = outcome.ran.as_ref().and_then(|ran| ran.took);
        assert!(took.is_none_or(|took| took.peak <= MUCH), "{outcome}");
    }
    if is_all() {
        let outcome = attack.push(with("managed/vpcs/big.yaml")).print(&format!("{name}, pushed"));
        assert_eq!(outcome.code(), Some(1), "{outcome}");
    }
}

/// Files that are within the limits, and ask for much.
fn bombs() -> Vec<(&'static str, String)> {
    let largest = if is_all() { LARGEST } else { LARGEST >> 2 };
    let fill = |head: &str, unit: &str, tail: &str| {
        let count = (largest - head.len() - tail.len()) / unit.len();
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
        ("merge keys", merges[..merges.len().min(largest)].to_owned()),
        ("nested lists", fill("a: ", "[", "")),
        ("nested lists, closed", format!("a: {}{}\n", "[".repeat(largest / 2 - 3), "]".repeat(largest / 2 - 3))),
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

const BOMB_PLACES: [&str; 5] = [
    "raw/bomb.yaml",
    "managed/vpcs/bomb.yaml",
    ".hnp/manifest.yaml",
    ".hnp/crds/bomb.yaml",
    "managed/kustomization.yaml",
];

#[test]
fn files_that_ask_for_much_are_answered() {
    let attack = hurried();
    for (number, (what, text)) in bombs().into_iter().enumerate() {
        let id = attack.maker.blob(text.as_bytes());
        for (at, place) in BOMB_PLACES.into_iter().enumerate() {
            // Each place has its turn; that all of them take all is for who asks for it.
            if is_all() || number % BOMB_PLACES.len() == at {
                let mut folder = fabric();
                put(&mut folder, place, Thing::Made(FILE, id));
                attack.judge(attack.commit(&folder)).print(&format!("{what} ({} KiB) at {place}", text.len() >> 10));
            }
        }
    }
}

#[test]
fn many_files_that_ask_for_much_ask_for_no_more_together() {
    let attack = Attack::new();
    let list = |bytes: usize| attack.maker.blob(format!("a:\n{}", "- a\n".repeat(bytes / 4 - 1)).as_bytes());
    let (large, small) = (list(LARGEST), attack.maker.blob(format!("a: {}\n", "x".repeat(1 << 20)).as_bytes()));
    attack.config("hhgit.timeBudget", "1m");
    attack.config("hhgit.memoryBudget", "256MiB");
    for place in ["raw", "managed/vpcs", ".hnp/crds"] {
        let id = if place == ".hnp/crds" { small } else { large };
        let mut folder = fabric();
        (0..1000).for_each(|n| put(&mut folder, format!("{place}/{n}.yaml"), Thing::Made(FILE, id)));
        let outcome = attack.judge(attack.commit(&folder)).print(&format!("1,000 lists in {place}"));
        let words = if place == ".hnp/crds" { "bad-crds" } else { "hhgit.memoryBudget" };
        assert!(!outcome.is_in() && outcome.said().contains(words), "{outcome}");
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
    attack.config("hhgit.timeBudget", "1m");
    for (levels, is_pushed) in [(2_000, true), (3_000, true), (if is_all() { 100_000 } else { 12_000 }, false)] {
        let deep = deep(&attack, levels);
        for place in ["raw/d", "managed/d", "managed/vpcs/d", "unmanaged/d", ".hnp/crds/d", "elsewhere"] {
            let mut folder = fabric();
            put(&mut folder, place, Thing::Made(TREE, deep));
            let commit = attack.commit(&folder);
            let outcome = attack.judge(commit).print(&format!("{levels} levels at {place}"));
            // What git takes is judged, and only managed/ may not hold just anything.
            let may_be = levels == 2_000 && ["raw/d", "unmanaged/d", ".hnp/crds/d"].contains(&place);
            assert!(may_be || place == "elsewhere" || !outcome.is_in(), "{outcome}");
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
    let attack = hurried();
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
        assert!(place == "elsewhere" || !outcome.is_in(), "{outcome}");
    }
    attack.judge(attack.maker.commit(bomb, &[attack.base])).print("ten billion files, and no fabric directory");
}

#[test]
fn a_push_of_thousands_of_refs_is_answered() {
    let attack = Attack::new();
    attack.config("hhgit.timeBudget", "1m");
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
    attack.config("hhgit.timeBudget", "1s");
    attack.judge_lines(&each).print("3,000 new branches, each of another tree");
}
