//! The commit message: a subject, a body a person can read, and trailers; made from the reports alone.

use std::fmt::{self, Write as _};

use crate::ids::TreeId;
use crate::report::{Change, DocumentRow, FabricReport, Fate, Repair};
use crate::verdict::code::Code;

/// What the trailers say of how the commit was made.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Stamp {
    /// The command, as the subject names it: `sync` or `init`.
    pub command: &'static str,
    /// hhgit's version.
    pub version: String,
    /// The names and digests of the rulesets in force, in order.
    pub rulesets: Vec<String>,
    /// The options that change the tree, as flags.
    pub options: Vec<String>,
}

/// How many lines of a fabric's details a message holds.
pub const MOST_LINES: usize = 50;

/// Writes the message.
pub(super) fn write(stamp: &Stamp, input: TreeId, fabrics: &[FabricReport]) -> String {
    let changed: Vec<&FabricReport> = fabrics.iter().filter(|fabric| fabric.changes() > 0).collect();
    let mut text = format!("hhgit: {}\n", subject(stamp.command, &changed));
    for fabric in &changed {
        let counts = fabric.counts();
        let _ = write!(text, "\n{} ({}): ", fabric.name, fabric.path);
        let _ = write!(text, "{} to managed, {} to unmanaged", counts.managed, counts.unmanaged);
        let _ = write!(text, ", {}", plural(counts.repairs, "repair", "repairs"));
        if counts.removed > 0 {
            let _ = write!(text, ", {} removed from managed", plural(counts.removed, "object", "objects"));
        }
        text.push('\n');
        let mut lines = details(fabric);
        for line in lines.by_ref().take(MOST_LINES) {
            let _ = writeln!(text, "  {line}");
        }
        let more = lines.count() + fabric.unlisted.added;
        if more > 0 {
            let _ = writeln!(text, "  and {more} more");
        }
    }
    let _ = writeln!(text, "\nHhgit-Version: {}", stamp.version);
    for ruleset in &stamp.rulesets {
        let _ = writeln!(text, "Hhgit-Ruleset: {ruleset}");
    }
    if !stamp.options.is_empty() {
        let _ = writeln!(text, "Hhgit-Options: {}", stamp.options.join(" "));
    }
    let _ = writeln!(text, "Hhgit-Input-Tree: {input}");
    for fabric in &changed {
        let _ = writeln!(text, "Hhgit-Fabric: {}", fabric.path);
    }
    text
}

fn subject(command: &str, changed: &[&FabricReport]) -> String {
    let managed: usize = changed.iter().map(|fabric| fabric.counts().managed).sum();
    let unmanaged: usize = changed.iter().map(|fabric| fabric.counts().unmanaged).sum();
    let place = match changed {
        [one] => one.name.clone(),
        _ => format!("{} fabrics", changed.len()),
    };
    match (command, managed, unmanaged) {
        ("init", ..) => format!("init {place}"),
        (_, 0, 0) => format!("repair {place}"),
        (_, 0, _) => format!("sort {} out of {place}", plural(unmanaged, "document", "documents")),
        _ => format!("{command} {} into {place}", plural(managed, "object", "objects")),
    }
}

/// The lines of a fabric's details. Of those that a message has no room for only the number counts, so each is put into words
/// when it is written.
fn details(fabric: &FabricReport) -> impl Iterator<Item = Detail<'_>> {
    let folders = fabric.repairs.iter().filter(|repair| repair.code == Code::MissingDirectory).count();
    let others = fabric.repairs.iter().filter(|repair| repair.code != Code::MissingDirectory);
    let rows = fabric.documents.iter().filter(|row| row.fate != Fate::Kept).map(Detail::Row);
    rows.chain((folders > 0).then_some(Detail::Folders(folders))).chain(others.map(Detail::Repair))
}

/// One line of a fabric's details.
enum Detail<'a> {
    Row(&'a DocumentRow),
    Folders(usize),
    Repair(&'a Repair),
}

impl fmt::Display for Detail<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Row(row) => detail(row, f),
            Self::Folders(folders) => write!(f, "made {}", plural(*folders, "missing folder", "missing folders")),
            Self::Repair(repair) => write!(f, "repaired {}: {}", repair.path, repair.code),
        }
    }
}

fn detail(row: &DocumentRow, f: &mut fmt::Formatter<'_>) -> fmt::Result {
    let word = match (row.fate, row.change) {
        (Fate::Kept, _) => "kept",
        (Fate::Managed, Some(Change::Added)) => "added",
        (Fate::Managed, Some(Change::Updated)) => "updated",
        (Fate::Managed, _) => "unchanged",
        (Fate::Unmanaged, _) => "parked",
    };
    write!(f, "{word} {}", row.target)?;
    row.code.map_or(Ok(()), |code| write!(f, ": {code}"))
}

fn plural(count: usize, one: &str, many: &str) -> String {
    format!("{count} {}", if count == 1 { one } else { many })
}
