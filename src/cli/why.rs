//! `hhgit why` as clap reads it, and from there to an answer.

use std::ffi::OsString;

use clap::Args;

use super::args::Global;
use super::commands::failed;
use super::output::{Output, Outputs};
use super::{Answer, Failure, unwritable};
use crate::exit::Exit;
use crate::modes;
use crate::options::{self, Common};
use crate::render::Style;

/// What `hhgit why` takes.
#[derive(Debug, Args)]
pub struct Why {
    /// An object (VPC/web, vpcs/ns/web) or a path, with :LINE or :LINE-LINE behind it for those lines alone
    #[arg(value_name = "OBJECT|PATH[:LINE]")]
    pub subject: OsString,
    /// Look at this commit instead [default: the one HEAD names]
    #[arg(long, value_name = "REV")]
    pub rev: Option<String>,
}

/// Runs it.
pub(super) fn run(args: Why, (global, common): (&Global, &Common), style: Style) -> Result<Answer, Failure> {
    Output::refuse_findings(&global.outputs).map_err(unwritable)?;
    let outputs = Outputs::open(&global.directory, &global.outputs).map_err(unwritable)?;
    let options = options::why::Why { subject: args.subject.as_encoded_bytes().to_vec(), revision: args.rev };
    let why = modes::why::why(common, &options).map_err(failed)?;
    let stdout = outputs.write(&why, style).map_err(unwritable)?;
    Ok(Answer { stdout, stderr: Vec::new(), exit: Exit::Done })
}
