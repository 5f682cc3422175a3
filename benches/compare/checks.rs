//! Checks of a whole commit of which nothing is remembered.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use super::corpus::{self, Corpus, LEVELS};
use super::first::{repository, two};
use super::repository::Repository;
use super::run::{Turn, by_turns, ended, git, hhgit, said, took};
use super::table::{Goal, Line, number};
use super::{Asked, fabric, peers};

/// The rows of this name.
pub(crate) fn rows(asked: &Asked, name: &str) -> Vec<Line> {
    match name {
        "kubeconform" => beside_kubeconform(asked),
        _ => all_rules(asked),
    }
}

/// A check by schemas, also beside git's reading of the same files: a measure that is here where kubeconform is not.
fn beside_kubeconform(asked: &Asked) -> Vec<Line> {
    let corpus = Corpus::flat(asked.size(50_000, 1_000));
    let repository = &repository(asked, corpus);
    let base = repository.tip(LEVELS[1]);
    assert_looks(repository, &base, "raw/zz.yaml", &["check", "--level", "schema"]);
    let (files, ids) = (&asked.place.join("files"), &repository.ids(LEVELS[1]));
    let check: Turn<'_> = Box::new(|_| {
        repository.reset();
        took(&mut hhgit(repository.dir(), &["check", "--level", "schema", LEVELS[1]]))
    });
    let mut turns = vec![check, Box::new(|_| took(&mut peers::cat_file(repository.dir(), ids)))];
    if peers::kubeconform(files).is_some() {
        lay_out(repository, files);
        turns.push(Box::new(|_| took(&mut peers::kubeconform(files).expect("it was here just now"))));
    }
    let mut all = by_turns(asked.rounds(7), turns).into_iter();
    let mut next = || all.next().unwrap_or_default();
    let (ours, reading, theirs) = (next(), next(), next());
    let work = format!("check --level schema of {} files", number(corpus.files));
    let line = |beside: &str, goal, theirs| Line {
        work: work.clone(),
        beside: beside.to_owned(),
        goal,
        ours: ours.clone(),
        theirs,
    };
    vec![
        line("kubeconform -strict -n 2", Goal::Times(1.0 / 8.0), theirs),
        line("`git cat-file --batch --buffer`", Goal::None, reading),
    ]
}

/// Panics unless this check of a commit finds the error that is put on top of it.
pub(crate) fn assert_looks(repository: &Repository, base: &str, path: &str, check: &[&str]) {
    let wrong = corpus::described("server-wrong", "[]");
    repository.change("wrong", base, path, &wrong);
    let target = if check.contains(&"RANGE") { format!("{base}..wrong") } else { "wrong".to_owned() };
    let check: Vec<&str> = check.iter().copied().filter(|word| *word != "RANGE").collect();
    let mut command: Command = hhgit(repository.dir(), &check);
    let (_, code, said) = ended(command.arg(target));
    assert_eq!(code, Some(1), "{check:?} overlooks {path}: {said}");
    repository.reset();
}

/// The files of raw/ in a folder.
fn lay_out(repository: &Repository, files: &Path) {
    drop(fs::remove_dir_all(files));
    fs::create_dir_all(files).expect("the repository was made beside it");
    let index = repository.dir().join("index.compare");
    let mut read = git(repository.dir(), &["read-tree", "-m", LEVELS[1]]);
    said(read.env("GIT_INDEX_FILE", &index));
    let prefix = format!("--prefix={}/", files.canonicalize().unwrap_or_else(|_| PathBuf::from(files)).display());
    let mut write = git(repository.dir(), &["checkout-index", "--all", &prefix]);
    said(write.env("GIT_INDEX_FILE", &index));
    drop(fs::remove_dir_all(files.join(".hnp")));
}

/// A check by all rules beside one by schemas, each without and with what is remembered.
fn all_rules(asked: &Asked) -> Vec<Line> {
    let size = asked.size(10_000, 300);
    let objects = || fabric::objects(size).into_iter();
    let mut repository = Repository::named(&asked.place, &format!("rules-{size}"), &|out| {
        corpus::commit(out, "identity", None)?;
        corpus::file(out, ".hnp/manifest.yaml", "version: '1.0'\n")?;
        objects().try_for_each(|object| corpus::file(out, &format!("raw/{}", object.name), &object.text))
    });
    repository.sync_and_keep("identity", size);
    let base = repository.tip("identity");
    assert_looks(&repository, &base, "managed/servers/server-wrong.yaml", &["check"]);
    let check = |level: &'static str, cold: bool| -> Turn<'_> {
        let repository = &repository;
        Box::new(move |_| {
            if cold {
                repository.forget();
            }
            took(&mut hhgit(repository.dir(), &["check", "--level", level]))
        })
    };
    let line = |cold: bool, words: &str, goal: Goal| {
        let all = by_turns(asked.rounds(9), vec![check("references", cold), check("schema", cold)]);
        let [ours, theirs] = two(all);
        let work = format!("check by all rules of one fabric of {} objects{words}", number(size));
        Line { work, beside: format!("the same, --level schema{words}"), goal, ours, theirs }
    };
    vec![line(true, "", Goal::Times(2.0)), line(false, ", remembered", Goal::None)]
}
