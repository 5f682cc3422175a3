//! What a fabric directory holds, read once before anything is decided: folders, manifest, kinds, and whether it is sound.

use std::collections::{BTreeMap, BTreeSet};

use crate::finding::Finding;
use crate::ids::{BlobId, Entry, ModeKind, TreeId};
use crate::path::RepoPath;
use crate::schema::Schemas;
use crate::snapshot::{Objects, TreeEntry};
use crate::verdict::code::{Code, Severity};

use super::inventory::{Leaves, entries, leaves};
use super::kinds::Kinds;
use super::layout::{CRDS, FabricDir, HNP, LayoutError, MANAGED, MANIFEST, RAW, UNMANAGED, child, is_yaml_name};
use super::manifest::{self, Manifest};
use super::{crds, layout};

/// The largest manifest, and the most that CRD files may have together.
const MAX_SETTINGS_BYTES: u64 = 16 << 20;

/// What a fabric directory holds.
#[derive(Debug, Clone)]
pub struct Survey {
    /// Where it is.
    pub path: RepoPath,
    /// Its manifest, or what stands for one that is missing or broken.
    pub manifest: Manifest,
    /// Whether the manifest is there.
    pub has_manifest: bool,
    /// The kinds in force.
    pub kinds: Kinds,
    /// Their schemas.
    pub schemas: Schemas,
    /// All below raw/.
    pub raw: Leaves,
    /// The tree of managed/.
    pub managed: Option<TreeId>,
    /// The folders of managed/ that hold something.
    pub managed_folders: BTreeSet<Vec<u8>>,
    /// The tree of unmanaged/.
    pub unmanaged: Option<TreeId>,
    /// YAML files that lie at the directory's top.
    pub loose: BTreeMap<RepoPath, Entry>,
    /// What is wrong with the directory.
    pub findings: Vec<Finding>,
}

impl Survey {
    /// Whether the directory must be left alone: what is wrong with it makes sorting it unsafe.
    pub fn is_broken(&self) -> bool {
        self.findings.iter().any(|finding| finding.severity == Severity::Error)
    }
}

/// Reads a fabric directory.
pub fn survey(objects: &dyn Objects, dir: &FabricDir) -> Result<Survey, LayoutError> {
    let top = entries(objects, dir.tree, &dir.path)?;
    let mut surveyor = Surveyor { objects, fabric: &dir.path, findings: Vec::new() };
    let hnp = surveyor.folder(&top, HNP, &RepoPath::root())?;
    let raw = surveyor.folder(&top, RAW, &RepoPath::root())?;
    let managed = surveyor.folder(&top, MANAGED, &RepoPath::root())?;
    let unmanaged = surveyor.folder(&top, UNMANAGED, &RepoPath::root())?;
    let hnp_path = dir.path.child(HNP);
    let hnp_entries = hnp.map(|tree| entries(objects, tree, &hnp_path)).transpose()?.unwrap_or_default();
    let manifest = surveyor.manifest(&hnp_entries)?;
    let only = manifest.as_ref().is_some_and(|manifest| manifest.crds_only);
    let (kinds, schemas) = surveyor.kinds(&hnp_entries, only)?;
    let managed_folders = surveyor.managed_folders(managed, &kinds)?;
    let raw_path = dir.path.child(RAW);
    let raw = raw.map(|tree| leaves(objects, tree, &raw_path)).transpose()?.unwrap_or_default();
    let loose = surveyor.loose(&top)?;
    let findings = surveyor.findings;
    Ok(Survey {
        path: dir.path.clone(),
        manifest: manifest.unwrap_or_else(|| Manifest::absent(&dir.path)),
        has_manifest: child(&hnp_entries, MANIFEST.as_bytes()).is_some(),
        kinds,
        schemas,
        raw,
        managed,
        managed_folders,
        unmanaged,
        loose,
        findings,
    })
}

struct Surveyor<'a> {
    objects: &'a dyn Objects,
    fabric: &'a RepoPath,
    findings: Vec<Finding>,
}

impl Surveyor<'_> {
    /// The tree of a folder; a finding if something else stands there.
    fn folder(
        &mut self,
        entries: &[TreeEntry],
        name: &'static str,
        inside: &RepoPath,
    ) -> Result<Option<TreeId>, LayoutError> {
        match child(entries, name.as_bytes()) {
            None => Ok(None),
            Some(entry) if entry.mode.kind() == ModeKind::Tree => Ok(entry.as_tree()),
            Some(_) => {
                let path = self.fabric.join_path(inside).child(name);
                self.findings.push(blocked(path));
                Ok(None)
            }
        }
    }

    fn managed_folders(&mut self, managed: Option<TreeId>, kinds: &Kinds) -> Result<BTreeSet<Vec<u8>>, LayoutError> {
        let empty = TreeId::empty(self.objects.hash_kind());
        let mut folders = BTreeSet::new();
        let path = self.fabric.child(MANAGED);
        let held = managed.map(|tree| entries(self.objects, tree, &path)).transpose()?.unwrap_or_default();
        for TreeEntry { name, entry } in held {
            match entry.as_tree() {
                Some(tree) if tree == empty => {}
                Some(_) => {
                    folders.insert(name);
                }
                None if std::str::from_utf8(&name).is_ok_and(|name| kinds.is_plural(name)) => {
                    let managed = self.fabric.child(MANAGED);
                    let path = managed.join(&name).map_err(|source| LayoutError::Name { folder: managed, source })?;
                    self.findings.push(blocked(path));
                }
                None => {}
            }
        }
        Ok(folders)
    }

    fn manifest(&mut self, hnp: &[TreeEntry]) -> Result<Option<Manifest>, LayoutError> {
        let Some(entry) = child(hnp, MANIFEST.as_bytes()) else { return Ok(None) };
        let path = self.fabric.child(HNP).child(MANIFEST);
        let Some(bytes) = self.settings_file(&entry, &path, Code::BadManifest, MAX_SETTINGS_BYTES)? else {
            return Ok(None);
        };
        let (manifest, findings) = manifest::read(&bytes, &path, self.fabric);
        self.findings.extend(findings);
        Ok(manifest)
    }

    fn kinds(&mut self, hnp: &[TreeEntry], only: bool) -> Result<(Kinds, Schemas), LayoutError> {
        let folder = self.folder(hnp, CRDS, &RepoPath::root().child(HNP))?;
        let path = self.fabric.child(HNP).child(CRDS);
        let mut files = BTreeMap::new();
        let mut room = MAX_SETTINGS_BYTES;
        for (name, entry) in folder.map(|tree| leaves(self.objects, tree, &path)).transpose()?.unwrap_or_default() {
            if !is_yaml_name(name.as_bytes()) {
                continue;
            }
            let path = path.join_path(&name);
            if let Some(bytes) = self.settings_file(&entry, &path, Code::BadCrds, room)? {
                room -= bytes.len() as u64;
                files.insert(path, bytes);
            }
        }
        let crds::Read { kinds, schemas, findings } = crds::read(&files, only);
        self.findings.extend(findings);
        Ok((kinds, schemas))
    }

    /// The bytes of a manifest or CRD file, if there is room for as many; a finding if not.
    fn settings_file(
        &mut self,
        entry: &Entry,
        path: &RepoPath,
        code: Code,
        room: u64,
    ) -> Result<Option<Vec<u8>>, LayoutError> {
        let Some(blob) = entry.as_file() else {
            self.findings.push(Finding::new(code, path.clone(), "it is no regular file"));
            return Ok(None);
        };
        if self.objects.blob_size(blob)? > room {
            let it = if room < MAX_SETTINGS_BYTES { "with the files before it, it is" } else { "it is" };
            self.findings.push(Finding::new(code, path.clone(), format!("{it} larger than 16 MiB")));
            return Ok(None);
        }
        Ok(Some(self.objects.blob(blob)?))
    }

    fn loose(&self, top: &[TreeEntry]) -> Result<BTreeMap<RepoPath, Entry>, LayoutError> {
        let mut loose = BTreeMap::new();
        for TreeEntry { name, entry } in top {
            if entry.as_file().is_some() && is_yaml_name(name) && !is_other_tools(name) {
                let path = RepoPath::root()
                    .join(name)
                    .map_err(|source| LayoutError::Name { folder: self.fabric.clone(), source })?;
                loose.insert(path, *entry);
            }
        }
        Ok(loose)
    }
}

fn blocked(path: RepoPath) -> Finding {
    let mut finding =
        Finding::new(Code::PathBlocked, path, "this is not a folder, but a fabric directory needs one here");
    finding.help =
        "Move it out of the way and commit, then sync again; until then this fabric is left alone.".to_owned();
    finding
}

/// Files at the top that belong to other tools, whatever they hold: dotfiles, kustomizations, CI files.
fn is_other_tools(name: &[u8]) -> bool {
    const CI: &[&str] =
        &["appveyor", "azure-pipelines", "bitbucket-pipelines", "buildspec", "cloudbuild", "codefresh", "wercker"];
    let lower = name.to_ascii_lowercase();
    let stem = lower.rsplitn(2, |b| *b == b'.').last().unwrap_or_default();
    name.starts_with(b".") || layout::stays_in_managed(name) || CI.iter().any(|ci| stem == ci.as_bytes())
}

/// The blob ids of a folder's regular files that hold YAML by their names.
pub fn yaml_files(leaves: &Leaves) -> impl Iterator<Item = (&RepoPath, BlobId)> {
    leaves
        .iter()
        .filter(|(path, _)| is_yaml_name(path.file_name()))
        .filter_map(|(path, entry)| entry.as_file().map(|blob| (path, blob)))
}
