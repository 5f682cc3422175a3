//! `hhgit sync`: a branch's commit to its sorted successor, and the branch to that by compare-and-swap.

use std::time::Duration;

use crate::exit::Exit;
use crate::fabric::layout::RAW;
use crate::git::publish::Reflog;
use crate::git::tree::apply;
use crate::git::worktree::uncommitted_below;
use crate::git::{BranchName, CommitMeta, Head, NewTree, Published, Reader, Repo, publish, write};
use crate::ids::{CommitId, TreeId};
use crate::options::{Common, FailOn, Sync};
use crate::path::RepoPath;
use crate::plan::fabric::Order;
use crate::plan::message::Stamp;
use crate::plan::source::Retry;
use crate::plan::{Input, Planned, plan};
use crate::report::{Outcome, Point, Report};
use crate::snapshot::{Commit, Objects};
use crate::yaml::Limits;

use super::authorship;
use super::error::ModeError;
use super::look::{Request, look};
use super::stamp;

/// How often a sync starts over when the branch moves under it.
const TRIES: u32 = 10;

/// Syncs a branch. `pause` waits before the next of several tries; it is told how many there were.
pub fn sync(common: &Common, options: &Sync, pause: &mut dyn FnMut(u32)) -> Result<Report, ModeError> {
    let repo = Repo::open(&common.directory)?;
    let branch = branch(&repo, options.branch.as_deref(), "sync")?;
    let task = Task::of_sync(common, options);
    for tries in 1..=TRIES {
        let tip = tip(&repo, &branch, options.branch.is_some())?;
        expect(&branch, tip, options.expect.as_deref())?;
        let reader = Reader::new(&repo)?;
        let input = reader.commit(tip)?;
        let meta = authorship::of_sync(&repo, &input, &common.identities, options.sign)?;
        let done = task.run(&repo, &reader, &branch, Some(&input), &meta)?;
        match done {
            Done::Report(report) => return Ok(*report),
            Done::Gone => return Err(ModeError::Gone { branch: branch.short().to_owned() }),
            Done::Moved if tries == TRIES => {}
            Done::Moved => pause(tries),
        }
    }
    Err(ModeError::KeptMoving { branch: branch.short().to_owned(), tries: TRIES })
}

/// Waits a little, longer after each try and never twice the same, so that bots in a race come apart.
pub fn jitter(tries: u32) {
    use std::hash::{BuildHasher, RandomState};
    let random = RandomState::new().hash_one(tries);
    let most = 20u64 << tries.min(6);
    std::thread::sleep(Duration::from_millis(random % most));
}

/// The branch named, or the one HEAD names.
pub(super) fn branch(repo: &Repo, named: Option<&str>, command: &'static str) -> Result<BranchName, ModeError> {
    if let Some(name) = named {
        return Ok(BranchName::parse(name)?);
    }
    match repo.head()? {
        Head::Branch { name, .. } | Head::Unborn { name } => Ok(name),
        Head::Detached { .. } => Err(ModeError::Detached { command }),
    }
}

pub(super) fn tip(repo: &Repo, branch: &BranchName, named: bool) -> Result<CommitId, ModeError> {
    let short = || branch.short().to_owned();
    repo.tip(branch)?.ok_or_else(|| match named {
        true => ModeError::NoBranch { branch: short() },
        false => ModeError::Unborn { branch: short() },
    })
}

fn expect(branch: &BranchName, actual: CommitId, expected: Option<&str>) -> Result<(), ModeError> {
    const SHORTEST: usize = 7;
    let Some(expected) = expected else { return Ok(()) };
    let wanted = expected.to_ascii_lowercase();
    if wanted.len() >= SHORTEST && actual.to_string().starts_with(&wanted) {
        return Ok(());
    }
    Err(ModeError::Unexpected { branch: branch.short().to_owned(), actual, expected: expected.to_owned() })
}

/// What is to be done to a commit, whatever command asked for it.
pub(super) struct Task {
    pub(super) command: &'static str,
    pub(super) request: Request,
    pub(super) order: Order,
    pub(super) flags: Vec<String>,
    pub(super) dry_run: bool,
    pub(super) diff: bool,
    pub(super) max_deletions: Option<usize>,
    pub(super) reflog: &'static str,
}

/// How one try ended.
pub(super) enum Done {
    /// It is over.
    Report(Box<Report>),
    /// The branch moved; start over.
    Moved,
    /// The branch was deleted.
    Gone,
}

impl Task {
    fn of_sync(common: &Common, options: &Sync) -> Self {
        let retry = match &options.retry {
            crate::options::Retry::Nothing => None,
            crate::options::Retry::All => Some(Retry::All),
            crate::options::Retry::Below(path) => Some(Retry::Paths(vec![path.clone()])),
        };
        Self {
            command: "sync",
            request: Request {
                fabrics: common.fabrics.clone(),
                adopt: options.adopt,
                retry,
                managed: options.repair,
                limits: Limits { file_bytes: options.max_file_size, ..Limits::default() },
                threads: options.threads,
            },
            order: Order { repair: options.repair, name: None },
            flags: stamp::flags(common, options),
            dry_run: options.dry_run,
            diff: options.diff,
            max_deletions: options.max_deletions,
            reflog: "hhgit: sync",
        }
    }

    /// Looks, plans, writes and publishes, once.
    pub(super) fn run(
        &self,
        repo: &Repo,
        reader: &Reader,
        branch: &BranchName,
        input: Option<&Commit>,
        meta: &CommitMeta,
    ) -> Result<Done, ModeError> {
        let tree = input.map_or_else(|| TreeId::empty(repo.hash_kind()), |commit| commit.tree);
        let inventories = look(reader, tree, &self.request)?;
        if inventories.is_empty() {
            return Err(ModeError::NoFabric { branch: branch.short().to_owned() });
        }
        let stamp = Stamp {
            command: self.command,
            version: env!("CARGO_PKG_VERSION").to_owned(),
            rulesets: stamp::rulesets(&inventories),
            options: self.flags.clone(),
        };
        let commit = input.map(|commit| commit.id);
        let (order, limits) = (&self.order, &self.request.limits);
        let input = Input { commit, tree, inventories: &inventories, order, limits, stamp: &stamp };
        let planned = plan(reader, &input)?;
        let mut report = self.report(repo, branch, &input, &planned)?;
        if planned.plan.is_empty() {
            return Ok(Done::Report(Box::new(report)));
        }
        if self.diff {
            report.diffs = super::diff::of_managed(reader, &planned)?;
        }
        let removed: usize = planned.fabrics.iter().map(|fabric| fabric.removed.len()).sum();
        if let Some(most) = self.max_deletions.filter(|most| removed > *most) {
            report.outcome = Outcome::Refused;
            report.notes.push(format!("{removed} objects would leave managed/, more than --max-deletions {most}: nothing was done."));
            return Ok(Done::Report(Box::new(report)));
        }
        let new_tree = apply(reader, tree, planned.plan.edits())?;
        if self.dry_run {
            report.outcome = Outcome::Planned;
            report.result = Some(Point { commit: None, tree: new_tree.id });
            return Ok(Done::Report(Box::new(report)));
        }
        self.publish(repo, branch, commit, &planned, &new_tree, meta, report)
    }

    #[expect(clippy::too_many_arguments, reason = "each is one named stage's result, and there is no second caller")]
    fn publish(
        &self,
        repo: &Repo,
        branch: &BranchName,
        base: Option<CommitId>,
        planned: &Planned,
        new_tree: &NewTree,
        meta: &CommitMeta,
        mut report: Report,
    ) -> Result<Done, ModeError> {
        let written = write(repo, base, &planned.plan, new_tree, meta)?;
        report.outcome = Outcome::Committed;
        report.result = Some(Point { commit: Some(written.commit()), tree: written.tree() });
        let reflog = Reflog { who: meta.committer.clone(), message: self.reflog.to_owned() };
        match publish(repo, branch, written, &reflog)? {
            Published::Published => {}
            Published::AlreadyThere => report.notes.push("Somebody else made the same commit meanwhile.".to_owned()),
            Published::Moved { .. } => return Ok(Done::Moved),
            Published::Gone => return Ok(Done::Gone),
        }
        Ok(Done::Report(Box::new(report)))
    }

    fn report(&self, repo: &Repo, branch: &BranchName, input: &Input<'_>, planned: &Planned) -> Result<Report, ModeError> {
        let mut notes = Vec::new();
        let folders: Vec<RepoPath> = planned.fabrics.iter().map(|fabric| fabric.path.child(RAW)).collect();
        let uncommitted = if checked_out_here(repo, branch)? { uncommitted_below(repo, &folders)? } else { 0 };
        match uncommitted {
            0 => {}
            1 => notes.push("1 file in raw/ is not committed; sync reads commits.".to_owned()),
            n => notes.push(format!("{n} files in raw/ are not committed; sync reads commits.")),
        }
        Ok(Report {
            command: self.command,
            outcome: Outcome::Unchanged,
            reference: branch.as_str().to_owned(),
            input: input.commit.map(|commit| Point { commit: Some(commit), tree: input.tree }),
            result: None,
            fabrics: planned.fabrics.clone(),
            findings: planned.findings.clone(),
            notes,
            diffs: Vec::new(),
        })
    }
}

fn checked_out_here(repo: &Repo, branch: &BranchName) -> Result<bool, ModeError> {
    if repo.work_tree().is_none() {
        return Ok(false);
    }
    Ok(matches!(repo.head()?, Head::Branch { name, .. } | Head::Unborn { name } if name == *branch))
}

/// The exit code a report ends with.
pub fn exit(report: &Report, fail_on: FailOn) -> Exit {
    match report.outcome {
        Outcome::Refused => Exit::CouldNot,
        _ if fail_on.holds(report) => Exit::Findings,
        Outcome::Committed | Outcome::Unchanged | Outcome::Planned => Exit::Done,
    }
}
