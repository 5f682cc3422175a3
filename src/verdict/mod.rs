//! Document to verdict: what becomes of one file and each of its documents on their own, and the codes that say why.

pub mod cluster;
pub mod code;
mod fields;
pub mod file;
pub mod identity;
pub mod judge;
mod names;
pub mod unit;
