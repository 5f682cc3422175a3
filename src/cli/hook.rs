//! `hhgit hook`: what git calls on a server, and the answers as git takes them: words on standard error, and an exit code.

use std::ffi::OsString;

use clap::builder::{StringValueParser, TypedValueParser};
use clap::{Args, Subcommand};

use super::Answer;
use super::surroundings::Surroundings;
use crate::exit::Exit;
use crate::modes::hook::{self, HookError};
use crate::modes::talk::Talk;
use crate::options::hook::{
    CrdsFrom, Flags, Forge, MemoryBudget, PastBudget, Policy, RefPattern, Setting, SettingsFrom, Syncs, TimeBudget,
};
use crate::options::{self, CheckLevel, Common};
use crate::render;
use crate::report::receive::{Answer as Said, Synced, Verdict};

/// What git calls.
#[derive(Debug, Subcommand)]
pub enum Hook {
    /// Answer a push before it is let in: what git runs as hooks/pre-receive
    PreReceive(Receive),
    /// Answer for one ref of a push: what git runs as hooks/update
    Update {
        /// What the hook goes by.
        #[command(flatten)]
        receive: Receive,
        /// The ref
        #[arg(value_name = "REF")]
        name: OsString,
        /// What it names
        old: OsString,
        /// What it would name
        new: OsString,
    },
    /// Sort the branches that were pushed, on the server: what git runs as hooks/post-receive
    PostReceive(Rules),
    /// Remember what a branch has in managed/, so that the first push is judged as fast as all later ones
    Warm {
        /// What the hooks go by.
        #[command(flatten)]
        rules: Rules,
        /// The branches [default: the one HEAD names]
        #[arg(value_name = "BRANCH")]
        branches: Vec<String>,
    },
}

/// By which rules a server's hook looks at which refs; what is not given stands in the repository's git config, as hhgit.NAME.
#[derive(Debug, Args)]
pub struct Rules {
    /// Look at refs of this name; * stands for any text; may be given again [default: hhgit.refs, or refs/heads/*]
    #[arg(long, value_name = "PATTERN", value_parser = setting::<RefPattern>())]
    pub refs: Vec<RefPattern>,
    /// How closely to look: identity, schema or references [default: hhgit.level, or references]
    #[arg(long, value_parser = setting::<CheckLevel>())]
    pub level: Option<CheckLevel>,
    /// The kinds in force: builtin, pushed, or a folder of CRDs here [default: hhgit.crds, or builtin]
    #[arg(long, value_name = "FROM", value_parser = setting::<CrdsFrom>())]
    pub crds: Option<CrdsFrom>,
    /// The settings in force: defaults, pushed, or a manifest or fab.yaml here [default: hhgit.settings, or defaults]
    #[arg(long, value_name = "FROM", value_parser = setting::<SettingsFrom>())]
    pub settings: Option<SettingsFrom>,
}

/// What a hook goes by that lets pushes in.
#[derive(Debug, Args)]
pub struct Receive {
    /// What to refuse: managed, strict or warn [default: hhgit.policy, or managed]
    #[arg(long, value_parser = setting::<Policy>())]
    pub policy: Option<Policy>,
    /// What to do with proven syncs: judged, let-in, or only, which lets nothing else change managed/ [default: hhgit.syncs, or judged]
    #[arg(long, value_parser = setting::<Syncs>())]
    pub syncs: Option<Syncs>,
    /// The rules.
    #[command(flatten)]
    pub rules: Rules,
    /// Refuse if more than N objects leave managed/ [default: hhgit.maxDeletions, or no limit]
    #[arg(long, value_name = "N", value_parser = setting::<usize>())]
    pub max_deletions: Option<usize>,
    /// How long judging may take: 3s, 500ms, none [default: hhgit.timeBudget, or 3s]
    #[arg(long, value_name = "TIME", value_parser = setting::<TimeBudget>())]
    pub time_budget: Option<TimeBudget>,
    /// How much memory judging may hold: 512MiB, 2GiB, none [default: hhgit.memoryBudget, or 1GiB]
    #[arg(long, value_name = "SIZE", value_parser = setting::<MemoryBudget>())]
    pub memory_budget: Option<MemoryBudget>,
    /// What to do with a push that takes longer: refuse or allow [default: hhgit.pastTimeBudget, or refuse]
    #[arg(long, value_name = "WHAT", value_parser = setting::<PastBudget>())]
    pub past_time_budget: Option<PastBudget>,
    /// Obey the push option hhgit.skip [default: hhgit.allowSkip, or not]
    #[arg(long)]
    pub allow_skip: bool,
}

fn setting<T: Setting + Clone + Send + Sync + 'static>() -> impl TypedValueParser<Value = T> {
    StringValueParser::new().try_map(|text| T::parse(&text).ok_or_else(|| format!("write {}", T::VALUES)))
}

/// Runs a hook.
pub(super) fn run(hook: Hook, common: &Common, around: &Surroundings, talk: &mut dyn Talk) -> Answer {
    let asked = |flags: Flags| options::hook::Hook { flags, around: around.hook.clone() };
    match hook {
        Hook::PreReceive(receive) => {
            let input = talk.input().map_err(HookError::Input);
            answer(input.and_then(|input| hook::pre_receive(common, &asked(receive.into()), &input)), around)
        }
        Hook::Update { receive, name, old, new } => {
            let words = [&name, &old, &new].map(|word| word.as_encoded_bytes());
            answer(hook::update(common, &asked(receive.into()), words), around)
        }
        Hook::PostReceive(rules) => {
            let input = talk.input().map_err(HookError::Input);
            let done = input.and_then(|input| hook::post_receive(common, &asked(rules.into()), &input, talk));
            sorted(done)
        }
        Hook::Warm { rules, branches } => warmed(hook::warm(common, &asked(rules.into()), &branches)),
    }
}

/// Which branches are remembered.
fn warmed(done: Result<Vec<String>, HookError>) -> Answer {
    match done {
        Ok(names) => {
            let lines: String = names.iter().map(|name| format!("hhgit: {name} is remembered\n")).collect();
            Answer { stdout: lines.into_bytes(), stderr: Vec::new(), exit: Exit::Done }
        }
        Err(error) => {
            let mut stderr = Vec::new();
            render::hook::not_warm(&mut stderr, &error).expect("writing into a Vec cannot fail");
            Answer { stdout: Vec::new(), stderr, exit: Exit::CouldNot }
        }
    }
}

impl From<Rules> for Flags {
    fn from(rules: Rules) -> Self {
        let Rules { refs, level, crds, settings } = rules;
        Self { refs, level, crds, settings, ..Self::default() }
    }
}

impl From<Receive> for Flags {
    fn from(receive: Receive) -> Self {
        Self {
            policy: receive.policy,
            syncs: receive.syncs,
            max_deletions: receive.max_deletions,
            time_budget: receive.time_budget,
            memory_budget: receive.memory_budget,
            past_time_budget: receive.past_time_budget,
            allow_skip: receive.allow_skip,
            ..receive.rules.into()
        }
    }
}

/// The answer to a push.
fn answer(judged: Result<Verdict, HookError>, around: &Surroundings) -> Answer {
    let prefix = if around.hook.forge == Some(Forge::GitLab) { render::hook::GITLAB } else { "" };
    let mut stderr = Vec::new();
    let exit = match &judged {
        Ok(verdict) => {
            render::hook::verdict(&mut stderr, verdict, prefix).expect("writing into a Vec cannot fail");
            match verdict.answer {
                Said::LetIn | Said::Skipped | Said::Late { refused: false, .. } => Exit::Done,
                Said::Refused => Exit::Findings,
                Said::Late { refused: true, .. } => Exit::CouldNot,
            }
        }
        Err(error) => {
            render::hook::failure(&mut stderr, error, prefix).expect("writing into a Vec cannot fail");
            Exit::CouldNot
        }
    };
    Answer { stdout: Vec::new(), stderr, exit }
}

/// What became of the pushed branches. The push is over, so that a failure refuses nothing; it is said, and in the exit code.
fn sorted(done: Result<Vec<Synced>, HookError>) -> Answer {
    let (mut stdout, mut stderr) = (Vec::new(), Vec::new());
    let mut exit = Exit::Done;
    match done {
        Ok(rows) => {
            for row in &rows {
                let is_good = matches!(row, Synced::Sorted { .. });
                let out = if is_good { &mut stdout } else { &mut stderr };
                render::hook::synced(out, row).expect("writing into a Vec cannot fail");
                exit = exit.max(match row {
                    Synced::Sorted { .. } => Exit::Done,
                    Synced::LeftAlone { .. } => Exit::Findings,
                    Synced::Failed { .. } | Synced::Forge { .. } => Exit::CouldNot,
                });
            }
        }
        Err(error) => {
            render::hook::not_sorted(&mut stderr, &error).expect("writing into a Vec cannot fail");
            exit = Exit::CouldNot;
        }
    }
    Answer { stdout, stderr, exit }
}
