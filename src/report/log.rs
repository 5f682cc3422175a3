//! What a branch's history tells of its fabric directories, as a value: commit by commit, newest first.

use crate::finding::ObjectRef;
use crate::ids::CommitId;
use crate::path::RepoPath;
use crate::snapshot::Time;

use super::Repair;

/// A history, or as much of it as was asked for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Log {
    /// The branch, or the revision as it was named.
    pub reference: String,
    /// The commit it starts from.
    pub tip: CommitId,
    /// What it is about.
    pub about: About,
    /// What was done, newest first.
    pub operations: Vec<Operation>,
    /// Whether there are older operations that were not asked for.
    pub older: bool,
    /// Where history ends although there was more: a shallow clone's boundary.
    pub cut: Vec<CommitId>,
    /// Commits whose trees cannot be compared, newest first.
    pub untold: Vec<Untold>,
}

/// A commit that cannot be told of.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Untold {
    /// The commit.
    pub commit: CommitId,
    /// Why not.
    pub why: String,
}

/// What a log is about.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum About {
    /// All fabric directories, or those that were named with `--fabric`.
    Everything,
    /// One fabric directory.
    Fabric {
        /// Where it is.
        path: RepoPath,
    },
    /// One object, wherever it is or was held.
    Object {
        /// What it is called: `VPC/web`, `VPC/ns/web`.
        name: String,
        /// The fabric directory it is meant in; none for all.
        fabric: Option<RepoPath>,
    },
    /// Files at or below these paths of the repository.
    Paths(Vec<RepoPath>),
}

/// What one commit did to the fabric directories.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Operation {
    /// The commit.
    pub commit: CommitId,
    /// Its committer date: for a sync that of the commit it sorted.
    pub time: Time,
    /// Who wrote it.
    pub author: Who,
    /// The first line of its message, as it is.
    pub subject: String,
    /// What kind of commit it is.
    pub made: Made,
    /// The commits that put there what it sorted, newest first; empty where it sorted nothing, or is no sync.
    pub pushes: Vec<Push>,
    /// What it did, by fabric directory, in path order.
    pub fabrics: Vec<FabricChanges>,
}

/// What kind of commit something was done by.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Made {
    /// Exactly what sync makes of its parent: it was made again.
    Sync {
        /// The options under which it comes out the same, as flags.
        options: Vec<String>,
    },
    /// It claims to be a sync, and is not what sync makes of its parent.
    Altered,
    /// It claims to be a sync, and whether it is cannot be told here.
    Unproven {
        /// Why not.
        why: String,
    },
    /// It says that a person had hhgit make it: `init`, `import`, `undo`.
    Asked {
        /// By which command.
        command: String,
    },
    /// A sync's message is quoted in it: the raw change and the sync became one commit, which is not hhgit's own.
    Squashed,
    /// A merge, and what is in none of its parents.
    Merge,
    /// Anybody's work, without hhgit.
    Hand,
}

/// Somebody who made a commit.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Who {
    /// The name, as the commit has it.
    pub name: String,
    /// The address, as the commit has it.
    pub email: String,
}

/// A commit that put files where a sync found them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Push {
    /// The commit.
    pub commit: CommitId,
    /// Its committer date.
    pub time: Time,
    /// Who wrote it.
    pub author: Who,
    /// The first line of its message, as it is.
    pub subject: String,
}

/// What one commit did to one fabric directory. All paths in it start there.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FabricChanges {
    /// The fabric directory.
    pub path: RepoPath,
    /// Its name then.
    pub name: String,
    /// What became of objects, and of files that hold none, in their order.
    pub changes: Vec<ObjectChange>,
    /// What went to unmanaged/, in path order.
    pub unmanaged: Vec<Parked>,
    /// What structure repair did, in path order.
    pub repairs: Vec<Repair>,
}

impl FabricChanges {
    /// Whether nothing is to be told.
    pub fn is_empty(&self) -> bool {
        self.changes.is_empty() && self.unmanaged.is_empty() && self.repairs.is_empty()
    }
}

/// What happened to an object.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Change {
    /// It is in managed/ and was not before.
    Added,
    /// It is in managed/ again; an older commit took it away.
    Returned,
    /// Its value changed.
    Updated,
    /// Its file changed and its value did not.
    Rewritten,
    /// It is in another file of the same folder, with the same value.
    Moved,
    /// It came through raw/ and managed/ held it already, just so.
    Unchanged,
    /// It is not in managed/ any more.
    Removed,
    /// It was put into raw/.
    Offered,
    /// It was changed where it lay in raw/ or unmanaged/.
    Edited,
    /// It was taken out of raw/ or unmanaged/ and is nowhere else.
    Withdrawn,
}

impl Change {
    /// Whether it is about what managed/ holds, and not only about what waits beside it.
    pub fn is_of_managed(self) -> bool {
        !matches!(self, Self::Offered | Self::Edited | Self::Withdrawn)
    }
}

/// What happened to one object, or to a file that holds none.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ObjectChange {
    /// The object; none for a file that holds none.
    pub object: Option<ObjectRef>,
    /// What happened.
    pub change: Change,
    /// Where it is now; where it was, if it is gone.
    pub place: Source,
    /// The file it was in before, if that is another one of the same folder, or the one in raw/ it was taken back into.
    pub other: Option<RepoPath>,
    /// The document that it was made of, where that is known.
    pub from: Option<Source>,
    /// The fields that changed, in order.
    pub fields: Vec<Field>,
}

/// A document in a file, or a file as a whole.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Source {
    /// The file.
    pub path: RepoPath,
    /// The document's number in it, from 1; none for a file that is meant as a whole, or holds just one.
    pub document: Option<u32>,
    /// Its first and last line, from 1.
    pub lines: Option<(u32, u32)>,
}

/// A field that changed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Field {
    /// Where it is: `spec.subnets.default.vlan`; empty for the whole.
    pub path: String,
    /// What it was, as JSON; none if it was not there.
    pub old: Option<String>,
    /// What it is, as JSON; none if it is gone.
    pub new: Option<String>,
}

/// A document or file that went to unmanaged/.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Parked {
    /// Where it is now.
    pub path: RepoPath,
    /// Where it came from, if that is known.
    pub from: Option<Source>,
    /// What it says it is.
    pub object: Option<ObjectRef>,
    /// The code of the reason, if one is told.
    pub code: Option<String>,
}
