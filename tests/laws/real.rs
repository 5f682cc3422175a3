//! A few generated repositories in real git: it makes the trees that memory makes, and finds nothing wrong with them.

use std::collections::BTreeMap;

use hhgit::ids::{CommitId, Entry, Mode, ObjectId, TreeId};
use hhgit::modes::sync::sync;
use hhgit::options::{MAX_FILE_SIZE, Retry as Again, Sync};
use hhgit::path::RepoPath;
use hhgit::plan::source::Retry;
use hhgit::plan::{Plan, Target};
use hhgit::render::Style;
use hhgit::report::{Outcome, Report};

use crate::generate::{Fabric, Shape, Step, World};
use crate::support::memory::{Memory, Options};
use crate::support::{NOW, TempRepo};

/// How git is asked whether a repository is sound.
pub const FSCK: [&str; 3] = ["fsck", "--strict", "--no-dangling"];

/// The world without modes that git writes no more.
pub fn as_git_makes_it(mut world: World) -> World {
    let fabrics = world.fabrics.iter_mut().flat_map(|(_, fabric)| {
        let Fabric { raw, managed, unmanaged, loose, .. } = fabric;
        raw.iter_mut().chain(managed).chain(loose).chain(unmanaged.iter_mut().map(|(put, _)| put))
    });
    let pushed =
        world.steps.iter_mut().flat_map(|step| if let Step::Push(puts) = step { puts.as_mut_slice() } else { &mut [] });
    for put in fabrics.chain(pushed).chain(&mut world.outside).filter(|put| put.shape == Shape::Odd) {
        put.shape = Shape::Executable;
    }
    world
}

/// Puts a commit of memory into a bare repository, as the tip of its branch.
pub fn lay(memory: &Memory, commit: CommitId) -> TempRepo {
    let repo = TempRepo::bare();
    lay_again(&repo, memory, commit);
    repo
}

/// Puts a commit of memory into a bare repository in place of what its branch was.
pub fn lay_again(repo: &TempRepo, memory: &Memory, commit: CommitId) {
    let mut stream =
        format!("commit refs/heads/main\ncommitter Tester <t@localhost> {NOW} +0000\ndata 5\npush\n").into_bytes();
    for (path, entry) in memory.flat_of(commit) {
        let mode = entry.mode.to_string();
        let name: String = path.as_bytes().iter().map(|b| format!("\\{b:03o}")).collect();
        if entry.mode == Mode::SUBMODULE {
            stream.extend(format!("M {mode} {} \"{name}\"\n", entry.id).bytes());
        } else {
            let bytes = memory.bytes(&entry);
            stream.extend(format!("M {mode} inline \"{name}\"\ndata {}\n", bytes.len()).bytes());
            stream.extend([bytes, b"\n"].concat());
        }
    }
    repo.git_with(&["fast-import", "--quiet", "--force"], &stream);
}

/// Syncs the branch of a repository; if `brief`, without the lists that nobody asks for.
pub fn sync_for_real(repo: &TempRepo, options: &Options, brief: bool) -> Report {
    let retry = match &options.retry {
        None => Again::Nothing,
        Some(Retry::All) => Again::All,
        Some(Retry::Paths(paths)) => Again::Below(paths[0].clone()),
    };
    let asked = Sync {
        branch: None,
        dry_run: false,
        diff: false,
        adopt: options.adopt,
        repair: options.repair,
        retry,
        expect: None,
        max_deletions: None,
        yes: true,
        sign: false,
        max_file_size: MAX_FILE_SIZE,
        threads: None,
        remote: None,
        brief,
    };
    sync(&repo.common(), &asked, &mut hhgit::modes::talk::Alone).expect("the repository is in order")
}

/// What a person is told.
pub fn told(report: &Report) -> String {
    let mut text = Vec::new();
    hhgit::render::human::report(&mut text, report, Style::default()).expect("writing into a Vec cannot fail");
    String::from_utf8(text).expect("people are told text")
}

/// What is retried, narrowed to one path, as the command line has it.
pub fn first(retry: &Retry) -> Retry {
    match retry {
        Retry::All => Retry::All,
        Retry::Paths(paths) => Retry::Paths(paths[..1].to_vec()),
    }
}

/// The tree that a report says was made, or the one that was read where nothing was to be done.
pub fn tree(report: &Report) -> Option<TreeId> {
    let point = if report.outcome == Outcome::Unchanged { report.input } else { report.result };
    point.map(|point| point.tree)
}

/// What git itself says is different between two commits, by path.
pub fn difference(repo: &TempRepo, before: &str, after: &str) -> BTreeMap<RepoPath, (Option<Entry>, Option<Entry>)> {
    let text = repo.git_bytes(&["diff-tree", "-r", "-z", "--no-renames", before, after]);
    let mut words = text.split(|b| *b == 0).filter(|word| !word.is_empty());
    let mut found = BTreeMap::new();
    while let (Some(what), Some(path)) = (words.next(), words.next()) {
        let what = std::str::from_utf8(what).expect("git prints modes and ids").trim_start_matches(':');
        let fields: Vec<&str> = what.split(' ').collect();
        let entry = |mode: &str, id: &str| {
            let mode = Mode::new(u16::from_str_radix(mode, 8).expect("a mode is octal"));
            let id = ObjectId::from_hex(id.as_bytes()).expect("git prints whole ids");
            (mode.value() != 0).then_some(Entry { mode, id })
        };
        let path = RepoPath::new(path).expect("git lists paths");
        found.insert(path, (entry(fields[0], fields[2]), entry(fields[1], fields[3])));
    }
    found
}

/// The same, by a plan's word.
pub fn planned(plan: &Plan) -> BTreeMap<RepoPath, (Option<Entry>, Option<Entry>)> {
    plan.edits().iter().map(|(path, e)| (path.clone(), (e.from, e.to.as_ref().map(Target::entry)))).collect()
}
