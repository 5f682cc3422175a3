//! How hhgit stands beside what else could do its work: `cargo bench --bench compare [-- WORD...]`.
//!
//! It makes repositories below target/compare/ (2 GB, kept for the next time), runs hhgit and the others that are installed by turns, and
//! prints a table: the medians of the ratios of the runs of each round, and whether they are what is asked. A run whose result is
//! wrong ends it. The words:
//!
//! - `rows NAME,NAME`: only these rows; a wrong name lists them.
//! - `quick`: small repositories, to see that everything runs; the numbers mean nothing.
//! - `rounds N`: how often each is run.
//! - `place DIR`: where the repositories are made.
//! - `instructions`: no table, but instructions counted by valgrind, which other work on the machine does not change.
//! - `starts`: no table, but small commands beside git's own start.
//! - `scale`: no table, but hhgit alone from 1,000 to 1,000,000 files.
//! - `fleet`: no table, but `hhgit fleet` with 1 to 1,000 repositories.
//! - `pushes`: no table, but pushes to a server with and without hhgit's hook.
//!
//! `HHGIT_EXE` names another hhgit to measure, `HHGIT_BASELINE` another script for the place of `plumbing.py`,
//! `HHGIT_KUBECONFORM_SCHEMAS` what kubeconform is to be given as `-schema-location`.

mod change;
mod checks;
mod corpus;
mod documents;
#[path = "../fabric/mod.rs"]
mod fabric;
mod first;
mod fleets;
mod instructions;
mod million;
mod peers;
mod pushes;
mod repository;
mod run;
mod scale;
mod starts;
#[path = "../../tests/support/mod.rs"]
mod support;
mod table;

use std::io::{self, Write};
use std::path::PathBuf;

use table::Line;

/// What was asked for.
pub(crate) struct Asked {
    /// Where repositories are made.
    place: PathBuf,
    /// Whether all is small.
    quick: bool,
    /// How often each is run, if that was said.
    rounds: Option<usize>,
}

/// A part of the table: the names of its rows, and what makes them.
type Part = (&'static [&'static str], fn(&Asked, &str) -> Vec<Line>);

/// The table.
const PARTS: [Part; 4] = [
    (&["50k", "50k-schema", "10k", "multi"], first::rows),
    (&["kubeconform", "rules"], checks::rows),
    (&["1m", "1m-schema", "1m-one", "idle", "change"], million::rows),
    (&["16mb", "200mb"], documents::rows),
];

/// What can be said.
const WORDS: [&str; 9] = ["rows", "rounds", "place", "quick", "instructions", "starts", "scale", "fleet", "pushes"];

fn main() -> io::Result<()> {
    let words: Vec<String> = std::env::args().skip(1).filter(|word| word != "--bench").collect();
    if let [word, file] = &words[..]
        && word == "events"
    {
        return peers::events(file.as_ref());
    }
    let with_value = |index: usize| index > 0 && ["rows", "rounds", "place"].contains(&words[index - 1].as_str());
    let wrong = words.iter().enumerate().find(|(index, word)| !with_value(*index) && !WORDS.contains(&word.as_str()));
    if let Some((_, word)) = wrong {
        return Err(io::Error::other(format!(
            "{word:?} is no word that is known here; there are {}",
            WORDS.join(", ")
        )));
    }
    let after = |word: &str| words.iter().skip_while(|other| *other != word).nth(1);
    let has = |word: &str| words.iter().any(|other| other == word);
    let quick = has("quick");
    let kept = || PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("target/compare");
    let place = after("place").map_or_else(kept, PathBuf::from).join(if quick { "quick" } else { "full" });
    let asked = Asked { place, quick, rounds: after("rounds").and_then(|text| text.parse().ok()) };
    let mut out = io::stdout().lock();
    match () {
        () if has("instructions") => instructions::count(&mut out, &asked),
        () if has("starts") => starts::times(&mut out, &asked),
        () if has("scale") => scale::points(&mut out, &asked),
        () if has("fleet") => fleets::points(&mut out, &asked),
        () if has("pushes") => pushes::points(&mut out, &asked),
        () => rows(&mut out, &asked, after("rows").map(String::as_str)),
    }
}

fn rows(out: &mut dyn Write, asked: &Asked, only: Option<&str>) -> io::Result<()> {
    let names: Vec<&str> = PARTS.iter().flat_map(|(names, _)| names.iter().copied()).collect();
    let wanted: Vec<&str> = only.map_or_else(|| names.clone(), |only| only.split(',').collect());
    if let Some(wrong) = wanted.iter().find(|name| !names.contains(name)) {
        return Err(io::Error::other(format!("no row is called {wrong}; there are {}", names.join(", "))));
    }
    if cfg!(debug_assertions) && std::env::var_os("HHGIT_EXE").is_none() {
        writeln!(out, "hhgit was built without optimisation: the numbers mean nothing")?;
    }
    table::head(out)?;
    let mut answers = Vec::new();
    for (names, make) in PARTS {
        for name in names.iter().filter(|name| wanted.contains(name)) {
            for line in make(asked, name) {
                line.write(out)?;
                answers.extend(line.reached());
            }
            out.flush()?;
        }
    }
    let count = |word: &str| answers.iter().filter(|answer| **answer == word).count();
    let (yes, no, unknown) = (count("yes"), count("no"), count("not known"));
    writeln!(out, "\nOf {} goals {yes} are reached, {no} are not, {unknown} are not known.", answers.len())
}

impl Asked {
    /// This number, or the small one if all is to be small.
    pub(crate) fn size(&self, full: usize, quick: usize) -> usize {
        if self.quick { quick } else { full }
    }

    /// How often to run, unless it was said: this often, or once more than a warm-up if all is to be small.
    pub(crate) fn rounds(&self, usual: usize) -> usize {
        self.rounds.unwrap_or(if self.quick { 1 } else { usual })
    }
}
