//! What was let in, sorted on the server: each pushed branch gets its sync commit, which the next fetch brings.

use std::collections::BTreeMap;

use crate::git::{BranchName, Reader, Repo};
use crate::modes::error::ModeError;
use crate::modes::sync::sync_on_server;
use crate::modes::talk::Talk;
use crate::options::hook::Forge;
use crate::options::{Common, Identities, Sync};
use crate::render::error::words;
use crate::report::Outcome;
use crate::report::receive::Synced;
use crate::snapshot::Objects;

use super::lines::Move;
use super::policy::InForce;
use super::warm::warm;

/// Sorts the branches of a push that hooks judge. What fails is told and stops no other branch: the push is over.
pub(super) fn sort(
    repo: &Repo,
    common: &Common,
    force: &InForce,
    forge: Option<Forge>,
    moves: &[Move],
    talk: &mut dyn Talk,
) -> Vec<Synced> {
    let mut branches: BTreeMap<&[u8], &Move> = BTreeMap::new();
    for moved in moves.iter().filter(|moved| moved.new.is_some() && moved.name.is_branch()) {
        if force.judges(moved.name.as_bytes()) {
            branches.insert(moved.name.as_bytes(), moved);
        }
    }
    let mut done = Vec::new();
    for moved in branches.into_values() {
        let branch = moved.name.to_string();
        match (forge, moved.name.branch()) {
            (Some(forge), _) => done.push(Synced::Forge { branch, forge: forge.as_str() }),
            (None, None) => {
                done.push(Synced::Failed { branch, words: "hhgit cannot name such a branch".to_owned() });
            }
            (None, Some(name)) => match one(repo, common, force, &name, talk) {
                Ok(rows) => done.extend(rows),
                Err(ModeError::NoFabric { .. }) => {}
                // Whoever deleted it meanwhile wants nothing of it.
                Err(ModeError::Gone { .. } | ModeError::NoBranch { .. }) => {}
                Err(error) => done.push(Synced::Failed { branch, words: words(&error).join(": ") }),
            },
        }
    }
    done
}

fn one(
    repo: &Repo,
    common: &Common,
    force: &InForce,
    name: &BranchName,
    talk: &mut dyn Talk,
) -> Result<Vec<Synced>, ModeError> {
    let options = Sync { branch: Some(name.as_str().to_owned()), ..Sync::default() };
    let Some(tip) = repo.tip(name)? else { return Ok(Vec::new()) };
    let reader = Reader::new(repo)?;
    let was = reader.commit(tip)?.tree;
    let Some(fabrics) = force.fabrics_in(&reader, was)? else { return Ok(Vec::new()) };
    // Identities in the environment are the pusher's: a web server sets them for git's reflogs.
    let common = Common { fabrics, identities: Identities::default(), ..common.clone() };
    let report = sync_on_server(repo, &common, &options, force.server(), talk)?;
    let now = report.result.and_then(|result| result.commit).unwrap_or(tip);
    // Who cannot write here is slower with the next push, and has no less of an answer.
    drop(warm(repo, &common, force, Some(was), now));
    let branch = || crate::path::quote(name.short().as_bytes());
    let mut rows = Vec::new();
    let commit = report.result.and_then(|result| result.commit).filter(|_| report.outcome == Outcome::Committed);
    if let Some(commit) = commit {
        let counts = report.fabrics.iter().map(|fabric| fabric.counts());
        let (managed, unmanaged) = counts.fold((0, 0), |sum, one| (sum.0 + one.managed, sum.1 + one.unmanaged));
        rows.push(Synced::Sorted { branch: branch(), managed, unmanaged, commit });
    }
    let alone = report.fabrics.iter().filter(|fabric| fabric.left_alone);
    rows.extend(alone.map(|fabric| Synced::LeftAlone { branch: branch(), fabric: fabric.path.to_string() }));
    Ok(rows)
}
