//! Throw-away repositories for tests: real git, a sealed environment, fixed dates, and the whole state as one text.
#![allow(
    dead_code,
    unreachable_pub,
    clippy::print_stderr,
    clippy::unwrap_used,
    reason = "each test file uses its own part of this; a test may unwrap"
)]

pub mod contents;
pub mod crds;
pub mod memory;
pub mod person;
#[cfg(unix)]
pub mod server;
pub mod undo;

use std::collections::BTreeMap;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use hhgit::cli::{Surroundings, Terminal};
use hhgit::git::publish::Reflog;
use hhgit::git::{BranchName, CommitMeta, Environment, NewTree, Reader, Repo, Written, tree, write};
pub use hhgit::git::{Person, Signature};
use hhgit::ids::{BlobId, CommitId, Entry, HashKind, Mode, ObjectId, TreeId};
use hhgit::options::hook::Around;
use hhgit::options::propose::Ci;
use hhgit::options::{Common, Identities};
use hhgit::path::RepoPath;
use hhgit::plan::{Content, Edit, Plan, Target};
use hhgit::progress::Progress;
use hhgit::snapshot::{Objects, Time};

/// The moment at which everything happens in tests.
pub const NOW: i64 = 1_700_000_000;

/// A repository that goes away with the value. Its branch is `main`, unborn until the first commit.
pub struct TempRepo {
    temp: tempfile::TempDir,
    dir: PathBuf,
}

impl TempRepo {
    /// A bare repository.
    pub fn bare() -> Self {
        Self::init(&["--bare"])
    }

    /// A repository with a work tree.
    pub fn work_tree() -> Self {
        Self::init(&[])
    }

    /// A repository made by `git init` with these flags.
    pub fn init(flags: &[&str]) -> Self {
        let temp = in_memory();
        let dir = temp.path().join("repo");
        let repo = Self { temp, dir };
        std::fs::create_dir(&repo.dir).unwrap();
        let args = [&["init", "--quiet", "--initial-branch=main"], flags, &["."]].concat();
        repo.git(&args);
        repo
    }

    /// The repository's directory: the work tree's root, or the bare repository itself.
    pub fn dir(&self) -> &Path {
        &self.dir
    }

    /// A path beside the repository that goes away with it.
    pub fn beside(&self, name: &str) -> PathBuf {
        self.temp.path().join(name)
    }

    /// The git directory.
    pub fn git_dir(&self) -> PathBuf {
        let dot_git = self.dir.join(".git");
        if dot_git.exists() { dot_git } else { self.dir.clone() }
    }

    /// Opens it with hhgit.
    pub fn open(&self) -> Repo {
        Repo::open_in(&self.dir, Environment::isolated()).unwrap()
    }

    /// What every command is told, of this repository and in tests.
    pub fn common(&self) -> Common {
        Common {
            directory: self.dir.clone(),
            fabrics: Vec::new(),
            identities: Identities::default(),
            now: Time { seconds: NOW, offset: 0 },
            progress: Progress::default(),
        }
    }

    /// Runs git, which must succeed; its output without the last line break.
    pub fn git(&self, args: &[&str]) -> String {
        self.git_in(&self.dir, args)
    }

    /// Runs git, which must succeed; its output as it is.
    pub fn git_bytes(&self, args: &[&str]) -> Vec<u8> {
        let output = git_command(&self.dir).args(args).output().unwrap();
        assert!(output.status.success(), "git {args:?}: {}", String::from_utf8_lossy(&output.stderr));
        output.stdout
    }

    /// Runs git in another directory, which must succeed.
    pub fn git_in(&self, dir: &Path, args: &[&str]) -> String {
        let output = git_command(dir).args(args).output().unwrap();
        assert!(output.status.success(), "git {args:?}: {}", String::from_utf8_lossy(&output.stderr));
        String::from_utf8_lossy(&output.stdout).trim_end().to_owned()
    }

    /// Runs git; whether it succeeded.
    pub fn git_succeeds(&self, args: &[&str]) -> bool {
        git_command(&self.dir).args(args).output().unwrap().status.success()
    }

    /// Runs git with this standard input.
    pub fn git_with(&self, args: &[&str], input: &[u8]) -> String {
        let mut command = git_command(&self.dir);
        let mut child = command.args(args).stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().unwrap();
        child.stdin.take().unwrap().write_all(input).unwrap();
        let output = child.wait_with_output().unwrap();
        assert!(output.status.success(), "git {args:?}");
        String::from_utf8_lossy(&output.stdout).trim_end().to_owned()
    }

    /// Commits these files onto a branch, beside what is there, without touching index or work tree.
    pub fn commit(&self, branch: &str, files: &[(&str, &str)]) -> CommitId {
        let name = format!("refs/heads/{branch}");
        let mut stream = format!("commit {name}\ncommitter Tester <tester@localhost> {NOW} +0000\ndata 4\ntest\n");
        if self.git_succeeds(&["rev-parse", "--verify", "--quiet", &name]) {
            stream.push_str(&format!("from {name}^0\n"));
        }
        for (path, content) in files {
            stream.push_str(&format!("M 100644 inline {path}\ndata {}\n{content}\n", content.len()));
        }
        self.git_with(&["fast-import", "--quiet"], stream.as_bytes());
        self.tip(branch).unwrap()
    }

    /// Writes a file into the work tree.
    pub fn put(&self, path: &str, content: &str) {
        let full = self.dir.join(path);
        std::fs::create_dir_all(full.parent().unwrap()).unwrap();
        std::fs::write(full, content).unwrap();
    }

    /// Commits the whole work tree on the branch that is checked out.
    pub fn commit_all(&self, files: &[(&str, &str)]) -> CommitId {
        files.iter().for_each(|(path, content)| self.put(path, content));
        self.git(&["add", "--all"]);
        self.git(&["commit", "--quiet", "--message=test"]);
        commit_id(&self.git(&["rev-parse", "HEAD"]))
    }

    /// Where a branch is, by git's word.
    pub fn tip(&self, branch: &str) -> Option<CommitId> {
        let name = format!("refs/heads/{branch}");
        self.git_succeeds(&["rev-parse", "--verify", "--quiet", &name])
            .then(|| commit_id(&self.git(&["rev-parse", &name])))
    }

    /// HEAD, every ref with every entry of its tree, and, with a work tree, what status says: one line each.
    pub fn state(&self) -> String {
        let head = std::fs::read_to_string(self.git_dir().join("HEAD")).unwrap();
        let mut state = format!("HEAD {}\n", head.trim_end());
        for line in self.git(&["for-each-ref", "--format=%(refname) %(objectname)"]).lines() {
            let name = line.split(' ').next().unwrap();
            state.push_str(&format!("{line}\n{}\n", self.git(&["ls-tree", "-r", "-t", "--full-tree", name])));
        }
        if self.dir.join(".git").exists() {
            state.push_str(&self.git(&["status", "--porcelain", "--ignored", "--untracked-files=all"]));
        }
        state
    }

    /// The files of a branch with their content.
    pub fn files(&self, branch: &str) -> BTreeMap<String, String> {
        let names = self.git(&["ls-tree", "-r", "--name-only", branch]);
        names.lines().map(|name| (name.to_owned(), self.git(&["show", &format!("{branch}:{name}")]))).collect()
    }

    /// Has git look for damage, unreachable objects included.
    pub fn fsck(&self) {
        self.git(&["fsck", "--strict", "--full", "--no-dangling"]);
    }
}

/// A directory that goes away, in memory where the system has a place for that: git and hhgit wait for the disk to have what
/// they write, and a test of many repositories would wait long.
fn in_memory() -> tempfile::TempDir {
    let memory = Path::new("/dev/shm");
    if memory.is_dir() { tempfile::tempdir_in(memory).or_else(|_| tempfile::tempdir()) } else { tempfile::tempdir() }
        .unwrap()
}

/// git in this directory with nothing of the user's or the system's configuration, and with a fixed identity and clock.
pub fn git_command(dir: &Path) -> Command {
    let mut command = sealed("git", dir);
    for role in ["AUTHOR", "COMMITTER"] {
        command.env(format!("GIT_{role}_NAME"), "Tester").env(format!("GIT_{role}_EMAIL"), "tester@localhost");
        command.env(format!("GIT_{role}_DATE"), format!("@{NOW} +0000"));
    }
    command
}

/// A program in this directory, in a sealed environment, with nobody to ask.
pub fn sealed(program: &str, dir: &Path) -> Command {
    let mut command = Command::new(program);
    for (key, _) in std::env::vars_os().filter(|(key, _)| key.to_string_lossy().starts_with("GIT_")) {
        command.env_remove(key);
    }
    command.current_dir(dir).env("HOME", "/nonexistent").env("GIT_CONFIG_GLOBAL", "/dev/null");
    command.env("GIT_CONFIG_NOSYSTEM", "1").env("LC_ALL", "C").env("TZ", "UTC").env_remove("XDG_CONFIG_HOME");
    command.stdin(Stdio::null());
    command
}

/// The binary in this directory, in the same sealed environment, with nobody to ask.
pub fn hhgit_command(dir: &Path) -> Command {
    sealed(env!("CARGO_BIN_EXE_hhgit"), dir)
}

/// The binary in this directory, run by a program that watches it.
pub fn hhgit_under(dir: &Path, program: &str, args: &[&str]) -> Command {
    let mut command = sealed(program, dir);
    command.args(args).arg(env!("CARGO_BIN_EXE_hhgit"));
    command
}

/// How a run of the binary ended.
#[derive(Debug, PartialEq, Eq)]
pub struct Ended {
    /// The exit code; none if a signal ended it.
    pub code: Option<i32>,
    /// Its standard output.
    pub stdout: String,
    /// Its standard error.
    pub stderr: String,
}

/// Runs a command to its end.
pub fn run(command: &mut Command) -> Ended {
    let output = command.output().unwrap();
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    Ended { code: output.status.code(), stdout: text(&output.stdout), stderr: text(&output.stderr) }
}

/// Runs the binary in this directory.
pub fn hhgit(dir: &Path, args: &[&str]) -> Ended {
    run(hhgit_command(dir).args(args))
}

/// What a run of the command line within a test stands in: nobody's terminal, nobody's identity, the fixed moment.
pub fn surroundings() -> Surroundings {
    Surroundings {
        terminal: Terminal::default(),
        width: None,
        colors: false,
        dumb: false,
        identities: Identities::default(),
        forges: Ci::default(),
        now: Time { seconds: NOW, offset: 0 },
        path: Vec::new(),
        hook: Around::default(),
    }
}

/// A VPC of this name, as people write one; `note` makes it another value.
pub fn vpc(name: &str, note: &str) -> String {
    format!(
        "apiVersion: vpc.githedgehog.com/v1beta1\nkind: VPC\nmetadata:\n  name: {name}\n  annotations:\n    \
         note: \"{note}\"\nspec:\n  subnets:\n    default:\n      subnet: 10.0.1.0/24\n      vlan: 1001\n"
    )
}

/// What is left over in the git directory of a run that should have left nothing: locks, temporary files, keep files.
pub fn leftovers(repo: &TempRepo) -> Vec<String> {
    leftovers_in(&repo.git_dir())
}

/// As [`leftovers`], in this git directory.
pub fn leftovers_in(git_dir: &Path) -> Vec<String> {
    let mut found = Vec::new();
    let mut open = vec![git_dir.to_owned()];
    while let Some(dir) = open.pop() {
        for entry in std::fs::read_dir(dir).unwrap() {
            let path = entry.unwrap().path();
            let name = path.file_name().unwrap().to_string_lossy().into_owned();
            if name.ends_with(".lock")
                || name.ends_with(".keep")
                || name.starts_with("tmp_")
                || name.starts_with("hhgit-tmp-")
                || name.starts_with(".tmp")
            {
                found.push(path.strip_prefix(git_dir).unwrap().to_string_lossy().into_owned());
            } else if path.is_dir() {
                open.push(path);
            }
        }
    }
    found.sort();
    found
}

/// A commit id by its hexadecimal form.
pub fn commit_id(hex: &str) -> CommitId {
    CommitId::new(ObjectId::from_hex(hex.trim().as_bytes()).unwrap())
}

/// The bundle of the predecessor's real history, if it is there: it is no part of hhgit, and a test that lacks it says so.
pub fn real_history() -> Option<PathBuf> {
    let beside = || Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared/corpus");
    let corpus = std::env::var_os("HHGIT_CORPUS").map_or_else(beside, PathBuf::from);
    let bundle = corpus.join("gitops-test-1.bundle");
    if bundle.is_file() {
        return Some(bundle.canonicalize().unwrap());
    }
    eprintln!("skipped: there is no gitops-test-1.bundle in HHGIT_CORPUS or ../shared/corpus");
    None
}

/// A path that is known to be good.
pub fn path(text: &str) -> RepoPath {
    RepoPath::new(text).unwrap()
}

/// A branch name that is known to be good.
pub fn branch(name: &str) -> BranchName {
    BranchName::parse(name).unwrap()
}

/// hhgit's signature at the fixed moment.
pub fn signature() -> Signature {
    Signature { person: Person::new("hhgit", "hhgit@localhost"), time: Time { seconds: NOW, offset: 0 } }
}

/// An unsigned commit's words with these parents.
pub fn meta(parents: &[CommitId]) -> CommitMeta {
    CommitMeta { author: signature(), committer: signature(), sign: false, parents: parents.to_vec() }
}

/// What the tests' moves say in reflogs.
pub fn reflog() -> Reflog {
    Reflog { who: signature(), message: "hhgit: sync".to_owned() }
}

/// What stands at a path below this tree.
pub fn entry_at(objects: &dyn Objects, root: TreeId, path: &RepoPath) -> Option<Entry> {
    let mut entry = Entry { mode: Mode::TREE, id: root.object() };
    for name in path.components() {
        let entries = objects.tree(entry.as_tree()?).unwrap();
        entry = entries.into_iter().find(|entry| entry.name == name)?.entry;
    }
    Some(entry)
}

/// A plan that gives each path this content, or takes it away.
pub fn plan(objects: &dyn Objects, root: TreeId, changes: &[(&str, Option<&str>)]) -> Plan {
    let edits = changes.iter().map(|(name, content)| {
        let from = entry_at(objects, root, &path(name)).filter(|entry| entry.as_tree().is_none());
        let to = content.map(|content| new_file(objects.hash_kind(), content));
        (path(name), Edit { from, to })
    });
    Plan::given(edits.collect(), "hhgit: sync\n\na test\n")
}

/// A new file of this content.
pub fn new_file(hash: HashKind, content: &str) -> Target {
    let bytes = content.as_bytes().to_vec();
    Target { mode: Mode::FILE, content: Content::New { id: BlobId::of(hash, &bytes).unwrap(), bytes } }
}

/// Writes a commit that makes these changes on top of `base`, published nowhere.
pub fn written(repo: &Repo, base: CommitId, changes: &[(&str, Option<&str>)]) -> Written {
    let reader = Reader::new(repo).unwrap();
    let root = reader.commit(base).unwrap().tree;
    let plan = plan(&reader, root, changes);
    let new_tree: NewTree = tree::apply(&reader, root, plan.edits()).unwrap();
    write(repo, Some(base), &plan, &new_tree, &meta(&[base])).unwrap()
}

/// What is in the repository's pack directory, by name.
pub fn packs(repo: &TempRepo) -> Vec<String> {
    let entries = std::fs::read_dir(repo.git_dir().join("objects/pack")).unwrap();
    let mut names: Vec<String> = entries.map(|e| e.unwrap().file_name().to_string_lossy().into_owned()).collect();
    names.sort();
    names
}
