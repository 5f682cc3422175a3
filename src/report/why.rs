//! What `hhgit why` has found of one file: where its lines come from, and why it is where it is.

use std::collections::BTreeMap;

use crate::finding::{Finding, ObjectRef};
use crate::ids::CommitId;
use crate::path::RepoPath;
use crate::report::DocumentRow;
use crate::snapshot::Time;

/// A file of a fabric directory, and where it comes from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Why {
    /// What the commit was called: a branch, or what was given for it.
    pub revision: String,
    /// The commit that was looked at.
    pub commit: CommitId,
    /// The fabric directory.
    pub fabric: RepoPath,
    /// The file, from the repository's root.
    pub path: RepoPath,
    /// The object that was asked for, or the only one that the file holds.
    pub object: Option<ObjectRef>,
    /// Where the file is, and why.
    pub state: State,
    /// The lines that were asked for, in order.
    pub lines: Vec<Line>,
    /// The commits that lines come from, and the syncs between.
    pub commits: BTreeMap<CommitId, By>,
    /// What the user should know besides, one sentence each.
    pub notes: Vec<String>,
}

/// Where a file is, and why.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum State {
    /// In managed/.
    Managed,
    /// In unmanaged/.
    Unmanaged(Unmanaged),
    /// In raw/.
    Waiting(Waiting),
}

/// Why a file is in unmanaged/.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Unmanaged {
    /// The reasons that hhgit wrote beside it; empty where it wrote none, or none for the file as it is.
    pub reasons: Vec<Reason>,
    /// What today's rules say of it besides.
    pub now: Vec<Finding>,
    /// The documents that today's rules would put into managed/.
    pub passes: Vec<DocumentRow>,
    /// The command that judges it again.
    pub retry: String,
}

/// A reason why a document was sorted out.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Reason {
    /// What was said; where today's rules say it still, as they say it.
    pub finding: Finding,
    /// Whether today's rules say it still.
    pub still: bool,
}

/// What a sync would make of a file in raw/.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Waiting {
    /// What would become of each document.
    pub documents: Vec<DocumentRow>,
    /// What would be said of it.
    pub findings: Vec<Finding>,
    /// Whether a sync leaves the fabric directory alone because its structure is broken.
    pub left_alone: bool,
}

/// A line, and where it comes from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Line {
    /// Its number in the file, from 1.
    pub number: u32,
    /// Its text, without its end; it may hold whatever the file holds.
    pub text: String,
    /// Where it comes from.
    pub origin: Origin,
}

/// Where a line comes from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Origin {
    /// How it came.
    pub how: How,
    /// The commit that brought it.
    pub commit: CommitId,
    /// The file it was in then, from the repository's root.
    pub path: RepoPath,
    /// The number of its document in that file, from 1; none where the file holds no documents.
    pub document: Option<u32>,
    /// Its line in that file, from 1.
    pub line: u32,
    /// The last sync that moved it on from there.
    pub sync: Option<CommitId>,
}

/// How a line came into the repository.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum How {
    /// Somebody put it into a file that a sync sorted, or will.
    Dropped,
    /// Somebody put it straight into managed/ or unmanaged/, in a commit that is none of sync's.
    Straight {
        /// Whether the commit's message claims that it is sync's all the same.
        claims: bool,
    },
    /// hhgit made it, in this sync.
    Made,
    /// History ends here, as it does in a shallow clone; the line may be older.
    Cut,
}

/// Who made a commit, and when, and what for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct By {
    /// The author's name.
    pub name: String,
    /// The author's address.
    pub email: String,
    /// When it was written.
    pub time: Time,
    /// The first line of its message.
    pub subject: String,
}
