//! What git runs at the moments it has hooks for, and how those hooks get there and go again.
//!
//! A server's hooks: `pre_receive` and `update` answer a push before it is let in, `post_receive` sorts what was let in, `warm`
//! remembers beforehand what the next push is judged by. A
//! person's own: [`pre_commit`] sorts what is about to be committed, [`pre_push`] checks what is about to be pushed. [`install`]
//! puts the small scripts in place that call them, which [`shims`] spells.
//!
//! Nothing that a pusher can change decides what they let in: `policy` reads the server's own git config and the shim's
//! flags, `refuse` is the one question of what is refused, `receive` puts it to each ref with nothing but a reader in its
//! hands, and `budget` bounds how long that takes and in how much memory. What cannot be judged is refused.

pub mod archive;
mod budget;
mod compared;
mod error;
pub mod install;
pub mod lines;
pub mod local_error;
mod policy;
mod post_receive;
pub mod pre_commit;
pub mod pre_push;
mod receive;
pub(crate) mod refuse;
pub mod shims;
mod syncs;
mod warm;

use std::collections::BTreeSet;

use crate::git::{Head, Reader, RefName, Repo};
use crate::ids::CommitId;
use crate::options::Common;
use crate::options::hook::{Hook, PastBudget, Policy, Syncs};
use crate::report::receive::{Answer, Synced, Verdict};

use super::error::ModeError;
use super::talk::Talk;
use budget::{Stopped, within};
pub use error::HookError;
use lines::Move;
use policy::InForce;
use receive::Receive;

/// The push option by which a pusher asks not to be judged.
const SKIP: &str = "hhgit.skip";

/// `hhgit hook pre-receive`: answers a push by what git wrote on the hook's standard input.
pub fn pre_receive(common: &Common, hook: &Hook, input: &[u8]) -> Result<Verdict, HookError> {
    let repo = Repo::open(&common.directory).map_err(ModeError::from)?;
    let moves = moves(&repo, input)?;
    answer(&repo, common, hook, moves)
}

/// `hhgit hook update`: answers for one ref by the three words that git calls the hook with.
pub fn update(common: &Common, hook: &Hook, [name, old, new]: [&[u8]; 3]) -> Result<Verdict, HookError> {
    let repo = Repo::open(&common.directory).map_err(ModeError::from)?;
    let moved = lines::one(old, new, name, repo.hash_kind()).ok_or(HookError::Line { number: 1 })?;
    answer(&repo, common, hook, vec![followed(&repo, moved)?])
}

fn moves(repo: &Repo, input: &[u8]) -> Result<Vec<Move>, HookError> {
    lines::parse(input, repo.hash_kind())?.into_iter().map(|moved| followed(repo, moved)).collect()
}

/// A move by the name of the ref that git moves: else who pushes to a symbolic ref could pass a pattern by.
fn followed(repo: &Repo, moved: Move) -> Result<Move, HookError> {
    let name = repo.moved_with(&moved.name).map_err(ModeError::from)?;
    Ok(Move { name, ..moved })
}

fn answer(repo: &Repo, common: &Common, hook: &Hook, moves: Vec<Move>) -> Result<Verdict, HookError> {
    let force = InForce::read(repo, common, &hook.flags)?;
    let asks_to_skip = hook.around.push_options.iter().any(|option| option == SKIP);
    let nothing = |answer| {
        let (told, deleted, notes) = Default::default();
        Verdict { answer, told, judged: 0, command: None, deleted, notes }
    };
    if asks_to_skip && force.allow_skip {
        return Ok(nothing(Answer::Skipped));
    }
    // Who lets in nothing but syncs lets nothing in that could not be told to be one.
    let past = if force.syncs == Syncs::Only { PastBudget::Refuse } else { force.past };
    let (budget, memory) = (force.budget, force.memory);
    let reader = Reader::new(repo).map_err(ModeError::from)?;
    let (scratch, head) = (reader.scratch(), head(repo)?);
    let takes_first = force.syncs != Syncs::Only || leaves_a_ref(repo, &force, &moves)?;
    let common = Common { fabrics: force.fabrics.clone(), ..common.clone() };
    let receive = Receive { reader, common, force, memory: repo.memory(), head, takes_first };
    let mut verdict = match within(budget, memory, move || receive.judge(&moves)) {
        Ok(judged) => judged?,
        Err(Stopped::Late(limit)) => {
            scratch.remove();
            nothing(Answer::Late { limit, refused: past == PastBudget::Refuse })
        }
        Err(Stopped::Large(limit)) => {
            scratch.remove();
            return Err(HookError::Memory { limit });
        }
        Err(Stopped::Panicked(words)) => return Err(HookError::Defect { words }),
        Err(Stopped::NotBegun(source)) => return Err(HookError::Thread(source)),
    };
    if asks_to_skip {
        verdict.notes.push(format!("This server does not allow the push option {SKIP}; the push was judged."));
    }
    Ok(verdict)
}

/// Refuses to have all judged refs deleted: what is pushed next would be taken as it is. Answers whether there are none yet.
/// What the push itself makes does not count, since git may fail to make it.
fn leaves_a_ref(repo: &Repo, force: &InForce, moves: &[Move]) -> Result<bool, HookError> {
    let names = repo.ref_names().map_err(ModeError::from)?;
    let names: Vec<RefName> = names.into_iter().filter(|name| force.judges(name.as_bytes())).collect();
    let deleted: BTreeSet<&RefName> =
        moves.iter().filter(|moved| moved.new.is_none()).map(|moved| &moved.name).collect();
    match names.first() {
        None => Ok(true),
        Some(first) if force.policy != Policy::Warn && names.iter().all(|name| deleted.contains(name)) => {
            Err(HookError::LastRef { name: first.to_string() })
        }
        Some(_) => Ok(false),
    }
}

/// `hhgit hook post-receive`: sorts the branches of a push that was let in.
pub fn post_receive(common: &Common, hook: &Hook, input: &[u8], talk: &mut dyn Talk) -> Result<Vec<Synced>, HookError> {
    let repo = Repo::open(&common.directory).map_err(ModeError::from)?;
    let moves = moves(&repo, input)?;
    let force = InForce::read(&repo, common, &hook.flags)?;
    Ok(post_receive::sort(&repo, common, &force, hook.around.forge, &moves, talk))
}

/// `hhgit hook warm`: remembers what branches have in managed/, so that pushes to them are judged fast; answers which.
pub fn warm(common: &Common, hook: &Hook, names: &[String]) -> Result<Vec<String>, HookError> {
    let repo = Repo::open(&common.directory).map_err(ModeError::from)?;
    let force = InForce::read(&repo, common, &hook.flags)?;
    Ok(warm::branches(&repo, common, &force, names)?)
}

/// The tip of the branch that HEAD names, if there is one.
fn head(repo: &Repo) -> Result<Option<CommitId>, HookError> {
    match repo.head().map_err(ModeError::from)? {
        Head::Branch { commit, .. } | Head::Detached { commit } => Ok(Some(commit)),
        Head::Unborn { .. } => Ok(None),
    }
}
