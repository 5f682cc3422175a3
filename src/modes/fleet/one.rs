//! One repository of a fleet, from its line to its row; whatever goes wrong in it is told there and goes no further.

use std::any::Any;
use std::num::NonZeroUsize;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use super::super::error::ModeError;
use super::super::sync::{Task, sync_by};
use super::super::talk::{Alone, Talk};
use super::super::turns::Turns;
use super::list::Entry;
use crate::exit::Exit;
use crate::git::{Environment, OpenError, Repo};
use crate::options::fleet::Fleet;
use crate::options::remote::Remote;
use crate::options::{Common, Sync};
use crate::report::fleet::{Row, RowOutcome};
use crate::report::{Counts, Outcome, Report};
use crate::verdict::code::Severity;

/// Why a repository could not be worked on.
#[derive(Debug, thiserror::Error)]
enum Trouble {
    /// A pipeline could not do its work.
    #[error("{}", .0.in_one_line())]
    Mode(ModeError),
    /// There is no such path.
    #[error("there is no such directory; correct the line, or take it out")]
    NoDirectory,
    /// The path is no repository.
    #[error("this is no git repository; correct the line, or take it out")]
    NoRepository,
    /// The path lies in a repository and is none.
    #[error("this lies in the repository {} and is none itself; name that one", .0.display())]
    Inside(PathBuf),
    /// A defect showed.
    #[error("this is a defect of hhgit, please report it: {0}")]
    Defect(String),
}

impl<E: Into<ModeError>> From<E> for Trouble {
    fn from(error: E) -> Self {
        Self::Mode(error.into())
    }
}

impl Trouble {
    fn outcome(&self) -> RowOutcome {
        match self {
            Self::Mode(error) if error.exit() == Exit::KeptMoving => RowOutcome::KeptMoving,
            _ => RowOutcome::Failed,
        }
    }
}

/// Works on a repository.
pub(super) fn work(common: &Common, options: &Fleet, entry: &Entry, threads: NonZeroUsize) -> Row {
    let began = Instant::now();
    let mut talk = Patient { pauses: 0 };
    let mut row = blank(entry);
    match caught(|| run(common, options, entry, threads, &mut talk)) {
        Ok(found) => found.tell(options, &mut row),
        Err(trouble) => (row.outcome, row.error) = (trouble.outcome(), Some(trouble.to_string())),
    }
    (row.took, row.started_over) = (began.elapsed(), talk.pauses);
    row
}

/// Has a panic end no more than this. Nothing of what it leaves half done is looked at again, and the repository itself is
/// sound at any moment.
fn caught<T>(work: impl FnOnce() -> Result<T, Trouble>) -> Result<T, Trouble> {
    catch_unwind(AssertUnwindSafe(work)).unwrap_or_else(|payload| Err(Trouble::Defect(words(payload.as_ref()))))
}

fn words(payload: &(dyn Any + Send)) -> String {
    let text = payload.downcast_ref::<String>().map(String::as_str).or(payload.downcast_ref::<&str>().copied());
    text.unwrap_or("no reason was given").to_owned()
}

/// What came of the pipelines: what was sorted, and what was judged.
struct Found {
    report: Report,
    judged: Option<Report>,
}

fn run(
    common: &Common,
    options: &Fleet,
    entry: &Entry,
    threads: NonZeroUsize,
    talk: &mut Patient,
) -> Result<Found, Trouble> {
    let branch = entry.branch.as_ref().map(|branch| branch.as_str().to_owned());
    let remote = Remote { name: entry.address.clone(), apart: true, ..options.remote.clone() };
    let remote = (!entry.is_path).then_some(remote);
    let sync = Sync {
        branch,
        threads: Some(options.sync.threads.unwrap_or(threads)),
        dry_run: options.sync.dry_run || options.check,
        remote,
        ..options.sync.clone()
    };
    let mut task = Task::of_sync(common, &sync);
    if options.check {
        task.turns = Some(Turns { validate_only: Some(true), regardless: true, ..Turns::default() });
    }
    let report = match &sync.remote {
        Some(remote) => super::super::remote::sync(common, &sync, remote, &mut task, talk)?,
        None => {
            let directory = common.directory.join(&entry.address);
            let repo = open(&directory)?;
            sync_by(&repo, &Common { directory, ..common.clone() }, &sync, &mut task, talk)?
        }
    };
    Ok(Found { report, judged: task.turns.and_then(|turns| turns.judged) })
}

/// The repository that is at a path, not one around it.
fn open(path: &Path) -> Result<Repo, Trouble> {
    let full = path.canonicalize().map_err(|_| Trouble::NoDirectory)?;
    let repo = match Repo::open(&full) {
        // It is not found by chance: the list names it.
        Err(OpenError::FoundBare { dir }) if same(&dir, &full) => {
            Repo::open_in(&full, Environment { git_dir: Some(full.clone()), ..Environment::default() })?
        }
        Err(OpenError::NoDirectory { .. }) => return Err(Trouble::NoDirectory),
        Err(OpenError::NotFound { .. }) => return Err(Trouble::NoRepository),
        opened => opened?,
    };
    let top = repo.work_tree().unwrap_or_else(|| repo.git_dir().to_owned());
    if same(&top, &full) || same(repo.git_dir(), &full) { Ok(repo) } else { Err(Trouble::Inside(top)) }
}

fn same(one: &Path, full: &Path) -> bool {
    one.canonicalize().is_ok_and(|one| one == full)
}

impl Found {
    fn tell(&self, options: &Fleet, row: &mut Row) {
        let Self { report, judged } = self;
        let seen = judged.as_ref().unwrap_or(report);
        row.branch = Some(report.reference.strip_prefix("refs/heads/").unwrap_or(&report.reference).to_owned());
        row.input = report.input.and_then(|point| point.commit);
        row.result = report.result.and_then(|point| point.commit).filter(|_| report.outcome == Outcome::Committed);
        row.outcome = match report.outcome {
            Outcome::Refused => RowOutcome::Refused,
            _ if options.fail_on.holds(seen) => RowOutcome::Findings,
            _ if judged.is_some() => RowOutcome::Valid,
            Outcome::Committed => RowOutcome::Committed,
            Outcome::Planned => RowOutcome::Planned,
            Outcome::Unchanged => RowOutcome::Unchanged,
        };
        if judged.is_none() {
            for fabric in &report.fabrics {
                row.counts.add(fabric.counts());
            }
        }
        let found = |severity| seen.findings.iter().filter(|finding| finding.severity == severity).count();
        (row.errors, row.warnings) = (found(Severity::Error), found(Severity::Warning));
        let broken = seen.fabrics.iter().filter(|fabric| fabric.left_alone);
        row.left_alone = broken.map(|fabric| fabric.path.clone()).collect();
        let request = report.proposal.as_ref().and_then(|proposal| proposal.request.as_ref());
        row.request = request.map(|request| request.url.clone());
        row.error = report.notes.last().cloned().filter(|_| report.outcome == Outcome::Refused);
    }
}

fn blank(entry: &Entry) -> Row {
    Row {
        number: 0,
        total: 0,
        line: entry.line,
        repository: entry.shown(),
        branch: entry.branch.as_ref().map(|branch| branch.short().to_owned()),
        outcome: RowOutcome::Failed,
        took: Duration::ZERO,
        input: None,
        result: None,
        counts: Counts::default(),
        errors: 0,
        warnings: 0,
        left_alone: Vec::new(),
        started_over: 0,
        request: None,
        error: None,
    }
}

/// Nobody to ask; waits between tries, and counts them.
struct Patient {
    pauses: u32,
}

impl Talk for Patient {
    fn agree(&mut self, _question: &str) -> Option<bool> {
        None
    }

    fn pause(&mut self, tries: u32) {
        self.pauses = self.pauses.saturating_add(1);
        Alone.pause(tries);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_defect_ends_one_repository_and_no_more() {
        let said = |work: fn() -> Result<(), Trouble>| caught(work).map_err(|trouble| trouble.to_string());
        let expected = "this is a defect of hhgit, please report it: row 7".to_owned();
        assert_eq!(said(|| panic!("row {}", 7)), Err(expected));
        assert_eq!(said(|| Ok(())), Ok(()));
    }
}
