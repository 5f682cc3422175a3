//! Verdicts of earlier runs, so that of a fabric directory's managed/ only what is new is read and judged.

use crate::fabric::survey::Survey;
use crate::ids::BlobId;
use crate::memory::own::Own;
use crate::memory::verdicts::Verdicts;
use crate::verdict::file::File;
use crate::yaml::Limits;

use super::stamp;

/// Where verdicts are remembered, and whether new ones may be put there.
#[derive(Debug, Clone)]
pub struct Shelf {
    pub(super) own: Own,
    pub(super) may_write: bool,
}

/// What is known of the files of one fabric directory.
#[derive(Debug)]
pub(super) struct Book {
    shelf: Shelf,
    key: String,
    known: Verdicts,
}

impl Shelf {
    /// What is known of a fabric directory's files, judged by its survey within these limits.
    pub(super) fn open(&self, survey: &Survey, limits: &Limits) -> Book {
        let (version, level) = (env!("CARGO_PKG_VERSION"), survey.manifest.level);
        let ruleset = stamp::ruleset(&survey.kinds, &survey.schemas);
        let key = format!("{version} {ruleset} {level:?} {limits:?} {:?}", survey.path);
        let known = Verdicts::read(&self.own, &key);
        Book { shelf: self.clone(), key, known }
    }
}

impl Book {
    /// The verdict of a blob, if it is known.
    pub(super) fn get(&self, blob: BlobId, survey: &Survey) -> Option<File> {
        self.known.get(blob, &survey.kinds)
    }

    /// Remembers judged files. Without it the next run is slower only.
    pub(super) fn keep<'f>(&self, files: impl Iterator<Item = (BlobId, &'f File)>, survey: &Survey) {
        if self.shelf.may_write {
            drop(self.known.keep((&self.shelf.own, &self.key), files, &survey.kinds));
        }
    }
}
