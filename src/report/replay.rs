//! What `hhgit replay` found: what the rules say of each commit of a history.

use std::collections::BTreeMap;

use crate::ids::CommitId;
use crate::snapshot::Time;
use crate::verdict::code::{Code, Severity};

/// What the rules say of a history.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Replay {
    /// What was asked for, as it is called: a branch, a commit, a range.
    pub reference: String,
    /// How closely they were judged.
    pub level: &'static str,
    /// The rules, by name and digest; none where each commit's own CRDs count.
    pub ruleset: Option<String>,
    /// The commits, newest first, each before its parents.
    pub commits: Vec<Replayed>,
    /// How many of them an earlier run had judged.
    pub known: usize,
    /// What the user should know besides, one sentence each.
    pub notes: Vec<String>,
}

/// What the rules say of one commit.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Replayed {
    /// The commit.
    pub commit: CommitId,
    /// When it was committed.
    pub time: Time,
    /// What was found.
    pub said: Said,
}

/// What was found of a commit.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Said {
    /// This.
    Judged(Tally),
    /// It holds no fabric directory.
    NoFabric,
    /// It could not be judged, for this reason.
    Unread(String),
}

/// What was found in a commit's fabric directories, in numbers.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Tally {
    /// How many there are.
    pub fabrics: usize,
    /// How many of them sync leaves alone.
    pub left_alone: usize,
    /// The objects that managed/ would hold after a sync.
    pub objects: usize,
    /// The documents of raw/ that a sync would put into managed/.
    pub managed: usize,
    /// Those that it would put into unmanaged/.
    pub unmanaged: usize,
    /// What stays in raw/.
    pub kept: usize,
    /// Whether a sync would change anything.
    pub changes: bool,
    /// The findings.
    pub findings: BTreeMap<(Code, Severity), usize>,
}

impl Tally {
    /// The gravest of the findings.
    pub fn gravest(&self) -> Option<Severity> {
        self.findings.keys().map(|(_, severity)| *severity).max()
    }

    /// Adds what was found in another fabric directory.
    pub fn add(&mut self, other: &Self) {
        self.fabrics += other.fabrics;
        self.left_alone += other.left_alone;
        self.objects += other.objects;
        self.managed += other.managed;
        self.unmanaged += other.unmanaged;
        self.kept += other.kept;
        self.changes |= other.changes;
        for (kind, number) in &other.findings {
            *self.findings.entry(*kind).or_default() += number;
        }
    }
}

/// One row of the table: a code at a severity, and where in the history it holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Row {
    /// The code.
    pub code: Code,
    /// The severity.
    pub severity: Severity,
    /// In how many commits there is such a finding.
    pub commits: usize,
    /// How many there are at most in one commit.
    pub most: usize,
    /// The first commit that has one: the oldest.
    pub first: CommitId,
    /// The last.
    pub last: CommitId,
}

/// How many commits are how.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Summary {
    /// Without an error or a warning.
    pub clean: usize,
    /// With warnings, but no error.
    pub warned: usize,
    /// With errors.
    pub errors: usize,
    /// Without a fabric directory.
    pub no_fabric: usize,
    /// Not judged.
    pub unread: usize,
    /// That a sync would change.
    pub changing: usize,
}

impl Replay {
    /// The table, gravest first, then what holds in most commits.
    pub fn table(&self) -> Vec<Row> {
        let mut rows: BTreeMap<(Code, Severity), Row> = BTreeMap::new();
        for replayed in self.commits.iter().rev() {
            let Said::Judged(tally) = &replayed.said else { continue };
            for ((code, severity), number) in &tally.findings {
                let (code, severity, commit) = (*code, *severity, replayed.commit);
                let new = Row { code, severity, commits: 0, most: 0, first: commit, last: commit };
                let row = rows.entry((code, severity)).or_insert(new);
                row.commits += 1;
                row.most = row.most.max(*number);
                row.last = commit;
            }
        }
        let mut rows: Vec<Row> = rows.into_values().collect();
        rows.sort_by(|a, b| (b.severity, b.commits, a.code).cmp(&(a.severity, a.commits, b.code)));
        rows
    }

    /// How many commits are how.
    pub fn summary(&self) -> Summary {
        let mut summary = Summary::default();
        for replayed in &self.commits {
            *match &replayed.said {
                Said::NoFabric => &mut summary.no_fabric,
                Said::Unread(_) => &mut summary.unread,
                Said::Judged(tally) => {
                    summary.changing += usize::from(tally.changes);
                    match tally.gravest() {
                        Some(Severity::Error) => &mut summary.errors,
                        Some(Severity::Warning) => &mut summary.warned,
                        _ => &mut summary.clean,
                    }
                }
            } += 1;
        }
        summary
    }
}
