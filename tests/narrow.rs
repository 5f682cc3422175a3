//! What two commits are compared by: looking at what changed and what that reaches says what looking at everything says.
#![allow(unreachable_pub, clippy::unwrap_used, reason = "the parts of a test's own crate; a test may fail")]

#[allow(dead_code, reason = "the laws of sorting use the rest of it")]
#[path = "laws/documents.rs"]
mod documents;
#[path = "laws/generate.rs"]
mod generate;
#[allow(dead_code, reason = "the laws of sorting use the rest of it")]
#[path = "laws/play.rs"]
mod play;
mod support;

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;
use std::sync::LazyLock;

use hhgit::finding::{Finding, ObjectRef};
use hhgit::ids::{CommitId, Entry, Mode};
use hhgit::memory::store::Store;
use hhgit::modes::check::{Asked, Named, Narrowed, compare, request_at};
use hhgit::options::{CheckLevel, Common, Identities};
use hhgit::path::RepoPath;
use hhgit::progress::Progress;
use hhgit::report::{FabricReport, Report};
use hhgit::snapshot::{Objects, Time};
use hhgit::verdict::code::Code;
use proptest::prelude::*;
use proptest::sample::Index;
use support::memory::{Flat, Memory};

use generate::world;

fn common() -> Common {
    Common {
        directory: ".".into(),
        fabrics: Vec::new(),
        identities: Identities::default(),
        now: Time { seconds: support::NOW, offset: 0 },
        progress: Progress::default(),
    }
}

fn store(dir: &Path) -> Store {
    Store::new(dir, rustix::process::geteuid().as_raw(), |_, _| Ok(()), 0)
}

fn compared(
    memory: &Memory,
    level: CheckLevel,
    store: Option<&Store>,
    before: Option<CommitId>,
    after: CommitId,
) -> (Report, Narrowed) {
    let (common, request) = (common(), request_at(level));
    let asked = Asked {
        common: &common,
        request: &request,
        level,
        max_deletions: Some(0),
        memory: store,
        of_same: store.is_none(),
    };
    let named = |id| Named { commit: memory.commit(id).unwrap(), name: "it" };
    compare(memory, &asked, before.map(named), named(after)).unwrap()
}

/// A finding without its place and its other place, which move.
type Said = (Code, RepoPath, Option<ObjectRef>, String);

fn said(findings: &[Finding]) -> BTreeSet<Said> {
    let said =
        |finding: &Finding| (finding.code, finding.path.clone(), finding.object.clone(), finding.message.clone());
    findings.iter().map(said).collect()
}

fn removed(report: &Report) -> Vec<(RepoPath, Vec<ObjectRef>)> {
    let some = report.fabrics.iter().filter(|fabric| !fabric.removed.is_empty());
    some.map(|fabric| (fabric.path.clone(), fabric.removed.clone())).collect()
}

/// Compares two commits by all that they hold and by what differs, and asks for the same words.
fn hold(memory: &Memory, level: CheckLevel, store: &Store, before: CommitId, after: CommitId) -> Narrowed {
    let (whole, _) = compared(memory, level, None, Some(before), after);
    let (few, narrowed) = compared(memory, level, Some(store), Some(before), after);
    let unkept = self::store(Path::new("/dev/null/nowhere")).or_aside();
    assert_eq!(compared(memory, level, Some(&unkept), Some(before), after).0, few, "with nothing kept");
    let (was, _) = compared(memory, level, None, None, before);
    let (all, told) = (said(&whole.findings), said(&few.findings));
    let more = told.difference(&all).filter(|said| level == CheckLevel::References || said.0 != Code::TooManyDeletions);
    assert_eq!(more.collect::<Vec<_>>(), Vec::<&Said>::new(), "said of few, and not of all");
    let places: BTreeSet<_> = was.findings.iter().map(|f| (f.code, &f.path, &f.object)).collect();
    // What one object blocks is told of those that changed; that somebody else is named first is nothing new.
    let news = all.difference(&told).filter(|said| said.0 != Code::BlockedByAnother);
    let news: Vec<_> = news.filter(|said| !places.contains(&(said.0, &said.1, &said.2))).collect();
    // Without a memory, who holds an object in a third place is not known.
    let third =
        [Code::DuplicateIdentity, Code::PathBlocked, Code::AlreadyManaged, Code::Misplaced, Code::TooManyDeletions];
    let is_known = |said: &&Said| level == CheckLevel::References || !third.contains(&said.0);
    let news: Vec<&Said> = news.into_iter().filter(is_known).collect();
    assert_eq!(news, Vec::<&Said>::new(), "said of all, and not of few");
    if level == CheckLevel::References {
        assert_eq!(removed(&few), removed(&whole), "what left managed/");
        let of_few = |fabric: &&FabricReport| few.fabrics.iter().any(|few| few.path == fabric.path);
        let same: Vec<FabricReport> = whole.fabrics.iter().filter(of_few).cloned().collect();
        assert_eq!(few.fabrics, same, "what a sync would do");
    }
    narrowed
}

fn cases(usual: u32) -> ProptestConfig {
    match std::env::var_os("PROPTEST_CASES") {
        Some(_) => ProptestConfig::default(),
        None => ProptestConfig::with_cases(usual),
    }
}

/// All documents of the rules' cases, by the file in managed/ where each belongs.
static POOL: LazyLock<BTreeMap<String, Vec<String>>> = LazyLock::new(|| {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("src/rules/tests/cases");
    let mut pool: BTreeMap<String, Vec<String>> = BTreeMap::new();
    for file in std::fs::read_dir(folder).unwrap() {
        let text = std::fs::read_to_string(file.unwrap().path()).unwrap();
        let is_yaml = |line: &&str| !["== ", "-> ", "~> ", "settings: "].iter().any(|mark| line.starts_with(mark));
        let yaml: String = text
            .lines()
            .map(|l| if l.starts_with("== ") { "---" } else { l })
            .filter(is_yaml)
            .map(|l| format!("{l}\n"))
            .collect();
        for document in yaml.split("---\n").filter(|document| !document.trim().is_empty()) {
            let field = |key: &str| document.lines().find_map(|line| line.trim().strip_prefix(key)).map(str::trim);
            if let (Some(kind), Some(name)) =
                (field("kind:"), field("name:").or(field("metadata: {name:").map(|n| n.trim_end_matches('}'))))
            {
                let plural = hhgit::fabric::kinds::Kinds::builtin();
                let plural = plural.iter().find(|known| known.kind == kind).map_or("others", |known| &known.plural);
                let path = format!("managed/{plural}/{}.yaml", name.split([',', '}']).next().unwrap_or(name));
                pool.entry(path).or_default().push(document.to_owned());
            }
        }
    }
    assert!(pool.len() > 40, "the rules' cases hold many objects: {:?}", pool.keys());
    pool
});

/// Commits these files.
fn commit(memory: &mut Memory, files: &BTreeMap<String, String>, parent: Option<CommitId>) -> CommitId {
    let mut flat = Flat::new();
    for (path, text) in files {
        let entry = Entry { mode: Mode::FILE, id: memory.put(text.as_bytes()).object() };
        flat.insert(RepoPath::new(path.as_bytes()).unwrap(), entry);
    }
    let tree = memory.grow(&flat);
    memory.commit_tree(tree, parent, "push\n")
}

/// One step in a fabric: which file, which of its versions if any, and whether it is dropped into raw/ instead.
type Step = (Index, Option<Index>, bool);

fn take(files: &mut BTreeMap<String, String>, (which, version, in_raw): &Step) {
    let (path, versions) = POOL.iter().nth(which.index(POOL.len())).unwrap();
    let path = if *in_raw { path.replace("managed/", "raw/") } else { path.clone() };
    match version {
        Some(version) => files.insert(path, versions[version.index(versions.len())].clone()),
        None => files.remove(&path),
    };
}

fn steps(count: std::ops::Range<usize>, gone: f64) -> impl Strategy<Value = Vec<Step>> {
    let version = proptest::option::weighted(1.0 - gone, any::<Index>());
    proptest::collection::vec((any::<Index>(), version, proptest::bool::weighted(0.1)), count)
}

proptest! {
    #![proptest_config(cases(60))]

    /// Fabrics that are full of objects that know each other, right and wrong.
    #[test]
    fn a_push_to_a_fabric_is_judged_by_what_it_reaches(
        lay in steps(10..120, 0.01),
        pushes in proptest::collection::vec(steps(1..4, 0.4), 1..4),
    ) {
        let (mut memory, dir) = (Memory::default(), tempfile::tempdir().unwrap());
        let mut files = BTreeMap::from([
            (".hnp/manifest.yaml".to_owned(), "version: '1.0'\nsettings: {gateway: true}\n".to_owned()),
        ]);
        lay.iter().for_each(|step| take(&mut files, step));
        let mut tip = commit(&mut memory, &files, None);
        for push in &pushes {
            push.iter().for_each(|step| take(&mut files, step));
            let next = commit(&mut memory, &files, Some(tip));
            let store = store(dir.path());
            let narrowed = hold(&memory, CheckLevel::References, &store, tip, next);
            narrowed.keep(&store).unwrap();
            hold(&memory, CheckLevel::Schema, &store, tip, next);
            hold(&memory, CheckLevel::Schema, &self::store(Path::new("/dev/null/nowhere")), tip, next);
            tip = next;
        }
    }

    /// Repositories with everything that people leave in them, and their histories.
    #[test]
    fn a_push_of_anything_is_judged_by_what_it_reaches(world in world()) {
        let played = play::play(&world);
        let dir = tempfile::tempdir().unwrap();
        let store = store(dir.path());
        let mut before = None;
        for synced in &played.syncs {
            for after in [synced.input, synced.output] {
                if let Some(before) = before.filter(|before| has_fabric(&played.memory, *before)) {
                    hold(&played.memory, CheckLevel::References, &store, before, after).keep(&store).unwrap();
                    hold(&played.memory, CheckLevel::Identity, &self::store(Path::new("/dev/null/nowhere")), before, after);
                }
                before = Some(after);
            }
        }
    }
}

fn has_fabric(memory: &Memory, commit: CommitId) -> bool {
    let found =
        hhgit::fabric::layout::find(memory, memory.tree_of(commit), &[], &hhgit::fabric::kinds::Kinds::builtin());
    found.is_ok_and(|found| !found.is_empty())
}

#[test]
fn of_an_object_that_two_files_hold_both_are_looked_at() {
    let (mut memory, dir) = (Memory::default(), tempfile::tempdir().unwrap());
    let switch = |name: &str, more: &str| {
        format!(
            "apiVersion: wiring.githedgehog.com/v1beta1\nkind: Switch\nmetadata:\n  name: {name}\nspec: {{role: spine{more}}}\n"
        )
    };
    let mut files = BTreeMap::from([
        (".hnp/manifest.yaml".to_owned(), "version: '1.0'\n".to_owned()),
        ("managed/vpcs/a.yaml".to_owned(), switch("b", "")),
        ("managed/vpcs/b.yaml".to_owned(), switch("b", ", asn: 1")),
        ("raw/c.yaml".to_owned(), switch("c", "")),
    ]);
    let before = commit(&mut memory, &files, None);
    let text = files.remove("raw/c.yaml").unwrap();
    files.insert("managed/switches/c.yaml".to_owned(), text);
    let after = commit(&mut memory, &files, Some(before));
    hold(&memory, CheckLevel::References, &store(dir.path()), before, after);
}
