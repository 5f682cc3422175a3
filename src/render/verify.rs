//! How `hhgit verify` reads: what is not proven with why, for people, everything with `--verbose`; `hhgit.verify/1` for machines.

use std::io::{self, Write};

use schemars::JsonSchema;
use serde::Serialize;

use super::human::more;
use super::{Role, Show, Style, count, date, json, sanitize};
use crate::ids::Entry;
use crate::report::Report;
use crate::report::verify::{Verified, Verify, Word, WrongFile, WrongLine};

/// The name and version of the format.
pub const SCHEMA: &str = "hhgit.verify/1";
/// How many files or lines of one commit are listed, unless all are asked for.
const SHOWN: usize = 10;

impl Show for Verify {
    fn report(&self) -> Option<&Report> {
        None
    }

    fn human(&self, out: &mut dyn Write, style: Style) -> io::Result<()> {
        text(out, self, style)
    }

    fn json(&self, out: &mut dyn Write) -> io::Result<()> {
        json::write_value(out, &Wire::from(self))
    }
}

fn role(word: Word) -> Role {
    match word {
        Word::Proven => Role::Good,
        Word::Reworded | Word::Redated => Role::Info,
        Word::Unproven => Role::Warning,
        Word::Altered | Word::Unfounded => Role::Error,
    }
}

/// Writes what was found for people.
fn text(out: &mut dyn Write, verify: &Verify, style: Style) -> io::Result<()> {
    for one in verify.commits.iter().filter(|one| style.verbose || one.found.word != Word::Proven) {
        commit(out, one, style)?;
    }
    let name = style.paint(Role::Strong, &sanitize(&verify.reference));
    let tally = verify.tally().into_iter().filter(|(_, number)| *number > 0);
    let tally: Vec<String> =
        tally.map(|(word, number)| style.paint(role(word), &format!("{number} {}", word.as_str()))).collect();
    let syncs = match verify.commits.len() {
        0 => "no syncs".to_owned(),
        number => format!("{}, {}", count(number, "sync"), tally.join(", ")),
    };
    writeln!(out, "{name}: {syncs}; {}", count(verify.others, "other commit"))?;
    verify.notes.iter().try_for_each(|note| writeln!(out, "{}", style.labelled(0, "note", note)))
}

/// One commit: what it is and what it is called, why, and what is wrong with it.
fn commit(out: &mut dyn Write, one: &Verified, style: Style) -> io::Result<()> {
    let word = style.paint(role(one.found.word), one.found.word.as_str());
    writeln!(
        out,
        "{}",
        style.flow(format!("{word} {} ", one.commit.short()), one.found.word.as_str().len() + 9, 2, &one.subject)
    )?;
    writeln!(out, "{}", style.flow("  ".to_owned(), 2, 2, &format!("{}.", one.found.why)))?;
    let most = if style.verbose { usize::MAX } else { SHOWN };
    for wrong in one.found.files.iter().take(most) {
        writeln!(out, "{}", style.flow("  ".to_owned(), 2, 6, &format!("{}: {}", wrong.path, file(wrong))))?;
    }
    more(out, one.found.files.len().saturating_sub(most))?;
    for WrongLine { text, is_there } in one.found.lines.iter().take(most) {
        writeln!(out, "  message {} {}", if *is_there { "has:  " } else { "lacks:" }, sanitize(text))?;
    }
    more(out, one.found.lines.len().saturating_sub(most))?;
    writeln!(out)
}

/// What is wrong with a file.
fn file(wrong: &WrongFile) -> String {
    match (wrong.is, wrong.should) {
        (None, None) => "the same".to_owned(),
        (Some(is), None) => format!("is {}, should not be there", entry(is)),
        (None, Some(should)) => format!("is not there, should be {}", entry(should)),
        (Some(is), Some(should)) if is.id == should.id => {
            format!("is of mode {}, should be of {}", is.mode, should.mode)
        }
        (Some(is), Some(should)) => format!("is {}, should be {}", entry(is), entry(should)),
    }
}

fn entry(entry: Entry) -> String {
    let id: String = entry.id.to_string().chars().take(7).collect();
    format!("{} {id}", entry.mode)
}

#[derive(Debug, Serialize, JsonSchema)]
#[schemars(title = "hhgit.verify/1")]
struct Wire {
    #[schemars(extend("const" = SCHEMA))]
    schema: &'static str,
    command: &'static str,
    range: String,
    summary: WireSummary,
    commits: Vec<WireCommit>,
    notes: Vec<String>,
}

#[derive(Debug, Serialize, JsonSchema)]
struct WireSummary {
    syncs: usize,
    other_commits: usize,
    proven: usize,
    reworded: usize,
    redated: usize,
    unproven: usize,
    altered: usize,
    unfounded: usize,
}

#[derive(Debug, Serialize, JsonSchema)]
struct WireCommit {
    commit: String,
    time: String,
    subject: String,
    verdict: &'static str,
    why: String,
    files: Vec<WireFile>,
    message: Vec<WireLine>,
}

#[derive(Debug, Serialize, JsonSchema)]
struct WireFile {
    path: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    path_hex: Option<String>,
    is: Option<WireEntry>,
    should_be: Option<WireEntry>,
}

#[derive(Debug, Serialize, JsonSchema)]
struct WireEntry {
    mode: String,
    id: String,
}

#[derive(Debug, Serialize, JsonSchema)]
struct WireLine {
    line: String,
    there: bool,
}

impl From<&Verify> for Wire {
    fn from(verify: &Verify) -> Self {
        let tally = verify.tally();
        let of = |word: Word| tally.get(&word).copied().unwrap_or_default();
        Self {
            schema: SCHEMA,
            command: "verify",
            range: verify.reference.clone(),
            summary: WireSummary {
                syncs: verify.commits.len(),
                other_commits: verify.others,
                proven: of(Word::Proven),
                reworded: of(Word::Reworded),
                redated: of(Word::Redated),
                unproven: of(Word::Unproven),
                altered: of(Word::Altered),
                unfounded: of(Word::Unfounded),
            },
            commits: verify.commits.iter().map(WireCommit::from).collect(),
            notes: verify.notes.clone(),
        }
    }
}

impl From<&Verified> for WireCommit {
    fn from(one: &Verified) -> Self {
        let entry = |entry: Entry| WireEntry { mode: entry.mode.to_string(), id: entry.id.to_string() };
        let file = |wrong: &WrongFile| {
            let (path, path_hex) = json::convert::shown(&wrong.path);
            WireFile { path, path_hex, is: wrong.is.map(entry), should_be: wrong.should.map(entry) }
        };
        let line = |wrong: &WrongLine| WireLine { line: wrong.text.clone(), there: wrong.is_there };
        Self {
            commit: one.commit.to_string(),
            time: date(one.time),
            subject: one.subject.clone(),
            verdict: one.found.word.as_str(),
            why: one.found.why.clone(),
            files: one.found.files.iter().map(file).collect(),
            message: one.found.lines.iter().map(line).collect(),
        }
    }
}

/// The JSON Schema of what was found.
pub fn schema() -> schemars::Schema {
    schemars::schema_for!(Wire)
}
