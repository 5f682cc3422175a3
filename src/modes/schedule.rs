//! `hhgit schedule`: what is to be done by the clock, into the manifest and out of it; nothing is done by the clock here.

use std::collections::BTreeMap;
use std::path::Path;

use super::error::ModeError;
use super::offer::{Giver, Offer, each_fabric};
use super::settings::manifest;
use super::talk::Talk;
use crate::exit::Exit;
use crate::fabric::interval::USUAL;
use crate::fabric::layout::{HNP, MANIFEST};
use crate::fabric::manifest::Periodic;
use crate::fabric::periodic_block::replace;
use crate::fabric::survey::survey;
use crate::git::Repo;
use crate::git::remote::without_credentials;
use crate::options::Common;
use crate::options::watch::{Schedule, Scheduler, ShowSchedule};
use crate::path::{RepoPath, is_printable, quote};
use crate::report::Report;
use crate::report::schedule::{FabricSchedule, Job, Scheduled};

/// Why nothing can be printed for a scheduler.
#[derive(Debug, thiserror::Error)]
pub enum ScheduleError {
    /// No fabric takes turns.
    #[error("nothing is to be done by the clock in any fabric directory; enable it first: hhgit schedule enable")]
    NothingEnabled,
    /// A text cannot stand in the files of schedulers.
    #[error(
        "{what} {} holds characters that have no safe place in a scheduler's file; give it another name",
        quote(text)
    )]
    Unprintable {
        /// What it is.
        what: &'static str,
        /// The text.
        text: Vec<u8>,
    },
    /// An address tells a password.
    #[error(
        "the address of the remote holds a password, which no file may tell; leave it out, docs/bots.md says how to sign in"
    )]
    Password,
    /// A cluster has no repository, and nobody says where one is.
    #[error("a CronJob has no repository of its own, so it needs the address of one; name it: --remote https://...")]
    NoAddress,
}

impl ScheduleError {
    /// The exit code this ends with.
    pub fn exit(&self) -> Exit {
        match self {
            Self::NothingEnabled => Exit::CouldNot,
            Self::Unprintable { .. } | Self::Password | Self::NoAddress => Exit::Usage,
        }
    }
}

/// Writes into the manifest of the one fabric directory what is to be done by the clock, in one commit.
pub fn set(common: &Common, options: &Schedule, talk: &mut dyn Talk) -> Result<Report, ModeError> {
    let command = if options.enabled { "schedule enable" } else { "schedule disable" };
    let giver = Giver { command, dry_run: options.dry_run, mends: None };
    giver.give(common, talk, |place| {
        let path = RepoPath::root().child(HNP).child(MANIFEST);
        let old = manifest(place, &path)?;
        let said = place.survey.manifest.periodic;
        let wanted = Periodic {
            enabled: Some(options.enabled),
            interval: options.interval.or(said.interval),
            validate_only: options.validate_only.or(said.validate_only),
        };
        let no_room = || ModeError::NoRoom { path: place.dir.path.join_path(&path) };
        let new = if said == wanted { old } else { replace(&old, wanted).ok_or_else(no_room)? };
        let files = BTreeMap::from([(path, new)]);
        let subject = if options.enabled {
            |_| "enable the schedule of".to_owned()
        } else {
            |_| "disable the schedule of".to_owned()
        };
        Ok(Offer { files, subject, findings: Vec::new(), notes: Vec::new() })
    })
}

/// What the manifests of the branch that HEAD names say, and what a scheduler is to run.
pub fn show(common: &Common, options: &ShowSchedule) -> Result<Scheduled, ModeError> {
    let fabrics = each_fabric(common, |reader, dir| {
        let survey = survey(reader, dir)?;
        let periodic = survey.manifest.periodic;
        Ok(FabricSchedule {
            path: survey.path,
            name: survey.manifest.name,
            enabled: periodic.is_enabled(),
            interval: periodic.interval.unwrap_or(USUAL),
            validate_only: periodic.only_validates(),
            is_set: periodic != Periodic::default(),
        })
    })?;
    let job = if options.schedulers.is_empty() { None } else { Some(job(common, options, &fabrics)?) };
    Ok(Scheduled { fabrics, job })
}

fn job(common: &Common, options: &ShowSchedule, fabrics: &[FabricSchedule]) -> Result<Job, ModeError> {
    let enabled = || fabrics.iter().filter(|fabric| fabric.enabled);
    let shortest = enabled().map(|fabric| fabric.interval).min_by_key(|interval| interval.seconds());
    let interval = shortest.ok_or(ScheduleError::NothingEnabled)?;
    let repo = Repo::open(&common.directory)?;
    let url = address(&repo, options)?;
    if url.is_none() && options.schedulers == [Scheduler::Kubernetes] {
        return Err(ScheduleError::NoAddress.into());
    }
    let paths = |only: bool| {
        let fabrics = enabled().filter(move |fabric| fabric.validate_only == only);
        fabrics.map(|fabric| clean("the fabric directory", fabric.path.as_bytes())).collect::<Result<Vec<_>, _>>()
    };
    let (sorted, judged) = (paths(false)?, paths(true)?);
    let narrowed = common.fabrics.iter().map(|path| clean("the fabric directory", path_bytes(path)));
    let directory = repo.work_tree().unwrap_or_else(|| repo.git_dir().to_owned());
    let text = |what, text: &Option<String>| text.as_ref().map(|text| clean(what, text.as_bytes())).transpose();
    Ok(Job {
        interval,
        program: clean_path("the program", &options.program)?,
        directory: clean_path("the directory", &directory.canonicalize().unwrap_or(directory))?,
        remote: text("the remote", &options.remote)?,
        url,
        branch: text("the branch", &options.branch)?,
        fabrics: narrowed.collect::<Result<_, _>>()?,
        is_all: sorted.len() == fabrics.len() && common.fabrics.is_empty(),
        sorted: sorted.into_iter().map(root_as_dot).collect(),
        judged: judged.into_iter().map(root_as_dot).collect(),
    })
}

/// The address of the remote that was named, or else of `origin`, if it is one that other machines could know.
fn address(repo: &Repo, options: &ShowSchedule) -> Result<Option<String>, ScheduleError> {
    let name = options.remote.as_deref().unwrap_or("origin");
    let configured = repo.config(&format!("remote.{name}.url"));
    let url = configured.or_else(|| options.remote.clone());
    let secret = |url: &String| without_credentials(url) != *url;
    if options.remote.as_ref().is_some_and(secret) {
        return Err(ScheduleError::Password);
    }
    let is_address = |url: &String| url.contains("://") || url.split('/').next().is_some_and(|host| host.contains(':'));
    let known = url.filter(|url| is_address(url) && !url.starts_with("file:"));
    known.map(|url| clean("the remote", without_credentials(&url).as_bytes())).transpose()
}

fn path_bytes(path: &RepoPath) -> &[u8] {
    if path.is_root() { b"." } else { path.as_bytes() }
}

fn root_as_dot(path: String) -> String {
    if path.is_empty() { ".".to_owned() } else { path }
}

fn clean_path(what: &'static str, path: &Path) -> Result<String, ScheduleError> {
    clean(what, path.as_os_str().as_encoded_bytes())
}

/// A text as schedulers may have it: of one line, and nothing in it that could not be seen.
fn clean(what: &'static str, bytes: &[u8]) -> Result<String, ScheduleError> {
    let text = std::str::from_utf8(bytes).ok().filter(|text| is_printable(text));
    text.map(str::to_owned).ok_or_else(|| ScheduleError::Unprintable { what, text: bytes.to_vec() })
}
