//! What a write leaves on disk: one sound pack with git's own modes, kept until published, and nothing of a killed run.
#![allow(clippy::unwrap_used, clippy::print_stderr, reason = "a test may unwrap, and say that it was skipped")]

mod support;

use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::Command;

use hhgit::git::write::clean_leftovers;
use hhgit::git::{Published, Reader, Repo, WriteError, publish, tree, write};
use hhgit::ids::{BlobId, HashKind};
use hhgit::path::RepoPath;
use hhgit::plan::{Content, Plan};
use hhgit::snapshot::Objects;
use support::{TempRepo, branch, commit_id, meta, packs, path, plan, reflog, written};

/// Set in a copy of this test program that was started to be killed, or under another umask.
const CHILD: &str = "HHGIT_TEST_CHILD";

fn mode(path: impl AsRef<Path>) -> u32 {
    std::fs::symlink_metadata(path).unwrap().permissions().mode() & 0o7777
}

/// Runs one test of this program again, as a child with its own umask, on the repository in `dir`.
fn in_child(test: &str, umask: &str, dir: &Path) -> bool {
    let mut command = Command::new("sh");
    command.args(["-c", &format!("umask {umask}; exec \"$0\" --exact {test} --test-threads=1")]);
    command.arg(std::env::current_exe().unwrap()).env(CHILD, dir).output().unwrap().status.success()
}

fn child_dir() -> Option<PathBuf> {
    std::env::var_os(CHILD).map(PathBuf::from)
}

fn open(dir: &Path) -> Repo {
    Repo::open_in(dir, hhgit::git::Environment::isolated()).unwrap()
}

#[test]
fn everything_new_is_in_one_pack_that_is_kept_until_published() {
    let temp = TempRepo::bare();
    let base = temp.commit("main", &[("a", "a")]);
    let repo = temp.open();
    let before = packs(&temp);
    let kept = written(&repo, base, &[("b", Some("b")), ("c/d", Some("d"))]);
    let new: Vec<String> = packs(&temp).into_iter().filter(|name| !before.contains(name)).collect();
    let ends: Vec<&str> = new.iter().filter_map(|name| name.rsplit('.').next()).collect();
    assert_eq!(ends, ["idx", "keep", "pack"]);
    let index = temp.dir().join("objects/pack").join(&new[0]);
    // Two blobs, two trees, one commit.
    let listed = temp.git_with(&["show-index"], &std::fs::read(index).unwrap());
    assert_eq!(listed.lines().count(), 5);
    temp.git(&["gc", "--quiet", "--prune=now"]);
    assert!(temp.git_succeeds(&["cat-file", "-e", &kept.commit().to_string()]), "git gc leaves what is kept");
    assert_eq!(publish(&repo, &branch("main"), kept, &reflog()).unwrap(), Published::Published);
    assert!(!packs(&temp).iter().any(|name| name.ends_with(".keep")));
    temp.git(&["gc", "--quiet", "--prune=now"]);
    temp.fsck();
}

#[test]
fn a_written_commit_that_is_dropped_leaves_the_refs_alone_and_no_keep() {
    let temp = TempRepo::bare();
    let base = temp.commit("main", &[("a", "a")]);
    let before = temp.state();
    drop(written(&temp.open(), base, &[("b", Some("b"))]));
    assert_eq!(temp.state(), before);
    assert!(!packs(&temp).iter().any(|name| name.ends_with(".keep") || name.contains("tmp")));
}

#[test]
fn an_object_that_lies_about_unreachable_is_written_again() {
    let temp = TempRepo::bare();
    let base = temp.commit("main", &[("a", "a")]);
    let blob = temp.git_with(&["hash-object", "-w", "--stdin"], b"b");
    let written = written(&temp.open(), base, &[("b", Some("b"))]);
    temp.git(&["prune", "--expire=now"]);
    assert!(temp.git_succeeds(&["cat-file", "-e", &blob]));
    drop(written);
}

#[test]
fn no_keep_ever_comes_to_a_pack_that_is_there_without_one() {
    let temp = TempRepo::bare();
    let base = temp.commit("main", &[("a", "a")]);
    let repo = temp.open();
    let with = |end: &str| packs(&temp).iter().filter(|name| name.ends_with(end)).count();
    let there = with(".pack");
    let (first, slow) = (written(&repo, base, &[("b", Some("b"))]), written(&repo, base, &[("b", Some("b"))]));
    assert_eq!(first.commit(), slow.commit());
    assert_eq!((with(".pack") - there, with(".keep")), (2, 2), "a run that makes the same objects makes its own pack");
    publish(&repo, &branch("main"), first, &reflog()).unwrap();
    assert_eq!(with(".keep"), 1);
    // Git lists the packs it will delete, and then packs what lies in no kept pack. The slow run's keep is not the first pack's.
    temp.git(&["repack", "-a", "-d", "--quiet"]);
    drop(slow);
    temp.git(&["repack", "-a", "-d", "--quiet"]);
    assert_eq!((with(".pack"), with(".keep")), (1, 0));
    temp.fsck();
}

#[test]
fn packs_have_gits_modes_under_any_umask() {
    if let Some(dir) = child_dir() {
        let base = commit_id(&std::fs::read_to_string(dir.join("refs/heads/main")).unwrap());
        let repo = open(&dir);
        let written = written(&repo, base, &[("b", Some("b"))]);
        publish(&repo, &branch("main"), written, &reflog()).unwrap();
        return;
    }
    // Umask, core.sharedRepository; the modes of packs, of the ref and its log, and of new folders, as git makes them.
    let cases = [
        ("022", "umask", [0o444, 0o644, 0o755]),
        ("077", "umask", [0o400, 0o600, 0o700]),
        ("027", "group", [0o440, 0o660, 0o2770]),
        ("077", "group", [0o440, 0o660, 0o2770]),
        ("027", "all", [0o444, 0o664, 0o2775]),
        ("022", "0600", [0o400, 0o600, 0o700]),
    ];
    for (umask, shared, [pack, log, folder]) in cases {
        let temp = TempRepo::bare();
        temp.commit("main", &[("a", "a")]);
        temp.git(&["config", "core.sharedRepository", shared]);
        temp.git(&["config", "core.logAllRefUpdates", "true"]);
        let before = packs(&temp);
        assert!(in_child("packs_have_gits_modes_under_any_umask", umask, temp.dir()));
        for name in packs(&temp).iter().filter(|name| !before.contains(name)) {
            assert_eq!(mode(temp.dir().join("objects/pack").join(name)), pack, "{umask} {shared} {name}");
        }
        assert_eq!(packs(&temp).len(), before.len() + 2);
        for file in ["refs/heads/main", "logs/refs/heads/main", "logs/HEAD"] {
            assert_eq!(mode(temp.dir().join(file)), log, "{umask} {shared} {file}");
        }
        assert_eq!(mode(temp.dir().join("logs/refs/heads")), folder, "{umask} {shared}");
    }
}

#[test]
fn what_a_killed_run_left_is_cleaned_by_the_next() {
    if let Some(dir) = child_dir() {
        let base = commit_id(&std::fs::read_to_string(dir.join("refs/heads/main")).unwrap());
        let _written = written(&open(&dir), base, &[("b", Some("b"))]);
        std::process::abort();
    }
    let temp = TempRepo::bare();
    let base = temp.commit("main", &[("a", "a")]);
    assert!(!in_child("what_a_killed_run_left_is_cleaned_by_the_next", "022", temp.dir()));
    let left: Vec<String> = packs(&temp).into_iter().filter(|name| name.ends_with(".keep")).collect();
    assert_eq!(left.len(), 1, "the killed run left its keep");
    drop(written(&temp.open(), base, &[("c", Some("c"))]));
    assert!(!packs(&temp).contains(&left[0]));
    temp.fsck();
}

#[test]
fn half_made_packs_are_cleaned_and_what_is_not_hhgits_stays() {
    let temp = TempRepo::bare();
    temp.commit("main", &[("a", "a")]);
    let packed = temp.dir().join("objects/pack");
    let mark = "hhgit: written, not yet published\n";
    let put = |name: &str, content: &str| {
        std::fs::create_dir_all(packed.join(name).parent().unwrap()).unwrap();
        std::fs::write(packed.join(name), content).unwrap();
    };
    let before = packs(&temp);
    put("hhgit-tmp-1/keep", mark);
    put("hhgit-tmp-1/.tmpXYZ", "half a pack");
    put("hhgit-tmp-2/pack-1.pack", "made without a mark");
    put("pack-0000.keep", mark);
    put("pack-0000.pack", "moved before it had an index");
    assert_eq!(clean_leftovers(&temp.open()).unwrap(), 3);
    assert_eq!(packs(&temp), before);
    put("pack-1111.keep", "somebody's own reason\n");
    put("tmp_pack_abc", "git's own");
    // Nobody will ever write into this pipe, so nobody may wait for what is in it.
    assert!(std::process::Command::new("mkfifo").arg(packed.join("pack-2222.keep")).status().unwrap().success());
    assert_eq!(clean_leftovers(&temp.open()).unwrap(), 0);
    assert_eq!(packs(&temp).len(), before.len() + 3);
}

#[test]
fn a_pack_whose_index_one_is_not_let_look_at_is_not_taken_for_one_without() {
    let temp = TempRepo::bare();
    let packed = temp.dir().join("objects/pack");
    std::fs::write(packed.join("pack-0000.keep"), "hhgit: written, not yet published\n").unwrap();
    std::fs::write(packed.join("pack-0000.pack"), "perhaps published").unwrap();
    // A link to itself: the system says neither that there is something nor that there is nothing.
    std::os::unix::fs::symlink("pack-0000.idx", packed.join("pack-0000.idx")).unwrap();
    assert_eq!(clean_leftovers(&temp.open()).unwrap(), 1);
    assert!(packs(&temp).contains(&"pack-0000.pack".to_owned()), "{:?}", packs(&temp));
}

#[test]
fn a_living_run_is_not_cleaned_away() {
    let temp = TempRepo::bare();
    let base = temp.commit("main", &[("a", "a")]);
    let repo = temp.open();
    let living = written(&repo, base, &[("b", Some("b"))]);
    assert_eq!(clean_leftovers(&repo).unwrap(), 0);
    drop(written(&repo, base, &[("c", Some("c"))]));
    assert!(packs(&temp).iter().any(|name| name.ends_with(".keep")), "the living run's keep stays");
    drop(living);
}

#[test]
fn a_sha256_repository_is_written_and_stays_sound() {
    let temp = TempRepo::init(&["--bare", "--object-format=sha256"]);
    let base = temp.commit("main", &[("raw/a", "a")]);
    let repo = temp.open();
    let written = written(&repo, base, &[("raw/a", None), ("managed/a", Some("b"))]);
    assert_eq!(written.commit().to_string().len(), 64);
    assert_eq!(publish(&repo, &branch("main"), written, &reflog()).unwrap(), Published::Published);
    assert_eq!(temp.files("main"), [("managed/a".to_owned(), "b".to_owned())].into_iter().collect());
    temp.fsck();
}

#[test]
fn bytes_that_are_not_what_the_plan_names_are_never_written() {
    let temp = TempRepo::bare();
    let base = temp.commit("main", &[("a", "a")]);
    let repo = temp.open();
    let reader = Reader::new(&repo).unwrap();
    let root = reader.commit(base).unwrap().tree;
    let mut edits = plan(&reader, root, &[("b", Some("b"))]).edits().clone();
    let wrong = Content::New { id: BlobId::of(HashKind::Sha1, b"x").unwrap(), bytes: b"b".to_vec() };
    edits.get_mut(&path("b")).unwrap().to.as_mut().unwrap().content = wrong;
    let new_tree = tree::apply(&reader, root, &edits).unwrap();
    let (before, state) = (packs(&temp), temp.state());
    let result = write(&repo, Some(base), &Plan::given(edits, "m"), &new_tree, &meta(&[base]));
    assert!(matches!(result, Err(WriteError::WrongId { path, .. }) if path == RepoPath::new("b").unwrap()));
    assert_eq!((packs(&temp), temp.state()), (before, state));
}

#[test]
fn a_commit_says_what_it_was_told_to_say() {
    let temp = TempRepo::bare();
    let base = temp.commit("main", &[("a", "a")]);
    let written = written(&temp.open(), base, &[("b", Some("b"))]);
    let text = temp.git(&["cat-file", "commit", &written.commit().to_string()]);
    let who = "hhgit <hhgit@localhost> 1700000000 +0000";
    let tree = written.tree();
    assert_eq!(text, format!("tree {tree}\nparent {base}\nauthor {who}\ncommitter {who}\n\nhhgit: sync\n\na test"));
}

#[test]
fn a_signed_commit_verifies_and_a_failed_signing_writes_nothing() {
    let temp = TempRepo::bare();
    let base = temp.commit("main", &[("a", "a")]);
    let key = temp.beside("key");
    let made = Command::new("ssh-keygen").args(["-q", "-t", "ed25519", "-N", "", "-f"]).arg(&key).status();
    if !made.is_ok_and(|status| status.success()) {
        eprintln!("skipped: there is no ssh-keygen");
        return;
    }
    temp.git(&["config", "gpg.format", "ssh"]);
    temp.git(&["config", "user.signingKey", key.with_extension("pub").to_str().unwrap()]);
    let allowed = temp.beside("allowed");
    let line = format!("hhgit@localhost {}", std::fs::read_to_string(key.with_extension("pub")).unwrap());
    std::fs::write(&allowed, line).unwrap();
    temp.git(&["config", "gpg.ssh.allowedSignersFile", allowed.to_str().unwrap()]);
    let sign = |repo: &Repo| {
        let reader = Reader::new(repo).unwrap();
        let root = reader.commit(base).unwrap().tree;
        let plan = plan(&reader, root, &[("b", Some("b"))]);
        let new_tree = tree::apply(&reader, root, plan.edits()).unwrap();
        let meta = hhgit::git::CommitMeta { sign: true, ..meta(&[base]) };
        write(repo, Some(base), &plan, &new_tree, &meta)
    };
    let repo = temp.open();
    let written = sign(&repo).unwrap();
    let commit = written.commit().to_string();
    assert_eq!(publish(&repo, &branch("main"), written, &reflog()).unwrap(), Published::Published);
    temp.git(&["verify-commit", &commit]);
    assert_eq!(
        temp.git(&["show", "-s", "--format=%P %an %cn %ct %s", &commit]),
        format!("{base} hhgit hhgit 1700000000 hhgit: sync")
    );
    temp.fsck();
    let before = packs(&temp);
    temp.git(&["config", "user.signingKey", "/nonexistent"]);
    assert!(matches!(sign(&temp.open()), Err(WriteError::Sign { .. })));
    assert_eq!(packs(&temp), before);
}

#[test]
fn what_is_half_written_is_safe_from_a_git_that_prunes_everything() {
    let temp = TempRepo::bare();
    let base = temp.commit("main", &[("a", "a")]);
    // Who signs is asked in the middle of a write.
    let gpg = temp.beside("gpg");
    let prune = format!("git --git-dir='{}' prune --expire=now", temp.git_dir().display());
    let signature = "printf -- '-----BEGIN PGP SIGNATURE-----\\n\\nx\\n-----END PGP SIGNATURE-----\\n'";
    let created = "echo '[GNUPG:] SIG_CREATED ' >&2";
    let unset = "unset GIT_OBJECT_DIRECTORY GIT_ALTERNATE_OBJECT_DIRECTORIES";
    std::fs::write(&gpg, format!("#!/bin/sh\ncat >/dev/null\n{unset}\n{prune} && {created} && {signature}\n")).unwrap();
    std::fs::set_permissions(&gpg, std::fs::Permissions::from_mode(0o755)).unwrap();
    temp.git(&["config", "gpg.program", gpg.to_str().unwrap()]);
    let repo = temp.open();
    let reader = Reader::new(&repo).unwrap();
    let root = reader.commit(base).unwrap().tree;
    let plan = plan(&reader, root, &[("b", Some("b"))]);
    let new_tree = tree::apply(&reader, root, plan.edits()).unwrap();
    let meta = hhgit::git::CommitMeta { sign: true, ..meta(&[base]) };
    let written = write(&repo, Some(base), &plan, &new_tree, &meta).unwrap();
    assert_eq!(publish(&repo, &branch("main"), written, &reflog()).unwrap(), Published::Published);
    assert_eq!(packs(&temp).len(), 2, "{:?}", packs(&temp));
    temp.fsck();
}
