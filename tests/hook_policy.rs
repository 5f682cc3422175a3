//! What a server's hooks go by: its git config and the shim's flags, and nothing that a pusher can change.
#![allow(clippy::unwrap_used, reason = "a test may unwrap")]
#![cfg(unix)]

mod support;

use support::crds::{colour_crd, crd};
use support::server::{MANIFEST, Server, vpc, vpc_path};
use support::{Ended, git_command};

/// Whether a push was let in, and the codes that its message names.
fn answer(server: &Server, pushed: &Ended) -> (bool, Vec<String>) {
    let said = server.said(pushed);
    let places = said.lines().filter(|line| line.starts_with("f/") || line.starts_with("f "));
    let code = |line: &str| {
        let words = line.split(' ').skip(1).find(|word| word.ends_with(':'));
        words.unwrap_or_default().trim_end_matches(':').to_owned()
    };
    (pushed.code == Some(0), places.map(code).collect())
}

fn is(server: &Server, pushed: &Ended, let_in: bool, codes: &[&str]) {
    let codes: Vec<String> = codes.iter().map(|code| (*code).to_owned()).collect();
    assert_eq!(answer(server, pushed), (let_in, codes), "{pushed:?}");
}

/// A server whose pusher has an error in raw/ on the branch `raw`, and one in managed/ on `managed`.
fn two_errors() -> Server {
    let server = Server::with_fabric();
    server.pusher.git(&["branch", "raw", "main"]);
    server.pusher.git(&["branch", "managed", "main"]);
    server.commit("raw", &[("f/raw/2.yaml", &vpc(2, "many"))]);
    server.commit("managed", &[(&vpc_path(2), &vpc(2, "many"))]);
    server
}

#[test]
fn the_policy_stands_in_the_servers_config_and_a_flag_wins_over_it() {
    let server = two_errors();
    let table = [
        (None, &[][..], true, false),
        (Some("managed"), &[], true, false),
        (Some("strict"), &[], false, false),
        (Some("warn"), &[], true, true),
        (Some("warn"), &["--policy=strict"], false, false),
        (Some("strict"), &["--policy", "warn"], true, true),
    ];
    for (config, flags, raw, managed) in table {
        drop(git_command(server.repo.dir()).args(["config", "--unset-all", "hhgit.policy"]).output());
        config.into_iter().for_each(|policy| server.config("hhgit.policy", policy));
        server.hook("pre-receive", flags);
        for (name, let_in) in [("raw", raw), ("managed", managed)] {
            let pushed = server.push(&["--dry-run", name]);
            assert_eq!(pushed.code, Some(0), "a dry run asks no hook");
            is(&server, &server.push(&[&format!("{name}:refs/heads/{name}-1")]), let_in, &["schema-violation"]);
            drop(server.push(&[&format!(":{name}-1")]));
        }
    }
}

#[test]
fn the_last_value_of_a_setting_counts_and_a_name_has_no_case() {
    let server = two_errors();
    server.config("hhgit.policy", "strict");
    server.config("HHGit.Policy", "warn");
    assert_eq!(server.push(&["managed"]).code, Some(0));
}

#[test]
fn a_level_bounds_what_is_looked_at() {
    let server = Server::with_fabric();
    server.commit("main", &[(&vpc_path(2), &vpc(2, "1001")), (&vpc_path(3), &vpc(3, "many"))]);
    server.config("hhgit.level", "schema");
    is(&server, &server.push(&["main"]), false, &["schema-violation"]);
    server.reconfig("hhgit.level", "references");
    is(&server, &server.push(&["main"]), false, &["vlan-in-use", "vlan-in-use", "schema-violation"]);
    server.reconfig("hhgit.level", "identity");
    is(&server, &server.push(&["main"]), true, &[]);
}

#[test]
fn too_many_deletions_are_refused_at_every_level() {
    let server = Server::with_fabric();
    server.commit("main", &[(&vpc_path(2), &vpc(2, "1002")), (&vpc_path(3), &vpc(3, "1003"))]);
    assert_eq!(server.push(&["main"]).code, Some(0));
    server.change("main", &[(&vpc_path(2), None), (&vpc_path(3), None)], &[]);
    server.config("hhgit.maxDeletions", "1");
    for level in ["identity", "schema", "references"] {
        server.reconfig("hhgit.level", level);
        let pushed = server.push(&["main"]);
        is(&server, &pushed, false, &["too-many-deletions"]);
        assert!(server.said(&pushed).contains("hhgit.maxDeletions"), "{pushed:?}");
    }
    server.reconfig("hhgit.maxDeletions", "2");
    is(&server, &server.push(&["main"]), true, &[]);
}

#[test]
fn refs_that_no_pattern_names_pass_unjudged() {
    let server = two_errors();
    server.config("hhgit.refs", "refs/heads/release/*");
    server.config("hhgit.refs", "refs/heads/main");
    is(&server, &server.push(&["managed"]), true, &[]);
    is(&server, &server.push(&["managed:refs/heads/release/1/a"]), false, &["schema-violation"]);
    is(&server, &server.push(&["managed:main"]), false, &["schema-violation"]);
    server.hook("pre-receive", &["--refs=refs/heads/x", "--refs='refs/heads/m*d'"]);
    is(&server, &server.push(&["managed:main"]), true, &[]);
}

#[test]
fn a_ref_that_is_only_another_name_is_judged_as_that_one() {
    let server = two_errors();
    server.config("hhgit.refs", "refs/heads/main");
    server.repo.git(&["symbolic-ref", "refs/heads/master", "refs/heads/alias"]);
    server.repo.git(&["symbolic-ref", "refs/heads/alias", "refs/heads/main"]);
    is(&server, &server.push(&["managed:master"]), false, &["schema-violation"]);
    server.repo.git(&["symbolic-ref", "refs/heads/alias", "refs/heads/alias"]);
    is(&server, &server.push(&["managed:other"]), true, &[]);
}

#[test]
fn a_pushed_manifest_and_pushed_crds_weaken_nothing() {
    let server = Server::with_fabric();
    let manifest = "version: '1.0'\npolicy: {level: identity}\nsettings: {gateway: true}\nruleset: {only: true}\n";
    let crd = crd("{type: object, x-kubernetes-preserve-unknown-fields: true}");
    let group =
        "apiVersion: gateway.githedgehog.com/v1alpha1\nkind: GatewayGroup\nmetadata: {name: default}\nspec: {}\n";
    let second = vpc(2, "many");
    let files = [
        ("f/.hnp/manifest.yaml", manifest),
        ("f/.hnp/crds/vpc.yaml", &crd),
        ("f/managed/gatewaygroups/default.yaml", group),
        (&vpc_path(2), &second),
    ];
    server.commit("main", &files);
    let pushed = server.push(&["main"]);
    is(&server, &pushed, false, &["gateway-disabled", "schema-violation"]);
    assert!(server.said(&pushed).contains("hhgit: This server has settings of its own;"), "{pushed:?}");
    server.config("hhgit.settings", "pushed");
    is(&server, &server.push(&["main"]), false, &["schema-violation"]);
    server.config("hhgit.crds", "pushed");
    let pushed = server.push(&["main"]);
    let (_, codes) = answer(&server, &pushed);
    assert!(!codes.contains(&"schema-violation".to_owned()), "{pushed:?}");
}

#[test]
fn crds_and_settings_of_the_servers_own_count() {
    let server = Server::with_fabric();
    let group =
        "apiVersion: gateway.githedgehog.com/v1alpha1\nkind: GatewayGroup\nmetadata: {name: default}\nspec: {}\n";
    server.commit("main", &[("f/managed/gatewaygroups/default.yaml", group)]);
    is(&server, &server.push(&["main"]), false, &["gateway-disabled"]);
    std::fs::write(server.repo.git_dir().join("settings.yaml"), "version: '1.0'\nsettings: {gateway: true}\n").unwrap();
    server.config("hhgit.settings", "settings.yaml");
    is(&server, &server.push(&["main"]), true, &[]);
    let crds = server.repo.beside("crds");
    std::fs::create_dir(&crds).unwrap();
    std::fs::write(crds.join("vpc.yaml"), colour_crd()).unwrap();
    server.config("hhgit.crds", crds.to_str().unwrap());
    server.commit("main", &[(&vpc_path(2), &vpc(2, "1002"))]);
    is(&server, &server.push(&["main"]), false, &["unknown-field"]);
}

#[test]
fn named_fabric_directories_are_such_whatever_a_push_makes_of_them() {
    let server = Server::with_fabric();
    server.config("hhgit.fabric", "f/");
    server.config("hhgit.fabric", "g");
    // Without its manifest and raw/ it could not be told from any other folder.
    server.change("main", &[("f/.hnp/manifest.yaml", None), (&vpc_path(2), Some(&vpc(2, "many")))], &[]);
    is(&server, &server.push(&["main"]), false, &["schema-violation"]);
    server.commit("other", &[("h/.hnp/manifest.yaml", MANIFEST), ("h/managed/vpcs/x.yaml", "a: [\n")]);
    is(&server, &server.push(&["other"]), true, &[]);
}

#[test]
fn a_push_does_not_hide_what_it_does_by_unmaking_a_fabric_directory() {
    let server = Server::with_fabric();
    server.config("hhgit.maxDeletions", "2");
    let second = vpc(2, "many");
    // Its marks taken away: it is judged as what it was.
    server.change("main", &[("f/.hnp/manifest.yaml", None), (&vpc_path(2), Some(&second))], &[]);
    let pushed = server.push(&["main"]);
    assert!(pushed.code == Some(1) && server.said(&pushed).contains("vpc-2.yaml:9:13 schema-violation"), "{pushed:?}");
    // Another put around it, by which it would lie in a folder of no meaning.
    server.change("main", &[("f/.hnp/manifest.yaml", Some(MANIFEST)), (".hnp/manifest.yaml", Some(MANIFEST))], &[]);
    let pushed = server.push(&["main"]);
    assert!(pushed.code == Some(1) && server.said(&pushed).contains("path-blocked"), "{pushed:?}");
    // All of it taken away.
    server.change("main", &[(".hnp", None), ("f", None)], &[]);
    is(&server, &server.push(&["main"]), false, &["too-many-deletions"]);
    server.config("hhgit.fabric", "f");
    is(&server, &server.push(&["main"]), false, &["too-many-deletions"]);
    server.reconfig("hhgit.maxDeletions", "3");
    is(&server, &server.push(&["main"]), true, &[]);
}

#[test]
fn what_broke_a_fabric_earlier_does_not_hide_what_is_pushed_later() {
    let server = Server::with_fabric();
    server.config("hhgit.policy", "warn");
    server.commit("main", &[("f/.hnp/manifest.yaml", "a: [\n")]);
    is(&server, &server.push(&["main"]), true, &["bad-manifest"]);
    server.reconfig("hhgit.policy", "managed");
    server.commit("main", &[("elsewhere", "x\n")]);
    is(&server, &server.push(&["main"]), true, &[]);
    server.commit("main", &[(&vpc_path(2), &vpc(2, "many"))]);
    is(&server, &server.push(&["main"]), false, &["bad-manifest"]);
    server.commit("main", &[("f/.hnp/manifest.yaml", MANIFEST)]);
    is(&server, &server.push(&["main"]), false, &["schema-violation"]);
    server.commit("main", &[(&vpc_path(2), &vpc(2, "1002"))]);
    is(&server, &server.push(&["main"]), true, &[]);
}

#[test]
fn the_configuration_of_who_pushes_and_the_environment_do_not_count() {
    let server = two_errors();
    let mine = server.repo.beside("gitconfig");
    std::fs::write(&mine, "[hhgit]\n policy = warn\n allowSkip\n refs = refs/heads/none\n").unwrap();
    let env = [
        ("GIT_CONFIG_COUNT", "1"),
        ("GIT_CONFIG_KEY_0", "hhgit.policy"),
        ("GIT_CONFIG_VALUE_0", "warn"),
        ("GIT_CONFIG_GLOBAL", mine.to_str().unwrap()),
    ];
    is(&server, &server.push_with(&["managed"], &env), false, &["schema-violation"]);
    // As it would be over a connection that lets the environment through.
    let set: String = env.iter().map(|(key, value)| format!("export {key}='{value}'\n")).collect();
    server.script("pre-receive", &format!("{set}exec '{}' hook pre-receive", env!("CARGO_BIN_EXE_hhgit")));
    is(&server, &server.push(&["managed"]), false, &["schema-violation"]);
}

#[test]
fn the_push_option_skips_only_where_the_server_allows_it() {
    let server = two_errors();
    server.config("receive.advertisePushOptions", "true");
    let pushed = server.push(&["--push-option=hhgit.skip", "managed"]);
    is(&server, &pushed, false, &["schema-violation"]);
    assert!(server.said(&pushed).contains("This server does not allow the push option hhgit.skip;"), "{pushed:?}");
    server.config("hhgit.allowSkip", "true");
    is(
        &server,
        &server.push(&["--push-option=hhgit.skipper", "--push-option=skip", "managed"]),
        false,
        &["schema-violation"],
    );
    let pushed = server.push(&["--push-option=ci.skip", "--push-option=hhgit.skip", "managed"]);
    let said = "hhgit: the push is let in unjudged, as the push option hhgit.skip asks.\n";
    assert_eq!((pushed.code, server.said(&pushed).as_str()), (Some(0), said));
}

#[test]
fn in_gitlab_each_line_of_a_refusal_has_its_mark() {
    let server = two_errors();
    let all_marked = |pushed: &Ended| {
        let said = server.said(pushed);
        !said.is_empty() && said.lines().all(|line| line.starts_with("GL-HOOK-ERR:"))
    };
    for name in ["GL_ID", "GL_REPOSITORY", "GL_PROTOCOL"] {
        let pushed = server.push_with(&["managed"], &[(name, "x")]);
        assert!(pushed.code == Some(1) && all_marked(&pushed), "{pushed:?}");
    }
    assert!(!all_marked(&server.push_with(&["managed"], &[("GL_USER", "x"), ("GL_REPO", "x")])), "that is gitolite");
    server.config("hhgit.level", "x");
    assert!(all_marked(&server.push_with(&["managed"], &[("GL_ID", "x")])));
    server.reconfig("hhgit.level", "schema");
    let pushed = server.push_with(&["raw"], &[("GL_ID", "x")]);
    assert!(pushed.code == Some(0) && !server.said(&pushed).contains("GL-HOOK-ERR"), "{pushed:?}");
}

const PEERING: &str = "\
apiVersion: vpc.githedgehog.com/v1beta1
kind: VPCPeering
metadata: {name: one--nine}
spec:
  permit: [{vpc-1: {}, vpc-9: {}}]
";

#[test]
fn what_is_wrong_in_raw_is_no_cover_for_what_is_pushed_into_managed() {
    let server = Server::with_fabric();
    let start = server.pusher.tip("main").unwrap().to_string();
    // One that comes first by name is named as the other holder of all.
    server.commit("main", &[(&vpc_path(2), &vpc(2, "1001")), ("f/raw/0.yaml", &vpc(0, "1001"))]);
    let pushed = server.push(&["main"]);
    assert_eq!(pushed.code, Some(1), "{pushed:?}");
    server.pusher.git(&["update-ref", "refs/heads/main", &start]);
    server.commit("main", &[("f/managed/vpcpeerings/one--nine.yaml", PEERING), ("f/raw/9.yaml", &vpc(9, "xx"))]);
    let pushed = server.push(&["main"]);
    assert!(pushed.code == Some(1) && server.said(&pushed).contains("missing-reference"), "{pushed:?}");
}

#[test]
fn what_marks_a_fabric_directory_is_not_taken_from_managed() {
    let server = Server::with_fabric();
    server.change("main", &[("f/.hnp/manifest.yaml", None)], &[]);
    let pushed = server.push(&["main"]);
    assert!(pushed.code == Some(1) && server.said(&pushed).contains("f missing-manifest: "), "{pushed:?}");
}

#[test]
fn a_new_branch_takes_nothing_away() {
    let server = Server::with_fabric();
    server.config("hhgit.maxDeletions", "0");
    server.commit("main", &[(&vpc_path(2), &vpc(2, "1002"))]);
    assert_eq!(server.push(&["main"]).code, Some(0));
    assert_eq!(server.push(&["main~1:refs/heads/old"]).code, Some(0));
}
