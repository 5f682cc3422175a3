//! What a person reads of hooks: where they were put, what became of a commit, what is wrong with a push.

use std::io::{self, Write};

use super::check::{tally, with_lines};
use super::{Role, Style, count, gravest_first, human, sanitize};
use crate::report::local_hooks::{Act, Judged, Placed, PlacedRow, Pushed, Staged, StagedOutcome};
use crate::report::{Counts, Report};
use crate::verdict::code::Severity;

/// How many findings a commit's hook names; the rest is a command away.
const NAMED: usize = 3;
/// How many findings a push's hook shows, over all branches.
const SHOWN: usize = 20;

/// What became of the hooks in a folder.
pub fn placed(out: &mut dyn Write, placed: &Placed, style: Style) -> io::Result<()> {
    for row in &placed.rows {
        writeln!(out, "{}: {}", style.paint(Role::Strong, row.name), act(row))?;
    }
    for note in &placed.notes {
        writeln!(out, "{}", style.labelled(0, "note", note))?;
    }
    let folder = placed.folder.display().to_string();
    let end = if placed.dry_run { "dry run: nothing was written" } else { "done" };
    writeln!(out, "{}: {end}", sanitize(&folder))
}

fn act(row: &PlacedRow) -> String {
    let name = row.name;
    match row.act {
        Act::Written => "written".to_owned(),
        Act::Chained => format!("written; the one that was there is {name}.before-hhgit now and runs first"),
        Act::Renewed => "written anew".to_owned(),
        Act::Unchanged => "there already".to_owned(),
        Act::Removed => "taken away".to_owned(),
        Act::GivenBack => "taken away; the one that was there before is back".to_owned(),
    }
}

/// What to do with the archive that GitLab reads: the command that sets the hooks, and the one that takes all away again.
pub fn gitlab(file: &str) -> String {
    let set = "sudo -u git -- /opt/gitlab/embedded/bin/gitaly hooks set \\\n    --storage STORAGE --repository REPOSITORY \\\n    \
               --config /var/opt/gitlab/gitaly/config.toml";
    let file = sanitize(file);
    format!(
        "On the Gitaly server, with the storage and relative path that the project has under Admin > Projects:\n\n  {set} \\\n    \
         < '{file}'\n\nIt replaces all server hooks of that repository. To take them away again:\n\n  tar -cf - -T /dev/null | \\\n  \
         {set}\n"
    )
}

/// What became of a commit; nothing where there is nothing to say.
pub fn staged(out: &mut dyn Write, staged: &Staged, style: Style) -> io::Result<()> {
    let outcome = match staged.outcome {
        StagedOutcome::Untouched => None,
        StagedOutcome::Unfinished(what) => {
            Some(format!("left unsorted, since {what} is in progress; hhgit sync sorts it afterwards"))
        }
        StagedOutcome::Sorted => Some(format!("sorted what is staged: {}", moved(staged))),
        StagedOutcome::NothingLeft => {
            Some("sorted what is staged; managed/ holds all of it already, so nothing is left to commit".to_owned())
        }
        StagedOutcome::Refused => Some("commit refused for its errors (--strict); nothing was changed".to_owned()),
    };
    if let Some(text) = outcome {
        say(out, &text, style)?;
    }
    if staged.outcome == StagedOutcome::NothingLeft {
        return Ok(());
    }
    for fabric in staged.fabrics.iter().filter(|fabric| fabric.left_alone) {
        say(out, &format!("{} was left alone: its structure is broken", fabric.path), style)?;
    }
    let told: Vec<_> = gravest_first(&staged.findings).into_iter().filter(|f| f.severity > Severity::Info).collect();
    for finding in told.iter().take(NAMED) {
        writeln!(out, "{}", human::line(finding, style))?;
    }
    let more = match told.len().saturating_sub(NAMED) {
        0 => String::new(),
        more => format!("and {more} more; "),
    };
    match staged.outcome {
        _ if told.is_empty() => Ok(()),
        StagedOutcome::Refused => {
            say(out, &format!("{more}correct it, or pass this by with: git commit --no-verify"), style)
        }
        _ => say(out, &format!("{more}once it is committed, this shows all: hhgit check {}", staged.range), style),
    }
}

fn say(out: &mut dyn Write, text: &str, style: Style) -> io::Result<()> {
    writeln!(out, "{}", style.labelled(0, "hhgit", text))
}

fn moved(staged: &Staged) -> String {
    let sum = |part: fn(Counts) -> usize| staged.fabrics.iter().map(|fabric| part(fabric.counts())).sum::<usize>();
    let mut parts = Vec::new();
    for (number, text) in
        [(sum(|counts| counts.managed), "to managed/"), (sum(|counts| counts.unmanaged), "to unmanaged/")]
    {
        if number > 0 {
            parts.push(format!("{number} {text}"));
        }
    }
    match sum(|counts| counts.repairs) {
        0 => {}
        repairs => parts.push(count(repairs, "repair")),
    }
    if parts.is_empty() {
        let files: usize = staged.fabrics.iter().map(|fabric| fabric.edits.len()).sum();
        parts.push(count(files, "file"));
    }
    parts.join(", ")
}

/// What is wrong with a push; nothing where nothing is.
pub fn pushed(out: &mut dyn Write, pushed: &[Pushed], style: Style) -> io::Result<()> {
    let mut room = SHOWN;
    let mut refused = false;
    for branch in pushed {
        match &branch.judged {
            Judged::Shallow(path) => {
                let text = format!(
                    "{} was not checked: history ends before {path} last changed, since this clone is shallow; git fetch \
                     --unshallow gets the rest",
                    branch.branch
                );
                say(out, &text, style)?;
            }
            Judged::Report(report) => {
                refused |= has_errors(report);
                room -= told(out, branch, report, room, style)?;
            }
        }
    }
    match refused {
        true => {
            writeln!(out, "{}", style.labelled(0, "hhgit", "correct it, or pass this by with: git push --no-verify"))
        }
        false => Ok(()),
    }
}

/// Whether a report holds what refuses a push.
pub fn has_errors(report: &Report) -> bool {
    report.findings.iter().any(|finding| finding.severity == Severity::Error)
}

/// Tells of one branch; answers how many findings were shown.
fn told(out: &mut dyn Write, branch: &Pushed, report: &Report, room: usize, style: Style) -> io::Result<usize> {
    let sorted: Vec<_> = gravest_first(&report.findings).into_iter().filter(|f| f.severity > Severity::Info).collect();
    if sorted.is_empty() {
        return Ok(0);
    }
    // Where nothing refuses the push, nobody waits to read more than that there is something.
    let shown = if has_errors(report) { sorted.len().min(room) } else { 0 };
    with_lines(out, &sorted[..shown], style)?;
    let text = format!("{}: {} in what is pushed", branch.branch, tally(sorted.iter().copied(), Style::default()));
    let text = format!("{text}; see all of it: hhgit check {}", branch.range);
    say(out, &text, style)?;
    Ok(shown)
}
