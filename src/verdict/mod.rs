//! Document to verdict: what becomes of one document on its own, and the codes that say why.

pub mod code;
