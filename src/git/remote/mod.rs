//! A repository elsewhere that people push to: what its branches are, a branch fetched, a written commit pushed.
//!
//! In the order of use: [`Place`] is the repository to work in (the one around, or a temporary one), [`Remote`] is the other one,
//! [`Visit`] holds what was fetched for as long as it is needed, in a ref of its own, so that two runs in one repository do not
//! meet, and pushes. Nothing of a person is touched: no branch, no tracking ref (but as `git push` itself keeps those), no work tree.
//!
//! What became of a push is found by reading the other's branch again, never by an error's words.

mod access;
mod address;
pub mod list;
mod place;
pub mod push;
mod visit;

use std::path::Path;
use std::time::Duration;

use self::access::Access;
pub use self::address::{is_path, refusal, without_credentials};
use self::list::Listed;
pub use self::place::Place;
pub use self::visit::{Depth, Visit, clean_visits, is_visited};
use super::open::{OpenError, Repo};
use super::refs::{BranchName, RefError};
use super::run::{Answer, Git, GitError};
use crate::ids::{CommitId, HashKind};
use crate::options::remote::Remote as Asked;
use crate::path::{printable, quote};

/// A repository elsewhere.
#[derive(Debug)]
pub struct Remote<'r> {
    repo: &'r Repo,
    /// What it is called, for people.
    name: String,
    /// What git calls it: a remote's name, or an address.
    word: String,
    /// Where it is, as git's configuration resolves it.
    url: String,
    timeout: Duration,
    access: Access,
}

/// Why a remote could not be used. Nothing was changed there, as far as can be known.
#[derive(Debug, thiserror::Error)]
pub enum RemoteError {
    /// The word can be no remote.
    #[error("{:?} can be no remote: {reason}; give a remote's name, a URL or a path", printable(name))]
    BadName {
        /// The word.
        name: String,
        /// What is wrong with it.
        reason: &'static str,
    },
    /// There is nothing of that name.
    #[error("there is neither a remote nor a repository called {}; git remote -v lists the remotes", printable(name))]
    Unknown {
        /// The name.
        name: String,
    },
    /// A push would go to several places at once, which cannot all be had by compare-and-swap.
    #[error("{} is pushed to {urls} URLs at once; give --remote the one to sync", printable(name))]
    Several {
        /// The remote.
        name: String,
        /// How many.
        urls: usize,
    },
    /// It does not say which branch is meant.
    #[error("{} does not say which branch is its main one; name one with --branch", printable(remote))]
    NoHead {
        /// The remote.
        remote: String,
    },
    /// It has no such branch.
    #[error("{} has no branch {}; git ls-remote --heads lists them", printable(remote), short(branch))]
    NoBranch {
        /// The remote.
        remote: String,
        /// The branch.
        branch: BranchName,
    },
    /// It could not be spoken with.
    #[error("{act} {} failed: {words}", printable(remote))]
    Failed {
        /// What was tried: `fetching from`.
        act: &'static str,
        /// The remote.
        remote: String,
        /// What git said.
        words: String,
    },
    /// It refused a push, and its branch is where it was.
    #[error(
        "{} refused the push to {}: {words}; if that branch takes no pushes, propose them with --propose",
        printable(remote),
        short(branch)
    )]
    Refused {
        /// The remote.
        remote: String,
        /// The branch.
        branch: BranchName,
        /// What git said, and through it the server.
        words: String,
    },
    /// What became of a push cannot be told.
    #[error(
        "it cannot be told whether {} took the push to {}; run again, that does no harm",
        printable(remote),
        short(branch)
    )]
    Untold {
        /// The remote.
        remote: String,
        /// The branch.
        branch: BranchName,
        /// Why it cannot be looked at.
        #[source]
        source: Box<RemoteError>,
    },
    /// It said that it took the push, and its branch is where it was.
    #[error(
        "{} says that it took the push to {}, which has not moved; look at the server",
        printable(remote),
        short(branch)
    )]
    NotMoved {
        /// The remote.
        remote: String,
        /// The branch.
        branch: BranchName,
    },
    /// What it has is named by another kind of hash.
    #[error("{} names its objects by {theirs}, this repository by {ours}; run outside of it", printable(remote))]
    Hash {
        /// The remote.
        remote: String,
        /// Its kind.
        theirs: HashKind,
        /// The repository's.
        ours: HashKind,
    },
    /// Objects that a partial clone leaves out could not be had.
    #[error("{} does not give {missing} objects that this partial clone lacks; run outside of it", printable(remote))]
    Missing {
        /// The remote.
        remote: String,
        /// How many.
        missing: usize,
    },
    /// A place to work in could not be made.
    #[error("no place to work in can be made in {}; look at the disk's space and the directory's permissions", dir.display())]
    Place {
        /// Where.
        dir: std::path::PathBuf,
        /// What went wrong.
        #[source]
        source: Box<dyn std::error::Error + Send + Sync>,
    },
    /// A ref could not be read.
    #[error(transparent)]
    Ref(#[from] RefError),
    /// A repository could not be opened.
    #[error(transparent)]
    Open(#[from] OpenError),
    /// Git could not be run, or took too long.
    #[error(transparent)]
    Git(#[from] GitError),
}

/// A branch as a message names it.
fn short(branch: &BranchName) -> String {
    quote(branch.short().as_bytes())
}

impl RemoteError {
    /// Whether the way the command was called is at fault.
    pub fn is_usage(&self) -> bool {
        use RemoteError::{BadName, NoBranch, NoHead, Several, Unknown};
        matches!(self, BadName { .. } | Unknown { .. } | Several { .. } | NoHead { .. } | NoBranch { .. })
    }
}

impl<'r> Remote<'r> {
    /// Finds out where a remote is. A relative path is one from `directory`.
    pub fn find(repo: &'r Repo, asked: &Asked, directory: &Path) -> Result<Self, RemoteError> {
        let name = asked.name.clone();
        if let Some(reason) = address::refusal(&name) {
            return Err(RemoteError::BadName { name: without_credentials(&name), reason });
        }
        let resolved = |word: &str| line(Git::new(repo, "ls-remote", &[]).args(["--get-url", "--"]).arg(word));
        let (word, url) = if is_configured(repo, &name) {
            let url = resolved(&name)?;
            let pushed = line(Git::new(repo, "remote", &[]).args(["get-url", "--push", "--all", "--"]).arg(&name))?;
            let urls = pushed.lines().count();
            if urls > 1 {
                return Err(RemoteError::Several { name, urls });
            }
            // One address for all that is done: where the push goes. That of a mirror would push every ref.
            let is_mirror = repo.config_bool(&format!("remote.{name}.mirror")).unwrap_or(false);
            match pushed == url && !is_mirror {
                true => (name.clone(), url),
                false => (pushed.clone(), resolved(&pushed)?),
            }
        } else if address::is_path(&name) {
            // As short as `gh`, it may stand for an address by `url.*.insteadOf`.
            match address::from_directory(&name, directory) {
                Some(path) => (path.clone(), path),
                None => match resolved(&name)? {
                    url if url == name => return Err(RemoteError::Unknown { name }),
                    url => (name.clone(), url),
                },
            }
        } else {
            (name.clone(), resolved(&name)?)
        };
        if let Some(reason) = address::refusal(&url) {
            return Err(RemoteError::BadName { name: without_credentials(&url), reason });
        }
        let access = Access::to(repo, &url, asked)?;
        Ok(Self { repo, name: without_credentials(&name), word, url, timeout: asked.timeout, access })
    }

    /// What it is called: as it was named, without any password.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// Where it is, without any password.
    pub fn url(&self) -> String {
        without_credentials(&self.url)
    }

    /// Its main branch.
    pub fn head(&self) -> Result<BranchName, RemoteError> {
        let no_head = || RemoteError::NoHead { remote: self.name.clone() };
        self.list(&["HEAD"])?.head().ok_or_else(no_head)
    }

    /// The tip of a branch, by its own word of just now; none if there is no such branch.
    pub fn tip(&self, branch: &BranchName) -> Result<Option<CommitId>, RemoteError> {
        let listed = self.list(&[branch.as_str()])?;
        match listed.hash_kind().filter(|theirs| *theirs != self.repo.hash_kind()) {
            Some(theirs) => Err(RemoteError::Hash { remote: self.name.clone(), theirs, ours: self.repo.hash_kind() }),
            None => Ok(listed.id(branch.as_str()).map(CommitId::new)),
        }
    }

    fn list(&self, patterns: &[&str]) -> Result<Listed, RemoteError> {
        let mut git = self.git("ls-remote", &[]).args(["--symref", "--quiet"]).arg(&self.word);
        for pattern in patterns {
            git = git.arg(pattern);
        }
        let answer = self.ask(git)?;
        match answer.success {
            true => Ok(Listed::of(&answer.output)),
            false => Err(self.failed("reading", answer)),
        }
    }

    fn git(&self, name: &str, config: &[(&str, &std::ffi::OsStr)]) -> Git {
        access::git(self, name, config)
    }

    fn ask(&self, git: Git) -> Result<Answer, RemoteError> {
        self.access.ask(git)
    }

    fn failed(&self, act: &'static str, answer: Answer) -> RemoteError {
        let words = if answer.words.is_empty() { answer.status } else { answer.words };
        RemoteError::Failed { act, remote: self.name.clone(), words }
    }
}

/// Whether git's configuration gives this name a place.
fn is_configured(repo: &Repo, name: &str) -> bool {
    let has = |key: &str| repo.config(&format!("remote.{name}.{key}")).is_some();
    ["url", "pushurl", "vcs"].into_iter().any(has)
}

fn line(git: Git) -> Result<String, RemoteError> {
    Ok(String::from_utf8_lossy(&git.run()?).trim_end_matches('\n').to_owned())
}
