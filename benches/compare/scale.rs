//! hhgit alone as repositories grow, a thousand files a fabric: first sync, nothing to do, one changed file.

use std::io::{self, Write};

use super::Asked;
use super::corpus::{Corpus, LEVELS};
use super::first::{first_sync, repository};
use super::million::{change, idle};
use super::run::{Took, cpu, middle, peak, wall};
use super::table::{megabytes, seconds};

/// How many files, in how many fabrics.
const POINTS: [(usize, usize); 8] = [
    (1_000, 1),
    (10_000, 10),
    (50_000, 50),
    (100_000, 100),
    (1_000_000, 1_000),
    (10_000, 1),
    (100_000, 1),
    (1_000_000, 1),
];

/// Prints the points.
pub(crate) fn points(out: &mut dyn Write, asked: &Asked) -> io::Result<()> {
    writeln!(
        out,
        "| files | fabrics | first sync, identity: wall | CPU | peak | new objects | schema: wall | CPU | peak | nothing to do | \
         cold | nothing remembered | one change: sync | cold | nothing remembered | check | cold | nothing remembered |"
    )?;
    writeln!(out, "|{}", "---|".repeat(18))?;
    for (files, fabrics) in POINTS.into_iter().filter(|(files, _)| !asked.quick || *files == 1_000) {
        let corpus = Corpus { files, documents: 1, fabrics, folders: fabrics == 1 && files > 1_000 };
        point(out, asked, corpus)?;
        out.flush()?;
    }
    Ok(())
}

fn point(out: &mut dyn Write, asked: &Asked, corpus: Corpus) -> io::Result<()> {
    let repository = repository(asked, corpus);
    write!(out, "| {} | {} ", corpus.files, corpus.fabrics)?;
    for level in LEVELS {
        let rounds = asked.rounds(if corpus.files < 500_000 { 5 } else { 2 });
        let mut runs: Vec<Took> = Vec::new();
        for _ in 0..rounds {
            runs.push(first_sync(&repository, level, corpus.objects()));
        }
        write!(
            out,
            "| {} | {} | {} ",
            seconds(middle(&runs, wall)),
            seconds(middle(&runs, cpu)),
            megabytes(peak(&runs))
        )?;
        if level == LEVELS[0] {
            write!(out, "| {:.1} MB ", repository.new_bytes() as f64 / 1e6)?;
        }
    }
    for line in idle(asked, corpus).iter().chain(&change(asked, corpus)) {
        write!(out, "| {} ", seconds(middle(&line.ours, wall)))?;
    }
    writeln!(out, "|")
}
