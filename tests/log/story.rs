//! A history with names: its commits' ids stand in what is told as `<name>`, so that it can be compared as a whole.

#![allow(dead_code, reason = "each test file uses its own part of this")]

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use crate::support::{Ended, NOW, TempRepo, hhgit_command, run};

/// A VPC with this VLAN.
pub(crate) fn vpc(name: &str, vlan: u32) -> String {
    format!(
        "apiVersion: vpc.githedgehog.com/v1beta1\nkind: VPC\nmetadata:\n  name: {name}\nspec:\n  subnets:\n    default:\n      \
         subnet: 10.0.1.0/24\n      vlan: {vlan}\n"
    )
}

const NET: &str = "f/fabric-1/raw/net.yaml";

/// Two VPCs and a misspelt one, put into raw/ and sorted.
pub(crate) fn begun() -> Story {
    let mut story = Story::begin(&["f/fabric-1"]);
    let oops = "apiVersion: vpc.githedgehog.com/v1beta1\nkind: VCP\nmetadata:\n  name: oops\n";
    let net = [vpc("web", 1001), vpc("db", 1002), oops.to_owned()].join("---\n");
    story.push("push-1", "Ada", "Two VPCs for the shop", &[(NET, &net), ("f/fabric-1/raw/notes.txt", "hello\n")]);
    story.sync("sync-1", &[]);
    story
}

/// A work tree whose commits have names.
pub(crate) struct Story {
    temp: TempRepo,
    names: BTreeMap<String, String>,
}

impl Story {
    /// A repository with these fabric directories; the commits that made them are `begin-1` and so on.
    pub(crate) fn begin(fabrics: &[&str]) -> Self {
        let mut story = Self { temp: TempRepo::work_tree(), names: BTreeMap::new() };
        for (index, fabric) in fabrics.iter().enumerate() {
            story.run(&["init", fabric]);
            story.name(&format!("begin-{}", index + 1), "HEAD");
        }
        story
    }

    /// The real history up to the commit whose raw/ holds prepop.yaml with its 46 documents.
    pub(crate) fn real(bundle: &Path) -> Self {
        let story = Self { temp: TempRepo::work_tree(), names: BTreeMap::new() };
        story.git(&["fetch", "--quiet", bundle.to_str().unwrap(), "refs/heads/*:refs/real/*"]);
        story.git(&["reset", "--quiet", "--hard", "f6d7490268ea475f6030bf8f15dc3259591ec5f4"]);
        story
    }

    /// Gives a commit its name; one that had it before has it no more.
    pub(crate) fn name(&mut self, name: &str, revision: &str) {
        let id = self.git(&["rev-parse", "--short=7", revision]);
        self.names.retain(|_, other| other != name);
        self.names.insert(id, name.to_owned());
    }

    pub(crate) fn git(&self, args: &[&str]) -> String {
        self.temp.git(args)
    }

    pub(crate) fn git_with(&self, args: &[&str], input: &[u8]) -> String {
        self.temp.git_with(args, input)
    }

    /// Runs git to make a commit.
    pub(crate) fn git_commit(&mut self, name: &str, args: &[&str]) {
        self.git(args);
        self.name(name, "HEAD");
    }

    /// Whether a file is in the work tree.
    pub(crate) fn exists(&self, path: &str) -> bool {
        self.temp.dir().join(path).exists()
    }

    /// A file outside of the repository.
    pub(crate) fn beside(&self, name: &str, content: &str) -> String {
        let path = self.temp.beside(name);
        std::fs::write(&path, content).unwrap();
        path.to_str().unwrap().to_owned()
    }

    /// Whether a commit has a parent.
    pub(crate) fn has_parent(&self, commit: &str) -> bool {
        self.temp.git_succeeds(&["rev-parse", "--verify", "--quiet", &format!("{commit}^")])
    }

    pub(crate) fn put(&self, path: &str, content: &str) {
        self.temp.put(path, content);
    }

    /// Commits files by somebody.
    pub(crate) fn push(&mut self, name: &str, who: &str, subject: &str, files: &[(&str, &str)]) {
        files.iter().for_each(|(path, content)| self.put(path, content));
        self.commit(name, who, subject);
    }

    /// Moves a file.
    pub(crate) fn rename(&mut self, name: &str, who: &str, subject: &str, from: &str, to: &str) {
        self.git(&["mv", from, to]);
        self.commit(name, who, subject);
    }

    /// Deletes a file.
    pub(crate) fn remove(&mut self, name: &str, who: &str, subject: &str, path: &str) {
        self.git(&["rm", "--quiet", path]);
        self.commit(name, who, subject);
    }

    fn commit(&mut self, name: &str, who: &str, subject: &str) {
        self.git(&["add", "--all"]);
        let (author, message) = (format!("--author={who} <who@localhost>"), format!("--message={subject}"));
        self.git_commit(name, &["commit", "--quiet", &author, &message]);
    }

    /// Syncs, which must make a commit.
    pub(crate) fn sync(&mut self, name: &str, flags: &[&str]) {
        let before = self.git(&["rev-parse", "HEAD"]);
        self.run(&[&["sync"], flags].concat());
        assert_eq!(self.git(&["rev-parse", "HEAD^"]), before, "one commit was made");
        self.name(name, "HEAD");
    }

    /// Runs the binary, which must succeed, as git's own identity at the fixed moment.
    pub(crate) fn run(&self, args: &[&str]) {
        let mut command = hhgit_command(self.temp.dir());
        for role in ["AUTHOR", "COMMITTER"].iter().filter(|_| args[0] != "sync") {
            command.env(format!("GIT_{role}_NAME"), "Tester").env(format!("GIT_{role}_EMAIL"), "tester@localhost");
            command.env(format!("GIT_{role}_DATE"), format!("@{NOW} +0000"));
        }
        let ended = run(command.args(args));
        assert_eq!(ended.code, Some(0), "{args:?}: {ended:?}");
    }

    /// How a log with these arguments ends.
    pub(crate) fn ended(&self, args: &[&str]) -> Ended {
        self.ended_in(self.temp.dir(), args)
    }

    fn ended_in(&self, dir: &Path, args: &[&str]) -> Ended {
        run(hhgit_command(dir).arg("log").args(args))
    }

    /// What a log with these arguments tells.
    pub(crate) fn told(&self, args: &[&str]) -> String {
        self.told_from(self.temp.dir(), args)
    }

    /// What it tells in a bare repository that is otherwise the same.
    pub(crate) fn told_in_bare(&self, args: &[&str]) -> String {
        self.told_in_clone(&["--bare"], args)
    }

    /// What it tells in a clone made with these flags.
    pub(crate) fn told_in_clone(&self, flags: &[&str], args: &[&str]) -> String {
        self.told_from(&self.cloned(flags), args)
    }

    /// How it ends as a usage error in a clone made with these flags.
    pub(crate) fn refused_in_clone(&self, flags: &[&str], args: &[&str]) -> String {
        let ended = self.ended_in(&self.cloned(flags), args);
        assert_eq!((ended.code, ended.stdout.as_str()), (Some(2), ""), "{args:?}: {}", ended.stderr);
        self.with_names(ended.stderr)
    }

    fn cloned(&self, flags: &[&str]) -> PathBuf {
        let (dir, from) = (self.temp.beside("clone"), format!("file://{}", self.temp.dir().display()));
        drop(std::fs::remove_dir_all(&dir));
        self.git(&[&["clone", "--quiet"], flags, &[&from, dir.to_str().unwrap()]].concat());
        dir
    }

    fn told_from(&self, dir: &Path, args: &[&str]) -> String {
        let ended = self.ended_in(dir, args);
        assert_eq!((ended.code, ended.stderr.as_str()), (Some(0), ""), "{args:?}: {}", ended.stdout);
        self.with_names(ended.stdout)
    }

    fn with_names(&self, text: String) -> String {
        self.names.iter().fold(text, |text, (id, name)| text.replace(id, &format!("<{name}>")))
    }
}
