//! `hhgit replay`: what today's rules say of each commit of a history, each blob and fabric directory judged once.
//!
//! What was found is put down on the way, under a name that all but the commit goes into, so that a run that was cut short
//! is taken up by the next.

pub mod line;

use std::collections::BTreeMap;
use std::num::NonZeroUsize;
use std::sync::{Arc, Mutex, PoisonError};

use crate::fabric::kinds::Kinds;
use crate::git::{Reader, Repo};
use crate::ids::{CommitId, TreeId, sha256_hex};
use crate::memory::journal::Journal;
use crate::options::CheckLevel;
use crate::options::Common;
use crate::options::replay::Replay;
use crate::path::RepoPath;
use crate::progress::Stage;
use crate::render::error::words;
use crate::report::replay::{self as report, Replayed, Said, Tally};
use crate::schema::Schemas;
use crate::snapshot::{Commit, Objects};

use super::check::{self, one};
use super::error::ModeError;
use super::history::each::each;
use super::history::stretch::Stretch;
use super::judged::Judgements;
use super::look::Request;
use super::stamp;

/// How many fabric directories' tallies are kept.
const KEPT: usize = 4096;

/// Judges each commit of a history.
pub fn replay(common: &Common, options: &Replay) -> Result<report::Replay, ModeError> {
    let repo = Repo::open(&common.directory)?;
    let reader = Reader::new(&repo)?;
    let stretch = Stretch::of(&repo, &reader, &options.commits)?;
    let walked = stretch.walk(&reader)?;
    let request = request(options)?;
    let ruleset = request.rules.as_ref().map(|(kinds, schemas)| stamp::ruleset(kinds, schemas));
    let journal = repo.journal(&name(common, options, ruleset.as_deref()));
    let lines = journal.read();
    let said = |commit: &Commit| Some((commit.id, line::read(lines.get(&commit.id)?)?));
    let mut found: BTreeMap<CommitId, Said> = walked.commits.iter().filter_map(said).collect();
    let known = found.len();
    let mut missing: Vec<&Commit> = walked.commits.iter().filter(|commit| !found.contains_key(&commit.id)).collect();
    // Oldest first, so that what is known of a commit's parents serves it.
    missing.reverse();
    let bench = Bench { common, request, level: options.level, journal: &journal, tallies: Mutex::default() };
    let work = common.progress.begin(Stage::Judge, missing.len());
    found.extend(each(&reader, &missing, (options.threads, &work), &|past, commit| bench.judge(past, commit)));
    drop(work);
    let own = found.iter().filter_map(|(commit, said)| Some((*commit, line::write(said)?))).collect();
    let mut notes = notes(known, walked.commits.len(), walked.cut.len());
    if let Err(error) = journal.finish(own, lines) {
        notes.push(format!("What was found could not be kept for the next run: {error}."));
    }
    let replayed = |commit: Commit| {
        let said = found.remove(&commit.id).expect("what was not known was judged");
        Replayed { commit: commit.id, time: commit.committed, said }
    };
    let commits = walked.commits.into_iter().map(replayed).collect();
    Ok(report::Replay { reference: stretch.name, level: options.level.as_str(), ruleset, commits, known, notes })
}

fn notes(known: usize, all: usize, cut: usize) -> Vec<String> {
    let mut notes = Vec::new();
    if known > 0 {
        notes.push(format!("{known} of {all} commits were judged by an earlier run and not again."));
    }
    if cut > 0 {
        notes.push("History is cut off here; git fetch --unshallow brings the rest.".to_owned());
    }
    notes
}

fn request(options: &Replay) -> Result<Request, ModeError> {
    let (rules, settings) = (check::rules(&options.crds)?, options.settings.clone());
    let (threads, judged) = (NonZeroUsize::new(1), Some(Arc::<Judgements>::default()));
    Ok(Request { rules, settings, threads, judged, ..check::request_at(options.level) })
}

/// Under which name it is kept what was found: by all that it depends on besides the commit and its history.
fn name(common: &Common, options: &Replay, ruleset: Option<&str>) -> String {
    let builtin = stamp::ruleset(&Kinds::builtin(), &Schemas::builtin());
    let (version, fabrics) = (env!("CARGO_PKG_VERSION"), &common.fabrics);
    let (level, settings) = (options.level, &options.settings);
    let text = format!("{version}\n{builtin}\n{ruleset:?}\n{level:?}\n{settings:?}\n{fabrics:?}\n");
    sha256_hex(text.as_bytes())[..32].to_owned()
}

/// What all threads that judge share.
struct Bench<'a> {
    common: &'a Common,
    request: Request,
    level: CheckLevel,
    journal: &'a Journal,
    tallies: Mutex<BTreeMap<(RepoPath, TreeId), Tally>>,
}

impl Bench<'_> {
    /// Judges a commit, and has what was found put down.
    fn judge(&self, past: &dyn Objects, commit: &Commit) -> Said {
        let said = match self.tally(past, commit) {
            Ok(Some(tally)) => Said::Judged(tally),
            Ok(None) => Said::NoFabric,
            Err(error) => Said::Unread(words(&error).join(": ")),
        };
        if let Some(line) = line::write(&said) {
            self.journal.add(commit.id, line);
        }
        said
    }

    /// What is found in all fabric directories of a commit; none if there is none.
    fn tally(&self, past: &dyn Objects, commit: &Commit) -> Result<Option<Tally>, ModeError> {
        let dirs = one::dirs_of(past, commit, &self.common.fabrics)?;
        let mut all = Tally::default();
        for dir in &dirs {
            let key = (dir.path.clone(), dir.tree);
            let known = self.tallies.lock().unwrap_or_else(PoisonError::into_inner).get(&key).cloned();
            let tally = match known {
                Some(tally) => tally,
                None => {
                    let (tally, holds) = one::tally(past, &self.request, self.level, commit, dir)?;
                    if holds {
                        let mut tallies = self.tallies.lock().unwrap_or_else(PoisonError::into_inner);
                        if tallies.len() == KEPT {
                            tallies.clear();
                        }
                        tallies.insert(key, tally.clone());
                    }
                    tally
                }
            };
            all.add(&tally);
        }
        Ok((!dirs.is_empty()).then_some(all))
    }
}
