//! Undo: a sync taken back leaves the very tree it began with, and the next sync does not do it again.

use hhgit::fabric::changes::changes;
use hhgit::git::tree::apply;
use hhgit::ids::TreeId;
use hhgit::path::RepoPath;
use hhgit::plan::Plan;
use hhgit::plan::undo::Undo;
use hhgit::verdict::code::Code;

use crate::checks::Broken;
use crate::held::difference;
use crate::support::memory::{Memory, Options, Synced};

/// The tree after a sync is taken back; none if it changed nothing.
fn undone(memory: &Memory, synced: &Synced) -> Result<Option<TreeId>, Broken> {
    let before = memory.tree_of(synced.input);
    let changes = changes(memory, Some(before), Some(synced.tree), &RepoPath::root()).expect("it was read before");
    if changes.is_empty() {
        return Ok(None);
    }
    let undo = Plan::of_undo(memory, synced.tree, &changes, |_| "undo\n".to_owned()).expect("it was read before");
    let Undo::Plan(plan) = undo else { return Err(format!("right after the sync, an undo is {undo:?}")) };
    Ok(Some(apply(memory, synced.tree, plan.edits()).expect("the paths were free before").id))
}

/// After an undo the tree is the very one that was sorted.
pub fn an_undo_restores_the_tree(memory: &Memory, synced: &Synced) -> Result<(), Broken> {
    match undone(memory, synced)? {
        Some(tree) if tree != memory.tree_of(synced.input) => Err("the tree is another".to_owned()),
        _ => Ok(()),
    }
}

/// A sync after an undo leaves every file of managed/ that the undo restored as it is.
pub fn the_next_sync_does_not_fight_an_undo(memory: &mut Memory, synced: &Synced) -> Result<(), Broken> {
    let before = memory.tree_of(synced.input);
    let rows = || synced.planned.fabrics.iter().flat_map(|fabric| &fabric.documents);
    // An undo of such a sync is refused: what was taken back once would count as dropped anew.
    // What a plain sync leaves of raw/ where another was asked for more is its own to decide: a loose file is no raw document to
    // it, and what --retry or --repair had in a raw document's way is not.
    let Options { adopt, repair, retry, .. } = &synced.options;
    let plain = !adopt && !repair && retry.is_none();
    if before == synced.tree || !plain || rows().any(|row| row.code == Some(Code::Reverted)) {
        return Ok(());
    }
    let commit = memory.commit_tree(before, Some(synced.output), "undo\n");
    let again = memory.sync(commit, &Options::default()).expect("it was read before");
    let (was, sorted, is) = (memory.flat(before), memory.flat(synced.tree), memory.flat(again.tree));
    for fabric in &again.planned.fabrics {
        let managed = fabric.path.join_path(&RepoPath::new("managed").expect("a plain name is a path"));
        let restored = difference(&was, &sorted).into_keys();
        for path in restored.filter(|path| path.starts_with(&managed) && path.file_name() != b".gitkeep") {
            if is.get(&path) != was.get(&path) {
                return Err(format!("{path} is not as the undo left it"));
            }
        }
    }
    Ok(())
}
