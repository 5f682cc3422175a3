//! Which files of managed/ two commits must be compared by: those that differ and those that the difference reaches.

use std::collections::{BTreeMap, BTreeSet};
use std::io;

use crate::fabric::changes::{Change, Changes, changes};
use crate::fabric::inventory::{Leaves, leaves};
use crate::fabric::layout::{FabricDir, MANAGED, is_kustomization};
use crate::fabric::survey::Survey;
use crate::finding::Finding;
use crate::ids::{Entry, TreeId, sha256_hex};
use crate::memory::store::Store;
use crate::memory::{Remembered, Row};
use crate::modes::look::{Request, look_surveyed, rows, rows_of, survey_of, ties_of};
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
        let old = self.first(old, &changes, |change| change.old)?;
        let new = self.first(new, &changes, |change| change.new)?;
        let found = match self.level {
            CheckLevel::References => match self.by_memory(self.learn(&old.survey), &old, &new, &changes, narrowed) {
                // What a disk or somebody else has changed is not believed, and made again.
                Err(ModeError::Memory { .. }) => {
                    self.by_memory(self.learn_anew(&old.survey), &old, &new, &changes, narrowed)?
                }
                found => found?,
            },
            // Not even by what happens to be remembered: the answer would depend on who asked before.
            _ => Some(near(self.reader, &old, &new, &changes)?),
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
        survey: Survey,
        changes: &Changes,
        side: impl Fn(&Change) -> Option<Entry>,
    ) -> Result<Inventory, ModeError> {
        let narrowed = BTreeMap::from([(survey.path.clone(), leaves_of(changes, side))]);
        let request = Request { narrowed, keep: true, ..self.request.clone() };
        Ok(look_surveyed(self.reader, survey, &request)?)
    }

    /// What is remembered of a fabric directory's managed/; what is not is read, and remembered from then on.
    fn learn(&self, survey: &Survey) -> Result<Remembered, ModeError> {
        self.store.get(&name(survey)).map_or_else(|| self.learn_anew(survey), Ok)
    }

    /// Reads a fabric directory's managed/, whatever is remembered of it, and remembers that.
    fn learn_anew(&self, survey: &Survey) -> Result<Remembered, ModeError> {
        let path = survey.path.child(MANAGED);
        let all = survey.managed.map(|tree| leaves(self.reader, tree, &path)).transpose()?;
        let rows = rows(self.reader, survey, &all.unwrap_or_default(), self.request)?;
        self.store.keep_all(&name(survey), rows).map_err(lost)
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
        let fresh = rows(self.reader, &new, &leaves_of(&changes, |change| change.new), self.request)?;
        match self.store.keep(&name(&new), &follow(&known, &changes, fresh)) {
            // What it was to follow may be damaged.
            Err(_) => self.learn_anew(&new).map(drop),
            Ok(()) => Ok(()),
        }
    }

    /// What a change reaches, by what is remembered; nothing if all is to be compared.
    fn by_memory(
        &self,
        known: Result<Remembered, ModeError>,
        old: &Inventory,
        new: &Inventory,
        changes: &Changes,
        narrowed: &mut Narrowed,
    ) -> Result<Option<Found>, ModeError> {
        let known = known?;
        let found = match changes.keys().any(|path| is_kustomization(path.file_name())) {
            true => None,
            false => self.reached(&known, old, new, changes)?,
        };
        narrowed.learned.push((name(&new.survey), follow(&known, changes, rows_of(new))));
        Ok(found)
    }

    fn reached(
        &self,
        known: &Remembered,
        old: &Inventory,
        new: &Inventory,
        changes: &Changes,
    ) -> Result<Option<Found>, ModeError> {
        let changed: BTreeSet<RepoPath> = changes.keys().cloned().collect();
        let keys: Vec<Key> = keys(old).into_iter().chain(keys(new)).collect();
        let mut asked = Asked { narrow: self, survey: &old.survey, known, ties: BTreeMap::new() };
        let Reach { altered, mut needed, is_all } = reach(&mut asked, &changed, &keys)?;
        if is_all {
            return Ok(None);
        }
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

/// What stands on one side of the changes.
fn leaves_of(changes: &Changes, side: impl Fn(&Change) -> Option<Entry>) -> Leaves {
    changes.iter().filter_map(|(path, change)| Some((path.clone(), side(change)?))).collect()
}

/// What is remembered of a tree, after these changes; `fresh` is what came with them.
fn follow(known: &Remembered, changes: &Changes, fresh: Vec<Row>) -> Remembered {
    let mut fresh: BTreeMap<RepoPath, Row> = fresh.into_iter().map(|row| (row.path.clone(), row)).collect();
    known.after(changes.keys().map(|path| (path.clone(), fresh.remove(path))))
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

/// The judged files of a side, by their repository paths.
fn files(side: &Inventory) -> impl Iterator<Item = (RepoPath, &File)> {
    let (base, managed) = (&side.survey.path, side.survey.path.child(MANAGED));
    let raw = side.sources.iter().filter_map(move |source| match &source.content {
        Sorted::Judged(file) => Some((base.join_path(&source.path), file)),
        _ => None,
    });
    raw.chain(side.holdings.files.iter().map(move |(path, file)| (managed.join_path(path), file)))
}

/// All ties of a side's objects.
fn keys(side: &Inventory) -> Vec<Key> {
    files(side).flat_map(|(path, file)| ties_of(file, side.values_of(&path), &side.survey)).collect()
}

/// Where in managed/ the objects of a side belong.
pub(super) fn targets(side: &Inventory) -> BTreeSet<RepoPath> {
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
