//! The objects of one fabric against each other: rules asked, and their breaches made findings with lines and places.

use std::collections::BTreeMap;

use crate::fabric::settings::Settings;
use crate::finding::{Finding, Related};
use crate::path::RepoPath;
use crate::rules::deletion::Referrers;
use crate::rules::index::{Index, Object};
use crate::verdict::code::Code;
use crate::verdict::file::Document;
use crate::verdict::identity::Identity;
use crate::yaml::{Lines, Node, Span};

/// One object of a fabric, where it is written.
pub(super) struct Placed<'a> {
    /// Its file, from the repository's root.
    pub(super) path: RepoPath,
    /// Its document.
    pub(super) document: &'a Document,
    /// Its value.
    pub(super) value: &'a Node,
    /// Whether nothing is wrong with it on its own.
    pub(super) sound: bool,
}

/// The texts of files, read when a finding needs their lines.
pub(in crate::modes) type Texts<'t> = dyn Fn(&RepoPath) -> Option<Vec<u8>> + 't;

/// The findings of the rules between these objects.
pub(super) fn rules(placed: &[Placed<'_>], settings: &Settings, texts: &Texts<'_>) -> Vec<Finding> {
    let objects = objects(placed);
    let index = Index::build(&objects, settings);
    let known: Vec<&Placed<'_>> = placed.iter().filter(|object| object.document.identity.is_some()).collect();
    let mut shelf = Shelf { texts, read: BTreeMap::new() };
    let mut findings = Vec::new();
    for breach in index.check() {
        let object = known[breach.object];
        let mut finding = shelf.finding(breach.code, object, breach.span, breach.message);
        finding.severity = breach.severity;
        if let Some(help) = breach.help {
            finding.help = help;
        }
        finding.related = breach.related.and_then(|related| {
            let path = known[related.object].path.clone();
            let place = shelf.place(&path, related.span)?;
            Some(Related { path, place, message: related.message, excerpt: None })
        });
        findings.push(finding);
    }
    findings
}

/// The findings about objects that leave managed/ while others still name them.
pub(super) fn still_referred(
    removed: &[&Identity],
    placed: &[Placed<'_>],
    settings: &Settings,
    texts: &Texts<'_>,
) -> Vec<Finding> {
    let objects = objects(placed);
    let index = Index::build(&objects, settings);
    let referrers = Referrers::of(&index);
    let known: Vec<&Placed<'_>> = placed.iter().filter(|object| object.document.identity.is_some()).collect();
    let mut shelf = Shelf { texts, read: BTreeMap::new() };
    let mut findings = Vec::new();
    for identity in removed {
        for referrer in referrers.to(identity) {
            let object = known[referrer.object];
            let name = object.document.identity.as_ref().map(Identity::to_string).unwrap_or_default();
            let message = format!("{identity} leaves managed/, but {name} still names it");
            findings.push(shelf.finding(Code::StillReferred, object, referrer.span, message));
        }
    }
    findings
}

/// What the rules ask of objects.
pub(super) fn objects<'a>(placed: &'a [Placed<'_>]) -> Vec<Object<'a>> {
    let object = |object: &'a Placed<'_>| {
        Some(Object { identity: object.document.identity.as_ref()?, root: object.value, sound: object.sound })
    };
    placed.iter().filter_map(object).collect()
}

/// Gives every finding the text of its line, and of the other place's.
pub(in crate::modes) fn quote(findings: &mut [Finding], texts: &Texts<'_>) {
    let mut shelf = Shelf { texts, read: BTreeMap::new() };
    for finding in findings {
        finding.excerpt = finding.place.and_then(|place| shelf.line(&finding.path, place.line));
        if let Some(related) = &mut finding.related {
            related.excerpt = shelf.line(&related.path, related.place.line);
        }
    }
}

/// Files that were read, with where their lines start.
struct Shelf<'t> {
    texts: &'t Texts<'t>,
    read: BTreeMap<RepoPath, Option<(Vec<u8>, Lines)>>,
}

impl Shelf<'_> {
    /// A finding about a stretch of an object.
    fn finding(&mut self, code: Code, object: &Placed<'_>, span: Span, message: String) -> Finding {
        let mut finding = Finding::new(code, object.path.clone(), message);
        finding.document = Some(object.document.number);
        finding.object.clone_from(&object.document.object);
        finding.place = self.place(&object.path, span);
        finding
    }

    fn file(&mut self, path: &RepoPath) -> Option<&(Vec<u8>, Lines)> {
        if !self.read.contains_key(path) {
            let file = (self.texts)(path).map(|bytes| {
                let lines = Lines::new(&bytes);
                (bytes, lines)
            });
            self.read.insert(path.clone(), file);
        }
        self.read.get(path)?.as_ref()
    }

    fn place(&mut self, path: &RepoPath, span: Span) -> Option<crate::finding::Place> {
        let (bytes, lines) = self.file(path)?;
        Some(lines.place(bytes, span))
    }

    fn line(&mut self, path: &RepoPath, line: u32) -> Option<String> {
        const LONGEST: usize = 400;
        let (bytes, lines) = self.file(path)?;
        let range = lines.line(line)?;
        let text = bytes.get(range.start..range.end.min(bytes.len()))?;
        let text = String::from_utf8_lossy(text.trim_ascii_end());
        Some(text.chars().take(LONGEST).collect())
    }
}
