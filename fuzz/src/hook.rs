//! What git tells a server's hook of a push: lines mean what they say and nothing else, every push is answered, and one that would put a
//! broken managed/ on a branch is refused.
//!
//! The repository is made once, in a temporary folder, by git itself. In an input, `@a` to `@h` stand for the ids of its objects, so
//! that a fuzzer need not guess them.

use std::path::Path;
use std::process::{Command, Stdio};
use std::sync::LazyLock;

use hhgit::ids::HashKind;
use hhgit::modes::hook::lines::{Move, parse};
use hhgit::modes::hook::pre_receive;
use hhgit::options::hook::{Flags, Hook, MemoryBudget, TimeBudget};
use hhgit::options::{Common, Identities};
use hhgit::progress::Progress;
use hhgit::report::receive::Answer;
use hhgit::snapshot::Time;
use tempfile::TempDir;

use crate::parts::{is_shown, is_told};
use crate::world::SNIPPETS;

/// What the repository is made of: a ref, what it is made from, and one file that it changes.
const COMMITS: [(&str, &str, &str, &str); 6] = [
    ("refs/heads/main", "", "f/.hnp/manifest.yaml", "version: '1.0'\n"),
    ("refs/heads/main", "refs/heads/main", "f/raw/.gitkeep", ""),
    ("refs/heads/main", "refs/heads/main", "f/managed/vpcs/a.yaml", SNIPPETS[0]),
    ("refs/x/good", "refs/heads/main", "f/managed/vpcs/b.yaml", SNIPPETS[1]),
    ("refs/x/bad", "refs/heads/main", "f/managed/vpcs/a.yaml", "kind: [\n"),
    ("refs/x/other", "refs/heads/main", "README.md", "x\n"),
];
/// What an id is called in an input, and what git calls it.
const NAMES: [(&str, &str); 8] = [
    ("@a", "refs/heads/main"),
    ("@b", "refs/x/good"),
    ("@c", "refs/x/bad"),
    ("@d", "refs/x/other"),
    ("@e", "refs/x/good^{tree}"),
    ("@f", "refs/heads/main:f/.hnp/manifest.yaml"),
    ("@g", ""),
    ("@h", "absent"),
];

struct Server {
    dir: TempDir,
    /// The ids that the names stand for.
    ids: Vec<String>,
}

static SERVER: LazyLock<Server> = LazyLock::new(|| {
    let dir = tempfile::tempdir().expect("a temporary folder");
    git(dir.path(), &["init", "--quiet", "--bare", "--initial-branch=main", "."], "");
    for (name, from, path, text) in COMMITS {
        let from = if from.is_empty() { String::new() } else { format!("from {from}^0\n") };
        let head = format!("commit {name}\ncommitter T <t@localhost> 1700000000 +0000\ndata 2\nx\n{from}");
        let file = format!("M 100644 inline {path}\ndata {}\n{text}\n", text.len());
        git(dir.path(), &["fast-import", "--quiet"], &format!("{head}{file}"));
    }
    let id = |name: &str| match name {
        "" => "0".repeat(40),
        "absent" => "9".repeat(40),
        name => git(dir.path(), &["rev-parse", "--verify", name], ""),
    };
    let ids = NAMES.iter().map(|(_, name)| id(name)).collect();
    Server { dir, ids }
});

fn git(dir: &Path, args: &[&str], input: &str) -> String {
    use std::io::Write;
    let mut command = Command::new("git");
    command.current_dir(dir).args(args).env("GIT_CONFIG_GLOBAL", "/dev/null").env("GIT_CONFIG_NOSYSTEM", "1");
    let mut child = command.stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().expect("git is installed");
    child.stdin.take().expect("a pipe").write_all(input.as_bytes()).expect("git reads");
    let output = child.wait_with_output().expect("git ends");
    assert!(output.status.success(), "git {args:?} failed");
    String::from_utf8_lossy(&output.stdout).trim_end().to_owned()
}

/// Tells the hook of a push what an input says.
pub fn check(data: &[u8]) {
    let server = &*SERVER;
    let mut input = data.to_vec();
    for ((name, _), id) in NAMES.iter().zip(&server.ids) {
        input = replaced(&input, name.as_bytes(), id.as_bytes());
    }
    let moves = parse(&input, HashKind::Sha1);
    if let Ok(moves) = &moves {
        let lines: Vec<u8> = moves.iter().flat_map(line).collect();
        assert_eq!(lines, input, "the lines say something else");
    }
    let flags =
        Flags { time_budget: Some(TimeBudget::None), memory_budget: Some(MemoryBudget::None), ..Flags::default() };
    let hook = Hook { flags, ..Hook::default() };
    let common = Common {
        directory: server.dir.path().to_owned(),
        fabrics: Vec::new(),
        identities: Identities::default(),
        now: Time { seconds: 1_700_000_000, offset: 0 },
        progress: Progress::default(),
    };
    match pre_receive(&common, &hook, &input) {
        Err(error) => is_told(&error),
        Ok(verdict) => {
            let moves = moves.expect("a push was answered that could not be read");
            verdict.notes.iter().chain(&verdict.deleted).for_each(|text| is_shown(text));
            verdict.told.iter().for_each(|told| is_shown(&told.finding.message));
            verdict.told.iter().flat_map(|told| &told.refs).for_each(|name| is_shown(name));
            let breaks =
                |moved: &Move| is_branch(moved) && is(&moved.new, 2) && (is(&moved.old, 0) || is(&moved.old, 1));
            assert!(!moves.iter().any(breaks) || verdict.answer == Answer::Refused, "{verdict:?}");
            let judged = moves.iter().filter(|moved| is_branch(moved) && moved.new.is_some()).count();
            assert_eq!(verdict.judged, judged, "{moves:?}");
        }
    }
}

fn is_branch(moved: &Move) -> bool {
    moved.name.as_bytes().starts_with(b"refs/heads/")
}

/// Whether an id is the one of this number.
fn is(id: &Option<hhgit::ids::ObjectId>, number: usize) -> bool {
    id.map(|id| id.to_string()).as_ref() == Some(&SERVER.ids[number])
}

/// A move as git writes it.
fn line(moved: &Move) -> Vec<u8> {
    let hex = |id: &Option<hhgit::ids::ObjectId>| id.map_or("0".repeat(40), |id| id.to_string());
    [hex(&moved.old).as_bytes(), b" ", hex(&moved.new).as_bytes(), b" ", moved.name.as_bytes(), b"\n"].concat()
}

fn replaced(text: &[u8], from: &[u8], to: &[u8]) -> Vec<u8> {
    let mut out = Vec::new();
    let mut rest = text;
    while let Some(at) = rest.windows(from.len()).position(|window| window == from) {
        out.extend_from_slice(&rest[..at]);
        out.extend_from_slice(to);
        rest = &rest[at + from.len()..];
    }
    out.extend_from_slice(rest);
    out
}
