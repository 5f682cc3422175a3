//! `hhgit fleet`: many repositories, each sorted or judged by itself, whatever becomes of the others.
//!
//! `list` reads which they are, and says which part of them is meant; `record` knows what an earlier run did; `crew` has
//! several worked on at once, each by `one`. [`stop`] is how somebody asks for the end. There is nothing that runs share but
//! the repositories themselves, whose branches move by compare-and-swap.

mod crew;
mod error;
pub mod list;
mod one;
pub mod record;
pub mod stop;

use std::collections::BTreeMap;
use std::io;
use std::num::NonZeroUsize;
use std::time::{Instant, SystemTime, UNIX_EPOCH};

use self::crew::{Crew, Heard};
pub use self::error::FleetError;
use self::list::Entry;
use self::record::Record;
use self::stop::Stop;
use super::talk::Talk;
use crate::exit::Exit;
use crate::git::Environment;
use crate::options::Common;
use crate::options::fleet::Fleet;
use crate::render::{self, Style};
use crate::report::fleet::{Doing, Ended, Event, Row, RowOutcome, Started, Sum};
use crate::snapshot::Time;

/// Works on all repositories of a list, or of its part; answers how the worst of them ended. `stop` is looked at before each.
pub fn fleet(
    common: &Common,
    options: &Fleet,
    style: Style,
    stop: &Stop,
    talk: &mut dyn Talk,
) -> Result<Exit, FleetError> {
    refuse_environment(&Environment::of_process())?;
    let all = list::read(&options.list, options.remote.propose.is_some())?;
    let listed = all.len();
    let mut entries: Vec<Entry> =
        all.into_iter().filter(|entry| options.shard.is_none_or(|shard| entry.is_in(shard))).collect();
    let mut record = options.resume.as_deref().map(|path| Record::open(path, common, options)).transpose()?;
    let before = record.as_ref().and_then(|record| record.leave_out(&mut entries));
    let crew = Crew { common, options, entries: &entries, jobs: jobs(options, entries.len()) };
    let mut told = Told::new(options, style, talk);
    told.say(&Event::Started(Started {
        time: wall(),
        doing: told.ended.doing,
        list: options.list.name.clone(),
        listed,
        shard: options.shard.map(|shard| (shard.index(), shard.of())),
        repositories: entries.len(),
        before,
        jobs: crew.jobs.get(),
    }));
    let began = Instant::now();
    let begun = crew.work(stop, &mut |heard| match heard {
        Heard::Stop { under_way } => told.say(&Event::Stopping { under_way }),
        Heard::Row { index, row } => {
            if let Some(record) = record.as_mut().filter(|_| row.outcome.is_well()) {
                record.add(&entries[index], wall());
            }
            told.take(*row);
        }
    })?;
    told.ended.not_begun = entries.len() - begun;
    if let Some(record) = record {
        told.ended.problems.extend(record.end(begun == entries.len()));
    }
    (told.ended.before, told.ended.time, told.ended.took) = (before, wall(), began.elapsed());
    Ok(told.end())
}

/// Variables by which git, and hhgit, would take every repository of the list for one and the same.
fn refuse_environment(around: &Environment) -> Result<(), FleetError> {
    let set = [
        ("GIT_DIR", around.git_dir.is_some()),
        ("GIT_WORK_TREE", around.work_tree.is_some()),
        ("GIT_INDEX_FILE", around.index_file.is_some()),
        ("GIT_OBJECT_DIRECTORY", around.object_directory.is_some()),
        ("GIT_ALTERNATE_OBJECT_DIRECTORIES", !around.alternates.is_empty()),
        ("GIT_QUARANTINE_PATH", around.quarantine.is_some()),
        ("GIT_NAMESPACE", around.namespace.is_some()),
    ];
    match set.into_iter().find(|(_, is_set)| *is_set) {
        Some((variable, _)) => Err(FleetError::Variable { variable }),
        None => Ok(()),
    }
}

/// How many repositories are worked on at once.
fn jobs(options: &Fleet, entries: usize) -> NonZeroUsize {
    let jobs = options.jobs.unwrap_or_else(cores);
    NonZeroUsize::new(entries).map_or(NonZeroUsize::MIN, |entries| entries.min(jobs))
}

fn cores() -> NonZeroUsize {
    std::thread::available_parallelism().unwrap_or(NonZeroUsize::MIN)
}

fn wall() -> Time {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    Time { seconds: i64::try_from(since.as_secs()).unwrap_or(i64::MAX), offset: 0 }
}

/// What is said, and what it comes to.
struct Told<'t> {
    talk: &'t mut dyn Talk,
    json: bool,
    style: Style,
    ended: Ended,
    exit: Exit,
}

impl<'t> Told<'t> {
    fn new(options: &Fleet, style: Style, talk: &'t mut dyn Talk) -> Self {
        let doing = match (options.check, options.sync.dry_run) {
            (true, _) => Doing::Check,
            (_, true) => Doing::DryRun,
            _ => Doing::Sync,
        };
        let ended = Ended {
            time: wall(),
            took: Default::default(),
            doing,
            list: options.list.name.clone(),
            outcomes: BTreeMap::new(),
            not_begun: 0,
            before: None,
            attention: Vec::new(),
            record: options.resume.as_ref().map(|path| path.display().to_string()),
            problems: Vec::new(),
            exit: 0,
        };
        Self { talk, json: options.json, style, ended, exit: Exit::Done }
    }

    fn take(&mut self, row: Row) {
        let sum: &mut Sum = self.ended.outcomes.entry(row.outcome).or_default();
        sum.add(&row);
        self.exit = worse(self.exit, exit(row.outcome));
        let event = Event::Repository(Box::new(row));
        self.say(&event);
        if let Event::Repository(row) = event
            && !row.outcome.is_well()
        {
            self.ended.attention.push(*row);
        }
    }

    fn end(mut self) -> Exit {
        let open = self.ended.not_begun > 0 || !self.ended.problems.is_empty();
        let exit = if open { worse(self.exit, Exit::CouldNot) } else { self.exit };
        self.ended.attention.sort_by_key(|row| row.line);
        self.ended.exit = exit.code();
        let ended = Event::Ended(Box::new(self.ended.clone()));
        self.say(&ended);
        exit
    }

    /// Says it at once. Whoever does not listen any more is no reason to leave the work undone.
    fn say(&mut self, event: &Event) {
        let mut line = Vec::new();
        let written: io::Result<()> = match self.json {
            true => render::fleet::json(&mut line, event),
            false => render::fleet::human(&mut line, event, self.style),
        };
        drop(written.and_then(|()| self.talk.say(&line)));
    }
}

/// How a repository ends that ended so.
fn exit(outcome: RowOutcome) -> Exit {
    match outcome {
        RowOutcome::Committed | RowOutcome::Planned | RowOutcome::Unchanged | RowOutcome::Valid => Exit::Done,
        RowOutcome::Findings => Exit::Findings,
        RowOutcome::KeptMoving => Exit::KeptMoving,
        RowOutcome::Refused | RowOutcome::Failed => Exit::CouldNot,
    }
}

/// The one of two ends that asks more of people: what could not be done before what only has to be done again.
fn worse(one: Exit, other: Exit) -> Exit {
    let rank = |exit: Exit| match exit {
        Exit::Done => 0,
        Exit::Findings => 1,
        Exit::KeptMoving => 2,
        Exit::Usage => 3,
        Exit::CouldNot => 4,
    };
    if rank(other) > rank(one) { other } else { one }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_could_not_be_done_is_worse_than_what_has_to_be_done_again() {
        let grave_last = [Exit::Done, Exit::Findings, Exit::KeptMoving, Exit::CouldNot];
        for (at, one) in grave_last.into_iter().enumerate() {
            for (other_at, other) in grave_last.into_iter().enumerate() {
                assert_eq!(worse(one, other), grave_last[at.max(other_at)]);
            }
        }
    }

    #[test]
    fn every_variable_that_stands_for_one_repository_is_refused() {
        assert!(refuse_environment(&Environment::default()).is_ok());
        let git_dir = Environment { git_dir: Some("/x".into()), ..Environment::default() };
        let said = refuse_environment(&git_dir).map_err(|error| (error.exit(), error.to_string()));
        let words = "GIT_DIR is set, which would stand for every repository of the list; unset it".to_owned();
        assert_eq!(said, Err((Exit::Usage, words)));
    }
}
