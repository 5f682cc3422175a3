//! hhgit sorts a Hedgehog fabric's Kubernetes objects in git, as a pure function from commit to commit.

pub mod cli;
pub mod exit;
pub mod fabric;
pub mod finding;
pub mod git;
pub mod ids;
pub mod modes;
pub mod options;
pub mod path;
pub mod plan;
pub mod render;
pub mod report;
pub mod rules;
pub mod schema;
pub mod snapshot;
pub mod verdict;
pub mod yaml;
