//! One folder of testrepos/: what it holds and what its case.toml says; what is missing or too much is a fault.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

use serde::Deserialize;

use crate::files::{self, Files};

/// One case.
pub(crate) struct Case {
    /// Its folder.
    pub(crate) dir: PathBuf,
    /// What its case.toml says.
    pub(crate) told: Told,
    /// The commit it begins with, the sound fabric directories included.
    pub(crate) before: Files,
    /// The empty sound fabric directories that before/ and after/ leave out.
    pub(crate) sound: Files,
}

/// What a case.toml says.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Told {
    /// One sentence: what the case shows.
    pub(crate) about: String,
    /// The flags of `hhgit sync`.
    #[serde(default)]
    pub(crate) sync: Vec<String>,
    /// The exit code.
    #[serde(default)]
    pub(crate) exit: u8,
    /// Where an empty sound fabric directory lies that before/ and after/ leave out.
    #[serde(default = "one_fabric")]
    pub(crate) sound: Vec<String>,
    /// What happens between the first commit and the sync that the case is about.
    #[serde(default)]
    pub(crate) steps: Vec<String>,
}

fn one_fabric() -> Vec<String> {
    vec!["fabric-1".to_owned()]
}

/// What a case's folder must hold; git keeps no empty folder, so before/ and after/ may be absent.
const NEEDED: [&str; 2] = ["case.toml", "report.txt"];
const ALLOWED: [&str; 5] = ["case.toml", "report.txt", "report.json", "before", "after"];

/// Where the cases are.
pub(crate) fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("testrepos")
}

/// The names of all cases, in order.
pub(crate) fn names() -> Vec<String> {
    let entries = fs::read_dir(root()).unwrap().map(|entry| entry.unwrap());
    let folders = entries.filter(|entry| entry.file_type().unwrap().is_dir());
    let names: BTreeSet<String> = folders.map(|entry| entry.file_name().into_string().unwrap()).collect();
    names.into_iter().collect()
}

impl Case {
    /// Reads a case; the fault says what its folder lacks.
    pub(crate) fn read(name: &str) -> Result<Self, String> {
        let dir = root().join(name);
        let text = fs::read_to_string(dir.join("case.toml")).map_err(|error| format!("case.toml: {error}"))?;
        let told: Told = toml::from_str(&text).map_err(|error| format!("case.toml: {error}"))?;
        if !told.about.ends_with('.') || told.about.contains('\n') {
            return Err("case.toml: about is not one sentence".to_owned());
        }
        let sound = files::sound(&told.sound);
        let mut before = sound.clone();
        before.extend(files::read(&dir.join("before"))?);
        Ok(Self { dir, told, before, sound })
    }

    /// What the folder holds too much or too little of, once it was blessed.
    pub(crate) fn stray(&self) -> Option<String> {
        let laid: Vec<&str> =
            self.told.steps.iter().filter_map(|step| step.strip_prefix("lay ")?.split(' ').next()).collect();
        let entries = fs::read_dir(&self.dir).unwrap().map(|entry| entry.unwrap().file_name().into_string().unwrap());
        let stray = entries.filter(|name| !ALLOWED.contains(&name.as_str()) && !laid.contains(&name.as_str()));
        let missing =
            NEEDED.iter().filter(|name| !self.dir.join(name).exists()).map(|name| format!("{name} is missing"));
        let faults: Vec<String> = stray.map(|name| format!("{name} does not belong here")).chain(missing).collect();
        (!faults.is_empty()).then(|| faults.join("\n"))
    }
}
