//! `hhgit verify` as clap reads it, and from there to an answer.

use std::num::NonZeroUsize;
use std::path::PathBuf;

use clap::ValueEnum;

use super::args::Global;
use super::output::{Output, Outputs};
use super::{Answer, Failure, targets, untargeted, unwritable};
use crate::exit::Exit;
use crate::modes;
use crate::options::Common;
use crate::options::verify as asked;
use crate::render::Style;
use crate::report::verify::Word;

/// What `hhgit verify` takes.
#[derive(Debug, clap::Args)]
pub struct Verify {
    /// A commit and all that leads to it, or a range OLD..NEW [default: the branch that HEAD names]
    #[arg(value_name = "REV|OLD..NEW")]
    pub commits: Option<String>,
    /// Exit with 1 unless every sync is this: honest, which all are that are not altered or unfounded, or proven
    #[arg(long, value_name = "WHAT", default_value = "honest", hide_possible_values = true)]
    pub require: Require,
    /// Make the syncs of a server that has CRDs of its own by those in DIR
    #[arg(long, value_name = "DIR")]
    pub crds: Option<PathBuf>,
    /// How many threads look [default: one a core]
    #[arg(long, value_name = "N")]
    pub threads: Option<NonZeroUsize>,
}

/// What every sync must be.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Require {
    /// Not known to be other than it says.
    Honest,
    /// Exactly what sync makes of its parent.
    Proven,
}

/// Runs it.
pub(super) fn run(args: &Verify, (global, common): (&Global, &Common), style: Style) -> Result<Answer, Failure> {
    Output::refuse_findings(&global.outputs).map_err(unwritable)?;
    let options = options(args, global).map_err(untargeted)?;
    let outputs = Outputs::open(&global.directory, &global.outputs).map_err(unwritable)?;
    let verify = modes::verify::verify(common, &options).map_err(|error| Failure {
        exit: error.exit(),
        error: error.into(),
        help: None,
    })?;
    let passes = |word: Word| match args.require {
        Require::Honest => !word.is_false(),
        Require::Proven => word == Word::Proven,
    };
    let exit = if verify.commits.iter().all(|one| passes(one.found.word)) { Exit::Done } else { Exit::Findings };
    let stdout = outputs.write(&verify, style).map_err(unwritable)?;
    Ok(Answer { stdout, stderr: Vec::new(), exit })
}

fn options(args: &Verify, global: &Global) -> Result<asked::Verify, targets::TargetError> {
    Ok(asked::Verify {
        commits: targets::commits(args.commits.as_deref())?,
        crds: targets::crds(args.crds.as_deref(), &global.directory)?,
        threads: args.threads,
    })
}
