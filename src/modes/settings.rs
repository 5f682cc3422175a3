//! `hhgit settings`: the installer's settings into the manifest, and which settings are in force.

use std::collections::BTreeMap;

use crate::fabric::layout::{HNP, MANIFEST, entry_at};
use crate::fabric::manifest::{self, Manifest};
use crate::fabric::settings::{KEYS, Settings, read_fab};
use crate::fabric::settings_block::replace;
use crate::fabric::survey::survey;
use crate::options::{Common, SettingsImport};
use crate::path::RepoPath;
use crate::report::Report;
use crate::report::fabrics::{FabricSettings, SettingRow};
use crate::snapshot::Objects;

use super::error::ModeError;
use super::offer::{Giver, Offer, Place, each_fabric};
use super::talk::Talk;

/// Writes the settings of a fab.yaml into the manifest of the one fabric directory, in one commit.
pub fn import(common: &Common, options: &SettingsImport, talk: &mut dyn Talk) -> Result<Report, ModeError> {
    let refused = |source| ModeError::Fab { name: options.input.name.clone(), source };
    let settings = read_fab(&options.input.bytes).map_err(refused)?;
    let giver = Giver { command: "settings import", dry_run: options.dry_run, mends: None };
    giver.give(common, talk, |place| {
        let path = RepoPath::root().child(HNP).child(MANIFEST);
        let old = manifest(place, &path)?;
        let no_room = || ModeError::NoRoom { path: place.dir.path.join_path(&path) };
        let same = place.survey.has_manifest && place.survey.manifest.settings == settings;
        let new = if same { old } else { replace(&old, &settings).ok_or_else(no_room)? };
        let files = BTreeMap::from([(path, new)]);
        Ok(Offer { files, subject: |_| "import settings into".to_owned(), findings: Vec::new(), notes: Vec::new() })
    })
}

/// The settings that a manifest or a fab.yaml gives; what is wrong with it as a manifest, if it is neither.
pub fn read_settings(bytes: &[u8], shown: &RepoPath) -> Result<Settings, String> {
    let (manifest, findings) = manifest::read(bytes, shown, &RepoPath::root());
    if let Some(manifest) = manifest {
        return Ok(manifest.settings);
    }
    read_fab(bytes).map_err(|_| findings.first().map(|finding| finding.message.clone()).unwrap_or_default())
}

/// The manifest's bytes, or those of a new one.
pub(super) fn manifest(place: &Place<'_>, path: &RepoPath) -> Result<Vec<u8>, ModeError> {
    match entry_at(place.reader, place.dir.tree, path)?.and_then(|entry| entry.as_file()) {
        Some(blob) => Ok(place.reader.blob(blob)?),
        None => Ok(Manifest::write(&place.survey.manifest.name).into_bytes()),
    }
}

/// The settings in force in each fabric directory of the branch that HEAD names.
pub fn show(common: &Common) -> Result<Vec<FabricSettings>, ModeError> {
    each_fabric(common, |reader, dir| {
        let survey = survey(reader, dir)?;
        let default = Settings::default();
        let rows = KEYS.iter().map(|key| {
            let value = (key.show)(&survey.manifest.settings);
            SettingRow { key: key.name, set: value != (key.show)(&default), value }
        });
        let settings = rows.collect();
        Ok(FabricSettings { settings, path: survey.path, name: survey.manifest.name })
    })
}
