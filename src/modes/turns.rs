//! Which fabric directories have their turn, and what is done in each: by the manifests of the very commit that is looked at.

use std::collections::{BTreeMap, BTreeSet};

use crate::fabric::interval::{Interval, USUAL};
use crate::fabric::layout::FabricDir;
use crate::fabric::survey::survey;
use crate::git::Reader;
use crate::options::{Common, Sync};
use crate::path::RepoPath;
use crate::report::Report;
use crate::snapshot::Commit;

use super::asked::Asked;
use super::check;
use super::error::ModeError;
use super::sync::Task;

/// What is asked of a schedule, and what was found to be in force.
#[derive(Debug, Default)]
pub(super) struct Turns {
    /// How often, whatever the manifests say.
    pub(super) interval: Option<Interval>,
    /// Whether fabrics are only judged, whatever the manifests say.
    pub(super) validate_only: Option<bool>,
    /// Whether all take turns, also those whose manifests say that nothing is periodic.
    pub(super) regardless: bool,
    /// The fabric directories whose turn has not come.
    pub(super) waiting: BTreeSet<RepoPath>,
    /// Every fabric directory that takes turns, with how often.
    pub(super) intervals: BTreeMap<RepoPath, Interval>,
    /// The fabric directories whose manifests say that nothing is periodic.
    pub(super) disabled: Vec<RepoPath>,
    /// What is wrong in those that are only judged; none where there are none.
    pub(super) judged: Option<Report>,
}

impl Turns {
    /// The fabric directories to be sorted now. Those that are only to be judged are judged here.
    pub(super) fn choose(
        &mut self,
        reader: &Reader,
        commit: &Commit,
        found: Vec<FabricDir>,
    ) -> Result<Vec<FabricDir>, ModeError> {
        self.intervals.clear();
        self.disabled.clear();
        self.judged = None;
        let (mut sorted, mut judged) = (Vec::new(), Vec::new());
        for dir in found {
            // A manifest that cannot be read says nothing: its fabric is left alone, and that is said.
            let periodic = survey(reader, &dir)?.manifest.periodic;
            if !self.regardless && !periodic.is_enabled() {
                self.disabled.push(dir.path);
                continue;
            }
            self.intervals.insert(dir.path.clone(), self.interval.or(periodic.interval).unwrap_or(USUAL));
            if self.waiting.contains(&dir.path) {
                continue;
            }
            let only_validates = self.validate_only.unwrap_or(periodic.only_validates());
            if only_validates { judged.push(dir) } else { sorted.push(dir) }
        }
        if !judged.is_empty() {
            self.judged = Some(check::judge(reader, commit.clone(), &judged)?);
        }
        Ok(sorted)
    }

    /// Whether there is no fabric directory at all.
    pub(super) fn found_none(&self) -> bool {
        self.intervals.is_empty() && self.disabled.is_empty()
    }
}

impl Task {
    /// The fabric directories of those found that are to be sorted, all unless they take turns. What is left out of a sync
    /// belongs to how its commit was made.
    pub(super) fn choose(
        &mut self,
        reader: &Reader,
        input: &Commit,
        found: Vec<FabricDir>,
        (common, options): (&Common, &Sync),
    ) -> Result<Vec<FabricDir>, ModeError> {
        let Some(turns) = &mut self.turns else { return Ok(found) };
        let all = found.len();
        let sorted = turns.choose(reader, input, found)?;
        let mut common = common.clone();
        if sorted.len() < all {
            common.fabrics = sorted.iter().map(|dir| dir.path.clone()).collect();
        }
        self.flags = Asked::of(&common, options).flags();
        Ok(sorted)
    }
}
