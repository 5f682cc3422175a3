//! What a run asked the system for, as `strace` tells it, and how one of these requests is made to fail.

use std::collections::BTreeMap;
use std::fs::File;
use std::path::{Path, PathBuf};
use std::process::Command;

use crate::shapes::person;
use crate::support::sealed;

/// The requests that are watched: all that can fail for a cause that lies outside the program.
pub(crate) const WATCHED: &str = "open,openat,read,pread64,write,pwrite64,writev,fsync,fdatasync,rename,renameat,renameat2,\
     link,linkat,symlink,symlinkat,unlink,unlinkat,rmdir,mkdir,mkdirat,chmod,fchmod,fchmodat,ftruncate,fallocate,flock,getdents64,\
     statx,newfstatat,readlink,readlinkat,utimensat,mmap,close,pipe2,socketpair,clone,clone3,vfork,fork,execve,exit_group";
/// Where there is no system call of this name, as on machines that have only the newer ones, strace is to go on.
const LENIENT: char = '?';

/// The names as strace wants them.
pub(crate) fn watched() -> String {
    WATCHED.split(',').map(|name| format!("{LENIENT}{}", name.trim())).collect::<Vec<_>>().join(",")
}

/// One request.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Call {
    /// Which process or thread asked.
    pub(crate) who: String,
    /// What for.
    pub(crate) name: String,
    /// With what, as strace spells it.
    pub(crate) args: String,
    /// What came of it.
    pub(crate) result: String,
    /// Which of its name it was by the same asker, from 1.
    pub(crate) nth: usize,
    /// Whether it closes what was opened as a folder to be listed.
    pub(crate) is_folder: bool,
}

impl Call {
    /// The paths below `root` that it is about, with what differs from run to run made alike.
    pub(crate) fn paths(&self, root: &Path) -> Vec<String> {
        let root = root.to_str().unwrap();
        let here =
            self.args.split_once("AT_FDCWD<").map_or("", |(_, rest)| rest.split_once('>').map_or("", |(dir, _)| dir));
        let args = self.args.replace(&format!("AT_FDCWD<{here}>"), "");
        let quoted = args.split('"').skip(1).step_by(2);
        let opened = args.split('<').skip(1).filter_map(|rest| rest.split('>').next());
        // What is read and written is quoted too, but is no path.
        let takes_path = !matches!(self.name.as_str(), "read" | "write" | "pread64" | "pwrite64" | "writev" | "execve");
        let inside = |path: &str| match path.strip_prefix(root) {
            None if takes_path && path.starts_with("./") => Some(alike(&path[1..])),
            inside => inside.map(alike),
        };
        let mut paths: Vec<String> = quoted.chain(opened).filter_map(inside).collect();
        paths.dedup();
        paths
    }

    /// Whether it asks for a process or thread.
    pub(crate) fn starts(&self) -> bool {
        matches!(self.name.as_str(), "clone" | "clone3" | "vfork" | "fork" | "pipe2" | "socketpair")
    }
}

/// A path with the names that are drawn by chance made alike.
pub(crate) fn alike(path: &str) -> String {
    let part = |part: &str| {
        let hex = |text: &str| text.len() >= 40 && text.bytes().all(|byte| byte.is_ascii_hexdigit());
        match part.strip_prefix("pack-").and_then(|rest| rest.split_once('.')) {
            Some((stem, kind)) if hex(stem) => return format!("pack-*.{kind}"),
            _ => {}
        }
        for start in ["tmp_hhgit-", "hhgit-tmp-", "tmp_objdir-incoming-", ".hhgit-hook-", ".tmp"] {
            if let Some(rest) = part.strip_prefix(start) {
                return format!("{start}*{}", rest.get(6..).unwrap_or_default());
            }
        }
        part.to_owned()
    };
    path.split('/').map(part).collect::<Vec<_>>().join("/")
}

/// The requests of a log that was written with `-f -y`, in the order in which they ended.
pub(crate) fn parse(log: &str) -> Vec<Call> {
    let mut calls: Vec<Call> = Vec::new();
    let mut begun: Vec<(String, String)> = Vec::new();
    let (mut opened, mut counts) = (BTreeMap::new(), BTreeMap::new());
    for line in log.lines() {
        let Some((who, rest)) = line.trim_start().split_once(' ') else { continue };
        let rest = rest.trim_start();
        if let Some(start) = rest.strip_suffix(" <unfinished ...>") {
            begun.push((who.to_owned(), start.to_owned()));
            continue;
        }
        let whole = match rest.strip_prefix("<... ").and_then(|rest| rest.split_once(" resumed>")) {
            Some((_, end)) => {
                let Some(at) = begun.iter().position(|(asker, _)| asker == who) else { continue };
                format!("{}{end}", begun.remove(at).1)
            }
            None => rest.to_owned(),
        };
        let Some((name, args)) = whole.split_once('(') else { continue };
        let Some((args, result)) = args.rsplit_once(" = ") else { continue };
        let Some(args) = args.trim_end().strip_suffix(')') else { continue };
        if name == "openat" {
            opened.insert(result.to_owned(), args.contains("O_DIRECTORY"));
        }
        let is_folder = name == "close" && opened.get(args) == Some(&true);
        let nth = counts.entry((who.to_owned(), name.to_owned())).or_insert(0_usize);
        *nth += 1;
        let nth = *nth;
        let (who, name, args, result) = (who.into(), name.into(), args.into(), result.into());
        calls.push(Call { who, name, args, result, nth, is_folder });
    }
    calls
}

/// What the binary is run with, and on what.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Ask<'a> {
    /// Where.
    pub(crate) dir: &'a Path,
    /// A folder of the test's own, for logs and what the binary says.
    pub(crate) beside: &'a Path,
    /// What is loaded into the binary in every run, so that each asks for the same.
    pub(crate) library: Option<&'a Path>,
    /// The command line.
    pub(crate) args: &'a [&'a str],
}

/// How a run under strace ended.
#[derive(Debug)]
pub(crate) struct Ended {
    pub(crate) code: Option<i32>,
    pub(crate) stdout: String,
    pub(crate) stderr: String,
    pub(crate) log: String,
}

impl Ask<'_> {
    /// Runs it under strace with these options, and waits for whatever it started as well.
    pub(crate) fn under_strace(&self, options: &[String], variables: &[(&str, usize)]) -> Ended {
        let [log, out, err] = ["log", "out", "err"].map(|name| -> PathBuf { self.beside.join(name) });
        // Handle 9 is inherited by all that is started, so that the pipe ends when the last of them does.
        let script = "exec 9>&1; exec strace \"$@\" >\"$OUT\" 2>\"$ERR\"";
        let mut command = sealed("sh", self.dir);
        command.args(["-c", script, "sh", "-qq", "-y", "-o"]).arg(&log).arg("-e");
        command.arg(format!("trace={}", watched())).args(options);
        if let Some(library) = self.library {
            command.arg("-E").arg(format!("LD_PRELOAD={}", library.display()));
        }
        for (key, value) in variables {
            command.arg("-E").arg(format!("{key}={value}"));
        }
        command.arg("--").arg(env!("CARGO_BIN_EXE_hhgit")).args(self.args).env("OUT", &out).env("ERR", &err);
        command.envs(person());
        let output = command.output().unwrap();
        let read = |path: &Path| String::from_utf8_lossy(&std::fs::read(path).unwrap()).into_owned();
        Ended { code: output.status.code(), stdout: read(&out), stderr: read(&err), log: read(&log) }
    }

    /// The requests of an undisturbed run; the bytes that are written in full and as hexadecimals if asked for.
    pub(crate) fn record(&self, whole: bool) -> Vec<Call> {
        let mut options = vec!["-f".to_owned()];
        if whole {
            options.extend(["-xx".to_owned(), "-s".to_owned(), "10000000".to_owned()]);
        }
        let ended = self.under_strace(&options, &[]);
        assert_eq!(ended.code, Some(0), "{}", ended.stderr);
        parse(&ended.log)
    }
}

/// Whether strace is here and may watch; a machine where it may not is said to have no strace.
pub(crate) fn has_strace() -> bool {
    let null = || File::options().write(true).open("/dev/null").unwrap();
    let tried = Command::new("strace").args(["-qq", "-o", "/dev/null", "true"]).stdout(null()).stderr(null()).status();
    let works = tried.is_ok_and(|status| status.success());
    if !works {
        let required = std::env::var("HHGIT_REQUIRE").unwrap_or_default();
        assert!(
            !required.split(',').any(|name| name.trim() == "strace"),
            "HHGIT_REQUIRE names strace, but it does not run here"
        );
        eprintln!("SKIPPED: this test needs strace, which is not here or may not watch other programs");
    }
    works
}
