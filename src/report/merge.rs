//! What a merge of two branches came to, as a value.

use crate::finding::{Finding, ObjectRef};
use crate::ids::CommitId;
use crate::path::RepoPath;
use crate::report::{FabricReport, Point};
use crate::snapshot::Time;

/// How a merge ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum MergeOutcome {
    /// The branch holds both sides now.
    Merged,
    /// The branch held nothing of its own and was moved to the other's commit.
    FastForwarded,
    /// The branch held the other already; nothing was done.
    AlreadyMerged,
    /// A dry run: this is what would be done.
    Planned,
    /// Both sides changed the same differently; nothing was changed.
    Conflicts,
    /// Together the sides break what each kept by itself; nothing was changed.
    Broken,
    /// Too many objects would leave managed/; nothing was changed.
    Refused,
}

/// A merge of two branches.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Merge {
    /// How it ended.
    pub outcome: MergeOutcome,
    /// The full name of the ref that is merged into.
    pub reference: String,
    /// What is merged into it, as it was named.
    pub other: String,
    /// Where the branch was.
    pub ours: Point,
    /// What is merged into it.
    pub theirs: Point,
    /// The last commits that both have in common.
    pub bases: Vec<CommitId>,
    /// Whether the branch held nothing of its own.
    pub fast_forward: bool,
    /// The merge commit; without a commit in a dry run, and none where there is none to make.
    pub merge: Option<Point>,
    /// Where the branch is now: the sync commit on top of it, if there was something to sort.
    pub result: Option<Point>,
    /// What became of the objects that the sides hold differently, in order of their files.
    pub objects: Vec<MergedObject>,
    /// What could not be merged, in order of the files.
    pub conflicts: Vec<Conflict>,
    /// The errors that neither side had, or where it was merged what is to be said of the sync, in path order.
    pub findings: Vec<Finding>,
    /// Objects that leave managed/, with their fabric directories.
    pub removed: Vec<(RepoPath, ObjectRef)>,
    /// What the sync does to each fabric directory.
    pub fabrics: Vec<FabricReport>,
    /// What the user should know besides, one sentence each.
    pub notes: Vec<String>,
}

/// What became of one object of managed/ in which the sides differ.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct MergedObject {
    /// Its file now; where it has none any more, the one it had.
    pub path: RepoPath,
    /// What it says it is.
    pub object: ObjectRef,
    /// What became of it.
    pub how: How,
    /// The fields that came from their side, where both sides changed it.
    pub fields: Vec<String>,
}

/// What became of an object in which the sides differ.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum How {
    /// It is as our side has it.
    Ours,
    /// It is as their side has it.
    Theirs,
    /// Both sides changed it, and it has the changes of both.
    Both,
    /// It is gone.
    Gone,
}

/// Something that could not be merged.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Conflict {
    /// Its kind.
    pub kind: ConflictKind,
    /// The file, or where it would be.
    pub path: RepoPath,
    /// The object; none for files that are merged as files.
    pub object: Option<ObjectRef>,
    /// The field, `spec.subnets.default.vlan`; none where it is about the whole.
    pub field: Option<String>,
    /// What is wrong, in one sentence.
    pub message: String,
    /// What it was.
    pub base: Option<String>,
    /// What our side made of it.
    pub ours: Version,
    /// What their side made of it.
    pub theirs: Version,
}

/// What can be wrong with a merge.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum ConflictKind {
    /// Both sides changed a field, each to another value.
    Field,
    /// One side deleted an object that the other changed.
    Deleted,
    /// Both sides added an object, each with another value.
    Added,
    /// The changes of both agree and can still not be put into one text.
    Layout,
    /// Something else lies where the object's file must be.
    Place,
    /// An update of the object waits in raw/ on one side, and the other changed it in managed/.
    Waiting,
    /// Git could not merge a file that is none of one object in managed/.
    File,
}

/// What one side made of a field or file.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Version {
    /// Its value, as JSON; none where it is not there.
    pub value: Option<String>,
    /// Its file on that side, and the line it starts at.
    pub place: Option<(RepoPath, u32)>,
    /// The commit that made it so; none where that is not to be found.
    pub by: Option<By>,
}

/// A commit as people tell it from others.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct By {
    /// Its id.
    pub commit: CommitId,
    /// Who wrote it.
    pub name: String,
    /// When.
    pub time: Time,
    /// The first line of its message.
    pub subject: String,
}
