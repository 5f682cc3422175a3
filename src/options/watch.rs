//! What `hhgit watch` and `hhgit schedule` are asked.

use std::net::SocketAddr;
use std::path::PathBuf;

use super::Sync;
use crate::fabric::interval::Interval;

/// What `hhgit watch` is asked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Watch {
    /// What each round does with the branch.
    pub sync: Sync,
    /// How often; none leaves it to git's configuration and the manifests.
    pub interval: Option<Interval>,
    /// Whether fabrics are only judged; none leaves it to git's configuration and the manifests.
    pub validate_only: Option<bool>,
    /// Whether to end after one round.
    pub once: bool,
    /// The file that tells after each round how things are.
    pub health: Option<PathBuf>,
    /// Where to answer those who ask for metrics.
    pub metrics: Option<SocketAddr>,
    /// Whether lines are JSON.
    pub json: bool,
}

/// What `hhgit schedule enable` and `hhgit schedule disable` are asked.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Schedule {
    /// Whether anything is to be done by the clock.
    pub enabled: bool,
    /// How often; none leaves it as it is.
    pub interval: Option<Interval>,
    /// Whether the fabric is only judged; none leaves it as it is.
    pub validate_only: Option<bool>,
    /// Whether to stop before anything is written.
    pub dry_run: bool,
}

/// What `hhgit schedule show` is asked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ShowSchedule {
    /// The schedulers to print files for.
    pub schedulers: Vec<Scheduler>,
    /// The remote that they are to work on; none for the repository itself.
    pub remote: Option<String>,
    /// The branch that they are to work on; none for the one HEAD names.
    pub branch: Option<String>,
    /// The program that they are to run.
    pub program: PathBuf,
}

/// Who runs a command by the clock.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Scheduler {
    /// A systemd timer.
    Systemd,
    /// Cron.
    Cron,
    /// A scheduled workflow of GitHub Actions.
    GitHub,
    /// A CronJob of Kubernetes.
    Kubernetes,
}

impl Scheduler {
    /// All of them.
    pub const ALL: [Self; 4] = [Self::Systemd, Self::Cron, Self::GitHub, Self::Kubernetes];
}
