//! `hhgit.syncs` in real pushes: a bot's or a person's sync is let in because it is right, and nothing else changes managed/.
#![allow(clippy::unwrap_used, reason = "a test may unwrap")]
#![cfg(unix)]

mod support;

use support::server::{MANIFEST, NAMESPACES, Server, vpc, vpc_path};
use support::{Ended, NOW, hhgit};

/// A server with a fabric that goes by this value of `hhgit.syncs`.
fn server(syncs: &str) -> Server {
    let server = Server::with_fabric();
    server.config("hhgit.syncs", syncs);
    server
}

/// Commits into raw/ and syncs, as a bot does in its own clone.
fn sync(server: &Server, branch: &str, files: &[(&str, &str)]) {
    server.commit(branch, files);
    let ended = hhgit(server.pusher.dir(), &["sync", branch]);
    assert_eq!(ended.code, Some(0), "{ended:?}");
}

fn is(server: &Server, pushed: &Ended, let_in: bool, words: &str) {
    let said = server.said(pushed);
    assert!((pushed.code == Some(0)) == let_in && said.contains(words), "{pushed:?}");
    assert!(!words.is_empty() || said.is_empty(), "{pushed:?}");
}

const REFUSED: &str = " not-a-sync: changed by what is no proven sync: ";

#[test]
fn a_proven_sync_is_let_in_and_nothing_else_may_change_what_syncs_make() {
    let server = server("only");
    sync(&server, "main", &[("f/raw/2.yaml", &vpc(2, "1002")), ("f/raw/x.txt", "x\n")]);
    is(&server, &server.push(&["main"]), true, "");
    server.commit("main", &[("f/raw/3.yaml", &vpc(3, "1003")), ("README.md", "x\n")]);
    is(&server, &server.push(&["main"]), true, "");
    for (path, text) in [(vpc_path(2), vpc(2, "1009")), ("f/unmanaged/y.txt".to_owned(), "y\n".to_owned())] {
        server.pusher.git(&["branch", "--force", "bad", "main"]);
        server.commit("bad", &[(&path, &text)]);
        is(&server, &server.push(&["bad:main"]), false, REFUSED);
        // A good sync on top of it makes it no better.
        sync(&server, "bad", &[("f/raw/4.yaml", &vpc(4, "1004"))]);
        is(&server, &server.push(&["bad:main"]), false, REFUSED);
    }
}

#[test]
fn a_sync_that_is_a_byte_away_is_refused() {
    let server = server("only");
    sync(&server, "main", &[("f/raw/2.yaml", &vpc(2, "1002"))]);
    let good = String::from_utf8(server.pusher.git_bytes(&["cat-file", "commit", "main"])).unwrap();
    let tree = server.pusher.git(&["rev-parse", "main^{tree}"]);
    server.change("evil", &[], &[]);
    server.pusher.git(&["branch", "--force", "evil", "main"]);
    server.commit("evil", &[(&vpc_path(2), &vpc(2, "1009"))]);
    let evil = server.pusher.git(&["rev-parse", "evil^{tree}"]);
    let dated = good.replace(&format!("author hhgit <hhgit@localhost> {NOW}"), "author hhgit <hhgit@localhost> 5");
    let bad = [
        good.replace(&tree, &evil),
        good.replace("1 to managed", "2 to managed"),
        good.replace("hhgit: sync", "hhgit: Sync"),
        good.replace("Hhgit-Version", "Hhgit-Wersion"),
        good.replacen("\n\n", "\nencoding x\n\n", 1),
        dated,
    ];
    for bytes in bad {
        assert_ne!(bytes, good);
        let id = server.pusher.git_with(&["hash-object", "-t", "commit", "-w", "--stdin"], bytes.as_bytes());
        is(&server, &server.push(&[&format!("{id}:refs/heads/main")]), false, REFUSED);
    }
    is(&server, &server.push(&["main"]), true, "");
}

#[test]
fn what_a_message_asks_for_is_believed_only_of_the_servers_own_fabric_directories() {
    let server = server("only");
    server.config("hhgit.fabric", "f");
    let inner = "f/managed/vpcs/raw/2.yaml";
    server.commit("main", &[(inner, &vpc(2, "1002"))]);
    is(&server, &server.push(&["main"]), false, REFUSED);
    server.pusher.git(&["branch", "--force", "main", "main~1"]);
    // The mark of the fabric is taken away, so that a folder inside of it could pass as one.
    server.change("main", &[("f/.hnp/manifest.yaml", None)], &[]);
    let ended = hhgit(server.pusher.dir(), &["sync", "main", "--fabric", "f/managed/vpcs"]);
    assert_eq!(ended.code, Some(0), "{ended:?}");
    is(&server, &server.push(&["main"]), false, REFUSED);
}

#[test]
fn work_by_people_and_merges_pass_as_long_as_they_leave_it_alone() {
    let server = server("only");
    let base = server.pusher.git(&["rev-parse", "main"]);
    sync(&server, "main", &[("f/raw/2.yaml", &vpc(2, "1002"))]);
    is(&server, &server.push(&["main"]), true, "");
    // Somebody who worked on an older state brings the newer one in, and then the other way round.
    server.pusher.git(&["branch", "mine", &base]);
    server.commit("mine", &[("f/raw/3.yaml", &vpc(3, "1003"))]);
    let merged = |first: &str, second: &str, files: &str| {
        let tree = server.pusher.git(&["merge-tree", "--write-tree", first, second]);
        let tree =
            if files == "merged" { tree } else { server.pusher.git(&["rev-parse", &format!("{files}^{{tree}}")]) };
        server.pusher.git(&["commit-tree", &tree, "-p", first, "-p", second, "-m", "merge"])
    };
    let dropped = merged("mine", "main", "mine");
    is(&server, &server.push(&[&format!("{dropped}:refs/heads/main")]), false, REFUSED);
    let dropped = merged("main", "mine", "mine");
    is(&server, &server.push(&[&format!("{dropped}:refs/heads/main")]), false, REFUSED);
    let good = merged("mine", "main", "merged");
    is(&server, &server.push(&[&format!("{good}:refs/heads/main")]), true, "");
    // Going back to what was is no sync either; a branch that begins there changes nothing.
    is(&server, &server.push(&["--force", &format!("{base}:refs/heads/main")]), false, REFUSED);
    is(&server, &server.push(&[&format!("{base}:refs/heads/old")]), true, "");
}

#[test]
fn a_warning_refuses_nothing_and_what_takes_too_long_is_never_let_in() {
    let server = server("only");
    server.config("hhgit.policy", "warn");
    server.commit("main", &[(&vpc_path(2), &vpc(2, "1002"))]);
    is(&server, &server.push(&["main"]), true, REFUSED);
    server.config("hhgit.pastTimeBudget", "allow");
    server.config("hhgit.timeBudget", "1ms");
    server.commit("main", &[(&vpc_path(3), &vpc(3, "1003"))]);
    let pushed = server.push(&["main"]);
    let said = server.said(&pushed);
    assert!(pushed.code == Some(0) && said.contains(REFUSED) || said.contains("refused"), "{pushed:?}");
}

#[test]
fn a_sync_may_bring_what_raw_was_let_in_with() {
    // A VLAN that is in use: said when it was pushed into raw/, and in managed/ once a bot has sorted it.
    for (syncs, let_in) in [("judged", false), ("let-in", true), ("only", true)] {
        let server = server(syncs);
        server.commit("main", &[("f/raw/2.yaml", &vpc(2, "1001"))]);
        is(&server, &server.push(&["main"]), true, "vlan-in-use");
        let ended = hhgit(server.pusher.dir(), &["sync", "main"]);
        assert_eq!(ended.code, Some(0), "{ended:?}");
        is(&server, &server.push(&["main"]), let_in, "vlan-in-use");
        if !let_in {
            continue;
        }
        server.commit("main", &[(&vpc_path(4), &vpc(4, "many"))]);
        is(&server, &server.push(&["main"]), false, "schema-violation");
        server.reconfig("hhgit.policy", "strict");
    }
}

#[test]
fn a_fabric_below_a_folder_named_managed_is_protected_as_any_other() {
    for place in ["c/managed/f", "c/other/f"] {
        let server = Server::new();
        server.config("hhgit.syncs", "let-in");
        let at = |path: &str| path.replacen("f/", &format!("{place}/"), 1);
        let (manifest, kept, first) = (at("f/.hnp/manifest.yaml"), at("f/raw/.gitkeep"), vpc(1, "1001"));
        let (vlans, addresses) = (at(NAMESPACES[0].0), at(NAMESPACES[1].0));
        let files = [
            (manifest.as_str(), MANIFEST),
            (&kept, ""),
            (&vlans, NAMESPACES[0].1),
            (&addresses, NAMESPACES[1].1),
            (&at(&vpc_path(1)), &first),
        ];
        server.commit("main", &files);
        is(&server, &server.push(&["main"]), true, "");
        for (text, raw, why) in
            [(Some("fabric_name: [f\n"), Some(""), " bad-manifest: "), (None, None, " missing-manifest: ")]
        {
            server.pusher.git(&["branch", "--force", "bad", "main"]);
            server.change("bad", &[(&manifest, text), (&kept, raw)], &[]);
            is(&server, &server.push(&["bad:main"]), false, why);
        }
        // What a sync brings there is let in as it is elsewhere.
        server.commit("main", &[(&at("f/raw/2.yaml"), &vpc(2, "1001"))]);
        let ended = hhgit(server.pusher.dir(), &["sync", "main"]);
        assert_eq!(ended.code, Some(0), "{ended:?}");
        is(&server, &server.push(&["main"]), true, "vlan-in-use");
    }
}

#[test]
fn what_lay_there_before_a_folder_became_a_fabric_is_no_work_of_syncs() {
    let server = server("only");
    server.commit("main", &[("k/f2/managed/vlannamespaces/default.yaml", NAMESPACES[0].1)]);
    is(&server, &server.push(&["main"]), true, "");
    for mark in ["k/f2/.hnp/manifest.yaml", "k/f2/raw/.gitkeep"] {
        server.pusher.git(&["branch", "--force", "bad", "main"]);
        server.commit("bad", &[(mark, MANIFEST)]);
        is(&server, &server.push(&["bad:main"]), false, REFUSED);
        is(&server, &server.push(&["bad"]), false, REFUSED);
        // A good sync on top of it makes it no better.
        sync(&server, "bad", &[("k/f2/raw/x.txt", "x\n")]);
        is(&server, &server.push(&["bad:main"]), false, REFUSED);
    }
    // A fabric that begins with marks and raw/ is sorted as any other.
    server.commit("main", &[("g/.hnp/manifest.yaml", MANIFEST), ("g/raw/1.yaml", NAMESPACES[0].1)]);
    is(&server, &server.push(&["main"]), true, "");
    sync(&server, "main", &[("g/raw/2.yaml", NAMESPACES[1].1)]);
    is(&server, &server.push(&["main"]), true, "");
    assert!(server.repo.git_succeeds(&["rev-parse", "--verify", "main:g/managed/vlannamespaces/default.yaml"]));
}

#[test]
fn only_syncs_pass_on_a_server_whose_head_names_no_branch_too() {
    let server = Server::with_fabric();
    server.config("hhgit.syncs", "only");
    server.repo.git(&["symbolic-ref", "HEAD", "refs/heads/master"]);
    let refused = |words: &[&str], why: &str| {
        let pushed = server.push(words);
        let said = server.said(&pushed).split_whitespace().collect::<Vec<_>>().join(" ");
        assert!(pushed.code != Some(0) && said.contains(why), "{words:?}: {pushed:?}");
    };
    let (before, base) = (server.repo.git(&["for-each-ref"]), server.repo.git(&["rev-parse", "main"]));
    server.commit("main", &[(&vpc_path(1), &vpc(1, "1009"))]);
    refused(&["main"], REFUSED.trim());
    refused(&["main:other"], "git symbolic-ref HEAD refs/heads/main");
    // Nor may it be made empty, to begin with something else.
    refused(&[":main"], "main cannot be deleted: no other branch");
    refused(&[":main", "main:other"], "main cannot be deleted: no other branch");
    assert_eq!(server.repo.git(&["for-each-ref"]), before);
    // A branch without a fabric has nothing to guard; the others can go, all but one.
    server.commit("notes", &[("README.md", "x\n")]);
    is(&server, &server.push(&["notes"]), true, "");
    refused(&[":main", ":notes"], "main cannot be deleted: no other branch");
    assert_eq!(server.push(&[":main"]).code, Some(0));
    refused(&["main"], "git symbolic-ref HEAD refs/heads/main");
    refused(&[":notes"], "notes cannot be deleted: no other branch");
    // What the server's admin is told to do helps.
    server.repo.git(&["update-ref", "refs/heads/main", &base]);
    server.repo.git(&["symbolic-ref", "HEAD", "refs/heads/main"]);
    is(&server, &server.push(&["main~1:refs/heads/other"]), true, "");
    refused(&["main:more"], REFUSED.trim());
}
