//! `hhgit merge` as clap reads it, what git calls as `git-merge-hhgit`, and from there to an answer.

use std::ffi::OsString;
use std::path::{Path, PathBuf};

use clap::Args;

use super::args::Global;
use super::commands::failed;
use super::output::{Output, Outputs};
use super::{Answer, Failure, Surroundings, below, unwritable, without_report};
use crate::exit::Exit;
use crate::modes::merge::{self, install};
use crate::modes::talk::Talk;
use crate::options::{self, Common, Identities};
use crate::progress::Progress;
use crate::render::{self, Style};

/// What `hhgit merge` takes.
#[derive(Debug, Args)]
pub struct Merge {
    /// What to merge: a branch, or any other name of a commit
    #[arg(value_name = "BRANCH", required_unless_present = "install")]
    pub other: Option<String>,
    /// The branch to merge into [default: the one HEAD names]
    #[arg(long, value_name = "BRANCH")]
    pub into: Option<String>,
    /// What the merge commit says [default: as git says it]
    #[arg(long, short = 'm', value_name = "TEXT")]
    pub message: Option<String>,
    /// Show what would be done and write nothing
    #[arg(long, short = 'n')]
    pub dry_run: bool,
    /// Refuse if more than N objects would leave managed/ [default: no limit]
    #[arg(long, value_name = "N")]
    pub max_deletions: Option<usize>,
    /// Make git merge -s hhgit work: put a link to this program into DIR [default: the folder it lies in]
    #[arg(long, value_name = "DIR", num_args = 0..=1, conflicts_with_all = ["other", "into", "message", "dry_run", "max_deletions"])]
    pub install: Option<Option<PathBuf>>,
}

/// Merges, and reports.
pub(super) fn run(
    args: Merge,
    (global, common): (&Global, &Common),
    (style, around): (Style, &Surroundings),
    talk: &mut dyn Talk,
) -> Result<Answer, Failure> {
    if let Some(folder) = args.install {
        without_report(global, "merge --install")?;
        return installed(folder.map(|folder| below(&common.directory, &folder)), around);
    }
    let Merge { other, into, message, dry_run, max_deletions, .. } = args;
    let options = options::merge::Merge { other: other.unwrap_or_default(), into, message, dry_run, max_deletions };
    Output::refuse_findings(&global.outputs).map_err(unwritable)?;
    let outputs = Outputs::open(&global.directory, &global.outputs).map_err(unwritable)?;
    let merge = merge::merge(common, &options, talk).map_err(failed)?;
    let stdout = outputs.write(&merge, style).map_err(unwritable)?;
    Ok(Answer { stdout, stderr: Vec::new(), exit: merge::exit(&merge) })
}

fn installed(folder: Option<PathBuf>, around: &Surroundings) -> Result<Answer, Failure> {
    let program = std::env::current_exe().map_err(|error| Failure {
        exit: Exit::CouldNot,
        error: anyhow::Error::new(error).context("it cannot be told where this program lies"),
        help: None,
    })?;
    let own = || program.parent().map(Path::to_owned).unwrap_or_default();
    let folder = folder.unwrap_or_else(own);
    let (path, is_new) = install::install(&folder, &program).map_err(failed)?;
    let real = |path: &Path| path.canonicalize().unwrap_or_else(|_| path.to_owned());
    let on_path = around.path.iter().any(|entry| real(entry) == real(&folder));
    let text = render::merge::installed(&path.display().to_string(), is_new, on_path);
    Ok(Answer { stdout: text.into_bytes(), stderr: Vec::new(), exit: Exit::Done })
}

/// Whether the program was called by the name of git's strategy.
pub(super) fn is_strategy(program: &std::ffi::OsStr) -> bool {
    Path::new(program).file_stem().is_some_and(|name| name == install::NAME)
}

/// `git-merge-hhgit [--OPTION]... BASE... -- HEAD OTHER`, as git calls it.
pub(super) fn strategy(args: &[OsString], around: &Surroundings, told: Style) -> Answer {
    let args: Vec<String> = args.iter().map(|arg| arg.to_string_lossy().into_owned()).collect();
    let (before, after) = match args.iter().position(|arg| arg == "--") {
        Some(at) => (&args[..at], &args[at + 1..]),
        None => return unhandled(&anyhow::anyhow!("git calls this program; run git merge -s hhgit BRANCH"), told),
    };
    let (options, bases) = before.iter().cloned().partition(|arg: &String| arg.starts_with("--"));
    let (head, others) = after.split_first().map_or_else(Default::default, |(head, others)| (head.clone(), others));
    let options = options::merge::Strategy { options, bases, head, others: others.to_vec() };
    let common = Common {
        directory: PathBuf::from("."),
        fabrics: Vec::new(),
        identities: Identities::default(),
        now: around.now,
        progress: Progress::default(),
    };
    match merge::strategy::strategy(&common, &options) {
        Ok(merge) => {
            let mut stdout = Vec::new();
            let written = render::merge::strategy(&mut stdout, &merge, told);
            written.expect("writing into a Vec cannot fail");
            Answer { stdout, stderr: Vec::new(), exit: merge::exit(&merge) }
        }
        Err(error) => unhandled(&error.into(), told),
    }
}

/// Nothing was done: git then tries another strategy, or gives up.
fn unhandled(error: &anyhow::Error, style: Style) -> Answer {
    let mut stderr = Vec::new();
    let written = render::error::error(&mut stderr, error.as_ref(), None, style);
    written.expect("writing into a Vec cannot fail");
    Answer { stdout: Vec::new(), stderr, exit: Exit::Usage }
}
