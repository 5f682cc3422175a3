//! A scheduled workflow of GitHub Actions, which uses hhgit's own action (`action.yml`).

use std::io::{self, Write};

use super::quoted;
use super::when::When;
use crate::report::schedule::Job;

/// The shortest time between two runs that GitHub allows, in minutes.
const LEAST: u64 = 5;

/// Writes the workflow.
pub(super) fn workflow(out: &mut dyn Write, job: &Job) -> io::Result<()> {
    let when = When::of_job(job, LEAST);
    writeln!(out, "# .github/workflows/hhgit-schedule.yml. Replace OWNER/hhgit@COMMIT; docs/github.md says by what.")?;
    if let Some(note) = &when.note {
        writeln!(out, "# {note}")?;
    }
    writeln!(
        out,
        "name: hhgit by the clock\non:\n  schedule:\n    - cron: {}\n  workflow_dispatch:",
        quoted(&when.fields)
    )?;
    writeln!(out, "permissions: {{}}\njobs:")?;
    if !job.sorted.is_empty() {
        sync(out, job)?;
    }
    if !job.judged.is_empty() {
        check(out, job)?;
    }
    Ok(())
}

const USES: &str = "      - uses: OWNER/hhgit@0000000000000000000000000000000000000000";

fn sync(out: &mut dyn Write, job: &Job) -> io::Result<()> {
    write!(
        out,
        "  sync:\n    name: Sort raw/\n    runs-on: ubuntu-24.04\n    timeout-minutes: 20\n    permissions:\n      contents: write # \
         pushes the sorted commit\n    steps:\n{USES}\n        with:\n          command: sync\n"
    )?;
    if let Some(branch) = &job.branch {
        writeln!(out, "          branch: {}", inert(branch))?;
    }
    if !job.is_all {
        writeln!(out, "          args: {}", arguments(&job.sorted))?;
    }
    writeln!(out, "          token: ${{{{ secrets.HHGIT_TOKEN || github.token }}}}")
}

fn check(out: &mut dyn Write, job: &Job) -> io::Result<()> {
    write!(
        out,
        "  check:\n    name: Judge what is there\n    runs-on: ubuntu-24.04\n    timeout-minutes: 20\n    permissions:\n      contents: read\n    \
         steps:\n      - uses: actions/checkout@08c6903cd8c0fde910a37f88322edcfb5dd907a8 # v5.0.0\n        with:\n"
    )?;
    if let Some(branch) = &job.branch {
        writeln!(out, "          ref: {}", inert(branch))?;
    }
    writeln!(out, "          persist-credentials: false\n{USES}\n        with:\n          command: check")?;
    writeln!(out, "          args: {}", arguments(&job.judged))
}

/// The fabric directories as arguments of hhgit, one a line, as the action takes them.
fn arguments(fabrics: &[String]) -> String {
    inert(&fabrics.iter().map(|path| format!("--fabric={path}")).collect::<Vec<_>>().join("\n"))
}

/// A text in which GitHub finds no expression: one that would begin is made of an expression that says those three characters.
fn inert(text: &str) -> String {
    quoted(text).replace("${{", "${{ '${{' }}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_text_holds_no_expression_of_github() {
        assert_eq!(inert("a: ${{ secrets.X }} \"b\""), "\"a: ${{ '${{' }} secrets.X }} \\\"b\\\"\"");
    }
}
