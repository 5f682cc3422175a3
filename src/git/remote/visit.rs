//! A branch of a remote, fetched for one run and held by a ref of its own until the run is over.
//!
//! The ref is `refs/hhgit/remote/<run>`; a file `<run>` in the git directory, locked by its process, tells a later run which
//! of them nobody needs any more. `FETCH_HEAD`, tracking refs and tags are left alone.

use std::ffi::OsStr;
use std::fs::File;
use std::path::{Path, PathBuf};

use super::{Place, Remote, RemoteError};
use crate::git::open::Repo;
use crate::git::refs::{BranchName, Value};
use crate::git::run::{Git, no_hooks};
use crate::ids::CommitId;

/// Where the refs of runs are.
const REFS: &str = "refs/hhgit/remote";
/// How runs are called, and so the files in the git directory that mark them.
const RUN: &str = "hhgit-run-";
/// How often a partial clone's missing objects are asked for: those that were missing may name others.
const ROUNDS: usize = 64;

/// A branch of a remote, and what was fetched of it.
#[derive(Debug)]
pub struct Visit<'r> {
    pub(super) remote: &'r Remote<'r>,
    branch: BranchName,
    name: String,
    /// What tells a later run that this one lives; none where nothing outlives it.
    mark: Option<tempfile::NamedTempFile>,
}

/// How much history is fetched.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Depth {
    /// All, but for what the repository has cut off already.
    AsIs,
    /// The last so many commits.
    Last(u32),
    /// So many commits more than the repository has.
    More(u32),
    /// All there is.
    Whole,
    /// Every commit and every folder, again: a partial clone may lack some.
    Folders,
}

impl<'r> Visit<'r> {
    /// Begins a visit; nothing is fetched yet. The repository around is left as it was, at the end; a temporary one goes away whole.
    pub fn begin(remote: &'r Remote<'r>, place: &Place, branch: &BranchName) -> Result<Self, RemoteError> {
        let mark = if place.is_temporary() { None } else { Some(mark(remote.repo.common_dir())?) };
        let run = mark.as_ref().and_then(|mark| mark.path().file_name()).unwrap_or(OsStr::new(RUN));
        let mut name = format!("{REFS}/{}", run.to_string_lossy());
        if mark.is_none() {
            // Two branches can be visited at once.
            name.push_str(branch.short());
        }
        Ok(Self { remote, branch: branch.clone(), name, mark })
    }

    /// The remote.
    pub fn remote(&self) -> &Remote<'r> {
        self.remote
    }

    /// The branch.
    pub fn branch(&self) -> &BranchName {
        &self.branch
    }

    /// Fetches the branch as it is now; none if there is no such branch.
    pub fn fetch(&self, depth: Depth) -> Result<Option<CommitId>, RemoteError> {
        let repo = self.remote.repo;
        // Git has one lock for where history ends, and does not wait for it.
        let _turn = repo.is_shallow().then(|| turn(repo));
        let git = self.fetching(&[]);
        let git = match depth {
            // Somebody else may have fetched all meanwhile, which git would take for an error.
            Depth::More(_) | Depth::Whole if !repo.is_shallow() => git,
            Depth::AsIs => git,
            Depth::Last(commits) => git.arg(format!("--depth={commits}")),
            Depth::More(commits) => git.arg(format!("--deepen={commits}")),
            Depth::Whole => git.arg("--unshallow"),
            Depth::Folders => git.args(["--refetch", "--filter=blob:none"]),
        };
        let spec = format!("+{}:{}", self.branch.as_str(), self.name);
        let answer = self.remote.ask(git.arg(&self.remote.word).arg(spec))?;
        if !answer.success {
            // What failed may be that there is nothing to fetch, which is no failure to fetch.
            return match self.remote.tip(&self.branch)? {
                None => Ok(None),
                Some(_) => Err(self.remote.failed("fetching from", answer)),
            };
        }
        let tip = self.tip()?;
        if let (Some(tip), true) = (tip, repo.is_partial_clone()) {
            self.fetch_missing(tip)?;
        }
        Ok(tip)
    }

    /// Whether a commit is in the history of what was fetched last.
    pub fn holds(&self, commit: CommitId) -> Result<bool, RemoteError> {
        let git = Git::new(self.remote.repo, "merge-base", &[]).arg("--is-ancestor");
        Ok(git.arg(commit.to_string()).arg(&self.name).ask()?.success)
    }

    fn tip(&self) -> Result<Option<CommitId>, RemoteError> {
        match self.remote.repo.read_ref(self.name.as_bytes())? {
            Some(Value::Object(id)) => Ok(Some(CommitId::new(id))),
            _ => Ok(None),
        }
    }

    fn fetching(&self, config: &[(&str, &OsStr)]) -> Git {
        self.remote.git("fetch", config).args([
            "--quiet",
            "--no-tags",
            "--no-write-fetch-head",
            "--no-recurse-submodules",
            "--no-prune",
            "--no-prune-tags",
            "--no-auto-maintenance",
            "--no-write-commit-graph",
            "--no-show-forced-updates",
            "--no-filter",
            "--refmap=",
        ])
    }

    /// Fetches what a partial clone lacks of a commit's own tree.
    fn fetch_missing(&self, tip: CommitId) -> Result<(), RemoteError> {
        let repo = self.remote.repo;
        let mut before = usize::MAX;
        for _ in 0..ROUNDS {
            let git = Git::new(repo, "rev-list", &[]);
            let git = git.args(["--objects", "--no-object-names", "--missing=print", "--max-count=1"]);
            let listed = git.arg(tip.to_string()).run()?;
            let ids: Vec<&[u8]> = listed.split(|byte| *byte == b'\n').filter_map(|l| l.strip_prefix(b"?")).collect();
            if ids.is_empty() {
                return Ok(());
            }
            if ids.len() == before {
                return Err(RemoteError::Missing { remote: self.remote.name.clone(), missing: before });
            }
            before = ids.len();
            let mut wanted = ids.join(&b'\n');
            wanted.push(b'\n');
            // Without negotiation: what is missing lies in commits that the remote would take for had.
            let git = self.fetching(&[("fetch.negotiationAlgorithm", "noop".as_ref())]);
            let answer = self.remote.ask(git.arg(&self.remote.word).arg("--stdin").input(wanted))?;
            if !answer.success {
                return Err(self.remote.failed("fetching from", answer));
            }
        }
        Err(RemoteError::Missing { remote: self.remote.name.clone(), missing: before })
    }
}

impl Drop for Visit<'_> {
    fn drop(&mut self) {
        if self.mark.is_some() {
            forget(self.remote.repo, &self.name);
        }
    }
}

/// A new run's mark, held locked. The lock on the directory keeps those who look for dead runs' marks away until it is.
fn mark(dir: &Path) -> Result<tempfile::NamedTempFile, RemoteError> {
    let failed = |source: std::io::Error| RemoteError::Place { dir: dir.to_owned(), source: source.into() };
    let _lock = locked(dir);
    let mark = tempfile::Builder::new().prefix(RUN).tempfile_in(dir).map_err(failed)?;
    drop(mark.as_file().try_lock());
    Ok(mark)
}

/// Waits for the other runs of this repository that fetch, by a lock that the system drops with its process.
fn turn(repo: &Repo) -> Option<File> {
    locked(&repo.common_dir().join("refs"))
}

/// A directory's own lock, waited for; none where there are no such locks.
fn locked(dir: &Path) -> Option<File> {
    let dir = File::open(dir).ok()?;
    dir.lock().ok()?;
    Some(dir)
}

/// Takes a run's ref away.
fn forget(repo: &Repo, name: &str) {
    let no_hooks = no_hooks();
    drop(Git::new(repo, "update-ref", &[("core.hooksPath", no_hooks.as_os_str())]).arg("-d").arg(name).ask());
    // Git leaves the folders of the last ref that was in them; it makes them again for whoever needs them.
    for dir in [REFS, "refs/hhgit"] {
        drop(std::fs::remove_dir(repo.common_dir().join(dir)));
        drop(std::fs::remove_dir(repo.common_dir().join("logs").join(dir)));
    }
}

/// Takes away what killed runs left: their refs and marks. What cannot be taken away stays, and costs little.
pub fn clean_visits(repo: &Repo) {
    let lock = locked(repo.common_dir());
    let is_left = |mark: PathBuf| {
        let file = File::open(&mark).ok().filter(|file| matches!(file.try_lock(), Ok(())));
        file.map(|file| (mark, file))
    };
    let left: Vec<(PathBuf, File)> = marks(repo.common_dir()).into_iter().filter_map(is_left).collect();
    // The marks found are held from here on, so nobody has to wait while git takes the refs away.
    drop(lock);
    for (mark, _held) in left {
        forget(repo, &format!("{REFS}/{}", mark.file_name().unwrap_or_default().to_string_lossy()));
        drop(std::fs::remove_file(&mark));
    }
    clean_late(repo);
}

/// Takes away the refs whose mark is gone: a killed run's git may live on for a moment, and write the ref after all was cleared.
/// A run that lives has its mark before its ref, and until after it.
fn clean_late(repo: &Repo) {
    let listed = Git::new(repo, "for-each-ref", &[]).arg("--format=%(refname)").arg(REFS).run().unwrap_or_default();
    for name in String::from_utf8_lossy(&listed).lines() {
        let run = name.strip_prefix(REFS).and_then(|rest| rest.strip_prefix('/'));
        if run.is_some_and(|run| run.starts_with(RUN) && !repo.common_dir().join(run).exists()) {
            forget(repo, name);
        }
    }
}

/// Whether a ref of this name is one that a run which lives holds a branch of a remote by; none if it is no such ref.
pub fn is_visited(common_dir: &Path, name: &[u8]) -> Option<bool> {
    let run =
        std::str::from_utf8(name).ok()?.strip_prefix(REFS)?.strip_prefix('/').filter(|run| run.starts_with(RUN))?;
    let mark = File::open(common_dir.join(run));
    Some(mark.is_ok_and(|mark| mark.try_lock_shared().is_err()))
}

fn marks(dir: &Path) -> Vec<PathBuf> {
    let entries = std::fs::read_dir(dir).into_iter().flatten().filter_map(Result::ok);
    let mut marks: Vec<PathBuf> = entries
        .filter(|entry| entry.file_name().as_encoded_bytes().starts_with(RUN.as_bytes()))
        .map(|entry| entry.path())
        .collect();
    marks.sort();
    marks
}
