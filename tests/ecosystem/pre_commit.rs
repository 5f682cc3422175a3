//! The hooks of `.pre-commit-hooks.yaml`, run by the real pre-commit in a repository of its own.

use crate::fabric::{FABRIC, sorted};
use crate::files::{document, text};
use crate::support::{Ended, TempRepo, run};
use crate::tools;

const MANIFEST: &str = ".pre-commit-hooks.yaml";

/// A repository with the hooks installed by pre-commit.
struct Installed {
    repo: TempRepo,
    hooks: TempRepo,
}

impl Installed {
    /// The fabric with these hooks, or nothing where there is no pre-commit.
    fn new() -> Option<Self> {
        tools::find("pre-commit")?;
        let hooks = TempRepo::work_tree();
        let revision = hooks.commit_all(&[(MANIFEST, &text(MANIFEST))]);
        let url = hooks.dir().display();
        let config = format!(
            "default_install_hook_types: [pre-commit, pre-push]\nrepos:\n- repo: {url}\n  rev: {revision}\n  hooks:\n  \
             - id: hhgit-check-system\n"
        );
        let installed = Self { repo: sorted(), hooks };
        installed.repo.commit_all(&[(".pre-commit-config.yaml", &config)]);
        let ended = installed.pre_commit(&["install"]);
        assert_eq!(ended.code, Some(0), "{ended:?}");
        Some(installed)
    }

    /// A program in this repository, sealed, with a cache of its own for pre-commit.
    fn run(&self, program: &str, args: &[&str]) -> Ended {
        let mut command = tools::sealed(program, self.repo.dir());
        command.env("PATH", tools::path_with_hhgit()).env("PRE_COMMIT_HOME", self.hooks.beside("cache"));
        run(command.env("NO_COLOR", "1").args(args))
    }

    fn git(&self, args: &[&str]) -> Ended {
        self.run("git", args)
    }

    fn pre_commit(&self, args: &[&str]) -> Ended {
        self.run("pre-commit", args)
    }
}

/// What a run said, both ways together.
fn said(ended: &Ended) -> String {
    format!("{}{}", ended.stdout, ended.stderr)
}

fn vpc_2() -> String {
    format!("{FABRIC}/managed/vpcs/vpc-2.yaml")
}

#[test]
fn both_hooks_do_the_same_and_always_run() {
    let hooks = document(MANIFEST);
    let hooks = hooks.as_sequence().unwrap();
    let ids: Vec<&str> = hooks.iter().map(|hook| hook["id"].as_str().unwrap()).collect();
    assert_eq!(ids, ["hhgit-check", "hhgit-check-system"]);
    assert_eq!(hooks[0]["entry"], hooks[1]["entry"]);
    assert_eq!([&hooks[0]["language"], &hooks[1]["language"]], ["rust", "system"]);
    for hook in hooks {
        assert_eq!((hook["always_run"].as_bool(), hook["pass_filenames"].as_bool()), (Some(true), Some(false)));
    }
}

#[test]
fn a_commit_that_only_deletes_what_others_name_is_refused() {
    let Some(installed) = Installed::new() else { return };
    installed.git(&["rm", "--quiet", &vpc_2()]);
    let before = installed.repo.state();
    let ended = installed.git(&["commit", "--message=delete"]);
    assert_eq!(ended.code, Some(1), "{ended:?}");
    assert_eq!(said(&ended).matches("error[still-referred]").count(), 2, "{ended:?}");
    assert_eq!(installed.repo.state(), before);
}

#[test]
fn what_is_staged_is_judged_and_what_is_not_is_left_alone() {
    let Some(installed) = Installed::new() else { return };
    let good = installed.repo.files("main")[&vpc_2()].clone();
    let bad = good.replace("1002", "none");
    assert_ne!(good, bad);
    // The mistake lies in the work tree alone, beside a commit of another file.
    installed.repo.put(&vpc_2(), &bad);
    installed.repo.put("README", "x\n");
    installed.git(&["add", "README"]);
    assert_eq!(installed.git(&["commit", "--message=other"]).code, Some(0));
    installed.repo.put("README", "y\n");
    assert_eq!(installed.git(&["commit", "--message=partial", "README"]).code, Some(0));
    assert_eq!(installed.repo.git(&["status", "--porcelain"]), format!(" M {}", vpc_2()));
    // Now it is staged.
    let ended = installed.git(&["commit", "--all", "--message=bad"]);
    assert_eq!(ended.code, Some(1), "{ended:?}");
    assert!(said(&ended).contains("schema-violation"), "{ended:?}");
    installed.repo.put(&vpc_2(), &good);
    let all = installed.pre_commit(&["run", "--all-files", "--hook-stage", "manual"]);
    assert_eq!(all.code, Some(0), "{all:?}");
}

#[test]
fn a_push_is_judged_from_what_the_remote_has() {
    let Some(installed) = Installed::new() else { return };
    let remote = TempRepo::bare();
    let url = remote.dir().display().to_string();
    installed.git(&["remote", "add", "origin", &url]);
    let pushed = installed.git(&["push", "--quiet", "origin", "main"]);
    assert_eq!(pushed.code, Some(0), "{pushed:?}");
    let before = remote.state();
    installed.git(&["rm", "--quiet", &vpc_2()]);
    assert_eq!(installed.git(&["commit", "--no-verify", "--message=delete"]).code, Some(0));
    let refused = installed.git(&["push", "origin", "main"]);
    assert_eq!(refused.code, Some(1), "{refused:?}");
    assert_eq!(said(&refused).matches("error[still-referred]").count(), 2, "{refused:?}");
    assert_eq!(remote.state(), before);
    // A new branch is judged from where it leaves what the remote has.
    let refused = installed.git(&["push", "origin", "main:other"]);
    assert_eq!(refused.code, Some(1), "{refused:?}");
    let ranged = installed.pre_commit(&["run", "--from-ref", "HEAD~1", "--to-ref", "HEAD"]);
    assert_eq!(ranged.code, Some(1), "{ranged:?}");
}

#[test]
fn the_first_commit_of_a_repository_is_judged_as_a_whole() {
    let Some(installed) = Installed::new() else { return };
    installed.repo.git(&["checkout", "--quiet", "--orphan", "fresh"]);
    let ended = installed.git(&["commit", "--message=first"]);
    assert_eq!(ended.code, Some(0), "{ended:?}");
    installed.repo.git(&["checkout", "--quiet", "--orphan", "broken"]);
    installed.git(&["rm", "--quiet", "--cached", &vpc_2()]);
    let ended = installed.git(&["commit", "--message=first"]);
    assert_eq!(ended.code, Some(1), "{ended:?}");
    assert!(said(&ended).contains("error[missing-reference]"), "{ended:?}");
}
