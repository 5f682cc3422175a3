//! The tree transform on repositories of any bytes: the laws of one sync, L1 to L4 and L8, what is removed, and undo.

use arbitrary::Unstructured;

use crate::checks::{self, Broken};
use crate::laws::undone;
use crate::play::{Played, play};
use crate::support::memory::{Memory, Synced};

/// A law's name, and what asks it of a sync.
type Law = (&'static str, fn(&Memory, &Synced) -> Result<(), Broken>);

/// Plays the repository that an input is, and asks each law of each of its syncs.
pub fn check(data: &[u8]) {
    let Ok(world) = crate::world::world(&mut Unstructured::new(data)) else { return };
    let mut played = play(&world);
    let laws: [Law; 8] = [
        ("L2, line by line", checks::each_line_of_raw_is_where_the_report_says),
        ("L2, whole documents", checks::each_document_that_left_its_place_is_somewhere_whole),
        ("L3", checks::raw_is_empty_and_managed_is_canonical),
        ("L4", checks::only_what_may_change_does),
        ("L8", checks::the_plan_is_the_difference),
        ("removed", checks::removed_is_what_managed_lost),
        ("undo", undone::an_undo_restores_the_tree),
        ("rows", checks::each_raw_entry_has_its_row),
    ];
    for (number, synced) in (1..).zip(&played.syncs) {
        for (law, holds) in laws {
            holds(&played.memory, synced).unwrap_or_else(|broken| panic!("{law}, sync {number}: {broken}\n{world:#?}"));
        }
    }
    let Played { memory, syncs } = &mut played;
    for (number, synced) in (1..).zip(syncs.iter()) {
        let again = checks::a_second_sync_has_nothing_to_do(memory, synced);
        again.unwrap_or_else(|broken| panic!("L1, sync {number}: {broken}\n{world:#?}"));
        let fights = undone::the_next_sync_does_not_fight_an_undo(memory, synced);
        fights.unwrap_or_else(|broken| panic!("after an undo, sync {number}: {broken}\n{world:#?}"));
    }
}
