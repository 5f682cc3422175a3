//! `hhgit check`: a fabric as the cluster's admission would judge it, before anything is pushed or applied; writes nothing but what
//! it remembers.
//!
//! `commit` judges what a commit's tree would be after a sync, `range` what changed between two, `loose` files that are in
//! no repository. All end in the same report as a sync's.

mod commit;
mod deletions;
mod deployed;
mod dirs;
mod judge;
mod loose;
mod merged;
mod narrow;
mod near;
pub(super) mod one;
mod range;

use std::collections::BTreeMap;

use crate::fabric::kinds::Kinds;
use crate::fabric::layout::FabricDir;
use crate::fabric::{crds, manifest};
use crate::finding::Finding;
use crate::git::Repo;
use crate::ids::TreeId;
use crate::options::{Check, CheckLevel, Common, Target};
use crate::path::RepoPath;
use crate::report::Report;
use crate::schema::Schemas;
use crate::snapshot::{Commit, Objects};
use crate::verdict::code::{Code, Severity, Subject};

use super::error::ModeError;
use super::known::Memo;
use super::look::Request;
pub(super) use judge::quote;
pub use merged::{Merged, merged};
use narrow::Narrow;
pub use narrow::Narrowed;
pub use range::{Asked, Named};

/// Checks what was asked for.
pub fn check(common: &Common, options: &Check) -> Result<Report, ModeError> {
    let request = request(common, options)?;
    let mut report = match &options.target {
        Target::Loose(files) => loose::check(files, &request, options.level),
        Target::Commit(name) => commit::check(common, &request, options, name.as_deref())?,
        Target::Range { old, new } => range::check(common, &request, options, old, new)?,
    };
    settle(&mut report, options.level);
    Ok(report)
}

/// What is wrong in these fabric directories of a commit, as closely as can be looked.
pub(super) fn judge(reader: &dyn Objects, commit: Commit, dirs: &[FabricDir]) -> Result<Report, ModeError> {
    let level = CheckLevel::References;
    let seen = commit::Seen::of(reader, &request_at(level), commit, dirs)?;
    let mut report = seen.report(String::new(), seen.findings(reader, level));
    settle(&mut report, level);
    Ok(report)
}

/// What is wrong in a commit with what changed since another, and with what depends on it; without another, all of it.
/// What was learned on the way is for the caller to keep.
pub fn compare(
    reader: &dyn Objects,
    asked: &Asked<'_>,
    before: Option<Named<'_>>,
    after: Named<'_>,
) -> Result<(Report, Narrowed), ModeError> {
    let (mut report, narrowed) = range::compare(reader, asked, before, after, &Memo::default())?;
    settle(&mut report, asked.level);
    Ok((report, narrowed))
}

/// Remembers the managed/ of all fabric directories of a commit's tree, so that what is pushed on top of it is judged by
/// what it reaches. What is remembered of an earlier tree saves most of the work.
pub fn remember(
    objects: &dyn Objects,
    asked: &Asked<'_>,
    earlier: Option<TreeId>,
    tree: TreeId,
) -> Result<(), ModeError> {
    let Some(store) = asked.memory else { return Ok(()) };
    let named = &asked.common.fabrics;
    let were = earlier.map(|earlier| dirs::before(objects, earlier, named)).transpose()?.unwrap_or_default();
    let narrow = Narrow { reader: objects, request: asked.request, level: asked.level, store };
    for dir in dirs::before(objects, tree, named)? {
        narrow.remember(were.iter().find(|was| was.path == dir.path), &dir)?;
    }
    Ok(())
}

/// Leaves out what is beyond the level, and brings the rest into its order.
fn settle(report: &mut Report, level: CheckLevel) {
    report.findings.retain(|finding| level_of(finding.code) <= level);
    report.findings.sort();
    report.findings.dedup();
}

fn request(common: &Common, options: &Check) -> Result<Request, ModeError> {
    let (rules, settings) = (rules(&options.crds)?, options.settings.clone());
    Ok(Request { rules, settings, progress: common.progress.clone(), ..request_at(options.level) })
}

/// What a check of this level looks at.
pub fn request_at(level: CheckLevel) -> Request {
    let keep = level == CheckLevel::References;
    let level = match level {
        CheckLevel::Syntax | CheckLevel::Identity => manifest::Level::Identity,
        CheckLevel::Schema | CheckLevel::References => manifest::Level::Schema,
    };
    Request { managed: true, keep, level: Some(level), ..Request::default() }
}

/// The kinds and schemas of the CRDs given, laid over the built-in ones.
pub(crate) fn rules(crds: &BTreeMap<RepoPath, Vec<u8>>) -> Result<Option<(Kinds, Schemas)>, ModeError> {
    if crds.is_empty() {
        return Ok(None);
    }
    let read = crds::read(crds, false);
    match read.findings.into_iter().find(|finding| finding.severity == Severity::Error) {
        Some(finding) => Err(ModeError::Crds { path: finding.path, message: finding.message }),
        None => Ok(Some((read.kinds, read.schemas))),
    }
}

/// The level at which a code is found.
fn level_of(code: Code) -> CheckLevel {
    match code {
        Code::SchemaViolation | Code::UnknownField => CheckLevel::Schema,
        Code::Encoding
        | Code::InvalidYaml
        | Code::TrailingContent
        | Code::DuplicateKey
        | Code::TooDeep
        | Code::AliasExpansion => CheckLevel::Syntax,
        Code::NotDeployed => CheckLevel::References,
        Code::TooManyDeletions => CheckLevel::Syntax,
        code if code.subject() == Subject::Rule => CheckLevel::References,
        code if code.subject() == Subject::File => CheckLevel::Syntax,
        _ => CheckLevel::Identity,
    }
}

/// A report of findings alone.
fn report(reference: String, findings: Vec<Finding>) -> Report {
    Report { findings, ..Report::unchanged("check", reference, None) }
}

/// The commit that a name stands for.
fn resolve(repo: &Repo, reader: &dyn Objects, name: &str) -> Result<Commit, ModeError> {
    Ok(reader.commit(repo.commit_named(name)?)?)
}
