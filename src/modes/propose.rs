//! `hhgit sync --remote --propose`: the sync commit on a branch beside the one it is for, and one request to merge it.
//!
//! The branch is hhgit's only as long as its tip is what hhgit itself makes: one commit, on top of one of the branch's own. As soon
//! as there is anything else, somebody works there, and it is left alone.

use crate::exit::Exit;
use crate::fabric::kinds::Kinds;
use crate::fabric::layout::find;
use crate::forge::client::{Became, Client};
use crate::forge::failure::ForgeError;
use crate::forge::http::{Http, Timeouts};
use crate::forge::{Access, Branches, Pull, detect, words};
use crate::git::remote::{Depth, Place, Remote, RemoteError, Visit};
use crate::git::tree::apply;
use crate::git::{BranchName, Published, Reader, Repo, Written};
use crate::ids::{CommitId, TreeId};
use crate::options::propose::Propose;
use crate::options::{Common, Sync};
use crate::plan::message::Stamp;
use crate::report::{Outcome, Proposed, Report};
use crate::snapshot::{Commit, Objects};
use crate::{forge, report};

use super::authorship;
use super::error::ModeError;
use super::remote::lacks_objects;
use super::sync::{At, Done, Draw, Start, Task};
use super::talk::Talk;

/// The folder that branches with proposals are in.
const FOLDER: &str = "hhgit/sync/";
/// How many commits more are fetched, step by step, to find one in a history that is cut off; all of them after that.
const STEPS: [u32; 2] = [16, 256];

/// Why a sync could not be proposed.
#[derive(Debug, thiserror::Error)]
pub enum ProposeError {
    /// It cannot be told where to open a request.
    #[error(transparent)]
    Detect(#[from] detect::DetectError),
    /// The branch holds proposals itself.
    #[error("{branch} is where hhgit puts proposals; name the branch that they are for")]
    Proposal {
        /// The branch.
        branch: String,
    },
    /// The forge did not do what was asked, and nothing was pushed before.
    #[error(transparent)]
    Forge(#[from] ForgeError),
    /// The branch was pushed, but its request is not as it should be.
    #[error("{branch} was pushed, but its request is not open or says something old; run again, that does no harm")]
    Unopened {
        /// The branch.
        branch: String,
        /// What the forge said.
        #[source]
        source: ForgeError,
    },
}

impl ProposeError {
    /// The exit code that this ends with.
    pub(super) fn exit(&self) -> Exit {
        match self {
            Self::Proposal { .. } => Exit::Usage,
            Self::Detect(error) if error.is_usage() => Exit::Usage,
            _ => Exit::CouldNot,
        }
    }
}

/// What is known before anything is fetched.
pub(super) struct Proposer<'a> {
    common: &'a Common,
    options: &'a Sync,
    repo: &'a Repo,
    /// Where requests are opened; none for a dry run, which opens none.
    access: Option<Access>,
    branch: BranchName,
    visit: Visit<'a>,
}

impl<'a> Proposer<'a> {
    /// Finds out where to propose, and with which token.
    pub(super) fn find(
        (common, options): (&'a Common, &'a Sync),
        asked: &Propose,
        (place, remote): (&'a Place, &'a Remote<'a>),
        branch: &BranchName,
    ) -> Result<Self, ModeError> {
        if branch.short().starts_with(FOLDER) {
            return Err(ProposeError::Proposal { branch: branch.short().to_owned() }.into());
        }
        let access = match options.dry_run {
            true => None,
            false => Some(detect::access(&remote.url(), &asked.asked, &asked.ci).map_err(ProposeError::from)?),
        };
        let branch = BranchName::parse(&format!("{FOLDER}{}", branch.short()))?;
        let visit = Visit::begin(remote, place, &branch)?;
        Ok(Self { common, options, repo: place.repo(), access, branch, visit })
    }

    /// Fetches what is proposed now for the branch that `main` has visited.
    pub(super) fn look<'p>(&'p self, main: &'p Visit<'p>) -> Result<Proposal<'p>, ModeError> {
        let depth = if self.repo.is_shallow() { Depth::Last(1) } else { Depth::AsIs };
        let tip = self.visit.fetch(depth)?;
        Ok(Proposal { proposer: self, main, tip })
    }
}

/// A proposal at the remote, or the place for one.
pub(super) struct Proposal<'a> {
    proposer: &'a Proposer<'a>,
    main: &'a Visit<'a>,
    /// The tip of its branch; none if there is no such branch.
    tip: Option<CommitId>,
}

/// What stands on the branch for proposals.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Standing {
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
    /// Writes the commit, pushes it to the proposal's branch and sees that one request is open.
    pub(super) fn publish(
        &self,
        task: &Task,
        from: &Start<'_>,
        draw: &Draw<'_>,
        mut report: Report,
        talk: &mut dyn Talk,
    ) -> Result<Done, ModeError> {
        let message = draw.plan.message();
        match self.standing(task, from)? {
            Standing::Others => self.keep(from, message, report, talk),
            _ if self.holds(from, draw)? => {
                let (became, pull) = self.settle(message, talk).map_err(ProposeError::from)?;
                let state = if became == Became::Left { Proposed::Unchanged } else { proposed(became) };
                report.result = Some(report::Point { commit: self.tip, tree: draw.new_tree.id });
                report.proposal = Some(self.told(state, Some(pull)));
                Ok(Done::Report(Box::new(report)))
            }
            _ => {
                // A forge that does not answer, or a token that it does not take, is known before anything is pushed.
                self.client(talk, |client, branches| client.find(branches)).map_err(ProposeError::from)?;
                let Done::Report(mut report) = Task::publish(from, draw.plan, draw.new_tree, draw.meta, report)? else {
                    return Ok(Done::Moved);
                };
                let branch = || self.proposer.branch.short().to_owned();
                let (became, pull) =
                    self.settle(message, talk).map_err(|source| ProposeError::Unopened { branch: branch(), source })?;
                report.proposal = Some(self.told(proposed(became), Some(pull)));
                Ok(Done::Report(report))
            }
        }
    }

    /// Makes the written commit the tip of the proposal's branch, if that is as it was seen.
    pub(super) fn push(&self, written: &Written) -> Result<Published, ModeError> {
        let proposer = self.proposer;
        Ok(match proposer.visit.push(&proposer.branch, self.tip, written)? {
            // Merged or deleted meanwhile: the branch it was for has probably moved.
            Published::Gone => Published::Moved { actual: written.commit() },
            published => published,
        })
    }

    /// What is left to do and to say after a try that proposed nothing.
    pub(super) fn conclude(&self, task: &Task, from: &Start<'_>, report: &mut Report) -> Result<(), ModeError> {
        match report.outcome {
            Outcome::Unchanged if report.proposal.is_none() => self.retire(task, from, report),
            Outcome::Planned => {
                report.proposal = Some(self.told(Proposed::Planned, None));
                Ok(())
            }
            _ => Ok(()),
        }
    }

    /// What is to be done where the branch needs no sync: what hhgit proposed before, it takes away.
    fn retire(&self, task: &Task, from: &Start<'_>, report: &mut Report) -> Result<(), ModeError> {
        let Some(tip) = self.tip else { return Ok(()) };
        let (name, target) = (self.proposer.branch.short(), from.branch.short());
        match self.standing(task, from)? {
            Standing::Nothing => {}
            Standing::Others => {
                report.notes.push(format!(
                    "{target} needs no sync, and {name} holds commits that are not hhgit's; merge it or delete it."
                ));
                report.proposal = Some(self.told(Proposed::Kept, None));
            }
            Standing::Own | Standing::Merged if self.proposer.options.dry_run => {
                report.notes.push(format!("{target} needs no sync; without --dry-run, {name} would be deleted."));
                report.proposal = Some(self.told(Proposed::Planned, None));
            }
            standing => {
                let why =
                    if standing == Standing::Merged { "was merged" } else { "proposed what is not needed any more" };
                match self.proposer.visit.delete(tip) {
                    Ok(true) => {
                        report.notes.push(format!("{name} {why}; the branch was deleted."));
                        report.proposal = Some(self.told(Proposed::Removed, None));
                    }
                    // Somebody was there first, and the next run looks again.
                    Ok(false) => {}
                    Err(error) => report.notes.push(format!("{name} {why}, but could not be deleted: {error}.")),
                }
            }
        }
        Ok(())
    }

    /// Others' commits stay. As long as nothing came after them they are a good proposal; then they must be merged first.
    fn keep(
        &self,
        from: &Start<'_>,
        message: &str,
        mut report: Report,
        talk: &mut dyn Talk,
    ) -> Result<Done, ModeError> {
        let (name, target) = (self.proposer.branch.short(), from.branch.short());
        let input = from.input.map(|commit| commit.id);
        let is_current = input.map(|input| reaches(self.proposer.repo, &self.proposer.visit, input)).transpose()?;
        if is_current == Some(true) {
            let open = self.client(talk, |client, branches| match client.find(branches)? {
                Some(open) => Ok(open),
                None => client.settle(branches, &self.words(message)).map(|(_, pull)| pull),
            });
            report.notes.push(format!(
                "{name} holds commits that are not hhgit's on top of all that {target} has; they were left as they are."
            ));
            report.proposal = Some(self.told(Proposed::Kept, Some(open.map_err(ProposeError::from)?)));
        } else {
            report.outcome = Outcome::Refused;
            report.notes.push(format!(
                "{name} holds commits that are not hhgit's, and {target} has moved on; merge {name} into {target}, or delete it, \
                 then run again."
            ));
            report.proposal = Some(self.told(Proposed::Kept, None));
        }
        Ok(Done::Report(Box::new(report)))
    }

    /// Whether the tip is this very commit.
    fn holds(&self, from: &Start<'_>, draw: &Draw<'_>) -> Result<bool, ModeError> {
        let Some(tip) = self.tip else { return Ok(false) };
        let commit = from.reader.commit(tip)?;
        let same = commit.tree == draw.new_tree.id && commit.message == draw.plan.message().as_bytes();
        Ok(same && from.reader.is_made_as(&commit, draw.meta)?)
    }

    fn standing(&self, task: &Task, from: &Start<'_>) -> Result<Standing, ModeError> {
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
        let at = Start { repo, reader: &reader, branch: from.branch, input: Some(&input), dirs: &dirs, at: At::Here };
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

    fn branches(&self) -> Branches {
        let target = self.main.branch().short().to_owned();
        Branches { source: self.proposer.branch.short().to_owned(), target }
    }

    fn words(&self, message: &str) -> forge::Words {
        let kind = self.proposer.access.as_ref().map_or(forge::Kind::GitHub, |access| access.project.kind);
        words::of_commit(kind, message, &self.branches())
    }

    fn settle(&self, message: &str, talk: &mut dyn Talk) -> Result<(Became, Pull), ForgeError> {
        self.client(talk, |client, branches| client.settle(branches, &self.words(message)))
    }

    /// Lets something be asked of the forge.
    fn client<T>(
        &self,
        talk: &mut dyn Talk,
        ask: impl FnOnce(&mut Client<'_>, &Branches) -> Result<T, ForgeError>,
    ) -> Result<T, ForgeError> {
        let access = self.proposer.access.as_ref().expect("only a dry run has none, and it ends before this");
        let mut http = Http::new(access, Timeouts::default());
        let mut wait = |length| talk.wait(length);
        ask(&mut Client::new(&access.project, &mut http, &mut wait), &self.branches())
    }

    fn told(&self, state: Proposed, pull: Option<Pull>) -> report::Proposal {
        let kind = self.proposer.access.as_ref().map(|access| access.project.kind);
        let request = pull.zip(kind).map(|(pull, kind)| {
            let (what, mark) = kind.calls_it();
            report::Request { number: pull.number, url: pull.url, name: format!("{what} {mark}{}", pull.number) }
        });
        report::Proposal { reference: self.proposer.branch.as_str().to_owned(), state, request }
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
fn reaches(repo: &Repo, visit: &Visit<'_>, commit: CommitId) -> Result<bool, RemoteError> {
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

fn proposed(became: Became) -> Proposed {
    match became {
        Became::Opened => Proposed::Opened,
        Became::Reworded | Became::Left => Proposed::Renewed,
    }
}
