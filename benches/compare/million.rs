//! A million files in a thousand fabrics: the first sync, a sync that finds nothing to do, and one changed file.

use super::checks::assert_looks;
use super::corpus::{self, Corpus, LEVELS};
use super::first::{first_sync, repository, two};
use super::repository::Repository;
use super::run::{Took, Turn, by_turns, ended, git, hhgit, said, took};
use super::table::{Goal, Line};
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

fn fabrics(corpus: Corpus) -> String {
    if corpus.fabrics == 1 { "one fabric".to_owned() } else { format!("{} fabrics", corpus.fabrics) }
}

/// The first sync, beside that of a twentieth of it: memory, and whether the time is linear.
fn first(asked: &Asked, corpus: Corpus, level: &str) -> Vec<Line> {
    let small = Corpus::flat(asked.size(50_000, 1_000));
    let (large, little) = (repository(asked, corpus), repository(asked, small));
    let ours: Turn<'_> = Box::new(|_| first_sync(&large, level, corpus.objects()));
    let theirs: Turn<'_> = Box::new(|_| first_sync(&little, level, small.objects()));
    let [ours, theirs] = two(by_turns(asked.rounds(3), vec![ours, theirs]));
    let work = format!("first sync of {} files in {}, {level}", corpus.files, fabrics(corpus));
    let (beside, goal) = (format!("that of {} files", small.files), Goal::Times(22.0));
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
enum Cold {
    /// Files are in memory, and hhgit remembers.
    Warm,
    /// Files are not in memory.
    Files,
    /// hhgit remembers nothing.
    Memory,
}

impl Cold {
    const ALL: [(Self, &'static str); 3] =
        [(Self::Warm, ""), (Self::Files, ", files not in memory"), (Self::Memory, ", nothing remembered")];

    /// Makes a repository that was warm so cold.
    fn prepare(self, repository: &Repository) {
        match self {
            Self::Warm => {}
            Self::Files => assert!(repository.put_out_of_memory(), "the system cannot put files out of memory"),
            Self::Memory => repository.forget(),
        }
    }
}

/// Lines for each coldness: hhgit's turn beside git's own start in the same.
fn lines<'a>(
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
    let work = format!("sync of {} files in {}, nothing to do", corpus.files, fabrics(corpus));
    lines(asked, repository, (&work, 3.0), &sync)
}

/// What one changed file costs, when all else is as it was at the last sync: a sync of what was pushed, and a check of a range.
pub(crate) fn change(asked: &Asked, corpus: Corpus, repository: &Repository) -> Vec<Line> {
    repository.reset();
    let (dir, base) = (repository.dir(), repository.tip(LEVELS[0]));
    let wrong = format!("{}managed/servers/server-wrong.yaml", corpus.fabric(corpus.fabrics / 2));
    assert_looks(repository, &base, &wrong, &["check", "--level", "schema", "RANGE"]);
    let servers: Vec<String> = (0..7).map(|number| a_server(repository, &base, corpus, number)).collect();
    let servers = &servers;
    // What is remembered is the base's, in each round anew; the change is another in each.
    let ready = |round: usize, of: &str, cold: Cold| {
        repository.restore();
        said(&mut hhgit(dir, &["sync", LEVELS[0]]));
        let server = &servers[round % servers.len()];
        let (fabric, file) = server.split_once("managed/servers/").expect("servers are listed there");
        let words = format!("changed {round}");
        let text = corpus::described(file.trim_end_matches(".yaml"), &words);
        let path = if of == LEVELS[0] { format!("{fabric}raw/{file}") } else { server.clone() };
        repository.change(of, &base, &path, &text);
        cold.prepare(repository);
        server.clone()
    };
    let sync = |cold: Cold| -> Turn<'_> {
        let (ready, base) = (&ready, &base);
        Box::new(move |round| -> Took {
            let server = ready(round, LEVELS[0], cold);
            let took = took(&mut hhgit(dir, &["sync", LEVELS[0]]));
            let changed = said(&mut git(dir, &["diff", "--name-only", base, LEVELS[0]]));
            assert_eq!(changed, server, "the sync brought the change to its place");
            took
        })
    };
    let check = |cold: Cold| -> Turn<'_> {
        let (ready, base) = (&ready, &base);
        Box::new(move |round| -> Took {
            ready(round, "other", cold);
            took(&mut hhgit(dir, &["check", &format!("{base}..other")]))
        })
    };
    let words = |what: &str| format!("{what} after one changed file of {} in {}", corpus.files, fabrics(corpus));
    remember(repository);
    let mut all = lines(asked, repository, (&words("sync"), 5.0), &sync);
    remember(repository);
    all.extend(lines(asked, repository, (&words("check OLD..NEW"), 5.0), &check));
    all
}

/// Has hhgit look at all of it once, so that it can remember; the objects break rules between them, which does not matter here.
fn remember(repository: &Repository) {
    repository.restore();
    let (_, code, said) = ended(&mut hhgit(repository.dir(), &["check", LEVELS[0]]));
    assert!(code.is_some_and(|code| code < 2), "{said}");
}

/// A server's file in managed/ in one of the fabrics.
fn a_server(repository: &Repository, base: &str, corpus: Corpus, number: usize) -> String {
    let fabric = corpus.fabric(number * 37 % corpus.fabrics);
    let folder = format!("{fabric}managed/servers/");
    let list = said(&mut git(repository.dir(), &["ls-tree", "--name-only", base, &folder]));
    let servers: Vec<&str> = list.lines().filter(|path| path.ends_with(".yaml")).collect();
    servers[(number * 11 + 3) % servers.len()].to_owned()
}
