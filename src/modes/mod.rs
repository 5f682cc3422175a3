//! The pipelines, one a command: each a short sequence of named stages.

mod authorship;
pub mod check;
pub mod crds;
pub mod demo;
mod diff;
mod error;
pub mod hook;
pub mod import;
pub mod init;
pub mod look;
mod offer;
mod propose;
mod remote;
pub mod schedule;
pub mod settings;
mod stamp;
pub mod status;
pub mod sync;
pub mod talk;
mod turns;
mod uncommitted;
pub mod watch;

pub use error::ModeError;
pub use propose::ProposeError;
