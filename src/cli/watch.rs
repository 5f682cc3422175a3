//! `hhgit watch` as clap reads it, and from there to rounds without end.

use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::num::NonZeroUsize;
use std::path::PathBuf;

use clap::Args;

use super::args::{self, Global};
use super::surroundings::Surroundings;
use super::{Answer, Failure, below, is_json, sync_options};
use crate::fabric::interval::Interval;
use crate::modes;
use crate::modes::talk::Talk;
use crate::modes::watch::WatchError;
use crate::modes::watch::process::Process;
use crate::options::{self, Common, MAX_FILE_SIZE};
use crate::render::Style;

/// What `hhgit watch` takes.
#[derive(Debug, Args)]
pub struct Watch {
    /// The branch to watch [default: the one HEAD names at the start]
    pub branch: Option<String>,
    /// How often, as a number and s, m or h [default: hhgit.watchInterval, else what each manifest says, else 60m]
    #[arg(long, value_name = "INTERVAL", value_parser = interval)]
    pub interval: Option<Interval>,
    /// Only check, whatever the manifests say
    #[arg(long, conflicts_with = "sync")]
    pub validate_only: bool,
    /// Sync, whatever the manifests say [default: hhgit.watchValidateOnly, else what each manifest says]
    #[arg(long)]
    pub sync: bool,
    /// End after one round, with the exit code of a sync or a check
    #[arg(long)]
    pub once: bool,
    /// After each round, write into FILE how things are, as JSON
    #[arg(long, value_name = "FILE")]
    pub health: Option<PathBuf>,
    /// Answer GET /metrics and /healthz at this port of this machine alone, or at ADDRESS:PORT
    #[arg(long, value_name = "PORT|ADDRESS:PORT", value_parser = address)]
    pub metrics: Option<SocketAddr>,
    /// The remote.
    #[command(flatten)]
    pub remote: super::remotes::Remote,
    /// Put managed/ right: objects at the wrong path, doubled ones, files of several
    #[arg(long)]
    pub repair: bool,
    /// Refuse a sync if more than N objects would leave managed/ [default: no limit]
    #[arg(long, value_name = "N")]
    pub max_deletions: Option<usize>,
    /// Sign the commits, as git is configured to
    #[arg(long)]
    pub sign: bool,
    /// The largest file that is read, in bytes; larger ones go to unmanaged/
    #[arg(long, value_name = "BYTES", default_value_t = MAX_FILE_SIZE)]
    pub max_file_size: u64,
    /// How many threads read [default: one a core]
    #[arg(long, value_name = "N")]
    pub threads: Option<NonZeroUsize>,
}

/// Watches until somebody asks it to stop. Its lines are said as they come; nothing is left for the answer.
pub(super) fn run(
    args: Watch,
    global: &Global,
    common: &Common,
    (style, around): (Style, &Surroundings),
    talk: &mut dyn Talk,
) -> Result<Answer, Failure> {
    let json = is_json(global, "watch", "a line a round")?;
    let options = options(args, common, around, json)?;
    let mut process = Process::new(talk).map_err(|source| failed(WatchError::Signals { source }))?;
    let exit = modes::watch::watch(common, &options, style, &mut process).map_err(failed)?;
    Ok(Answer { stdout: Vec::new(), stderr: Vec::new(), exit })
}

fn options(args: Watch, common: &Common, around: &Surroundings, json: bool) -> Result<options::watch::Watch, Failure> {
    let validate_only = match (args.validate_only, args.sync) {
        (true, _) => Some(true),
        (_, true) => Some(false),
        _ => None,
    };
    let (interval, once, metrics) = (args.interval, args.once, args.metrics);
    let health = args.health.as_ref().map(|file| below(&common.directory, file));
    let sync = sync_options(of_sync(args), around)?;
    Ok(options::watch::Watch { sync, interval, validate_only, once, health, metrics, json })
}

/// What each round is, as a sync.
fn of_sync(args: Watch) -> args::Sync {
    args::Sync {
        branch: args.branch,
        dry_run: false,
        diff: false,
        adopt: false,
        repair: args.repair,
        retry: None,
        expect: None,
        max_deletions: args.max_deletions,
        fail_on: args::FailOn::Never,
        yes: false,
        sign: args.sign,
        max_file_size: args.max_file_size,
        threads: args.threads,
        remote: args.remote,
    }
}

/// An interval as people type it.
pub(super) fn interval(text: &str) -> Result<Interval, String> {
    Interval::parse(text).ok_or_else(|| "write a number and s, m or h: 60m".to_owned())
}

/// A port of this machine alone, or an address with its port.
fn address(text: &str) -> Result<SocketAddr, String> {
    if let Ok(port) = text.parse::<u16>() {
        return Ok(SocketAddr::new(IpAddr::V4(Ipv4Addr::LOCALHOST), port));
    }
    text.parse().map_err(|_| "write a port, or an address and a port: 9469, 0.0.0.0:9469 or [::1]:9469".to_owned())
}

fn failed(error: WatchError) -> Failure {
    Failure { exit: error.exit(), error: error.into(), help: None }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_port_alone_is_one_of_this_machine_alone() {
        let read = |text| address(text).map(|address| address.to_string());
        assert_eq!(read("9469"), Ok("127.0.0.1:9469".to_owned()));
        assert_eq!(read("0"), Ok("127.0.0.1:0".to_owned()));
        assert_eq!(read("0.0.0.0:9469"), Ok("0.0.0.0:9469".to_owned()));
        assert_eq!(read("[::1]:9469"), Ok("[::1]:9469".to_owned()));
        for bad in ["", ":9469", "localhost:9469", "65536", "-1", "1.2.3.4"] {
            assert!(address(bad).is_err(), "{bad:?}");
        }
    }
}
