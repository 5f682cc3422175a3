//! Every folder of testrepos-check/ is one finding of `hhgit check`: what it is found in, its report, and the mended twin.

#![allow(clippy::print_stderr, clippy::unwrap_used, reason = "a test may unwrap")]

mod support;

use std::collections::BTreeMap;
use std::ffi::OsString;
use std::fs;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};

use hhgit::cli::{Answer, run};
use hhgit::exit::Exit;
use hhgit::modes::talk::Alone;
use hhgit::verdict::code::{Code, Severity, Subject};
use similar::TextDiff;
use support::{NOW, TempRepo, surroundings};

/// How many threads play cases.
const THREADS: usize = 4;
/// The manifest of a fabric directory that brings none.
const MANIFEST: &str = "version: '1.0'\n";
/// What a folder may hold.
const ALLOWED: [&str; 8] =
    ["fails", "fails.yaml", "passes", "passes.yaml", "before", "manifest.yaml", "flags.txt", "report.txt"];

/// A commit's files, by path.
type Tree = BTreeMap<String, String>;

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("testrepos-check")
}

/// The names of all cases, in order.
fn names() -> Vec<String> {
    let entries = fs::read_dir(root()).unwrap().map(|entry| entry.unwrap());
    let folders = entries.filter(|entry| entry.file_type().unwrap().is_dir());
    let mut names: Vec<String> = folders.map(|entry| entry.file_name().into_string().unwrap()).collect();
    names.sort();
    names
}

/// The code that a case is about: its name, up to two dashes in a row.
fn code_of(name: &str) -> &str {
    name.split_once("--").map_or(name, |(code, _)| code)
}

/// `hhgit check` in this process.
fn check(directory: &Path, args: &[String]) -> Answer {
    let around = surroundings();
    let line = ["hhgit", "-C"].map(OsString::from).into_iter().chain([directory.into(), "check".into()]);
    run(line.chain(args.iter().map(OsString::from)), &around, &mut Alone)
}

/// The files below a folder, as paths from it.
fn tree(folder: &Path) -> Tree {
    let mut tree = Tree::new();
    let mut waiting = vec![folder.to_owned()];
    while let Some(dir) = waiting.pop() {
        for entry in fs::read_dir(&dir).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                waiting.push(path);
            } else {
                let name = path.strip_prefix(folder).unwrap().to_str().unwrap().replace('\\', "/");
                tree.insert(name, fs::read_to_string(&path).unwrap());
            }
        }
    }
    tree
}

/// Commits these files onto main, and nothing else.
fn commit(repo: &TempRepo, files: &Tree) {
    let mut stream = format!("commit refs/heads/main\ncommitter Tester <tester@localhost> {NOW} +0000\ndata 4\ntest\n");
    if repo.tip("main").is_some() {
        stream.push_str("from refs/heads/main^0\ndeleteall\n");
    }
    for (path, text) in files {
        stream.push_str(&format!("M 100644 inline {path}\ndata {}\n{text}\n", text.len()));
    }
    repo.git_with(&["fast-import", "--quiet"], stream.as_bytes());
}

/// Where one of the two twins is checked, and with which arguments.
struct Stage {
    directory: PathBuf,
    args: Vec<String>,
    _repo: Option<TempRepo>,
}

/// Lays one twin out: as the loose file it is, or as a commit, which is the second of two where there is a before/.
fn stage(case: &Path, twin: &str) -> Stage {
    let file = format!("{twin}.yaml");
    let flags = fs::read_to_string(case.join("flags.txt")).unwrap_or_default();
    let mut args: Vec<String> = flags.split_whitespace().map(str::to_owned).collect();
    if case.join("manifest.yaml").is_file() {
        args.extend(["--settings", "manifest.yaml"].map(str::to_owned));
    }
    if case.join(&file).is_file() {
        args.push(file);
        return Stage { directory: case.to_owned(), args, _repo: None };
    }
    let repo = TempRepo::bare();
    let lay = |files: Tree| {
        let mut all = Tree::from([("fabric-1/.hnp/manifest.yaml".to_owned(), MANIFEST.to_owned())]);
        all.extend(files);
        commit(&repo, &all);
    };
    if case.join("before").is_dir() {
        lay(tree(&case.join("before")));
        lay(tree(&case.join(twin)));
        args.push("main^..main".to_owned());
    } else {
        lay(tree(&case.join(twin)));
        args.push("main".to_owned());
    }
    Stage { directory: repo.dir().to_owned(), args, _repo: Some(repo) }
}

/// The report as a person reads it, the one for machines, and how it ended.
fn told(stage: &Stage) -> Result<(String, String, Exit), String> {
    let text = |answer: &Answer| String::from_utf8(answer.stdout.clone()).unwrap();
    let human = check(&stage.directory, &stage.args);
    if !human.stderr.is_empty() {
        return Err(String::from_utf8_lossy(&human.stderr).into_owned());
    }
    let json = check(&stage.directory, &[&["--output".to_owned(), "json".to_owned()], &stage.args[..]].concat());
    if human.exit != json.exit {
        return Err("the exit code depends on the output".to_owned());
    }
    Ok((text(&human), text(&json), human.exit))
}

/// Plays a case. With `bless` its report.txt is rewritten where it differs; without, what differs is the fault.
fn play(name: &str, bless: bool) -> Result<(), String> {
    let case = root().join(name);
    let code = Code::parse(code_of(name)).ok_or("the folder is not named after a verdict code")?;
    for entry in fs::read_dir(&case).unwrap() {
        let entry = entry.unwrap().file_name().into_string().unwrap();
        if !ALLOWED.contains(&entry.as_str()) {
            return Err(format!("{entry} does not belong here"));
        }
    }
    let shows = |json: &str| json.contains(&format!("\"code\": \"{code}\""));
    let errs = |json: &str| json.contains("\"severity\": \"error\"");
    let (human, json, exit) = told(&stage(&case, "passes"))?;
    if shows(&json) || errs(&json) || exit != Exit::Done {
        return Err(format!("the twin that passes does not\n{human}"));
    }
    let (human, json, exit) = told(&stage(&case, "fails"))?;
    if !shows(&json) {
        return Err(format!("the twin that fails does not show {code}\n{human}"));
    }
    let expected = if errs(&json) { Exit::Findings } else { Exit::Done };
    if exit != expected || (code.severity() == Severity::Error) != errs(&json) {
        return Err(format!("{code} is {}, yet it ends with {}\n{human}", code.severity().as_str(), exit.code()));
    }
    let report = case.join("report.txt");
    let known = fs::read_to_string(&report).unwrap_or_default();
    if known == human {
        return Ok(());
    }
    let diff = TextDiff::from_lines(&known, &human).unified_diff().header("report.txt", "told").to_string();
    if bless {
        fs::write(&report, &human).unwrap();
        // Past the test harness, which shows nothing of a test that passes.
        std::io::stderr().write_all(format!("== testrepos-check/{name}\n{diff}\n").as_bytes()).unwrap();
        return Ok(());
    }
    Err(diff)
}

#[test]
fn every_case_is_found_and_its_mended_twin_is_clean() {
    let bless = std::env::var_os("HHGIT_BLESS").is_some();
    let names = names();
    let next = AtomicUsize::new(0);
    let faults = Mutex::new(Vec::new());
    std::thread::scope(|scope| {
        for _ in 0..THREADS {
            scope.spawn(|| {
                while let Some(name) = names.get(next.fetch_add(1, Ordering::Relaxed)) {
                    if let Err(fault) = play(name, bless) {
                        faults.lock().unwrap().push(format!("== testrepos-check/{name}\n{fault}"));
                    }
                }
            });
        }
    });
    let mut faults = faults.into_inner().unwrap();
    faults.sort();
    let (all, bad) = (names.len(), faults.len());
    let faults = faults.join("\n");
    assert!(bad == 0, "{faults}\n\n{bad} of {all} cases fail; HHGIT_BLESS=1 rewrites their report.txt");
}

#[test]
fn every_code_that_only_a_check_finds_has_a_case() {
    let others = [Code::SchemaViolation, Code::UnknownField, Code::NotDeployed];
    let names = names();
    let asked = Code::ALL.iter().filter(|code| code.subject() == Subject::Rule || others.contains(code));
    // No commit breaks this by itself, only a push to a server that asks for it: tests/hook_syncs.rs has it.
    let asked = asked.filter(|code| **code != Code::NotASync);
    let missing: Vec<&str> = asked.map(|code| code.as_str()).filter(|code| !names.iter().any(|n| n == code)).collect();
    assert!(missing.is_empty(), "testrepos-check/ has no folder for {missing:?}");
}
