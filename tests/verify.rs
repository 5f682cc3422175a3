//! `hhgit verify`: what each commit is found to be that is a sync or says so, and how that reads.
//!
//! `HHGIT_CORPUS` (or `../shared/corpus`) may hold the predecessor's real history; without it the test of that says so and passes.
#![allow(clippy::unwrap_used, clippy::print_stderr, reason = "a test may unwrap, and says when it is skipped")]
#![cfg(unix)]

mod support;

use serde_json::Value;
use support::server::Server;
use support::{Ended, NOW, TempRepo, hhgit, hhgit_command, real_history, run, vpc};

/// A repository whose branch is a fabric with one object and one note in raw/, and its sync.
fn synced(args: &[&str]) -> TempRepo {
    let repo = TempRepo::work_tree();
    repo.git(&["config", "user.name", "Tester"]);
    repo.git(&["config", "user.email", "tester@localhost"]);
    let web = vpc("web", "1");
    repo.commit_all(&[("f/.hnp/manifest.yaml", "version: '1.0'\n"), ("f/raw/a.yaml", &web), ("f/raw/b.txt", "hi\n")]);
    sync(&repo, args);
    repo
}

fn sync(repo: &TempRepo, args: &[&str]) {
    let ended = hhgit(repo.dir(), &[&["sync"], args].concat());
    assert_eq!(ended.code, Some(0), "{ended:?}");
}

fn verify(repo: &TempRepo, args: &[&str]) -> (Option<i32>, Value) {
    let ended = hhgit(repo.dir(), &[&["verify", "--output", "json"], args].concat());
    let said = serde_json::from_str(&ended.stdout).unwrap_or_else(|_| panic!("{ended:?}"));
    (ended.code, said)
}

/// What the tip is, and why; neither where it is no sync and does not say so.
fn tip(repo: &TempRepo) -> (String, String) {
    let (_, said) = verify(repo, &[]);
    let id = repo.git(&["rev-parse", "HEAD"]);
    let word = |one: &Value, key: &str| one[key].as_str().unwrap().to_owned();
    let found = said["commits"].as_array().unwrap().iter().find(|one| one["commit"] == id.as_str());
    found.map(|one| (word(one, "verdict"), word(one, "why"))).unwrap_or_default()
}

/// The words of all that verify tells of, newest first.
fn words(repo: &TempRepo, args: &[&str]) -> Vec<String> {
    let (_, said) = verify(repo, args);
    said["commits"].as_array().unwrap().iter().map(|one| one["verdict"].as_str().unwrap().to_owned()).collect()
}

/// The tip's bytes.
fn bytes(repo: &TempRepo) -> String {
    String::from_utf8(repo.git_bytes(&["cat-file", "commit", "HEAD"])).unwrap()
}

/// Puts a commit of these bytes in the place of the tip.
fn replace(repo: &TempRepo, bytes: &str) {
    let id = repo.git_with(&["hash-object", "-t", "commit", "-w", "--stdin"], bytes.as_bytes());
    repo.git(&["reset", "--quiet", "--hard", &id]);
}

/// Puts what the work tree holds into the tip.
fn amend(repo: &TempRepo) {
    repo.git(&["add", "--all"]);
    let tree = repo.git(&["write-tree"]);
    let old = repo.git(&["rev-parse", "HEAD^{tree}"]);
    replace(repo, &bytes(repo).replacen(&old, &tree, 1));
}

#[test]
fn what_sync_writes_is_proven_whoever_it_names_and_whoever_signs_it() {
    let repo = synced(&[]);
    assert_eq!(tip(&repo).0, "proven");
    let names: &[(&str, &str)] = &[("GIT_AUTHOR_NAME", "Bot"), ("GIT_COMMITTER_EMAIL", "bot@example.org")];
    repo.commit_all(&[("f/raw/c.yaml", &vpc("c", "1"))]);
    assert_eq!(run(hhgit_command(repo.dir()).arg("sync").envs(names.iter().copied())).code, Some(0));
    assert_eq!(repo.git(&["log", "-1", "--format=%an %ce"]), "Bot bot@example.org");
    let signed = bytes(&repo).replacen("\n\n", "\ngpgsig -----BEGIN SSH SIGNATURE-----\n abc\n -----END-----\n\n", 1);
    replace(&repo, &signed);
    assert_eq!(words(&repo, &[]), ["proven", "proven"]);
    let (code, said) = verify(&repo, &["--require", "proven"]);
    assert_eq!((code, &said["summary"]["other_commits"]), (Some(0), &Value::from(2)));
}

#[test]
fn files_that_are_not_what_sync_makes_are_named_with_what_they_should_be() {
    let repo = synced(&[]);
    repo.put("f/managed/vpcs/web.yaml", "apiVersion: v1\n");
    repo.put("f/managed/vpcs/evil.yaml", &vpc("evil", "1"));
    repo.git(&["rm", "--quiet", "f/unmanaged/b.txt"]);
    repo.git(&["update-index", "--chmod=+x", "f/unmanaged/b.txt.metadata"]);
    let mode = std::os::unix::fs::PermissionsExt::from_mode(0o755);
    std::fs::set_permissions(repo.dir().join("f/unmanaged/b.txt.metadata"), mode).unwrap();
    repo.put("README.md", "outside of the fabric\n");
    amend(&repo);
    let ended = hhgit(repo.dir(), &["verify"]);
    let id = repo.git(&["rev-parse", "--short=7", "HEAD"]);
    let blob = |at: &str| repo.git(&["rev-parse", "--short=7", at]);
    let (evil, web) = (blob("HEAD:f/managed/vpcs/evil.yaml"), blob("HEAD:f/managed/vpcs/web.yaml"));
    let (readme, was, note) = (blob("HEAD:README.md"), blob("HEAD~1:f/raw/a.yaml"), blob("HEAD~1:f/raw/b.txt"));
    let expected = format!(
        "altered {id} hhgit: sync 1 object into f\n  its tree is not what sync makes of its parent.\n  \
         README.md: is 100644 {readme}, should not be there\n  \
         f/managed/vpcs/evil.yaml: is 100644 {evil}, should not be there\n  \
         f/managed/vpcs/web.yaml: is 100644 {web}, should be 100644 {was}\n  \
         f/unmanaged/b.txt: is not there, should be 100644 {note}\n  \
         f/unmanaged/b.txt.metadata: is of mode 100755, should be of 100644\n\n\
         main: 1 sync, 1 altered; 1 other commit\n"
    );
    assert_eq!((ended.code, ended.stdout), (Some(1), expected));
}

#[test]
fn lines_of_a_message_that_are_not_syncs_are_named_with_what_they_should_be() {
    let repo = synced(&[]);
    replace(&repo, &bytes(&repo).replace("1 to managed", "2 to managed"));
    let ended = hhgit(repo.dir(), &["verify"]);
    let id = repo.git(&["rev-parse", "--short=7", "HEAD"]);
    let expected = format!(
        "altered {id} hhgit: sync 1 object into f\n  \
         its tree is what sync makes of its parent, but its message is another.\n  \
         message lacks: f (f): 1 to managed, 1 to unmanaged, 16 repairs\n  \
         message has:   f (f): 2 to managed, 1 to unmanaged, 16 repairs\n\n\
         main: 1 sync, 1 altered; 1 other commit\n"
    );
    assert_eq!((ended.code, ended.stdout), (Some(1), expected));
}

#[test]
fn what_only_says_that_it_is_a_sync_is_unfounded() {
    let repo = synced(&[]);
    let sync = repo.git(&["rev-parse", "HEAD"]);
    repo.git(&["checkout", "--quiet", "-b", "other", "HEAD~1"]);
    repo.commit_all(&[("f/raw/c.yaml", &vpc("c", "1"))]);
    repo.git(&["cherry-pick", &sync]);
    let (word, why) = tip(&repo);
    assert_eq!(word, "unfounded");
    assert!(why.starts_with("it says that the tree ") && why.contains(", but its parent's is "), "{why}");
    assert_eq!(verify(&repo, &[]).0, Some(1));

    let message = repo.git(&["log", "-1", "--format=%B", &sync]);
    repo.git(&["checkout", "--quiet", "-b", "root", &sync]);
    let tree = repo.git(&["rev-parse", "HEAD^{tree}"]);
    let root = repo.git(&["commit-tree", &tree, "-m", &message]);
    let merge = repo.git(&["commit-tree", &tree, "-p", &sync, "-p", &root, "-m", &message]);
    repo.git(&["reset", "--quiet", "--hard", &root]);
    assert_eq!(tip(&repo), ("unfounded".to_owned(), "it has 0 parents, where a sync has one".to_owned()));
    repo.git(&["reset", "--quiet", "--hard", &merge]);
    assert_eq!(tip(&repo), ("unfounded".to_owned(), "it has 2 parents, where a sync has one".to_owned()));
    let trailers = format!("x\n\nHhgit-Version: {}\nHhgit-Input-Tree: {tree}\n", env!("CARGO_PKG_VERSION"));
    let nothing = repo.git(&["commit-tree", &repo.git(&["rev-parse", "HEAD~1^{tree}"]), "-p", &sync, "-m", &trailers]);
    repo.git(&["reset", "--quiet", "--hard", &nothing]);
    let ruleset = bytes(&repo).replace("Hhgit-Input", &format!("{}\nHhgit-Input", ruleset(&message)));
    replace(&repo, &ruleset);
    assert_eq!(tip(&repo), ("unfounded".to_owned(), "sync has nothing to do in its parent".to_owned()));
    repo.git(&["commit", "--quiet", "--allow-empty", "--message=hhgit: sync 46 objects into f"]);
    assert_eq!(tip(&repo).0, "unfounded", "a subject alone is a claim");
}

/// The trailer of the ruleset.
fn ruleset(message: &str) -> &str {
    message.lines().find(|line| line.starts_with("Hhgit-Ruleset: ")).unwrap()
}

#[test]
fn what_takes_another_version_or_ruleset_or_history_is_unproven_and_not_altered() {
    let repo = synced(&[]);
    let good = bytes(&repo);
    let version = format!("Hhgit-Version: {}", env!("CARGO_PKG_VERSION"));
    replace(&repo, &good.replace(&version, "Hhgit-Version: 9.9.9"));
    let why = "it was made by hhgit 9.9.9, which is not here; its tree is what this one makes of its parent";
    assert_eq!(tip(&repo), ("unproven".to_owned(), why.to_owned()));
    assert_eq!((verify(&repo, &[]).0, verify(&repo, &["--require", "proven"]).0), (Some(0), Some(1)));
    repo.put("f/managed/vpcs/web.yaml", "a: 1\n");
    amend(&repo);
    let why = "it was made by hhgit 9.9.9, which is not here, and does not come out the same";
    assert_eq!(tip(&repo), ("unproven".to_owned(), why.to_owned()));
    replace(&repo, &good.replace(ruleset(&good), "Hhgit-Ruleset: fabric-v9 sha256:0"));
    let (word, why) = tip(&repo);
    assert_eq!(word, "unproven");
    assert!(why.starts_with("it was made by the ruleset fabric-v9 sha256:0, where fabric-v0.129 "), "{why}");
    replace(&repo, &good);
    repo.commit_all(&[("f/raw/c.yaml", &vpc("c", "1"))]);
    sync(&repo, &[]);
    let url = format!("file://{}", repo.dir().display());
    let whys = [("1", "history is cut off here, so that its parent is missing"), ("2", "f/raw/c.yaml")];
    for (depth, why) in whys {
        let clone = repo.beside(depth);
        repo.git(&["clone", "--quiet", "--depth", depth, &url, clone.to_str().unwrap()]);
        let ended = hhgit(&clone, &["verify"]);
        assert_eq!(ended.code, Some(0), "{ended:?}");
        assert!(ended.stdout.starts_with("unproven ") && ended.stdout.contains(why), "{ended:?}");
        assert!(ended.stdout.contains("note: History is cut off here"), "{ended:?}");
    }
}

#[test]
fn what_a_forge_or_a_person_reworded_is_told_apart_from_what_was_altered() {
    let repo = synced(&[]);
    let good = bytes(&repo);
    let subject = "hhgit: sync 1 object into f";
    replace(&repo, &good.replace(subject, &format!("{subject} (#12)")));
    let why = "its tree is what sync makes of its parent; a forge rewrote its message";
    assert_eq!(tip(&repo), ("reworded".to_owned(), why.to_owned()));
    replace(&repo, &format!("{good}\nCo-authored-by: A <a@b>\n"));
    assert_eq!(tip(&repo).0, "reworded");
    let header = good.split_once("\n\n").unwrap().0;
    replace(&repo, &format!("{header}\n\nSort what Ann pushed\n"));
    let why = "its tree is what sync makes of its parent; its message is not sync's";
    assert_eq!(tip(&repo), ("reworded".to_owned(), why.to_owned()));
    assert_eq!((verify(&repo, &[]).0, verify(&repo, &["--require", "proven"]).0), (Some(0), Some(1)));
    replace(&repo, &good.replace(subject, &format!("{subject} and more")));
    assert_eq!(tip(&repo).0, "altered");
}

#[test]
fn other_dates_and_other_headers_are_told() {
    let repo = synced(&[]);
    let good = bytes(&repo);
    let (author, other) = (format!("author hhgit <hhgit@localhost> {NOW}"), NOW + 1);
    replace(&repo, &good.replace(&author, &format!("author hhgit <hhgit@localhost> {other}")));
    assert_eq!((tip(&repo).0.as_str(), verify(&repo, &[]).0), ("redated", Some(0)));
    assert_eq!(verify(&repo, &["--require", "proven"]).0, Some(1));
    replace(&repo, &good.replacen("\n\n", "\nencoding ISO-8859-1\nx-evil 1\n\n", 1));
    let why = "its tree and message are what sync makes, but it has headers that no sync has: encoding, x-evil";
    assert_eq!(tip(&repo), ("altered".to_owned(), why.to_owned()));
    replace(&repo, &good.replacen("author hhgit ", "author  hhgit ", 1));
    assert_eq!(tip(&repo).0, "altered", "spelled as git does not");
}

#[test]
fn init_import_undo_reverts_and_merges_are_other_commits() {
    let repo = TempRepo::work_tree();
    repo.git(&["config", "user.name", "Tester"]);
    repo.git(&["config", "user.email", "tester@localhost"]);
    repo.commit_all(&[("README.md", "x\n")]);
    let run = |args: &[&str]| {
        let ended = hhgit(repo.dir(), args);
        assert_eq!(ended.code, Some(0), "{ended:?}");
    };
    run(&["init", "f"]);
    std::fs::write(repo.beside("objects.yaml"), vpc("web", "1")).unwrap();
    run(&["import", "../objects.yaml"]);
    run(&["sync"]);
    run(&["undo"]);
    repo.commit_all(&[("f/raw/new.yaml", &vpc("new", "1"))]);
    run(&["sync"]);
    repo.git(&["revert", "--no-edit", "HEAD"]);
    run(&["sync"]);
    repo.git(&["checkout", "--quiet", "-b", "side", "HEAD~1"]);
    repo.commit_all(&[("side.txt", "x\n")]);
    repo.git(&["checkout", "--quiet", "main"]);
    repo.git(&["merge", "--quiet", "--no-edit", "side"]);
    let (code, said) = verify(&repo, &[]);
    let verdicts: Vec<&Value> = said["commits"].as_array().unwrap().iter().map(|one| &one["verdict"]).collect();
    assert!(code == Some(0) && verdicts.len() == 3 && verdicts.iter().all(|word| *word == "proven"), "{said}");
    assert_eq!(said["summary"]["other_commits"], 8, "{said}");
}

#[test]
fn what_a_server_sorted_by_its_own_rules_is_proven_where_they_are_known() {
    let server = Server::new();
    server.config("hhgit.level", "identity");
    let crds = server.repo.beside("crds");
    std::fs::create_dir(&crds).unwrap();
    let crd = "apiVersion: apiextensions.k8s.io/v1\nkind: CustomResourceDefinition\nmetadata: {name: owns.x.githedgehog.com}\n\
        spec:\n  group: x.githedgehog.com\n  names: {kind: Own, plural: owns}\n  scope: Namespaced\n  versions:\n  \
        - {name: v1, served: true, storage: true, schema: {openAPIV3Schema: {type: object}}}\n";
    std::fs::write(crds.join("own.yaml"), crd).unwrap();
    server.config("hhgit.crds", crds.to_str().unwrap());
    server.hook("post-receive", &[]);
    let own = "apiVersion: x.githedgehog.com/v1\nkind: Own\nmetadata: {name: a}\n";
    // What breaks its schema passes where only identities are asked for.
    let odd = vpc("odd", "1").replace("vlan: 1001", "vlan: many");
    let files = [("f/.hnp/manifest.yaml", "version: '1.0'\n"), ("f/raw/own.yaml", own), ("f/raw/odd.yaml", &odd)];
    server.commit("main", &files);
    assert_eq!(server.push(&["main"]).code, Some(0));
    assert!(server.repo.git(&["log", "-1", "--format=%B", "main"]).contains("Hhgit-Options: --level=identity\n"));
    let word = |args: &[&str]| words(&server.repo, args);
    assert_eq!(word(&[]), ["unproven"]);
    assert_eq!(word(&["--crds", crds.to_str().unwrap()]), ["proven"]);
    server.reconfig("hhgit.crds", "builtin");
    server.commit(
        "next",
        &[("f/.hnp/manifest.yaml", "version: '1.0'\n"), ("f/.hnp/crds/own.yaml", crd), ("f/raw/own.yaml", own)],
    );
    assert_eq!(server.push(&["next"]).code, Some(0));
    assert_eq!(word(&["next"]), ["proven"], "by the built-in rules, whatever CRDs the fabric has");
}

#[test]
fn a_hostile_message_is_neither_believed_nor_shown_as_it_is() {
    let repo = synced(&[]);
    let good = bytes(&repo);
    let options = |flags: &str| good.replace("Hhgit-Input-Tree", &format!("Hhgit-Options: {flags}\nHhgit-Input-Tree"));
    for flags in
        ["--fabric=../..", "--fabric=f/raw", "--fabric=nowhere", "--retry=/etc", "--max-file-size=99999999999999999999"]
    {
        replace(&repo, &options(flags));
        assert_eq!(tip(&repo).0, "altered", "{flags}");
    }
    replace(&repo, &good.replace("hhgit: sync 1", "hhgit: sync \u{1b}[31m\u{202e}1"));
    let ended = hhgit(repo.dir(), &["verify"]);
    assert_eq!(ended.code, Some(1));
    assert!(!ended.stdout.contains(['\u{1b}', '\u{202e}']), "{ended:?}");
    replace(&repo, &options("--fabric=nowhere"));
    repo.put("f/managed/vpcs/web.yaml", "a: 1\n");
    amend(&repo);
    assert_eq!(tip(&repo).0, "unfounded", "no sync can have that option");
}

#[test]
fn it_reads_well_in_a_terminal_of_eighty_columns() {
    let repo = synced(&[]);
    let fine = hhgit(repo.dir(), &["verify", "--verbose"]);
    let (sync, parent) =
        (repo.git(&["rev-parse", "--short=7", "HEAD"]), repo.git(&["rev-parse", "--short=7", "HEAD~1"]));
    let expected = format!(
        "proven {sync} hhgit: sync 1 object into f\n  sync of {parent}.\n\nmain: 1 sync, 1 proven; 1 other commit\n"
    );
    assert_eq!(fine, Ended { code: Some(0), stdout: expected, stderr: String::new() });
    let quiet = hhgit(repo.dir(), &["verify", "HEAD~1"]);
    assert_eq!((quiet.code, quiet.stdout.as_str()), (Some(0), "HEAD~1: no syncs; 1 other commit\n"));
    assert_eq!(hhgit(repo.dir(), &["verify", "nowhere"]).code, Some(2));
    assert_eq!(hhgit(repo.dir(), &["verify", "--output", "sarif"]).code, Some(2));
}

#[test]
fn what_programs_read_obeys_its_schema() {
    let repo = synced(&[]);
    repo.put("f/managed/vpcs/web\n.yaml", "a: 1\n");
    repo.git(&["rm", "--quiet", "f/unmanaged/b.txt"]);
    amend(&repo);
    replace(&repo, &bytes(&repo).replace("1 to managed", "2 to managed"));
    let said = verify(&repo, &[]).1;
    assert_eq!(said["commits"][0]["files"].as_array().unwrap().len(), 2, "{said}");
    let schema = hhgit::render::verify::schema().to_value();
    let errors: Vec<String> =
        jsonschema::validator_for(&schema).unwrap().iter_errors(&said).map(|error| error.to_string()).collect();
    assert_eq!(errors, Vec::<String>::new());
    assert_eq!(said["schema"], hhgit::render::verify::SCHEMA);
}

#[test]
fn none_of_the_old_tools_commits_is_taken_for_a_sync() {
    let Some(bundle) = real_history() else { return };
    let repo = TempRepo::bare();
    repo.git(&["fetch", "--quiet", bundle.to_str().unwrap(), "refs/heads/*:refs/heads/*"]);
    let ended = hhgit(repo.dir(), &["verify", "main"]);
    assert_eq!((ended.code, ended.stdout.as_str()), (Some(0), "main: no syncs; 2872 other commits\n"));
}
