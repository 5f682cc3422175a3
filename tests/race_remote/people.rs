//! People who commit in clones of their own, and pull and push until their commit is in; and what must come of it.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use crate::support::{git_command, hhgit, run, vpc};

/// How often a person tries to get one commit in.
const MOST_TRIES: usize = 500;
/// How many rounds it takes until a person begins from the start.
const CYCLE: usize = 8;

/// Somebody with a clone, who touches only what is theirs.
pub(crate) struct Person {
    number: usize,
    clone: PathBuf,
    /// What must be there in the end of all that this person did: each path with its content.
    pub(crate) expected: BTreeMap<String, String>,
}

/// What a person does in a round.
enum Deed {
    /// Drops an object into raw/.
    Drop { name: String, text: String },
    /// Drops something that is no object.
    Note { name: String, text: String },
    /// Edits an object where it is.
    Edit { name: String, text: String },
    /// Takes an object away from where it is.
    Remove { name: String },
    /// Takes back a sync: the object goes from managed/ to raw/ again.
    TakeBack { name: String },
}

impl Person {
    pub(crate) fn new(number: usize, clone: PathBuf) -> Self {
        Self { number, clone, expected: BTreeMap::new() }
    }

    /// One round's deed, pushed. Answers the commit.
    pub(crate) fn work(&mut self, round: usize) -> String {
        let deed = self.deed(round);
        let commit = (0..MOST_TRIES).find_map(|_| self.attempt(&deed)).expect("what fails so often fails for good");
        self.remember(deed);
        commit
    }

    fn deed(&self, round: usize) -> Deed {
        // The people do different things in the same round.
        let turn = round + self.number;
        let (cycle, step) = (turn / CYCLE, turn % CYCLE);
        let name = |what: &str| format!("p{}-{what}-{cycle}", self.number);
        let text = |name: &str, note: &str| vpc(name, &format!("{note} {round}"));
        let is_there = |what: &str| self.expected.contains_key(&managed(&name(what)));
        let shared = format!("p{}-s", self.number);
        match step {
            0 => Deed::Drop { text: text(&name("a"), "new"), name: name("a") },
            2 => Deed::Note { name: name("n"), text: format!("note {round}\n") },
            3 if is_there("a") => Deed::Edit { text: text(&name("a"), "edited"), name: name("a") },
            4 => Deed::Drop { text: text(&name("b"), "new"), name: name("b") },
            5 if is_there("b") => Deed::Remove { name: name("b") },
            6 => Deed::Drop { text: text(&name("c"), "new"), name: name("c") },
            7 if is_there("a") => Deed::TakeBack { name: name("a") },
            _ => Deed::Drop { text: text(&shared, "again"), name: shared },
        }
    }

    fn remember(&mut self, deed: Deed) {
        match deed {
            Deed::Drop { name, text } | Deed::Edit { name, text } => {
                self.expected.insert(managed(&name), text);
            }
            Deed::Note { name, text } => {
                self.expected.insert(format!("unmanaged/{name}.txt"), text);
            }
            Deed::Remove { name } => {
                self.expected.remove(&managed(&name));
            }
            Deed::TakeBack { name } => {
                let text = self.expected.remove(&managed(&name)).unwrap();
                self.expected.insert(format!("unmanaged/{name}.yaml"), text);
            }
        }
    }

    /// Commits on what is there now and pushes; pulls and pushes again while others are faster. Answers the commit if it is in.
    fn attempt(&self, deed: &Deed) -> Option<String> {
        self.git(&["fetch", "--quiet", "origin"])?;
        self.git(&["reset", "--quiet", "--hard", "origin/main"])?;
        self.act(deed)?;
        self.git(&["add", "--all"])?;
        self.git(&["commit", "--quiet", "--message=person"])?;
        loop {
            let commit = self.git(&["rev-parse", "HEAD"])?;
            // What the remote says of a push is not asked: it may have been taken all the same.
            drop(self.git(&["push", "--quiet", "origin", "HEAD:refs/heads/main"]));
            while self.git(&["fetch", "--quiet", "origin"]).is_none() {}
            if self.git(&["merge-base", "--is-ancestor", &commit, "origin/main"]).is_some() {
                return Some(commit);
            }
            if self.git(&["pull", "--quiet", "--rebase", "origin", "main"]).is_none() {
                drop(self.git(&["rebase", "--abort"]));
                return None;
            }
            // A commit that has nothing left to change is dropped by git; then it is made anew.
            if self.git(&["rev-list", "--count", "origin/main..HEAD"])? != "1" {
                return None;
            }
        }
    }

    fn act(&self, deed: &Deed) -> Option<()> {
        let write = |path: &str, text: &str| {
            let path = self.clone.join(path);
            std::fs::create_dir_all(path.parent().unwrap()).unwrap();
            std::fs::write(path, text).unwrap();
        };
        match deed {
            Deed::Drop { name, text } => write(&raw(name), text),
            Deed::Note { name, text } => write(&format!("raw/{name}.txt"), text),
            Deed::Edit { name, text } => write(&self.place(name)?, text),
            Deed::Remove { name } => std::fs::remove_file(self.clone.join(self.place(name)?)).unwrap(),
            Deed::TakeBack { name } => {
                if self.place(name)? == raw(name) {
                    // Nothing was sorted since: there is no sync to take back before there is one.
                    hhgit(&self.clone, &["sync", "--remote", "origin"]);
                    return None;
                }
                std::fs::rename(self.clone.join(managed(name)), self.clone.join(raw(name))).unwrap();
            }
        }
        Some(())
    }

    /// Where an object is now.
    fn place(&self, name: &str) -> Option<String> {
        [raw(name), managed(name)].into_iter().find(|path| Path::exists(&self.clone.join(path)))
    }

    fn git(&self, args: &[&str]) -> Option<String> {
        let ended = run(git_command(&self.clone).args(args));
        (ended.code == Some(0)).then(|| ended.stdout.trim_end().to_owned())
    }
}

fn raw(name: &str) -> String {
    format!("raw/{name}.yaml")
}

fn managed(name: &str) -> String {
    format!("managed/vpcs/{name}.yaml")
}
