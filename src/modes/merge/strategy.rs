//! `git merge -s hhgit`: what git runs as `git-merge-hhgit`, with the work tree's index and HEAD as they are, and makes a commit of after.
//!
//! Git moves a branch by itself where that has nothing of its own, and never asks here. The sync is not part of it: a strategy
//! leaves a tree, and the commit is git's.

use std::collections::BTreeMap;

use crate::git::index::{IndexError, called, look_at_index, put_merge};
use crate::git::merging::{Merging, Stage};
use crate::git::tree::apply;
use crate::git::{CommitMeta, Reader, Repo};
use crate::ids::{BlobId, CommitId, Mode};
use crate::modes::ModeError;
use crate::modes::check;
use crate::options::Common;
use crate::options::merge::Strategy;
use crate::path::RepoPath;
use crate::plan::{Content, Edit, Plan, Target};
use crate::progress::Progress;
use crate::report::Point;
use crate::report::merge::{Merge, MergeOutcome};
use crate::snapshot::{Commit, Objects, ReadError};

use super::combine::{Combination, Pair, combine, nobody};
use super::land::{Land, Sides};
use super::{MergeError, begun};

/// Merges into the index and the work tree. An error means that both are as they were.
pub fn strategy(common: &Common, options: &Strategy) -> Result<Merge, ModeError> {
    let refuse = |what: &str| MergeError::Strategy { what: what.to_owned() };
    let [other] = options.others.as_slice() else {
        return Err(refuse("merges two sides and no more; merge the branches one after the other").into());
    };
    if let Some(option) = options.options.first() {
        return Err(refuse(&format!("takes no options; leave -X {} away", option.trim_start_matches('-'))).into());
    }
    let repo = Repo::open(&common.directory)?;
    if repo.work_tree().is_none() {
        return Err(refuse("needs a work tree; in a bare repository run: hhgit merge").into());
    }
    let reader = Reader::new(&repo)?;
    let ours = reader.commit(repo.commit_named(&options.head)?)?;
    let theirs = reader.commit(repo.commit_named(other)?)?;
    look_at_index(&repo, ours.id).map_err(refused)?;
    let bases = options.bases.iter().map(|base| repo.commit_named(base)).collect::<Result<Vec<_>, _>>()?;
    let label = called(theirs.id).unwrap_or_else(|| other.clone());
    let place = Merging::begin(&repo)?;
    let reader = place.reader()?;
    let mut merge = begun("HEAD", &label, (&ours, &theirs), bases);
    let pair = Pair { ours: &ours, theirs: &theirs, label: &label, bases: &merge.bases };
    let Combination { tree, objects, conflicts, stages } = combine(&place, &reader, pair)?;
    let land = Land { repo: &repo, place: &place, reader: &reader, sides: Sides { ours: &ours, theirs: &theirs } };
    let edits = land.edits(tree)?;
    let new_tree = apply(&reader, ours.tree, &edits)?;
    (merge.objects, merge.conflicts) = (objects, conflicts);
    merge.merge = Some(Point { commit: None, tree: new_tree.id });
    merge.outcome = if merge.conflicts.is_empty() { MergeOutcome::Merged } else { MergeOutcome::Conflicts };
    if merge.conflicts.is_empty() {
        judge(&mut merge, (&place, &reader), (&ours, &theirs))?;
    }
    let more = staged(&reader, &stages)?;
    put_merge(&repo, ours.tree, &Plan::of_edits(edits, ""), (&new_tree, &more), &stages).map_err(refused)?;
    Ok(merge)
}

/// Says what is wrong with a merge in which git itself would see nothing wrong.
fn judge(
    merge: &mut Merge,
    (place, reader): (&Merging<'_>, &Reader),
    (ours, theirs): (&Commit, &Commit),
) -> Result<(), ModeError> {
    let Some(point) = merge.merge else { return Ok(()) };
    let parents: Vec<CommitId> = vec![ours.id, theirs.id];
    let meta: CommitMeta = nobody(parents);
    let commit = place.commit(point.tree, &meta, "merge")?;
    let told = check::merged(reader, &Progress::default(), (ours, theirs), &commit)?;
    (merge.findings, merge.removed) = (told.new, told.removed);
    if !merge.findings.is_empty() {
        merge.outcome = MergeOutcome::Broken;
    }
    Ok(())
}

/// The objects that stages name, as files to be written: some may be nowhere but in the place of merging.
fn staged(reader: &Reader, stages: &[Stage]) -> Result<Plan, ReadError> {
    let mut edits = BTreeMap::new();
    for (number, stage) in stages.iter().enumerate().filter(|(_, stage)| stage.mode != Mode::SUBMODULE) {
        let id = BlobId::new(stage.id);
        let content = Content::New { id, bytes: reader.blob(id)? };
        let path = RepoPath::new(format!("{number}")).expect("a number is a good name");
        edits.insert(path, Edit { from: None, to: Some(Target { mode: stage.mode, content }) });
    }
    Ok(Plan::of_edits(edits, ""))
}

fn refused(error: IndexError) -> ModeError {
    MergeError::Index(error).into()
}
