//! How `hhgit status` reads: four lines a fabric directory for people, `hhgit.status/1` for machines.

use std::collections::BTreeMap;
use std::io::{self, Write};

use schemars::JsonSchema;
use serde::Serialize;

use super::human::line;
use super::{Role, Style, count, date, sanitize};
use crate::path::RepoPath;
use crate::report;

/// The name and version of the format.
pub const SCHEMA: &str = "hhgit.status/1";

/// Writes the status for people.
pub fn human(out: &mut dyn Write, status: &report::Status, style: Style) -> io::Result<()> {
    let branch = status.reference.strip_prefix("refs/heads/").unwrap_or(&status.reference);
    let tip = status.tip.short();
    writeln!(out, "{} is at {tip}", style.paint(Role::Strong, &sanitize(branch)))?;
    for fabric in &status.fabrics {
        one(out, fabric, style)?;
    }
    for finding in &status.findings {
        writeln!(out, "\n{}", line(finding, style))?;
        writeln!(out, "{}", style.labelled(2, "help", &finding.help))?;
    }
    for note in &status.notes {
        writeln!(out, "\n{}", style.labelled(0, "note", note))?;
    }
    Ok(())
}

fn one(out: &mut dyn Write, fabric: &report::FabricStatus, style: Style) -> io::Result<()> {
    let name = style.paint(Role::Strong, &sanitize(&fabric.name));
    writeln!(out, "\n{name} ({})", fabric.path)?;
    if fabric.left_alone {
        return writeln!(
            out,
            "  {}: sync does nothing here until it is mended",
            style.paint(Role::Error, "left alone")
        );
    }
    writeln!(out, "  raw        {}", waiting(fabric, style))?;
    writeln!(
        out,
        "  managed    {}",
        tally("object", fabric.managed.iter().map(|(kind, n)| (sanitize(kind).into_owned(), *n)))
    )?;
    let mut reasons: Vec<(String, usize)> = fabric.unmanaged.iter().map(|(code, n)| (code.to_string(), *n)).collect();
    if fabric.unexplained > 0 {
        reasons.push(("without a reason of hhgit's".to_owned(), fabric.unexplained));
    }
    writeln!(out, "  unmanaged  {}", tally("document", reasons.into_iter()))?;
    let last = match &fabric.last_sync {
        None => "never".to_owned(),
        Some(last) => {
            let id = last.commit.short();
            let since = match last.commits_since {
                0 => "the branch's tip".to_owned(),
                n => format!("{} ago", count(n, "commit")),
            };
            format!("{id}, {since}, of {}", date(last.time))
        }
    };
    writeln!(out, "  last sync  {last}")
}

fn waiting(fabric: &report::FabricStatus, style: Style) -> String {
    const SHOWN: usize = 5;
    let n = fabric.waiting.len();
    if n == 0 {
        return "nothing waits".to_owned();
    }
    let shown = if style.verbose { n } else { n.min(SHOWN) };
    let mut names: Vec<String> = fabric.waiting[..shown].iter().map(RepoPath::to_string).collect();
    if shown < n {
        names.push(format!("and {} more", n - shown));
    }
    format!(
        "{} for hhgit sync: {}",
        if n == 1 { "1 file waits".to_owned() } else { format!("{n} files wait") },
        names.join(", ")
    )
}

fn tally(noun: &str, parts: impl Iterator<Item = (String, usize)>) -> String {
    let parts: Vec<(String, usize)> = parts.collect();
    let all: usize = parts.iter().map(|(_, n)| n).sum();
    if all == 0 {
        return "nothing".to_owned();
    }
    let words: Vec<String> = parts.into_iter().map(|(word, n)| format!("{n} {word}")).collect();
    format!("{}: {}", count(all, noun), words.join(", "))
}

#[derive(Debug, Serialize, JsonSchema)]
#[schemars(title = "hhgit.status/1")]
struct Status {
    #[schemars(extend("const" = SCHEMA))]
    schema: &'static str,
    command: &'static str,
    #[serde(rename = "ref")]
    reference: String,
    commit: String,
    fabrics: Vec<Fabric>,
    findings: Vec<super::json::Finding>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    notes: Vec<String>,
}

#[derive(Debug, Serialize, JsonSchema)]
struct Fabric {
    path: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    path_hex: Option<String>,
    name: String,
    left_alone: bool,
    waiting: Vec<String>,
    managed: BTreeMap<String, usize>,
    unmanaged: BTreeMap<String, usize>,
    unexplained: usize,
    #[serde(skip_serializing_if = "Option::is_none")]
    last_sync: Option<LastSync>,
}

#[derive(Debug, Serialize, JsonSchema)]
struct LastSync {
    commit: String,
    time: String,
    commits_since: usize,
}

/// Writes the status as JSON.
pub fn json(out: &mut dyn Write, status: &report::Status) -> io::Result<()> {
    let wire = Status {
        schema: SCHEMA,
        command: "status",
        reference: status.reference.clone(),
        commit: status.tip.to_string(),
        fabrics: status.fabrics.iter().map(wire).collect(),
        findings: status.findings.iter().map(super::json::Finding::from).collect(),
        notes: status.notes.clone(),
    };
    serde_json::to_writer_pretty(&mut *out, &wire)?;
    writeln!(out)
}

fn wire(fabric: &report::FabricStatus) -> Fabric {
    let (path, path_hex) = super::json::convert::shown(&fabric.path);
    Fabric {
        path,
        path_hex,
        name: fabric.name.clone(),
        left_alone: fabric.left_alone,
        waiting: fabric.waiting.iter().map(RepoPath::to_string).collect(),
        managed: fabric.managed.clone(),
        unmanaged: fabric.unmanaged.iter().map(|(code, n)| (code.to_string(), *n)).collect(),
        unexplained: fabric.unexplained,
        last_sync: fabric.last_sync.map(|last| LastSync {
            commit: last.commit.to_string(),
            time: date(last.time),
            commits_since: last.commits_since,
        }),
    }
}

/// The JSON Schema of the status.
pub fn schema() -> schemars::Schema {
    schemars::schema_for!(Status)
}
