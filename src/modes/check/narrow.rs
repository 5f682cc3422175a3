//! Which files of managed/ two commits must be compared by: those that differ and those that the difference reaches.

use std::collections::{BTreeMap, BTreeSet};
use std::io;

use crate::fabric::changes::{Changes, changes};
use crate::fabric::inventory::Leaves;
use crate::fabric::layout::{FabricDir, MANAGED, is_kustomization};
use crate::fabric::survey::Survey;
use crate::finding::Finding;
use crate::ids::{TreeId, sha256_hex};
use crate::memory::store::Store;
use crate::memory::{Remembered, Row};
use crate::modes::look::{Request, look_into, rows, survey_of, ties_of};
use crate::modes::stamp;
use crate::options::CheckLevel;
use crate::path::RepoPath;
use crate::plan::fabric::Inventory;
use crate::plan::source::Sorted;
use crate::rules::reach::{Known, Reach, reach};
use crate::rules::ties::Key;
use crate::snapshot::Objects;
use crate::verdict::file::{Document, File};

use super::ModeError;
use super::near::near;

/// What of managed/ two commits are compared by. A fabric directory that is not among it is compared as a whole.
#[derive(Debug, Default)]
pub struct Narrowed {
    /// The files looked at before, by fabric directory and path in managed/.
    pub(super) before: BTreeMap<RepoPath, Leaves>,
    /// The files looked at after.
    pub(super) after: BTreeMap<RepoPath, Leaves>,
    /// The files whose verdict may differ; the others are there to judge these by.
    altered: BTreeMap<RepoPath, BTreeSet<RepoPath>>,
    /// What was learned of the trees after, and under which names.
    learned: Vec<(String, Remembered)>,
    trouble: Option<String>,
}

impl Narrowed {
    /// Whether a finding is of a file whose verdict may differ.
    pub(super) fn tells(&self, finding: &Finding) -> bool {
        self.altered.iter().all(|(fabric, altered)| {
            finding.path.strip_prefix(&fabric.child(MANAGED)).is_none_or(|path| altered.contains(&path))
        })
    }

    /// Why what is remembered was of no use, if it was not; the comparison was slower then, and as good.
    pub(super) fn trouble(&self) -> Option<&str> {
        self.trouble.as_deref()
    }

    /// Keeps what was learned, so that the next push need not learn it again. Without it the next one is slower only.
    pub fn keep(&self, store: &Store) -> io::Result<()> {
        self.learned.iter().try_for_each(|(name, tree)| store.keep(name, tree))
    }
}

/// How fabric directories are compared.
pub(super) struct Narrow<'a> {
    pub(super) reader: &'a dyn Objects,
    pub(super) request: &'a Request,
    pub(super) level: CheckLevel,
    pub(super) store: &'a Store,
}

/// A fabric directory in one of two commits: what it holds, and what of it is looked at first.
pub(super) struct Side {
    pub(super) survey: Survey,
    /// raw/, and what differs in managed/.
    pub(super) first: Inventory,
}

impl Narrow<'_> {
    /// Narrows each fabric directory that both commits have and that is judged in the same way in both.
    pub(super) fn narrow(&self, before: &[FabricDir], after: &[FabricDir]) -> Result<Narrowed, ModeError> {
        let mut narrowed = Narrowed::default();
        for dir in after {
            if let Some(was) = before.iter().find(|was| was.path == dir.path) {
                match self.narrow_one(was, dir, &mut narrowed) {
                    // Then all of it is compared, which needs no memory.
                    Err(ModeError::Memory { source }) => {
                        narrowed.trouble = Some(format!("nothing could be remembered of {}: {source}", dir.path));
                    }
                    narrowed => narrowed?,
                }
            }
        }
        Ok(narrowed)
    }

    fn narrow_one(&self, was: &FabricDir, is: &FabricDir, narrowed: &mut Narrowed) -> Result<(), ModeError> {
        let (old, new) = (survey_of(self.reader, was, self.request)?, survey_of(self.reader, is, self.request)?);
        if old.is_broken() || new.is_broken() || !is_judged_alike(&old, &new) {
            return Ok(());
        }
        let changes = changes(self.reader, old.managed, new.managed, &is.path.child(MANAGED))?;
        let old = Side { first: self.first(was, &changes, |change| change.old)?, survey: old };
        let new = Side { first: self.first(is, &changes, |change| change.new)?, survey: new };
        let known = match self.level {
            CheckLevel::References => Some(self.learn(&old.survey)?),
            // Not even what happens to be remembered: the answer would depend on who asked before.
            _ => None,
        };
        let found = match known {
            Some(known) => self.by_memory(known, &old, &new, &changes, narrowed)?,
            None => Some(near(self.reader, &old, &new, &changes)?),
        };
        if let Some(Found { before, after, altered }) = found {
            narrowed.before.insert(is.path.clone(), before);
            narrowed.after.insert(is.path.clone(), after);
            narrowed.altered.insert(is.path.clone(), altered);
        }
        Ok(())
    }

    /// Looks at raw/ and at what differs in managed/.
    fn first(
        &self,
        dir: &FabricDir,
        changes: &Changes,
        side: impl Fn(&crate::fabric::changes::Change) -> Option<crate::ids::Entry>,
    ) -> Result<Inventory, ModeError> {
        let leaves: Leaves = changes.iter().filter_map(|(path, change)| Some((path.clone(), side(change)?))).collect();
        let narrowed = BTreeMap::from([(dir.path.clone(), leaves)]);
        let request = Request { narrowed, keep: true, ..self.request.clone() };
        let mut looked = look_into(self.reader, std::slice::from_ref(dir), &request)?;
        Ok(looked.pop().expect("one fabric directory was looked at, so one was seen"))
    }

    /// What is remembered of a fabric directory's managed/; what is not is read, and remembered from then on.
    pub(super) fn learn(&self, survey: &Survey) -> Result<Remembered, ModeError> {
        let name = name(survey);
        if let Some(known) = self.store.get(&name) {
            return Ok(known);
        }
        let path = survey.path.child(MANAGED);
        let all = survey.managed.map(|tree| crate::fabric::inventory::leaves(self.reader, tree, &path)).transpose()?;
        let rows = rows(self.reader, survey, &all.unwrap_or_default(), self.request)?;
        self.store.keep_all(&name, rows).map_err(|source| ModeError::Memory { source })
    }

    /// Remembers a fabric directory's managed/, by what is remembered of an earlier commit's if there is something.
    pub(super) fn remember(&self, was: Option<&FabricDir>, is: &FabricDir) -> Result<(), ModeError> {
        let new = survey_of(self.reader, is, self.request)?;
        if new.is_broken() || self.store.get(&name(&new)).is_some() {
            return Ok(());
        }
        let old = was.map(|was| survey_of(self.reader, was, self.request)).transpose()?;
        let old = old.filter(|old| !old.is_broken() && is_judged_alike(old, &new));
        let Some((known, old)) = old.and_then(|old| Some((self.store.get(&name(&old))?, old))) else {
            return self.learn(&new).map(drop);
        };
        let changes = changes(self.reader, old.managed, new.managed, &is.path.child(MANAGED))?;
        let after = self.follow(&known, &new, &changes)?;
        self.store.keep(&name(&new), &after).map_err(lost)
    }

    /// What is remembered of a tree, after these changes.
    fn follow(&self, known: &Remembered, new: &Survey, changes: &Changes) -> Result<Remembered, ModeError> {
        let now: Leaves = changes.iter().filter_map(|(path, change)| Some((path.clone(), change.new?))).collect();
        let fresh = rows(self.reader, new, &now, self.request)?;
        let mut fresh: BTreeMap<RepoPath, Row> = fresh.into_iter().map(|row| (row.path.clone(), row)).collect();
        Ok(known.after(changes.keys().map(|path| (path.clone(), fresh.remove(path)))))
    }

    /// What a change reaches, by what is remembered; nothing if all is to be compared.
    fn by_memory(
        &self,
        known: Remembered,
        old: &Side,
        new: &Side,
        changes: &Changes,
        narrowed: &mut Narrowed,
    ) -> Result<Option<Found>, ModeError> {
        let after = self.follow(&known, &new.survey, changes)?;
        let found = match changes.keys().any(|path| is_kustomization(path.file_name())) {
            true => None,
            false => self.reached(&known, old, new, changes)?,
        };
        narrowed.learned.push((name(&new.survey), after));
        Ok(found)
    }

    fn reached(
        &self,
        known: &Remembered,
        old: &Side,
        new: &Side,
        changes: &Changes,
    ) -> Result<Option<Found>, ModeError> {
        let changed: BTreeSet<RepoPath> = changes.keys().cloned().collect();
        let keys: Vec<Key> = keys(old).into_iter().chain(keys(new)).collect();
        let mut asked = Asked { narrow: self, survey: &old.survey, known, ties: BTreeMap::new() };
        let Reach { altered, mut needed } = reach(&mut asked, &changed, &keys)?;
        // Whether the fabric has its addresses is asked of all objects, unless one that stays as it is answers it.
        let any = |range| Ok::<bool, ModeError>(!known.first(range, 1, &altered).map_err(lost)?.is_empty());
        if !any(Key::begun())? && (any(Key::unset())? || keys.iter().any(Key::is_unset)) {
            return Ok(None);
        }
        let (from, to) = Key::frame();
        needed.extend(known.holders(&from, &to).map_err(lost)?);
        let mut before: Leaves = BTreeMap::new();
        for side in [old, new] {
            for path in targets(side) {
                for at in std::iter::successors(Some(path.clone()), RepoPath::parent).filter(|at| !at.is_root()) {
                    needed.insert(at);
                }
                before.extend(known.below(&path).map_err(lost)?);
            }
        }
        for path in needed {
            before.extend(known.entry(&path).map_err(lost)?.map(|entry| (path, entry)));
        }
        let mut after = before.clone();
        for (path, change) in changes {
            match change.new {
                Some(entry) => after.insert(path.clone(), entry),
                None => after.remove(path),
            };
        }
        Ok(Some(Found { before, after, altered }))
    }
}

/// What of one fabric directory is looked at.
pub(super) struct Found {
    pub(super) before: Leaves,
    pub(super) after: Leaves,
    pub(super) altered: BTreeSet<RepoPath>,
}

fn lost(source: io::Error) -> ModeError {
    ModeError::Memory { source }
}

/// Under which name a fabric directory's managed/ is remembered: by all that its ties depend on.
fn name(survey: &Survey) -> String {
    let tree = survey.managed.map(TreeId::object);
    let ruleset = stamp::ruleset(&survey.kinds, &survey.schemas);
    let (version, manifest) = (env!("CARGO_PKG_VERSION"), &survey.manifest);
    let text = format!("{version}\n{tree:?}\n{ruleset}\n{:?}\n{:?}\n", manifest.level, manifest.settings);
    sha256_hex(text.as_bytes())[..32].to_owned()
}

/// Whether the same document has the same verdict in both.
fn is_judged_alike(old: &Survey, new: &Survey) -> bool {
    let (was, is) = (&old.manifest, &new.manifest);
    was.level == is.level && was.settings == is.settings && old.kinds == new.kinds && old.schemas == new.schemas
}

/// The judged files of a side, each with its documents and the place of their values.
pub(super) fn files(side: &Side) -> impl Iterator<Item = (RepoPath, &File)> {
    let (base, managed) = (&side.survey.path, side.survey.path.child(MANAGED));
    let raw = side.first.sources.iter().filter_map(move |source| match &source.content {
        Sorted::Judged(file) => Some((base.join_path(&source.path), file)),
        _ => None,
    });
    raw.chain(side.first.holdings.files.iter().map(move |(path, file)| (managed.join_path(path), file)))
}

/// All ties of a side's objects.
fn keys(side: &Side) -> Vec<Key> {
    let values = &side.first.values;
    let none = Vec::new();
    files(side).flat_map(|(path, file)| ties_of(file, values.get(&path).unwrap_or(&none), &side.survey)).collect()
}

/// Where in managed/ the objects of a side belong.
pub(super) fn targets(side: &Side) -> BTreeSet<RepoPath> {
    let documents = files(side).flat_map(|(_, file)| match file {
        File::Documents(documents) => documents.as_slice(),
        File::Whole(_) => &[],
    });
    documents.filter_map(|document: &Document| Some(document.target.as_ref()?.path().clone())).collect()
}

/// What is remembered of the tree before, asked by key.
struct Asked<'a> {
    narrow: &'a Narrow<'a>,
    survey: &'a Survey,
    known: &'a Remembered,
    ties: BTreeMap<RepoPath, Vec<Key>>,
}

impl Known for Asked<'_> {
    type File = RepoPath;
    type Error = ModeError;

    fn holders(&mut self, from: &Key, to: &Key) -> Result<Vec<RepoPath>, ModeError> {
        self.known.holders(from, to).map_err(lost)
    }

    fn first(
        &mut self,
        range: (Key, Key),
        keys: usize,
        aside: &BTreeSet<RepoPath>,
    ) -> Result<Vec<RepoPath>, ModeError> {
        self.known.first(range, keys, aside).map_err(lost)
    }

    fn ties(&mut self, file: &RepoPath) -> Result<Vec<Key>, ModeError> {
        if let Some(keys) = self.ties.get(file) {
            return Ok(keys.clone());
        }
        let entry = self.known.entry(file).map_err(lost)?;
        let leaves: Leaves = entry.into_iter().map(|entry| (file.clone(), entry)).collect();
        let rows = rows(self.narrow.reader, self.survey, &leaves, self.narrow.request)?;
        let keys = rows.into_iter().flat_map(|row| row.keys).collect::<Vec<Key>>();
        self.ties.insert(file.clone(), keys.clone());
        Ok(keys)
    }
}
