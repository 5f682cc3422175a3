//! The files that commands are given to read: one by its name, standard input, or all YAML of a folder.

use std::fs;
use std::path::Path;

use super::{Failure, below};
use crate::exit::Exit;
use crate::modes::talk::Talk;
use crate::options::Given;

/// Reads the file of this name below the directory of -C; `-` is standard input.
pub(super) fn file(directory: &Path, name: &Path, talk: &mut dyn Talk) -> Result<Given, Failure> {
    if name == Path::new("-") {
        let bytes = talk.input().map_err(|error| unreadable("standard input", error))?;
        return Ok(Given { name: "standard input".to_owned(), bytes });
    }
    let path = below(directory, name);
    let bytes = fs::read(&path).map_err(|error| unreadable(&path.display().to_string(), error))?;
    Ok(Given { name: name.display().to_string(), bytes })
}

fn unreadable(name: &str, error: std::io::Error) -> Failure {
    let error = anyhow::Error::new(error).context(format!("{name} cannot be read"));
    Failure { exit: Exit::CouldNot, error, help: Some("Name a file that exists and that you may read.".to_owned()) }
}
