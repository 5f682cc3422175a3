//! A written commit becomes a branch's tip at a remote, by compare-and-swap or not at all.
//!
//! The swap is the server's: `--force-with-lease` with the commit that must be there. What came of it is read afterwards. A
//! server's answer can be lost on the way, and git can fail over a lock that somebody else's push holds; only when the branch
//! was seen where it was, after git failed, has the server refused.

use std::time::Duration;

use super::visit::{Depth, Visit};
use super::{Remote, RemoteError};
use crate::git::publish::Published;
use crate::git::refs::BranchName;
use crate::git::run::Answer;
use crate::git::write::Written;
use crate::ids::CommitId;
use crate::path::printable;

/// How often, and how long apart, a branch is looked at that does not show what its server says it took: some servers answer
/// from copies that come a little later.
const LOOKS: (u32, Duration) = (10, Duration::from_millis(300));

impl Visit<'_> {
    /// Makes the written commit the tip of the branch, if that is where the commit was made from.
    pub fn publish(&self, written: &Written) -> Result<Published, RemoteError> {
        self.push(self.branch(), written.base(), written)
    }

    /// Makes the written commit the tip of any branch of the remote, if that is at `lease`, or is not there for none.
    pub fn push(&self, to: &BranchName, lease: Option<CommitId>, written: &Written) -> Result<Published, RemoteError> {
        let (remote, new) = (self.remote, written.commit());
        let answer = remote.send(to, lease, new);
        let untold =
            |source| RemoteError::Untold { remote: remote.name.clone(), branch: to.clone(), source: Box::new(source) };
        let tip = remote.tip(to).map_err(untold)?;
        let took = answer.as_ref().is_ok_and(|answer| answer.success && names_update(&answer.output, to));
        match tip {
            Some(tip) if tip == new && took => Ok(Published::Published),
            Some(tip) if tip == new => Ok(Published::AlreadyThere),
            tip if tip == lease && took => remote.wait_for(to, lease),
            tip if tip == lease => Err(remote.refused(to, answer?)),
            None => Ok(Published::Gone),
            Some(_) if took && to == self.branch() && self.is_below(new)? => Ok(Published::Published),
            Some(actual) => Ok(Published::Moved { actual }),
        }
    }

    /// Takes the branch away from the remote, if it still is at this commit; whether it is gone.
    pub fn delete(&self, at: CommitId) -> Result<bool, RemoteError> {
        let (remote, branch) = (self.remote, self.branch());
        let answer = remote.swap(branch, Some(at), "");
        match remote.tip(branch)? {
            None => Ok(true),
            Some(tip) if tip == at => Err(remote.refused(branch, answer?)),
            Some(_) => Ok(false),
        }
    }

    /// Whether a commit is in the branch's history as it is now.
    fn is_below(&self, commit: CommitId) -> Result<bool, RemoteError> {
        Ok(self.fetch(Depth::AsIs)?.is_some() && self.holds(commit)?)
    }
}

impl Remote<'_> {
    fn send(&self, to: &BranchName, lease: Option<CommitId>, new: CommitId) -> Result<Answer, RemoteError> {
        self.swap(to, lease, &new.to_string())
    }

    /// Lets the server put an object, or nothing, in the place of what must be there.
    fn swap(&self, to: &BranchName, lease: Option<CommitId>, new: &str) -> Result<Answer, RemoteError> {
        let lease = lease.map(|id| id.to_string()).unwrap_or_default();
        // An empty value drops the push options of the user's configuration, which are meant for the user's own pushes.
        let git = self.git("push", &[("push.pushOption", "".as_ref())]).args([
            "--porcelain",
            "--no-verify",
            "--no-follow-tags",
            "--no-force-if-includes",
            "--recurse-submodules=no",
        ]);
        let git = git.arg(format!("--force-with-lease={}:{lease}", to.as_str()));
        self.ask(git.arg(&self.word).arg(format!("{new}:{}", to.as_str())))
    }

    /// Looks again until the branch shows that it moved.
    fn wait_for(&self, branch: &BranchName, from: Option<CommitId>) -> Result<Published, RemoteError> {
        for _ in 0..LOOKS.0 {
            std::thread::sleep(LOOKS.1);
            if self.tip(branch)? != from {
                return Ok(Published::Published);
            }
        }
        Err(RemoteError::NotMoved { remote: self.name.clone(), branch: branch.clone() })
    }

    fn refused(&self, branch: &BranchName, answer: Answer) -> RemoteError {
        let reason = refusal(&answer.output, branch);
        let words: Vec<String> = [answer.words, reason].into_iter().filter(|words| !words.is_empty()).collect();
        let words = if words.is_empty() { answer.status } else { words.join("; ") };
        RemoteError::Refused { remote: self.name.clone(), branch: branch.clone(), words }
    }
}

/// What `git push --porcelain` tells of a branch: the flag and the summary of its line, `<flag> TAB <from>:<to> TAB <summary>`.
pub fn told(output: &[u8], branch: &BranchName) -> Option<(String, String)> {
    let output = String::from_utf8_lossy(output);
    output.lines().find_map(|line| {
        let (flag, rest) = line.split_once('\t')?;
        let (refs, summary) = rest.split_once('\t')?;
        let is_it = refs.rsplit(':').next() == Some(branch.as_str());
        is_it.then(|| (flag.to_owned(), summary.to_owned()))
    })
}

/// Whether it tells that the branch was moved.
fn names_update(output: &[u8], branch: &BranchName) -> bool {
    told(output, branch).is_some_and(|(flag, _)| matches!(flag.as_str(), " " | "+" | "*"))
}

/// Why it was not, in git's words.
fn refusal(output: &[u8], branch: &BranchName) -> String {
    told(output, branch).map(|(_, summary)| printable(&summary)).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_line_of_a_moved_branch_is_known() {
        let main = BranchName::parse("main").expect("a branch");
        for moved in [" \tx:refs/heads/main\ta..b\nDone\n", "To /x\n+\tx:refs/heads/main\ta...b (forced update)\n"] {
            assert!(names_update(moved.as_bytes(), &main), "{moved}");
        }
        for other in [
            "",
            "=\tx:refs/heads/main\t[up to date]\n",
            "!\tx:refs/heads/main\t[rejected] (stale info)\n",
            " \tx:refs/heads/other\ta..b\n",
        ] {
            assert!(!names_update(other.as_bytes(), &main), "{other}");
        }
    }
}
