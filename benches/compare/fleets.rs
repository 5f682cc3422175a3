//! `hhgit fleet` as the list grows: small repositories, all to be sorted, and then with nothing to do.

use std::fs;
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use super::Asked;
use super::corpus::Corpus;
use super::first::repository;
use super::repository::Repository;
use super::run::{Took, cpu, hhgit, peak, took, wall};
use super::table::{megabytes, number, seconds};

/// How many repositories.
const POINTS: [usize; 4] = [1, 10, 100, 1_000];
/// How many files each has.
const FILES: usize = 100;
/// The branch.
const BRANCH: &str = "schema";

/// Prints the points.
pub(crate) fn points(out: &mut dyn Write, asked: &Asked) -> io::Result<()> {
    writeln!(
        out,
        "| repositories of {FILES} files | first sync: wall | CPU | peak | nothing to do: wall | CPU | peak | a process each: wall | CPU |"
    )?;
    writeln!(out, "|---|---|---|---|---|---|---|---|---|")?;
    let model = repository(asked, Corpus::flat(FILES));
    let place = asked.place.join("fleet");
    for count in POINTS.into_iter().filter(|count| !asked.quick || *count <= 10) {
        let repositories = copies(&model, &place, count)?;
        let list = place.join("list.txt");
        let lines: String = repositories.iter().map(|dir| format!("{} {BRANCH}\n", dir.display())).collect();
        fs::write(&list, lines)?;
        let fleet = || took(hhgit(&place, &["fleet"]).arg(&list));
        let first = fleet();
        repositories.iter().for_each(|dir| Repository::at(dir).assert_sorted(BRANCH, FILES));
        let again = fleet();
        write!(out, "| {} ", number(count))?;
        for took in [&first, &again] {
            write!(out, "| {} | {} | {} ", seconds(wall(took)), seconds(cpu(took)), megabytes(peak(&[*took])))?;
        }
        let alone: Vec<Took> = repositories.iter().map(|dir| took(&mut hhgit(dir, &["sync", BRANCH]))).collect();
        let sum = |of: fn(&Took) -> f64| alone.iter().map(of).sum::<f64>();
        writeln!(out, "| {} | {} |", seconds(sum(wall)), seconds(sum(cpu)))?;
        out.flush()?;
    }
    fs::remove_dir_all(&place)
}

/// So many copies of a repository.
fn copies(model: &Repository, place: &Path, count: usize) -> io::Result<Vec<PathBuf>> {
    if place.exists() {
        fs::remove_dir_all(place)?;
    }
    let dirs: Vec<PathBuf> = (0..count).map(|number| place.join(format!("{number}.git"))).collect();
    dirs.iter().try_for_each(|dir| model.copy_to(dir))?;
    Ok(dirs)
}
