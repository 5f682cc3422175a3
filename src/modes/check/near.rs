//! What a change reaches where nothing is remembered and no rules are asked: its files, and what stands where they belong.

use std::collections::{BTreeMap, BTreeSet};

use crate::fabric::changes::Changes;
use crate::fabric::inventory::Leaves;
use crate::ids::{Entry, TreeId};
use crate::path::RepoPath;
use crate::plan::fabric::Inventory;
use crate::snapshot::Objects;

use super::ModeError;
use super::narrow::{Found, targets};

/// Trees that were read, by their names.
struct Shelf<'a> {
    reader: &'a dyn Objects,
    trees: BTreeMap<TreeId, BTreeMap<Vec<u8>, Entry>>,
}

impl Shelf<'_> {
    /// What stands at a path or in its way, or below it.
    fn stands(&mut self, root: TreeId, path: &RepoPath) -> Result<Leaves, ModeError> {
        let (mut tree, mut at) = (root, RepoPath::root());
        for name in path.components() {
            let Some(entry) = self.entry(tree, name)? else { return Ok(Leaves::new()) };
            at = at.join(name).expect("a component of a valid path is valid");
            match entry.as_tree() {
                Some(below) => tree = below,
                None => return Ok(Leaves::from([(at, entry)])),
            }
        }
        let below = crate::fabric::inventory::leaves(self.reader, tree, path)?;
        Ok(below.into_iter().map(|(name, entry)| (path.join_path(&name), entry)).collect())
    }

    fn entry(&mut self, tree: TreeId, name: &[u8]) -> Result<Option<Entry>, ModeError> {
        if !self.trees.contains_key(&tree) {
            let entries = self.reader.tree(tree)?;
            self.trees.insert(tree, entries.into_iter().map(|entry| (entry.name, entry.entry)).collect());
        }
        Ok(self.trees[&tree].get(name).copied())
    }
}

/// What a change reaches. An object that a third file holds, neither changed nor where the object belongs, is not seen.
pub(super) fn near(
    reader: &dyn Objects,
    old: &Inventory,
    new: &Inventory,
    changes: &Changes,
) -> Result<Found, ModeError> {
    let mut shelf = Shelf { reader, trees: BTreeMap::new() };
    let mut altered: BTreeSet<RepoPath> = changes.keys().cloned().collect();
    let (mut before, mut after) = (Leaves::new(), Leaves::new());
    let wanted: BTreeSet<RepoPath> = targets(old).into_iter().chain(targets(new)).collect();
    for path in wanted.iter().filter(|path| !changes.contains_key(*path)) {
        for (side, found) in [(old, &mut before), (new, &mut after)] {
            let Some(root) = side.survey.managed else { continue };
            found.extend(shelf.stands(root, path)?);
        }
        altered.insert(path.clone());
    }
    for (path, change) in changes {
        before.extend(change.old.map(|entry| (path.clone(), entry)));
        after.extend(change.new.map(|entry| (path.clone(), entry)));
    }
    Ok(Found { before, after, altered })
}
