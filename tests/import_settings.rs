//! `hhgit settings` by the real binary on real repositories: what fab.yaml says goes to the manifest, and is told.
#![allow(clippy::unwrap_used, reason = "a test may unwrap")]

mod support;

use support::{TempRepo, hhgit, leftovers};

const FAB: &str = "apiVersion: fabricator.githedgehog.com/v1beta1\nkind: Fabricator\nmetadata:\n  name: default\nspec:\n  \
                   config:\n    control:\n      managementSubnet: 172.30.0.0/21\n    fabric:\n      spineASN: 65000\n    \
                   gateway:\n      enable: true\n";
const OLD: &str = "# ours\nversion: '1.0'\nsettings:\n  cumulus: true\n\n# how\npolicy: {level: schema} # as usual\nfabric_name: one\n";
const NEW: &str = "# ours\nversion: '1.0'\nsettings:\n  gateway: true\n  spine-asn: 65000\n\n# how\npolicy: {level: schema} # as usual\n\
                   fabric_name: one\n";

fn repo(manifest: &str) -> (TempRepo, String) {
    let repo = TempRepo::bare();
    repo.commit("main", &[("f/.hnp/manifest.yaml", manifest), ("f/raw/.gitkeep", "")]);
    let file = repo.beside("fab.yaml");
    std::fs::write(&file, FAB).unwrap();
    (repo, file.to_str().unwrap().to_owned())
}

fn manifest(repo: &TempRepo) -> String {
    String::from_utf8(repo.git_bytes(&["show", "main:f/.hnp/manifest.yaml"])).unwrap()
}

#[test]
fn the_settings_that_differ_go_to_the_manifest_and_all_else_of_it_stays() {
    let (repo, file) = repo(OLD);
    let state = repo.state();
    assert_eq!(hhgit(repo.dir(), &["settings", "import", "--dry-run", &file]).code, Some(0));
    assert_eq!(repo.state(), state);
    let ended = hhgit(repo.dir(), &["settings", "import", &file]);
    assert_eq!((ended.code, ended.stderr.as_str()), (Some(0), ""));
    assert_eq!(manifest(&repo), NEW);
    let message = repo.git(&["log", "-1", "--format=%B", "main"]);
    let version = env!("CARGO_PKG_VERSION");
    let meant =
        format!("hhgit: import settings into one\n\n  updated f/.hnp/manifest.yaml\n\nHhgit-Version: {version}");
    assert_eq!(message, meant);
    repo.fsck();
    assert_eq!(leftovers(&repo), Vec::<String>::new());
    let state = repo.state();
    assert!(hhgit(repo.dir(), &["settings", "import", &file]).stdout.ends_with("main: nothing to do\n"));
    assert_eq!(repo.state(), state);
}

#[test]
fn what_cannot_be_read_or_has_no_room_changes_nothing() {
    let (repo, file) = repo("{version: '1.0'}\n");
    let state = repo.state();
    let ended = hhgit(repo.dir(), &["settings", "import", &file]);
    assert!(
        ended.code == Some(3) && ended.stderr.contains("f/.hnp/manifest.yaml is not laid out line by line"),
        "{ended:?}"
    );
    std::fs::write(&file, "kind: Other\n").unwrap();
    let ended = hhgit(repo.dir(), &["settings", "import", &file]);
    assert!(ended.code == Some(3) && ended.stderr.contains("it holds no object of kind Fabricator"), "{ended:?}");
    repo.commit("main", &[("f/.hnp/manifest.yaml", "version: 2\n")]);
    let state_of_broken = repo.state();
    std::fs::write(&file, FAB).unwrap();
    let ended = hhgit(repo.dir(), &["settings", "import", &file]);
    assert!(ended.code == Some(3) && ended.stdout.contains("bad-manifest"), "{ended:?}");
    assert!(repo.state() == state_of_broken && state != state_of_broken);
}

#[test]
fn a_fabric_without_a_manifest_gets_one() {
    let repo = TempRepo::bare();
    repo.commit("main", &[("f/raw/.gitkeep", ""), ("f/.hnp/notes", "")]);
    let file = repo.beside("fab.yaml");
    std::fs::write(&file, FAB).unwrap();
    let ended = hhgit(repo.dir(), &["settings", "import", file.to_str().unwrap()]);
    assert_eq!(ended.code, Some(0), "{ended:?}");
    assert!(manifest(&repo).ends_with("fabric_name: f\nsettings:\n  gateway: true\n  spine-asn: 65000\n"));
}

#[test]
fn the_settings_in_force_are_shown_with_what_is_set() {
    let (repo, _) = repo(NEW);
    let shown = hhgit(repo.dir(), &["settings", "show"]);
    assert_eq!((shown.code, shown.stderr.as_str(), shown.stdout.lines().count()), (Some(0), "", 26));
    let row = |key: &str| {
        let cells = |line: &str| line.split_whitespace().map(str::to_owned).collect::<Vec<_>>();
        shown.stdout.lines().map(cells).find(|cells| cells.first().is_some_and(|first| first == key)).unwrap()
    };
    assert_eq!(shown.stdout.lines().next(), Some("one (f):"));
    assert_eq!(row("gateway"), ["gateway", "true", "set"]);
    assert_eq!(row("cumulus"), ["cumulus", "false", "default"]);
    assert_eq!(row("management-subnet"), ["management-subnet", "172.30.0.0/21", "default"]);
}
