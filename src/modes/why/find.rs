//! The file that is meant: a path as it stands, or the file that holds an object, wherever in a fabric directory that is.

use std::collections::BTreeSet;

use crate::fabric::kinds::Kinds;
use crate::fabric::layout::{FabricDir, MANAGED, RAW, UNMANAGED, entry_at};
use crate::finding::Finding;
use crate::git::Reader;
use crate::modes::ModeError;
use crate::modes::history::subject::{Named, Subject};
use crate::modes::look::{Request, look_into, survey_of};
use crate::path::{RepoPath, printable, quote};
use crate::plan::fabric::Inventory;
use crate::plan::source::{Home, Retry, Sorted};
use crate::snapshot::{Commit, Objects};
use crate::verdict::code::Severity;
use crate::verdict::file::{File, judge};
use crate::verdict::identity::Identity;
use crate::verdict::judge::Judge;
use crate::yaml::Limits;

use super::error::WhyError;

/// The file that is meant.
#[derive(Debug, Clone)]
pub(super) struct Meant {
    /// Its fabric directory.
    pub(super) dir: FabricDir,
    /// Its path, from the repository's root.
    pub(super) path: RepoPath,
    /// The object in it that was named.
    pub(super) identity: Option<Identity>,
}

/// Where it is looked for.
pub(super) struct Search<'a> {
    pub(super) reader: &'a Reader,
    pub(super) commit: &'a Commit,
    pub(super) revision: &'a str,
    pub(super) dirs: &'a [FabricDir],
    pub(super) typed: &'a [u8],
}

impl Search<'_> {
    /// Finds what is meant: a file of that path first, then an object.
    pub(super) fn find(&self, subject: &Subject) -> Result<Meant, ModeError> {
        if let Some(path) = &subject.path
            && let Some(found) = self.at(path)?
        {
            return Ok(found);
        }
        match &subject.object {
            Some(named) => self.object(named, subject.path.as_ref()),
            None => Err(self.no_file(&subject.path.clone().unwrap_or_default())?.into()),
        }
    }

    /// The file at a path, from the root or from one of the fabric directories.
    fn at(&self, path: &RepoPath) -> Result<Option<Meant>, ModeError> {
        let below = self.dirs.iter().map(|dir| dir.path.join_path(path));
        let all: BTreeSet<RepoPath> = below.chain([path.clone()]).collect();
        let mut found = Vec::new();
        for path in all {
            let entry = entry_at(self.reader, self.commit.tree, &path)?;
            if entry.is_some_and(|entry| entry.as_tree().is_none()) {
                found.push(path);
            }
        }
        let sorted: Vec<Meant> = found.iter().filter_map(|path| self.sorted(path)).collect();
        match (sorted.as_slice(), found.first()) {
            ([], None) => Ok(None),
            ([], Some(path)) => {
                let known = self.dirs.iter().map(|dir| dir.path.to_string()).collect();
                Err(WhyError::Outside { path: path.clone(), known }.into())
            }
            ([one], _) => Ok(Some(one.clone())),
            (several, _) => Err(self.several(several.iter().map(|meant| &meant.path)).into()),
        }
    }

    fn sorted(&self, path: &RepoPath) -> Option<Meant> {
        let dir = self.dirs.iter().find(|dir| path.starts_with(&dir.path))?;
        let is_in = |folder: &&'static str| path.starts_with(&dir.path.child(folder));
        [RAW, MANAGED, UNMANAGED].iter().find(|folder| is_in(folder))?;
        Some(Meant { dir: dir.clone(), path: path.clone(), identity: None })
    }

    /// What to say of a file that was found and is not there.
    pub(super) fn gone(&self, path: &RepoPath) -> WhyError {
        let folder = path.parent().unwrap_or_default();
        WhyError::NoFile { revision: self.revision.to_owned(), path: path.clone(), folder, known: Vec::new() }
    }

    fn several<'p>(&self, paths: impl Iterator<Item = &'p RepoPath>) -> WhyError {
        WhyError::Several { typed: quote(self.typed), known: paths.map(ToString::to_string).collect() }
    }

    /// The file that holds an object: in managed/, else in raw/, else in unmanaged/.
    fn object(&self, named: &Named, path: Option<&RepoPath>) -> Result<Meant, ModeError> {
        let mut held = Vec::new();
        for dir in self.dirs {
            held.extend(self.in_place(dir, named)?);
        }
        if let [one] = held.as_slice() {
            return Ok(one.clone());
        }
        let request = Request { managed: true, retry: Some(Retry::All), ..Request::default() };
        let inventories = look_into(self.reader, self.dirs, &request)?;
        let mut known: BTreeSet<String> = BTreeSet::new();
        let mut found: BTreeSet<(Rank, RepoPath, Identity, usize)> = BTreeSet::new();
        for (at, inventory) in inventories.iter().enumerate() {
            for (rank, path, identity) in objects(inventory) {
                if named.is(identity, &inventory.survey.kinds) {
                    found.insert((rank, path, identity.clone(), at));
                } else if named.is_of_kind(identity, &inventory.survey.kinds) {
                    known.insert(printable(&identity.to_string()));
                }
            }
        }
        let Some((first, ..)) = found.first().cloned() else {
            return Err(self.no_object(named, path, &inventories, known)?.into());
        };
        let best: Vec<_> = found.iter().filter(|(rank, ..)| *rank == first).collect();
        match best.as_slice() {
            [(_, path, identity, at)] => {
                Ok(Meant { dir: self.dirs[*at].clone(), path: path.clone(), identity: Some(identity.clone()) })
            }
            several => Err(self.several(several.iter().map(|(_, path, ..)| path)).into()),
        }
    }

    /// The object at its own path in managed/, which nearly every object is at.
    fn in_place(&self, dir: &FabricDir, named: &Named) -> Result<Vec<Meant>, ModeError> {
        let survey = survey_of(self.reader, dir, &Request::default())?;
        let managed = dir.path.child(MANAGED);
        let mut found = Vec::new();
        for path in named.places(&survey.kinds).iter().map(|path| managed.join_path(path)) {
            let entry = entry_at(self.reader, self.commit.tree, &path)?;
            let Some(blob) = entry.and_then(|entry| entry.as_file()) else { continue };
            let file = judge(&self.reader.blob(blob)?, &path, &Judge::new(&survey.kinds), &Limits::default());
            let File::Documents(documents) = file else { continue };
            let mut identities = documents.into_iter().filter_map(|document| document.identity);
            if let Some(identity) = identities.find(|identity| named.is(identity, &survey.kinds)) {
                found.push(Meant { dir: dir.clone(), path, identity: Some(identity) });
            }
        }
        Ok(found)
    }

    fn no_object(
        &self,
        named: &Named,
        path: Option<&RepoPath>,
        inventories: &[Inventory],
        known: BTreeSet<String>,
    ) -> Result<WhyError, ModeError> {
        let revision = self.revision.to_owned();
        let kinds: Vec<&Kinds> = inventories.iter().map(|inventory| &inventory.survey.kinds).collect();
        if !known.is_empty() || kinds.iter().any(|kinds| !named.kinds(kinds).is_empty()) {
            let object = printable(&named.to_string());
            if let Some((fabric, wrong)) = inventories.iter().find_map(broken) {
                let (path, why) = (wrong.path.clone(), wrong.message.clone());
                return Ok(WhyError::LeftAlone { revision, object, fabric, path, why });
            }
            return Ok(WhyError::NoObject { revision, object, known: known.into_iter().collect() });
        }
        // Three parts and a first one that is a folder are a path; two are more often a misspelt kind.
        if let Some(path) = path
            && self.is_folder(path.components().next().unwrap_or_default())?
        {
            return self.no_file(path);
        }
        let near = kinds.first().and_then(|kinds| kinds.nearest(&named.kind)).map(str::to_owned);
        Ok(WhyError::NoKind { revision, typed: printable(&named.to_string()), kind: printable(&named.kind), near })
    }

    fn is_folder(&self, name: &[u8]) -> Result<bool, ModeError> {
        let roots = self.dirs.iter().map(|dir| dir.tree).chain([self.commit.tree]);
        for root in roots {
            let path = RepoPath::new(name).unwrap_or_default();
            if entry_at(self.reader, root, &path)?.is_some_and(|entry| entry.as_tree().is_some()) {
                return Ok(true);
            }
        }
        Ok(false)
    }

    /// What to say of a path where no file is: what the nearest folder above it holds.
    fn no_file(&self, path: &RepoPath) -> Result<WhyError, ModeError> {
        let revision = self.revision.to_owned();
        let roots = std::iter::once(RepoPath::root()).chain(self.dirs.iter().map(|dir| dir.path.clone()));
        let mut best: Option<(usize, RepoPath, RepoPath, Vec<String>)> = None;
        for root in roots {
            let wanted = root.join_path(path);
            for folder in std::iter::successors(Some(wanted.clone()), RepoPath::parent) {
                let Some(tree) = crate::fabric::layout::tree_at(self.reader, self.commit.tree, &folder)? else {
                    continue;
                };
                let depth = folder.components().count() - root.components().count().min(folder.components().count());
                if best.as_ref().is_none_or(|(other, ..)| depth > *other) {
                    let names = self.reader.tree(tree)?.into_iter().map(|entry| quote(&entry.name)).collect();
                    best = Some((depth, wanted.clone(), folder, names));
                }
                break;
            }
        }
        let (_, path, folder, known) = best.unwrap_or((0, path.clone(), RepoPath::root(), Vec::new()));
        if path == folder {
            return Ok(WhyError::Folder { path, known });
        }
        Ok(WhyError::NoFile { revision, path, folder, known })
    }
}

/// A fabric directory that is left alone, so that its objects are not known, with what is wrong with it.
fn broken(inventory: &Inventory) -> Option<(RepoPath, &Finding)> {
    let wrong = inventory.survey.findings.iter().find(|finding| finding.severity == Severity::Error)?;
    Some((inventory.survey.path.clone(), wrong))
}

/// Where an object may be, in the order in which it is looked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Rank {
    Managed,
    Raw,
    Unmanaged,
}

/// All objects of a fabric directory, valid or not, with their files.
fn objects(inventory: &Inventory) -> impl Iterator<Item = (Rank, RepoPath, &Identity)> {
    let base = &inventory.survey.path;
    let managed = base.child(MANAGED);
    let held = inventory.holdings.identities().flat_map(move |(identity, holders)| {
        let managed = managed.clone();
        holders.iter().map(move |path| (Rank::Managed, managed.join_path(path), identity))
    });
    let sorted = inventory.sources.iter().flat_map(move |source| {
        let rank = if matches!(source.home, Home::Retried { .. }) { Rank::Unmanaged } else { Rank::Raw };
        let documents: &[_] = match &source.content {
            Sorted::Judged(File::Documents(documents)) => documents,
            _ => &[],
        };
        let identities = documents.iter().filter_map(|document| document.identity.as_ref());
        identities.map(move |identity| (rank, base.join_path(&source.path), identity))
    });
    held.chain(sorted)
}
