//! managed/ by identity: which file holds which objects, from content and never from names.

use std::collections::BTreeMap;

use crate::fabric::inventory::Leaves;
use crate::ids::Entry;
use crate::path::RepoPath;
use crate::verdict::code::Code;
use crate::verdict::file::{Document, File};
use crate::verdict::identity::Identity;

/// What managed/ holds, by paths from there.
#[derive(Debug, Default)]
pub struct Holdings {
    /// Every entry, whatever it is.
    pub leaves: Leaves,
    /// The files that were judged.
    pub files: BTreeMap<RepoPath, File>,
    /// Whether managed/ holds more that was not looked at.
    pub is_part: bool,
    objects: BTreeMap<Identity, Held>,
}

/// Where an object is held.
#[derive(Debug, Default)]
struct Held {
    /// The files, in path order.
    holders: Vec<RepoPath>,
    /// Which of a holder's documents is the first of the object, beside each of `holders`.
    firsts: Vec<usize>,
}

impl Holdings {
    /// Indexes the judged files of managed/.
    pub fn new(leaves: Leaves, files: BTreeMap<RepoPath, File>) -> Self {
        let mut objects: BTreeMap<Identity, Held> = BTreeMap::new();
        for (path, file) in &files {
            let File::Documents(documents) = file else { continue };
            let identified = documents.iter().enumerate().rev().filter_map(|(i, d)| Some((d.identity.as_ref()?, i)));
            for (identity, first) in identified.collect::<BTreeMap<&Identity, usize>>() {
                let held = objects.entry(identity.clone()).or_default();
                held.holders.push(path.clone());
                held.firsts.push(first);
            }
        }
        Self { leaves, files, is_part: false, objects }
    }

    /// The files that hold an object, in path order.
    pub fn holders(&self, identity: &Identity) -> &[RepoPath] {
        self.objects.get(identity).map_or(&[], |held| &held.holders)
    }

    /// All objects that managed/ holds, of whatever group.
    pub fn identities(&self) -> impl Iterator<Item = (&Identity, &[RepoPath])> {
        self.objects.iter().map(|(identity, held)| (identity, held.holders.as_slice()))
    }

    /// The documents of a file.
    pub fn documents(&self, path: &RepoPath) -> &[Document] {
        match self.files.get(path) {
            Some(File::Documents(documents)) => documents,
            _ => &[],
        }
    }

    /// Whether a file holds an object, among others or not.
    pub fn holds(&self, path: &RepoPath, identity: &Identity) -> bool {
        self.holders(identity).binary_search(path).is_ok()
    }

    /// The first document of an object in a file.
    pub fn document(&self, path: &RepoPath, identity: &Identity) -> Option<&Document> {
        let held = self.objects.get(identity)?;
        let holder = held.holders.binary_search(path).ok()?;
        self.documents(path).get(*held.firsts.get(holder)?)
    }

    /// The entry at a path.
    pub fn entry(&self, path: &RepoPath) -> Option<Entry> {
        self.leaves.get(path).copied()
    }

    /// Whether a file holds this object and nothing else.
    pub fn holds_only(&self, path: &RepoPath, identity: &Identity) -> bool {
        let documents = self.documents(path);
        !documents.is_empty() && documents.iter().all(|document| document.identity.as_ref() == Some(identity))
    }

    /// Whether a file can be read as a whole: each of its documents parses.
    pub fn is_readable(&self, path: &RepoPath) -> bool {
        match self.files.get(path) {
            Some(File::Documents(documents)) => {
                documents.iter().all(|d| d.refusal().is_none_or(|code| !is_fault(code)))
            }
            Some(File::Whole(finding)) => finding.code == Code::Empty,
            None => false,
        }
    }
}

fn is_fault(code: Code) -> bool {
    matches!(
        code,
        Code::Encoding
            | Code::InvalidYaml
            | Code::TrailingContent
            | Code::DuplicateKey
            | Code::TooDeep
            | Code::AliasExpansion
    )
}
