//! Two commits: what is wrong now with what changed between them and with what depends on it, and what left managed/.

use std::collections::{BTreeMap, BTreeSet};

use crate::finding::{Finding, ObjectRef};
use crate::git::{Reader, Repo};
use crate::options::{Check, CheckLevel, Common};
use crate::path::RepoPath;
use crate::report::Report;
use crate::snapshot::Commit;
use crate::verdict::code::Code;
use crate::verdict::identity::Identity;

use super::commit::{Seen, placed};
use super::judge::{quote, still_referred};
use super::{ModeError, Request, resolve};

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
    let before = Some(Named { commit: before, name: old });
    let asked = Asked { common, request, level: options.level, max_deletions: options.max_deletions };
    let mut report = super::compare(&reader, &asked, before, Named { commit: after, name: new })?;
    report.reference = format!("{old}..{new}");
    Ok(report)
}

/// A commit, and what it is called in messages.
#[derive(Debug, Clone)]
pub(crate) struct Named<'a> {
    pub(crate) commit: Commit,
    pub(crate) name: &'a str,
}

/// How two commits are to be compared.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Asked<'a> {
    pub(crate) common: &'a Common,
    pub(crate) request: &'a Request,
    pub(crate) level: CheckLevel,
    pub(crate) max_deletions: Option<usize>,
}

/// What is wrong after with what changed since before, and with what depends on it; without a before, all that is wrong.
pub(crate) fn compare(
    reader: &Reader,
    asked: &Asked<'_>,
    before: Option<Named<'_>>,
    after: Named<'_>,
) -> Result<Report, ModeError> {
    let seen = |named: Named<'_>| Seen::of(reader, asked.common, asked.request, named.commit, named.name);
    let before = before.map(&seen);
    let reference = after.name.to_owned();
    let after = seen(after)?;
    let before = match before {
        // What had no fabric directory before is new as a whole.
        None | Some(Err(ModeError::NoFabric { .. })) => None,
        Some(before) => Some(before?),
    };
    let known = before.as_ref().map(|before| before.findings(reader, asked.level)).unwrap_or_default();
    let mut findings = after.findings(reader, asked.level);
    let removed = before.as_ref().map(|before| removed(before, &after)).unwrap_or_default();
    if let Some(before) = &before {
        let unchanged = unchanged(before, &after);
        let known: BTreeSet<Said<'_>> = known.iter().map(said).collect();
        findings.retain(|finding| !(is_about(finding, &unchanged) && known.contains(&said(finding))));
        let gone = deletions(reader, &removed, &after, asked);
        // Who names what left need not be told a second time that it is not there.
        let told: BTreeSet<_> = gone.iter().map(|finding| (&finding.path, finding.place)).collect();
        findings.retain(|finding| {
            finding.code != Code::MissingReference || !told.contains(&(&finding.path, finding.place))
        });
        findings.extend(gone);
    }
    let mut report = after.report(reference, findings);
    for ((path, _), object) in removed {
        if let Ok(at) = report.fabrics.binary_search_by(|fabric| fabric.path.cmp(&path)) {
            report.fabrics[at].removed.push(object);
        }
    }
    Ok(report)
}

/// The objects that left managed/ between the commits, by fabric directory.
type Removed = BTreeMap<(RepoPath, Identity), ObjectRef>;

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

/// What left managed/, as findings: of what others still name, and of too many.
fn deletions(reader: &Reader, removed: &Removed, after: &Seen, asked: &Asked<'_>) -> Vec<Finding> {
    if asked.level < CheckLevel::References {
        return Vec::new();
    }
    let texts = |path: &RepoPath| after.text(reader, path);
    let mut findings = Vec::new();
    for (inventory, fabric) in after.inventories.iter().zip(&after.planned.fabrics) {
        let gone: Vec<&Identity> =
            removed.keys().filter(|(path, _)| *path == fabric.path).map(|(_, identity)| identity).collect();
        let settings = &inventory.survey.manifest.settings;
        findings.extend(still_referred(&gone, &placed(inventory, fabric), settings, &texts));
    }
    quote(&mut findings, &texts);
    if let Some(most) = asked.max_deletions.filter(|most| removed.len() > *most) {
        const NAMED: usize = 10;
        let mut names: Vec<String> = removed.keys().take(NAMED).map(|(_, identity)| identity.to_string()).collect();
        if removed.len() > NAMED {
            names.push(format!("{} more", removed.len() - NAMED));
        }
        let leave = if removed.len() == 1 { "object leaves" } else { "objects leave" };
        let message = format!("{} {leave} managed/, more than {most}: {}", removed.len(), names.join(", "));
        let path = removed.keys().next().map(|(path, _)| path.clone()).unwrap_or_default();
        findings.push(Finding::new(Code::TooManyDeletions, path, message));
    }
    findings
}
