//! The findings as JUnit XML, which CI servers show as tests: a suite a fabric, a case a file, errors as failures.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::io::{self, Write};

use super::{Style, gravest_first, human, other_place, sanitize};
use crate::finding::Finding;
use crate::path::RepoPath;
use crate::report::Report;
use crate::verdict::code::Severity;

/// The findings of each file.
type Cases<'a> = BTreeMap<&'a RepoPath, Vec<&'a Finding>>;

/// Writes the suites.
pub fn report(out: &mut dyn Write, report: &Report) -> io::Result<()> {
    let mut fabrics: Vec<(&RepoPath, &str, Cases)> =
        report.fabrics.iter().map(|fabric| (&fabric.path, fabric.name.as_str(), Cases::new())).collect();
    let mut others = Cases::new();
    for finding in gravest_first(&report.findings) {
        let home = fabrics.iter_mut().find(|(path, ..)| finding.path.starts_with(path));
        let cases = home.map_or(&mut others, |(.., cases)| cases);
        cases.entry(&finding.path).or_default().push(finding);
    }
    let mut suites: Vec<String> =
        fabrics.iter().map(|(path, name, cases)| suite(name, &path.to_string(), cases)).collect();
    if !others.is_empty() || suites.is_empty() {
        suites.push(suite("files", ".", &others));
    }
    writeln!(out, "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<testsuites name=\"{}\">", escape("hhgit"))?;
    suites.iter().try_for_each(|suite| out.write_all(suite.as_bytes()))?;
    writeln!(out, "</testsuites>")
}

/// One suite; where nothing was found it holds one case, which passed.
fn suite(name: &str, path: &str, cases: &Cases) -> String {
    let failed = cases.values().filter(|findings| findings.iter().any(|finding| is_error(finding))).count();
    let mut text = format!(
        "  <testsuite name=\"{}\" tests=\"{}\" failures=\"{failed}\" errors=\"0\" skipped=\"0\">\n",
        escape(name),
        cases.len().max(1)
    );
    let classname = escape(path);
    if cases.is_empty() {
        let _ = writeln!(text, "    <testcase classname=\"{classname}\" name=\"no findings\"/>");
    }
    for (path, findings) in cases {
        let _ = writeln!(text, "    <testcase classname=\"{classname}\" name=\"{}\">", escape(&path.to_string()));
        case(&mut text, findings);
        text.push_str("    </testcase>\n");
    }
    text.push_str("  </testsuite>\n");
    text
}

/// One failure for all errors, since readers show but one; the rest as output.
fn case(text: &mut String, findings: &[&Finding]) {
    let (errors, rest): (Vec<&Finding>, Vec<&Finding>) = findings.iter().partition(|finding| is_error(finding));
    if let Some(first) = errors.first() {
        let more = if errors.len() > 1 { format!(" (and {} more)", errors.len() - 1) } else { String::new() };
        let message = escape(&format!("{}{more}", first.message));
        let _ = write!(text, "      <failure type=\"{}\" message=\"{message}\">", first.code);
        text.push_str(&lines(&errors));
        text.push_str("</failure>\n");
    }
    if !rest.is_empty() {
        text.push_str("      <system-out>");
        text.push_str(&lines(&rest));
        text.push_str("</system-out>\n");
    }
}

fn lines(findings: &[&Finding]) -> String {
    let mut lines = Vec::new();
    for finding in findings {
        lines.push(escape(&human::line(finding, Style::default())));
        lines.extend(finding.related.as_ref().map(|related| format!("  note: {}", escape(&other_place(related)))));
        lines.push(format!("  help: {}", escape(&finding.help)));
    }
    lines.join("\n")
}

fn is_error(finding: &Finding) -> bool {
    finding.severity == Severity::Error
}

/// Text that may stand between tags and in quotes; what XML has no place for at all is spelt out.
fn escape(text: &str) -> String {
    let mut safe = String::with_capacity(text.len());
    for c in sanitize(text).chars() {
        match c {
            '&' => safe.push_str("&amp;"),
            '<' => safe.push_str("&lt;"),
            '>' => safe.push_str("&gt;"),
            '"' => safe.push_str("&quot;"),
            '\'' => safe.push_str("&apos;"),
            '\u{fffe}' | '\u{ffff}' => safe.extend(c.escape_unicode()),
            c => safe.push(c),
        }
    }
    safe
}
