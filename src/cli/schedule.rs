//! `hhgit schedule` as clap reads it, and from there to an answer.

use std::path::PathBuf;

use clap::{Args, Subcommand, ValueEnum};

use super::args::Global;
use super::watch::interval;
use super::{Answer, Failure, below, reported, without_report};
use crate::exit::Exit;
use crate::fabric::interval::Interval;
use crate::modes;
use crate::modes::ModeError;
use crate::modes::talk::Talk;
use crate::options::watch::{self as options, Scheduler, ShowSchedule};
use crate::options::{Common, FailOn};
use crate::render::{self, Style};

/// What `hhgit schedule` does.
#[derive(Debug, Subcommand)]
pub enum Schedule {
    /// Have hhgit watch work on the fabric, in one commit to its manifest
    Enable(Enable),
    /// Have hhgit watch leave the fabric out, in one commit to its manifest
    Disable {
        /// Show what would be done and write nothing
        #[arg(long, short = 'n')]
        dry_run: bool,
    },
    /// Show what the manifests say; with --as, print what has a scheduler do it
    Show(Show),
}

/// What `hhgit schedule enable` takes.
#[derive(Debug, Args)]
pub struct Enable {
    /// How often, as a number and s, m or h [default: as it is; 60m if nothing is said]
    #[arg(long, value_name = "INTERVAL", value_parser = interval)]
    pub interval: Option<Interval>,
    /// Only check the fabric
    #[arg(long, conflicts_with = "sync")]
    pub validate_only: bool,
    /// Sync the fabric
    #[arg(long)]
    pub sync: bool,
    /// Show what would be done and write nothing
    #[arg(long, short = 'n')]
    pub dry_run: bool,
}

/// What `hhgit schedule show` takes.
#[derive(Debug, Args)]
pub struct Show {
    /// Print files for this scheduler: systemd, cron, github, kubernetes or all
    #[arg(long = "as", value_name = "SCHEDULER", hide_possible_values = true)]
    pub scheduler: Option<As>,
    /// With --as, work on this remote, by its name or URL
    #[arg(long, value_name = "NAME|URL", requires = "scheduler")]
    pub remote: Option<String>,
    /// With --as, work on this branch [default: the one HEAD names]
    #[arg(long, value_name = "BRANCH", requires = "scheduler")]
    pub branch: Option<String>,
    /// With --as, the hhgit that is run [default: this one]
    #[arg(long, value_name = "FILE", requires = "scheduler")]
    pub program: Option<PathBuf>,
}

/// The schedulers.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum As {
    /// A service and a timer
    Systemd,
    /// A line of a crontab
    Cron,
    /// A workflow of GitHub Actions
    Github,
    /// A CronJob
    Kubernetes,
    /// All of them
    All,
}

/// Runs one of them.
pub(super) fn run(
    asked: Schedule,
    global: &Global,
    common: &Common,
    style: Style,
    talk: &mut dyn Talk,
) -> Result<Answer, Failure> {
    let options = match asked {
        Schedule::Show(args) => return show(args, global, common, style),
        Schedule::Disable { dry_run } => {
            options::Schedule { enabled: false, interval: None, validate_only: None, dry_run }
        }
        Schedule::Enable(args) => options::Schedule {
            enabled: true,
            interval: args.interval,
            validate_only: args.validate_only.then_some(true).or(args.sync.then_some(false)),
            dry_run: args.dry_run,
        },
    };
    reported(global, style, FailOn::Never, || modes::schedule::set(common, &options, talk).map_err(failed))
}

fn show(args: Show, global: &Global, common: &Common, style: Style) -> Result<Answer, Failure> {
    without_report(global, "schedule show")?;
    let schedulers = match args.scheduler {
        None => Vec::new(),
        Some(As::Systemd) => vec![Scheduler::Systemd],
        Some(As::Cron) => vec![Scheduler::Cron],
        Some(As::Github) => vec![Scheduler::GitHub],
        Some(As::Kubernetes) => vec![Scheduler::Kubernetes],
        Some(As::All) => Scheduler::ALL.to_vec(),
    };
    let program = program(args.program, common)?;
    let options = ShowSchedule { schedulers, remote: args.remote, branch: args.branch, program };
    let scheduled = modes::schedule::show(common, &options).map_err(failed)?;
    let mut stdout = Vec::new();
    let written = match &scheduled.job {
        None => render::schedule::fabrics(&mut stdout, &scheduled, style),
        Some(job) => options.schedulers.iter().enumerate().try_for_each(|(index, scheduler)| {
            if index > 0 {
                stdout.push(b'\n');
            }
            match scheduler {
                Scheduler::Systemd => render::schedule::systemd(&mut stdout, job),
                Scheduler::Cron => render::schedule::cron(&mut stdout, job),
                Scheduler::GitHub => render::schedule::github(&mut stdout, job),
                Scheduler::Kubernetes => render::schedule::kubernetes(&mut stdout, job),
            }
        }),
    };
    written.map_err(|error| Failure { exit: Exit::CouldNot, error: error.into(), help: None })?;
    Ok(Answer { stdout, stderr: Vec::new(), exit: Exit::Done })
}

/// The program that a scheduler runs, by a path that holds wherever it is run from.
fn program(named: Option<PathBuf>, common: &Common) -> Result<PathBuf, Failure> {
    let found = match named {
        Some(named) => std::path::absolute(below(&common.directory, &named)),
        None => std::env::current_exe(),
    };
    found.map_err(|error| Failure {
        exit: Exit::CouldNot,
        error: anyhow::Error::new(error).context("it cannot be told where this program lies"),
        help: Some("Name it: --program /usr/local/bin/hhgit".to_owned()),
    })
}

fn failed(error: ModeError) -> Failure {
    Failure { exit: error.exit(), error: error.into(), help: None }
}
