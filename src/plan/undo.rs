//! The plan of an undo: what one commit changed goes back to what it was, where nothing has changed it since.

use std::collections::BTreeMap;

use crate::fabric::changes::{Change, Changes};
use crate::fabric::inventory::leaves;
use crate::fabric::layout::entry_at;
use crate::ids::{Entry, TreeId};
use crate::path::RepoPath;
use crate::snapshot::Objects;

use super::{Content, Edit, Plan, PlanError, Target};

/// What an undo comes to.
#[derive(Debug)]
pub enum Undo {
    /// It can be done.
    Plan(Plan),
    /// All is as it was before already.
    Done,
    /// These paths hold neither what the commit left there nor anything that may go; in path order.
    InTheWay(Vec<RepoPath>),
}

impl Plan {
    /// Takes these changes back in a tree; `message` is made of the edits.
    pub fn of_undo(
        objects: &dyn Objects,
        root: TreeId,
        changes: &Changes,
        message: impl FnOnce(&BTreeMap<RepoPath, Edit>) -> String,
    ) -> Result<Undo, PlanError> {
        let (mut edits, mut in_the_way) = (BTreeMap::new(), Vec::new());
        let mut is_back = true;
        for (path, change) in changes {
            let at = |path: &RepoPath| {
                entry_at(objects, root, path).map_err(|source| PlanError::Read { path: path.clone(), source })
            };
            let mut now = at(path)?;
            if let Some(folder) = now.and_then(|entry| entry.as_tree()) {
                // A folder that goes with all that is in it stands in nobody's way.
                let goes = |(below, leaf): (RepoPath, Entry)| {
                    changes.get(&path.join_path(&below)) == Some(&Change { old: None, new: Some(leaf) })
                };
                now = now.filter(|_| !leaves(objects, folder, path).is_ok_and(|held| held.into_iter().all(goes)));
            }
            is_back &= now == change.old;
            let mut blocked = now != change.new;
            for folder in std::iter::successors(path.parent(), RepoPath::parent) {
                let stands_for_one = at(&folder)?.is_some_and(|entry| entry.as_tree().is_none());
                // What the undo itself takes away from there is in nobody's way.
                blocked |= stands_for_one && changes.get(&folder).is_none_or(|change| change.old.is_some());
            }
            if blocked {
                in_the_way.push(path.clone());
            }
            let to = change.old.map(|entry| Target { mode: entry.mode, content: Content::Existing(entry.id) });
            edits.insert(path.clone(), Edit { from: now, to });
        }
        Ok(match (is_back, in_the_way.is_empty()) {
            (true, _) => Undo::Done,
            (false, false) => Undo::InTheWay(in_the_way),
            (false, true) => {
                let message = message(&edits);
                Undo::Plan(Self::of_edits(edits, &message))
            }
        })
    }
}
