//! `hhgit undo` as clap reads it, and from there to an answer.

use clap::Args;

use super::args::Global;
use super::commands::failed;
use super::{Answer, Failure, reported};
use crate::modes;
use crate::modes::talk::Talk;
use crate::options::{self, Common, FailOn};
use crate::render::Style;

/// What `hhgit undo` takes.
#[derive(Debug, Args)]
pub struct Undo {
    /// The sync to take back, in any way git can name a commit [default: the branch's newest]
    #[arg(value_name = "COMMIT")]
    pub commit: Option<String>,
    /// The branch [default: the one HEAD names]
    #[arg(long, value_name = "BRANCH")]
    pub branch: Option<String>,
    /// Take back only what it did to this object: VPC/web, vpcs/web, or its file in managed/
    #[arg(long, value_name = "OBJECT")]
    pub object: Option<String>,
    /// Show what would be done and write nothing
    #[arg(long, short = 'n')]
    pub dry_run: bool,
    /// Refuse if more than N objects would leave managed/ [default: no limit]
    #[arg(long, value_name = "N")]
    pub max_deletions: Option<usize>,
}

/// Takes a sync back, and reports.
pub(super) fn run(
    args: Undo,
    (global, common): (&Global, &Common),
    style: Style,
    talk: &mut dyn Talk,
) -> Result<Answer, Failure> {
    let Undo { commit, branch, object, dry_run, max_deletions } = args;
    let options = options::Undo { commit, branch, object, dry_run, max_deletions };
    reported(global, style, FailOn::Never, || modes::undo::undo(common, &options, talk).map_err(failed))
}
