//! A hostile repository in a small world of its own: what hhgit may touch of it, and what each run of a command must hold to.
#![allow(
    dead_code,
    unreachable_pub,
    clippy::unwrap_used,
    reason = "each test uses its own part of this; a test may unwrap"
)]

use std::collections::BTreeMap;
use std::fs;
use std::os::unix::fs::{MetadataExt, PermissionsExt};
use std::os::unix::process::ExitStatusExt;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::mpsc;
use std::time::Duration;

use wait4::Wait4;

use super::orders::{Order, Touches};
use super::push::{put_script, unsafe_for_terminals};
use super::support::{NOW, sealed};

/// How long a run may take, on a machine that is full of other work. What takes longer is ended, and the test with it.
const LONGEST: Duration = Duration::from_secs(300);
/// How much processor time a run and what it starts may take.
const MOST_WORK: Duration = Duration::from_secs(120);
/// How much memory a run and what it starts may hold at once, in KiB.
pub const MEMORY: u64 = 5 << 18;
/// How much a run may say, in bytes.
const WORDS: usize = 4 << 20;

/// A repository, and around it what must stay as it is.
pub struct World {
    temp: tempfile::TempDir,
    is_bare: bool,
}

/// How a run ended, and what it took.
#[derive(Debug)]
pub struct Ran {
    pub code: i32,
    pub stdout: String,
    pub stderr: String,
    pub work: Duration,
    pub peak: u64,
    /// The programs of the world's own that ran, by name.
    pub canaries: Vec<String>,
    /// What it did not hold to.
    pub faults: Vec<String>,
}

impl Ran {
    fn short(&self) -> String {
        let cut = |text: &str| text.chars().take(600).collect::<String>();
        let Self { code, stdout, stderr, work, peak, .. } = self;
        format!("ended with {code}, {work:?}, {} MiB, {:?} {:?}", peak >> 10, cut(stdout), cut(stderr))
    }
}

/// One file, folder or link: enough to see that it was written.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Seen {
    mode: u32,
    modified: (i64, i64),
    bytes: Option<Vec<u8>>,
}

impl World {
    /// A world around a repository that does not hold anything yet.
    pub fn new(is_bare: bool) -> Self {
        let memory = Path::new("/dev/shm");
        let place = if memory.is_dir() { memory.to_owned() } else { std::env::temp_dir() };
        let temp = tempfile::tempdir_in(place).unwrap();
        let world = Self { temp, is_bare };
        for folder in ["home", "sentinel/folder", "canary", "programs", "tmp", "input", "said"] {
            fs::create_dir_all(world.path(folder)).unwrap();
        }
        for (name, text) in [("sentinel/file", "a\n"), ("sentinel/folder/file", "b\n"), ("home/.profile", "")] {
            fs::write(world.path(name), text).unwrap();
        }
        let git_dir = world.template_git_dir();
        for folder in ["objects/info", "objects/pack", "refs/heads", "refs/tags", "info", "hooks"] {
            fs::create_dir_all(git_dir.join(folder)).unwrap();
        }
        fs::write(git_dir.join("HEAD"), "ref: refs/heads/main\n").unwrap();
        world.config(&format!("[core]\n\trepositoryformatversion = 0\n\tbare = {is_bare}\n[gc]\n\tauto = 0\n"));
        world
    }

    /// Whether there is no work tree.
    pub fn is_bare(&self) -> bool {
        self.is_bare
    }

    /// A path of the world.
    pub fn path(&self, name: &str) -> PathBuf {
        self.temp.path().join(name)
    }

    /// Where the repository is made; each command gets a copy.
    pub fn template(&self) -> PathBuf {
        self.path("template")
    }

    /// The git directory of what is made.
    pub fn template_git_dir(&self) -> PathBuf {
        if self.is_bare { self.template() } else { self.template().join(".git") }
    }

    /// Where each command works.
    pub fn repo(&self) -> PathBuf {
        self.path("repo")
    }

    /// The git directory of that.
    pub fn git_dir(&self) -> PathBuf {
        if self.is_bare { self.repo() } else { self.repo().join(".git") }
    }

    /// Writes the repository's configuration.
    pub fn config(&self, text: &str) {
        fs::write(self.template_git_dir().join("config"), text).unwrap();
    }

    /// Adds to the repository's configuration.
    pub fn configure(&self, text: &str) {
        let path = self.template_git_dir().join("config");
        let all = fs::read_to_string(&path).unwrap() + text;
        fs::write(path, all).unwrap();
    }

    /// A program of this name that leaves a sign that it ran, and passes on what it reads.
    pub fn program(&self, name: &str) -> PathBuf {
        let path = self.path("programs").join(name);
        put_script(&path, &self.script(name));
        path
    }

    /// What such a program says.
    pub fn script(&self, name: &str) -> String {
        format!("#!/bin/sh\necho \"$0 $*\" >>'{}'\ncat\nexit 0\n", self.path("canary").join(name).display())
    }

    /// Runs a command on a fresh copy, and looks that it held to what every command holds to. The canaries are the caller's to judge.
    pub fn run(&self, what: &str, order: &Order) -> Ran {
        if self.repo().exists() {
            fs::remove_dir_all(self.repo()).unwrap();
        }
        copy(&self.template(), &self.repo());
        for folder in ["canary", "tmp"] {
            fs::read_dir(self.path(folder)).unwrap().for_each(|entry| drop(fs::remove_file(entry.unwrap().path())));
        }
        let before = self.look();
        let ran = self.start(order);
        let after = self.look();
        let told = format!("{what}: hhgit {}", order.args.join(" "));
        let mut faults = Vec::new();
        let mut must = |holds: bool, fault: &str| {
            if !holds {
                faults.push(format!("{told}: {fault}: {}", ran.short()));
            }
        };
        must((0..=4).contains(&ran.code), "it ended as nothing may");
        for said in [&ran.stdout, &ran.stderr] {
            must(!said.contains("panicked at"), "it panicked");
            must(said.len() <= WORDS, "it said too much");
            let bad = unsafe_for_terminals(said.as_bytes());
            must(bad.is_none(), &format!("it said {bad:?}"));
        }
        must(ran.work <= MOST_WORK, "it worked too long");
        must(ran.peak <= MEMORY, "it held too much");
        let wrong: Vec<&PathBuf> =
            changed(&before, &after).into_iter().filter(|path| !self.may_change(path, order, &before)).collect();
        must(wrong.is_empty(), &format!("it touched {wrong:?}"));
        Ran { faults, ..ran }
    }

    fn start(&self, order: &Order) -> Ran {
        let here = if order.in_git_dir { self.git_dir() } else { self.repo() };
        let mut command = sealed("sh", &here);
        // Past this it would be the machine that suffers.
        command.args(["-c", "ulimit -c 0; ulimit -v 8388608; exec \"$0\" \"$@\"", env!("CARGO_BIN_EXE_hhgit")]);
        command.args(&order.args).env("HOME", self.path("home")).env("TMPDIR", self.path("tmp"));
        for role in ["AUTHOR", "COMMITTER"] {
            command.env(format!("GIT_{role}_NAME"), "Tester").env(format!("GIT_{role}_EMAIL"), "tester@localhost");
            command.env(format!("GIT_{role}_DATE"), format!("@{NOW} +0000"));
        }
        command.env_remove("EDITOR").env_remove("VISUAL").env_remove("PAGER").env_remove("GIT_DIR");
        if order.in_git_dir {
            command.env("GIT_DIR", ".");
        }
        let input = self.path("said/in");
        fs::write(&input, order.input.replace("{repo}", self.repo().to_str().unwrap())).unwrap();
        let files = [self.path("said/out"), self.path("said/err")];
        command.stdin(fs::File::open(&input).unwrap());
        command.stdout(fs::File::create(&files[0]).unwrap()).stderr(fs::File::create(&files[1]).unwrap());
        let (code, work, peak) = wait(&mut command);
        let text = |path: &Path| String::from_utf8(fs::read(path).unwrap());
        let text = |path: &Path| text(path).unwrap_or_else(|error| format!("no UTF-8 \x07: {error}"));
        let canaries = fs::read_dir(self.path("canary")).unwrap();
        let mut canaries: Vec<String> =
            canaries.map(|entry| entry.unwrap().file_name().to_string_lossy().into_owned()).collect();
        canaries.sort();
        Ran { code, stdout: text(&files[0]), stderr: text(&files[1]), work, peak, canaries, faults: Vec::new() }
    }

    /// Whether a command may make, change or take away what stands at this path.
    fn may_change(&self, path: &Path, order: &Order, before: &BTreeMap<PathBuf, Seen>) -> bool {
        let Ok(path) = path.strip_prefix("repo") else { return path.starts_with("canary") };
        let inside = match self.is_bare {
            true => Some(path),
            false => path.strip_prefix(".git").ok(),
        };
        let Some(inside) = inside else {
            return order.touches == Touches::Branch && !self.is_bare;
        };
        let is_new = !before.contains_key(&Path::new("repo").join(if self.is_bare { "" } else { ".git" }).join(inside));
        let object =
            inside.starts_with("objects") && (is_new || inside.parent().is_none_or(|up| up.as_os_str().is_empty()));
        let object = object || [Path::new("objects"), Path::new("objects/pack")].contains(&inside);
        // Making a file changes the time of the folder that it is in, and so does taking away a lock.
        let folders = ["", "refs", "refs/heads", "logs", "logs/refs", "logs/refs/heads"].map(Path::new);
        let branch = ["refs/heads/main", "logs/HEAD", "logs/refs/heads/main", "index", "ORIG_HEAD"].map(Path::new);
        match order.touches {
            _ if inside.starts_with("hhgit") || inside.as_os_str().is_empty() => true,
            Touches::Nothing => false,
            // The one branch, by another name.
            Touches::Branch if inside == Path::new("refs/heads/first") => self.is_symbolic(),
            Touches::Branch => object || folders.contains(&inside) || branch.contains(&inside),
            Touches::Hooks => inside.starts_with("hooks"),
        }
    }

    /// Whether the branch is another's other name.
    fn is_symbolic(&self) -> bool {
        let main = self.template_git_dir().join("refs/heads/main");
        let is_small = fs::metadata(&main).is_ok_and(|data| data.is_file() && data.len() < 1 << 20);
        is_small && fs::read(main).unwrap_or_default().starts_with(b"ref: refs/heads/first")
    }

    /// All there is but what the run says, its input, and what is made for copies.
    fn look(&self) -> BTreeMap<PathBuf, Seen> {
        let mut found = BTreeMap::new();
        let mut open: Vec<PathBuf> =
            ["repo", "home", "sentinel", "canary", "programs", "tmp", "input"].map(PathBuf::from).to_vec();
        while let Some(name) = open.pop() {
            let path = self.temp.path().join(&name);
            let meta = fs::symlink_metadata(&path).unwrap();
            let mut seen = Seen { mode: meta.mode(), modified: (meta.mtime(), meta.mtime_nsec()), bytes: None };
            if meta.is_dir() {
                open.extend(fs::read_dir(&path).unwrap().map(|entry| name.join(entry.unwrap().file_name())));
            } else if meta.is_symlink() {
                seen.bytes = Some(fs::read_link(&path).unwrap().into_os_string().into_encoded_bytes());
            } else if meta.len() <= 1 << 20 && meta.is_file() {
                seen.bytes = Some(fs::read(&path).unwrap());
            }
            // Temporary files come and go there, and the programs' signs.
            if name == Path::new("tmp") || name == Path::new("canary") {
                seen.modified = (0, 0);
            }
            found.insert(name, seen);
        }
        found
    }
}

/// Waits for a command's end, or ends it when its time is up: its code (128 and more are signals), its processor time, its peak in KiB.
fn wait(command: &mut Command) -> (i32, Duration, u64) {
    let mut child = command.spawn().unwrap();
    let pid = rustix::process::Pid::from_raw(child.id() as i32).unwrap();
    let (done, ended) = mpsc::channel::<()>();
    let watchdog = std::thread::spawn(move || {
        if ended.recv_timeout(LONGEST) == Err(mpsc::RecvTimeoutError::Timeout) {
            rustix::process::kill_process(pid, rustix::process::Signal::KILL).unwrap();
        }
    });
    let used = child.wait4().unwrap();
    drop(done);
    watchdog.join().unwrap();
    let code = used.status.code().unwrap_or_else(|| 128 + used.status.signal().unwrap());
    (code, used.rusage.utime + used.rusage.stime, used.rusage.maxrss >> 10)
}

fn changed<'a>(before: &'a BTreeMap<PathBuf, Seen>, after: &'a BTreeMap<PathBuf, Seen>) -> Vec<&'a PathBuf> {
    let mut paths: Vec<&PathBuf> =
        before.keys().chain(after.keys()).filter(|path| before.get(*path) != after.get(*path)).collect();
    paths.sort();
    paths.dedup();
    paths
}

/// Copies a folder as it is: links as links, large files and pipes by a second name, since nobody may write to them.
pub fn copy(from: &Path, to: &Path) {
    fs::create_dir_all(to).unwrap();
    for entry in fs::read_dir(from).unwrap() {
        let entry = entry.unwrap();
        let (from, to) = (entry.path(), to.join(entry.file_name()));
        let meta = fs::symlink_metadata(&from).unwrap();
        if meta.is_dir() {
            copy(&from, &to);
        } else if meta.is_symlink() {
            std::os::unix::fs::symlink(fs::read_link(&from).unwrap(), &to).unwrap();
        } else if meta.len() > 1 << 16 || !meta.is_file() {
            fs::hard_link(&from, &to).unwrap();
        } else {
            fs::copy(&from, &to).unwrap();
            fs::set_permissions(&to, fs::Permissions::from_mode(meta.mode())).unwrap();
        }
    }
}
