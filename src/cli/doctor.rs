//! `hhgit doctor` from the command line to an answer.

use super::args::Global;
use super::output::{Output, Outputs};
use super::{Answer, Failure, commands, unwritable};
use crate::doctor::Gravity;
use crate::exit::Exit;
use crate::modes;
use crate::options::Common;
use crate::render::Style;

/// Runs it. Warnings alone are no reason to end with 1: nothing goes wrong yet.
pub(super) fn run((global, common): (&Global, &Common), style: Style) -> Result<Answer, Failure> {
    Output::refuse_findings(&global.outputs).map_err(unwritable)?;
    let outputs = Outputs::open(&global.directory, &global.outputs).map_err(unwritable)?;
    let own = std::env::current_exe().unwrap_or_default();
    let diagnosis = modes::doctor::doctor(common, &own).map_err(commands::failed)?;
    let exit = if diagnosis.count(Gravity::Problem) > 0 { Exit::Findings } else { Exit::Done };
    let stdout = outputs.write(&diagnosis, style).map_err(unwritable)?;
    Ok(Answer { stdout, stderr: Vec::new(), exit })
}
