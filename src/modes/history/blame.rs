//! Blame through syncs: for each line of a file the commit that brought it, followed back as `git blame` does, and on through
//! each sync into the file and line that was sorted.
//!
//! A line goes to the first parent that has it; what no parent has came with the commit. If that is a sync, the line was in the
//! file that the sync sorted, and is followed there.

use std::collections::BTreeMap;
use std::rc::Rc;

use crate::fabric::layout::{MANAGED, UNMANAGED};
use crate::git::Reader;
use crate::ids::{BlobId, CommitId};
use crate::modes::ModeError;
use crate::path::RepoPath;
use crate::snapshot::Commit;

use super::follow::Came;
use super::lineage::{Lineage, replaced, through_sync};
use super::recompute::{Recompute, SyncOf, is_cut};
use super::shelf::Shelf;
use super::text::unchanged;

/// Where a line came from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(in crate::modes) struct Origin {
    /// The commit that brought it.
    pub(in crate::modes) commit: CommitId,
    /// The file it was in, from the repository's root.
    pub(in crate::modes) path: RepoPath,
    /// That file in that commit.
    pub(in crate::modes) blob: BlobId,
    /// Its line there, counted from 0.
    pub(in crate::modes) line: usize,
    /// How it came.
    pub(in crate::modes) how: How,
    /// The last sync that moved it.
    pub(in crate::modes) sync: Option<CommitId>,
}

/// How a line came.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::modes) enum How {
    /// The commit wrote it.
    Written,
    /// hhgit made it in this sync.
    Made,
    /// History ends here, and the line may be older.
    Cut,
}

/// Follows lines back. What it reads and recomputes it keeps, so one serves for many files.
pub(in crate::modes) struct Blame<'a> {
    pub(in crate::modes) shelf: Shelf<'a>,
    recompute: Recompute<'a>,
    syncs: BTreeMap<CommitId, Option<Rc<SyncOf>>>,
}

/// A line on its way back.
#[derive(Debug, Clone, Copy)]
struct Carried {
    /// Which of the lines that were asked for.
    asked: usize,
    /// Where it is by now, counted from 0.
    line: usize,
    sync: Option<CommitId>,
}

/// The files that lines have been followed to, youngest last.
type Waiting = BTreeMap<(i64, CommitId, RepoPath), Vec<Carried>>;

/// Where one file's lines go.
struct Search<'f> {
    fabric: &'f RepoPath,
    waiting: Waiting,
    found: Vec<Option<Origin>>,
}

impl<'a> Blame<'a> {
    /// Reads from here.
    pub(in crate::modes) fn new(reader: &'a Reader) -> Self {
        Self { shelf: Shelf::new(reader), recompute: Recompute::new(reader), syncs: BTreeMap::new() }
    }

    /// Where these lines (counted from 0) of a fabric directory's file come from, in their order; none for what is no file.
    pub(in crate::modes) fn lines(
        &mut self,
        commit: CommitId,
        fabric: &RepoPath,
        path: &RepoPath,
        lines: std::ops::Range<usize>,
    ) -> Result<Vec<Option<Origin>>, ModeError> {
        let found = vec![None; lines.len()];
        let mut search = Search { fabric, waiting: Waiting::new(), found };
        let carried = lines.enumerate().map(|(asked, line)| Carried { asked, line, sync: None }).collect();
        self.send(&mut search, commit, path, carried)?;
        while let Some(((_, commit, path), carried)) = search.waiting.pop_last() {
            self.step(&mut search, commit, &path, carried)?;
        }
        Ok(search.found)
    }

    /// Whether a commit is just what sync makes of its parent. What cannot be told for want of history is taken for none.
    pub(in crate::modes) fn sync(&mut self, commit: &Commit) -> Result<Option<Rc<SyncOf>>, ModeError> {
        if let Some(known) = self.syncs.get(&commit.id) {
            return Ok(known.clone());
        }
        let found = match self.recompute.of(commit) {
            Ok(found) => found.map(Rc::new),
            Err(error) if is_cut(&error) => None,
            Err(error) => return Err(error),
        };
        self.syncs.insert(commit.id, found.clone());
        Ok(found)
    }

    /// Has lines wait at a file of an older commit.
    fn send(
        &mut self,
        search: &mut Search<'_>,
        commit: CommitId,
        path: &RepoPath,
        carried: Vec<Carried>,
    ) -> Result<(), ModeError> {
        if !carried.is_empty() {
            let age = self.shelf.commit(commit)?.committed.seconds;
            search.waiting.entry((age, commit, path.clone())).or_default().extend(carried);
        }
        Ok(())
    }

    /// Sends lines from a commit to where they were before it, or finds that they came with it.
    fn step(
        &mut self,
        search: &mut Search<'_>,
        commit: CommitId,
        path: &RepoPath,
        carried: Vec<Carried>,
    ) -> Result<(), ModeError> {
        let commit = self.shelf.commit(commit)?;
        let Some(blob) = self.shelf.file(commit.tree, path)? else { return Ok(()) };
        let parents = commit.parents.iter().map(|parent| self.shelf.commit(*parent)).collect::<Result<Vec<_>, _>>()?;
        let mut held: Vec<Older> = Vec::new();
        for parent in &parents {
            match self.shelf.file(parent.tree, path)? {
                Some(same) if same == blob => return self.send(search, parent.id, path, carried),
                Some(other) => held.push(Older { commit: parent.id, path: path.clone(), blob: other }),
                None => {}
            }
        }
        let at = At { commit: &commit, path, blob };
        let parted = self.split(&at, &held, &carried)?;
        if parted.came.is_empty() {
            return self.send_all(search, parted.stayed);
        }
        let sync = match is_sorted(search.fabric, path) {
            true => self.sync(&commit)?,
            false => None,
        };
        if let Some(sync) = sync {
            return self.through(search, &at, &sync, (carried, parted));
        }
        self.send_all(search, parted.stayed)?;
        self.around(search, &at, &parents, !held.is_empty(), parted.came)
    }

    fn send_all(&mut self, search: &mut Search<'_>, stayed: Vec<(Older, Vec<Carried>)>) -> Result<(), ModeError> {
        stayed.into_iter().try_for_each(|(older, lines)| self.send(search, older.commit, &older.path, lines))
    }

    /// The lines that older versions have, each with the first of them, and those that none has.
    fn split(&mut self, at: &At<'_>, held: &[Older], carried: &[Carried]) -> Result<Parted, ModeError> {
        let mut stayed = Vec::new();
        let mut rest = carried.to_vec();
        for older in held {
            let (old, new) = (self.shelf.text(older.blob)?, self.shelf.text(at.blob)?);
            let (lines, others) = across(&rest, &unchanged(&old, &new));
            stayed.push((older.clone(), lines));
            rest = others;
        }
        Ok(Parted { stayed, came: rest })
    }

    /// Sends the lines that came with a sync to the file that it sorted. A file that a repair moved takes all its lines along,
    /// whatever stood at its new path before. What an update has in common with the file that it replaces keeps the origin
    /// that it had, wherever that file was.
    fn through(
        &mut self,
        search: &mut Search<'_>,
        at: &At<'_>,
        sync: &SyncOf,
        (all, parted): (Vec<Carried>, Parted),
    ) -> Result<(), ModeError> {
        let planned = &sync.again.planned;
        let Some(lineage) = through_sync(self.shelf.reader, planned, at.path)? else {
            self.send_all(search, parted.stayed)?;
            parted.came.into_iter().for_each(|line| search.end(at, line, How::Made));
            return Ok(());
        };
        let managed = search.fabric.child(MANAGED);
        let is_moved = lineage.source.starts_with(&managed);
        let Parted { stayed, came } = match parted.stayed.is_empty() && !is_moved {
            true => {
                let held = replaced(self.shelf.reader, planned, at.path)?;
                let held = held.map(|(path, blob)| Older { commit: sync.parent.id, path, blob });
                self.split(at, held.as_slice(), &all)?
            }
            false if is_moved => Parted { stayed: Vec::new(), came: all },
            false => parted,
        };
        self.send_all(search, stayed)?;
        let by_sync = |line: Carried| Carried { sync: line.sync.or(Some(at.commit.id)), ..line };
        let came = came.into_iter().map(by_sync).collect();
        self.along(search, at, sync.parent.id, &lineage, came)
    }

    /// Sends lines to the file, and the lines of it, that they were in a parent; what was no line of it came with the commit.
    fn along(
        &mut self,
        search: &mut Search<'_>,
        at: &At<'_>,
        parent: CommitId,
        lineage: &Lineage,
        came: Vec<Carried>,
    ) -> Result<(), ModeError> {
        let (old, new) = (self.shelf.text(lineage.blob)?, self.shelf.text(at.blob)?);
        let lines: Vec<Option<usize>> = match lineage.pieces.is_none() && lineage.blob != at.blob {
            true => unchanged(&old, &new),
            false => (0..new.len()).map(|line| Some(old.line_at(lineage.offset(new.start(line)?)?))).collect(),
        };
        let (went, rest) = across(&came, &lines);
        rest.into_iter().for_each(|line| search.end(at, line, How::Written));
        self.send(search, parent, &lineage.source, went)
    }

    /// Follows lines that came with a commit that is no sync: to what it takes back, or to another name of the file.
    fn around(
        &mut self,
        search: &mut Search<'_>,
        at: &At<'_>,
        parents: &[Rc<Commit>],
        was_there: bool,
        came: Vec<Carried>,
    ) -> Result<(), ModeError> {
        let file = Came { commit: at.commit, path: at.path, blob: at.blob, folder: search.fabric };
        if let Some(before) = file.back(&mut self.shelf)? {
            return self.send(search, before, at.path, came);
        }
        // What changes a file of managed/ and takes one of raw/ away may be a sync that somebody altered.
        let looks = !was_there || is_sorted(search.fabric, at.path);
        for parent in parents.iter().filter(|_| looks) {
            if let Some(lineage) = file.from(&mut self.shelf, parent, was_there)? {
                return self.along(search, at, parent.id, &lineage, came);
            }
        }
        let how = if self.shelf.is_cut(at.commit.id)? { How::Cut } else { How::Written };
        came.into_iter().for_each(|line| search.end(at, line, how));
        Ok(())
    }
}

/// A file of a commit.
struct At<'c> {
    commit: &'c Commit,
    path: &'c RepoPath,
    blob: BlobId,
}

/// An older version of a file.
#[derive(Debug, Clone)]
struct Older {
    commit: CommitId,
    path: RepoPath,
    blob: BlobId,
}

/// Lines of a file, parted by whether an older version has them.
struct Parted {
    /// Those that do, with it.
    stayed: Vec<(Older, Vec<Carried>)>,
    /// Those that came with the commit.
    came: Vec<Carried>,
}

impl Search<'_> {
    /// A line's way ends here.
    fn end(&mut self, at: &At<'_>, line: Carried, how: How) {
        let Carried { asked, line, sync } = line;
        self.found[asked] =
            Some(Origin { commit: at.commit.id, path: at.path.clone(), blob: at.blob, line, how, sync });
    }
}

/// The lines that are others in an older file, as those, and the rest.
fn across(lines: &[Carried], older: &[Option<usize>]) -> (Vec<Carried>, Vec<Carried>) {
    let (mut went, mut rest) = (Vec::new(), Vec::new());
    for carried in lines {
        match older.get(carried.line).copied().flatten() {
            Some(line) => went.push(Carried { line, ..*carried }),
            None => rest.push(*carried),
        }
    }
    (went, rest)
}

/// Whether a path is where syncs put files.
fn is_sorted(fabric: &RepoPath, path: &RepoPath) -> bool {
    [MANAGED, UNMANAGED].into_iter().any(|folder| path.starts_with(&fabric.child(folder)))
}
