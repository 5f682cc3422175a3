//! Structure repair, computed on the output: the folders a fabric directory has, and its manifest.

use std::collections::BTreeSet;

use crate::fabric::inventory::leaves;
use crate::fabric::layout::{GITKEEP, HNP, MANAGED, MANIFEST, RAW, UNMANAGED, tree_at};
use crate::fabric::manifest::Manifest;
use crate::ids::Mode;
use crate::path::RepoPath;
use crate::report::Repair;
use crate::verdict::code::Code;

use super::error::PlanError;
use super::work::Work;

impl Work<'_> {
    /// Makes the folders that the output would lack, and the manifest.
    pub(super) fn repair_structure(&mut self, name: &str) -> Result<(), PlanError> {
        for folder in self.missing_folders()? {
            self.desk.put_new(folder.child(GITKEEP), Mode::FILE, Vec::new())?;
            self.repairs.push(Repair { code: Code::MissingDirectory, path: folder });
        }
        if !self.survey.has_manifest {
            let path = RepoPath::root().child(HNP).child(MANIFEST);
            self.desk.put_new(path.clone(), Mode::FILE, Manifest::write(name).into_bytes())?;
            self.repairs.push(Repair { code: Code::MissingManifest, path });
        }
        self.repairs.sort();
        Ok(())
    }

    fn missing_folders(&self) -> Result<Vec<RepoPath>, PlanError> {
        let root = RepoPath::root();
        let filled = self.filled_folders();
        let mut missing = Vec::new();
        for top in [RAW, UNMANAGED] {
            if !filled.contains(&(top.as_bytes(), &[])) {
                missing.push(root.child(top));
            }
        }
        for plural in self.survey.kinds.user_plurals() {
            if !filled.contains(&(MANAGED.as_bytes(), plural.as_bytes())) && !self.stays_filled(plural.as_bytes())? {
                missing.push(root.child(MANAGED).join(plural.as_bytes())?);
            }
        }
        missing.sort();
        Ok(missing)
    }

    /// The folders that hold something in the output.
    fn filled_folders(&self) -> BTreeSet<Filled<'_>> {
        let put = self.desk.words().filter(|(_, target)| target.is_some());
        let mut filled: BTreeSet<Filled<'_>> = put.filter_map(|(path, _)| filled_by(path.as_bytes())).collect();
        for (top, leaves) in [(RAW, &self.survey.raw), (UNMANAGED, self.unmanaged), (MANAGED, &self.holdings.leaves)] {
            let mut words = self.desk.words_in(top).peekable();
            for path in leaves.keys().map(RepoPath::as_bytes) {
                while words.next_if(|(at, _)| *at < path).is_some() {}
                let removed = words.next_if(|(at, _)| *at == path).is_some_and(|(_, target)| target.is_none());
                filled.extend(inner(top.as_bytes(), path).filter(|_| !removed));
            }
        }
        if self.holdings.leaves.is_empty() && !self.holdings.is_part {
            // managed/ was not read below its first level, so nothing in it was taken away.
            filled.extend(self.survey.managed_folders.iter().map(|name| (MANAGED.as_bytes(), name.as_slice())));
        }
        filled
    }

    /// Whether a folder of managed/ of which not all was looked at holds something that stays.
    fn stays_filled(&self, plural: &[u8]) -> Result<bool, PlanError> {
        let is_there = self.holdings.is_part && self.survey.managed_folders.contains(plural);
        let Some(managed) = self.survey.managed.filter(|_| is_there) else { return Ok(false) };
        let folder = RepoPath::root().child(MANAGED).join(plural)?;
        let gone = self.desk.words().filter(|(path, target)| target.is_none() && path.starts_with(&folder)).count();
        if gone == 0 {
            return Ok(true);
        }
        let path = self.survey.path.join_path(&folder);
        let read = |source| PlanError::Read { path: path.clone(), source };
        let below = RepoPath::root().join(plural)?;
        let Some(tree) = tree_at(self.objects, managed, &below).map_err(read)? else { return Ok(false) };
        Ok(leaves(self.objects, tree, &path)?.len() > gone)
    }
}

/// A folder at the top, and for managed/ the one below it.
type Filled<'a> = (&'a [u8], &'a [u8]);

/// The folder that a path fills.
fn filled_by(path: &[u8]) -> Option<Filled<'_>> {
    let slash = path.iter().position(|byte| *byte == b'/')?;
    inner(&path[..slash], &path[slash + 1..])
}

/// The folder that a path below one at the top fills.
fn inner<'a>(top: &'a [u8], path: &'a [u8]) -> Option<Filled<'a>> {
    match top == MANAGED.as_bytes() {
        true => path.iter().position(|byte| *byte == b'/').map(|slash| (top, &path[..slash])),
        false => Some((top, &[])),
    }
}
