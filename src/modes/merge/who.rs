//! Which commit made a field or a file what it is on one side of a merge, along the parents from the side's tip.

use std::cell::RefCell;
use std::collections::{BTreeMap, BTreeSet};

use crate::fabric::changes::changes;
use crate::fabric::kinds::Kinds;
use crate::fabric::layout::{MANAGED, RAW, entry_at, is_yaml_name, tree_at};
use crate::git::Reader;
use crate::ids::{BlobId, CommitId, Entry, TreeId};
use crate::modes::ModeError;
use crate::path::RepoPath;
use crate::report::merge::By;
use crate::snapshot::{Commit, Objects};
use crate::verdict::file::{File, judge_keeping};
use crate::verdict::identity::Identity;
use crate::verdict::judge::Judge;
use crate::yaml::{Limits, Node, canonical_json};

/// How far back is looked.
const MOST: usize = 10_000;

/// A side's history.
pub(super) struct History<'a> {
    reader: &'a Reader,
    tip: CommitId,
    bases: BTreeSet<CommitId>,
    /// The last of the first parents of a commit that have raw/ and managed/ as it has them; by the directory and the commit.
    quiet: RefCell<BTreeMap<(RepoPath, CommitId), CommitId>>,
    /// The objects in the files that were read.
    named: RefCell<BTreeMap<BlobId, BTreeSet<Identity>>>,
}

/// A field of an object.
#[derive(Clone, Copy)]
pub(super) struct Field<'a> {
    pub(super) fabric: &'a RepoPath,
    pub(super) identity: &'a Identity,
    pub(super) keys: &'a [String],
}

impl<'a> History<'a> {
    /// The history of a tip down to the bases.
    pub(super) fn new(reader: &'a Reader, tip: CommitId, bases: &[CommitId]) -> Self {
        Self {
            reader,
            tip,
            bases: bases.iter().copied().collect(),
            quiet: RefCell::default(),
            named: RefCell::default(),
        }
    }

    /// The commit that gave a field its value; `path` is where the object lies at the tip, or did before it was deleted.
    pub(super) fn of_field(&self, field: &Field<'_>, path: &RepoPath) -> Result<Option<By>, ModeError> {
        let tip = self.reader.commit(self.tip)?;
        let held = entry_at(self.reader, tip.tree, path)?.and_then(|entry| self.object(field, entry));
        let wanted = held.map(|value| told(&value, field.keys));
        let mut at = path.clone();
        let from = |commit| self.skip(field.fabric, commit);
        self.walk(tip, from, |parent, child| {
            let found = self.holds(field, (parent, child), &at, &wanted)?;
            let same = found.is_some();
            at = found.unwrap_or_else(|| at.clone());
            Ok(same)
        })
    }

    /// The commit that made a path what it is.
    pub(super) fn of_file(&self, path: &RepoPath) -> Result<Option<By>, ModeError> {
        let tip = self.reader.commit(self.tip)?;
        let wanted = entry_at(self.reader, tip.tree, path)?;
        self.walk(tip, Ok, |parent, _| Ok(entry_at(self.reader, parent.tree, path)? == wanted))
    }

    /// Follows a commit's parents as long as one is the same, by what is said of it and of its child; from each on as `skip` says.
    fn walk(
        &self,
        mut commit: Commit,
        skip: impl Fn(Commit) -> Result<Commit, ModeError>,
        mut is_same: impl FnMut(&Commit, &Commit) -> Result<bool, ModeError>,
    ) -> Result<Option<By>, ModeError> {
        for _ in 0..MOST {
            commit = skip(commit)?;
            if self.is_end(&commit)? {
                return Ok(None);
            }
            let mut same = None;
            for parent in &commit.parents {
                let parent = self.reader.commit(*parent)?;
                if is_same(&parent, &commit)? {
                    same = Some(parent);
                    break;
                }
            }
            match same {
                Some(parent) => commit = parent,
                None => return Ok(Some(self.by(&commit)?)),
            }
        }
        Ok(None)
    }

    fn is_end(&self, commit: &Commit) -> Result<bool, ModeError> {
        Ok(self.bases.contains(&commit.id) || self.reader.is_shallow_boundary(commit.id)?)
    }

    /// The last of the first parents that have raw/ and managed/ just as the commit has them; found once for all fields.
    fn skip(&self, fabric: &RepoPath, commit: Commit) -> Result<Commit, ModeError> {
        let key = (fabric.clone(), commit.id);
        if let Some(found) = self.quiet.borrow().get(&key) {
            return Ok(self.reader.commit(*found)?);
        }
        let trees = |root| -> Result<_, ModeError> {
            let at = |name| tree_at(self.reader, root, &fabric.child(name));
            Ok([at(RAW)?, at(MANAGED)?])
        };
        let wanted = trees(commit.tree)?;
        let mut last = commit;
        for _ in 0..MOST {
            let Some(parent) = last.parents.first().copied() else { break };
            if self.is_end(&last)? {
                break;
            }
            let parent = self.reader.commit(parent)?;
            if trees(parent.tree)? != wanted {
                break;
            }
            last = parent;
        }
        self.quiet.borrow_mut().insert(key, last.id);
        Ok(last)
    }

    fn by(&self, commit: &Commit) -> Result<By, ModeError> {
        let author = self.reader.people(commit.id)?.author;
        let message = String::from_utf8_lossy(&commit.message);
        let subject = message.lines().next().unwrap_or_default().to_owned();
        Ok(By { commit: commit.id, name: author.person.name, time: author.time, subject })
    }

    /// The file by which a commit gives a field the value that it has in its child: that at the child's path, or one that the
    /// child changed, as a sync takes away the raw file that it sorts. Nothing is the wanted value of an object that is gone.
    fn holds(
        &self,
        field: &Field<'_>,
        (commit, child): (&Commit, &Commit),
        path: &RepoPath,
        wanted: &Option<Option<String>>,
    ) -> Result<Option<RepoPath>, ModeError> {
        let value = |entry: Entry| self.object(field, entry).map(|value| told(&value, field.keys));
        let entry = entry_at(self.reader, commit.tree, path)?;
        if entry.is_some() && wanted.is_some() && entry == entry_at(self.reader, child.tree, path)? {
            return Ok(Some(path.clone()));
        }
        let here = entry.and_then(value);
        if here.is_some() && here == *wanted {
            return Ok(Some(path.clone()));
        }
        let below = |tree: TreeId| tree_at(self.reader, tree, field.fabric);
        let differing = changes(self.reader, below(child.tree)?, below(commit.tree)?, field.fabric)?;
        let mut was_there = here.is_some();
        for (name, change) in differing.iter().filter(|(name, _)| is_yaml_name(name.file_name())) {
            let Some(value) = change.new.and_then(value) else { continue };
            was_there = true;
            if wanted.as_ref() == Some(&value) {
                return Ok(Some(field.fabric.join_path(name)));
            }
        }
        Ok((wanted.is_none() && !was_there).then(|| path.clone()))
    }

    /// The object's value in a file, if that holds it.
    fn object(&self, field: &Field<'_>, entry: Entry) -> Option<Node> {
        let blob = entry.as_file()?;
        if self.named.borrow().get(&blob).is_some_and(|named| !named.contains(field.identity)) {
            return None;
        }
        let bytes = self.reader.blob(blob).ok()?;
        let kinds = Kinds::builtin();
        let (file, values) = judge_keeping(&bytes, field.fabric, &Judge::new(&kinds), &Limits::default());
        let documents = if let File::Documents(documents) = file { documents } else { Vec::new() };
        let named = documents.iter().filter_map(|document| document.identity.clone()).collect();
        self.named.borrow_mut().insert(blob, named);
        let at = documents.iter().position(|document| document.identity.as_ref() == Some(field.identity))?;
        values.into_iter().nth(at)?
    }
}

fn told(value: &Node, keys: &[String]) -> Option<String> {
    keys.iter().try_fold(value, |node, key| node.get(key)).map(canonical_json)
}
