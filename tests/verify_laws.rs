//! What `hhgit verify` must hold: whatever sync writes is proven, and nothing that is a byte away from it.
#![allow(dead_code, unreachable_pub, reason = "parts of another test's crate, not all of them used")]
#![allow(clippy::unwrap_used, reason = "a test may unwrap")]

#[path = "laws/documents.rs"]
mod documents;
#[path = "laws/generate.rs"]
mod generate;
#[path = "laws/play.rs"]
mod play;
#[path = "laws/real.rs"]
mod real;
mod support;

use std::collections::BTreeMap;

use proptest::collection::vec;
use proptest::prelude::*;
use proptest::sample::{Index, select};
use proptest::test_runner::Config;

use generate::{Again, Ask, World, ask, world};
use hhgit::ids::{Entry, Mode};
use hhgit::modes::{sync::sync, talk::Alone, verify::verify};
use hhgit::options::commits::Commits;
use hhgit::options::{Common, MAX_FILE_SIZE, Retry, Sync};
use hhgit::path::RepoPath;
use hhgit::report::Outcome;
use hhgit::report::verify::{Verified, Word};
use play::first_commit;
use support::memory::Memory;
use support::{NOW, TempRepo, hhgit};

/// As many cases as the environment says, else as many as take seconds.
fn config() -> Config {
    let cases = if std::env::var_os("PROPTEST_CASES").is_some() { Config::default().cases } else { 24 };
    Config {
        cases,
        max_global_rejects: cases * 50,
        failure_persistence: None,
        max_shrink_iters: 100,
        ..Config::default()
    }
}

/// One thing that is changed in a sync commit.
#[derive(Debug, Clone)]
enum Mutation {
    /// One byte of a file is another, or one is added to an empty one.
    Byte(Index, Index),
    /// A file's mode is another.
    Mode(Index),
    /// A file's name has a letter more.
    Name(Index),
    /// A file goes.
    Gone(Index),
    /// A file is there once more, under another name.
    Twice(Index),
    /// One byte of the message is another.
    Changed(Index, u8),
    /// One byte of the message goes.
    Cut(Index),
    /// The message has one byte more.
    Put(Index, u8),
    /// The commit has a second parent.
    Merge,
}

fn mutation() -> impl Strategy<Value = Mutation> {
    let index = any::<Index>;
    let byte = || select(b"aZ0 -:=/\n.".to_vec());
    prop_oneof![
        3 => (index(), index()).prop_map(|(file, byte)| Mutation::Byte(file, byte)),
        1 => index().prop_map(Mutation::Mode),
        1 => index().prop_map(Mutation::Name),
        1 => index().prop_map(Mutation::Gone),
        1 => index().prop_map(Mutation::Twice),
        3 => (index(), byte()).prop_map(|(at, byte)| Mutation::Changed(at, byte)),
        1 => index().prop_map(Mutation::Cut),
        1 => (index(), byte()).prop_map(|(at, byte)| Mutation::Put(at, byte)),
        1 => Just(Mutation::Merge),
    ]
}

/// A sync's options, as far as the command line has them.
#[derive(Debug, Clone)]
struct Asked {
    ask: Ask,
    /// Which of the fabric directories it is narrowed to.
    fabric: Option<Index>,
    max_file_size: u64,
}

fn asked() -> impl Strategy<Value = Asked> {
    let size = prop_oneof![4 => Just(MAX_FILE_SIZE), 1 => Just(4096_u64), 1 => Just(200)];
    (ask(), proptest::option::weighted(0.3, any::<Index>()), size).prop_map(|(ask, fabric, max_file_size)| Asked {
        ask,
        fabric,
        max_file_size,
    })
}

/// What stands at every path of a commit, with the bytes of files.
type Files = BTreeMap<RepoPath, (Entry, Vec<u8>)>;

/// A repository whose branch was synced, and what its last two commits are.
struct Case {
    repo: TempRepo,
    message: Vec<u8>,
    files: Files,
}

/// Lays a world into real git and syncs it; none where there is nothing to sync.
fn case(world: &World, asked: &Asked) -> Option<Case> {
    let mut memory = Memory::default();
    let flat = first_commit(&mut memory, world);
    let tree = memory.grow(&flat);
    let root = memory.commit_tree(tree, None, "push\n");
    let repo = real::lay(&memory, root);
    let at = |folder: &str| RepoPath::new(folder).unwrap();
    let named = |index: &Index| at(world.fabrics[index.index(world.fabrics.len())].0);
    let retry = match asked.ask.retry {
        Again::Nothing => Retry::Nothing,
        Again::All => Retry::All,
        Again::Named => Retry::Below(play::base(world.fabrics[0].0, "unmanaged")),
    };
    let Ask { adopt, repair, .. } = asked.ask;
    let options = Sync { adopt, repair, retry, yes: true, max_file_size: asked.max_file_size, ..Sync::default() };
    // Some worlds have no fabric directory, or none where one is named.
    let common = Common { fabrics: asked.fabric.iter().map(named).collect(), ..repo.common() };
    let report = sync(&common, &options, &mut Alone).ok()?;
    (report.outcome == Outcome::Committed).then(|| {
        let message = repo.git_bytes(&["cat-file", "commit", "main"]);
        let start = message.windows(2).position(|pair| pair == b"\n\n").unwrap() + 2;
        let files = files(&repo);
        Case { message: message[start..].to_vec(), files, repo }
    })
}

fn files(repo: &TempRepo) -> Files {
    let list = repo.git_bytes(&["ls-tree", "-r", "-z", "--full-tree", "main"]);
    let entries = list.split(|byte| *byte == 0).filter(|line| !line.is_empty());
    let file = |line: &[u8]| {
        let tab = line.iter().position(|byte| *byte == b'\t').unwrap();
        let words: Vec<&str> = std::str::from_utf8(&line[..tab]).unwrap().split(' ').collect();
        let id = hhgit::ids::ObjectId::from_hex(words[2].as_bytes()).unwrap();
        let mode = Mode::new(u16::from_str_radix(words[0], 8).unwrap());
        let bytes = if words[1] == "blob" { repo.git_bytes(&["cat-file", "blob", words[2]]) } else { Vec::new() };
        (RepoPath::new(&line[tab + 1..]).unwrap(), (Entry { mode, id }, bytes))
    };
    entries.map(file).collect()
}

/// What verify says of the last commit of a branch.
fn said(repo: &TempRepo, branch: &str) -> Option<Verified> {
    let commits = Commits::Between { old: format!("{branch}~1"), new: branch.to_owned() };
    let options = hhgit::options::verify::Verify { commits, crds: BTreeMap::new(), threads: None };
    let verified = verify(&repo.common(), &options).unwrap();
    let id = repo.tip(branch);
    verified.commits.into_iter().find(|one| Some(one.commit) == id)
}

/// The case's commit with one thing changed; none where that changes nothing.
fn mutated(case: &Case, mutation: &Mutation) -> Option<(Vec<u8>, Files, bool)> {
    let (mut message, mut files, mut merge) = (case.message.clone(), case.files.clone(), false);
    let key = |index: &Index| case.files.keys().nth(index.index(case.files.len())).cloned();
    match mutation {
        Mutation::Byte(file, byte) => {
            let (entry, bytes) = files.get_mut(&key(file)?)?;
            if *entry == (Entry { mode: Mode::SUBMODULE, ..*entry }) {
                return None;
            }
            match bytes.len() {
                0 => bytes.push(b'x'),
                some => bytes[byte.index(some)] ^= 1,
            }
        }
        Mutation::Mode(file) => {
            let (entry, _) = files.get_mut(&key(file)?)?;
            entry.mode = match entry.mode {
                Mode::SUBMODULE => return None,
                Mode::FILE => Mode::EXECUTABLE,
                _ => Mode::FILE,
            };
        }
        Mutation::Name(file) | Mutation::Twice(file) | Mutation::Gone(file) => {
            let path = key(file)?;
            let was = if matches!(mutation, Mutation::Twice(_)) {
                files.get(&path).cloned()?
            } else {
                files.remove(&path)?
            };
            let other = RepoPath::new([path.as_bytes(), b"x"].concat()).unwrap();
            if path.file_name().len() > 254 || files.keys().any(|path| path.starts_with(&other)) {
                return None;
            }
            if !matches!(mutation, Mutation::Gone(_)) {
                files.insert(other, was);
            }
        }
        Mutation::Changed(at, byte) => {
            let at = at.index(message.len());
            message[at] = if message[at] == *byte { message[at] ^ 1 } else { *byte };
        }
        Mutation::Cut(at) => drop(message.remove(at.index(message.len()))),
        Mutation::Put(at, byte) => message.insert(at.index(message.len() + 1), *byte),
        Mutation::Merge => merge = true,
    }
    let differs = message != case.message || files != case.files || merge;
    (differs && !message.contains(&0) && !files.is_empty()).then_some((message, files, merge))
}

/// Writes such a commit in the place of the sync, on a branch of its own.
fn write(repo: &TempRepo, (message, files, merge): &(Vec<u8>, Files, bool)) {
    let mut stream = format!("commit refs/heads/mutant\ncommitter hhgit <hhgit@localhost> {NOW} +0000\n").into_bytes();
    stream.extend(format!("data {}\n", message.len()).bytes());
    stream.extend(message);
    stream.extend(b"\nfrom refs/heads/main~1\n");
    if *merge {
        stream.extend(b"merge refs/heads/main\n");
    }
    stream.extend(b"deleteall\n");
    for (path, (entry, bytes)) in files {
        let name: String = path.as_bytes().iter().map(|b| format!("\\{b:03o}")).collect();
        if entry.mode == Mode::SUBMODULE {
            stream.extend(format!("M {} {} \"{name}\"\n", entry.mode, entry.id).bytes());
        } else {
            stream.extend(format!("M {} inline \"{name}\"\ndata {}\n", entry.mode, bytes.len()).bytes());
            stream.extend([bytes.as_slice(), b"\n"].concat());
        }
    }
    repo.git(&["update-ref", "-d", "refs/heads/mutant"]);
    repo.git_with(&["fast-import", "--quiet", "--force"], &stream);
}

/// The options that a message names, as they are typed.
fn flags(message: &[u8]) -> Vec<String> {
    let text = String::from_utf8_lossy(message).into_owned();
    let line = text.lines().rev().find_map(|line| line.strip_prefix("Hhgit-Options: --")).unwrap_or_default();
    line.split(" --").filter(|flag| !flag.is_empty()).map(|flag| format!("--{flag}")).collect()
}

/// Whether a real sync with the options that the message names writes just this commit.
fn is_made_by_sync(repo: &TempRepo) -> bool {
    let wanted = repo.git_bytes(&["cat-file", "commit", "mutant"]);
    repo.git(&["update-ref", "refs/heads/again", "mutant~1"]);
    let mut args = vec!["sync".to_owned(), "again".to_owned(), "--yes".to_owned()];
    args.extend(flags(&wanted));
    let args: Vec<&str> = args.iter().map(String::as_str).collect();
    // A fabric that is left alone is no failure.
    matches!(hhgit(repo.dir(), &args).code, Some(0 | 1)) && repo.git_bytes(&["cat-file", "commit", "again"]) == wanted
}

proptest! {
    #![proptest_config(config())]

    /// Sync under any options makes commits that are proven, and a commit that differs in anything is not, unless it is what
    /// sync makes under the other options that it names.
    #[test]
    fn what_sync_makes_is_proven_and_nothing_else(
        world in world().prop_map(real::as_git_makes_it),
        asked in asked(),
        mutations in vec(mutation(), 6),
    ) {
        let Some(case) = case(&world, &asked) else {
            prop_assume!(false);
            return Ok(());
        };
        let found = said(&case.repo, "main").expect("a sync is told of").found;
        prop_assert_eq!(found.word, Word::Proven, "{:?} of {}", found, String::from_utf8_lossy(&case.message));
        for mutation in &mutations {
            let Some(mutant) = mutated(&case, mutation) else { continue };
            write(&case.repo, &mutant);
            let found = said(&case.repo, "mutant").map(|one| one.found);
            let is_proven = found.as_ref().is_some_and(|found| found.word == Word::Proven);
            if is_proven && flags(&mutant.0) != flags(&case.message) {
                prop_assert!(is_made_by_sync(&case.repo), "{mutation:?} is taken for a sync");
                continue;
            }
            prop_assert!(!is_proven, "{mutation:?} is taken for a sync: {found:?}");
            // What still says that it is a sync is never passed by.
            let word = found.map(|found| found.word);
            prop_assert!(word.is_some(), "{mutation:?} is not told of");
            let is_of_the_tree = mutant.0 == case.message;
            prop_assert!(!is_of_the_tree || word.is_some_and(Word::is_false), "{mutation:?} is {word:?}");
        }
    }

    /// A sync whose message somebody replaced is known by its tree, as far as its changes leave its options possible.
    #[test]
    fn a_sync_is_known_without_its_message(world in world().prop_map(real::as_git_makes_it), ask in ask()) {
        prop_assume!(ask.retry != Again::Named);
        let Some(case) = case(&world, &Asked { ask, fabric: None, max_file_size: MAX_FILE_SIZE }) else {
            prop_assume!(false);
            return Ok(());
        };
        write(&case.repo, &(b"Sort\n".to_vec(), case.files.clone(), false));
        let word = said(&case.repo, "mutant").map(|one| one.found.word);
        prop_assert_eq!(word, Some(Word::Reworded), "{}", String::from_utf8_lossy(&case.message));
    }
}
