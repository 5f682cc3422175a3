//! Of every line of every file that syncs made, `hhgit why` tells the very commit, file, document and line in which somebody
//! wrote it: over generated histories in which each line carries a token of its own.
#![allow(clippy::unwrap_used, unreachable_pub, reason = "a test may unwrap, and its parts are a crate of their own")]

#[path = "why_laws/documents.rs"]
mod documents;
mod support;
#[path = "why_laws/texts.rs"]
mod texts;
#[path = "why_laws/world.rs"]
mod world;

use std::collections::BTreeMap;

use proptest::prelude::*;
use proptest::test_runner::{Config, FileFailurePersistence};

use documents::token;
use hhgit::modes::why::why;
use hhgit::options::why::Why;
use hhgit::report::why::How;
use world::{Act, What, World, Written};

fn config() -> Config {
    let cases = if std::env::var_os("PROPTEST_CASES").is_some() { Config::default().cases } else { 24 };
    let kept = FileFailurePersistence::Direct("tests/why_laws.proptest-regressions");
    Config { cases, failure_persistence: Some(Box::new(kept)), max_shrink_iters: 400, ..Config::default() }
}

fn acts() -> impl Strategy<Value = Vec<Act>> {
    let what = prop_oneof![
        4 => Just(What::Drop),
        2 => Just(What::Edit),
        1 => Just(What::Rename),
        4 => Just(What::Sync),
        1 => Just(What::Misplace),
        1 => Just(What::PutStraight),
        2 => Just(What::MendParked),
        2 => Just(What::Take),
        1 => Just(What::Adopt),
        1 => Just(What::Side),
        1 => Just(What::HandEdit),
        2 => Just(What::Reword),
    ];
    prop::collection::vec((what, any::<u64>()).prop_map(|(what, dice)| Act { what, dice }), 1..14)
}

/// Where the lines of all files of managed/ and unmanaged/ come from, by their tokens: as it is, and as it should be.
fn all_lines(world: &World) -> (BTreeMap<u32, Written>, BTreeMap<u32, Written>) {
    let (mut told, mut known) = (BTreeMap::new(), BTreeMap::new());
    let is_made = |name: &&String| {
        (name.starts_with("f/managed/") || name.starts_with("f/unmanaged/")) && name.ends_with(".yaml")
    };
    for name in world.files.keys().filter(is_made) {
        let asked = Why { subject: name.as_bytes().to_vec(), revision: Some("main".to_owned()) };
        let answer = why(&world.repo.common(), &asked).unwrap();
        let lines: Vec<&str> = world.files[name].lines().collect();
        assert_eq!(answer.lines.len(), lines.len(), "{name}");
        for line in &answer.lines {
            let Some(token) = token(&line.text) else { continue };
            let from = &line.origin;
            let document = from.document.unwrap_or(0);
            let (commit, path) = (from.commit.to_string(), from.path.to_string());
            let by_hand = path.starts_with("f/managed/") || path.starts_with("f/unmanaged/");
            assert_eq!(from.how == How::Straight { claims: false }, by_hand, "{line:?}");
            assert!(from.sync.is_some() || by_hand, "a sync put it where it is: {line:?}");
            told.insert(token, Written { commit, path, document, line: from.line });
            known.insert(token, world.written[&token].clone());
        }
    }
    (told, known)
}

fn asked_of(acts: &[Act]) -> World {
    let mut world = World::new();
    acts.iter().for_each(|act| world.act(act));
    world.act(&Act { what: What::Sync, dice: 0 });
    world
}

proptest! {
    #![proptest_config(config())]

    #[test]
    fn each_line_is_told_to_come_from_where_somebody_wrote_it(acts in acts()) {
        let world = asked_of(&acts);
        let (told, known) = all_lines(&world);
        let wrong: Vec<_> = known.iter().filter(|(token, written)| told[token] != **written).collect();
        let wrong: Vec<String> =
            wrong.iter().take(4).map(|(token, written)| format!("t{token}: {written:?}, told {:?}", told[token])).collect();
        prop_assert!(wrong.is_empty(), "{}\n{}", wrong.join("\n"), world.history());
    }
}
