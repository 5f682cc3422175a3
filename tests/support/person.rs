//! A person's repository for tests: a sorted fabric directory, the hooks installed, and commits as people make them.

use super::{Ended, TempRepo, git_command, hhgit, run};

/// The namespaces that VPCs name unless they name others.
pub const NAMESPACES: &str = "\
apiVersion: wiring.githedgehog.com/v1beta1
kind: VLANNamespace
metadata: {name: default}
spec:
  ranges: [{from: 1000, to: 2999}]
---
apiVersion: vpc.githedgehog.com/v1beta1
kind: IPv4Namespace
metadata: {name: default}
spec:
  subnets: [10.0.0.0/16]
";

/// A repository with a sorted fabric directory `f` and a file beside it, and the hooks installed.
pub fn prepared() -> TempRepo {
    let repo = TempRepo::work_tree();
    repo.commit_all(&[
        ("f/.hnp/manifest.yaml", "version: '1.0'\n"),
        ("f/raw/base.yaml", NAMESPACES),
        ("README", "1\n"),
    ]);
    assert_eq!(hhgit(repo.dir(), &["sync"]).code, Some(0));
    assert_eq!(hhgit(repo.dir(), &["hook", "install"]).code, Some(0));
    repo
}

/// Runs git; how it ended.
pub fn git(repo: &TempRepo, args: &[&str]) -> Ended {
    run(git_command(repo.dir()).args(args))
}

/// Commits what is staged; how that ended.
pub fn commit(repo: &TempRepo, args: &[&str]) -> Ended {
    git(repo, &[&["commit", "--quiet", "--message=mine"], args].concat())
}
