//! `hhgit import` by the real binary on real repositories: what a cluster printed goes to raw/ in one commit.
#![allow(clippy::unwrap_used, reason = "a test may unwrap")]

mod support;

use std::process::Stdio;

use support::{Ended, NOW, TempRepo, git_command, hhgit, hhgit_command, leftovers, run};

const MANIFEST: &str = "version: '1.0'\nfabric_name: one\n";

const LIST: &str = r#"{"apiVersion": "v1", "kind": "List", "items": [
  {"apiVersion": "vpc.githedgehog.com/v1beta1", "kind": "VPC",
   "metadata": {"name": "web", "namespace": "default", "uid": "u", "resourceVersion": "7", "generation": 1,
    "labels": {"fabric.githedgehog.com/ipv4ns": "default"}},
   "spec": {"subnets": {"default": {"subnet": "10.0.1.0/24", "vlan": 1001}}}, "status": {}},
  {"apiVersion": "wiring.githedgehog.com/v1beta1", "kind": "Server", "metadata": {"name": "server-1"},
   "spec": {"description": "yes"}},
  {"apiVersion": "agent.githedgehog.com/v1beta1", "kind": "Agent", "metadata": {"name": "leaf-1"}},
  {"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": "x"}}], "metadata": {"resourceVersion": ""}}"#;

const SERVER: &str = "apiVersion: wiring.githedgehog.com/v1beta1\nkind: Server\nmetadata:\n  name: server-1\n\
                      spec:\n  description: \"yes\"\n";
const VPC: &str = "apiVersion: vpc.githedgehog.com/v1beta1\nkind: VPC\nmetadata:\n  name: web\n  namespace: default\n\
                   spec:\n  subnets:\n    default:\n      subnet: 10.0.1.0/24\n      vlan: 1001\n";

fn fabric(at: &str) -> (String, &'static str) {
    (format!("{at}/.hnp/manifest.yaml"), MANIFEST)
}

/// A bare repository of one fabric directory, and a file beside it that holds this.
fn repo(printed: &str) -> (TempRepo, String) {
    let repo = TempRepo::bare();
    let (path, text) = fabric("f");
    repo.commit("main", &[(&path, text)]);
    let file = repo.beside("printed");
    std::fs::write(&file, printed).unwrap();
    (repo, file.to_str().unwrap().to_owned())
}

fn import(repo: &TempRepo, args: &[&str]) -> Ended {
    let mut command = hhgit_command(repo.dir());
    for role in ["AUTHOR", "COMMITTER"] {
        command.env(format!("GIT_{role}_NAME"), "Tester").env(format!("GIT_{role}_EMAIL"), "tester@localhost");
        command.env(format!("GIT_{role}_DATE"), format!("@{NOW} +0000"));
    }
    run(command.arg("import").args(args))
}

#[test]
fn objects_of_a_cluster_go_to_raw_in_one_commit_of_whoever_asked() {
    let (repo, file) = repo(LIST);
    let before = repo.tip("main").unwrap();
    let ended = import(&repo, &[&file]);
    let after = repo.tip("main").unwrap();
    let (from, to) = (before.to_string()[..7].to_owned(), after.to_string()[..7].to_owned());
    let told = format!(
        "one (f): 2 files\n\nnote: Left out 1 object that Hedgehog's controllers make: Agent (1).\n\
         note: Left out 1 object of other groups: ConfigMap (1).\n\nmain: {from} -> {to}\n"
    );
    assert_eq!(ended, Ended { code: Some(0), stdout: told, stderr: String::new() });
    let show = |path: &str| String::from_utf8(repo.git_bytes(&["show", &format!("main:{path}")])).unwrap();
    assert_eq!(
        repo.git(&["ls-tree", "-r", "--name-only", "main"]),
        "f/.hnp/manifest.yaml\nf/raw/servers/server-1.yaml\nf/raw/vpcs/web.yaml"
    );
    assert_eq!((show("f/raw/servers/server-1.yaml"), show("f/raw/vpcs/web.yaml")), (SERVER.into(), VPC.into()));
    let commit = format!(
        "{before} Tester <tester@localhost> {NOW} +0000\nhhgit: import 2 objects into one\n\n  \
         added f/raw/servers/server-1.yaml\n  added f/raw/vpcs/web.yaml\n\nHhgit-Version: {}",
        env!("CARGO_PKG_VERSION")
    );
    assert_eq!(repo.git(&["log", "-1", "--date=raw", "--format=%P %an <%ae> %ad%n%B", "main"]), commit);
    repo.fsck();
    assert_eq!(leftovers(&repo), Vec::<String>::new());
    // What was imported is sorted without a finding, and importing it again changes nothing.
    let synced = hhgit(repo.dir(), &["sync"]);
    assert!(synced.stdout.starts_with("one (f): 2 to managed, ") && !synced.stdout.contains("["), "{synced:?}");
}

#[test]
fn what_raw_holds_already_is_no_commit_and_another_value_takes_its_place() {
    let (repo, file) = repo(LIST);
    import(&repo, &[&file]);
    let state = repo.state();
    let again = import(&repo, &[&file]);
    assert!(again.stdout.ends_with("main: nothing to do\n"), "{again:?}");
    assert_eq!(repo.state(), state);
    std::fs::write(&file, LIST.replace("1001", "1002")).unwrap();
    assert_eq!(import(&repo, &[&file]).code, Some(0));
    assert_eq!(repo.git(&["diff", "--name-status", "main^", "main"]), "M\tf/raw/vpcs/web.yaml");
    assert!(repo.git(&["log", "-1", "--format=%B", "main"]).contains("\n  updated f/raw/vpcs/web.yaml\n"));
}

#[test]
fn a_dry_run_and_a_refusal_write_nothing() {
    let (repo, file) = repo(LIST);
    let state = repo.state();
    let dry = import(&repo, &["--dry-run", &file]);
    assert!(dry.code == Some(0) && dry.stdout.ends_with("main: dry run: nothing was written\n"), "{dry:?}");
    std::fs::write(&file, "a: [\n").unwrap();
    let bad = import(&repo, &[&file]);
    assert!(bad.code == Some(3) && bad.stderr.contains("was imported") && bad.stderr.contains("line "), "{bad:?}");
    assert_eq!(import(&repo, &["no-such-file"]).code, Some(3));
    assert_eq!(repo.state(), state);
}

#[test]
fn one_of_several_fabrics_must_be_named() {
    let (repo, file) = repo(LIST);
    let (path, text) = fabric("g");
    repo.commit("main", &[(&path, text)]);
    let ended = import(&repo, &[&file]);
    let told = "error: there are several fabric directories: f, g; name one with --fabric\n";
    assert_eq!(ended, Ended { code: Some(2), stdout: String::new(), stderr: told.to_owned() });
    assert_eq!(import(&repo, &["--fabric", "g", &file]).code, Some(0));
    assert!(repo.git_succeeds(&["cat-file", "-e", "main:g/raw/vpcs/web.yaml"]));
    assert!(!repo.git_succeeds(&["cat-file", "-e", "main:f/raw"]));
}

#[test]
fn what_stands_in_the_way_is_named_and_nothing_is_written() {
    let (repo, file) = repo(LIST);
    repo.commit("main", &[("f/raw/vpcs", "a file")]);
    let state = repo.state();
    let ended = import(&repo, &[&file]);
    assert!(ended.code == Some(3) && ended.stderr.contains("f/raw/vpcs is no folder, so nothing can be put there"));
    assert_eq!(repo.state(), state);
}

#[test]
fn standard_input_goes_to_standard_output_without_a_repository() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("list.json");
    std::fs::write(&file, LIST).unwrap();
    let input = Stdio::from(std::fs::File::open(&file).unwrap());
    let ended = run(hhgit_command(folder.path()).args(["import", "--stdout", "-"]).stdin(input));
    let told = "note: Left out 1 object that Hedgehog's controllers make: Agent (1).\n\
                note: Left out 1 object of other groups: ConfigMap (1).\n";
    assert_eq!(ended, Ended { code: Some(0), stdout: format!("{SERVER}---\n{VPC}"), stderr: told.to_owned() });
}

#[test]
fn a_work_tree_follows_the_commit() {
    let repo = TempRepo::work_tree();
    let (path, text) = fabric("f");
    repo.commit_all(&[(&path, text)]);
    let file = repo.beside("printed");
    std::fs::write(&file, LIST).unwrap();
    assert_eq!(import(&repo, &[file.to_str().unwrap()]).code, Some(0));
    assert_eq!(std::fs::read_to_string(repo.dir().join("f/raw/vpcs/web.yaml")).unwrap(), VPC);
    assert!(git_command(repo.dir()).args(["diff", "--quiet", "HEAD"]).status().unwrap().success());
}
