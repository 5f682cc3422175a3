//! `hhgit crds`: a cluster's CRDs into `.hnp/crds/`, and which kinds are in force and from where.

use std::collections::BTreeMap;
use std::io;
use std::path::Path;

use crate::fabric::crd_files::CrdFiles;
use crate::fabric::crds;
use crate::fabric::inventory::leaves;
use crate::fabric::layout::{CRDS, FabricDir, HNP, LayoutError, is_yaml_name, tree_at};
use crate::fabric::survey::{Survey, survey};
use crate::git::Reader;
use crate::options::{Common, CrdsImport};
use crate::path::RepoPath;
use crate::report::Report;
use crate::report::fabrics::{FabricKinds, KindRow};
use crate::snapshot::Objects;
use crate::verdict::code::Code;

use super::error::ModeError;
use super::import::count;
use super::offer::{Giver, Offer, each_fabric};
use super::stamp::ruleset;
use super::talk::Talk;

/// Puts the CRDs of Hedgehog's groups into `.hnp/crds/` of the one fabric directory, in one commit.
pub fn import(common: &Common, options: &CrdsImport, talk: &mut dyn Talk) -> Result<Report, ModeError> {
    let mut taken = CrdFiles::default();
    for given in &options.inputs {
        let refused = |source| ModeError::PrintedCrds { name: given.name.clone(), source };
        taken.add(&given.bytes).map_err(refused)?;
    }
    let folder = RepoPath::root().child(HNP).child(CRDS);
    let new: BTreeMap<RepoPath, Vec<u8>> =
        taken.files.into_iter().map(|(name, text)| (folder.join_path(&name), text.into_bytes())).collect();
    let mut notes = Vec::new();
    if new.is_empty() {
        notes.push("There is no CRD of a Hedgehog group in it.".to_owned());
    }
    if taken.others > 0 {
        notes.push(format!("Left out {} without a CRD of a Hedgehog group.", count(taken.others, "document")));
    }
    let giver = Giver { command: "crds import", dry_run: options.dry_run, mends: Some(Code::BadCrds) };
    giver.give(common, talk, |place| {
        let mut files = files(place.reader, place.dir)?;
        files.extend(new.clone());
        let full = files.into_iter().map(|(path, bytes)| (place.dir.path.join_path(&path), bytes)).collect();
        let read = crds::read(&full, place.survey.manifest.crds_only);
        let subject = |n| format!("import {} into", count(n, "CRD"));
        Ok(Offer { files: new.clone(), subject, findings: read.findings, notes: notes.clone() })
    })
}

/// The YAML files of a folder on disk, by their paths.
pub fn folder(dir: &Path) -> io::Result<BTreeMap<RepoPath, Vec<u8>>> {
    let mut files = BTreeMap::new();
    for entry in std::fs::read_dir(dir)? {
        let path = entry?.path();
        let name = path.file_name().unwrap_or_default().as_encoded_bytes().to_vec();
        if is_yaml_name(&name) && path.is_file() {
            files.insert(RepoPath::shown(path.as_os_str().as_encoded_bytes()), std::fs::read(&path)?);
        }
    }
    Ok(files)
}

/// The kinds in force in each fabric directory of the branch that HEAD names.
pub fn list(common: &Common) -> Result<Vec<FabricKinds>, ModeError> {
    each_fabric(common, |reader, dir| {
        let survey = survey(reader, dir)?;
        let mut from: BTreeMap<(String, String), RepoPath> = BTreeMap::new();
        for (path, bytes) in files(reader, dir)? {
            let read = crds::read(&BTreeMap::from([(path.clone(), bytes)]), true);
            from.extend(read.kinds.iter().map(|kind| ((kind.group.clone(), kind.kind.clone()), path.clone())));
        }
        Ok(in_force(survey, &from))
    })
}

fn in_force(survey: Survey, from: &BTreeMap<(String, String), RepoPath>) -> FabricKinds {
    let row = |kind: &crate::fabric::kinds::Kind| KindRow {
        kind: kind.kind.clone(),
        group: kind.group.clone(),
        versions: kind.versions.clone(),
        file: from.get(&(kind.group.clone(), kind.kind.clone())).cloned(),
    };
    FabricKinds {
        ruleset: ruleset(&survey.kinds, &survey.schemas),
        kinds: survey.kinds.iter().map(row).collect(),
        path: survey.path,
        name: survey.manifest.name,
    }
}

/// The YAML files of `.hnp/crds/`, by their paths from the fabric directory.
fn files(reader: &Reader, dir: &FabricDir) -> Result<BTreeMap<RepoPath, Vec<u8>>, ModeError> {
    let folder = RepoPath::root().child(HNP).child(CRDS);
    let tree = tree_at(reader, dir.tree, &folder).map_err(LayoutError::from)?;
    let found = tree.map(|tree| leaves(reader, tree, &dir.path.join_path(&folder))).transpose()?.unwrap_or_default();
    let mut files = BTreeMap::new();
    for (name, entry) in found {
        if let (true, Some(blob)) = (is_yaml_name(name.as_bytes()), entry.as_file()) {
            files.insert(folder.join_path(&name), reader.blob(blob)?);
        }
    }
    Ok(files)
}
