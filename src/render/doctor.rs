//! How `hhgit doctor` reads: a line a check for people, with what to do below what is wrong; `hhgit.doctor/1` for machines.

use std::io::{self, Write};

use schemars::JsonSchema;
use serde::Serialize;

use super::{Role, Show, Style, count, sanitize};
use crate::doctor::{self, Diagnosis, Gravity, Trouble};
use crate::report::Report;

/// The name and version of the format.
pub const SCHEMA: &str = "hhgit.doctor/1";

/// The width of the first column, and of the second.
const COLUMNS: (usize, usize) = (9, 12);

/// How many troubles of one kind are shown of one check.
const SHOWN: usize = 5;

impl Show for Diagnosis {
    fn report(&self) -> Option<&Report> {
        None
    }

    fn human(&self, out: &mut dyn Write, style: Style) -> io::Result<()> {
        human(out, self, style)
    }

    fn json(&self, out: &mut dyn Write) -> io::Result<()> {
        json(out, self)
    }
}

/// Writes the diagnosis for people.
pub fn human(out: &mut dyn Write, diagnosis: &Diagnosis, style: Style) -> io::Result<()> {
    let lead = |role: Role, word: &str, check: doctor::Check| {
        let gap = COLUMNS.0.saturating_sub(word.len());
        format!("{}{:gap$}{:width$}", style.paint(role, word), "", check.as_str(), width = COLUMNS.1)
    };
    let (hang, mut left_out) = (COLUMNS.0 + COLUMNS.1, 0);
    writeln!(out, "{}", style.paint(Role::Strong, &sanitize(&diagnosis.place)))?;
    for row in &diagnosis.rows {
        if row.troubles.is_empty() {
            writeln!(out, "{}", style.flow(lead(Role::Good, "ok", row.check), hang, hang, &row.well))?;
        }
        for (at, told) in row.troubles.iter().enumerate() {
            let before = row.troubles[..at].iter().filter(|other| other.trouble == told.trouble).count();
            if before >= SHOWN && !style.verbose {
                left_out += 1;
                continue;
            }
            let gravity = told.trouble.gravity();
            let role = if gravity == Gravity::Problem { Role::Error } else { Role::Warning };
            writeln!(out, "{}", style.flow(lead(role, gravity.as_str(), row.check), hang, hang, &told.says))?;
            writeln!(out, "{}", style.labelled(COLUMNS.0, "why", told.trouble.why()))?;
            // A command is not broken into lines: it is there to be copied.
            writeln!(
                out,
                "{:width$}{}: {}",
                "",
                style.paint(Role::Strong, "mend"),
                sanitize(&told.mend),
                width = COLUMNS.0
            )?;
        }
    }
    if left_out > 0 {
        writeln!(out, "\n{left_out} more of the same are not shown; --verbose lists them")?;
    }
    let (problems, warnings) = (diagnosis.count(Gravity::Problem), diagnosis.count(Gravity::Warning));
    let checks = count(diagnosis.rows.len(), "check");
    match (problems, warnings) {
        (0, 0) => writeln!(out, "\n{checks}: all is well"),
        _ => writeln!(out, "\n{checks}: {}, {}", count(problems, "problem"), count(warnings, "warning")),
    }
}

#[derive(Debug, Serialize, JsonSchema)]
#[schemars(title = "hhgit.doctor/1")]
struct Wire {
    /// The format's name and version.
    #[schemars(extend("const" = SCHEMA))]
    schema: &'static str,
    /// The command that reports.
    command: &'static str,
    /// The repository's directory, or where one was looked for.
    repository: String,
    /// How many troubles are problems.
    problems: usize,
    /// How many are warnings.
    warnings: usize,
    /// The checks that apply, in the order they are made.
    checks: Vec<Check>,
}

/// What came of one check.
#[derive(Debug, Serialize, JsonSchema)]
struct Check {
    /// Its name.
    check: &'static str,
    /// The gravest that came of it: ok, warning or problem.
    result: &'static str,
    /// What was found, where nothing is wrong.
    #[serde(skip_serializing_if = "Option::is_none")]
    found: Option<String>,
    /// What is wrong.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    troubles: Vec<Told>,
}

/// Something that is wrong.
#[derive(Debug, Serialize, JsonSchema)]
struct Told {
    /// Its name, which stays as it is.
    code: &'static str,
    /// warning or problem.
    gravity: &'static str,
    /// What is wrong, and where.
    message: String,
    /// What comes of it.
    why: &'static str,
    /// What to do.
    mend: String,
}

/// Writes the diagnosis as JSON.
pub fn json(out: &mut dyn Write, diagnosis: &Diagnosis) -> io::Result<()> {
    let told = |told: &doctor::Told| Told {
        code: told.trouble.code(),
        gravity: told.trouble.gravity().as_str(),
        message: sanitize(&told.says).into_owned(),
        why: told.trouble.why(),
        mend: sanitize(&told.mend).into_owned(),
    };
    let check = |row: &doctor::Row| {
        let gravest = row.troubles.iter().map(|told| told.trouble.gravity()).max();
        Check {
            check: row.check.as_str(),
            result: gravest.map_or("ok", Gravity::as_str),
            found: row.troubles.is_empty().then(|| sanitize(&row.well).into_owned()),
            troubles: row.troubles.iter().map(told).collect(),
        }
    };
    let wire = Wire {
        schema: SCHEMA,
        command: "doctor",
        repository: sanitize(&diagnosis.place).into_owned(),
        problems: diagnosis.count(Gravity::Problem),
        warnings: diagnosis.count(Gravity::Warning),
        checks: diagnosis.rows.iter().map(check).collect(),
    };
    serde_json::to_writer_pretty(&mut *out, &wire)?;
    writeln!(out)
}

/// The JSON Schema of the diagnosis.
pub fn schema() -> serde_json::Value {
    super::json::schema::of::<Wire>()
}

/// Writes all that can be said to be wrong as a table of Markdown.
pub fn table(out: &mut dyn Write) -> io::Result<()> {
    writeln!(out, "| check | code | | what it says | what comes of it | how it is mended |")?;
    writeln!(out, "|---|---|---|---|---|---|")?;
    for trouble in Trouble::ALL {
        let cell = |text: &str| text.replace('|', "\\|");
        writeln!(
            out,
            "| {} | `{}` | {} | {} | {} | {} |",
            trouble.check().as_str(),
            trouble.code(),
            trouble.gravity().as_str(),
            cell(trouble.says()),
            cell(trouble.why()),
            cell(trouble.mend())
        )?;
    }
    Ok(())
}
