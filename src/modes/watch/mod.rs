//! `hhgit watch`: sync or validation by the clock, in the foreground, round after round, until somebody asks it to stop.
//!
//! [`world`] is what it needs of the world around it, [`process`] the process as that world; `pace` says when the next round
//! begins, `round` does one, `board` and `listen` show outside how things are, `health` writes it into a file.

mod board;
mod error;
mod health;
mod listen;
mod pace;
pub mod process;
mod round;
pub mod world;

use std::io;
use std::sync::Arc;
use std::time::Duration;

use self::board::Board;
pub use self::error::WatchError;
use self::health::HealthFile;
use self::listen::Listener;
use self::pace::Pace;
use self::world::{Call, World};
use super::error::ModeError;
use super::sync::{branch, tip};
use super::turns::Turns;
use crate::exit::Exit;
use crate::fabric::interval::{Interval, USUAL};
use crate::git::remote::without_credentials;
use crate::git::{BranchName, OpenError, Repo};
use crate::ids::ObjectId;
use crate::options::Common;
use crate::options::watch::Watch;
use crate::render::{self, Style};
use crate::report::watch::{Cause, Event, Round, RoundOutcome, Started, Stopped};
use crate::snapshot::Time;

/// How long after a round the branch is looked at first; then each time twice as long, up to [`LOOK`].
const FIRST_LOOK: Duration = Duration::from_millis(50);
/// How often the branch is looked at while nothing happens.
const LOOK: Duration = Duration::from_secs(1);

/// Watches until it is asked to stop, or for one round; answers how it ends. What comes of a round never ends it, but for a first
/// one that shows that the command line means nothing.
pub fn watch(common: &Common, options: &Watch, style: Style, world: &mut dyn World) -> Result<Exit, WatchError> {
    let mut watcher = Watcher::new(common, options, style, world)?;
    watcher.run()
}

/// What git's configuration says of watches.
#[derive(Debug, Clone, Copy, Default)]
struct Settings {
    interval: Option<Interval>,
    validate_only: Option<bool>,
}

/// A watch.
struct Watcher<'w> {
    common: Common,
    options: Watch,
    style: Style,
    world: &'w mut dyn World,
    settings: Settings,
    eye: Option<Eye>,
    pace: Pace,
    board: Board,
    listener: Option<Listener>,
    health: Option<HealthFile>,
    rounds: u64,
    last_success: Option<Time>,
    /// What the next line has to say of settings that mean nothing.
    complaint: Option<String>,
    /// Whether whoever read the lines has gone away.
    is_deaf: bool,
}

impl<'w> Watcher<'w> {
    fn new(common: &Common, options: &Watch, style: Style, world: &'w mut dyn World) -> Result<Self, WatchError> {
        let (mut options, board) = (options.clone(), Board::new());
        let eye = match &options.sync.remote {
            Some(_) => None,
            None => Some(Eye::open(common, options.sync.branch.as_deref())?),
        };
        // The branch that HEAD names now is the one that is watched, whatever is checked out later.
        options.sync.branch = eye.as_ref().map(|eye| eye.branch.as_str().to_owned()).or(options.sync.branch);
        let failed = |source| WatchError::Health { path: options.health.clone().unwrap_or_default(), source };
        let health = options.health.clone().map(HealthFile::new).transpose().map_err(failed)?;
        let listener = options.metrics.map(|address| {
            let board = board.clone();
            let pages = Arc::new(move |path: &str| board.page(path));
            Listener::start(address, pages).map_err(|source| WatchError::Metrics { address, source })
        });
        let (listener, settings) = (listener.transpose()?, settings(common)?);
        // Last of all: where this one cannot begin, the file is that of another which runs.
        let health = health.map(HealthFile::begin).transpose().map_err(failed)?;
        Ok(Self {
            settings,
            common: common.clone(),
            style,
            world,
            eye,
            pace: Pace::default(),
            board,
            listener,
            health,
            options,
            rounds: 0,
            last_success: None,
            complaint: None,
            is_deaf: false,
        })
    }

    fn run(&mut self) -> Result<Exit, WatchError> {
        if !self.options.once {
            self.say(&Event::Started(self.started()));
        }
        let mut cause = Cause::Start;
        loop {
            let outcome = self.round(cause)?;
            if self.options.once {
                return Ok(exit(outcome));
            }
            match self.rest(outcome) {
                Some(next) => cause = next,
                None => break,
            }
        }
        self.say(&Event::Stopped(Stopped { time: self.world.wall(), rounds: self.rounds }));
        Ok(Exit::Done)
    }

    fn started(&self) -> Started {
        let full =
            |name: &String| BranchName::parse(name).map_or_else(|_| name.clone(), |name| name.as_str().to_owned());
        Started {
            time: self.world.wall(),
            reference: self.options.sync.branch.as_ref().map(full),
            remote: self.options.sync.remote.as_ref().map(|remote| without_credentials(&remote.name)),
            interval: self.interval(),
            metrics: self.listener.as_ref().map(Listener::address),
        }
    }

    /// How often, where that is not left to the manifests.
    fn interval(&self) -> Option<Interval> {
        self.options.interval.or(self.settings.interval)
    }

    /// One round, from its beginning to its line.
    fn round(&mut self, cause: Cause) -> Result<RoundOutcome, WatchError> {
        if let Some(eye) = &mut self.eye {
            eye.look();
        }
        self.board.begins();
        let began = self.world.elapsed();
        let waiting = match cause {
            // What is proposed is one commit for all.
            _ if self.options.sync.remote.as_ref().is_some_and(|remote| remote.propose.is_some()) => Default::default(),
            Cause::Clock => self.pace.waiting(began),
            _ => Default::default(),
        };
        let turns = Turns {
            interval: self.interval(),
            validate_only: self.options.validate_only.or(self.settings.validate_only),
            waiting,
            ..Turns::default()
        };
        let done = round::run(&self.common, &self.options.sync, turns, self.world);
        self.rounds += 1;
        let now = self.world.elapsed();
        let mut round = done.round(self.rounds, cause, now.saturating_sub(began));
        if let Some(eye) = &mut self.eye {
            eye.has_seen(done.tip().map(|commit| commit.object()));
        }
        self.plan_next(&mut round, &done.turns, now);
        match done.result {
            Err(error) if self.rounds == 1 && error.exit() == Exit::Usage => Err(error.into()),
            _ => self.tell(round),
        }
    }

    fn plan_next(&mut self, round: &mut Round, turns: &Turns, now: Duration) {
        let (usual, chance) = (self.interval().unwrap_or(USUAL), self.world.chance());
        if round.outcome.is_failure() {
            self.pace.failed(now, usual, chance);
        } else {
            self.pace.done(now, &turns.intervals, &turns.waiting, usual, chance);
        }
        round.time = self.world.wall();
        if !round.outcome.is_failure() {
            self.last_success = Some(round.time);
        }
        round.last_success = self.last_success;
        round.failures = self.pace.failures();
        round.next = (!self.options.once).then(|| self.pace.next().saturating_sub(now));
    }

    fn tell(&mut self, mut round: Round) -> Result<RoundOutcome, WatchError> {
        let outcome = round.outcome;
        round.problems.extend(self.complaint.take());
        if let Some(Err(error)) = self.health.as_ref().map(|health| health.write(&round)) {
            round.problems.push(format!("the health file cannot be written: {error}"));
        }
        self.board.counts(&round);
        self.say(&Event::Round(Box::new(round)));
        Ok(outcome)
    }

    /// Waits for the next round; why it begins, or none if there is to be none.
    fn rest(&mut self, last: RoundOutcome) -> Option<Cause> {
        let mut step = FIRST_LOOK;
        while !self.is_deaf {
            self.board.waits();
            self.world.reap();
            let left = self.pace.next().saturating_sub(self.world.elapsed());
            match self.world.wait_for_call(left.min(step)) {
                Some(Call::Stop) => return None,
                Some(Call::Reload) => {
                    match settings(&self.common) {
                        Ok(settings) => self.settings = settings,
                        Err(error) => self.complaint = Some(error.to_string()),
                    }
                    return Some(Cause::Reload);
                }
                None => {}
            }
            if self.eye.as_mut().is_some_and(Eye::sees_change) {
                return Some(Cause::Moved);
            }
            if self.world.elapsed() >= self.pace.next() {
                return Some(if last.is_failure() { Cause::Retry } else { Cause::Clock });
            }
            step = (step * 2).min(LOOK);
        }
        None
    }

    fn say(&mut self, event: &Event) {
        let mut line = Vec::new();
        let written = match self.options.json {
            true => render::watch::json(&mut line, event),
            false => render::watch::human(&mut line, event, self.style),
        };
        // A log that is full may have room again; one whose reader has gone away has nobody left to watch for.
        let said = written.and_then(|()| self.world.say(&line));
        self.is_deaf |= said.is_err_and(|error| error.kind() == io::ErrorKind::BrokenPipe);
    }
}

/// How one round ends, if there is only one.
fn exit(outcome: RoundOutcome) -> Exit {
    match outcome {
        RoundOutcome::Committed | RoundOutcome::Unchanged | RoundOutcome::Valid | RoundOutcome::Idle => Exit::Done,
        RoundOutcome::Findings => Exit::Findings,
        RoundOutcome::KeptMoving => Exit::KeptMoving,
        RoundOutcome::Refused | RoundOutcome::Failed => Exit::CouldNot,
    }
}

/// What git's configuration says, where there is a repository around.
fn settings(common: &Common) -> Result<Settings, ModeError> {
    const INTERVAL: &str = "hhgit.watchInterval";
    const VALIDATE_ONLY: &str = "hhgit.watchValidateOnly";
    let repo = match Repo::open(&common.directory) {
        Err(OpenError::NotFound { .. }) => return Ok(Settings::default()),
        // A configuration that cannot be read may say anything, that nothing is to be committed included.
        opened => opened?,
    };
    let wrong = |setting, value: &str, help| ModeError::Setting { setting, value: value.to_owned(), help };
    let interval = repo
        .config(INTERVAL)
        .map(|text| Interval::parse(&text).ok_or_else(|| wrong(INTERVAL, &text, "write a number and s, m or h: 60m")));
    let validate_only = repo
        .config(VALIDATE_ONLY)
        .map(|text| repo.config_bool(VALIDATE_ONLY).ok_or_else(|| wrong(VALIDATE_ONLY, &text, "write true or false")));
    Ok(Settings { interval: interval.transpose()?, validate_only: validate_only.transpose()? })
}

/// What looks at a branch of the repository itself between rounds, as cheaply as can be: at what its ref says.
struct Eye {
    repo: Repo,
    branch: BranchName,
    /// What the ref said when a round began, or what the round left there.
    seen: Option<ObjectId>,
}

impl Eye {
    fn open(common: &Common, named: Option<&str>) -> Result<Self, ModeError> {
        let repo = Repo::open(&common.directory)?;
        let branch = branch(&repo, named, "there is no branch to watch; name one: hhgit watch main")?;
        if named.is_some() {
            tip(&repo, &branch, true)?;
        }
        Ok(Self { repo, branch, seen: None })
    }

    /// Looks before a round.
    fn look(&mut self) {
        if let Ok(now) = self.repo.glance(&self.branch) {
            self.seen = now;
        }
    }

    /// Takes note of where a round knows the branch to be.
    fn has_seen(&mut self, tip: Option<ObjectId>) {
        self.seen = tip.or(self.seen);
    }

    /// Whether the branch is somewhere else now. What cannot be read is told by the next round.
    fn sees_change(&mut self) -> bool {
        self.repo.glance(&self.branch).is_ok_and(|now| now != self.seen)
    }
}
