//! `hhgit sync`: a branch's commit to its sorted successor, and the branch to that by compare-and-swap.

use crate::exit::Exit;
use crate::fabric::kinds::Kinds;
use crate::fabric::layout::{FabricDir, RAW, UNMANAGED};
use crate::fabric::manifest::Level;
use crate::fabric::settings::Settings;
use crate::git::publish::Reflog;
use crate::git::remote::Visit;
use crate::git::tree::apply_plan;
use crate::git::{BranchName, CommitMeta, NewTree, Published, Reader, Repo, clean_up, publish, write};
use crate::ids::CommitId;
use crate::options::{Common, FailOn, Sync};
use crate::path::RepoPath;
use crate::plan::fabric::Order;
use crate::plan::source::Retry;
use crate::plan::{Plan, Planned};
use crate::progress::{Progress, Stage};
use crate::report::{FabricReport, Outcome, Point, Report};
use crate::schema::Schemas;
use crate::snapshot::{Commit, Objects};

use super::asked::Asked;
use super::authorship;
use super::draft::Draft;
use super::error::ModeError;
use super::known::Memo;
use super::look::Request;
use super::propose::Proposal;
use super::talk::Talk;
use super::tries::{Done, until_done};
use super::turns::Turns;
use super::uncommitted::uncommitted;

/// Syncs a branch. `talk` is asked what only a person can answer, and waits between tries.
pub fn sync(common: &Common, options: &Sync, talk: &mut dyn Talk) -> Result<Report, ModeError> {
    sync_in_turn(common, options, &mut Task::of_sync(common, options), talk)
}

/// Does with a branch what the task says, wherever the branch is.
pub(super) fn sync_in_turn(
    common: &Common,
    options: &Sync,
    task: &mut Task,
    talk: &mut dyn Talk,
) -> Result<Report, ModeError> {
    match &options.remote {
        Some(remote) => super::remote::sync(common, options, remote, task, talk),
        None => sync_by(&Repo::open(&common.directory)?, common, options, task, talk),
    }
}

/// Syncs a branch of a repository that is open already.
pub fn sync_in(repo: &Repo, common: &Common, options: &Sync, talk: &mut dyn Talk) -> Result<Report, ModeError> {
    sync_by(repo, common, options, &mut Task::of_sync(common, options), talk)
}

/// What a server goes by, whatever the manifests and CRDs of a commit say; none leaves it to them.
#[derive(Debug, Clone, Default)]
pub(super) struct Server {
    pub(super) level: Option<Level>,
    pub(super) rules: Option<(Kinds, Schemas)>,
    pub(super) settings: Option<Settings>,
}

/// Syncs a branch by a server's own rules.
pub(super) fn sync_on_server(
    repo: &Repo,
    common: &Common,
    options: &Sync,
    server: Server,
    talk: &mut dyn Talk,
) -> Result<Report, ModeError> {
    let mut task = Task::of_sync(common, options);
    let Server { level, rules, settings } = server;
    task.request = Request { level, rules, settings, ..task.request };
    sync_by(repo, common, options, &mut task, talk)
}

pub(super) fn sync_by(
    repo: &Repo,
    common: &Common,
    options: &Sync,
    task: &mut Task,
    talk: &mut dyn Talk,
) -> Result<Report, ModeError> {
    let branch = branch(repo, options.branch.as_deref(), "there is no branch to move; name one: hhgit sync main")?;
    // A work tree has to follow the edits, and a diff shows them.
    task.brief = options.brief && !options.diff && repo.work_tree().is_none();
    if !task.dry_run {
        clean_up(repo, &branch);
    }
    let known = Memo::of_sync(repo, &branch, &common.fabrics, task);
    task.request.verdicts = known.shelf(!task.dry_run);
    until_done(&branch, talk, |talk| {
        let reader = Reader::new(repo)?;
        let input = match known.passed(repo.glance(&branch)?) {
            Some(passed) => passed,
            None => reader.commit(tip(repo, &branch, options.branch.is_some())?)?,
        };
        expect(&branch, input.id, options.expect.as_deref())?;
        let meta = authorship::of_sync(repo, &input, &common.identities, options.sign)?;
        let dirs = known.find_in(&reader, &input, &common.fabrics)?;
        let dirs = task.choose(&reader, &input, dirs, (common, options))?;
        let here = Start::here(repo, &reader, &branch, Some(&input), &dirs, &common.progress);
        let from = Start { known: Some(&known), ..here };
        let done = task.run(&from, &meta, talk)?;
        if !task.dry_run {
            known.keep();
        }
        Ok(done)
    })
}

/// The branch named, or the one HEAD names; where it names none, that is told with what to do.
pub(super) fn branch(repo: &Repo, named: Option<&str>, remedy: &'static str) -> Result<BranchName, ModeError> {
    if let Some(name) = named {
        return Ok(BranchName::parse(name)?);
    }
    repo.head_branch()?.ok_or(ModeError::Detached { remedy })
}

pub(super) fn tip(repo: &Repo, branch: &BranchName, named: bool) -> Result<CommitId, ModeError> {
    let short = || branch.short().to_owned();
    repo.tip(branch)?.ok_or_else(|| match named {
        true => ModeError::NoBranch { branch: short() },
        false => ModeError::Unborn { branch: short() },
    })
}

pub(super) fn expect(branch: &BranchName, actual: CommitId, expected: Option<&str>) -> Result<(), ModeError> {
    const SHORTEST: usize = 7;
    let Some(expected) = expected else { return Ok(()) };
    let wanted = expected.to_ascii_lowercase();
    if wanted.len() < SHORTEST || !wanted.bytes().all(|byte| byte.is_ascii_hexdigit()) {
        return Err(ModeError::Expectation { expected: expected.to_owned(), shortest: SHORTEST });
    }
    if actual.to_string().starts_with(&wanted) {
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
    /// Whether what is to be adopted was agreed to.
    pub(super) agreed: bool,
    /// Which fabric directories have their turn, and what is done in each; none for a sync of all.
    pub(super) turns: Option<Turns>,
    /// Whether nobody asks for lists of what was done, nor needs the edits once they are applied.
    pub(super) brief: bool,
}

/// What one try starts from.
pub(super) struct Start<'a> {
    pub(super) repo: &'a Repo,
    pub(super) reader: &'a Reader,
    pub(super) branch: &'a BranchName,
    pub(super) input: Option<&'a Commit>,
    pub(super) dirs: &'a [FabricDir],
    /// What is known of the fabric directories, if anything may be.
    pub(super) known: Option<&'a Memo>,
    pub(super) at: At<'a>,
    pub(super) progress: &'a Progress,
}

impl<'a> Start<'a> {
    /// A start from a branch of the repository itself.
    pub(super) fn here(
        repo: &'a Repo,
        reader: &'a Reader,
        branch: &'a BranchName,
        input: Option<&'a Commit>,
        dirs: &'a [FabricDir],
        progress: &'a Progress,
    ) -> Self {
        Self { repo, reader, branch, input, dirs, known: None, at: At::Here, progress }
    }

    /// The report of a command that has done nothing with it yet.
    pub(super) fn unchanged(&self, command: &'static str) -> Report {
        Report::unchanged(command, self.branch.as_str(), self.input.map(Point::of))
    }
}

/// Where the branch is that is to be moved.
#[derive(Clone, Copy)]
pub(super) enum At<'a> {
    /// In the repository itself.
    Here,
    /// At a remote.
    Remote(&'a Visit<'a>),
    /// At a remote that is to be asked for the move, not told.
    Proposal(&'a Proposal<'a>),
}

/// A commit that could be written.
pub(super) struct Draw<'a> {
    pub(super) plan: &'a Plan,
    pub(super) new_tree: &'a NewTree,
    pub(super) meta: &'a CommitMeta,
}

impl Task {
    pub(super) fn of_sync(common: &Common, options: &Sync) -> Self {
        let mut task = Asked::of(common, options).task(options.threads);
        task.request.progress = common.progress.clone();
        Self {
            dry_run: options.dry_run,
            diff: options.diff,
            max_deletions: options.max_deletions,
            agreed: options.yes,
            ..task
        }
    }

    /// Looks, plans, writes and publishes, once.
    pub(super) fn run(&mut self, from: &Start<'_>, meta: &CommitMeta, talk: &mut dyn Talk) -> Result<Done, ModeError> {
        if from.dirs.is_empty() && self.turns.as_ref().is_none_or(Turns::found_none) {
            return Err(ModeError::NoFabric { branch: from.branch.short().to_owned() });
        }
        let Draft { tree, retried, adopted, mut planned, .. } = self.draft(from)?;
        let mut report = self.report(from, &mut planned)?;
        report.notes.extend(self.found_nothing(&retried));
        if planned.plan.is_empty() {
            return Ok(Done::Report(Box::new(report)));
        }
        if self.diff {
            report.diffs = super::diff::of_managed(from.reader, &planned.plan, &report.fabrics)?;
        }
        if let Some(note) = too_many_deletions(&report.fabrics, self.max_deletions) {
            report.outcome = Outcome::Refused;
            report.notes.push(note);
            return Ok(Done::Report(Box::new(report)));
        }
        let new_tree = from.progress.during(Stage::Trees, || apply_plan(from.reader, tree, &planned.plan))?;
        if self.dry_run {
            report.outcome = Outcome::Planned;
            report.result = Some(Point { commit: None, tree: new_tree.id });
            return Ok(Done::Report(Box::new(report)));
        }
        self.agree(&adopted, talk)?;
        if let At::Proposal(proposal) = from.at {
            return proposal.publish(
                self,
                from,
                &Draw { plan: &planned.plan, new_tree: &new_tree, meta },
                report,
                talk,
            );
        }
        Self::publish(from, &planned.plan, &new_tree, meta, report)
    }

    /// Looks and plans, and asks or writes nothing.
    pub(super) fn draft(&self, from: &Start<'_>) -> Result<Draft, ModeError> {
        let Some(known) = from.known else { return self.draft_of(from.reader, from.input, from.dirs) };
        let (settled, open) = known.part(from.dirs);
        let mut draft = self.draft_beside(from.reader, from.input, &open, &settled)?;
        known.learn(std::mem::take(&mut draft.settled));
        Ok(draft)
    }

    /// What to say of paths that --retry names and where there is nothing to judge.
    fn found_nothing(&self, judged: &[RepoPath]) -> Vec<String> {
        let Some(Retry::Paths(paths)) = &self.request.retry else { return Vec::new() };
        let empty = paths.iter().filter(|path| !judged.iter().any(|file| file.starts_with(path)));
        empty
            .map(|path| {
                format!("--retry {path} names no YAML in unmanaged/; its path starts at the repository's root.")
            })
            .collect()
    }

    /// Asks, once, before loose files are moved to where another folder must be applied from.
    fn agree(&mut self, adopted: &[RepoPath], talk: &mut dyn Talk) -> Result<(), ModeError> {
        if self.agreed || adopted.is_empty() {
            return Ok(());
        }
        match talk.agree(&adoption(adopted)) {
            Some(true) => self.agreed = true,
            Some(false) => return Err(ModeError::Declined),
            None => return Err(ModeError::CannotAsk { files: adopted.len() }),
        }
        Ok(())
    }

    /// Writes the plan's commit and moves the branch to it.
    pub(super) fn publish(
        from: &Start<'_>,
        plan: &Plan,
        new_tree: &NewTree,
        meta: &CommitMeta,
        mut report: Report,
    ) -> Result<Done, ModeError> {
        // Who signs may be asked for a password, at the place where the line would be drawn.
        let writing = (!meta.sign).then(|| from.progress.begin(Stage::Write, 0));
        let written = write(from.repo, from.input.map(|commit| commit.id), plan, new_tree, meta)?;
        drop(writing);
        report.outcome = Outcome::Committed;
        report.result = Some(Point { commit: Some(written.commit()), tree: written.tree() });
        let subject = plan.message().lines().next().unwrap_or_default().to_owned();
        let reflog = Reflog { who: meta.committer.clone(), message: subject };
        let published = match from.at {
            At::Here => from.progress.during(Stage::Move, || publish(from.repo, from.branch, written, &reflog))?,
            At::Remote(visit) => visit.publish(&written)?,
            At::Proposal(proposal) => proposal.push(&written)?,
        };
        match published {
            Published::Published => {}
            Published::AlreadyThere => report.notes.push("Somebody else made the same commit meanwhile.".to_owned()),
            Published::Moved { .. } => return Ok(Done::Moved),
            Published::Gone => return Ok(Done::Gone),
        }
        Ok(Done::Report(Box::new(report)))
    }

    /// The report of what was planned, whose rows and findings move to it.
    fn report(&self, from: &Start<'_>, planned: &mut Planned) -> Result<Report, ModeError> {
        let folders: &[_] = if self.request.retry.is_some() { &[RAW, UNMANAGED] } else { &[RAW] };
        let note = match from.at {
            At::Here => uncommitted(from.repo, from.branch, from.dirs.iter().map(|dir| &dir.path), folders)?,
            At::Remote(_) | At::Proposal(_) => None,
        };
        Ok(Report {
            fabrics: std::mem::take(&mut planned.fabrics),
            findings: std::mem::take(&mut planned.findings),
            notes: note.into_iter().collect(),
            ..from.unchanged(self.command)
        })
    }
}

/// What to say where more objects would leave managed/ than may.
pub(super) fn too_many_deletions(fabrics: &[FabricReport], most: Option<usize>) -> Option<String> {
    let removed: usize = fabrics.iter().map(|fabric| fabric.removed.len()).sum();
    let most = most.filter(|most| removed > *most)?;
    let objects = if removed == 1 { "object" } else { "objects" };
    Some(format!("{removed} {objects} would leave managed/, more than --max-deletions {most}; nothing was changed."))
}

/// What must be said before loose files are taken.
fn adoption(files: &[RepoPath]) -> String {
    const SHOWN: usize = 10;
    let mut text = String::from("These files lie loose in a fabric directory; their objects will move to managed/:\n");
    for path in files.iter().take(SHOWN) {
        text.push_str(&format!("  {path}\n"));
    }
    if files.len() > SHOWN {
        text.push_str(&format!("  and {} more\n", files.len() - SHOWN));
    }
    text.push_str(
        "Argo CD or Flux must apply managed/ from then on; turn its pruning off while the files move.\nGo on?",
    );
    text
}

/// The exit code a report ends with.
pub fn exit(report: &Report, fail_on: FailOn) -> Exit {
    match report.outcome {
        Outcome::Refused => Exit::CouldNot,
        _ if fail_on.holds(report) => Exit::Findings,
        Outcome::Committed | Outcome::Unchanged | Outcome::Planned => Exit::Done,
    }
}
