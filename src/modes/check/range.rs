//! Two commits: what is wrong now with what changed between them and with what depends on it, and what left managed/.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use crate::fabric::inventory::Leaves;
use crate::fabric::layout::{FabricDir, LayoutError, tree_at};
use crate::finding::{Finding, ObjectRef};
use crate::git::{Reader, Repo};
use crate::memory::known::Settled;
use crate::memory::store::Store;
use crate::modes::known::{self, Memo};
use crate::options::{Check, CheckLevel, Common};
use crate::path::RepoPath;
use crate::report::Report;
use crate::snapshot::{Commit, Objects};
use crate::verdict::code::Code;
use crate::verdict::identity::Identity;

use super::commit::Seen;
use super::deletions::deletions;
use super::dirs;
use super::narrow::{Narrow, Narrowed};
use super::{ModeError, Request, quote, resolve};

/// Checks what changed from one commit to another.
pub(super) fn check(
    common: &Common,
    request: &Request,
    options: &Check,
    old: &str,
    new: &str,
) -> Result<Report, ModeError> {
    let repo = Repo::open(&common.directory)?;
    let reader = Reader::new(&repo)?;
    let (before, after) = (resolve(&repo, &reader, old)?, resolve(&repo, &reader, new)?);
    for path in &common.fabrics {
        if tree_at(&reader, before.tree, path)?.or(tree_at(&reader, after.tree, path)?).is_none() {
            return Err(LayoutError::NoSuchFolder { path: path.clone() }.into());
        }
    }
    let before = Some(Named { commit: before, name: old });
    let (level, max_deletions) = (options.level, options.max_deletions);
    let known = Memo::of_check(&repo, &common.fabrics, request);
    // Most files are the same in both commits, and are read and judged once.
    let request = &Request { judged: Some(Arc::default()), ..request.clone() };
    let memory = repo.memory().or_aside();
    // At other levels who holds an object in a third place is told as well, which takes a look at all of it.
    let store = Some(&memory).filter(|_| level == CheckLevel::References);
    let asked = Asked { common, request, level, max_deletions, memory: store, of_same: true };
    let (mut report, learned) = compare(&reader, &asked, before, Named { commit: after, name: new }, &known)?;
    super::settle(&mut report, level);
    known.keep();
    // Who cannot keep it learns it again the next time.
    drop(learned.keep(&memory));
    report.reference = format!("{old}..{new}");
    Ok(report)
}

/// A commit, and what it is called in messages.
#[derive(Debug, Clone)]
pub struct Named<'a> {
    /// The commit.
    pub commit: Commit,
    /// Its name.
    pub name: &'a str,
}

/// How two commits are to be compared.
#[derive(Debug, Clone, Copy)]
pub struct Asked<'a> {
    /// The fabric directories that are meant.
    pub common: &'a Common,
    /// What is looked at; [`super::request_at`] makes one for a level.
    pub request: &'a Request,
    /// How closely objects are judged.
    pub level: CheckLevel,
    /// How many objects may leave managed/ at most.
    pub max_deletions: Option<usize>,
    /// What is remembered of the repository's trees, where not all of it is to be looked at.
    pub memory: Option<&'a Store>,
    /// Whether fabric directories that are the same in both are told of as well; there is nothing wrong with them that is new.
    pub of_same: bool,
}

/// What is wrong after with what changed since before, and with what depends on it; without a before, all that is wrong.
pub(super) fn compare(
    reader: &dyn Objects,
    asked: &Asked<'_>,
    before: Option<Named<'_>>,
    after: Named<'_>,
    known: &Memo,
) -> Result<(Report, Narrowed), ModeError> {
    let (named, reference) = (&asked.common.fabrics, after.name.to_owned());
    let were =
        before.as_ref().map(|before| dirs::before_knowing(reader, before.commit.tree, named, known)).transpose()?;
    let were = were.unwrap_or_default();
    let (are, of_dirs) = dirs::after(reader, after.commit.tree, named, &were, known)?;
    if were.is_empty() && are.is_empty() {
        return Err(ModeError::NoFabric { branch: reference });
    }
    let had_fabric = !were.is_empty();
    let ((were, are), quiet) = match asked.of_same {
        true => without_quiet(reader, asked.request, (were, are), known)?,
        false => (dirs::differing(were, are), Vec::new()),
    };
    let narrow = |store| Narrow { reader, request: asked.request, level: asked.level, store }.narrow(&were, &are);
    let narrowed = asked.memory.map(narrow).transpose()?.unwrap_or_default();
    let seen = |commit: Commit, dirs: &[FabricDir], few: &BTreeMap<RepoPath, Leaves>| {
        Seen::of(reader, &Request { narrowed: few.clone(), ..asked.request.clone() }, commit, dirs)
    };
    // What had no fabric directory before is new as a whole.
    let before = before.filter(|_| had_fabric);
    let before = before.map(|before| seen(before.commit, &were, &narrowed.before)).transpose()?;
    let after = seen(after.commit, &are, &narrowed.after)?;
    let told = before.as_ref().map(|before| before.unquoted(reader, asked.level)).unwrap_or_default();
    let mut findings = after.unquoted(reader, asked.level);
    findings.retain(|finding| narrowed.tells(finding));
    findings.extend(of_dirs);
    let removed = before.as_ref().map(|before| removed(before, &after)).unwrap_or_default();
    if let Some(before) = &before {
        findings = new_ones(findings, &told, &unchanged(before, &after));
    }
    // Only of what is told the lines are shown, so that they are not looked for in files that nobody hears of.
    quote(&mut findings, &|path: &RepoPath| after.text(reader, path));
    if let Some(before) = &before {
        let gone = deletions(reader, &removed, (before, &after), asked);
        // Who names what left need not be told a second time that it is not there.
        let told: BTreeSet<_> = gone.iter().map(|finding| (&finding.path, finding.place)).collect();
        findings.retain(|finding| {
            finding.code != Code::MissingReference || !told.contains(&(&finding.path, finding.place))
        });
        findings.extend(gone);
    }
    let mut report = after.report(reference, findings);
    tell_removed(&mut report, removed);
    known::add(&mut report.fabrics, &quiet);
    report.notes.extend(narrowed.trouble().map(str::to_owned));
    Ok((report, narrowed))
}

fn tell_removed(report: &mut Report, removed: Removed) {
    for ((path, _), object) in removed {
        if let Ok(at) = report.fabrics.binary_search_by(|fabric| fabric.path.cmp(&path)) {
            report.fabrics[at].removed.push(object);
        }
    }
}

/// Fabric directories before and after.
type Sides = (Vec<FabricDir>, Vec<FabricDir>);

/// The fabric directories before and after without those of which nothing can be told, and these: the same tree stands there
/// in both, and a look at all but managed/ finds nothing to do or say. What is wrong in managed/ is then in a file that is
/// the same in both, and was as wrong before.
fn without_quiet(
    reader: &dyn Objects,
    request: &Request,
    (were, are): Sides,
    known: &Memo,
) -> Result<(Sides, Vec<Arc<Settled>>), ModeError> {
    let same: Vec<FabricDir> = are.iter().filter(|dir| dirs::of(&were, &dir.path) == Some(dir)).cloned().collect();
    let quiet = known.settled_of(reader, &same, request)?;
    let is_loud = |dir: &FabricDir| quiet.binary_search_by(|quiet| quiet.dir.path.cmp(&dir.path)).is_err();
    let loud = |dirs: Vec<FabricDir>| dirs.into_iter().filter(is_loud).collect();
    Ok(((loud(were), loud(are)), quiet))
}

/// The findings that were not there before in a file that is the same now.
fn new_ones(findings: Vec<Finding>, known: &[Finding], unchanged: &BTreeSet<RepoPath>) -> Vec<Finding> {
    let known: BTreeSet<Said<'_>> = known.iter().map(said).collect();
    let is_known = |finding: &Finding| is_about(finding, unchanged) && known.contains(&said(finding));
    findings.into_iter().filter(|finding| !is_known(finding)).collect()
}

/// The objects that left managed/ between the commits, by fabric directory.
pub(super) type Removed = BTreeMap<(RepoPath, Identity), ObjectRef>;

fn removed(before: &Seen, after: &Seen) -> Removed {
    let after = after.objects();
    before.objects().into_iter().filter(|(key, _)| !after.contains_key(key)).collect()
}

/// What tells a finding from another, wherever lines have moved.
type Said<'a> = (Code, &'a RepoPath, Option<&'a ObjectRef>, &'a str);

fn said(finding: &Finding) -> Said<'_> {
    (finding.code, &finding.path, finding.object.as_ref(), &finding.message)
}

fn is_about(finding: &Finding, unchanged: &BTreeSet<RepoPath>) -> bool {
    let other = finding.related.as_ref().is_none_or(|related| unchanged.contains(&related.path));
    unchanged.contains(&finding.path) && other
}

/// The files that are the same in both commits.
fn unchanged(before: &Seen, after: &Seen) -> BTreeSet<RepoPath> {
    let files = |seen: &Seen| seen.inventories.iter().flat_map(super::commit::entries).collect::<BTreeSet<_>>();
    files(before).intersection(&files(after)).map(|(path, _)| path.clone()).collect()
}
