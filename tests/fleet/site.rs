//! A folder of repositories that a list names, and what a run over them said.

use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::Stdio;

use serde_json::Value;

use crate::support::{Ended, NOW, TempRepo, git_command, hhgit_command, run};

pub(crate) const MANIFEST: (&str, &str) = ("f/.hnp/manifest.yaml", "version: '1.0'\n");

/// A folder that goes away.
pub(crate) struct Site {
    _temp: TempRepo,
    dir: PathBuf,
}

impl Site {
    pub(crate) fn new() -> Self {
        let temp = TempRepo::bare();
        let dir = temp.beside("site");
        std::fs::create_dir(&dir).unwrap();
        Self { _temp: temp, dir }
    }

    pub(crate) fn dir(&self) -> &Path {
        &self.dir
    }

    /// Makes a bare repository with these files in one commit on `main`; without any, an empty one.
    pub(crate) fn bare(&self, name: &str, files: &[(&str, &str)]) {
        self.git(&["init", "--quiet", "--bare", "--initial-branch=main", name]);
        if files.is_empty() {
            return;
        }
        let mut stream =
            format!("commit refs/heads/main\ncommitter Tester <tester@localhost> {NOW} +0000\ndata 4\ntest\n");
        for (path, content) in files {
            stream.push_str(&format!("M 100644 inline {path}\ndata {}\n{content}\n", content.len()));
        }
        let mut command = git_command(&self.dir.join(name));
        let mut import = command.args(["fast-import", "--quiet"]).stdin(Stdio::piped()).spawn().unwrap();
        import.stdin.take().unwrap().write_all(stream.as_bytes()).unwrap();
        assert!(import.wait().unwrap().success(), "{name}");
    }

    /// The same repositories again, in a folder of their own.
    pub(crate) fn copy(&self) -> Self {
        let copy = Self::new();
        let (from, to) = (self.dir.join("."), copy.dir());
        let copied = std::process::Command::new("cp").arg("-R").arg(from).arg(to).status().unwrap();
        assert!(copied.success());
        copy
    }

    pub(crate) fn git(&self, args: &[&str]) -> String {
        let ended = run(git_command(&self.dir).args(args));
        assert_eq!(ended.code, Some(0), "git {args:?}: {}", ended.stderr);
        ended.stdout
    }

    /// The repositories, by name, in order.
    pub(crate) fn names(&self) -> Vec<String> {
        let entries =
            std::fs::read_dir(&self.dir).unwrap().map(|entry| entry.unwrap().file_name().into_string().unwrap());
        let mut names: Vec<String> = entries.filter(|name| name.ends_with(".git")).collect();
        names.sort();
        names
    }

    /// Every ref of every repository.
    pub(crate) fn refs(&self) -> String {
        let refs = |name: &String| format!("{name}\n{}", self.git(&["--git-dir", name, "for-each-ref"]));
        self.names().iter().map(refs).collect()
    }

    pub(crate) fn tip(&self, name: &str) -> String {
        self.git(&["--git-dir", name, "rev-parse", "refs/heads/main"]).trim().to_owned()
    }

    /// Runs over this list, with lines of JSON.
    pub(crate) fn fleet(&self, list: &str, args: &[&str]) -> Ran {
        Ran::of(self.human(list, &[&["--output", "json"], args].concat()))
    }

    /// Runs over this list, with lines for people.
    pub(crate) fn human(&self, list: &str, args: &[&str]) -> Ended {
        std::fs::write(self.dir.join("fleet.txt"), list).unwrap();
        run(hhgit_command(&self.dir).args(["fleet", "fleet.txt"]).args(args))
    }
}

/// What a run said as JSON.
pub(crate) struct Ran {
    pub(crate) code: Option<i32>,
    pub(crate) stdout: String,
    pub(crate) stderr: String,
    lines: Vec<Value>,
}

impl Ran {
    pub(crate) fn of(ended: Ended) -> Self {
        let Ended { code, stdout, stderr } = ended;
        let lines: Vec<Value> = stdout.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
        assert!(!lines.is_empty(), "{stderr}");
        Self { code, stdout, stderr, lines }
    }

    /// What was said of one kind, in order.
    fn events<'a>(&'a self, kind: &'a str) -> impl Iterator<Item = &'a Value> {
        self.lines.iter().filter(move |line| line["event"] == kind)
    }

    /// The repositories, in the order of the list.
    pub(crate) fn rows(&self) -> Vec<Value> {
        let mut rows: Vec<Value> = self.events("repository").cloned().collect();
        rows.sort_by_key(|row| row["line"].as_u64());
        rows
    }

    pub(crate) fn started(&self) -> &Value {
        self.events("started").next().unwrap()
    }

    pub(crate) fn ended(&self) -> &Value {
        self.events("ended").next().unwrap()
    }
}
