//! What is remembered under the git directory: it makes the next run fast, and whatever becomes of it changes no answer.
#![allow(unreachable_pub, clippy::unwrap_used, reason = "the parts of a test's own crate; a test may fail")]
#![cfg(unix)]

#[allow(dead_code, reason = "the laws of sorting use the rest of it")]
#[path = "laws/documents.rs"]
mod documents;
#[allow(dead_code, reason = "the laws of sorting use the rest of it")]
#[path = "laws/generate.rs"]
mod generate;
#[path = "known/harm.rs"]
mod harm;
#[allow(dead_code, reason = "the laws of sorting use the rest of it")]
#[path = "laws/play.rs"]
mod play;
#[allow(dead_code, reason = "the laws of sorting use the rest of it")]
#[path = "laws/real.rs"]
mod real;
mod support;

use std::collections::BTreeMap;
use std::fs;
use std::os::unix::fs::{MetadataExt, PermissionsExt};
use std::path::{Path, PathBuf};

use generate::world;
use harm::{damage, harm};
use hhgit::ids::{CommitId, Entry, Mode};
use hhgit::memory::known::Known;
use hhgit::memory::own::Own;
use hhgit::modes::check::{self, Asked, Named};
use hhgit::options::{Check, CheckLevel, Common, Identities, Target};
use hhgit::path::RepoPath;
use hhgit::progress::Progress;
use hhgit::report::Report;
use hhgit::snapshot::{Objects, Time};
use proptest::prelude::*;
use support::memory::{Flat, Memory, Options};
use support::{Ended, TempRepo, hhgit, vpc};

/// Everything that is remembered, by path.
fn remembered(repo: &TempRepo) -> Vec<PathBuf> {
    let mut found = Vec::new();
    let mut open = vec![repo.git_dir().join("hhgit")];
    while let Some(dir) = open.pop() {
        for entry in fs::read_dir(dir).into_iter().flatten() {
            let path = entry.unwrap().path();
            if path.is_dir() { open.push(path) } else { found.push(path) }
        }
    }
    found.sort();
    found
}

fn forget(repo: &TempRepo) {
    drop(fs::remove_dir_all(repo.git_dir().join("hhgit")));
}

fn cases(usual: u32) -> ProptestConfig {
    match std::env::var_os("PROPTEST_CASES") {
        Some(_) => ProptestConfig::default(),
        None => ProptestConfig::with_cases(usual),
    }
}

proptest! {
    #![proptest_config(cases(24))]

    /// Whatever is remembered of a history, and whatever became of that: each sync makes the same commit and says the same.
    #[test]
    fn a_run_that_remembers_answers_as_one_that_does_not(
        world in world().prop_map(real::as_git_makes_it),
        harm in harm(),
        brief in any::<bool>(),
    ) {
        let played = play::play(&world);
        let mut earlier = None;
        let [cold, warm, damaged] = [TempRepo::bare(), TempRepo::bare(), TempRepo::bare()];
        for synced in &played.syncs {
            let asked = Options { retry: synced.options.retry.as_ref().map(real::first), wide: true, ..synced.options.clone() };
            let has_fabric = !played.memory.flat_of(synced.input).is_empty() && !synced.planned.fabrics.is_empty();
            if !has_fabric {
                continue;
            }
            for repo in [&cold, &warm, &damaged] {
                real::lay_again(repo, &played.memory, synced.input);
            }
            for options in [&asked, &asked, &Options { wide: true, ..Options::default() }] {
                forget(&cold);
                damage(&damaged, &harm);
                let expected = real::sync_for_real(&cold, options, brief);
                prop_assert_eq!(&real::sync_for_real(&warm, options, brief), &expected);
                prop_assert_eq!(&real::sync_for_real(&damaged, options, brief), &expected);
            }
            let tip = cold.tip("main").unwrap();
            for (old, level) in earlier.iter().flat_map(|old| [(old, CheckLevel::References), (old, CheckLevel::Schema)]) {
                forget(&cold);
                damage(&damaged, &harm);
                let expected = compared(&cold, *old, tip, level);
                prop_assert_eq!(&compared(&warm, *old, tip, level), &expected);
                prop_assert_eq!(&compared(&damaged, *old, tip, level), &expected);
            }
            earlier = Some(tip);
        }
    }

    /// What is the same on both sides of a comparison is passed by, and that takes nothing away from what is said.
    #[test]
    fn a_comparison_that_passes_by_what_is_the_same_says_what_a_whole_one_says(
        world in world().prop_map(real::as_git_makes_it),
        text in documents::file(),
    ) {
        let mut played = play::play(&world);
        for number in 0..played.syncs.len() {
            let synced = &played.syncs[number];
            let bases: Vec<RepoPath> = synced.planned.fabrics.iter().map(|fabric| fabric.path.clone()).collect();
            let Some(first) = bases.first().cloned() else { continue };
            let (before, output) = (played.memory.flat_of(synced.output), synced.output);
            let put = |memory: &mut Memory, flat: &mut Flat, base: &RepoPath, name: &str, text: &[u8]| {
                let entry = Entry { mode: Mode::FILE, id: memory.put(text).object() };
                flat.insert(base.join_path(&support::path(name)), entry);
            };
            let memory = &mut played.memory;
            let (mut other, mut after) = (before.clone(), before);
            put(memory, &mut after, &first, "raw/zz-new.yaml", &text.0);
            bases.iter().for_each(|base| put(memory, &mut other, base, "unmanaged/zz-else.txt", b"else"));
            let [other, after] = [other, after].map(|flat| {
                let tree = memory.grow(&flat);
                memory.commit_tree(tree, Some(output), "push\n")
            });
            for level in [CheckLevel::Syntax, CheckLevel::Identity, CheckLevel::Schema, CheckLevel::References] {
                let few = compared_in(memory, level, output, after);
                let whole = compared_in(memory, level, other, after);
                prop_assert_eq!((&few.findings, &few.fabrics), (&whole.findings, &whole.fabrics), "{:?}", level);
            }
        }
    }
}

/// What a check says of the way from one commit to another.
fn compared(repo: &TempRepo, old: CommitId, new: CommitId, level: CheckLevel) -> Result<Report, String> {
    let target = Target::Range { old: old.to_string(), new: new.to_string() };
    let options = Check { target, level, max_deletions: None, crds: BTreeMap::new(), settings: None };
    check::check(&repo.common(), &options).map_err(|error| error.to_string())
}

fn compared_in(memory: &Memory, level: CheckLevel, old: CommitId, new: CommitId) -> Report {
    let common = Common {
        directory: ".".into(),
        fabrics: Vec::new(),
        identities: Identities::default(),
        now: Time { seconds: support::NOW, offset: 0 },
        progress: Progress::default(),
    };
    let request = check::request_at(level);
    let asked = Asked { common: &common, request: &request, level, max_deletions: None, memory: None, of_same: true };
    let named = |id| Named { commit: memory.commit(id).unwrap(), name: "it" };
    check::compare(memory, &asked, Some(named(old)), named(new)).unwrap().0
}

/// A bare repository with two sorted fabrics, synced until there is nothing to do.
fn settled() -> TempRepo {
    let repo = TempRepo::bare();
    let [a, b] =
        ["a", "b"].map(|name| (format!("{name}/.hnp/manifest.yaml"), format!("version: '1.0'\nfabric_name: {name}\n")));
    let files = [(a.0.as_str(), a.1.as_str()), (&b.0, &b.1), ("c.txt", "")];
    repo.commit("main", &files);
    repo.commit("main", &[("a/raw/x.yaml", &vpc("x", "")), ("b/raw/u.yaml", &vpc("u", ""))]);
    for _ in 0..2 {
        assert_eq!(hhgit(repo.dir(), &["sync", "main"]).code, Some(0));
    }
    repo
}

/// Takes away these trees, so that whoever looks into one fails.
fn hollow(repo: &TempRepo, paths: &[&str]) {
    repo.git(&["repack", "-a", "-d", "--quiet"]);
    let pack = fs::read_dir(repo.git_dir().join("objects/pack")).unwrap();
    let pack = pack.map(|entry| entry.unwrap().path()).find(|path| path.extension().unwrap() == "pack").unwrap();
    let bytes = fs::read(&pack).unwrap();
    for extension in ["pack", "idx", "rev"] {
        drop(fs::remove_file(pack.with_extension(extension)));
    }
    repo.git_with(&["unpack-objects", "-q"], &bytes);
    for path in paths {
        let id = repo.git(&["rev-parse", &format!("main:{path}")]);
        drop(fs::remove_file(repo.git_dir().join("objects").join(&id[..2]).join(&id[2..])));
    }
}

const NOTHING: &str = "a (a): nothing to sort\nb (b): nothing to sort\nmain: nothing to do\n";

fn said(ended: &Ended) -> (Option<i32>, &str, &str) {
    (ended.code, &ended.stdout, &ended.stderr)
}

#[test]
fn what_is_known_is_not_looked_at_again() {
    let repo = settled();
    hollow(&repo, &["a/managed", "b/managed"]);
    assert_eq!(said(&hhgit(repo.dir(), &["sync", "main"])), (Some(0), NOTHING, ""));
    assert_eq!(hhgit(repo.dir(), &["sync", "main", "--repair"]).code, Some(3), "other options, other knowledge");
    assert_eq!(hhgit(repo.dir(), &["--fabric", "a", "sync", "main"]).code, Some(3), "another choice as well");
    forget(&repo);
    assert_eq!(hhgit(repo.dir(), &["sync", "main"]).code, Some(3));
}

#[test]
fn where_nothing_has_changed_no_object_is_read() {
    let repo = settled();
    let (objects, aside) = (repo.git_dir().join("objects"), repo.git_dir().join("aside"));
    fs::rename(&objects, &aside).unwrap();
    fs::create_dir(&objects).unwrap();
    assert_eq!(said(&hhgit(repo.dir(), &["sync", "main"])), (Some(0), NOTHING, ""));
    fs::remove_dir(&objects).unwrap();
    fs::rename(&aside, &objects).unwrap();
    // The same tree in another commit is found to be settled as well, and then that commit is known.
    let again = repo.git(&["commit-tree", "main^{tree}", "-p", "main", "-m", "The same"]);
    repo.git(&["update-ref", "refs/heads/main", &again]);
    let expected = hhgit(repo.dir(), &["sync", "main", "--dry-run", "--output", "json"]);
    assert!(expected.stdout.contains(&again), "{expected:?}");
    for _ in 0..2 {
        assert_eq!(said(&hhgit(repo.dir(), &["sync", "main"])), (Some(0), NOTHING, ""));
    }
    let told = hhgit(repo.dir(), &["sync", "main", "--dry-run", "--output", "json"]);
    assert_eq!(told, expected);
}

#[test]
fn of_a_changed_tree_only_what_changed_is_looked_at() {
    let repo = settled();
    repo.commit("main", &[("a/raw/z.yaml", &vpc("z", ""))]);
    hollow(&repo, &["b/managed"]);
    let ended = hhgit(repo.dir(), &["sync", "main"]);
    let said_of_b = ended.stdout.lines().find(|line| line.starts_with("b "));
    assert_eq!((ended.code, said_of_b, ended.stderr.as_str()), (Some(0), Some("b (b): nothing to sort"), ""));
}

#[test]
fn of_managed_only_what_is_new_is_read() {
    let repo = settled();
    let push = |name: &str| repo.commit("main", &[(&format!("a/raw/{name}.yaml"), &vpc(name, ""))]);
    push("v");
    assert_eq!(hhgit(repo.dir(), &["sync", "main"]).code, Some(0));
    push("z");
    hollow(&repo, &["a/managed/vpcs/x.yaml", "a/managed/vpcs/v.yaml"]);
    let ended = hhgit(repo.dir(), &["sync", "main"]);
    assert_eq!((ended.code, ended.stderr.as_str()), (Some(0), ""));
    push("w");
    forget(&repo);
    assert_eq!(hhgit(repo.dir(), &["sync", "main"]).code, Some(3), "nothing is known, and what is to be read is gone");
}

#[test]
fn a_check_passes_by_what_is_the_same() {
    let repo = settled();
    repo.commit("main", &[("a/raw/z.yaml", &vpc("z", ""))]);
    let whole = hhgit(repo.dir(), &["check", "main~1..main"]);
    hollow(&repo, &["b/managed"]);
    assert_eq!(hhgit(repo.dir(), &["check", "main~1..main"]), whole);
    forget(&repo);
    assert_eq!(hhgit(repo.dir(), &["check", "main~1..main"]).code, Some(3));
}

#[test]
fn a_dry_run_remembers_nothing() {
    let repo = settled();
    forget(&repo);
    assert_eq!(said(&hhgit(repo.dir(), &["sync", "main", "--dry-run"])), (Some(0), NOTHING, ""));
    assert_eq!(remembered(&repo), Vec::<PathBuf>::new());
}

#[test]
fn what_may_not_be_written_is_not_remembered_and_not_spoken_of() {
    let repo = settled();
    forget(&repo);
    fs::write(repo.git_dir().join("hhgit"), "in the way").unwrap();
    assert_eq!(said(&hhgit(repo.dir(), &["sync", "main"])), (Some(0), NOTHING, ""));
}

/// The folder of what this user remembers, and who that is.
fn own_folder(repo: &TempRepo) -> (PathBuf, u32) {
    let folder = remembered(repo)[0].parent().unwrap().to_owned();
    let user = fs::metadata(&folder).unwrap().uid();
    assert_eq!(folder, repo.git_dir().join("hhgit/known").join(user.to_string()));
    (folder, user)
}

#[test]
fn what_is_remembered_is_its_users_alone() {
    let repo = settled();
    let (folder, _) = own_folder(&repo);
    let mode = |path: &Path| fs::metadata(path).unwrap().mode() & 0o777;
    assert_eq!((mode(&folder), mode(&remembered(&repo)[0])), (0o700, 0o600));
}

#[test]
fn what_others_could_write_counts_for_nothing() {
    let repo = settled();
    let (folder, _) = own_folder(&repo);
    let file = remembered(&repo)[0].clone();
    hollow(&repo, &["a/managed", "b/managed"]);
    for (path, open, closed) in [(&folder, 0o770, 0o700), (&folder, 0o702, 0o700), (&file, 0o660, 0o600)] {
        fs::set_permissions(path, fs::Permissions::from_mode(open)).unwrap();
        assert_eq!(hhgit(repo.dir(), &["sync", "main"]).code, Some(3), "{}: {open:o}", path.display());
        fs::set_permissions(path, fs::Permissions::from_mode(closed)).unwrap();
        assert_eq!(hhgit(repo.dir(), &["sync", "main"]).code, Some(0), "{}", path.display());
    }
}

#[test]
fn what_another_user_left_counts_for_nothing() {
    let repo = settled();
    let (folder, user) = own_folder(&repo);
    let own = |user| Own::new(&repo.git_dir(), user, |_, _| Ok(()), 0);
    let known = Known { root: Some(tree(&repo)), ..Known::default() };
    known.keep(&own(user), "key").unwrap();
    assert_eq!(Known::read(&own(user), "key"), Some(known.clone()));
    // The same files, in the place where another user would look.
    let other = folder.with_file_name((user + 1).to_string());
    fs::rename(&folder, &other).unwrap();
    assert_eq!(Known::read(&own(user + 1), "key"), None);
    fs::rename(&other, &folder).unwrap();
    // Nobody puts anything into a repository that is another's alone.
    known.keep(&own(user + 1), "key").unwrap();
    assert!(!other.exists());
    if user == 0 {
        std::os::unix::fs::chown(&folder, Some(1), None).unwrap();
        assert_eq!(Known::read(&own(0), "key"), None);
    }
}

fn tree(repo: &TempRepo) -> hhgit::ids::TreeId {
    let id = repo.git(&["rev-parse", "main^{tree}"]);
    hhgit::ids::TreeId::new(hhgit::ids::ObjectId::from_hex(id.as_bytes()).unwrap())
}

#[test]
fn what_is_about_something_else_counts_for_nothing() {
    let repo = settled();
    let (folder, user) = own_folder(&repo);
    let own = Own::new(&repo.git_dir(), user, |_, _| Ok(()), 0);
    let before = remembered(&repo);
    let known = Known { root: Some(tree(&repo)), ..Known::default() };
    known.keep(&own, "hhgit 1").unwrap();
    let one = remembered(&repo).into_iter().find(|path| !before.contains(path)).unwrap();
    known.keep(&own, "hhgit 2").unwrap();
    let two = remembered(&repo).into_iter().find(|path| !before.contains(path) && *path != one).unwrap();
    assert_eq!(one.parent(), Some(folder.as_path()));
    fs::rename(&one, &two).unwrap();
    assert_eq!((Known::read(&own, "hhgit 1"), Known::read(&own, "hhgit 2")), (None, None));
}

#[test]
fn never_more_than_so_much_is_kept() {
    let repo = settled();
    let (folder, user) = own_folder(&repo);
    let own = Own::new(&repo.git_dir(), user, |_, _| Ok(()), 0);
    let known = Known { root: Some(tree(&repo)), ..Known::default() };
    for number in 0..4200 {
        known.keep(&own, &number.to_string()).unwrap();
    }
    assert!(fs::read_dir(&folder).unwrap().count() <= 2 * 2048 + 32);
    assert_eq!(Known::read(&own, "4199"), Some(known));
}

#[test]
fn many_runs_at_once_agree_while_what_they_remember_is_taken_away() {
    let repo = settled();
    std::thread::scope(|scope| {
        let run = || (0..8).map(|_| hhgit(repo.dir(), &["sync", "main"])).collect::<Vec<_>>();
        let runs: Vec<_> = (0..4).map(|_| scope.spawn(run)).collect();
        while runs.iter().any(|run| !run.is_finished()) {
            forget(&repo);
        }
        for ended in runs.into_iter().flat_map(|run| run.join().unwrap()) {
            assert_eq!(said(&ended), (Some(0), NOTHING, ""));
        }
    });
}
