//! A sync to be taken back, for tests, and how that is asked and looked at.

use std::collections::BTreeMap;

use super::{Ended, TempRepo, hhgit, vpc};

/// A manifest that says nothing.
pub const MANIFEST: &str = "version: '1.0'\n";

/// A repository whose newest commit is the sync of one file with two VPCs and a note, and the tree before that sync.
pub fn synced(temp: TempRepo) -> (TempRepo, String) {
    let two = format!("{}---\n# the second\n{}", vpc("a", "x"), vpc("b", "x"));
    let files = [("f/.hnp/manifest.yaml", MANIFEST), ("f/raw/in/two.yaml", two.as_str()), ("f/raw/note.txt", "n\n")];
    match temp.dir().join(".git").exists() {
        true => temp.commit_all(&files),
        false => temp.commit("main", &files),
    };
    let before = tree(&temp, "main");
    assert_eq!(hhgit(temp.dir(), &["sync"]).code, Some(0));
    (temp, before)
}

/// The tree of a commit.
pub fn tree(temp: &TempRepo, name: &str) -> String {
    temp.git(&["rev-parse", &format!("{name}^{{tree}}")])
}

/// Runs the undo.
pub fn undo(temp: &TempRepo, args: &[&str]) -> Ended {
    hhgit(temp.dir(), &[&["undo"], args].concat())
}

/// Holds that a run did what it should.
pub fn done(ended: &Ended) {
    assert_eq!(ended.code, Some(0), "{}{}", ended.stdout, ended.stderr);
}

/// The files of managed/.
pub fn managed(temp: &TempRepo) -> BTreeMap<String, String> {
    let mut files = temp.files("main");
    files.retain(|path, _| path.starts_with("f/managed/") && path.ends_with(".yaml"));
    files
}

/// Holds that an undo is refused with this code and these words, and changes nothing.
pub fn refused(temp: &TempRepo, args: &[&str], code: i32, words: &[&str]) {
    let before = temp.state();
    let ended = undo(temp, args);
    assert_eq!(ended.code, Some(code), "{args:?}: {ended:?}");
    let said = ended.stdout + &ended.stderr;
    // A line that is too long for the terminal is broken at a space.
    let said = said.split_whitespace().collect::<Vec<_>>().join(" ");
    for words in words {
        assert!(said.contains(words), "{words:?} is not in {said}");
    }
    assert_eq!(temp.state(), before);
}
