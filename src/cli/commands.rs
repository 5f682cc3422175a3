//! One function a command: from options to an answer. Those that need a repository hand over to modes/.

use std::io;
use std::path::PathBuf;

use clap::CommandFactory;

use super::args::{Cli, Generate};
use super::manual;
use super::{Answer, Failure};
use crate::exit::Exit;
use crate::fabric::kinds::Kinds;
use crate::modes::talk::Talk;
use crate::modes::{self, ModeError};
use crate::options::{self, Check, Common, CrdsImport, Import, Init, SettingsImport, Sync};
use crate::render::{self, Style};
use crate::report::{Report, Status};
use crate::verdict::code::Code;

/// `hhgit sync`.
pub(super) fn sync(common: &Common, options: &Sync, talk: &mut dyn Talk) -> Result<Report, Failure> {
    modes::sync::sync(common, options, talk).map_err(failed)
}

pub(super) fn failed(error: ModeError) -> Failure {
    Failure { exit: error.exit(), error: error.into(), help: None }
}

/// `hhgit check`.
pub(super) fn check(common: &Common, options: &Check) -> Result<Report, Failure> {
    modes::check::check(common, options).map_err(failed)
}

/// `hhgit init`.
pub(super) fn init(common: &Common, options: &Init, talk: &mut dyn Talk) -> Result<Report, Failure> {
    modes::init::init(common, options, talk).map_err(failed)
}

/// `hhgit import`.
pub(super) fn import(common: &Common, options: &Import, talk: &mut dyn Talk) -> Result<Report, Failure> {
    modes::import::import(common, options, talk).map_err(failed)
}

/// `hhgit import --stdout`: the objects for standard output, what is to be said of the others for standard error.
pub(super) fn import_to_stdout(options: &Import) -> Result<Answer, Failure> {
    let (text, notes) = modes::import::documents(options).map_err(failed)?;
    let notes: String = notes.iter().map(|note| format!("note: {note}\n")).collect();
    Ok(Answer { stdout: text.into_bytes(), stderr: notes.into_bytes(), exit: Exit::Done })
}

/// `hhgit crds import`.
pub(super) fn crds_import(common: &Common, options: &CrdsImport, talk: &mut dyn Talk) -> Result<Report, Failure> {
    modes::crds::import(common, options, talk).map_err(failed)
}

/// `hhgit crds list`.
pub(super) fn crds_list(common: &Common, style: Style) -> Result<Answer, Failure> {
    let fabrics = modes::crds::list(common).map_err(failed)?;
    answer(|out| render::fabrics::kinds(out, &fabrics, style))
}

/// `hhgit settings import`.
pub(super) fn settings_import(
    common: &Common,
    options: &SettingsImport,
    talk: &mut dyn Talk,
) -> Result<Report, Failure> {
    modes::settings::import(common, options, talk).map_err(failed)
}

/// `hhgit settings show`.
pub(super) fn settings_show(common: &Common, style: Style) -> Result<Answer, Failure> {
    let fabrics = modes::settings::show(common).map_err(failed)?;
    answer(|out| render::fabrics::settings(out, &fabrics, style))
}

/// `hhgit status`.
pub(super) fn status(common: &Common) -> Result<Status, Failure> {
    modes::status::status(common).map_err(failed)
}

/// `hhgit demo`.
pub(super) fn demo(keep: Option<PathBuf>, style: Style) -> Result<Answer, Failure> {
    let options = options::Demo { keep, color: style.color, width: style.width.unwrap_or(render::demo::WIDTH) };
    let shown = modes::demo::demo(&options).map_err(failed)?;
    answer(|out| render::demo::demo(out, &shown, style))
}

/// `hhgit kinds`.
pub(super) fn kinds(style: Style) -> Result<Answer, Failure> {
    answer(|out| render::list::kinds(out, &Kinds::builtin(), style))
}

/// `hhgit explain CODE`.
pub(super) fn explain(code: Option<Code>, style: Style) -> Result<Answer, Failure> {
    answer(|out| match code {
        Some(code) => render::list::explain(out, code, style),
        None => render::list::codes(out, style),
    })
}

/// `hhgit generate WHAT`.
pub(super) fn generate(what: Generate) -> Result<Answer, Failure> {
    answer(|out| match what {
        Generate::Schema { of } => render::formats::schema(out, of),
        Generate::Man => manual::page(out),
        Generate::Completions { shell } => {
            clap_complete::generate(shell, &mut Cli::command(), "hhgit", out);
            Ok(())
        }
    })
}

fn answer(write: impl FnOnce(&mut Vec<u8>) -> io::Result<()>) -> Result<Answer, Failure> {
    let mut stdout = Vec::new();
    match write(&mut stdout) {
        Ok(()) => Ok(Answer { stdout, stderr: Vec::new(), exit: Exit::Done }),
        Err(error) => Err(Failure { exit: Exit::CouldNot, error: error.into(), help: None }),
    }
}
