//! First syncs: everything lies in raw/, and nothing was ever seen before.

use super::Asked;
use super::corpus::Corpus;
use super::peers::{self, Plumbing, WRITERS};
use super::repository::Repository;
use super::run::{Took, Turn, by_turns, hhgit, middle, took, wall};
use super::table::{Goal, Line, number};

/// The rows of this name.
pub(crate) fn rows(asked: &Asked, name: &str) -> Vec<Line> {
    match name {
        "50k" => vec![beside_reading(asked, "identity", 1.0)],
        "50k-schema" => vec![beside_reading(asked, "schema", 1.6)],
        "10k" => beside_plumbing(asked, Corpus::flat(asked.size(10_000, 200)), 15.0),
        _ => {
            let (files, documents) = (20, asked.size(500, 20));
            beside_plumbing(asked, Corpus { files, documents, fabrics: 1, folders: false }, 10.0)
        }
    }
}

/// The repository of a corpus.
pub(crate) fn repository(asked: &Asked, corpus: Corpus) -> Repository {
    let Corpus { files, documents, fabrics, folders } = corpus;
    let name = format!("{files}x{documents}-{fabrics}{}", if folders { "-folders" } else { "" });
    Repository::named(&asked.place, &name, &|out| corpus.write(out))
}

/// hhgit syncing a branch that nobody has looked at.
pub(crate) fn first_sync(repository: &Repository, branch: &str, objects: usize) -> Took {
    repository.reset();
    let took = took(&mut hhgit(repository.dir(), &["sync", branch]));
    repository.assert_sorted(branch, objects);
    took
}

fn beside_reading(asked: &Asked, level: &str, most: f64) -> Line {
    let corpus = Corpus::flat(asked.size(50_000, 1_000));
    let repository = repository(asked, corpus);
    let ids = repository.ids(level);
    let ours: Turn<'_> = Box::new(|_| first_sync(&repository, level, corpus.objects()));
    let theirs: Turn<'_> = Box::new(|_| took(&mut peers::cat_file(repository.dir(), &ids)));
    let [ours, theirs] = two(by_turns(asked.rounds(9), vec![ours, theirs]));
    let work = format!("first sync of {} files, {level}", number(corpus.files));
    Line { work, beside: "`git cat-file --batch --buffer`".to_owned(), goal: Goal::Times(most), ours, theirs }
}

/// The runs of two.
pub(crate) fn two(all: Vec<Vec<Took>>) -> [Vec<Took>; 2] {
    all.try_into().unwrap_or_else(|_| panic!("two took part"))
}

/// A row for the goal, at level identity as the other sorts, and one for level schema, of which nothing is asked.
fn beside_plumbing(asked: &Asked, corpus: Corpus, part: f64) -> Vec<Line> {
    let repository = &repository(asked, corpus);
    let plumbing = &Plumbing::found(&asked.place);
    let ours = |level: &'static str| -> Turn<'_> { Box::new(move |_| first_sync(repository, level, corpus.objects())) };
    let mut turns = vec![ours("identity"), ours("schema")];
    for writer in WRITERS {
        let Some(plumbing) = plumbing else { continue };
        turns.push(Box::new(move |_| {
            repository.reset();
            let took = took(&mut plumbing.command(repository.dir(), "identity", writer));
            repository.assert_sorted("identity", corpus.objects());
            took
        }));
    }
    let mut all = by_turns(asked.rounds(7), turns);
    let others = all.split_off(2).into_iter().zip(WRITERS);
    let best = others.min_by(|one, two| middle(&one.0, wall).total_cmp(&middle(&two.0, wall)));
    let (theirs, writer) = best.unwrap_or((Vec::new(), "all ways"));
    let documents = if corpus.documents == 1 { String::new() } else { format!(" of {} documents", corpus.documents) };
    let goals = [("identity", Goal::Times(1.0 / part)), ("schema", Goal::None)];
    let lines = all.into_iter().zip(goals).map(|(ours, (level, goal))| Line {
        work: format!("first sync of {} files{documents}, {level}", number(corpus.files)),
        beside: format!("git plumbing and libyaml, {writer}"),
        goal,
        ours,
        theirs: theirs.clone(),
    });
    lines.collect()
}
