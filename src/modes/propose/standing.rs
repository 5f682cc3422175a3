//! Whose the commits on a proposal's branch are: told by making hhgit's again, and never by what they say of themselves alone.

use crate::fabric::kinds::Kinds;
use crate::fabric::layout::find;
use crate::git::remote::{Depth, RemoteError, Visit};
use crate::git::tree::apply;
use crate::git::{Reader, Repo};
use crate::ids::{CommitId, TreeId};
use crate::modes::authorship;
use crate::modes::error::ModeError;
use crate::modes::remote::lacks_objects;
use crate::modes::sync::{Start, Task};
use crate::plan::message::Stamp;
use crate::snapshot::{Commit, Objects};

use super::{Proposal, Proposer};

/// How many commits more are fetched, step by step, to find one in a history that is cut off; all of them after that.
const STEPS: [u32; 2] = [16, 256];

/// What stands on the branch for proposals.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Standing {
    /// There is no such branch.
    Nothing,
    /// A commit of hhgit's, as it was made.
    Own,
    /// What was proposed is part of the branch that it was for.
    Merged,
    /// Commits of others.
    Others,
}

impl Proposal<'_> {
    /// What stands there now.
    pub(super) fn standing(&self, task: &Task, from: &Start<'_>) -> Result<Standing, ModeError> {
        let Some(tip) = self.tip else { return Ok(Standing::Nothing) };
        if self.main.holds(tip)? {
            return Ok(Standing::Merged);
        }
        let is_own = self.is_own(tip, task, from)?;
        // Looking for its parent may have brought more of the history.
        if self.main.holds(tip)? || (!is_own && reaches(self.proposer.repo, self.main, tip)?) {
            return Ok(Standing::Merged);
        }
        Ok(if is_own { Standing::Own } else { Standing::Others })
    }

    /// Whether a commit is what hhgit makes of a commit of the branch.
    fn is_own(&self, tip: CommitId, task: &Task, from: &Start<'_>) -> Result<bool, ModeError> {
        let Proposer { common, options, repo, .. } = *self.proposer;
        let commit = from.reader.commit(tip)?;
        let [parent] = commit.parents[..] else { return Ok(false) };
        if !reaches(repo, self.main, parent)? {
            return Ok(false);
        }
        let reader = Reader::new(repo)?;
        let input = reader.commit(parent)?;
        let meta = authorship::of_sync(repo, &input, &common.identities, options.sign)?;
        let dirs = find(&reader, input.tree, &common.fabrics, &Kinds::builtin())?;
        if dirs.is_empty() || !reader.is_made_as(&commit, &meta)? {
            return Ok(false);
        }
        let at = Start::here(repo, &reader, from.branch, Some(&input), &dirs, from.progress);
        match task.draft(&at) {
            Ok(draft) => {
                let tree = apply(&reader, input.tree, draft.planned.plan.edits())?.id;
                Ok(is_made_by(&commit, tree, draft.planned.plan.message(), &draft.stamp))
            }
            // What an old commit held may be missing from a partial clone. Author, committer and date have been compared, and
            // nobody's tools leave all three as they are when they change a commit.
            Err(error) if lacks_objects(&error) => Ok(true),
            Err(error) => Err(error),
        }
    }
}

/// Whether a commit that names hhgit and the right dates is what hhgit makes. What another version, other rules or other options
/// made cannot be made again to compare it; that is hhgit's too.
fn is_made_by(commit: &Commit, tree: TreeId, message: &str, stamp: &Stamp) -> bool {
    if commit.tree == tree && commit.message == message.as_bytes() {
        return true;
    }
    let text = String::from_utf8_lossy(&commit.message);
    let said =
        |key: &str| text.lines().filter_map(|line| line.strip_prefix(key)).map(str::to_owned).collect::<Vec<_>>();
    let version = said("Hhgit-Version: ");
    let options: Vec<String> =
        Some(stamp.options.join(" ")).filter(|options| !options.is_empty()).into_iter().collect();
    let same = version == [stamp.version.clone()]
        && said("Hhgit-Ruleset: ") == stamp.rulesets
        && said("Hhgit-Options: ") == options;
    !version.is_empty() && !same
}

/// Whether a commit is in the history of what was fetched, as far back as that may be.
pub(super) fn reaches(repo: &Repo, visit: &Visit<'_>, commit: CommitId) -> Result<bool, RemoteError> {
    let more = STEPS.into_iter().map(Depth::More).chain([Depth::Whole]);
    for depth in more {
        if visit.holds(commit)? {
            return Ok(true);
        }
        if !repo.is_shallow() {
            return Ok(false);
        }
        visit.fetch(depth)?;
    }
    visit.holds(commit)
}
