//! Laws of reach: judging only what a change reaches says what judging the whole fabric says of it, and nothing beyond changes.

use std::collections::{BTreeMap, BTreeSet};
use std::convert::Infallible;
use std::sync::LazyLock;

use proptest::prelude::*;

use super::{BASE, Document, cases, documents, files, objects};
use crate::fabric::settings::Settings;
use crate::rules::reach::{Known, Reach, reach};
use crate::rules::ties::{self, Key};
use crate::rules::{Object, check};
use crate::verdict::code::Code;
use crate::verdict::identity::Identity;
use crate::yaml::Span;

/// A fabric by identity: each object a file of its own.
type Fabric = BTreeMap<Identity, Document>;

fn keys(document: &Document, settings: &Settings) -> Vec<Key> {
    ties::of(&Object { identity: &document.identity, root: &document.root, sound: true }, settings)
}

/// A fabric's ties, in memory.
struct Memory {
    ties: BTreeMap<Identity, Vec<Key>>,
    by_key: BTreeMap<Key, BTreeSet<Identity>>,
}

impl Memory {
    fn of(fabric: &Fabric, settings: &Settings) -> Self {
        let mut memory = Self { ties: BTreeMap::new(), by_key: BTreeMap::new() };
        for (identity, document) in fabric {
            let keys = keys(document, settings);
            for key in &keys {
                memory.by_key.entry(*key).or_default().insert(identity.clone());
            }
            memory.ties.insert(identity.clone(), keys);
        }
        memory
    }
}

impl Known for Memory {
    type File = Identity;
    type Error = Infallible;

    fn holders(&mut self, from: &Key, to: &Key) -> Result<Vec<Identity>, Infallible> {
        Ok(self.by_key.range(from..=to).flat_map(|(_, files)| files.iter().cloned()).collect())
    }

    fn first(
        &mut self,
        (from, to): (Key, Key),
        keys: usize,
        aside: &BTreeSet<Identity>,
    ) -> Result<Vec<Identity>, Infallible> {
        let left = self.by_key.range(from..=to).map(|(_, files)| files.difference(aside).cloned().collect::<Vec<_>>());
        Ok(left.filter(|files| !files.is_empty()).take(keys).flatten().collect())
    }

    fn ties(&mut self, file: &Identity) -> Result<Vec<Key>, Infallible> {
        Ok(self.ties.get(file).cloned().unwrap_or_default())
    }
}

/// What is said of an object: where, which rule, in which words, and who else has part in it.
type Said = (Identity, Code, Span, String, Option<(Identity, Span)>);

fn said(fabric: &Fabric, settings: &Settings) -> BTreeSet<Said> {
    let all: Vec<Document> = fabric.values().cloned().collect();
    let breaches = check(&objects(&all), settings).into_iter();
    let told = breaches.map(|breach| {
        let related = breach.related.map(|related| (all[related.object].identity.clone(), related.span));
        (all[breach.object].identity.clone(), breach.code, breach.span, breach.message, related)
    });
    told.collect()
}

fn narrowed(fabric: &Fabric, reach: &Reach<Identity>) -> Fabric {
    let needed = fabric.iter().filter(|(identity, _)| reach.needed.contains(*identity));
    needed.map(|(identity, document)| (identity.clone(), document.clone())).collect()
}

/// Whether some addresses are set, or none are wanted: else one object speaks for all.
fn is_settled(memory: &Memory) -> bool {
    let any = |(from, to): (Key, Key)| memory.by_key.range(from..=to).next().is_some();
    any(Key::begun()) || !any(Key::unset())
}

/// Checks the laws on one change, and says how many objects it reached.
fn hold(before: &Fabric, after: &Fabric, settings: &Settings) -> Option<usize> {
    let changed: BTreeSet<Identity> = before.keys().chain(after.keys()).cloned().collect();
    let same = |identity: &Identity| match (before.get(identity), after.get(identity)) {
        (Some(one), Some(other)) => one.root == other.root,
        (one, other) => one.is_none() && other.is_none(),
    };
    let changed: BTreeSet<Identity> = changed.into_iter().filter(|identity| !same(identity)).collect();
    let mut memory = Memory::of(before, settings);
    if !is_settled(&memory) || !is_settled(&Memory::of(after, settings)) {
        return None;
    }
    let versions = changed.iter().flat_map(|identity| [before.get(identity), after.get(identity)]).flatten();
    let seeds: Vec<Key> = versions.flat_map(|document| keys(document, settings)).collect();
    let reach = reach(&mut memory, &changed, &seeds).unwrap_or_else(|never| match never {});
    let about = |all: &BTreeSet<Said>, altered: bool| -> BTreeSet<Said> {
        all.iter().filter(|said| reach.altered.contains(&said.0) == altered).cloned().collect()
    };
    let (full_before, full_after) = (said(before, settings), said(after, settings));
    for (fabric, full) in [(before, &full_before), (after, &full_after)] {
        assert_eq!(about(&said(&narrowed(fabric, &reach), settings), true), about(full, true));
    }
    // That one object blocks all others is said of those that changed; that somebody else is named first is nothing new.
    let places: BTreeSet<_> = full_before.iter().map(|(identity, code, span, ..)| (identity, code, span)).collect();
    let new = about(&full_after, false).into_iter().filter(|said| said.1 != Code::BlockedByAnother);
    let new: Vec<Said> = new.filter(|said| !places.contains(&(&said.0, &said.1, &said.2))).collect();
    assert_eq!(new, Vec::new(), "beyond reach of {changed:?}");
    Some(reach.needed.len())
}

fn fabric(documents: Vec<Document>) -> Fabric {
    documents.into_iter().rev().map(|document| (document.identity.clone(), document)).collect()
}

fn gateway() -> Settings {
    Settings { gateway: true, ..Settings::default() }
}

#[test]
fn every_case_is_judged_alone_as_it_is_judged_in_its_fabric() {
    let base = fabric(documents(BASE));
    let mut held = 0;
    for case in files().iter().flat_map(|(_, text)| cases(text)) {
        let settings = super::settings(case.settings.as_deref());
        let mut laid = base.clone();
        laid.extend(fabric(documents(&case.yaml)));
        held += usize::from(hold(&base, &laid, &settings).is_some());
        held += usize::from(hold(&laid, &base, &settings).is_some());
    }
    assert!(held > 100, "only {held} cases could be held to it");
}

#[test]
fn a_change_of_one_server_reaches_few() {
    let base = fabric(documents(BASE));
    let mut after = base.clone();
    let name = base.keys().find(|identity| identity.kind == "Server").cloned().expect("the fabric has a server");
    after.remove(&name);
    let reached = hold(&base, &after, &gateway()).expect("the fabric has its addresses");
    assert!(reached < base.len() / 2, "{reached} of {}", base.len());
}

/// All versions of all objects that the cases have, read once.
static POOL: LazyLock<Vec<(Identity, Vec<Document>)>> = LazyLock::new(|| pool().into_iter().collect());

fn pool() -> BTreeMap<Identity, Vec<Document>> {
    let mut pool: BTreeMap<Identity, Vec<Document>> = BTreeMap::new();
    let texts = files().into_iter().flat_map(|(_, text)| cases(&text)).map(|case| case.yaml);
    for document in std::iter::once(BASE.to_owned()).chain(texts).flat_map(|text| documents(&text)) {
        pool.entry(document.identity.clone()).or_default().push(document);
    }
    pool
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(512))]

    #[test]
    fn whatever_changes_in_whatever_fabric_is_judged_within_its_reach(
        choices in proptest::collection::vec((any::<prop::sample::Index>(), any::<prop::sample::Index>()), 0..30),
        changes in proptest::collection::vec((any::<prop::sample::Index>(), proptest::option::weighted(0.7, any::<prop::sample::Index>())), 1..4),
    ) {
        let pool = &*POOL;
        let mut before = fabric(documents(BASE));
        for (which, version) in choices {
            let (identity, versions) = &pool[which.index(pool.len())];
            before.insert(identity.clone(), versions[version.index(versions.len())].clone());
        }
        let mut after = before.clone();
        for (which, version) in changes {
            let (identity, versions) = &pool[which.index(pool.len())];
            match version {
                Some(version) => after.insert(identity.clone(), versions[version.index(versions.len())].clone()),
                None => after.remove(identity),
            };
        }
        hold(&before, &after, &gateway());
    }
}
