//! `hhgit merge`: two branches to one, objects of managed/ by what they are and field by field, all else by git's own merge, then sync.
//!
//! In the order of the steps: `sides` finds the objects that the sides hold differently, `settle` decides what becomes of each,
//! `weave` makes the trees that git merges and puts the objects back, `combine` is all of that; `conflicts` and `who` tell
//! what could not be merged. Nothing is in the repository until `land` writes it. [`strategy`] is the same for `git merge -s hhgit`.

mod combine;
mod conflicts;
mod error;
pub mod install;
mod land;
mod settle;
mod sides;
pub mod strategy;
mod weave;
mod who;

use crate::exit::Exit;
use crate::fabric::kinds::Kinds;
use crate::fabric::layout::{MANAGED, RAW, find};
use crate::git::merging::Merging;
use crate::git::{BranchName, CommitMeta, Reader, Repo, clean_up};
use crate::ids::CommitId;
use crate::options::Common;
use crate::options::merge::Merge as Options;
use crate::path::RepoPath;
use crate::report::Point;
use crate::report::merge::{ConflictKind, Merge, MergeOutcome};
use crate::snapshot::{Commit, Objects};

use super::authorship;
use super::check;
use super::error::ModeError;
use super::sync::{branch, tip};
use super::talk::Talk;
use super::tries::{Done, until_done};
use super::uncommitted::uncommitted;
use combine::{Pair, combine};
pub use error::MergeError;
use land::{Land, Sides};

/// Merges a branch into another.
pub fn merge(common: &Common, options: &Options, talk: &mut dyn Talk) -> Result<Merge, ModeError> {
    merge_in(&Repo::open(&common.directory)?, common, options, talk)
}

/// Merges a branch into another of a repository that is open already. `talk` waits between tries.
pub fn merge_in(repo: &Repo, common: &Common, options: &Options, talk: &mut dyn Talk) -> Result<Merge, ModeError> {
    let named = options.into.as_deref();
    let branch = branch(repo, named, "there is no branch to merge into; name one: hhgit merge FEATURE --into main")?;
    if !options.dry_run {
        clean_up(repo, &branch);
    }
    let merger = Merger { repo, common, options, branch: &branch };
    until_done(&branch, talk, |_| merger.once())
}

struct Merger<'a> {
    repo: &'a Repo,
    common: &'a Common,
    options: &'a Options,
    branch: &'a BranchName,
}

impl Merger<'_> {
    /// Looks, merges, judges, sorts and moves the branch, once.
    fn once(&self) -> Result<Done<Merge>, ModeError> {
        let Self { repo, options, branch, .. } = self;
        let reader = Reader::new(repo)?;
        let ours = reader.commit(tip(repo, branch, options.into.is_some())?)?;
        let theirs = reader.commit(repo.commit_named(&options.other)?)?;
        let bases = repo.merge_bases(ours.id, theirs.id)?;
        let mut merge = begun(branch.as_str(), &options.other, (&ours, &theirs), bases);
        let done = |merge| Ok(Done::Report(Box::new(merge)));
        if merge.bases.contains(&theirs.id) {
            return done(merge);
        }
        if merge.bases.is_empty() {
            let (branch, other, shallow) = (branch.short().to_owned(), options.other.clone(), repo.is_shallow());
            return Err(MergeError::Unrelated { branch, other, shallow }.into());
        }
        merge.fast_forward = merge.bases == [ours.id];
        let place = Merging::begin(repo)?;
        let reader = place.reader()?;
        let mut land = Land { repo, place: &place, reader: &reader, sides: Sides { ours: &ours, theirs: &theirs } };
        let message = options
            .message
            .clone()
            .filter(|text| !text.trim().is_empty())
            .unwrap_or_else(|| message(repo, &options.other, branch));
        let meta = self.meta(&ours, &theirs)?;
        let ground = match merge.fast_forward {
            true => land.forward()?,
            false => {
                let pair = Pair {
                    ours: &ours,
                    theirs: &theirs,
                    label: options.other.trim_start_matches("refs/heads/"),
                    bases: &merge.bases,
                };
                let combination = combine(&place, &reader, pair)?;
                (merge.objects, merge.conflicts) = (combination.objects, combination.conflicts);
                if !merge.conflicts.is_empty() {
                    merge.outcome = MergeOutcome::Conflicts;
                    merge.notes.extend(unsorted(&merge, &options.other));
                    return done(merge);
                }
                land.joined(combination.tree, &meta, &message)?
            }
        };
        let told = check::merged(&reader, &self.common.progress, (&ours, &theirs), &ground.commit)?;
        if self.refused(&mut merge, told) {
            return done(merge);
        }
        merge.notes.extend(self.uncommitted(&reader, &ours)?);
        land.land(self.common, self.branch, &meta, ground, (merge, options.dry_run))
    }

    /// Whether what is to be said of the merge refuses it.
    fn refused(&self, merge: &mut Merge, told: check::Merged) -> bool {
        merge.removed = told.removed;
        if !told.new.is_empty() {
            merge.findings = told.new;
            merge.outcome = MergeOutcome::Broken;
            return true;
        }
        if told.brought > 0 {
            let (errors, verb) = if told.brought == 1 { ("error", "comes") } else { ("errors", "come") };
            let range = format!("{}..{}", self.branch.short(), self.options.other);
            merge.notes.push(format!("{} {errors} {verb} with it; hhgit check {range} shows them.", told.brought));
        }
        let removed = merge.removed.len();
        let Some(most) = self.options.max_deletions.filter(|most| removed > *most) else { return false };
        let objects = if removed == 1 { "object" } else { "objects" };
        let what = format!("{removed} {objects} would leave managed/, more than --max-deletions {most}");
        merge.notes.push(format!("{what}; nothing was changed."));
        merge.outcome = MergeOutcome::Refused;
        true
    }

    fn meta(&self, ours: &Commit, theirs: &Commit) -> Result<CommitMeta, ModeError> {
        let mut meta = authorship::of_person(self.repo, Some(ours.id), &self.common.identities, self.common.now)?;
        meta.parents.push(theirs.id);
        Ok(meta)
    }

    fn uncommitted(&self, reader: &Reader, ours: &Commit) -> Result<Option<String>, ModeError> {
        let dirs = find(reader, ours.tree, &[], &Kinds::builtin())?;
        uncommitted(self.repo, self.branch, dirs.iter().map(|dir| &dir.path), &[RAW, MANAGED])
    }
}

/// What helps where one side has sorted a file of raw/ and the other has changed it there.
fn unsorted(merge: &Merge, other: &str) -> Option<String> {
    let in_raw = |path: &RepoPath| path.components().any(|name| name == RAW.as_bytes());
    let mut files = merge.conflicts.iter().filter(|conflict| conflict.kind == ConflictKind::File);
    files.any(|conflict| in_raw(&conflict.path)).then(|| {
        format!("A file of raw/ is sorted on one side only, perhaps: sync both (hhgit sync {other}), then merge again.")
    })
}

/// A merge of which nothing is known yet but what is to be merged.
fn begun(reference: &str, other: &str, (ours, theirs): (&Commit, &Commit), bases: Vec<CommitId>) -> Merge {
    Merge {
        outcome: MergeOutcome::AlreadyMerged,
        reference: reference.to_owned(),
        other: other.to_owned(),
        ours: Point::of(ours),
        theirs: Point::of(theirs),
        bases,
        fast_forward: false,
        merge: None,
        result: None,
        objects: Vec::new(),
        conflicts: Vec::new(),
        findings: Vec::new(),
        removed: Vec::new(),
        fabrics: Vec::new(),
        notes: Vec::new(),
    }
}

/// What a merge commit says unless told otherwise, in git's own words.
fn message(repo: &Repo, other: &str, into: &BranchName) -> String {
    let full = repo.full_name(other).unwrap_or_default();
    let kinds = [("branch", "refs/heads/"), ("remote-tracking branch", "refs/remotes/"), ("tag", "refs/tags/")];
    let named = kinds.into_iter().find_map(|(kind, start)| Some((kind, full.strip_prefix(start)?)));
    let (what, short) = named.unwrap_or(("commit", other));
    let into = match into.short() {
        "main" | "master" => String::new(),
        other => format!(" into {other}"),
    };
    format!("Merge {what} '{short}'{into}\n")
}

/// The exit code a merge ends with.
pub fn exit(merge: &Merge) -> Exit {
    match merge.outcome {
        MergeOutcome::Conflicts | MergeOutcome::Broken => Exit::Findings,
        MergeOutcome::Refused => Exit::CouldNot,
        _ if merge.fabrics.iter().any(|fabric| fabric.left_alone) => Exit::Findings,
        _ => Exit::Done,
    }
}
