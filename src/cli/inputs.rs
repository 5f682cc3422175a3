//! The files that commands are given to read: one by its name, standard input, or all YAML of a folder.

use std::fs;
use std::path::Path;

use super::{Failure, below};
use crate::exit::Exit;
use crate::fabric::layout::is_yaml_name;
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

/// Reads the file of this name, or every YAML or JSON file of the folder of this name, in the order of their names.
pub(super) fn files(directory: &Path, name: &Path, talk: &mut dyn Talk) -> Result<Vec<Given>, Failure> {
    let path = below(directory, name);
    if !path.is_dir() {
        return Ok(vec![file(directory, name, talk)?]);
    }
    let failed = |error| unreadable(&path.display().to_string(), error);
    let mut names = Vec::new();
    for entry in fs::read_dir(&path).map_err(failed)? {
        let entry = entry.map_err(failed)?;
        if is_yaml_name(entry.file_name().as_encoded_bytes()) && entry.path().is_file() {
            names.push(name.join(entry.file_name()));
        }
    }
    names.sort();
    names.iter().map(|name| file(directory, name, talk)).collect()
}

fn unreadable(name: &str, error: std::io::Error) -> Failure {
    let error = anyhow::Error::new(error).context(format!("{name} cannot be read"));
    Failure { exit: Exit::CouldNot, error, help: Some("Name a file that exists and that you may read.".to_owned()) }
}
