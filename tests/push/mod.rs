//! A server's repository with hhgit's hook in it: what the hook said, how it ended, what it took, and the whole of what a push left.
#![allow(
    dead_code,
    unreachable_pub,
    clippy::unwrap_used,
    reason = "each test file uses its own part of this; a test may unwrap"
)]

use std::collections::BTreeMap;
use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};

/// What a VPC refers to, so that a fabric of these and VPCs breaks no rule.
pub const NAMESPACES: [(&str, &str); 2] = [
    (
        "managed/ipv4namespaces/default.yaml",
        "apiVersion: vpc.githedgehog.com/v1beta1\nkind: IPv4Namespace\nmetadata:\n  name: default\nspec:\n  subnets:\n  - 10.0.0.0/8\n",
    ),
    (
        "managed/vlannamespaces/default.yaml",
        "apiVersion: wiring.githedgehog.com/v1beta1\nkind: VLANNamespace\nmetadata:\n  name: default\nspec:\n  ranges:\n  \
         - from: 1000\n    to: 2999\n",
    ),
];

/// What the hook leaves of each of its runs, in a directory of its own.
#[derive(Debug, Clone)]
pub struct Log {
    dir: PathBuf,
}

/// One run of the hook.
#[derive(Debug, Clone, PartialEq)]
pub struct Ran {
    /// Its exit code; 128 and more are signals.
    pub code: i32,
    /// Its standard error.
    pub said: Vec<u8>,
    /// What it took, where the machine has a program that measures.
    pub took: Option<Took>,
}

/// What a run took.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Took {
    /// Seconds by the clock.
    pub wall: f64,
    /// Seconds of processor time.
    pub cpu: f64,
    /// The most memory it held at once, in KiB.
    pub peak: u64,
}

/// The program that measures another's time and memory.
const TIME: &str = "/usr/bin/time";

impl Log {
    /// A log in this directory, which is made.
    pub fn new(dir: PathBuf) -> Self {
        fs::create_dir_all(dir.join("tmp")).unwrap();
        Self { dir }
    }

    /// A hook that runs `hhgit hook NAME` and keeps what it said, how it ended and what it took.
    pub fn hook(&self, name: &str, flags: &str) -> String {
        let dir = quoted(&self.dir);
        let required = std::env::var("HHGIT_REQUIRE").is_ok_and(|list| list.split(',').any(|name| name == "time"));
        assert!(!required || Path::new(TIME).exists(), "HHGIT_REQUIRE names time, but there is no {TIME} here");
        let measure = match Path::new(TIME).exists() {
            true => format!("{TIME} -q -o {dir}/took -f '%e %U %S %M' "),
            false => String::new(),
        };
        let hhgit = quoted(Path::new(env!("CARGO_BIN_EXE_hhgit")));
        format!(
            "#!/bin/sh\nexport TMPDIR={dir}/tmp\n{measure}{hhgit} hook {name} {flags} 2>{dir}/said\ncode=$?\n\
             cat {dir}/said >&2\necho $code >{dir}/code\nexit $code\n"
        )
    }

    /// The last run since the log was last asked; none if there was none.
    pub fn last(&self) -> Option<Ran> {
        let take = |name: &str| {
            let path = self.dir.join(name);
            let bytes = fs::read(&path).ok()?;
            fs::remove_file(path).unwrap();
            Some(bytes)
        };
        let code = String::from_utf8(take("code")?).unwrap().trim().parse().unwrap();
        let took = take("took").map(|bytes| Took::read(&String::from_utf8(bytes).unwrap()));
        Some(Ran { code, said: take("said").unwrap(), took })
    }

    /// What runs of the hook left in the directory for temporary files.
    pub fn leftovers(&self) -> Vec<String> {
        names(&self.dir.join("tmp"))
    }
}

impl Took {
    /// Reads the last line that the measuring program wrote; before it may stand how the program ended.
    fn read(text: &str) -> Self {
        let line = text.lines().last().unwrap_or_default();
        let numbers: Vec<f64> = line.split(' ').map(|word| word.parse().unwrap()).collect();
        let [wall, user, system, peak] = numbers[..] else { panic!("four numbers, not {text:?}") };
        Self { wall, cpu: user + system, peak: peak as u64 }
    }
}

impl std::fmt::Display for Took {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{:.2} s, {:.2} s of processor, {} MiB", self.wall, self.cpu, self.peak / 1024)
    }
}

/// Writes an executable file.
pub fn put_script(path: &Path, text: &str) {
    fs::create_dir_all(path.parent().unwrap()).unwrap();
    fs::write(path, text).unwrap();
    fs::set_permissions(path, fs::Permissions::from_mode(0o755)).unwrap();
}

/// A path as a shell reads it.
pub fn quoted(path: &Path) -> String {
    format!("'{}'", path.to_str().unwrap().replace('\'', "'\\''"))
}

/// The names in a directory, sorted.
pub fn names(dir: &Path) -> Vec<String> {
    let mut names: Vec<String> =
        fs::read_dir(dir).unwrap().map(|entry| entry.unwrap().file_name().to_string_lossy().into_owned()).collect();
    names.sort();
    names
}

/// Every file of a git directory with its bytes, and every folder: what a refused push must leave as it was, be it ref, reflog, object,
/// pack, quarantine or lock. What hhgit remembers of the trees that were there before is aside.
pub fn whole(dir: &Path) -> BTreeMap<PathBuf, Option<Vec<u8>>> {
    let mut found = BTreeMap::new();
    let mut open = vec![dir.to_owned()];
    while let Some(folder) = open.pop() {
        for entry in fs::read_dir(&folder).unwrap() {
            let path = entry.unwrap().path();
            if path == dir.join("hhgit") {
                continue;
            }
            let is_dir = path.symlink_metadata().unwrap().is_dir();
            let bytes = (!is_dir).then(|| fs::read(&path).unwrap());
            found.insert(path.strip_prefix(dir).unwrap().to_owned(), bytes);
            if is_dir {
                open.push(path);
            }
        }
    }
    found
}

/// What differs between two states of a directory, by path.
pub fn differing(
    before: &BTreeMap<PathBuf, Option<Vec<u8>>>,
    after: &BTreeMap<PathBuf, Option<Vec<u8>>>,
) -> Vec<PathBuf> {
    let all = before.keys().chain(after.keys());
    let differing = all.filter(|path| before.get(*path) != after.get(*path));
    let mut paths: Vec<PathBuf> = differing.cloned().collect();
    paths.sort();
    paths.dedup();
    paths
}

/// The first thing in a text that may not reach a terminal: bytes that are no UTF-8, control characters but line breaks, and
/// characters that change the order or hide.
pub fn unsafe_for_terminals(text: &[u8]) -> Option<String> {
    let text = match std::str::from_utf8(text) {
        Ok(text) => text,
        Err(error) => return Some(format!("no UTF-8: {error}")),
    };
    let hidden = |c: char| {
        matches!(c, '\u{ad}' | '\u{61c}' | '\u{180e}' | '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}'
            | '\u{2060}'..='\u{206f}' | '\u{feff}' | '\u{fff9}'..='\u{fffb}' | '\u{e0000}'..='\u{e007f}')
    };
    let bad = text.char_indices().find(|(_, c)| (c.is_control() && *c != '\n') || hidden(*c))?;
    let around: String = text.chars().skip(text[..bad.0].chars().count().saturating_sub(40)).take(80).collect();
    Some(format!("{:?} in {around:?}", bad.1))
}
