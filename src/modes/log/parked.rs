//! What a commit sent to unmanaged/, and which repairs it made: from the sync made again, else from what lies there.

use std::collections::BTreeSet;

use crate::fabric::changes::{Change, Changes};
use crate::fabric::kinds::Kinds;
use crate::fabric::layout::{GITKEEP, HNP, MANAGED, MANIFEST, RAW, SIDECAR, UNMANAGED, entry_at, is_yaml_name};
use crate::git::Reader;
use crate::ids::{BlobId, Entry, TreeId};
use crate::modes::ModeError;
use crate::path::RepoPath;
use crate::plan::park::sidecar_of;
use crate::plan::sidecar::{self, Sidecar};
use crate::report::log::{Parked, Source};
use crate::report::{DocumentRow, FabricReport, Fate, Repair};
use crate::snapshot::Objects;
use crate::verdict::code::Code;

use super::documents::Documents;

/// What a sync that was made again says of one fabric directory.
pub(super) struct Rows<'a> {
    pub(super) report: &'a FabricReport,
    /// The files that hold several documents.
    several: BTreeSet<&'a RepoPath>,
}

impl<'a> Rows<'a> {
    pub(super) fn of(report: &'a FabricReport) -> Self {
        let (mut once, mut several) = (BTreeSet::new(), BTreeSet::new());
        for row in &report.documents {
            if !once.insert(&row.source) {
                several.insert(&row.source);
            }
        }
        Self { report, several }
    }

    /// What went to unmanaged/.
    pub(super) fn parked(&self) -> Vec<Parked> {
        let rows = self.report.documents.iter().filter(|row| row.fate == Fate::Unmanaged);
        let parked = |row: &DocumentRow| Parked {
            path: row.target.clone(),
            from: Some(self.source(row)),
            object: row.object.clone(),
            code: row.code.map(|code| code.as_str().to_owned()),
        };
        rows.map(parked).collect()
    }

    /// Where a row's document came from; that it is the file's only one is not said.
    pub(super) fn source(&self, row: &DocumentRow) -> Source {
        let is_one_of_several = self.several.contains(&row.source);
        Source {
            path: row.source.clone(),
            document: row.document.filter(|_| is_one_of_several),
            lines: row.lines.filter(|_| is_one_of_several),
        }
    }
}

/// What the files and sidecars say that came to unmanaged/.
pub(super) fn of_files(
    reader: &Reader,
    documents: &Documents<'_>,
    after: Option<TreeId>,
    changes: &Changes,
) -> Result<Vec<Parked>, ModeError> {
    let mut found = Vec::new();
    let unmanaged = RepoPath::root().child(UNMANAGED);
    for (path, Change { new, .. }) in changes {
        let (Some(new), Some(after)) = (new, after) else { continue };
        let name = path.file_name();
        if !path.starts_with(&unmanaged) || name.starts_with(b".git") || name.ends_with(SIDECAR.as_bytes()) {
            continue;
        }
        let beside = entry_at(reader, after, &sidecar_of(path).map_err(crate::plan::PlanError::from)?)?;
        let said = beside.map(|entry| read(reader, entry)).transpose()?.flatten().filter(|said| said.names(new));
        found.extend(one(documents, path, *new, said)?);
    }
    Ok(found)
}

fn read(reader: &Reader, entry: Entry) -> Result<Option<Sidecar>, ModeError> {
    if entry.mode != sidecar::SIDECAR_MODE {
        return Ok(None);
    }
    let blob = BlobId::new(entry.id);
    if reader.blob_size(blob)? > sidecar::LARGEST {
        return Ok(None);
    }
    Ok(sidecar::read(&reader.blob(blob)?))
}

fn one(
    documents: &Documents<'_>,
    path: &RepoPath,
    entry: Entry,
    said: Option<Sidecar>,
) -> Result<Vec<Parked>, ModeError> {
    let blob = entry.as_file().filter(|_| is_yaml_name(path.file_name()));
    let docs = blob.map(|blob| documents.of(blob)).transpose()?;
    let docs = docs.as_deref().unwrap_or_default();
    let whole = |path: RepoPath| Source { path, document: None, lines: None };
    let from = said.as_ref().and_then(|said| RepoPath::new(said.source.clone()).ok()).map(whole);
    let parked = |object, code| Parked { path: path.clone(), from: from.clone(), object, code };
    let Some(said) = &said else {
        let objects: Vec<_> = docs.iter().filter_map(|doc| doc.object.clone()).collect();
        if objects.is_empty() {
            return Ok(vec![parked(None, None)]);
        }
        return Ok(objects.into_iter().map(|object| parked(Some(object), None)).collect());
    };
    let object = |number: u32| docs.iter().find(|doc| doc.number == number).and_then(|doc| doc.object.clone());
    let reasons = said.reasons().into_iter();
    Ok(reasons.map(|(number, code)| parked(object(number), Some(code.to_owned()))).collect())
}

/// The folders and the manifest that were made where none were.
pub(super) fn repairs(kinds: &Kinds, changes: &Changes) -> Vec<Repair> {
    let is_folder = |folder: &RepoPath| {
        let mut parts = folder.components();
        match (parts.next(), parts.next(), parts.next()) {
            (Some(top), None, None) => top == RAW.as_bytes() || top == UNMANAGED.as_bytes(),
            (Some(top), Some(plural), None) => {
                top == MANAGED.as_bytes() && std::str::from_utf8(plural).is_ok_and(|plural| kinds.is_plural(plural))
            }
            _ => false,
        }
    };
    let manifest = RepoPath::root().child(HNP).child(MANIFEST);
    let made = |(path, change): (&RepoPath, &Change)| {
        if change.old.is_some() || change.new.is_none() {
            return None;
        }
        if *path == manifest {
            return Some(Repair { code: Code::MissingManifest, path: path.clone() });
        }
        let folder = path.parent().filter(|folder| path.file_name() == GITKEEP.as_bytes() && is_folder(folder))?;
        Some(Repair { code: Code::MissingDirectory, path: folder })
    };
    let mut repairs: Vec<Repair> = changes.iter().filter_map(made).collect();
    repairs.sort();
    repairs
}
