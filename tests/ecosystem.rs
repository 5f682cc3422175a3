//! What other tools read of this project: each file of theirs is tried with the tool itself, as far as a machine without
//! their servers and clusters can.
//!
//! A tool that the machine has not is said to be skipped, unless `HHGIT_REQUIRE` names it.
#![allow(clippy::print_stderr, clippy::unwrap_used, reason = "a test may unwrap")]
#![cfg(unix)]

mod support;

#[path = "ecosystem/action.rs"]
mod action;
#[path = "ecosystem/deploy.rs"]
mod deploy;
#[path = "ecosystem/docker.rs"]
mod docker;
#[path = "ecosystem/fabric.rs"]
mod fabric;
#[path = "ecosystem/files.rs"]
mod files;
#[path = "ecosystem/fleet.rs"]
mod fleet;
#[path = "ecosystem/gitlab.rs"]
mod gitlab;
#[path = "ecosystem/linters.rs"]
mod linters;
#[path = "ecosystem/pre_commit.rs"]
mod pre_commit;
#[path = "ecosystem/schedule.rs"]
mod schedule;
#[path = "ecosystem/tools.rs"]
mod tools;
#[path = "ecosystem/watch.rs"]
mod watch;
