//! What `hhgit demo` shows, as a person reads it: the folder before, the report, the folder after, why, and the history.

use std::collections::BTreeMap;
use std::io::{self, Write};

use super::{Role, Style, count, human};
use crate::path::RepoPath;
use crate::report::demo::Demo;
use crate::report::{DocumentRow, Fate};

/// How many columns there are where nobody says.
pub const WIDTH: usize = 100;
/// How many files of a folder in managed/ are shown.
const FILES: usize = 3;

/// A file or folder of a tree, by its path, with a remark.
type Rows = Vec<(String, String)>;

/// Writes the demo.
pub fn demo(out: &mut dyn Write, demo: &Demo, style: Style) -> io::Result<()> {
    writeln!(out, "A repository with one fabric directory, {}/. Nothing of yours is touched.", demo.fabric)?;
    heading(out, "1. What people pushed", None, style)?;
    tree(out, &pushed(demo), style)?;
    heading(out, "2. What hhgit says", Some("hhgit sync"), style)?;
    human::report(out, &demo.report, style)?;
    heading(out, "3. What became of it, in one commit", None, style)?;
    tree(out, &managed(demo), style)?;
    writeln!(out)?;
    tree(out, &unmanaged(demo), style)?;
    let (sidecar, text) = &demo.sidecar;
    let sidecar = demo.fabric.join_path(sidecar).to_string();
    heading(out, "4. Why a document is there: its file's sidecar", Some(&format!("cat {sidecar}")), style)?;
    write!(out, "{text}")?;
    heading(out, "5. The history", Some("git log --stat"), style)?;
    write!(out, "{}", demo.log)?;
    next(out, demo, style)
}

fn heading(out: &mut dyn Write, title: &str, command: Option<&str>, style: Style) -> io::Result<()> {
    writeln!(out, "\n{}\n", style.paint(Role::Strong, title))?;
    match command {
        Some(command) => writeln!(out, "{}", style.paint(Role::Info, &format!("$ {command}"))),
        None => Ok(()),
    }
}

/// Paths with what is to be said of each, the remarks in one column.
fn tree(out: &mut dyn Write, rows: &Rows, style: Style) -> io::Result<()> {
    let column = rows.iter().filter(|(_, note)| !note.is_empty()).map(|(path, _)| path.len()).max().unwrap_or(0) + 2;
    for (path, note) in rows {
        match note.as_str() {
            "" => writeln!(out, "{path}")?,
            note => writeln!(out, "{path:column$}{}", style.paint(Role::Info, note))?,
        }
    }
    Ok(())
}

fn pushed(demo: &Demo) -> Rows {
    let rows = demo.pushed.iter().map(|(path, note)| (path.to_string(), (*note).to_owned()));
    rows.collect()
}

/// managed/, each file with where it came from; no more than a few of each folder, and empty folders only counted.
fn managed(demo: &Demo) -> Rows {
    let mut folders: BTreeMap<RepoPath, Vec<&RepoPath>> = BTreeMap::new();
    for path in demo.after.iter().filter(|path| top(path) == b"managed") {
        let files = folders.entry(path.parent().unwrap_or_else(RepoPath::root)).or_default();
        files.extend((path.file_name() != b".gitkeep").then_some(path));
    }
    let empty = folders.values().filter(|files| files.is_empty()).count();
    let mut rows = Rows::new();
    for (folder, files) in folders {
        let shown = if files.len() > FILES + 1 { FILES } else { files.len() };
        rows.extend(files[..shown].iter().map(|path| (path.to_string(), origin(demo, path))));
        if files.len() > shown {
            rows.push((format!("{folder}/ ..."), format!("and {} more", files.len() - shown)));
        }
    }
    rows.push(("managed/*/".to_owned(), format!("and {} that are empty yet", count(empty, "folder"))));
    rows
}

fn origin(demo: &Demo, target: &RepoPath) -> String {
    let row = rows(demo, Fate::Managed).find(|row| row.target == *target && row.code.is_none());
    row.map_or_else(String::new, |row| match row.document {
        Some(document) => format!("from {}, document {document}", row.source),
        None => format!("from {}", row.source),
    })
}

/// unmanaged/, each file with the codes of what is in it, its sidecar with it.
fn unmanaged(demo: &Demo) -> Rows {
    let files = demo.after.iter().filter(|path| top(path) == b"unmanaged" && path.file_name() != b".gitkeep");
    let files: Vec<String> = files.map(ToString::to_string).collect();
    let row = |path: &String| {
        let codes = rows(demo, Fate::Unmanaged).filter(|row| row.target.to_string() == *path);
        let codes: Vec<&str> = codes.filter_map(|row| row.code).map(|code| code.as_str()).collect();
        let sidecar = if files.contains(&format!("{path}.metadata")) { "{,.metadata}" } else { "" };
        (format!("{path}{sidecar}"), codes.join(", "))
    };
    files.iter().filter(|path| !path.ends_with(".metadata")).map(row).collect()
}

fn rows(demo: &Demo, fate: Fate) -> impl Iterator<Item = &DocumentRow> {
    let fabrics = demo.report.fabrics.iter().filter(|fabric| fabric.path == demo.fabric);
    fabrics.flat_map(|fabric| &fabric.documents).filter(move |row| row.fate == fate)
}

fn top(path: &RepoPath) -> &[u8] {
    path.components().next().unwrap_or_default()
}

fn next(out: &mut dyn Write, demo: &Demo, style: Style) -> io::Result<()> {
    writeln!(out, "\n{}\n", style.paint(Role::Strong, "Next"))?;
    let Some(kept) = &demo.kept else {
        return writeln!(
            out,
            "The repository is gone again. To look around in one:\n  hhgit demo --keep DIR\nTo sort a repository of your own:\n  README.md, First use"
        );
    };
    writeln!(out, "  cd {}", kept.display())?;
    writeln!(out, "  hhgit sync                        there is nothing left to do")
}
