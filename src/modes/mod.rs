//! The pipelines, one a command: each a short sequence of named stages.

mod asked;
mod authorship;
pub mod check;
pub mod crds;
pub mod demo;
mod diff;
mod error;
mod history;
pub mod hook;
pub mod import;
pub mod init;
pub mod judged;
pub mod log;
pub mod look;
pub mod merge;
mod offer;
mod propose;
mod remote;
pub mod replay;
pub mod schedule;
pub mod settings;
mod stamp;
pub mod status;
pub mod sync;
pub mod talk;
mod tries;
mod turns;
mod uncommitted;
pub mod undo;
pub mod verify;
pub mod watch;
pub mod why;

pub use error::ModeError;
pub use propose::ProposeError;
pub use undo::UndoError;
