//! The pipelines, one a command: each a short sequence of named stages.
pub mod look;
