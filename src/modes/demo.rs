//! `hhgit demo`: a repository with a small fabric and some mistakes in it, a sync, and what became of it; nothing of the
//! user's git configuration, clock or network takes part, so that it is the same everywhere.

mod sample;

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use crate::fabric::inventory::{Leaves, leaves};
use crate::fabric::layout::{RAW, tree_at};
use crate::git::make::{MakeError, make};
use crate::git::run::{Git, GitError};
use crate::git::{Environment, Reader, Repo};
use crate::ids::TreeId;
use crate::options::{self, Common, Identities, Identity, Init, Sync};
use crate::path::RepoPath;
use crate::progress::Progress;
use crate::report::Report;
use crate::report::demo::{Demo, Exhibit};
use crate::snapshot::{Objects, Time};

use super::error::ModeError;
use super::talk::Alone;

/// The fabric directory.
const FABRIC: &str = "fabric-1";
/// The file in unmanaged/ that is a letter short of being right.
const MISTAKE: &str = "unmanaged/rack-1/wiring.yaml";
/// The files that are shown after the sync.
const EXHIBITS: [&str; 2] = ["managed/switches/leaf-1.yaml", "unmanaged/rack-1/wiring.yaml.metadata"];
/// Who makes the fabric directory and pushes the files, and when: 2026-03-02 10:00 UTC.
const WHO: (&str, &str) = ("Sam Operator", "sam@example.org");
const WHEN: i64 = 1_772_445_600;
/// How many seconds after that the files are pushed.
const LATER: i64 = 300;

/// Why there is no demo. What was made for it is removed.
#[derive(Debug, thiserror::Error)]
pub enum DemoError {
    /// The directory to keep it in is there already.
    #[error("{} exists already; name a directory that does not, so that nothing of yours is touched", dir.display())]
    Exists {
        /// The directory.
        dir: PathBuf,
    },
    /// A directory or file could not be made.
    #[error("{} cannot be made; look at the folder it is to be in, its permissions and the disk's space", path.display())]
    Make {
        /// The directory or file.
        path: PathBuf,
        /// What the system said.
        #[source]
        source: io::Error,
    },
    /// There is no repository for it.
    #[error(transparent)]
    Repository(#[from] MakeError),
    /// Git did not answer.
    #[error(transparent)]
    Git(#[from] GitError),
}

/// Runs the demo in a new repository, which goes away again unless it is to be kept.
pub fn demo(options: &options::Demo) -> Result<Demo, ModeError> {
    let Some(keep) = &options.keep else {
        let temporary = tempfile::Builder::new().prefix("hhgit-demo-").tempdir();
        let temporary = temporary.map_err(|source| DemoError::Make { path: tempfile::env::temp_dir(), source })?;
        return run(temporary.path(), options);
    };
    fs::create_dir(keep).map_err(|source| match source.kind() {
        io::ErrorKind::AlreadyExists => DemoError::Exists { dir: keep.clone() },
        _ => DemoError::Make { path: keep.clone(), source },
    })?;
    let shown = run(keep, options);
    if shown.is_err() {
        // The directory was made here, a moment ago; why there is no demo matters more than that it cannot be removed.
        let _ = fs::remove_dir_all(keep);
    }
    Ok(Demo { kept: Some(keep.clone()), ..shown? })
}

fn run(dir: &Path, options: &options::Demo) -> Result<Demo, ModeError> {
    let repo = make(dir, Environment::isolated()).map_err(DemoError::from)?;
    let fabric = RepoPath::root().child(FABRIC);
    let init = Init { path: fabric.clone(), name: None, yes: false };
    super::init::init_in(&repo, &common(dir, sam()), &init, &mut Alone)?;
    let pushed = push(&repo, dir, &fabric)?;
    let report = super::sync::sync_in(&repo, &common(dir, Identity::default()), &Sync::default(), &mut Alone)?;
    let (after, exhibits) = look(&repo, &fabric, &report)?;
    let log = log(&repo, options)?;
    let mistake = plain(MISTAKE);
    Ok(Demo { fabric, pushed, report, after, exhibits, mistake, log, kept: None })
}

fn common(dir: &Path, who: Identity) -> Common {
    Common {
        directory: dir.to_owned(),
        fabrics: Vec::new(),
        identities: Identities { author: who.clone(), committer: who },
        now: Time { seconds: WHEN, offset: 0 },
        progress: Progress::default(),
    }
}

fn sam() -> Identity {
    Identity { name: Some(WHO.0.to_owned()), email: Some(WHO.1.to_owned()), date: None }
}

/// Puts the sample into raw/ and commits it, as a person does; answers what was put there.
fn push(repo: &Repo, dir: &Path, fabric: &RepoPath) -> Result<Vec<(RepoPath, &'static str)>, DemoError> {
    let mut pushed = Vec::new();
    for file in sample::FILES {
        let below = format!("{RAW}/{}", file.path);
        let path = dir.join(fabric.to_string()).join(&below);
        let made = path.parent().map_or(Ok(()), fs::create_dir_all).and_then(|()| fs::write(&path, file.text));
        made.map_err(|source| DemoError::Make { path, source })?;
        pushed.push((plain(&below), file.note));
    }
    Git::new(repo, "add", &[]).args(["--all"]).run()?;
    let mut commit = Git::new(repo, "commit", &[]).args(["--quiet", "--message=Wire up fabric-1, first tenants"]);
    for role in ["AUTHOR", "COMMITTER"] {
        commit = commit.env(&format!("GIT_{role}_NAME"), WHO.0).env(&format!("GIT_{role}_EMAIL"), WHO.1);
        commit = commit.env(&format!("GIT_{role}_DATE"), format!("@{} +0000", WHEN + LATER));
    }
    commit.run()?;
    Ok(pushed)
}

/// What the sync left: every path in the fabric directory, and the files that are shown.
fn look(repo: &Repo, fabric: &RepoPath, report: &Report) -> Result<(Vec<RepoPath>, Vec<Exhibit>), ModeError> {
    let reader = Reader::new(repo)?;
    let root = report.result.map_or_else(|| TreeId::empty(repo.hash_kind()), |point| point.tree);
    let files = match tree_at(&reader, root, fabric)? {
        Some(tree) => leaves(&reader, tree, fabric)?,
        None => Leaves::new(),
    };
    let mut exhibits = Vec::new();
    for path in EXHIBITS.map(plain) {
        if let Some(id) = files.get(&path).and_then(|entry| entry.as_file()) {
            let text = String::from_utf8_lossy(&reader.blob(id)?).into_owned();
            exhibits.push((path, text));
        }
    }
    Ok((files.into_keys().collect(), exhibits))
}

/// A path that stands in this file or in the sample.
fn plain(path: &str) -> RepoPath {
    RepoPath::new(path).expect("the demo's own paths are plain, which its test runs over")
}

fn log(repo: &Repo, options: &options::Demo) -> Result<(String, String), DemoError> {
    const ARGS: [&str; 4] = ["--format=short", "--abbrev-commit", "--stat", "--stat-count=5"];
    let color = if options.color { "--color=always" } else { "--color=never" };
    let git = Git::new(repo, "log", &[]).args(ARGS).arg(color).arg(format!("--stat-width={}", options.width));
    let said = git.run()?;
    Ok((format!("git log {}", ARGS.join(" ")), String::from_utf8_lossy(&said).into_owned()))
}
