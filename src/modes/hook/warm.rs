//! `hhgit hook warm`: remembers a branch's managed/ before anybody waits for it, so that the first push is as fast as all later ones.

use crate::git::{BranchName, Reader, Repo};
use crate::ids::{CommitId, TreeId};
use crate::modes::check::{Asked, remember};
use crate::modes::error::ModeError;
use crate::options::{CheckLevel, Common};
use crate::snapshot::Objects;

use super::policy::InForce;

/// Remembers what a commit has in managed/. Levels that ask no rules need no memory.
pub(super) fn warm(
    repo: &Repo,
    common: &Common,
    force: &InForce,
    earlier: Option<TreeId>,
    commit: CommitId,
) -> Result<(), ModeError> {
    if force.level < CheckLevel::References {
        return Ok(());
    }
    let (reader, request, memory) = (Reader::new(repo)?, force.request(), repo.memory());
    let common = Common { fabrics: force.fabrics.clone(), ..common.clone() };
    let asked = Asked {
        common: &common,
        request: &request,
        level: force.level,
        max_deletions: None,
        memory: Some(&memory),
        of_same: false,
    };
    remember(&reader, &asked, earlier, reader.commit(commit)?.tree)
}

/// Remembers the branches named, or the one that HEAD names; answers which.
pub(super) fn branches(
    repo: &Repo,
    common: &Common,
    force: &InForce,
    names: &[String],
) -> Result<Vec<String>, ModeError> {
    let mut named: Vec<BranchName> = names.iter().map(|name| BranchName::parse(name)).collect::<Result<_, _>>()?;
    if named.is_empty() {
        named.push(crate::modes::sync::branch(repo, None, "name a branch: hhgit hook warm main")?);
    }
    let mut done = Vec::new();
    for name in named {
        let tip = crate::modes::sync::tip(repo, &name, !names.is_empty())?;
        warm(repo, common, force, None, tip)?;
        done.push(crate::path::quote(name.short().as_bytes()));
    }
    Ok(done)
}
