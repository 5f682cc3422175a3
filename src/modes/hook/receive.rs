//! A push judged: each ref that would move, by what would change and what depends on it. Of the repository it is given a
//! reader and the memory of trees, so that it cannot write a ref or an object, whatever it is made to do.

use std::cmp::Reverse;
use std::collections::btree_map::Entry;
use std::collections::{BTreeMap, BTreeSet};

use crate::fabric::layout::{MANAGED, entry_at};
use crate::finding::Finding;
use crate::git::read::{Peeled, Reader};
use crate::ids::{CommitId, ObjectId, TreeId};
use crate::memory::store::Store;
use crate::modes::check::{Asked, Named, Narrowed, compare};
use crate::modes::error::ModeError;
use crate::modes::look::Request;
use crate::options::CheckLevel;
use crate::options::Common;
use crate::options::hook::{Policy, Syncs};
use crate::path::RepoPath;
use crate::report::Report;
use crate::report::receive::{Answer, Command, Told, Verdict};
use crate::snapshot::{Commit, Objects, ReadError};
use crate::verdict::code::Code;

use super::error::HookError;
use super::lines::Move;
use super::policy::InForce;
use super::refuse::refuses;
use super::syncs::{Guarded, Pushed};

/// All that judging a push needs.
pub(super) struct Receive {
    /// What is read from.
    pub(super) reader: Reader,
    /// What the command was told.
    pub(super) common: Common,
    /// What the server goes by.
    pub(super) force: InForce,
    /// What is remembered of the repository's trees.
    pub(super) memory: Store,
    /// The tip of the branch that HEAD names, which a new ref is compared with.
    pub(super) head: Option<CommitId>,
    /// Whether what can be compared with nothing is taken as it is: there is no judged ref yet, or not only syncs pass.
    pub(super) takes_first: bool,
}

/// Of how many trees of one push what was learned is kept.
const KEPT: usize = 32;

/// What a ref would change, with what is needed to say so.
struct Change {
    name: String,
    before: Option<Commit>,
    after: Commit,
    is_new: bool,
}

/// What was found in a change, and whether the push is refused for it.
type Found = BTreeSet<(bool, Finding)>;

/// What came of judging a change.
#[derive(Default)]
struct Judged {
    found: Found,
    notes: Vec<String>,
    learned: Option<Narrowed>,
}

impl Receive {
    /// Judges all refs of a push.
    pub(super) fn judge(&self, moves: &[Move]) -> Result<Verdict, HookError> {
        let request = self.force.request();
        let mut deleted = Vec::new();
        let mut done: BTreeMap<(Option<TreeId>, TreeId), Judged> = BTreeMap::new();
        let mut told: BTreeMap<(bool, Finding), BTreeSet<String>> = BTreeMap::new();
        let mut command = None;
        let mut judged = 0;
        for moved in moves.iter().filter(|moved| self.force.judges(moved.name.as_bytes())) {
            let Some(change) = self.change(moved)? else {
                deleted.push(moved.name.to_string());
                continue;
            };
            judged += 1;
            let key = (change.before.as_ref().map(|commit| commit.tree), change.after.tree);
            let this = match done.entry(key) {
                Entry::Occupied(known) => known.into_mut(),
                Entry::Vacant(place) => place.insert(self.found(&change, &request)?),
            };
            let found = self.with_syncs(&change, &this.found)?;
            let refused = found.iter().any(|(refuses, _)| *refuses);
            if !found.is_empty() && command.as_ref().is_none_or(|(before, _)| !before && refused) {
                command = Some((refused, Command { name: change.name.clone(), words: self.command(&change) }));
            }
            for finding in &found {
                told.entry(finding.clone()).or_default().insert(change.name.clone());
            }
        }
        let told = gravest_first(told);
        let refused = told.iter().any(|told| told.refuses);
        let mut notes: BTreeSet<String> = done.values().flat_map(|judged| judged.notes.clone()).collect();
        notes.extend(self.force.aside(&told).map(str::to_owned));
        if !refused {
            // A refused tree is soon gone. What cannot be kept, or is too much, is learned again by the next push.
            let learned = done.values().filter_map(|judged| judged.learned.as_ref()).take(KEPT);
            learned.for_each(|learned| drop(learned.keep(&self.memory)));
        }
        let answer = if refused { Answer::Refused } else { Answer::LetIn };
        let (command, notes) = (command.map(|(_, command)| command), notes.into_iter().collect());
        Ok(Verdict { answer, told, judged, command, deleted, notes })
    }

    /// The commits that a ref would move between; none if it would go.
    fn change(&self, moved: &Move) -> Result<Option<Change>, HookError> {
        let name = moved.name.to_string();
        let Some(new) = moved.new else { return Ok(None) };
        let read = |source| HookError::Read { name: name.clone(), source };
        let commit = |id| self.reader.commit(id).map_err(read);
        let after = match self.reader.peel(new).map_err(read)? {
            Peeled::Commit(id) => commit(id)?,
            Peeled::Tagged(id) if !moved.name.is_branch() => commit(id)?,
            Peeled::Tagged(_) => return Err(HookError::NotACommit { name, found: "tag" }),
            Peeled::Other(found) => return Err(HookError::NotACommit { name, found }),
        };
        let before = match moved.old {
            None => self.head,
            Some(old) => self.old(old).map_err(read)?,
        };
        let before = before.map(commit).transpose()?;
        Ok(Some(Change { before, after, is_new: moved.old.is_none(), name }))
    }

    /// The commit that a ref names; none if it is a tree or a blob, with which nothing can be compared.
    fn old(&self, old: ObjectId) -> Result<Option<CommitId>, ReadError> {
        Ok(match self.reader.peel(old)? {
            Peeled::Commit(id) | Peeled::Tagged(id) => Some(id),
            Peeled::Other(_) => None,
        })
    }

    fn found(&self, change: &Change, request: &Request) -> Result<Judged, HookError> {
        let failed = |source| HookError::Judge { name: change.name.clone(), source: Box::new(source) };
        let nothing = Judged::default();
        if change.before.as_ref().is_some_and(|before| before.tree == change.after.tree) {
            return Ok(nothing);
        }
        let Some((report, learned)) = self.compare(change, request).map_err(failed)? else { return Ok(nothing) };
        let fabrics: Vec<RepoPath> = report.fabrics.iter().map(|fabric| fabric.path.clone()).collect();
        let mut found = Found::new();
        for mut finding in report.findings {
            finding.excerpt = None;
            if let Some(help) = help_for_pushers(finding.code) {
                finding.help = help.to_owned();
            }
            let is_changed = |path: &RepoPath| self.differs(change, path);
            found.insert((refuses(self.force.policy, &finding, &fabrics, is_changed), finding));
        }
        Ok(Judged { found, notes: report.notes, learned: Some(learned) })
    }

    /// What was found in a change, after a look at the commits that it is made of: these count, and not the trees alone.
    fn with_syncs(&self, change: &Change, found: &Found) -> Result<Found, HookError> {
        let (policy, syncs) = (self.force.policy, self.force.syncs);
        // The first push of all is taken as it is.
        if syncs == Syncs::Judged || change.before.is_none() && self.takes_first {
            return Ok(found.clone());
        }
        let (server, fabrics, after) = (self.force.server(), &self.common.fabrics, &change.after);
        let before = change.before.as_ref().unwrap_or(after);
        let pushed = Pushed { reader: &self.reader, server, fabrics, before, after, is_new: change.is_new };
        let failed = |source| HookError::Judge { name: change.name.clone(), source: Box::new(source) };
        let guarded = match &change.before {
            Some(_) => pushed.guarded(),
            None => pushed.groundless().map(Guarded::Strange),
        };
        let synced = match guarded.map_err(failed)? {
            Guarded::Synced(folders) => folders,
            Guarded::Strange(strange) => {
                let refused = strange.into_iter().filter(|_| syncs == Syncs::Only);
                let refused = refused.map(|finding| (policy != Policy::Warn, finding));
                return Ok(found.iter().cloned().chain(refused).collect());
            }
        };
        // What a sync brings into managed/ was let into raw/. What leaves, and what was there, is another matter.
        let managed: Vec<RepoPath> = synced.into_iter().filter(|path| path.file_name() == MANAGED.as_bytes()).collect();
        let is_moved =
            |path: &RepoPath| managed.iter().any(|folder| path.starts_with(folder)) && self.differs(change, path);
        let is_brought = |finding: &Finding| {
            let by_other = finding.related.as_ref().is_some_and(|related| is_moved(&related.path));
            let leaves = matches!(finding.code, Code::TooManyDeletions | Code::StillReferred);
            policy == Policy::Managed && !leaves && (is_moved(&finding.path) || by_other)
        };
        Ok(found.iter().map(|(refuses, finding)| (*refuses && !is_brought(finding), finding.clone())).collect())
    }

    /// Whether the change puts something else at a path; what cannot be told is taken to be so.
    fn differs(&self, change: &Change, path: &RepoPath) -> bool {
        let at = |commit: &Commit| entry_at(&self.reader, commit.tree, path).ok();
        change.before.as_ref().and_then(at).is_none_or(|before| at(&change.after) != Some(before))
    }

    /// The report of a change, and what was learned on the way; none if there is no fabric directory in it.
    fn compare(&self, change: &Change, request: &Request) -> Result<Option<(Report, Narrowed)>, ModeError> {
        // A new branch takes nothing away from the one that it is compared with.
        let (level, max_deletions) = (self.force.level, self.force.max_deletions.filter(|_| !change.is_new));
        let asked =
            Asked { common: &self.common, request, level, max_deletions, memory: Some(&self.memory), of_same: false };
        let named = |commit: &Commit| Named { commit: commit.clone(), name: &change.name };
        match compare(&self.reader, &asked, change.before.as_ref().map(named), named(&change.after)) {
            Ok(compared) => Ok(Some(compared)),
            Err(ModeError::NoFabric { .. }) => Ok(None),
            Err(error) => Err(error),
        }
    }

    /// The command that shows all that was found in a change, wherever the pusher's commit is.
    fn command(&self, change: &Change) -> String {
        let short = |commit: &Commit| commit.id.to_string()[..12].to_owned();
        let mut words = vec!["hhgit check".to_owned()];
        words.extend(self.force.fabrics.iter().map(|fabric| format!("--fabric {fabric}")));
        match self.force.level {
            CheckLevel::References => {}
            CheckLevel::Schema => words.push("--level schema".to_owned()),
            CheckLevel::Syntax | CheckLevel::Identity => words.push("--level identity".to_owned()),
        }
        let before = change.before.as_ref().filter(|_| !change.is_new);
        match before {
            Some(before) => {
                words.extend(self.force.max_deletions.map(|most| format!("--max-deletions {most}")));
                words.push(format!("{}..{}", short(before), short(&change.after)));
            }
            None => words.push(short(&change.after)),
        }
        words.join(" ")
    }
}

/// What helps who pushes, where the code's own help speaks of options that only a command of their own has.
fn help_for_pushers(code: Code) -> Option<&'static str> {
    match code {
        Code::TooManyDeletions => {
            Some("Delete in several pushes, or have the server's admin raise hhgit.maxDeletions.")
        }
        Code::TooLarge => Some("Split it into smaller files."),
        _ => None,
    }
}

/// The findings in the order in which they are told.
fn gravest_first(told: BTreeMap<(bool, Finding), BTreeSet<String>>) -> Vec<Told> {
    let told = told.into_iter();
    let mut told: Vec<Told> =
        told.map(|((refuses, finding), refs)| Told { finding, refuses, refs: refs.into_iter().collect() }).collect();
    let order = |told: &Told| {
        let Finding { severity, path, place, document, .. } = &told.finding;
        (Reverse((told.refuses, *severity)), path.clone(), *place, *document)
    };
    told.sort_by_cached_key(order);
    told
}
