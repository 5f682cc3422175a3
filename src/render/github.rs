//! The findings as workflow commands of GitHub Actions, which shows them beside the lines of a pull request.

use std::io::{self, Write};

use super::{count, gravest_first, other_place, sanitize};
use crate::finding::Finding;
use crate::report::Report;
use crate::verdict::code::Severity;

/// How many annotations of a kind GitHub shows for one step; the gravest take all the places.
const SHOWN: usize = 10;

/// Writes a command a finding, and how many are left out.
pub fn report(out: &mut dyn Write, report: &Report) -> io::Result<()> {
    let sorted = gravest_first(&report.findings);
    let shown = sorted.len().min(SHOWN);
    for finding in &sorted[..shown] {
        writeln!(out, "{}", command(finding))?;
    }
    match sorted.len() {
        0 => writeln!(out, "no findings"),
        all if all > shown => {
            writeln!(out, "and {}; --output human or json shows all", count(all - shown, "more finding"))
        }
        _ => Ok(()),
    }
}

fn command(finding: &Finding) -> String {
    let kind = match finding.severity {
        Severity::Error => "error",
        Severity::Warning => "warning",
        Severity::Info => "notice",
    };
    let path = finding.path.to_string();
    let mut properties = format!("file={}", property(&path));
    if let Some(place) = finding.place {
        properties.push_str(&format!(",line={},endLine={}", place.line, place.end_line));
        // GitHub drops the columns of a stretch of several lines, and says so in the log.
        if place.line == place.end_line {
            properties.push_str(&format!(",col={},endColumn={}", place.column, place.end_column));
        }
    }
    properties.push_str(&format!(",title={}", property(finding.code.as_str())));
    let mut lines = vec![sanitize(&finding.message).into_owned()];
    lines.extend(finding.related.as_ref().map(|related| sanitize(&other_place(related)).into_owned()));
    lines.push(format!("help: {}", sanitize(&finding.help)));
    format!("::{kind} {properties}::{}", data(&lines.join("\n")))
}

/// Text after a command's second `::`.
fn data(text: &str) -> String {
    text.replace('%', "%25").replace('\r', "%0D").replace('\n', "%0A")
}

/// Text of a property.
fn property(text: &str) -> String {
    data(text).replace(':', "%3A").replace(',', "%2C")
}
