//! The documents of the files that a commit changed: where each lay before, and where after.

use std::rc::Rc;

use crate::fabric::changes::{Change, Changes};
use crate::fabric::layout::{
    CRDS, HNP, MANAGED, MANIFEST, RAW, SIDECAR, UNMANAGED, is_yaml_name, stays_in_managed, stays_in_raw,
};
use crate::finding::ObjectRef;
use crate::ids::Entry;
use crate::path::RepoPath;
use crate::report::log::Source;
use crate::snapshot::ReadError;
use crate::verdict::identity::Identity;
use crate::yaml::Node;

use super::documents::{Doc, Documents};

/// The part of a fabric directory that a file lies in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Folder {
    /// managed/.
    Managed,
    /// raw/, or loose at the top, from where it can be adopted.
    Raw,
    /// unmanaged/.
    Unmanaged,
    /// The manifest and the CRDs.
    Settings,
}

/// A document in a file, or a file that holds no object.
#[derive(Debug, Clone)]
pub(super) struct Held {
    pub(super) folder: Folder,
    pub(super) path: RepoPath,
    pub(super) entry: Entry,
    docs: Rc<[Doc]>,
    at: Option<usize>,
}

impl Held {
    /// The document's object.
    pub(super) fn object(&self) -> Option<&ObjectRef> {
        self.docs.get(self.at?)?.object.as_ref()
    }

    /// What makes it the same object as another.
    pub(super) fn identity(&self) -> Option<&Identity> {
        self.docs.get(self.at?)?.identity.as_ref()
    }

    /// Its value; that of a file which holds no object, if it is one document.
    pub(super) fn value(&self) -> Option<&Node> {
        match (self.at, &*self.docs) {
            (Some(at), docs) => docs.get(at)?.value.as_ref(),
            (None, [only]) => only.value.as_ref(),
            (None, _) => None,
        }
    }

    /// Whether the file holds nothing else.
    pub(super) fn is_alone(&self) -> bool {
        self.docs.len() <= 1
    }

    /// Where it is, as it is told.
    pub(super) fn source(&self) -> Source {
        let doc = self.at.and_then(|at| self.docs.get(at)).filter(|_| !self.is_alone());
        Source { path: self.path.clone(), document: doc.map(|doc| doc.number), lines: doc.map(|doc| doc.lines) }
    }
}

/// What lay in the changed files before, and what lies in them after.
pub(super) fn both(documents: &Documents<'_>, changes: &Changes) -> Result<(Vec<Held>, Vec<Held>), ReadError> {
    let (mut before, mut after) = (Vec::new(), Vec::new());
    for (path, Change { old, new }) in changes {
        let Some(folder) = folder(path) else { continue };
        for (entry, list) in [(old, &mut before), (new, &mut after)] {
            let Some(entry) = entry else { continue };
            held(documents, folder, path, *entry, list)?;
        }
    }
    Ok((before, after))
}

fn held(
    documents: &Documents<'_>,
    folder: Folder,
    path: &RepoPath,
    entry: Entry,
    list: &mut Vec<Held>,
) -> Result<(), ReadError> {
    let blob = entry.as_file().filter(|_| is_yaml_name(path.file_name()));
    let docs = blob.map(|blob| documents.of(blob)).transpose()?.unwrap_or_else(|| Rc::new([]));
    let one = |at| Held { folder, path: path.clone(), entry, docs: Rc::clone(&docs), at };
    let named = folder != Folder::Settings && !(folder == Folder::Managed && stays_in_managed(path.file_name()));
    let objects = docs.iter().enumerate().filter(|(_, doc)| named && doc.identity.is_some());
    let before = list.len();
    list.extend(objects.map(|(at, _)| one(Some(at))));
    if list.len() == before && !documents.are_of_one() {
        list.push(one(None));
    }
    Ok(())
}

/// The folder a file of a fabric directory counts to; none for what is nobody's object.
fn folder(path: &RepoPath) -> Option<Folder> {
    let mut parts = path.components();
    let (top, name) = (parts.next()?, path.file_name());
    let is_at_top = parts.next().is_none();
    match top {
        _ if is_at_top => is_yaml_name(name).then_some(Folder::Raw),
        top if top == RAW.as_bytes() => (!stays_in_raw(name)).then_some(Folder::Raw),
        top if top == MANAGED.as_bytes() => (!name.starts_with(b".git")).then_some(Folder::Managed),
        top if top == UNMANAGED.as_bytes() => {
            (!name.starts_with(b".git") && !name.ends_with(SIDECAR.as_bytes())).then_some(Folder::Unmanaged)
        }
        top if top == HNP.as_bytes() => {
            let hnp = RepoPath::root().child(HNP);
            let is_crd = path.starts_with(&hnp.child(CRDS)) && is_yaml_name(name);
            (is_crd || *path == hnp.child(MANIFEST)).then_some(Folder::Settings)
        }
        _ => None,
    }
}
