//! `hhgit sync --remote --propose`: the sync commit on a branch beside the one it is for, and one request to merge it.
//!
//! The branch is hhgit's only as long as its tip is what hhgit itself makes: one commit, on top of one of the branch's own. As soon
//! as there is anything else, somebody works there, and it is left alone.

mod standing;

use self::standing::{Standing, reaches};
use crate::exit::Exit;
use crate::forge::client::{Became, Client};
use crate::forge::failure::ForgeError;
use crate::forge::http::{Http, Timeouts};
use crate::forge::{Access, Branches, Pull, detect, words};
use crate::git::remote::{Depth, Place, Remote, RemoteError, Visit};
use crate::git::{BranchName, Published, Repo, Written};
use crate::ids::CommitId;
use crate::options::propose::Propose;
use crate::options::{Common, Sync};
use crate::report::{Outcome, Proposed, Report};
use crate::snapshot::Objects;
use crate::{forge, report};

use super::error::ModeError;
use super::sync::{Draw, Start, Task};
use super::talk::Talk;
use super::tries::Done;

/// The folder that branches with proposals are in.
const FOLDER: &str = "hhgit/sync/";

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
        // To cut history off here would cut it off for the person whose clone this is.
        let tip = self.visit.fetch(Depth::AsIs)?;
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
                report.result = Some(report::Point { commit: self.tip, tree: draw.new_tree.id });
                let Some((became, pull)) = self.settle(from, self.tip, message, talk).map_err(ProposeError::from)?
                else {
                    return Ok(Done::Moved);
                };
                let state = if became == Became::Left { Proposed::Unchanged } else { proposed(became) };
                report.proposal = Some(self.told(state, Some(pull)));
                Ok(Done::Report(Box::new(report)))
            }
            _ => {
                // A forge that does not answer, or a token that it does not take, is known before anything is pushed.
                self.client(talk, |client, branches| client.find(branches)).map_err(ProposeError::from)?;
                let Done::Report(mut report) = Task::publish(from, draw.plan, draw.new_tree, draw.meta, report)? else {
                    return Ok(Done::Moved);
                };
                let pushed = report.result.and_then(|result| result.commit);
                let branch = || self.proposer.branch.short().to_owned();
                let unopened = |source| ProposeError::Unopened { branch: branch(), source };
                let Some((became, pull)) = self.settle(from, pushed, message, talk).map_err(unopened)? else {
                    return Ok(Done::Moved);
                };
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
            let pull = match self.client(talk, |client, branches| client.find(branches)).map_err(ProposeError::from)? {
                Some(open) => open,
                None => match self.settle(from, self.tip, message, talk).map_err(ProposeError::from)? {
                    Some((_, pull)) => pull,
                    None => return Ok(Done::Moved),
                },
            };
            report.notes.push(format!(
                "{name} holds commits that are not hhgit's on top of all that {target} has; they were left as they are."
            ));
            report.proposal = Some(self.told(Proposed::Kept, Some(pull)));
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

    fn branches(&self) -> Branches {
        let target = self.main.branch().short().to_owned();
        Branches { source: self.proposer.branch.short().to_owned(), target }
    }

    fn words(&self, message: &str) -> forge::Words {
        let kind = self.proposer.access.as_ref().map_or(forge::Kind::GitHub, |access| access.project.kind);
        words::of_commit(kind, message, &self.branches())
    }

    /// Sees that one request is open for the commit that is on the branch now. None where the forge refuses because things have moved
    /// on: somebody merged it, or pushed there.
    fn settle(
        &self,
        from: &Start<'_>,
        proposed: Option<CommitId>,
        message: &str,
        talk: &mut dyn Talk,
    ) -> Result<Option<(Became, Pull)>, ForgeError> {
        match self.client(talk, |client, branches| client.settle(branches, &self.words(message))) {
            Err(ForgeError::Refused { .. }) if self.has_moved(from, proposed).unwrap_or(false) => Ok(None),
            settled => settled.map(Some),
        }
    }

    fn has_moved(&self, from: &Start<'_>, proposed: Option<CommitId>) -> Result<bool, RemoteError> {
        let (remote, input) = (self.main.remote(), from.input.map(|commit| commit.id));
        Ok(remote.tip(self.main.branch())? != input || remote.tip(&self.proposer.branch)? != proposed)
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

fn proposed(became: Became) -> Proposed {
    match became {
        Became::Opened => Proposed::Opened,
        Became::Reworded | Became::Left => Proposed::Renewed,
    }
}
