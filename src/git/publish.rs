//! A written commit becomes a branch's tip, by compare-and-swap or not at all; never merges, never forces.

use std::path::PathBuf;
use std::time::Duration;

use super::commit::Signature;
use super::fast_forward::fast_forward;
use super::give_back::HalfChanged;
use super::hooks::must_ask_git;
use super::in_use::{How, InUse, in_use};
use super::open::Repo;
use super::ref_lock::{Move, judge, move_branch};
use super::refs::{BranchName, RefError, to_path};
use super::run::{Git, GitError};
use super::sign::identify;
use super::worktree::Obstacle;
use super::write::Written;
use crate::ids::CommitId;
use crate::path::quote;

/// What became of a publishing. Each was found by reading the branch, never by an error's words.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Published {
    /// The branch was moved to the commit.
    Published,
    /// Somebody made the same commit: the branch is there already.
    AlreadyThere,
    /// The branch is elsewhere now; start over from there.
    Moved {
        /// Where it is.
        actual: CommitId,
    },
    /// The branch was deleted meanwhile, and stays so.
    Gone,
}

/// Who a reflog names, and what it says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Reflog {
    /// Who moved the branch, and when.
    pub who: Signature,
    /// Why, in one line.
    pub message: String,
}

/// Why a branch was not moved.
#[derive(Debug, thiserror::Error)]
pub enum PublishError {
    /// A push is being judged; no ref may move until it is accepted.
    #[error(
        "a push is being judged (GIT_QUARANTINE_PATH is set), so no branch can be moved; use the post-receive hook for that"
    )]
    Quarantine,
    /// The branch or HEAD could not be used.
    #[error(transparent)]
    Ref(#[from] RefError),
    /// The branch is in use in a way that hhgit keeps its hands off.
    #[error("{branch} is {how} in {}; run hhgit there, or finish that first", place.display())]
    InUse {
        /// The branch.
        branch: BranchName,
        /// The work tree.
        place: PathBuf,
        /// What happens to the branch there.
        how: How,
    },
    /// Something in the work tree would be lost or mixed up.
    #[error(transparent)]
    Obstacle(#[from] Obstacle),
    /// A lock stayed busy.
    #[error("{} stayed busy for {waited:?}; if no git process is running it was left by a killed one: remove it", lock.display())]
    Busy {
        /// The lock's file.
        lock: PathBuf,
        /// How long it was waited for.
        waited: Duration,
    },
    /// Another hhgit did not let go of its turn.
    #[error("another hhgit has {} locked for {waited:?}; look whether one hangs", dir.display())]
    NoTurn {
        /// The directory.
        dir: PathBuf,
        /// How long it was waited for.
        waited: Duration,
    },
    /// A lock could not be made.
    #[error("{} cannot be made; look at the directory's permissions", lock.display())]
    Lock {
        /// The lock's file.
        lock: PathBuf,
        /// What gix said.
        #[source]
        source: Box<dyn std::error::Error + Send + Sync>,
    },
    /// A new branch's name is in the way of another's.
    #[error("{branch} cannot be made because {} exists; choose another name", quote(other))]
    Conflict {
        /// The branch.
        branch: BranchName,
        /// The branch in its way.
        other: Vec<u8>,
    },
    /// Git was asked to move the branch and did not, a hook's refusal included.
    #[error("git did not move {branch}: {words}")]
    Refused {
        /// The branch.
        branch: BranchName,
        /// What git or the hook said.
        words: String,
    },
    /// As [`Self::Refused`], and what git had done to the work tree by then could not be put back.
    #[error("git did not move {branch}: {words}; {half}")]
    HalfDone {
        /// The branch.
        branch: BranchName,
        /// What git said.
        words: String,
        /// What could not be put back.
        half: HalfChanged,
    },
    /// Git could not be run.
    #[error(transparent)]
    Git(#[from] GitError),
    /// A file of the repository could not be written.
    #[error("{} cannot be written; look at the disk's space and the directory's permissions", path.display())]
    Io {
        /// The file.
        path: PathBuf,
        /// What the system said.
        #[source]
        source: std::io::Error,
    },
}

/// Makes the written commit the branch's tip, if the branch still is where the commit was made from. Objects are on disk
/// by then; what guards them from collection is dropped once the branch has been read again.
pub fn publish(repo: &Repo, branch: &BranchName, written: Written, reflog: &Reflog) -> Result<Published, PublishError> {
    publish_with(repo, branch, written, reflog, &|| {})
}

/// As [`publish`], with a point to step in once the branch's lock is held and before it is read again. For tests.
#[doc(hidden)]
pub fn publish_with(
    repo: &Repo,
    branch: &BranchName,
    written: Written,
    reflog: &Reflog,
    locked: &dyn Fn(),
) -> Result<Published, PublishError> {
    if repo.in_quarantine() {
        return Err(PublishError::Quarantine);
    }
    let wanted = Move { branch, from: written.base(), to: written.commit(), reflog };
    let outcome = match in_use(repo, branch)? {
        Some(InUse::Blocked { place, how }) => Err(PublishError::InUse { branch: branch.clone(), place, how }),
        Some(InUse::Here) => fast_forward(repo, &wanted, (written.tree(), written.touches())),
        None if must_ask_git(repo) => ask_git(repo, &wanted),
        None => move_branch(repo, &wanted, locked),
    };
    drop(written.into_keeps());
    outcome
}

/// Takes away what killed runs left: packs half made, what guarded them, locks of this branch and of HEAD. What cannot be taken
/// away stays: leavings cost space or time, and no run fails because of them.
pub fn clean_up(repo: &Repo, branch: &BranchName) {
    if repo.in_quarantine() {
        return;
    }
    drop(super::write::clean_leftovers(repo));
    let branch = repo.common_dir().join(to_path(branch.as_str().as_bytes()));
    super::lock::clean(repo, &[branch, repo.git_dir().join("HEAD")]);
}

/// Lets git move the branch, so that its hook is asked, and reads again what came of it.
fn ask_git(repo: &Repo, wanted: &Move<'_>) -> Result<Published, PublishError> {
    if let Some(outcome) = judge(repo, wanted)? {
        return Ok(outcome);
    }
    let (name, to) = (wanted.branch.as_str(), wanted.to);
    let line = match wanted.from {
        Some(from) => format!("update {name}\0{to}\0{from}\0"),
        None => format!("create {name}\0{to}\0"),
    };
    let git = identify(Git::new(repo, "update-ref", &[]), "COMMITTER", &wanted.reflog.who);
    let message = wanted.reflog.message.split_whitespace().collect::<Vec<_>>().join(" ");
    let message = if message.is_empty() { "hhgit".to_owned() } else { message };
    let answer = git.arg("-m").arg(message).args(["--stdin", "-z"]).input(line.into_bytes()).apart().ask()?;
    outcome_of(repo, wanted, answer.success, answer.words)
}

/// What came of git's own moving, by the branch as it is now.
pub(super) fn outcome_of(
    repo: &Repo,
    wanted: &Move<'_>,
    success: bool,
    words: String,
) -> Result<Published, PublishError> {
    match judge(repo, wanted) {
        // Where the branch cannot be read, git's own word is the best there is.
        Ok(Some(Published::AlreadyThere)) | Err(_) if success => Ok(Published::Published),
        Err(error) => Err(error),
        Ok(Some(outcome)) => Ok(outcome),
        Ok(None) => Err(PublishError::Refused { branch: wanted.branch.clone(), words }),
    }
}
