//! Of the tests' own support, the repository of maps.

#[path = "../../../tests/support/memory.rs"]
pub mod memory;

/// The moment at which everything happens.
pub const NOW: i64 = 1_700_000_000;
