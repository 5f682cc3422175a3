//! `hhgit fleet` as clap reads it, and from there to many repositories.

use std::num::NonZeroUsize;
use std::path::{Path, PathBuf};
use std::time::Duration;

use clap::Args;

use super::args::{self, Forge, Global};
use super::surroundings::Surroundings;
use super::{Answer, Failure, below, fail_on, inputs, is_json, remotes};
use crate::modes;
use crate::modes::fleet::FleetError;
use crate::modes::fleet::stop::Stop;
use crate::modes::talk::Talk;
use crate::options::fleet::Shard;
use crate::options::{self, Common, FailOn, MAX_FILE_SIZE, propose, remote};
use crate::render::Style;

/// What `hhgit fleet` takes.
#[derive(Debug, Args)]
pub struct Fleet {
    /// The list: a repository a line, its path or URL, and after it the branch if it is not the main one
    #[arg(value_name = "FILE", required_unless_present = "stdin", conflicts_with = "stdin")]
    pub file: Option<PathBuf>,
    /// Read the list from standard input
    #[arg(long)]
    pub stdin: bool,
    /// Judge each repository as hhgit check does, and write nothing
    #[arg(long)]
    pub check: bool,
    /// Show what a sync would do in each, and write nothing
    #[arg(long, short = 'n', conflicts_with = "check")]
    pub dry_run: bool,
    /// How many repositories are worked on at once [default: one a core]
    #[arg(long, value_name = "N")]
    pub jobs: Option<NonZeroUsize>,
    /// Only the part I of N of the list, counted from 0: 0/4, 1/4, 2/4 and 3/4 together are all of it
    #[arg(long, value_name = "I/N", value_parser = shard)]
    pub shard: Option<Shard>,
    /// Keep a record in FILE, and leave out what it says is done by a run that was cut short
    #[arg(long, value_name = "FILE")]
    pub resume: Option<PathBuf>,
    /// Exit with 1 on this: unmanaged, error, warning or never [default: never, with --check error]
    #[arg(long, value_name = "WHAT", hide_possible_values = true)]
    pub fail_on: Option<args::FailOn>,
    /// Put managed/ right: objects at the wrong path, doubled ones, files of several
    #[arg(long, conflicts_with = "check")]
    pub repair: bool,
    /// Refuse the sync of a repository if more than N objects would leave managed/ [default: no limit]
    #[arg(long, value_name = "N", conflicts_with = "check")]
    pub max_deletions: Option<usize>,
    /// Sign the commits, as git is configured to
    #[arg(long, conflicts_with = "check")]
    pub sign: bool,
    /// The largest file that is read, in bytes; larger ones go to unmanaged/
    #[arg(long, value_name = "BYTES", default_value_t = MAX_FILE_SIZE)]
    pub max_file_size: u64,
    /// How many seconds a fetch from a URL or a push to it may take
    #[arg(long, value_name = "SECONDS", default_value = "300", value_parser = clap::value_parser!(u64).range(1..=86400))]
    pub timeout: u64,
    /// Push to hhgit/sync/BRANCH instead, and open or renew one pull or merge request in each; the list holds URLs alone
    #[arg(long, conflicts_with_all = ["check", "dry_run"])]
    pub propose: bool,
    /// With --propose, the forges' kind: github, gitlab or gitea, which is Forgejo's too [default: told by each URL or the CI]
    #[arg(long, value_name = "KIND", requires = "propose", hide_possible_values = true)]
    pub forge: Option<Forge>,
    /// With --propose and --forge, where the forge's API begins [default: told by each URL or the CI]
    #[arg(long, value_name = "URL", requires = "forge")]
    pub api: Option<String>,
}

/// Works on all repositories of the list. Its lines are said as they come; nothing is left for the answer.
pub(super) fn run(
    args: Fleet,
    (global, common): (&Global, &Common),
    (style, around): (Style, &Surroundings),
    talk: &mut dyn Talk,
) -> Result<Answer, Failure> {
    let json = is_json(global, "fleet", "a line a repository")?;
    let options = options(args, common, around, json, talk)?;
    let stop = Stop::by_signals().map_err(|source| failed(FleetError::Signals { source }))?;
    let exit = modes::fleet::fleet(common, &options, style, &stop, talk).map_err(failed)?;
    Ok(Answer { stdout: Vec::new(), stderr: Vec::new(), exit })
}

fn options(
    args: Fleet,
    common: &Common,
    around: &Surroundings,
    json: bool,
    talk: &mut dyn Talk,
) -> Result<options::fleet::Fleet, Failure> {
    let list = args.file.as_deref().unwrap_or(Path::new("-"));
    let list = inputs::file(&common.directory, list, talk)?;
    let asked = propose::Asked { forge: args.forge.map(remotes::kind), api: args.api };
    let remote = remote::Remote {
        name: String::new(),
        timeout: Duration::from_secs(args.timeout),
        tokens: around.forges.tokens.clone(),
        apart: true,
        propose: args.propose.then(|| propose::Propose { asked, ci: around.forges.clone() }),
    };
    let sync = options::Sync {
        dry_run: args.dry_run,
        repair: args.repair,
        max_deletions: args.max_deletions,
        sign: args.sign,
        max_file_size: args.max_file_size,
        ..options::Sync::default()
    };
    let usual = if args.check { FailOn::Error } else { FailOn::Never };
    Ok(options::fleet::Fleet {
        list,
        sync,
        remote,
        check: args.check,
        fail_on: args.fail_on.map_or(usual, fail_on),
        jobs: args.jobs,
        shard: args.shard,
        resume: args.resume.map(|file| below(&common.directory, &file)),
        json,
    })
}

fn shard(text: &str) -> Result<Shard, String> {
    Shard::parse(text).ok_or_else(|| "write I/N, counted from 0: of four, 0/4, 1/4, 2/4 and 3/4".to_owned())
}

fn failed(error: FleetError) -> Failure {
    Failure { exit: error.exit(), error: error.into(), help: None }
}
