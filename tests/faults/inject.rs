//! Which requests fail how, and what must hold afterwards whatever failed.

use std::path::Path;

use crate::shapes::{Shape, broken_reflogs, copy, fsck, status, tip};
use crate::trace::{Call, Ended, parse};

/// What befalls a run at one request.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Fault {
    /// The request fails so, this once.
    Once(&'static str),
    /// This request and all of these names after it fail so.
    From(&'static str, &'static [&'static str]),
    /// The process is killed when it makes the request.
    Kill,
    /// Half of what was to be written is, which is no error.
    Short,
    /// Half of what was to be written is, and then the disk is full.
    Full,
}

/// One thing to try.
#[derive(Debug, Clone)]
pub(crate) struct Case {
    pub(crate) step: Call,
    pub(crate) fault: Fault,
    /// What the request is about.
    paths: Vec<String>,
    /// How many requests of each name come before.
    counts: Vec<(&'static str, usize)>,
}

/// What a disk that is gone refuses.
const GONE: &[&str] =
    &["openat", "read", "write", "fsync", "rename", "renameat", "unlink", "unlinkat", "mkdir", "getdents64", "statx"];
/// The same where reading may be that of a pipe.
const GONE_BUT_FOR_PIPES: &[&str] =
    &["openat", "write", "fsync", "rename", "renameat", "unlink", "unlinkat", "mkdir", "getdents64", "statx"];
/// What a disk that is full refuses.
const GROWING: &[&str] = &["write", "fsync", "mkdir", "rename", "renameat"];
/// What a file system that has become read-only refuses.
const CHANGING: &[&str] =
    &["write", "fsync", "mkdir", "rename", "renameat", "unlink", "unlinkat", "rmdir", "chmod", "fchmod"];

/// How a request can fail.
fn errors(call: &Call) -> &'static [&'static str] {
    let makes = call.args.contains("O_CREAT") || call.args.contains("O_WRONLY") || call.args.contains("O_RDWR");
    match call.name.as_str() {
        "openat" | "open" if makes => &["ENOSPC", "EIO", "EACCES", "EROFS", "EMFILE", "EINTR"],
        "openat" | "open" => &["EIO", "EACCES", "EMFILE", "EINTR"],
        "read" | "pread64" => &["EIO", "EINTR"],
        "getdents64" | "readlink" | "readlinkat" => &["EIO", "EACCES"],
        "statx" | "newfstatat" => &["EIO", "EACCES"],
        "write" | "pwrite64" | "writev" => &["ENOSPC", "EIO", "EINTR"],
        "fsync" | "fdatasync" => &["EIO", "ENOSPC", "EINTR"],
        "rename" | "renameat" | "renameat2" | "mkdir" | "mkdirat" | "link" | "linkat" | "symlink" => {
            &["ENOSPC", "EIO", "EACCES", "EROFS"]
        }
        "unlink" | "unlinkat" | "rmdir" => &["EIO", "EACCES", "EROFS"],
        "chmod" | "fchmod" | "fchmodat" => &["EIO", "EPERM", "EROFS"],
        "flock" => &["ENOLCK", "EIO", "EINTR"],
        "mmap" => &["ENOMEM", "EACCES", "EMFILE"],
        // Rust's own library takes an error at the closing of a directory for a defect; no file system of Linux gives one.
        "close" if !call.is_folder => &["EIO", "EINTR"],
        "clone" | "clone3" | "vfork" | "fork" => &["EAGAIN"],
        "pipe2" | "socketpair" => &["EMFILE"],
        _ => &[],
    }
}

/// Whether the request changes something, or makes what was changed last.
fn changes(call: &Call) -> bool {
    let name = call.name.as_str();
    CHANGING.contains(&name) || name == "openat" && errors(call).len() == 6 || name == "flock"
}

/// Every step of a recorded run, with all that can befall it.
/// Those of the first thread, or of all where their numbers are apart.
pub(crate) fn cases(calls: &[Call], root: &Path, threads: bool) -> Vec<Case> {
    let main = &calls.first().expect("a run asks for something").who;
    // What a child says comes through a pipe, whose reading no disk can fail.
    let gone = if calls.iter().any(|call| call.name == "pipe2") { GONE_BUT_FOR_PIPES } else { GONE };
    let mut cases = Vec::new();
    for (at, step) in calls.iter().enumerate().filter(|(_, call)| threads || call.who == *main) {
        if step.paths(root).is_empty() && !step.starts() {
            continue;
        }
        let mut faults: Vec<Fault> = errors(step).iter().map(|error| Fault::Once(error)).collect();
        if step.name == "write" {
            faults.extend([Fault::Short, Fault::Full]);
        }
        if changes(step) {
            faults.extend([Fault::From("EIO", gone), Fault::From("ENOSPC", GROWING), Fault::From("EROFS", CHANGING)]);
        }
        if step.name == "openat" {
            faults.push(Fault::From("EMFILE", &["openat"]));
        }
        faults.push(Fault::Kill);
        let before = |name: &str| calls[..at].iter().filter(|call| call.who == step.who && call.name == name).count();
        let counts: Vec<_> = GONE.iter().chain(CHANGING).map(|name| (*name, before(name))).collect();
        let case = |fault| Case { step: step.clone(), fault, paths: step.paths(root), counts: counts.clone() };
        cases.extend(faults.into_iter().map(case));
    }
    cases
}

impl Case {
    /// The case in words.
    pub(crate) fn words(&self) -> String {
        let Call { name, nth, .. } = &self.step;
        format!("{:?} at {name} {nth} of {}", self.fault, self.paths.join(" and "))
    }

    /// Whether it counts the writes of each thread by itself, so that another thread's may be meant.
    pub(crate) fn may_meet_another_thread(&self) -> bool {
        matches!(self.fault, Fault::Full)
    }

    /// Whether the request is about nothing but what is below this path.
    pub(crate) fn is_below(&self, path: &str) -> bool {
        !self.paths.is_empty() && self.paths.iter().all(|one| one.starts_with(path))
    }

    /// All that strace is told.
    pub(crate) fn words_for_strace(&self) -> Vec<String> {
        let variables =
            self.variables().into_iter().flat_map(|(key, value)| ["-E".to_owned(), format!("{key}={value}")]);
        self.options().into_iter().chain(variables).collect()
    }

    fn options(&self) -> Vec<String> {
        let Call { name, nth, .. } = &self.step;
        let inject = |what: String| vec!["-e".to_owned(), format!("inject={what}")];
        match &self.fault {
            Fault::Once(error) => inject(format!("{name}:error={error}:when={nth}")),
            Fault::Kill => inject(format!("{name}:signal=KILL:when={nth}")),
            Fault::From(error, names) => {
                let names = names.iter().filter(|name| **name != "write");
                names.flat_map(|name| inject(format!("{name}:error={error}:when={}+", self.count(name) + 1))).collect()
            }
            Fault::Short | Fault::Full => Vec::new(),
        }
    }

    /// What the library is told that is loaded into the binary: strace cannot tell files from the streams for messages, nor
    /// have less written than was to be.
    fn variables(&self) -> Vec<(&'static str, usize)> {
        let (nth, writes) = (self.step.nth, self.count("write"));
        match &self.fault {
            Fault::Short => vec![("SHORT_AT", nth)],
            Fault::Full => vec![("SHORT_AT", nth), ("FAIL_FROM", nth + 1), ("FAIL_WITH", 28)],
            Fault::From(error, names) if names.contains(&"write") => {
                let number = match *error {
                    "ENOSPC" => 28,
                    "EROFS" => 30,
                    _ => 5,
                };
                vec![("FAIL_FROM", writes + 1), ("FAIL_WITH", number)]
            }
            _ => Vec::new(),
        }
    }

    /// How many requests of this name come before.
    fn count(&self, name: &str) -> usize {
        self.counts.iter().find(|(one, _)| *one == name).map_or(0, |(_, count)| *count)
    }

    /// Runs it on a copy, and answers all that is not as it must be.
    pub(crate) fn run(&self, shape: &Shape, beside: &Path, library: &Path) -> Vec<String> {
        let repo = beside.join("repo");
        copy(shape.temp.dir(), &repo);
        let ended = shape.ask(&repo, beside, Some(library)).under_strace(&self.options(), &self.variables());
        let lines: String = ended.log.lines().map(|line| format!("0 {line}\n")).collect();
        let mut wrong: Vec<String> = self.did_not_happen(&parse(&lines), &repo).into_iter().collect();
        wrong.extend(self.said_wrongly(&ended, shape, &repo));
        wrong.extend(self.left_wrongly(&ended, shape, &repo));
        if !wrong.is_empty() {
            wrong.push(format!("it ended with {:?} and said {}{}", ended.code, ended.stdout, ended.stderr));
        }
        wrong
    }

    /// Whether the request that was to fail is another one now.
    pub(crate) fn did_not_happen(&self, calls: &[Call], repo: &Path) -> Option<String> {
        let happened = match &self.fault {
            // The log ends with it, or before it where it was not ended.
            Fault::Kill => calls.iter().all(|call| call.name != "exit_group"),
            Fault::From(_, names) if self.step.name == "write" || !names.contains(&self.step.name.as_str()) => true,
            Fault::Once(_) | Fault::From(..) => {
                let mut hits = calls.iter().filter(|call| call.result.contains("(INJECTED)"));
                hits.any(|hit| hit.name == self.step.name && hit.paths(repo) == self.paths)
            }
            Fault::Short | Fault::Full => {
                let half = |call: &Call| {
                    let asked = call.args.rsplit(", ").next().and_then(|text| text.parse::<usize>().ok());
                    asked
                        .zip(self.step.result.parse::<usize>().ok())
                        .is_some_and(|(asked, whole)| asked == whole.div_ceil(2))
                };
                let hit = calls.iter().find(|call| call.name == self.step.name && call.nth == self.step.nth);
                hit.is_some_and(|hit| half(hit) && hit.paths(repo) == self.paths)
            }
        };
        (!happened).then(|| "the fault did not come where it was to".to_owned())
    }

    fn said_wrongly(&self, ended: &Ended, shape: &Shape, repo: &Path) -> Vec<String> {
        let mut wrong = Vec::new();
        let is_after = tip(repo) == shape.tips[1];
        for sign in ["panicked", "defect of hhgit", "Os {", "Error {", "Custom {", "Err("] {
            if ended.stderr.contains(sign) {
                wrong.push(format!("it said {sign}"));
            }
        }
        match (&self.fault, ended.code) {
            (Fault::Kill, None) => {}
            (_, Some(0)) if is_after => {}
            (_, Some(3)) if !is_after && ended.stderr.starts_with("error: ") || shape.tells_by_lines() => {
                if !self.names(&format!("{}{}", ended.stdout, ended.stderr), repo) {
                    wrong.push("it did not name what went wrong".to_owned());
                }
            }
            (_, code) => wrong.push(format!("it ended with {code:?}, and the branch is after: {is_after}")),
        }
        wrong
    }

    /// Whether the message names the cause in the system's words, or a path.
    fn names(&self, words: &str, repo: &Path) -> bool {
        let cause = match &self.fault {
            Fault::Once(error) | Fault::From(error, _) => *error,
            _ => "ENOSPC",
        };
        let cause = match cause {
            "ENOSPC" => "No space left",
            "EIO" => "Input/output error",
            "EACCES" => "Permission denied",
            "EROFS" => "Read-only file system",
            "EMFILE" => "Too many open files",
            "EPERM" => "Operation not permitted",
            "ENOMEM" => "Cannot allocate memory",
            "EAGAIN" => "Resource temporarily unavailable",
            "ENOLCK" => "No locks available",
            _ => "Interrupted system call",
        };
        words.contains(cause) || words.contains(repo.to_str().unwrap())
    }

    fn left_wrongly(&self, ended: &Ended, shape: &Shape, repo: &Path) -> Vec<String> {
        let mut wrong = Vec::new();
        let [before, after] = &shape.tips;
        let now = tip(repo);
        // Of two hooks one may be in its place.
        let is_between = after.starts_with(before) && after.starts_with(&now);
        if now != *before && now != *after && !is_between {
            wrong.push(format!("the branch is at {now}, neither before nor after"));
        }
        let changed = status(repo);
        if !changed.is_empty() {
            // Git, whose disk is not gone, began; hhgit, whose is, could not so much as read what became of it, and said that.
            if matches!(self.fault, Fault::From("EIO", _)) && ended.code == Some(3) {
                wrong.extend(fsck(repo).err());
                return wrong;
            }
            wrong.push(format!("the work tree is changed: {changed}"));
        }
        wrong.extend(broken_reflogs(repo).into_iter().map(|line| format!("no line of a reflog: {line}")));
        wrong.extend(shape.unsound(repo));
        wrong
    }
}
