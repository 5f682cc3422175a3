//! `hhgit watch` as it is: a real process with real signals, a real clock and real connections, beside people who push.
//!
//! Nothing here waits for a time to pass: each step waits for a line, a file or an end, with a deadline for when it never comes.
//! `HHGIT_ROUNDS` asks for more rounds than a few.
#![allow(clippy::print_stderr, clippy::unwrap_used, reason = "a test may unwrap")]
#![cfg(target_os = "linux")]

mod support;

#[path = "watch/metrics.rs"]
mod metrics;
#[path = "watch/process.rs"]
mod process;
#[path = "watch/rounds.rs"]
mod rounds;
#[path = "watch/signals.rs"]
mod signals;
#[path = "watch/skew.rs"]
mod skew;
#[path = "watch/together.rs"]
mod together;
