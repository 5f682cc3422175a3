//! `hhgit hook pre-receive` and `update` in real pushes: what is refused and what is let in, what a pusher reads, and that a
//! refusal leaves the server as it was. What a server goes by is in `hook_policy.rs`.
#![allow(clippy::unwrap_used, reason = "a test may unwrap")]
#![cfg(unix)]

mod support;

use support::Ended;
use support::server::{MANIFEST, NAMESPACES, Server, vpc, vpc_path};

const PEERING: &str = "\
apiVersion: vpc.githedgehog.com/v1beta1
kind: VPCPeering
metadata: {name: one--two}
spec:
  permit:
  - {vpc-1: {}, vpc-2: {}}
";

fn refused(server: &Server, pushed: &Ended, words: &str) {
    let said = server.said(pushed);
    assert!(pushed.code == Some(1) && said.contains(words), "{words:?} in {pushed:?}");
    assert!(pushed.stderr.contains("pre-receive hook declined"), "{pushed:?}");
}

fn let_in(server: &Server, pushed: &Ended, words: &str) {
    assert_eq!((pushed.code, server.said(pushed).as_str()), (Some(0), words), "{pushed:?}");
}

#[test]
fn a_good_push_is_let_in_without_a_word() {
    let server = Server::with_fabric();
    server.commit("main", &[(&vpc_path(2), &vpc(2, "1002"))]);
    let_in(&server, &server.push(&["main"]), "");
    assert_eq!(server.repo.tip("main"), server.pusher.tip("main"));
    server.repo.fsck();
}

#[test]
fn a_push_that_makes_managed_wrong_is_refused_and_leaves_everything_as_it_was() {
    for limit in ["100", "1"] {
        let server = Server::with_fabric();
        server.config("receive.unpackLimit", limit);
        server.commit("main", &[(&vpc_path(2), &vpc(2, "1001")), (&vpc_path(3), &vpc(3, "many"))]);
        server.commit("main", &[("f/raw/x.yaml", "a: [\n")]);
        let before = server.everything();
        let pushed = server.push(&["main"]);
        refused(&server, &pushed, "hhgit: the push is refused: 3 errors in main.");
        assert!(server.everything() == before, "unpackLimit {limit}: something changed");
        server.repo.fsck();
        let [old, new] = [&server.repo, &server.pusher].map(|repo| repo.tip("main").unwrap().to_string());
        let expected = format!(
            "\
hhgit: the push is refused: 3 errors in main.

f/managed/vpcs/vpc-1.yaml:9:13 vlan-in-use: VLAN 1001 is used by VPC/vpc-2 too
  other: f/managed/vpcs/vpc-2.yaml:9:13: its other use
f/managed/vpcs/vpc-2.yaml:9:13 vlan-in-use: VLAN 1001 is used by VPC/vpc-1 too
  other: f/managed/vpcs/vpc-1.yaml:9:13: its other use
  help: Give one of them another VLAN; hhfab validate does not see this, the
        cluster does.
f/managed/vpcs/vpc-3.yaml:9:13 schema-violation: spec.subnets.default.vlan is a
    text, not an integer
  help: Correct the field named; hhgit kinds names the schema in force.

Besides, and no reason to refuse:
f/raw/x.yaml:1:5 invalid-yaml: a value was expected here; a bracket before it
    may not be closed, and a template's braces need quotes
  help: Mend the syntax at the line named; a separator line is exactly three
        dashes, with at most a comment after them.

All of it, in your clone: hhgit check {}..{}
",
            &old[..12],
            &new[..12]
        );
        assert_eq!(server.said(&pushed), expected);
        let shown = support::hhgit(server.pusher.dir(), &["check", &format!("{}..{}", &old[..12], &new[..12])]);
        assert!(shown.code == Some(1) && shown.stdout.ends_with(": 4 errors\n"), "{shown:?}");
    }
}

#[test]
fn what_is_wrong_in_raw_is_said_and_let_in() {
    let server = Server::with_fabric();
    let (bad, second) = (vpc(2, "many"), vpc(3, "1001"));
    server.commit("main", &[("f/raw/2.yaml", &bad), ("f/raw/3.yaml", &second), ("f/unmanaged/x.yaml", "a: [\n")]);
    let pushed = server.push(&["main"]);
    let said = server.said(&pushed);
    assert!(said.starts_with("hhgit: the push is let in. To look at: 3 errors.\n\nf/managed/vpcs/vpc-1"), "{said}");
    assert!(said.contains("f/raw/2.yaml:9:13 schema-violation: "), "{said}");
    assert_eq!((pushed.code, server.repo.tip("main")), (Some(0), server.pusher.tip("main")));
}

#[test]
fn only_what_a_push_changes_and_what_depends_on_it_is_told() {
    let server = Server::with_fabric();
    server.reconfig("hhgit.policy", "warn");
    server.commit("main", &[(&vpc_path(2), &vpc(2, "1001")), (&vpc_path(3), &vpc(3, "1003"))]);
    assert_eq!(server.push(&["--quiet", "main"]).code, Some(0));
    server.reconfig("hhgit.policy", "strict");
    server.commit("main", &[(&vpc_path(3), &vpc(3, "1004")), ("elsewhere.yaml", "a: [\n")]);
    let_in(&server, &server.push(&["main"]), "");
    // The namespace does not change what is in conflict already, but what does not fit it any more.
    server.commit("main", &[(NAMESPACES[0].0, &NAMESPACES[0].1.replace("2999", "1003"))]);
    let pushed = server.push(&["main"]);
    refused(&server, &pushed, "1 error in main.\n\nf/managed/vpcs/vpc-3.yaml:9:13 vlan-outside-namespace: ");
}

#[test]
fn what_others_still_name_is_not_taken_out() {
    let server = Server::with_fabric();
    server.commit("main", &[(&vpc_path(2), &vpc(2, "1002")), ("f/managed/vpcpeerings/one--two.yaml", PEERING)]);
    let_in(&server, &server.push(&["main"]), "");
    server.change("main", &[(&vpc_path(2), None)], &[]);
    let pushed = server.push(&["main"]);
    refused(&server, &pushed, "still-referred: VPC/vpc-2 leaves");
    server.change("main", &[("f/managed/vpcpeerings/one--two.yaml", None)], &[]);
    let pushed = server.push(&["main"]);
    assert_eq!(pushed.code, Some(0), "{pushed:?}");
    assert!(server.said(&pushed).contains("vpc-2.yaml warning deleted-together: VPC/vpc-2 leaves"), "{pushed:?}");
}

#[test]
fn what_is_deleted_in_two_pushes_is_let_in_without_a_word() {
    let server = Server::with_fabric();
    server.commit("main", &[(&vpc_path(2), &vpc(2, "1002")), ("f/managed/vpcpeerings/one--two.yaml", PEERING)]);
    let_in(&server, &server.push(&["main"]), "");
    for path in ["f/managed/vpcpeerings/one--two.yaml", &vpc_path(2)] {
        server.change("main", &[(path, None)], &[]);
        let_in(&server, &server.push(&["main"]), "");
    }
}

#[test]
fn one_bad_ref_of_several_refuses_them_all() {
    let server = Server::with_fabric();
    server.pusher.git(&["branch", "good", "main"]);
    server.pusher.git(&["branch", "bad", "main"]);
    server.pusher.git(&["branch", "worse", "main"]);
    server.commit("good", &[(&vpc_path(2), &vpc(2, "1002"))]);
    server.commit("bad", &[(&vpc_path(3), &vpc(3, "many"))]);
    server.commit("worse", &[(&vpc_path(3), &vpc(3, "many")), (&vpc_path(4), &vpc(4, "1001"))]);
    let before = server.everything();
    let pushed = server.push(&["good", "bad", "worse"]);
    refused(&server, &pushed, "hhgit: the push is refused: 3 errors in bad, worse.\n");
    let said = server.said(&pushed);
    let headings: Vec<&str> = said.lines().filter(|line| line.starts_with("In ")).collect();
    assert_eq!(headings, ["In bad, worse:", "In worse:"]);
    assert_eq!(said.matches("vpc-3.yaml:9:13").count(), 1, "what several refs share is told once");
    assert!(server.everything() == before);
    let_in(&server, &server.push(&["good"]), "");
}

#[test]
fn a_first_push_is_judged_as_a_whole_and_a_new_branch_by_what_it_changes() {
    let server = Server::new();
    let (one, two) = (vpc(1, "1001"), vpc(2, "1001"));
    let files = [("f/.hnp/manifest.yaml", MANIFEST), NAMESPACES[0], NAMESPACES[1]];
    server.commit("main", &[&files[..], &[(&vpc_path(1), &one), (&vpc_path(2), &two)]].concat());
    let pushed = server.push(&["main"]);
    refused(&server, &pushed, "2 errors in main.");
    let tip = server.pusher.tip("main").unwrap().to_string();
    assert!(server.said(&pushed).ends_with(&format!("in your clone: hhgit check {}\n", &tip[..12])), "{pushed:?}");
    server.reconfig("hhgit.policy", "warn");
    assert_eq!(server.push(&["--quiet", "main"]).code, Some(0));
    server.reconfig("hhgit.policy", "strict");
    let_in(&server, &server.push(&["main:same"]), "");
    server.pusher.git(&["branch", "topic", "main"]);
    server.commit("topic", &[(&vpc_path(3), &vpc(3, "1003"))]);
    let_in(&server, &server.push(&["topic"]), "");
    server.commit("topic", &[(&vpc_path(3), &vpc(3, "many"))]);
    refused(&server, &server.push(&["topic:other"]), "1 error in other.");
}

#[test]
fn a_deleted_branch_passes_with_a_word() {
    let server = Server::with_fabric();
    let_in(&server, &server.push(&["main:old"]), "");
    let_in(&server, &server.push(&[":old"]), "hhgit: old would be deleted; there is nothing to judge.\n");
    assert_eq!(server.repo.tip("old"), None);
}

#[test]
fn a_tag_passes_unjudged_unless_it_is_asked_for() {
    let server = Server::with_fabric();
    server.pusher.git(&["branch", "bad", "main"]);
    server.commit("bad", &[(&vpc_path(2), &vpc(2, "many"))]);
    server.pusher.git(&["tag", "light", "bad"]);
    server.pusher.git(&["tag", "--annotate", "--message=x", "v1", "bad"]);
    server.pusher.git(&["tag", "tree", "bad^{tree}"]);
    let_in(&server, &server.push(&["light", "v1", "tree"]), "");
    let_in(&server, &server.push(&[":light", ":v1", ":tree"]), "");
    server.config("hhgit.refs", "refs/tags/*");
    refused(&server, &server.push(&["light"]), "1 error in refs/tags/light.");
    refused(&server, &server.push(&["v1"]), "1 error in refs/tags/v1.");
    refused(&server, &server.push(&["tree"]), "refs/tags/tree would name a tree, and only commits can be judged");
    let_in(&server, &server.push(&["bad"]), "");
}

#[test]
fn a_branch_that_would_name_no_commit_is_refused_with_what_it_would_name() {
    let server = Server::with_fabric();
    server.pusher.git(&["tag", "--annotate", "--message=x", "v1", "main"]);
    let before = server.everything();
    refused(&server, &server.push(&["v1:refs/heads/x"]), "error: x would name a tag, and only commits can be judged;");
    assert!(server.everything() == before);
}

#[test]
fn a_forced_push_is_compared_with_what_it_replaces() {
    let server = Server::with_fabric();
    let start = server.pusher.tip("main").unwrap().to_string();
    server.commit("main", &[(&vpc_path(2), &vpc(2, "1002")), ("f/managed/vpcpeerings/one--two.yaml", PEERING)]);
    let_in(&server, &server.push(&["main"]), "");
    server.pusher.git(&["update-ref", "refs/heads/main", &start]);
    server.commit("main", &[("f/managed/vpcpeerings/one--two.yaml", PEERING)]);
    refused(&server, &server.push(&["--force", "main"]), "still-referred: VPC/vpc-2 leaves");
    server.pusher.git(&["update-ref", "refs/heads/main", &start]);
    assert_eq!(server.push(&["--force", "main"]).code, Some(0));
    assert_eq!(server.repo.tip("main").unwrap().to_string(), start);
}

#[test]
fn a_merge_is_judged_by_what_it_makes_of_the_branch() {
    let server = Server::with_fabric();
    server.pusher.git(&["branch", "one", "main"]);
    server.pusher.git(&["branch", "two", "main"]);
    server.commit("one", &[(&vpc_path(2), &vpc(2, "1002"))]);
    server.commit("two", &[(&vpc_path(3), &vpc(3, "1002"))]);
    let_in(&server, &server.push(&["one", "two"]), "");
    server.change("one", &[(&vpc_path(3), Some(&vpc(3, "1002")))], &["refs/heads/two"]);
    refused(&server, &server.push(&["one"]), "vlan-in-use: VLAN 1002");
    server.change("one", &[(&vpc_path(3), Some(&vpc(3, "1003")))], &[]);
    let_in(&server, &server.push(&["one"]), "");
}

#[test]
fn a_commit_without_a_fabric_passes() {
    let server = Server::new();
    server.commit("main", &[("readme", "x\n"), ("x.yaml", "a: [\n")]);
    let_in(&server, &server.push(&["main"]), "");
    let server = Server::with_fabric();
    server.pusher.git(&["branch", "docs", "main"]);
    server.change("docs", &[("f", None), ("readme", Some("x\n"))], &[]);
    let_in(&server, &server.push(&["docs"]), "");
}

#[test]
fn the_update_hook_answers_for_each_ref_alone() {
    let server = Server::with_fabric();
    std::fs::remove_file(server.repo.git_dir().join("hooks/pre-receive")).unwrap();
    server.hook("update", &[]);
    server.pusher.git(&["branch", "bad", "main"]);
    server.commit("main", &[(&vpc_path(2), &vpc(2, "1002"))]);
    server.commit("bad", &[(&vpc_path(3), &vpc(3, "many"))]);
    let pushed = server.push(&["main", "bad"]);
    assert!(pushed.stderr.contains("bad -> bad (hook declined)"), "{pushed:?}");
    assert!(server.said(&pushed).contains("hhgit: the push is refused: 1 error in bad."), "{pushed:?}");
    assert_eq!((server.repo.tip("main"), server.repo.tip("bad")), (server.pusher.tip("main"), None));
}

#[test]
fn a_repository_of_sha_256_is_judged_alike() {
    let server = Server::of(&["--object-format=sha256"]);
    server.hook("pre-receive", &[]);
    server.commit("main", &[("f/.hnp/manifest.yaml", MANIFEST), (&vpc_path(1), &vpc(1, "many"))]);
    refused(&server, &server.push(&["main"]), "f/managed/vpcs/vpc-1.yaml:9:13 schema-violation: ");
}

#[test]
fn a_thousand_refs_of_few_trees_are_judged_in_no_time() {
    let server = Server::with_fabric();
    let tip = server.pusher.tip("main").unwrap();
    let lines: String = (0..1000).map(|n| format!("create refs/heads/b{n} {tip}\n")).collect();
    server.pusher.git_with(&["update-ref", "--stdin"], lines.as_bytes());
    let_in(&server, &server.push(&["refs/heads/b*:refs/heads/b*"]), "");
    server.commit("main", &[(&vpc_path(2), &vpc(2, "many"))]);
    let tip = server.pusher.tip("main").unwrap();
    let lines: String = (0..1000).map(|n| format!("update refs/heads/b{n} {tip}\n")).collect();
    server.pusher.git_with(&["update-ref", "--stdin"], lines.as_bytes());
    let pushed = server.push(&["refs/heads/b*:refs/heads/b*"]);
    refused(&server, &pushed, "1 error in b0, b1, b10 and 997 more.");
}

#[test]
fn at_most_twenty_findings_are_shown_and_the_rest_counted() {
    let server = Server::with_fabric();
    let files: Vec<(String, String)> = (10..40).map(|n| (vpc_path(n), vpc(n, "many"))).collect();
    let files: Vec<(&str, &str)> = files.iter().map(|(path, text)| (path.as_str(), text.as_str())).collect();
    server.commit("main", &files);
    let pushed = server.push(&["main"]);
    refused(&server, &pushed, "30 errors in main.");
    let said = server.said(&pushed);
    assert_eq!(said.matches("schema-violation").count(), 20);
    assert!(said.contains("\nAnd 10 more findings.\nAll of it, in your clone: hhgit check "), "{said}");
    assert_eq!(said.matches("help: ").count(), 1, "a help is said once for those that share it");
}

#[test]
fn nothing_in_a_push_can_steer_the_terminal() {
    let server = Server::with_fabric();
    let path = "\"f/managed/vpcs/a\\033[2J\\nremote: x.yaml\"";
    let content = "apiVersion: vpc.githedgehog.com/v1beta1\nkind: \"VPC\\e[31m\\n\"\nmetadata: {name: \"\\u202e\"}\n";
    server.commit("main", &[(path, content)]);
    let pushed = server.push(&["main", "main:refs/heads/\u{202e}x"]);
    refused(&server, &pushed, "\"f/managed/vpcs/a\\033[2J\\nremote: x.yaml\"");
    let said = server.said(&pushed);
    assert!(!said.replace('\n', "").chars().any(|c| c.is_control() || c == '\u{202e}'), "{said:?}");
}

#[test]
fn a_sync_inside_a_hook_that_judges_is_refused() {
    let server = Server::with_fabric();
    server.script("pre-receive", &format!("exec '{}' sync main", env!("CARGO_BIN_EXE_hhgit")));
    server.commit("main", &[("f/raw/2.yaml", &vpc(2, "1002"))]);
    // What main holds is sorted, but for the folders that a fabric directory has.
    let before = server.everything();
    refused(&server, &server.push(&["main"]), "error: a push is being judged (GIT_QUARANTINE_PATH is set)");
    assert!(server.everything() == before);
}
