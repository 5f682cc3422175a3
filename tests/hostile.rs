//! Pushes that mean harm by what they say: they weaken no policy, steer no path, and what is shown of them is safe to show.
//!
//! Those that mean harm by their size are in `hostile_sizes.rs`.

#![allow(clippy::unwrap_used, reason = "a test may unwrap")]
#![cfg(unix)]

#[path = "hostile/attack.rs"]
mod attack;
#[path = "hostile/made.rs"]
mod made;
mod push;
mod support;

use attack::{Attack, Outcome, broken, fabric};
use made::{Folder, Thing, file, put};
use support::vpc;

/// The fabric with one more VPC, which breaks its schema, and with what is to help it in.
fn smuggled(helpers: &[(&str, &str)]) -> Folder {
    let mut folder = fabric();
    put(&mut folder, "managed/vpcs/bad.yaml", file(broken("bad")));
    for (path, text) in helpers {
        put(&mut folder, path, file(*text));
    }
    folder
}

fn is_refused_for(outcome: &Outcome, code: &str, path: &str) {
    assert_eq!(outcome.code(), Some(1), "{outcome}");
    let said = outcome.said();
    assert!(said.contains(code) && said.contains(path), "{code} at {path}: {outcome}");
}

/// A CRD as kubectl prints it, of this group, kind and plural, that takes anything.
fn crd(group: &str, kind: &str, plural: &str) -> String {
    format!(
        "apiVersion: apiextensions.k8s.io/v1\nkind: CustomResourceDefinition\nmetadata:\n  name: \"{plural}.{group}\"\n\
         spec:\n  group: {group}\n  scope: Namespaced\n  names:\n    kind: {kind}\n    plural: \"{plural}\"\n  versions:\n  \
         - name: v1beta1\n    served: true\n    storage: true\n    schema:\n      openAPIV3Schema:\n        type: object\n        \
         x-kubernetes-preserve-unknown-fields: true\n"
    )
}

const VPC: &str = "vpc.githedgehog.com";

#[test]
fn a_pushed_manifest_weakens_nothing() {
    let attack = Attack::new();
    for text in [
        "version: '1.0'\npolicy: { level: identity }\n",
        "version: '1.0'\npolicy: { level: identity, on-existing: refuse }\nruleset: { only: true }\n",
        "version: '1.0'\nsettings: { gateway: true, cumulus: true, celestica-sonic-plus: true }\n",
    ] {
        let outcome = attack.push(attack.commit(&smuggled(&[(".hnp/manifest.yaml", text)])));
        is_refused_for(&outcome, "schema-violation", "managed/vpcs/bad.yaml");
    }
}

#[test]
fn pushed_crds_that_take_anything_weaken_nothing() {
    let attack = Attack::new();
    for manifest in ["version: '1.0'\n", "version: '1.0'\nruleset: { only: true }\n"] {
        let crd = crd(VPC, "VPC", "vpcs");
        let helpers = [(".hnp/crds/all.yaml", crd.as_str()), (".hnp/manifest.yaml", manifest)];
        let outcome = attack.push(attack.commit(&smuggled(&helpers)));
        is_refused_for(&outcome, "schema-violation", "managed/vpcs/bad.yaml");
    }
}

#[test]
fn pushed_crds_steer_no_path() {
    let attack = Attack::new();
    let plurals = [
        "../../outside",
        "a/b",
        "a.b",
        ".git",
        "..",
        "",
        "vpcs\u{200b}",
        "ｖｐｃｓ",
        "VPCS",
        "-",
        "a\\nb",
        "a\\e[31m",
        "servers",
        "vpcs",
    ];
    for plural in plurals {
        let mut folder = fabric();
        put(&mut folder, ".hnp/crds/more.yaml", file(crd(VPC, "Steered", plural)));
        let object = vpc("thing", "1").replace("kind: VPC", "kind: Steered");
        put(&mut folder, "raw/thing.yaml", file(object));
        let outcome = attack.push(attack.commit(&folder));
        is_refused_for(&outcome, "bad-crds", ".hnp/crds/more.yaml");
    }
}

#[test]
fn pushed_crds_name_no_kind_that_no_cluster_takes() {
    let attack = Attack::new();
    let names = [
        ("wi\u{feff}g.githedgehog.com", "Rack"),
        ("UP.githedgehog.com", "Rack"),
        ("a..githedgehog.com", "Rack"),
        (VPC, "Ra\u{200b}ck"),
        (VPC, "\"Ra ck\""),
    ];
    for (group, kind) in names {
        let mut folder = fabric();
        for file_name in ["one", "two"] {
            put(&mut folder, format!(".hnp/crds/{file_name}.yaml"), file(crd(group, kind, "racks")));
        }
        let outcome = attack.push(attack.commit(&folder));
        is_refused_for(&outcome, "bad-crds", ".hnp/crds/one.yaml");
    }
}

#[test]
fn what_was_a_fabric_directory_is_judged_as_one_when_its_marks_are_pushed_away() {
    let attack = Attack::new();
    for gone in [&[".hnp"][..], &["raw"], &[".hnp", "raw"], &[".hnp", "raw", "unmanaged"]] {
        let mut folder = smuggled(&[]);
        for name in gone {
            folder.remove(name.as_bytes());
        }
        let outcome = attack.push(attack.commit(&folder));
        is_refused_for(&outcome, "schema-violation", "managed/vpcs/bad.yaml");
    }
}

#[test]
fn a_fabric_directory_around_another_hides_nothing_of_it() {
    for around in ["", "gitops", "gitops/hedgehog"] {
        let mut before = Folder::new();
        put(&mut before, "gitops/hedgehog/fabric", Thing::Folder(fabric()));
        let attack = Attack::on(&before);
        let mut after = Folder::new();
        put(&mut after, "gitops/hedgehog/fabric", Thing::Folder(smuggled(&[])));
        let mark = if around.is_empty() { String::new() } else { format!("{around}/") };
        put(&mut after, format!("{mark}.hnp/manifest.yaml"), file("version: '1.0'\n"));
        put(&mut after, format!("{mark}raw/.gitkeep"), file(""));
        let outcome = attack.push(attack.commit(&after));
        is_refused_for(&outcome, "schema-violation", "gitops/hedgehog/fabric/managed/vpcs/bad.yaml");
    }
}

/// Names that do something to terminals, to logs, or to those who read them.
const SHOWN: [&[u8]; 14] = [
    b"new\nline",
    b"return\rremote: let in",
    b"tab\there",
    b"\x1b[2J\x1b[31mred",
    b"\x1b]0;title\x07",
    b"bell\x07back\x08\x08\x08",
    b"del\x7f",
    "c1\u{9b}31m\u{85}".as_bytes(),
    "order\u{202e}lmay.\u{202c}".as_bytes(),
    "hidden\u{200b}\u{feff}\u{2066}\u{e0041}".as_bytes(),
    b"\xff\xfe\x80bytes",
    b"half\xe2\x80",
    b"quote\"back\\slash",
    b"remote: hhgit: let in",
];

#[test]
fn names_that_do_something_to_terminals_are_shown_safely() {
    let attack = Attack::new();
    for name in SHOWN {
        let mut folder = fabric();
        let at = |folder: &str, end: &str| [folder.as_bytes(), name, end.as_bytes()].concat();
        put(&mut folder, at("managed/vpcs/", ".yaml"), file(broken("bad")));
        put(&mut folder, at("managed/", "/bad.yaml"), file(broken("worse")));
        put(&mut folder, at("raw/", ".yaml"), file(broken("raw")));
        put(&mut folder, at("raw/", ".txt"), file("no YAML\n"));
        put(&mut folder, at("", ".yaml"), file(vpc("loose", "1")));
        let outcome = attack.push(attack.commit(&folder));
        is_refused_for(&outcome, "schema-violation", "managed/vpcs/");
    }
}

#[test]
fn what_documents_say_is_shown_safely() {
    let attack = Attack::new();
    for said in ["\\e[31m", "\\r\\nremote: let in", "\\x9b31m", "\\u202eabc", "\\u200b\\ufeff", "\\x7f\\x08", "\\0"] {
        for place in ["kind: \"VPC", "name: \"bad", "note: \"1", "vlan: \"1", "ipv4Namespace: \"1", "unknown\": \""] {
            let mut folder = fabric();
            let text = match place.split_once(':').unwrap().0 {
                "kind" => vpc("bad", "1").replace("kind: VPC", &format!("kind: \"VPC{said}\"")),
                "name" => vpc("bad", "1").replace("name: bad", &format!("name: \"bad{said}\"")),
                "note" => vpc("bad", &format!("1{said}")).replace("vlan: 1001", "vlan: none"),
                "vlan" => vpc("bad", "1").replace("vlan: 1001", &format!("vlan: \"{said}\"")),
                "ipv4Namespace" => vpc("bad", "1").replace("spec:", &format!("spec:\n  ipv4Namespace: \"{said}\"")),
                _ => vpc("bad", "1").replace("spec:", &format!("spec:\n  \"{said}\": 1")),
            };
            put(&mut folder, "managed/vpcs/bad.yaml", file(text.clone()));
            put(&mut folder, "raw/bad.yaml", file(text));
            put(
                &mut folder,
                ".hnp/manifest.yaml",
                file(format!("version: '1.0'\nfabric_name: \"{said}\"\n\"{said}\": 1\n")),
            );
            let outcome = attack.judge(attack.commit(&folder));
            assert_eq!(outcome.code(), Some(1), "{outcome}");
        }
    }
}

#[test]
fn names_of_branches_are_shown_safely() {
    let attack = Attack::new();
    for name in ["c1\u{9b}31m", "order\u{202e}niam", "hidden\u{200b}", "quote\"dollar$(id)`id`", "a;b&c|d'e", "--force"]
    {
        let outcome = attack.push_as(attack.commit(&smuggled(&[])), &format!("refs/heads/{name}"));
        is_refused_for(&outcome, "schema-violation", "managed/vpcs/bad.yaml");
    }
}
