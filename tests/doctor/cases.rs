//! For each trouble a repository that has it, and nothing else.

use std::os::unix::fs::PermissionsExt;

use hhgit::doctor::Trouble;

use super::site::Site;
use crate::support::server::MANIFEST;
use crate::support::{NOW, TempRepo, git_command, vpc};

/// A moment that is far off.
pub(crate) const FUTURE: i64 = 4_000_000_000;

/// A trouble, and a repository that has it.
type Case = (Trouble, fn() -> Site);

/// A git that says another version and is otherwise the one that is here.
fn other_git(version: &str) -> Site {
    before_git(Site::server(), &format!("if [ \"$1\" = version ]; then echo git version {version}; exit; fi"))
}

/// A git that does this before it is the one that is here.
pub(crate) fn before_git(site: Site, does: &str) -> Site {
    let path = std::env::var("PATH").unwrap();
    let real = std::env::split_paths(&path).map(|folder| folder.join("git")).find(|git| git.is_file()).unwrap();
    site.program("git", &format!("#!/bin/sh\n{does}\nexec '{}' \"$@\"\n", real.display()))
}

/// A repository cloned by git with these flags.
fn cloned(flags: &[&str]) -> Site {
    let from = Site::clone();
    from.commit(&[("x", "x")]);
    from.git(&["reset", "--quiet", "--hard"]);
    from.git(&["config", "uploadpack.allowFilter", "true"]);
    let site = Site::of(TempRepo::work_tree());
    let (there, here) = (format!("file://{}", from.repo().display()), site.beside("clone"));
    let args = [&["clone", "--quiet", "--no-local"], flags, &[&there, here.to_str().unwrap()]].concat();
    site.git(&args);
    std::fs::remove_dir_all(site.repo()).unwrap();
    std::fs::rename(here, site.repo()).unwrap();
    site.git(&["remote", "set-url", "origin", "/nowhere"]);
    site.with("user.name", "Ann").with("user.email", "ann@example.com")
}

fn unborn() -> Site {
    let site = Site::server();
    site.git(&["symbolic-ref", "HEAD", "refs/heads/trunk"]);
    site
}

fn committed_at(seconds: i64) -> Site {
    let site = Site::server();
    let tree = site.git(&["rev-parse", "main^{tree}"]);
    let mut command = git_command(site.repo());
    command.args(["commit-tree", "-m", "x", &tree]).env("GIT_COMMITTER_DATE", format!("@{seconds} +0000"));
    let id = String::from_utf8(command.output().unwrap().stdout).unwrap();
    site.git(&["update-ref", "refs/heads/main", id.trim()]);
    site
}

fn committed(files: &[(&str, &str)]) -> Site {
    let site = Site::server();
    site.commit(files);
    site
}

fn stranger() -> Site {
    let site = Site::server();
    let path = site.add_file("objects/info/packs", "");
    let owner = std::os::unix::fs::MetadataExt::uid(&std::fs::metadata(site.repo()).unwrap());
    if owner == 0 {
        std::os::unix::fs::chown(path, Some(65_534), None).unwrap();
    }
    site
}

fn forgotten_ref() -> Site {
    let site = Site::server();
    let tip = site.git(&["rev-parse", "main"]);
    site.git(&["update-ref", "refs/hhgit/remote/hhgit-run-x", &tip]);
    site
}

fn replaced() -> Site {
    let site = committed(&[("x", "x")]);
    let (one, two) = (site.git(&["rev-parse", "main"]), site.git(&["rev-parse", "main^"]));
    site.git(&["replace", &one, &two]);
    site
}

fn alternate(there: bool) -> Site {
    let site = Site::server();
    let other = TempRepo::bare();
    let objects = site.beside("other");
    std::fs::rename(other.dir().join("objects"), &objects).unwrap();
    site.add_file("objects/info/alternates", &format!("{}\n", objects.display()));
    if !there {
        std::fs::remove_dir_all(objects).unwrap();
    }
    site
}

fn sparse() -> Site {
    let site = Site::clone();
    site.git(&["sparse-checkout", "set", "f"]);
    site
}

fn packs() -> Site {
    let site = Site::server();
    for number in 0..201 {
        site.add_file(&format!("objects/pack/pack-{number:040}.pack"), "");
    }
    site
}

fn linked() -> Site {
    let site = Site::server();
    std::fs::create_dir(site.beside("elsewhere")).unwrap();
    std::os::unix::fs::symlink(site.beside("elsewhere"), site.git_dir().join("hhgit")).unwrap();
    site
}

fn opened() -> Site {
    let site = Site::server();
    let owner = std::os::unix::fs::MetadataExt::uid(&std::fs::metadata(site.repo()).unwrap());
    let folder = site.git_dir().join(format!("hhgit/known/{owner}"));
    std::fs::create_dir_all(&folder).unwrap();
    std::fs::set_permissions(folder, PermissionsExt::from_mode(0o777)).unwrap();
    site
}

fn large() -> Site {
    let site = Site::server();
    let path = site.add_file("hhgit/index/x.table", "");
    std::fs::File::options().write(true).open(path).unwrap().set_len(3 << 30).unwrap();
    site
}

fn pre_commit() -> Site {
    let site = Site::clone();
    std::fs::write(
        site.repo().join(".pre-commit-config.yaml"),
        "repos:\n- repo: local\n  hooks: [{id: hhgit-check}]\n",
    )
    .unwrap();
    site
}

fn user_config() -> Site {
    let site = Site::server();
    let file = site.beside("user");
    std::fs::write(&file, "[hhgit]\n\tpolicy = warn\n").unwrap();
    let file = file.display().to_string();
    site.env("GIT_CONFIG_GLOBAL", file)
}

fn before() -> Site {
    let site = Site::without_hooks().hook("pre-receive", 0o755, |_| "#!/bin/sh\nexit 0\n".to_owned());
    assert_eq!(crate::support::hhgit(site.repo(), &["hook", "install"]).code, Some(0));
    site.hook("pre-receive.before-hhgit", 0o644, str::to_owned)
}

fn by_hand(program: &str) -> Site {
    let script = format!("#!/bin/sh\nexec {program} hook pre-receive\n");
    Site::without_hooks().hook("pre-receive", 0o755, |_| script.clone())
}

fn other_program() -> Site {
    let site = Site::without_hooks();
    let other = site.beside("hhgit");
    std::fs::write(&other, "#!/bin/sh\n").unwrap();
    std::fs::set_permissions(&other, PermissionsExt::from_mode(0o755)).unwrap();
    let script = format!("#!/bin/sh\nexec {} hook pre-receive\n", other.display());
    site.hook("pre-receive", 0o755, |_| script.clone())
}

fn attributes(line: &str) -> Site {
    committed(&[(".gitattributes", line)])
}

pub(crate) const CASES: &[Case] = &[
    (Trouble::GitMissing, || Site::server().program("other", "")),
    (Trouble::GitOld, || other_git("2.20.1")),
    (Trouble::GitBeforeMerge, || other_git("2.34.1")),
    (Trouble::NotOpened, || Site::of(TempRepo::init(&["--bare", "--ref-format=reftable"]))),
    (Trouble::HeadBroken, || {
        let site = Site::server();
        site.add_file("HEAD", "main\n");
        site
    }),
    (Trouble::BranchBroken, || {
        let site = Site::server();
        site.git(&["tag", "kept", "main"]);
        site.add_file("refs/heads/main", "0123\n");
        site
    }),
    (Trouble::HeadNoBranch, || {
        let site = Site::server();
        site.git(&["symbolic-ref", "HEAD", "refs/tags/x"]);
        site.git(&["update-ref", "refs/tags/x", "main"]);
        site
    }),
    (Trouble::HeadDetached, || {
        let site = Site::clone();
        site.git(&["checkout", "--quiet", "--detach"]);
        site
    }),
    (Trouble::HeadDetachedBare, || {
        let site = Site::server();
        let tip = site.git(&["rev-parse", "main"]);
        site.add_file("HEAD", &format!("{tip}\n"));
        site
    }),
    (Trouble::HeadUnborn, unborn),
    (Trouble::NoCommit, Site::born),
    (Trouble::ClockBehind, || committed_at(FUTURE)),
    (Trouble::NoIdentity, || {
        let site = Site::clone();
        site.git(&["config", "--unset", "user.name"]);
        site.git(&["config", "--unset", "user.email"]);
        site
    }),
    (Trouble::PartialClone, || cloned(&["--filter=blob:none"])),
    (Trouble::Shallow, || cloned(&["--depth=1"])),
    (Trouble::ReplaceRefs, replaced),
    (Trouble::Grafts, || {
        let site = committed(&[("x", "x")]);
        let tip = site.git(&["rev-parse", "main"]);
        site.add_file("info/grafts", &format!("# who\n{tip}\n"));
        site
    }),
    (Trouble::AlternateGone, || alternate(false)),
    (Trouble::AlternateElsewhere, || alternate(true)),
    (Trouble::OwnerMixed, stranger),
    (Trouble::HooksOff, || Site::server().with("core.hooksPath", "/dev/null")),
    (Trouble::HooksElsewhere, || {
        let site = Site::server();
        let folder = site.beside("hooks");
        std::fs::rename(site.git_dir().join("hooks"), &folder).unwrap();
        site.git(&["config", "core.hooksPath", folder.to_str().unwrap()]);
        site
    }),
    (Trouble::HooksInWorkTree, || {
        let site = Site::clone().with("core.hooksPath", "tools");
        std::fs::create_dir(site.repo().join("tools")).unwrap();
        site
    }),
    (Trouble::HooksNoFolder, || {
        let site = Site::server();
        std::fs::remove_dir_all(site.git_dir().join("hooks")).unwrap();
        site.add_file("hooks", "none");
        site
    }),
    (Trouble::HooksLinked, || {
        let site = Site::server();
        let folder = site.beside("hooks");
        std::fs::rename(site.git_dir().join("hooks"), &folder).unwrap();
        std::os::unix::fs::symlink(folder, site.git_dir().join("hooks")).unwrap();
        site
    }),
    (Trouble::HookMissing, Site::without_hooks),
    (Trouble::HookUnread, || {
        let site = Site::without_hooks();
        site.pipe("hooks/pre-receive");
        site
    }),
    (Trouble::HookNotExecutable, || Site::server().hook("pre-receive", 0o644, str::to_owned)),
    (Trouble::HookEdited, || Site::server().hook("pre-receive", 0o755, |text| format!("{text}# mine\n"))),
    (Trouble::HookProgramGone, || by_hand("/nowhere/hhgit")),
    (Trouble::HookProgramOther, other_program),
    (Trouble::HookBeforeOff, before),
    (Trouble::PreCommitOff, pre_commit),
    (Trouble::SettingUnknown, || Site::server().with("hhgit.polcy", "strict")),
    (Trouble::SettingWrong, || Site::server().with("hhgit.timeBudget", "3 seconds")),
    (Trouble::SettingUnheard, user_config),
    (Trouble::SettingFileGone, || Site::server().with("hhgit.settings", "/nowhere/fab.yaml")),
    (Trouble::SkipUnheard, || Site::server().with("hhgit.allowSkip", "true")),
    (Trouble::PushIntoCheckout, || Site::clone().with("receive.denyCurrentBranch", "ignore")),
    (Trouble::PushForced, || Site::server().with("receive.denyNonFastForwards", "false")),
    (Trouble::PushUnchecked, || Site::server().with("receive.fsckObjects", "false")),
    (Trouble::PushUnbounded, || Site::server().with("receive.maxInputSize", "0")),
    (Trouble::BranchHidden, || Site::server().with("transfer.hideRefs", "refs/heads")),
    (Trouble::PruneNow, || Site::server().with("gc.pruneExpire", "now")),
    (Trouble::ManyPacks, packs),
    (Trouble::TipUnreadable, || {
        let site = Site::server();
        let tree = site.git(&["rev-parse", "main^{tree}"]);
        site.git(&["repack", "-a", "-d", "--quiet"]);
        // Out of its pack, and one object less.
        let packs: Vec<_> = std::fs::read_dir(site.git_dir().join("objects/pack")).unwrap().collect();
        let pack =
            packs.into_iter().map(|entry| entry.unwrap().path()).find(|path| path.extension().unwrap() == "pack");
        let bytes = std::fs::read(pack.unwrap()).unwrap();
        std::fs::remove_dir_all(site.git_dir().join("objects/pack")).unwrap();
        std::fs::create_dir(site.git_dir().join("objects/pack")).unwrap();
        let mut child = git_command(site.repo());
        let mut child = child.args(["unpack-objects", "-q"]).stdin(std::process::Stdio::piped()).spawn().unwrap();
        std::io::Write::write_all(&mut child.stdin.take().unwrap(), &bytes).unwrap();
        assert!(child.wait().unwrap().success());
        std::fs::remove_file(site.git_dir().join("objects").join(&tree[..2]).join(&tree[2..])).unwrap();
        site
    }),
    (Trouble::NoFabric, || {
        let site = Site::born();
        site.commit(&[("README.md", "x")]);
        site
    }),
    (Trouble::FabricLeftAlone, || committed(&[("f/.hnp/manifest.yaml", "version: [\n")])),
    (Trouble::RawWaits, || committed(&[("f/raw/a.yaml", &vpc("a", "1")), ("f/raw/.gitkeep", "")])),
    (Trouble::UnmanagedWaits, || committed(&[("f/unmanaged/a", "a"), ("f/unmanaged/a.metadata", "a")])),
    (Trouble::AttributeChanges, || attributes("*.yaml text eol=crlf\n")),
    (Trouble::AttributesUnasked, || {
        let site = Site::clone();
        site.add_file("index", "DIRC, and no more");
        site
    }),
    (Trouble::AttributesGitOld, || {
        let site = Site::server();
        let script = "if [ \"$1\" = version ]; then echo git version 2.39.5; exit; fi\n\
                      case \"$*\" in *--source=*) echo \"error: unknown option \\`source='\" >&2; exit 129;; esac";
        before_git(site, script)
    }),
    (Trouble::AttributeLfs, || attributes("*.yaml filter=lfs diff=lfs merge=lfs -text\n")),
    (Trouble::LineEndings, || Site::clone().with("core.autocrlf", "true")),
    (Trouble::Sparse, sparse),
    (Trouble::LockLeft, || Site::server().old_file("refs/heads/main.lock", "", 0o644, 5_400)),
    (Trouble::LockOfHhgit, || Site::server().old_file("refs/heads/main.lock", "", 0o1644, 1)),
    (Trouble::KeepLeft, || {
        Site::server().old_file("objects/pack/pack-1.keep", "hhgit: written, not yet published\n", 0o444, 1)
    }),
    (Trouble::TemporaryLeft, || Site::server().old_file("objects/pack/tmp_pack_x", "x", 0o644, 3 * 86_400 + 60)),
    (Trouble::PackLeft, || {
        let mark = "hhgit: written, not yet published\n";
        Site::server().old_file("objects/pack/hhgit-tmp-x/keep", mark, 0o444, 1)
    }),
    (Trouble::RefLeft, forgotten_ref),
    (Trouble::MemoryLinked, linked),
    (Trouble::MemoryOpen, opened),
    (Trouble::MemoryLarge, large),
];

#[test]
fn the_fixed_moments_are_apart() {
    assert!(NOW < FUTURE && !MANIFEST.is_empty());
}
