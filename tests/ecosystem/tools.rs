//! Programs that a machine may lack: a test that needs one is said to be skipped, unless `HHGIT_REQUIRE` names it.

use std::path::PathBuf;
use std::process::Command;

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
