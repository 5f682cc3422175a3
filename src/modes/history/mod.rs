//! What a branch's history tells of hhgit: which commits are syncs, told by making them again, and what they did.

pub(super) mod blame;
pub(super) mod each;
mod follow;
pub(super) mod lineage;
pub(super) mod past;
pub(super) mod recompute;
pub(super) mod shelf;
pub(super) mod stretch;
pub(super) mod subject;
pub(super) mod text;
pub mod trailers;
pub(super) mod walk;
