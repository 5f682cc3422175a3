//! `hhgit log` as clap reads it, and from there to an answer.

use std::num::NonZeroUsize;

use clap::Args;

use super::args::Global;
use super::output::{Format, Output, Outputs};
use super::{Answer, Failure, targets, unwritable};
use crate::exit::Exit;
use crate::modes;
use crate::options::{self, Common};
use crate::render::Style;

/// How many operations are told where nobody asked for more or fewer.
const USUAL: usize = 50;

/// What `hhgit log` takes.
#[derive(Debug, Args)]
pub struct Log {
    /// Only this: a fabric's path or name, an object as VPC/web, VPC/NAMESPACE/web or vpcs/web, or a path [default: all]
    #[arg(value_name = "FABRIC|OBJECT|PATH")]
    pub target: Option<String>,
    /// Tell of N operations at most [default: 50; with --verbose or json: all]
    #[arg(long, short = 'n', value_name = "N")]
    pub max_count: Option<NonZeroUsize>,
    /// Tell of this branch, commit or range OLD..NEW [default: the branch that HEAD names]
    #[arg(long, value_name = "REV")]
    pub rev: Option<String>,
}

/// Runs it.
pub(super) fn run(args: Log, global: &Global, common: &Common, style: Style) -> Result<Answer, Failure> {
    Output::refuse_findings(&global.outputs).map_err(unwritable)?;
    let outputs = Outputs::open(&global.directory, &global.outputs).map_err(unwritable)?;
    let for_machines = global.outputs.iter().any(|output| output.format == Format::Json);
    let usual = (!global.verbose && !for_machines).then_some(USUAL);
    let Log { target, max_count, rev } = args;
    let commits = targets::commits(rev.as_deref()).map_err(|error| Failure {
        exit: Exit::Usage,
        error: error.into(),
        help: None,
    })?;
    let options = options::log::Log { target, commits, max_count: max_count.map(NonZeroUsize::get).or(usual) };
    let told = modes::log::log(common, &options);
    let log = told.map_err(|error| Failure { exit: error.exit(), error: error.into(), help: None })?;
    let stdout = outputs.write(&log, style).map_err(unwritable)?;
    Ok(Answer { stdout, stderr: Vec::new(), exit: Exit::Done })
}
