//! `hhgit init`: a folder becomes a fabric directory, in one commit that says who asked for it and when.

use crate::fabric::kinds::Kinds;
use crate::fabric::layout::{MANAGED, RAW, Site, site};
use crate::fabric::manifest::is_name;
use crate::git::{Head, Reader, Repo};
use crate::ids::TreeId;
use crate::options::{Common, Init};
use crate::path::RepoPath;
use crate::plan::fabric::Order;
use crate::report::{Outcome, Point, Report};
use crate::snapshot::Objects;

use super::authorship;
use super::error::ModeError;
use super::look::Request;
use super::sync::{Start, Task};
use super::talk::Talk;
use super::tries::{Done, TRIES};

/// Makes a fabric directory on the branch that HEAD names, which may have no commit yet.
pub fn init(common: &Common, options: &Init, talk: &mut dyn Talk) -> Result<Report, ModeError> {
    init_in(&Repo::open(&common.directory)?, common, options, talk)
}

/// Makes a fabric directory in a repository that is open already.
pub fn init_in(repo: &Repo, common: &Common, options: &Init, talk: &mut dyn Talk) -> Result<Report, ModeError> {
    if let Some(name) = options.name.as_deref().filter(|name| !is_name(name)) {
        return Err(ModeError::Name { name: name.to_owned() });
    }
    let mut task = task(common, options);
    for tries in 1..=TRIES {
        let (branch, tip) = match repo.head()? {
            Head::Branch { name, commit } => (name, Some(commit)),
            Head::Unborn { name } => (name, None),
            Head::Detached { .. } => return Err(ModeError::DetachedInit),
        };
        let reader = Reader::new(repo)?;
        let input = tip.map(|tip| reader.commit(tip)).transpose()?;
        let tree = input.as_ref().map_or_else(|| TreeId::empty(repo.hash_kind()), |commit| commit.tree);
        let dir = match site(&reader, tree, &options.path, &Kinds::builtin())? {
            Site::Free(dir) => dir,
            Site::Taken(_) => {
                return Ok(taken(branch.as_str(), input.as_ref().map(Point::of), options));
            }
        };
        let meta = authorship::of_person(repo, tip, &common.identities, common.now)?;
        let dirs = [dir];
        let from = Start::here(repo, &reader, &branch, input.as_ref(), &dirs, &common.progress);
        match task.run(&from, &meta, talk)? {
            Done::Report(mut report) => {
                report.notes.extend(first_steps(&report, &options.path));
                return Ok(*report);
            }
            Done::Gone => return Err(ModeError::Gone { branch: branch.short().to_owned() }),
            Done::Moved if tries == TRIES => {
                return Err(ModeError::KeptMoving { branch: branch.short().to_owned(), tries });
            }
            Done::Moved => talk.pause(tries),
        }
    }
    unreachable!("the last try returns")
}

fn task(common: &Common, options: &Init) -> Task {
    let request = Request { adopt: true, progress: common.progress.clone(), ..Request::default() };
    Task {
        command: "init",
        request,
        order: Order { repair: false, name: options.name.clone() },
        flags: Vec::new(),
        dry_run: false,
        diff: false,
        max_deletions: None,
        agreed: options.yes,
        turns: None,
        brief: false,
    }
}

/// What a person does next with a new fabric directory.
fn first_steps(report: &Report, path: &RepoPath) -> Option<String> {
    let (raw, managed) = (path.child(RAW), path.child(MANAGED));
    (report.outcome == Outcome::Committed).then(|| {
        format!("Put files into {raw}/, commit them, then run hhgit sync. Let Argo CD or Flux apply {managed}/.")
    })
}

fn taken(reference: &str, input: Option<Point>, options: &Init) -> Report {
    let note = format!("{} is a fabric directory already; hhgit sync sorts it.", options.path);
    Report { notes: vec![note], ..Report::unchanged("init", reference, input) }
}
