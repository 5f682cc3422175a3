//! What left managed/ between two commits, as findings: what others still name, what goes together with who names it, too many.

use std::collections::{BTreeMap, BTreeSet};

use crate::finding::Finding;
use crate::options::CheckLevel;
use crate::path::RepoPath;
use crate::rules::Index;
use crate::rules::deletion::Referrers;
use crate::snapshot::Objects;
use crate::verdict::code::Code;
use crate::verdict::identity::Identity;

use super::commit::{Seen, placed};
use super::judge::{Placed, objects, quote, still_referred};
use super::range::{Asked, Removed};

/// How many objects a message names.
const NAMED: usize = 10;

/// What is wrong with what left managed/.
pub(super) fn deletions(
    reader: &dyn Objects,
    removed: &Removed,
    (before, after): (&Seen, &Seen),
    asked: &Asked<'_>,
) -> Vec<Finding> {
    let mut findings = Vec::new();
    if asked.level == CheckLevel::References {
        let texts = |path: &RepoPath| after.text(reader, path);
        for (inventory, fabric) in after.inventories.iter().zip(&after.planned.fabrics) {
            let settings = &inventory.survey.manifest.settings;
            findings.extend(still_referred(&of(removed, &fabric.path), &placed(inventory, fabric), settings, &texts));
        }
        quote(&mut findings, &texts);
        findings.extend(together(before, after, removed));
    }
    findings.extend(too_many(removed, asked.max_deletions));
    findings
}

/// What left a fabric directory.
fn of<'r>(removed: &'r Removed, fabric: &RepoPath) -> Vec<&'r Identity> {
    removed.keys().filter(|(path, _)| path == fabric).map(|(_, identity)| identity).collect()
}

/// What left together with objects that name it, and for whose sake the cluster refuses the deletion as long as they are there.
/// A fabric directory that is given up as a whole, or left alone, is no matter of order.
fn together(before: &Seen, after: &Seen, removed: &Removed) -> Vec<Finding> {
    let mut findings = Vec::new();
    let stays = |path: &RepoPath| after.planned.fabrics.iter().any(|fabric| fabric.path == *path && !fabric.left_alone);
    for (inventory, fabric) in before.inventories.iter().zip(&before.planned.fabrics) {
        let gone: BTreeSet<&Identity> = of(removed, &fabric.path).into_iter().collect();
        if gone.is_empty() || !stays(&fabric.path) {
            continue;
        }
        let placed = placed(inventory, fabric);
        let objects = objects(&placed);
        let index = Index::build(&objects, &inventory.survey.manifest.settings);
        let referrers = Referrers::of(&index);
        let at: BTreeMap<&Identity, &Placed<'_>> =
            placed.iter().filter_map(|object| Some((object.document.identity.as_ref()?, object))).collect();
        for identity in &gone {
            let guards = referrers.to(identity).iter().filter(|referrer| referrer.guards);
            let mut names: Vec<&Identity> = guards.map(|referrer| objects[referrer.object].identity).collect();
            names.retain(|name| gone.contains(name));
            names.dedup();
            let Some(object) = at.get(identity).filter(|_| !names.is_empty()) else { continue };
            let message = format!("{identity} leaves managed/ together with what names it: {}", listed(&names));
            let mut finding = Finding::new(Code::DeletedTogether, object.path.clone(), message);
            finding.object.clone_from(&object.document.object);
            findings.push(finding);
        }
    }
    findings
}

fn too_many(removed: &Removed, most: Option<usize>) -> Option<Finding> {
    let most = most.filter(|most| removed.len() > *most)?;
    let names: Vec<&Identity> = removed.keys().map(|(_, identity)| identity).collect();
    let leave = if removed.len() == 1 { "object leaves" } else { "objects leave" };
    let message = format!("{} {leave} managed/, more than {most}: {}", removed.len(), listed(&names));
    let path = removed.keys().next().map(|(path, _)| path.clone()).unwrap_or_default();
    Some(Finding::new(Code::TooManyDeletions, path, message))
}

/// Objects by name, the first few.
fn listed(identities: &[&Identity]) -> String {
    let mut names: Vec<String> = identities.iter().take(NAMED).map(ToString::to_string).collect();
    if identities.len() > NAMED {
        names.push(format!("{} more", identities.len() - NAMED));
    }
    names.join(", ")
}
