//! The answers of `hhgit kinds` and `hhgit explain`, as a person reads them.

use std::io::{self, Write};

use super::{Role, Style};
use crate::fabric::kinds::{Author, Kind, Kinds};
use crate::verdict::code::{Code, Severity};

/// Writes the kinds in force, under who writes their objects.
pub fn kinds(out: &mut dyn Write, kinds: &Kinds, style: Style) -> io::Result<()> {
    let rows: Vec<(Author, [String; 3])> = kinds.iter().map(|kind| (kind.author, row(kind))).collect();
    let width = |column: usize| rows.iter().map(|(_, row)| row[column].chars().count()).max().unwrap_or(0);
    let (name, version) = (width(0), width(1));
    for (author, title) in [
        (Author::User, "Written by people, in git:"),
        (Author::Controller, "Made by Hedgehog's controllers:"),
        (Author::Installer, "Kept in the installer's fab.yaml:"),
    ] {
        let gap = if author == Author::User { "" } else { "\n" };
        writeln!(out, "{gap}{}", style.paint(Role::Strong, title))?;
        for (_, [kind, served, folder]) in rows.iter().filter(|(of, _)| *of == author) {
            writeln!(out, "  {kind:name$}  {served:version$}  {folder}")?;
        }
    }
    Ok(())
}

/// The kind, its versions as objects spell them, and its folder.
fn row(kind: &Kind) -> [String; 3] {
    let versions: Vec<String> = kind.versions.iter().map(|version| format!("{}/{version}", kind.group)).collect();
    [kind.kind.clone(), versions.join(","), kind.plural.clone()]
}

/// Writes what a code means and what to do about it.
pub fn explain(out: &mut dyn Write, code: Code, style: Style) -> io::Result<()> {
    let role = match code.severity() {
        Severity::Error => Role::Error,
        Severity::Warning => Role::Warning,
        Severity::Info => Role::Info,
    };
    let severity = style.paint(role, code.severity().as_str());
    writeln!(out, "{} ({severity}, about a {})", style.paint(Role::Strong, code.as_str()), about(code))?;
    writeln!(out, "{}", style.flow(String::new(), 0, 0, code.summary()))?;
    writeln!(out, "{}", style.labelled(0, "help", code.help()))
}

/// Writes all codes, a line each.
pub fn codes(out: &mut dyn Write, style: Style) -> io::Result<()> {
    let column = Code::ALL.iter().map(|code| code.as_str().len()).max().unwrap_or(0) + 2;
    for code in Code::ALL {
        let lead = style.paint(Role::Strong, &format!("{:column$}", code.as_str()));
        writeln!(out, "{}", style.flow(lead, column, column, code.summary()))?;
    }
    Ok(())
}

fn about(code: Code) -> &'static str {
    match code.subject().as_str() {
        "structure" => "fabric directory",
        other => other,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn text(write: impl FnOnce(&mut dyn Write) -> io::Result<()>) -> String {
        let mut out = Vec::new();
        write(&mut out).expect("a Vec takes all");
        String::from_utf8(out).expect("text")
    }

    #[test]
    fn kinds_that_people_write_come_first() {
        let table = text(|out| kinds(out, &Kinds::builtin(), Style::default()));
        let lines: Vec<&str> = table.lines().collect();
        assert_eq!(lines.len(), 30, "25 kinds, three titles, two gaps");
        assert_eq!(
            lines[..2],
            ["Written by people, in git:", "  Gateway             gateway.githedgehog.com/v1alpha1    gateways"]
        );
        assert_eq!(lines[29], "  Fabricator          fabricator.githedgehog.com/v1beta1  fabricators");
        assert!(lines.iter().all(|line| line.len() <= 80));
    }

    #[test]
    fn a_code_is_explained_in_three_lines() {
        assert_eq!(
            text(|out| explain(out, Code::MissingDirectory, Style::default())),
            "missing-directory (info, about a fabric directory)\n\
             A folder that a fabric directory has was missing, and was made.\nhelp: Nothing needs to be done.\n"
        );
    }
}
