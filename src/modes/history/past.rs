//! A repository as whoever looks at commit after commit reads it: what one look found out about history serves the next.

use std::sync::Arc;

use crate::ids::{BlobId, CommitId, HashKind, TreeId};
use crate::snapshot::{Commit, Objects, ReadError, TreeDiff, TreeEntry, Walked};

/// Objects, and what walks back through history have found.
pub(in crate::modes) struct Past<'a> {
    objects: Box<dyn Objects + Send + 'a>,
    walked: Arc<Walked>,
}

impl<'a> Past<'a> {
    /// Reads from a fork of these.
    pub(in crate::modes) fn of(objects: &'a dyn Objects) -> Self {
        Self { objects: objects.fork(), walked: Arc::default() }
    }

    /// A second one for another thread, with what walks have found in common.
    pub(in crate::modes) fn another(&self) -> Past<'_> {
        Past { objects: self.objects.fork(), walked: Arc::clone(&self.walked) }
    }
}

impl Objects for Past<'_> {
    fn hash_kind(&self) -> HashKind {
        self.objects.hash_kind()
    }

    fn commit(&self, id: CommitId) -> Result<Commit, ReadError> {
        self.objects.commit(id)
    }

    fn tree(&self, id: TreeId) -> Result<Vec<TreeEntry>, ReadError> {
        self.objects.tree(id)
    }

    fn tree_diff(&self, old: TreeId, new: TreeId) -> Result<TreeDiff, ReadError> {
        self.objects.tree_diff(old, new)
    }

    fn blob(&self, id: BlobId) -> Result<Vec<u8>, ReadError> {
        self.objects.blob(id)
    }

    fn blob_size(&self, id: BlobId) -> Result<u64, ReadError> {
        self.objects.blob_size(id)
    }

    fn is_shallow_boundary(&self, id: CommitId) -> Result<bool, ReadError> {
        self.objects.is_shallow_boundary(id)
    }

    fn walked(&self) -> Option<&Walked> {
        Some(&self.walked)
    }

    fn fork(&self) -> Box<dyn Objects + Send + '_> {
        Box::new(self.another())
    }
}
