//! What the laws found once, each as a case of its own.

use std::collections::BTreeMap;

use hhgit::ids::{CommitId, Entry, Mode};
use hhgit::plan::source::Retry;

use crate::play::{as_sidecar, base};
use crate::support::memory::{Flat, Memory, Options};

const MANIFEST: &str = "version: '1.0'\nfabric_name: f\n";
const WEB: &str = "apiVersion: vpc.githedgehog.com/v1beta1\nkind: VPC\nmetadata: {name: web}\n";
const WEB_IN_OTHER_WORDS: &str = "apiVersion: vpc.githedgehog.com/v1beta1\nkind: VPC\nmetadata:\n  name: web\n";
const LEAF: &str =
    "apiVersion: wiring.githedgehog.com/v1beta1\nkind: Switch\nmetadata: {name: leaf}\nspec: {role: spine}\n";

/// A repository with one fabric directory that holds these files.
struct Case {
    memory: Memory,
    tip: CommitId,
}

impl Case {
    fn new(files: &[(&str, &str)]) -> Self {
        let mut memory = Memory::default();
        let mut flat = Flat::new();
        for (path, text) in files.iter().chain(&[(".hnp/manifest.yaml", MANIFEST)]) {
            let id = memory.put(text.as_bytes()).object();
            flat.insert(base("f", path), Entry { mode: Mode::FILE, id });
        }
        let tree = memory.grow(&flat);
        let tip = memory.commit_tree(tree, None, "first\n");
        Self { memory, tip }
    }

    fn sync(&mut self, retry: Option<Retry>) -> bool {
        let options = Options { retry, ..Options::default() };
        let synced = self.memory.sync(self.tip, &options).expect("nothing is unreadable");
        let before = std::mem::replace(&mut self.tip, synced.output);
        before != self.tip
    }

    /// What lies in managed/ and unmanaged/, but for what structure repair puts there; sidecars by name alone.
    fn sorted(&self) -> BTreeMap<String, String> {
        let flat = self.memory.flat_of(self.tip);
        let files = flat.iter().filter(|(path, _)| path.file_name() != b".gitkeep" && path.starts_with(&base("f", "")));
        let shown = files.filter(|(path, _)| !path.starts_with(&base("f", ".hnp"))).map(|(path, entry)| {
            let text = String::from_utf8_lossy(self.memory.bytes(entry)).into_owned();
            let text = if path.file_name().ends_with(b".metadata") { String::new() } else { text };
            (path.to_string().trim_start_matches("f/").to_owned(), text)
        });
        shown.collect()
    }
}

fn files(files: &[(&str, &str)]) -> BTreeMap<String, String> {
    files.iter().map(|(path, text)| ((*path).to_owned(), (*text).to_owned())).collect()
}

fn below(path: &str) -> Option<Retry> {
    Some(Retry::Paths(vec![base("f", path)]))
}

#[test]
fn what_was_reverted_stays_reverted_when_its_neighbour_passes_a_retry() {
    let both = format!("{WEB}---\n{LEAF}");
    let sidecar = as_sidecar(&both, "raw/a.yaml", "f/unmanaged/a.yaml", true);
    let mut case = Case::new(&[("unmanaged/a.yaml", &both), ("unmanaged/a.yaml.metadata", &sidecar)]);
    assert!(case.sync(Some(Retry::All)));
    let after =
        files(&[("managed/switches/leaf.yaml", LEAF), ("unmanaged/a.yaml", WEB), ("unmanaged/a.yaml.metadata", "")]);
    assert_eq!(case.sorted(), after);
    assert!(!case.sync(Some(Retry::All)));
}

#[test]
fn two_files_that_say_the_same_do_not_take_turns_under_retry() {
    let mut case = Case::new(&[("unmanaged/a.yaml", WEB), ("unmanaged/b.yaml", WEB_IN_OTHER_WORDS)]);
    assert!(case.sync(below("unmanaged")));
    assert_eq!(case.sorted(), files(&[("managed/vpcs/web.yaml", WEB), ("unmanaged/b.yaml", WEB_IN_OTHER_WORDS)]));
    assert!(!case.sync(below("unmanaged")));
}

#[test]
fn a_named_file_vanishes_into_the_same_bytes_in_raw() {
    let mut case = Case::new(&[("raw/a.yaml", WEB), ("unmanaged/a.yaml", WEB)]);
    assert!(case.sync(below("unmanaged")));
    assert_eq!(case.sorted(), files(&[("managed/vpcs/web.yaml", WEB)]));
    assert!(!case.sync(below("unmanaged")));
}

#[test]
fn a_named_file_with_another_value_than_raw_is_no_choice_of_hhgits() {
    let other = format!("{WEB}spec: {{mode: l3vni}}\n");
    let mut case = Case::new(&[("raw/a.yaml", WEB), ("unmanaged/b.yaml", &other)]);
    assert!(case.sync(below("unmanaged")));
    let after = files(&[("unmanaged/a.yaml", WEB), ("unmanaged/a.yaml.metadata", ""), ("unmanaged/b.yaml", &other)]);
    assert_eq!(case.sorted(), after);
    assert!(!case.sync(below("unmanaged")));
}

#[test]
fn a_folder_does_not_stand_for_the_file_of_a_sidecar() {
    let outer = as_sidecar(WEB, "raw/a.yaml", "f/unmanaged/a.yaml", false);
    let inner = as_sidecar(WEB, "raw/a.yaml/b.yaml", "f/unmanaged/a.yaml/b.yaml", false);
    let mut case = Case::new(&[("unmanaged/a.yaml.metadata", &outer), ("unmanaged/a.yaml/b.yaml.metadata", &inner)]);
    assert!(case.sync(None));
    assert_eq!(case.sorted(), files(&[]));
    assert!(!case.sync(None));
}

#[test]
fn a_sidecar_of_a_stale_sidecar_goes_with_it() {
    let first = as_sidecar(WEB, "raw/a.yaml", "f/unmanaged/a.yaml", false);
    let second = as_sidecar(&first, "raw/a.yaml.metadata", "f/unmanaged/a.yaml.metadata", false);
    let mut case = Case::new(&[("unmanaged/a.yaml.metadata", &first), ("unmanaged/a.yaml.metadata.metadata", &second)]);
    assert!(case.sync(None));
    assert_eq!(case.sorted(), files(&[]));
    assert!(!case.sync(None));
}

#[test]
fn nothing_vanishes_into_a_document_that_is_blocked() {
    let shared = format!("{WEB}---\n{LEAF}");
    let mut case = Case::new(&[("raw/a.yaml", WEB), ("raw/b.yaml", WEB), ("managed/vpcs/web.yaml", &shared)]);
    assert!(case.sync(None));
    let unmanaged = ["a.yaml", "b.yaml"].map(|name| format!("unmanaged/{name}"));
    let sidecars = unmanaged.clone().map(|path| format!("{path}.metadata"));
    let mut after = files(&[("managed/vpcs/web.yaml", &shared)]);
    after.extend(unmanaged.map(|path| (path, WEB.to_owned())));
    after.extend(sidecars.map(|path| (path, String::new())));
    assert_eq!(case.sorted(), after);
}

#[test]
fn what_is_sorted_in_takes_no_separator_along_that_yaml_cannot_read() {
    let mut case = Case::new(&[("raw/a.yaml", &format!("-\n--- #\u{1}\n{WEB}"))]);
    assert!(case.sync(None));
    let after =
        files(&[("managed/vpcs/web.yaml", WEB), ("unmanaged/a.yaml", "-\n"), ("unmanaged/a.yaml.metadata", "")]);
    assert_eq!(case.sorted(), after);
    assert!(!case.sync(None));
}
