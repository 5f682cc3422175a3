//! A server that lets in by hhgit's word, a pusher who means it harm, and what must hold whatever comes of it.
#![allow(
    dead_code,
    unreachable_pub,
    clippy::unwrap_used,
    clippy::print_stderr,
    reason = "each test uses its own part of this; a test may unwrap"
)]

use std::io::Write;
use std::path::PathBuf;
use std::process::Stdio;

use super::made::{Folder, Maker, ObjectId, file, put};
use super::push::{Log, NAMESPACES, Ran, differing, put_script, unsafe_for_terminals, whole};
use super::support::{Ended, TempRepo, git_command, run, vpc};

/// How much memory a run of the hook may hold at once, in KiB, whatever is pushed: what it is given, and what it takes before it is
/// looked at again.
const MEMORY: u64 = 5 << 18;
/// How much it may say, in bytes.
const WORDS: usize = 32 << 10;

/// A server with a sorted fabric, and a pusher who has it too.
pub struct Attack {
    pub server: TempRepo,
    pub client: TempRepo,
    pub maker: Maker,
    /// The commit that both have.
    pub base: ObjectId,
    log: Log,
}

/// What came of a push or of a run of the hook alone.
pub struct Outcome {
    /// The hook's run; none if git itself refused before.
    pub ran: Option<Ran>,
    /// How `git push` ended; none if the hook was run alone.
    pub pushed: Option<Ended>,
}

/// The fabric that the server has: in its root, one VPC and what it refers to.
pub fn fabric() -> Folder {
    let mut folder = Folder::new();
    put(&mut folder, ".hnp/manifest.yaml", file("version: '1.0'\nfabric_name: fabric\n"));
    put(&mut folder, "raw/.gitkeep", file(""));
    put(&mut folder, "unmanaged/.gitkeep", file(""));
    put(&mut folder, "managed/vpcs/web.yaml", file(vpc("web", "1")));
    NAMESPACES.iter().for_each(|(path, text)| put(&mut folder, path, file(*text)));
    folder
}

/// A VPC that breaks its schema.
pub fn broken(name: &str) -> String {
    vpc(name, "1").replace("vlan: 1001", "vlan: none")
}

impl Attack {
    /// A server with the usual fabric.
    pub fn new() -> Self {
        Self::on(&fabric())
    }

    /// A server with this fabric.
    pub fn on(folder: &Folder) -> Self {
        let (server, client) = (TempRepo::bare(), TempRepo::bare());
        for (key, value) in [("core.logAllRefUpdates", "true"), ("receive.autogc", "false"), ("gc.auto", "0")] {
            server.git(&["config", key, value]);
        }
        client.git(&["config", "pack.threads", "1"]);
        let maker = Maker::new(&client.git_dir());
        let base = maker.commit(maker.folder(folder), &[]);
        client.git(&["update-ref", "refs/heads/main", &base.to_string()]);
        client.git(&["push", "--quiet", server.dir().to_str().unwrap(), "main"]);
        let log = Log::new(server.beside("log"));
        put_script(&server.dir().join("hooks/pre-receive"), &log.hook("pre-receive", ""));
        Self { server, client, maker, base, log }
    }

    /// Sets something in the server's configuration.
    pub fn config(&self, key: &str, value: &str) {
        self.server.git(&["config", key, value]);
    }

    /// A commit of this folder on top of what the server has.
    pub fn commit(&self, folder: &Folder) -> ObjectId {
        self.maker.commit(self.maker.folder(folder), &[self.base])
    }

    /// A commit of many files at once on top of what the server has, in one pack; of what is there, all below these paths goes.
    pub fn import(&self, gone: &[&str], files: impl Iterator<Item = (String, String)>) -> ObjectId {
        let mut stream = format!(
            "commit refs/heads/attack\ncommitter Tester <tester@localhost> 1700000000 +0000\ndata 6\nattack\nfrom {}\n",
            self.base
        );
        gone.iter().for_each(|path| stream.push_str(&format!("D {path}\n")));
        for (path, text) in files {
            stream.push_str(&format!("M 100644 inline {path}\ndata {}\n{text}\n", text.len()));
        }
        self.client
            .git_with(&["-c", "fastimport.unpackLimit=1", "fast-import", "--quiet", "--force"], stream.as_bytes());
        ObjectId::from_hex(self.client.git(&["rev-parse", "refs/heads/attack"]).as_bytes()).unwrap()
    }

    /// Pushes a commit to the server's branch, by force.
    pub fn push(&self, commit: ObjectId) -> Outcome {
        self.push_as(commit, "refs/heads/main")
    }

    /// Pushes a commit to any ref of the server's, by force.
    pub fn push_as(&self, commit: ObjectId, name: &str) -> Outcome {
        let before = whole(self.server.dir());
        let refspec = format!("+{commit}:{name}");
        let mut command = git_command(self.client.dir());
        let pushed = run(command.args(["push", "--quiet", self.server.dir().to_str().unwrap(), &refspec]));
        let outcome = Outcome { ran: self.log.last(), pushed: Some(pushed) };
        if outcome.pushed.as_ref().unwrap().code != Some(0) {
            let after = whole(self.server.dir());
            assert_eq!(differing(&before, &after), Vec::<PathBuf>::new(), "{outcome}");
        }
        outcome.holds(&self.log)
    }

    /// Runs the hook alone, as git runs it when these objects are in quarantine, and nothing of them was looked at.
    pub fn judge(&self, commit: ObjectId) -> Outcome {
        self.judge_lines(&format!("{} {commit} refs/heads/main\n", self.base))
    }

    /// As [`Attack::judge`], with all that the hook reads.
    pub fn judge_lines(&self, lines: &str) -> Outcome {
        let before = whole(self.server.dir());
        let mut command = std::process::Command::new(self.server.dir().join("hooks/pre-receive"));
        let quarantine = self.client.git_dir().join("objects");
        command.current_dir(self.server.dir()).env("GIT_DIR", ".").env("GIT_CONFIG_NOSYSTEM", "1");
        command.env("GIT_CONFIG_GLOBAL", "/dev/null").env("GIT_QUARANTINE_PATH", &quarantine);
        command.env("GIT_OBJECT_DIRECTORY", &quarantine);
        command.env("GIT_ALTERNATE_OBJECT_DIRECTORIES", self.server.dir().join("objects"));
        let mut child = command.stdin(Stdio::piped()).stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap();
        // A hook that refuses early need not read all.
        drop(child.stdin.take().unwrap().write_all(lines.as_bytes()));
        child.wait().unwrap();
        let outcome = Outcome { ran: self.log.last(), pushed: None };
        let after = whole(self.server.dir());
        assert_eq!(differing(&before, &after), Vec::<PathBuf>::new(), "{outcome}");
        outcome.holds(&self.log)
    }
}

impl Outcome {
    /// What holds however a push ends: the hook came to an answer in words that are safe to show, within bounds, and left nothing.
    fn holds(self, log: &Log) -> Self {
        let Some(ran) = &self.ran else { return self };
        assert!([0, 1, 3].contains(&ran.code), "{self}");
        assert_eq!(unsafe_for_terminals(&ran.said), None, "{self}");
        assert!(!self.said().contains("panicked"), "{self}");
        assert!(ran.said.len() <= WORDS, "{} bytes: {self}", ran.said.len());
        assert_eq!(log.leftovers(), Vec::<String>::new(), "{self}");
        if let Some(took) = ran.took {
            assert!(took.peak <= MEMORY, "{took}: {self}");
        }
        self
    }

    /// The hook's exit code.
    pub fn code(&self) -> Option<i32> {
        self.ran.as_ref().map(|ran| ran.code)
    }

    /// What the hook said.
    pub fn said(&self) -> String {
        self.ran.as_ref().map(|ran| String::from_utf8_lossy(&ran.said).into_owned()).unwrap_or_default()
    }

    /// Whether the push got in, or would have.
    pub fn is_in(&self) -> bool {
        self.code() == Some(0) && self.pushed.as_ref().is_none_or(|pushed| pushed.code == Some(0))
    }

    /// Says what it took, for people who want to know.
    pub fn print(self, what: &str) -> Self {
        let took = self.ran.as_ref().and_then(|ran| ran.took).map(|took| took.to_string()).unwrap_or_default();
        let first = self.said().lines().next().unwrap_or_default().to_owned();
        eprintln!("{what}: {took}; ended with {:?}: {first}", self.code());
        self
    }
}

impl std::fmt::Display for Outcome {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let pushed = self.pushed.as_ref().map(|pushed| format!("{:?} {}", pushed.code, pushed.stderr));
        let said: String = self.said().chars().take(4000).collect();
        write!(f, "the hook ended with {:?} and said:\n{said}\nand git: {}", self.code(), pushed.unwrap_or_default())
    }
}
