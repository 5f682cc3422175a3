//! The names inside a fabric directory, and how fabric directories are found in a tree.

use crate::ids::{Entry, ModeKind, TreeId};
use crate::path::{PathError, RepoPath};
use crate::snapshot::{Objects, ReadError, TreeEntry};

use super::kinds::Kinds;
use super::search::{Searched, search};

/// The folder that people drop anything into.
pub const RAW: &str = "raw";
/// The folder of the objects that are applied.
pub const MANAGED: &str = "managed";
/// The folder of all that is no valid object.
pub const UNMANAGED: &str = "unmanaged";
/// The folder of hhgit's own settings.
pub const HNP: &str = ".hnp";
/// The manifest's name inside [`HNP`].
pub const MANIFEST: &str = "manifest.yaml";
/// The folder of CRDs inside [`HNP`].
pub const CRDS: &str = "crds";
/// The file that keeps an empty folder in git.
pub const GITKEEP: &str = ".gitkeep";
/// What the name of a sidecar ends in.
pub const SIDECAR: &str = ".metadata";

/// Trees nested deeper than this are refused, as git itself refuses them.
pub const MAX_TREE_DEPTH: usize = 2048;
/// A walk that comes by more files and folders than this is refused: ten small trees that name each other ten times over are ten billion files.
pub const MAX_ENTRIES: usize = 2_000_000;

/// A fabric directory of a commit.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FabricDir {
    /// Where it is.
    pub path: RepoPath,
    /// Its tree.
    pub tree: TreeId,
}

/// Why the fabric directories of a commit could not be told.
#[derive(Debug, thiserror::Error)]
pub enum LayoutError {
    /// A tree or blob could not be read.
    #[error(transparent)]
    Read(#[from] ReadError),
    /// A name inside a fabric directory is one that git refuses to check out.
    #[error("the tree of {folder} holds a name that git does not check out; look with: git fsck")]
    Name {
        /// The folder that holds the name.
        folder: RepoPath,
        /// What is wrong with it.
        #[source]
        source: PathError,
    },
    /// A tree inside a fabric directory is not as git writes one.
    #[error(
        "the tree of {folder} holds a name twice or is not in git's order; a checkout and a commit repair it, look with: git fsck"
    )]
    Unsound {
        /// The folder.
        folder: RepoPath,
    },
    /// Folders are nested deeper than git takes.
    #[error("{folder} is nested deeper than {MAX_TREE_DEPTH} folders, which git refuses as well")]
    TooDeep {
        /// The folder at the limit.
        folder: RepoPath,
    },
    /// There are more files and folders than anybody keeps.
    #[error(
        "{folder} holds more than {MAX_ENTRIES} files and folders, which is more than hhgit looks at; take out what is not meant to be there"
    )]
    TooMany {
        /// The folder.
        folder: RepoPath,
    },
    /// A fabric directory was named that is not in the commit.
    #[error(
        "the commit has no folder {path}, counted from the repository's root; make a fabric directory there with: hhgit init {path}"
    )]
    NoSuchFolder {
        /// The path named.
        path: RepoPath,
    },
    /// Something else than a folder stands where a fabric directory is to be made.
    #[error("{path} is a file, so no fabric directory can be made there; choose another path")]
    NotAFolder {
        /// The file.
        path: RepoPath,
    },
    /// Two fabric directories overlap.
    #[error(
        "{inner} lies in {outer}, and no fabric directory may lie in another; name one of them with --fabric, or another path"
    )]
    Overlap {
        /// The one that contains the other.
        outer: RepoPath,
        /// The one inside it.
        inner: RepoPath,
    },
}

impl LayoutError {
    /// Whether the way the command was called is at fault, and not the repository.
    pub fn is_usage(&self) -> bool {
        matches!(self, Self::NoSuchFolder { .. } | Self::NotAFolder { .. } | Self::Overlap { .. })
    }
}

/// Finds the fabric directories below a root tree, in path order. With `named` paths those are the ones, whatever they hold.
pub fn find(
    objects: &dyn Objects,
    root: TreeId,
    named: &[RepoPath],
    kinds: &Kinds,
) -> Result<Vec<FabricDir>, LayoutError> {
    Ok(find_knowing(objects, root, named, kinds, &Searched::default())?.0)
}

/// The same with what was found in another tree at hand; answers besides what was found in this one.
pub fn find_knowing(
    objects: &dyn Objects,
    root: TreeId,
    named: &[RepoPath],
    kinds: &Kinds,
    known: &Searched,
) -> Result<(Vec<FabricDir>, Searched), LayoutError> {
    let searched = search(objects, root, kinds, known)?;
    if named.is_empty() {
        return Ok((searched.dirs.clone(), searched));
    }
    let mut chosen: Vec<FabricDir> = Vec::new();
    for path in named {
        if chosen.iter().any(|dir| dir.path == *path) {
            continue;
        }
        let tree = tree_at(objects, root, path)?.ok_or_else(|| LayoutError::NoSuchFolder { path: path.clone() })?;
        chosen.push(FabricDir { path: path.clone(), tree });
    }
    refuse_overlaps(&chosen, &searched.dirs)?;
    chosen.sort_by(|a, b| a.path.cmp(&b.path));
    Ok((chosen, searched))
}

/// The place for a new fabric directory: what is at the path so far, if anything, must be a folder and no part of another.
pub fn site(objects: &dyn Objects, root: TreeId, path: &RepoPath, kinds: &Kinds) -> Result<Site, LayoutError> {
    let found = search(objects, root, kinds, &Searched::default())?.dirs;
    if let Some(dir) = found.iter().find(|dir| dir.path == *path) {
        return Ok(Site::Taken(dir.clone()));
    }
    for component in std::iter::successors(Some(path.clone()), RepoPath::parent) {
        if entry_at(objects, root, &component)?.is_some_and(|entry| entry.as_tree().is_none()) {
            return Err(LayoutError::NotAFolder { path: component });
        }
    }
    let tree = tree_at(objects, root, path)?.unwrap_or_else(|| TreeId::empty(objects.hash_kind()));
    let dir = FabricDir { path: path.clone(), tree };
    refuse_overlaps(std::slice::from_ref(&dir), &found)?;
    Ok(Site::Free(dir))
}

/// Whether a fabric directory can be made at a path.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Site {
    /// It can; this is what is there so far.
    Free(FabricDir),
    /// It is one already.
    Taken(FabricDir),
}

fn refuse_overlaps(chosen: &[FabricDir], found: &[FabricDir]) -> Result<(), LayoutError> {
    for one in chosen {
        for other in chosen.iter().chain(found).filter(|other| other.path != one.path) {
            for (outer, inner) in [(one, other), (other, one)] {
                if inner.path.starts_with(&outer.path) {
                    return Err(LayoutError::Overlap { outer: outer.path.clone(), inner: inner.path.clone() });
                }
            }
        }
    }
    Ok(())
}

/// The tree at a path, if a folder stands there.
pub fn tree_at(objects: &dyn Objects, root: TreeId, path: &RepoPath) -> Result<Option<TreeId>, ReadError> {
    if path.is_root() {
        return Ok(Some(root));
    }
    Ok(entry_at(objects, root, path)?.and_then(|entry| entry.as_tree()))
}

/// What stands at a path, if anything.
pub fn entry_at(objects: &dyn Objects, root: TreeId, path: &RepoPath) -> Result<Option<Entry>, ReadError> {
    let mut current = Entry { mode: crate::ids::Mode::TREE, id: root.object() };
    for component in path.components() {
        let Some(tree) = current.as_tree() else { return Ok(None) };
        let entries = objects.tree(tree)?;
        match child(&entries, component) {
            Some(entry) => current = entry,
            None => return Ok(None),
        }
    }
    Ok(Some(current))
}

/// The entry of this name.
pub fn child(entries: &[TreeEntry], name: &[u8]) -> Option<Entry> {
    entries.iter().find(|e| e.name == name).map(|e| e.entry)
}

/// Whether a folder of these entries is a fabric directory.
pub fn is_fabric(objects: &dyn Objects, entries: &[TreeEntry], kinds: &Kinds) -> Result<bool, ReadError> {
    let folder = |name: &str| child(entries, name.as_bytes()).and_then(|entry| entry.as_tree());
    let hnp = folder(HNP);
    if let Some(hnp) = hnp
        && child(&objects.tree(hnp)?, MANIFEST.as_bytes()).is_some()
    {
        return Ok(true);
    }
    if folder(RAW).is_none() {
        return Ok(false);
    }
    if hnp.is_some() {
        return Ok(true);
    }
    let Some(managed) = folder(MANAGED) else { return Ok(false) };
    let is_kind_folder = |e: &TreeEntry| {
        e.entry.mode.kind() == ModeKind::Tree && std::str::from_utf8(&e.name).is_ok_and(|name| kinds.is_plural(name))
    };
    Ok(objects.tree(managed)?.iter().any(is_kind_folder))
}

/// Whether a file below managed/ belongs there although it is no object: it always stays and is no finding.
pub fn stays_in_managed(name: &[u8]) -> bool {
    is_kustomization(name) || name.starts_with(b".argocd-") || name.starts_with(b"README") || name.starts_with(b".git")
}

/// Whether a file below managed/ is a kustomization, which says what else is applied.
pub fn is_kustomization(name: &[u8]) -> bool {
    matches!(name, b"kustomization.yaml" | b"kustomization.yml" | b"Kustomization")
}

/// Whether an entry below raw/ always stays there.
pub fn stays_in_raw(name: &[u8]) -> bool {
    matches!(name, b".gitkeep" | b".gitignore" | b".gitattributes")
}

/// Whether a name says that the file holds YAML (or JSON, which is read as YAML).
pub fn is_yaml_name(name: &[u8]) -> bool {
    let ends_with = |suffix: &[u8]| {
        let start = name.len().checked_sub(suffix.len());
        start.is_some_and(|start| name[start..].eq_ignore_ascii_case(suffix))
    };
    [&b".yaml"[..], b".yml", b".json"].into_iter().any(ends_with)
}
