//! The answers of `hhgit crds list` and `hhgit settings show`, as a person reads them.

use std::io::{self, Write};

use super::{Role, Style, sanitize};
use crate::report::fabrics::{FabricKinds, FabricSettings};

/// Writes the kinds in force, fabric by fabric.
pub fn kinds(out: &mut dyn Write, fabrics: &[FabricKinds], style: Style) -> io::Result<()> {
    for (index, fabric) in fabrics.iter().enumerate() {
        let gap = if index == 0 { "" } else { "\n" };
        let name = style.paint(Role::Strong, &sanitize(&fabric.name));
        writeln!(out, "{gap}{name} ({}): {}", fabric.path, fabric.ruleset)?;
        let rows = fabric.kinds.iter().map(|row| {
            let from = row.file.as_ref().map_or_else(|| "built-in".to_owned(), ToString::to_string);
            [&row.kind, &row.group, &row.versions.join(",")]
                .map(|text| sanitize(text).into_owned())
                .into_iter()
                .chain([from])
        });
        table(out, &rows.map(Iterator::collect).collect::<Vec<_>>())?;
    }
    Ok(())
}

/// Writes the settings in force, fabric by fabric.
pub fn settings(out: &mut dyn Write, fabrics: &[FabricSettings], style: Style) -> io::Result<()> {
    for (index, fabric) in fabrics.iter().enumerate() {
        let gap = if index == 0 { "" } else { "\n" };
        let name = style.paint(Role::Strong, &sanitize(&fabric.name));
        writeln!(out, "{gap}{name} ({}):", fabric.path)?;
        let from = |set| if set { "set" } else { "default" };
        let row = |row: &crate::report::fabrics::SettingRow| {
            vec![row.key.to_owned(), sanitize(&row.value).into_owned(), from(row.set).to_owned()]
        };
        table(out, &fabric.settings.iter().map(row).collect::<Vec<_>>())?;
    }
    Ok(())
}

/// Rows of cells, each column as wide as its widest cell but the last.
fn table(out: &mut dyn Write, rows: &[Vec<String>]) -> io::Result<()> {
    let columns = rows.first().map_or(0, Vec::len);
    let width = |column: usize| rows.iter().map(|row| row[column].chars().count()).max().unwrap_or(0);
    let widths: Vec<usize> = (0..columns).map(width).collect();
    for row in rows {
        let cells = row.iter().zip(&widths).map(|(cell, width)| format!("{cell:width$}"));
        writeln!(out, "  {}", cells.collect::<Vec<_>>().join("  ").trim_end())?;
    }
    Ok(())
}
