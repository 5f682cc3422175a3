//! What `hhgit verify` found: which commits are exactly what sync makes of their parents, and what the others are.

use std::collections::BTreeMap;

use crate::ids::{CommitId, Entry};
use crate::path::RepoPath;
use crate::snapshot::Time;

/// What became of the syncs of a history.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Verify {
    /// What was asked for, as it is called: a branch, a commit, a range.
    pub reference: String,
    /// The commits that are syncs, or say so; newest first, each before its parents.
    pub commits: Vec<Verified>,
    /// How many commits there are besides.
    pub others: usize,
    /// What the user should know besides, one sentence each.
    pub notes: Vec<String>,
}

/// A commit that is a sync, or says so.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Verified {
    /// The commit.
    pub commit: CommitId,
    /// When it was committed.
    pub time: Time,
    /// The first line of its message, made printable.
    pub subject: String,
    /// What it is.
    pub found: Found,
}

/// What a commit was found to be, and why.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Found {
    /// What it is.
    pub word: Word,
    /// Why, as a sentence without its end; text of the commit in it is not made printable.
    pub why: String,
    /// The files that are not what sync makes of them, in path order.
    pub files: Vec<WrongFile>,
    /// The lines of the message that are not those of sync's, in the message's order.
    pub lines: Vec<WrongLine>,
}

/// What a commit is that is a sync, or says so.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Word {
    /// Exactly what sync makes of its parent.
    Proven,
    /// Its tree is what sync makes of its parent's; its message is a forge's or a person's.
    Reworded,
    /// Its tree and message are what sync makes; its dates are not.
    Redated,
    /// It cannot be told here.
    Unproven,
    /// It says that it is the sync of its parent, and it is not just that.
    Altered,
    /// It says that it is a sync, and is none of its parent.
    Unfounded,
}

impl Word {
    /// All, from best to worst.
    pub const ALL: [Self; 6] =
        [Self::Proven, Self::Reworded, Self::Redated, Self::Unproven, Self::Altered, Self::Unfounded];

    /// The word that reports use.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Proven => "proven",
            Self::Reworded => "reworded",
            Self::Redated => "redated",
            Self::Unproven => "unproven",
            Self::Altered => "altered",
            Self::Unfounded => "unfounded",
        }
    }

    /// Whether the commit is not what it says.
    pub fn is_false(self) -> bool {
        matches!(self, Self::Altered | Self::Unfounded)
    }
}

/// A file that is not what sync makes of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WrongFile {
    /// Its repository path.
    pub path: RepoPath,
    /// What stands there.
    pub is: Option<Entry>,
    /// What should.
    pub should: Option<Entry>,
}

/// A line of a message that is there and should not be, or the other way round.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WrongLine {
    /// The line, without its end.
    pub text: String,
    /// Whether it is there; else it should be.
    pub is_there: bool,
}

impl Found {
    /// What a commit is that nothing more is to be said about than why.
    pub fn plain(word: Word, why: impl Into<String>) -> Self {
        Self { word, why: why.into(), files: Vec::new(), lines: Vec::new() }
    }
}

impl Verify {
    /// How many commits are what, in the order of [`Word::ALL`].
    pub fn tally(&self) -> BTreeMap<Word, usize> {
        let mut tally: BTreeMap<Word, usize> = Word::ALL.into_iter().map(|word| (word, 0)).collect();
        for commit in &self.commits {
            *tally.entry(commit.found.word).or_default() += 1;
        }
        tally
    }
}
