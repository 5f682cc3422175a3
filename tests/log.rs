//! What `hhgit log` tells of a branch, through every way that a commit comes to be.

#![cfg(unix)]
#![allow(clippy::unwrap_used, reason = "a test may unwrap")]

#[path = "log/story.rs"]
mod story;
mod support;

use std::collections::BTreeSet;

use story::{Story, begun, vpc};

#[test]
fn a_branch_is_told_by_what_each_commit_did_newest_first() {
    let mut story = begun();
    story.push("push-2", "Ada", "Another VLAN", &[("f/fabric-1/raw/web.yaml", &vpc("web", 1003))]);
    story.rename("rename", "Grace", "A better name", "f/fabric-1/raw/web.yaml", "f/fabric-1/raw/shop.yaml");
    story.sync("sync-2", &[]);
    story.remove("removal", "Grace", "db is gone", "f/fabric-1/managed/vpcs/db.yaml");
    story.rename("misplaced", "Eve", "Tidy", "f/fabric-1/managed/vpcs/web.yaml", "f/fabric-1/managed/vpcs/w.yaml");
    story.sync("repair", &["--repair"]);
    assert_eq!(
        story.told(&[]),
        "\
main at <repair>: 6 operations, newest first

<repair>  sync --repair  2023-11-14 22:13:20 +0000
  fabric-1 (f/fabric-1)
    moved: VPC/web: managed/vpcs/w.yaml -> managed/vpcs/web.yaml
    repaired: managed/vpcs/w.yaml (misplaced)

<misplaced>  by hand  2023-11-14 22:13:20 +0000
  by Eve: Tidy
  fabric-1 (f/fabric-1)
    moved: VPC/web: managed/vpcs/web.yaml -> managed/vpcs/w.yaml

<removal>  by hand  2023-11-14 22:13:20 +0000
  by Grace: db is gone
  fabric-1 (f/fabric-1)
    removed: VPC/db

<sync-2>  sync  2023-11-14 22:13:20 +0000
  pushed by Grace: A better name (<rename>)
  fabric-1 (f/fabric-1)
    updated: VPC/web
      spec.subnets.default.vlan: 1001 -> 1003

<sync-1>  sync  2023-11-14 22:13:20 +0000
  pushed by Ada: Two VPCs for the shop (<push-1>)
  fabric-1 (f/fabric-1)
    added: VPC/db, VPC/web
    to unmanaged: VCP/oops from raw/net.yaml, document 3, lines 21-24: unknown-kind
    to unmanaged: raw/notes.txt: not-yaml

<begin-1>  init  2023-11-14 22:13:20 +0000
  by Tester: hhgit: init fabric-1
  fabric-1 (f/fabric-1)
    repaired: 18 missing folders, the missing manifest
"
    );
    assert_eq!(story.told_in_bare(&[]), story.told(&[]), "a bare repository tells the same");
}

#[test]
fn a_sync_is_known_without_its_trailers_and_after_a_rebase() {
    let mut story = begun();
    story.git_commit("sync-1", &["commit", "--quiet", "--amend", "--message=tidied up by the bot"]);
    story.git(&["branch", "other", "HEAD~2"]);
    story.git(&["switch", "--quiet", "other"]);
    story.push("readme", "Eve", "Say hello", &[("README.md", "hello\n")]);
    story.git(&["rebase", "--quiet", "other", "main"]);
    story.name("sync-1", "main");
    story.name("push-1", "main~1");
    assert_eq!(
        story.told(&["-n", "1"]),
        "\
main at <sync-1>: the last operation

<sync-1>  sync  2023-11-14 22:13:20 +0000
  by hhgit: tidied up by the bot
  pushed by Ada: Two VPCs for the shop (<push-1>)
  fabric-1 (f/fabric-1)
    added: VPC/db, VPC/web
    to unmanaged: VCP/oops from raw/net.yaml, document 3, lines 21-24: unknown-kind
    to unmanaged: raw/notes.txt: not-yaml

note: Older operations are not shown; -n N shows more, --verbose all.
"
    );
}

#[test]
fn a_push_and_its_sync_in_one_commit_are_told_by_what_they_did() {
    let mut story = begun();
    let message = story.git(&["log", "-1", "--format=%B", "main"]);
    story.git(&["reset", "--quiet", "--soft", "HEAD~2"]);
    let squashed = format!("--message=Wire up the shop (#7)\n\n* Two VPCs\n\n* {message}");
    story.git_commit("squash", &["commit", "--quiet", "--author=Ada <ada@localhost>", &squashed]);
    assert_eq!(
        story.told(&["-n", "1"]),
        "\
main at <squash>: the last operation

<squash>  squashed  2023-11-14 22:13:20 +0000
  by Ada: Wire up the shop (#7)
  fabric-1 (f/fabric-1)
    added: VPC/db, VPC/web
    to unmanaged: VCP/oops from raw/net.yaml: unknown-kind
    to unmanaged: raw/notes.txt: not-yaml
  note: A push and its sync are one commit here, which is not hhgit's own.

note: Older operations are not shown; -n N shows more, --verbose all.
"
    );
    story.git_commit("squash", &["commit", "--quiet", "--amend", "--author=Ada <ada@localhost>", "--message=Wire up"]);
    let told = story.told(&["-n", "1"]);
    assert!(told.contains("<squash>  by hand  2023-11-14 22:13:20 +0000\n  by Ada: Wire up\n"), "{told}");
}

#[test]
fn a_commit_that_only_claims_to_be_a_sync_is_marked() {
    let mut story = begun();
    story.put("f/fabric-1/managed/vpcs/web.yaml", &vpc("web", 1666));
    story.git(&["add", "--all"]);
    story.git_commit("sync-1", &["commit", "--quiet", "--amend", "--no-edit", "--author=Eve <eve@localhost>"]);
    assert_eq!(
        story.told(&["VPC/web", "-n", "1"]),
        "\
VPC/web of f/fabric-1 on main at <sync-1>: the last operation

<sync-1>  altered  2023-11-14 22:13:20 +0000
  by Eve: hhgit: sync 2 objects into fabric-1
  pushed by Ada: Two VPCs for the shop (<push-1>)
  added: managed/vpcs/web.yaml, from raw/net.yaml, document 1, lines 1-9
  note: It says that it is a sync, but sync makes something else of its parent; what is told here is what it did.

note: Older operations are not shown; -n N shows more, --verbose all.
"
    );
    let message = story.git(&["log", "-1", "--format=%B"]).replace("Hhgit-Version: ", "Hhgit-Version: 9");
    story.git_commit("sync-1", &["commit", "--quiet", "--amend", &format!("--message={message}")]);
    let told = story.told(&["-n", "1"]);
    assert!(told.contains("<sync-1>  unproven  "), "{told}");
    assert!(told.contains("  note: It says that it is a sync, which cannot be told here: hhgit 9"), "{told}");
}

#[test]
fn merged_history_is_told_by_its_commits_and_a_merge_only_by_what_is_in_no_parent() {
    let mut story = begun();
    story.git(&["switch", "--quiet", "--create", "side"]);
    story.push("push-side", "Grace", "A side", &[("f/fabric-1/raw/side.yaml", &vpc("side", 1100))]);
    story.sync("sync-side", &[]);
    story.git(&["switch", "--quiet", "main"]);
    story.push("readme", "Ada", "Say hello", &[("README.md", "hello\n")]);
    story.git_commit("merge", &["merge", "--quiet", "--no-ff", "--message=Merge side", "side"]);
    let clean = story.told(&[]);
    assert!(clean.starts_with("main at <merge>: 3 operations, newest first\n\n<sync-side>  sync  "), "{clean}");
    story.put("f/fabric-1/managed/vpcs/side.yaml", &vpc("side", 1101));
    story.git(&["add", "--all"]);
    story.git_commit("merge", &["commit", "--quiet", "--amend", "--no-edit"]);
    assert_eq!(
        story.told(&["VPC/side"]),
        "\
VPC/side of f/fabric-1 on main at <merge>: 3 operations, newest first

<merge>  merge  2023-11-14 22:13:20 +0000
  by Tester: Merge side
  added: managed/vpcs/side.yaml

<sync-side>  sync  2023-11-14 22:13:20 +0000
  pushed by Grace: A side (<push-side>)
  added: managed/vpcs/side.yaml, from raw/side.yaml

<push-side>  by hand  2023-11-14 22:13:20 +0000
  by Grace: A side
  put into raw: raw/side.yaml
"
    );
}

#[test]
fn a_sync_that_brings_nothing_new_is_told_too() {
    let mut story = begun();
    story.push("again", "Ada", "Once more", &[("f/fabric-1/raw/w.yaml", &vpc("web", 1001))]);
    story.sync("sync-2", &[]);
    let told = story.told(&["-n", "1"]);
    assert!(told.contains("    offered again, same value: VPC/web\n"), "{told}");
}

#[test]
fn an_undo_has_its_place() {
    let mut story = begun();
    story.run(&["undo"]);
    story.name("undo", "main");
    assert_eq!(
        story.told(&["VPC/web", "-n", "1"]),
        "\
VPC/web of f/fabric-1 on main at <undo>: the last operation

<undo>  undo  2023-11-14 22:13:20 +0000
  by Tester: hhgit: undo sync 2 objects into fabric-1
  removed: managed/vpcs/web.yaml, back to raw/net.yaml

note: Older operations are not shown; -n N shows more, --verbose all.
"
    );
}

#[test]
fn a_range_holds_only_what_is_new_in_it() {
    let mut story = begun();
    story.push("push-2", "Ada", "Another", &[("f/fabric-1/raw/new.yaml", &vpc("new", 1100))]);
    story.sync("sync-2", &[]);
    let told = story.told(&["--rev", "HEAD~2..HEAD"]);
    assert_eq!(
        told,
        "\
HEAD~2..HEAD at <sync-2>: 1 operation

<sync-2>  sync  2023-11-14 22:13:20 +0000
  pushed by Ada: Another (<push-2>)
  fabric-1 (f/fabric-1)
    added: VPC/new
"
    );
    assert_eq!(story.told(&["--rev", "HEAD..HEAD"]), "HEAD..HEAD at <sync-2>: nothing was done\n");
    assert_eq!(story.told(&["--rev", "HEAD..", "VPC/new"]), "VPC/new on HEAD..HEAD at <sync-2>: nothing was done\n");
    story.git(&["switch", "--quiet", "--detach"]);
    assert!(story.told(&[]).starts_with("HEAD at <sync-2>: 3 operations, newest first\n"));
}

#[test]
fn a_shallow_clone_says_where_its_history_ends() {
    let mut story = begun();
    story.push("push-2", "Ada", "Another", &[("f/fabric-1/raw/new.yaml", &vpc("new", 1100))]);
    story.sync("sync-2", &[]);
    assert_eq!(
        story.told_in_clone(&["--depth=3"], &[]),
        "\
main at <sync-2>: 1 operation

<sync-2>  sync  2023-11-14 22:13:20 +0000
  pushed by Ada: Another (<push-2>)
  fabric-1 (f/fabric-1)
    added: VPC/new

note: History ends at <sync-1> here, as this clone is shallow, so what it did cannot be told; git fetch --unshallow brings the rest.
"
    );
    let unproven = story.told_in_clone(&["--depth=2"], &[]);
    let why = "it takes history that this shallow clone does not have.";
    assert!(unproven.contains("<sync-2>  unproven  ") && unproven.contains(why), "{unproven}");
    let nothing = story.told_in_clone(&["--depth=1"], &["VPC/web"]);
    assert!(
        nothing.starts_with("VPC/web on main at <sync-2>: nothing was done\n\nnote: History ends at "),
        "{nothing}"
    );
}

#[test]
fn a_manifest_that_somebody_writes_is_no_repair() {
    let mut story = Story::begin(&[]);
    let files = [("f/.hnp/manifest.yaml", "version: '1.0'\n"), ("f/managed/vpcs/.gitkeep", "")];
    story.push("start", "Ada", "Start", &files);
    story.sync("sync", &[]);
    assert_eq!(
        story.told(&[]),
        "\
main at <sync>: 2 operations, newest first

<sync>  sync  2023-11-14 22:13:20 +0000
  f (f)
    repaired: 17 missing folders

<start>  by hand  2023-11-14 22:13:20 +0000
  by Ada: Start
  f (f)
    added: .hnp/manifest.yaml
"
    );
}

#[test]
fn what_is_named_by_people_cannot_steer_a_terminal() {
    let mut story = begun();
    story.push("evil", "Eve\u{1b}[2J", "\u{202e}oops", &[("f/fabric-1/managed/vpcs/web.yaml", &vpc("web", 1))]);
    let told = story.told(&["-n", "1"]);
    assert!(told.contains("  by Eve\\u{1b}[2J: \\u{202e}oops\n"), "{told}");
    let json = story.ended(&["-n", "1", "--output", "json"]).stdout;
    assert!(json.contains(r#""name": "Eve\u001b[2J""#) && json.contains(r#""subject": "\u202eoops""#), "{json}");
}

#[test]
fn a_commit_that_cannot_be_compared_is_named_and_the_others_are_told() {
    let mut story = begun();
    let blob = story.git(&["rev-parse", "HEAD:f/fabric-1/managed/vpcs/web.yaml"]);
    let tree = |story: &story::Story, entries: String| story.git_with(&["mktree"], entries.as_bytes());
    // Git itself never makes such a tree, and never checks one out.
    let managed = story.git(&["ls-tree", "HEAD:f/fabric-1"]);
    let (raw, keep) = (tree(&story, format!("100644 blob {blob}\tGIT~1\n")), "040000 tree ");
    let swap = |line: &str| if line.ends_with("\traw") { format!("{keep}{raw}\traw") } else { line.to_owned() };
    let fabric = tree(&story, managed.lines().map(|line| swap(line) + "\n").collect());
    let f = tree(&story, format!("{keep}{fabric}\tfabric-1\n"));
    let root = tree(&story, format!("{keep}{f}\tf\n"));
    let hostile = story.git(&["commit-tree", &root, "-p", "HEAD", "-m", "hostile"]);
    let sound = story.git(&["commit-tree", "HEAD^{tree}", "-p", &hostile, "-m", "mended"]);
    story.git(&["update-ref", "refs/heads/main", &sound]);
    story.name("hostile", &hostile);
    story.name("mended", &sound);
    let told = story.told(&["VPC/web"]);
    assert!(told.contains("\n<sync-1>  sync  "), "{told}");
    let note =
        "note: What <hostile> did cannot be told: the tree of f/fabric-1/raw holds a name that git does not check out";
    assert!(told.contains(note), "{told}");
}

#[test]
fn settings_are_told_field_by_field() {
    let mut story = begun();
    let manifest = "version: '1.0'\nfabric_name: fabric-one\nsettings:\n  gateway: true\n";
    story.push("settings", "Grace", "We have gateways", &[("f/fabric-1/.hnp/manifest.yaml", manifest)]);
    assert_eq!(
        story.told(&["-n", "1"]),
        "\
main at <settings>: the last operation

<settings>  by hand  2023-11-14 22:13:20 +0000
  by Grace: We have gateways
  fabric-one (f/fabric-1)
    updated: .hnp/manifest.yaml
      fabric_name: \"fabric-1\" -> \"fabric-one\"
      settings: nothing -> {\"gateway\":true}

note: Older operations are not shown; -n N shows more, --verbose all.
"
    );
}

#[test]
fn what_is_imported_is_told_with_the_command() {
    let mut story = begun();
    let printed =
        format!("apiVersion: v1\nkind: List\nitems:\n- {}", vpc("new", 1100).trim_end().replace('\n', "\n  "));
    let file = story.beside("printed.yaml", &printed);
    story.run(&["import", &file]);
    story.name("import", "HEAD");
    assert_eq!(
        story.told(&["-n", "1"]),
        "\
main at <import>: the last operation

<import>  import  2023-11-14 22:13:20 +0000
  by Tester: hhgit: import 1 object into fabric-1
  fabric-1 (f/fabric-1)
    put into raw: VPC/new

note: Older operations are not shown; -n N shows more, --verbose all.
"
    );
}

#[test]
fn a_sync_of_several_pushes_names_each_that_is_still_in_what_it_sorted() {
    let mut story = begun();
    story.push("ada", "Ada", "One", &[("f/fabric-1/raw/a.yaml", &vpc("a", 1100)), ("f/fabric-1/raw/b.yaml", "x")]);
    story.push("grace", "Grace", "Two", &[("f/fabric-1/raw/b.yaml", &vpc("b", 1101))]);
    story.push("eve", "Eve", "Three", &[("f/fabric-1/raw/c.yaml", "x")]);
    story.remove("eves", "Eve", "Not three", "f/fabric-1/raw/c.yaml");
    story.sync("sync-2", &[]);
    let told = story.told(&["-n", "1"]);
    let by: BTreeSet<&str> = told.lines().filter(|line| line.contains("pushed by")).collect();
    assert_eq!(by, BTreeSet::from(["  pushed by Ada: One (<ada>)", "  pushed by Grace: Two (<grace>)"]), "{told}");
    assert!(story.told(&["VPC/b", "-n", "1"]).contains("\n  pushed by Grace: Two (<grace>)\n  added: "));
}

#[test]
fn a_fabric_that_is_gone_is_still_told() {
    let mut story = begun();
    story.git(&["rm", "-r", "--quiet", "f"]);
    story.push("gone", "Eve", "No fabric any more", &[("README.md", "hello\n")]);
    let told = story.told(&[]);
    assert!(told.starts_with("main at <gone>: 3 operations, newest first\n\n<gone>  by hand  "), "{told}");
    assert!(told.contains("    removed: .hnp/manifest.yaml, VPC/db, VPC/web\n"), "{told}");
    let one = story.told(&["VPC/web"]);
    assert!(one.contains("\n  removed: managed/vpcs/web.yaml\n"), "{one}");
    let path = story.told(&["f/fabric-1"]);
    assert!(path.starts_with("f/fabric-1 on main at <gone>: 4 operations, newest first\n"), "{path}");
}
