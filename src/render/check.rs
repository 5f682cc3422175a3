//! What a person reads of `hhgit check`: each finding with its line, a line a fabric, and the tally.

use std::io::{self, Write};

use super::human::{ROWS, diffs, more, removed};
use super::{Role, Style, count, gravest_first, human, sanitize, snippet};
use crate::finding::Finding;
use crate::report::{FabricReport, Report};
use crate::verdict::code::Severity;

/// Writes the report.
pub fn report(out: &mut dyn Write, report: &Report, style: Style) -> io::Result<()> {
    findings(out, &report.findings, style)?;
    let mut body = Vec::new();
    removed(&mut body, report, style)?;
    diffs(&mut body, report, style)?;
    if !body.is_empty() {
        out.write_all(&body[usize::from(report.findings.is_empty())..])?;
        writeln!(out)?;
    }
    for fabric in &report.fabrics {
        writeln!(out, "{}", headline(fabric, report, style))?;
    }
    for note in &report.notes {
        writeln!(out, "{}", style.labelled(0, "note", note))?;
    }
    let branch = sanitize(report.reference.strip_prefix("refs/heads/").unwrap_or(&report.reference));
    writeln!(out, "{branch}: {}", tally(report.findings.iter(), style))
}

/// The findings with their lines; a help is said once for those in a row that share it.
fn findings(out: &mut dyn Write, findings: &[Finding], style: Style) -> io::Result<()> {
    let sorted = gravest_first(findings);
    let shown = if style.verbose { sorted.len() } else { sorted.len().min(ROWS) };
    with_lines(out, &sorted[..shown], style)?;
    more(out, sorted.len() - shown)?;
    if shown < sorted.len() { writeln!(out) } else { Ok(()) }
}

/// These findings with their lines, an empty line after each.
pub(super) fn with_lines(out: &mut dyn Write, findings: &[&Finding], style: Style) -> io::Result<()> {
    for (index, finding) in findings.iter().enumerate() {
        let mut told = snippet::told(finding, style);
        let shared = findings.get(index + 1).is_some_and(|o| o.code == finding.code && o.help == finding.help);
        if !shared {
            told.add("help", &finding.help, style);
        }
        writeln!(out, "{}\n", told.text)?;
    }
    Ok(())
}

fn headline(fabric: &FabricReport, report: &Report, style: Style) -> String {
    let name = style.paint(Role::Strong, &sanitize(&fabric.name));
    let alone = if fabric.left_alone { style.paint(Role::Error, "left alone") + ", " } else { String::new() };
    let own = report.findings.iter().filter(|finding| finding.path.starts_with(&fabric.path));
    format!("{name} ({}): {alone}{}", fabric.path, tally(own, style))
}

/// How many there are of each severity.
pub(super) fn tally<'a>(findings: impl Iterator<Item = &'a Finding>, style: Style) -> String {
    let (mut errors, mut warnings, mut infos) = (0, 0, 0);
    for finding in findings {
        *match finding.severity {
            Severity::Error => &mut errors,
            Severity::Warning => &mut warnings,
            Severity::Info => &mut infos,
        } += 1;
    }
    let parts = [(errors, Severity::Error), (warnings, Severity::Warning), (infos, Severity::Info)];
    let told = |(number, severity): (usize, Severity)| {
        let text = match severity {
            Severity::Error => count(number, "error"),
            Severity::Warning => count(number, "warning"),
            Severity::Info => format!("{number} info"),
        };
        style.paint(human::role(severity), &text)
    };
    let parts: Vec<String> = parts.into_iter().filter(|(number, _)| *number > 0).map(told).collect();
    if parts.is_empty() { style.paint(Role::Good, "no findings") } else { parts.join(", ") }
}
