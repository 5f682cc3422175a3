//! One commit: whether its tree and message are what sync makes of its parent, and if not, what they are instead.

use std::collections::BTreeSet;
use std::num::NonZeroUsize;
use std::sync::Arc;

use crate::exit::Exit;
use crate::fabric::changes::changes;
use crate::fabric::kinds::Kinds;
use crate::modes::ModeError;
use crate::modes::asked::Asked;
use crate::modes::history::recompute::{Again, Recompute, SyncOf, is_cut};
use crate::modes::history::trailers::{Claim, claim};
use crate::modes::judged::Judgements;
use crate::modes::stamp;
use crate::modes::sync::Server;
use crate::path::RepoPath;
use crate::plan::Target;
use crate::render::error::words;
use crate::report::verify::{Found, Word, WrongFile};
use crate::schema::Schemas;
use crate::snapshot::{Commit, Objects};

use super::message::{is_a_forges, is_a_syncs, is_inits, without_rulesets, wrong_lines};

/// hhgit's version, which every sync names.
const VERSION: &str = env!("CARGO_PKG_VERSION");

/// Rules that a sync may have been made by other than those of its own fabric directories, by their names.
pub(super) type Known = Vec<(String, (Kinds, Schemas))>;

/// What judges commits.
pub(super) struct Judge {
    judged: Arc<Judgements>,
    known: Known,
}

/// What a commit says of itself.
struct Said<'a> {
    text: &'a str,
    claim: Option<Claim>,
}

impl Said<'_> {
    /// Whether it says that it is a sync.
    fn is_claimed(&self) -> bool {
        self.claim.is_some() || is_a_syncs(self.text)
    }
}

impl Judge {
    /// A judge who knows these rules besides the built-in ones and those of each commit.
    pub(super) fn new(others: Option<(Kinds, Schemas)>) -> Self {
        let known = [(Kinds::builtin(), Schemas::builtin())].into_iter().chain(others);
        let known = known.map(|(kinds, schemas)| (stamp::ruleset(&kinds, &schemas), (kinds, schemas))).collect();
        Self { judged: Arc::default(), known }
    }

    /// What a commit is; none if it is no sync and does not say that it is one.
    pub(super) fn judge(&self, objects: &dyn Objects, commit: &Commit) -> Option<Found> {
        let text = String::from_utf8_lossy(&commit.message);
        if is_inits(&text) {
            return None;
        }
        let said = Said { text: &text, claim: claim(&commit.message) };
        match self.of(objects, commit, &said) {
            Ok(found) => found,
            Err(error) if is_cut(&error) && !said.is_claimed() => None,
            Err(error) => Some(Found::plain(Word::Unproven, words(&error).join(": "))),
        }
    }

    fn of(&self, objects: &dyn Objects, commit: &Commit, said: &Said<'_>) -> Result<Option<Found>, ModeError> {
        let claimed = |word, why: String| Ok(said.is_claimed().then(|| Found::plain(word, why)));
        if objects.is_shallow_boundary(commit.id)? {
            return claimed(Word::Unproven, "history is cut off here, so that its parent is missing".to_owned());
        }
        let [parent] = commit.parents.as_slice() else {
            return claimed(Word::Unfounded, format!("it has {} parents, where a sync has one", commit.parents.len()));
        };
        let recompute = self.recompute(objects, said);
        match (recompute.of(commit)?, said.is_claimed()) {
            (Some(sync), _) => Ok(Some(told(commit, said, &sync))),
            (None, false) => Ok(None),
            (None, true) => apart(objects, &recompute, (&objects.commit(*parent)?, commit), said).map(Some),
        }
    }

    /// Makes syncs by the rules that a commit names, where they are known and need not be its own.
    fn recompute<'o>(&self, objects: &'o dyn Objects, said: &Said<'_>) -> Recompute<'o> {
        let named = said.claim.as_ref().map(|claim| claim.rulesets.as_slice()).unwrap_or_default();
        let rules = match named {
            [one] => self.known.iter().find(|(name, _)| name == one).map(|(_, rules)| rules.clone()),
            _ => None,
        };
        let server = Server { rules, ..Server::default() };
        Recompute::new(objects).by(server).sharing(Arc::clone(&self.judged), NonZeroUsize::new(1))
    }
}

/// What a commit is whose tree is what sync makes of its parent's.
fn told(commit: &Commit, said: &Said<'_>, sync: &SyncOf) -> Found {
    let expected = sync.again.planned.plan.message();
    if commit.message == expected.as_bytes() {
        let flags = sync.asked.flags().join(" ");
        let by = if flags.is_empty() { String::new() } else { format!(" with {flags}") };
        return Found::plain(Word::Proven, format!("sync of {}{by}", sync.parent.id.short()));
    }
    if !said.is_claimed() {
        return Found::plain(Word::Reworded, "its tree is what sync makes of its parent; its message is not sync's");
    }
    if is_a_forges(said.text, expected) {
        return Found::plain(Word::Reworded, "its tree is what sync makes of its parent; a forge rewrote its message");
    }
    if let Some(claim) = &said.claim {
        if claim.version != VERSION {
            return Found::plain(
                Word::Unproven,
                format!("{}; its tree is what this one makes of its parent", other_version(claim)),
            );
        }
        let ours = rulesets(&sync.again);
        if claim.rulesets != ours && without_rulesets(said.text) == without_rulesets(expected) {
            let why = format!("{}; its tree is what these rules make too", other_rules(claim, &ours));
            return Found::plain(Word::Unproven, why);
        }
    }
    let why = "its tree is what sync makes of its parent, but its message is another";
    Found { lines: wrong_lines(said.text, expected), ..Found::plain(Word::Altered, why) }
}

/// What a commit is that says it is a sync, and whose tree is not what sync makes of its parent's.
fn apart(
    objects: &dyn Objects,
    recompute: &Recompute<'_>,
    (parent, commit): (&Commit, &Commit),
    said: &Said<'_>,
) -> Result<Found, ModeError> {
    let unfounded = |why: String| Ok(Found::plain(Word::Unfounded, why));
    let unproven = |why: String| Ok(Found::plain(Word::Unproven, why));
    let Some(claim) = &said.claim else {
        return unfounded(
            "its subject says that it is a sync, but its tree is not what sync makes of its parent".into(),
        );
    };
    if claim.input_tree != parent.tree.to_string() {
        let (named, tree) = (short(&claim.input_tree), short(&parent.tree.to_string()));
        return unfounded(format!("it says that the tree {named} was sorted, but its parent's is {tree}"));
    }
    let asked = claim.asked();
    let again = match recompute.sync(parent, asked.as_ref().unwrap_or(&Asked::default())) {
        Ok(again) => again,
        Err(error) if error.exit() == Exit::Usage => {
            return unfounded(format!("no sync can have its options: {}", words(&error).join(": ")));
        }
        Err(error) => return Err(error),
    };
    let ours = rulesets(&again);
    if claim.version != VERSION {
        return unproven(format!("{}, and does not come out the same", other_version(claim)));
    }
    if claim.rulesets != ours {
        return unproven(format!("{}, and it does not come out the same", other_rules(claim, &ours)));
    }
    if again.tree == parent.tree {
        return unfounded("sync has nothing to do in its parent".to_owned());
    }
    let files = wrong_files(objects, (parent, commit), &again)?;
    let why = match (asked.is_some(), files.is_empty()) {
        (false, _) => "its options mean nothing, and its tree is not what sync makes without any",
        (true, true) => "its folders are not written as sync writes them, or hold empty ones",
        (true, false) => "its tree is not what sync makes of its parent",
    };
    let lines = wrong_lines(said.text, again.planned.plan.message());
    Ok(Found { files, lines, ..Found::plain(Word::Altered, why) })
}

/// The files of a commit that are not as they are after a sync of its parent.
fn wrong_files(
    objects: &dyn Objects,
    (parent, commit): (&Commit, &Commit),
    again: &Again,
) -> Result<Vec<WrongFile>, ModeError> {
    let made = changes(objects, Some(parent.tree), Some(commit.tree), &RepoPath::root())?;
    let edits = again.planned.plan.edits();
    let paths: BTreeSet<&RepoPath> = made.keys().chain(edits.keys()).collect();
    let wrong = paths.into_iter().filter_map(|path| {
        let (change, edit) = (made.get(path), edits.get(path));
        let is = change.map_or_else(|| edit.and_then(|edit| edit.from), |change| change.new);
        let to = |edit: &crate::plan::Edit| edit.to.as_ref().map(Target::entry);
        let should = edit.map_or_else(|| change.and_then(|change| change.old), to);
        (is != should).then(|| WrongFile { path: path.clone(), is, should })
    });
    Ok(wrong.collect())
}

fn rulesets(again: &Again) -> Vec<String> {
    claim(again.planned.plan.message().as_bytes()).map(|claim| claim.rulesets).unwrap_or_default()
}

fn other_version(claim: &Claim) -> String {
    format!("it was made by hhgit {}, which is not here", claim.version)
}

fn other_rules(claim: &Claim, ours: &[String]) -> String {
    let listed = |names: &[String]| if names.is_empty() { "none".to_owned() } else { names.join(", ") };
    format!("it was made by the ruleset {}, where {} is in force", listed(&claim.rulesets), listed(ours))
}

fn short(id: &str) -> String {
    id.chars().take(7).collect()
}
