//! A plan's edits applied to a tree, folder by folder: only what changes is read and rewritten; writes nothing.
//!
//! Pure: it asks any [`Objects`] for the trees on changed paths and answers with the new ones, so a dry run and a test
//! without a repository see what a real run writes. A mode is kept by its value; one that a tree spells with a leading
//! zero is spelled without it wherever that tree is rewritten, as git itself does.

use std::cmp::Ordering;
use std::collections::{BTreeMap, BTreeSet};

use crate::ids::{Collision, Entry, HashKind, Mode, ModeKind, TreeId};
use crate::path::RepoPath;
use crate::plan::{Edit, Plan};
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

impl TreeError {
    /// The same error about a tree that is a folder of another.
    fn below(mut self, folder: &RepoPath) -> Self {
        match &mut self {
            Self::PlanMismatch { path, .. }
            | Self::Blocked { path }
            | Self::Unsound { path, .. }
            | Self::TooDeep { path } => {
                *path = folder.join_path(path);
            }
            Self::Read(_) | Self::Collision(_) => {}
        }
        self
    }
}

/// One folder on a changed path.
#[derive(Default)]
struct Folder<'a> {
    /// Its entry in the input, if it is there.
    base: Option<Entry>,
    /// What the input holds in it.
    entries: Vec<TreeEntry>,
    /// The edits of entries in it, in byte order of name.
    edits: Vec<(&'a [u8], &'a Edit)>,
    /// What became of the changed folders in it, by name; none where one is gone.
    folders: BTreeMap<Vec<u8>, Option<Entry>>,
}

/// Applies the edits to the tree. Each edit's `from` must be what the tree holds there.
pub fn apply(objects: &dyn Objects, root: TreeId, edits: &BTreeMap<RepoPath, Edit>) -> Result<NewTree, TreeError> {
    apply_below(objects, &RepoPath::root(), root, edits)
}

/// The same of the tree of a folder, by paths from there.
pub fn apply_below(
    objects: &dyn Objects,
    folder: &RepoPath,
    tree: TreeId,
    edits: &BTreeMap<RepoPath, Edit>,
) -> Result<NewTree, TreeError> {
    let depth = folder.components().count();
    let applied = changed_folders(edits, depth).and_then(|folders| rewrite_all(objects, tree, folders));
    applied.map_err(|error| error.below(folder))
}

/// Applies a plan to the tree: its edits, and the folders to which theirs were applied before.
pub fn apply_plan(objects: &dyn Objects, root: TreeId, plan: &Plan) -> Result<NewTree, TreeError> {
    let mut folders = changed_folders(plan.edits(), 0)?;
    for (path, applied) in plan.folders() {
        let Some(parent) = path.parent() else { return Ok(NewTree { id: applied.tree, objects: Vec::new() }) };
        let gone = applied.tree == TreeId::empty(objects.hash_kind());
        let entry = (!gone).then(|| Entry { mode: Mode::TREE, id: applied.tree.object() });
        for up in std::iter::successors(Some(parent.clone()), RepoPath::parent) {
            folders.entry(up).or_default();
        }
        folders.entry(parent).or_default().folders.insert(path.file_name().to_vec(), entry);
    }
    rewrite_all(objects, root, folders)
}

/// Rewrites the changed folders.
fn rewrite_all(
    objects: &dyn Objects,
    root: TreeId,
    mut folders: BTreeMap<RepoPath, Folder<'_>>,
) -> Result<NewTree, TreeError> {
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
fn changed_folders(
    edits: &BTreeMap<RepoPath, Edit>,
    depth: usize,
) -> Result<BTreeMap<RepoPath, Folder<'_>>, TreeError> {
    let mut folders: BTreeMap<RepoPath, Folder<'_>> = BTreeMap::new();
    // Edits come in order of path, so those of one folder come in order of name, and mostly one after the other.
    let all: Vec<(&'_ [u8], &'_ [u8], &RepoPath, &Edit)> =
        edits.iter().map(|(path, edit)| parted(path, edit)).collect();
    for group in all.chunk_by(|(one, ..), (other, ..)| one == other) {
        let Some((_, _, first, _)) = group.first() else { continue };
        let mut parent = first.parent().ok_or_else(|| TreeError::Blocked { path: (*first).clone() })?;
        if depth + parent.components().count() > MAX_DEPTH {
            return Err(TreeError::TooDeep { path: (*first).clone() });
        }
        let is_tree = |edit: &Edit| edit.to.as_ref().is_some_and(|to| to.mode.kind() == ModeKind::Tree);
        if let Some((_, _, path, _)) = group.iter().find(|(.., edit)| is_tree(edit)) {
            return Err(TreeError::Blocked { path: (*path).clone() });
        }
        let is_new = !folders.contains_key(&parent);
        let folder = folders.entry(parent.clone()).or_default();
        folder.edits.extend(group.iter().map(|(_, name, _, edit)| (*name, *edit)));
        while let Some(up) = parent.parent().filter(|up| is_new && !folders.contains_key(up)) {
            folders.insert(up.clone(), Folder::default());
            parent = up;
        }
    }
    Ok(folders)
}

/// A path's folder and name, beside itself and its edit.
fn parted<'a>(path: &'a RepoPath, edit: &'a Edit) -> (&'a [u8], &'a [u8], &'a RepoPath, &'a Edit) {
    let name = path.file_name();
    (&path.as_bytes()[..path.as_bytes().len() - name.len()], name, path, edit)
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
    let is_tree = |entry: &TreeEntry| is_tree(&entry.entry);
    // Only where there are both files and folders can a name be both.
    let mixed = entries.iter().any(is_tree) && !entries.iter().all(is_tree);
    let is_both = |name| find(&entries, name, true).is_some() && find(&entries, name, false).is_some();
    if !ordered || (mixed && folder.edits.iter().any(|(name, _)| is_both(name))) {
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
    let mut stays = vec![true; folder.entries.len()];
    let mut changed: Vec<(&[u8], Entry)> = Vec::with_capacity(folder.edits.len());
    let mut files = Files::of(&folder.entries);
    for (name, edit) in names(&folder) {
        let (file, tree) = (files.seek(name), place(&folder.entries, name, true));
        file.iter().chain(&tree).for_each(|at| stays[*at] = false);
        let at = |at: Option<usize>| at.map(|at| folder.entries[at].entry);
        let full = || path.join(name).unwrap_or_else(|_| path.clone());
        // Whatever a folder's mode is spelled like stays so.
        let mode = at(tree).map_or(Mode::TREE, |entry| entry.mode);
        let tree = folder.folders.get(name).map_or(at(tree), |entry| entry.map(|entry| Entry { mode, ..entry }));
        changed.extend(settle(full, edit, at(file), tree)?.map(|entry| (name, entry)));
    }
    changed.sort_by(|(a, x), (b, y)| key_order((a, is_tree(x)), (b, is_tree(y))));
    let kept = folder.entries.iter().zip(&stays).filter(|(_, stays)| **stays).map(|(entry, _)| entry);
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

/// The names in a folder at which something changes, in byte order, each with its edit if it is not only a folder's.
fn names<'f, 'a>(folder: &'f Folder<'a>) -> impl Iterator<Item = (&'f [u8], Option<&'a Edit>)> {
    let mut edits = folder.edits.iter().peekable();
    let mut folders = folder.folders.keys().map(Vec::as_slice).peekable();
    std::iter::from_fn(move || {
        let at = match (edits.peek(), folders.peek()) {
            (Some((edit, _)), Some(folder)) => (*edit).min(*folder),
            (edit, folder) => edit.map(|(edit, _)| *edit).or(folder.copied())?,
        };
        folders.next_if_eq(&at);
        Some((at, edits.next_if(|(name, _)| *name == at).map(|(_, edit)| *edit)))
    })
}

/// The entries of a folder that are no folders, to be asked for in byte order of name.
struct Files<'a> {
    entries: &'a [TreeEntry],
    at: usize,
}

impl<'a> Files<'a> {
    fn of(entries: &'a [TreeEntry]) -> Self {
        Self { entries, at: 0 }
    }

    /// The place of the file of this name, which must not come before the one asked for last.
    fn seek(&mut self, name: &[u8]) -> Option<usize> {
        let before = |entry: &TreeEntry| is_tree(&entry.entry) || entry.name.as_slice() < name;
        while self.entries.get(self.at).is_some_and(before) {
            self.at += 1;
        }
        self.entries.get(self.at).filter(|entry| entry.name == name).map(|_| self.at)
    }
}

/// What shall stand at one changed name of a folder.
fn settle(
    path: impl Fn() -> RepoPath,
    edit: Option<&Edit>,
    file: Option<Entry>,
    tree: Option<Entry>,
) -> Result<Option<Entry>, TreeError> {
    let file = match edit {
        None => file,
        Some(edit) if edit.from != file => {
            return Err(TreeError::PlanMismatch { path: path(), expected: edit.from, found: file.or(tree) });
        }
        Some(edit) => edit.to.as_ref().map(crate::plan::Target::entry),
    };
    match (file, tree) {
        (Some(_), Some(_)) => Err(TreeError::Blocked { path: path() }),
        (file, tree) => Ok(file.or(tree)),
    }
}

/// Merges what is kept with what changed, both in git's order, into a tree's bytes.
fn serialise<'a>(kept: impl Iterator<Item = &'a TreeEntry>, changed: &[(&[u8], Entry)]) -> Vec<u8> {
    const NAME: usize = 32;
    let mut bytes = Vec::with_capacity(changed.len() * (NAME + 28));
    let mut changed = changed.iter().peekable();
    for entry in kept {
        let before = |(name, next): &&(&[u8], Entry)| key_order((name, is_tree(next)), key(entry)) == Ordering::Less;
        while let Some((name, next)) = changed.next_if(before) {
            append(&mut bytes, name, next);
        }
        append(&mut bytes, &entry.name, &entry.entry);
    }
    changed.for_each(|(name, entry)| append(&mut bytes, name, entry));
    bytes
}

fn append(bytes: &mut Vec<u8>, name: &[u8], entry: &Entry) {
    match entry.mode {
        Mode::FILE => bytes.extend_from_slice(b"100644 "),
        mode => bytes.extend_from_slice(format!("{:o} ", mode.value()).as_bytes()),
    }
    bytes.extend_from_slice(name);
    bytes.push(0);
    bytes.extend_from_slice(entry.id.as_slice());
}

fn is_tree(entry: &Entry) -> bool {
    entry.mode.kind() == ModeKind::Tree
}

type Key<'a> = (&'a [u8], bool);

fn key(entry: &TreeEntry) -> Key<'_> {
    (&entry.name, is_tree(&entry.entry))
}

/// Git's order of names in a tree: by bytes, a sub-tree as if its name ended in a slash.
fn key_order((a, a_tree): Key<'_>, (b, b_tree): Key<'_>) -> Ordering {
    let common = a.len().min(b.len());
    let next = |name: &[u8], tree: bool| name.get(common).copied().or(tree.then_some(b'/'));
    a[..common].cmp(&b[..common]).then_with(|| next(a, a_tree).cmp(&next(b, b_tree)))
}

/// The entry of this name that is (or is not) a tree, in entries that are in order.
fn find(entries: &[TreeEntry], name: &[u8], tree: bool) -> Option<Entry> {
    place(entries, name, tree).map(|at| entries[at].entry)
}

fn place(entries: &[TreeEntry], name: &[u8], tree: bool) -> Option<usize> {
    entries.binary_search_by(|entry| key_order(key(entry), (name, tree))).ok()
}

fn show(entry: &Option<Entry>) -> String {
    match entry {
        None => "nothing".to_owned(),
        Some(entry) => format!("{} {}", entry.mode, entry.id),
    }
}
