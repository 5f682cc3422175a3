//! The only place that knows gix or runs git: open, read, write, publish.
//!
//! In the order the data passes through: [`open`] finds and gates a repository ([`make`] makes one), [`refs`] names branches and their tips,
//! [`read`] gives the pure core its objects, [`tree`] (pure) turns a plan's edits into new trees, [`mod@write`] puts them and
//! a commit into one pack nobody sees yet, and [`mod@publish`] moves the branch by compare-and-swap, through [`worktree`]
//! where the branch is checked out. [`merging`] lets git merge trees where nobody sees it. [`remote`] fetches from where others push, and pushes there. `examine` is what `hhgit doctor` looks at. [`run`] is the one way the `git` program is started.

mod alternates;
mod bounds;
pub mod commit;
mod config;
mod damaged;
pub mod environment;
mod examine;
pub(crate) mod fast_forward;
pub mod give_back;
pub mod hook_files;
pub mod hooks;
pub mod in_use;
pub mod index;
pub(crate) mod keep;
pub(crate) mod limit;
pub(crate) mod lock;
pub mod make;
pub mod merging;
mod odd;
pub mod open;
mod open_error;
pub(crate) mod pack;
pub mod publish;
pub mod read;
mod reap;
pub(crate) mod ref_lock;
pub mod ref_name;
pub mod refs;
pub mod remote;
pub mod remote_base;
pub mod run;
mod shared;
pub(crate) mod sign;
pub mod staged;
pub mod tree;
mod tree_bytes;
mod unseen;
pub mod worktree;
pub mod write;

pub use alternates::AlternatesError;
pub use commit::{CommitMeta, People, Person, Signature};
pub use environment::Environment;
pub use examine::{git_program, shown};
pub use open::{OpenError, Repo};
pub use publish::{PublishError, Published, clean_up, publish};
pub use read::Reader;
pub use reap::reap;
pub use ref_lock::release_locks_on_interrupt;
pub use ref_name::RefName;
pub use refs::{BranchName, Head, RefError};
pub use tree::{NewTree, TreeError};
pub use write::{WriteError, Written, write};
