//! A fabric directory's history as people make it, where each line that somebody writes carries a token of its own, and where
//! each token was first written: what `hhgit why` must find.

use std::collections::BTreeMap;

use hhgit::modes::sync::sync_in;
use hhgit::modes::talk::Talk;
use hhgit::options::{Retry, Sync};
use hhgit::path::RepoPath;

use crate::documents::{documents, token};
use crate::support::{NOW, TempRepo};

/// Where a token was first written.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Written {
    pub commit: String,
    pub path: String,
    pub document: u32,
    pub line: u32,
}

/// One thing that somebody does; the numbers choose among what there is.
#[derive(Debug, Clone)]
pub struct Act {
    pub what: What,
    pub dice: u64,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum What {
    Drop,
    Edit,
    Rename,
    Sync,
    Misplace,
    PutStraight,
    MendParked,
    Take,
    Adopt,
    Side,
    HandEdit,
    Reword,
}

pub struct World {
    pub repo: TempRepo,
    pub files: BTreeMap<String, String>,
    pub written: BTreeMap<u32, Written>,
    pub syncs: usize,
    pub(crate) tokens: u32,
    pub(crate) dice: u64,
    commits: i64,
}

/// The object that a line names, if it is the line of a name.
pub(crate) fn object_name(line: &str) -> Option<&str> {
    line.strip_prefix("  name: ")?.split(' ').next()
}

struct Yes;

impl Talk for Yes {
    fn agree(&mut self, _question: &str) -> Option<bool> {
        Some(true)
    }
    fn pause(&mut self, _tries: u32) {}
}

impl World {
    pub fn new() -> Self {
        let repo = TempRepo::bare();
        let (files, written) = (BTreeMap::new(), BTreeMap::new());
        let mut world = Self { repo, files, written, syncs: 0, tokens: 0, dice: 1, commits: 0 };
        world.commit(vec![("f/.hnp/manifest.yaml".to_owned(), Some("version: '1.0'\n".to_owned()))], &[]);
        world
    }

    /// A number below this one.
    pub(crate) fn roll(&mut self, below: usize) -> usize {
        self.dice = self.dice.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        usize::try_from(self.dice >> 33).unwrap() % below.max(1)
    }

    pub(crate) fn chance(&mut self, in_ten: usize) -> bool {
        self.roll(10) < in_ten
    }

    pub(crate) fn pick(&mut self, from: &[String]) -> Option<String> {
        let at = self.roll(from.len());
        from.get(at).cloned()
    }

    pub(crate) fn marked(&mut self, text: &str) -> String {
        self.tokens += 1;
        format!("{text} # t{}\n", self.tokens)
    }

    pub fn act(&mut self, act: &Act) {
        self.dice = act.dice | 1;
        match act.what {
            What::Drop => self.drop_file(),
            What::Edit => self.edit_pending(),
            What::Rename => self.rename_pending(),
            What::Sync => self.sync(),
            What::Misplace => self.misplace(),
            What::PutStraight => self.put_straight(),
            What::MendParked => self.mend_parked(),
            What::Take => self.take_back_to_raw(),
            What::Adopt => self.adopt(),
            What::Side => self.drop_on_a_side_branch(),
            What::HandEdit => self.edit_by_hand(),
            What::Reword => self.reword(),
        }
    }

    /// What happened, for whoever has to find out why a line was told wrong.
    pub fn history(&self) -> String {
        let log = self.repo.git(&["log", "--graph", "--name-status", "--format=%H %an", "main"]);
        log.lines().filter(|line| !line.contains(".gitkeep")).collect::<Vec<_>>().join("\n")
    }

    pub(crate) fn below(&self, folder: &str) -> Vec<String> {
        let is_file = |name: &&String| name.starts_with(folder) && name.ends_with(".yaml");
        self.files.keys().filter(is_file).cloned().collect()
    }

    /// The objects that wait in raw/ or lie in unmanaged/: no other file may name them, or hhgit has to choose.
    pub(crate) fn is_spoken_for(&self, name: &str) -> bool {
        let open = self.below("f/raw/").into_iter().chain(self.below("f/unmanaged/"));
        let says = format!("  name: {name} ");
        open.chain(self.below("f/loose")).any(|file| self.files[&file].contains(&says))
    }

    fn drop_file(&mut self) {
        let name = format!("f/raw/{}.yaml", ["a", "b", "d/c"][self.roll(3)]);
        if !self.files.contains_key(&name) {
            let text = self.stream();
            self.commit(vec![(name, Some(text))], &[]);
        }
    }

    fn edit_pending(&mut self) {
        let pending = self.below("f/raw/");
        let Some(name) = self.pick(&pending) else { return };
        let old = self.files[&name].clone();
        let text = self.changed(&old);
        self.commit(vec![(name, Some(text))], &[]);
    }

    fn rename_pending(&mut self) {
        let pending = self.below("f/raw/");
        let Some(name) = self.pick(&pending) else { return };
        self.tokens += 1;
        let new = format!("f/raw/r{}.yaml", self.tokens);
        let mut text = self.files[&name].clone();
        if self.chance(5) {
            let more = self.marked("");
            text = more + &text;
        }
        self.commit(vec![(name, None), (new, Some(text))], &[]);
    }

    /// Somebody moves an object's file to a wrong name; a repair moves it back, or an update replaces it.
    fn misplace(&mut self) {
        let held = self.below("f/managed/vpcs/o");
        let Some(name) = self.pick(&held) else { return };
        self.tokens += 1;
        let new = format!("f/managed/odd{}.yaml", self.tokens);
        let text = self.files[&name].clone();
        self.commit(vec![(name, None), (new, Some(text))], &[]);
        if self.chance(6) {
            self.sync_with(&Sync { repair: true, ..Sync::default() });
        }
    }

    /// Somebody puts a file of two objects straight into managed/; a repair cuts it up.
    fn put_straight(&mut self) {
        let (one, other) = (self.new_object(false), self.new_object(false));
        let comment = self.marked("");
        self.tokens += 1;
        let name = format!("f/managed/both{}.yaml", self.tokens);
        self.commit(vec![(name, Some(format!("{one}{comment}---\n{other}")))], &[]);
        if self.chance(7) {
            self.sync_with(&Sync { repair: true, ..Sync::default() });
        }
    }

    /// Somebody mends what was parked where it lies, and has it judged again.
    fn mend_parked(&mut self) {
        let parked = self.below("f/unmanaged/");
        let Some(name) = self.pick(&parked) else { return };
        let text = self.files[&name].clone();
        let mut first = true;
        let mut mended = String::new();
        for line in text.split_inclusive('\n') {
            // All are mended, or the first alone, so that something stays.
            let mend = line.starts_with("broken: [") && (first || self.chance(5));
            first &= !line.starts_with("broken: [");
            mended += &(if mend { self.marked("") } else { line.to_owned() });
        }
        self.commit(vec![(name.clone(), Some(mended))], &[]);
        let retry = if self.chance(5) { Retry::All } else { Retry::Below(RepoPath::new(name).unwrap()) };
        self.sync_with(&Sync { retry, ..Sync::default() });
    }

    /// Somebody moves what was parked back into raw/, and mends it there.
    fn take_back_to_raw(&mut self) {
        let parked = self.below("f/unmanaged/");
        let Some(name) = self.pick(&parked) else { return };
        self.tokens += 1;
        let (new, text) = (format!("f/raw/again{}.yaml", self.tokens), self.files[&name].clone());
        let copied = self.chance(3);
        let mut changes = vec![(new.clone(), Some(text.clone()))];
        if !copied {
            changes.extend([(name.clone(), None), (format!("{name}.metadata"), None)]);
        }
        self.commit(changes, &[]);
        let mut mended = String::new();
        for line in text.split_inclusive('\n') {
            mended += &(if line.starts_with("broken: [") { self.marked("") } else { line.to_owned() });
        }
        let gone = if copied { vec![(name.clone(), None), (format!("{name}.metadata"), None)] } else { Vec::new() };
        self.commit([vec![(new, Some(mended))], gone].concat(), &[]);
    }

    fn adopt(&mut self) {
        self.tokens += 1;
        let (name, text) = (format!("f/loose{}.yaml", self.tokens), self.stream());
        self.commit(vec![(name, Some(text))], &[]);
        self.sync_with(&Sync { adopt: true, ..Sync::default() });
    }

    /// Two branches, each with a file of its own, and their merge.
    fn drop_on_a_side_branch(&mut self) {
        let base = self.repo.tip("main").unwrap().to_string();
        self.tokens += 1;
        let name = format!("f/raw/side{}.yaml", self.tokens);
        let text = self.new_object(false);
        self.repo.git(&["update-ref", "refs/heads/side", &base]);
        let files = self.files.clone();
        let side = self.write("side", vec![(name.clone(), Some(text.clone()))], &[]);
        self.files = files;
        self.drop_file();
        self.commit(vec![(name, Some(text))], &[side]);
    }

    /// Somebody edits an object in managed/; not one that a file in raw/ holds too: what is taken away here and comes back
    /// with that file was put there by it, as `tests/why_history.rs` has it, and a copied token cannot tell that.
    fn edit_by_hand(&mut self) {
        let mut held = self.below("f/managed/vpcs/o");
        held.retain(|file| !self.files[file].lines().filter_map(object_name).any(|name| self.is_spoken_for(name)));
        let Some(name) = self.pick(&held) else { return };
        let old = self.files[&name].clone();
        let text = self.changed(&old);
        self.commit(vec![(name, Some(text))], &[]);
    }

    /// Somebody syncs, and words the commit anew, so that only its tree tells what it is.
    fn reword(&mut self) {
        let (before, syncs) = (self.repo.tip("main").unwrap().to_string(), self.syncs);
        self.sync();
        if self.syncs > syncs {
            let tree = self.repo.git(&["rev-parse", "main^{tree}"]);
            let reworded = self.repo.git(&["commit-tree", &tree, "-p", &before, "-m", "tidy up"]);
            self.repo.git(&["update-ref", "refs/heads/main", &reworded]);
        }
    }

    fn sync(&mut self) {
        self.sync_with(&Sync::default());
    }

    fn sync_with(&mut self, options: &Sync) {
        let before = self.repo.tip("main");
        sync_in(&self.repo.open(), &self.repo.common(), options, &mut Yes).unwrap();
        self.syncs += usize::from(self.repo.tip("main") != before);
        self.files = self.repo.whole_files("main");
    }

    /// Commits on main; what is written there for the first time is remembered.
    fn commit(&mut self, changes: Vec<(String, Option<String>)>, merged: &[String]) {
        self.write("main", changes, merged);
    }

    fn write(&mut self, branch: &str, changes: Vec<(String, Option<String>)>, merged: &[String]) -> String {
        self.commits += 1;
        let who = format!("P{} <p@localhost> {} +0000", self.commits, NOW + self.commits);
        let mut stream = format!("commit refs/heads/{branch}\nauthor {who}\ncommitter {who}\ndata 4\ntest\n");
        if let Some(tip) = self.repo.tip(branch) {
            stream += &format!("from {tip}\n");
        }
        merged.iter().for_each(|parent| stream += &format!("merge {parent}\n"));
        for (path, text) in &changes {
            stream += &match text {
                Some(text) => format!("M 100644 inline {path}\ndata {}\n{text}\n", text.len()),
                None => format!("D {path}\n"),
            };
        }
        self.repo.git_with(&["fast-import", "--quiet"], stream.as_bytes());
        let commit = self.repo.tip(branch).unwrap().to_string();
        for (path, text) in changes {
            match text {
                Some(text) => {
                    self.remember(&commit, &path, &text);
                    self.files.insert(path, text);
                }
                None => {
                    self.files.remove(&path);
                }
            }
        }
        commit
    }

    fn remember(&mut self, commit: &str, path: &str, text: &str) {
        let numbers = documents(text);
        for (at, line) in text.lines().enumerate() {
            let Some(token) = token(line) else { continue };
            let (commit, path, document) = (commit.to_owned(), path.to_owned(), numbers[at]);
            let line = u32::try_from(at + 1).unwrap();
            self.written.entry(token).or_insert(Written { commit, path, document, line });
        }
    }
}
