//! `hhgit replay` as clap reads it, and from there to an answer.

use std::num::NonZeroUsize;
use std::path::PathBuf;

use super::args::{CheckLevel, Global};
use super::output::{Output, Outputs};
use super::{Answer, Failure, targets, untargeted, unwritable};
use crate::exit::Exit;
use crate::modes::{self, talk::Talk};
use crate::options::Common;
use crate::options::replay as asked;
use crate::render::Style;

/// What `hhgit replay` takes.
#[derive(Debug, clap::Args)]
pub struct Replay {
    /// A commit and all that leads to it, or a range OLD..NEW [default: the branch that HEAD names]
    #[arg(value_name = "REV|OLD..NEW")]
    pub commits: Option<String>,
    /// How closely to look; each level includes those before it
    #[arg(long, value_name = "LEVEL", default_value = "references")]
    pub level: CheckLevel,
    /// Judge by the CRDs in DIR, such as another release's, instead of the fabric's own
    #[arg(long, value_name = "DIR")]
    pub crds: Option<PathBuf>,
    /// Take the settings that rules depend on from FILE, a manifest or the installer's fab.yaml
    #[arg(long, value_name = "FILE")]
    pub settings: Option<PathBuf>,
    /// How many threads judge [default: one a core]
    #[arg(long, value_name = "N")]
    pub threads: Option<NonZeroUsize>,
}

/// Runs it.
pub(super) fn run(
    args: &Replay,
    (global, common): (&Global, &Common),
    style: Style,
    talk: &mut dyn Talk,
) -> Result<Answer, Failure> {
    Output::refuse_findings(&global.outputs).map_err(unwritable)?;
    let options = options(args, global, talk).map_err(untargeted)?;
    let outputs = Outputs::open(&global.directory, &global.outputs).map_err(unwritable)?;
    let replay = modes::replay::replay(common, &options).map_err(|error| Failure {
        exit: error.exit(),
        error: error.into(),
        help: None,
    })?;
    let exit = if replay.summary().unread > 0 { Exit::CouldNot } else { Exit::Done };
    let stdout = outputs.write(&replay, style).map_err(unwritable)?;
    Ok(Answer { stdout, stderr: Vec::new(), exit })
}

fn options(args: &Replay, global: &Global, talk: &mut dyn Talk) -> Result<asked::Replay, targets::TargetError> {
    let directory = &global.directory;
    let settings = args.settings.as_deref().map(|file| targets::settings(file.as_os_str(), directory, talk));
    Ok(asked::Replay {
        commits: targets::commits(args.commits.as_deref())?,
        level: targets::level(args.level),
        crds: targets::crds(args.crds.as_deref(), directory)?,
        settings: settings.transpose()?,
        threads: args.threads,
    })
}
