//! A repository in which a case is played: commits by `git fast-import`, hhgit by its own command line in this process.

use std::path::Path;

use hhgit::cli::{self, Answer};
use hhgit::git::{Environment, Reader, Repo};
use hhgit::ids::{Entry, TreeId};
use hhgit::snapshot::Objects;
use serde_json::Value;

use crate::case::Case;
use crate::files::{self, File, Files};
use crate::support::{NOW, TempRepo, branch, surroundings};

/// What `hhgit sync` answered.
pub(crate) struct Told {
    /// What a person reads, errors included.
    pub(crate) human: String,
    /// What a machine reads; none where hhgit could not look.
    pub(crate) json: Option<Value>,
    /// The same as bytes.
    pub(crate) json_text: String,
    /// The exit code.
    pub(crate) exit: u8,
}

/// The repository that a case's first commits make, of this kind of hash.
pub(crate) fn set(case: &Case, hash: &str) -> Result<TempRepo, String> {
    let repo = TempRepo::init(&["--bare", &format!("--object-format={hash}")]);
    commit(&repo, &lay(&case.before, hash));
    for step in &case.told.steps {
        let words: Vec<&str> = step.split(' ').collect();
        let name = |shown: &str| files::name_from(shown).ok_or_else(|| format!("step {step:?}: a bad escape"));
        match words.as_slice() {
            ["sync", flags @ ..] => {
                let told = sync(repo.dir(), &flags.iter().map(|flag| (*flag).to_owned()).collect::<Vec<_>>());
                if told.exit != 0 {
                    return Err(format!("step {step:?} exits with {}:\n{}", told.exit, told.human));
                }
            }
            ["revert"] => {
                let tree = repo.git(&["rev-parse", "main~1^{tree}"]);
                commit(&repo, format!("M 040000 {tree} \"\"\n").as_bytes());
            }
            ["lay", folder] => commit(&repo, &lay(&files::read(&case.dir.join(folder))?, hash)),
            ["lay", folder, "without", path] => {
                let laid = lay(&files::read(&case.dir.join(folder))?, hash);
                commit(&repo, &[&*laid, b"D ", &*quoted(&name(path)?), b"\n"].concat());
            }
            ["move", from, to] => {
                commit(&repo, &[b"R ", &*quoted(&name(from)?), b" ", &*quoted(&name(to)?), b"\n"].concat());
            }
            ["remove", path] => commit(&repo, &[b"D ", &*quoted(&name(path)?), b"\n"].concat()),
            _ => return Err(format!("step {step:?} is none of sync, revert, lay, move, remove")),
        }
    }
    Ok(repo)
}

/// Commits these changes onto main.
fn commit(repo: &TempRepo, changes: &[u8]) {
    let mut stream =
        format!("commit refs/heads/main\ncommitter Operator <operator@example.org> {NOW} +0000\n").into_bytes();
    stream.extend_from_slice(b"data 9\nby people\n");
    if std::fs::exists(repo.git_dir().join("refs/heads/main")).unwrap() {
        stream.extend_from_slice(b"from refs/heads/main^0\n");
    }
    stream.extend_from_slice(changes);
    repo.git_with(&["fast-import", "--quiet"], &stream);
}

/// The changes that lay these files over whatever is there.
fn lay(files: &Files, hash: &str) -> Vec<u8> {
    let mut changes = Vec::new();
    for (path, File { mode, bytes }) in files {
        changes.extend(format!("M {mode} ").bytes());
        if *mode == "160000" {
            let width = if hash == "sha256" { 64 } else { 40 };
            changes.extend(format!("{:0<width$.40} ", String::from_utf8_lossy(bytes).trim_end()).bytes());
            changes.extend(quoted(path));
        } else {
            changes.extend_from_slice(b"inline ");
            changes.extend(quoted(path));
            changes.extend(format!("\ndata {}\n", bytes.len()).bytes());
            changes.extend_from_slice(bytes);
        }
        changes.push(b'\n');
    }
    changes
}

/// A path as fast-import reads it.
fn quoted(path: &[u8]) -> Vec<u8> {
    let mut text = vec![b'"'];
    for byte in path {
        match byte {
            b'"' | b'\\' => text.extend([b'\\', *byte]),
            b' '..=b'~' => text.push(*byte),
            _ => text.extend(format!("\\{byte:03o}").bytes()),
        }
    }
    text.push(b'"');
    text
}

/// Runs `hhgit sync` with these flags.
pub(crate) fn sync(dir: &Path, flags: &[String]) -> Told {
    let report = tempfile::NamedTempFile::new().unwrap();
    let json = format!("--output=json={}", report.path().display());
    let dir = dir.display().to_string();
    let args =
        ["hhgit", "-C", &dir, "--output=human", &json, "sync"].into_iter().chain(flags.iter().map(String::as_str));
    let around = surroundings();
    let Answer { stdout, stderr, exit } = cli::run(args.map(Into::into), &around, &mut hhgit::modes::talk::Alone);
    let json_text = std::fs::read_to_string(report.path()).unwrap();
    let human = format!("{}{}", String::from_utf8(stdout).unwrap(), String::from_utf8(stderr).unwrap());
    Told {
        human: human.replace(&dir, "REPOSITORY"),
        json: serde_json::from_str(&json_text).ok(),
        json_text,
        exit: exit.code(),
    }
}

/// A tree's entries by path, folders left out.
pub(crate) type Entries = std::collections::BTreeMap<Vec<u8>, Entry>;

/// The entries of the tree of main, as hhgit's own reader sees them.
pub(crate) fn entries(repo: &TempRepo) -> Entries {
    let opened = open(repo);
    let reader = Reader::new(&opened).unwrap();
    let commit = reader.commit(opened.tip(&branch("main")).unwrap().unwrap()).unwrap();
    let mut found = Entries::new();
    below(&reader, commit.tree, &[], &mut found);
    found
}

fn open(repo: &TempRepo) -> Repo {
    Repo::open_in(repo.dir(), Environment::isolated()).unwrap()
}

fn below(reader: &Reader, tree: TreeId, base: &[u8], found: &mut Entries) {
    for entry in reader.tree(tree).unwrap() {
        let path = if base.is_empty() { entry.name } else { [base, b"/", &entry.name].concat() };
        match entry.entry.as_tree() {
            Some(tree) => below(reader, tree, &path, found),
            None => _ = found.insert(path, entry.entry),
        }
    }
}

/// The files of these entries.
pub(crate) fn files(repo: &TempRepo, entries: &Entries) -> Files {
    let opened = open(repo);
    let reader = Reader::new(&opened).unwrap();
    let file = |entry: &Entry| match entry.mode.to_string().as_str() {
        "160000" => File { mode: "160000", bytes: format!("{:.40}\n", entry.id.to_string()).into_bytes() },
        mode => {
            let modes = ["100644", "100755", "120000"];
            let mode = modes.into_iter().find(|known| *known == mode).unwrap();
            File { mode, bytes: reader.blob(hhgit::ids::BlobId::new(entry.id)).unwrap() }
        }
    };
    entries.iter().map(|(path, entry)| (path.clone(), file(entry))).collect()
}
