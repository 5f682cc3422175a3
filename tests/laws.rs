//! The laws of sorting, each a property over generated repositories and their histories, in memory; a few in real git.
#![allow(unreachable_pub, reason = "the parts of a test's own crate")]

#[path = "laws/checks.rs"]
mod checks;
#[path = "laws/documents.rs"]
mod documents;
#[path = "laws/found.rs"]
mod found;
#[path = "laws/generate.rs"]
mod generate;
#[path = "laws/held.rs"]
mod held;
#[path = "laws/play.rs"]
mod play;
#[path = "laws/real.rs"]
mod real;
mod support;
#[path = "laws/together.rs"]
mod together;
#[path = "laws/undone.rs"]
mod undone;

use proptest::prelude::*;
use proptest::test_runner::{Config, FileFailurePersistence};

use checks::Broken;
use generate::{Put, World, world};
use play::play;
use support::memory::{Memory, Options, Synced};
use together::Laid;

/// As many cases as the environment says, else as many as take seconds; failures are kept in a file beside this one.
fn config() -> Config {
    let cases = if std::env::var_os("PROPTEST_CASES").is_some() { Config::default().cases } else { 200 };
    let kept = FileFailurePersistence::Direct("tests/laws.proptest-regressions");
    let max_global_rejects = cases * 20;
    Config {
        cases,
        max_global_rejects,
        failure_persistence: Some(Box::new(kept)),
        max_shrink_iters: 20_000,
        ..Config::default()
    }
}

/// Plays a world and asks a law of each of its syncs.
fn each_sync(world: &World, law: impl Fn(&Memory, &Synced) -> Result<(), Broken>) -> Result<(), TestCaseError> {
    let played = play(world);
    for (number, synced) in played.syncs.iter().enumerate() {
        law(&played.memory, synced).map_err(|broken| TestCaseError::fail(format!("sync {}: {broken}", number + 1)))?;
    }
    Ok(())
}

proptest! {
    #![proptest_config(config())]

    /// L1: what was just sorted is sorted; neither the same sync nor a plain one finds anything to do. Only what the first
    /// one parked as reverted, or beside a repair, may pass the second time, if --retry names its path.
    #[test]
    fn l1_a_second_sync_has_nothing_to_do(world in world()) {
        let mut played = play(&world);
        for synced in &played.syncs {
            checks::a_second_sync_has_nothing_to_do(&mut played.memory, synced).map_err(TestCaseError::fail)?;
        }
    }

    /// L2: nobody's bytes are lost or doubled on the way, line by line.
    #[test]
    fn l2_each_line_of_raw_is_where_the_report_says(world in world()) {
        each_sync(&world, checks::each_line_of_raw_is_where_the_report_says)?;
    }

    /// L2: a document is never cut up, wherever it lay before.
    #[test]
    fn l2_each_document_that_left_its_place_is_somewhere_whole(world in world()) {
        each_sync(&world, checks::each_document_that_left_its_place_is_somewhere_whole)?;
    }

    /// L3: nothing is left to be sorted, and what was sorted in reads back as what it was taken for.
    #[test]
    fn l3_raw_is_empty_and_managed_is_canonical(world in world()) {
        each_sync(&world, checks::raw_is_empty_and_managed_is_canonical)?;
    }

    /// L4: nobody else's files are touched.
    #[test]
    fn l4_only_what_may_change_does(world in world()) {
        each_sync(&world, checks::only_what_may_change_does)?;
    }

    /// L5: neither how many threads read nor the order in which objects came decides anything.
    #[test]
    fn l5_the_same_input_gives_the_same_commit(world in together::orderly_world(), copies in 1usize..3) {
        let one = together::outcome(&world, copies, 1, false);
        for (threads, backwards) in [(2, false), (7, true), (1, true)] {
            prop_assert_eq!(&one, &together::outcome(&world, copies, threads, backwards));
        }
    }

    /// L6: objects are the same however people spread them over files.
    #[test]
    fn l6_how_objects_are_spread_over_files_means_nothing(world in together::base_world(), (one, other) in together::spreads()) {
        let after = |puts: &[Put]| {
            let mut laid = Laid::new(&world);
            // What the world itself has in raw/ goes first, so that the spreads stand alone there.
            laid.sync();
            laid.push(puts);
            laid.sync();
            together::values(&laid.objects())
        };
        prop_assert_eq!(after(&one), after(&other));
    }

    /// L7: a push that comes before the sync of another gives what one after it gives.
    #[test]
    fn l7_two_pushes_give_what_one_of_both_gives(world in together::base_world(), (first, second) in together::pushes()) {
        prop_assume!(!together::order_matters(&world, &first, &second));
        let mut apart = Laid::new(&world);
        apart.push(&first);
        apart.sync();
        apart.push(&second);
        apart.sync();
        let mut at_once = Laid::new(&world);
        at_once.push(&first);
        at_once.push(&second);
        at_once.sync();
        prop_assert_eq!(apart.objects(), at_once.objects());
    }

    /// L8: a dry run tells the truth.
    #[test]
    fn l8_the_plan_is_the_difference(world in world()) {
        each_sync(&world, checks::the_plan_is_the_difference)?;
    }

    /// The report names every object that managed/ lost, and no other.
    #[test]
    fn removed_is_what_managed_lost(world in world()) {
        each_sync(&world, checks::removed_is_what_managed_lost)?;
    }

    /// A sync that is taken back leaves the very tree it began with.
    #[test]
    fn an_undo_restores_the_tree(world in world()) {
        each_sync(&world, undone::an_undo_restores_the_tree)?;
    }

    /// What was taken back stays so: the next sync does not bring it again.
    #[test]
    fn the_next_sync_does_not_fight_an_undo(world in world()) {
        let mut played = play(&world);
        for (number, synced) in played.syncs.iter().enumerate() {
            undone::the_next_sync_does_not_fight_an_undo(&mut played.memory, synced)
                .map_err(|broken| TestCaseError::fail(format!("sync {}: {broken}", number + 1)))?;
        }
    }

    /// The report says of everything in raw/ where it is now.
    #[test]
    fn each_raw_entry_has_its_row(world in world()) {
        each_sync(&world, checks::each_raw_entry_has_its_row)?;
    }
}

proptest! {
    #![proptest_config(Config { cases: config().cases.min(3000) / 12, ..config() })]

    /// Real git gets the trees that memory gets, differing by exactly the plan, and finds nothing wrong with them.
    #[test]
    fn real_git_agrees_with_memory(world in world().prop_map(real::as_git_makes_it)) {
        let mut played = play(&world);
        for synced in &played.syncs {
            let root = played.memory.commit_tree(played.memory.tree_of(synced.input), None, "push\n");
            let options = Options { retry: synced.options.retry.as_ref().map(real::first), wide: true, ..synced.options.clone() };
            let again = played.memory.sync(root, &options).expect("it was read before");
            if again.planned.fabrics.is_empty() {
                continue;
            }
            let repo = real::lay(&played.memory, root);
            let was_sound = repo.git_succeeds(&real::FSCK);
            let unsynced = repo.git(&["rev-parse", "main"]);
            let report = real::sync_for_real(&repo, &options, false);
            let synced = repo.git(&["rev-parse", "main"]);
            repo.git(&["update-ref", "refs/heads/main", &unsynced]);
            let brief = real::sync_for_real(&repo, &options, true);
            prop_assert_eq!(repo.git(&["rev-parse", "main"]), synced);
            prop_assert_eq!(real::told(&brief), real::told(&report));
            prop_assert_eq!(real::tree(&report), Some(again.tree));
            prop_assert_eq!(&report.fabrics, &again.planned.fabrics);
            if again.output != root {
                prop_assert_eq!(real::difference(&repo, "main~1", "main"), real::planned(&again.planned.plan));
            }
            prop_assert!(!was_sound || repo.git_succeeds(&real::FSCK), "git fsck finds fault with what was written");
        }
    }
}
