//! A sorted fabric directory on two branches, `main` and `feature`, for tests of what becomes of both.
#![allow(dead_code, reason = "each test file uses its own part of this")]

use crate::support::{Ended, TempRepo, hhgit, leftovers};

/// The namespaces that the VPCs name, one of them by name alone.
pub(crate) const NAMESPACES: &str = "\
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
---
apiVersion: vpc.githedgehog.com/v1beta1
kind: IPv4Namespace
metadata: {name: other}
spec:
  subnets: [10.9.0.0/16]
";

/// A VPC with one subnet, numbered so that no two get into each other's way.
pub(crate) fn vpc(name: &str, number: u8) -> String {
    format!(
        "# {name}\napiVersion: vpc.githedgehog.com/v1beta1\nkind: VPC\nmetadata:\n  name: {name}\nspec:\n  subnets:\n    default:\n      \
         subnet: 10.0.{number}.0/24 # where\n      vlan: 10{number:02} # which\n"
    )
}

/// Where a VPC's file lies.
pub(crate) fn at(name: &str) -> String {
    format!("f/managed/vpcs/{name}.yaml")
}

/// A repository with the VPCs `web` and `db` sorted on `main`, which is checked out, and `feature` beside it.
pub(crate) fn site() -> TempRepo {
    site_of(TempRepo::work_tree())
}

/// The same in a repository of one's own.
pub(crate) fn site_of(repo: TempRepo) -> TempRepo {
    repo.commit_all(&[
        ("f/.hnp/manifest.yaml", "version: '1.0'\n"),
        ("f/raw/base.yaml", NAMESPACES),
        ("f/raw/web.yaml", &vpc("web", 1)),
        ("f/raw/db.yaml", &vpc("db", 2)),
    ]);
    assert_eq!(hhgit(repo.dir(), &["sync"]).code, Some(0));
    repo.git(&["branch", "feature"]);
    repo
}

/// Replaces a word in a file of the work tree, where it must be.
pub(crate) fn edit(repo: &TempRepo, file: &str, from: &str, to: &str) {
    let text = std::fs::read_to_string(repo.dir().join(file)).unwrap();
    assert!(text.contains(from), "{from:?} is not in {text}");
    repo.put(file, &text.replace(from, to));
}

/// Commits what `change` makes of the work tree on a branch, and goes back to main.
pub(crate) fn on(repo: &TempRepo, branch: &str, subject: &str, change: impl FnOnce(&TempRepo)) {
    repo.git(&["switch", "--quiet", branch]);
    change(repo);
    repo.git(&["add", "--all"]);
    repo.git(&["commit", "--quiet", "--allow-empty", "--message", subject]);
    repo.git(&["switch", "--quiet", "main"]);
}

/// A file as it is on main.
pub(crate) fn file(repo: &TempRepo, path: &str) -> String {
    repo.git(&["show", &format!("main:{path}")]) + "\n"
}

/// Merges feature into main.
pub(crate) fn merge(repo: &TempRepo) -> Ended {
    hhgit(repo.dir(), &["merge", "feature"])
}

/// The merge was refused with exit code 1 and nothing at all changed.
pub(crate) fn refused(repo: &TempRepo) -> String {
    let before = repo.state();
    let ended = merge(repo);
    assert_eq!((ended.code, ended.stderr.as_str()), (Some(1), ""), "{ended:?}");
    assert_eq!(repo.state(), before);
    assert_eq!(leftovers(repo), Vec::<String>::new());
    ended.stdout
}

/// The merge went well; the work tree is main's and a sync has nothing to do.
pub(crate) fn merged(repo: &TempRepo) -> Ended {
    let ended = merge(repo);
    assert_eq!((ended.code, ended.stderr.as_str()), (Some(0), ""), "{ended:?}");
    assert_eq!(repo.git(&["status", "--porcelain", "--untracked-files=all"]), "");
    let synced = hhgit(repo.dir(), &["sync"]);
    assert!(synced.stdout.ends_with(": nothing to do\n"), "{synced:?}");
    repo.fsck();
    ended
}
