//! The repositories, plays and checks of `tests/laws.rs`, which are this package's too.
#![allow(
    dead_code,
    missing_docs,
    unreachable_pub,
    clippy::unwrap_used,
    reason = "parts of a test's own crate, of which this package uses what it needs"
)]

#[path = "../../tests/laws/checks.rs"]
pub mod checks;
#[path = "../../tests/laws/documents.rs"]
pub mod documents;
#[path = "../../tests/laws/generate.rs"]
pub mod generate;
#[path = "../../tests/laws/held.rs"]
pub mod held;
#[path = "../../tests/laws/play.rs"]
pub mod play;
#[path = "laws/support.rs"]
pub mod support;
#[path = "../../tests/laws/together.rs"]
pub mod together;
#[path = "../../tests/laws/undone.rs"]
pub mod undone;
