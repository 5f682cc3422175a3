//! The pipelines, one a command: each a short sequence of named stages.

mod authorship;
mod diff;
mod error;
pub mod look;
mod stamp;
pub mod sync;

pub use error::ModeError;
