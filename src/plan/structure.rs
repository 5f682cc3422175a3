//! Structure repair, computed on the output: the folders a fabric directory has, and its manifest.

use std::collections::BTreeSet;

use crate::fabric::layout::{GITKEEP, HNP, MANAGED, MANIFEST, RAW, UNMANAGED};
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
        let mut wanted = vec![root.child(RAW), root.child(UNMANAGED)];
        for plural in self.survey.kinds.user_plurals() {
            wanted.push(root.child(MANAGED).join(plural.as_bytes())?);
        }
        let filled = self.filled_folders();
        wanted.retain(|folder| !filled.contains(folder));
        wanted.sort();
        Ok(wanted)
    }

    /// The folders at the top, and one below managed/, that hold something in the output.
    fn filled_folders(&self) -> BTreeSet<RepoPath> {
        let root = RepoPath::root();
        let raw = self.survey.raw.keys().map(|path| root.child(RAW).join_path(path));
        let unmanaged = self.unmanaged.keys().map(|path| root.child(UNMANAGED).join_path(path));
        let managed = self.holdings.leaves.keys().map(|path| root.child(MANAGED).join_path(path));
        let kept = raw.chain(unmanaged).chain(managed).filter(|path| !self.desk.removes(path));
        let put = self.desk.words().filter(|(_, target)| target.is_some()).map(|(path, _)| path.clone());
        let mut filled: BTreeSet<RepoPath> = kept.chain(put).filter_map(|path| folder_of(&path)).collect();
        if self.holdings.leaves.is_empty() {
            // managed/ was not read below its first level, so nothing in it was taken away.
            let folders = self.survey.managed_folders.iter();
            filled.extend(folders.filter_map(|name| root.child(MANAGED).join(name).ok()));
        }
        filled
    }
}

/// The folder a path fills: its first component, or for managed/ its first two.
fn folder_of(path: &RepoPath) -> Option<RepoPath> {
    let mut components = path.components();
    let first = components.next()?;
    let depth = if first == MANAGED.as_bytes() { 2 } else { 1 };
    if path.components().count() <= depth {
        return None;
    }
    let mut folder = RepoPath::root();
    for component in path.components().take(depth) {
        folder = folder.join(component).ok()?;
    }
    Some(folder)
}
