//! Large files: one document of 16 MB, and a file of 200 MB with many, beside libyaml's events of the same bytes.

use std::fs::{self, File};
use std::io::{self, BufWriter, Read, Write};
use std::path::PathBuf;

use super::first::two;
use super::repository::Repository;
use super::run::{by_turns, hhgit, took};
use super::table::{Goal, Line};
use super::{Asked, corpus, peers};

/// The limit for a file of 200 MB.
const RAISED: &str = "--max-file-size=400000000";
/// The branch.
const BRANCH: &str = "identity";

/// The rows of this name.
pub(crate) fn rows(asked: &Asked, name: &str) -> Vec<Line> {
    match name {
        "16mb" => large(asked, "one document", asked.size(16_000_000, 300_000) as u64, false),
        _ => large(asked, "many documents", asked.size(200_000_000, 500_000) as u64, true),
    }
}

fn large(asked: &Asked, name: &str, bytes: u64, many: bool) -> Vec<Line> {
    let (file, objects) = write(asked, bytes, many).unwrap_or_else(|error| panic!("{name} cannot be written: {error}"));
    let size = fs::metadata(&file).map_or(0, |data| data.len());
    let repository = Repository::named(&asked.place, &format!("{bytes}{}", if many { "-many" } else { "" }), &|out| {
        corpus::commit(out, BRANCH, None)?;
        corpus::file(out, ".hnp/manifest.yaml", "version: '1.0'\n")?;
        writeln!(out, "M 100644 inline raw/large.yaml\ndata {size}")?;
        io::copy(&mut File::open(&file)?, out)?;
        writeln!(out)
    });
    let dir = repository.dir();
    let all = by_turns(
        asked.rounds(if many { 3 } else { 7 }),
        vec![
            Box::new(|_| {
                repository.reset();
                let took = took(&mut hhgit(dir, &["sync", BRANCH, RAISED]));
                repository.assert_sorted(BRANCH, objects);
                took
            }),
            Box::new(|_| took(&mut peers::libyaml(&file))),
        ],
    );
    let [ours, theirs] = two(all);
    let work = format!("first sync of {name}, {} MB, schema", size / 1_000_000);
    let memory = Line {
        work: format!("{work}: memory, 3 x the file"),
        beside: String::new(),
        goal: Goal::Memory(3 * size),
        ours: ours.clone(),
        theirs: Vec::new(),
    };
    vec![Line { work, beside: "libyaml's events".to_owned(), goal: Goal::Times(4.0), ours, theirs }, memory]
}

/// The file, and how many documents it has.
fn write(asked: &Asked, bytes: u64, many: bool) -> io::Result<(PathBuf, usize)> {
    fs::create_dir_all(&asked.place)?;
    let path = asked.place.join(format!("{bytes}{}.yaml", if many { "-many" } else { "" }));
    let count = if many {
        let mut out = BufWriter::new(File::create(&path)?);
        let count = corpus::stream(&mut out, bytes)?;
        out.flush()?;
        count
    } else {
        let mut out = BufWriter::new(File::create(&path)?);
        corpus::document(&mut out, bytes)?;
        out.flush()?;
        1
    };
    // It is in memory when it is read first.
    io::copy(&mut File::open(&path)?.take(u64::MAX), &mut io::sink())?;
    Ok((path, count))
}
