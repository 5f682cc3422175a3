//! The others: git's plumbing with and without a YAML parser, kubeconform, and libyaml's events alone.

use std::fs;
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use super::run::{fed, git};

/// A sorter made of git's plumbing and libyaml, as one would write it first.
const PLUMBING: &str = include_str!("plumbing.py");
/// The ways in which it can write.
pub(crate) const WRITERS: [&str; 3] = ["mktree", "index", "fast-import"];

/// git reading these objects, and nothing done with them.
pub(crate) fn cat_file(dir: &Path, ids: &Path) -> Command {
    fed(git(dir, &["cat-file", "--batch", "--buffer"]), ids)
}

/// git's own start.
pub(crate) fn rev_parse(dir: &Path) -> Command {
    git(dir, &["rev-parse", "HEAD"])
}

/// The sorter of git's plumbing, if Python with libyaml is here: what runs it.
pub(crate) struct Plumbing {
    script: PathBuf,
}

impl Plumbing {
    /// The script, in a file.
    pub(crate) fn found(place: &Path) -> Option<Self> {
        let mut try_it = Command::new("python3");
        try_it.args(["-c", "import yaml; yaml.CSafeLoader"]).stdout(Stdio::null()).stderr(Stdio::null());
        if !try_it.status().is_ok_and(|status| status.success()) {
            return None;
        }
        let own = || {
            let path = place.join("plumbing.py");
            fs::create_dir_all(place)
                .and_then(|()| fs::write(&path, PLUMBING))
                .expect("repositories are made there too");
            path
        };
        Some(Self { script: std::env::var_os("HHGIT_BASELINE").map_or_else(own, PathBuf::from) })
    }

    /// Sorting this branch, written in this way.
    pub(crate) fn command(&self, dir: &Path, branch: &str, writer: &str) -> Command {
        let mut command = Command::new("python3");
        command.arg(&self.script).arg(dir).args(["--ref", &format!("refs/heads/{branch}"), "--writer", writer]);
        command
    }
}

/// kubeconform looking at all files below a folder, if it is here and knows schemas.
pub(crate) fn kubeconform(folder: &Path) -> Option<Command> {
    let schemas = std::env::var_os("HHGIT_KUBECONFORM_SCHEMAS")?;
    let mut command = Command::new("kubeconform");
    if !command.arg("-v").stdout(Stdio::null()).stderr(Stdio::null()).status().is_ok_and(|status| status.success()) {
        return None;
    }
    let mut command = Command::new("kubeconform");
    command.args(["-strict", "-n", "2", "-schema-location"]).arg(schemas).arg(folder);
    Some(command)
}

/// libyaml going through the events of a file, in a process of its own: this program, started again.
pub(crate) fn libyaml(file: &Path) -> Command {
    let mut command = Command::new(std::env::current_exe().expect("a running program has a file"));
    command.arg("events").arg(file);
    command
}

/// What that process does.
pub(crate) fn events(file: &Path) -> io::Result<()> {
    let count = hhgit::yaml::count_events(&fs::read(file)?);
    let count = count.ok_or_else(|| io::Error::other(format!("{}: libyaml refuses it", file.display())))?;
    writeln!(io::stdout().lock(), "{count}")
}
