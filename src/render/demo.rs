//! What `hhgit demo` shows, as a person reads it: the folder before, the report, the folder after, why, and the history.

use std::collections::BTreeMap;
use std::io::{self, Write};

use super::human::role;
use super::{Role, Style, count, human, sanitize};
use crate::path::RepoPath;
use crate::report::demo::Demo;
use crate::report::{DocumentRow, Fate};

/// How many columns there are where nobody says.
pub const WIDTH: usize = 100;
/// How many files of a folder in managed/ are shown.
const FILES: usize = 3;

/// A file of a tree, by its path, with a remark.
type Rows = Vec<(RepoPath, String)>;

/// Writes the demo.
pub fn demo(out: &mut dyn Write, demo: &Demo, style: Style) -> io::Result<()> {
    let made = format!(
        "A repository made for this, with one fabric directory, {}/. Nothing of yours is touched.",
        demo.fabric
    );
    writeln!(out, "{}", style.flow(String::new(), 0, 0, &made))?;
    heading(out, "1. What people pushed", style)?;
    tree(out, &pushed(demo, style))?;
    heading(out, "2. What hhgit says of it", style)?;
    command(out, "hhgit sync", style)?;
    human::report(out, &demo.report, style)?;
    heading(out, "3. What became of it, in one commit", style)?;
    managed(out, demo, style)?;
    writeln!(out)?;
    tree(out, &unmanaged(demo, style))?;
    writeln!(out, "and beside each of these its sidecar, NAME.metadata, which says why")?;
    heading(out, "4. An object in its own file, with its comment, and a sidecar", style)?;
    for (path, text) in &demo.exhibits {
        command(out, &format!("cat {}", demo.fabric.join_path(path)), style)?;
        writeln!(out, "{text}")?;
    }
    writeln!(out, "{}\n", style.paint(Role::Strong, "5. The history"))?;
    command(out, &demo.log.0, style)?;
    write!(out, "{}", demo.log.1)?;
    heading(out, "Next", style)?;
    next(out, demo, style)
}

fn heading(out: &mut dyn Write, title: &str, style: Style) -> io::Result<()> {
    writeln!(out, "\n{}\n", style.paint(Role::Strong, title))
}

fn command(out: &mut dyn Write, command: &str, style: Style) -> io::Result<()> {
    writeln!(out, "{}", style.paint(Role::Good, &format!("$ {command}")))
}

/// Files under their folders, the remarks in one column.
fn tree(out: &mut dyn Write, rows: &Rows) -> io::Result<()> {
    let name = |path: &RepoPath| String::from_utf8_lossy(path.file_name()).into_owned();
    let column = rows.iter().map(|(path, _)| name(path).chars().count()).max().unwrap_or(0) + 2;
    let mut folder = RepoPath::root();
    for (path, note) in rows {
        let parent = path.parent().unwrap_or_else(RepoPath::root);
        if parent != folder {
            writeln!(out, "{parent}/")?;
            folder = parent;
        }
        writeln!(out, "  {:column$}{note}", name(path))?;
    }
    Ok(())
}

fn pushed(demo: &Demo, style: Style) -> Rows {
    by_folder(demo.pushed.iter().map(|(path, note)| (path.clone(), style.paint(Role::Info, note))).collect())
}

/// In the order of the folders, so that each is named once.
fn by_folder(mut rows: Rows) -> Rows {
    rows.sort_by_cached_key(|(path, _)| (path.parent(), path.clone()));
    rows
}

/// managed/, each file with where it came from; of a folder no more than a few, of the empty ones only how many.
fn managed(out: &mut dyn Write, demo: &Demo, style: Style) -> io::Result<()> {
    let mut folders: BTreeMap<RepoPath, Rows> = BTreeMap::new();
    for path in demo.after.iter().filter(|path| top(path) == b"managed") {
        let files = folders.entry(path.parent().unwrap_or_else(RepoPath::root)).or_default();
        if path.file_name() != b".gitkeep" {
            files.push((path.clone(), style.paint(Role::Info, &origin(demo, path))));
        }
    }
    let empty = folders.values().filter(|files| files.is_empty()).count();
    let shown: Rows = folders.into_values().flat_map(few).collect();
    tree(out, &shown)?;
    writeln!(out, "and {}, for kinds that have no objects yet", count(empty, "empty folder"))
}

/// The first few, and how many more there are.
fn few(mut rows: Rows) -> Rows {
    if let [(path, _), ..] = &rows[..]
        && rows.len() > FILES + 1
    {
        let more =
            (path.parent().unwrap_or_else(RepoPath::root).child("..."), format!("and {} more", rows.len() - FILES));
        rows.truncate(FILES);
        rows.push(more);
    }
    rows
}

/// Where what stands at a path of managed/ came from: a file and line, and how many more said exactly the same.
fn origin(demo: &Demo, target: &RepoPath) -> String {
    let (doubles, firsts): (Vec<_>, Vec<_>) =
        rows(demo, Fate::Managed).filter(|row| row.target == *target).partition(|row| row.code.is_some());
    let first = firsts.first().map_or_else(String::new, |row| format!("from {}", source(row)));
    if doubles.is_empty() { first } else { format!("{first}, and {} just like it", doubles.len()) }
}

fn source(row: &DocumentRow) -> String {
    match row.lines {
        Some((line, _)) => format!("{}:{line}", row.source),
        None => row.source.to_string(),
    }
}

/// unmanaged/ without its sidecars, each file with the codes of what is in it.
fn unmanaged(demo: &Demo, style: Style) -> Rows {
    let files = demo.after.iter().filter(|path| top(path) == b"unmanaged" && path.file_name() != b".gitkeep");
    let row = |path: &RepoPath| {
        let codes = rows(demo, Fate::Unmanaged).filter(|row| row.target == *path).filter_map(|row| row.code);
        let codes: Vec<String> = codes.map(|code| style.paint(role(code.severity()), code.as_str())).collect();
        (path.clone(), codes.join(", "))
    };
    by_folder(files.filter(|path| !path.file_name().ends_with(b".metadata")).map(row).collect())
}

fn rows(demo: &Demo, fate: Fate) -> impl Iterator<Item = &DocumentRow> {
    let fabrics = demo.report.fabrics.iter().filter(|fabric| fabric.path == demo.fabric);
    fabrics.flat_map(|fabric| &fabric.documents).filter(move |row| row.fate == fate)
}

fn top(path: &RepoPath) -> &[u8] {
    path.components().next().unwrap_or_default()
}

fn next(out: &mut dyn Write, demo: &Demo, style: Style) -> io::Result<()> {
    let Some(kept) = &demo.kept else {
        let say = |out: &mut dyn Write, text| writeln!(out, "{}", style.flow(String::new(), 0, 0, text));
        say(out, "The repository is gone again. hhgit demo --keep DIR leaves one to play with.")?;
        return say(out, "To sort your own: go to its work tree, and hhgit init PATH makes a fabric directory there.");
    };
    let steps = [
        (format!("cd {}", kept.display()), "the repository is yours to play with"),
        ("hhgit sync".to_owned(), "says that there is nothing left to do"),
        (format!("$EDITOR {}", demo.fabric.join_path(&demo.mistake)), "spell Connection right"),
        ("git commit -am 'Spell Connection right'".to_owned(), "since sync reads commits"),
        ("hhgit sync --retry".to_owned(), "the Connection moves to managed/"),
        ("hhgit explain duplicate-identity".to_owned(), "what a code means, and what to do"),
    ];
    let column = steps[1..].iter().map(|(step, _)| step.chars().count()).max().unwrap_or(0);
    for (step, remark) in steps {
        let step = style.paint(Role::Good, &format!("$ {:column$}", sanitize(&step)));
        writeln!(out, "{step}  {}", style.paint(Role::Info, &format!("# {remark}")))?;
    }
    Ok(())
}
