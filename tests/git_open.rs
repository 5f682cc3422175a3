//! What hhgit opens, what it refuses to open, and what it says about HEAD and branches.
#![allow(clippy::unwrap_used, clippy::print_stderr, reason = "a test may unwrap, and say that it was skipped")]

mod support;

use hhgit::git::{BranchName, Environment, Head, OpenError, RefError, Repo, WriteError};
use hhgit::ids::HashKind;
use hhgit::snapshot::Objects;
use support::{TempRepo, branch, reflog};

fn refusal(temp: &TempRepo) -> OpenError {
    Repo::open_in(temp.dir(), Environment::isolated()).expect_err("it must be refused")
}

#[test]
fn bare_work_tree_and_linked_work_tree_are_found_from_within() {
    let bare = TempRepo::bare();
    assert_eq!((bare.open().work_tree(), bare.open().git_dir()), (None, bare.dir()));

    let temp = TempRepo::work_tree();
    temp.commit_all(&[("a/b/c", "c")]);
    let repo = Repo::open_in(&temp.dir().join("a/b"), Environment::isolated()).unwrap();
    assert_eq!(repo.work_tree().unwrap(), temp.dir());
    assert_eq!(repo.git_dir(), temp.dir().join(".git"));

    let linked = temp.beside("linked");
    temp.git(&["worktree", "add", "--quiet", "-b", "other", linked.to_str().unwrap()]);
    let repo = Repo::open_in(&linked, Environment::isolated()).unwrap();
    assert_eq!(repo.work_tree().unwrap(), linked);
    assert_eq!(repo.git_dir().canonicalize().unwrap(), temp.git_dir().join("worktrees/linked"));
    assert_eq!(repo.common_dir().canonicalize().unwrap(), temp.git_dir());
}

#[test]
fn no_repository_is_said_so() {
    let dir = tempfile::tempdir().unwrap();
    let error = Repo::open_in(dir.path(), Environment::isolated()).expect_err("there is none");
    assert!(matches!(error, OpenError::NotFound { .. }), "{error:?}");
}

#[test]
fn a_broken_repository_is_not_taken_for_none() {
    let temp = TempRepo::bare();
    std::fs::write(temp.dir().join("config"), "[core\n").unwrap();
    assert!(matches!(refusal(&temp), OpenError::Open { .. }));
}

#[test]
fn reftable_is_refused_by_name() {
    let temp = TempRepo::init(&["--bare", "--ref-format=reftable"]);
    assert!(matches!(refusal(&temp), OpenError::RefStorage { storage, .. } if storage == "reftable"));
}

#[test]
fn an_unknown_extension_is_refused_by_name() {
    let temp = TempRepo::bare();
    temp.git(&["config", "core.repositoryFormatVersion", "1"]);
    temp.git(&["config", "extensions.worktreeConfig", "true"]);
    temp.open();
    std::fs::write(temp.dir().join("config"), "[core]\nrepositoryformatversion=1\nbare=true\n[extensions]\nbogus=1\n")
        .unwrap();
    assert!(matches!(refusal(&temp), OpenError::Extension { name, .. } if name == "bogus"));
}

#[test]
fn an_unknown_format_version_is_refused() {
    let temp = TempRepo::bare();
    temp.git(&["config", "core.repositoryFormatVersion", "2"]);
    assert!(matches!(refusal(&temp), OpenError::Version { version, .. } if version == "2"));
}

#[test]
fn an_extension_that_version_zero_forbids_is_refused_as_git_refuses_it() {
    let temp = TempRepo::init(&["--bare", "--object-format=sha256"]);
    assert_eq!(temp.open().hash_kind(), HashKind::Sha256);
    temp.git(&["config", "core.repositoryFormatVersion", "0"]);
    assert!(matches!(refusal(&temp), OpenError::ExtensionNeedsVersion { name, .. } if name == "objectformat"));
}

#[cfg(unix)]
#[test]
fn a_repository_of_another_user_is_refused() {
    let temp = TempRepo::bare();
    if std::os::unix::fs::chown(temp.dir(), Some(12345), None).is_err() {
        eprintln!("skipped: only root can give a directory away");
        return;
    }
    let error = refusal(&temp);
    assert!(matches!(error, OpenError::Untrusted { .. }), "{error:?}");
    assert!(error.to_string().contains("safe.directory"));
}

#[test]
fn a_namespace_is_refused() {
    let temp = TempRepo::bare();
    let environment = Environment { namespace: Some("ns".into()), ..Environment::isolated() };
    assert!(matches!(Repo::open_in(temp.dir(), environment), Err(OpenError::Namespace)));
}

#[test]
fn head_is_on_a_branch_or_unborn_or_detached() {
    let temp = TempRepo::work_tree();
    let name = branch("main");
    assert_eq!(temp.open().head().unwrap(), Head::Unborn { name: name.clone() });
    let commit = temp.commit_all(&[("a", "a")]);
    assert_eq!(temp.open().head().unwrap(), Head::Branch { name: name.clone(), commit });
    temp.git(&["pack-refs", "--all"]);
    assert_eq!(temp.open().head().unwrap(), Head::Branch { name, commit });
    temp.git(&["checkout", "--quiet", "--detach"]);
    assert_eq!(temp.open().head().unwrap(), Head::Detached { commit });
}

#[test]
fn a_branch_that_names_no_commit_or_another_ref_is_refused() {
    let temp = TempRepo::bare();
    let commit = temp.commit("main", &[("a", "a")]);
    let repo = temp.open();
    assert_eq!(repo.tip(&branch("main")).unwrap(), Some(commit));
    assert_eq!(repo.tip(&branch("none")).unwrap(), None);
    assert_eq!(repo.tip(&branch("main/below")).unwrap(), None);
    temp.git(&["symbolic-ref", "refs/heads/alias", "refs/heads/main"]);
    assert!(
        matches!(repo.tip(&branch("alias")), Err(RefError::Symbolic { target, .. }) if target == b"refs/heads/main")
    );
    temp.git(&["tag", "--annotate", "--message=t", "v1", "main"]);
    let tag = temp.git(&["rev-parse", "v1"]);
    std::fs::write(temp.dir().join("refs/heads/tagged"), tag).unwrap();
    assert!(matches!(repo.tip(&branch("tagged")), Err(RefError::NotACommit { found, .. }) if found == "a tag"));
    std::fs::write(temp.dir().join("refs/heads/lost"), "1".repeat(40)).unwrap();
    assert!(matches!(repo.tip(&branch("lost")), Err(RefError::NotACommit { found, .. }) if found == "missing"));
    std::fs::write(temp.dir().join("refs/heads/torn"), "").unwrap();
    assert!(matches!(repo.tip(&branch("torn")), Err(RefError::Damaged { .. })));
    assert!(BranchName::parse("--upload-pack=x").is_err());
}

#[test]
fn nothing_is_written_while_a_push_is_judged() {
    let temp = TempRepo::bare();
    let base = temp.commit("main", &[("a", "a")]);
    let environment = Environment { quarantine: Some(temp.dir().join("objects")), ..Environment::isolated() };
    let judging = Repo::open_in(temp.dir(), environment).unwrap();
    let reader = hhgit::git::Reader::new(&judging).unwrap();
    let root = reader.commit(base).unwrap().tree;
    let plan = support::plan(&reader, root, &[("b", Some("b"))]);
    let tree = hhgit::git::tree::apply(&reader, root, plan.edits()).unwrap();
    let refused = hhgit::git::write(&judging, Some(base), &plan, &tree, &support::meta(&[base]));
    assert!(matches!(refused, Err(WriteError::Quarantine)));
    let written = support::written(&temp.open(), base, &[("b", Some("b"))]);
    assert!(hhgit::git::publish(&judging, &branch("main"), written, &reflog()).is_err());
    assert_eq!(temp.tip("main"), Some(base));
}

#[test]
fn configuration_is_read_from_the_repository() {
    let temp = TempRepo::bare();
    temp.git(&["config", "hhgit.author", "A B <a@b>"]);
    temp.git(&["config", "hhgit.sign", "yes"]);
    temp.git(&["config", "user.name", "Me"]);
    temp.git(&["config", "user.email", "me@here"]);
    let repo = temp.open();
    assert_eq!(repo.config("hhgit.author").as_deref(), Some("A B <a@b>"));
    assert_eq!((repo.config_bool("hhgit.sign"), repo.config_bool("hhgit.other")), (Some(true), None));
    assert_eq!(repo.git_author(), Some(hhgit::git::Person::new("Me", "me@here")));
}

#[test]
fn the_environment_is_honoured_as_git_honours_it() {
    const CHILD: &str = "HHGIT_TEST_CHILD";
    if let Some(expected) = std::env::var_os(CHILD) {
        let found = match Repo::open(std::path::Path::new(".")) {
            Ok(repo) => repo.git_dir().canonicalize().unwrap().into_os_string(),
            Err(OpenError::FoundBare { .. }) => "guarded".into(),
            Err(OpenError::NotFound { .. }) => "none".into(),
            Err(error) => panic!("{error}"),
        };
        assert_eq!(found, expected);
        return;
    }
    let temp = TempRepo::bare();
    let git_dir = temp.dir().canonicalize().unwrap();
    let empty = temp.beside("empty");
    std::fs::create_dir(&empty).unwrap();
    let guard =
        [("GIT_CONFIG_COUNT", "1"), ("GIT_CONFIG_KEY_0", "safe.bareRepository"), ("GIT_CONFIG_VALUE_0", "explicit")];
    let dir = temp.dir().to_str().unwrap();
    let ceiling = temp.dir().parent().unwrap().to_str().unwrap();
    let run = |at: &std::path::Path, variables: &[(&str, &str)], expected: &std::ffi::OsStr| {
        let mut command = std::process::Command::new(std::env::current_exe().unwrap());
        command.args(["--exact", "the_environment_is_honoured_as_git_honours_it"]).current_dir(at);
        command.env("HOME", "/nonexistent").env("GIT_CONFIG_NOSYSTEM", "1").env("GIT_CONFIG_GLOBAL", "/dev/null");
        let output = command.envs(variables.iter().copied()).env(CHILD, expected).output().unwrap();
        assert!(output.status.success(), "{variables:?} {}", String::from_utf8_lossy(&output.stdout));
    };
    run(&empty, &[("GIT_DIR", dir)], git_dir.as_os_str());
    run(temp.dir(), &[("GIT_DIR", ".")], git_dir.as_os_str());
    run(temp.dir(), &[], git_dir.as_os_str());
    run(temp.dir(), &guard, "guarded".as_ref());
    run(temp.dir(), &[guard.as_slice(), &[("GIT_DIR", ".")]].concat(), git_dir.as_os_str());
    run(&empty, &[("GIT_CEILING_DIRECTORIES", ceiling)], "none".as_ref());
}
