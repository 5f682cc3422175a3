//! What of a commit's history a remote is known to have, from the refs that were last fetched; asks nobody but this repository.

use super::open::Repo;
use super::refs::parse_id;
use super::run::{Git, GitError};
use crate::ids::CommitId;

/// How many of a remote's branches are looked at.
const MOST: usize = 500;

impl Repo {
    /// The latest commit of this one's history that the remote has, as far as is known here.
    pub fn known_to_remote(&self, commit: CommitId, remote: &str) -> Result<Option<CommitId>, GitError> {
        let is_plain = |c: char| c.is_alphanumeric() || matches!(c, '-' | '_' | '.' | '/');
        if remote.is_empty() || remote.starts_with(['-', '/', '.']) || !remote.chars().all(is_plain) {
            // An address, or a name that would be a pattern.
            return Ok(None);
        }
        let list = Git::new(self, "for-each-ref", &[]).arg(format!("--count={MOST}"));
        let list = list.args(["--sort=-committerdate", "--format=%(objectname)"]);
        let output = list.arg(format!("refs/remotes/{remote}/")).run()?;
        let lines = output.split(|byte| *byte == b'\n').filter_map(|line| parse_id(self.hash_kind(), line));
        let mut git = Git::new(self, "merge-base", &[]).arg(commit.to_string());
        let mut any = false;
        for id in lines {
            (git, any) = (git.arg(id.to_string()), true);
        }
        if !any {
            return Ok(None);
        }
        let answer = git.ask()?;
        Ok(answer.success.then(|| parse_id(self.hash_kind(), answer.output.trim_ascii())).flatten().map(CommitId::new))
    }
}
