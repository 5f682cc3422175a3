//! Which commit made a field or a file what it is on one side of a merge, along the parents from the side's tip.

use std::collections::BTreeSet;

use crate::fabric::changes::changes;
use crate::fabric::kinds::Kinds;
use crate::fabric::layout::{entry_at, is_yaml_name, tree_at};
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
#[derive(Clone, Copy)]
pub(super) struct History<'a> {
    pub(super) reader: &'a Reader,
    pub(super) tip: CommitId,
    pub(super) bases: &'a [CommitId],
}

/// A field of an object.
#[derive(Clone, Copy)]
pub(super) struct Field<'a> {
    pub(super) fabric: &'a RepoPath,
    pub(super) identity: &'a Identity,
    pub(super) keys: &'a [String],
}

impl History<'_> {
    /// The commit that gave a field its value; `path` is where the object lies at the tip, or did before it was deleted.
    pub(super) fn of_field(&self, field: &Field<'_>, path: &RepoPath) -> Result<Option<By>, ModeError> {
        let mut at = path.clone();
        self.walk(|commit, child| {
            let (value, place) = self.value(field, commit, child, &at)?;
            at = place;
            Ok(value)
        })
    }

    /// The commit that made a path what it is.
    pub(super) fn of_file(&self, path: &RepoPath) -> Result<Option<By>, ModeError> {
        self.walk(|commit, _| Ok(entry_at(self.reader, commit.tree, path)?))
    }

    /// Follows what `tell` says as long as a parent says the same.
    fn walk<T: PartialEq>(
        &self,
        mut tell: impl FnMut(&Commit, Option<&Commit>) -> Result<T, ModeError>,
    ) -> Result<Option<By>, ModeError> {
        let mut commit = self.reader.commit(self.tip)?;
        let wanted = tell(&commit, None)?;
        let bases: BTreeSet<CommitId> = self.bases.iter().copied().collect();
        for _ in 0..MOST {
            if bases.contains(&commit.id) || self.reader.is_shallow_boundary(commit.id)? {
                return Ok(None);
            }
            let mut same = None;
            for parent in &commit.parents {
                let parent = self.reader.commit(*parent)?;
                if tell(&parent, Some(&commit))? == wanted {
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

    fn by(&self, commit: &Commit) -> Result<By, ModeError> {
        let author = self.reader.people(commit.id)?.author;
        let message = String::from_utf8_lossy(&commit.message);
        let subject = message.lines().next().unwrap_or_default().to_owned();
        Ok(By { commit: commit.id, name: author.person.name, time: author.time, subject })
    }

    /// A field's value in a commit as text, and the object's file there. Where it is not where it was, the files that the
    /// commit's child changed are looked through.
    fn value(
        &self,
        field: &Field<'_>,
        commit: &Commit,
        child: Option<&Commit>,
        path: &RepoPath,
    ) -> Result<(Option<String>, RepoPath), ModeError> {
        if let Some(entry) = entry_at(self.reader, commit.tree, path)?
            && let Some(value) = self.object(field, entry)
        {
            return Ok((told(&value, field.keys), path.clone()));
        }
        let Some(child) = child else { return Ok((None, path.clone())) };
        let below = |tree: TreeId| tree_at(self.reader, tree, field.fabric);
        let differing = changes(self.reader, below(child.tree)?, below(commit.tree)?, field.fabric)?;
        for (name, change) in differing.iter().filter(|(name, _)| is_yaml_name(name.file_name())) {
            if let Some(value) = change.new.and_then(|entry| self.object(field, entry)) {
                return Ok((told(&value, field.keys), field.fabric.join_path(name)));
            }
        }
        Ok((None, path.clone()))
    }

    /// The object's value in a file, if that holds it.
    fn object(&self, field: &Field<'_>, entry: Entry) -> Option<Node> {
        let bytes = self.reader.blob(BlobId::new(entry.as_file()?.object())).ok()?;
        let kinds = Kinds::builtin();
        let (file, values) = judge_keeping(&bytes, field.fabric, &Judge::new(&kinds), &Limits::default());
        let File::Documents(documents) = file else { return None };
        let at = documents.iter().position(|document| document.identity.as_ref() == Some(field.identity))?;
        values.into_iter().nth(at)?
    }
}

fn told(value: &Node, keys: &[String]) -> Option<String> {
    keys.iter().try_fold(value, |node, key| node.get(key)).map(canonical_json)
}
