//! How `hhgit log` reads: a paragraph an operation for people, `hhgit.log/1` for machines (`json`).

mod json;

pub use json::{SCHEMA, json, schema};

use std::collections::BTreeSet;
use std::io::{self, Write};

use super::{Role, Style, count, date, sanitize};
use crate::finding::ObjectRef;
use crate::path::RepoPath;
use crate::report::Repair;
use crate::report::log::{
    About, Change, FabricChanges, Field, Log, Made, ObjectChange, Operation, Parked, Push, Source,
};
use crate::verdict::code::Code;

/// How many names or lines of one kind an operation shows, unless all are asked for.
const SHOWN: usize = 10;
/// How many fields of one object a list of operations shows, unless all are asked for; an object's own life shows more.
const FIELDS: usize = 3;
/// How many characters of a field's value are shown.
const LONGEST: usize = 60;

/// The words for changes, in the order in which they are told.
const WORDS: [&str; 13] = [
    "added",
    "added again",
    "updated",
    "moved",
    "rewritten, same value",
    "offered again, same value",
    "removed",
    "put into raw",
    "laid loose",
    "edited",
    "taken out of raw",
    "taken out of unmanaged",
    "taken away",
];

/// How the operations are laid out.
#[derive(Clone, Copy)]
struct Layout {
    style: Style,
    /// Whether it is all about one object: then places are told, and no names.
    is_life: bool,
    /// Whether the fabric directory must be told at each operation.
    fabrics: bool,
}

/// Writes the log for people.
pub fn human(out: &mut dyn Write, log: &Log, style: Style) -> io::Result<()> {
    let mut all: Vec<&RepoPath> = log.operations.iter().flat_map(|o| &o.fabrics).map(|fabric| &fabric.path).collect();
    all.dedup();
    all.sort();
    all.dedup();
    let is_life = matches!(log.about, About::Object { .. });
    let one = all.first().filter(|_| all.len() == 1 && log.about != About::Everything);
    let layout = Layout { style, is_life, fabrics: one.is_none() };
    let headline = style.flow(String::new(), 0, 2, &headline(log, one.copied()));
    writeln!(out, "{}", style.paint(Role::Strong, &headline))?;
    for operation in &log.operations {
        writeln!(out)?;
        layout.operation(out, operation)?;
    }
    if log.older {
        let note = "Older operations are not shown; -n N shows more, --verbose all.";
        writeln!(out, "\n{}", style.labelled(0, "note", note))?;
    }
    for untold in &log.untold {
        let note = format!("What {} did cannot be told: {}.", untold.commit.short(), untold.why);
        writeln!(out, "\n{}", style.labelled(0, "note", &note))?;
    }
    for commit in &log.cut {
        let note = format!(
            "History ends at {} here, as this clone is shallow, so what it did cannot be told; git fetch --unshallow \
             brings the rest.",
            commit.short()
        );
        writeln!(out, "\n{}", style.labelled(0, "note", &note))?;
    }
    Ok(())
}

fn headline(log: &Log, fabric: Option<&RepoPath>) -> String {
    let reference = &log.reference;
    let about = match (&log.about, fabric) {
        (About::Everything, _) => String::new(),
        (About::Fabric { path }, _) => format!("{path} on "),
        (About::Object { name, .. }, None) => format!("{name} on "),
        (About::Object { name, .. }, Some(fabric)) => format!("{name} of {fabric} on "),
        (About::Paths(paths), _) => {
            format!("{} on ", paths.iter().map(ToString::to_string).collect::<Vec<_>>().join(", "))
        }
    };
    let what = match (log.operations.len(), log.older) {
        (0, _) => "nothing was done".to_owned(),
        (1, true) => "the last operation".to_owned(),
        (n, true) => format!("the last {}, newest first", count(n, "operation")),
        (1, false) => "1 operation".to_owned(),
        (n, false) => format!("{}, newest first", count(n, "operation")),
    };
    format!("{about}{reference} at {}: {what}", log.tip.short())
}

impl Layout {
    fn operation(self, out: &mut dyn Write, operation: &Operation) -> io::Result<()> {
        let style = self.style;
        let (word, note) = made(&operation.made);
        let role = if note.is_some() { Role::Warning } else { Role::Strong };
        let id = style.paint(Role::Info, &operation.commit.short());
        writeln!(out, "{id}  {}  {}", style.paint(role, &sanitize(&word)), date(operation.time))?;
        // A sync that says so is nobody's work; one that came out of other hands, or lost its message, is told with those.
        if !matches!(operation.made, Made::Sync { .. }) || !operation.subject.starts_with("hhgit: ") {
            let Operation { author, subject, .. } = operation;
            writeln!(out, "{}", self.line(2, &format!("by {}: {subject}", author.name)))?;
        }
        for push in operation.pushes.iter().take(self.most(operation.pushes.len())) {
            let Push { author, subject, commit, .. } = push;
            let text = format!("pushed by {}: {subject} ({})", author.name, commit.short());
            writeln!(out, "{}", self.line(2, &text))?;
        }
        self.more(out, 2, operation.pushes.len(), "who pushed")?;
        for fabric in &operation.fabrics {
            if self.fabrics {
                writeln!(out, "  {} ({})", style.paint(Role::Strong, &sanitize(&fabric.name)), fabric.path)?;
            }
            self.fabric(out, fabric)?;
        }
        if let Some(note) = note {
            writeln!(out, "{}", style.labelled(2, "note", &note))?;
        }
        Ok(())
    }

    fn fabric(self, out: &mut dyn Write, fabric: &FabricChanges) -> io::Result<()> {
        let indent = if self.fabrics { 4 } else { 2 };
        let doubles = doubles(fabric);
        for known in WORDS {
            let of: Vec<&ObjectChange> = fabric.changes.iter().filter(|one| word(one) == known).collect();
            if of.is_empty() {
                continue;
            }
            let is_plain = |one: &&&ObjectChange| one.fields.is_empty() && one.other.is_none();
            let name = |one: &ObjectChange| name(one, &doubles);
            let is_list = !self.is_life && of.iter().all(|one| is_plain(&one));
            if is_list {
                let names: Vec<String> = of.iter().map(|one| name(one)).collect();
                writeln!(out, "{}", self.style.labelled(indent, known, &self.list(&names)))?;
                continue;
            }
            for one in of.iter().take(self.most(of.len())) {
                self.change(out, indent, known, (one, &name(one)))?;
            }
            self.more(out, indent, of.len(), known)?;
        }
        let parked = &fabric.unmanaged;
        for one in parked.iter().take(self.most(parked.len())) {
            writeln!(out, "{}", self.style.labelled(indent, "to unmanaged", &self.parked(one)))?;
        }
        self.more(out, indent, parked.len(), "to unmanaged")?;
        if !fabric.repairs.is_empty() {
            writeln!(out, "{}", self.style.labelled(indent, "repaired", &self.repairs(&fabric.repairs)))?;
        }
        Ok(())
    }

    fn change(
        self,
        out: &mut dyn Write,
        indent: usize,
        word: &str,
        (one, name): (&ObjectChange, &str),
    ) -> io::Result<()> {
        let text = if self.is_life { Self::places(one) } else { named_move(one, name) };
        writeln!(out, "{}", self.style.labelled(indent, word, &text))?;
        let most = match (self.style.verbose, self.is_life) {
            (true, _) => one.fields.len(),
            (false, true) => super::human::ROWS,
            (false, false) => FIELDS,
        };
        for field in one.fields.iter().take(most) {
            writeln!(out, "{}", self.line(indent + 2, &self.field(field)))?;
        }
        match one.fields.len().saturating_sub(most) {
            0 => Ok(()),
            left => writeln!(out, "{:indent$}  and {}", "", count(left, "more field")),
        }
    }

    /// Where an object is, was and came from.
    fn places(one: &ObjectChange) -> String {
        let mut text = place(&one.place);
        match (&one.other, one.change) {
            (Some(other), Change::Removed) => text.push_str(&format!(", back to {other}")),
            (Some(other), _) => text.push_str(&format!(", before in {other}")),
            (None, _) => {}
        }
        if let Some(from) = &one.from {
            text.push_str(&format!(", from {}", place(from)));
        }
        text
    }

    fn parked(self, parked: &Parked) -> String {
        let code = parked.code.as_deref().unwrap_or("without a reason");
        let (at, from) = (parked.path.to_string(), parked.from.as_ref().map(place));
        match (from, self.is_life) {
            (Some(from), true) => format!("{at}, from {from}: {code}"),
            (None, true) => format!("{at}: {code}"),
            (from, false) => {
                let object = parked.object.as_ref().map(|object| format!("{} from ", object.called()));
                format!("{}{}: {code}", object.unwrap_or_default(), from.unwrap_or(at))
            }
        }
    }

    fn repairs(self, repairs: &[Repair]) -> String {
        let folders = repairs.iter().filter(|repair| repair.code == Code::MissingDirectory).count();
        let mut parts = Vec::new();
        match folders {
            0 => {}
            _ if self.style.verbose => {}
            1 => parts.push("1 missing folder".to_owned()),
            n => parts.push(format!("{n} missing folders")),
        }
        let others = repairs.iter().filter(|repair| self.style.verbose || repair.code != Code::MissingDirectory);
        parts.extend(others.map(|repair| match repair.code {
            Code::MissingManifest => "the missing manifest".to_owned(),
            code => format!("{} ({code})", repair.path),
        }));
        parts.join(", ")
    }

    fn list(self, names: &[String]) -> String {
        let most = self.most(names.len());
        let mut text = names[..most].join(", ");
        match names.len() - most {
            0 => {}
            left => text.push_str(&format!(" and {left} more")),
        }
        text
    }

    fn field(self, field: &Field) -> String {
        let value = |value: &Option<String>| match value {
            None => "nothing".to_owned(),
            Some(json) if self.style.verbose || json.chars().count() <= LONGEST => json.clone(),
            Some(json) => json.chars().take(LONGEST).chain(['…']).collect(),
        };
        let path = if field.path.is_empty() { "all of it" } else { &field.path };
        format!("{path}: {} -> {}", value(&field.old), value(&field.new))
    }

    /// A line of text from people, made printable and broken where there is a width.
    fn line(self, indent: usize, text: &str) -> String {
        self.style.flow(" ".repeat(indent), indent, indent + 2, text)
    }

    fn most(self, number: usize) -> usize {
        if self.style.verbose { number } else { number.min(SHOWN) }
    }

    fn more(self, out: &mut dyn Write, indent: usize, number: usize, what: &str) -> io::Result<()> {
        match number - self.most(number) {
            0 => Ok(()),
            left => writeln!(out, "{:indent$}{what}: {left} more", ""),
        }
    }
}

/// The word for a kind of commit, and what there is to note of it.
fn made(made: &Made) -> (String, Option<String>) {
    let note = |text: &str| Some(text.to_owned());
    match made {
        Made::Sync { options } if options.is_empty() => ("sync".to_owned(), None),
        Made::Sync { options } => (format!("sync {}", options.join(" ")), None),
        Made::Altered => (
            "altered".to_owned(),
            note(
                "It says that it is a sync, but sync makes something else of its parent; what is told here is what it did.",
            ),
        ),
        Made::Unproven { why } => {
            ("unproven".to_owned(), Some(format!("It says that it is a sync, which cannot be told here: {why}.")))
        }
        Made::Asked { command } => (command.clone(), None),
        Made::Squashed => {
            ("squashed".to_owned(), note("A push and its sync are one commit here, which is not hhgit's own."))
        }
        Made::Merge => ("merge".to_owned(), None),
        Made::Hand => ("by hand".to_owned(), None),
    }
}

/// One of [`WORDS`] for a change.
fn word(one: &ObjectChange) -> &'static str {
    let top = one.place.path.components().next().unwrap_or_default();
    match (one.change, top) {
        (Change::Added, _) => "added",
        (Change::Returned, _) => "added again",
        (Change::Updated, _) => "updated",
        (Change::Moved, _) => "moved",
        (Change::Rewritten, _) => "rewritten, same value",
        (Change::Unchanged, _) => "offered again, same value",
        (Change::Removed, _) => "removed",
        (Change::Offered, b"raw") => "put into raw",
        (Change::Offered, _) => "laid loose",
        (Change::Edited, _) => "edited",
        (Change::Withdrawn, b"raw") => "taken out of raw",
        (Change::Withdrawn, b"unmanaged") => "taken out of unmanaged",
        (Change::Withdrawn, _) => "taken away",
    }
}

/// The objects of which several changes are told.
fn doubles(fabric: &FabricChanges) -> BTreeSet<&ObjectRef> {
    let mut once = BTreeSet::new();
    fabric.changes.iter().filter_map(|one| one.object.as_ref()).filter(|object| !once.insert(*object)).collect()
}

/// What a change is about; which of an object's files, if several are told of.
fn name(change: &ObjectChange, doubles: &BTreeSet<&ObjectRef>) -> String {
    match &change.object {
        Some(object) if doubles.contains(object) => format!("{} in {}", object.called(), place(&change.place)),
        Some(object) => object.called(),
        None => change.place.path.to_string(),
    }
}

fn named_move(change: &ObjectChange, name: &str) -> String {
    match &change.other {
        Some(other) if change.change == Change::Removed => format!("{name}, back to {other}"),
        Some(other) => format!("{name}: {other} -> {}", change.place.path),
        None => name.to_owned(),
    }
}

fn place(source: &Source) -> String {
    let mut text = source.path.to_string();
    if let Some(document) = source.document {
        text.push_str(&format!(", document {document}"));
    }
    match source.lines {
        Some((first, last)) if first < last => text.push_str(&format!(", lines {first}-{last}")),
        Some((first, _)) => text.push_str(&format!(", line {first}")),
        None => {}
    }
    text
}

#[cfg(test)]
mod tests;
