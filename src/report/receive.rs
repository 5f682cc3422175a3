//! What a server's hook has to say to a push, as a value.

use std::time::Duration;

use crate::finding::Finding;
use crate::ids::CommitId;

/// How a push is answered.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Answer {
    /// It is let in.
    LetIn,
    /// It is refused, because of what was found.
    Refused,
    /// It was not looked at, since the pusher asked for that and the server allows it.
    Skipped,
    /// It could not be judged in time.
    Late {
        /// How long it may have taken.
        limit: Duration,
        /// Whether it is refused for that.
        refused: bool,
    },
}

/// What was found in a push, over all its refs.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Verdict {
    /// How the push is answered.
    pub answer: Answer,
    /// What was found, each once: what refuses the push first, then the gravest first.
    pub told: Vec<Told>,
    /// How many refs had their content judged.
    pub judged: usize,
    /// The command that shows all findings at the pusher's side, where there are any.
    pub command: Option<Command>,
    /// The refs that would be deleted, as they are shown.
    pub deleted: Vec<String>,
    /// What the pusher should know besides, one sentence each.
    pub notes: Vec<String>,
}

/// A command that shows all findings in a ref.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Command {
    /// The ref, as it is shown: one with the gravest findings.
    pub name: String,
    /// The command, with ids that the pusher's own repository has.
    pub words: String,
}

/// One finding, and the refs it was found in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Told {
    /// The finding.
    pub finding: Finding,
    /// Whether the push is refused for it.
    pub refuses: bool,
    /// The refs, as they are shown.
    pub refs: Vec<String>,
}

/// What became of a branch that was pushed, on the server.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Synced {
    /// It was sorted.
    Sorted {
        /// The branch, as it is shown.
        branch: String,
        /// How many objects went to managed/.
        managed: usize,
        /// How many documents and files went to unmanaged/.
        unmanaged: usize,
        /// The sync commit.
        commit: CommitId,
    },
    /// A fabric directory of it was left alone.
    LeftAlone {
        /// The branch, as it is shown.
        branch: String,
        /// The fabric directory, as it is shown.
        fabric: String,
    },
    /// It could not be sorted.
    Failed {
        /// The branch, as it is shown.
        branch: String,
        /// Why, in one sentence.
        words: String,
    },
    /// The forge's database would not learn of a commit made here.
    Forge {
        /// The branch, as it is shown.
        branch: String,
        /// The forge's name.
        forge: &'static str,
    },
}
