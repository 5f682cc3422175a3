//! Reports into text, JSON and other formats, into any writer; nothing here knows a terminal, git or the clock.
//!
//! [`human`] is what a person reads, [`check`] the same for `hhgit check`, with the lines it speaks of; [`json`] the frozen
//! wire format; [`sarif`], [`github`] and [`junit`] the findings as other programs take them; [`error`] how a failure is
//! told, [`hook`] what a server's hook tells who pushes, [`merge`] what `hhgit merge` says, [`local_hooks`] what a person's own hooks say, [`list`] the answers of
//! `hhgit kinds` and `hhgit explain`, [`fleet`] the lines of `hhgit fleet`, [`log`](mod@log), [`why`], [`replay`] and [`verify`] what those commands found in history,
//! [`fabrics`] the answers of `hhgit crds list` and `hhgit settings show`, [`demo`] what `hhgit demo` shows, [`table`] the
//! Markdown tables of README.md.

pub mod check;
pub mod demo;
pub mod doctor;
pub mod error;
pub mod fabrics;
pub mod fleet;
pub mod formats;
pub mod github;
pub mod hook;
pub mod human;
pub mod json;
pub mod junit;
pub mod list;
pub mod local_hooks;
pub mod log;
pub mod merge;
pub mod openmetrics;
pub mod progress;
pub mod replay;
pub mod sarif;
pub mod schedule;
mod snippet;
pub mod status;
pub mod table;
pub mod verify;
pub mod watch;
pub mod why;

#[cfg(test)]
pub(crate) mod sample;

use std::borrow::Cow;
use std::cmp::Reverse;
use std::io::{self, Write};

use anstyle::{AnsiColor, Style as Ansi};

use crate::finding::{Finding, Related};
use crate::path::{is_printable, is_unprintable};
use crate::report::log::Log;
use crate::report::merge::Merge;
use crate::report::why::Why;
use crate::report::{Report, Status};
use crate::snapshot::Time;

/// How text for people is laid out.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Style {
    /// Whether colours are written.
    pub color: bool,
    /// Whether everything is listed, however long.
    pub verbose: bool,
    /// The column at which help texts wrap; none leaves lines whole.
    pub width: Option<usize>,
}

/// What can be written for people and for machines.
pub trait Show {
    /// The report, if it is one: then its findings can be written in the formats of other programs too.
    fn report(&self) -> Option<&Report>;

    /// Writes text for people.
    fn human(&self, out: &mut dyn Write, style: Style) -> io::Result<()>;

    /// Writes JSON.
    fn json(&self, out: &mut dyn Write) -> io::Result<()>;
}

impl Show for Report {
    fn report(&self) -> Option<&Report> {
        Some(self)
    }

    fn human(&self, out: &mut dyn Write, style: Style) -> io::Result<()> {
        match self.command {
            "check" => check::report(out, self, style),
            _ => human::report(out, self, style),
        }
    }

    fn json(&self, out: &mut dyn Write) -> io::Result<()> {
        json::report(out, self)
    }
}

impl Show for Log {
    fn report(&self) -> Option<&Report> {
        None
    }

    fn human(&self, out: &mut dyn Write, style: Style) -> io::Result<()> {
        log::human(out, self, style)
    }

    fn json(&self, out: &mut dyn Write) -> io::Result<()> {
        log::json(out, self)
    }
}

impl Show for Status {
    fn report(&self) -> Option<&Report> {
        None
    }

    fn human(&self, out: &mut dyn Write, style: Style) -> io::Result<()> {
        status::human(out, self, style)
    }

    fn json(&self, out: &mut dyn Write) -> io::Result<()> {
        status::json(out, self)
    }
}

impl Show for Merge {
    fn report(&self) -> Option<&Report> {
        None
    }

    fn human(&self, out: &mut dyn Write, style: Style) -> io::Result<()> {
        merge::human(out, self, style)
    }

    fn json(&self, out: &mut dyn Write) -> io::Result<()> {
        merge::json(out, self)
    }
}

impl Show for Why {
    fn report(&self) -> Option<&Report> {
        None
    }

    fn human(&self, out: &mut dyn Write, style: Style) -> io::Result<()> {
        why::human(out, self, style)
    }

    fn json(&self, out: &mut dyn Write) -> io::Result<()> {
        why::json(out, self)
    }
}

/// A moment as git shows it with `--date=iso`; nothing but its seconds where no calendar reaches.
pub(crate) fn date(time: Time) -> String {
    let zone = jiff::tz::Offset::from_seconds(time.offset).map(jiff::tz::TimeZone::fixed);
    let stamp = jiff::Timestamp::from_second(time.seconds);
    match (stamp, zone) {
        (Ok(stamp), Ok(zone)) => stamp.to_zoned(zone).strftime("%Y-%m-%d %H:%M:%S %z").to_string(),
        _ => format!("@{}", time.seconds),
    }
}

/// The day of a date; one that cannot be written out is told whole.
pub(crate) fn day(time: Time) -> String {
    date(time).split(' ').next().unwrap_or_default().to_owned()
}

/// Text that may stand in a terminal: control characters and those that reorder or hide text are spelt out.
pub fn sanitize(text: &str) -> Cow<'_, str> {
    if is_printable(text) {
        return Cow::Borrowed(text);
    }
    let mut clean = String::with_capacity(text.len() + 8);
    for c in text.chars() {
        match c {
            '\n' | '\r' | '\t' => clean.extend(c.escape_default()),
            c if is_unprintable(c) => clean.extend(c.escape_unicode()),
            c => clean.push(c),
        }
    }
    Cow::Owned(clean)
}

/// What a piece of text is, for its colour.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Role {
    Error,
    Warning,
    Info,
    Strong,
    Good,
}

impl Role {
    /// Its colour.
    pub(crate) fn style(self) -> Ansi {
        match self {
            Self::Error => AnsiColor::Red.on_default().bold(),
            Self::Warning => AnsiColor::Yellow.on_default().bold(),
            Self::Info => AnsiColor::Cyan.on_default(),
            Self::Strong => Ansi::new().bold(),
            Self::Good => AnsiColor::Green.on_default().bold(),
        }
    }
}

impl Style {
    /// A word in its colour, or as it is.
    pub(crate) fn paint(self, role: Role, text: &str) -> String {
        if !self.color {
            return text.to_owned();
        }
        let style = role.style();
        format!("{style}{text}{style:#}")
    }

    /// A text with a label before it, its further lines set under the text's start.
    pub(crate) fn labelled(self, indent: usize, label: &str, text: &str) -> String {
        let hang = indent + label.chars().count() + 2;
        let lead = format!("{:indent$}{}: ", "", self.paint(Role::Strong, label));
        self.flow(lead, hang, hang, text)
    }

    /// A text after a lead that takes `used` columns, made printable; where there is a width, it breaks between words and
    /// goes on `hang` columns in.
    pub(crate) fn flow(self, lead: String, mut used: usize, hang: usize, text: &str) -> String {
        let width = self.width.map_or(usize::MAX, |width| width.max(hang + 20));
        let mut out = lead;
        for (index, word) in sanitize(text).split(' ').enumerate() {
            let length = word.chars().count();
            let gap = usize::from(index > 0);
            if used + gap + length > width && used > hang {
                out.truncate(out.trim_end_matches(' ').len());
                out.push_str(&format!("\n{:hang$}", ""));
                used = hang;
            } else if index > 0 {
                out.push(' ');
                used += 1;
            }
            out.push_str(word);
            used += length;
        }
        out
    }
}

/// A number with its noun, in the plural unless it is one.
pub(crate) fn count(number: usize, noun: &str) -> String {
    if number == 1 { format!("1 {noun}") } else { format!("{number} {noun}s") }
}

/// The other place that has part in a finding, in one line; it is not made printable.
pub(crate) fn other_place(related: &Related) -> String {
    format!("{}:{}:{}: {}", related.path, related.place.line, related.place.column, related.message)
}

/// The findings, gravest first, then from file to file and from top to bottom.
pub(crate) fn gravest_first(findings: &[Finding]) -> Vec<&Finding> {
    let mut sorted: Vec<&Finding> = findings.iter().collect();
    sorted.sort_by_key(|finding| (Reverse(finding.severity), &finding.path, finding.place, finding.document, *finding));
    sorted
}

#[cfg(test)]
mod tests;
