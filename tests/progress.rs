//! How far work is, on a real terminal: a line while work goes on, nothing of it left after, and nothing anywhere else.
#![cfg(target_os = "linux")]
#![allow(clippy::unwrap_used, reason = "a test may unwrap")]

mod support;

use std::io::Read;
use std::path::PathBuf;
use std::process::{Child, ChildStdout, Command, Stdio};

use support::{TempRepo, hhgit_command, sealed, vpc};

/// A repository whose work tree takes a new object only when somebody has opened the pipe beside it.
struct Slow {
    repo: TempRepo,
    pipe: PathBuf,
}

impl Slow {
    fn new() -> Self {
        let repo = TempRepo::work_tree();
        let pipe = repo.beside("pipe");
        assert!(Command::new("mkfifo").arg(&pipe).status().unwrap().success());
        repo.commit_all(&[
            ("f/.hnp/manifest.yaml", "version: '1.0'\n"),
            ("f/raw/web.yaml", &vpc("web", "1")),
            (".gitattributes", "f/managed/vpcs/web.yaml filter=slow\n"),
        ]);
        repo.git(&["config", "filter.slow.smudge", &format!("cat '{}' && cat", pipe.display())]);
        Self { repo, pipe }
    }

    /// Lets the work go on.
    fn release(&self) {
        drop(std::fs::OpenOptions::new().write(true).open(&self.pipe).unwrap());
    }

    /// Syncs on a terminal of this kind, which is told standard error alone.
    fn on_terminal(&self, kind: &str) -> Child {
        let line = format!("exec '{}' sync >'{}'", env!("CARGO_BIN_EXE_hhgit"), self.repo.beside("said").display());
        let mut command = sealed("script", self.repo.dir());
        command.args(["--quiet", "--return", "--command", &line, "/dev/null"]).env("TERM", kind);
        command.stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().unwrap()
    }

    /// Syncs without a terminal.
    fn on_none(&self) -> Child {
        let mut command = hhgit_command(self.repo.dir());
        command.arg("sync").stdout(Stdio::null()).stderr(Stdio::piped()).spawn().unwrap()
    }

    /// Whether the work tree was brought along.
    fn is_sorted(&self) -> bool {
        self.repo.dir().join("f/managed/vpcs/web.yaml").exists()
    }
}

/// What a terminal is told, until it is told this.
fn until(terminal: &mut ChildStdout, words: &str) -> String {
    let mut text = Vec::new();
    while !String::from_utf8_lossy(&text).contains(words) {
        let mut byte = [0];
        assert_eq!(terminal.read(&mut byte).unwrap(), 1, "it ended with {:?}", String::from_utf8_lossy(&text));
        text.extend(byte);
    }
    String::from_utf8(text).unwrap()
}

#[test]
fn a_long_sync_says_how_far_it_is_on_a_terminal_and_leaves_nothing_of_it_there() {
    let [plain, dumb, slow] = [Slow::new(), Slow::new(), Slow::new()];
    // These are at work for longer than the one that draws.
    let (unseen, poor) = (plain.on_none(), dumb.on_terminal("dumb"));
    let mut drawn = slow.on_terminal("xterm");
    let mut terminal = drawn.stdout.take().unwrap();
    let mut told = until(&mut terminal, "\rMoving the branch\x1b[K");
    slow.release();
    terminal.read_to_string(&mut told).unwrap();
    assert_eq!((drawn.wait().unwrap().code(), slow.is_sorted()), (Some(0), true));
    let lines: Vec<&str> = told.split_inclusive("\x1b[K").collect();
    assert!(lines.iter().all(|line| line.starts_with('\r') && line.ends_with("\x1b[K")), "{told:?}");
    assert_eq!(lines.last(), Some(&"\r\x1b[K"), "{told:?}");

    plain.release();
    let ended = unseen.wait_with_output().unwrap();
    assert_eq!((ended.status.code(), String::from_utf8(ended.stderr).unwrap().as_str()), (Some(0), ""));
    dumb.release();
    let ended = poor.wait_with_output().unwrap();
    assert_eq!((ended.status.code(), String::from_utf8(ended.stdout).unwrap().as_str()), (Some(0), ""));
    assert!(plain.is_sorted() && dumb.is_sorted());
}
