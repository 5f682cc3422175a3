//! `hhgit log`: what was done to the fabric directories, commit by commit, told from the trees alone; writes nothing.
//!
//! Each commit's files are compared with those of its parents (`delta`), their documents read (`documents`, `held`), and
//! what became of each object told from where it lay before and after (`objects`, `parked`). Whether the commit is a sync is
//! found by making it again (`made`); only then are the files' pushers looked for (`pushed`). `target` says what a word on
//! the command line means.

mod delta;
mod dirs;
mod documents;
mod error;
mod held;
mod made;
mod objects;
mod parked;
mod pushed;
mod target;
mod tell;

use std::collections::BTreeSet;
use std::sync::Arc;

use crate::fabric::kinds::Kinds;
use crate::fabric::layout::{FabricDir, LayoutError, find};
use crate::finding::ObjectRef;
use crate::git::{Reader, Repo};
use crate::ids::CommitId;
use crate::options::commits::Commits;
use crate::options::{self, Common};
use crate::path::RepoPath;
use crate::report::log::{About, Change, Log, Operation, Untold};
use crate::snapshot::Objects;

use super::error::ModeError;
use super::history::past::Past;
use super::history::recompute::Recompute;
use super::history::stretch::Stretch;
use super::history::walk::Walk;
use dirs::Dirs;
use documents::Documents;
pub use error::LogError;
use target::{Place, Target};
use tell::Teller;

/// Tells what was done on a branch, or in a revision or range.
pub fn log(common: &Common, options: &options::log::Log) -> Result<Log, ModeError> {
    let repo = Repo::open(&common.directory)?;
    let reader = Reader::new(&repo)?;
    let stretch = Stretch::of(&repo, &reader, &options.commits)?;
    let walked = stretch.walk(&reader)?;
    let tip = *stretch.tips.first().expect("a stretch always has a commit that it ends at");
    let root = reader.commit(tip)?.tree;
    let dirs = find(&reader, root, &common.fabrics, &Kinds::builtin())?;
    let place = Place::new(&reader, root, &dirs, &stretch.name)?;
    let word = options.target.as_deref();
    let (target, otherwise) = word.map_or(Ok((Target::All, None)), |word| place.targets(word))?;
    let most = options.max_count.unwrap_or(usize::MAX);
    let mut told = None;
    for target in std::iter::once(target).chain(otherwise) {
        let (operations, untold) = operations(&place, common, &walked, &target, most)?;
        let found = !operations.is_empty();
        told = Some((target, operations, untold));
        if found {
            break;
        }
    }
    let (target, mut operations, untold) = told.expect("there is always a first meaning to look for");
    if operations.is_empty() && untold.is_empty() {
        match walked.cut.is_empty() {
            true => refuse_unknown(&place, &target, options, common)?,
            false => refuse_unheld(&place, &target, options, &walked.cut)?,
        }
    }
    returned(&mut operations);
    let older = operations.len() > most;
    operations.truncate(most);
    let about = about(&target, &operations);
    Ok(Log { reference: stretch.name.clone(), tip, about, operations, older, cut: walked.cut, untold })
}

/// What was done, newest first, and one operation more than are asked for if there are more.
fn operations(
    place: &Place<'_>,
    common: &Common,
    walked: &Walk,
    target: &Target,
    most: usize,
) -> Result<(Vec<Operation>, Vec<Untold>), ModeError> {
    let only = match target {
        Target::Object(name, _) => Some(name.name.as_str()),
        _ => None,
    };
    let past = Past::of(place.reader);
    let teller = Teller {
        reader: place.reader,
        recompute: Recompute::new(&past).sharing(Arc::default(), None),
        dirs: Dirs::new(place.reader),
        documents: Documents::new(place.reader, only),
        kinds: place.kinds.clone(),
        named: named(common, target, place.dirs),
        besides: besides(target, place.dirs),
        target: target.clone(),
    };
    // What is back tells only who knows what went before.
    let whole = matches!(target, Target::Object(..));
    let (mut operations, mut untold) = (Vec::new(), Vec::new());
    for commit in walked.commits.iter().filter(|commit| !walked.cut.contains(&commit.id)) {
        match teller.tell(commit) {
            Ok(operation) => operations.extend(operation),
            Err(ModeError::Layout(error)) if !matches!(error, LayoutError::Read(_)) => {
                untold.push(Untold { commit: commit.id, why: error.to_string() });
            }
            Err(error) => return Err(error),
        }
        if operations.len() > most && !whole {
            break;
        }
    }
    Ok((operations, untold))
}

/// What the log says it is about: of paths that could be meant, those where something was found.
fn about(target: &Target, operations: &[Operation]) -> About {
    match target {
        Target::All => About::Everything,
        Target::Fabric(path) => About::Fabric { path: path.clone() },
        Target::Object(name, fabric) => About::Object { name: name.to_string(), fabric: fabric.clone() },
        Target::Paths(paths) => {
            let fabrics: BTreeSet<&RepoPath> = operations.iter().flat_map(|o| &o.fabrics).map(|f| &f.path).collect();
            let found = |path: &&RepoPath| fabrics.iter().any(|f| path.starts_with(f) || f.starts_with(path));
            let found: Vec<RepoPath> = paths.iter().filter(found).cloned().collect();
            About::Paths(if found.is_empty() { paths.clone() } else { found })
        }
    }
}

/// The fabric directories that need be looked at; empty for all that each commit has.
fn named(common: &Common, target: &Target, dirs: &[FabricDir]) -> Vec<RepoPath> {
    let is_dir = |path: &RepoPath| dirs.iter().any(|dir| dir.path == *path);
    match target {
        Target::Fabric(path) | Target::Object(_, Some(path)) if is_dir(path) => vec![path.clone()],
        _ => common.fabrics.clone(),
    }
}

/// Folders that are fabric directories now: what was done there before they were is part of an object's or a file's life.
fn besides(target: &Target, dirs: &[FabricDir]) -> Vec<RepoPath> {
    match target {
        Target::Object(..) | Target::Paths(_) => dirs.iter().map(|dir| dir.path.clone()).collect(),
        Target::All | Target::Fabric(_) => Vec::new(),
    }
}

/// That there is nothing of what was named, unless it is there and nothing was ever done to it.
fn refuse_unknown(
    place: &Place<'_>,
    target: &Target,
    options: &options::log::Log,
    common: &Common,
) -> Result<(), ModeError> {
    let word = options.target.as_deref().unwrap_or_default();
    match target {
        Target::All if place.dirs.is_empty() && common.fabrics.is_empty() => {
            Err(ModeError::NoFabric { branch: place.reference.to_owned() })
        }
        Target::All | Target::Fabric(_) => Ok(()),
        // A range may hold nothing of what is there.
        Target::Object(..) | Target::Paths(_) if matches!(options.commits, Commits::Between { .. }) => Ok(()),
        Target::Object(..) | Target::Paths(_) => Err(place.unknown(word)?),
    }
}

/// That nothing is known of what was named where history is cut off, unless it is there.
fn refuse_unheld(
    place: &Place<'_>,
    target: &Target,
    options: &options::log::Log,
    cut: &[CommitId],
) -> Result<(), ModeError> {
    let is_range = matches!(options.commits, Commits::Between { .. });
    if is_range || place.holds(target)? {
        return Ok(());
    }
    let word = options.target.clone().unwrap_or_default();
    Err(LogError::CutOff { word, reference: place.reference.to_owned(), cut: cut.to_vec() }.into())
}

/// Says of what is in managed/ again that it was there before.
fn returned(operations: &mut [Operation]) {
    let mut gone = BTreeSet::new();
    for operation in operations.iter_mut().rev() {
        for fabric in &mut operation.fabrics {
            for change in &mut fabric.changes {
                let Some(ObjectRef { kind, namespace, name, .. }) = change.object.clone() else { continue };
                let key = (fabric.path.clone(), kind, namespace, name);
                match change.change {
                    Change::Removed => {
                        gone.insert(key);
                    }
                    Change::Added if gone.remove(&key) => change.change = Change::Returned,
                    _ => {}
                }
            }
        }
    }
}
