//! Programs that a machine may lack: a test that needs one is said to be skipped, unless `HHGIT_REQUIRE` names it.

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use crate::support::git_command;

/// The program of this name on the PATH; without it, nothing, and a line about the test that is skipped.
///
/// Panics if `HHGIT_REQUIRE`, names with commas between them, says that it must be there.
pub(crate) fn find(name: &str) -> Option<PathBuf> {
    let path = std::env::var_os("PATH").unwrap_or_default();
    let found = std::env::split_paths(&path).map(|dir| dir.join(name)).find(|file| file.is_file());
    if found.is_none() {
        let required = std::env::var("HHGIT_REQUIRE").unwrap_or_default();
        assert!(!required.split(',').any(|one| one.trim() == name), "HHGIT_REQUIRE names {name}, but it is not here");
        eprintln!("SKIPPED: this test needs {name}, which is not on the PATH");
    }
    found
}

/// A command of the program, or nothing if it is not there.
pub(crate) fn command(name: &str) -> Option<Command> {
    find(name).map(Command::new)
}

/// A program in this directory, sealed as the tests' git is: nothing of the user's configuration, a fixed identity and clock.
pub(crate) fn sealed(program: &str, dir: &Path) -> Command {
    let mut command = Command::new(program);
    for (key, value) in git_command(dir).get_envs() {
        match value {
            Some(value) => command.env(key, value),
            None => command.env_remove(key),
        };
    }
    command.current_dir(dir).stdin(Stdio::null());
    command
}

/// The PATH with the directory of the built hhgit before it.
pub(crate) fn path_with_hhgit() -> String {
    let bin = Path::new(env!("CARGO_BIN_EXE_hhgit")).parent().expect("a program lies in a directory");
    format!("{}:{}", bin.display(), std::env::var("PATH").unwrap())
}
