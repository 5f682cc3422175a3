//! `hhgit crds` by the real binary on real repositories: a cluster's CRDs go to `.hnp/crds/`, and the kinds are told.
#![allow(clippy::unwrap_used, reason = "a test may unwrap")]

mod support;

use support::{Ended, TempRepo, hhgit, leftovers};

const MANIFEST: (&str, &str) = ("f/.hnp/manifest.yaml", "version: '1.0'\nfabric_name: one\n");

fn crd(kind: &str, plural: &str, group: &str) -> String {
    format!(
        "apiVersion: apiextensions.k8s.io/v1\nkind: CustomResourceDefinition\nmetadata:\n  annotations:\n    a: b\n  \
         creationTimestamp: null\n  name: {plural}.{group}\n  uid: u\nspec:\n  group: {group}\n  names:\n    kind: {kind}\n    \
         plural: {plural}\n  scope: Namespaced\n  versions:\n    - name: v1\n      served: true\n      storage: true\n      \
         schema:\n        openAPIV3Schema:\n          type: object\n          description: |\n            two\n            lines\nstatus:\n  conditions: []\n"
    )
}

/// What is kept of that.
fn kept(kind: &str, plural: &str, group: &str) -> String {
    format!(
        "apiVersion: apiextensions.k8s.io/v1\nkind: CustomResourceDefinition\nmetadata:\n  name: {plural}.{group}\nspec:\n  \
         group: {group}\n  names:\n    kind: {kind}\n    plural: {plural}\n  scope: Namespaced\n  versions:\n    - name: v1\n      \
         served: true\n      storage: true\n      schema:\n        openAPIV3Schema:\n          type: object\n          \
         description: \"two\\nlines\\n\"\n"
    )
}

fn new_kind() -> String {
    crd("Rail", "rails", "wiring.githedgehog.com")
}

/// A bare repository of one fabric directory, and the path of a file beside it that holds this.
fn repo(printed: &str) -> (TempRepo, String) {
    let repo = TempRepo::bare();
    repo.commit("main", &[MANIFEST]);
    let file = repo.beside("crds.yaml");
    std::fs::write(&file, printed).unwrap();
    (repo, file.to_str().unwrap().to_owned())
}

#[test]
fn crds_of_hedgehog_groups_become_files_and_others_are_counted() {
    let (repo, file) = repo(&format!("{}---\n{}", new_kind(), crd("Pod", "pods", "example.org")));
    let ended = hhgit(repo.dir(), &["crds", "import", &file]);
    assert_eq!((ended.code, ended.stderr.as_str()), (Some(0), ""));
    let said = "one (f): 1 file\n\nnote: Left out 1 document without a CRD of a Hedgehog group.\n";
    assert!(ended.stdout.starts_with(said), "{}", ended.stdout);
    assert_eq!(
        repo.git(&["diff", "--name-status", "main^", "main"]),
        "A\tf/.hnp/crds/rails.wiring.githedgehog.com.yaml"
    );
    let bytes = repo.git_bytes(&["show", "main:f/.hnp/crds/rails.wiring.githedgehog.com.yaml"]);
    assert_eq!(String::from_utf8(bytes).unwrap(), kept("Rail", "rails", "wiring.githedgehog.com"));
    let message = repo.git(&["log", "-1", "--format=%B", "main"]);
    assert_eq!(
        message,
        format!(
            "hhgit: import 1 CRD into one\n\n  added f/.hnp/crds/rails.wiring.githedgehog.com.yaml\n\nHhgit-Version: {}",
            env!("CARGO_PKG_VERSION")
        )
    );
    repo.fsck();
    assert_eq!(leftovers(&repo), Vec::<String>::new());
    let state = repo.state();
    assert!(hhgit(repo.dir(), &["crds", "import", &file]).stdout.ends_with("main: nothing to do\n"));
    assert_eq!(repo.state(), state);
}

#[test]
fn a_folder_and_a_list_are_read_as_well_and_a_dry_run_writes_nothing() {
    let (repo, file) = repo(&new_kind());
    let folder = repo.beside("crds");
    std::fs::create_dir(&folder).unwrap();
    let list = "apiVersion: v1\nkind: List\nitems:\n- apiVersion: apiextensions.k8s.io/v1\n  kind: CustomResourceDefinition\n  \
                spec: {group: vpc.githedgehog.com, names: {kind: Tap, plural: taps}, versions: [{name: v1, served: true}]}\n";
    std::fs::write(folder.join("list.yml"), list).unwrap();
    std::fs::copy(&file, folder.join("one.yaml")).unwrap();
    std::fs::write(folder.join("notes.txt"), "a: [").unwrap();
    let folder = folder.to_str().unwrap();
    let state = repo.state();
    assert_eq!(hhgit(repo.dir(), &["crds", "import", "--dry-run", folder]).code, Some(0));
    assert_eq!(repo.state(), state);
    let ended = hhgit(repo.dir(), &["crds", "import", folder]);
    assert_eq!(ended.code, Some(0), "{ended:?}");
    let names = "f/.hnp/crds/rails.wiring.githedgehog.com.yaml\nf/.hnp/crds/taps.vpc.githedgehog.com.yaml";
    assert_eq!(repo.git(&["diff", "--name-only", "main^", "main"]), names);
}

#[test]
fn crds_that_contradict_are_refused_with_a_finding() {
    let (repo, file) = repo(&crd("Schalter", "switches", "x.githedgehog.com"));
    let state = repo.state();
    let ended = hhgit(repo.dir(), &["crds", "import", &file]);
    assert_eq!((ended.code, repo.state()), (Some(3), state.clone()));
    assert!(ended.stdout.contains("the plural switches is claimed by both"), "{}", ended.stdout);
    assert!(ended.stdout.ends_with("main: refused: nothing was written (1 error)\n"), "{}", ended.stdout);
    std::fs::write(&file, new_kind().replace("served: true", "served: false")).unwrap();
    let ended = hhgit(repo.dir(), &["crds", "import", &file]);
    assert!(ended.code == Some(3) && ended.stderr.contains("the CRD serves no version"), "{ended:?}");
    assert_eq!(repo.state(), state);
}

#[test]
fn a_broken_crd_is_mended_by_the_import_of_a_good_one() {
    let (repo, file) = repo(&new_kind());
    repo.commit("main", &[("f/.hnp/crds/rails.wiring.githedgehog.com.yaml", "a: [")]);
    let told = hhgit(repo.dir(), &["crds", "list"]);
    assert!(told.code == Some(3) && told.stderr.contains("correct it first"), "{told:?}");
    let ended = hhgit(repo.dir(), &["crds", "import", &file]);
    assert_eq!(ended.code, Some(0), "{ended:?}");
}

#[test]
fn the_list_tells_where_each_kind_comes_from() {
    let (repo, file) = repo(&new_kind());
    hhgit(repo.dir(), &["crds", "import", &file]);
    let Ended { code, stdout, stderr } = hhgit(repo.dir(), &["crds", "list"]);
    assert_eq!((code, stderr.as_str(), stdout.lines().count()), (Some(0), "", 27));
    assert!(stdout.starts_with("one (f): fabric-v0.129+crds sha256:"), "{stdout}");
    let row = |start: &str| stdout.lines().find(|line| line.starts_with(start)).map(str::to_owned);
    let own = "  Rail                wiring.githedgehog.com      v1        .hnp/crds/rails.wiring.githedgehog.com.yaml";
    assert_eq!(row("  Rail ").as_deref(), Some(own));
    let known = "  VPC                 vpc.githedgehog.com         v1beta1   built-in";
    assert_eq!(row("  VPC ").as_deref(), Some(known));
}
