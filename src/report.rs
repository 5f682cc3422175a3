//! What a command found and did, as a value; render/ turns it into text and JSON.

pub mod demo;
pub mod fabrics;
pub mod fleet;
pub mod local_hooks;
pub mod log;
pub mod merge;
pub mod receive;
pub mod replay;
pub mod schedule;
pub mod verify;
pub mod watch;
pub mod watch_tally;
pub mod why;

use std::collections::BTreeMap;

use crate::finding::{Finding, ObjectRef};
use crate::ids::{CommitId, Entry, TreeId};
use crate::path::RepoPath;
use crate::snapshot::{Commit, Time};
use crate::verdict::code::Code;

/// How the whole ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Outcome {
    /// A commit was made and the branch moved to it.
    Committed,
    /// There was nothing to do; no commit was made.
    Unchanged,
    /// A dry run: this is what would be done.
    Planned,
    /// Refused before anything moved.
    Refused,
}

/// A commit and its tree.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Point {
    /// The commit; none where a dry run made none.
    pub commit: Option<CommitId>,
    /// Its tree.
    pub tree: TreeId,
}

impl Point {
    /// A commit that is there.
    pub fn of(commit: &Commit) -> Self {
        Self { commit: Some(commit.id), tree: commit.tree }
    }
}

/// What a command did to a branch, and all it has to say.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Report {
    /// The command: `sync`, `init`.
    pub command: &'static str,
    /// How it ended.
    pub outcome: Outcome,
    /// The full name of the ref.
    pub reference: String,
    /// What was read; none on an unborn branch.
    pub input: Option<Point>,
    /// What was written, or would be; none where there was nothing to do or it was refused.
    pub result: Option<Point>,
    /// The fabric directories, in path order.
    pub fabrics: Vec<FabricReport>,
    /// All findings, in path order.
    pub findings: Vec<Finding>,
    /// What the user should know besides, one sentence each.
    pub notes: Vec<String>,
    /// What changes inside objects that managed/ holds already, where that was asked for; in path order.
    pub diffs: Vec<Diff>,
    /// The remote whose branch this was; none for a branch of the repository itself.
    pub remote: Option<Remote>,
    /// The branch and the request that propose the commit; none where it was not to be proposed, or there was nothing to.
    pub proposal: Option<Proposal>,
}

impl Report {
    /// A command that has done and found nothing yet.
    pub fn unchanged(command: &'static str, reference: impl Into<String>, input: Option<Point>) -> Self {
        Self {
            command,
            outcome: Outcome::Unchanged,
            reference: reference.into(),
            input,
            result: None,
            fabrics: Vec::new(),
            findings: Vec::new(),
            notes: Vec::new(),
            diffs: Vec::new(),
            remote: None,
            proposal: None,
        }
    }
}

/// A commit that is proposed and not pushed to the branch it is for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Proposal {
    /// The full name of the branch that holds it.
    pub reference: String,
    /// What became of it.
    pub state: Proposed,
    /// The pull or merge request; none where there is none, or nobody looked.
    pub request: Option<Request>,
}

/// What became of a proposal.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Proposed {
    /// Its request was opened.
    Opened,
    /// Its request was open, and proposes the new commit now.
    Renewed,
    /// It was all there.
    Unchanged,
    /// Its branch holds others' commits and was left alone.
    Kept,
    /// It was not needed any more, and its branch was deleted.
    Removed,
    /// A dry run: nothing was pushed or opened.
    Planned,
}

/// A pull or merge request.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Request {
    /// Its number.
    pub number: u64,
    /// Where people look at it.
    pub url: String,
    /// What people call it: `pull request #7`.
    pub name: String,
}

/// A remote whose branch was worked on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Remote {
    /// What it was called, without any password.
    pub name: String,
    /// Where it is, without any password.
    pub url: String,
    /// How many tries it took; each after the first began because the branch had moved, or the server would not yet.
    pub tries: u32,
}

/// What changes inside one file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Diff {
    /// The file, from the repository's root.
    pub path: RepoPath,
    /// A unified diff, as text; it may hold whatever the file holds.
    pub unified: String,
}

/// What became of one fabric directory.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FabricReport {
    /// The fabric directory.
    pub path: RepoPath,
    /// Its name, from the manifest.
    pub name: String,
    /// Whether it was left alone because its structure is broken.
    pub left_alone: bool,
    /// One row a document (or a file that holds none), in path order.
    pub documents: Vec<DocumentRow>,
    /// What structure repair did, in path order.
    pub repairs: Vec<Repair>,
    /// Identities that managed/ held before and does not after.
    pub removed: Vec<ObjectRef>,
    /// Every path that changes, relative to the fabric directory.
    pub edits: BTreeMap<RepoPath, EditRow>,
    /// What happened besides and is not listed, since nobody asked for a list.
    pub unlisted: Unlisted,
}

/// How much of what happened a report does not list.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Unlisted {
    /// Objects that are new in managed/.
    pub added: usize,
    /// Paths that change.
    pub edits: usize,
}

/// What becomes of a document or file.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Fate {
    /// It is in managed/ now.
    Managed,
    /// It is in unmanaged/ now.
    Unmanaged,
    /// It stays where it was.
    Kept,
}

/// How managed/ changed by a document.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Change {
    /// The object is new.
    Added,
    /// The object was there with another value.
    Updated,
    /// The object was there with the same value.
    Unchanged,
}

/// One document's row; a file without documents has one too.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DocumentRow {
    /// The file it came from, relative to the fabric directory.
    pub source: RepoPath,
    /// Its number in the file, from 1; none for a file as a whole.
    pub document: Option<u32>,
    /// Its first and last line of content, from 1.
    pub lines: Option<(u32, u32)>,
    /// What it says it is.
    pub object: Option<ObjectRef>,
    /// What became of it.
    pub fate: Fate,
    /// How managed/ changed.
    pub change: Option<Change>,
    /// Why it is not in managed/; where it is, set only for an exact duplicate that vanished into its like.
    pub code: Option<Code>,
    /// Where it is now, relative to the fabric directory.
    pub target: RepoPath,
}

/// One repair of a fabric directory's structure.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Repair {
    /// What was wrong.
    pub code: Code,
    /// Where, relative to the fabric directory.
    pub path: RepoPath,
}

/// One path's change.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct EditRow {
    /// What stood there.
    pub from: Option<Entry>,
    /// What stands there now.
    pub to: Option<Entry>,
}

/// A fabric's counts, as reports show them.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Counts {
    /// Objects that went to managed/; an exact duplicate counts once.
    pub managed: usize,
    /// Documents and files that went to unmanaged/.
    pub unmanaged: usize,
    /// Entries that stay in raw/.
    pub kept: usize,
    /// Repairs.
    pub repairs: usize,
    /// Identities that left managed/.
    pub removed: usize,
}

impl Counts {
    /// Adds what another came to.
    pub fn add(&mut self, more: Self) {
        self.managed += more.managed;
        self.unmanaged += more.unmanaged;
        self.kept += more.kept;
        self.repairs += more.repairs;
        self.removed += more.removed;
    }
}

impl FabricReport {
    /// A fabric directory in which nothing was done yet.
    pub fn unchanged(path: RepoPath, name: String) -> Self {
        Self {
            path,
            name,
            left_alone: false,
            documents: Vec::new(),
            repairs: Vec::new(),
            removed: Vec::new(),
            edits: BTreeMap::new(),
            unlisted: Unlisted::default(),
        }
    }

    /// How many paths change.
    pub fn changes(&self) -> usize {
        self.edits.len() + self.unlisted.edits
    }

    /// Drops the rows of objects that are new in managed/, but for those among the first so many rows, and all edits.
    pub fn abridge(&mut self, first: usize) {
        let is_plain = |row: &DocumentRow| row.change == Some(Change::Added) && row.code.is_none();
        let (before, mut at) = (self.documents.len(), 0);
        self.documents.retain(|row| {
            // A message has no line for what stays where it was.
            at += usize::from(row.fate != Fate::Kept);
            at <= first || !is_plain(row)
        });
        self.documents.shrink_to_fit();
        self.unlisted.added += before - self.documents.len();
        self.unlisted.edits += std::mem::take(&mut self.edits).len();
    }

    /// The counts of this fabric's rows.
    pub fn counts(&self) -> Counts {
        let fate = |fate| self.documents.iter().filter(|row| row.fate == fate).count();
        let objects = |row: &&DocumentRow| row.fate == Fate::Managed && row.code.is_none();
        Counts {
            managed: self.documents.iter().filter(objects).count() + self.unlisted.added,
            unmanaged: fate(Fate::Unmanaged),
            kept: fate(Fate::Kept),
            repairs: self.repairs.len(),
            removed: self.removed.len(),
        }
    }
}

/// How a branch's fabric directories stand.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Status {
    /// The full name of the ref.
    pub reference: String,
    /// The branch's commit.
    pub tip: CommitId,
    /// The fabric directories, in path order.
    pub fabrics: Vec<FabricStatus>,
    /// What is wrong with the directories themselves, in path order.
    pub findings: Vec<Finding>,
    /// What the user should know besides, one sentence each.
    pub notes: Vec<String>,
}

/// How one fabric directory stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FabricStatus {
    /// The fabric directory.
    pub path: RepoPath,
    /// Its name, from the manifest.
    pub name: String,
    /// Whether a sync would leave it alone because its structure is broken.
    pub left_alone: bool,
    /// The files in raw/ that a sync would sort, relative to the fabric directory.
    pub waiting: Vec<RepoPath>,
    /// How many objects of each kind managed/ holds.
    pub managed: BTreeMap<String, usize>,
    /// How many documents and whole files unmanaged/ holds for each reason, as their sidecars say it.
    pub unmanaged: BTreeMap<Code, usize>,
    /// How many files in unmanaged/ have no sidecar that speaks of them.
    pub unexplained: usize,
    /// The last sync commit that names this fabric directory.
    pub last_sync: Option<LastSync>,
}

/// A sync commit, seen from the branch's tip.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct LastSync {
    /// The commit.
    pub commit: CommitId,
    /// Its committer date: that of the commit it sorted.
    pub time: Time,
    /// How many first-parent commits came after it.
    pub commits_since: usize,
}
