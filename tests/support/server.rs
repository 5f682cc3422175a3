//! A server that people push to: a bare repository whose hooks are the binary, and somebody with commits of theirs.

use std::collections::BTreeMap;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};

use super::{Ended, NOW, TempRepo, git_command, run};

/// A manifest that says nothing but that it is one.
pub const MANIFEST: &str = "version: '1.0'\n";
/// The namespaces that VPCs need.
pub const NAMESPACES: [(&str, &str); 2] = [
    (
        "f/managed/vlannamespaces/default.yaml",
        "apiVersion: wiring.githedgehog.com/v1beta1\nkind: VLANNamespace\nmetadata: {name: default}\nspec:\n  \
         ranges: [{from: 1000, to: 2999}]\n",
    ),
    (
        "f/managed/ipv4namespaces/default.yaml",
        "apiVersion: vpc.githedgehog.com/v1beta1\nkind: IPv4Namespace\nmetadata: {name: default}\nspec:\n  \
         subnets: [10.0.0.0/16]\n",
    ),
];

/// A VPC with one subnet of this VLAN.
pub fn vpc(number: u8, vlan: &str) -> String {
    format!(
        "apiVersion: vpc.githedgehog.com/v1beta1\nkind: VPC\nmetadata:\n  name: vpc-{number}\nspec:\n  subnets:\n    \
         default:\n      subnet: 10.0.{number}.0/24\n      vlan: {vlan}\n"
    )
}

/// Where a VPC is managed.
pub fn vpc_path(number: u8) -> String {
    format!("f/managed/vpcs/vpc-{number}.yaml")
}

/// A bare repository with hooks, and a pusher's repository beside it.
pub struct Server {
    /// What is pushed to.
    pub repo: TempRepo,
    /// What is pushed from.
    pub pusher: TempRepo,
}

impl Server {
    /// A server whose pre-receive hook judges pushes, by its git config alone.
    pub fn new() -> Self {
        let server = Self::of(&[]);
        server.hook("pre-receive", &[]);
        server
    }

    /// A server without hooks, of a repository made with these flags.
    pub fn of(flags: &[&str]) -> Self {
        let server = Self {
            repo: TempRepo::init(&[&["--bare"], flags].concat()),
            pusher: TempRepo::init(&[&["--bare"], flags].concat()),
        };
        server.config("core.logAllRefUpdates", "true");
        server.config("gc.auto", "0");
        server.config("receive.autogc", "false");
        std::fs::create_dir(server.temp()).unwrap();
        server
    }

    /// A server that holds a fabric with its namespaces and one VPC, on main.
    pub fn with_fabric() -> Self {
        let server = Self::new();
        let first = vpc(1, "1001");
        let files =
            [("f/.hnp/manifest.yaml", MANIFEST), NAMESPACES[0], NAMESPACES[1], ("f/managed/vpcs/vpc-1.yaml", &first)];
        server.commit("main", &files);
        let pushed = server.push(&["main"]);
        assert_eq!((pushed.code, server.said(&pushed)), (Some(0), String::new()));
        server
    }

    /// Puts a shim in place that runs a hook with these flags.
    pub fn hook(&self, name: &str, flags: &[&str]) {
        self.script(name, &format!("exec '{}' hook {name} {} \"$@\"", env!("CARGO_BIN_EXE_hhgit"), flags.join(" ")));
    }

    /// Puts a hook of this script in place.
    pub fn script(&self, name: &str, script: &str) {
        let hook = self.repo.git_dir().join("hooks").join(name);
        std::fs::create_dir_all(hook.parent().unwrap()).unwrap();
        std::fs::write(&hook, format!("#!/bin/sh\n{script}\n")).unwrap();
        std::fs::set_permissions(&hook, std::fs::Permissions::from_mode(0o755)).unwrap();
    }

    /// Adds a value to the server's git config.
    pub fn config(&self, key: &str, value: &str) {
        self.repo.git(&["config", "--add", key, value]);
    }

    /// Takes all values of a key out of the server's git config, and puts this one in.
    pub fn reconfig(&self, key: &str, value: &str) {
        self.repo.git(&["config", "--replace-all", key, value]);
    }

    /// Commits these files onto the pusher's branch.
    pub fn commit(&self, branch: &str, files: &[(&str, &str)]) {
        let files: Vec<(&str, Option<&str>)> = files.iter().map(|(path, content)| (*path, Some(*content))).collect();
        self.change(branch, &files, &[]);
    }

    /// Commits these changes onto the pusher's branch, files with content put there and others taken away, merging `others`.
    pub fn change(&self, branch: &str, files: &[(&str, Option<&str>)], others: &[&str]) {
        let name = format!("refs/heads/{branch}");
        let mut stream = format!("commit {name}\ncommitter Tester <tester@localhost> {NOW} +0000\ndata 4\ntest\n");
        if self.pusher.git_succeeds(&["rev-parse", "--verify", "--quiet", &name]) {
            stream.push_str(&format!("from {name}^0\n"));
        }
        others.iter().for_each(|other| stream.push_str(&format!("merge {other}\n")));
        for (path, content) in files {
            match content {
                Some(content) => {
                    stream.push_str(&format!("M 100644 inline {path}\ndata {}\n{content}\n", content.len()));
                }
                None => stream.push_str(&format!("D {path}\n")),
            }
        }
        self.pusher.git_with(&["fast-import", "--quiet", "--force"], stream.as_bytes());
    }

    /// Pushes these refs, with these flags.
    pub fn push(&self, words: &[&str]) -> Ended {
        self.push_with(words, &[])
    }

    /// As [`Server::push`], with more in the environment, which a push over a file path hands to the hooks.
    pub fn push_with(&self, words: &[&str], env: &[(&str, &str)]) -> Ended {
        let (flags, refs): (Vec<&str>, Vec<&str>) = words.iter().partition(|word| word.starts_with('-'));
        let mut command = git_command(self.pusher.dir());
        command.arg("push").args(flags).arg(self.repo.dir()).args(refs).envs(env.iter().copied());
        run(command.env("TMPDIR", self.temp()))
    }

    /// Runs a hook as git would, outside a push, with this on its standard input.
    pub fn call(&self, args: &[&str], input: &str) -> Ended {
        let file = self.repo.beside("input");
        std::fs::write(&file, input).unwrap();
        let mut command = super::hhgit_command(self.repo.dir());
        run(command.arg("hook").args(args).env("GIT_DIR", ".").stdin(std::fs::File::open(file).unwrap()))
    }

    /// What the server's hooks said in a push: the lines that git marks, without the mark and what git puts after them.
    pub fn said(&self, pushed: &Ended) -> String {
        let lines = pushed.stderr.lines().filter_map(|line| line.strip_prefix("remote: "));
        lines.map(|line| format!("{}\n", line.trim_end())).collect()
    }

    /// Every file of the server's repository with its bytes, refs, objects and reflogs among them, but for what hhgit remembers
    /// of trees; and what is left of temporary files.
    pub fn everything(&self) -> BTreeMap<PathBuf, Vec<u8>> {
        let mut files = BTreeMap::new();
        [self.repo.git_dir(), self.temp()].iter().for_each(|dir| below(dir, &mut files));
        let remembered = self.repo.git_dir().join("hhgit");
        files.retain(|path, _| !path.starts_with(&remembered));
        files
    }

    /// Where hooks put their temporary files.
    fn temp(&self) -> PathBuf {
        self.repo.beside("tmp")
    }
}

fn below(dir: &Path, files: &mut BTreeMap<PathBuf, Vec<u8>>) {
    for entry in std::fs::read_dir(dir).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            files.insert(path.clone(), Vec::new());
            below(&path, files);
        } else {
            files.insert(path.clone(), std::fs::read(&path).unwrap());
        }
    }
}
