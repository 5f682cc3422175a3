//! How `hhgit schedule show` reads: what each manifest says, and the files of schedulers, each ready to be put into its place.

mod cron;
mod github;
mod kubernetes;
mod systemd;
mod when;

use std::io::{self, Write};

use super::{Role, Style, sanitize};
use crate::report::schedule::{Job, Scheduled};

/// Writes what the manifests say, a line a fabric directory.
pub fn fabrics(out: &mut dyn Write, scheduled: &Scheduled, style: Style) -> io::Result<()> {
    for fabric in &scheduled.fabrics {
        let name = style.paint(Role::Strong, &sanitize(&fabric.name));
        let what = match (fabric.enabled, fabric.validate_only) {
            (false, _) => "nothing".to_owned(),
            (true, false) => format!("sync every {}", fabric.interval),
            (true, true) => format!("check every {}", fabric.interval),
        };
        let usual = if fabric.is_set { "" } else { " (the manifest does not say)" };
        writeln!(out, "{name} ({}): {what}{usual}", fabric.path)?;
    }
    Ok(())
}

/// Writes a systemd service and its timer.
pub fn systemd(out: &mut dyn Write, job: &Job) -> io::Result<()> {
    systemd::units(out, job)
}

/// Writes a line for a crontab.
pub fn cron(out: &mut dyn Write, job: &Job) -> io::Result<()> {
    cron::line(out, job)
}

/// Writes a scheduled workflow of GitHub Actions.
pub fn github(out: &mut dyn Write, job: &Job) -> io::Result<()> {
    github::workflow(out, job)
}

/// Writes a CronJob of Kubernetes.
pub fn kubernetes(out: &mut dyn Write, job: &Job) -> io::Result<()> {
    kubernetes::cron_job(out, job)
}

/// A text as YAML and JSON both read it, with nothing left in it that means something to either.
fn quoted(text: &str) -> String {
    serde_json::to_string(text).expect("a text always has a JSON form")
}
