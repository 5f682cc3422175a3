//! New objects into the repository, where no ref names them yet; publishing is another step.
//!
//! All of a plan's new objects, its trees and the commit go into one pack, however few they are: it is one path to keep
//! right, one pair of files to sync and one `.keep` that guards them all, while a loose object could be pruned between
//! its writing and the move of the ref. Every object that the input commit does not hold is written, whether or not
//! a copy lies about already, since such a copy may be unreachable and about to be pruned.

use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;

use super::commit::{CommitMeta, encode};
use super::keep::{Keep, Staging};
use super::open::Repo;
use super::pack::{Kind, Object, build};
use super::run::GitError;
use super::sign::signed;
use super::tree::NewTree;
use crate::ids::{BlobId, Collision, CommitId, TreeId};
use crate::path::RepoPath;
use crate::plan::{Content, Edit, Plan};
use crate::snapshot::Commit;

/// A commit that is in the repository and that no ref names yet. Dropped unpublished, it is left to git's own collection.
pub struct Written {
    base: Option<CommitId>,
    commit: CommitId,
    tree: TreeId,
    touches: Vec<(RepoPath, Touch)>,
    keeps: Vec<Keep>,
}

/// What a commit does to one path.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Touch {
    /// Puts something where nothing was.
    Adds,
    /// Changes what is there.
    Changes,
    /// Takes away what is there.
    Removes,
}

/// Why a commit was not written. The refs are as they were.
#[derive(Debug, thiserror::Error)]
pub enum WriteError {
    /// A push is being judged; nothing may be committed until it is accepted.
    #[error(
        "a push is being judged (GIT_QUARANTINE_PATH is set), so nothing can be committed; use the post-receive hook for that"
    )]
    Quarantine,
    /// The planned id is not that of the planned bytes.
    #[error("the bytes planned for {path} do not have the id {id}; nothing was written, this is a defect of hhgit")]
    WrongId {
        /// The path.
        path: RepoPath,
        /// The id the plan names.
        id: BlobId,
    },
    /// The content's hash cannot be trusted.
    #[error(transparent)]
    Collision(#[from] Collision),
    /// A file could not be written.
    #[error("writing below {} failed; look at the disk's space and the directory's permissions", path.display())]
    Io {
        /// The file or directory.
        path: PathBuf,
        /// What the system said.
        #[source]
        source: std::io::Error,
    },
    /// The pack could not be made.
    #[error("writing a pack below {} failed; look at the disk's space and the directory's permissions", dir.display())]
    Pack {
        /// The directory.
        dir: PathBuf,
        /// What gix said.
        #[source]
        source: Box<dyn std::error::Error + Send + Sync>,
    },
    /// The commit could not be signed.
    #[error("the commit could not be signed; look at user.signingKey and gpg.format, or sync without --sign")]
    Sign {
        /// What git said.
        #[source]
        source: GitError,
    },
    /// Git made no commit that can be found.
    #[error("git commit-tree said it signed a commit, but there is none; sync without --sign")]
    SignedOddly,
}

impl Written {
    /// The commit that the branch must be at for this one to follow; none for a branch that is to be born.
    pub fn base(&self) -> Option<CommitId> {
        self.base
    }

    /// The commit that was written.
    pub fn commit(&self) -> CommitId {
        self.commit
    }

    /// Its tree.
    pub fn tree(&self) -> TreeId {
        self.tree
    }

    /// What it does to which paths, in git's order.
    pub fn touches(&self) -> &[(RepoPath, Touch)] {
        &self.touches
    }

    /// A commit that is in the repository already and that the branch is to be moved to, as by a fast-forward.
    pub fn standing(base: CommitId, commit: &Commit, edits: &BTreeMap<RepoPath, Edit>) -> Self {
        Self { base: Some(base), commit: commit.id, tree: commit.tree, touches: touches(edits), keeps: Vec::new() }
    }

    /// This commit with the one below it that nobody names yet either: one move of the branch publishes both.
    pub fn on_top_of(self, below: Self) -> Self {
        let mut together: BTreeMap<RepoPath, Touch> = below.touches.into_iter().collect();
        for (path, touch) in self.touches {
            let both = match (together.get(&path), touch) {
                (Some(Touch::Adds), Touch::Removes) => None,
                (Some(Touch::Adds), _) => Some(Touch::Adds),
                (Some(Touch::Changes | Touch::Removes), Touch::Adds | Touch::Changes) => Some(Touch::Changes),
                (_, touch) => Some(touch),
            };
            match both {
                Some(both) => together.insert(path, both),
                None => together.remove(&path),
            };
        }
        let keeps = below.keeps.into_iter().chain(self.keeps).collect();
        Self { base: below.base, touches: together.into_iter().collect(), keeps, ..self }
    }

    pub(super) fn into_keeps(self) -> Vec<Keep> {
        self.keeps
    }
}

impl std::fmt::Debug for Written {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let Self { base, commit, tree, .. } = self;
        f.debug_struct("Written")
            .field("base", base)
            .field("commit", commit)
            .field("tree", tree)
            .finish_non_exhaustive()
    }
}

/// Writes the plan's new blobs, the new trees and a commit of them, synced to disk. `base` is where the branch must be.
pub fn write(
    repo: &Repo,
    base: Option<CommitId>,
    plan: &Plan,
    new_tree: &NewTree,
    meta: &CommitMeta,
) -> Result<Written, WriteError> {
    if repo.in_quarantine() {
        return Err(WriteError::Quarantine);
    }
    let hash = repo.hash_kind();
    let mut objects = new_objects(repo, plan, new_tree)?;
    let staging = begin(repo)?;
    let bytes = match meta.sign {
        true => signed(repo, staging.dir(), new_tree, meta, plan.message())?,
        false => encode(new_tree.id, meta, plan.message()),
    };
    let commit = CommitId::of(hash, &bytes)?;
    objects.push(Object { id: commit.object(), kind: Kind::Commit, bytes: &bytes });
    let keep = install(repo, staging, &objects)?;
    Ok(Written { base, commit, tree: new_tree.id, touches: touches(plan.edits()), keeps: vec![keep] })
}

/// Writes the plan's new blobs and the new trees alone, for a commit that git itself will make; kept until the answer is
/// dropped. Where nothing is new there is nothing to keep.
pub(super) fn write_objects(repo: &Repo, plan: &Plan, new_tree: &NewTree) -> Result<Option<Keep>, WriteError> {
    let objects = new_objects(repo, plan, new_tree)?;
    if objects.is_empty() {
        return Ok(None);
    }
    install(repo, begin(repo)?, &objects).map(Some)
}

fn begin(repo: &Repo) -> Result<Staging, WriteError> {
    let dir = repo.common_dir().join("objects");
    let io = |source| WriteError::Io { path: dir.join("pack"), source };
    Staging::begin(&dir, repo.shared_permissions()).map_err(io)
}

fn install(repo: &Repo, staging: Staging, objects: &[Object<'_>]) -> Result<Keep, WriteError> {
    let dir = repo.common_dir().join("objects/pack");
    let (pack, index) = build(staging.dir(), repo.hash_kind(), objects)
        .map_err(|source| WriteError::Pack { dir: dir.clone(), source: Box::new(source) })?;
    staging.install(&pack, &index).map_err(|source| WriteError::Io { path: dir, source })
}

fn new_objects<'a>(repo: &Repo, plan: &'a Plan, new_tree: &'a NewTree) -> Result<Vec<Object<'a>>, WriteError> {
    let mut objects = new_blobs(repo, plan)?;
    let applied = plan.folders().values().flat_map(|folder| &folder.trees);
    let mut seen = BTreeSet::new();
    let trees = applied.chain(&new_tree.objects).filter(|(id, _)| seen.insert(*id));
    objects.extend(trees.map(|(id, bytes)| Object { id: id.object(), kind: Kind::Tree, bytes }));
    Ok(objects)
}

/// Takes away what killed runs left beside the packs; answers how many things. Writing does this by itself.
pub fn clean_leftovers(repo: &Repo) -> Result<usize, WriteError> {
    let dir = repo.common_dir().join("objects");
    super::keep::clean(&dir).map_err(|source| WriteError::Io { path: dir.join("pack"), source })
}

/// What edits do to their paths.
pub fn touches(edits: &BTreeMap<RepoPath, Edit>) -> Vec<(RepoPath, Touch)> {
    edits.iter().map(|(path, edit)| (path.clone(), touch(edit))).collect()
}

/// What an edit does to its path.
pub fn touch(edit: &Edit) -> Touch {
    match (&edit.from, &edit.to) {
        (None, _) => Touch::Adds,
        (Some(_), Some(_)) => Touch::Changes,
        (Some(_), None) => Touch::Removes,
    }
}

fn new_blobs<'a>(repo: &Repo, plan: &'a Plan) -> Result<Vec<Object<'a>>, WriteError> {
    let mut seen = BTreeSet::new();
    let mut objects = Vec::new();
    let edited = plan.edits().iter().filter_map(|(path, edit)| match edit.to.as_ref().map(|to| &to.content) {
        Some(Content::New { id, bytes }) => Some((path, id, bytes)),
        _ => None,
    });
    let applied =
        plan.folders().iter().flat_map(|(path, folder)| folder.blobs.iter().map(move |(id, bytes)| (path, id, bytes)));
    for (path, id, bytes) in edited.chain(applied) {
        if BlobId::of(repo.hash_kind(), bytes)? != *id {
            return Err(WriteError::WrongId { path: path.clone(), id: *id });
        }
        if seen.insert(*id) {
            objects.push(Object { id: id.object(), kind: Kind::Blob, bytes });
        }
    }
    Ok(objects)
}
