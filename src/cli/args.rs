//! The command line as clap reads it: names, help texts and defaults; what they mean is decided elsewhere.

use std::ffi::OsString;
use std::num::NonZeroUsize;
use std::path::PathBuf;

use clap::builder::{OsStringValueParser, PossibleValuesParser, TypedValueParser};
use clap::{Args, Parser, Subcommand, ValueEnum};

use super::output::Output;
use crate::options::MAX_FILE_SIZE;
use crate::path::RepoPath;
use crate::render::formats::Format;
use crate::verdict::code::Code;

/// Sorts a Hedgehog fabric's Kubernetes objects in git: raw/ in, managed/ and unmanaged/ out, one commit.
#[derive(Debug, Parser)]
#[command(name = "hhgit", version, max_term_width = 100, subcommand_required = true, arg_required_else_help = true)]
pub struct Cli {
    /// What every command takes.
    #[command(flatten)]
    pub global: Global,
    /// The command.
    #[command(subcommand)]
    pub command: Command,
}

/// What every command takes, before or after its name.
#[derive(Debug, Args)]
#[command(next_help_heading = "Everywhere")]
pub struct Global {
    /// Run as if started in DIR; other file names are then relative to it
    #[arg(short = 'C', value_name = "DIR", global = true, default_value = ".", hide_default_value = true)]
    pub directory: PathBuf,
    /// Only this fabric directory, as a path of the repository; `.` is its root; may be given again [default: all]
    #[arg(long = "fabric", value_name = "PATH", global = true, value_parser = OsStringValueParser::new().try_map(repo_path))]
    pub fabrics: Vec<RepoPath>,
    /// How to report: human, json, sarif, github or junit, into FILE or the terminal; may be given again [default: human]
    #[arg(long = "output", value_name = "FORMAT[=FILE]", global = true, value_parser = Output::parse)]
    pub outputs: Vec<Output>,
    /// When to colour: always, never, or auto: on a terminal, unless NO_COLOR is set
    #[arg(long, value_name = "WHEN", global = true, default_value = "auto", hide_possible_values = true)]
    pub color: ColorWhen,
    /// List everything, however long
    #[arg(long, short = 'v', global = true)]
    pub verbose: bool,
}

/// When to colour.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum ColorWhen {
    /// On a terminal, unless NO_COLOR is set.
    Auto,
    /// Always.
    Always,
    /// Never.
    Never,
}

/// What to do.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// Sort what lies in raw/ and commit the result to the branch
    Sync(Sync),
    /// Judge a fabric as the cluster's admission would, before anything is pushed
    Check(Check),
    /// Merge a branch, object by object and field by field, and sync
    Merge(super::merge::Merge),
    /// Make a folder a fabric directory
    Init(Init),
    /// Put what kubectl get -o yaml prints of a cluster's objects into raw/, in one commit
    Import(Import),
    /// Put a cluster's CRDs into .hnp/crds/, or list the kinds in force
    #[command(subcommand)]
    Crds(Crds),
    /// Put the settings of the installer's fab.yaml into the manifest, or show those in force
    #[command(subcommand)]
    Settings(Settings),
    /// Be one of git's hooks, on a server or in a person's repository, or put them in place
    #[command(subcommand)]
    Hook(Hooks),
    /// Sort or check many repositories, listed in a file, each by itself
    Fleet(Box<super::fleet::Fleet>),
    /// Work by the clock.
    #[command(flatten)]
    Clock(super::clock::Clock),
    /// Work on history.
    #[command(flatten)]
    History(super::history::History),
    /// Show the fabric directories and what waits in raw/
    Status,
    /// Look at the repository, its hooks and its settings, and say what would go wrong and how to mend it
    Doctor,
    /// List the kinds of objects, their versions and who writes them
    Kinds,
    /// Say what a code means and what to do about it, or list the codes
    Explain {
        /// The code, as reports show it: unknown-kind [default: all, a line each]
        #[arg(value_name = "CODE", hide_possible_values = true, value_parser = codes())]
        code: Option<Code>,
    },
    /// Show a sync on a small repository made for it
    Demo {
        /// Keep the repository in DIR, which must not exist yet [default: removed at the end]
        #[arg(long, value_name = "DIR")]
        keep: Option<PathBuf>,
    },
    /// Print files that other programs read: completions, the manual page, the report's JSON Schema
    #[command(subcommand)]
    Generate(Generate),
}

impl Command {
    /// Whether it may read so much that somebody wants to know how far it is. Hooks speak to a pusher, and a watch has no end.
    pub(super) fn may_be_long(&self) -> bool {
        matches!(
            self,
            Self::Sync(_)
                | Self::Check(_)
                | Self::Merge(_)
                | Self::Init(_)
                | Self::Import(_)
                | Self::History(_)
                | Self::Status
        )
    }

    /// Whether an interrupt is an order to come to an end, and not the end itself.
    pub(super) fn ends_when_asked(&self) -> bool {
        matches!(self, Self::Clock(super::clock::Clock::Watch(_)) | Self::Fleet(_))
    }
}

/// What `hhgit hook` does.
#[derive(Debug, Subcommand)]
pub enum Hooks {
    /// What a server's hooks call.
    #[command(flatten)]
    Server(super::hook::Hook),
    /// What a person's own hooks call, and what puts hooks in place.
    #[command(flatten)]
    Own(super::hook_local::Hook),
}

/// What `hhgit sync` takes.
#[derive(Debug, Args)]
pub struct Sync {
    /// The branch to sync [default: the one HEAD names]
    pub branch: Option<String>,
    /// Show what would be done and write nothing
    #[arg(long, short = 'n')]
    pub dry_run: bool,
    /// Show what changes inside updated objects
    #[arg(long)]
    pub diff: bool,
    /// Take Hedgehog files that lie loose at a fabric's top through raw/
    #[arg(long)]
    pub adopt: bool,
    /// Put managed/ right: objects at the wrong path, doubled ones, files of several
    #[arg(long)]
    pub repair: bool,
    /// Judge unmanaged/ again, or only what lies at or below PATH; name the branch before it
    #[arg(long, value_name = "PATH", num_args = 0..=1, value_parser = OsStringValueParser::new().try_map(repo_path))]
    pub retry: Option<Option<RepoPath>>,
    /// Refuse unless the branch stands at this commit
    #[arg(long, value_name = "COMMIT")]
    pub expect: Option<String>,
    /// Refuse if more than N objects would leave managed/ [default: no limit]
    #[arg(long, value_name = "N")]
    pub max_deletions: Option<usize>,
    /// Exit with 1 on this: unmanaged, error, warning or never; a fabric left alone always counts
    #[arg(long, value_name = "WHAT", default_value = "never", hide_possible_values = true)]
    pub fail_on: FailOn,
    /// Answer questions with yes
    #[arg(long, short = 'y')]
    pub yes: bool,
    /// Sign the commit, as git is configured to
    #[arg(long)]
    pub sign: bool,
    /// The largest file that is read, in bytes; larger ones go to unmanaged/
    #[arg(long, value_name = "BYTES", default_value_t = MAX_FILE_SIZE)]
    pub max_file_size: u64,
    /// How many threads read [default: one a core]
    #[arg(long, value_name = "N")]
    pub threads: Option<NonZeroUsize>,
    /// The remote.
    #[command(flatten)]
    pub remote: super::remotes::Remote,
}

/// The kinds of forges.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Forge {
    /// GitHub
    Github,
    /// GitLab
    Gitlab,
    /// Gitea or Forgejo
    Gitea,
}

/// What `hhgit check` takes.
#[derive(Debug, Args)]
pub struct Check {
    /// A commit, a range OLD..NEW, files, or `-` for standard input [default: the branch that HEAD names]
    #[arg(value_name = "REV|OLD..NEW|FILE|-")]
    pub targets: Vec<OsString>,
    /// How closely to look; each level includes those before it
    #[arg(long, value_name = "LEVEL", default_value = "references")]
    pub level: CheckLevel,
    /// Exit with 1 if there are findings of this severity or a graver one
    #[arg(long, value_name = "SEVERITY", default_value = "error")]
    pub fail_on: FailSeverity,
    /// Judge by the CRDs in DIR, such as another release's, instead of the fabric's own
    #[arg(long, value_name = "DIR")]
    pub crds: Option<PathBuf>,
    /// Take the settings that rules depend on from FILE, a manifest or the installer's fab.yaml
    #[arg(long, value_name = "FILE")]
    pub settings: Option<PathBuf>,
    /// In a range, an error if more than N objects leave managed/ [default: no limit]
    #[arg(long, value_name = "N")]
    pub max_deletions: Option<usize>,
}

/// How closely to look.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum CheckLevel {
    /// It is YAML that Kubernetes reads
    Syntax,
    /// It names an object that belongs in the fabric
    Identity,
    /// It fits its kind's schema
    Schema,
    /// It agrees with the other objects
    References,
}

/// The severity to exit with 1 for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum FailSeverity {
    /// Errors
    Error,
    /// Warnings and errors
    Warning,
    /// None
    Never,
}

/// What to exit with 1 for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum FailOn {
    /// Anything went to unmanaged/
    Unmanaged,
    /// An error was found
    Error,
    /// A warning or an error was found
    Warning,
    /// Nothing but a fabric left alone
    Never,
}

/// What `hhgit init` takes.
#[derive(Debug, Args)]
pub struct Init {
    /// The folder, as a path of the repository; `.` is its root
    #[arg(default_value = ".", value_parser = OsStringValueParser::new().try_map(repo_path))]
    pub path: RepoPath,
    /// The fabric's name [default: the folder's; at the root, fabric]
    #[arg(long, value_name = "NAME")]
    pub name: Option<String>,
    /// Answer questions with yes
    #[arg(long, short = 'y')]
    pub yes: bool,
}

/// What `hhgit import` takes.
#[derive(Debug, Args)]
pub struct Import {
    /// What kubectl printed, as YAML or JSON; `-` is standard input
    #[arg(value_name = "FILE")]
    pub file: PathBuf,
    /// Show what would be done and write nothing
    #[arg(long, short = 'n')]
    pub dry_run: bool,
    /// Print the objects instead; no repository is needed
    #[arg(long, conflicts_with = "dry_run")]
    pub stdout: bool,
}

/// What `hhgit crds` does.
#[derive(Debug, Subcommand)]
pub enum Crds {
    /// Put what kubectl get crds -o yaml prints into .hnp/crds/, one file a CRD, in one commit
    Import {
        /// What kubectl printed, or a folder of such files; `-` is standard input
        #[arg(value_name = "FILE|DIR")]
        file: PathBuf,
        /// Show what would be done and write nothing
        #[arg(long, short = 'n')]
        dry_run: bool,
    },
    /// List the kinds in force in each fabric directory, and where they come from
    List,
}

/// What `hhgit settings` does.
#[derive(Debug, Subcommand)]
pub enum Settings {
    /// Put the settings of fab.yaml that differ from the defaults into .hnp/manifest.yaml, in one commit
    Import {
        /// The installer's fab.yaml; `-` is standard input
        #[arg(value_name = "FILE")]
        file: PathBuf,
        /// Show what would be done and write nothing
        #[arg(long, short = 'n')]
        dry_run: bool,
    },
    /// Show the settings in force in each fabric directory
    Show,
}

/// What can be generated.
#[derive(Debug, Clone, Copy, Subcommand)]
pub enum Generate {
    /// Completions for a shell
    Completions {
        /// The shell
        shell: clap_complete::Shell,
    },
    /// The manual page, in roff
    Man,
    /// The JSON Schema of `--output json`
    Schema {
        /// Whose: report, which sync and check write, or status, log, why, verify, replay, merge, watch, fleet or doctor
        #[arg(value_name = "FORMAT", default_value = "report", hide_possible_values = true, value_parser = formats())]
        of: Format,
    },
}

fn formats() -> impl TypedValueParser<Value = Format> {
    let parser = PossibleValuesParser::new(Format::ALL.iter().map(|format| format.as_str()));
    parser.try_map(|text| Format::parse(&text).ok_or("no such format"))
}

fn codes() -> impl TypedValueParser<Value = Code> {
    let parser = PossibleValuesParser::new(Code::ALL.iter().map(|code| code.as_str()));
    parser.try_map(|text| Code::parse(&text).ok_or("no such code"))
}

/// A path of the repository as people type it: `.` or nothing is the root, a slash at the end does no harm.
fn repo_path(text: OsString) -> Result<RepoPath, String> {
    let mut bytes = text.as_encoded_bytes();
    while let Some(shorter) = bytes.strip_suffix(b"/").filter(|shorter| !shorter.is_empty()) {
        bytes = shorter;
    }
    while let Some(shorter) = bytes.strip_prefix(b"./") {
        bytes = shorter;
    }
    if bytes == b"." {
        return Ok(RepoPath::root());
    }
    RepoPath::new(bytes).map_err(|error| format!("{}; give a path from the repository's root", error.reason))
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory;

    use super::*;

    #[test]
    fn the_command_line_is_sound() {
        Cli::command().debug_assert();
    }

    #[test]
    fn paths_of_the_repository_are_read_as_people_type_them() {
        let read = |text: &str| repo_path(text.into()).map(|path| path.to_string());
        for (typed, meant) in [(".", "."), ("./", "."), ("a/b/", "a/b"), ("./a", "a"), ("a//", "a")] {
            assert_eq!(read(typed), Ok(meant.to_owned()), "{typed:?}");
        }
        for bad in ["/", "/etc", "..", "../x", "a/../b", ".git"] {
            assert!(read(bad).is_err(), "{bad:?} was taken");
        }
    }
}
