//! What is about to be committed, as if it were a commit already, and its sorted form back into the index and the work tree.
//!
//! While a pre-commit hook runs there is no commit, but the rules want one, with a history. So the index is written as a tree, as git
//! itself is about to, and a commit of it is made up in a directory that goes away: no ref, reflog or object store sees it.

use std::path::{Path, PathBuf};
use std::time::Duration;

use gix::objs::{Kind, Write};

use super::commit::{CommitMeta, Person, Signature, encode};
use super::open::{OpenError, Repo};
use super::read::Reader;
use super::refs::{Head, RefError, parse_id};
use super::run::{Git, GitError, no_hooks};
use super::tree::NewTree;
use super::worktree::{Obstacle, look_beside_index, replaying};
use super::write::{WriteError, touch, write_objects};
use crate::ids::{Collision, CommitId, TreeId};
use crate::plan::Plan;
use crate::snapshot::{Commit, Time};

/// How often a lock on the index is looked at before it is taken to be left over, and how long between.
const LOOKS: (u32, Duration) = (40, Duration::from_millis(50));

/// What is about to be committed.
#[derive(Debug)]
pub struct Staged {
    temp: tempfile::TempDir,
    /// The made-up commit: what is staged, on top of HEAD.
    pub commit: Commit,
    /// Which index it is.
    pub index: Index,
    /// Whether the commit concludes a merge, and so is one even if it changes nothing.
    pub merges: bool,
}

/// Which index a commit is made of.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Index {
    /// The work tree's own, which stays whether the commit is made or not.
    Own,
    /// One with changes that git adds for this commit, and takes back if it is not made: `git commit -a`, `-i`.
    OnTheFly,
    /// One that is not what the next commit will start from: `git commit PATH`.
    Partial,
}

/// Why what is staged could not be read, or its sorted form not be put there. Index and work tree are as they were.
#[derive(Debug, thiserror::Error)]
pub enum StagedError {
    /// HEAD could not be read.
    #[error(transparent)]
    Ref(#[from] RefError),
    /// Git could not be asked.
    #[error(transparent)]
    Git(#[from] GitError),
    /// The repository could not be read.
    #[error(transparent)]
    Open(#[from] OpenError),
    /// The sorted files could not be written.
    #[error(transparent)]
    Write(#[from] WriteError),
    /// Something in the work tree would be lost.
    #[error(transparent)]
    Obstacle(#[from] Obstacle),
    /// A made-up commit's hash cannot be trusted.
    #[error(transparent)]
    Collision(#[from] Collision),
    /// A temporary file could not be made.
    #[error("{} cannot be written; look at the disk's space and the directory's permissions", path.display())]
    Io {
        /// The file.
        path: PathBuf,
        /// What the system said.
        #[source]
        source: std::io::Error,
    },
    /// The made-up commit could not be written.
    #[error("{} cannot be written; look at the disk's space and the directory's permissions", path.display())]
    Object {
        /// The directory.
        path: PathBuf,
        /// What gix said.
        #[source]
        source: Box<dyn std::error::Error + Send + Sync>,
    },
    /// Git wrote no tree.
    #[error("git write-tree said {said:?}, which is no tree; look with: git status")]
    NoTree {
        /// What it said.
        said: String,
    },
}

impl Staged {
    /// Takes what is staged in the index that git names, or in the work tree's own.
    pub fn take(repo: &Repo) -> Result<Self, StagedError> {
        let own = repo.git_dir().join("index");
        let named = repo.environment.index_file.clone().unwrap_or_else(|| own.clone());
        let temp = tempfile::Builder::new().prefix("hhgit-staged-").tempdir();
        let temp = temp.map_err(|source| StagedError::Io { path: std::env::temp_dir(), source })?;
        let copy = temp.path().join("index");
        // Of a copy, so that git neither waits for the index nor writes into it.
        let tree = match std::fs::copy(&named, &copy) {
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => TreeId::empty(repo.hash_kind()),
            Err(source) => return Err(StagedError::Io { path: named, source }),
            Ok(_) => {
                let output = Git::new(repo, "write-tree", &[]).env("GIT_INDEX_FILE", &copy).run()?;
                let said = || StagedError::NoTree { said: String::from_utf8_lossy(&output).into_owned() };
                TreeId::new(parse_id(repo.hash_kind(), output.trim_ascii()).ok_or_else(said)?)
            }
        };
        let parents = match repo.head()? {
            Head::Branch { commit, .. } | Head::Detached { commit } => vec![commit],
            Head::Unborn { .. } => Vec::new(),
        };
        let commit = made_up(repo, &temp.path().join("objects"), tree, parents)?;
        let merges = repo.git_dir().join("MERGE_HEAD").exists();
        Ok(Self { temp, commit, index: kind(&named, &own), merges })
    }

    /// A reader that sees the made-up commit.
    pub fn reader(&self, repo: &Repo) -> Result<Reader, OpenError> {
        Reader::joining(repo, Some(&self.temp.path().join("objects")))
    }

    /// Puts the plan's files into the index and the work tree, all or, where anything that is not staged would be lost, none.
    pub fn replace(&self, repo: &Repo, plan: &Plan, new_tree: &NewTree) -> Result<(), StagedError> {
        let touches: Vec<_> = plan.edits().iter().map(|(path, edit)| (path.clone(), touch(edit))).collect();
        look_beside_index(repo, &touches)?;
        let keep = write_objects(repo, plan, new_tree)?;
        wait_for_index(repo);
        let no_hooks = no_hooks();
        let config = [("core.hooksPath", no_hooks.as_os_str()), ("submodule.recurse", "false".as_ref())];
        let git = Git::new(repo, "read-tree", &config).args(["-m", "-u"]);
        git.arg(self.commit.tree.to_string()).arg(new_tree.id.to_string()).run()?;
        drop(keep);
        Ok(())
    }
}

/// What replays somebody's commits in this work tree right now, if anything does.
pub fn replay(repo: &Repo) -> Option<&'static str> {
    replaying(repo.git_dir())
}

impl Repo {
    /// The work tree that the environment names, where that is not the one the repository's configuration leads to.
    pub fn other_work_tree(&self) -> Option<PathBuf> {
        let named = self.environment.work_tree.as_ref()?;
        let real = |path: &PathBuf| path.canonicalize().unwrap_or_else(|_| path.clone());
        let own = self.work_tree();
        (own.as_ref().map(&real) != Some(real(named))).then(|| named.clone())
    }
}

fn kind(named: &Path, own: &Path) -> Index {
    let real = |path: &Path| path.canonicalize().unwrap_or_else(|_| path.to_owned());
    if real(named) == real(own) {
        Index::Own
    } else if named.file_name().is_some_and(|name| name == "index.lock") {
        Index::OnTheFly
    } else {
        Index::Partial
    }
}

/// Writes a commit of this tree into a directory of its own.
fn made_up(repo: &Repo, dir: &Path, tree: TreeId, parents: Vec<CommitId>) -> Result<Commit, StagedError> {
    let committed = Time { seconds: 0, offset: 0 };
    let who = Signature { person: Person::new("hhgit", "hhgit@localhost"), time: committed };
    let meta = CommitMeta { author: who.clone(), committer: who, sign: false, parents: parents.clone() };
    let bytes = encode(tree, &meta, "staged");
    let id = CommitId::of(repo.hash_kind(), &bytes)?;
    std::fs::create_dir_all(dir).map_err(|source| StagedError::Io { path: dir.to_owned(), source })?;
    let loose = gix::odb::loose::Store::at(dir.to_owned(), repo.hash_kind());
    let failed = |source: gix::Error| StagedError::Object { path: dir.to_owned(), source: Box::new(source) };
    loose.write_buf(Kind::Commit, &bytes).map_err(failed)?;
    Ok(Commit { id, tree, parents, committed, message: b"staged\n".to_vec() })
}

/// Waits while another git has the index, such as an editor's that looks at the status. One that does not let go git will name.
fn wait_for_index(repo: &Repo) {
    let lock = repo.git_dir().join("index.lock");
    let (most, step) = LOOKS;
    for _ in 0..most {
        if !lock.exists() {
            return;
        }
        std::thread::sleep(step);
    }
}
