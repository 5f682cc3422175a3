//! What was found of commits, one line each: `hhgit/replay/NAME` in the git directory, so that who is interrupted goes on later.
//!
//! Lines are gathered and put down every little while, each time into a file of its own that carries a digest of itself; at
//! the end one file takes the place of all. Any number of processes may do so at once: what one loses, another finds again.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

use crate::ids::{CommitId, ObjectId, sha256_hex};

use super::place::{Folder, Trust, UNFINISHED};

/// The folder in the git directory.
const FOLDER: &str = "hhgit/replay";
/// What a file starts with: a name and the version of this layout.
const MAGIC: &str = "hhgit journal 1 ";
/// What a file's name ends in.
const PART: &str = "part";
/// How long lines wait at most before they are put down, and how many.
const PATIENCE: (Duration, usize) = (Duration::from_millis(500), 64);
/// How many commits are remembered at most under one name.
const COMMITS: usize = 200_000;
/// How many names are remembered.
const NAMES: usize = 16;
/// The largest file that is read.
const LARGEST: u64 = 256 << 20;

/// What was found of commits.
pub type Lines = BTreeMap<CommitId, String>;

/// What is remembered under one name.
#[derive(Debug)]
pub struct Journal {
    folder: Folder,
    trust: Trust,
    open: Mutex<Open>,
}

#[derive(Debug)]
struct Open {
    waiting: Lines,
    since: Instant,
    /// The files that hold what this journal has read and put down.
    parts: BTreeSet<PathBuf>,
    trouble: Option<io::Error>,
}

impl Journal {
    /// The journal of a repository, as this user believes it; `share` gives a path the modes that the repository's sharing asks for.
    pub fn new(
        (git_dir, name): (&Path, &str),
        user: u32,
        share: fn(&Path, i32) -> io::Result<()>,
        shared: i32,
    ) -> Self {
        let folder = Folder::new(git_dir, &format!("{FOLDER}/{name}"), share, shared);
        let open = Open { waiting: Lines::new(), since: Instant::now(), parts: BTreeSet::new(), trouble: None };
        Self { folder, trust: Trust::of(git_dir, user, shared), open: Mutex::new(open) }
    }

    /// All that earlier runs have put down; a file that is not whole, or may be the word of somebody who is not believed, counts for nothing.
    pub fn read(&self) -> Lines {
        let mut lines = Lines::new();
        for path in self.folder.newest(PART) {
            let text = self.folder.read(&path, LARGEST, self.trust).and_then(|bytes| String::from_utf8(bytes).ok());
            for (commit, line) in text.as_deref().and_then(read).unwrap_or_default() {
                lines.entry(commit).or_insert(line);
            }
            self.open().parts.insert(path);
        }
        lines
    }

    /// Adds what was found of a commit: one line. What cannot be put down is told at the end.
    pub fn add(&self, commit: CommitId, line: String) {
        let mut open = self.open();
        open.waiting.insert(commit, line);
        if open.waiting.len() >= PATIENCE.1 || open.since.elapsed() >= PATIENCE.0 {
            self.put_down(&mut open);
        }
    }

    fn open(&self) -> std::sync::MutexGuard<'_, Open> {
        self.open.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn put_down(&self, open: &mut Open) {
        if open.trouble.is_none() {
            match self.place(&open.waiting) {
                Ok(path) => drop(open.parts.insert(path)),
                Err(error) => open.trouble = Some(error),
            }
        }
        open.waiting.clear();
        open.since = Instant::now();
    }

    /// Puts lines into a file, whose name is that of what it holds.
    fn place(&self, lines: &Lines) -> io::Result<PathBuf> {
        let body: String = lines.iter().map(|(commit, line)| format!("{commit} {line}\n")).collect();
        let digest = sha256_hex(body.as_bytes());
        let path = self.folder.join(&digest[..32]).with_extension(PART);
        self.folder.put(&path, |file| write!(file, "{MAGIC}{digest}\n{body}"))?;
        Ok(path)
    }

    /// Puts all that is known into one file, what this run asked for first, and takes away the files it stands for.
    pub fn finish(self, own: Lines, earlier: Lines) -> io::Result<()> {
        let mut open = self.open.into_inner().unwrap_or_else(PoisonError::into_inner);
        if let Some(error) = open.trouble.take() {
            return Err(error);
        }
        if open.waiting.is_empty() && open.parts.len() <= 1 {
            return Ok(());
        }
        let this = Self { open: Mutex::new(open), ..self };
        let room = COMMITS.saturating_sub(own.len());
        let mut lines: Lines = earlier.into_iter().filter(|(commit, _)| !own.contains_key(commit)).take(room).collect();
        lines.extend(own.into_iter().take(COMMITS));
        let whole = this.place(&lines)?;
        let old = this.open().parts.clone();
        let unfinished = this.folder.newest(UNFINISHED).into_iter().skip(NAMES);
        for path in old.into_iter().filter(|path| *path != whole).chain(unfinished) {
            drop(fs::remove_file(path));
        }
        let names = this.folder.beside();
        let forgotten = if names.len() > 2 * NAMES { &names[NAMES..] } else { &[] };
        forgotten.iter().for_each(|folder| forget(folder));
        Ok(())
    }
}

/// Takes a journal away: its own files, and the folder if nothing else is in it.
fn forget(folder: &Path) {
    let is_own = |path: &Path| path.extension().is_some_and(|kind| kind == PART || kind == UNFINISHED);
    let files = fs::read_dir(folder).into_iter().flatten().flatten().map(|entry| entry.path());
    files.filter(|path| is_own(path)).for_each(|path| drop(fs::remove_file(path)));
    drop(fs::remove_dir(folder));
}

/// Reads a file; nothing if it is not whole, or of another version.
fn read(text: &str) -> Option<Lines> {
    let (digest, body) = text.strip_prefix(MAGIC)?.split_once('\n')?;
    if sha256_hex(body.as_bytes()) != digest {
        return None;
    }
    let line = |line: &str| {
        let (commit, line) = line.split_once(' ')?;
        Some((CommitId::new(ObjectId::from_hex(commit.as_bytes()).ok()?), line.to_owned()))
    };
    body.lines().map(line).collect()
}
