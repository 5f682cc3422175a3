//! What `hhgit log` tells of one object, one file and one fabric, and of a word that means none of them.

#![cfg(unix)]
#![allow(clippy::unwrap_used, reason = "a test may unwrap")]

#[path = "log/story.rs"]
mod story;
mod support;

use story::{Story, begun, vpc};
use support::{Ended, TempRepo};

/// A VPC's life with everything in it.
fn lived() -> Story {
    let mut story = begun();
    story.push("push-2", "Ada", "Another VLAN", &[("f/fabric-1/raw/web.yaml", &vpc("web", 1003))]);
    story.push("edit", "Ada", "No, this one", &[("f/fabric-1/raw/web.yaml", &vpc("web", 1004))]);
    story.rename("rename", "Grace", "A better name", "f/fabric-1/raw/web.yaml", "f/fabric-1/raw/shop.yaml");
    story.sync("sync-2", &[]);
    story.git_commit("revert", &["revert", "--no-edit", "HEAD"]);
    story.sync("sync-3", &[]);
    let fix = vpc("web", 1005);
    story.push("hand", "Eve", "Quick fix", &[("f/fabric-1/managed/vpcs/web.yaml", &fix)]);
    story.push("comment", "Eve", "Say why", &[("f/fabric-1/managed/vpcs/web.yaml", &format!("# why\n{fix}"))]);
    story.remove("removal", "Grace", "web is gone", "f/fabric-1/managed/vpcs/web.yaml");
    story.sync("retry", &["--retry", "f/fabric-1/unmanaged/shop.yaml"]);
    story
}

/// What is told of it.
const LIFE: &str = "\
VPC/web of f/fabric-1 on main at <retry>: 12 operations, newest first

<retry>  sync --retry=f/fabric-1/unmanaged/shop.yaml  2023-11-14 22:13:20 +0000
  added again: managed/vpcs/web.yaml, from unmanaged/shop.yaml

<removal>  by hand  2023-11-14 22:13:20 +0000
  by Grace: web is gone
  removed: managed/vpcs/web.yaml

<comment>  by hand  2023-11-14 22:13:20 +0000
  by Eve: Say why
  rewritten, same value: managed/vpcs/web.yaml

<hand>  by hand  2023-11-14 22:13:20 +0000
  by Eve: Quick fix
  updated: managed/vpcs/web.yaml
    spec.subnets.default.vlan: 1001 -> 1005

<sync-3>  sync  2023-11-14 22:13:20 +0000
  pushed by Tester: Revert \"hhgit: sync 1 object into fabric-1\" (<revert>)
  to unmanaged: unmanaged/shop.yaml, from raw/shop.yaml: reverted

<revert>  by hand  2023-11-14 22:13:20 +0000
  by Tester: Revert \"hhgit: sync 1 object into fabric-1\"
  updated: managed/vpcs/web.yaml
    spec.subnets.default.vlan: 1004 -> 1001
  put into raw: raw/shop.yaml

<sync-2>  sync  2023-11-14 22:13:20 +0000
  pushed by Grace: A better name (<rename>)
  updated: managed/vpcs/web.yaml, from raw/shop.yaml
    spec.subnets.default.vlan: 1001 -> 1004

<rename>  by hand  2023-11-14 22:13:20 +0000
  by Grace: A better name
  moved: raw/shop.yaml, before in raw/web.yaml

<edit>  by hand  2023-11-14 22:13:20 +0000
  by Ada: No, this one
  edited: raw/web.yaml
    spec.subnets.default.vlan: 1003 -> 1004

<push-2>  by hand  2023-11-14 22:13:20 +0000
  by Ada: Another VLAN
  put into raw: raw/web.yaml

<sync-1>  sync  2023-11-14 22:13:20 +0000
  pushed by Ada: Two VPCs for the shop (<push-1>)
  added: managed/vpcs/web.yaml, from raw/net.yaml, document 1, lines 1-9

<push-1>  by hand  2023-11-14 22:13:20 +0000
  by Ada: Two VPCs for the shop
  put into raw: raw/net.yaml, document 1, lines 1-9
";

#[test]
fn an_object_is_told_from_the_raw_file_it_came_in_to_where_it_is() {
    assert_eq!(lived().told(&["VPC/web"]), LIFE);
}

#[test]
fn an_object_has_many_names() {
    let story = begun();
    for same in ["vpcs/web", "vpc/default/web", "managed/vpcs/web.yaml", "vpcs/web.yaml"] {
        let (asked, named) = (story.told(&[same]), story.told(&["VPC/web"]));
        assert_eq!(asked, named, "{same}");
    }
}

#[test]
fn a_file_is_told_through_all_that_it_held() {
    let story = begun();
    let told = "\
f/fabric-1/raw/net.yaml on main at <sync-1>: 2 operations, newest first

<sync-1>  sync  2023-11-14 22:13:20 +0000
  pushed by Ada: Two VPCs for the shop (<push-1>)
  added: VPC/db, VPC/web
  to unmanaged: VCP/oops from raw/net.yaml, document 3, lines 21-24: unknown-kind

<push-1>  by hand  2023-11-14 22:13:20 +0000
  by Ada: Two VPCs for the shop
  put into raw: VCP/oops, VPC/db, VPC/web
";
    for named in ["f/fabric-1/raw/net.yaml", "raw/net.yaml", "./f/fabric-1/raw/net.yaml"] {
        assert_eq!(story.told(&[named]), told, "{named}");
    }
    let notes = "\
f/fabric-1/unmanaged/notes.txt on main at <sync-1>: 1 operation

<sync-1>  sync  2023-11-14 22:13:20 +0000
  pushed by Ada: Two VPCs for the shop (<push-1>)
  to unmanaged: raw/notes.txt: not-yaml
";
    assert_eq!(story.told(&["f/fabric-1/unmanaged/notes.txt"]), notes);
}

#[test]
fn a_path_that_an_object_lay_at_once_is_told_as_a_path() {
    let mut story = begun();
    story.rename("there", "Eve", "Tidy", "f/fabric-1/managed/vpcs/web.yaml", "f/fabric-1/managed/vpcs/w.yaml");
    story.rename("back", "Eve", "Tidy", "f/fabric-1/managed/vpcs/w.yaml", "f/fabric-1/managed/vpcs/web.yaml");
    assert_eq!(
        story.told(&["f/fabric-1/managed/vpcs/w.yaml"]),
        "\
f/fabric-1/managed/vpcs/w.yaml on main at <back>: 2 operations, newest first

<back>  sync --repair  2023-11-14 22:13:20 +0000
  by Eve: Tidy
  moved: VPC/web: managed/vpcs/w.yaml -> managed/vpcs/web.yaml
  repaired: managed/vpcs/w.yaml (misplaced)

<there>  by hand  2023-11-14 22:13:20 +0000
  by Eve: Tidy
  moved: VPC/web: managed/vpcs/web.yaml -> managed/vpcs/w.yaml
"
    );
}

#[test]
fn a_fabric_is_told_alone_by_its_path_or_its_name() {
    let mut story = Story::begin(&["f/fabric-1", "f/fabric-2"]);
    for (n, label) in [("1", "one"), ("2", "two")] {
        let path = format!("f/fabric-{n}/raw/x.yaml");
        story.push(&format!("push-{n}"), "Ada", label, &[(&path, &vpc(label, 1001))]);
        story.sync(&format!("sync-{n}"), &[]);
    }
    let told = "\
f/fabric-2 on main at <sync-2>: 2 operations, newest first

<sync-2>  sync  2023-11-14 22:13:20 +0000
  pushed by Ada: two (<push-2>)
  added: VPC/two

<begin-2>  init  2023-11-14 22:13:20 +0000
  by Tester: hhgit: init fabric-2
  repaired: 18 missing folders, the missing manifest
";
    for named in ["f/fabric-2", "fabric-2", "f/fabric-2/", "./f/fabric-2"] {
        assert_eq!(story.told(&[named]), told, "{named}");
    }
    let narrowed = story.told(&["--fabric", "f/fabric-2", "-n", "1"]);
    assert_eq!(
        narrowed,
        "\
main at <sync-2>: the last operation

<sync-2>  sync  2023-11-14 22:13:20 +0000
  pushed by Ada: two (<push-2>)
  fabric-2 (f/fabric-2)
    added: VPC/two

note: Older operations are not shown; -n N shows more, --verbose all.
"
    );
}

#[test]
fn a_word_that_means_nothing_is_a_usage_error_that_says_what_there_is() {
    let story = begun();
    let refused = |word: &str| {
        let Ended { code, stdout, stderr } = story.ended(&[word]);
        assert_eq!((code, stdout.as_str()), (Some(2), ""), "{word}: {stderr}");
        stderr
    };
    let nothing =
        |word: &str| format!("error: \"{word}\" names no fabric directory, object or file in the history of main; ");
    assert_eq!(refused("VPC/wob"), format!("{}did you mean VPC/web?\n", nothing("VPC/wob")));
    assert_eq!(refused("vpcs/bd"), format!("{}did you mean vpcs/db?\n", nothing("vpcs/bd")));
    assert_eq!(refused("fabric-2"), format!("{}did you mean fabric-1?\n", nothing("fabric-2")));
    let there_is = "give one of the fabrics (fabric-1 (f/fabric-1)), an object as VPC/web or vpcs/web, or a path from the \
                    repository's root\n";
    for word in ["Server/web-1", "no/such/file.yaml", "../x", "", "-"] {
        assert_eq!(refused(word), format!("{}{there_is}", nothing(word)));
    }
    let outside = TempRepo::work_tree();
    outside.commit_all(&[("README.md", "hello\n")]);
    let ended = support::hhgit(outside.dir(), &["log", "README.md"]);
    assert_eq!(ended.code, Some(2));
    assert_eq!(
        ended.stderr,
        "error: README.md lies in no fabric directory, so hhgit does nothing to it; git log -- README.md tells its history\n"
    );
    assert_eq!(support::hhgit(outside.dir(), &["log"]).code, Some(3), "there is no fabric to tell of");
    assert_eq!(story.ended(&["-n", "0"]).code, Some(2));
    assert_eq!(story.ended(&["--rev", "nope"]).code, Some(2));
    assert_eq!(story.ended(&["--output", "sarif"]).code, Some(2));
}

#[test]
fn a_word_that_means_nothing_in_a_shallow_clone_is_not_known_there() {
    let mut story = begun();
    story.push("push-2", "Ada", "Another", &[("f/fabric-1/raw/new.yaml", &vpc("new", 1100))]);
    for word in ["nothere", "VPC/web:3", "VPC/wob", "f/fabric-1/raw/no.yaml"] {
        assert_eq!(
            story.refused_in_clone(&["--depth=1"], &[word]),
            format!(
                "error: nothing called \"{word}\" is known here: the history of main is cut off at <push-2>, as this clone \
                 is shallow; git fetch --unshallow brings the rest\n"
            )
        );
    }
    for word in ["VPC/new", "VCP/oops", "raw/new.yaml", "fabric-1"] {
        let told = story.told_in_clone(&["--depth=1"], &[word]);
        assert!(told.contains(": nothing was done\n\nnote: History ends at "), "{told}");
    }
}

#[test]
fn the_objects_of_the_real_repository_are_told() {
    let Some(bundle) = support::real_history() else { return };
    let mut story = Story::real(&bundle);
    assert_eq!(
        story.told(&["Switch/leaf-01"]),
        "\
Switch/leaf-01 of gitops/hedgehog/fabric-1 on main at f6d7490: 3 operations, newest first

8dbf91f  by hand  2025-08-01 07:28:04 -0700
  by afewell-hh: Remove prepop.yaml from root after moving to raw/
  taken away: prepop.yaml, document 4, lines 23-38

8c9fc05  by hand  2025-08-01 07:28:03 -0700
  by afewell-hh: Move prepop.yaml to raw/ for ingestion
  put into raw: raw/prepop.yaml, document 4, lines 23-38

d8ebda7  by hand  2025-07-16 13:20:48 -0700
  by afewell-hh: Create prepop.yaml
  laid loose: prepop.yaml, document 4, lines 23-38
"
    );
    story.sync("sync", &[]);
    let objects = story.git(&["ls-tree", "-r", "--name-only", "HEAD:gitops/hedgehog/fabric-1/managed"]);
    let objects: Vec<&str> = objects.lines().filter_map(|path| path.strip_suffix(".yaml")).collect();
    assert_eq!(objects.len(), 47);
    for object in objects {
        let told = story.told(&[object, "-n", "1"]);
        assert!(told.contains("<sync>  sync  "), "{told}");
        assert!(told.contains("  pushed by afewell-hh: "), "{told}");
        assert!(told.contains(", from raw/"), "{told}");
    }
}
