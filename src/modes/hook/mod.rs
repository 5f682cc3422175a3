//! `hhgit hook`: what git runs at the moments it has hooks for, and how those hooks get there and go again.
//!
//! [`install`] puts small scripts in place, which [`shims`] spells; [`pre_commit`] sorts what is about to be committed and
//! [`pre_push`] checks what is about to be pushed, both in a person's own repository.

pub mod archive;
pub mod install;
pub mod local_error;
pub mod pre_commit;
pub mod pre_push;
pub mod shims;
