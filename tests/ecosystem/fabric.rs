//! A fabric with an object of every kind that users write, sorted by hhgit.

use crate::support::{TempRepo, hhgit};

/// Where the examples in docs/ have their fabric directory.
pub(crate) const FABRIC: &str = "gitops/hedgehog/fabric-1";

/// The fabric, in a work tree, synced.
pub(crate) fn sorted() -> TempRepo {
    let repo = TempRepo::work_tree();
    repo.commit_all(&[
        (&format!("{FABRIC}/.hnp/manifest.yaml"), "version: '1.0'\nsettings: {gateway: true}\n"),
        (&format!("{FABRIC}/raw/base.yaml"), include_str!("../../src/rules/tests/cases/base.yaml")),
        (&format!("{FABRIC}/raw/more.yaml"), include_str!("more.yaml")),
    ]);
    let ended = hhgit(repo.dir(), &["sync"]);
    assert_eq!(ended.code, Some(0), "{ended:?}");
    repo
}

/// The objects' files in managed/, by their paths in the repository.
pub(crate) fn managed(repo: &TempRepo) -> Vec<String> {
    let all = repo.git(&["ls-files", &format!("{FABRIC}/managed/")]);
    all.lines().filter(|path| path.ends_with(".yaml")).map(str::to_owned).collect()
}

/// The kind's folder that a managed file lies in.
pub(crate) fn plural(path: &str) -> &str {
    path.rsplit('/').nth(1).expect("a file below managed/<plural>/")
}
