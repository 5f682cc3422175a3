//! The documents of many files: each blob is read once, however many commits and paths it lies at.

use std::cell::RefCell;
use std::collections::BTreeMap;
use std::rc::Rc;

use crate::fabric::kinds::Kinds;
use crate::finding::ObjectRef;
use crate::git::Reader;
use crate::ids::BlobId;
use crate::options::MAX_FILE_SIZE;
use crate::path::RepoPath;
use crate::snapshot::{Objects, ReadError};
use crate::verdict::file::{File, judge_keeping};
use crate::verdict::identity::Identity;
use crate::verdict::judge::Judge;
use crate::yaml::{Limits, Node};

/// How many documents are remembered; then it begins anew, so that a long history takes no more memory than a short one.
const MOST: usize = 8192;

/// One document of a file.
#[derive(Debug)]
pub(super) struct Doc {
    pub(super) number: u32,
    pub(super) lines: (u32, u32),
    pub(super) object: Option<ObjectRef>,
    pub(super) identity: Option<Identity>,
    pub(super) value: Option<Node>,
}

/// Documents by their file's blob.
pub(super) struct Documents<'a> {
    reader: &'a Reader,
    kinds: Kinds,
    /// The name that alone is of interest, as bytes.
    only: Option<Vec<u8>>,
    known: RefCell<Known>,
}

#[derive(Default)]
struct Known {
    files: BTreeMap<BlobId, Rc<[Doc]>>,
    documents: usize,
}

impl<'a> Documents<'a> {
    /// With a name, files that cannot hold an object called so are taken to hold nothing.
    pub(super) fn new(reader: &'a Reader, only: Option<&str>) -> Self {
        let only = only.map(|name| name.as_bytes().to_vec());
        Self { reader, kinds: Kinds::builtin(), only, known: RefCell::default() }
    }

    /// Whether one object alone is of interest.
    pub(super) fn are_of_one(&self) -> bool {
        self.only.is_some()
    }

    /// The documents of a file; none if it is too large to be read.
    pub(super) fn of(&self, blob: BlobId) -> Result<Rc<[Doc]>, ReadError> {
        if let Some(found) = self.known.borrow().files.get(&blob) {
            return Ok(Rc::clone(found));
        }
        let found: Rc<[Doc]> = self.read(blob)?.into();
        let mut known = self.known.borrow_mut();
        if known.documents >= MOST {
            *known = Known::default();
        }
        known.documents += found.len();
        known.files.insert(blob, Rc::clone(&found));
        Ok(found)
    }

    fn read(&self, blob: BlobId) -> Result<Vec<Doc>, ReadError> {
        if self.reader.blob_size(blob)? > MAX_FILE_SIZE {
            return Ok(Vec::new());
        }
        let bytes = self.reader.blob(blob)?;
        if self.only.as_ref().is_some_and(|name| !may_hold(&bytes, name)) {
            return Ok(Vec::new());
        }
        let judged = judge_keeping(&bytes, &RepoPath::root(), &Judge::new(&self.kinds), &Limits::default());
        let (File::Documents(documents), values) = judged else { return Ok(Vec::new()) };
        let doc = |(document, value): (crate::verdict::file::Document, Option<Node>)| Doc {
            number: document.number,
            lines: document.lines,
            object: document.object,
            identity: document.identity,
            value,
        };
        Ok(documents.into_iter().zip(values).map(doc).collect())
    }
}

/// Whether YAML can say this word: as it is, by escapes, or as `!!binary`.
fn may_hold(bytes: &[u8], word: &[u8]) -> bool {
    let has = |word: &[u8]| word.is_empty() || bytes.windows(word.len()).any(|window| window == word);
    has(word) || has(b"\\") || has(b"binary")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_is_passed_over_only_if_it_cannot_say_the_word() {
        for text in ["name: web", "{\"name\": \"w\\u0065b\"}", "name: !!binary d2Vi", "a: &web 1"] {
            assert!(may_hold(text.as_bytes(), b"web"), "{text}");
        }
        assert!(!may_hold(b"name: we", b"web") && !may_hold(b"", b"web"));
    }
}
