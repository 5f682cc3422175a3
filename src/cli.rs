//! The command line: flags, environment and clock into plain options, one command, and its answer as bytes.
//!
//! Nothing is written here but the report files that were asked for: standard output, standard error and the exit code
//! are the [`Answer`]'s, and main's to hand over.

pub mod args;
pub mod clock;
mod commands;
mod doctor;
pub mod fleet;
mod forges;
pub mod history;
pub mod hook;
pub mod hook_local;
mod inputs;
pub mod log;
mod manual;
pub mod merge;
pub mod output;
pub mod progress;
pub mod remotes;
pub mod replay;
pub mod schedule;
mod surroundings;
mod targets;
#[cfg(test)]
mod tests;
mod tokens;
pub mod undo;
pub mod verify;
pub mod watch;
pub mod why;

use std::ffi::OsString;
use std::path::{Path, PathBuf};

use clap::Parser;

use self::args::{Cli, ColorWhen, Command, Global, Hooks};
use self::output::{Format, Output, OutputError, Outputs};
pub use self::surroundings::{Surroundings, Terminal};
use crate::exit::Exit;
use crate::modes::{self, talk::Talk};
use crate::options::{self, Common, FailOn, Retry};
use crate::path::RepoPath;
use crate::progress::Progress;
use crate::render::{self, Style};
use crate::report::Report;

/// What a run says and how it ends.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Answer {
    /// The bytes for standard output.
    pub stdout: Vec<u8>,
    /// The bytes for standard error.
    pub stderr: Vec<u8>,
    /// How it ends.
    pub exit: Exit,
}

/// Why a command has no answer.
#[derive(Debug)]
struct Failure {
    exit: Exit,
    error: anyhow::Error,
    help: Option<String>,
}

impl Failure {
    fn usage(error: anyhow::Error, help: &str) -> Self {
        Self { exit: Exit::Usage, error, help: Some(help.to_owned()) }
    }
}

/// Runs one command line, program name first. `talk` is asked what only a person can answer.
pub fn run(args: impl IntoIterator<Item = OsString>, around: &Surroundings, talk: &mut dyn Talk) -> Answer {
    let args: Vec<OsString> = args.into_iter().collect();
    if let Some((program, args)) = args.split_first()
        && merge::is_strategy(program)
    {
        let color = around.terminal.stdout && around.colors;
        return merge::strategy(args, around, Style { color, verbose: false, width: around.width });
    }
    let cli = match Cli::try_parse_from(args) {
        Ok(cli) => cli,
        Err(error) => return unparsed(&error, around),
    };
    if !cli.command.ends_when_asked() {
        talk.may_be_interrupted();
    }
    let color = |terminal: bool| match cli.global.color {
        ColorWhen::Always => true,
        ColorWhen::Never => false,
        ColorWhen::Auto => terminal && around.colors,
    };
    let style = Style { color: color(around.terminal.stdout), verbose: cli.global.verbose, width: around.width };
    let told = Style { color: color(around.terminal.stderr), ..style };
    dispatch(cli, around, (style, told), talk).unwrap_or_else(|failure| tell(&failure, told))
}

/// What clap has to say: help and version on standard output, everything else is a usage error.
fn unparsed(error: &clap::Error, around: &Surroundings) -> Answer {
    let terminal = if error.use_stderr() { around.terminal.stderr } else { around.terminal.stdout };
    let text = error.render();
    let text = if terminal && around.colors { text.ansi().to_string() } else { text.to_string() };
    if error.use_stderr() {
        Answer { stdout: Vec::new(), stderr: text.into_bytes(), exit: Exit::Usage }
    } else {
        Answer { stdout: text.into_bytes(), stderr: Vec::new(), exit: Exit::Done }
    }
}

fn tell(failure: &Failure, style: Style) -> Answer {
    let mut stderr = Vec::new();
    let written = render::error::error(&mut stderr, failure.error.as_ref(), failure.help.as_deref(), style);
    written.expect("writing into a Vec cannot fail");
    Answer { stdout: Vec::new(), stderr, exit: failure.exit }
}

fn dispatch(
    cli: Cli,
    around: &Surroundings,
    (style, told): (Style, Style),
    talk: &mut dyn Talk,
) -> Result<Answer, Failure> {
    let Cli { global, command } = cli;
    let progress = if command.may_be_long() { talk.progress() } else { Progress::default() };
    let common = Common { progress, ..common(&global, around)? };
    match command {
        Command::Sync(args) => {
            let fail_on = fail_on(args.fail_on);
            let brief = !global.verbose && global.outputs.iter().all(|output| output.format == Format::Human);
            let options = options::Sync { brief, ..sync_options(args, around)? };
            reported(&global, style, fail_on, || commands::sync(&common, &options, talk))
        }
        Command::Check(args) => check(&global, &common, style, &args, talk),
        Command::Merge(args) => merge::run(args, (&global, &common), (style, around), talk),
        Command::Init(args) => {
            let options = options::Init { path: args.path, name: args.name, yes: args.yes };
            reported(&global, style, FailOn::Never, || commands::init(&common, &options, talk))
        }
        Command::Import(args) => import(&global, &common, style, &args, talk),
        Command::Crds(args::Crds::Import { file, dry_run }) => {
            let inputs = inputs::files(&common.directory, &file, talk)?;
            let options = options::CrdsImport { inputs, dry_run };
            reported(&global, style, FailOn::Never, || commands::crds_import(&common, &options, talk))
        }
        Command::Settings(args::Settings::Import { file, dry_run }) => {
            let input = inputs::file(&common.directory, &file, talk)?;
            let options = options::SettingsImport { input, dry_run };
            reported(&global, style, FailOn::Never, || commands::settings_import(&common, &options, talk))
        }
        Command::Crds(args::Crds::List) => {
            without_report(&global, "crds list").and_then(|()| commands::crds_list(&common, style))
        }
        Command::Settings(args::Settings::Show) => {
            without_report(&global, "settings show").and_then(|()| commands::settings_show(&common, style))
        }
        Command::Hook(asked) => {
            without_report(&global, "hook")?;
            match asked {
                Hooks::Server(hook) => Ok(hook::run(hook, &common, around, talk)),
                Hooks::Own(hook) => hook_local::run(hook, &common, (style, told), talk),
            }
        }
        Command::History(asked) => history::run(asked, (&global, &common), style, talk),
        Command::Fleet(args) => fleet::run(*args, (&global, &common), (style, around), talk),
        Command::Clock(asked) => clock::run(asked, (&global, &common), (style, around), talk),
        Command::Status => status(&global, &common, style),
        Command::Doctor => doctor::run((&global, &common), style),
        Command::Demo { keep } => {
            without_report(&global, "demo")?;
            commands::demo(keep.map(|keep| below(&common.directory, &keep)), style)
        }
        Command::Kinds => without_report(&global, "kinds").and_then(|()| commands::kinds(style)),
        Command::Explain { code } => without_report(&global, "explain").and_then(|()| commands::explain(code, style)),
        Command::Generate(what) => without_report(&global, "generate").and_then(|()| commands::generate(what)),
    }
}

/// `hhgit status`: the fabric directories as they stand, wherever that was asked for.
fn status(global: &Global, common: &Common, style: Style) -> Result<Answer, Failure> {
    Output::refuse_findings(&global.outputs).map_err(unwritable)?;
    let outputs = Outputs::open(&global.directory, &global.outputs).map_err(unwritable)?;
    let status = commands::status(common)?;
    let stdout = outputs.write(&status, style).map_err(unwritable)?;
    let alone = status.fabrics.iter().any(|fabric| fabric.left_alone);
    Ok(Answer { stdout, stderr: Vec::new(), exit: if alone { Exit::Findings } else { Exit::Done } })
}

/// `hhgit import`: the objects into raw/, or to standard output.
fn import(
    global: &Global,
    common: &Common,
    style: Style,
    args: &args::Import,
    talk: &mut dyn Talk,
) -> Result<Answer, Failure> {
    let input = inputs::file(&common.directory, &args.file, talk)?;
    let options = options::Import { input, dry_run: args.dry_run };
    if args.stdout {
        return without_report(global, "import --stdout").and_then(|()| commands::import_to_stdout(&options));
    }
    reported(global, style, FailOn::Never, || commands::import(common, &options, talk))
}

/// `hhgit check`: reads what is named, judges it, reports.
fn check(
    global: &Global,
    common: &Common,
    style: Style,
    args: &args::Check,
    talk: &mut dyn Talk,
) -> Result<Answer, Failure> {
    let fail_on = match args.fail_on {
        args::FailSeverity::Error => FailOn::Error,
        args::FailSeverity::Warning => FailOn::Warning,
        args::FailSeverity::Never => FailOn::Never,
    };
    let options = targets::check(args, &global.directory, talk).map_err(untargeted)?;
    reported(global, style, fail_on, || commands::check(common, &options))
}

/// Opens the outputs, runs the command, writes its report everywhere it was asked for.
fn reported(
    global: &Global,
    style: Style,
    fail_on: FailOn,
    command: impl FnOnce() -> Result<Report, Failure>,
) -> Result<Answer, Failure> {
    let outputs = Outputs::open(&global.directory, &global.outputs).map_err(unwritable)?;
    let report = command()?;
    let stdout = outputs.write(&report, style).map_err(unwritable)?;
    Ok(Answer { stdout, stderr: Vec::new(), exit: modes::sync::exit(&report, fail_on) })
}

/// What was named cannot be judged.
fn untargeted(error: targets::TargetError) -> Failure {
    let exit = if error.is_usage() { Exit::Usage } else { Exit::CouldNot };
    Failure { exit, error: error.into(), help: None }
}

fn unwritable(error: OutputError) -> Failure {
    match error {
        OutputError::Shared { .. } => {
            Failure::usage(error.into(), "Give all but one of them a file of its own: --output json=report.json.")
        }
        OutputError::NoFindings { .. } => {
            Failure::usage(error.into(), "Take human or json, or ask hhgit sync --dry-run for findings.")
        }
        OutputError::File { .. } => Failure {
            exit: Exit::CouldNot,
            error: error.into(),
            help: Some("Name a file in a folder that exists and that you may write to.".to_owned()),
        },
        OutputError::Render(_) => Failure { exit: Exit::CouldNot, error: error.into(), help: None },
    }
}

/// A file name below the directory of -C, which is not spelt out where it is the usual one.
fn below(directory: &Path, name: &Path) -> PathBuf {
    if directory == Path::new(".") { name.to_owned() } else { directory.join(name) }
}

/// Refuses --output where there is no report to give.
fn without_report(global: &Global, command: &str) -> Result<(), Failure> {
    if global.outputs.is_empty() {
        return Ok(());
    }
    let error = anyhow::anyhow!("hhgit {command} makes no report that --output could write");
    Err(Failure::usage(error, "Leave --output away."))
}

/// Whether the lines of a command that says them one by one are JSON; they go to standard output alone.
fn is_json(global: &Global, command: &str, what: &str) -> Result<bool, Failure> {
    match &global.outputs[..] {
        [] => Ok(false),
        [Output { format: Format::Human, file: None }] => Ok(false),
        [Output { format: Format::Json, file: None }] => Ok(true),
        _ => {
            let error = anyhow::anyhow!("hhgit {command} says {what}, as human or json, on standard output alone");
            let help = "Write: --output json, and have the shell or the service manager keep the lines.";
            Err(Failure::usage(error, help))
        }
    }
}

fn common(global: &Global, around: &Surroundings) -> Result<Common, Failure> {
    if let Some((outer, inner)) = overlap(&global.fabrics) {
        let error = anyhow::anyhow!("--fabric {outer} and --fabric {inner} overlap");
        return Err(Failure::usage(error, "Name fabric directories that do not lie in each other."));
    }
    Ok(Common {
        directory: global.directory.clone(),
        fabrics: global.fabrics.clone(),
        identities: around.identities.clone(),
        now: around.now,
        progress: Progress::default(),
    })
}

fn overlap(fabrics: &[RepoPath]) -> Option<(&RepoPath, &RepoPath)> {
    let pairs = fabrics.iter().enumerate().flat_map(|(index, outer)| {
        let others = fabrics.iter().enumerate().filter(move |(other, _)| *other != index);
        others.map(move |(_, inner)| (outer, inner))
    });
    pairs.into_iter().find(|(outer, inner)| inner.starts_with(outer))
}

fn fail_on(asked: args::FailOn) -> FailOn {
    match asked {
        args::FailOn::Unmanaged => FailOn::Unmanaged,
        args::FailOn::Error => FailOn::Error,
        args::FailOn::Warning => FailOn::Warning,
        args::FailOn::Never => FailOn::Never,
    }
}

fn sync_options(args: args::Sync, around: &Surroundings) -> Result<options::Sync, Failure> {
    let (branch, remote) = args.remote.options(args.branch, around)?;
    Ok(options::Sync {
        branch,
        dry_run: args.dry_run,
        diff: args.diff,
        adopt: args.adopt,
        repair: args.repair,
        retry: match args.retry {
            None => Retry::Nothing,
            Some(None) => Retry::All,
            Some(Some(path)) => Retry::Below(path),
        },
        expect: args.expect,
        max_deletions: args.max_deletions,
        yes: args.yes,
        sign: args.sign,
        max_file_size: args.max_file_size,
        threads: args.threads,
        remote,
        brief: false,
    })
}
