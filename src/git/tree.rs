//! A plan's edits applied to a tree, folder by folder: only what changes is read and rewritten; writes nothing.
//!
//! Pure: it asks any [`Objects`] for the trees on changed paths and answers with the new ones, so a dry run and a test
//! without a repository see what a real run writes. A mode is kept by its value; one that a tree spells with a leading
//! zero is spelled without it wherever that tree is rewritten, as git itself does.

use std::cmp::Ordering;
use std::collections::{BTreeMap, BTreeSet};

use crate::ids::{Collision, Entry, HashKind, Mode, ModeKind, TreeId};
use crate::path::RepoPath;
use crate::plan::Edit;
use crate::snapshot::{Objects, ReadError, TreeEntry};

/// How deep folders may lie in each other.
pub const MAX_DEPTH: usize = 2048;

/// A root tree that a plan leads to, and the trees it needs that the input had not.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewTree {
    /// The new root.
    pub id: TreeId,
    /// The new trees, sub-trees before those that hold them.
    pub objects: Vec<(TreeId, Vec<u8>)>,
}

/// Why edits could not be applied to a tree.
#[derive(Debug, thiserror::Error)]
pub enum TreeError {
    /// The tree holds something else than the plan was made from; a defect of the plan.
    #[error(
        "{path} is {} in the tree, and not {} as planned; nothing was written, this is a defect of hhgit",
        show(found),
        show(expected)
    )]
    PlanMismatch {
        /// The path.
        path: RepoPath,
        /// What the plan was made from.
        expected: Option<Entry>,
        /// What is there.
        found: Option<Entry>,
    },
    /// The plan puts a file where files below are planned or stay, or puts something there that is no file.
    #[error("{path} cannot be both a file and a folder; nothing was written, this is a defect of hhgit")]
    Blocked {
        /// The path.
        path: RepoPath,
    },
    /// A tree that must change is not in order, or holds a name twice.
    #[error(
        "the tree {id} of folder {path} is not in git's order; repair it first (a checkout and a commit do), look with: git fsck"
    )]
    Unsound {
        /// The folder.
        path: RepoPath,
        /// Its tree.
        id: TreeId,
    },
    /// A path goes deeper than any tree hhgit writes.
    #[error("{path} lies more than {MAX_DEPTH} folders deep; move it up")]
    TooDeep {
        /// The path.
        path: RepoPath,
    },
    /// A tree could not be read.
    #[error(transparent)]
    Read(#[from] ReadError),
    /// A new tree's hash cannot be trusted.
    #[error(transparent)]
    Collision(#[from] Collision),
}

/// One folder on a changed path.
#[derive(Default)]
struct Folder<'a> {
    /// Its entry in the input, if it is there.
    base: Option<Entry>,
    /// What the input holds in it.
    entries: Vec<TreeEntry>,
    /// The edits of entries in it, by name.
    edits: BTreeMap<&'a [u8], &'a Edit>,
    /// What became of the changed folders in it, by name; none where one is gone.
    folders: BTreeMap<Vec<u8>, Option<Entry>>,
}

/// Applies the edits to the tree. Each edit's `from` must be what the tree holds there.
pub fn apply(objects: &dyn Objects, root: TreeId, edits: &BTreeMap<RepoPath, Edit>) -> Result<NewTree, TreeError> {
    let mut folders = changed_folders(edits)?;
    let paths: Vec<RepoPath> = folders.keys().cloned().collect();
    // A folder sorts before all below it: forwards is top-down, backwards is bottom-up.
    for path in &paths {
        load(objects, root, path, &mut folders)?;
    }
    let mut new = Vec::new();
    let mut seen = BTreeSet::new();
    let mut result = root;
    for path in paths.iter().rev() {
        let Some(folder) = folders.remove(path) else { continue };
        let entry = rewrite(objects.hash_kind(), path, folder, &mut |id, bytes| {
            if seen.insert(id) {
                new.push((id, bytes));
            }
        })?;
        match path.parent() {
            None => result = entry.map_or(TreeId::empty(objects.hash_kind()), |entry| TreeId::new(entry.id)),
            Some(parent) => {
                let parent = folders.get_mut(&parent).expect("each changed folder's parent is a changed folder");
                parent.folders.insert(path.file_name().to_vec(), entry);
            }
        }
    }
    if result == TreeId::empty(objects.hash_kind()) && result != root && seen.insert(result) {
        new.push((result, Vec::new()));
    }
    Ok(NewTree { id: result, objects: new })
}

/// Every folder that holds an edit or a folder that does.
fn changed_folders(edits: &BTreeMap<RepoPath, Edit>) -> Result<BTreeMap<RepoPath, Folder<'_>>, TreeError> {
    let mut folders: BTreeMap<RepoPath, Folder<'_>> = BTreeMap::new();
    for (path, edit) in edits {
        let mut parent = path.parent().ok_or_else(|| TreeError::Blocked { path: path.clone() })?;
        if parent.components().count() > MAX_DEPTH {
            return Err(TreeError::TooDeep { path: path.clone() });
        }
        let to = edit.to.as_ref().map(|to| to.mode.kind());
        if to == Some(ModeKind::Tree) {
            return Err(TreeError::Blocked { path: path.clone() });
        }
        if let Some(folder) = folders.get_mut(&parent) {
            folder.edits.insert(path.file_name(), edit);
            continue;
        }
        let folder = Folder { edits: BTreeMap::from([(path.file_name(), edit)]), ..Folder::default() };
        folders.insert(parent.clone(), folder);
        while let Some(up) = parent.parent() {
            if folders.contains_key(&up) {
                break;
            }
            folders.insert(up.clone(), Folder::default());
            parent = up;
        }
    }
    Ok(folders)
}

/// Finds the folder in its parent, which is loaded already, and reads its entries.
fn load(
    objects: &dyn Objects,
    root: TreeId,
    path: &RepoPath,
    folders: &mut BTreeMap<RepoPath, Folder<'_>>,
) -> Result<(), TreeError> {
    let base = match path.parent() {
        None => Some(Entry { mode: Mode::TREE, id: root.object() }),
        Some(parent) => {
            let parent = folders.get(&parent).expect("each changed folder's parent is a changed folder");
            find(&parent.entries, path.file_name(), true)
        }
    };
    let Some(base) = base else { return Ok(()) };
    let id = TreeId::new(base.id);
    let entries = objects.tree(id)?;
    let ordered = entries.windows(2).all(|pair| key_order(key(&pair[0]), key(&pair[1])) == Ordering::Less);
    let folder = folders.get_mut(path).expect("the path is one of the folders");
    let names = folder.edits.keys().copied();
    let doubled =
        names.into_iter().any(|name| find(&entries, name, true).is_some() && find(&entries, name, false).is_some());
    if !ordered || doubled {
        return Err(TreeError::Unsound { path: path.clone(), id });
    }
    folder.base = Some(base);
    folder.entries = entries;
    Ok(())
}

/// The folder's entry in the output; none if nothing is left in it.
fn rewrite(
    hash: HashKind,
    path: &RepoPath,
    folder: Folder<'_>,
    emit: &mut dyn FnMut(TreeId, Vec<u8>),
) -> Result<Option<Entry>, TreeError> {
    let mut changed = Vec::new();
    let names: BTreeSet<&[u8]> = folder.edits.keys().copied().chain(folder.folders.keys().map(Vec::as_slice)).collect();
    for name in &names {
        if let Some(entry) = settle(path, &folder, name)? {
            changed.push(TreeEntry { name: name.to_vec(), entry });
        }
    }
    changed.sort_by(|a, b| key_order(key(a), key(b)));
    let kept = folder.entries.iter().filter(|entry| !names.contains(entry.name.as_slice()));
    let bytes = serialise(kept, &changed);
    if bytes.is_empty() {
        return Ok(None);
    }
    let id = TreeId::of(hash, &bytes)?;
    match folder.base {
        Some(base) if base.id == id.object() => Ok(Some(base)),
        base => {
            emit(id, bytes);
            Ok(Some(Entry { mode: base.map_or(Mode::TREE, |base| base.mode), id: id.object() }))
        }
    }
}

/// What shall stand at one changed name of a folder.
fn settle(path: &RepoPath, folder: &Folder<'_>, name: &[u8]) -> Result<Option<Entry>, TreeError> {
    let full = || path.join(name).unwrap_or_else(|_| path.clone());
    let file = find(&folder.entries, name, false);
    let tree = match folder.folders.get(name) {
        Some(entry) => *entry,
        None => find(&folder.entries, name, true),
    };
    let file = match folder.edits.get(name) {
        None => file,
        Some(edit) if edit.from != file => {
            let found = file.or(find(&folder.entries, name, true));
            return Err(TreeError::PlanMismatch { path: full(), expected: edit.from, found });
        }
        Some(edit) => edit.to.as_ref().map(crate::plan::Target::entry),
    };
    match (file, tree) {
        (Some(_), Some(_)) => Err(TreeError::Blocked { path: full() }),
        (file, tree) => Ok(file.or(tree)),
    }
}

/// Merges what is kept with what changed, both in git's order, into a tree's bytes.
fn serialise<'a>(kept: impl Iterator<Item = &'a TreeEntry>, changed: &'a [TreeEntry]) -> Vec<u8> {
    let mut bytes = Vec::new();
    let mut changed = changed.iter().peekable();
    for entry in kept {
        while let Some(next) = changed.next_if(|next| key_order(key(next), key(entry)) == Ordering::Less) {
            append(&mut bytes, next);
        }
        append(&mut bytes, entry);
    }
    changed.for_each(|entry| append(&mut bytes, entry));
    bytes
}

fn append(bytes: &mut Vec<u8>, entry: &TreeEntry) {
    bytes.extend_from_slice(format!("{:o} ", entry.entry.mode.value()).as_bytes());
    bytes.extend_from_slice(&entry.name);
    bytes.push(0);
    bytes.extend_from_slice(entry.entry.id.as_slice());
}

type Key<'a> = (&'a [u8], bool);

fn key(entry: &TreeEntry) -> Key<'_> {
    (&entry.name, entry.entry.mode.kind() == ModeKind::Tree)
}

/// Git's order of names in a tree: by bytes, a sub-tree as if its name ended in a slash.
fn key_order((a, a_tree): Key<'_>, (b, b_tree): Key<'_>) -> Ordering {
    let common = a.len().min(b.len());
    let next = |name: &[u8], tree: bool| name.get(common).copied().or(tree.then_some(b'/'));
    a[..common].cmp(&b[..common]).then_with(|| next(a, a_tree).cmp(&next(b, b_tree)))
}

/// The entry of this name that is (or is not) a tree, in entries that are in order.
fn find(entries: &[TreeEntry], name: &[u8], tree: bool) -> Option<Entry> {
    let at = entries.binary_search_by(|entry| key_order(key(entry), (name, tree))).ok()?;
    Some(entries[at].entry)
}

fn show(entry: &Option<Entry>) -> String {
    match entry {
        None => "nothing".to_owned(),
        Some(entry) => format!("{} {}", entry.mode, entry.id),
    }
}
