//! hhgit alone as repositories grow, a thousand files a fabric: first sync, nothing to do, one changed file. The fastest
//! of each case's runs, since other work on the machine only ever adds.

use std::io::{self, Write};

use super::Asked;
use super::change::change;
use super::corpus::{Corpus, LEVELS};
use super::first::{first_sync, repository};
use super::million::{idle, synced};
use super::repository::Repository;
use super::run::{Took, cpu, least, peak, wall};
use super::table::{megabytes, number, seconds};

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
    growth(out, asked)
}

fn point(out: &mut dyn Write, asked: &Asked, corpus: Corpus) -> io::Result<()> {
    let mut repository = repository(asked, corpus);
    write!(out, "| {} | {} ", number(corpus.files), number(corpus.fabrics))?;
    for level in LEVELS {
        let rounds = asked.rounds(if corpus.files < 500_000 { 5 } else { 2 });
        let mut runs: Vec<Took> = Vec::new();
        for _ in 0..rounds {
            runs.push(first_sync(&repository, level, corpus.objects()));
        }
        write!(
            out,
            "| {} | {} | {} ",
            seconds(least(&runs, wall)),
            seconds(least(&runs, cpu)),
            megabytes(peak(&runs))
        )?;
        if level == LEVELS[0] {
            write!(out, "| {:.2} MB ", repository.new_bytes() as f64 / 1e6)?;
        }
    }
    repository.sync_and_keep(LEVELS[0], corpus.objects());
    for line in idle(asked, corpus, &repository).iter().chain(&change(asked, corpus, &repository)[..6]) {
        write!(out, "| {} ({}) ", seconds(least(&line.ours, wall)), seconds(least(&line.ours, cpu)))?;
    }
    writeln!(out, "|")
}

/// Prints what history and CRDs add, in a fabric of a thousand files.
fn growth(out: &mut dyn Write, asked: &Asked) -> io::Result<()> {
    writeln!(
        out,
        "\n| a fabric of 1,000 files with | nothing to do | cold | nothing remembered | one change: sync | cold | nothing remembered |"
    )?;
    writeln!(out, "|---|---|---|---|---|---|---|")?;
    let corpus = Corpus::flat(1_000);
    for count in [1, 100, 10_000] {
        let mut repository = synced(asked, corpus);
        let base = repository.tip(LEVELS[0]);
        let text = |number| super::corpus::described("server-history", &format!("Commit {number}"));
        let files = (0..count).map(|number| ("managed/servers/server-history.yaml".to_owned(), text(number)));
        repository.grow(LEVELS[0], &base, true, &mut files.into_iter());
        row(out, asked, &format!("{} later commits", number(count)), corpus, &repository)?;
    }
    for count in [1, 20, 200] {
        let mut repository = synced(asked, corpus);
        let base = repository.tip(LEVELS[0]);
        let files = (0..count).map(|number| (format!(".hnp/crds/{number}.yaml"), crd(number)));
        repository.grow(LEVELS[0], &base, false, &mut files.into_iter());
        // The new kinds get folders.
        repository.sync_and_keep(LEVELS[0], corpus.objects());
        row(out, asked, &format!("{count} CRDs of 100 fields"), corpus, &repository)?;
    }
    Ok(())
}

fn row(out: &mut dyn Write, asked: &Asked, name: &str, corpus: Corpus, repository: &Repository) -> io::Result<()> {
    write!(out, "| {name} ")?;
    for line in idle(asked, corpus, repository).iter().chain(&change(asked, corpus, repository)[..3]) {
        write!(out, "| {} ({}) ", seconds(least(&line.ours, wall)), seconds(least(&line.ours, cpu)))?;
    }
    writeln!(out, "|")?;
    out.flush()
}

/// A CRD of a kind that no object here is of.
fn crd(number: usize) -> String {
    let fields = (0..100).map(|field| format!("            field{field}: {{type: string, maxLength: 99}}\n"));
    format!(
        "apiVersion: apiextensions.k8s.io/v1\nkind: CustomResourceDefinition\nmetadata:\n  \
         name: extra{number}s.wiring.githedgehog.com\nspec:\n  group: wiring.githedgehog.com\n  scope: Namespaced\n  names:\n    \
         kind: Extra{number}\n    plural: extra{number}s\n  versions:\n  - name: v1beta1\n    served: true\n    storage: true\n    \
         schema:\n      openAPIV3Schema:\n        type: object\n        properties:\n          spec:\n            type: object\n            properties:\n{}",
        fields.map(|field| format!("  {field}")).collect::<String>()
    )
}
