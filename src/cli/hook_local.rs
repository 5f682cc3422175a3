//! `hhgit hook install`, `uninstall`, `pre-commit` and `pre-push` as clap reads them, and from there to an answer.

use std::path::{Path, PathBuf};

use clap::{Args, Parser, Subcommand};

use super::args::Cli;
use super::output::write_file;
use super::{Answer, Failure, below};
use crate::exit::Exit;
use crate::modes::hook::{archive, install, pre_commit, pre_push};
use crate::modes::{ModeError, talk::Talk};
use crate::options::{self, Common};
use crate::render::{self, Style};
use crate::report::local_hooks::{Judged, Placed, StagedOutcome};

/// What git calls, and what puts that in place.
#[derive(Debug, Subcommand)]
pub enum Hook {
    /// Put hooks into their places; one that is there is kept and runs first
    Install(Install),
    /// Take hhgit's hooks away again; what was there before is back
    Uninstall(Uninstall),
    /// Sort what is staged: what git runs as hooks/pre-commit
    PreCommit(PreCommit),
    /// Check what is about to be pushed: what git runs as hooks/pre-push
    PrePush(PrePush),
}

/// Runs one of them; what git's hooks say goes to standard error.
pub(super) fn run(
    hook: Hook,
    common: &Common,
    (style, told): (Style, Style),
    talk: &mut dyn Talk,
) -> Result<Answer, Failure> {
    match hook {
        Hook::Install(args) => install(common, args, style),
        Hook::Uninstall(args) => uninstall(common, args, style),
        Hook::PreCommit(args) => pre_commit(common, args, told),
        Hook::PrePush(args) => pre_push(common, args, told, talk),
    }
}

/// What `hhgit hook install` takes.
#[derive(Debug, Args)]
pub struct Install {
    /// The hook of a repository that is pushed to: pre-receive [default in a bare repository]
    #[arg(long, conflicts_with = "local")]
    pub server: bool,
    /// The hooks of a repository that a person commits in: pre-commit, pre-push [default with a work tree]
    #[arg(long)]
    pub local: bool,
    /// On a server, also post-receive, which sorts what was pushed, on the server itself; not beneath a forge
    #[arg(long, conflicts_with_all = ["local", "gitlab"])]
    pub sync: bool,
    /// Have pre-commit refuse commits with errors instead of only saying them
    #[arg(long, conflicts_with_all = ["server", "sync", "gitlab"])]
    pub strict: bool,
    /// Write the archive that GitLab's `gitaly hooks set` reads into FILE instead; `-` is standard output
    #[arg(long, value_name = "FILE", conflicts_with_all = ["server", "local", "hooks_path", "dry_run"])]
    pub gitlab: Option<PathBuf>,
    /// Write into this folder, whoever else uses it [default: where git looks, if it is this repository's own]
    #[arg(long, value_name = "DIR")]
    pub hooks_path: Option<PathBuf>,
    /// The hhgit that the hooks run [default: this one]
    #[arg(long, value_name = "FILE")]
    pub program: Option<PathBuf>,
    /// Show what would be done and write nothing
    #[arg(long, short = 'n')]
    pub dry_run: bool,
    /// Flags for a server's hooks, as hhgit hook pre-receive takes them: -- --policy strict
    #[arg(last = true, value_name = "FLAG", conflicts_with_all = ["local", "strict"])]
    pub flags: Vec<String>,
}

/// What `hhgit hook uninstall` takes.
#[derive(Debug, Args)]
pub struct Uninstall {
    /// Look into this folder [default: where git looks]
    #[arg(long, value_name = "DIR")]
    pub hooks_path: Option<PathBuf>,
    /// Show what would be done and change nothing
    #[arg(long, short = 'n')]
    pub dry_run: bool,
}

/// What `hhgit hook pre-commit` takes.
#[derive(Debug, Clone, Copy, Args)]
pub struct PreCommit {
    /// Refuse the commit if there are errors in what it changes, or in what depends on it
    #[arg(long)]
    pub strict: bool,
}

/// What `hhgit hook pre-push` takes, from git.
#[derive(Debug, Args)]
pub struct PrePush {
    /// What the remote is called
    pub remote: Option<String>,
    /// The remote's address
    pub url: Option<String>,
}

/// `hhgit hook install`.
fn install(common: &Common, args: Install, style: Style) -> Result<Answer, Failure> {
    let program = program(args.program.as_deref())?;
    taken(&args.flags)?;
    if let Some(file) = &args.gitlab {
        return gitlab(&common.directory, file, &archive::of_server(&program, &args.flags));
    }
    let side = match (args.server || args.sync, args.local || args.strict) {
        (true, _) => Some(options::local_hooks::Side::Server),
        (_, true) => Some(options::local_hooks::Side::Local),
        _ => None,
    };
    let folder = args.hooks_path.as_ref().map(|folder| below(&common.directory, folder));
    let Install { sync, strict, flags, dry_run, .. } = args;
    let options = options::local_hooks::Install { side, sync, strict, flags, folder, program, dry_run };
    told(install::install(common, &options), style)
}

/// `hhgit hook uninstall`.
fn uninstall(common: &Common, args: Uninstall, style: Style) -> Result<Answer, Failure> {
    let folder = args.hooks_path.map(|folder| below(&common.directory, &folder));
    told(install::uninstall(common, &options::local_hooks::Uninstall { folder, dry_run: args.dry_run }), style)
}

fn told(placed: Result<Placed, ModeError>, style: Style) -> Result<Answer, Failure> {
    let placed = placed.map_err(failed)?;
    let mut stdout = Vec::new();
    render::local_hooks::placed(&mut stdout, &placed, style).map_err(unsaid)?;
    Ok(Answer { stdout, stderr: Vec::new(), exit: Exit::Done })
}

/// Refuses flags that the server's hooks would refuse, at every push.
fn taken(flags: &[String]) -> Result<(), Failure> {
    let line = ["hhgit", "hook", "pre-receive"].into_iter().chain(flags.iter().map(String::as_str));
    match Cli::try_parse_from(line) {
        Ok(_) => Ok(()),
        Err(error) => {
            let text = error.to_string();
            let first = text.lines().next().unwrap_or_default().trim_start_matches("error: ").to_owned();
            let help = "What follows -- must be flags of hhgit hook pre-receive; its --help lists them.";
            Err(Failure::usage(anyhow::anyhow!(first), help))
        }
    }
}

/// The program that hooks run, by a path that holds wherever they are run from.
fn program(named: Option<&Path>) -> Result<PathBuf, Failure> {
    let found = match named {
        Some(named) => std::path::absolute(named),
        None => std::env::current_exe(),
    };
    found.map_err(|error| Failure {
        exit: Exit::CouldNot,
        error: anyhow::Error::new(error).context("it cannot be told where this program lies"),
        help: Some("Name it: --program /usr/local/bin/hhgit".to_owned()),
    })
}

/// `hhgit hook install --gitlab FILE`: no repository is needed, since the forge keeps it.
fn gitlab(directory: &Path, file: &Path, bytes: &[u8]) -> Result<Answer, Failure> {
    let to_stdout = file == Path::new("-");
    let name = if to_stdout { "hhgit-hooks.tar".to_owned() } else { file.display().to_string() };
    let stderr = render::local_hooks::gitlab(&name).into_bytes();
    if to_stdout {
        return Ok(Answer { stdout: bytes.to_vec(), stderr, exit: Exit::Done });
    }
    write_file(&below(directory, file), bytes).map_err(|error| Failure {
        exit: Exit::CouldNot,
        error: anyhow::Error::new(error).context(format!("{} cannot be written", file.display())),
        help: Some("Name a file in a folder that exists and that you may write to.".to_owned()),
    })?;
    Ok(Answer { stdout: Vec::new(), stderr, exit: Exit::Done })
}

/// `hhgit hook pre-commit`.
fn pre_commit(common: &Common, args: PreCommit, style: Style) -> Result<Answer, Failure> {
    let options = options::local_hooks::PreCommit { strict: args.strict };
    let staged =
        pre_commit::pre_commit(common, options).map_err(|error| refused(error, "hhgit refuses this commit"))?;
    let mut stderr = Vec::new();
    render::local_hooks::staged(&mut stderr, &staged, style).map_err(unsaid)?;
    let refused = matches!(staged.outcome, StagedOutcome::Refused | StagedOutcome::NothingLeft);
    Ok(Answer { stdout: Vec::new(), stderr, exit: if refused { Exit::Findings } else { Exit::Done } })
}

/// `hhgit hook pre-push`.
fn pre_push(common: &Common, args: PrePush, style: Style, talk: &mut dyn Talk) -> Result<Answer, Failure> {
    let lines = talk.input().map_err(unsaid)?;
    let options = options::local_hooks::PrePush { remote: args.remote, lines };
    let pushed =
        pre_push::pre_push(common, &options).map_err(|error| refused(error, "hhgit could not check this push"))?;
    let mut stderr = Vec::new();
    render::local_hooks::pushed(&mut stderr, &pushed, style).map_err(unsaid)?;
    let errors = |judged: &Judged| matches!(judged, Judged::Report(report) if render::local_hooks::has_errors(report));
    let refused = pushed.iter().any(|branch| errors(&branch.judged));
    Ok(Answer { stdout: Vec::new(), stderr, exit: if refused { Exit::Findings } else { Exit::Done } })
}

fn failed(error: ModeError) -> Failure {
    Failure { exit: error.exit(), error: error.into(), help: None }
}

/// A hook's failure, which a person reads amid what git says.
fn refused(error: ModeError, what: &'static str) -> Failure {
    Failure { exit: error.exit(), error: anyhow::Error::new(error).context(what), help: None }
}

fn unsaid(error: std::io::Error) -> Failure {
    Failure { exit: Exit::CouldNot, error: error.into(), help: None }
}
