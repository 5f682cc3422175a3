//! A million files in a thousand fabrics: the first sync, and a sync that finds nothing to do.

use super::change::change;
use super::corpus::{Corpus, LEVELS};
use super::first::{first_sync, repository, two};
use super::repository::Repository;
use super::run::{Turn, by_turns, hhgit, said, took};
use super::table::{Goal, Line, number};
use super::{Asked, peers};

/// The rows of this name.
pub(crate) fn rows(asked: &Asked, name: &str) -> Vec<Line> {
    match name {
        "1m" => first(asked, corpus(asked, false), LEVELS[0]),
        "1m-schema" => first(asked, corpus(asked, false), LEVELS[1]),
        "1m-one" => first(asked, corpus(asked, true), LEVELS[0]),
        "idle" => idle(asked, corpus(asked, false), &synced(asked, corpus(asked, false))),
        _ => change(asked, corpus(asked, false), &synced(asked, corpus(asked, false))),
    }
}

/// A million files, in a thousand fabrics or in one.
fn corpus(asked: &Asked, one: bool) -> Corpus {
    let files = asked.size(1_000_000, 2_000);
    Corpus { files, documents: 1, fabrics: if one { 1 } else { asked.size(1_000, 20) }, folders: one }
}

/// A corpus's fabrics, in words.
pub(crate) fn fabrics(corpus: Corpus) -> String {
    if corpus.fabrics == 1 { "one fabric".to_owned() } else { format!("{} fabrics", number(corpus.fabrics)) }
}

/// The first sync, beside that of a twentieth of it: memory, and whether the time is linear.
fn first(asked: &Asked, corpus: Corpus, level: &str) -> Vec<Line> {
    let small = Corpus::flat(asked.size(50_000, 1_000));
    let (large, little) = (repository(asked, corpus), repository(asked, small));
    let ours: Turn<'_> = Box::new(|_| first_sync(&large, level, corpus.objects()));
    let theirs: Turn<'_> = Box::new(|_| first_sync(&little, level, small.objects()));
    let [ours, theirs] = two(by_turns(asked.rounds(3), vec![ours, theirs]));
    let work = format!("first sync of {} files in {}, {level}", number(corpus.files), fabrics(corpus));
    let (beside, goal) = (format!("that of {} files", number(small.files)), Goal::Times(22.0));
    let memory = format!("{work}: memory");
    let time = Line { work, beside, goal, ours: ours.clone(), theirs };
    let goal = Goal::Memory(600_000_000);
    vec![time, Line { work: memory, beside: String::new(), goal, ours, theirs: Vec::new() }]
}

/// The repository after its first sync.
pub(crate) fn synced(asked: &Asked, corpus: Corpus) -> Repository {
    let mut repository = repository(asked, corpus);
    repository.sync_and_keep(LEVELS[0], corpus.objects());
    repository
}

/// How cold a run is.
#[derive(Clone, Copy, PartialEq)]
pub(crate) enum Cold {
    /// Files are in memory, and hhgit remembers.
    Warm,
    /// Files are not in memory.
    Files,
    /// hhgit remembers nothing.
    Memory,
}

impl Cold {
    pub(crate) const ALL: [(Self, &'static str); 3] =
        [(Self::Warm, ""), (Self::Files, ", files not in memory"), (Self::Memory, ", nothing remembered")];

    /// Makes a repository that was warm so cold.
    pub(crate) fn prepare(self, repository: &Repository) {
        match self {
            Self::Warm => {}
            Self::Files => assert!(repository.put_out_of_memory(), "the system cannot put files out of memory"),
            Self::Memory => repository.forget(),
        }
    }
}

/// Lines for each coldness: hhgit's turn beside git's own start in the same.
pub(crate) fn lines<'a>(
    asked: &Asked,
    repository: &'a Repository,
    (work, most): (&str, f64),
    ours: &dyn Fn(Cold) -> Turn<'a>,
) -> Vec<Line> {
    let each = Cold::ALL.into_iter().map(|(cold, words)| {
        let start = move |_| {
            if cold == Cold::Files {
                cold.prepare(repository);
            }
            took(&mut peers::rev_parse(repository.dir()))
        };
        let rounds = asked.rounds(if cold == Cold::Warm { 31 } else { 5 });
        let [ours, theirs] = two(by_turns(rounds, vec![ours(cold), Box::new(start)]));
        let goal = if cold == Cold::Warm { Goal::Times(most) } else { Goal::None };
        Line { work: format!("{work}{words}"), beside: format!("`git rev-parse HEAD`{words}"), goal, ours, theirs }
    });
    each.collect()
}

/// Syncs that find nothing to do.
pub(crate) fn idle(asked: &Asked, corpus: Corpus, repository: &Repository) -> Vec<Line> {
    repository.reset();
    let tip = repository.tip(LEVELS[0]);
    let sync = |cold: Cold| -> Turn<'_> {
        let tip = tip.clone();
        Box::new(move |_| {
            said(&mut hhgit(repository.dir(), &["sync", LEVELS[0]]));
            cold.prepare(repository);
            let took = took(&mut hhgit(repository.dir(), &["sync", LEVELS[0]]));
            assert_eq!(repository.tip(LEVELS[0]), tip, "there was nothing to do");
            took
        })
    };
    let work = format!("sync of {} files in {}, nothing to do", number(corpus.files), fabrics(corpus));
    lines(asked, repository, (&work, 3.0), &sync)
}
