//! The answers of `hhgit kinds` and `hhgit explain`, as a person reads them.

use std::io::{self, Write};

use super::{Role, Style};
use crate::fabric::kinds::{Kind, Kinds};
use crate::verdict::code::{Code, Severity};

/// Writes the kinds in force: first those that people write, then the others.
pub fn kinds(out: &mut dyn Write, kinds: &Kinds, style: Style) -> io::Result<()> {
    let mut sorted: Vec<&Kind> = kinds.iter().collect();
    sorted.sort_by_key(|kind| (kind.author, &kind.group, &kind.kind));
    let mut rows = vec![["KIND", "API VERSION", "FOLDER", "SHORT NAMES", "WRITTEN BY"].map(str::to_owned)];
    rows.extend(sorted.into_iter().map(row));
    let width = |column: usize| rows.iter().map(|row| row[column].chars().count()).max().unwrap_or(0);
    let widths = [0, 1, 2, 3].map(width);
    for (number, [kind, version, folder, short, author]) in rows.iter().enumerate() {
        let [a, b, c, d] = widths;
        let line = format!("{kind:a$}  {version:b$}  {folder:c$}  {short:d$}  {author}");
        let line = if number == 0 { style.paint(Role::Strong, &line) } else { line };
        writeln!(out, "{line}")?;
    }
    Ok(())
}

fn row(kind: &Kind) -> [String; 5] {
    let versions: Vec<String> = kind.versions.iter().map(|version| format!("{}/{version}", kind.group)).collect();
    let author = kind.author.as_str().to_owned();
    [kind.kind.clone(), versions.join(","), kind.plural.clone(), kind.short.join(","), author]
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
    writeln!(out, "{}", code.summary())?;
    writeln!(out, "{}", style.labelled(0, "help", code.help()))
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
        assert_eq!(lines.len(), 26);
        assert_eq!(
            lines[..2],
            [
                "KIND                API VERSION                         FOLDER               SHORT NAMES         WRITTEN BY",
                "Gateway             gateway.githedgehog.com/v1alpha1    gateways             gw                  user",
            ]
        );
        assert!(lines[25].ends_with("installer"));
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
