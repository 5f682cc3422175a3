//! `--repair`: what can be done about files in managed/ that are not one valid object at its own path.

use std::collections::{BTreeMap, BTreeSet};

use crate::fabric::kinds::is_hedgehog_group;
use crate::fabric::layout::stays_in_managed;
use crate::path::RepoPath;
use crate::verdict::code::Code;
use crate::verdict::file::{Document, File};
use crate::verdict::identity::Identity;

use super::holdings::Holdings;
use super::settle::Repair;

/// The repairs that might be made to files that raw objects do not replace, without those that turned out impossible.
pub(super) fn propose(
    holdings: &Holdings,
    replaced: &BTreeSet<RepoPath>,
    dropped: &BTreeSet<RepoPath>,
) -> BTreeMap<RepoPath, Repair> {
    let candidates = holdings.files.iter().filter(|(path, _)| !replaced.contains(*path) && !dropped.contains(*path));
    candidates
        .filter(|(path, _)| !stays_in_managed(path.file_name()))
        .filter_map(|(path, file)| Some((path.clone(), repair(holdings, replaced, path, file)?)))
        .collect()
}

fn repair(holdings: &Holdings, replaced: &BTreeSet<RepoPath>, path: &RepoPath, file: &File) -> Option<Repair> {
    if names_no_hedgehog(holdings, path, file) {
        return Some(Repair::Park { doubled: false });
    }
    let File::Documents(documents) = file else { return None };
    let stays = |holder: &RepoPath| holder != path && !replaced.contains(holder);
    let is_alone = |identity: &Identity| !holdings.holders(identity).iter().any(stays);
    let valid: Vec<(&Identity, &RepoPath)> = documents.iter().filter_map(valid_object).collect();
    if valid.len() != documents.len() {
        return None;
    }
    if let [(identity, to)] = valid.as_slice() {
        let (identity, to) = (*identity, *to);
        return match () {
            () if path == to => None,
            () if is_alone(identity) => Some(Repair::Move { to: to.clone() }),
            () if stays(to) && holdings.holds(to, identity) => Some(Repair::Park { doubled: true }),
            () => None,
        };
    }
    let distinct: BTreeSet<&Identity> = valid.iter().map(|(identity, _)| *identity).collect();
    let single = distinct.len() == valid.len() && distinct.iter().all(|identity| is_alone(identity));
    single.then(|| Repair::Split { to: valid.into_iter().map(|(_, to)| to.clone()).collect() })
}

fn valid_object(document: &Document) -> Option<(&Identity, &RepoPath)> {
    Some((document.identity.as_ref()?, document.target.as_ref()?.path()))
}

/// Whether a file parses whole and names no Hedgehog object at all.
fn names_no_hedgehog(holdings: &Holdings, path: &RepoPath, file: &File) -> bool {
    if !holdings.is_readable(path) {
        return false;
    }
    let File::Documents(documents) = file else { return true };
    documents.iter().all(|document| {
        let foreign = matches!(document.refusal(), Some(Code::NotHedgehog | Code::NotAMapping));
        foreign && document.identity.as_ref().is_none_or(|identity| !is_hedgehog_group(&identity.group))
    })
}
