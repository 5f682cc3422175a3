//! The table: what was run, beside what, at most how much of it was asked, and what it was.

use std::io::{self, Write};

use super::run::{Took, cpu, middle, peak, ratio, wall};

/// What is asked of a row.
#[derive(Clone, Copy)]
pub(crate) enum Goal {
    /// At most so many times what the other takes.
    Times(f64),
    /// At most so many bytes of memory.
    Memory(u64),
    /// Nothing; it is told.
    None,
}

/// One row.
pub(crate) struct Line {
    /// What was done.
    pub(crate) work: String,
    /// What it stands beside.
    pub(crate) beside: String,
    /// What is asked.
    pub(crate) goal: Goal,
    /// hhgit's runs.
    pub(crate) ours: Vec<Took>,
    /// The other's, round by round; none if it is not here.
    pub(crate) theirs: Vec<Took>,
}

/// The table's head.
pub(crate) fn head(out: &mut dyn Write) -> io::Result<()> {
    writeln!(
        out,
        "| work | beside | at most | wall | CPU | hhgit: wall | CPU | peak | the other: wall | CPU | reached |"
    )?;
    writeln!(out, "|---|---|---|---|---|---|---|---|---|---|---|")
}

impl Line {
    /// A row of the table.
    pub(crate) fn write(&self, out: &mut dyn Write) -> io::Result<()> {
        let (ours, theirs) = (&self.ours, &self.theirs);
        let at_most = match self.goal {
            Goal::Times(most) => times(most),
            Goal::Memory(most) => megabytes(most),
            Goal::None => String::new(),
        };
        let reached = self.reached().unwrap_or_default();
        let none = theirs.is_empty();
        let both = |of: fn(&Took) -> f64| if none { String::new() } else { times(ratio(ours, theirs, of)) };
        let side = |all: &[Took], of: fn(&Took) -> f64| {
            if all.is_empty() { "NOT HERE".to_owned() } else { seconds(middle(all, of)) }
        };
        let other = |of: fn(&Took) -> f64| if self.beside.is_empty() { String::new() } else { side(theirs, of) };
        writeln!(
            out,
            "| {} | {} | {at_most} | {} | {} | {} | {} | {} | {} | {} | {reached} |",
            self.work,
            self.beside,
            both(wall),
            both(cpu),
            side(ours, wall),
            side(ours, cpu),
            megabytes(peak(ours)),
            other(wall),
            other(cpu),
        )
    }

    /// Whether what is asked is reached, in a word; none if nothing is asked.
    pub(crate) fn reached(&self) -> Option<&'static str> {
        let is_reached = match self.goal {
            Goal::Times(most) => match ratio(&self.ours, &self.theirs, wall) {
                ratio if ratio.is_nan() => return Some("not known"),
                ratio => ratio <= most,
            },
            Goal::Memory(most) => peak(&self.ours) <= most,
            Goal::None => return None,
        };
        Some(if is_reached { "yes" } else { "no" })
    }
}

/// A ratio, with as many digits as tell something.
fn times(ratio: f64) -> String {
    if ratio < 0.2 {
        format!("1/{:.1} x", 1.0 / ratio)
    } else if ratio < 10.0 {
        format!("{ratio:.2} x")
    } else {
        format!("{ratio:.1} x")
    }
}

/// A time, with its unit.
pub(crate) fn seconds(time: f64) -> String {
    if time < 0.1 { format!("{:.1} ms", time * 1e3) } else { format!("{time:.2} s") }
}

/// An amount of memory or room.
pub(crate) fn megabytes(bytes: u64) -> String {
    format!("{:.0} MB", bytes as f64 / 1e6)
}

/// A number as people write it, with its thousands apart.
pub(crate) fn number(number: usize) -> String {
    let digits = number.to_string();
    let apart = |(index, digit): (usize, char)| {
        let comma = index > 0 && (digits.len() - index).is_multiple_of(3);
        [comma.then_some(','), Some(digit)].into_iter().flatten().collect::<Vec<_>>()
    };
    digits.chars().enumerate().flat_map(apart).collect()
}
