//! `hhgit sync --remote`: a branch of a repository elsewhere, fetched, sorted and pushed; nothing is asked of a work tree.

use crate::fabric::kinds::Kinds;
use crate::fabric::layout::find;
use crate::git::remote::{Depth, Place, Remote, RemoteError, Visit, clean_visits};
use crate::git::{BranchName, Reader, Repo, clean_up};
use crate::ids::CommitId;
use crate::options::remote::Remote as Asked;
use crate::options::{Common, Sync};
use crate::plan::PlanError;
use crate::report::{self, Report};
use crate::snapshot::{Objects, ReadError};

use super::authorship;
use super::error::ModeError;
use super::propose::{Proposal, Proposer};
use super::sync::{At, Start, Task, expect};
use super::talk::Talk;
use super::tries::Done;

/// How often a sync starts over when the branch moves under it. Pushes take their time, and others have as much of it.
pub(super) const TRIES: u32 = 20;
/// How often in a row a server must refuse before it is believed: it also refuses while it takes somebody else's push.
const REFUSALS: u32 = 3;
/// How often in a row a fetch, or a look at the branches, must fail before it is believed.
const FAILURES: u32 = 2;
/// How many commits more are fetched, step by step, when history ends too early; all of them after that.
const STEPS: [u32; 3] = [16, 128, 1024];

/// Syncs a branch of a remote.
pub(super) fn sync(
    common: &Common,
    options: &Sync,
    asked: &Asked,
    task: &mut Task,
    talk: &mut dyn Talk,
) -> Result<Report, ModeError> {
    let named = options.branch.as_deref().map(BranchName::parse).transpose()?;
    let place = insist(talk, || Place::find(&common.directory, asked))?;
    let repo = place.repo();
    if !place.is_temporary() {
        clean_visits(repo);
    }
    let remote = Remote::find(repo, asked, &common.directory)?;
    let branch = match named.or_else(|| place.main_branch()) {
        Some(branch) => branch,
        None => insist(talk, || remote.head())?,
    };
    if !options.dry_run {
        clean_up(repo, &branch);
    }
    let visit = Visit::begin(&remote, &place, &branch)?;
    let find = |propose| Proposer::find((common, options), propose, (&place, &remote), &branch);
    let proposer = asked.propose.as_ref().map(find).transpose()?;
    // A temporary repository begins with as little as can be; one that is there knows best how much it holds.
    let depth = if place.is_temporary() { Depth::Last(1) } else { Depth::AsIs };
    let bot = Bot {
        common,
        options,
        repo,
        visit,
        proposer,
        depth,
        steps: 0,
        refetched: false,
        tip: None,
        refusals: 0,
        failures: 0,
        untold: None,
        tries: 0,
    };
    bot.run(task, talk)
}

/// Asks a remote again that could not be spoken with, before it is believed.
fn insist<T>(talk: &mut dyn Talk, mut ask: impl FnMut() -> Result<T, RemoteError>) -> Result<T, RemoteError> {
    for failures in 1..FAILURES {
        match ask() {
            Err(RemoteError::Failed { .. }) => talk.pause(failures),
            answer => return answer,
        }
    }
    ask()
}

/// One sync of a remote's branch, over all its tries.
struct Bot<'a> {
    common: &'a Common,
    options: &'a Sync,
    repo: &'a Repo,
    visit: Visit<'a>,
    /// What proposes the commit, if it is not pushed to the branch itself.
    proposer: Option<Proposer<'a>>,
    /// How much of the history the next fetch takes.
    depth: Depth,
    /// How often the history was deepened.
    steps: usize,
    /// Whether the folders of the whole history were fetched, which a partial clone may lack.
    refetched: bool,
    /// Where the branch was at the last try.
    tip: Option<CommitId>,
    /// How often in a row the server refused while the branch was there.
    refusals: u32,
    /// How often in a row it could not be spoken with.
    failures: u32,
    /// A push of which nothing is known, until the branch can be looked at again.
    untold: Option<RemoteError>,
    /// How many tries there were.
    tries: u32,
}

/// What to do after a try.
enum Next {
    /// It is over.
    End(Box<Report>),
    /// Start over, after a while.
    Again,
    /// Start over at once, with more of the history; it was no try.
    Deeper,
}

impl Bot<'_> {
    fn run(mut self, task: &mut Task, talk: &mut dyn Talk) -> Result<Report, ModeError> {
        while self.tries < TRIES {
            self.tries += 1;
            let tried = self.attempt(task, talk);
            match self.judge(tried)? {
                Next::End(report) => return Ok(*report),
                Next::Deeper => self.tries -= 1,
                Next::Again if self.tries < TRIES => talk.pause(self.tries),
                Next::Again => {}
            }
        }
        Err(ModeError::KeptMoving { branch: self.visit.branch().short().to_owned(), tries: TRIES })
    }

    /// Fetches, looks, plans, writes and pushes, once.
    fn attempt(&mut self, task: &mut Task, talk: &mut dyn Talk) -> Result<Done, ModeError> {
        let Some(tip) = self.visit.fetch(self.depth)? else { return self.without_branch() };
        (self.depth, self.failures, self.untold) = (Depth::AsIs, 0, None);
        if self.tip.replace(tip) != Some(tip) {
            self.refusals = 0;
        }
        let proposal = self.proposer.as_ref().map(|proposer| proposer.look(&self.visit)).transpose()?;
        self.once(tip, proposal.as_ref(), task, talk)
    }

    fn once(
        &self,
        tip: CommitId,
        proposal: Option<&Proposal<'_>>,
        task: &mut Task,
        talk: &mut dyn Talk,
    ) -> Result<Done, ModeError> {
        let branch = self.visit.branch();
        expect(branch, tip, self.options.expect.as_deref())?;
        let reader = Reader::new(self.repo)?;
        let input = reader.commit(tip)?;
        let meta = authorship::of_sync(self.repo, &input, &self.common.identities, self.options.sign)?;
        let dirs = find(&reader, input.tree, &self.common.fabrics, &Kinds::builtin())?;
        let dirs = task.choose(&reader, &input, dirs, (self.common, self.options))?;
        // Where nothing is sorted, nothing is known of what is proposed.
        let proposal = proposal.filter(|_| !dirs.is_empty());
        let at = proposal.map_or(At::Remote(&self.visit), At::Proposal);
        // In a person's clone nothing is left, so nothing is remembered either.
        let from = Start { at, ..Start::here(self.repo, &reader, branch, Some(&input), &dirs, &self.common.progress) };
        let mut done = task.run(&from, &meta, talk)?;
        if let (Done::Report(report), Some(proposal)) = (&mut done, proposal) {
            proposal.conclude(task, &from, report)?;
        }
        Ok(done)
    }

    /// A branch that was never there was named wrongly; one that was there is gone.
    fn without_branch(&self) -> Result<Done, ModeError> {
        if self.tries > 1 || self.steps > 0 {
            return Ok(Done::Gone);
        }
        let (remote, branch) = (self.visit.remote().name().to_owned(), self.visit.branch().clone());
        Err(RemoteError::NoBranch { remote, branch }.into())
    }

    fn judge(&mut self, tried: Result<Done, ModeError>) -> Result<Next, ModeError> {
        match tried {
            Err(ModeError::Plan(PlanError::Shallow { .. })) if self.steps <= STEPS.len() && self.repo.is_shallow() => {
                self.depth = STEPS.get(self.steps).map_or(Depth::Whole, |commits| Depth::More(*commits));
                self.steps += 1;
                Ok(Next::Deeper)
            }
            Err(error) if lacks_objects(&error) && !self.refetched => {
                (self.depth, self.refetched) = (Depth::Folders, true);
                Ok(Next::Deeper)
            }
            Err(ModeError::Remote(RemoteError::Refused { .. })) if self.refusals + 1 < REFUSALS => {
                self.refusals += 1;
                Ok(Next::Again)
            }
            Err(ModeError::Remote(RemoteError::Failed { .. })) if self.failures + 1 < FAILURES => {
                self.failures += 1;
                Ok(Next::Again)
            }
            // What became of the push shows at the next look: the branch is sorted then, or not.
            Err(ModeError::Remote(error @ RemoteError::Untold { .. })) if self.failures + 1 < FAILURES => {
                (self.failures, self.untold) = (self.failures + 1, Some(error));
                Ok(Next::Again)
            }
            // If there is no next look, what is not known of the push says more than what failed after it.
            Err(error) => Err(self.untold.take().map_or(error, ModeError::from)),
            Ok(Done::Gone) => Err(ModeError::Gone { branch: self.visit.branch().short().to_owned() }),
            Ok(Done::Moved) => Ok(Next::Again),
            Ok(Done::Report(mut report)) => {
                let remote = self.visit.remote();
                let (name, url) = (remote.name().to_owned(), remote.url());
                report.remote = Some(report::Remote { name, url, tries: self.tries });
                Ok(Next::End(report))
            }
        }
    }
}

/// Whether what was in the way is that a partial clone lacks an object.
pub(super) fn lacks_objects(error: &ModeError) -> bool {
    let mut cause: Option<&(dyn std::error::Error + 'static)> = Some(error);
    while let Some(error) = cause {
        if let Some(ReadError::Missing { partial, .. }) = error.downcast_ref() {
            return *partial;
        }
        cause = error.source();
    }
    false
}
